"""The bench sheet of one step: what to weigh and measure for a chosen scale, in which order, with which hazards.

Amounts follow the balanced equation for 100 % yield; the ligand and the reductant follow the advised ratio where there
is one. Every line says what its number rests on. Clusters count as the ion alone: counter-ions are not in the masses.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal

from superatom.conditions.aim import aim_of
from superatom.conditions.dose import count_metals, dose_of, find_reductant, is_electron
from superatom.conditions.hazards import Hazard, hazards_of
from superatom.conditions.levers import Lever, StepSettings
from superatom.conditions.procedure import order_of_addition
from superatom.conditions.volumes import close_recipes, reported_yield, solvent_volumes
from superatom.conditions.weighing import USUAL_SALT, Weighed, weigh
from superatom.data.reagents import reagent_table
from superatom.data.records import Species, Step, Transformation
from superatom.errors import ChemistryError, UnitError
from superatom.structures.elements import METALS
from superatom.structures.ligands import ligand_table
from superatom.units import parse_amount

_GAS_ML_PER_MMOL = 24.47  # ideal gas, 25 degC and 1.013 bar: RT/p
_SMALLEST_mg = 1.0
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


@dataclass(frozen=True, slots=True)
class BenchSheet:
    """The bench sheet of a step at one scale; masses in mg, yields for the scale chosen.

    `expected_yield_mg` is the theoretical yield times the yield a record reports, or None where none is reported.
    """

    lines: tuple[SheetLine, ...]
    order_of_addition: tuple[str, ...]
    hazards: tuple[Hazard, ...]
    scale: str
    product: str
    equation: str
    metal_mmol: float
    theoretical_yield_mg: float
    expected_yield_mg: float | None
    yield_basis: str
    remarks: tuple[str, ...]

    def to_csv(self) -> str:
        """Return the lines as CSV text: header, then one row per line, numbers to four significant figures."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        names = [f.name for f in fields(SheetLine)]
        writer.writerow(names)
        for line in self.lines:
            cells = (getattr(line, name) for name in names)
            writer.writerow([f"{c:.4g}" if isinstance(c, float) else "" if c is None else c for c in cells])
        return out.getvalue()


def bench_sheet(
    step: Step, settings: StepSettings, scale: str = "10mg", of: Literal["product", "metal_salt"] = "product"
) -> BenchSheet:
    """Return the bench sheet of `step` for `scale` (such as ``10mg`` or ``0.1 mmol``) of the product or the metal salt.

    Raises `UnitError` for a scale that is no mass or amount, and `ChemistryError` for a generic ligand, a mixture as
    product or a step without metal.
    """
    if of not in ("product", "metal_salt"):
        raise UnitError(f"the scale can be of 'product' or of 'metal_salt', not of {of!r}")
    n = _mmol_of_equation(step, scale, of)
    product_mmol = n * _coefficient(step)
    metal = n * sum(k * count_metals(s) for s, k in step.equation.reactants) or product_mmol * count_metals(
        step.product
    )
    mass = product_mmol * (_product_mass(step))
    lines, remarks = _reactant_lines(step, settings, n, metal)
    solvents, solvent_remarks = solvent_volumes(step, settings, metal)
    additive_lines = _additive_lines(settings, metal)
    carried = "already in the flask from complex formation; " if any(x.role == "metal complex" for x in lines) else ""
    additive_lines = [replace(x, basis=carried + x.basis) for x in additive_lines]
    lines += [
        *additive_lines,
        *(
            SheetLine(
                s.name,
                "solvent",
                None,
                None,
                None,
                s.volume_mL,
                None,
                ("" if s.is_for_reductant else carried) + s.basis,
            )
            for s in solvents
        ),
    ]
    percent, yield_basis = reported_yield(step, settings)
    small = [line.reagent for line in lines if line.mass_mg is not None and line.mass_mg < _SMALLEST_mg]
    if small:
        remarks.append(
            f"Below {_SMALLEST_mg:g} mg: dispense {', '.join(small)} from a fresh stock solution of known strength."
        )
    remarks += [*solvent_remarks, *_remarks(step, of)]
    return BenchSheet(
        lines=tuple(lines),
        order_of_addition=order_of_addition(step, settings, [(line.reagent, line.role) for line in lines]),
        hazards=_hazards(step, lines),
        scale=f"{scale} of {of.replace('_', ' ')}",
        product=step.product.formula,
        equation=str(step.equation),
        metal_mmol=metal,
        theoretical_yield_mg=mass,
        expected_yield_mg=None if percent is None else mass * percent / 100,
        yield_basis=yield_basis,
        remarks=tuple(dict.fromkeys(remarks)),
    )


