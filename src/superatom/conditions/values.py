"""A lever that is a number (time, temperature, stirring, ratio, pH): the value that records, else a trend, give it."""

from __future__ import annotations

from dataclasses import replace

from superatom.conditions.agreement import (
    agree,
    around,
    behind,
    closest,
    conflicts_of,
    count,
    is_outvoted,
    limits,
    settle,
    span,
    strength_of,
)
from superatom.conditions.aim import Aim
from superatom.conditions.evidence import CLOSE, EXACT, ORDER, SAME_CLASS, Observation, is_defined
from superatom.conditions.levers import Lever, LeverAdvice, RecordRef, quantity, show
from superatom.conditions.readings import Reading, readings_of, say
from superatom.conditions.stages import is_mixture
from superatom.conditions.trends import Trend
from superatom.conditions.words import advise_words, near_distances


def advise_number(
    base: LeverAdvice,
    lever: Lever,
    aim: Aim,
    found: tuple[Observation, ...],
    trends: tuple[Trend, ...],
    *,
    least: float,
) -> LeverAdvice:
    """Complete `base` for a lever that is a number: from close records, else the window of a trend, else in words.

    `least` is the least ligand per metal (mol/mol) that the clusters of the step hold; it bounds that ratio alone.
    """
    readings, near = readings_of(found, lever), near_distances(lever, aim)
    group = closest(_usable(readings, lever, near, least))
    window = min(
        (t for t in trends if t.window is not None),
        key=lambda t: t.window is None or None in (t.window.low, t.window.high),  # a closed window before a bound
        default=None,
    )
    distance = group[0].observation.distance if group else ""
    scattered = ""
    if group and distance not in CLOSE and not agree(lever, *span(group)):
        scattered = f"records farther off ({distance}) scatter over {show(quantity(*span(group), lever.unit))}"
        group = []
    scatter = (scattered,) if scattered else ()
    conflicts = (*base.conflicts, *conflicts_of(lever, group, readings, window), *scatter)
    if group and (distance != SAME_CLASS or window is None):
        value = settle(group, lever)
        strength = strength_of(lever, group, readings)
        if strength == "weak":
            if _has_closer_words(base.records, distance, near):  # then the number is neither a centre nor a conflict
                return advise_words(base, lever, aim, trends)
            if is_outvoted(group, lever, value):
                return _advise_either(replace(base, conflicts=conflicts), lever, group)
            base = replace(
                base, screening=around(lever, value), screening_reason="brackets a value that rests on weak records"
            )
        agreeing = behind(group, lever, value)
        return replace(
            base,
            recommendation=f"{say(lever, value)} ({count(agreeing)}, {distance}{limits(value, group, readings)})",
            value=value,
            basis="records",
            strength=strength,
            conflicts=conflicts,
            screening=base.screening if strength == "weak" else None,
            screening_reason=base.screening_reason if strength == "weak" else "",
            cited=tuple(r.observation.id for r in agreeing),
        )
    is_told = any(r.succeeded and r.distance in near for r in base.records)
    if window is not None and window.window is not None and not (is_told and window.strength == "weak"):
        text = f"{say(lever, window.window)} (trend: {window.advice}"
        text += f"; {window.applies_when})" if window.applies_when else ")"
        conflicts = (*base.conflicts, *conflicts_of(lever, group, readings, None), *scatter)  # it cannot oppose itself
        return replace(
            base,
            recommendation=text,
            value=window.window,
            basis="trend",
            strength=window.strength,
            conflicts=conflicts,
            substances=window.substances,
        )
    return advise_words(replace(base, conflicts=conflicts), lever, aim, trends)


def _usable(readings: list[Reading], lever: Lever, near: frozenset[str], least: float) -> list[Reading]:
    """Return the readings that may set the value of a lever; the others are shown."""
    usable = [r for r in readings if r.is_success and not r.observation.mismatch]
    usable = [r for r in usable if r.observation.distance in near or r.observation.distance not in CLOSE]
    if lever is Lever.RATIO:  # less than the cluster itself holds cannot make it; a mixture does not speak for one size
        usable = [r for r in usable if r.value.high is None or r.value.high >= least]
        usable = [r for r in usable if r.observation.distance in EXACT or _made_one_size(r)]
    if lever in (Lever.STIRRING, Lever.PH):  # another size got at another speed or pH argues against it, not for it
        usable = [r for r in usable if r.observation.distance in CLOSE]
    return usable


def _made_one_size(reading: Reading) -> bool:
    """Whether nothing says that an experiment made a mixture of sizes or something not shown to be one size."""
    outcome = reading.observation.outcome
    return not is_mixture(reading.observation.target) and (not outcome.success or is_defined(outcome))


def _has_closer_words(records: tuple[RecordRef, ...], distance: str, near: frozenset[str]) -> bool:
    """Whether a success told in words stands closer to the step than the numbers do."""
    return any(r.succeeded and r.distance in near and ORDER.index(r.distance) < ORDER.index(distance) for r in records)


def _advise_either(base: LeverAdvice, lever: Lever, group: list[Reading]) -> LeverAdvice:
    """Say that records as close as each other disagree, and screen what each of them used."""
    ranked = sorted(group, key=lambda r: r.value.middle)
    told = " or ".join(dict.fromkeys(f"{say(lever, r.value)} ({r.observation.id})" for r in ranked))
    return replace(
        base,
        recommendation=f"{told}: the records disagree ({group[0].observation.distance})",
        basis="records",
        strength="weak",
        screening=tuple(dict.fromkeys(float(f"{r.value.middle:.3g}") for r in ranked)),
        screening_reason="the values of records that disagree",
        cited=tuple(r.observation.id for r in ranked),
    )
