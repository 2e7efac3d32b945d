"""Regression twins: yield, quantum yield, emission or size from conditions, and the phase diagram they imply.

Gradient boosting (scikit-learn's histogram trees; gaps allowed) or a Gaussian process, on any table. A prediction has a
spread that was set right on held-out rows: it is stretched until 68 % of the held-out errors lie within it. The phase
diagram (Lyu et al., Nanoscale Horiz. 2025, 10, 2304, section 5.3, doi:10.1039/d5nh00353a) cuts a predicted value into
named regions over two settings.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np

from superatom.data.sheets.numbers import numeric_columns, words_of
from superatom.data.sheets.tables import read_table
from superatom.errors import ModelError, UnknownNameError
from superatom.models.drawing import figure, hatch, picture_path, save
from superatom.models.extras import need
from superatom.models.outcome.descriptors import Descriptor, FloatArray, columns_for
from superatom.models.outcome.domain import Domain
from superatom.models.outcome.examples import Example
from superatom.models.outcome.inputs import BoolArray, IntArray, inputs, others
from superatom.models.outcome.proposals import Axis, grid
from superatom.models.outcome.tables import settings_of, told
from superatom.models.outcome.unset import averaged
from superatom.models.prediction import Prediction

TwinKind = Literal["boosting", "gp"]
TWIN_KINDS: tuple[TwinKind, ...] = ("boosting", "gp")
_ONE_SIGMA = 0.6827


@dataclass(frozen=True, slots=True, eq=False)
class Measurements:
    """Syntheses with one measured number each.

    Attributes
    ----------
    examples
        Settings and chemicals; `series` holds what stays together, such as the replicates of one setting.
    values
        Shape (n,): the target in its unit.
    target
        Name of the target, with unit.
    """

    examples: tuple[Example, ...]
    values: FloatArray
    target: str


@dataclass(frozen=True, slots=True)
class TwinScore:
    """Held-out figures: errors in the unit of the target, R², share of values within one spread (0.68 is right)."""

    mae: float
    rmse: float
    r2: float
    coverage: float


@dataclass(frozen=True, slots=True, eq=False)
class Twin:
    """A fitted twin; `members` each left one fold out, `stretch` sets the spread right."""

    measurements: Measurements
    kind: TwinKind
    columns: tuple[Descriptor, ...]
    members: tuple[Any, ...]
    stretch: float
    score: TwinScore
    domain: Domain
    model_id: str

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """Return value and spread in the unit of the target, and whether each proposal is in the domain."""
        if not examples:
            return []
        answers = zip(*self.answer(examples), strict=True)
        return [Prediction(float(m), float(s), bool(w), self.model_id) for m, s, w in answers]

    def answer(self, examples: Sequence[Example]) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Return means, spreads and whether in domain, each of shape (n,).

        Outside the domain all that is known is how the measured values scatter: that is added in quadrature.
        """
        mean, variance = averaged(examples, self.measurements.examples, self.domain.always, self._mean_and_variance)
        within = self.domain.contains(examples, inputs(examples, self.columns))
        return mean, np.sqrt(variance + np.where(within, 0.0, self.measurements.values.var())), within

    def remarks(self, example: Example) -> tuple[str, ...]:
        """Return in words why a proposal is outside the domain, if it is."""
        return self.domain.remarks(example, inputs([example], self.columns))

    def _mean_and_variance(self, examples: Sequence[Example]) -> tuple[FloatArray, FloatArray]:
        x = inputs(examples, self.columns).scaled()
        answers = [_ask(member, x) for member in self.members]
        means = np.array([m for m, _ in answers])
        inner = np.mean([s**2 for _, s in answers], axis=0)
        return means.mean(axis=0), self.stretch**2 * (means.var(axis=0) + inner)


