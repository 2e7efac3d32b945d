"""Does the core/staple assignment survive noise? Gaussian displacement of every coordinate of every atom.

    SUPERATOM_DATA_MIRROR=/path/to/mirror python benchmarks/partition_noise.py [--trials 10] [--seed 0]

Right means: the set of metal-core atoms and the set of surface motifs (which atoms, length, ring or not) equal those
of the undisturbed structure. That truth is our own assignment; the rows "as published" check it against core and
staple counts from the literature. Every trial also draws a new atom order, orientation and origin, also at sigma 0.
The constants of the rule (`superatom.structures.staples`) were chosen on these structures, so the curve is not one of
held-out data; `partition_constants.py` shows what leaving a family out of that choice costs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from record import row, write
from superatom.errors import StructureError
from superatom.structures.files import read
from superatom.structures.partition import Partition
from superatom.structures.structure import Structure

SIGMAS_A = (0.0, 0.05, 0.10, 0.15)
FOLDERS = {
    "canela-lpnc-dft": "**/*.xyz",
    "au-sr-dft-cif-uvvis": "cif/*.cif",
    "au-sr-gp-mlff-validation": "[cm][od]*/**/*.*",
    "mpc-structures-misc": "**/*.*",
}
# published core sizes and staples {length: count}; see tests/structures/test_known_clusters.py for the citations
PUBLISHED = {
    (18, 14): (9, {4: 1, 2: 1, 1: 3}), (20, 16): (7, {8: 1, 3: 1, 1: 2}), (24, 20): (8, {4: 4}), (25, 18): (13, {2: 6}),
    (38, 24): (23, {2: 6, 1: 3}), (40, 24): (25, {3: 3, 1: 6}), (102, 44): (79, {2: 2, 1: 19}),
    (130, 50): (105, {1: 25}), (133, 52): (107, {1: 26}), (144, 60): (114, {1: 30}),
}  # fmt: skip
# predicted isomers share these formulas, so only these data sets are compared, without the second isomer of Au38(SR)24
OTHER_ISOMERS = ("038_24t",)
PUBLISHED_DATA = ("canela-lpnc-dft", "au-sr-gp-mlff-validation", "mpc-structures-misc")

Motifs = frozenset[tuple[frozenset[int], frozenset[int], int, bool]]


def assignment(p: Partition, order: np.ndarray) -> tuple[frozenset[int], Motifs]:
    """Return core and motifs in the atom numbers of the original file; `order` maps new to old."""

    def old(atoms: tuple[int, ...]) -> frozenset[int]:
        return frozenset(int(order[i]) for i in atoms)

    return old(p.metal_core), frozenset((old(m.metals), old(m.donors), m.length, m.is_ring) for m in p.surface_motifs)


def shaken(structure: Structure, sigma: float, rng: np.random.Generator) -> tuple[Structure, np.ndarray]:
    """Displace every atom, then draw a new order, orientation (or mirror image) and origin."""
    order = rng.permutation(structure.n_atoms)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    moved = structure.positions + rng.normal(0.0, sigma, structure.positions.shape)
    return Structure(tuple(structure.symbols[i] for i in order), (moved @ turn)[order] + rng.normal(size=3)), order


def why_excluded(structure: Structure) -> str:
    """Say why a structure is no protected cluster; empty if it is one."""
    symbols, positions = np.array(structure.symbols), structure.positions
    sulfur = positions[symbols == "S"]
    if len(sulfur) == 0:
        return "bare metal, no ligand in the file"
    gaps = np.linalg.norm(sulfur[:, None] - sulfur[None], axis=2) + 9 * np.eye(len(sulfur))
    if gaps.min() < 2.4:
        return "holds S-S bonds: relaxed without its organic groups into sulfide and disulfide"
    return ""


def load(mirror: Path) -> tuple[dict[str, dict[str, Structure]], list[str]]:
    kept: dict[str, dict[str, Structure]] = defaultdict(dict)
    excluded = []
    for folder, pattern in FOLDERS.items():
        for path in sorted((mirror / folder).glob(pattern)):
            if not path.is_file() or path.suffix in (".csv", ".md"):
                continue
            name = str(path.relative_to(mirror / folder))
            try:
                structure = read(path)
            except StructureError as error:
                excluded.append(f"{folder}/{error}")
                continue
            reason = why_excluded(structure)
            if reason:
                excluded.append(f"{folder}/{name}: {reason}")
            else:
                kept[folder][name] = structure
    return kept, excluded


def agrees_with_publication(structure: Structure) -> bool | None:
    """Compare with the published description; None where there is none for this formula."""
    p = structure.partition
    published = PUBLISHED.get((len(p.metals), len(p.ligands)))
    if published is None or any(b.ligand_class not in ("thiolate", "sulfide") for b in p.ligands):
        return None
    return (len(p.metal_core), dict(Counter(m.length for m in p.staples))) == published


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    mirror = Path(os.environ.get("SUPERATOM_DATA_MIRROR", ""))
    if not (mirror / "canela-lpnc-dft").is_dir():
        sys.exit("set SUPERATOM_DATA_MIRROR to a folder that holds canela-lpnc-dft and the other data sets")
    structures, excluded = load(mirror)
    right: dict[tuple[str, float], list[bool]] = defaultdict(list)
    published: dict[str, list[bool]] = defaultdict(list)
    exceptions = []
    for folder, files in structures.items():
        for number, (name, structure) in enumerate(files.items()):
            agrees = None
            if folder in PUBLISHED_DATA and not any(isomer in name for isomer in OTHER_ISOMERS):
                agrees = agrees_with_publication(structure)
            if agrees is not None:
                published[folder].append(agrees)
                exceptions += [] if agrees else [f"{folder}/{name}"]
            truth = assignment(structure.partition, np.arange(structure.n_atoms))
            for sigma in SIGMAS_A:
                rng = np.random.default_rng([arguments.seed, number, round(sigma * 1000)])
                for _ in range(arguments.trials if sigma else 1):
                    noisy, order = shaken(structure, sigma, rng)
                    hit = assignment(noisy.partition, order) == truth
                    right[folder, sigma].append(hit)
                    right["all", sigma].append(hit)
    rows = []
    for (folder, sigma), hits in sorted(right.items()):
        share = float(np.mean(hits))
        rows.append(
            row(
                "motif assignment under noise", folder, "fraction identical to the noise-free assignment", "1",
                round(share, 4), split=f"sigma {sigma:.2f} Å, {len(hits)} trials",
                spread=round(float(np.sqrt(share * (1 - share) / len(hits))), 4),
                n_seeds=arguments.trials if sigma else 1,
            )
        )  # fmt: skip
        print(f"{folder:28s} sigma {sigma:.2f} Å  {100 * share:6.2f} %  ({len(hits)} trials)")
    for folder, hits in sorted(published.items()):
        rows.append(row("core and staples as published", folder, "fraction equal", "1", round(float(np.mean(hits)), 4),
                        split=f"{len(hits)} structures"))  # fmt: skip
        print(f"{folder:28s} as published {sum(hits)} of {len(hits)}")
    counts = ", ".join(f"{folder} {len(files)}" for folder, files in structures.items())
    notes = (
        f"Structures: {counts}. Spread is the binomial standard error. Excluded: {'; '.join(excluded)}. "
        f"Not as published: {', '.join(exceptions) or 'none'}."
    )
    print(write("partition_noise", rows, f"python benchmarks/partition_noise.py --trials {arguments.trials}", notes))


if __name__ == "__main__":
    main()
