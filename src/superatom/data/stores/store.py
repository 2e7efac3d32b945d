"""The library of experiments: records added, corrected and withdrawn as new versions; nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Row

from superatom.data.stores.attachments import attachment_of, bytes_of, file_kind
from superatom.data.stores.change import FILE, RECORD, Change, own, stored_of
from superatom.data.stores.cited import cited_recipes
from superatom.data.stores.database import Database
from superatom.data.stores.ledger import Ledger, checked_document, checked_text
from superatom.data.stores.selection import Selection
from superatom.data.stores.values import Attachment, FileKind, Stored, StoredDocument
from superatom.data.synthesis_records import SYNTHESIS, Origin, SynthesisRecord
from superatom.errors import StoreError, UnknownNameError
from superatom.structures.nanocluster import Nanocluster


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

    @contextmanager
    def changing(self, reason: str = "") -> Iterator[Change]:
        """Give a `Change`; everything done with it is stored when the block ends, or, after an error, nothing.

        Other writers wait meanwhile, so a block holds no long work.

        >>> from tempfile import TemporaryDirectory
        >>> from superatom.data.stores.opening import open_store
        >>> with TemporaryDirectory() as folder, open_store(f"{folder}/lab.sqlite") as store:
        ...     with store.changing("first plate") as change:
        ...         ids = [change.add(SynthesisRecord("[Au25(PET)18]-")).id for _ in range(2)]
        ...     ids, store.record("E0002").version
        (['E0001', 'E0002'], 1)
        """
        with self._ledger.writing(reason) as writer:
            yield Change(writer, self.name, reason)

    def add(self, record: SynthesisRecord, *, reason: str = "") -> Stored:
        """Add one record and return it with its new id; see `Change.add`."""
        with self.changing(reason) as change:
            return change.add(record)

    def add_many(self, records: Iterable[SynthesisRecord], *, reason: str = "") -> tuple[Stored, ...]:
        """Add records, all or none, and return them with their new ids; see `Change.add`."""
        held = tuple(records)
        if not held:
            return ()
        with self.changing(reason) as change:
            return tuple(map(change.add, held))

    def revise(self, id: str, record: SynthesisRecord, *, expected_version: int, reason: str) -> Stored:
        """Replace a record by a new version; see `Change.revise`."""
        with self.changing(reason) as change:
            return change.revise(id, record, expected_version=expected_version)

    def withdraw(self, id: str, *, expected_version: int, reason: str) -> Stored:
        """Take a record out of use by a version that says so; see `Change.withdraw`."""
        with self.changing(reason) as change:
            return change.withdraw(id, expected_version=expected_version)

    def record(self, id: str) -> Stored:
        """Return the newest version of a record; raises `UnknownNameError`."""
        if cited := cited_recipes().get(id):
            return cited
        return stored_of(own(id, self._ledger.newest(RECORD, id), self.name))

    def records(self, ids: Collection[str]) -> dict[str, Stored]:
        """Return the newest versions of several records by id, read together; raises `UnknownNameError`.

        >>> from tempfile import TemporaryDirectory
        >>> from superatom.data.stores.opening import open_store
        >>> with TemporaryDirectory() as folder, open_store(f"{folder}/lab.sqlite") as store:
        ...     added = store.add(SynthesisRecord("Au38(PET)24"))
        ...     {id: stored.record.target for id, stored in store.records(["L002", "E0001"]).items()}
        {'L002': '[Au25(PET)18]-', 'E0001': 'Au38(PET)24'}
        """
        cited = cited_recipes()
        found = self._ledger.newest_of(RECORD, [one for one in ids if one not in cited])
        return {one: cited.get(one) or stored_of(own(one, found.get(one), self.name)) for one in ids}

    def history(self, id: str) -> tuple[Stored, ...]:
        """Return all versions of a record, oldest first; raises `UnknownNameError`."""
        if cited := cited_recipes().get(id):
            return (cited,)
        versions = self._ledger.versions(RECORD, id)
        own(id, versions[-1] if versions else None, self.name)
        return tuple(map(stored_of, versions))

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
        for row in self._ledger.newest_of_all(RECORD, since):
            if is_withdrawn in (None, row.is_withdrawn) and wanted.may_match(row.document):
                record = SYNTHESIS.from_text(checked_document(row.document, row.sha256, RECORD, row.id))
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
            For an unknown kind, no name, a cited recipe, a file that cannot be read, is empty or above 256 MiB.
        UnknownNameError
            For an unknown id.
        """
        shown = checked_text("the name", name or (content.name if isinstance(content, Path) else ""))
        if not shown:
            raise StoreError("a file is attached under a name; give one")
        shows = file_kind(kind)
        held = bytes_of(content)
        with self._ledger.writing("") as writer:
            own(id, writer.newest(RECORD, id), self.name)
            key = writer.keep(held)
            files = [attachment_of(document) for document in writer.versions(FILE, id)]
            if same := [old for old in files if (old.name, old.kind, old.sha256) == (shown, shows, key)]:
                return same[0]
            fields = {"name": shown, "kind": shows.value, "sha256": key, "n_bytes": len(held)}
            return attachment_of(writer.append(FILE, id, fields, after=len(files)))

    def attachments(self, id: str) -> tuple[Attachment, ...]:
        """Return the files attached to a record, oldest first; raises `UnknownNameError` for an unknown id."""
        self.record(id)
        return tuple(map(attachment_of, self._ledger.versions(FILE, id)))

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
        """Add a version of a document of another room (a campaign); see `Change.append`."""
        with self.changing(reason) as change:
            return change.append(kind, id, document, expected_version=expected_version)

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


def _stored_row(row: Row[Any], record: SynthesisRecord) -> Stored:
    at = datetime.fromisoformat(row.at)
    return Stored(row.id, row.n, row.sequence, at, row.author, row.reason, record, row.is_withdrawn)