@dataclass(frozen=True, slots=True, eq=False)
class PhaseDiagram:
    """Regions of a predicted value over two settings.

    Attributes
    ----------
    axes
        The two settings.
    value, spread
        Shape (n_1, n_2), in the unit of the target.
    in_domain
        Same shape: whether the twin knows such settings.
    region
        Shape (n_1, n_2): number of the region, counted along `bounds`.
    bounds
        Where one region ends and the next begins, rising.
    """

    axes: tuple[Axis, Axis]
    value: FloatArray
    spread: FloatArray
    in_domain: BoolArray
    region: IntArray
    bounds: tuple[float, ...]
    target: str
    model_id: str

    def draw(self, path: str | Path) -> Path:
        """Write the diagram as PNG or SVG: regions in colour, bounds as lines, hatched where the twin does not know."""
        file = picture_path(path)
        drawn = figure()
        panel = drawn.subplots()
        x, y = self.axes
        ends = [min(float(self.value.min()), self.bounds[0]) - 1e-9, *self.bounds]
        levels = [*ends, max(float(self.value.max()), self.bounds[-1]) + 1e-9]
        filled = panel.contourf(x.points, y.points, self.value.T, levels=levels, cmap="viridis")
        panel.contour(x.points, y.points, self.value.T, levels=list(self.bounds), colors="white", linewidths=1)
        hatch(panel, x.points, y.points, self.in_domain)
        panel.set_xscale("log" if x.is_log else "linear")
        panel.set_yscale("log" if y.is_log else "linear")
        panel.set_xlabel(x.label)
        panel.set_ylabel(y.label)
        drawn.colorbar(filled, ax=panel, label=f"{self.target}; hatched: outside the data")
        return save(drawn, file)


def read_measurements(
    path: str | Path, target: str, *, columns: Sequence[str] = (), same: Sequence[str] = ()
) -> Measurements:
    """Return the rows of a table (.csv, .xlsx ...) with a number in the column `target`.

    Parameters
    ----------
    columns
        The settings; default: every other column of numbers that is no result of the synthesis.
    same
        Rows that agree in these columns are one group, such as replicates; default: all settings.

    Raises
    ------
    ReferenceDataError
        For a table or a number that cannot be read, or that cannot be, by row and column.
    ModelError
        For a column that is not there or holds no numbers, or a target that never changes.
    """
    table = read_table(path)
    if missing := [name for name in (target, *columns, *same) if name not in table.columns]:
        raise ModelError(f"{table.name} has no column {missing[0]!r}; it has: {', '.join(table.columns)}")
    numbers = {column.header: column for column in numeric_columns(table, told(table))}
    if words := [name for name in (target, *columns) if name not in numbers]:
        legal = ", ".join(numbers) or "none"
        raise ModelError(f"{table.name}: the column {words[0]!r} holds no numbers; those that do: {legal}")
    settings = settings_of(table, [target], only=columns)
    together = [words_of(table, name) for name in same]
    measured = [
        (Example(str(row.number), None, settings=settings[i],
                 series=repr([words[i] for words in together] if same else sorted(settings[i].items()))), value)
        for i, row in enumerate(table.rows) if (value := numbers[target].values[i]) is not None
    ]  # fmt: skip
    values = np.array([value for _, value in measured])
    if len(values) and values.min() == values.max():
        raise ModelError(f"{table.name}: {target} is {values[0]:g} in every row; a twin needs values that differ")
    return Measurements(tuple(example for example, _ in measured), values, numbers[target].name)


def twin_kind(name: str) -> TwinKind:
    """Return the kind called `name`; raises `UnknownNameError` naming the legal ones."""
    for kind in TWIN_KINDS:
        if kind == name:
            return kind
    raise UnknownNameError(f"unknown twin {name!r}; legal: {', '.join(TWIN_KINDS)}")


