"""From plan to campaign: the planned flasks, what came of them, and the next ones; the bench is simulated here."""

import math
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import superatom as sa
from superatom.campaign.loop.advice import best_flask, stop_advice
from superatom.campaign.loop.learned import learned
from superatom.campaign.loop.returned import carry_out, read_values
from superatom.campaign.loop.state import FlaskStatus
from superatom.errors import MissingEngineError


def bench(settings: dict[str, float | str]) -> dict[str, str]:
    """Stand in for the work at the bench: an invented yield with its best at 10 °C and pH 11."""
    distance = ((settings["temperature_C"] - 10) / 20) ** 2 + ((settings["ph"] - 11) / 1.5) ** 2
    value = 80 * math.exp(-distance)
    return {
        "yield_percent": f"{value:.1f}",
        "outcome_class": "monodisperse" if value > 10 else "nanoparticles",
    }


file = sa.to_space_file(sa.plan("[Ag44(p-MBA)30]4-", routes=1))
setup = sa.to_setup(replace(file, seed=1, budget=24))
with TemporaryDirectory() as folder, sa.open_store(Path(folder) / "lab.sqlite", author="ada") as store:
    campaign = sa.Campaign.start(store, "ag44", setup)
    try:
        for n in (8, 3):  # the flasks of the plan, then what the model makes of them
            for suggestion in campaign.suggest(n).batch.suggestions:
                print(suggestion.reason)
            for flask in campaign.flasks():
                if flask.status is FlaskStatus.PENDING:
                    carry_out(campaign, read_values(campaign, bench(flask.settings), flask.id))
        now = campaign.standing()
        best = best_flask(now)
        print("best:", best.id, best.outcomes, best.settings)
        print(stop_advice(now, learned(now)).sentence)
    except MissingEngineError as missing:
        print(missing)
