"""Make the packaged reference tables of `superatom.physics`: geometries of ligands, energies of free metal atoms.

    python benchmarks/reference_tables.py geometries             needs xtb
    python benchmarks/reference_tables.py gfn1 spgfn1            needs tblite
    python benchmarks/reference_tables.py chgnet-bulk            needs chgnet
    python benchmarks/reference_tables.py pbe ATOMS.csv METHOD   takes energies computed elsewhere

Each call replaces its own part of the tables and leaves the rest.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from superatom.physics.reference_geometries import GEOMETRIES, make_geometry
from superatom.physics.references import CONVENTIONS, HYDROGEN, ligand_reference, needed_references
from superatom.structures.assembly.blueprint import Blueprint
from superatom.structures.assembly.topologies import topologies
from superatom.structures.elements import METALS
from superatom.units import HARTREE_EV

TABLES = Path(__file__).parent.parent / "src/superatom/physics/tables"
LIGANDS = (
    "SH", "SCH3", "SEt", "SPh", "PET", "StBu", "S-c-C6H11", "TBBT", "p-MBA", "PH3", "PMe3", "PEt3", "PPh2Me", "PPh3",
    "FPh3P", "F", "Cl", "Br", "I", "H", "Cp", "Cp*", "PhC≡C",
)  # fmt: skip
COLUMNS = ("set", "element", "energy_eV", "n_unpaired", "how", "source")
KELVIN_HARTREE = 3.166811563e-6  # CODATA 2018
KITTEL = "C. Kittel, Introduction to Solid State Physics, 8th ed., Wiley, 2005, ch. 3, table 1"
COHESIVE_EV = {
    "Mn": 2.92, "Fe": 4.28, "Co": 4.39, "Ni": 4.44, "Cu": 3.49, "Zn": 1.35, "Ru": 6.74, "Rh": 5.75, "Pd": 3.89,
    "Ag": 2.95, "Cd": 1.16, "Re": 8.03, "Os": 8.17, "Ir": 6.94, "Pt": 5.84, "Au": 3.81, "Hg": 0.67,
}  # fmt: skip


def geometries() -> None:
    known = {ligand_reference(name, convention)[0] for name in LIGANDS for convention in CONVENTIONS}
    models = [Blueprint(one.name, ("Cu",) * one.n_metals) for one in topologies().values() if one.host]
    known |= {HYDROGEN, *needed_references(models)}
    found = {}
    for species in sorted(known, key=lambda one: one.key):
        structure, how = make_geometry(species)
        found[species.key] = {
            "symbols": " ".join(structure.symbols), "positions": structure.positions.ravel().tolist(), "geometry": how,
        }  # fmt: skip
        print(species.key, structure.formula, flush=True)
    lines = (f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(value)}" for key, value in found.items())
    (TABLES / GEOMETRIES).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def scanned(name: str) -> list[dict[str, Any]]:
    """Return the lowest spin state of every free atom, with spin polarisation or without.

    The third-order term is zero for a neutral atom, so the clamp of Rh, Ir and Pt does not matter here.
    """
    from importlib.metadata import version

    from ase.data import atomic_numbers

    rows = []
    for element in METALS:
        number = atomic_numbers[element]
        states = [_state(number, n, is_polarised=name == "spgfn1") for n in range(number % 2, 9, 2)]
        energy_eV, n_unpaired, kelvin = min(state for state in states if state)
        how = f"lowest spin state with up to 8 unpaired electrons, electronic temperature {kelvin} K"
        how += "" if all(states) else "; states that converge at neither 300 nor 1000 K left out"
        source = f"tblite {version('tblite')}, GFN1-xTB"
        rows.append(_row(name, element, energy_eV, n_unpaired=n_unpaired, how=how, source=source))
        print(*rows[-1].values(), flush=True)
    return rows


def _state(number: int, n_unpaired: int, *, is_polarised: bool) -> tuple[float, int, int] | None:
    from tblite.interface import Calculator

    for kelvin in (300, 1000):
        calculator = Calculator("GFN1-xTB", np.array([number]), np.zeros((1, 3)), 0, n_unpaired)
        calculator.set("verbosity", 0)
        calculator.set("temperature", kelvin * KELVIN_HARTREE)
        calculator.set("max-iter", 500)
        if is_polarised:
            calculator.add("spin-polarization", 1.0)
        try:
            return float(calculator.singlepoint().get("energy")) * HARTREE_EV, n_unpaired, kelvin
        except RuntimeError:
            continue
    return None


def bulk() -> list[dict[str, Any]]:
    """Return CHGNet's energy of each bulk metal plus the measured cohesive energy."""
    from importlib.metadata import version

    from chgnet.model import StructOptimizer
    from pymatgen.io.ase import AseAtomsAdaptor

    optimizer = StructOptimizer()
    rows = []
    for element in METALS:
        crystal = AseAtomsAdaptor.get_structure(_crystal(element))
        relaxed = optimizer.relax(crystal, fmax=0.01, steps=500, verbose=False)
        per_atom = float(relaxed["trajectory"].energies[-1]) / len(crystal)
        measured = COHESIVE_EV[element]
        how = f"bulk metal relaxed at CHGNet ({per_atom:.4f} eV per atom) plus cohesive energy {measured} eV"
        source = f"chgnet {version('chgnet')}; {KITTEL}"
        rows.append(_row("chgnet-bulk", element, per_atom + measured, how=how, source=source))
        print(element, per_atom, relaxed["final_structure"].volume / len(crystal), flush=True)
    return rows


