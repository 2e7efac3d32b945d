"""The pictures of the data card of the reference set; `nc_multi_card.py` draws them into docs/images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from set_check_features import DESCRIPTORS, eight_descriptors
from superatom.data.reference_set import ReferenceSet
from superatom.data.splits import split_items

Floats = npt.NDArray[np.float64]

FEWEST = 20  # below this a distribution or a comparison says nothing
COLOURS = 255  # of a picture's palette, which keeps the files small
DPI = 130
E_FORM = "formation energy, eV per metal atom"


def distributions(values: Mapping[str, Floats], fits: Mapping[str, tuple[float, ...]], folder: Path) -> str:
    """Draw a histogram per level with its double Weibull fit; return the name of the file."""
    from scipy import stats

    figure, axes = _panels(len(values))
    for axis, (level, energies) in zip(axes, values.items(), strict=False):
        here = energies[np.isfinite(energies)]
        low, high = np.quantile(here, [0.001, 0.999])
        axis.hist(here, bins=60, range=(low - 0.5, high + 0.5), density=True, color="#9db4c8")
        x = np.linspace(low - 0.5, high + 0.5, 300)
        axis.plot(x, stats.dweibull.pdf(x, *fits[level]), color="#b3412c", linewidth=1.2)
        axis.set_title(f"{level}, {len(here)} values")
        axis.set_xlabel(E_FORM)
        axis.set_ylabel("density")
    return _save(figure, folder, "nc-multi-distributions.png")


def level_against_level(found: ReferenceSet, values: Mapping[str, Floats], folder: Path) -> str:
    """Draw a scatter picture per pair of levels, coloured by topology; return the name of the file."""
    pairs = [
        (x, y) for x, y in combinations(values, 2) if (np.isfinite(values[x]) & np.isfinite(values[y])).sum() >= FEWEST
    ]
    if not pairs:
        return ""
    figure, axes = _panels(len(pairs), height_in=2.9)
    topology = np.array([entry.topology for entry in found])
    names = sorted(set(topology.tolist()))
    for axis, (x, y) in zip(axes, pairs, strict=False):
        both = np.isfinite(values[x]) & np.isfinite(values[y])
        for n, name in enumerate(names):
            rows = both & (topology == name)
            if rows.any():
                axis.plot(values[x][rows], values[y][rows], ".", color=_colour(n), markersize=2, label=name)
        ends = [np.min([values[x][both], values[y][both]]), np.max([values[x][both], values[y][both]])]
        axis.plot(ends, ends, color="#777777", linewidth=0.7)
        axis.set_xlabel(f"{x}, eV per metal atom")
        axis.set_ylabel(f"{y}, eV per metal atom")
    _legend(figure, axes)
    return _save(figure, folder, "nc-multi-levels.png")


def volcano_points(found: ReferenceSet, level: str, energies: Floats) -> dict[str, Any] | None:
    """Return charge transfer, formation energy and chi_env of the minima of a level; None where there are too few."""
    moved = found.charge_transfers(level)
    is_minimum = np.array([entry.kind == "minimum" for entry in found])
    rows = np.flatnonzero(np.isfinite(moved) & np.isfinite(energies) & is_minimum)
    if len(rows) < FEWEST:
        return None
    features = eight_descriptors(split_items(found, rows.tolist()))
    return {
        "charge transfer": moved[rows],
        "formation energy": energies[rows],
        "chi_env": features[:, DESCRIPTORS.index("chi_env")],
        "topology": np.array([found.table[i].topology for i in rows]),
        "dopant": np.array([found.table[i].dopant for i in rows]),
    }


def volcano(points: Mapping[str, Mapping[str, Any]], folder: Path) -> str:
    """Draw formation energy over charge transfer, and charge transfer over chi_env, per level; return the file's name.

    A dot is a minimum, a letter the mean of a dopant over all of them.
    """
    figure, axes = _panels(2 * len(points), columns=2, height_in=2.9)
    names = sorted({str(name) for one in points.values() for name in one["topology"]})
    sides = (("charge transfer", "formation energy"), ("chi_env", "charge transfer"))
    words = {"charge transfer": "charge on dopant − on host, e", "formation energy": E_FORM, "chi_env": "χ_env"}
    for n, (level, one) in enumerate(points.items()):
        for axis, (x, y) in zip(axes[2 * n : 2 * n + 2], sides, strict=True):
            for number, name in enumerate(names):
                rows = one["topology"] == name
                if rows.any():
                    axis.plot(one[x][rows], one[y][rows], ".", color=_colour(number), markersize=3, label=name)
            for dopant in sorted(set(one["dopant"].tolist())):
                rows = one["dopant"] == dopant
                if x == "charge transfer":
                    axis.annotate(dopant, (one[x][rows].mean(), one[y][rows].mean()), fontsize=6, ha="center")
            axis.set_xlabel(f"{level}: {words[x]}")
            axis.set_ylabel(words[y])
    _legend(figure, axes)
    return _save(figure, folder, "nc-multi-volcano.png")


def _panels(number: int, *, columns: int = 3, height_in: float = 2.4) -> tuple[Any, Sequence[Any]]:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams.update({"font.size": 7, "axes.spines.top": False, "axes.spines.right": False})
    columns = min(columns, number)
    rows = -(-number // columns)
    figure = Figure(figsize=(2.7 * columns + 0.3, height_in * rows + 0.4), layout="constrained")
    axes = [figure.add_subplot(rows, columns, n + 1) for n in range(number)]
    return figure, axes


def _legend(figure: Any, axes: Sequence[Any]) -> None:
    labels = {label: handle for axis in axes for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend(
        labels.values(), labels.keys(), loc="outside lower center", ncols=5, markerscale=3, frameon=False, fontsize=6
    )


def _colour(number: int) -> str:
    import matplotlib as mpl

    colours = (*mpl.colormaps["tab10"].colors, (0, 0, 0), (0.1, 0.1, 0.5), (0.9, 0.75, 0), (0.5, 0.9, 0.3))
    return str(mpl.colors.to_hex(colours[number % len(colours)]))


def _save(figure: Any, folder: Path, name: str) -> str:
    """Save with a small palette and no date, so that the same set gives the same bytes."""
    from io import BytesIO

    from PIL import Image

    raw = BytesIO()
    figure.savefig(raw, dpi=DPI, format="png", metadata={"Software": None})
    folder.mkdir(parents=True, exist_ok=True)
    picture = Image.open(raw).convert("RGB")
    picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE).save(folder / name, optimize=True)
    return name
