"""Response surface and phase diagram over one or two parameters, the others at the best setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from superatom.campaign.loop.advice import best_flask
from superatom.campaign.loop.drawing import Marks, caption, label
from superatom.campaign.loop.drawing import figure as new_figure
from superatom.campaign.loop.learned import Learned, axis_of
from superatom.campaign.loop.state import Flask, FlaskStatus, Standing
from superatom.conditions.objectives import Response
from superatom.conditions.space import Parameter
from superatom.conditions.space.parameters import Array
from superatom.errors import CampaignError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure

_FINE, _CURVES = 101, 8
_MARKERS = {  # outcome class -> marker and colour, apart also in grey
    "monodisperse": ("o", "#1b7837"),
    "mixture": ("s", "#f1a340"),
    "other_cluster": ("D", "#7b3294"),
    "nanoparticles": ("X", "#b2182b"),
    "nothing": ("v", "#666666"),
    "": (".", "#000000"),
}


def surface(now: Standing, known: Learned, k: int, chosen: Sequence[int]) -> Figure:
    """Draw what the model expects of one response over one or two parameters, the others at the best setting."""
    response = known.objective.responses[k]
    shown = f"expected {label(response.name, response.unit)}"
    numbers = [i for i in chosen if known.space.parameters[i].is_numeric]
    figure, plot = new_figure()
    if len(numbers) == 2:
        points, legal = _grid(known, chosen)
        values, spread = known.mean_and_spread(k, points)
        _fill(figure, plot, known, chosen, np.where(legal, values, np.nan)).set_label(shown)
        beyond = _mark(plot, now, known, chosen)
        uncertain = f"; ± {spread.min():.2g} to {spread.max():.2g} {response.unit}".rstrip()
    else:
        choices = [i for i in chosen if i not in numbers]
        _curves(plot, known, k, numbers, choices)
        plot.set_ylabel(shown)
        choice = choices[0] if numbers and choices else None
        beyond = _mark(plot, now, known, (numbers or choices)[:1], response=response, choice=choice)
        uncertain = ""  # the curves show it
    has_gaps = known.space.constraints or any(known.space.parameters[i].minimum_dose is not None for i in numbers)
    white = "; white: cannot be made" if len(numbers) == 2 and has_gaps else ""
    _caption(figure, known, chosen, f"{now.name}: ★ best, × failed{uncertain}{white}{beyond}")
    return figure


def phases(now: Standing, known: Learned, chosen: Sequence[int]) -> Figure:
    """Draw what came out where, over the probability of success where both successes and failures are known."""
    figure, plot = new_figure()
    has_model = len(chosen) == 2 and known.models.success is not None
    if has_model:
        points, legal = _grid(known, chosen)
        bar = _fill(figure, plot, known, chosen, np.where(legal, known.success_probability(points), np.nan))
        bar.mappable.set_clim(0, 1)
        bar.set_label("probability that the target is made")
    shown: set[str] = set()
    _axes(plot, known, chosen)
    edge, marks = _Rim(plot, known, chosen, now), Marks(plot)
    for flask in _made(now):
        outcome = flask.stored.record.product.outcome_class if flask.stored is not None else None
        word = outcome.value if outcome else ""
        style, colour = _MARKERS[word]
        if (at := edge.place(flask)) is not None:
            name = (word.replace("_", " ") or "outcome not stated") if word not in shown else None
            marks.add(at, style, size=8, colour=colour, edge="white", name=name)
            shown.add(word)
    if len(chosen) == 1:
        plot.set_ylim(-1, 1)
        plot.set_yticks([])
    plot.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, 1.14), ncols=3, frameon=False)
    _caption(figure, known, chosen, f"{now.name}{edge.says}", has_model=has_model)
    return figure


def chosen_axes(known: Learned, names: Sequence[str]) -> list[int]:
    """Return the parameters to draw over: those named, else the two that the first response changes most with.

    A number goes before a choice. Raises `CampaignError` for a name that is no parameter.
    """
    known_names = known.space.names
    if unknown := [name for name in names if name not in known_names]:
        raise CampaignError(f"the space has no parameter {', '.join(unknown)}; it has {', '.join(known_names)}")
    if names:
        return [known_names.index(name) for name in names[:2]]
    influences = known.influences()
    ranked = sorted(range(len(influences)), key=lambda i: (-influences[i], i))[:2]
    return sorted(ranked, key=lambda i: (not known.space.parameters[i].is_numeric, i))


def _grid(known: Learned, chosen: Sequence[int]) -> tuple[Array, NDArray[np.bool_]]:
    """Return points over two parameters, row by row, the others at the best setting, and which of them can be made."""
    x, y = np.meshgrid(*(axis_of(known.space, i, _FINE) for i in chosen))
    return known.around_best({chosen[0]: x.ravel(), chosen[1]: y.ravel()})


def _fill(figure: Figure, plot: Axes, known: Learned, chosen: Sequence[int], values: Array) -> Colorbar:
    """Draw values on the points of `_grid`; NaN is left white."""
    across, up = (axis_of(known.space, i, _FINE) for i in chosen)
    field = np.ma.masked_invalid(values.reshape(len(up), len(across)))
    rows, columns = (slice(at.min(), at.max() + 1) for at in np.nonzero(~np.ma.getmaskarray(field)))
    across, up, field = across[columns], up[rows], field[rows, columns]  # no margin of what cannot be made
    mesh = plot.pcolormesh(across, up, field, cmap="viridis", shading="nearest", rasterized=True)
    is_plane = all(known.space.parameters[i].is_numeric for i in chosen) and min(field.shape) > 1
    if is_plane and np.ptp(field.compressed()) > 0:
        plot.clabel(plot.contour(across, up, field, colors="white", linewidths=0.6), fontsize=7, fmt="%.3g")
    _axes(plot, known, chosen)
    return figure.colorbar(mesh, ax=plot)


def _curves(plot: Axes, known: Learned, k: int, numbers: Sequence[int], choices: Sequence[int]) -> None:
    """Draw curves with their spread over one number, one for each option of a choice; bars over choices alone."""
    if not numbers:
        axis = axis_of(known.space, choices[0], _FINE)
        mean, spread = known.mean_and_spread(k, known.around_best({choices[0]: axis})[0])
        plot.errorbar(axis, mean, yerr=spread, fmt="o", capsize=3)
        _axes(plot, known, choices[:1])
        return
    axis = axis_of(known.space, numbers[0], _FINE)
    options = axis_of(known.space, choices[0], 0)[:_CURVES] if choices else np.array([np.nan])
    for line, option in enumerate(options.tolist()):
        chosen, name = {numbers[0]: axis}, None
        if choices:
            chosen[choices[0]] = np.full(len(axis), option)
            name = str(known.space.parameters[choices[0]].decode(option))
        points, legal = known.around_best(chosen)
        mean, spread = known.mean_and_spread(k, points)
        mean = np.where(legal, mean, np.nan)
        plot.plot(axis, mean, color=f"C{line}", label=name)
        plot.fill_between(axis, mean - spread, mean + spread, color=f"C{line}", alpha=0.15, linewidth=0)
    _axes(plot, known, numbers[:1])
    if choices:
        plot.legend(title=known.space.parameters[choices[0]].name, fontsize=8, title_fontsize=8, frameon=False)


class _Rim:
    """Keeps a plot to the space: a flask made far outside is marked at the rim, with its name and where it was made."""

    def __init__(self, plot: Axes, known: Learned, chosen: Sequence[int], now: Standing) -> None:
        self._plot, self._known, self._chosen = plot, known, chosen
        self._beyond = 0
        for i, along in zip(chosen, "xy", strict=False):
            parameter = known.space.parameters[i]
            if not parameter.is_numeric:
                continue
            places = [place for flask in _made(now) if (place := _place(known, i, flask)) is not None]
            within = [place for place in places if parameter.low <= place <= parameter.high]
            limits = plot.get_xlim() if along == "x" else plot.get_ylim()
            drawn = limits if plot.has_data() else (parameter.low, parameter.high)
            plot.set(**{f"{along}lim": (min([drawn[0], *within]), max([drawn[1], *within]))})

    def place(self, flask: Flask, *, y: float | None = None) -> tuple[float, float] | None:
        """Return where a flask is marked; None for one that the plot cannot place. `y` where that is no parameter."""
        found = [_place(self._known, i, flask) for i in self._chosen]
        places = [place for place in found if place is not None]
        if len(places) < len(found):
            return None
        limits = (self._plot.get_xlim(), self._plot.get_ylim())
        kept = [min(max(place, low), high) for place, (low, high) in zip(places, limits, strict=False)]
        at = kept[0], (*kept[1:], 0.0 if y is None else y)[0]
        if kept != places:
            self._beyond += 1
            parameters = [self._known.space.parameters[i] for i in self._chosen]
            away = [p.show(told) for p, told, drawn in zip(parameters, places, kept, strict=True) if told != drawn]
            inwards = "right" if places[0] > kept[0] else "left" if places[0] < kept[0] else "center"
            self._plot.annotate(
                f"{flask.id}: {', '.join(away)}", at, fontsize=6, xytext=(0, 6), textcoords="offset points",
                ha=inwards, bbox={"color": "white", "alpha": 0.7, "pad": 0.5},
            )  # fmt: skip
        return at

    @property
    def says(self) -> str:
        """What the caption says of it."""
        return "; at the rim with its setting: made outside the space" if self._beyond else ""


def _mark(
    plot: Axes,
    now: Standing,
    known: Learned,
    chosen: Sequence[int],
    *,
    response: Response | None = None,
    choice: int | None = None,
) -> str:  # fmt: skip
    """Mark the measured flasks: where they lie, or how a response came out, in the colour of the curve of a choice.

    Returns what the caption says of flasks outside the space.
    """
    best = best_flask(now)
    edge, marks = _Rim(plot, known, chosen, now), Marks(plot)
    for flask in sorted(_made(now), key=lambda one: best is not None and one.id == best.id):  # the star on top
        value = None if response is None else flask.outcomes.get(response.name)
        at = None if response is not None and value is None else edge.place(flask, y=value)
        if at is not None:
            line = None if choice is None else _place(known, choice, flask)
            is_best = best is not None and flask.id == best.id
            style = "*" if is_best else "x" if flask.status is FlaskStatus.FAILED else "o"
            colour = f"C{round(line)}" if line is not None else "white" if response is None else "black"
            border = "black" if line is None or style != "x" else colour
            marks.add(at, style, size=13 if is_best else 6, colour=colour, edge=border)
    return edge.says


def _made(now: Standing) -> list[Flask]:
    return [flask for flask in now.flasks if flask.stored is not None and flask.status is not FlaskStatus.DROPPED]


def _place(known: Learned, i: int, flask: Flask) -> float | None:
    parameter = known.space.parameters[i]
    setting = flask.settings.get(parameter.name)
    if setting is None or (not parameter.is_numeric and setting not in parameter.options):
        return None
    return parameter.code(setting)


def _axes(plot: Axes, known: Learned, chosen: Sequence[int]) -> None:
    """Label the axes with units; logarithmic where the parameter is, options by name."""
    for i, axis, scale in zip(chosen, (plot.xaxis, plot.yaxis), (plot.set_xscale, plot.set_yscale), strict=False):
        parameter: Parameter = known.space.parameters[i]
        axis.set_label_text(label(parameter.name, parameter.unit))
        if not parameter.is_numeric:
            axis.set_ticks(range(len(parameter.options)), parameter.options, rotation=30 if axis is plot.xaxis else 0)
        elif parameter.is_log:
            scale("log")
            axis.set_major_formatter(lambda value, _: f"{value:g}")  # 10, not 10¹
            axis.set_minor_formatter(lambda value, _: f"{value:g}" if f"{value:e}"[0] in "25" else "")


def _caption(figure: Figure, known: Learned, chosen: Sequence[int], says: str, *, has_model: bool = True) -> None:
    names = {known.space.names[i] for i in chosen}
    sums = [c for c in known.space.constraints if c.is_equality and names & set(c.names)]
    sharing = {name for constraint in sums for name in constraint.names} - names
    others = [
        f"{p.name} {p.show(p.decode(float(known.history.points[known.best][i])))}"
        for i, p in enumerate(known.space.parameters)
        if p.name not in names | sharing
    ]
    others += [f"{', '.join(sorted(sharing))} such that {', '.join(map(str, sums))}"] if sharing else []
    model = f"; model: at {', '.join(others)} (the best setting); flasks: at any" if others and has_model else ""
    caption(figure, says + model)
