"""Write the data card of the reference set, `docs/nc-multi.md` with its pictures, from the set itself.

    python benchmarks/nc_multi_card.py [FOLDER] [--out docs/nc-multi.md]

Method, counts, failures, sanity, distributions (double Weibull fit and Kolmogorov-Smirnov test as in Gu et al. 2025),
level against level, charge transfer, what the set teaches, costs, known weaknesses, checksums. What it says of learning
and of costs comes from the results of `set_check.py` and `labelling_speed.py`: run these first.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import nc_multi_pictures as pictures
import nc_multi_tables as tables
from nc_multi_tables import table
from superatom.data.reference_set import ReferenceSet, load_reference_set
from superatom.data.summary import summary

DOCS = Path(__file__).parent.parent / "docs/nc-multi.md"


def written(found: ReferenceSet, images: Path) -> str:
    """Return the whole card; its pictures go into the folder `images`."""
    told, rng = summary(found), np.random.default_rng(0)
    values = tables.formation_energies(found)
    fits = {level: tables.fit(energies) for level, energies in values.items()}
    points = {
        level: one
        for level, energies in values.items()
        if (one := pictures.volcano_points(found, level, energies)) is not None
    }
    pictured = pictures.distributions(values, fits, images)
    scatter = pictures.level_against_level(found, values, images)
    volcano = pictures.volcano(points, images)
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
        {"pack": card["name"], "file": name, "bytes": file["bytes"], "SHA-256": file["sha256"]}
        for card in found.cards for name, file in card["files"].items()
    ])  # fmt: skip
    labels = ", ".join(f"{n} at {level}" for level, n in told["labels_per_level"].items())
    fractions, n_judged, n_senseless = tables.sense(found)
    compared = "\n".join(tables.against(found, values)) or "Not enough labels in common yet.\n"
    return f"""# The reference set nc-multi

<!-- written by benchmarks/nc_multi_card.py; edit that -->

An open, multi-fidelity set of ligand-protected bimetallic clusters, with zeolite and N-doped carbon models beside them:
{told["n_configurations"]} configurations, {told["n_prototypes"]} prototypes, {told["n_labels"]} converged labels
({labels}). Licence: {told["licence"]}. {told["bytes"] / 1e6:.1f} MB, which is
{told["bytes"] / told["n_configurations"]:.0f} bytes per configuration with all its labels.
`superatom data show nc-multi` counts it anew.

```python
from superatom.data.reference_set import load_reference_set

nc_multi = load_reference_set()
nc_multi.table[0].prototype  # and id, tier, dopant, placement, ligands, parent ...
nc_multi.atoms(0)  # for ASE
nc_multi.formation_energies("gfn1")  # eV per metal atom, NaN where there is none; raw: nc_multi.energies("gfn1")
```

`index.csv` of the pack is the same table for spreadsheets, with both conventions of the formation energy, the charge
transfer, and the notes of every geometry and label.

## How it was made

Blueprint (topology, metal on every site, ligands) → geometry from the blueprint and a seed → relaxation with GFN-FF,
then GFN1-xTB (crude thresholds) → coordinates rounded to 10⁻⁴ Å. Off-equilibrium copies breathe, shift and turn their
ligands, and rattle. Large ligands are grafted on a relaxed minimum with small ones, whose metals and donors then stay.
Every label is **one single point at exactly the stored coordinates**
([decision 0005](decisions/0005-labels-on-stored-geometries.md)), so every number can be computed again by one command:
`superatom data relabel nc-multi ID --level gfn1`, with an id of `index.csv`; `make test` does so with a dozen. The
design files lie in the pack (`design-*.toml`); [labelling](labelling.md) says how to run them, or your own, at your own
level of theory.

Formation energies are those of Gu et al. 2025 (doi:10.1039/d5sc04386g, eqn 1), computed on reading. Default references:
half a disulfide (X₂, H₂, C–C dimer) per X-type ligand; `convention="radical"` takes free radicals, which the numbers of
the paper suggest. Zeolites are compared with their H-form and H₂, flakes with the bare flake.

{atoms}
`gfn1` is compared with spin-polarised atoms because a closed-shell cluster has the same energy at both levels;
`chgnet-bulk` is the CHGNet energy of the bulk metal plus the measured cohesive energy, a convention of its own. How
each atom was computed stands in `physics/tables/atoms.csv`.

{engines}
## Arrangements, and what each rests on

{tables.arrangements(found)}
Where it says "inferred from the formula", no crystal structure was used: an arrangement of our own. **No coordinates
in the set are copied from a crystal structure.**

## What is in it

The designs, in `src/superatom/data/nc_multi/designs`, and how many of their configurations the set holds so far:

{tables.designs(found)}
`gfn1` and `chgnet` label everything. `pbe`, which costs fifty times as much, `pbe-spin` and `spgfn1` label a
selection per prototype, drawn by seed and written at the end of `ab.toml`: minima and copies of the smallest lanterns,
centred Au9 and bipyramids; spin where Mn, Fe, Co (and Re) sit in lanterns. The aim at PBE is 1,600 labels; what is not
there yet is a matter of processor time (20 to 100 s each), and the selection is labelled in a mixed order, so that
every kind of it is present: {tables.covered(found, values["pbe"])}.

