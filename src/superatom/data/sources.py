"""Public data sets: address, commit, licence, citation; fetched once into a cache, or read from a local mirror.

Each row of `tables/sources.csv` is a part of a set, pinned to one commit of a public repository. No checksum of the
public files was published, so the first fetch is trusted: its checksums go into `sources.lock.json` in the cache and
every later check holds the files to them. A folder named in SUPERATOM_DATA_MIRROR stands in for the addresses; it is
checked against its own MANIFEST.sha256 and may hold only a part of the public rows.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TypedDict

from superatom.data.download import GITHUB_HOSTS, Progress, download, file_sha256, unpack
from superatom.data.rows import Row, packaged_rows
from superatom.errors import DataSourceError, UnknownNameError, did_you_mean

MIRROR_VARIABLE = "SUPERATOM_DATA_MIRROR"
CACHE_VARIABLE = "SUPERATOM_CACHE"
LOCK_FILE = "sources.lock.json"
UNKNOWN_CHECKSUM = "unknown until first fetch"
_STRUCTURE_FORMATS = {"xyz", "extxyz", "cif", "mol2", "pdb", "gro"}
_COLUMNS = ("id", "title", "repository", "commit", "path", "format", "licence", "citation")


class _Record(TypedDict):
    """What the lock file keeps of one fetched part."""

    url: str
    files: dict[str, str]  # path inside the part -> SHA-256


_Lock = dict[str, _Record]


@dataclass(frozen=True, slots=True)
class DataSource:
    """One part of a set: a file or folder of a public repository at one commit; `sha256` is empty while unknown."""

    id: str
    title: str
    repository: str
    commit: str
    path: str
    format: str
    licence: str
    citation: str
    doi: str
    sha256: str
    notes: str

    @property
    def set_name(self) -> str:
        """The set this part belongs to."""
        return self.id.partition("/")[0]

    @property
    def is_file(self) -> bool:
        """Whether one file is fetched; otherwise a folder out of the repository's archive."""
        return "." in self.path.rpartition("/")[2]

    @property
    def reader(self) -> str:
        """The function that reads its structures, as a dotted path; empty where there is none yet."""
        formats = {item.strip() for item in self.format.split(",")}
        return "superatom.structures.files.read_all" if formats & _STRUCTURE_FORMATS else ""

    @property
    def url(self) -> str:
        """The address that is fetched.

        >>> next(s for s in list_sources() if s.id == "agnp-flow-synthesis").url
        'https://raw.githubusercontent.com/PV-Lab/Benchmarking/7585c5.../datasets/AgNP_dataset.csv'
        """
        if self.is_file:
            return f"https://raw.githubusercontent.com/{self.repository}/{self.commit}/{self.path}"
        return f"https://codeload.github.com/{self.repository}/tar.gz/{self.commit}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check found: how many files, against which list, and what is wrong in one sentence each."""

    name: str
    checked_against: str
    n_files: int
    problems: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether every file is there and unchanged."""
        return not self.problems


@cache
def list_sources() -> tuple[DataSource, ...]:
    """Return every part of every set, in table order.

    >>> len({source.set_name for source in list_sources()})
    23
    """
    return tuple(_source(row) for row in packaged_rows("sources.csv", _COLUMNS))


def parts(name: str) -> tuple[DataSource, ...]:
    """Return the parts of the set `name`, or the one part called so; raises `UnknownNameError`."""
    found = tuple(source for source in list_sources() if name in (source.id, source.set_name))
    if not found:
        names = list(dict.fromkeys(source.set_name for source in list_sources()))
        raise UnknownNameError(f"unknown data set {name!r}.{did_you_mean(name, names)} Known: {', '.join(names)}")
    return found


def cache_folder(cache_dir: str | Path | None = None) -> Path:
    """Return the cache: the argument, else SUPERATOM_CACHE, else ``superatom/data`` in the user's cache folder."""
    if cache_dir is not None:
        return Path(cache_dir)
    if named := os.environ.get(CACHE_VARIABLE):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "superatom" / "data"


def mirror_folder(name: str) -> Path | None:
    """Return the folder of the set in the local mirror, or None when there is no mirror or it lacks the set."""
    root = os.environ.get(MIRROR_VARIABLE, "")
    folder = Path(root) / parts(name)[0].set_name if root else None
    return folder if folder is not None and folder.is_dir() else None


def fetch(
    name: str,
    cache_dir: str | Path | None = None,
    progress: Progress | None = None,
    *,
    base_url: str = "",
    hosts: Collection[str] = GITHUB_HOSTS,
) -> Path:
    """Fetch a set, or one part of it, into the cache and return its folder; what is there already is not fetched again.

    `progress` is called with (bytes so far, bytes in all or None). `base_url` replaces scheme and host of the public
    address, for a proxy on one of `hosts`. Raises `UnknownNameError`, or `DataSourceError` with one sentence; a broken
    transfer goes on at the next call. A set in the local mirror is at hand: nothing is fetched.
    """
    if cache_dir is None and not base_url and (mirror := mirror_folder(name)) is not None:
        return mirror
    root = cache_folder(cache_dir)
    for part in parts(name):
        folder = _part_folder(root, part)
        lock = _read_lock(root)
        if part.id in lock and folder.is_dir():
            continue
        url = base_url.rstrip("/") + "/" + part.url.split("/", 3)[3] if base_url else part.url
        before = lock[part.id]["files"] if part.id in lock else {}
        if part.is_file:
            file = part.path.rpartition("/")[2]
            download(url, folder / file, sha256=part.sha256 or before.get(file, ""), progress=progress, hosts=hosts)
        else:
            _fetch_folder(part, folder, before, partial(download, url, progress=progress, hosts=hosts))
        lock = _read_lock(root)
        lock[part.id] = {"url": part.url, "files": _checksums(folder)}
        _write_lock(root, lock)
    return _set_folder(root, name)


