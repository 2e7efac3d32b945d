"""Headers as chemists write them: cut into name and unit, and the chemical they speak of with the part it plays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache, lru_cache

from superatom.data.reagents import reagent_table
from superatom.data.sheets.fields import Field, bare, plain_fields
from superatom.errors import UnitError, UnknownLigandError
from superatom.structures.elements import METALS
from superatom.structures.ligands import ligand_table
from superatom.units import convert, unit_named

_BRACKETED = re.compile(r"(?P<name>.*?)\s*[\[(]\s*(?P<unit>[^\[\]()]+?)\s*[\])]")
_STROKE = re.compile(r"(?P<name>.+?)\s*/\s*(?P<unit>[^/]+(?:/[^/]+)?)")
_LAST_WORD = re.compile(r"(?P<name>.+?)(?:[\s_,]+(?:in\s+)?(?P<unit>[^\s_,]+)|\s*(?P<sign>%|°C|℃|ºC|°F))")
_AMOUNT_OF = re.compile(r"(?:m|n|V|mass|amount|volume)(?:\s*\((?P<inner>.+)\)|\s+of\s+(?P<bare>.+))")
_CONCENTRATION_OF = re.compile(
    r"(?:c|conc\.?|concentration)\s*(?:\((?P<inner>.+)\)|(?:\s+of)?\s+(?P<bare>.+))|(?P<before>.+?)\s+(?:conc\.?|concentration)"
)
_DOSE_OF = re.compile(r"(?:eq|equiv|equivalents)\.?\s+(?:of\s+)?(?P<bare>.+)", re.IGNORECASE)
_RATIO = re.compile(r"(?P<over>[^:/]+?)\s*[:/]\s*(?P<under>[^:/]+?)(?:\s+(?:mole?\s+|molar\s+)?ratio)?", re.IGNORECASE)


class Part(StrEnum):
    """What a chemical does in a synthesis."""

    METAL = "metal"
    LIGAND = "ligand"
    REDUCTANT = "reductant"


_NAMED_AS = {"precursors": Part.METAL, "ligands": Part.LIGAND, "reductant": Part.REDUCTANT}  # fields of chemicals


@dataclass(frozen=True, slots=True)
class Cut:
    """A header cut in two; `is_marked` where brackets or a stroke set the unit off, rather than a blank."""

    name: str
    unit: str
    is_marked: bool


def shown(header: str) -> str:
    """Return a header with ``[Au]`` written as the concentration that it is."""
    return re.sub(r"^\[(\w+)\]", r"c(\1)", header)


def cuts(header: str) -> Iterator[Cut]:
    """Yield every way to cut a header into a name and a unit of the bench, the plainest first.

    >>> [(cut.name, cut.unit) for cut in cuts("Temp (K)")], list(cuts("Mood"))
    ([('Temp', 'K')], [])
    """
    for pattern in (_BRACKETED, _STROKE, _LAST_WORD):
        if (match := pattern.fullmatch(shown(header))) is not None:
            unit = unit_named(match["unit"] or match.groupdict().get("sign") or "")
            if unit is not None:
                yield Cut(match["name"], unit, pattern is not _LAST_WORD)


def is_same_unit(one: str, other: str) -> bool:
    """Whether two units are one in two spellings, as °C and degC.

    >>> is_same_unit("min", "minutes"), is_same_unit("min", "h"), is_same_unit("K", "degC")
    (True, False, False)
    """
    try:
        return convert(Fraction(7), unit_named(one) or one, unit_named(other) or other) == Fraction(7)
    except UnitError:
        return False


def measured_out(name: str) -> str:
    """Return the chemical of ``m(PET)``, ``amount of PET`` or ``PET``."""
    match = _AMOUNT_OF.fullmatch(name.strip())
    return (match["inner"] or match["bare"]).strip() if match else name.strip()


def dissolved(name: str) -> str:
    """Return the chemical of ``c(PET)``, ``conc. PET``, ``PET conc`` or ``PET``."""
    match = _CONCENTRATION_OF.fullmatch(name.strip())
    return (match["inner"] or match["bare"] or match["before"]).strip() if match else name.strip()


def dosed(header: str) -> str:
    """Return the chemical of ``eq. thiol``; empty for another header."""
    match = _DOSE_OF.fullmatch(header.strip())
    return match["bare"].strip() if match else ""


def ratio(header: str) -> tuple[Part, Part] | None:
    """Return what stands over what in a ratio of two chemicals, else None.

    >>> ratio("PET:Au"), ratio("v/v")
    ((<Part.LIGAND: 'ligand'>, <Part.METAL: 'metal'>), None)
    """
    match = _RATIO.fullmatch(header.strip())
    over, under = (part_of(match["over"]), part_of(match["under"])) if match else (None, None)
    return (over, under) if over is not None and under is not None else None


@lru_cache(maxsize=4096)
def part_of(chemical: str) -> Part | None:
    """Return what a chemical, or a word such as ``thiol``, is in a synthesis; None for none of these, or several.

    A salt of two metal atoms counts for none: its concentration is not that of its metal.

    >>> part_of("PET").value, part_of("NaBH4").value, part_of("HAuCl4").value, part_of("TOAB")
    ('ligand', 'reductant', 'metal', None)
    """
    name = chemical.strip()
    found = {part for field, part in _NAMED_AS.items() if plain_fields()[field] in named(name)}
    if name in METALS:
        found.add(Part.METAL)
    table = reagent_table()
    if name in table:
        reagent = table.find(name)
        if reagent.has_role("reductant"):
            found.add(Part.REDUCTANT)
        if reagent.metal and sum(n for unit, n in reagent.units if unit in METALS) == 1:
            found.add(Part.METAL)
    try:
        ligand_table().find(name)
        found.add(Part.LIGAND)
    except UnknownLigandError:
        pass
    return found.pop() if len(found) == 1 else None


def named(name: str) -> list[Field]:
    """Return the fields that a name, without a unit, may mean; ``t`` and ``T`` are two."""
    return _by_name().get(bare(name), [])


@cache
def _by_name() -> dict[str, list[Field]]:
    found: dict[str, list[Field]] = {}
    for field in plain_fields().values():
        for name in {bare(name) for name in (field.name, field.title, *field.aliases)}:
            found.setdefault(name, []).append(field)
    return found


@cache
def turned() -> dict[str, Field]:
    """Return the fields whose ratio a header states the other way round, by its letters."""
    return {bare(name): field for field in plain_fields().values() for name in field.turned}


@cache
def spelled_out() -> tuple[str, ...]:
    """Return the names that a misspelt header may be close to: words, and no abbreviations such as ``c(L)``."""
    words = (name for field in plain_fields().values() for name in (field.name, field.title, *field.aliases))
    return tuple(dict.fromkeys(bare(w) for w in words if len(bare(w)) > 4 and not re.match(r"\w\b", w)))
