"""Pictures of a campaign: progress, response surface, phase diagram, Pareto front; PNG or SVG (matplotlib)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from superatom.campaign.loop.advice import NOBODY, comparison, pareto_front
from superatom.campaign.loop.campaign import Campaign
from superatom.campaign.loop.drawing import figure as new_figure
from superatom.campaign.loop.drawing import label, save
from superatom.campaign.loop.learned import Learned
from superatom.campaign.loop.state import Flask, FlaskStatus
from superatom.campaign.loop.surfaces import chosen_axes, phases, surface
from superatom.conditions.objectives import Response
from superatom.errors import CampaignError
from superatom.models.extras import need

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".png", ".svg")


def draw_all(
    campaign: Campaign, known: Learned | None, folder: Path, *, ending: str = ".png", axes: Sequence[str] = ()
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
    drawn, name = [], _file_name(campaign.name)
    if comparison(campaign):
        drawn.append(save(_progress(campaign), folder / f"{name}-progress{ending}"))
    if len(campaign.setup.objective.responses) > 1 and pareto_front(campaign):
        drawn.append(save(_front(campaign), folder / f"{name}-front{ending}"))
    if known is not None:
        chosen = chosen_axes(known, axes)
        for k, response in enumerate(campaign.setup.objective.responses):
            figure = surface(campaign, known, k, chosen)
            drawn.append(save(figure, folder / f"{name}-surface-{_file_name(response.name)}{ending}"))
        if any(flask.success is not None for flask in campaign.flasks()):
            drawn.append(save(phases(campaign, known, chosen), folder / f"{name}-phases{ending}"))
    return drawn


def _progress(campaign: Campaign) -> Figure:
    """Draw every measured flask in order, by who suggested it, and the best so far."""
    from matplotlib.ticker import MaxNLocator

    figure, plot = new_figure()
    response = campaign.setup.objective.responses[0]
    measured = [flask for flask in campaign.flasks() if flask.status in (FlaskStatus.DONE, FlaskStatus.FAILED)]
    best: list[float] = []
    for k, part in enumerate(comparison(campaign)):
        own = [(n, f) for n, f in enumerate(measured, start=1) if (f.recommender or NOBODY) == part.who]
        done = [(n, f.outcomes[response.name]) for n, f in own if response.name in f.outcomes]
        plot.plot([n for n, _ in done], [value for _, value in done], "o", color=f"C{k}", label=part.who)
        failed = [n for n, f in own if f.status is FlaskStatus.FAILED]
        plot.plot(failed, [0.02] * len(failed), "x", color=f"C{k}", transform=plot.get_xaxis_transform())
    for flask in measured:
        value = flask.outcomes.get(response.name) if flask.status is FlaskStatus.DONE else None
        new = [*best[-1:], *([value] if value is not None else [])]
        best.append(max(new, key=lambda v: response.sign * v) if new else float("nan"))
    plot.step(range(1, len(best) + 1), best, where="post", color="black", linewidth=1, label="best so far")
    plot.set_xlabel("measured flasks, in order; × at the foot: failed")
    plot.set_ylabel(label(response.name, response.unit))
    plot.xaxis.set_major_locator(MaxNLocator(integer=True))
    plot.legend(fontsize=8, frameon=False)
    return figure


def _front(campaign: Campaign) -> Figure:
    """Draw the first two responses of every flask, the Pareto front joined."""
    figure, plot = new_figure()
    x, y = campaign.setup.objective.responses[:2]
    front = pareto_front(campaign)
    measured = [f for f in campaign.flasks() if x.name in f.outcomes and y.name in f.outcomes and f not in front]
    plot.plot(*_pairs(measured, x, y), "o", color="0.7", label="other flasks")
    on_front = sorted(front, key=lambda flask: flask.outcomes[x.name])
    plot.plot(*_pairs(on_front, x, y), "o-", color="C0", label="Pareto front")
    for flask in on_front:
        place = (flask.outcomes[x.name], flask.outcomes[y.name])
        plot.annotate(flask.id, place, fontsize=7, xytext=(-4, 4), ha="right", textcoords="offset points")
    plot.set_xlabel(f"{label(x.name, x.unit)}, to {x.goal.value}")
    plot.set_ylabel(f"{label(y.name, y.unit)}, to {y.goal.value}")
    plot.legend(fontsize=8, frameon=False)
    return figure


def _file_name(name: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in name)


def _pairs(flasks: Sequence[Flask], x: Response, y: Response) -> tuple[list[float], list[float]]:
    return [flask.outcomes[x.name] for flask in flasks], [flask.outcomes[y.name] for flask in flasks]
