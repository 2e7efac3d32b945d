"""Do the constants of the staple rule carry over to clusters they were not chosen on? Leave one family out.

    SUPERATOM_DATA_MIRROR=/path/to/mirror python benchmarks/partition_constants.py [--draws 150]

For each family, constants are drawn at random, the set that does best under noise on all *other* families is kept, and
its success on the family left out is reported, beside that of the packaged constants. Success: every motif metal and
the donors that hold it as in the noise-free structure under the same constants (trigonal motifs not counted).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from partition_noise import load
from record import row, write
from superatom.structures.bonds import CHALCOGENS
from superatom.structures.elements import METALS
from superatom.structures.staples import Candidates, Limits, candidates
from superatom.structures.structure import Structure

SIGMAS_A = (0.05, 0.10, 0.15)
TRIALS = 2
FAMILIES = {"246_80-Ag": "Au-Ag 246/80", "279_84-Ag": "Au-Ag 279/84", "md-frame": "MD frames"}


def family_of(name: str) -> str:
    return next((family for mark, family in FAMILIES.items() if mark in name), "all others")


def measured(structure: Structure, sigma: float, rng: np.random.Generator) -> Candidates:
    metals = [i for i, s in enumerate(structure.symbols) if s in METALS]
    donors = [i for i, s in enumerate(structure.symbols) if s in CHALCOGENS]
    return candidates(
        structure.symbols, structure.positions + rng.normal(0, sigma, (structure.n_atoms, 3)), metals, donors
    )


def verdict(seen: Candidates, limits: Limits) -> set[tuple[int, ...]]:
    scores, pairs = seen.scores(limits)
    best = scores.argmax(axis=1)
    return {
        (m, *sorted(seen.donor[m, pairs[best[m]]].tolist())) for m in np.flatnonzero(scores.max(axis=1) > 0).tolist()
    }


def success(worlds: list[tuple[Candidates, dict[float, list[Candidates]]]], limits: Limits) -> dict[float, float]:
    hits: dict[float, list[bool]] = defaultdict(list)
    for still, noisy in worlds:
        truth = verdict(still, limits)
        for sigma, trials in noisy.items():
            hits[sigma] += [verdict(trial, limits) == truth for trial in trials]
    return {sigma: float(np.mean(h)) for sigma, h in hits.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=150)
    draws = parser.parse_args().draws
    mirror = Path(os.environ.get("SUPERATOM_DATA_MIRROR", ""))
    if not (mirror / "canela-lpnc-dft").is_dir():
        sys.exit("set SUPERATOM_DATA_MIRROR to a folder that holds canela-lpnc-dft and the other data sets")
    rng = np.random.default_rng(0)
    worlds: dict[str, list[tuple[Candidates, dict[float, list[Candidates]]]]] = defaultdict(list)
    for files in load(mirror)[0].values():
        for name, structure in files.items():
            noisy = {sigma: [measured(structure, sigma, rng) for _ in range(TRIALS)] for sigma in SIGMAS_A}
            worlds[family_of(name)].append((measured(structure, 0.0, rng), noisy))
    drawn = [
        Limits(
            rng.uniform(0.45, 0.9),
            rng.uniform(0.6, 0.95),
            rng.uniform(0.3, 0.8),
            rng.uniform(0, 0.9),
            rng.uniform(-0.8, -0.3),
        )
        for _ in range(draws)
    ]
    table = [{family: success(members, limits) for family, members in worlds.items()} for limits in drawn]
    rows = []
    for left_out, members in worlds.items():
        others = [f for f in worlds if f != left_out]
        gain = [sum(len(worlds[f]) * (result[f][0.05] + 2 * result[f][0.10]) for f in others) for result in table]
        chosen = table[int(np.argmax(gain))][left_out]
        packaged = success(members, Limits())
        for sigma in SIGMAS_A:
            for model, found in (("constants chosen without this family", chosen), ("packaged constants", packaged)):
                rows.append(
                    row("staple rule on a family left out", left_out, "fraction identical to noise-free", "1",
                        round(found[sigma], 4), split=f"sigma {sigma:.2f} Å, {len(members)} structures", model=model)
                )  # fmt: skip
                print(f"{left_out:14s} sigma {sigma:.2f} Å  {model:38s} {100 * found[sigma]:6.2f} %")
    print(write("partition_constants", rows, f"python benchmarks/partition_constants.py --draws {draws}"))


if __name__ == "__main__":
    main()