def route_sheets(
    steps: Sequence[Step],
    settings: Sequence[StepSettings],
    scale: str = "10mg",
    of: Literal["product", "metal_salt"] = "product",
) -> tuple[BenchSheet, ...]:
    """Return one sheet per step of a route so that each step makes just what the later ones take.

    `scale` is that of the last step; a step whose product no later equation takes is made at the same scale.
    """
    sheets: list[BenchSheet] = []
    needed: dict[str, float] = {}
    last = True
    for step, advice in zip(reversed(steps), reversed(settings), strict=True):
        mmol = needed.get(step.product.formula)
        sheet = (
            bench_sheet(step, advice, scale, of)
            if last or mmol is None
            else bench_sheet(step, advice, f"{mmol:.6g} mmol")
        )
        for line_mmol, formula in _taken(step, sheet):
            needed[formula] = needed.get(formula, 0.0) + line_mmol
        sheets.append(sheet)
        last = False
    return tuple(reversed(sheets))


def _taken(step: Step, sheet: BenchSheet) -> list[tuple[float, str]]:
    """Return (mmol, formula) of the clusters and complexes a step takes at the scale of its sheet."""
    atoms = sum(k * count_metals(s) for s, k in step.equation.reactants)
    unit = sheet.metal_mmol / atoms if atoms else 0.0
    return [(unit * k, s.formula) for s, k in step.equation.reactants if s.cluster is not None and unit]


def _coefficient(step: Step) -> int:
    found = sum(n for species, n in step.equation.products if species.formula == step.product.formula)
    if not found:
        raise ChemistryError(f"the equation {step.equation} does not form {step.product.formula}; nothing to scale by")
    return found


def _product_mass(step: Step) -> float:
    mass = weigh(step.product).molar_mass
    if mass is None:
        raise ChemistryError(
            f"{step.product.formula} is a mixture without a molar mass; scale by the metal salt instead"
        )
    return mass


def _mmol_of_equation(step: Step, scale: str, of: str) -> float:
    """Return how many mmol of the balanced equation the scale asks for."""
    amount = parse_amount(scale)
    if of == "product":
        mmol = amount.value if amount.dimension == "amount" else 1000 * amount.value / _product_mass(step)
        return mmol / _coefficient(step)
    sources = [(s, n) for s, n in step.equation.reactants if s.units and count_metals(s)]
    if not sources:
        raise ChemistryError(f"no metal source stands on the left of {step.equation}; scale by the product instead")
    species, n = max(sources, key=lambda item: item[1] * count_metals(item[0]))
    weighed = _metal_source(species)
    if weighed.molar_mass is None:
        raise ChemistryError(f"{species.formula} has no molar mass; scale by the product instead")
    mmol = amount.value if amount.dimension == "amount" else 1000 * amount.value / weighed.molar_mass
    per_term = count_metals(species) if species.kind == "complex" else 1
    return mmol / (n * per_term)


def _metal_source(species: Species) -> Weighed:
    """Return the salt a chemist means by 'metal salt': the term itself, or the usual salt a complex is made from."""
    if species.kind == "complex":
        name = _usual_salt(species)
        if name:
            return Weighed(name, reagent_table().find(name).molar_mass)
    return weigh(species)


def _usual_salt(species: Species) -> str:
    return next((USUAL_SALT[m] for m, _ in species.units if m in USUAL_SALT), "")


