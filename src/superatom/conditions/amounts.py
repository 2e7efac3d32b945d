"""The lines of a bench sheet: what each term of the equation comes to, and what every number rests on."""

from __future__ import annotations

from dataclasses import dataclass

from superatom.conditions.aim import aim_of
from superatom.conditions.dose import count_metals, dose_of, find_reductant, is_electron
from superatom.conditions.levers import Lever, LeverAdvice, StepSettings
from superatom.conditions.procedure import CONVERSIONS
from superatom.conditions.volumes import close_recipes, ligand_by_weight, works_in_water
from superatom.conditions.weighing import USUAL_SALT, WEIGHED_AS, Weighed, weigh
from superatom.data.reagents import reagent_table
from superatom.data.records import Species, Step, Transformation
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
    and base belong to the first, the incoming ligand to the second. The thiol that etches a mixture to a cluster of the
    same thiol is not in the net equation; it stands with coefficient 0.
    """
    terms = [(s, n) for s, n in step.equation.reactants if not is_electron(s) and s.formula not in _NOT_WEIGHED]
    if step.product.kind == "mixture":
        names = {ligand.name for ligand, _ in step.product.cluster.ligands} if step.product.cluster else set()
        return [(s, n) for s, n in terms if s.kind != "ligand" or names & set(s.counts)]
    mixtures = [s for s in step.main_reactants if s.kind == "mixture" and s not in dict(terms)]
    if mixtures:
        etchant = [] if any(s.kind == "ligand" for s, _ in terms) else _etchant(step)
        return [(mixtures[0], 1), *((s, n) for s, n in terms if s.kind in ("ligand", "oxidant", "gas")), *etchant]
    return terms


def _etchant(step: Step) -> list[tuple[Species, int]]:
    ligand = aim_of(step).ligand
    if ligand is None or ligand.ligand_class != "thiolate":
        return []
    return [(Species(f"H({ligand.name})", (("H", 1), (ligand.name, 1)), 0, "ligand", name=ligand.name), 0)]


def reactant_lines(step: Step, settings: StepSettings, n: float, metal: float) -> tuple[list[SheetLine], list[str]]:
    """Return the lines of what reacts for `n` mmol of the equation and `metal` mmol of metal, and remarks."""
    lines: list[SheetLine] = []
    remarks: list[str] = []
    reductant = find_reductant(step.reductant)
    terms = terms_of(step)
    dosed = _ligand_the_ratio_is_for(step, terms)
    in_water = works_in_water(step, settings, metal)
    has_reductant = False
    for species, k in terms:
        weighed, role = weigh(species), _role(species)
        mmol: float | None = n * k
        basis = "balanced equation"
        if reductant is not None and weighed.reagent == reductant:
            has_reductant = True
            role, (mmol, basis) = "reductant", _reductant_amount(step, settings, metal, n * k)
        elif role == "ligand" and dosed is not None and dosed.name in species.counts:
            mmol, basis, said = _ligand_amount(step, settings, metal, n * k, dosed)
            remarks += said
        elif role == "starting mixture":
            mmol, basis = metal, "mmol of metal by the net equation, as a mixture has no molar mass"
        elif role == "base or acid" and reductant is not None and not reductant.has_role("gas") and not in_water:
            remarks.append(
                f"{species.formula} of the equation is that of the half-reaction in water and is not weighed here."
            )
            continue
        elif role == "base or acid":
            remarks.append(
                f"{species.formula} of the equation is given as {weighed.name}; set the pH with it, not the mass."
            )
        lines.append(_line(weighed, role, mmol, metal, basis))
        remarks += _complex_remark(step, species, n * k)
    if reductant is not None and not has_reductant and any(is_electron(s) for s, _ in step.electron_equation.reactants):
        dose = dose_of(step)
        mmol, basis = _reductant_amount(step, settings, metal, metal * dose.equivalents if dose else 0.0)
        lines.append(_line(weigh(reductant.species()), "reductant", mmol, metal, basis))
    return lines, remarks


def _ligand_the_ratio_is_for(step: Step, terms: list[tuple[Species, int]]) -> Ligand | None:
    """Return the ligand that the advised ratio counts: the one a conversion adds, else the main one of the product."""
    table = ligand_table()
    units = {u for s, _ in terms if _role(s) == "ligand" for u in s.counts}
    added = [u for u in units if u in table and not table.find(u).is_bare_atom]
    if step.transformation in CONVERSIONS and len(added) == 1:
        return table.find(added[0])
    return aim_of(step).ligand


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


def _line(weighed: Weighed, role: str, mmol: float | None, metal: float, basis: str) -> SheetLine:
    if mmol is None:
        return SheetLine(weighed.name, role, weighed.molar_mass, None, None, None, None, basis)
    if weighed.name == "O2":
        basis = f"air is enough; the equation takes {mmol:.3g} mmol"
        return SheetLine(weighed.name, role, weighed.molar_mass, None, None, None, mmol / metal, basis)
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
        where = f"from records ({', '.join(advice.cited)}); count alone: {start:.3g} mmol"
        return metal * advice.value.middle, f"{advice.value.text} mol/mol metal {where}"
    if advice.value is None and (middle := _middle(advice)) is not None and middle * metal > start:
        return middle * metal, f"{_to_screen(advice)}; count alone: {start:.3g} mmol"
    return start, "electron count of the balanced equation, no excess"


def _ligand_amount(
    step: Step, settings: StepSettings, metal: float, start: float, ligand: Ligand
) -> tuple[float | None, str, list[str]]:
    """Return the ligand to weigh, what the number rests on and remarks.

    That is the advised ratio; without one what a record weighs per mg of a mixture, or the middle of the first range
    to screen; never silently less than the equation takes.
    """
    advice = settings[Lever.RATIO.value]
    floor = f"the equation takes {start / metal:.3g}" if start and metal else "not in the net equation"
    mixture = next((s for s, _ in terms_of(step) if not s.units), None)
    if advice.value is None and mixture is not None and (by_weight := ligand_by_weight(settings, mixture, ligand)):
        return None, f"{by_weight}; {floor} mol/mol metal" if start else by_weight, []
    if not metal or advice.value is None or advice.value.low is None:
        has_grounds = advice.value is not None or advice.basis != "screening"
        words = f"{advice.told or advice.recommendation}; " if has_grounds else ""
        if (middle := _middle(advice)) is not None and middle * metal > start:
            return middle * metal, f"{_to_screen(advice)}; {words}{floor}", []
        return start or None, f"{words}the least, by the balanced equation" if start else f"{words}{floor}", []
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


def _middle(advice: LeverAdvice) -> float | None:
    """Return the middle point of a first range in numbers, the centre of the first experiments too."""
    points = [p for p in advice.screening or () if isinstance(p, float)]
    return points[len(points) // 2] if points else None


def _to_screen(advice: LeverAdvice) -> str:
    points = ", ".join(f"{p:g}" for p in advice.screening or () if isinstance(p, float))
    return f"{_middle(advice):g} mol/mol metal, from the middle of a first range to screen ({points})"


def _complex_remark(step: Step, species: Species, mmol: float) -> list[str]:
    """Say from how much salt a complex of the equation is made, and whether it may be made in the same flask."""
    name = usual_salt(species) if species.kind == "complex" else ""
    if not name:
        return []
    salt = reagent_table().find(name)
    mass = mmol * count_metals(species) * salt.molar_mass
    made_from = f"{mass:.3g} mg {salt.name} ({salt.molar_mass:.2f} g/mol)"
    if any(s.kind == "cluster" for s, _ in terms_of(step)):
        return [f"{species.formula} takes {made_from}: make it in a flask of its own, apart from the cluster."]
    if is_isolated(species):
        return [f"{species.formula} can be isolated or bought, and weighed; otherwise make it from {made_from}."]
    return [f"{species.formula} is usually not isolated: make it in the same flask from {made_from}."]


def is_isolated(species: Species) -> bool:
    """Whether a complex is a compound to weigh, as phosphine halides are (L025), not a thiolate polymer."""
    ligands = species.cluster.ligands if species.cluster is not None else ()
    return any(ligand.ligand_class in ("phosphine", "diphosphine") for ligand, _ in ligands)


def usual_salt(species: Species) -> str:
    """Return the salt a complex is usually made from, or an empty string."""
    return next((USUAL_SALT[m] for m, _ in species.units if m in USUAL_SALT), "")


def additive_lines_of(settings: StepSettings, metal: float) -> list[SheetLine]:
    """Return the additive of the records; its amount only where a record gives it together with its metal salt."""
    advice, table = settings[Lever.ADDITIVES.value], reagent_table()
    names = [name for s in advice.substances if (name := WEIGHED_AS.get(s, s)) in table]
    if advice.basis != "records" or not names:
        return []
    reagent = table.find(names[0])
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
