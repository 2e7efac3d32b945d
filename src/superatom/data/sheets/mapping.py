"""Which column of a table is which field: guessed from its header, shown with how sure, changed by the user."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum

from superatom.data.sheets.columns import Column, parse_header
from superatom.data.sheets.fields import Kind, bare, families, plain_fields
from superatom.data.sheets.headers import (
    Cut,
    Part,
    cuts,
    dissolved,
    dosed,
    measured_out,
    named,
    part_of,
    ratio,
    shown,
    spelled_out,
    turned,
)
from superatom.errors import ReferenceDataError, UnknownNameError, did_you_mean
from superatom.units import dimension_of, unit_named

RECORD_ID, RECORD_VERSION, RECORDED_AT = "record_id", "record_version", "recorded_at"
BOOKKEEPING = (RECORD_ID, RECORD_VERSION, RECORDED_AT, "recorded_by")
AS_ENTERED = " as entered"

_MEASURED_OUT = ("mass", "amount", "volume")
_EQUIVALENTS = ("eq", "equiv", "equivalents")
# the fields that name chemicals: of these alone an amount may be weighed in
_CHEMICALS = frozenset({"ligands", "precursors", "reductant", "solvents", "additives", "starting_material"})
_CONCENTRATIONS = {
    Part.METAL: "metal_concentration_mM",
    Part.LIGAND: "ligand_concentration_mM",
    Part.REDUCTANT: "reductant_concentration_mM",
}
_DOSES = {Part.LIGAND: "ligand_to_metal_ratio", Part.REDUCTANT: "reductant_to_metal_ratio"}
_CLOSE = 0.86


class Sureness(StrEnum):
    """How a column came to its field."""

    OWN = "own"  # a header that superatom wrote
    GIVEN = "given"  # by the user
    KNOWN = "known"  # a known name, in full
    LIKELY = "likely"  # close to a known name, or one that could mean two: look at it
    NOT_KNOWN = "not known"  # kept as an own column


@dataclass(frozen=True, slots=True)
class Match:
    """What one column of a table is taken for.

    Attributes
    ----------
    header
        The header in the table.
    column
        The column of our own, or None where the column is passed over.
    unit
        The unit that the header states, else empty.
    sureness, remark
        How sure that is, and why in words.
    entered
        For the column of a number, the header of the column beside it that keeps what was entered.
    """

    header: str
    column: Column | None
    unit: str = ""
    sureness: Sureness = Sureness.KNOWN
    remark: str = ""
    entered: str = ""


def guess_mapping(headers: Sequence[str], changes: Mapping[str, str] | None = None) -> tuple[Match, ...]:
    """Return what each column is taken for, in order.

    Parameters
    ----------
    headers
        The columns of the table.
    changes
        By header: a field, with the unit of the column where it is another one (``temperature_C [K]``); a member of a
        family (``amount: HAuCl4 [mg]``); ``extra`` to keep the column as your own; ``ignore``.

    Raises
    ------
    UnknownNameError
        For a change of a column that is not there, or to a field that is none.
    ReferenceDataError
        Where two columns are given to one field.

    >>> [(m.column.field.name, m.unit, m.sureness.value) for m in guess_mapping(["T / K", "c(Au) [mmol/L]", "Mood"])]
    [('temperature_C', 'K', 'known'), ('metal_concentration_mM', 'mmol/L', 'known'), ('extra', '', 'not known')]
    """
    given = dict(changes or {})
    for header in given:
        if header not in headers:
            hint = did_you_mean(header, list(headers))
            raise UnknownNameError(f"the table has no column {header!r}.{hint} Its columns: {', '.join(headers)}")
    beside = {h.removesuffix(AS_ENTERED): h for h in headers if h.endswith(AS_ENTERED)}
    beside = {h: entered for h, entered in beside.items() if h in headers and _keeps_entered(h)}
    matches = []
    for header in headers:
        if header in beside.values():
            continue
        if header in BOOKKEEPING:
            matches.append(Match(header, None, sureness=Sureness.OWN, remark="bookkeeping of the library"))
        elif header in given:
            matches.append(_given(header, given[header]))
        else:
            matches.append(replace(_guessed(header), entered=beside.get(header, "")))
    return tuple(_without_rivals(matches))


def _given(header: str, to: str) -> Match:
    wanted = to.strip()
    if wanted in ("", "ignore"):
        return Match(header, None, sureness=Sureness.GIVEN, remark="passed over, as told")
    if wanted == "extra":
        return _own(header, Sureness.GIVEN, "kept as an own column, as told")
    if (column := parse_header(wanted)) is not None:
        if column.field.is_family and not column.field.is_of_step:
            return Match(header, column, column.unit, Sureness.GIVEN)  # its unit is part of its name
        return Match(header, column, _unit_stated(header, column) or column.unit, Sureness.GIVEN)
    name, _, unit = (part.strip(" ]") for part in wanted.partition("["))
    if (column := parse_header(name)) is not None and (known := unit_named(unit)) is not None:
        if column.field.kind is Kind.NUMBER and dimension_of(known) == dimension_of(column.unit):
            return Match(header, column, known, Sureness.GIVEN)
        raise UnknownNameError(f"{unit!r} is no unit of {name}, which is in {column.unit or 'words'}")
    hint = did_you_mean(name, [*plain_fields(), "extra", "ignore"])
    raise UnknownNameError(
        f"{to!r} is no field.{hint} Legal: a field as `superatom records template` lists them, with its unit "
        "(temperature_C [K]), amount: NAME [mg], property: NAME [unit], step 1: action, extra, ignore"
    )


def _unit_stated(header: str, column: Column) -> str:
    """Return the unit that a header states for the field it is given to, empty for none; refuses one of another kind.

    What is known in full (``c M``, a concentration of metal) is no name with a unit behind it.
    """
    if column.field.kind is not Kind.NUMBER:
        return ""
    if turned().get(bare(header)) is column.field:
        return column.field.turned[0]
    if named(shown(header)):
        return ""
    found = [cut for cut in cuts(header) if cut.is_marked or dimension_of(cut.unit) == dimension_of(column.unit)]
    if not found:
        return ""
    if dimension_of(found[0].unit) != dimension_of(column.unit):
        raise UnknownNameError(
            f"the column {header!r} states {found[0].unit}, which is no unit of {column.header}; "
            f"say in which it is, as --map '{header}={column.header} [{column.unit}]'"
        )
    return found[0].unit


def _guessed(header: str) -> Match:
    if (column := parse_header(header)) is not None:
        return Match(header, column, column.unit, Sureness.OWN)
    if match := _known(header, shown(header), ""):
        return match
    for cut in cuts(header):
        if match := _known(header, cut.name, cut.unit) or _chemical(header, cut):
            return match
    if (part := part_of(dosed(header))) in _DOSES:
        return _of_part(header, _DOSES, part, "mol/mol", f"equivalents of {dosed(header)}, taken to the metal")
    return (
        _ratio(header)
        or _close(header)
        or _own(header, Sureness.NOT_KNOWN, "no field of this name: kept as an own column")
    )


def _chemical(header: str, cut: Cut) -> Match | None:
    """Return the match of a dose, concentration or amount of a chemical, by its unit: NaBH4 (eq), c(PET) mM."""
    dimension, name = dimension_of(cut.unit), cut.name.strip()
    if cut.unit in _EQUIVALENTS and (part := part_of(name)) in _DOSES:
        keeps = f"; --set reductant={name} keeps its name" if part is Part.REDUCTANT and not named(name) else ""
        return _of_part(header, _DOSES, part, "mol/mol", f"equivalents of {name}, taken to the metal{keeps}")
    if dimension == "concentration" and (part := part_of(dissolved(name))):
        said = f"{dissolved(name)} in the reaction mixture; --map tells otherwise"
        return _of_part(header, _CONCENTRATIONS, part, cut.unit, said)
    if dimension not in _MEASURED_OUT or not name:
        return None
    chemical = measured_out(name)
    if any(field.name not in _CHEMICALS for field in named(name)) or not (
        cut.is_marked or chemical != name or part_of(chemical)
    ):
        return None  # yield (mg) is nothing weighed in
    column = Column(families()["amount"], chemical, cut.unit)
    return Match(header, column, cut.unit, Sureness.LIKELY, "an amount, by its unit")


def _ratio(header: str) -> Match | None:
    """Return the match of a ratio of two chemicals: PET:Au, Au/NaBH4."""
    over, under = ratio(header) or (None, None)
    if under is Part.METAL and over in _DOSES:
        return _of_part(header, _DOSES, over, "mol/mol", f"{over} to metal")
    if over is Part.METAL and under in _DOSES:
        inverse = plain_fields()[_DOSES[under]].turned[0]
        return _of_part(header, _DOSES, under, inverse, f"metal to {under}: the ratio the other way round")
    return None


def _of_part(header: str, fields: Mapping[Part, str], part: Part, unit: str, remark: str) -> Match:
    field = plain_fields()[fields[part]]
    return Match(header, Column(field, unit=field.unit), unit, Sureness.LIKELY, remark)


def _close(header: str) -> Match | None:
    """Return the match of a misspelt header; numbered columns (Temperature1) are left to the user."""
    cut = next(cuts(header), None)
    name, unit = (bare(cut.name), cut.unit) if cut else (bare(shown(header)), "")
    if any(character.isdigit() for character in name):
        return None
    alike = [known for known in spelled_out() if known[0] == name[:1]]
    found = get_close_matches(name, alike, n=1, cutoff=_CLOSE)
    match = _known(header, found[0], unit) if found else None
    return match and replace(match, sureness=Sureness.LIKELY, remark=f"close to {found[0]!r}")


def _known(header: str, name: str, unit: str) -> Match | None:
    """Return the match of a header whose name, without its unit, is known, and whose unit fits the field."""
    key, remark = bare(name), ""
    if re.search(r":|/|\bto\b|ratio", name) and (field := turned().get(key)):
        return Match(header, Column(field, unit=field.unit), field.turned[0], remark="the ratio the other way round")
    candidates = [field for field in named(name) if not unit or dimension_of(unit) == dimension_of(field.unit)]
    if not candidates:
        return None
    sureness = Sureness.KNOWN
    if len(candidates) > 1:  # T and t
        candidates = [field for field in candidates if name.strip() in field.aliases] or candidates
        sureness, remark = Sureness.LIKELY, "by its upper or lower case; a unit would tell"
    field = candidates[0]
    if not unit and field.unit == "%" and "%" in name:
        unit = "%"
    if not unit and field.unit and key == bare(field.name) != bare(field.title):
        unit = field.unit  # temperatureC
    return Match(header, Column(field, unit=field.unit), unit, sureness, remark)


def _own(header: str, sureness: Sureness, remark: str) -> Match:
    return Match(header, Column(families()["extra"], header), sureness=sureness, remark=remark)


def _without_rivals(matches: Iterable[Match]) -> list[Match]:
    """Give each field to one column, the surest and first; the others become own columns, and say so."""
    order = (Sureness.GIVEN, Sureness.OWN, Sureness.KNOWN, Sureness.LIKELY, Sureness.NOT_KNOWN)
    found = list(matches)
    holders: dict[tuple[str, ...], list[Match]] = {}
    for match in sorted(found, key=lambda m: order.index(m.sureness)):
        if match.column is None:
            continue
        others = holders.setdefault(match.column.path, [])
        rival = next((other for other in others if not _stand_together(match, other)), None)
        if rival is None:
            others.append(match)
            continue
        if match.sureness is Sureness.GIVEN:
            raise ReferenceDataError(
                f"the columns {rival.header!r} and {match.header!r} are both given to {match.column.header}"
            )
        if match.column.field.name == "extra":
            raise ReferenceDataError(f"the columns {rival.header!r} and {match.header!r} are the same own column")
        remark = f"{match.column.header} is taken by {rival.header!r}: kept as an own column; --map changes that"
        found[found.index(match)] = _own(match.header, Sureness.NOT_KNOWN, remark)
    return found


def _stand_together(one: Match, other: Match) -> bool:
    """Whether two columns are our own of one chemical in two units, of which a row fills one."""
    both = one.column, other.column
    return one.sureness is other.sureness is Sureness.OWN and both[0] != both[1]


def _keeps_entered(header: str) -> bool:
    column = parse_header(header)
    return column is not None and column.field.kind is Kind.NUMBER
