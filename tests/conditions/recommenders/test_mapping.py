"""Mapping spreads over the region where a synthesis works, and forgets what is covered."""

from __future__ import annotations

import numpy as np
import pytest

from superatom.conditions.objectives import Objective
from superatom.conditions.recommenders import RegionMapping, TriedSetting, recommender
from superatom.conditions.space import Parameter, Space
from superatom.errors import RecommenderError

SPACE = Space((Parameter.continuous("x", 0, 1, step=0.02), Parameter.continuous("y", 0, 1, step=0.02)))
GOAL = Objective.maximise("success")


def tried(x: float, y: float) -> TriedSetting:
    """The synthesis works below the diagonal x + y = 1."""
    return TriedSetting(f"{x}-{y}", {"x": x, "y": y}, success=x + y < 1)


def test_without_both_outcomes_it_spreads() -> None:
    batch = recommender("mapping").recommend(SPACE, GOAL, [tried(0.1, 0.1)], 3, 0)
    assert batch.recommender == "mapping"
    assert all("spread over the space" in one.reason for one in batch.suggestions)
    with pytest.raises(RecommenderError, match="at least one"):
        recommender("mapping").recommend(SPACE, GOAL, (), 0, 0)
    with pytest.raises(RecommenderError, match="above zero"):
        RegionMapping(radius=0)


def test_it_covers_what_works() -> None:
    pytest.importorskip("botorch", reason="the extra campaign is not installed")
    rng = np.random.default_rng(1)
    records = [tried(*map(float, point)) for point in rng.random((40, 2)).round(2)]
    batch = recommender("mapping").recommend(SPACE, GOAL, records, 6, 0)
    assert batch == recommender("mapping").recommend(SPACE, GOAL, records, 6, 0)
    points = np.array([[one.settings["x"], one.settings["y"]] for one in batch.suggestions], dtype=float)
    assert (points.sum(axis=1) < 1.2).all(), "what surely fails is not tried"
    made = np.array([[r.settings["x"], r.settings["y"]] for r in records if r.success], dtype=float)
    distances = np.linalg.norm(points[:, None] - made[None], axis=2).min(axis=1)
    drawn = np.linalg.norm(rng.random((500, 1, 2)) - made[None], axis=2).min(axis=1)
    assert np.median(distances) > np.median(drawn[drawn < 0.5]) / 2, "covered ground is left"
    assert len(np.unique(points, axis=0)) == 6
    waiting = [TriedSetting(f"p{k}", one.settings, is_pending=True) for k, one in enumerate(batch.suggestions)]
    later = recommender("mapping").recommend(SPACE, GOAL, records + waiting, 2, 0)
    assert not {tuple(one.settings.items()) for one in later.suggestions} & {
        tuple(one.settings.items()) for one in batch.suggestions
    }
