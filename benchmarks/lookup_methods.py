"""The recommenders compared by `lookup.py`, each asked for rows of a table and told their values."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from scipy.stats import norm

from lookup_tables import Array, Table
from superatom.conditions.recommenders.batch import TriedSetting
from superatom.conditions.recommenders.bayesian import Bayesian

N_STARTS = 5


class Method:
    """Random rows; the others start with the same first five and then choose."""

    def __init__(self, table: Table, seed: int) -> None:
        self.table, self.seed = table, seed
        self.rng = np.random.default_rng(seed)
        self.order = self.rng.permutation(len(table))
        self.told: dict[int, float | None] = {}

    def ask(self, n: int) -> list[int]:
        """Return up to `n` rows to measure next."""
        left = [int(i) for i in self.order if i not in self.told]
        if len(self.told) < N_STARTS:
            return left[: min(n, N_STARTS - len(self.told))]
        return self.choose(left, min(n, len(left)))

    def tell(self, which: int, value: float | None) -> None:
        """Take note of what a row gave; None for a failed experiment."""
        self.told[which] = value

    def choose(self, left: list[int], n: int) -> list[int]:
        """Return `n` of the rows that are left."""
        return left[:n]

    @property
    def values(self) -> tuple[list[int], Array]:
        """Rows told and their values, more being better; a failure counts as the worst value seen."""
        rows = list(self.told)
        seen = [self.table.sign * v for v in self.told.values() if v is not None]
        worst = min(seen, default=0.0)
        return rows, np.array([worst if v is None else self.table.sign * v for v in self.told.values()])


class Regression(Method, ABC):
    """Expected improvement of a scikit-learn regressor on one-hot inputs; a batch by the constant liar (worst)."""

    def __init__(self, table: Table, seed: int) -> None:
        super().__init__(table, seed)
        self.inputs = table.one_hot()

    def choose(self, left: list[int], n: int) -> list[int]:
        """Return rows by expected improvement."""
        rows, values = self.values
        chosen: list[int] = []
        for _ in range(n):
            lie = np.full(len(chosen), values.min())
            x, y = self.inputs[rows + chosen], np.concatenate([values, lie])
            open_rows = [i for i in left if i not in chosen]
            mean, spread = self.predict(x, (y - y.mean()) / (y.std() or 1.0), self.inputs[open_rows])
            best = ((y - y.mean()) / (y.std() or 1.0)).max()
            z = (mean - best) / np.maximum(spread, 1e-9)
            gain = (mean - best) * norm.cdf(z) + spread * norm.pdf(z)
            chosen.append(open_rows[int(np.argmax(gain))])
        return chosen

    @abstractmethod
    def predict(self, x: Array, y: Array, new: Array) -> tuple[Array, Array]:
        """Return mean and spread at new inputs."""


class GaussianProcess(Regression):
    """A Matérn-5/2 Gaussian process with one length for all inputs."""

    has_lengths = False

    def predict(self, x: Array, y: Array, new: Array) -> tuple[Array, Array]:
        """Return mean and spread at new inputs."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

        lengths = np.ones(x.shape[1]) if self.has_lengths else 1.0
        kernel = ConstantKernel(1.0) * Matern(lengths, (1e-2, 1e2), nu=2.5) + WhiteKernel(1e-2, (1e-6, 1.0))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = GaussianProcessRegressor(kernel, n_restarts_optimizer=1, random_state=self.seed).fit(x, y)
        mean, spread = model.predict(new, return_std=True)
        return mean, spread


class GaussianProcessLengths(GaussianProcess):
    """The same with a length per input."""

    has_lengths = True


class Forest(Regression):
    """A random forest; the spread is that of its trees."""

    def predict(self, x: Array, y: Array, new: Array) -> tuple[Array, Array]:
        """Return mean and spread at new inputs."""
        from sklearn.ensemble import RandomForestRegressor

        model = RandomForestRegressor(100, random_state=self.seed).fit(x, y)
        trees = np.array([tree.predict(new) for tree in model.estimators_])
        return trees.mean(axis=0), trees.std(axis=0)


