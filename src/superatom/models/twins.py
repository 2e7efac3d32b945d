"""Regression twins: yield, quantum yield, emission or size from conditions, and the phase diagram they imply.

Gradient boosting (scikit-learn's histogram trees; gaps allowed) or a Gaussian process, on any table. A prediction has a
spread that was set right on held-out rows: it is stretched until 68 % of the held-out errors lie within it. The phase
diagram (Lyu et al., Nanoscale Horiz. 2025, 10, 2304, section 5.3, doi:10.1039/d5nh00353a) cuts a predicted value into
named regions over two settings.
"""

from __future__ import annotations

import hashlib
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np

from superatom.errors import ModelError, UnknownNameError
from superatom.models.extras import need
from superatom.models.outcome.descriptors import Descriptor, FloatArray, columns_for
from superatom.models.outcome.domain import Domain
from superatom.models.outcome.examples import Example, csv_rows
from superatom.models.outcome.inputs import IntArray, inputs, others
from superatom.models.outcome.proposals import Axis, grid
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
        mean, spread = self.values(examples)
        within = self.domain.contains(examples, inputs(examples, self.columns))
        return [Prediction(float(m), float(s), w, self.model_id) for m, s, w in zip(mean, spread, within, strict=True)]

    def values(self, examples: Sequence[Example]) -> tuple[FloatArray, FloatArray]:
        """Return means and spreads, both of shape (n,)."""
        x = inputs(examples, self.columns).scaled()
        answers = [_ask(member, x) for member in self.members]
        means = np.array([m for m, _ in answers])
        inner = np.mean([s**2 for _, s in answers], axis=0)
        return means.mean(axis=0), self.stretch * np.sqrt(means.var(axis=0) + inner)


@dataclass(frozen=True, slots=True, eq=False)
class PhaseDiagram:
    """Regions of a predicted value over two settings.

    Attributes
    ----------
    axes
        The two settings.
    value, spread
        Shape (n_1, n_2), in the unit of the target.
    region
        Shape (n_1, n_2): number of the region, counted along `bounds`.
    bounds
        Where one region ends and the next begins, rising.
    """

    axes: tuple[Axis, Axis]
    value: FloatArray
    spread: FloatArray
    region: IntArray
    bounds: tuple[float, ...]
    target: str
    model_id: str

    def draw(self, path: str | Path) -> Path:
        """Write the diagram as PNG or SVG: regions in colour, the bounds as lines; raises `ModelError` otherwise."""
        file = Path(path)
        if file.suffix not in (".png", ".svg"):
            raise ModelError(f"a picture is a file ending in .png or .svg; this is {file.name!r}")
        need("matplotlib")
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(5.6, 4.4), layout="constrained")
        FigureCanvasAgg(figure)
        panel = figure.subplots()
        x, y = self.axes
        ends = [min(float(self.value.min()), self.bounds[0]) - 1e-9, *self.bounds]
        levels = [*ends, max(float(self.value.max()), self.bounds[-1]) + 1e-9]
        filled = panel.contourf(x.points, y.points, self.value.T, levels=levels, cmap="viridis")
        panel.contour(x.points, y.points, self.value.T, levels=list(self.bounds), colors="white", linewidths=1)
        panel.set_xscale("log" if x.is_log else "linear")
        panel.set_yscale("log" if y.is_log else "linear")
        panel.set_xlabel(x.name)
        panel.set_ylabel(y.name)
        figure.colorbar(filled, ax=panel, label=self.target)
        figure.savefig(file, dpi=160, metadata={"Date": None} if file.suffix == ".svg" else {"Software": None})
        return file


def read_measurements(
    path: str | Path, target: str, *, columns: Sequence[str] = (), same: Sequence[str] = ()
) -> Measurements:
    """Return the rows of a CSV table with a number in the column `target`.

    Parameters
    ----------
    columns
        The settings; default: every other column whose cells are all numbers or empty.
    same
        Rows that agree in these columns are one group, such as replicates; default: all settings.

    Raises
    ------
    ModelError
        When the table or a column cannot be read.
    """
    known, rows = csv_rows(path)
    if missing := [name for name in (target, *columns, *same) if name not in known]:
        raise ModelError(f"{path} has no column {missing[0]!r}; it has: {', '.join(known)}")
    numbers = [{name: _number(row[name]) for name in known} for row in rows]
    legible = [
        name
        for name in known
        if all(n[name] is not None or not (r[name] or "").strip() for n, r in zip(numbers, rows, strict=True))
    ]
    chosen = list(columns) or [name for name in legible if name != target]
    examples, values = [], []
    for number, (row, cells) in enumerate(zip(rows, numbers, strict=True), start=1):
        value = cells[target]
        if value is None:
            continue
        settings = {name: v for name in chosen if (v := cells[name]) is not None}
        group = repr([row[name] for name in same or chosen])
        examples.append(Example(str(number), None, settings=settings, series=group))
        values.append(value)
    return Measurements(tuple(examples), np.array(values), target)


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
        For fewer than ten measurements, or fewer than two groups.

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
    """Return the regions of the predicted value over two settings, the others as in `settings` or at their median.

    Raises `ModelError` for bounds that do not rise.
    """
    if not bounds or any(b <= a for a, b in pairwise(bounds)):
        raise ModelError(f"bounds of regions must rise; given: {', '.join(f'{b:g}' for b in bounds) or 'none'}")
    names = [c.name for c in twin.columns if c.is_setting]
    if unknown := [a.name for a in axes if a.name not in names]:
        raise ModelError(f"{unknown[0]!r} is no setting of this twin; its settings: {', '.join(names)}")
    known = twin.measurements.examples
    middle = {n: float(np.median([e.settings[n] for e in known if n in e.settings])) for n in names}
    asked = grid(Example("map", None, settings={**middle, **(settings or {})}), axes)
    value, spread = (part.reshape(axes[0].n, axes[1].n) for part in twin.values(asked))
    region = np.digitize(value, list(bounds)).astype(np.int64)
    return PhaseDiagram(axes, value, spread, region, tuple(bounds), twin.measurements.target, twin.model_id)


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
    kernel = ConstantKernel(1.0, (1e-3, 1e3)) * Matern(np.ones(x.shape[1]), (0.05, 1e3), nu=2.5)
    kernel = kernel + WhiteKernel(0.1, (1e-6, 10.0))
    process = GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)
    fill = SimpleImputer(strategy="median", keep_empty_features=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return make_pipeline(fill, StandardScaler(), process).fit(x, y)


def _ask(member: Any, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    if isinstance(member, tuple):
        mean, low, high = (np.asarray(model.predict(x)) for model in member)
        return mean, np.maximum(np.abs(high - low) / 2, 1e-9)
    mean, spread = member.predict(x, return_std=True)
    return np.asarray(mean), np.asarray(spread)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None
