"""The pH at which a made cluster turns into another one."""

from __future__ import annotations

from dataclasses import replace

from superatom.conditions.aim import aim_of
from superatom.conditions.levers import LeverAdvice
from superatom.conditions.onward import onward, within_stability
from superatom.data.records import Species
from superatom.structures.nanocluster import Nanocluster
from worlds_conditions import co_growth

BASE = LeverAdvice("ph", "", None, "screening", "none", screening=(8.0, 10.0, 12.0))


def test_the_points_stay_between_two_conversions():
    product = Species.of_cluster(Nanocluster.parse("Au22(SG)18"))
    aim = aim_of(replace(co_growth(), product=product))
    assert len(onward(aim)) == 2
    advice = within_stability(BASE, aim)
    assert advice.screening is not None
    assert all(2.5 < point < 8 for point in advice.screening)
    assert len(advice.conflicts) == 2


def test_a_cluster_that_is_not_known_to_turn_keeps_its_range():
    aim = aim_of(co_growth("p-MBA"))
    assert onward(aim) == []
    assert within_stability(BASE, aim) is BASE
