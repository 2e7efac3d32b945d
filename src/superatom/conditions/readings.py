"""What the records say on one lever: numbers and words, the value they settle on, limits, conflicts, strength."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from superatom.conditions.evidence import (
    CLOSE,
    EXACT,
    ORDER,
    SAME_TARGET,
    STAGE_UNKNOWN,
    Observation,
    is_defined,
)
from superatom.conditions.levers import Lever, RecordRef, Strength, quantity, show
from superatom.conditions.stages import is_mixture
from superatom.conditions.trends import Trend
from superatom.data.records import EvidenceLevel, Quantity

_PH_WORDS = re.compile(r"\b(?:NaOH|KOH|HNO3|HCl|acid|base|Et3N)\b")
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
# two values closer than this agree: a factor for ratios, times and speeds, a difference for temperatures and pH
_AGREE_FACTOR = {Lever.TIME: 3.0, Lever.STIRRING: 1.5, Lever.RATIO: 1.5}
_AGREE_DIFFERENCE = {Lever.TEMPERATURE: 10.0, Lever.PH: 1.0}
_LONGEST_h = 168.0
_FASTEST_rpm = 1500.0
_STEP = {Lever.TEMPERATURE: 15.0, Lever.PH: 1.0}


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


def closest(usable: list[Reading]) -> list[Reading]:
    """Return the readings of the closest distance; unlabelled outcomes count only where nothing close is labelled."""
    labelled = [r for r in usable if r.is_labelled]
    for pool in ([r for r in labelled if r.observation.distance in CLOSE], usable):
        for distance in ORDER:
            if group := [r for r in pool if r.observation.distance == distance]:
                return group
    return []


def span(group: list[Reading]) -> tuple[float, float]:
    """Return the lowest and the highest end of the values."""
    return min(ends(r.value)[0] for r in group), max(ends(r.value)[1] for r in group)


def ends(value: Quantity) -> tuple[float, float]:
    """Return both ends of a value; an open end is the bound itself."""
    middle = value.middle
    return (value.low if value.low is not None else middle, value.high if value.high is not None else middle)


def settle(group: list[Reading], lever: Lever) -> Quantity:
    """Return the one value, the range of records that agree, or the weighted median of those that do not."""
    if len(group) == 1:
        return group[0].value
    low, high = span(group)
    return quantity(low, high, lever.unit) if agree(lever, low, high) else _median(group)


def _median(group: list[Reading]) -> Quantity:
    ranked = sorted(group, key=lambda r: (r.value.middle, r.observation.id))
    half, passed = sum(r.observation.weight for r in ranked) / 2, 0.0
    for reading in ranked:
        passed += reading.observation.weight
        if passed >= half:
            return reading.value
    return ranked[-1].value


def limits(value: Quantity, group: list[Reading], readings: list[Reading]) -> str:
    """Say where the nearest failures of comparable records stand below and above the value."""
    low, high = ends(value)
    comparable = {r.observation.distance for r in group}
    series = {r.observation.series for r in group if r.observation.series}
    failures = [
        r
        for r in readings
        if not r.is_success
        and not is_mixture(r.observation.target)  # it made the mixture it set out for
        and (r.observation.distance in comparable or r.observation.series in series)
    ]
    below = max((r for r in failures if r.value.middle < low), key=lambda r: r.value.middle, default=None)
    above = min((r for r in failures if r.value.middle > high), key=lambda r: r.value.middle, default=None)
    return "".join(f"; {show(r.value)} failed, {r.observation.id}" for r in (below, above) if r is not None)


def conflicts_of(lever: Lever, group: list[Reading], readings: list[Reading], window: Trend | None) -> list[str]:
    """Say where the records of `group` disagree with each other, with failures, with other close records or a trend."""
    if not group:
        return []
    said = []
    low = min(group, key=lambda r: r.value.middle)
    high = max(group, key=lambda r: r.value.middle)
    if not agree(lever, low.value.middle, high.value.middle):
        said.append(
            f"{low.observation.id} worked at {show(low.value)}, {high.observation.id} at {show(high.value)} "
            f"({low.observation.distance})"
        )
    start, end = ends(settle(group, lever))
    for r in readings:
        o, middle = r.observation, r.value.middle
        if not r.is_success and start <= middle <= end and o.distance in CLOSE:
            said.append(f"{o.id} failed at {show(r.value)}: {o.outcome.product} ({o.distance})")
    for r in readings:
        o = r.observation
        if r.is_success and not o.mismatch and o.distance in CLOSE and o.distance != group[0].observation.distance:
            outside = not agree(lever, max(start, min(r.value.middle, end)), r.value.middle)
            if outside:
                said.append(f"{o.id} worked at {show(r.value)} ({o.distance})")
        is_told = r.is_success and o.distance == SAME_TARGET and o.mismatch == STAGE_UNKNOWN
        if is_told and not start <= middle <= end:
            said.append(f"{o.id} gives {show(r.value)} ({o.distance}, {o.mismatch})")
    if window is not None and window.window is not None:
        floor, ceiling = window.window.low, window.window.high
        if (floor is not None and end < floor) or (ceiling is not None and start > ceiling):
            said.append(f"the trend of {_short(window)} favours {show(window.window)}")
    return said


def agree(lever: Lever, a: float, b: float) -> bool:
    """Whether two values of a lever are the same for the bench.

    >>> agree(Lever.TEMPERATURE, 0, 25), agree(Lever.TIME, 2, 4)
    (False, True)
    """
    if lever in _AGREE_DIFFERENCE:
        return abs(a - b) <= _AGREE_DIFFERENCE[lever]
    low, high = sorted((a, b))
    return low > 0 and high / low <= _AGREE_FACTOR.get(lever, 2.0)


def strength_of(lever: Lever, group: list[Reading], readings: list[Reading]) -> Strength:
    """Grade the records behind a value.

    Strong: the same target by two papers, or by a series that also shows failures. Weak: far off, without outcome, or
    records that contradict each other.
    """
    distance = group[0].observation.distance
    if not agree(lever, *span(group)) and len(group) > 1:
        return "weak"
    if distance not in EXACT or not any(r.is_labelled for r in group):
        close = distance in CLOSE and any(r.is_labelled for r in group)
        return "moderate" if close and len(group) > 1 else "weak"
    sure = [r for r in group if is_defined(r.observation.outcome)]
    papers = {r.observation.source.doi or r.observation.source.citation for r in sure}
    series = {r.observation.series for r in sure if r.observation.series}
    bracketed = any(not r.is_success and r.observation.series in series for r in readings)
    if not sure and all(r.observation.source.level is EvidenceLevel.READ_IN_PAGE_EXCERPT for r in group):
        return "weak"
    return "strong" if distance == SAME_TARGET and (len(papers) > 1 or bracketed) else "moderate"


def around(lever: Lever, value: Quantity) -> tuple[str | float, ...]:
    """Return three points that bracket a value: a fixed step for temperature and pH, a factor for the rest.

    A lower bound is no centre: the points go up from it.

    >>> around(Lever.TEMPERATURE, Quantity(0, 0, "degC", "0")), around(Lever.RATIO, Quantity(3, 3, "mol/mol", "3"))
    ((0.0, 15.0, 30.0), (1.5, 3.0, 6.0))
    >>> around(Lever.TIME, Quantity(2, None, "h", ">2"))
    (2.0, 6.0, 24.0)
    """
    (low, high), middle = ends(value), value.middle
    if value.high is None and lever not in _STEP:
        return tuple(float(f"{middle * factor:.2g}") for factor in (1, 3, 12))
    if lever in _STEP:
        points = [min(low, middle - _STEP[lever]), middle, max(high, middle + _STEP[lever])]
        if points[0] < 0 <= middle:  # below 0 degC or pH 0 lies outside common practice: step upwards instead
            points = [middle, middle + _STEP[lever], middle + 2 * _STEP[lever]]
    else:
        factor = 3.0 if lever is Lever.TIME else 2.0
        points = [min(low, middle / factor), middle, max(high, middle * factor)]
        if lever is Lever.TIME:
            points = [min(point, max(middle, _LONGEST_h)) for point in points]
        if lever is Lever.STIRRING:
            points = [min(point, _FASTEST_rpm) for point in points]
    return tuple(float(f"{point:.2g}") for point in dict.fromkeys(points))


def say(lever: Lever, value: Quantity) -> str:
    """Write a value of a lever in words.

    >>> say(Lever.RATIO, quantity(3, 3, "mol/mol"))
    '3 ligand per metal'
    """
    if lever is Lever.RATIO:
        return f"{value.text} ligand per metal"
    if lever is Lever.REDUCTANT:
        return f"{value.text} reductant per metal"
    return show(value)


def behind(group: list[Reading], lever: Lever, value: Quantity) -> list[Reading]:
    """Return the records of `group` that agree with a value."""
    low, high = ends(value)
    return [r for r in group if agree(lever, max(low, min(r.value.middle, high)), r.value.middle)]


def is_outvoted(group: list[Reading], lever: Lever, value: Quantity) -> bool:
    """Whether the records that agree with a value carry no more than half of the weight."""
    agreeing = sum(r.observation.weight for r in behind(group, lever, value))
    return 2 * agreeing <= sum(r.observation.weight for r in group)


def count(group: list[Reading]) -> str:
    """Name the records behind a value, or say how many they are."""
    return ", ".join(r.observation.id for r in group) if len(group) < 4 else f"{len(group)} records"


def _short(trend: Trend) -> str:
    return trend.source.citation.split(";")[0]
