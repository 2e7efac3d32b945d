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
from superatom.models.drawing import figure, hatch, picture_path, save
from superatom.models.outcome.descriptors import FloatArray, setting
from superatom.models.outcome.examples import Example
from superatom.models.outcome.model import OutcomeModel
from superatom.models.outcome.proposals import Axis, grid

MOST_POINTS = 200_000


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
    mean, spread, within = model.answer(grid(base, axes))
    shape = tuple(a.n for a in axes)
    return ProbabilityMap(
        tuple(axes), mean.reshape(shape), spread.reshape(shape), within.astype(float).reshape(shape), model.model_id
    )


def draw_map(made: ProbabilityMap, path: str | Path, title: str = "") -> Path:
    """Write the map as PNG or SVG; hatched where the model does not know such settings.

    Raises `ModelError` for another file ending.
    """
    target = picture_path(path)
    x, y, *more = made.axes
    n_columns, n_rows, n_blocks = ([a.n for a in more] + [1, 1, 1])[:3]
    width, height = n_columns * n_blocks, n_rows
    drawn = figure() if width * height == 1 else figure(1.3 * width + 1.6, 1.25 * height + 1.4)
    panels = drawn.subplots(height, width, squeeze=False, sharex=True, sharey=True)
    shape = (x.n, y.n, n_columns, n_rows, n_blocks)
    p, inside = made.probability.reshape(shape), made.in_domain.reshape(shape)
    mesh: Any = None
    for c, r, b in np.ndindex(n_columns, n_rows, n_blocks):
        panel = panels[n_rows - 1 - r][b * n_columns + c]
        mesh = panel.pcolormesh(
            x.points, y.points, p[:, :, c, r, b].T, vmin=0, vmax=1, cmap="viridis", shading="nearest",
            rasterized=bool(more),  # a file with every cell of hundreds of panels as a path is ten times as large
        )  # fmt: skip
        hatch(panel, x.points, y.points, inside[:, :, c, r, b])
        panel.set_xscale("log" if x.is_log else "linear")
        panel.set_yscale("log" if y.is_log else "linear")
        if more:
            panel.set_title(_at(more, (c, r, b)), fontsize=6)
            panel.tick_params(labelsize=6)
    drawn.supxlabel(x.label, fontsize=10)
    drawn.supylabel(y.label, fontsize=10)
    drawn.suptitle(title or made.model_id, fontsize=10)
    drawn.colorbar(mesh, ax=panels, label="probability of success; hatched: outside the data")
    return save(drawn, target)


def _at(axes: Sequence[Axis], index: tuple[int, ...]) -> str:
    """Return where a panel stands, each setting with its unit, on lines that fit over it."""
    parts = [
        f"{setting(a.name).words.removesuffix(' concentration')} {a.points[i]:.3g} {setting(a.name).unit}".strip()
        for a, i in zip(axes, index, strict=False)
    ]
    return "\n".join(parts)
