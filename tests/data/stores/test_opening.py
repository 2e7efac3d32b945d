"""Opening a library: addresses, and what is refused in one sentence."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from superatom.data.stores import opening
from superatom.data.stores.database import Database
from superatom.data.stores.opening import default_library, open_store
from superatom.errors import MissingEngineError, StoreError
from worlds_stores import PrivateServer, record


def test_where_the_library_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPERATOM_LIBRARY", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with open_store() as store:
        assert store.name == str(default_library()) == str(tmp_path / "data/superatom/library.sqlite")
        assert store.add(record()).author
    monkeypatch.setenv("SUPERATOM_LIBRARY", str(tmp_path / "lab.sqlite"))
    with open_store() as store:
        assert store.name == str(tmp_path / "lab.sqlite")
        assert store.remarks == ()
    with open_store(tmp_path / "other") as store:
        store.add(record())
    with open_store(f"sqlite:///{tmp_path}/other") as store:
        assert store.record("E0001").record == record()


def test_a_mistyped_library_is_not_made_where_none_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPERATOM_LIBRARY", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for named in (tmp_path / "lba.sqlite", f"sqlite:///{tmp_path}/lba.sqlite"):
        with pytest.raises(StoreError, match=r"there is no library .*lba\.sqlite"):
            open_store(named, is_new_legal=False)
    assert not (tmp_path / "lba.sqlite").exists()
    with open_store(is_new_legal=False) as store:  # one's own
        assert store.record("S001").is_cited


def test_a_data_folder_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").touch()
    monkeypatch.delenv("SUPERATOM_LIBRARY", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with pytest.raises(StoreError, match="cannot make the folder"):
        open_store()


@pytest.mark.parametrize(
    "url", ["mysql://me@host/lab", "sqlite://", "sqlite:///:memory:", "sqlite:///x?mode=ro", "what://", "http://x:y"]
)
def test_wrong_addresses(url: str) -> None:
    with pytest.raises(StoreError, match="postgresql://USER@HOST/DATABASE is legal"):
        open_store(url)


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="needs the extra postgres")
    with pytest.raises(StoreError) as caught:
        open_store(f"postgresql://ada:secret@/lab?host={tmp_path}")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(StoreError) as caught:
        open_store("mysql://ada:secret@host/lab")
    assert "secret" not in str(caught.value)


def test_no_psycopg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingEngineError, match=r"pip install 'superatom\[postgres\]'") as caught:
        open_store("postgresql://ada@host/lab")
    assert caught.value.exit_code == 3


def test_missing_folder_and_folder_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"the folder .*absent of the library does not exist"):
        open_store(tmp_path / "absent" / "lab.sqlite")
    with pytest.raises(StoreError, match="is a folder"):
        open_store(tmp_path)


def test_a_file_that_is_no_library_is_left_untouched(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("my notes")
    alien = tmp_path / "alien.sqlite"
    with sqlite3.connect(alien) as connection:
        connection.execute("CREATE TABLE library_version (x)")
    connection.close()
    for path in (text, alien):
        before = path.read_bytes()
        with pytest.raises(StoreError, match="is no superatom library; it was left as it is"):
            open_store(path)
        assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["alien.sqlite", "notes.txt"]


def test_an_empty_file_becomes_a_library(tmp_path: Path) -> None:
    path = tmp_path / "lab.sqlite"
    path.touch()
    with open_store(path) as store:
        assert store.add(record()).id == "E0001"


def test_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "lab.sqlite"
    with open_store(path) as store:
        store.add_many([record(str(i)) for i in range(50)])
    held = bytearray(path.read_bytes())
    held[4096:-4096] = os.urandom(len(held) - 8192)
    path.write_bytes(held)
    with pytest.raises(StoreError, match="damaged"), open_store(path) as store:
        list(store.iterate())


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lab.sqlite"
    with open_store(path) as store:
        store.add(record("a"))
    made = Database.__init__

    def small(self: Database, *given: object, **named: object) -> None:
        made(self, *given, **named)  # type: ignore[arg-type]
        event.listen(self._engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count = 40"))

    monkeypatch.setattr(Database, "__init__", small)
    with open_store(path) as store:
        with pytest.raises(StoreError, match=r"lab.sqlite: the disk is full$"):
            store.add_many([record(str(i)) for i in range(200)])
        assert [s.record.batch for s in store.iterate() if not s.is_cited] == ["a"]


def test_a_file_that_can_only_be_read(tmp_path: Path) -> None:
    path = tmp_path / "lab.sqlite"
    with open_store(path) as store:
        store.add(record("a"))
    with pytest.MonkeyPatch.context() as patch:  # root may write whatever the file says
        patch.setattr(opening.os, "access", lambda *_: False)
        with open_store(path) as store:
            assert store.record("E0001").record.batch == "a"
            assert "can only be read" in store.remarks[0]
            with pytest.raises(StoreError, match="can only be read"):
                store.add(record("b"))


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a locked library a moment only."""
    monkeypatch.setattr("superatom.data.stores.database._TRY_S", 0.01)
    monkeypatch.setattr("superatom.data.stores.database.WAIT_S", 0.2)


