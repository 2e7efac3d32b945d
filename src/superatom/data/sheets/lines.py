"""Records as JSON lines: one document a line, with the id and version of the library beside it; nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from superatom.data.sheets.problems import Problem
from superatom.data.sheets.rows import ReadRow, ReadTable
from superatom.data.synthesis_records import SYNTHESIS
from superatom.errors import DocumentError, ReferenceDataError

if TYPE_CHECKING:
    from superatom.data.stores.values import Stored


def to_lines(found: Iterable[Stored]) -> str:
    """Return a line ``{"record": {...}, "record_id": ..., "record_version": ..., ...}`` for each record."""
    lines = (
        {
            "record_id": stored.id,
            "record_version": stored.version,
            "recorded_at": "" if stored.at is None else stored.at.isoformat(),
            "recorded_by": stored.author,
            "record": SYNTHESIS.to_document(stored.record),
        }
        for stored in found
    )
    return "".join(json.dumps(line, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n" for line in lines)


def read_lines(path: Path) -> ReadTable:
    """Read JSON lines; a line may also be the document of a record alone. Raises `ReferenceDataError` for no text."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ReferenceDataError(f"cannot read {path}: {error}") from error
    numbered = enumerate(text.split("\n"), start=1)
    return ReadTable(tuple(_row(number, line) for number, line in numbered if line.strip()))


def _row(number: int, line: str) -> ReadRow:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        said = "is no line of JSON; each line is one record, as `superatom records export FILE.jsonl` writes it"
        return ReadRow(number, None, (Problem(number, "", line[:80], said),))
    try:
        return _read(number, found)
    except (ValueError, RecursionError, DocumentError) as error:
        return ReadRow(number, None, (Problem(number, "", line[:80], f"no record: {error}"),))


def _read(number: int, found: object) -> ReadRow:
    if not isinstance(found, dict):
        raise DocumentError(f"a JSON object is needed; this is a {type(found).__name__}")
    id_, version, at = found.get("record_id", ""), found.get("record_version"), found.get("recorded_at", "")
    document = found.get("record", found)
    is_bookkeeping = isinstance(id_, str) and isinstance(at, str) and (version is None or isinstance(version, int))
    if not is_bookkeeping or not isinstance(document, dict):
        raise DocumentError("record is an object, record_id text and record_version a whole number, or absent")
    return ReadRow(number, SYNTHESIS.from_document(document), (), id_, version, at)
