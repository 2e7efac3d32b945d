"""Data sources over a real HTTP server: resume, atomicity, refusals, archives, lock file, mirror."""

from __future__ import annotations

import importlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import superatom
from superatom.data import sources
from superatom.data.download import download, file_sha256, unpack
from superatom.errors import DataSourceError, UnknownNameError

HOSTS = ("127.0.0.1",)
BODY = bytes(range(256)) * 2000  # 512,000 bytes
MIRROR = os.environ.get("SUPERATOM_DATA_MIRROR", "")


class Server(ThreadingHTTPServer):
    """Serves `files` by path; `cut` breaks an answer off after so many bytes, `hold` keeps it open there."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self.redirects: dict[str, str] = {}
        self.cut: int | None = None
        self.hold: threading.Event | None = None
        self.ranges: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.ranges.append(self.headers.get("Range", ""))
        if self.path in self.server.redirects:
            self.send_response(302)
            self.send_header("Location", self.server.redirects[self.path])
            self.end_headers()
            return
        body = self.server.files.get(self.path)
        if body is None:
            self.send_error(404)
            return
        start = int(match[1]) if (match := re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))) else 0
        if start and start >= len(body):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Type", self.server.types.get(self.path, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.end_headers()
        end = len(body) if self.server.cut is None else start + self.server.cut
        self.wfile.write(body[start:end])
        if self.server.hold is not None:
            self.server.hold.wait(timeout=20)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay silent."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def archive_of(members: dict[str, bytes], *extra: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        for info in extra:
            tar.addfile(info)
    return buffer.getvalue()


def test_download_is_whole_and_reports_progress(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = BODY
    seen: list[tuple[int, int | None]] = []
    target = tmp_path / "deep" / "a.bin"
    digest = download(f"{server.url}/a.bin", target, hosts=HOSTS, progress=lambda *state: seen.append(state))
    assert target.read_bytes() == BODY
    assert digest == file_sha256(target)
    assert seen[-1] == (len(BODY), len(BODY))
    assert [p.name for p in target.parent.iterdir()] == ["a.bin"]


def test_broken_transfer_leaves_no_target_and_goes_on(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = BODY
    target = tmp_path / "a.bin"
    for _ in range(2):
        server.cut = 200_000
        with pytest.raises(DataSourceError, match="broke off"):
            download(f"{server.url}/a.bin", target, hosts=HOSTS)
        assert not target.exists()
    server.cut = None
    download(f"{server.url}/a.bin", target, hosts=HOSTS)
    assert target.read_bytes() == BODY
    assert server.ranges == ["", "bytes=200000-", "bytes=400000-"]
    assert list(tmp_path.iterdir()) == [target]


def test_killed_fetch_leaves_nothing_half_written_and_goes_on(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = BODY
    server.cut, server.hold = 200_000, threading.Event()
    target = tmp_path / "a.bin"
    code = (
        "import pathlib, sys; from superatom.data.download import download; "
        "download(sys.argv[1], pathlib.Path(sys.argv[2]), hosts=('127.0.0.1',))"
    )
    source = Path(superatom.__file__).parents[1]
    child = subprocess.Popen(
        [sys.executable, "-c", code, f"{server.url}/a.bin", str(target)], env={**os.environ, "PYTHONPATH": str(source)}
    )
    for _ in range(1000):
        if any(p.stat().st_size >= 131_072 for p in tmp_path.glob("*.part")):
            break
        time.sleep(0.01)
    child.kill()
    child.wait()
    server.hold.set()
    assert not target.exists()
    server.cut = server.hold = None
    download(f"{server.url}/a.bin", target, hosts=HOSTS)
    assert target.read_bytes() == BODY
    assert server.ranges[-1].startswith("bytes=")
    assert [p for p in tmp_path.iterdir() if p.suffix == ".part"] == []


def test_two_fetches_of_one_file_do_not_mix(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = BODY
    server.cut, server.hold = 200_000, threading.Event()
    target = tmp_path / "a.bin"

    def first() -> None:
        with pytest.raises(DataSourceError):
            download(f"{server.url}/a.bin", target, hosts=HOSTS)

    running = threading.Thread(target=first)
    running.start()
    while not list(tmp_path.glob("*.part")):
        time.sleep(0.005)
    with pytest.raises(DataSourceError, match="being fetched by another process"):
        download(f"{server.url}/a.bin", target, hosts=HOSTS)
    server.hold.set()
    running.join()


def test_a_part_longer_than_the_file_starts_anew(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = BODY
    server.cut = 300_000
    target = tmp_path / "a.bin"
    with pytest.raises(DataSourceError):
        download(f"{server.url}/a.bin", target, hosts=HOSTS)
    server.cut, server.files["/a.bin"] = None, BODY[:1000]
    download(f"{server.url}/a.bin", target, hosts=HOSTS)
    assert target.read_bytes() == BODY[:1000]


def test_wrong_checksum_is_refused_and_old_file_stays(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = BODY
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")
    with pytest.raises(DataSourceError, match=r"has the checksum .* not the expected 0000"):
        download(f"{server.url}/a.bin", target, hosts=HOSTS, sha256="0" * 64)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"<!DOCTYPE html><p>sign in", "application/octet-stream"), (b"a,b\n1,2\n", "text/html; charset=utf-8")],
)
def test_web_page_is_refused(server: Server, tmp_path: Path, body: bytes, content_type: str) -> None:
    server.files["/a.csv"], server.types["/a.csv"] = body, content_type
    with pytest.raises(DataSourceError, match="web page instead of the file"):
        download(f"{server.url}/a.csv", tmp_path / "a.csv", hosts=HOSTS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a.csv",
        "file:///etc/passwd",
        "ftp://github.com/a",
        "https://github.com.evil.org/a",
        "nonsense",
    ],
)
def test_other_addresses_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(DataSourceError, match=r"is refused; only http\(s\)"):
        download(url, tmp_path / "a")


def test_redirect_to_another_host_is_refused(server: Server, tmp_path: Path) -> None:
    server.redirects["/a"] = "http://localhost:1/a"
    with pytest.raises(DataSourceError, match="localhost:1/a is refused"):
        download(f"{server.url}/a", tmp_path / "a", hosts=HOSTS)


def test_missing_file_and_silent_server(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DataSourceError, match="answered 404"):
        download(f"{server.url}/absent", tmp_path / "a", hosts=HOSTS)
    server.shutdown()
    server.server_close()
    with pytest.raises(DataSourceError, match="broke off"):
        download(f"{server.url}/a", tmp_path / "a", hosts=HOSTS)


def test_unpack_takes_the_wanted_folder_only(tmp_path: Path) -> None:
    archive = tmp_path / "x.tar.gz"
    archive.write_bytes(
        archive_of({"repo-1/data/a.csv": b"1", "repo-1/data/deep/b.csv": b"2", "repo-1/other.txt": b"3"})
    )
    assert unpack(archive, tmp_path / "out", inner="data") == 2
    assert (tmp_path / "out" / "deep" / "b.csv").read_bytes() == b"2"
    assert not (tmp_path / "out" / "other.txt").exists()
    with pytest.raises(DataSourceError, match="holds nothing under absent"):
        unpack(archive, tmp_path / "out", inner="absent")
    assert (tmp_path / "out" / "a.csv").exists()  # what was there stays


@pytest.mark.parametrize("name", ["repo/../../evil", "/etc/evil", "repo/data/..\\evil"])
def test_archive_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "x.tar.gz"
    archive.write_bytes(archive_of({"repo/data/a": b"1", name: b"2"}))
    with pytest.raises(DataSourceError, match="leads outside"):
        unpack(archive, tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.tar.gz"]


def test_archive_with_links_or_cut_short_is_refused(tmp_path: Path) -> None:
    link = tarfile.TarInfo("repo/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    archive = tmp_path / "x.tar.gz"
    archive.write_bytes(archive_of({"repo/a": b"1"}, link))
    with pytest.raises(DataSourceError, match="link or device"):
        unpack(archive, tmp_path / "out")
    archive.write_bytes(archive_of({"repo/a": BODY})[:-40])
    with pytest.raises(DataSourceError, match=r"not a whole \.tar\.gz"):
        unpack(archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_fetch_verify_path_of_one_file_and_of_a_folder(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(sources.MIRROR_VARIABLE, raising=False)
    for name in ("agnp-flow-synthesis", "au-sr-gp-mlff-validation"):
        [part] = sources.parts(name)
        assert sources.checksum(part, tmp_path) == sources.UNKNOWN_CHECKSUM
        with pytest.raises(DataSourceError, match="is not here; run `superatom data fetch"):
            sources.path(name, tmp_path)
        with pytest.raises(DataSourceError, match="is not here"):
            sources.verify(name, tmp_path)
        where = "/" + part.url.split("/", 3)[3]
        server.files[where] = b"a,b\n" if part.is_file else archive_of({"repo/validation/coord/au25_opt.xyz": b"25\n"})
        folder = sources.fetch(name, tmp_path, base_url=server.url, hosts=HOSTS)
        assert folder == sources.path(name, tmp_path)
        assert sources.verify(name, tmp_path).is_good
        n_requests = len(server.ranges)
        sources.fetch(name, tmp_path, base_url=server.url, hosts=HOSTS)
        assert len(server.ranges) == n_requests  # there already
    assert sources.verify("au-sr-gp-mlff-validation", tmp_path).n_files == 1
    lock = json.loads((tmp_path / sources.LOCK_FILE).read_text(encoding="utf-8"))
    assert set(lock) == {"agnp-flow-synthesis", "au-sr-gp-mlff-validation"}


def test_changed_and_missing_files_are_found(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(sources.MIRROR_VARIABLE, raising=False)
    [part] = sources.parts("agnp-flow-synthesis")
    server.files["/" + part.url.split("/", 3)[3]] = b"a,b\n"
    folder = sources.fetch(part.id, tmp_path, base_url=server.url, hosts=HOSTS)
    [file] = folder.iterdir()
    file.write_bytes(b"tampered")
    assert sources.verify(part.id, tmp_path).problems == (f"{part.id}/{file.name} has changed",)
    file.unlink()
    folder.rmdir()
    assert sources.verify(part.id, tmp_path).problems == (f"{part.id}/{file.name} is missing",)
    server.files["/" + part.url.split("/", 3)[3]] = b"another,file\n"
    with pytest.raises(DataSourceError, match="not the expected"):  # the first fetch is remembered
        sources.fetch(part.id, tmp_path, base_url=server.url, hosts=HOSTS)
    (tmp_path / sources.LOCK_FILE).write_text("{half", encoding="utf-8")
    with pytest.raises(DataSourceError, match="cannot be read"):
        sources.verify(part.id, tmp_path)


def test_table_of_sources() -> None:
    assert len({s.set_name for s in sources.list_sources()}) == 23
    for source in sources.list_sources():
        assert re.fullmatch(r"[0-9a-f]{40}", source.commit), source.id
        assert source.commit in source.url
        assert source.licence
        if source.reader:
            module, _, name = source.reader.rpartition(".")
            assert callable(getattr(importlib.import_module(module), name))
        assert source.citation
    with pytest.raises(UnknownNameError, match=r"unknown data set 'canela'.*Known"):
        sources.parts("canela")


def test_mirror_stands_in_and_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "agnp-flow-synthesis"
    (tmp_path / name).mkdir()
    (tmp_path / name / "a.csv").write_bytes(b"1\n")
    monkeypatch.setenv(sources.MIRROR_VARIABLE, str(tmp_path))
    assert sources.path(name) == tmp_path / name
    with pytest.raises(DataSourceError, match="no readable MANIFEST"):
        sources.verify(name)
    manifest = tmp_path / "MANIFEST.sha256"
    manifest.write_text(f"{file_sha256(tmp_path / name / 'a.csv')}  ./{name}/a.csv\n", encoding="utf-8")
    assert sources.verify(name).is_good
    manifest.write_text(f"{'0' * 64}  ./{name}/a.csv\n", encoding="utf-8")
    assert sources.verify(name).problems == (f"{name}/a.csv has changed",)


@pytest.mark.skipif(not Path(MIRROR, "MANIFEST.sha256").is_file(), reason="needs SUPERATOM_DATA_MIRROR")
def test_the_local_mirror_is_whole() -> None:
    for name in {source.set_name for source in sources.list_sources()}:
        found = sources.verify(name)
        assert found.is_good, found.problems[:3]
        assert found.n_files > 0
