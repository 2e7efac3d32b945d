"""What is to be said of a batch as a whole."""

from __future__ import annotations

from superatom.campaign.loop.state import FlaskStatus, Standing
from superatom.conditions.recommenders import Batch

_SPREADS = 2.0  # above what is expected; one flask in forty does better


def beyond_budget(now: Standing, n: int) -> list[str]:
    """Say so where `n` more flasks are more than there is means for."""
    made = sum(flask.status is not FlaskStatus.DROPPED for flask in now.flasks)
    budget = now.setup.budget
    if budget is None or made + n <= budget:
        return []
    return [f"with this batch {made + n} flasks are made or handed out, more than the budget of {budget}"]


def hopeless(now: Standing, batch: Batch) -> list[str]:
    """Say so where even two spreads above what is expected no suggestion beats the best flask."""
    response, *others = now.setup.objective.responses
    found = [f.outcomes[response.name] for f in now.flasks if f.is_good(now.setup.objective)]
    told = [one.expected[response.name] for one in batch.suggestions if response.name in one.expected]
    if others or not found or not told:
        return []
    best = max(found, key=lambda value: response.sign * value)
    if any(response.sign * (p.mean - best) + _SPREADS * p.spread > 0 for p in told):
        return []
    unit = f" {response.unit}" if response.unit else ""
    so_far = f"the best {response.name} so far, {best:.3g}{unit}"
    return [f"none of these is expected to beat {so_far}: superatom campaign show {now.name} says whether to go on"]
