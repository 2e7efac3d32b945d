"""Where a campaign stands: the best so far, the Pareto front, who found what, and whether to go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from superatom.campaign.loop.learned import Learned
from superatom.campaign.loop.state import Flask, FlaskStatus, Standing
from superatom.conditions.objectives import Objective
from superatom.conditions.recommenders.history import History, read_history
from superatom.conditions.recommenders.pool import neighbours, pool_of, without
from superatom.conditions.space import Space
from superatom.conditions.space.parameters import Array

NOBODY = "nobody suggested it"
_OF_RANGE = 0.01
_OF_NOISE = 0.1
_LOOKED_AT = 512  # candidates, where several responses make each one dear
_CLIMBED, _NEIGHBOURS, _ROUNDS = 8, 48, 3  # as the bayesian recommender does


@dataclass(frozen=True, slots=True)
class StopAdvice:
    """Whether another flask is worth its work.

    Attributes
    ----------
    should_stop
        None while too little was measured to say.
    sentence
        The advice with its numbers.
    expected_gain, noise
        What the most promising flask is expected to add to the best, and the standard deviation between repeats; in the
        unit of the response. With several responses the gain is a share of the dominated volume, and noise is None.
    """

    should_stop: bool | None
    sentence: str
    expected_gain: float | None = None
    noise: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How one way of choosing flasks fared: its flasks in order, failures, and the best of the first response so far.

    `best_after[i]` is the best of its first ``i + 1`` measured flasks; one that failed or broke a limit leaves it where
    it was, and it is None before the first good one.
    """

    who: str
    n: int
    n_failed: int
    best_after: tuple[float | None, ...]

    @property
    def best(self) -> float | None:
        """The best it found."""
        return self.best_after[-1] if self.best_after else None


def measured_flasks(now: Standing) -> tuple[Flask, ...]:
    """Return the flasks that are done or failed, in the order in which their results came in."""
    known = [f for f in now.flasks if f.status in (FlaskStatus.DONE, FlaskStatus.FAILED)]
    return tuple(sorted(known, key=lambda flask: now.came.index(flask.id)))


def best_flask(now: Standing) -> Flask | None:
    """Return the flask with the best first response that kept the limits and did not fail; None where there is none."""
    history = read_history(now.setup.space, now.setup.objective, now.tried)
    row = history.best(now.setup.objective)
    return None if row is None else now.flask(history.records[row].id)


def pareto_front(now: Standing) -> tuple[Flask, ...]:
    """Return the flasks that no other beats on every response, best first response first; failures do not count."""
    objective = now.setup.objective
    history = read_history(now.setup.space, objective, now.tried)
    return tuple(now.flask(history.records[row].id) for row in _front_rows(history, objective))


def _front_rows(history: History, objective: Objective) -> list[int]:
    """Return the rows of the good records that no other beats on every response, best first response first."""
    rows, signs = history.good(objective), np.array([response.sign for response in objective.responses])
    values = history.outcomes[rows][:, : len(signs)] * signs
    order = np.argsort(-values[:, 0], kind="stable").tolist()
    front = is_on_front(values)
    return [rows[i] for i in order if front[i]]


def is_on_front(values: Array) -> list[bool]:
    """Whether no other row beats each row of values (n, n_responses), more being better.

    >>> is_on_front(np.array([[1.0, 3.0], [2.0, 2.0], [1.0, 2.0], [2.0, 2.0]]))
    [True, True, False, True]
    """
    return [not bool((np.all(values >= row, axis=1) & np.any(values > row, axis=1)).any()) for row in values]


def comparison(now: Standing) -> tuple[Progress, ...]:
    """Return how each way of choosing flasks fared, in the order they came in: recommenders, the plan, people."""
    objective = now.setup.objective
    name, sign = objective.responses[0].name, objective.responses[0].sign
    groups: dict[str, list[Flask]] = {}
    for flask in measured_flasks(now):
        groups.setdefault(flask.recommender or NOBODY, []).append(flask)
    found = []
    for who, flasks in groups.items():
        best: float | None = None
        after: list[float | None] = []
        for flask in flasks:
            value = flask.outcomes.get(name) if flask.is_good(objective) else None
            if value is not None and (best is None or sign * value > sign * best):
                best = value
            after.append(best)
        failed = sum(flask.status is FlaskStatus.FAILED for flask in flasks)
        found.append(Progress(who, len(flasks), failed, tuple(after)))
    return tuple(found)