{tables.per_tier(told)}
Configurations per dopant: {", ".join(f"{n} {key}" for key, n in told["per_dopant"].items())}.
Per topology: {", ".join(f"{n} {key}" for key, n in told["per_topology"].items())}.

## What failed or was filtered, and why

Kept in the set with the reason, not counted as labels.

{tables.outcomes(told)}
Labels that count, with a remark:

{tables.lacking(told)}
## Does it make sense?

Judged anew from the stored coordinates: of {n_judged} geometries that count, {n_senseless} have another ligand than
their blueprint, a ligand bond more or less than the minimum they were distorted from, or a distance outside the windows
of the [filters](labelling.md). Every atomic charge is below 3 e. Fractions of the distances to the nearest metal inside
the narrower windows a chemist expects of a relaxed gold cluster; distorted copies are meant to leave them:

{fractions}
Metals of minima further than {tables.EXPECTED_A["metal"][1]} Å from the next metal; ligands hold them:
{tables.far_metals(found)}.

## Distributions of the formation energy

Gu et al. report a range of −5.86 to 0.85, most between −4 and −1 eV per atom, and a double-Weibull-like distribution
(Kolmogorov–Smirnov D = 0.04, p = 0.71).

![Histograms with their fits](images/{pictured})

{table([tables.distribution(level, energies, fits[level], rng) for level, energies in values.items()])}
## Level against level

Formation energies of the same geometries, in eV per metal atom. The mean differences hold the errors of the reference
species and free atoms too; the spread about the mean of a dopant does not.

{f"![One level over another](images/{scatter})" + chr(10) if scatter else ""}
{compared}
### Copies of one minimum, raw energies

How two levels order the distorted copies of one minimum; no reference and no free atom enters.

{tables.relative(found)}
## Charge transfer

Mean charge of the dopants minus that of the host atoms (Mulliken for GFN1, Hirshfeld for PBE), minima only. Gu et al.
(their Fig. 3) find a volcano of the charge transfer over χ_env, the electronegativity of the metals minus that of their
surroundings (eqn 5), with zeolites on one side and clusters on the other.

![Formation energy over charge transfer, charge transfer over χ_env](images/{volcano})

{table([tables.volcano_words(level, one) for level, one in points.items()])}
## Is it worth learning from?

`python benchmarks/set_check.py`; all splits and models in [benchmarks](benchmarks.md), the splits in
[splits](splits.md).

{tables.verdict()}
Mean absolute errors in eV per metal atom, the better of trees and a linear model (none tuned). "Best possible" is what
the median of all configurations of one formula leaves, in sample: no model that sees the formula alone can beat it.

{tables.baselines()}
## What it cost

`python benchmarks/labelling_speed.py`: wall seconds of one worker with one thread on a machine that others used too, so
upper bounds; how it goes with two workers stands in [benchmarks](benchmarks.md).

{tables.costs()}
## Known weaknesses

- Minima are minima of GFN1-xTB with crude thresholds. GFN1 over-binds 5d metals and under-binds gold; on real
  gold–silver clusters it orders the sites of the metals wrongly ([engine check](engine-check.md)). No cheap level alone
  may be trusted for where a metal sits.
- GFN1 has no spin polarisation: clusters of Mn, Fe, Co come out less stable than they are against spin-polarised
  atoms. Use `spgfn1` labels for them.
- The third-order term of GFN1 is clamped for Rh, Ir and Pt, which collapse without it in high coordination.
- A few GFN1 labels only converged at an electronic temperature of 1000 K; their notes say so. Relaxations may need it
  too: geometries say so in their notes, but for those that were made before there were any.
- PBE is a small basis (LCAO dzp) without dispersion, at GFN1 geometries, spin-paired unless the level says `pbe-spin`;
  an odd number of electrons is then smeared over half-filled orbitals, and the note says so.
- CHGNet was trained on crystals, not on molecules; it knows neither charge nor free atoms.
- Grafted ligands are relaxed with GFN-FF only, around metals that stay where the small ligands left them.
- Clusters with a charge have labels but no formation energy: eqn 1 compares neutral species.

## How to make it again

```console
superatom label src/superatom/data/nc_multi/designs/ab.toml --out runs/ab  # likewise c, d, e, f; --level chgnet, pbe
superatom data pack runs/ab runs/e runs/d runs/c runs/f --out src/superatom/data/nc_multi/pack
python benchmarks/set_check.py
python benchmarks/labelling_speed.py runs/ab runs/e runs/d runs/c runs/f
python benchmarks/nc_multi_card.py
```

The same journals give the same bytes. Licence of the data: CC BY 4.0; cite the repository (`CITATION.cff`).

## Checksums

{files}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", help="a pack or a folder of packs; default: the packaged set")
    parser.add_argument("--out", type=Path, default=DOCS)
    wanted = parser.parse_args()
    wanted.out.write_text(written(load_reference_set(wanted.folder), wanted.out.parent / "images"), encoding="utf-8")
    print(f"wrote {wanted.out}")


if __name__ == "__main__":
    main()
