"""How long reading and partitioning take: one large cluster, all of canela-lpnc-dft, one refusal.

    SUPERATOM_DATA_MIRROR=/path/to/mirror python benchmarks/structure_speed.py

Single process; libraries are imported and ligand tables built before the clock starts, and that cost is its own row.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from record import row, write
from superatom.errors import StructureError
from superatom.structures.description import describe
from superatom.structures.files import read
from superatom.structures.structure import Structure

REPEATS = 5


def seconds(action: Callable[[], object], repeats: int = REPEATS) -> tuple[float, float]:
    """Return (best, half the range) over repeats."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times), (max(times) - min(times)) / 2


def shuffled(structure: Structure) -> Structure:
    order = np.random.default_rng().permutation(structure.n_atoms)
    return Structure(tuple(structure.symbols[i] for i in order), structure.positions[order])


def refused() -> None:
    with tempfile.TemporaryDirectory() as folder:
        bad = Path(folder, "bad.xyz")
        bad.write_text("1000000000000\n\nAu 0 0 0\n", encoding="utf-8")
        try:
            read(bad)
        except StructureError:
            return
    sys.exit("a file that announces 10^12 atoms was read")


def main() -> None:
    mirror = Path(os.environ.get("SUPERATOM_DATA_MIRROR", "")) / "canela-lpnc-dft"
    if not mirror.is_dir():
        sys.exit("set SUPERATOM_DATA_MIRROR to a folder that holds canela-lpnc-dft")
    large = mirror / "fully_protected" / "au133_tbbt52_opt.xyz"
    first = seconds(lambda: read(large).partition, 1)
    structure = read(large)
    listed = [
        p
        for f in ("AuAg_NCs", "fully_protected", "sch3_protected", "other")
        for p in sorted((mirror / f).glob("*.xyz"))
    ]
    timed = {
        "first call, libraries and tables loaded": (first, "1381 atoms", 1),
        "read": (seconds(lambda: read(large)), "1381 atoms", REPEATS),
        "partition, atoms in random order": (
            seconds(lambda: shuffled(structure).partition),
            "1381 atoms",
            REPEATS,
        ),
        "read, partition and describe": (seconds(lambda: describe(read(large))), "1381 atoms", REPEATS),
        "read and partition all": (seconds(lambda: [read(p).partition for p in listed], 1), f"{len(listed)} files", 1),
        "refuse a header of 10^12 atoms": (seconds(refused), "1 file", REPEATS),
    }
    rows = []
    for task, ((best, spread), split, repeats) in timed.items():
        times = {"spread": round(spread, 4), "n_seeds": repeats}
        rows.append(row(task, "canela-lpnc-dft", "wall time, best", "s", round(best, 4), split=split, **times))
        print(f"{task:42s} {split:12s} {best:8.3f} s")
    print(write("structure_speed", rows, "python benchmarks/structure_speed.py"))


if __name__ == "__main__":
    main()
