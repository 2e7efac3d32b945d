"""How far the readings of one lever agree: the value they settle on, its limits, conflicts and strength."""

from __future__ import annotations

from superatom.conditions.evidence import CLOSE, EXACT, ORDER, SAME_TARGET, STAGE_UNKNOWN, is_defined
from superatom.conditions.levers import Lever, Strength, quantity, show
from superatom.conditions.readings import Reading, ends
from superatom.conditions.stages import is_mixture
from superatom.conditions.trends import Trend
from superatom.data.records import EvidenceLevel, Quantity

# two values closer than this agree: a factor for ratios, times and speeds, a difference for temperatures and pH
_AGREE_FACTOR = {Lever.TIME: 3.0, Lever.STIRRING: 1.5, Lever.RATIO: 1.5}
_AGREE_DIFFERENCE = {Lever.TEMPERATURE: 10.0, Lever.PH: 1.0}
_LONGEST_h = 168.0
_FASTEST_rpm = 1500.0
_STEP = {Lever.TEMPERATURE: 15.0, Lever.PH: 1.0}


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


def _short(trend: Trend) -> str:
    return trend.source.citation.split(";")[0]


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