def verify(name: str, cache_dir: str | Path | None = None) -> Verification:
    """Check a set in the mirror against its manifest, or in the cache against what the first fetch recorded.

    Raises `DataSourceError` when the set is in neither.
    """
    wanted = parts(name)
    if (mirror := mirror_folder(name)) is not None:
        manifest = _read_manifest(mirror.parent, wanted[0].set_name)
        return _compare(name, f"{MIRROR_VARIABLE}/MANIFEST.sha256", mirror.parent, manifest)
    root = cache_folder(cache_dir)
    lock = _read_lock(root)
    fetched = [part for part in wanted if part.id in lock]
    if not fetched:
        raise DataSourceError(_absent(name))
    expected: dict[str, str] = {}
    for part in fetched:
        folder = _part_folder(root, part).relative_to(root)
        expected |= {(folder / file).as_posix(): digest for file, digest in lock[part.id]["files"].items()}
    missing = tuple(f"{part.id} is not fetched" for part in wanted if part.id not in lock)
    result = _compare(name, LOCK_FILE, root, expected)
    return Verification(result.name, result.checked_against, result.n_files, result.problems + missing)


def path(name: str, cache_dir: str | Path | None = None) -> Path:
    """Return the folder of a set: that of the mirror if there is one, else of the cache.

    Raises `DataSourceError` when the set is in neither.
    """
    if (mirror := mirror_folder(name)) is not None:
        return mirror
    root = cache_folder(cache_dir)
    lock = _read_lock(root)
    if all(part.id in lock and _part_folder(root, part).is_dir() for part in parts(name)):
        return _set_folder(root, name)
    raise DataSourceError(_absent(name))


def checksum(source: DataSource, cache_dir: str | Path | None = None) -> str:
    """Return the SHA-256 of a one-file part, else how many files the first fetch recorded, else that it is unknown."""
    if source.sha256:
        return source.sha256
    recorded = _read_lock(cache_folder(cache_dir)).get(source.id)
    if recorded is None:
        return UNKNOWN_CHECKSUM
    digests = list(recorded["files"].values())
    return digests[0] if len(digests) == 1 else f"{len(digests)} files recorded at the first fetch"


def _fetch_folder(part: DataSource, folder: Path, before: dict[str, str], get: Callable[[Path], str]) -> None:
    """Fetch the repository's archive, unpack the part into `folder` and hold it to an earlier fetch, if any."""
    archive = folder.with_name(f"{folder.name}.tar.gz")
    get(archive)
    try:
        unpack(archive, folder, inner=part.path)
    finally:
        archive.unlink(missing_ok=True)
    if before and _checksums(folder) != before:
        raise DataSourceError(f"{part.id} differs from its first fetch, recorded in {LOCK_FILE}")


def _set_folder(root: Path, name: str) -> Path:
    found = parts(name)
    return root / found[0].set_name if name == found[0].set_name else root.joinpath(*found[0].id.split("/"))


def _part_folder(root: Path, part: DataSource) -> Path:
    return root.joinpath(*part.id.split("/"))


def _checksums(folder: Path) -> dict[str, str]:
    return {file.relative_to(folder).as_posix(): file_sha256(file) for file in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file())


def _read_manifest(root: Path, set_name: str) -> dict[str, str]:
    manifest = root / "MANIFEST.sha256"
    try:
        lines = manifest.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataSourceError(f"the mirror {root} has no readable MANIFEST.sha256, so it cannot be checked") from error
    pairs = (line.split(maxsplit=1) for line in lines if line.strip())
    listed = {name.lstrip("*").removeprefix("./"): digest for digest, name in pairs}
    return {name: digest for name, digest in listed.items() if name.startswith(f"{set_name}/")}


def _compare(name: str, against: str, root: Path, expected: dict[str, str]) -> Verification:
    problems = []
    for file, digest in expected.items():
        where = root / file
        if not where.is_file():
            problems.append(f"{file} is missing")
        elif file_sha256(where) != digest:
            problems.append(f"{file} has changed")
    if not expected:
        problems.append(f"{against} lists no file of {name}")
    return Verification(name, against, len(expected), tuple(problems))


def _read_lock(root: Path) -> _Lock:
    file = root / LOCK_FILE
    if not file.exists():
        return {}
    try:
        lock = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataSourceError(f"{file} cannot be read ({error}); move it away to fetch anew") from error
    if not isinstance(lock, dict):
        raise DataSourceError(f"{file} is not a list of fetched sets; move it away to fetch anew")
    return lock


def _write_lock(root: Path, lock: _Lock) -> None:
    text = json.dumps(lock, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=root, suffix=".part", delete=False) as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    Path(handle.name).replace(root / LOCK_FILE)


def _absent(name: str) -> str:
    return f"the data set {name} is not here; run `superatom data fetch {name}` or name a mirror in {MIRROR_VARIABLE}"


def _source(row: Row) -> DataSource:
    if len(row["commit"]) != 40 or not row["licence"] or not row["citation"]:
        row.refuse("a source needs a commit of 40 hex digits, a licence (or 'none stated') and a citation")
    return DataSource(
        id=row["id"],
        title=row["title"],
        repository=row["repository"],
        commit=row["commit"],
        path=row["path"],
        format=row["format"],
        licence=row["licence"],
        citation=row["citation"],
        doi=row["doi"],
        sha256=row["sha256"],
        notes=row["notes"],
    )
