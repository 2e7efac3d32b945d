"""One database, SQLite or PostgreSQL: connections, transactions of one writer at a time, errors in one sentence.

Writers queue: SQLite by ``BEGIN IMMEDIATE``, PostgreSQL by an advisory lock held to the end of the transaction. What a
writer numbers is therefore numbered in the order in which it becomes visible, and without gaps. A commit returns once
the data are on the disk (SQLite: ``synchronous=FULL``; PostgreSQL: ``synchronous_commit``, even where the server has it
off).
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, Literal

from sqlalchemy import URL, Connection, create_engine, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from superatom.errors import MissingEngineError, StoreError

WAIT_S = 60  # for another writer, before giving up
_TRY_S = 2  # of it in silence
_PAUSE_S = 0.05  # some locks SQLite reports at once, without waiting itself
_LOCK = 0x5341746F6D  # any number, the same for every superatom
_INSTALL = "install it with: pip install 'superatom[postgres]'"
_PREPARE_POSTGRESQL = f"""
SELECT set_config('lock_timeout', '{WAIT_S}s', true),
CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END
"""
_LOCKED = f"another program has kept it locked for {WAIT_S} s; nothing was written, try again when it has finished"
_SENTENCES = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "its folder can only be read, and SQLite has to write beside the file: copy it elsewhere",
    "SQLITE_CANTOPEN": "the file cannot be opened; do you have the right to read and write it and its folder?",
    "SQLITE_BUSY": _LOCKED,
    "55P03": _LOCKED,  # PostgreSQL: lock_not_available
    "SQLITE_CORRUPT": "the file is damaged; take the last copy, or rescue what can be read with `sqlite3 .recover`",
    "SQLITE_NOTADB": "the file is damaged or no superatom library",
    "SQLITE_IOERR": "the disk reports an error",
    "SQLITE_TOOBIG": "it is larger than a database can hold",
}


class Database:
    """Connections to one library; safe for several threads, and after a fork."""

    def __init__(self, url: URL, name: str, *, is_read_only: bool = False) -> None:
        self.name = name
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.is_read_only = is_read_only
        try:
            if self.is_sqlite:
                self._engine = create_engine(url, connect_args={"timeout": _TRY_S})
                event.listen(self._engine, "connect", _prepare_sqlite)
                event.listen(self._engine, "begin", _begin_sqlite)
            else:
                self._engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
        except ImportError as error:
            raise MissingEngineError(
                f"PostgreSQL needs the package psycopg, which is not installed; {_INSTALL}"
            ) from error
        self._process = os.getpid()
        self._turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with."""
        with self._said_plainly(), self._connection() as connection:
            if self.is_sqlite:  # the first read takes the lock; those that follow never wait
                self._patiently(lambda: connection.exec_driver_sql("SELECT 1 FROM sqlite_schema LIMIT 1").all())
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection that is the only writer; its changes are on the disk, all of them, when the block ends."""
        if self.is_read_only:
            raise StoreError(f"the library {self.name} can only be read: you have no right to write the file")
        self._notice_fork()
        with self._said_plainly(), self._turn, self._connection() as connection:
            self._wait_for_turn(connection)
            yield connection
            self._commit(connection)

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self._engine.dispose()

    def journal_mode(self, mode: Literal["wal", "delete"]) -> None:
        """Set how an SQLite file is protected against a crash; outside any transaction, as SQLite wants it."""
        with self._said_plainly(), closing(self._engine.raw_connection()) as raw:
            cursor = raw.cursor()
            self._patiently(lambda: cursor.execute(f"PRAGMA journal_mode={mode}"))

    def _connection(self) -> Connection:
        self._notice_fork()
        return self._engine.connect()

    def _notice_fork(self) -> None:
        """Leave connections and the lock to the process that made them."""
        if os.getpid() != self._process:
            self._engine.dispose(close=False)
            self._process, self._turn = os.getpid(), threading.Lock()

    def _wait_for_turn(self, connection: Connection) -> None:
        if self.is_sqlite:
            connection.execution_options(is_writer=True)
            self._patiently(connection.begin)
        else:
            connection.execute(text(_PREPARE_POSTGRESQL))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))

    def _patiently(self, action: Callable[[], object]) -> None:
        """Do it, again and again for `WAIT_S` while another program has an SQLite file locked, and say so once."""
        start, is_said = time.monotonic(), False
        while True:
            try:
                action()
            except (DBAPIError, sqlite3.Error) as error:
                left = WAIT_S - (time.monotonic() - start)
                if not _code(error).startswith("SQLITE_BUSY") or left <= 0:
                    raise
                if not is_said and left <= WAIT_S - _TRY_S:
                    said = "superatom: another program is writing to %s; waiting for up to %.0f s more"
                    logging.getLogger(__name__).warning(said, self.name, left)
                    is_said = True
                time.sleep(_PAUSE_S)
            else:
                return

    def _commit(self, connection: Connection) -> None:
        try:
            if (
                self.is_sqlite
            ):  # with a rollback journal, it waits for those that read; SQLAlchemy's may not be repeated
                self._patiently(lambda: connection.exec_driver_sql("COMMIT"))
            connection.commit()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise StoreError(
                    f"the connection to {self.name} broke while saving: look whether it is there before you repeat it"
                ) from error
            raise

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise StoreError(f"the library {self.name}: {_reason(error)}") from error


def _prepare_sqlite(raw: Any, _record: object) -> None:
    raw.isolation_level = None  # transactions are begun by `_begin_sqlite`, not by the driver's guess
    for pragma in ("synchronous=FULL", "fullfsync=ON", "foreign_keys=ON"):
        raw.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_writer = connection.get_execution_options().get("is_writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


def _code(error: Exception) -> str:
    """Return the name of an error of SQLite, or the SQLSTATE of one of PostgreSQL."""
    original = getattr(error, "orig", error)
    return str(getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None) or "")


def _reason(error: Exception) -> str:
    code = _code(error)
    for start, sentence in _SENTENCES.items():
        if code.startswith(start):
            return sentence
    first_line, *_ = str(getattr(error, "orig", None) or error).strip().splitlines()
    return first_line
