"""What pictures share: a figure, its labels, and files that are the same bytes for the same picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def label(name: str, unit: str) -> str:
    """Return an axis label in words: the unit behind a stroke, not twice.

    >>> label("temperature_C", "degC"), label("ph", "pH"), label("ligand_to_metal_ratio", "mol/mol")
    ('temperature / °C', 'pH', 'ligand to metal ratio / mol/mol')
    """
    if unit == "pH":
        return "pH"
    shown = {"degC": "°C"}.get(unit, unit)
    tail = {"degC": "_C", "%": "_percent"}.get(unit, f"_{unit}")
    words = name.removesuffix(tail).replace("_", " ")
    return f"{words} / {shown}" if shown else words


def figure() -> tuple[Figure, Axes]:
    """Return a figure of one picture, drawn without a display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    made = Figure(figsize=(6.0, 4.6))
    FigureCanvasAgg(made)
    plot = made.subplots()
    made.subplots_adjust(left=0.14, right=0.95, bottom=0.2, top=0.9)
    return made, plot


def caption(drawn: Figure, says: str) -> None:
    """Write a line under a picture."""
    drawn.text(0.01, 0.01, says, fontsize=7, wrap=True)


def save(drawn: Figure, path: Path) -> Path:
    """Write a picture, the same bytes for the same picture."""
    import matplotlib as mpl

    with mpl.rc_context({"svg.hashsalt": "superatom", "svg.fonttype": "none"}):
        metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        drawn.savefig(path, dpi=160, metadata=metadata, bbox_inches="tight")  # long names of options included
    return path
