"""A change of the library: records added, corrected and withdrawn, and documents of other rooms, all or nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from superatom.data.stores.cited import cited_recipes
from superatom.data.stores.ledger import Writer, checked_text, expect, to_text
from superatom.data.stores.values import Stored, StoredDocument
from superatom.data.synthesis_records import SYNTHESIS, SynthesisRecord
from superatom.errors import StoreError, UnknownNameError

RECORD = "synthesis"
FILE = "attachment"  # document n of this kind and a record's id is the n-th file attached to that record
_OWN_KINDS = (RECORD, FILE)
_KIND = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_RECORD_ID = re.compile(r"(?P<series>[ESL])(?P<number>\d{1,9})")
_ID = re.compile(r"\S(?:.{0,198}\S)?")


class Change:
    """What one transaction writes; made by `Store.changing`. What its methods return counts once the block has ended.

    Attributes
    ----------
    library
        Name of the library, for what is said of it.
    """

    def __init__(self, writer: Writer, library: str, reason: str) -> None:
        self._writer = writer
        self._reason = reason
        self._changed: dict[tuple[str, str], StoredDocument] = {}
        self._last_number: int | None = None
        self.library = library

    def add(self, record: SynthesisRecord) -> Stored:
        """Add a record under the next free id (E0001, E0002, ...).

        Raises
        ------
        DocumentError
            For a record with a field of the wrong type: what could not be read again is not written.
        """
        document, kept = _checked(record)
        if self._last_number is None:
            self._last_number = int(self._writer.last_id(RECORD)[1:] or 0)
        self._last_number += 1
        return stored_of(self._append(RECORD, f"E{self._last_number:04d}", document, after=0), kept)

    def revise(self, id: str, record: SynthesisRecord, *, expected_version: int) -> Stored:
        """Replace a record by a new version; revising a withdrawn record takes it back into use.

        Raises
        ------
        ConflictError
            Where the newest version is not `expected_version`: somebody else was faster.
        UnknownNameError
            For an unknown id.
        StoreError
            For a cited recipe, or a change without its reason.
        """
        document, kept = _checked(record)
        newest = self._correctable(id, expected_version)
        return stored_of(self._append(RECORD, id, document, after=newest.version), kept)

    def withdraw(self, id: str, *, expected_version: int) -> Stored:
        """Take a record out of use by a version that says so; its history stays. Raises as `revise` does."""
        newest = self._correctable(id, expected_version)
        if newest.is_withdrawn:
            raise StoreError(f"the record {id} is withdrawn already (by {newest.author}: {newest.reason})")
        return stored_of(self._append(RECORD, id, newest.document, after=newest.version, is_withdrawn=True))

    def append(self, kind: str, id: str, document: Mapping[str, Any], *, expected_version: int) -> StoredDocument:
        """Add a version of a document of another room (a campaign); `expected_version` is 0 for the first.

        Raises
        ------
        ConflictError
            Where the newest version is not `expected_version`.
        StoreError, DocumentError
            For a kind or id no database keeps, and for fields that are no JSON.
        """
        if not _KIND.fullmatch(kind) or kind in _OWN_KINDS:
            raise StoreError(
                f"{kind!r} is no kind of document; a lower-case word other than {' and '.join(_OWN_KINDS)} is"
            )
        if not _ID.fullmatch(checked_text("the id", id)):
            raise StoreError(f"the id {id!r} is legal with 1 to 200 characters on one line, no space at its ends")
        fields = json.loads(to_text(document))
        expect(self._newest(kind, id), expected_version, f"the {kind} {id}")
        return self._append(kind, id, fields, after=expected_version)

    def _correctable(self, id: str, expected_version: int) -> StoredDocument:
        """Return the newest version of a record that may be changed now."""
        if not self._reason.strip():
            raise StoreError("a change needs its reason in words")
        newest = own(id, self._newest(RECORD, id), self.library)
        expect(newest, expected_version, f"the record {id}")
        return newest

    def _newest(self, kind: str, id: str) -> StoredDocument | None:
        return self._changed.get((kind, id)) or self._writer.newest(kind, id)

    def _append(
        self, kind: str, id: str, document: Mapping[str, Any], *, after: int, is_withdrawn: bool = False
    ) -> StoredDocument:
        new = self._writer.append(kind, id, document, after=after, is_withdrawn=is_withdrawn)
        self._changed[kind, id] = new
        return new


def own(id: str, found: StoredDocument | None, library: str) -> StoredDocument:
    """Return the version found of a record, or say why there is none to change."""
    if found is not None:
        return found
    if id in cited_recipes():
        raise StoreError(f"{id} is a cited recipe, which is read only; add a record of your own instead")
    written = _RECORD_ID.fullmatch(id.strip().upper())
    meant = f"{written['series']}{int(written['number']):0{4 if written['series'] == 'E' else 3}d}" if written else id
    hint = f" Did you mean {meant}?" if meant != id else ""
    raise UnknownNameError(f"no record {id!r} is in the library {library}.{hint}")


def stored_of(document: StoredDocument, record: SynthesisRecord | None = None) -> Stored:
    """Return a version as a record, read from its document unless it is at hand."""
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


def _checked(record: SynthesisRecord) -> tuple[dict[str, Any], SynthesisRecord]:
    """Return the document of a record and the record as it will be read again."""
    document = SYNTHESIS.to_document(record)
    return document, SYNTHESIS.from_text(to_text(document))