def fit_twin(measurements: Measurements, kind: TwinKind = "gp", *, n_members: int = 5, seed: int = 0) -> Twin:
    """Fit a twin; the held-out figures of its members, whole groups held out, are in `score`.

    Raises
    ------
    ModelError
        For fewer than ten measurements, fewer than two groups, or no setting stated twice.

    >>> import numpy as np
    >>> examples = tuple(Example(str(i), None, settings={"t": float(i)}, series=str(i)) for i in range(40))
    >>> twin = fit_twin(Measurements(examples, np.arange(40.0) * 2, "size_nm"))
    >>> [p] = twin.predict([Example("new", None, settings={"t": 20.5})])
    >>> abs(p.mean - 41) < 1
    True
    """
    examples, y = measurements.examples, measurements.values
    if len(y) < 10 or len({e.series for e in examples}) < 2:
        raise ModelError(f"{len(y)} measurements: a twin needs at least ten, of two groups or more")
    need("sklearn")
    from sklearn.model_selection import GroupKFold

    columns = columns_for(examples)
    if not columns:
        raise ModelError("no setting is stated in two measurements: there is nothing to learn from")
    items = inputs(examples, columns)
    x = items.scaled()
    group = np.unique([e.series for e in examples], return_inverse=True)[1]
    n = min(n_members, int(group.max()) + 1)
    members, mean, spread, fold = [], np.zeros(len(y)), np.zeros(len(y)), np.zeros(len(y), dtype=np.int64)
    for number, (_, held_out) in enumerate(GroupKFold(n, shuffle=True, random_state=seed).split(x, y, group)):
        rows = others(len(y), held_out)
        member = _fit(kind, x[rows], y[rows], seed)
        mean[held_out], spread[held_out] = _ask(member, x[held_out])
        fold[held_out] = number
        members.append(member)
    error = np.abs(y - mean)
    ratio = error / np.maximum(spread, 1e-9)
    stretch = float(np.quantile(ratio, _ONE_SIGMA))
    # what a stretch learnt on the other folds would hold
    within = [ratio[fold == k] <= np.quantile(ratio[fold != k], _ONE_SIGMA) for k in range(n)]
    score = TwinScore(
        mae=float(error.mean()), rmse=float(np.sqrt((error**2).mean())),
        r2=float(1 - (error**2).sum() / max(((y - y.mean()) ** 2).sum(), 1e-12)),
        coverage=float(np.concatenate(within).mean()),
    )  # fmt: skip
    text = repr((kind, seed, n_members, [(e.id, sorted(e.settings.items())) for e in examples], y.tolist()))
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return Twin(
        measurements, kind, columns, tuple(members), stretch, score, Domain.of(examples, columns, items),
        f"twin-{kind}-{digest}",
    )  # fmt: skip


def phase_diagram(
    twin: Twin, axes: tuple[Axis, Axis], bounds: Sequence[float], settings: Mapping[str, float] | None = None
) -> PhaseDiagram:
    """Return the regions of the predicted value over two settings, the others as in `settings` or averaged over.

    Raises `ModelError` for bounds that do not rise, one axis twice, or an axis that is no setting of the twin.
    """
    if not bounds or any(b <= a for a, b in pairwise(bounds)):
        raise ModelError(f"bounds of regions must rise; given: {', '.join(f'{b:g}' for b in bounds) or 'none'}")
    names = [c.name for c in twin.columns if c.is_setting]
    if unknown := [a.name for a in axes if a.name not in names]:
        raise ModelError(f"{unknown[0]!r} is no setting of this twin; its settings: {', '.join(names)}")
    if axes[0].name == axes[1].name:
        raise ModelError(f"a phase diagram needs two different settings; {axes[0].name} is given for both")
    asked = grid(Example("map", None, settings=settings or {}), axes)
    value, spread, within = twin.answer(asked)
    shape = (axes[0].n, axes[1].n)
    region = np.digitize(value, list(bounds)).astype(np.int64).reshape(shape)
    return PhaseDiagram(
        axes, value.reshape(shape), spread.reshape(shape), within.reshape(shape), region, tuple(bounds),
        twin.measurements.target, twin.model_id,
    )  # fmt: skip


def _fit(kind: TwinKind, x: FloatArray, y: FloatArray, seed: int) -> Any:
    """Return a fitted member; one of boosting is a model of the mean and two of the quantiles around it."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if kind == "boosting":
        shape: dict[str, Any] = {"max_iter": 120, "min_samples_leaf": 5, "early_stopping": False, "random_state": seed}
        losses: tuple[dict[str, Any], ...] = (
            {}, {"loss": "quantile", "quantile": 0.16}, {"loss": "quantile", "quantile": 0.84},
        )  # fmt: skip
        return tuple(HistGradientBoostingRegressor(**shape, **loss).fit(x, y) for loss in losses)
    n_masks = int(np.isnan(x).any(axis=0).sum())  # a column with gaps brings a column that says where they are
    kernel = ConstantKernel(1.0, (1e-3, 1e3)) * Matern(np.ones(x.shape[1] + n_masks), (0.05, 1e3), nu=2.5)
    kernel = kernel + WhiteKernel(0.1, (1e-6, 10.0))
    process = GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)
    fill = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return make_pipeline(fill, StandardScaler(), process).fit(x, y)


def _ask(member: Any, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    if isinstance(member, tuple):
        mean, low, high = (np.asarray(model.predict(x)) for model in member)
        return mean, np.maximum(np.abs(high - low) / 2, 1e-9)
    mean, spread = member.predict(x, return_std=True)
    return np.asarray(mean), np.asarray(spread)
