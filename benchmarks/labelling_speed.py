"""How fast labels are made: per tier and level from the journals of runs, and with one and two workers in a short run.

    python benchmarks/labelling_speed.py runs/ab runs/e runs/d runs/c runs/f [--workers 1 2]

From the journals: the `seconds` of a line are wall time from the start to the end of the programs it needed, inside one
worker with one thread; on a machine that others use as well they are an upper bound of its processor time. A geometry
is relaxed once and then labelled at every level, so the two are told apart.

The short run makes one design of 42 labels anew with each number of workers. Its processor time is that of the whole
process tree, and so hardly depends on who else uses the machine; its wall time does, and with it the speed-up. The load
when each run began is in the notes.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from record import row, write
from superatom.data.runs import Runs, read_runs

TASK = "labelling-speed"
SUPERATOM = Path(sys.executable).with_name("superatom")
DESIGN = """name = "speed"
tier = "S"
seed = 1
relax = ["gfnff", "gfn1"]

[[family]]
topology = "lantern"
host = "Au"
dopants = ["Ag", "Ni"]
placements = ["axial2"]
ligands = [{ thiolate = "SCH3" }]
off_equilibrium = { count = 20 }
"""
FEWEST = 5
SHORTEST_S = 0.05  # a distorted copy costs less than its line can tell


def from_journals(runs: Runs) -> list[dict[str, Any]]:
    """Return, for every tier, what a geometry costs by kind and what a label costs by level."""
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in runs.configurations.values():
        if one.status == "converged":
            seconds[one.tier, f"geometry, {one.kind.replace('_', ' ')}"].append(one.seconds)
    for level, labels in runs.labels.items():
        for label in labels.values():
            if label.status == "converged":
                seconds[runs.configurations[label.id].tier, level].append(label.seconds)
    rows = []
    for (tier, what), each in sorted(seconds.items()):
        mean = statistics.fmean(each)
        if len(each) >= FEWEST and mean > SHORTEST_S:
            common = {"model": what, "n_seeds": len(each)}
            rows.append(row(TASK, f"nc-multi, tier {tier}", "wall, mean", "s", round(mean, 3), **common))
            rows.append(row(TASK, f"nc-multi, tier {tier}", "wall, median", "s", round(statistics.median(each), 3),
                            **common))  # fmt: skip
            rows.append(row(TASK, f"nc-multi, tier {tier}", "per worker", "1/h", round(3600 / mean),
                            **common))  # fmt: skip
    return rows


def short_run(workers: int) -> dict[str, float]:
    """Make and label the design in a new folder; return labels, wall seconds and processor seconds of all processes."""
    with tempfile.TemporaryDirectory(prefix="labelling-speed-") as name:
        design = Path(name, "design.toml")
        design.write_text(DESIGN, encoding="utf-8")
        command = [SUPERATOM, "label", design, "--out", Path(name, "run"), "--workers", str(workers)]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
        wall_s, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        labels = Path(name, "run", "labels-gfn1.jsonl").read_text(encoding="utf-8").count("\n")
    processor_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"labels": labels, "wall_s": wall_s, "processor_s": processor_s}


def scaling(numbers: list[int]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows of the short run with each number of workers, and the load each began under."""
    rows, remarks, first = [], [], 0.0
    for workers in numbers:
        load = os.getloadavg()[0]
        told = short_run(workers)
        rate = 3600 * told["labels"] / told["wall_s"]
        first = first or rate
        crew = f"{workers} worker{'s' * (workers > 1)}"
        common = {"model": f"gfn1, {crew}"}
        data = f"{told['labels']:.0f} lanterns with SCH3, relaxed and labelled"
        rows += [
            row(TASK, data, "labels, wall", "1/h", round(rate), **common),
            row(
                TASK,
                data,
                "labels, processor time",
                "1/h",
                round(3600 * told["labels"] / told["processor_s"]),
                **common,
            ),
            row(TASK, data, "rate / rate with the first number of workers", "1", round(rate / first, 2), **common),
        ]
        remarks.append(f"{crew}: load {load:.1f} on {os.cpu_count()} processors, {told['wall_s']:.0f} s")
        print(f"{common['model']}: {rate:.0f} labels per hour; {remarks[-1]}")
    return rows, remarks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, help="folders that `superatom label` wrote")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    wanted = parser.parse_args()
    rows = from_journals(read_runs(wanted.folders))
    found, remarks = scaling(wanted.workers)
    command = " ".join(["python benchmarks/labelling_speed.py", *sys.argv[1:]])
    notes = f"wall times on a shared {platform.machine()} machine; short run: {'; '.join(remarks)}"
    print(write("labelling_speed", rows + found, command, notes))


if __name__ == "__main__":
    main()
