"""What a store hands out: versions of records and documents, and the files attached to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from superatom.data.synthesis_records import SynthesisRecord


class FileKind(StrEnum):
    """What an attached file shows."""

    UV_VIS = "uv_vis"
    PHOTOLUMINESCENCE = "photoluminescence"
    ESI_MS = "esi_ms"
    MALDI_MS = "maldi_ms"
    XRD = "xrd"
    NMR = "nmr"
    TEM = "tem"
    THERMOGRAVIMETRY = "thermogravimetry"
    STRUCTURE = "structure"
    PHOTO = "photo"
    PROTOCOL = "protocol"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """One version of a document.

    Attributes
    ----------
    kind, id
        What sort of document (``campaign``), and which one.
    version
        1 for the first; each change is one more.
    sequence
        Number of this version among all of the library, without gaps, in the order in which they became visible.
    at
        When it was written (UTC, by the clock of the writer's machine; `sequence` is the order, not this).
    author, reason
        Who wrote it, and why, in words.
    document
        JSON-ready fields.
    is_withdrawn
        Whether this version says that the document no longer counts.
    """

    kind: str
    id: str
    version: int
    sequence: int
    at: datetime
    author: str
    reason: str
    document: Mapping[str, Any]
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """One version of a synthesis record; `at` is None and `sequence` 0 for a cited recipe, which no writer added.

    The other fields are those of `StoredDocument`.
    """

    id: str
    version: int
    sequence: int
    at: datetime | None
    author: str
    reason: str
    record: SynthesisRecord
    is_withdrawn: bool = False

    @property
    def is_cited(self) -> bool:
        """Whether this is a recipe of the packaged tables: read only."""
        return self.sequence == 0


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file attached to a record; its bytes are ``store.content(sha256)``."""

    record_id: str
    number: int
    sequence: int
    at: datetime
    author: str
    name: str
    kind: FileKind
    sha256: str
    n_bytes: int
