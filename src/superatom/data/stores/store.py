"""The library of experiments: records added, corrected and withdrawn as new versions; nothing is ever overwritten."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Row

from superatom.data.stores.attachments import attachment_of, bytes_of, file_kind
from superatom.data.stores.cited import cited_recipes
from superatom.data.stores.database import Database
from superatom.data.stores.ledger import Ledger, Writer, checked_document, checked_text, expect, to_text
from superatom.data.stores.selection import Selection
from superatom.data.stores.values import Attachment, FileKind, Stored, StoredDocument
from superatom.data.synthesis_records import SYNTHESIS, Origin, SynthesisRecord
from superatom.errors import StoreError, UnknownNameError
from superatom.structures.nanocluster import Nanocluster

_RECORD = "synthesis"
_FILE = "attachment"  # document n of this kind and a record's id is the n-th file attached to that record
_OWN_KINDS = (_RECORD, _FILE)
_KIND = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_ID = re.compile(r"\S(?:.{0,198}\S)?")


class Store:
    """An open library; made by `open_store`, closed by ``with`` or `close`. Safe for several threads and processes.

    What a method returned is on the disk. A change is a new version with author, time and reason; the old one stays.
    The cited recipes of the packaged tables (ids S..., L...) are part of every library and read only.

    Attributes
    ----------
    name
        The file or address, without a password.
    remarks
        What the user should know of this library, in sentences.
    """

    def __init__(self, database: Database, author: str, remarks: tuple[str, ...] = ()) -> None:
        self._ledger = Ledger(database, author)
        self.name = database.name
        self.remarks = remarks

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections to the database."""
        self._ledger.database.close()

    def add(self, record: SynthesisRecord, *, reason: str = "") -> Stored:
        """Add one record and return it with its new id (E0001, E0002, ...)."""
        return self.add_many([record], reason=reason)[0]

    def add_many(self, records: Iterable[SynthesisRecord], *, reason: str = "") -> tuple[Stored, ...]:
        """Add records, all or none, and return them with their new ids.

        Raises
        ------
        DocumentError
            For a record with a field of the wrong type: what could not be read again is not written.
        StoreError
            Where the library cannot be written.
        """
        checked = [_checked(record) for record in records]
        if not checked:
            return ()
        with self._ledger.writing(reason) as writer:
            return _added(writer, checked)

    def add_linked(
        self,
        records: Iterable[SynthesisRecord],
        kind: str,
        id: str,
        link: Callable[[tuple[str, ...]], Mapping[str, Any]],
        *,
        expected_version: int,
        reason: str = "",
    ) -> tuple[tuple[Stored, ...], StoredDocument]:
        """Add records and, in the same transaction, the version of a document of another room that names them.

        `link` makes the fields of the document from the new ids. Raises as `add_many` and `append` do; then neither the
        records nor the document are written.
        """
        checked = [_checked(record) for record in records]
        _check_kind(kind, id)
        with self._ledger.writing(reason) as writer:
            expect(writer.newest(kind, id), expected_version, f"the {kind} {id}")
            stored = _added(writer, checked)
            fields = json.loads(to_text(link(tuple(each.id for each in stored))))
            return stored, writer.append(kind, id, fields, after=expected_version)

    def revise(self, id: str, record: SynthesisRecord, *, expected_version: int, reason: str) -> Stored:
        """Replace a record by a new version; revising a withdrawn record takes it back into use.

        Raises
        ------
        ConflictError
            Where the newest version is not `expected_version`: somebody else was faster.
        UnknownNameError
            For an unknown id.
        StoreError
            For a cited recipe.
        """
        document, kept = _checked(record)
        with self._ledger.writing(_given(reason)) as writer:
            newest = self._own(id, writer.newest(_RECORD, id))
            expect(newest, expected_version, f"the record {id}")
            return _stored(writer.append(_RECORD, id, document, after=newest.version), kept)

    def withdraw(self, id: str, *, expected_version: int, reason: str) -> Stored:
        """Take a record out of use by a version that says so; its history stays. Raises as `revise` does."""
        with self._ledger.writing(_given(reason)) as writer:
            newest = self._own(id, writer.newest(_RECORD, id))
            expect(newest, expected_version, f"the record {id}")
            if newest.is_withdrawn:
                raise StoreError(f"the record {id} is withdrawn already (by {newest.author}: {newest.reason})")
            return _stored(writer.append(_RECORD, id, newest.document, after=newest.version, is_withdrawn=True))

    def record(self, id: str) -> Stored:
        """Return the newest version of a record; raises `UnknownNameError`."""
        if cited := cited_recipes().get(id):
            return cited
        return _stored(self._own(id, self._ledger.newest(_RECORD, id)))

    def history(self, id: str) -> tuple[Stored, ...]:
        """Return all versions of a record, oldest first; raises `UnknownNameError`."""
        if cited := cited_recipes().get(id):
            return (cited,)
        versions = self._ledger.versions(_RECORD, id)
        self._own(id, versions[-1] if versions else None)
        return tuple(map(_stored, versions))

    def iterate(
        self,
        *,
        origin: Origin | None = None,
        target: str | Nanocluster | None = None,
        ligand: str | None = None,
        text: str | None = None,
        since: int = 0,
        is_withdrawn: bool | None = False,
    ) -> Iterator[Stored]:
        """Yield the newest version of each record, in the order in which they became visible.

        Parameters
        ----------
        origin, target, ligand, text
            Which records: see `Selection`.
        since
            Only versions with a higher sequence than this. A program that polls keeps the highest sequence it has seen;
            it misses nothing and sees nothing twice. At 0, the cited recipes come first.
        is_withdrawn
            Only withdrawn records, only the others, or (None) both; a program that polls wants both.
        """
        wanted = Selection(origin, target, ligand, text)
        if since == 0 and not is_withdrawn:
            yield from (cited for cited in cited_recipes().values() if wanted.matches(cited.record))
        for row in self._ledger.newest_of_all(_RECORD, since):
            if is_withdrawn in (None, row.is_withdrawn) and wanted.may_match(row.document):
                record = SYNTHESIS.from_text(checked_document(row.document, row.sha256, _RECORD, row.id))
                if wanted.matches(record):
                    yield _stored_row(row, record)

    def attach(
        self,
        id: str,
        content: bytes | Path,
        *,
        name: str = "",
        kind: FileKind | str = FileKind.OTHER,
    ) -> Attachment:
        """Attach a file to a record; the same name and bytes once more change nothing.

        Parameters
        ----------
        content
            The bytes, or the file that holds them.
        name
            File name to show; empty takes that of the file.
        kind
            What it shows: one of `FileKind`.

        Raises
        ------
        StoreError
            For an unknown kind, no name, a file that cannot be read or is larger than 256 MiB, or a cited recipe.
        UnknownNameError
            For an unknown id.
        """
        shown = checked_text("the name", name or (content.name if isinstance(content, Path) else ""))
        if not shown:
            raise StoreError("a file is attached under a name; give one")
        shows = file_kind(kind)
        held = bytes_of(content)
        with self._ledger.writing("") as writer:
            self._own(id, writer.newest(_RECORD, id))
            key = writer.keep(held)
            files = [attachment_of(document) for document in writer.versions(_FILE, id)]
            if same := [old for old in files if (old.name, old.kind, old.sha256) == (shown, shows, key)]:
                return same[0]
            fields = {"name": shown, "kind": shows.value, "sha256": key, "n_bytes": len(held)}
            return attachment_of(writer.append(_FILE, id, fields, after=len(files)))

    def attachments(self, id: str) -> tuple[Attachment, ...]:
        """Return the files attached to a record, oldest first; raises `UnknownNameError` for an unknown id."""
        self.record(id)
        return tuple(map(attachment_of, self._ledger.versions(_FILE, id)))

    def content(self, sha256: str) -> bytes:
        """Return the bytes of an attached file; raises `UnknownNameError`, or `StoreError` where they are damaged."""
        return self._ledger.content(sha256)

    def append(
        self,
        kind: str,
        id: str,
        document: Mapping[str, Any],
        *,
        expected_version: int,
        reason: str = "",
    ) -> StoredDocument:
        """Add a version of a document of another room (a campaign); `expected_version` is 0 for the first.

        Raises
        ------
        ConflictError
            Where the newest version is not `expected_version`.
        StoreError, DocumentError
            For a kind or id no database keeps, and for fields that are no JSON.
        """
        _check_kind(kind, id)
        kept = json.loads(to_text(document))
        with self._ledger.writing(reason) as writer:
            expect(writer.newest(kind, id), expected_version, f"the {kind} {id}")
            return writer.append(kind, id, kept, after=expected_version)

    def latest(self, kind: str, id: str) -> StoredDocument:
        """Return the newest version of a document; raises `UnknownNameError`."""
        found = self._ledger.newest(kind, id)
        if found is None:
            raise UnknownNameError(f"no {kind} {id!r} is in the library {self.name}")
        return found

    def documents(self, kind: str, id: str) -> tuple[StoredDocument, ...]:
        """Return all versions of a document, oldest first; none for an unknown one."""
        return self._ledger.versions(kind, id)

    def ids(self, kind: str) -> tuple[str, ...]:
        """Return the ids of the documents of a kind, oldest first."""
        return self._ledger.ids(kind)

    def _own(self, id: str, found: StoredDocument | None) -> StoredDocument:
        """Return the version found, or say why there is none to change."""
        if found is not None:
            return found
        if id in cited_recipes():
            raise StoreError(f"{id} is a cited recipe, which is read only; add a record of your own instead")
        raise UnknownNameError(f"no record {id!r} is in the library {self.name}")


