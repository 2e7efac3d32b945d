"""Response surface and phase diagram over one or two parameters, the others at the best setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from superatom.campaign.loop.advice import best_flask
from superatom.campaign.loop.campaign import Campaign
from superatom.campaign.loop.drawing import caption, label
from superatom.campaign.loop.drawing import figure as new_figure
from superatom.campaign.loop.learned import Learned, axis_of
from superatom.campaign.loop.state import Flask, FlaskStatus
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


def surface(campaign: Campaign, known: Learned, k: int, chosen: Sequence[int]) -> Figure:
    """Draw what the model expects of one response over one or two parameters, the others at the best setting."""
    response = known.objective.responses[k]
    shown = f"expected {label(response.name, response.unit)}"
    numbers = [i for i in chosen if known.space.parameters[i].is_numeric]
    figure, plot = new_figure()
    if len(numbers) == 2:
        points, legal = _grid(known, chosen)
        values, spread = known.mean_and_spread(k, points)
        _fill(figure, plot, known, chosen, np.where(legal, values, np.nan)).set_label(shown)
        _mark(plot, campaign, known, chosen)
        uncertain = f"; ± {spread.min():.2g} to {spread.max():.2g} {response.unit}".rstrip()
    else:
        choices = [i for i in chosen if i not in numbers]
        _curves(plot, known, k, numbers, choices)
        plot.set_ylabel(shown)
        choice = choices[0] if numbers and choices else None
        _mark(plot, campaign, known, (numbers or choices)[:1], response=response, choice=choice)
        uncertain = ""  # the curves show it
    white = "; white: cannot be made" if len(numbers) == 2 and known.space.constraints else ""
    _caption(figure, known, chosen, f"{campaign.name}: ★ best, × failed{uncertain}{white}")
    return figure


def phases(campaign: Campaign, known: Learned, chosen: Sequence[int]) -> Figure:
    """Draw what came out where, over the probability of success where both successes and failures are known."""
    figure, plot = new_figure()
    if len(chosen) == 2 and known.models.success is not None:
        points, legal = _grid(known, chosen)
        bar = _fill(figure, plot, known, chosen, np.where(legal, known.success_probability(points), np.nan))
        bar.mappable.set_clim(0, 1)
        bar.set_label("probability that the target is made")
    shown = set()
    for flask in campaign.flasks():
        if flask.stored is None or flask.status is FlaskStatus.DROPPED:
            continue
        outcome = flask.stored.record.product.outcome_class
        word = outcome.value if outcome else ""
        marker, colour = _MARKERS[word]
        at = [place for i in chosen if (place := _place(known, i, flask)) is not None]
        if len(at) == len(chosen):
            name = (word.replace("_", " ") or "outcome not stated") if word not in shown else None
            plot.plot(
                at[0],
                (*at, 0.0)[1],
                marker,
                color=colour,
                markeredgecolor="white",
                markersize=8,
                label=name,
                clip_on=False,
            )
            shown.add(word)
    _axes(plot, known, chosen)
    if len(chosen) == 1:
        plot.set_yticks([])
    plot.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, 1.14), ncols=3, frameon=False)
    _caption(figure, known, chosen, campaign.name)
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


def _mark(
    plot: Axes,
    campaign: Campaign,
    known: Learned,
    chosen: Sequence[int],
    *,
    response: Response | None = None,
    choice: int | None = None,
) -> None:  # fmt: skip
    """Mark the measured flasks: where they lie, or how a response came out, in the colour of the curve of a choice."""
    best = best_flask(campaign)
    for flask in campaign.flasks():
        if flask.stored is None or flask.status is FlaskStatus.DROPPED:
            continue
        places = [_place(known, i, flask) for i in chosen]
        places += [flask.outcomes.get(response.name)] if response is not None else []
        at = [place for place in places if place is not None]
        line = None if choice is None else _place(known, choice, flask)
        if len(at) == 2:
            is_best = best is not None and flask.id == best.id
            style = "*" if is_best else "x" if flask.status is FlaskStatus.FAILED else "o"
            colour = f"C{round(line)}" if line is not None else "white" if response is None else "black"
            edge = "black" if line is None or style != "x" else colour
            plot.plot(at[0], at[1], style, color=colour, markeredgecolor=edge, markersize=13 if is_best else 6,
                      clip_on=False)  # fmt: skip


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


def _caption(figure: Figure, known: Learned, chosen: Sequence[int], says: str) -> None:
    names = {known.space.names[i] for i in chosen}
    sums = [c for c in known.space.constraints if c.is_equality and names & set(c.names)]
    sharing = {name for constraint in sums for name in constraint.names} - names
    others = [
        f"{p.name} {p.show(p.decode(float(known.history.points[known.best][i])))}"
        for i, p in enumerate(known.space.parameters)
        if p.name not in names | sharing
    ]
    others += [f"{', '.join(sorted(sharing))} such that {', '.join(map(str, sums))}"] if sharing else []
    caption(figure, says + (f"; model: at {', '.join(others)} (the best setting); flasks: at any" if others else ""))