def _crystal(element: str) -> Any:
    from ase.build import bulk as ase_bulk
    from ase.spacegroup import crystal

    if element == "Mn":  # alpha-Mn, 58 atoms; A. J. Bradley and J. Thewlis, Proc. R. Soc. A 1927, 115, 456
        basis = [(0, 0, 0), (0.317, 0.317, 0.317), (0.356, 0.356, 0.034), (0.089, 0.089, 0.282)]
        return crystal(["Mn"] * 4, basis, spacegroup=217, cellpar=[8.911] * 3 + [90] * 3)
    if element == "Hg":  # alpha-Hg, one atom in a rhombohedral cell
        return crystal(
            "Hg", [(0, 0, 0)], spacegroup=166, cellpar=[3.464, 3.464, 6.708, 90, 90, 120], primitive_cell=True
        )
    return ase_bulk(element)


def computed_elsewhere(name: str, file: str, method: str) -> list[dict[str, Any]]:
    """Take the converged rows of one method from a table of free atoms.

    Columns: element, method, energy_eV, magnetic_moment, converged, and how, source: the words that go with the number.
    """
    with Path(file).open(encoding="utf-8") as lines:
        every = list(csv.DictReader(lines))
    rows = [row for row in every if row["method"] == method and row["converged"] in ("True", "1")]
    elements = [row["element"] for row in rows]
    if not rows or len(set(elements)) < len(elements) or set(elements) - set(METALS):
        sys.exit(
            f"{file} has the converged atoms {', '.join(elements) or 'none'} of {method!r}, once each is legal; "
            f"its methods: {', '.join(sorted({row['method'] for row in every}))}"
        )
    return [
        _row(
            name,
            row["element"],
            float(row["energy_eV"]),
            n_unpaired=round(abs(float(row["magnetic_moment"]))),
            how=row["how"],
            source=row["source"],
        )
        for row in rows
    ]


def _row(name: str, element: str, energy_eV: float, **rest: Any) -> dict[str, Any]:
    return {"set": name, "element": element, "energy_eV": f"{energy_eV:.6f}", "n_unpaired": "", **rest}


def replace_set(name: str, rows: list[dict[str, Any]]) -> None:
    path = TABLES / "atoms.csv"
    with path.open(encoding="utf-8") as lines:
        kept = [row for row in csv.DictReader(lines) if row["set"] != name]
    together = sorted((*kept, *rows), key=lambda row: (row["set"], METALS.index(row["element"])))
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(together)


def main(names: list[str]) -> None:
    if names[:1] == ["pbe"]:
        replace_set("pbe", computed_elsewhere(*names))
        return
    for name in names:
        if name == "geometries":
            geometries()
        else:
            replace_set(name, bulk() if name == "chgnet-bulk" else scanned(name))


if __name__ == "__main__":
    main(sys.argv[1:])
