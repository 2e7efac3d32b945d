"""Versions of documents in a database, and the bytes of files: what is written stays, a change is a new version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from superatom.data.stores.database import Database
from superatom.data.stores.schema import BLOB, VERSION
from superatom.data.stores.values import StoredDocument
from superatom.errors import ConflictError, DocumentError, StoreError, UnknownNameError

PAGE = 1000
MAX_BYTES = 256 << 20  # one document or file; PostgreSQL and SQLite both stop near 1 GB
_NEWER = VERSION.alias("newer")


class Writer:
    """The one writer of a library while its transaction is open; what it returns counts once that has ended."""

    def __init__(self, connection: Connection, author: str, reason: str) -> None:
        self._connection = connection
        self._author = author
        self._reason = checked_text("the reason", reason)
        self._at = datetime.now(UTC)
        self._last = connection.execute(select(func.coalesce(func.max(VERSION.c.sequence), 0))).scalar_one()
        self.rows: list[dict[str, Any]] = []

    def last_id(self, kind: str) -> str:
        """Return the id given last to a document of a kind, or an empty string."""
        wanted = select(VERSION.c.id).where(VERSION.c.kind == kind, VERSION.c.n == 1)
        return self._connection.execute(wanted.order_by(VERSION.c.sequence.desc()).limit(1)).scalar() or ""

    def newest(self, kind: str, id: str) -> StoredDocument | None:
        """Return the newest stored version of a document, or None."""
        return newest(self._connection, kind, id)

    def versions(self, kind: str, id: str) -> tuple[StoredDocument, ...]:
        """Return all stored versions of a document, oldest first."""
        return versions(self._connection, kind, id)

    def append(
        self,
        kind: str,
        id: str,
        document: Mapping[str, Any],
        *,
        after: int,
        is_withdrawn: bool = False,
    ) -> StoredDocument:
        """Add version ``after + 1`` of a document, whose fields `to_text` can write."""
        self._last += 1
        new = StoredDocument(
            kind, id, after + 1, self._last, self._at, self._author, self._reason, document, is_withdrawn
        )
        text = to_text(document)
        self.rows.append(
            {
                "kind": kind,
                "id": id,
                "n": new.version,
                "sequence": new.sequence,
                "at": self._at.isoformat(),
                "author": self._author,
                "reason": self._reason,
                "document": text,
                "sha256": _sha256(text.encode()),
                "is_withdrawn": is_withdrawn,
            }
        )
        return new

    def keep(self, content: bytes) -> str:
        """Keep the bytes of a file once, and return their SHA-256 in hex."""
        key = _sha256(content)
        dialect = sqlite if self._connection.dialect.name == "sqlite" else postgresql
        self._connection.execute(dialect.insert(BLOB).on_conflict_do_nothing(), {"sha256": key, "content": content})
        return key


class Ledger:
    """Reads and writes the versions of one database."""

    def __init__(self, database: Database, author: str) -> None:
        self.database = database
        self.author = checked_text("the author", author)

    @contextmanager
    def writing(self, reason: str) -> Iterator[Writer]:
        """Give the writer; everything it appended is stored when the block ends, or nothing."""
        with self.database.writing() as connection:
            writer = Writer(connection, self.author, reason)
            yield writer
            if writer.rows:
                connection.execute(insert(VERSION), writer.rows)

    def newest(self, kind: str, id: str) -> StoredDocument | None:
        """Return the newest version of a document, or None."""
        with self.database.reading() as connection:
            return newest(connection, kind, id)

    def newest_of(self, kind: str, ids: Sequence[str]) -> dict[str, StoredDocument]:
        """Return the newest versions of those of the documents that there are, by id; one query a thousand of them."""
        is_superseded = exists().where(
            and_(_NEWER.c.kind == VERSION.c.kind, _NEWER.c.id == VERSION.c.id, _NEWER.c.n == VERSION.c.n + 1)
        )
        found: dict[str, StoredDocument] = {}
        with self.database.reading() as connection:
            for start in range(0, len(ids), PAGE):
                wanted = select(VERSION).where(VERSION.c.kind == kind, VERSION.c.id.in_(ids[start : start + PAGE]))
                rows = connection.execute(wanted.where(~is_superseded))
                found |= {row.id: _document(row._mapping) for row in rows}  # noqa: SLF001
        return found

    def versions(self, kind: str, id: str) -> tuple[StoredDocument, ...]:
        """Return all versions of a document, oldest first."""
        with self.database.reading() as connection:
            return versions(connection, kind, id)

    def ids(self, kind: str) -> tuple[str, ...]:
        """Return the ids of a kind in the order of their first versions."""
        wanted = select(VERSION.c.id).where(VERSION.c.kind == kind, VERSION.c.n == 1).order_by(VERSION.c.sequence)
        with self.database.reading() as connection:
            return tuple(connection.execute(wanted).scalars())

    def newest_of_all(self, kind: str, since: int) -> Iterator[Row[Any]]:
        """Yield the newest version of each document of a kind whose sequence is above `since`, in that order.

        What is yielded is one state of the library, that of the first step; no transaction stays open between steps.
        """
        with self.database.reading() as connection:
            until = connection.execute(select(func.max(VERSION.c.sequence))).scalar() or 0
        is_superseded = exists().where(
            and_(
                _NEWER.c.kind == VERSION.c.kind,
                _NEWER.c.id == VERSION.c.id,
                _NEWER.c.n == VERSION.c.n + 1,
                _NEWER.c.sequence <= until,
            )
        )
        page = select(VERSION).where(VERSION.c.kind == kind, VERSION.c.sequence <= until, ~is_superseded)
        page = page.order_by(VERSION.c.sequence).limit(PAGE)
        while since < until:
            with self.database.reading() as connection:
                rows = connection.execute(page.where(VERSION.c.sequence > since)).all()
            yield from rows
            if len(rows) < PAGE:
                return
            since = rows[-1].sequence

    def content(self, sha256: str) -> bytes:
        """Return the bytes kept under a SHA-256."""
        with self.database.reading() as connection:
            found = connection.execute(select(BLOB.c.content).where(BLOB.c.sha256 == sha256)).scalar()
        if found is None:
            raise UnknownNameError(f"no file with the SHA-256 {sha256!r} is in the library {self.database.name}")
        if _sha256(found) != sha256:
            raise StoreError(f"the file {sha256} in {self.database.name} is damaged: its checksum is another one")
        return bytes(found)


def newest(connection: Connection, kind: str, id: str) -> StoredDocument | None:
    """Return the newest version of a document, or None where there is no such document."""
    wanted = select(VERSION).where(VERSION.c.kind == kind, VERSION.c.id == id).order_by(VERSION.c.n.desc()).limit(1)
    row = connection.execute(wanted).first()
    return None if row is None else _document(row._mapping)  # noqa: SLF001


def versions(connection: Connection, kind: str, id: str) -> tuple[StoredDocument, ...]:
    """Return all versions of a document, oldest first."""
    wanted = select(VERSION).where(VERSION.c.kind == kind, VERSION.c.id == id).order_by(VERSION.c.n)
    return tuple(_document(row._mapping) for row in connection.execute(wanted))  # noqa: SLF001


def expect(found: StoredDocument | None, expected_version: int, what: str) -> None:
    """Refuse a change that was made to another version than the newest."""
    if (found.version if found else 0) == expected_version:
        return
    if found is None:
        raise ConflictError(f"{what} does not exist, so it has no version {expected_version}; the first is made from 0")
    because = f", {found.reason}" if found.reason else ""
    raise ConflictError(
        f"{what} is at version {found.version} (by {found.author}, {found.at:%Y-%m-%d %H:%M} UTC{because}), not at "
        f"{expected_version}: look at that version and repeat the change on it"
    )


def to_text(document: Mapping[str, Any]) -> str:
    """Return one line of JSON, the same for the same document; raises `DocumentError`."""
    try:
        text = json.dumps(document, ensure_ascii=False, sort_keys=True, allow_nan=False)
        n_bytes = len(text.encode())
    except (TypeError, ValueError) as error:
        raise DocumentError(f"this cannot be written as a document: {error}") from error
    if n_bytes > MAX_BYTES:
        raise DocumentError(f"a document of {n_bytes} bytes; up to {MAX_BYTES} are legal")
    return text


def checked_text(what: str, text: str) -> str:
    """Return a text both databases can hold: no NUL, no half of a surrogate pair."""
    if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise StoreError(f"{what} is {text!r}, which holds a character no database keeps")
    return text


def _document(row: Mapping[Any, Any]) -> StoredDocument:
    return StoredDocument(
        kind=row["kind"],
        id=row["id"],
        version=row["n"],
        sequence=row["sequence"],
        at=datetime.fromisoformat(row["at"]),
        author=row["author"],
        reason=row["reason"],
        document=json.loads(checked_document(row["document"], row["sha256"], row["kind"], row["id"])),
        is_withdrawn=row["is_withdrawn"],
    )


def checked_document(text: str, sha256: str, kind: str, id: str) -> str:
    """Return the text of a document after checking it against its checksum."""
    if _sha256(text.encode()) != sha256:
        raise StoreError(f"{kind} {id} is damaged: its text does not have the checksum stored beside it")
    return text


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