class Optuna(Method):
    """An Optuna sampler; a suggestion that is no open row is moved to the nearest one (one-hot)."""

    sampler = "TPESampler"

    def __init__(self, table: Table, seed: int) -> None:
        import optuna

        super().__init__(table, seed)
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.inputs = table.one_hot()
        self.points = table.space.candidates()
        self.ranges: dict[str, Any] = {}
        for i, p in enumerate(table.space.parameters):
            levels = sorted(set(self.points[:, i].tolist()))
            self.ranges[p.name] = (
                optuna.distributions.FloatDistribution(levels[0], levels[-1])
                if p.is_numeric
                else optuna.distributions.CategoricalDistribution([int(level) for level in levels])
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sampler = getattr(optuna.samplers, self.sampler)(seed=seed, n_startup_trials=N_STARTS)
        self.study = optuna.create_study(direction="maximize", sampler=sampler)

    def params(self, which: int) -> dict[str, Any]:
        """Return a row as Optuna has it."""
        pairs = zip(self.table.space.parameters, self.points[which].tolist(), strict=True)
        return {p.name: x if p.is_numeric else int(x) for p, x in pairs}

    def tell(self, which: int, value: float | None) -> None:
        """Add a finished trial."""
        import optuna

        super().tell(which, value)
        _, values = self.values
        self.study.add_trial(
            optuna.trial.create_trial(params=self.params(which), distributions=self.ranges, value=float(values[-1]))
        )

    def choose(self, left: list[int], n: int) -> list[int]:
        """Return the open rows nearest to what the sampler asks for."""
        chosen: list[int] = []
        for _ in range(n):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                trial = self.study.ask(self.ranges)
            point = np.array([[trial.params[p.name] for p in self.table.space.parameters]], dtype=float)
            open_rows = [i for i in left if i not in chosen]
            wanted = self._one_hot(point)
            chosen.append(open_rows[int(np.argmin(((self.inputs[open_rows] - wanted) ** 2).sum(axis=1)))])
            self.study.tell(trial, state=_failed())
        return chosen

    def _one_hot(self, point: Array) -> Array:
        columns = []
        for i, p in enumerate(self.table.space.parameters):
            columns.append(
                p.to_unit(point[:, i])[:, None] if p.is_numeric else np.eye(len(p.options))[point[:, i].astype(int)]
            )
        return np.hstack(columns)


class OptunaGP(Optuna):
    """The Gaussian process of Optuna."""

    sampler = "GPSampler"


def _failed() -> Any:
    import optuna

    return optuna.trial.TrialState.FAIL


class BayBE(Method):
    """BayBE with its default recommender; chemicals by the same descriptors as ours."""

    def __init__(self, table: Table, seed: int) -> None:
        super().__init__(table, seed)
        import pandas as pd
        from baybe import Campaign
        from baybe.parameters import CategoricalParameter, CustomDiscreteParameter, NumericalDiscreteParameter
        from baybe.searchspace import SearchSpace
        from baybe.targets import NumericalTarget
        from baybe.utils.random import set_random_seed

        set_random_seed(seed)
        space = table.space
        self.frame = pd.DataFrame([dict(zip(space.names, row, strict=True)) for row in space.table])
        parameters: list[Any] = []
        for p in space.parameters:
            if p.is_numeric:
                parameters.append(NumericalDiscreteParameter(p.name, sorted(set(self.frame[p.name]))))
            elif p.descriptors:
                data = pd.DataFrame(dict(p.descriptors), index=list(p.options))
                parameters.append(CustomDiscreteParameter(p.name, data))
            else:
                parameters.append(CategoricalParameter(p.name, p.options))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            searchspace = SearchSpace.from_dataframe(self.frame, parameters)
            self.campaign = Campaign(searchspace, NumericalTarget("value"), allow_recommending_already_measured=False)
        self.at = {tuple(row): i for i, row in enumerate(space.table)}
        self.n_given = 0

    def choose(self, left: list[int], n: int) -> list[int]:  # noqa: ARG002  # the campaign knows them
        """Return what the campaign recommends."""
        rows, values = self.values
        frame = self.frame.iloc[rows].assign(value=values)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.campaign.add_measurements(frame.iloc[self.n_given :])
            self.n_given = len(rows)
            found = self.campaign.recommend(n)
        rows = [self.at[tuple(row)] for row in found[list(self.table.space.names)].itertuples(index=False)]
        return rows[:n]  # options with equal descriptors come together, more than asked for


class Superatom(Method):
    """Ours, from its own first settings."""

    own_start = True

    def __init__(self, table: Table, seed: int) -> None:
        super().__init__(table, seed)
        self.at = {tuple(row): i for i, row in enumerate(table.space.table)}
        self.recommender = Bayesian()

    def ask(self, n: int) -> list[int]:
        """Return what the recommender suggests."""
        if not self.own_start and len(self.told) < N_STARTS:
            return super().ask(n)
        batch = self.recommender.recommend(self.table.space, self.table.objective, self.records(), n, self.seed)
        return [self.at[tuple(s.settings[name] for name in self.table.space.names)] for s in batch.suggestions]

    def records(self) -> list[TriedSetting]:
        """Return what was told as records of a campaign."""
        names = self.table.space.names
        return [
            TriedSetting(
                str(i),
                dict(zip(names, self.table.space.table[i], strict=True)),
                {} if value is None else {"value": value},
                None if self.table.fails_below is None else value is not None,
            )
            for i, value in self.told.items()
        ]


class SuperatomSameStart(Superatom):
    """Ours, from the five random rows of the baselines."""

    own_start = False


RECOMMENDERS: dict[str, type[Method]] = {
    "superatom": Superatom,
    "superatom, same start": SuperatomSameStart,
    "random": Method,
    "gp-ei": GaussianProcess,
    "gp-ei, length per input": GaussianProcessLengths,
    "rf-ei": Forest,
    "optuna-tpe": Optuna,
    "optuna-gp": OptunaGP,
    "baybe": BayBE,
}
