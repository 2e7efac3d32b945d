"""Columns of our own sheets, and the values of a record under them: the flat form of a `SynthesisRecord`, both ways.

A header names a field (``temperature_C``), a step (``step 1: action``), or a member of a family with the unit that the
column is in (``amount: HAuCl4 [mg]``, ``property: lifetime [ns]``, ``extra: our column``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from superatom.data.records import EvidenceLevel, Quantity, Source
from superatom.data.sheets.fields import Field, Kind, families, fields, plain_fields, step_fields
from superatom.data.synthesis_records import SYNTHESIS, Stage, SynthesisRecord
from superatom.errors import DocumentError

Value = Quantity | str | tuple[str, ...]

_STEP = re.compile(r"step (?P<step>[1-9]\d{0,2}): (?P<name>\w+)")
_WORD = r'(?:"(?:[^"\\]|\\.)*"|[^\s"\[\]](?:[^"\[\]\n\r]*[^\s"\[\]])?)'
_MEMBER = re.compile(rf"(?P<name>\w+): (?P<key>{_WORD})(?P<bracket> \[(?P<unit>{_WORD})?\])?")
_MOST_STEPS = 100
_OUTCOME, _CITATION, _DOI = ("product", "outcome_class"), ("source", "citation"), ("source", "doi")
# of a source that somebody names, nobody has said how closely it was read
_UNREAD = Source("", level=EvidenceLevel.NOT_STATED, doi_is_read=False)
_EMPTY = SynthesisRecord("", stages=(Stage(""),), source=_UNREAD)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of our own: a field, and for a family which chemical, property, step or own column it is."""

    field: Field
    key: str = ""
    unit: str = ""  # of a number

    @property
    def header(self) -> str:
        """Its header in a sheet; `parse_header` reads it back."""
        if self.field.is_of_step:
            return f"step {self.key}: {self.field.name}"
        if not self.field.is_family:
            return self.field.name
        unit = f" [{_quoted(self.unit) if self.unit else ''}]" if self.field.kind is Kind.NUMBER else ""
        return f"{self.field.name}: {_quoted(self.key)}{unit}"

    @property
    def path(self) -> tuple[str, ...]:
        """Where it lives in the document of a record; a step by its number, from 1."""
        if not self.field.is_family:
            return self.field.path
        return tuple(self.key if part == "*" else part for part in self.field.path)


def parse_header(header: str) -> Column | None:
    """Return the column of our own that a header names, or None.

    >>> parse_header("amount: HAuCl4 [mg]").path
    ('amounts', 'HAuCl4')
    >>> parse_header("step 2: time_h").path
    ('stages', '2', 'time_h')
    """
    if header in plain_fields():
        return Column(plain_fields()[header], unit=plain_fields()[header].unit)
    if (match := _STEP.fullmatch(header)) and match["name"] in step_fields() and int(match["step"]) <= _MOST_STEPS:
        return Column(step_fields()[match["name"]], match["step"], step_fields()[match["name"]].unit)
    if (match := _MEMBER.fullmatch(header)) and match["name"] in families():
        field = families()[match["name"]]
        if (field.kind is Kind.NUMBER) == (match["bracket"] is not None):
            try:
                return Column(field, _word(match["key"]), _word(match["unit"] or ""))
            except ValueError:  # quotes around what is no JSON text
                return None
    return None


def values_of(record: SynthesisRecord) -> dict[Column, Value]:
    """Return what a record states, by column, in the order of the field table.

    >>> from superatom.data.synthesis_records import SynthesisRecord
    >>> {c.header: v for c, v in values_of(SynthesisRecord("Au25", ligands=("PET",))).items()}
    {'target': 'Au25', 'ligands': ('PET',), 'origin': 'own'}
    """
    document = SYNTHESIS.to_document(record)
    found = (pair for field in fields() for pair in _values(field, document))
    return {column: value for column, value in found if value not in ("", (), None)}


def record_of(values: Mapping[Column, Value]) -> SynthesisRecord:
    """Return the record of values by column; raises `DocumentError` for a record without a target, say.

    Steps keep their order; a number that no step has is passed over.
    """
    document = SYNTHESIS.to_document(_EMPTY)  # whole, as a record is written: it is read again ten times as fast
    [empty_step], empty_source = document.pop("stages"), document.pop("source")
    steps: dict[int, dict[str, Any]] = {}
    for column, value in values.items():
        plain = _plain(column, value)
        if column.field.is_of_step:
            steps.setdefault(int(column.key), dict(empty_step))[column.field.path[-1]] = plain
            continue
        *parents, last = column.path
        place = document
        for part in parents:
            place = place.setdefault(part, empty_source)  # all else is there
        place[last] = plain
    if not document["target"]:
        raise DocumentError("a record needs a target: the cluster aimed at, as formula or in words")
    return SYNTHESIS.from_document({"source": None, **document, "stages": [steps[number] for number in sorted(steps)]})


