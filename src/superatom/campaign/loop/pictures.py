"""Pictures of a campaign: progress, response surface, phase diagram, Pareto front; PNG or SVG (matplotlib)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from superatom.campaign.loop.advice import NOBODY, comparison, measured_flasks, pareto_front
from superatom.campaign.loop.drawing import caption, label, name_places, plain_text, save
from superatom.campaign.loop.drawing import figure as new_figure
from superatom.campaign.loop.learned import Learned
from superatom.campaign.loop.state import Flask, Standing
from superatom.campaign.loop.surfaces import chosen_axes, phases, surface
from superatom.conditions.objectives import Response
from superatom.errors import CampaignError
from superatom.models.extras import need

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".png", ".svg")


def draw_all(
    now: Standing, known: Learned | None, folder: Path, *, ending: str = ".png", axes: Sequence[str] = ()
) -> list[Path]:
    """Write every picture that what was measured allows into a folder, and return their paths.

    Parameters
    ----------
    known
        What the model learned (`learned`); without it only measured numbers are drawn.
    axes
        Names of the one or two parameters of surface and phase diagram; none takes those that matter most.

    Raises
    ------
    CampaignError
        For another ending than .png and .svg, or a name that is no parameter.
    MissingEngineError
        Without the extra ``campaign``.
    """
    if ending not in FORMATS:
        raise CampaignError(f"a picture ends in {' or '.join(FORMATS)}, not {ending!r}")
    need("matplotlib", extra="campaign")
    with plain_text():
        return list(_drawn(now, known, folder, ending, axes))


def _drawn(now: Standing, known: Learned | None, folder: Path, ending: str, axes: Sequence[str]) -> Iterator[Path]:
    name = _file_name(now.name)
    if comparison(now):
        yield save(_progress(now), folder / f"{name}-progress{ending}")
    if len(now.setup.objective.responses) > 1 and pareto_front(now):
        yield save(_front(now), folder / f"{name}-front{ending}")
    if known is not None:
        chosen = chosen_axes(known, axes)
        for k, response in enumerate(now.setup.objective.responses):
            yield save(surface(now, known, k, chosen), folder / f"{name}-surface-{_file_name(response.name)}{ending}")
        if any(flask.success is not None for flask in now.flasks):
            yield save(phases(now, known, chosen), folder / f"{name}-phases{ending}")


def _progress(now: Standing) -> Figure:
    """Draw every measured flask as its result came in, by who suggested it, and the best so far."""
    from matplotlib.ticker import MaxNLocator

    figure, plot = new_figure()
    objective = now.setup.objective
    response = objective.responses[0]
    colours = {part.who: f"C{k}" for k, part in enumerate(comparison(now))}
    for who, colour in colours.items():
        plot.plot([], [], "o", color=colour, label=who)
    best: list[float] = []
    for n, flask in enumerate(measured_flasks(now), start=1):
        value, colour = flask.outcomes.get(response.name), colours[flask.recommender or NOBODY]
        if value is None:
            plot.plot(n, 0.02, "x", color=colour, transform=plot.get_xaxis_transform())
        else:
            plot.plot(n, value, "o" if flask.is_good(objective) else "x", color=colour)
        new = [*best[-1:], *([value] if value is not None and flask.is_good(objective) else [])]
        best.append(max(new, key=lambda v: (not math.isnan(v), response.sign * v), default=math.nan))
    plot.step(range(1, len(best) + 1), best, where="post", color="black", linewidth=1, label="best so far")
    plot.set_xlabel("flasks in the order of their results")
    plot.set_ylabel(label(response.name, response.unit))
    plot.xaxis.set_major_locator(MaxNLocator(integer=True))
    plot.legend(fontsize=8, frameon=False)
    caption(figure, f"{now.name}: × failed{_or_outside(now)}; at the foot where nothing was measured")
    return figure


def _front(now: Standing) -> Figure:
    """Draw the first two responses of every flask, the Pareto front joined."""
    figure, plot = new_figure()
    objective = now.setup.objective
    x, y = objective.responses[:2]
    front = pareto_front(now)
    placed = [f for f in now.flasks if x.name in f.outcomes and y.name in f.outcomes and f not in front]
    for marker, good in (("o", True), ("x", False)):
        plot.plot(*_pairs([f for f in placed if f.is_good(objective) is good], x, y), marker, color="0.6")
    on_front = sorted(front, key=lambda flask: flask.outcomes[x.name])
    plot.plot(*_pairs(on_front, x, y), "o-", color="C0", label="Pareto front")
    at, others = (list(zip(*_pairs(flasks, x, y), strict=True)) for flasks in (on_front, placed))
    name_places(plot, at, [flask.id for flask in on_front], others)
    plot.set_xlabel(f"{label(x.name, x.unit)}, to {x.goal.value}")
    plot.set_ylabel(f"{label(y.name, y.unit)}, to {y.goal.value}")
    plot.legend(fontsize=8, frameon=False)
    more = f"; the front over all {len(objective.responses)} responses" if len(objective.responses) > 2 else ""
    caption(figure, f"{now.name}: grey other flasks, × failed{_or_outside(now)}{more}")
    return figure


def _or_outside(now: Standing) -> str:
    return " or outside a limit" if now.setup.objective.limits else ""


def _file_name(name: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in name)


def _pairs(flasks: Sequence[Flask], x: Response, y: Response) -> tuple[list[float], list[float]]:
    return [flask.outcomes[x.name] for flask in flasks], [flask.outcomes[y.name] for flask in flasks]
