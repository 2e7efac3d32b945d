"""A lever in words: what close records or a trend say, with figures to start from where no number can be given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from superatom.conditions.aim import Aim
from superatom.conditions.evidence import CLOSE, PARENT, SAME_CORE, SAME_TARGET
from superatom.conditions.levers import Lever, LeverAdvice
from superatom.conditions.readings import acid_or_base
from superatom.conditions.trends import Trend


def advise_words(base: LeverAdvice, lever: Lever, aim: Aim, trends: tuple[Trend, ...]) -> LeverAdvice:
    """Use what close records or a trend say in words, with figures to start from; else the screening range alone."""
    is_organic_ph = base.screening == ("none",)
    numbers = [p for p in base.screening or () if isinstance(p, float)]
    start = f"; try {_listed(lever, numbers)}" if numbers else ""
    near = near_distances(lever, aim)
    close = [r for r in base.records if r.distance in near and r.succeeded and r.says]
    if close:
        record, where = close[0], f"{close[0].id}, {close[0].distance}; no figure given"
        if is_organic_ph:
            base = _with_and_without(base, record.says)
        return replace(
            base,
            recommendation=f"{record.says} ({where}{start})",
            basis="records",
            strength="weak",
            substances=acid_or_base(record.says) if lever is Lever.PH else (),
            cited=tuple(record.id.split(", ")),
            told=f"{record.says} ({where})",
            is_before_reductant=lever is Lever.PH and "NaBH4" in record.says,
        )
    advice = next((t for t in trends if t.advice), None)
    if advice is not None:
        if is_organic_ph:
            base = _with_and_without(base, advice.advice)
        return replace(
            base,
            recommendation=f"{advice.advice}{start}",
            basis="trend",
            strength=advice.strength,
            substances=advice.substances,
            told=advice.advice,
        )
    if base.screening is None:
        return replace(base, recommendation="nothing is known, and no first range can be argued for")
    if is_organic_ph:
        return replace(base, recommendation=f"leave out at first: {base.screening_reason}")
    return replace(base, recommendation=f"nothing is known for this step; try {_listed(lever, base.screening)}")


def _with_and_without(base: LeverAdvice, said: str) -> LeverAdvice:
    return replace(base, screening=(said, "none"), screening_reason="with and without what the source adds")


def _listed(lever: Lever, points: Iterable[str | float]) -> str:
    unit = {"degC": " °C", "pH": ""}.get(lever.unit, f" {lever.unit}" if lever.unit else "")
    text = ", ".join(f"{p:g}" if isinstance(p, float) else p for p in points)
    return f"{'pH ' if lever is Lever.PH else ''}{text}{unit}"


def near_distances(lever: Lever, aim: Aim) -> frozenset[str]:
    """Return the close distances that are worth following on this lever.

    An additive works through the very ligand it meets, and how fast a complex forms goes by its own ligand; acid or
    base in an organic solvent belongs to one recipe.
    """
    if lever is Lever.PH and not aim.is_aqueous:
        return frozenset({SAME_TARGET, PARENT})
    is_own = lever is Lever.ADDITIVES or (lever is Lever.TIME and aim.stage == "complex formation")
    return CLOSE - {SAME_CORE} if is_own else CLOSE
