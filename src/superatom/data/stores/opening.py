"""Opening a library: finding it, refusing what is none, making or upgrading its tables."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

from sqlalchemy import URL, Connection, inspect, make_url, text
from sqlalchemy.exc import ArgumentError

from superatom.data.stores.database import Database
from superatom.data.stores.schema import APPLICATION_ID, HEAD, METADATA, REVISION_TABLE
from superatom.data.stores.store import Store
from superatom.errors import StoreError

LIBRARY_VARIABLE = "SUPERATOM_LIBRARY"
_MAGIC = b"SQLite format 3\x00"
_LEGAL = "a file path, sqlite:///FILE or postgresql://USER@HOST/DATABASE is legal"
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "beegfs", "gpfs"}
)


def open_store(url: str | Path | None = None, *, author: str | None = None, is_new_legal: bool = True) -> Store:
    """Open the library of experiments, making or upgrading it where needed.

    Parameters
    ----------
    url
        A file, ``sqlite:///FILE`` or ``postgresql://USER@HOST/DATABASE``; None takes SUPERATOM_LIBRARY from the
        environment, else ``superatom/library.sqlite`` in the user's data folder.
    author
        Who writes; None takes the login name.
    is_new_legal
        Whether a library that is named and not there is made; False refuses it (a name may be mistyped). The one of the
        user's data folder is made at any time.

    Raises
    ------
    StoreError
        in one sentence: no such folder, no superatom library (the file is left untouched), a library of a newer
        superatom, a file or server that cannot be reached.
    MissingEngineError
        PostgreSQL without the package psycopg.

    >>> import tempfile
    >>> from superatom.data.synthesis_records import SynthesisRecord
    >>> folder = tempfile.TemporaryDirectory()
    >>> with open_store(f"{folder.name}/lab.sqlite", author="ada") as store:
    ...     stored = store.add(SynthesisRecord("[Au25(PET)18]-", ligands=("PET",)))
    ...     print(stored.id, stored.version, [s.id for s in store.iterate(target="Au36(TBBT)24")][:2])
    E0001 1 ['S069', 'S070']
    >>> folder.cleanup()
    """
    where = _url(url)
    is_new_legal = is_new_legal or not (url or os.environ.get(LIBRARY_VARIABLE))
    if where.get_backend_name() == "sqlite":
        path = Path(where.database or "")
        if not is_new_legal and not path.exists():
            raise StoreError(f"there is no library {path}; name one that exists, or make it by a first import into it")
        database = Database(where, str(path), is_read_only=_check_file(path))
    else:
        path = None
        database = Database(where, where.set(drivername="postgresql").render_as_string(hide_password=True))
    try:
        _make_or_upgrade(database, is_new_legal=is_new_legal)
        remarks = _protect(database, path) if path else ()
        return Store(database, author or _login(), remarks)
    except BaseException:
        database.close()
        raise


def default_library() -> Path:
    """Return ``superatom/library.sqlite`` in the user's data folder (XDG_DATA_HOME, else ``~/.local/share``)."""
    folder = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return folder / "superatom" / "library.sqlite"


def _url(url: str | Path | None) -> URL:
    if url is None:
        url = os.environ.get(LIBRARY_VARIABLE) or ""
    if not url:
        url = default_library()
        try:
            url.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot make the folder {url.parent}: {error.strerror}; name another library") from error
    if isinstance(url, Path) or "://" not in url:
        return URL.create("sqlite", database=str(Path(url).expanduser()))
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError(f"the address of the library cannot be read; {_LEGAL}") from error
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite" or parsed.query or parsed.database in (None, "", ":memory:"):
        raise StoreError(f"{parsed.render_as_string(hide_password=True)} is no address of a library; {_LEGAL}")
    return parsed.set(drivername="sqlite")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container user without a name
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def _check_file(path: Path) -> bool:
    """Refuse what is no library without touching it; return whether it can only be read."""
    try:
        if not path.parent.is_dir():
            raise StoreError(f"the folder {path.parent} of the library does not exist; make it first")
        if path.is_dir():
            raise StoreError(f"{path} is a folder; name a file in it, such as {path / 'library.sqlite'}")
        if not path.exists():
            return False
        with path.open("rb") as handle:
            header = handle.read(100)
    except OSError as error:
        raise StoreError(f"the library {path} cannot be read: {error.strerror or error}") from error
    if header and not (header.startswith(_MAGIC) and header[68:72] == APPLICATION_ID.to_bytes(4, "big")):
        raise StoreError(f"{path} is no superatom library; it was left as it is. Name a new or another file")
    return not os.access(path, os.W_OK)


def _make_or_upgrade(database: Database, *, is_new_legal: bool) -> None:
    """Bring the tables to `HEAD`, one process at a time, all steps in one transaction."""
    with database.reading() as connection:
        if (found := _checked_revision(connection, database.name)) == HEAD:
            return
        if found is None and not is_new_legal:
            raise StoreError(f"{database.name} holds no library yet; make it by a first import into it")
    with database.writing() as connection:
        if _checked_revision(connection, database.name) == HEAD:  # another process was faster
            return
        if database.is_sqlite:
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        migrate(connection)


def migrate(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to `revision` inside the transaction of `connection`."""
    from alembic.command import upgrade
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    upgrade(config, revision)


def _checked_revision(connection: Connection, name: str) -> str | None:
    """Return the newest migration the database has seen, None for none; refuses a newer one, and tables of others."""
    tables = set(inspect(connection).get_table_names())
    if REVISION_TABLE in tables:
        found = str(connection.execute(text(f"SELECT version_num FROM {REVISION_TABLE}")).scalar())  # noqa: S608
        if found > HEAD:
            raise StoreError(
                f"the library {name} was written by a newer superatom (its tables are of version {found}, this one "
                f"knows {HEAD}); update superatom"
            )
        return found
    if alien := tables & set(METADATA.tables):
        raise StoreError(
            f"the database {name} has a table {min(alien)} that is not superatom's; it was left as it is. "
            "Name another database"
        )
    return None


def _protect(database: Database, path: Path) -> tuple[str, ...]:
    """Choose the journal of an SQLite file by where it lies; return what the user should know of it."""
    if database.is_read_only:
        return (f"{path} can only be read: you have no right to write it",)
    system = _file_system(path)
    if system in _NETWORK or system.startswith("fuse."):
        database.journal_mode("delete")
        remark = (
            f"{path} lies on a network file system ({system}), whose locks are not always sound: it is written with a "
            "rollback journal. For several writers on several machines, use PostgreSQL"
        )
        return (remark,)
    database.journal_mode("wal")
    return ()


def _file_system(path: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Return the type of the file system a file lies on, or an empty string where the system does not tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    resolved = path.resolve()
    best, system = -1, ""
    for line in lines:
        _, point, kind, *_ = line.split()
        folder = Path(point.replace("\\040", " "))
        if resolved.is_relative_to(folder) and len(folder.parts) >= best:
            best, system = len(folder.parts), kind
    return system
