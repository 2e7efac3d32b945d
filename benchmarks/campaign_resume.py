"""Is a killed campaign the same campaign? `OMP_NUM_THREADS=1 nice -n 10 python benchmarks/campaign_resume.py`.

One process works a campaign from start to end: three batches of three flasks, suggested by Gaussian processes from the
second on, each measured and taken back before the next. Then, a hundred times, the same campaign is worked by up to
three processes that are killed (SIGKILL) at random instants of their work; another one finishes it. A trial is the same
where every suggestion (settings, predictions, reasons) equals that of the process that was never killed, and no record
is lost or doubled. Finished trials are kept in benchmarks/cache and not repeated; delete the file to measure again.
"""

from __future__ import annotations

import argparse
import math
import os
import signal
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import botorch  # noqa: F401 - before the fork, so that a child does not spend its life importing
import numpy as np

from record import Cache, row, write
from superatom.campaign.loop.campaign import Campaign
from superatom.campaign.loop.state import FlaskStatus, Setup
from superatom.campaign.loop.translation import with_settings
from superatom.conditions.objectives import Objective
from superatom.conditions.recommenders import Bayesian
from superatom.conditions.space import Parameter, Space
from superatom.data.records import Quantity
from superatom.data.stores.opening import open_store
from superatom.data.synthesis_records import OutcomeClass, Product, SynthesisRecord

BATCHES, FLASKS, TRIALS = 3, 3, 100
SPACE = Space(
    (
        Parameter.continuous("temperature_C", 0, 60, unit="degC", step=5),
        Parameter.continuous("ph", 2, 12, unit="pH", step=0.5),
        Parameter.categorical("solvents", ["THF", "toluene", "water"]),
    )
)
SHARED = SynthesisRecord("[Au25(PET)18]-", ligands=("PET",))
SETUP = Setup(SPACE, Objective.maximise("yield_percent", "%"), SHARED, seed=11)


def measured(settings: Mapping[str, float | str]) -> SynthesisRecord:
    """Return what came out: a hill in temperature and pH, nothing but particles far from it."""
    distance = ((float(settings["temperature_C"]) - 25) / 20) ** 2 + ((float(settings["ph"]) - 9) / 2) ** 2
    value = round({"THF": 80.0, "toluene": 50.0, "water": 20.0}[str(settings["solvents"])] * math.exp(-distance), 3)
    outcome = OutcomeClass.MONODISPERSE if value > 2 else OutcomeClass.NANOPARTICLES
    product = Product(outcome, yield_percent=Quantity(value, value, "%", str(value)))
    return replace(with_settings(SHARED, SPACE, settings), product=product)


def work(library: Path) -> None:
    """Work the campaign to its end from wherever it stands."""
    with open_store(library, author="bench") as store:
        campaign = Campaign.open(store, "one")
        while True:
            waiting = [flask for flask in campaign.flasks() if flask.status is FlaskStatus.PENDING]
            for flask in waiting:  # one at a time: a kill may fall between two vials
                campaign.take_back([(flask.id, measured(flask.settings))])
            if len(campaign.handed) == BATCHES:
                return
            campaign.suggest(FLASKS)


def started(folder: Path) -> Path:
    """Return a library with the campaign at its start."""
    library = folder / "lab.sqlite"
    with open_store(library, author="bench") as store:
        Campaign.start(store, "one", SETUP)
    return library


def read(library: Path) -> tuple[list[str], list[str]]:
    """Return the suggestions as text, and the flask of every record in the library."""
    with open_store(library, author="bench") as store:
        campaign = Campaign.open(store, "one")
        suggestions = [repr(suggestion) for handed in campaign.handed for suggestion in handed.batch.suggestions]
        n_records = sum(1 for _ in store.iterate(since=1))
        linked = [flask.id for flask in campaign.flasks() if flask.stored is not None]
    return suggestions, linked if n_records == len(linked) else [*linked, f"{n_records} records"]


def forked(library: Path, kill_after_s: float | None) -> bool:
    """Let a process of its own work the campaign, killed after a time; return whether it came to the end."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(library)
            code = 0
        finally:
            os._exit(code)
    if kill_after_s is not None:
        until = time.monotonic() + kill_after_s
        while time.monotonic() < until:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status) == 0
            time.sleep(0.001)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def trial(number: int, reference: tuple[list[str], list[str]], whole_s: float) -> dict[str, object]:
    """Kill, resume, compare; times of death are drawn over the time that a whole campaign takes."""
    rng = np.random.default_rng([7, number])
    kills, died = int(rng.integers(1, 4)), 0
    with tempfile.TemporaryDirectory() as folder:
        library = started(Path(folder))
        for _ in range(kills):
            if forked(library, float(rng.uniform(0.02, 0.6 * whole_s))):
                break
            died += 1
        finished = forked(library, None)
        found = read(library)
    return {
        "trial": number,
        "kills": died,
        "finished": finished,
        "same": finished and found[0] == reference[0],
        "records_right": sorted(found[1]) == sorted(reference[1]),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=TRIALS)
    n = parser.parse_args().trials
    cache = Cache("campaign_resume")
    Bayesian().recommend(SPACE, SETUP.objective, (), 1, 0)  # warm
    with tempfile.TemporaryDirectory() as folder:
        library = started(Path(folder))
        begin = time.monotonic()
        if not forked(library, None):
            raise SystemExit("the campaign that nobody kills does not come to its end")
        whole_s = time.monotonic() - begin
        reference = read(library)
    print(f"never killed: {len(reference[0])} suggestions, {len(reference[1])} records, {whole_s:.1f} s")
    for number in range(n):
        if str(number) not in cache.records:
            cache.add({"key": str(number), **trial(number, reference, whole_s)})
            print(cache.records[str(number)])
    done = list(cache.records.values())
    same = sum(line["same"] for line in done)
    wrong = sum(not line["records_right"] for line in done)
    rows = [
        row("kill", "campaign", "suggestions-identical", "of trials", same, n_seeds=len(done)),
        row("kill", "campaign", "trials", "", len(done), n_seeds=len(done)),
        row("kill", "campaign", "processes-killed", "", sum(line["kills"] for line in done), n_seeds=len(done)),
        row("kill", "campaign", "records-lost-or-doubled", "trials", wrong, n_seeds=len(done)),
    ]
    print(write("campaign_resume", rows, "python benchmarks/campaign_resume.py", notes=f"{__doc__}\n{cache.commits}"))


if __name__ == "__main__":
    main()
