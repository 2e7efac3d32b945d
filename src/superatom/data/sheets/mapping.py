"""Which column of a table is which field: guessed from its header, shown with how sure, changed by the user."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from functools import cache

from superatom.data.reagents import reagent_table
from superatom.data.sheets.columns import Column, parse_header
from superatom.data.sheets.fields import Field, Kind, bare, families, plain_fields
from superatom.errors import ReferenceDataError, UnknownNameError, did_you_mean
from superatom.units import dimension_of, unit_named

RECORD_ID, RECORD_VERSION = "record_id", "record_version"
BOOKKEEPING = (RECORD_ID, RECORD_VERSION, "recorded_at", "recorded_by")
AS_ENTERED = " as entered"

_MEASURED_OUT = ("mass", "amount", "volume")
_EQUIVALENTS = ("eq", "equiv", "equivalents")
_BRACKETED = re.compile(r"(?P<name>.*?)\s*[\[(]\s*(?P<unit>[^\[\]()]+?)\s*[\])]")
_STROKE = re.compile(r"(?P<name>.+?)\s*/\s*(?P<unit>[^/]+(?:/[^/]+)?)")
_LAST_WORD = re.compile(r"(?P<name>.+?)(?:[\s_,]+(?:in\s+)?(?P<unit>[^\s_,]+)|(?P<percent>%))")
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
        return Match(header, column, column.unit, Sureness.GIVEN)
    name, _, unit = (part.strip(" ]") for part in wanted.partition("["))
    if name in plain_fields() and (known := unit_named(unit)) is not None:
        field = plain_fields()[name]
        if field.kind is Kind.NUMBER and dimension_of(known) == dimension_of(field.unit):
            return Match(header, Column(field, unit=field.unit), known, Sureness.GIVEN)
        raise UnknownNameError(f"{unit!r} is no unit of {name}, which is in {field.unit or 'words'}")
    hint = did_you_mean(name, [*plain_fields(), "extra", "ignore"])
    raise UnknownNameError(
        f"{to!r} is no field.{hint} Legal: a field as `superatom records template` lists them, with its unit "
        "(temperature_C [K]), amount: NAME [mg], property: NAME [unit], step 1: action, extra, ignore"
    )


def _guessed(header: str) -> Match:
    if (column := parse_header(header)) is not None:
        return Match(header, column, column.unit, Sureness.OWN)
    shown = re.sub(r"^\[(\w+)\]", r"c(\1)", header)  # [Au] is a concentration
    if match := _known(header, shown, ""):
        return match
    for pattern in (_BRACKETED, _STROKE, _LAST_WORD):
        if not (parts := pattern.fullmatch(shown)):
            continue
        word = parts["unit"] or parts.groupdict().get("percent") or ""
        unit = unit_named(word)
        if unit and (match := _known(header, parts["name"], unit)):
            return match
        if unit in _EQUIVALENTS and (match := _dose(header, parts["name"])):
            return match
        if unit and pattern is not _LAST_WORD and dimension_of(unit) in _MEASURED_OUT and parts["name"].strip():
            name = re.sub(r"^(?:m|n|V|mass|amount|volume)(?: of |\((?=.*\)$))", "", parts["name"]).removesuffix(")")
            column = Column(families()["amount"], name.strip() or parts["name"], unit)
            return Match(header, column, unit, Sureness.LIKELY, "an amount, by its unit")
    if match := _close(header, shown):
        return match
    return _own(header, Sureness.NOT_KNOWN, "no field of this name: kept as an own column")


def _dose(header: str, name: str) -> Match | None:
    """Return the match of equivalents of a named reductant: NaBH4 (eq.)."""
    table = reagent_table()
    if name not in table or not table.find(name).has_role("reductant"):
        return None
    field = plain_fields()["reductant_to_metal_ratio"]
    remark = f"equivalents of {name.strip()}, taken to the metal; --set reductant={name.strip()} keeps its name"
    return Match(header, Column(field, unit=field.unit), field.unit, Sureness.LIKELY, remark)


def _close(header: str, shown: str) -> Match | None:
    """Return the match of a misspelt header; numbered columns (Temperature1) are left to the user."""
    parts = _BRACKETED.fullmatch(shown)
    unit = (unit_named(parts["unit"]) or "") if parts else ""
    name = bare(parts["name"] if parts and unit else shown)
    if any(character.isdigit() for character in name):
        return None
    found = get_close_matches(name, [known for known in _aliases() if len(known) > 4], n=1, cutoff=_CLOSE)
    match = _known(header, found[0], unit) if found else None
    return match and replace(match, sureness=Sureness.LIKELY, remark=f"close to {found[0]!r}")


def _known(header: str, name: str, unit: str) -> Match | None:
    """Return the match of a header whose name, without its unit, is known, and whose unit fits the field."""
    key, remark = bare(name), ""
    if re.search(r":|/|\bto\b|ratio", name) and (field := _turned().get(key)):
        return Match(header, Column(field, unit=field.unit), field.turned[0], remark="the ratio the other way round")
    candidates = [
        field for field in _aliases().get(key, ()) if not unit or dimension_of(unit) == dimension_of(field.unit)
    ]
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


@cache
def _aliases() -> dict[str, list[Field]]:
    found: dict[str, list[Field]] = {}
    for field in plain_fields().values():
        for name in {bare(name) for name in (field.name, field.title, *field.aliases)}:
            found.setdefault(name, []).append(field)
    return found


@cache
def _turned() -> dict[str, Field]:
    return {bare(name): field for field in plain_fields().values() for name in field.turned}
