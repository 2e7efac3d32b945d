"""The recommender that learns: a spread first batch, then the candidates with the largest expected gain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from superatom.conditions.objectives import Objective
from superatom.conditions.recommenders.batch import Batch, EarlierTask, Suggestion, TriedSetting
from superatom.conditions.recommenders.explain import Grounds, with_model, without_model
from superatom.conditions.recommenders.first import Evidence, first_points
from superatom.conditions.recommenders.history import History, read_history
from superatom.conditions.recommenders.pool import enough, neighbours, pool_of, without
from superatom.conditions.space import Space
from superatom.conditions.space.encoding import Block, Encoding
from superatom.conditions.space.parameters import Array
from superatom.models.extras import need

if TYPE_CHECKING:
    from superatom.conditions.recommenders.acquisition import Models
    from superatom.conditions.recommenders.surrogate import Surrogate

_SCREENED, _SCREENED_OF_SEVERAL = 512, 128  # candidates valued under noise and pending; dearer for several responses
_WEIGHTS = 32
_CLIMBED = 8  # best candidates whose neighbours are looked at
_NEIGHBOURS, _NEIGHBOURS_OF_SEVERAL = 48, 12
_ROUNDS = 3
_TOO_LITTLE = "too little was measured for a model"


class TransferKind(StrEnum):
    """How an earlier task informs a new one; see `superatom.conditions.recommenders.transfer`."""

    INSTANCES = "instances"
    PARAMETERS = "parameters"


@dataclass(frozen=True, slots=True)
class Bayesian:
    """Gaussian processes and noisy expected improvement, as BoTorch has them, on candidates that can be made.

    Attributes
    ----------
    n_start
        Measured records from which on the model speaks; before, settings are spread over the space.
    evidence
        Where cited values of the parameters lie; the first settings are denser there.
    earlier
        Earlier tasks: one of the first settings is the best they predict, and the model is helped by the one that
        explains the own records best, if any does.
    transfer
        How they help.
    """

    n_start: int = 3
    evidence: tuple[Evidence, ...] = ()
    earlier: tuple[EarlierTask, ...] = ()
    transfer: TransferKind = TransferKind.PARAMETERS

    @property
    def name(self) -> str:
        """Name in the table of recommenders."""
        return "bayesian"

    def recommend(
        self, space: Space, objective: Objective, records: Sequence[TriedSetting], n: int, seed: int
    ) -> Batch:
        """Return `n` suggestions; see `Recommender`."""
        encode = Encoding(space)
        history = read_history(space, objective, records, encode)
        earlier = {task.name: read_history(space, objective, task.records, encode) for task in self.earlier}
        if history.is_complete.sum() < self.n_start:
            suggestions = self._first(space, objective, history, earlier, n=n, seed=seed)
            return Batch(suggestions, self.name, seed, history.remarks)
        rng = np.random.default_rng(seed)
        pool = enough(pool_of(space, history.points, rng), n)
        need("torch", "botorch", extra="campaign")
        models, remarks = fit_models(objective, history, encode.blocks, earlier, self.transfer)
        grounds = Grounds(space, objective, history, encode, models)
        points, values = choose(grounds, pool, n, rng)
        suggestions = tuple(with_model(grounds, points, values))
        return Batch(suggestions, self.name, seed, (*history.remarks, *remarks))

    def _first(
        self, space: Space, objective: Objective, history: History, earlier: Mapping[str, History], *, n: int, seed: int
    ) -> tuple[Suggestion, ...]:
        """Return settings spread over the space, the first one instead what an earlier task makes look best."""
        encode = Encoding(space)
        points = first_points(space, history, n, seed, self.evidence)
        suggestions = list(
            without_model(history, space, encode, points, has_evidence=bool(self.evidence), because=_TOO_LITTLE)
        )
        if not history.records and (best := self._best_of_earlier(space, objective, earlier, seed)) is not None:
            suggestions[0] = best
        return tuple(suggestions)

    def _best_of_earlier(
        self, space: Space, objective: Objective, earlier: Mapping[str, History], seed: int
    ) -> Suggestion | None:
        """Return the setting that the largest earlier task expects most of; for one response only."""
        usable = {name: h for name, h in earlier.items() if h.is_complete.sum() >= self.n_start}
        if not usable or len(objective.responses) > 1:
            return None
        need("torch", "botorch", extra="campaign")
        from superatom.conditions.recommenders.surrogate import fit, posterior

        name = max(usable, key=lambda key: int(usable[key].is_complete.sum()))
        encode = Encoding(space)
        history, rows = usable[name], usable[name].is_complete
        model = fit(history.features[rows], history.outcomes[rows, 0], encode.blocks)
        pool = pool_of(space, history.points[:0], np.random.default_rng(seed))
        mean, _ = posterior(model, encode(pool))
        at = int(np.argmax(objective.responses[0].sign * mean))
        return Suggestion(
            space.to_settings(pool[at : at + 1])[0], f"what {name} makes look best; nothing was measured yet"
        )


def fit_models(
    objective: Objective,
    history: History,
    blocks: Sequence[Block],
    earlier: Mapping[str, History],
    transfer: TransferKind = TransferKind.PARAMETERS,
) -> tuple[Models, tuple[str, ...]]:
    """Return one model per measured number, one of success where there is a failure, and remarks."""
    from superatom.conditions.recommenders.acquisition import Models
    from superatom.conditions.recommenders.success import fit_success

    measured, remarks = [], []
    for k, name in enumerate(objective.measured):
        features, values = _measured(history, k)
        model, remark = _helped(
            features, values, blocks, {task: _measured(h, k) for task, h in earlier.items()}, transfer
        )
        measured.append(model)
        remarks += [f"{name}: {remark}"] if remark else []
    known = np.isfinite(history.success)
    success = None
    if (history.success[known] == 0).any():
        success = fit_success(history.features[known], history.success[known], blocks)
    return Models(tuple(measured), success), tuple(remarks)


def _measured(history: History, k: int) -> tuple[Array, Array]:
    """Return features and values of the records in which the `k`-th number was measured."""
    rows = np.isfinite(history.outcomes[:, k])
    return history.features[rows], history.outcomes[rows, k]


def _helped(
    features: Array,
    values: Array,
    blocks: Sequence[Block],
    earlier: Mapping[str, tuple[Array, Array]],
    transfer: TransferKind,
) -> tuple[Surrogate, str]:
    """Return the model of one measured number, helped by the earlier task that explains it best, and what was done."""
    if not earlier:
        from superatom.conditions.recommenders.surrogate import fit

        return fit(features, values, blocks), ""
    from superatom.conditions.recommenders.transfer import fit_with_source

    found = []
    for name, source in earlier.items():
        model, gain = fit_with_source((features, values), source, blocks, transfer.value)
        found.append((gain, name, model))
    gain, name, model = max(found, key=lambda one: one[0])
    if gain <= 0:
        return model, f"no earlier task explains the own records better than they do themselves ({', '.join(earlier)})"
    return model, f"helped by {name} ({transfer.value}, {gain:.1f} nats)"


def choose(grounds: Grounds, pool: Array, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return `n` points and their acquisition values, one after another, each awaiting those before."""
    from superatom.conditions.recommenders.acquisition import acquisition

    space, history, encode = grounds.space, grounds.history, grounds.encode
    evaluate = acquisition(grounds.models, grounds.objective, history, int(rng.integers(2**31)))
    pool = _screened(grounds, _likely(grounds, pool, n), n, rng)
    n_near = _NEIGHBOURS if len(grounds.objective.responses) == 1 else _NEIGHBOURS_OF_SEVERAL
    chosen = np.empty((0, pool.shape[1]))
    values: list[float] = []
    for _ in range(n):
        done = encode(chosen)
        left = without(pool, chosen)
        scores = evaluate(encode(left), done)
        for _ in range(0 if space.table else _ROUNDS):
            order = np.argsort(-scores, kind="stable")[:_CLIMBED]
            near = without(neighbours(space, left[order], n_near, rng), np.vstack([history.points, chosen]))
            near = _likely(grounds, near, 0)
            if not len(near):
                break
            left, scores = np.vstack([left[order], near]), np.append(scores[order], evaluate(encode(near), done))
        at = int(np.argmax(scores))
        chosen = np.vstack([chosen, left[at]])
        values.append(float(scores[at]))
    return chosen, np.array(values)


