"""The lines of a bench sheet: what each term of the equation comes to, and what every number rests on."""

from __future__ import annotations

from dataclasses import dataclass

from superatom.conditions.aim import aim_of
from superatom.conditions.dose import count_metals, dose_of, find_reductant, is_electron
from superatom.conditions.levers import Lever, StepSettings
from superatom.conditions.volumes import close_recipes
from superatom.conditions.weighing import USUAL_SALT, WEIGHED_AS, Weighed, display_name, weigh
from superatom.data.reagents import reagent_table
from superatom.data.records import Species, Step, Transformation
from superatom.structures.elements import molar_mass
from superatom.structures.ligands import Ligand, ligand_table

_GAS_ML_PER_MMOL = 24.47  # ideal gas, 25 degC and 1.013 bar: RT/p
_NOT_WEIGHED = {"H2O", "e-"}


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line: amounts in mmol, mg and mL, `equivalents` in mol per mol of metal; None where it cannot be given."""

    reagent: str
    role: str
    molar_mass_g_per_mol: float | None
    amount_mmol: float | None
    mass_mg: float | None
    volume_mL: float | None
    equivalents: float | None
    basis: str


def terms_of(step: Step) -> list[tuple[Species, int]]:
    """Return the terms that go into the flask in this very step.

    A net equation over reduction to a mixture and its focusing is shared by both steps: the metal complex, reductant
    and base belong to the first, the incoming ligand to the second.
    """
    terms = [(s, n) for s, n in step.equation.reactants if not is_electron(s) and s.formula not in _NOT_WEIGHED]
    if step.product.kind == "mixture":
        names = {ligand.name for ligand, _ in step.product.cluster.ligands} if step.product.cluster else set()
        return [(s, n) for s, n in terms if s.kind != "ligand" or names & set(s.counts)]
    mixtures = [s for s in step.main_reactants if s.kind == "mixture" and s not in dict(terms)]
    if mixtures:
        return [(mixtures[0], 1), *((s, n) for s, n in terms if s.kind in ("ligand", "oxidant", "gas"))]
    return terms


def reactant_lines(step: Step, settings: StepSettings, n: float, metal: float) -> tuple[list[SheetLine], list[str]]:
    """Return the lines of what reacts for `n` mmol of the equation and `metal` mmol of metal, and remarks."""
    lines: list[SheetLine] = []
    remarks: list[str] = []
    reductant = find_reductant(step.reductant)
    aim = aim_of(step)
    ligand = aim.ligand
    has_reductant = False
    for species, k in terms_of(step):
        weighed, mmol, basis = weigh(species), n * k, "balanced equation"
        role = _role(species)
        if reductant is not None and weighed.reagent == reductant:
            has_reductant = True
            role, (mmol, basis) = "reductant", _reductant_amount(step, settings, metal, mmol)
        elif role == "ligand" and ligand is not None and ligand.name in species.counts:
            mmol, basis, said = _ligand_amount(step, settings, metal, mmol)
            remarks += said
        elif role == "starting mixture":
            mmol, basis = metal, "mmol of metal by the net equation, as a mixture has no molar mass"
        elif role == "base or acid" and reductant is not None and not reductant.has_role("gas") and not aim.is_aqueous:
            remarks.append(
                f"{species.formula} of the equation is that of the half-reaction in water and is not weighed here."
            )
            continue
        elif role == "base or acid":
            remarks.append(
                f"{species.formula} of the equation is given as {weighed.name}; set the pH with it, not the mass."
            )
        lines.append(_line(weighed, role, mmol, metal, basis))
        remarks += _complex_remark(species, mmol)
    roles = {line.role for line in lines}
    if (
        "starting mixture" in roles
        and "ligand" not in roles
        and ligand is not None
        and ligand.ligand_class == "thiolate"
    ):
        lines.append(_etchant(ligand, settings, metal))
    if reductant is not None and not has_reductant and any(is_electron(s) for s, _ in step.electron_equation.reactants):
        dose = dose_of(step)
        start = metal * dose.equivalents if dose else 0.0
        mmol, basis = _reductant_amount(step, settings, metal, start)
        lines.append(_line(weigh(reductant.species()), "reductant", mmol, metal, basis))
    return lines, remarks


def _etchant(ligand: Ligand, settings: StepSettings, metal: float) -> SheetLine:
    """Return the line of the free ligand that etches a mixture; the net equation does not consume it."""
    advice = settings[Lever.RATIO.value]
    mass = molar_mass(ligand.atoms) + molar_mass({"H": 1})
    name = display_name(ligand)
    if advice.value is None or advice.value.low is None:
        basis = f"free ligand for etching: {advice.recommendation}"
        return SheetLine(name, "ligand", mass, None, None, None, None, basis)
    ratio = advice.value.middle
    basis = f"free ligand for etching, {advice.value.text} mol/mol metal ({advice.basis})"
    return SheetLine(name, "ligand", mass, ratio * metal, ratio * metal * mass, None, ratio, basis)


def _role(species: Species) -> str:
    if not species.units:
        return "starting mixture"
    if species.kind == "complex":
        return "metal complex"
    if species.cluster is not None:
        return "cluster"
    if count_metals(species):
        return "metal salt"
    if species.formula in ("OH-", "H+") or species.name in ("acid", "hydroxide"):
        return "base or acid"
    table = ligand_table()
    organic = [u for u in species.counts if u in table and not table.find(u).is_bare_atom]
    return "ligand" if species.kind == "ligand" or organic else species.kind or "reagent"


def _line(weighed: Weighed, role: str, mmol: float, metal: float, basis: str) -> SheetLine:
    mass = None if weighed.molar_mass is None or weighed.is_gas else mmol * weighed.molar_mass
    volume = mmol * _GAS_ML_PER_MMOL if weighed.is_gas else None
    if mass is not None and weighed.density:
        volume = mass / 1000 / weighed.density
    if weighed.is_gas:
        basis += "; gas volume at 25 °C and 1 bar is the least that is needed, supply an excess"
    equivalents = mmol / metal if metal else None
    return SheetLine(weighed.name, role, weighed.molar_mass, mmol, mass, volume, equivalents, basis)


def _reductant_amount(step: Step, settings: StepSettings, metal: float, start: float) -> tuple[float, str]:
    advice = settings[Lever.REDUCTANT.value]
    reductant = find_reductant(step.reductant)
    if reductant is not None and reductant.has_role("gas"):
        return start, "balanced equation"
    if advice.value is not None and advice.basis == "records":
        doses = [r for r in advice.records if "reductant per metal" in r.says and r.id in advice.recommendation]
        ids = ", ".join(r.id for r in doses if r.succeeded is not False)
        return (
            metal * advice.value.middle,
            f"{advice.value.text} mol/mol metal from records ({ids}); count alone: {start:.3g} mmol",
        )
    return start, "electron count of the balanced equation, no excess"


def _ligand_amount(step: Step, settings: StepSettings, metal: float, start: float) -> tuple[float, str, list[str]]:
    """Return the ligand to weigh; the advised ratio where there is one, never silently less than the equation takes."""
    advice = settings[Lever.RATIO.value]
    if advice.value is None or not metal:
        word = f"; {advice.recommendation}" if advice.basis != "screening" else "; excess not known, screen it"
        return start, f"the least, by the balanced equation{word}", []
    if advice.value.low is None:
        return start, f"the least, by the balanced equation; the advice is only a bound ({advice.value})", []
    mmol = metal * advice.value.middle
    text = f"{advice.value.text} mol/mol metal ({advice.basis})"
    if mmol >= start or step.transformation is Transformation.COMPLEXATION:
        said = []
        if mmol < start:
            said.append(
                f"The advised {advice.value.middle:.3g} ligand per metal is less than the {start / metal:.3g} of the "
                "equation, in which part of the thiol reduces the metal: the rest of the metal then takes electrons "
                "from the reductant of the next step, on top of its counted dose."
            )
        return mmol, text, said
    return start, f"balanced equation, which takes more than the advised {text}", []


def _complex_remark(species: Species, mmol: float) -> list[str]:
    name = usual_salt(species) if species.kind == "complex" else ""
    if not name:
        return []
    salt = reagent_table().find(name)
    atoms = count_metals(species)
    mass = mmol * atoms * salt.molar_mass
    made_from = f"{mass:.3g} mg {salt.name} ({salt.molar_mass:.2f} g/mol)"
    return [f"{species.formula} is usually not isolated: make it in the same flask from {made_from}."]


def usual_salt(species: Species) -> str:
    """Return the salt a complex is usually made from, or an empty string."""
    return next((USUAL_SALT[m] for m, _ in species.units if m in USUAL_SALT), "")


def additive_lines_of(settings: StepSettings, metal: float) -> list[SheetLine]:
    """Return the additive of the records; its amount only where a record gives it together with its metal salt."""
    advice = settings[Lever.ADDITIVES.value]
    name = advice.recommendation.split(" (")[0]
    name = WEIGHED_AS.get(name, name)
    table = reagent_table()
    if advice.basis != "records" or name not in table:
        return []
    reagent = table.find(name)
    for recipe, ratio in close_recipes(advice).additive_ratios(reagent):
        basis = f"{ratio:.3g} mol/mol metal in {recipe.id}"
        return [
            _line(
                Weighed(reagent.name, reagent.molar_mass, reagent.density_g_per_mL),
                "additive",
                metal * ratio,
                metal,
                basis,
            )
        ]
    text = "named in the records without a usable amount"
    return [SheetLine(reagent.name, "additive", reagent.molar_mass, None, None, None, None, text)]
