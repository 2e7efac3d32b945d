"""A labelling run of made-up energies on real geometries: lanterns Au4M2(SH)8 with copies, written as journals."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from superatom.physics.atoms import atom_energies
from superatom.physics.configuration import DECIMALS, Configuration, Label
from superatom.structures.assembly.assemble import assemble, prototype_name
from superatom.structures.assembly.blueprint import Blueprint
from superatom.structures.structure import Structure

DIMER_EV = -230.0
E_FORM = {"Pd": -3.5, "Ru": -4.2, "Ag": -3.0}  # eV per metal atom of the minima, 1/2 HSSH, atoms of spgfn1


@cache
def minimum(dopant: str, number: int = 0) -> Configuration:
    """Return a "relaxed" lantern of a dopant."""
    plan = Blueprint("lantern", (dopant,) * 2 + ("Au",) * 4, (("thiolate", "SH"),))
    assembly = assemble(plan, seed=number)
    return Configuration(
        id=f"lantern/Au4{dopant}2(SH)8/axial2/m{number:03d}",
        tier="A",
        prototype=prototype_name(plan),
        kind="minimum",
        parent="",
        blueprint=plan,
        placement="axial2",
        host="Au",
        dopant=dopant,
        seed=number + 2**62,
        geometry="as assembled",
        structure=rounded(assembly.structure),
        fixed=(0, 3),
        seconds=1.25,
    )


def rounded(structure: Structure) -> Structure:
    """Return the geometry as a journal keeps it."""
    return Structure(structure.symbols, np.round(structure.positions, DECIMALS), charge=structure.charge)


def copy_of(parent: Configuration, number: int) -> Configuration:
    """Return an off-equilibrium copy."""
    rattle = np.random.default_rng(number).normal(0, 0.05, parent.structure.positions.shape)
    moved = Structure(parent.structure.symbols, parent.structure.positions + rattle, charge=0)
    return replace(
        parent, id=f"{parent.id}/d{number:02d}", tier="B", kind="off_equilibrium", parent=parent.id,
        structure=rounded(moved), seed=number,
    )  # fmt: skip


def label(one: Configuration, level: str = "gfn1", above_eV: float = 0.0) -> Label:
    """Return a converged label whose formation energy is that of `E_FORM`, plus `above_eV` per metal atom."""
    free = atom_energies("spgfn1")
    energy = sum(free[m] for m in one.blueprint.metals) + 4 * DIMER_EV + 6 * (E_FORM[one.dopant] + above_eV)
    charges = tuple(round(0.01 * np.sin(i) + (0.2 if i < 2 else 0.0), 4) for i in range(one.structure.n_atoms))
    return Label(
        one.id, level, "converged", energy_eV=energy, charges_e=charges, charge_model="Mulliken", gap_eV=1.9,
        n_unpaired=0, engine="xtb", engine_version="6.5.1", parameters_sha256="ab" * 32, seconds=0.25,
        notes=("electronic temperature 1000 K, as 300 K failed",) if one.dopant == "Ru" else (),
    )  # fmt: skip


REFERENCE_RECORDS: tuple[dict[str, Any], ...] = (
    {"key": "SH/dimer", "level": "gfn1", "status": "converged", "energy_eV": DIMER_EV},
    {"key": "SH/radical", "level": "gfn1", "status": "converged", "energy_eV": -113.0},
)


def write_run(
    folder: Path,
    configurations: Iterable[Configuration],
    labels: Mapping[str, Iterable[Label]],
    references: Iterable[dict[str, Any]] = REFERENCE_RECORDS,
) -> Path:
    """Write the journals of a run."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "design.toml").write_text('name = "world"\n', encoding="utf-8")
    _write(folder / "configurations.jsonl", (one.to_record() for one in configurations))
    for level, found in labels.items():
        _write(folder / f"labels-{level}.jsonl", (one.to_record() for one in found))
    _write(folder / "references-gfn1.jsonl", references)
    return folder


def _write(path: Path, records: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")


def small_run(folder: Path) -> Path:
    """Write a run with every outcome: converged, filtered and failed geometries and labels, a level with one label."""
    minima = [minimum(dopant) for dopant in E_FORM]
    copies = [copy_of(one, n) for one in minima for n in range(2)]
    lost = replace(
        minimum("Pd", 1), status="filtered", why="P12 is 2.95 Å from its nearest metal; it fell into 2 parts"
    )
    nothing = replace(
        minimum("Pd", 2), status="failed", why="the geometry did not converge in 200 cycles", fixed=(),
        structure=Structure((), np.zeros((0, 3)), charge=0),
    )  # fmt: skip
    labels = [label(one) for one in minima] + [label(one, above_eV=0.1) for one in copies[:4]]
    labels.append(replace(label(copies[4]), status="filtered", why="the charge of Ag1 is 3.4 e; 3 e is the most"))
    labels.append(
        Label(copies[5].id, "gfn1", "failed", "gfn1: the charges did not converge at 300 or 1000 K", engine="xtb")
    )
    other = Label(minima[0].id, "emt", "converged", energy_eV=-1.0, engine="emt", engine_version="3.26",
                  parameters_sha256="cd" * 32)  # fmt: skip
    return write_run(folder, [*minima, *copies, lost, nothing], {"gfn1": labels, "emt": [other]})