def _likely(grounds: Grounds, pool: Array, n: int) -> Array:
    """Return the candidates likely enough to work; the `n` likeliest where fewer are."""
    least = grounds.objective.minimum_success
    if least is None or not len(pool) or grounds.models.success is None:
        return pool
    probability = grounds.models.success_probability(grounds.encode(pool))
    likely = probability >= least
    return pool[likely] if likely.sum() >= n else pool[np.argsort(-probability, kind="stable")[:n]]


def _screened(grounds: Grounds, pool: Array, n: int, rng: np.random.Generator) -> Array:
    """Return the candidates worth the dearer acquisition, by what can be said of each without draws.

    One response: its analytic expected improvement. Several: the best under random weights of what each could reach at
    one spread above its mean, on the scale of the pool (weighted Chebyshev: J. Knowles, IEEE Trans. Evol. Comput. 2006,
    10, 50, doi:10.1109/TEVC.2005.851274). Both times the probability that limits are kept and the synthesis works.
    """
    from superatom.conditions.recommenders.acquisition import counts_probability, expected_gain
    from superatom.conditions.recommenders.surrogate import posterior

    objective, models = grounds.objective, grounds.models
    is_one = len(objective.responses) == 1
    kept = n + (_SCREENED if is_one else _SCREENED_OF_SEVERAL)
    if len(pool) <= kept:
        return pool
    features = grounds.encode(pool)
    if is_one:
        done = grounds.history.features[grounds.history.is_complete]
        value = expected_gain(models, objective, features, done)
        return pool[np.argsort(-value, kind="stable")[:kept]]
    reach = []
    for model, response in zip(models.measured, objective.responses, strict=False):  # numbers with limits only follow
        mean, spread = posterior(model, features)
        high = response.sign * mean + spread
        reach.append((high - high.min()) / max(float(np.ptp(high)), 1e-300))
    weights = rng.dirichlet(np.ones(len(reach)), _WEIGHTS)
    scores = counts_probability(models, objective, features) * (weights[:, :, None] * np.array(reach)[None]).min(axis=1)
    ranks = np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1, kind="stable")
    return pool[np.argsort(ranks.min(axis=0), kind="stable")[:kept]]
