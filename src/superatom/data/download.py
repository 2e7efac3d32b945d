"""Fetching one file over HTTP: resumable, atomic, checked; and unpacking an archive without trusting it.

A download lies beside its target as ``NAME.part`` until it is complete, flushed to disk and verified; only then does it
take its name (`os.replace`). A broken connection leaves the part, and the next call goes on from there (HTTP Range).
"""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path, PurePosixPath
from typing import IO

from superatom.errors import DataSourceError

GITHUB_HOSTS = frozenset({"raw.githubusercontent.com", "codeload.github.com", "github.com"})
Progress = Callable[[int, int | None], None]

_CHUNK = 1 << 16
_TIMEOUT_S = 30
_MAX_BYTES = 4 << 30  # one file, or one archive unpacked
_MAX_MEMBERS = 200_000
_HTML = (b"<!doctype html", b"<html")


def download(
    url: str,
    target: Path,
    *,
    sha256: str = "",
    progress: Progress | None = None,
    hosts: Collection[str] = GITHUB_HOSTS,
) -> str:
    """Fetch `url` into the file `target` and return its SHA-256 in hex.

    Parameters
    ----------
    url
        An http(s) address on one of `hosts`; redirects may not leave them.
    target
        The file to make; its folder is created. It appears complete or not at all.
    sha256
        What the file must have; empty when it is not known.
    progress
        Called with (bytes so far, bytes in all or None).

    Raises
    ------
    DataSourceError
        with one sentence: refused address, no answer, a web page instead of data, a broken transfer (the part is kept,
        call again to go on) or a wrong checksum (the part is removed).
    """
    _check_address(url, hosts)
    target.parent.mkdir(parents=True, exist_ok=True)
    tag = hashlib.sha256(url.encode()).hexdigest()[:12]  # a part of another address is never continued
    part = target.with_name(f"{target.name}.{tag}.part")
    try:
        with _exclusive(part):
            _transfer(url, part, progress, hosts)
            found = file_sha256(part)
            if sha256 and found != sha256.lower():
                part.unlink()
                raise DataSourceError(f"{url} has the checksum {found[:16]}..., not the expected {sha256[:16]}...")
            part.replace(target)
            _flush_folder(target.parent)
    except urllib.error.HTTPError as error:
        raise DataSourceError(f"{url} answered {error.code} {error.reason}") from error
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", "") or error
        raise DataSourceError(f"the transfer of {url} broke off ({reason}); call again to go on with it") from error
    except OSError as error:
        raise DataSourceError(f"cannot write {target}: {error.strerror or error}") from error
    return found


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def unpack(archive: Path, folder: Path, *, inner: str = "") -> int:
    """Unpack the part `inner` of a GitHub ``.tar.gz`` into `folder`, which appears whole or not at all.

    The archive's own top folder is dropped. Only plain files inside the folder are made: links, devices and names that
    lead outside are refused. Returns the number of files; raises `DataSourceError`.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        n_files = _extract(archive, staging, PurePosixPath(inner))
        if not n_files:
            raise DataSourceError(f"{archive.name} holds nothing under {inner or 'its top folder'}")
        if folder.exists():
            shutil.rmtree(folder)
        staging.replace(folder)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise DataSourceError(f"{archive.name} is not a whole .tar.gz archive ({error})") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return n_files


def _transfer(url: str, part: Path, progress: Progress | None, hosts: Collection[str]) -> None:
    start = part.stat().st_size if part.exists() else 0
    try:
        answer = _open(url, start, hosts)
    except urllib.error.HTTPError as error:
        if error.code != 416 or not start:
            raise
        part.unlink()  # the part is no beginning of what the server has now
        start, answer = 0, _open(url, 0, hosts)
    with answer:
        if start and (answer.status != 206 or not _continues(answer.headers, start)):
            start = 0
        total = _total(answer.headers, start)
        if total is not None and total > _MAX_BYTES:
            raise DataSourceError(f"{url} has {total} bytes; more than {_MAX_BYTES} are refused")
        done = _copy(answer, part, start, progress)
    if total is not None and done != total:
        raise DataSourceError(f"{url} broke off at {done} of {total} bytes; call again to go on with it")


def _copy(answer: http.client.HTTPResponse, part: Path, start: int, progress: Progress | None) -> int:
    done, total = start, _total(answer.headers, start)
    with part.open("ab" if start else "wb") as out:
        while chunk := answer.read(_CHUNK):
            if not done and _is_web_page(answer.headers, chunk):
                out.close()
                part.unlink()
                raise DataSourceError(f"{answer.url} is a web page instead of the file; is the address still right?")
            out.write(chunk)
            done += len(chunk)
            if done > _MAX_BYTES:
                raise DataSourceError(f"{answer.url} sends more than {_MAX_BYTES} bytes; refused")
            if progress is not None:
                progress(done, total)
        out.flush()
        os.fsync(out.fileno())
    return done


def _open(url: str, start: int, hosts: Collection[str]) -> http.client.HTTPResponse:
    headers = {"User-Agent": "superatom", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 -- scheme and host are checked
    opener = urllib.request.build_opener(_SameHosts(hosts))
    answer: http.client.HTTPResponse = opener.open(request, timeout=_TIMEOUT_S)
    return answer


class _SameHosts(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to an allowed host."""

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = hosts

    def redirect_request(  # noqa: PLR0917 -- the signature of the base class
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        _check_address(newurl, self._hosts)
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type,unused-ignore]