@pytest.mark.usefixtures("hasty")
def test_a_locked_file_is_waited_for_and_that_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "lab.sqlite"
    with open_store(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"has kept it locked for 60 s; nothing was written, try again"):
            store.add(record("a"))
        assert store.ids("synthesis") == ()  # readers do not wait
        assert [one.getMessage() for one in caplog.records] == [
            f"superatom: another program is writing to {path}; waiting for up to 0 s more"
        ]
        other.execute("ROLLBACK")
        assert store.add(record("b")).id == "E0001"


@pytest.mark.usefixtures("hasty")
def test_with_a_rollback_journal_readers_and_writers_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lab.sqlite"
    monkeypatch.setattr(opening, "_file_system", lambda _: "nfs4")
    with open_store(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="has kept it locked"):
            store.ids("synthesis")
        other.execute("ROLLBACK")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM library_version").fetchone()
        with pytest.raises(StoreError, match="has kept it locked"):
            store.add(record("a"))
        other.execute("ROLLBACK")
        assert store.ids("synthesis") == ()
        assert store.add(record("b")).id == "E0001"


def test_a_network_file_system_gets_a_rollback_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lab.sqlite"
    open_store(path).close()
    monkeypatch.setattr(opening, "_file_system", lambda _: "nfs4")
    with open_store(path) as store:
        assert "network file system (nfs4)" in store.remarks[0]
        store.add(record())
        assert not path.with_name("lab.sqlite-wal").exists()
    assert path.read_bytes()[18:20] == b"\x01\x01"  # the file format of a rollback journal; 2 is WAL


def test_the_file_system_of_a_path(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    lab = tmp_path / "lab disk"
    escaped = str(lab).replace(" ", "\\040")
    mounts.write_text(
        f"/dev/sda / ext4 rw 0 0\nserver:/x {escaped} nfs4 rw 0 0\nsshfs {lab.parent}/lab fuse.sshfs rw 0 0\n"
    )
    assert opening._file_system(lab / "a" / "lab.sqlite", mounts) == "nfs4"
    assert opening._file_system(tmp_path / "x", mounts) == "ext4"
    assert opening._file_system(tmp_path / "x", tmp_path / "absent") == ""


def test_a_server_that_is_down_says_so(server: PrivateServer) -> None:
    url = server.database("down")
    with open_store(url) as store:
        store.add(record("a"))
        server.stop("immediate")
        try:
            with pytest.raises(StoreError, match=r"^the library postgresql://superatom@/down"):
                store.add(record("b"))
            with pytest.raises(StoreError):
                open_store(url)
        finally:
            server.start()
        assert [s.record.batch for s in store.iterate() if not s.is_cited] == ["a"]  # the same store goes on
        assert store.add(record("c")).id == "E0002"


def test_a_server_whose_writer_does_not_end_is_waited_for(
    server: PrivateServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.database("busy")
    soon = "SELECT set_config('lock_timeout', '100ms', true)"
    monkeypatch.setattr("superatom.data.stores.database._PREPARE_POSTGRESQL", soon)
    with open_store(url) as store, open_store(url) as other:
        with other._ledger.database.writing(), pytest.raises(StoreError, match="another program has kept it locked"):
            store.add(record("a"))
        assert store.add(record("b")).id == "E0001"


def test_a_user_without_rights_reads_only(server: PrivateServer) -> None:
    url = server.database("shared")
    with open_store(url) as store:
        store.add(record("a"))
    server.execute("CREATE ROLE student LOGIN", "shared")
    server.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO student", "shared")
    with open_store(url.replace("superatom@", "student@")) as store:
        assert store.record("E0001").record.batch == "a"
        with pytest.raises(StoreError, match="permission denied for table library_version"):
            store.add(record("b"))


def test_synchronous_commit_is_switched_on(server: PrivateServer) -> None:
    url = server.database("hasty")
    server.execute("ALTER DATABASE hasty SET synchronous_commit TO off")
    with open_store(url) as store, store._ledger.database.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_importing_superatom_or_the_values_loads_no_database() -> None:
    code = "import sys, superatom, superatom.data.stores.values; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