def _checked(record: SynthesisRecord) -> tuple[dict[str, Any], SynthesisRecord]:
    """Return the document of a record and the record as it will be read again."""
    document = SYNTHESIS.to_document(record)
    return document, SYNTHESIS.from_text(to_text(document))


def _check_kind(kind: str, id: str) -> None:
    """Refuse a kind and id of another room's document that no database keeps."""
    if not _KIND.fullmatch(kind) or kind in _OWN_KINDS:
        raise StoreError(f"{kind!r} is no kind of document; a lower-case word other than {' and '.join(_OWN_KINDS)} is")
    if not _ID.fullmatch(checked_text("the id", id)):
        raise StoreError(f"the id {id!r} is legal with 1 to 200 characters on one line, no space at its ends")


def _added(writer: Writer, checked: Sequence[tuple[dict[str, Any], SynthesisRecord]]) -> tuple[Stored, ...]:
    """Append checked records under the next free ids."""
    given = int(writer.last_id(_RECORD)[1:] or 0)
    documents = [
        writer.append(_RECORD, f"E{number:04d}", document, after=0)
        for number, (document, _) in enumerate(checked, start=given + 1)
    ]
    return tuple(_stored(document, record) for document, (_, record) in zip(documents, checked, strict=True))


def _given(reason: str) -> str:
    if not reason.strip():
        raise StoreError("a change needs its reason in words")
    return reason


def _stored(document: StoredDocument, record: SynthesisRecord | None = None) -> Stored:
    return Stored(
        id=document.id,
        version=document.version,
        sequence=document.sequence,
        at=document.at,
        author=document.author,
        reason=document.reason,
        record=record or SYNTHESIS.from_document(document.document),
        is_withdrawn=document.is_withdrawn,
    )


def _stored_row(row: Row[Any], record: SynthesisRecord) -> Stored:
    at = datetime.fromisoformat(row.at)
    return Stored(row.id, row.n, row.sequence, at, row.author, row.reason, record, row.is_withdrawn)