def merged(
    old: SynthesisRecord, values: Mapping[Column, Value], stated: Collection[tuple[str, ...]]
) -> SynthesisRecord:
    """Return a record with new values in the places that are stated; elsewhere it stays as it was.

    Words of an outcome go with its class, a citation that repeats the DOI with the DOI.

    >>> new = {parse_header("notes"): "cold"}
    >>> changed = merged(SynthesisRecord("Au25", batch="7", notes="x"), new, {("notes",)})
    >>> changed.target, changed.batch, changed.notes
    ('Au25', '7', 'cold')
    """
    before = values_of(old)
    gone = set(stated)
    if _OUTCOME in gone and old.product.outcome_class != next(
        (v for c, v in values.items() if c.path == _OUTCOME), None
    ):
        gone.add(entered_column().path)
    if _DOI in gone and old.source is not None and old.source.citation == f"doi:{old.source.doi}":
        gone.add(_CITATION)
    kept = {column: value for column, value in before.items() if column.path not in gone}
    held = {column.path for column in kept}
    new = {**{column: value for column, value in values.items() if column.path not in held}, **kept}
    if not {_CITATION, _DOI} & {column.path for column in new}:  # no source, so nothing that was read in it
        new = {column: value for column, value in new.items() if column.path[0] != "source"}
    return record_of(new)


def differences(old: SynthesisRecord, new: SynthesisRecord) -> Iterator[tuple[str, str, str]]:
    """Yield the columns in which two records differ, each with what it was and what it is, in words.

    >>> list(differences(SynthesisRecord("Au25"), SynthesisRecord("Au25", notes="cold")))
    [('notes', '', 'cold')]
    """
    before, now = ({c.header: in_words(v) for c, v in values_of(record).items()} for record in (old, new))
    for header in dict.fromkeys([*now, *before]):
        if before.get(header, "") != now.get(header, ""):
            yield header, before.get(header, ""), now.get(header, "")


def in_words(value: Value) -> str:
    """Return a value as a reader sees it."""
    return "; ".join(value) if isinstance(value, tuple) else str(value)


@cache
def entered_column() -> Column:
    """Return the own column that keeps the words of an outcome where they are more than its class."""
    return Column(families()["extra"], "outcome as entered")


def _values(field: Field, document: Mapping[str, Any]) -> Iterator[tuple[Column, Value | None]]:
    """Yield the columns and values of one field in a document."""
    if field.is_of_step:
        for number, stage in enumerate(document["stages"], start=1):
            yield Column(field, str(number), field.unit), _value(field, stage[field.path[-1]])
        return
    place: Any = document
    for part in field.path[:-1]:
        place = place.get(part) or {}
    if field.is_family:
        known = {known.path[-1] for known in fields() if known.path[:-1] == field.path[:-1]} - {"*"}
        for key, plain in place.items():
            unit = plain["unit"] if field.kind is Kind.NUMBER else ""
            if not (key in known and unit == plain_fields()[key].unit):
                yield Column(field, key, unit), _value(field, plain)
        return
    plain = place.get(field.path[-1])
    if "*" not in field.path and "properties" in field.path and plain is not None and plain["unit"] != field.unit:
        return  # in another unit than ours: a column of its own
    yield Column(field, unit=field.unit), _value(field, plain)


def _value(field: Field, plain: Any) -> Value | None:
    if plain is None:
        return None
    if field.kind is Kind.NUMBER:
        return Quantity(**plain)
    if field.kind is Kind.LIST:
        return tuple(plain)
    return {True: "yes", False: "no"}[plain] if isinstance(plain, bool) else str(plain)


def _plain(column: Column, value: Value) -> Any:
    if isinstance(value, Quantity):
        return {"low": value.low, "high": value.high, "unit": value.unit, "text": value.text}
    if column.field.name == "doi_is_read":
        return value == "yes"
    return list(value) if isinstance(value, tuple) else value


def _quoted(word: str) -> str:
    return word if re.fullmatch(_WORD, word) and not word.startswith('"') else json.dumps(word, ensure_ascii=False)


def _word(token: str) -> str:
    return str(json.loads(token)) if token.startswith('"') else token