def _reactant_lines(step: Step, settings: StepSettings, n: float, metal: float) -> tuple[list[SheetLine], list[str]]:
    lines: list[SheetLine] = []
    remarks: list[str] = []
    reductant = find_reductant(step.reductant)
    aim = aim_of(step)
    ligand = aim.ligand
    has_reductant = False
    for species, k in step.equation.reactants:
        if is_electron(species) or species.formula in _NOT_WEIGHED:
            continue
        weighed, mmol, basis = weigh(species), n * k, "balanced equation"
        role = _role(species)
        if reductant is not None and weighed.reagent == reductant:
            has_reductant = True
            role, (mmol, basis) = "reductant", _reductant_amount(step, settings, metal, mmol)
        elif role == "ligand" and ligand is not None and ligand.name in species.counts:
            mmol, basis, said = _ligand_amount(step, settings, metal, mmol)
            remarks += said
        elif role == "starting mixture":
            mmol, basis = metal, "metal content of the product; mmol of metal, as a mixture has no molar mass"
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
    if reductant is not None and not has_reductant and any(is_electron(s) for s, _ in step.electron_equation.reactants):
        dose = dose_of(step)
        start = metal * dose.equivalents if dose else 0.0
        mmol, basis = _reductant_amount(step, settings, metal, start)
        lines.append(_line(weigh(reductant.species()), "reductant", mmol, metal, basis))
    return lines, remarks


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
        ids = ", ".join(r.id for r in advice.records if "reductant per metal" in r.says and r.succeeded is not False)
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
        return start, f"balanced equation{word}", []
    if advice.value.low is None:
        return start, f"balanced equation; the advice is only a bound ({advice.value})", []
    mmol = metal * advice.value.middle
    text = f"{advice.value.text} mol/mol metal ({advice.basis})"
    if mmol >= start or step.transformation is Transformation.COMPLEXATION:
        said = []
        if mmol < start:
            said.append(
                f"The advised {advice.value.middle:.3g} ligand per metal is less than the {start / metal:.3g} of the "
                "equation, in which part of the thiol reduces the metal: the rest of the metal then takes electrons from "
                "the reductant of the next step, on top of its counted dose."
            )
        return mmol, text, said
    return start, f"balanced equation, which takes more than the advised {text}", []


def _complex_remark(species: Species, mmol: float) -> list[str]:
    name = _usual_salt(species) if species.kind == "complex" else ""
    if not name:
        return []
    salt = reagent_table().find(name)
    atoms = count_metals(species)
    mass = mmol * atoms * salt.molar_mass
    made_from = f"{mass:.3g} mg {salt.name} ({salt.molar_mass:.2f} g/mol)"
    return [f"{species.formula} is usually not isolated: make it in the same flask from {made_from}."]


def _additive_lines(settings: StepSettings, metal: float) -> list[SheetLine]:
    """Return the additive of the records; its amount only where a record gives it together with its metal salt."""
    advice = settings[Lever.ADDITIVES.value]
    name = advice.recommendation.split(" (")[0]
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


def _hazards(step: Step, lines: list[SheetLine]) -> tuple[Hazard, ...]:
    ligands = [u for s, _ in step.equation.reactants for u in s.counts if s.kind == "ligand" and u in ligand_table()]
    reagents = [
        line.reagent
        for line in lines
        if line.role in ("metal salt", "reductant", "additive", "base or acid", "molecule")
    ]
    toxic = [
        f"{u} compound" for s, _ in step.equation.reactants if s.cluster for u in s.counts if u in ("Cd", "Hg", "Ni")
    ]
    solvents = [line.reagent for line in lines if line.role == "solvent"]
    return hazards_of([*reagents, *toxic], [u for u in ligands if len(u) > 1], solvents)


def _remarks(step: Step, of: str) -> list[str]:
    said = ["Amounts are for 100 % yield by the balanced equation; divide by the yield you expect."]
    charged = [
        s for s in (step.product, *(s for s, _ in step.equation.reactants)) if s.cluster is not None and s.charge
    ]
    if charged:
        said.append("Charged clusters are counted as the ion alone: the mass of counter-ions is not included.")
    if step.transformation is not Transformation.COMPLEXATION and any(not s.units for s, _ in step.equation.reactants):
        said.append(
            "The starting mixture has no single composition: count its metal, by ICP or by the salt it came from."
        )
    if of == "metal_salt" and any(s.kind == "complex" for s, _ in step.equation.reactants):
        said.append("The scale is read as the metal salt the complex is made from.")
    lost = [
        s.formula
        for s, _ in step.equation.products
        if s.units and any(u in METALS for u in s.counts) and s != step.product
    ]
    if lost:
        said.append(
            f"Metal also ends in {', '.join(dict.fromkeys(lost))}, which the theoretical yield already allows for."
        )
    return said