def _check_address(url: str, hosts: Collection[str]) -> None:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in hosts:
        raise DataSourceError(f"{url} is refused; only http(s) on {', '.join(sorted(hosts))} is fetched")


def _continues(headers: Message, start: int) -> bool:
    return str(headers.get("Content-Range", "")).startswith(f"bytes {start}-")


def _total(headers: Message, start: int) -> int | None:
    length = str(headers.get("Content-Length", ""))
    return start + int(length) if length.isdigit() else None


def _is_web_page(headers: Message, chunk: bytes) -> bool:
    content_type = str(headers.get("Content-Type", "")).lower()
    return content_type.startswith("text/html") or chunk.lstrip()[:20].lower().startswith(_HTML)


def _extract(archive: Path, staging: Path, inner: PurePosixPath) -> int:
    n_files = n_bytes = 0
    with tarfile.open(archive, "r:gz") as tar:
        for n_members, member in enumerate(tar, start=1):
            if n_members > _MAX_MEMBERS:
                raise DataSourceError(f"{archive.name} holds more than {_MAX_MEMBERS} entries; refused")
            path = _inside(PurePosixPath(member.name), inner, archive)
            if path is None or member.isdir():
                continue
            if not member.isreg():
                raise DataSourceError(f"{archive.name} holds {member.name!r}, which is a link or device; refused")
            n_bytes += member.size
            if n_bytes > _MAX_BYTES:
                raise DataSourceError(f"{archive.name} unpacks to more than {_MAX_BYTES} bytes; refused")
            source = tar.extractfile(member)
            if source is None:
                continue
            target = staging.joinpath(*path.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with source, target.open("wb") as out:
                shutil.copyfileobj(source, out)
            n_files += 1
    return n_files


def _inside(name: PurePosixPath, inner: PurePosixPath, archive: Path) -> PurePosixPath | None:
    """Return the name below `inner` without the top folder, None when it lies elsewhere; refuse names leading out."""
    if name.is_absolute() or ".." in name.parts or "\\" in str(name):
        raise DataSourceError(f"{archive.name} holds the name {str(name)!r}, which leads outside; refused")
    below_top = PurePosixPath(*name.parts[1:])
    if below_top == inner and inner.parts:
        return PurePosixPath(inner.name)  # `inner` is itself a file
    return below_top.relative_to(inner) if below_top.is_relative_to(inner) and below_top.parts else None


@contextmanager
def _exclusive(part: Path) -> Iterator[None]:
    """Hold the part for this process alone (POSIX; elsewhere two fetches of one file must not run at once)."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover -- Windows
        yield
        return
    with part.with_suffix(".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataSourceError(f"{part.name} is being fetched by another process; wait for it") from error
        try:
            yield
        finally:
            part.with_suffix(".lock").unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    """Flush the rename itself to disk, where the system allows opening a folder."""
    if os.name != "posix":  # pragma: no cover
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
