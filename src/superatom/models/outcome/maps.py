"""Probability maps: pH × temperature as in Fig. 5a of Li et al. 2019 (doi:10.1002/aisy.201900029), or any two settings.

With up to three more axes the map becomes small multiples, the five-dimensional view of Fig. 5c on paper.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from superatom.errors import ModelError
from superatom.models.extras import need
from superatom.models.outcome.descriptors import FloatArray, setting
from superatom.models.outcome.examples import Example
from superatom.models.outcome.model import OutcomeModel
from superatom.models.outcome.proposals import Axis, grid

MOST_POINTS = 200_000
FORMATS = (".png", ".svg")


@dataclass(frozen=True, slots=True, eq=False)
class ProbabilityMap:
    """Probabilities on a grid.

    Attributes
    ----------
    axes
        Two to five; the first is drawn across, the second up, the others as columns, rows and blocks of panels.
    probability, spread
        Shape (n_1, n_2, ...), by the points of the axes.
    in_domain
        Same shape: whether the model knows such settings.
    """

    axes: tuple[Axis, ...]
    probability: FloatArray
    spread: FloatArray
    in_domain: FloatArray
    model_id: str

    @property
    def best(self) -> dict[str, float]:
        """The settings of the highest probability."""
        at = np.unravel_index(self.probability.argmax(), self.probability.shape)
        return {a.name: float(a.points[i]) for a, i in zip(self.axes, at, strict=True)}

    def to_csv(self) -> str:
        """Return one line per point: the settings, probability, spread, in_domain (1 or 0)."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*(a.name for a in self.axes), "probability", "spread", "in_domain"])
        values = np.stack([m.ravel() for m in np.meshgrid(*(a.points for a in self.axes), indexing="ij")], axis=1)
        rest = zip(self.probability.ravel(), self.spread.ravel(), self.in_domain.ravel(), strict=True)
        for at, (p, s, inside) in zip(values, rest, strict=True):
            writer.writerow([*(f"{v:g}" for v in at), f"{p:.4f}", f"{s:.4f}", int(inside)])
        return out.getvalue()


def probability_map(model: OutcomeModel, base: Example, axes: Sequence[Axis]) -> ProbabilityMap:
    """Return the probability of success of `base` over two to five settings.

    Raises `ModelError` for another number of axes, an axis named twice, or more than 200 000 points.
    """
    n = int(np.prod([a.n for a in axes]))
    if not 2 <= len(axes) <= 5 or len({a.name for a in axes}) < len(axes):
        raise ModelError(f"a map needs two to five different settings; given: {', '.join(a.name for a in axes)}")
    if n > MOST_POINTS:
        raise ModelError(f"{n} points are too many for a map; at most {MOST_POINTS}")
    asked = grid(base, axes)
    items = model.inputs(asked)
    mean, spread = model.mean_and_spread(items)
    shape = tuple(a.n for a in axes)
    return ProbabilityMap(
        tuple(axes), mean.reshape(shape), spread.reshape(shape),
        np.array(model.domain.contains(asked, items), dtype=float).reshape(shape), model.model_id,
    )  # fmt: skip


def draw_map(made: ProbabilityMap, path: str | Path, title: str = "") -> Path:
    """Write the map as PNG or SVG; hatched where the model does not know such settings.

    Raises `ModelError` for another file ending.
    """
    target = Path(path)
    if target.suffix not in FORMATS:
        raise ModelError(f"a picture is a file ending in {' or '.join(FORMATS)}; this is {target.name!r}")
    need("matplotlib")
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    x, y, *more = made.axes
    n_columns, n_rows, n_blocks = ([a.n for a in more] + [1, 1, 1])[:3]
    width, height = n_columns * n_blocks, n_rows
    size = (5.6, 4.4) if width * height == 1 else (1.3 * width + 1.6, 1.25 * height + 1.4)
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(height, width, squeeze=False, sharex=True, sharey=True)
    shape = (x.n, y.n, n_columns, n_rows, n_blocks)
    p, inside = made.probability.reshape(shape), made.in_domain.reshape(shape)
    mesh: Any = None
    for c, r, b in np.ndindex(n_columns, n_rows, n_blocks):
        panel = panels[n_rows - 1 - r][b * n_columns + c]
        mesh = panel.pcolormesh(
            x.points, y.points, p[:, :, c, r, b].T, vmin=0, vmax=1, cmap="viridis", shading="nearest"
        )
        if inside[:, :, c, r, b].min() < 0.5 and min(x.n, y.n) > 1:
            panel.contourf(
                x.points, y.points, inside[:, :, c, r, b].T, levels=[-0.5, 0.5], colors="none", hatches=["////"]
            )
        panel.set_xscale("log" if x.is_log else "linear")
        panel.set_yscale("log" if y.is_log else "linear")
        if more:
            panel.set_title(_at(more, (c, r, b)), fontsize=6)
            panel.tick_params(labelsize=6)
    figure.supxlabel(_label(x), fontsize=10)
    figure.supylabel(_label(y), fontsize=10)
    figure.suptitle(title or made.model_id, fontsize=10)
    figure.colorbar(mesh, ax=panels, label="probability of success; hatched: outside the data")
    with mpl.rc_context({"svg.hashsalt": "superatom", "svg.fonttype": "none"}):
        figure.savefig(target, dpi=160, metadata={"Date": None} if target.suffix == ".svg" else {"Software": None})
    return target


def _label(one: Axis) -> str:
    column = setting(one.name)
    return f"{column.words} / {column.unit}" if column.unit else column.words


def _at(axes: Sequence[Axis], index: tuple[int, ...]) -> str:
    parts = [f"{setting(a.name).words.split()[0]} {a.points[i]:.3g}" for a, i in zip(axes, index, strict=False)]
    return ", ".join(parts) if len(parts) < 3 else ", ".join(parts[:2]) + "\n" + parts[2]
