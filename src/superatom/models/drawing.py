"""What pictures of models share: a figure without a display, axes in words, files of the same bytes each time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from superatom.errors import ModelError
from superatom.models.extras import need

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".png", ".svg")
HATCH = "////"  # where a model does not know what it is asked


def picture_path(path: str | Path) -> Path:
    """Return the path of a picture; raises `ModelError` unless it ends as one.

    >>> picture_path("map.png").name
    'map.png'
    """
    target = Path(path)
    if target.suffix.lower() not in FORMATS:
        raise ModelError(f"a picture is a file ending in {' or '.join(FORMATS)}; this is {target.name!r}")
    return target


def figure(width: float = 5.6, height: float = 4.4) -> Figure:
    """Return an empty figure of this size in inches; raises `MissingEngineError` without matplotlib."""
    need("matplotlib")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    made = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(made)
    return made


def hatch(panel: Any, x: Any, y: Any, is_known: Any) -> None:
    """Hatch where `is_known`, of shape (n_x, n_y), is false; a grid of one line has no area to hatch."""
    if is_known.min() < 0.5 and min(is_known.shape) > 1:
        panel.contourf(x, y, is_known.T, levels=[-0.5, 0.5], colors="none", hatches=[HATCH])


def save(drawn: Figure, path: str | Path) -> Path:
    """Write a figure as PNG or SVG, the same bytes for the same picture."""
    import matplotlib as mpl

    target = picture_path(path)
    metadata = {"Date": None} if target.suffix.lower() == ".svg" else {"Software": None}
    with mpl.rc_context({"svg.hashsalt": "superatom", "svg.fonttype": "none"}):
        drawn.savefig(target, dpi=160, metadata=metadata)
    return target
