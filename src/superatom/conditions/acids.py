"""Acid and base beside the balanced equation: what an acidic thiol needs, and the acid a record or trend asks for.

A carboxylic thiol dissolves in water as its salt, and forming the complex frees the acid of the metal salt; the least
base is counted from both. An acid that is named without an amount is given as a first range to vary.
"""

from __future__ import annotations

import re

from superatom.conditions.aim import aim_of
from superatom.conditions.amounts import SheetLine
from superatom.conditions.dose import metal_atoms
from superatom.conditions.levers import Lever, StepSettings
from superatom.conditions.volumes import closest_recipes, metal_mmol
from superatom.data.reagents import reagent_table
from superatom.data.records import Step, Transformation
from superatom.structures.ligands import Ligand

_CARBOXYL = re.compile(r"O=C\(O\)|C\(=O\)O(?![A-Za-z(])")
_ACID_POINTS = (1, 10, 100)  # mol per mol metal


def freed_acid(step: Step) -> list[tuple[str, int]]:
    """Return (acid, coefficient) of the strong acids a complex formation gives off by its equation."""
    return [(s.formula, n) for s, n in step.equation.products if s.formula in ("HCl", "HNO3", "HBr")]


def n_carboxyl(ligand: Ligand) -> int:
    """Count the carboxylic acid groups of a free ligand in its SMILES.

    >>> from superatom.structures.ligands import ligand_table
    >>> [n_carboxyl(ligand_table().find(name)) for name in ("p-MBA", "MSA", "PET")]
    [1, 2, 0]
    """
    return len(_CARBOXYL.findall(ligand.smiles_free))


def acid_and_base_lines(step: Step, settings: StepSettings, lines: list[SheetLine], metal: float) -> list[SheetLine]:
    """Return the lines of the base a complex formation needs and of the acid the advice asks for."""
    found = []
    if base := _base_line(step, settings, lines, metal):
        found.append(base)
    if asked := settings[Lever.PH.value].substance("acid"):
        found.append(_acid_line(asked, metal))
    return found


def _base_line(step: Step, settings: StepSettings, lines: list[SheetLine], metal: float) -> SheetLine | None:
    """Return the least base for a carboxylic thiol in water; amino acids and peptides dissolve without it."""
    ligand = aim_of(step).ligand
    if step.transformation is not Transformation.COMPLEXATION or ligand is None or settings[Lever.PH.value].value:
        return None
    n_acid = n_carboxyl(ligand)
    free = sum(line.equivalents or 0.0 for line in lines if line.role == "ligand")
    if ligand.ligand_class != "thiolate" or not n_acid or "N" in dict(ligand.composition) or not metal or not free:
        return None
    atoms = metal_atoms(step.equation)
    acids = freed_acid(step)
    per_metal = sum(n for _, n in acids) / atoms + n_acid * free
    freed = " and ".join(f"{n / atoms:g} {name} that the equation frees" for name, n in acids)
    taken_up = " and ".join(part for part in (freed, f"{n_acid * free:.3g} carboxylic acid groups") if part)
    basis = "; ".join((f"the least: takes up {taken_up} per metal", *_used(settings)))
    base = reagent_table().find("NaOH")
    mmol = per_metal * metal
    mass = mmol * base.molar_mass
    return SheetLine(base.name, "base or acid", base.molar_mass, mmol, mass, None, per_metal, basis)


def _used(settings: StepSettings) -> list[str]:
    """Say how much NaOH the records behind the settings weigh."""
    return [
        f"{float(match[1]) / metal:.3g} per metal in {recipe.id} ({distance})"
        for recipe, distance in closest_recipes(settings)
        for text in recipe.conditions.additives
        if (metal := metal_mmol(recipe)) and (match := re.search(r"NaOH.*?(\d+(?:\.\d+)?) mmol", text))
    ]


def _acid_line(asked: str, metal: float) -> SheetLine:
    """Return the acid to add: the one named, else HCl, whose chloride the product or the salt holds already."""
    acid = reagent_table().find("HCl" if asked == "acid" else asked)
    ratio = _ACID_POINTS[1]
    points = ", ".join(map(str, _ACID_POINTS))
    basis = (
        f"acid is asked for without an amount: {ratio} mol/mol metal, from the middle of a first range to screen "
        f"({points}), from one per metal to a large excess; the mass is that of {acid.name} itself"
    )
    mmol = ratio * metal
    mass = mmol * acid.molar_mass
    return SheetLine(acid.name, "base or acid", acid.molar_mass, mmol, mass, None, float(ratio), basis)
