"""Write the data card of the reference set, `docs/nc-multi.md`, from the set itself.

    python benchmarks/nc_multi_card.py [FOLDER] [--out docs/nc-multi.md]

Method, counts, failures, distributions (double Weibull fit and Kolmogorov-Smirnov test as in Gu et al. 2025), level
against level, known weaknesses, checksums.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from superatom.data.reference_set import ReferenceSet, load_reference_set
from superatom.data.summary import summary
from superatom.errors import MissingReferenceError
from superatom.structures.assembly.topologies import topologies

DOCS = Path(__file__).parent.parent / "docs/nc-multi.md"
FEWEST = 20  # below this a distribution or a comparison says nothing
BINS_EV = np.arange(-12.0, 6.5, 0.5)
FIT_SAMPLE = 500  # the KS test of Gu et al. has p = 0.71 at D = 0.04, which a sample of some hundred gives

Floats = npt.NDArray[np.float64]


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return rows as a Markdown table."""
    if not rows:
        return "none\n"
    columns = list(rows[0])
    lines = [columns, ["---"] * len(columns), *([str(row.get(c, "")) for c in columns] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def per_tier(told: dict[str, Any]) -> str:
    return table([
        {"tier": tier, "configurations": numbers["configurations"], **numbers["labels"]}
        for tier, numbers in told["per_tier"].items()
    ])  # fmt: skip


def outcomes(told: dict[str, Any]) -> str:
    return table([
        {"outcome": what, "of": where, "why": why, "number": n}
        for what in ("failures", "filtered")
        for where, reasons in told[what].items()
        for why, n in sorted(reasons.items(), key=lambda pair: -pair[1])
    ])  # fmt: skip


def arrangements(found: ReferenceSet) -> str:
    used = {entry.topology for entry in found}
    return table([
        {"topology": name, "what": topology.title, "rests on": topology.basis}
        for name, topology in topologies().items()
        if name in used
    ])  # fmt: skip


def formation_energies(found: ReferenceSet) -> dict[str, Floats]:
    """Return the formation energies of every level that has free atoms and enough labels."""
    values = {}
    for level in found.levels:
        try:
            energies = found.formation_energies(level)
        except MissingReferenceError:
            continue
        if np.isfinite(energies).sum() >= FEWEST:
            values[level] = energies
    return values


def distribution(level: str, energies: Floats, rng: np.random.Generator) -> str:
    """Return a histogram in characters with quantiles, a double Weibull fit and its Kolmogorov-Smirnov distance."""
    from scipy import stats

    values = energies[np.isfinite(energies)]
    counts, _ = np.histogram(values, BINS_EV)
    bars = [
        f"{low:6.1f} {'█' * round(40 * n / counts.max())} {n}" for low, n in zip(BINS_EV[:-1], counts, strict=True) if n
    ]
    shape, centre, width = stats.dweibull.fit(values)
    sample = rng.choice(values, min(FIT_SAMPLE, len(values)), replace=False)
    test = stats.kstest(sample, "dweibull", args=(shape, centre, width))
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return (
        f"**{level}**: {len(values)} values, median {middle:.2f}, 5–95 % {low:.2f} to {high:.2f}, "
        f"range {values.min():.2f} to {values.max():.2f} eV per metal atom. Double Weibull: shape {shape:.2f}, centre "
        f"{centre:.2f}, scale {width:.2f}; Kolmogorov–Smirnov D = {test.statistic:.3f}, p = {test.pvalue:.2g} on "
        f"{len(sample)} drawn values.\n\n```text\n" + "\n".join(bars) + "\n```\n"
    )


def against(found: ReferenceSet, values: dict[str, Floats]) -> Iterable[str]:
    """Yield, for every pair of levels, what a constant per dopant leaves of their difference, overall and by group."""
    from scipy import stats

    for first, second in combinations(values, 2):
        both = np.isfinite(values[first]) & np.isfinite(values[second])
        if both.sum() < FEWEST:
            continue
        x, y = values[first][both], values[second][both]
        entries = [entry for entry, is_in in zip(found, both, strict=True) if is_in]
        rows = []
        for what in ("dopant", "topology"):
            groups: dict[str, list[int]] = defaultdict(list)
            for n, entry in enumerate(entries):
                groups[getattr(entry, what) or "none"].append(n)
            for name, members in sorted(groups.items()):
                gap = y[members] - x[members]
                rows.append({
                    what.replace("topology", "dopant") + " or topology": name, "n": len(members),
                    f"{second} − {first}, mean": f"{gap.mean():+.2f}", "spread about it": f"{gap.std():.2f}",
                    "Spearman": f"{stats.spearmanr(x[members], y[members]).statistic:.2f}" if len(members) > 4 else "",
                })  # fmt: skip
        gap = y - x
        yield (
            f"### {first} against {second}\n\n{both.sum()} configurations: mean difference {gap.mean():+.2f}, spread "
            f"{gap.std():.2f} eV per metal atom, Spearman {stats.spearmanr(x, y).statistic:.2f}.\n\n" + table(rows)
        )


def relative(found: ReferenceSet) -> str:
    """Return how levels order the copies of one minimum by raw energies: no reference, no free atom enters."""
    from scipy import stats

    families: dict[str, list[int]] = defaultdict(list)
    for i, entry in enumerate(found):
        families[entry.parent or entry.id].append(i)
    rows = []
    energies = {level: found.energies(level) for level in found.levels}
    for first, second in combinations(found.levels, 2):
        slopes, ranks, gaps = [], [], []
        for members in families.values():
            x, y = energies[first][members], energies[second][members]
            good = np.isfinite(x) & np.isfinite(y)
            if good.sum() < 5:
                continue
            n_metals = found.table[members[0]].n_metals
            x, y = (part[good] - part[good].mean() for part in (x, y))
            slopes.append(float(x @ y / (x @ x)))
            ranks.append(float(stats.spearmanr(x, y).statistic))
            gaps.extend((y - x) / n_metals)
        if slopes:
            rows.append({
                "levels": f"{first}, {second}", "minima": len(slopes), "median slope": f"{np.median(slopes):.2f}",
                "median Spearman": f"{np.median(ranks):.2f}", "rms difference, eV/metal": f"{np.std(gaps):.3f}",
            })  # fmt: skip
    return table(rows)


def written(found: ReferenceSet) -> str:
    """Return the whole card."""
    told, rng = summary(found), np.random.default_rng(0)
    values = formation_energies(found)
    engines = table([
        {"level": level, **{key: str(one[key])[:16] for key in ("engine", "engine_version", "parameters_sha256")},
         "labels": one["n_labels"]}
        for level, ones in told["levels"].items() for one in ones
    ])  # fmt: skip
    atoms = table([
        {"level": level, "free atoms": one.get("set", "none packaged")}
        for card in found.cards for level, one in card["atoms"].items()
    ])  # fmt: skip
    files = table([
        {"pack": card["name"], "file": name, "bytes": file["bytes"], "SHA-256": file["sha256"][:16]}
        for card in found.cards for name, file in card["files"].items()
    ])  # fmt: skip
    labels = ", ".join(f"{n} at {level}" for level, n in told["labels_per_level"].items())
    return f"""# The reference set nc-multi

<!-- written by benchmarks/nc_multi_card.py; edit that -->

An open, multi-fidelity set of ligand-protected bimetallic clusters, with zeolite and N-doped carbon models beside them:
{told["n_configurations"]} configurations, {told["n_prototypes"]} prototypes, {told["n_labels"]} converged labels
({labels}). Licence: {told["licence"]}. `superatom data show nc-multi` counts it anew.

```python
from superatom.data.reference_set import load_reference_set

nc_multi = load_reference_set()
nc_multi.table[0].prototype            # and id, tier, dopant, placement, ligands, parent ...
nc_multi.atoms(0)                      # for ASE
nc_multi.formation_energies("gfn1")    # eV per metal atom, NaN where there is none; raw: nc_multi.energies("gfn1")
```

## How it was made

Blueprint (topology, metal on every site, ligands) → geometry from the blueprint and a seed → relaxation with GFN-FF,
then GFN1-xTB (crude thresholds) → coordinates rounded to 10⁻⁴ Å. Off-equilibrium copies breathe, shift and turn their
ligands, and rattle. Every label is **one single point at exactly the stored coordinates**
([decision 0005](decisions/0005-labels-on-stored-geometries.md)), so every number can be checked on its own. The design
files lie in the packs (`design-*.toml`).

Formation energies are those of Gu et al. 2025 (doi:10.1039/d5sc04386g, eqn 1), computed on reading. Default references:
half a disulfide (X₂, H₂, C–C dimer) per X-type ligand; `convention="radical"` takes free radicals, which the numbers of
the paper suggest. Zeolites are compared with their H-form and H₂, flakes with the bare flake.

{atoms}
`gfn1` is compared with spin-polarised atoms because a closed-shell cluster has the same energy at both levels;
`chgnet-bulk` is the CHGNet energy of the bulk metal plus the measured cohesive energy, a convention of its own.

{engines}
## Arrangements, and what each rests on

{arrangements(found)}
Where it says "inferred from the formula", no crystal structure was used: an arrangement of our own.

## What is in it

{per_tier(told)}
Configurations per dopant: {", ".join(f"{key} {n}" for key, n in told["per_dopant"].items())}.
Per topology: {", ".join(f"{key} {n}" for key, n in told["per_topology"].items())}.

## What failed or was filtered, and why

Kept in the set with the reason, not counted as labels.

{outcomes(told)}
## Distributions of the formation energy

Gu et al. report a range of −5.86 to 0.85, most between −4 and −1 eV per atom, and a double-Weibull-like distribution
(D = 0.04, p = 0.71).

{chr(10).join(distribution(level, energies, rng) for level, energies in values.items())}
## Level against level

Formation energies of the same geometries, in eV per metal atom. The mean differences hold the errors of the reference
species and free atoms too; the spread about the mean of a dopant does not.

{chr(10).join(against(found, values)) or "not enough labels in common yet" + chr(10)}
### Copies of one minimum, raw energies

{relative(found)}
## Known weaknesses

- Minima are minima of GFN1-xTB with crude thresholds. GFN1 over-binds 5d metals and under-binds gold; on real
  gold–silver clusters it orders the sites of the metals wrongly. No cheap level alone may be trusted for where a metal
  sits.
- GFN1 has no spin polarisation: clusters of Mn, Fe, Co come out less stable than they are against spin-polarised
  atoms. Use `spgfn1` labels for them.
- The third-order term of GFN1 is clamped for Rh, Ir and Pt, which collapse without it in high coordination.
- CHGNet was trained on crystals, not on molecules; it knows neither charge nor free atoms.
- Off-equilibrium copies of two minima that turned out to be one geometry keep their own parent.
- Clusters with a charge have labels but no formation energy: eqn 1 compares neutral species.

## Checksums

{files}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", help="a pack or a folder of packs; the packaged set")
    parser.add_argument("--out", type=Path, default=DOCS)
    wanted = parser.parse_args()
    wanted.out.write_text(written(load_reference_set(wanted.folder)), encoding="utf-8")
    print(f"wrote {wanted.out}")


if __name__ == "__main__":
    main()
