"""What pictures share: a figure, its labels, and files that are the same bytes for the same picture."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from superatom.data.sheets.fields import plain_fields

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def label(name: str, unit: str) -> str:
    """Return an axis label in words: the unit behind a stroke, not twice.

    >>> label("temperature_C", "degC"), label("temperature_C", "K"), label("ph", "pH"), label("flow", "mL/min")
    ('temperature / °C', 'temperature / K', 'pH', 'flow / mL/min')
    """
    if unit == "pH":
        return "pH"
    shown = {"degC": "°C"}.get(unit, unit)
    named = plain_fields()[name].unit if name in plain_fields() else unit
    tail = {"degC": "_C", "%": "_percent"}.get(named, f"_{named}")
    words = name.removesuffix(tail).replace("_", " ")
    return f"{words} / {shown}" if shown else words


def plain_text() -> AbstractContextManager[None]:
    """Draw names as they are written: what stands between two dollar signs is no formula."""
    import matplotlib as mpl

    return mpl.rc_context({"text.parse_math": False})


def figure() -> tuple[Figure, Axes]:
    """Return a figure of one picture, drawn without a display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    made = Figure(figsize=(6.0, 4.6))
    FigureCanvasAgg(made)
    plot = made.subplots()
    made.subplots_adjust(left=0.14, right=0.95, bottom=0.2, top=0.9)
    return made, plot


class Marks:
    """Puts marks into a plot, those at one place side by side, so that a success does not hide a failure."""

    def __init__(self, plot: Axes) -> None:
        self._plot = plot
        self._n: Counter[tuple[float, float]] = Counter()

    def add(
        self, at: tuple[float, float], style: str, *, size: float, colour: str, edge: str, name: str | None = None
    ) -> None:
        """Draw one mark of `size` points, with a name for the legend."""
        from matplotlib.transforms import ScaledTranslation

        place = float(f"{at[0]:.6g}"), float(f"{at[1]:.6g}")
        beside = self._plot.transData
        if n_there := self._n[place]:
            beside += ScaledTranslation(0.9 * size * n_there / 72, 0, self._plot.figure.dpi_scale_trans)
        self._n[place] += 1
        self._plot.plot(
            *at, style, markersize=size, color=colour, markeredgecolor=edge, label=name, clip_on=False, transform=beside
        )


_CAPTION = 115  # characters of 7 points across a picture
_CORNERS = (("right", 1, -1), ("left", 1, 1), ("right", -1, -1), ("left", -1, 1))  # of a mark: alignment, up, right
_WIDE, _HIGH = 4.5, 9.0  # of a character of 7 points, in points


def name_places(
    plot: Axes, places: Sequence[tuple[float, float]], names: Sequence[str], beside: Sequence[tuple[float, float]] = ()
) -> None:
    """Write names at places, each at the first corner where it covers no name, no place, and none of those `beside`.

    To be called when all else is drawn.
    """
    plot.get_xlim(), plot.get_ylim()  # settles the limits
    points = 72 / plot.figure.dpi * plot.transData.transform([*places, *beside])
    taken = [(x - 3, y - 3, x + 3, y + 3) for x, y in points]
    for name, place, at in zip(names, places, points, strict=False):
        boxes = list(_boxes(name, at))
        free = (k for k, box in enumerate(boxes) if not any(_overlap(box, other) for other in taken))
        chosen = next(free, 0)
        align, up, right = _CORNERS[chosen]
        taken.append(boxes[chosen])
        plot.annotate(
            name, place, fontsize=7, xytext=(4 * right, 4 if up > 0 else -4), textcoords="offset points",
            ha=align, va="bottom" if up > 0 else "top",
        )  # fmt: skip


def _boxes(name: str, at: Sequence[float]) -> Iterator[tuple[float, float, float, float]]:
    """Yield left, lower, right and upper edge of a name at each corner of a place, in points."""
    for _, up, right in _CORNERS:
        x, y = at[0] + 4 * right, at[1] + 4 * up
        far_x, far_y = x + right * _WIDE * len(name), y + up * _HIGH
        yield min(x, far_x), min(y, far_y), max(x, far_x), max(y, far_y)


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def caption(drawn: Figure, says: str) -> None:
    """Write a few words under a picture."""
    lines = textwrap.fill(says, _CAPTION)  # matplotlib's own wrapping takes dollar signs for formulas
    drawn.text(0.01, 0.03, lines, fontsize=7, va="top")


def save(drawn: Figure, path: Path) -> Path:
    """Write a picture, the same bytes for the same picture."""
    import matplotlib as mpl

    with mpl.rc_context({"svg.hashsalt": "superatom", "svg.fonttype": "none"}):
        metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        drawn.savefig(path, dpi=160, metadata=metadata, bbox_inches="tight")  # long names of options included
    return path