def stop_advice(now: Standing, known: Learned | None) -> StopAdvice:
    """Return whether to go on, by what the model expects of the most promising flask.

    Stopping is advised where that gain is below 1 % of the range measured so far (D. R. Jones et al., J. Global Optim.
    1998, 13, 455, section 5, doi:10.1023/A:1008306431147) or below a tenth of the noise, a difference that 200 repeats
    would be needed to see; and where the budget is used up.

    >>> from superatom.campaign.loop.state import Setup
    >>> from superatom.conditions.space import Parameter
    >>> from superatom.data.synthesis_records import SynthesisRecord
    >>> space = Space((Parameter.continuous("ph", 2, 12, unit="pH"),))
    >>> setup = Setup(space, Objective.maximise("yield_percent", "%"), SynthesisRecord("Au25(PET)18"), budget=8)
    >>> stop_advice(Standing("au25", 1, setup, ()), None).sentence
    'go on: too few flasks are fully measured for a model to judge by; 8 of 8 flasks are left'
    """
    made = sum(flask.status is not FlaskStatus.DROPPED for flask in now.flasks)
    budget = now.setup.budget
    if budget is not None and made >= budget:
        return StopAdvice(
            should_stop=True, sentence=f"stop: {made} flasks are made or handed out, the budget is {budget}"
        )
    left = "" if budget is None else f"; {budget - made} of {budget} flasks are left"
    if known is None:
        return StopAdvice(None, f"go on: too few flasks are fully measured for a model to judge by{left}")
    pool = pool_of(known.space, known.history.points, np.random.default_rng(now.setup.seed))
    if not len(pool):
        said = "stop: every setting of the space was tried; widen a range in a new campaign, or end this one"
        return StopAdvice(should_stop=True, sentence=said)
    if len(known.objective.responses) > 1:
        return _by_volume(known, pool, left)
    response, sign = known.objective.responses[0], known.objective.responses[0].sign
    gain = largest_value(known.space, known.history, known.objective, pool, lambda points: _gain(known, points))
    noise, complete = known.noise(0), known.history.is_complete
    least = max(_OF_RANGE * float(np.ptp(sign * known.history.outcomes[complete, 0])), _OF_NOISE * noise)
    unit = in_difference(response.unit)
    made_twice = len(np.unique(known.history.points[complete], axis=0)) < complete.sum()
    numbers = (
        f"the most promising flask is expected to add {gain:.2g}{unit} to the best {response.name}, repeats differ by "
        f"{noise:.2g}{unit}{'' if made_twice else ' as the model sees it (none was made)'}"
    )
    return StopAdvice(gain < least, f"{'stop' if gain < least else 'go on'}: {numbers}{left}", gain, noise)


def in_difference(unit: str) -> str:
    """Return the unit of a difference of two numbers with a blank before it: 5 % more of 50 % could be 55 or 52.5.

    >>> in_difference("%"), in_difference("nm"), in_difference("")
    (' percentage points', ' nm', '')
    """
    return f" {'percentage points' if unit == '%' else unit}" if unit else ""


def largest_value(
    space: Space, history: History, objective: Objective, pool: Array, value: Callable[[Array], Array]
) -> float:
    """Return the largest value of the candidates, of what lies near the best records, and near the best of both.

    In a large space the pool is a draw, and what is worth a flask mostly lies near what was good.
    """
    rng = np.random.default_rng(0)
    near, largest = history.points[_front_rows(history, objective)], 0.0
    points = np.vstack([pool, _beside(space, history, near, rng)])
    for _ in range(_ROUNDS):
        if not len(points):
            break
        values = value(points)
        largest = max(largest, float(values.max()))
        points = _beside(space, history, points[np.argsort(-values, kind="stable")[:_CLIMBED]], rng)
    return largest


def _beside(space: Space, history: History, points: Array, rng: np.random.Generator) -> Array:
    if not len(points):
        return points
    return without(neighbours(space, points[:_CLIMBED], _NEIGHBOURS, rng), history.points)


def _gain(known: Learned, pool: Array) -> Array:
    """Return the expected improvement of one response, times the probabilities of success and of the limits, (n,)."""
    from superatom.conditions.recommenders.acquisition import expected_gain

    best = known.history.features[known.best][None]
    return expected_gain(known.models, known.objective, known.encode(pool), best)


def _by_volume(known: Learned, pool: Array, left: str) -> StopAdvice:
    """Return the advice for several responses: the volume one more flask is expected to add, against that dominated."""
    from superatom.conditions.recommenders.acquisition import acquisition

    drawn = pool[np.random.default_rng(0).permutation(len(pool))[:_LOOKED_AT]]
    value = acquisition(known.models, known.objective, known.history, 0)
    nothing = known.encode(drawn[:0])

    def worth(points: Array) -> Array:
        return np.asarray(np.exp(value(known.encode(points), nothing)))

    expected = largest_value(known.space, known.history, known.objective, drawn, worth)
    volume = _dominated(known)
    share = expected / volume if volume > 0 else float("inf")
    if not np.isfinite(share):
        said = f"go on: no flask is better than the reference on every response yet{left}"
        return StopAdvice(should_stop=False, sentence=said)
    word = "stop" if share < _OF_RANGE else "go on"
    sentence = f"{word}: the most promising flask is expected to add {100 * share:.2g} % to the dominated volume{left}"
    return StopAdvice(share < _OF_RANGE, sentence, share)


def _dominated(known: Learned) -> float:
    import torch
    from botorch.utils.multi_objective.hypervolume import Hypervolume

    from superatom.conditions.recommenders.acquisition import references

    signs = np.array([response.sign for response in known.objective.responses])
    front = known.history.outcomes[_front_rows(known.history, known.objective)][:, : len(signs)] * signs
    return float(Hypervolume(torch.tensor(references(known.objective, known.history))).compute(torch.from_numpy(front)))


def flask_counts(flasks: Sequence[Flask]) -> dict[str, int]:
    """Return how many flasks stand where."""
    return {status.value: sum(flask.status is status for flask in flasks) for status in FlaskStatus}
