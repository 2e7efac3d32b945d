"""The one table of what a sheet can hold: each field, its place in a record, its unit, its limits, its other names.

Mapping, templates, export and editing are made from it; it lies in ``tables/record_fields.csv``. A path with ``*`` is a
family: one column for each chemical, property, step or own column, written ``amount: HAuCl4 [mg]``, ``step 1: action``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from superatom.data.rows import Row, packaged_rows
from superatom.errors import UnknownNameError, did_you_mean

_COLUMNS = ("path", "name", "title", "kind", "unit", "plausible", "possible", "choices", "hint", "aliases", "turned")


class Kind(StrEnum):
    """How a cell of a field is read."""

    NUMBER = "number"  # a quantity: number, range or bound
    TEXT = "text"
    CHOICE = "choice"
    LIST = "list"  # separated by semicolons


@dataclass(frozen=True, slots=True, eq=False)  # one object for each field: compared by identity, which is fast
class Field:
    """One field of a sheet.

    Attributes
    ----------
    name
        Name of its column in exports, with the unit where it has one.
    title
        Words for a reader.
    path
        Where it lives in the document of a record; ``*`` stands for a chemical, property, step or own column.
    kind, unit
        How it is read, and the unit it is kept in (empty for words; a family keeps the unit of its column).
    plausible
        Numbers outside are asked about: a unit trap or swapped columns.
    possible
        Numbers outside are refused.
    hint
        What to write into it.
    aliases
        Column headers of chemists, without units; case, spaces and punctuation do not matter.
    turned
        Column headers of the ratio the other way round, metal to ligand.
    choices
        What a choice may be, with other spellings.
    """

    name: str
    title: str
    path: tuple[str, ...]
    kind: Kind = Kind.TEXT
    unit: str = ""
    plausible: tuple[float, float] | None = None
    possible: tuple[float, float] = (0.0, 1e12)
    hint: str = ""
    aliases: tuple[str, ...] = ()
    turned: tuple[str, ...] = ()
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def is_family(self) -> bool:
        """Whether it stands for many columns."""
        return "*" in self.path

    @property
    def is_of_step(self) -> bool:
        """Whether each step of the procedure has its own."""
        return self.path[0] == "stages"


@cache
def fields() -> tuple[Field, ...]:
    """Return every field, in the order in which exports hold them.

    >>> next(field for field in fields() if field.name == "ph").possible
    (-1.0, 15.0)
    """
    return tuple(map(_field, packaged_rows("record_fields.csv", _COLUMNS)))


def _field(row: Row) -> Field:
    plausible, possible = _limits(row["plausible"]), _limits(row["possible"])
    choices = tuple(row.items("choices"))
    return Field(
        name=row["name"],
        title=row["title"],
        path=tuple(row["path"].split(".")),
        kind=Kind(row["kind"]),
        unit=row["unit"],
        plausible=plausible,
        possible=possible or (-math.inf, math.inf),
        hint=row["hint"],
        aliases=row.items("aliases", "|"),
        turned=row.items("turned", "|"),
        choices=tuple(
            (first.strip(), tuple(word.strip() for word in also)) for first, *also in (c.split("|") for c in choices)
        ),
    )


def _limits(cell: str) -> tuple[float, float] | None:
    low, _, high = cell.partition(" to ")
    return (float(low), float(high)) if cell else None


@cache
def plain_fields() -> dict[str, Field]:
    """Return the fields that are one column each, by name.

    >>> plain_fields()["temperature_C"].unit
    'degC'
    """
    return {field.name: field for field in fields() if not field.is_family}


@cache
def families() -> dict[str, Field]:
    """Return the families ``amount``, ``property`` and ``extra`` by name."""
    return {field.name: field for field in fields() if field.is_family and not field.is_of_step}


@cache
def step_fields() -> dict[str, Field]:
    """Return the fields that each step of the procedure has, by name."""
    return {field.name: field for field in fields() if field.is_of_step}


def field_named(name: str) -> Field:
    """Return the plain field of a name; raises `UnknownNameError` with the closest names otherwise."""
    if name not in plain_fields():
        hint = did_you_mean(name, list(plain_fields()))
        raise UnknownNameError(f"{name!r} is no field of a record.{hint} `superatom records template` lists them all")
    return plain_fields()[name]


def choice_of(field: Field, word: str) -> str | None:
    """Return the choice meant by a word, or None.

    >>> choice_of(plain_fields()["outcome_class"], "Other cluster")
    'other_cluster'
    """
    wanted = bare(word)
    return next((choice for choice, also in field.choices if wanted in {bare(choice), *map(bare, also)}), None)


def bare(text: str) -> str:
    """Return letters and digits alone, in lower case, as headers and choices are compared.

    >>> bare("Reaction_Temp. ")
    'reactiontemp'
    """
    return "".join(character for character in text.casefold() if character.isalnum())
