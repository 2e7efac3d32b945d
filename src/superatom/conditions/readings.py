"""What the records say on one lever, in numbers and in words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from superatom.conditions.evidence import Observation
from superatom.conditions.levers import Lever, RecordRef, show
from superatom.data.records import Quantity

_PH_WORDS = re.compile(r"\b(?:NaOH|KOH|HNO3|HCl|acid|base|Et3N)\b")
_ACID_ADDED = re.compile(r"(?:^|; )(acid|HCl|HNO3)\b(?: \([^)]*\))? (?:at|before|added|first)")
_BASE = re.compile(r"\b(NaOH|KOH|base|basic|alkaline)\b")
_TETRAOCTYL = re.compile(r"TOA|Oct4N")
_VARIED = {
    "time_h": Lever.TIME,
    "temperature_C": Lever.TEMPERATURE,
    "stirring": Lever.STIRRING,
    "stirring_rpm": Lever.STIRRING,
    "stirring + addition rate": Lever.STIRRING,
    "ligand_to_metal_ratio": Lever.RATIO,
    "ratio": Lever.RATIO,
    "solvent": Lever.SOLVENT,
    "reductant": Lever.REDUCTANT,
    "reductant_to_metal_ratio": Lever.REDUCTANT,
    "pH": Lever.PH,
    "acid": Lever.PH,
    "additive": Lever.ADDITIVES,
    "counterion": Lever.ADDITIVES,
}
_WORDS = {
    Lever.RATIO: ("excess tbbt", "excess thiol", "large excess", "less thiol", "thiol amount", "neat "),
    Lever.TEMPERATURE: ("raised temperature", "ice-cold", "heat"),
    Lever.PH: ("acid before", "acid at", "excess acid", "naoh", "alkaline", "ph tuned", "increasing ph"),
}
_STIRRING_WORDS = re.compile(r"(?:vigorous|slow|gentle|rapid|fast|moderate)(?:ly)?\s+stirr?(?:ing|ed)", re.IGNORECASE)


def lever_value(observation: Observation, lever: Lever) -> Quantity | None:
    """Return the number an observation gives for a lever, or None when it states none."""
    c = observation.conditions
    return {
        Lever.TIME: c.time_h,
        Lever.TEMPERATURE: c.temperature_C,
        Lever.STIRRING: c.stirring_rpm,
        Lever.RATIO: c.ligand_to_metal_ratio,
        Lever.REDUCTANT: c.reductant_to_metal_ratio,
        Lever.PH: c.ph,
    }.get(lever)


def varied_lever(observation: Observation) -> Lever | None:
    """Return the lever that the series of a record varied, or None."""
    return _VARIED.get(observation.series_parameter)


def lever_words(observation: Observation, lever: Lever) -> str:
    """Return what an observation says in words on a lever: a substance, or the note of a series that varied it."""
    c = observation.conditions
    if lever is Lever.SOLVENT:
        return "/".join(c.solvents)
    if lever is Lever.REDUCTANT and c.reductant and observation.series_parameter != "reductant_to_metal_ratio":
        return c.reductant
    base_or_acid = [text for text in c.additives if _PH_WORDS.search(text)]
    if lever is Lever.ADDITIVES and (others := [text for text in c.additives if text not in base_or_acid]):
        return "; ".join(dict.fromkeys("TOAB" if _TETRAOCTYL.search(text) else text for text in others))
    varied = _VARIED.get(observation.series_parameter)
    if lever is Lever.PH and base_or_acid:
        return "; ".join(base_or_acid)
    if varied is lever:
        return "; ".join(dict.fromkeys(part for part in (*c.additives, observation.text) if part))
    if lever is Lever.STIRRING and varied is None:  # the words on stirring, not the whole clause they stand in
        return "; ".join(dict.fromkeys(m[0].lower() for m in _STIRRING_WORDS.finditer(observation.text)))
    clauses = observation.text.split("; ") if varied is None else []
    return "; ".join(clause for clause in clauses if any(w in clause.lower() for w in _WORDS.get(lever, ())))


def substances_of(observation: Observation, lever: Lever) -> tuple[str, ...]:
    """Return the solvents or the additives of an observation by name, without what its record adds in brackets."""
    named = observation.conditions.solvents if lever is Lever.SOLVENT else lever_words(observation, lever).split("; ")
    return tuple(text.split(" (", maxsplit=1)[0] for text in named)


def acid_or_base(words: str) -> tuple[str, ...]:
    """Return the acid and base that the words of a record tell to add: by name, else as ``acid`` and ``base``.

    Words on what acid would do name none.

    >>> acid_or_base("HNO3 before the thiol"), acid_or_base("thiol in alkaline water"), acid_or_base("excess acid")
    (('HNO3',), ('base',), ())
    """
    bases = (match[1] for match in _BASE.finditer(words))
    found = [match[1] for match in _ACID_ADDED.finditer(words)]
    return tuple(dict.fromkeys((*found, *("base" if name in ("basic", "alkaline") else name for name in bases))))


@dataclass(frozen=True, slots=True)
class Reading:
    """One numeric record of a lever."""

    observation: Observation
    value: Quantity

    @property
    def is_success(self) -> bool:
        """Whether the experiment did not fail (an outcome that is not reported counts as no failure)."""
        return self.observation.outcome.success is not False

    @property
    def is_labelled(self) -> bool:
        """Whether the record says what came out."""
        return self.observation.outcome.success is not None


def readings_of(found: tuple[Observation, ...], lever: Lever) -> list[Reading]:
    """Return the numeric records of a lever; the same paper stating the same number twice is one record."""
    seen: set[tuple[str, float, float, bool | None]] = set()
    readings = []
    for o in found:
        value = lever_value(o, lever)
        if value is None:
            continue
        low, high = ends(value)
        key = (o.source.doi or o.source.citation, low, high, o.outcome.success)
        if key not in seen:
            seen.add(key)
            readings.append(Reading(o, value))
    return readings


def refs_of(found: tuple[Observation, ...], lever: Lever) -> tuple[RecordRef, ...]:
    """Return what every record says on a lever; the same paper saying the same thing is one entry with both ids."""
    refs: dict[tuple[str, str, bool | None], RecordRef] = {}
    for o in found:
        value, words = lever_value(o, lever), lever_words(o, lever)
        says = "; ".join(part for part in (say(lever, value) if value else "", words) if part)
        if not says:
            continue
        key = (o.source.doi or o.source.citation, show(value) if value else says, o.outcome.success)
        if key in refs:
            refs[key] = replace(refs[key], id=f"{refs[key].id}, {o.id}")
            continue
        distance = f"{o.distance}, {o.mismatch}" if o.mismatch else o.distance
        refs[key] = RecordRef(o.id, says, outcome_words(o), o.outcome.success, o.source, distance, round(o.weight, 3))
    return tuple(refs.values())


def outcome_words(o: Observation) -> str:
    """Say what came out of an experiment: whether it worked, the product, the yield and the purity."""
    word = {True: "worked", False: "failed", None: "result not reported"}[o.outcome.success]
    percent = o.outcome.yield_percent
    parts = [o.outcome.product, f"{percent.text} % yield" if percent else "", o.outcome.purity_note]
    details = ", ".join(part for part in parts if part)
    return f"{word}: {details}" if details else word


def ends(value: Quantity) -> tuple[float, float]:
    """Return both ends of a value; an open end is the bound itself."""
    middle = value.middle
    return (value.low if value.low is not None else middle, value.high if value.high is not None else middle)


def say(lever: Lever, value: Quantity) -> str:
    """Write a value of a lever in words.

    >>> say(Lever.RATIO, Quantity.parse("3", "mol/mol"))
    '3 ligand per metal'
    """
    if lever is Lever.RATIO:
        return f"{value.text} ligand per metal"
    if lever is Lever.REDUCTANT:
        return f"{value.text} reductant per metal"
    return show(value)
