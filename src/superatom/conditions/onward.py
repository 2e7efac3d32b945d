"""Where a cluster does not stay what it is: the pH at which it is on record to turn into another one.

A conversion of equal electron count needs only acid or base, so a synthesis run at such a pH makes the other cluster.
"""

from __future__ import annotations

import re
from dataclasses import replace

from superatom.conditions.aim import Aim
from superatom.conditions.levers import LeverAdvice, show
from superatom.data.records import Precedent, Transformation
from superatom.data.reference import precedents

_START = re.compile(r"pH (\d+(?:\.\d+)?) to \d")
_BEYOND = 3.0  # pH units to a bound on the side where no conversion is on record


def onward(aim: Aim) -> list[str]:
    """Say at which pH the cluster is on record to turn into another one of the same electron count."""
    return [
        f"{aim.cluster.formula} turns into {' + '.join(p.products)} at {show(p.conditions.ph)} ({p.id})."
        for p in _conversions(aim)
        if aim.cluster is not None and p.conditions.ph is not None
    ]


def within_stability(base: LeverAdvice, aim: Aim) -> LeverAdvice:
    """Return advice on pH with the conversions as conflicts and first points between which the cluster is stable.

    The points are the pH those conversions start from, and half of the way to the nearest conversion on either side.
    """
    if not (said := onward(aim)):
        return base
    base = replace(base, conflicts=(*base.conflicts, *said))
    found = _conversions(aim)
    starts = [float(match[1]) for p in found if (match := _START.search(p.conditions.other))]
    if not starts:
        return base
    start, ends = starts[0], [p.conditions.ph.middle for p in found if p.conditions.ph is not None]
    low = max((end for end in ends if end < start), default=start - _BEYOND)
    high = min((end for end in ends if end > start), default=start + _BEYOND)
    points = (_half(start, low), start, _half(start, high))
    return replace(base, screening=points, screening_reason="between the pH values at which it turns into another")


def _half(start: float, end: float) -> float:
    """Return the pH half of the way, to the nearest 0.5."""
    return round(start + end) / 2


def _conversions(aim: Aim) -> list[Precedent]:
    kind = Transformation.ISOELECTRONIC_CONVERSION
    if aim.cluster is None or aim.transformation in (Transformation.COMPLEXATION, kind):
        return []
    return [
        p
        for p in precedents()
        if p.transformation is kind and p.succeeded and p.conditions.ph and aim.cluster in p.reactant_clusters
    ]
