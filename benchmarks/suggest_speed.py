"""How many seconds does a suggestion take? `nice -n 10 python benchmarks/suggest_speed.py`.

Spaces of 10^2 to 10^6 candidates (two numbers, and three choices of which one is chemical), 20 records, batches of 1, 4
and 8. CPU seconds of the second call (the first one also imports BoTorch), one thread; and, for 10^15 candidates, wall
seconds until the space refuses to be listed.
"""

from __future__ import annotations

import argparse
import statistics
import time

from record import row, write
from superatom.conditions.objectives import Objective
from superatom.conditions.recommenders import Bayesian, LatinHypercube, TriedSetting
from superatom.conditions.space import Parameter, Setting, Space
from superatom.errors import SpaceError

SOLVENTS = ("THF", "toluene", "methanol", "ethanol", "water")
SIZES = (10**2, 10**3, 10**4, 10**5, 10**6)
BATCHES = (1, 4, 8)
N_RECORDS = 20


def space_of(n: int) -> Space:
    """Return a space of about `n` candidates."""
    choices = (Parameter.chemical("solvent", SOLVENTS), Parameter.categorical("order", ["first", "last"]))
    levels = max(2, round((n / 10) ** 0.5))
    numbers = (Parameter.integer("temperature_C", 1, levels), Parameter.integer("time_h", 1, levels))
    return Space((*numbers, *choices))


def value(settings: dict[str, Setting] | object, levels: float) -> float:
    t, h = float(settings["temperature_C"]) / levels, float(settings["time_h"]) / levels  # type: ignore[index]
    return 100 - 100 * (t - 0.7) ** 2 - 50 * (h - 0.3) ** 2 + 5 * SOLVENTS.index(settings["solvent"])  # type: ignore[index]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    import torch

    torch.set_num_threads(1)
    objective, rows = Objective.maximise("yield_percent", "%"), []
    for size in SIZES:
        space = space_of(size)
        levels = space.parameters[0].high
        start = LatinHypercube().recommend(space, objective, [], N_RECORDS, 0).suggestions
        records = [
            TriedSetting(str(i), s.settings, {"yield_percent": value(s.settings, levels)}) for i, s in enumerate(start)
        ]
        Bayesian().recommend(space, objective, records, 1, 0)
        for batch in BATCHES:
            taken = []
            for seed in range(repeats):
                started = time.process_time()
                Bayesian().recommend(space, objective, records, batch, seed)
                taken.append(time.process_time() - started)
            data, spread = f"{space.n_candidates:,} candidates", (max(taken) - min(taken)) / 2
            split = f"batch {batch}"
            median = statistics.median(taken)
            rows.append(row("suggest", data, "cpu-per-batch", "s", median, split=split, spread=spread, n_seeds=repeats))
            print(data, split, f"{median:.2f} ± {spread:.2f} s", flush=True)
    huge = Space(tuple(Parameter.integer(f"x{i}", 1, 1000) for i in range(5)))
    started = time.perf_counter()
    try:
        huge.candidates()
    except SpaceError as error:
        rows.append(row("suggest", "10^15 candidates", "refusal", "s", time.perf_counter() - started))
        print(error)
    print(write("suggest_speed", rows, "python benchmarks/suggest_speed.py", f"{N_RECORDS} records; one thread."))


if __name__ == "__main__":
    main()
