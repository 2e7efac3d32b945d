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

from superatom.conditions.acids import acid_and_base_lines
from superatom.conditions.aim import aim_of
from superatom.conditions.amounts import SheetLine, additive_lines_of, reactant_lines, terms_of, usual_salt
from superatom.conditions.chain import in_place
from superatom.conditions.dose import count_metals
from superatom.conditions.hazards import Hazard, clashes, hazards_of, kept_from_air
from superatom.conditions.levers import Lever, StepSettings
from superatom.conditions.procedure import Action, order_of_addition
from superatom.conditions.volumes import (
    SolventVolume,
    is_two_phase,
    layer_removed_in,
    reported_yield,
    solvent_volumes,
    work_up,
)
from superatom.conditions.weighing import Weighed, weigh
from superatom.data.reagents import reagent_table
from superatom.data.records import Species, Step
from superatom.errors import ChemistryError, UnitError
from superatom.structures.elements import METALS
from superatom.structures.ligands import ligand_table
from superatom.units import parse_amount

_SMALLEST_mg = 1.0


@dataclass(frozen=True, slots=True)
class BenchSheet:
    """The bench sheet of a step at one scale; masses in mg, yields for the scale chosen.

    `expected_yield_mg` is the theoretical yield times the yield a record reports, or None where none is reported.
    """

    lines: tuple[SheetLine, ...]
    order_of_addition: tuple[Action, ...]
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
    made = _scaled_product(step)
    product_mmol = n * _coefficient(step)
    metal = n * sum(k * count_metals(s) for s, k in step.equation.reactants) or product_mmol * count_metals(
        step.product
    )
    mass = product_mmol * (_product_mass(step))
    lines, remarks = reactant_lines(step, settings, n, metal)
    lines += acid_and_base_lines(step, settings, lines, metal)
    borohydride = sum(x.amount_mmol or 0.0 for x in lines if x.role == "reductant" and "BH4" in x.reagent)
    solvents, solvent_remarks = solvent_volumes(step, settings, metal, borohydride)
    lines += additive_lines_of(settings, metal)
    lines += [SheetLine(s.name, "solvent", None, None, None, s.volume_mL, None, s.basis) for s in solvents]
    percent, yield_basis = reported_yield(step, settings)
    small = [line.reagent for line in lines if line.mass_mg is not None and line.mass_mg < _SMALLEST_mg]
    if small:
        remarks.append(
            f"Below {_SMALLEST_mg:g} mg: dispense {', '.join(small)} from a fresh stock solution of known strength."
        )
    additive = settings[Lever.ADDITIVES.value]
    two_phase = is_two_phase([s.name for s in solvents])
    if additive.basis == "trend" and (two_phase or "phase_transfer" not in additive.substances):
        remarks.append(f"Additive to consider, not on the lines above: {additive.recommendation}.")
    remarks += [*solvent_remarks, *_remarks(step, of), *_counter_cation(step, lines, product_mmol)]
    ligands = _free_ligands(step)
    held_from_air = kept_from_air([line.reagent for line in lines if line.role == "metal salt"], ligands)
    return BenchSheet(
        lines=tuple(lines),
        order_of_addition=(
            *order_of_addition(
                step,
                settings,
                [(line.reagent, line.role) for line in lines if not _is_for_reductant(line, solvents)],
                inert=" and ".join(held_from_air),
                layer_off=layer_removed_in(settings),
                borohydride_in=next((_plain(s.name) for s in solvents if s.is_for_reductant), "water"),
            ),
            *work_up(step, settings),
        ),
        hazards=_hazards(step, settings, lines),
        scale=f"{scale} of {of.replace('_', ' ')}",
        product=made.formula,
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

    `scale` is that of the last product, or of the metal salt the route consumes most of. A step whose product no later
    equation takes is made at the same scale. Raises as `bench_sheet`.
    """
    if of == "product":
        return in_place(steps, _chained(steps, settings, scale))
    trial = _chained(steps, settings, "1 mmol")
    salts = [line for sheet in trial for line in sheet.lines if line.role == "metal salt" and line.amount_mmol]
    if not salts:  # the route starts from a cluster: only its own sheet can be scaled by what goes in
        return tuple(bench_sheet(step, advice, scale, of) for step, advice in zip(steps, settings, strict=True))
    main = max(salts, key=lambda line: line.amount_mmol or 0.0)
    asked = parse_amount(scale)
    have = main.amount_mmol if asked.dimension == "amount" else (main.mass_mg or 0.0) / 1000
    if not have:
        raise ChemistryError(f"{main.reagent} has no molar mass; scale by an amount such as 0.1mmol")
    sheets = in_place(steps, _chained(steps, settings, f"{asked.value / have:.9f} mmol"))
    return tuple(replace(sheet, scale=f"{scale} of {main.reagent} in the route") for sheet in sheets)


def _chained(steps: Sequence[Step], settings: Sequence[StepSettings], scale: str) -> tuple[BenchSheet, ...]:
    sheets: list[BenchSheet] = []
    needed: dict[str, float] = {}
    for step, advice in zip(reversed(steps), reversed(settings), strict=True):
        mmol = needed.get(step.product.formula)
        if mmol is None:
            sheet = bench_sheet(step, advice, scale)
        else:
            sheet = bench_sheet(step, advice, f"{mmol:.9f} mmol")
            sheet = replace(sheet, scale=f"{mmol:.3g} mmol of {sheet.product}, what the next step takes")
        for taken, formula in _taken(step, sheet):
            needed[formula] = needed.get(formula, 0.0) + taken
        sheets.append(sheet)
    return tuple(reversed(sheets))


def _taken(step: Step, sheet: BenchSheet) -> list[tuple[float, str]]:
    """Return (mmol, formula) of the clusters and complexes a step takes at the scale of its sheet."""
    atoms = sum(k * count_metals(s) for s, k in step.equation.reactants)
    unit = sheet.metal_mmol / atoms if atoms else 0.0
    made = unit * _coefficient(step)
    taken = [(made if s.kind == "mixture" else unit * k, s.formula) for s, k in terms_of(step)]
    return [(mmol, formula) for mmol, formula in taken if mmol]


def _scaled_product(step: Step) -> Species:
    """Return what the scale counts: the product, or for a size mixture the cluster its net equation ends in.

    A mixture has no formula; the route planner gives it the net equation to the cluster that is focused from it.
    """
    if step.product.units:
        return step.product
    clusters = [(n * count_metals(s), s) for s, n in step.equation.products if s.kind == "cluster"]
    if not clusters:
        raise ChemistryError(f"{step.product.formula} has no formula and its equation no cluster; nothing to scale by")
    return max(clusters, key=lambda item: item[0])[1]


def _coefficient(step: Step) -> int:
    product = _scaled_product(step)
    found = sum(n for species, n in step.equation.products if species.formula == product.formula)
    if not found:
        raise ChemistryError(f"the equation {step.equation} does not form {product.formula}; nothing to scale by")
    return found


def _product_mass(step: Step) -> float:
    product = _scaled_product(step)
    mass = weigh(product).molar_mass
    if mass is None:
        raise ChemistryError(f"{product.formula} has no molar mass; scale by the metal salt instead")
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
        name = usual_salt(species)
        if name:
            return Weighed(name, reagent_table().find(name).molar_mass)
    return weigh(species)


def _free_ligands(step: Step) -> list[str]:
    """Return the names of the ligands that go in as such, counter-ions and bare atoms left out."""
    table = ligand_table()
    named = (u for s, _ in terms_of(step) if s.kind == "ligand" for u in s.counts)
    return [u for u in dict.fromkeys(named) if u in table and not table.find(u).is_bare_atom]


def _plain(solvent: str) -> str:
    """Return the solvent of a line such as ``ethanol (reductant)`` or ``0.2 M NaBH4 in water``."""
    return solvent.rsplit(" in ", maxsplit=1)[-1].split(" (", maxsplit=1)[0].removeprefix("ice-cold ")


def _is_for_reductant(line: SheetLine, solvents: list[SolventVolume]) -> bool:
    return any(s.is_for_reductant and s.name == line.reagent for s in solvents)


def _hazards(step: Step, settings: StepSettings, lines: list[SheetLine]) -> tuple[Hazard, ...]:
    reagents = [
        line.reagent
        for line in lines
        if line.role in ("metal salt", "reductant", "additive", "base or acid", "molecule")
    ]
    toxic = [
        f"{u} compound" for s, _ in step.equation.reactants if s.cluster for u in s.counts if u in ("Cd", "Hg", "Ni")
    ]
    solvents = [_plain(line.reagent) for line in lines if line.role == "solvent"]
    named = hazards_of([*reagents, *toxic], _free_ligands(step), solvents)
    return (*named, *clashes(reagents, solvents, has_acid=bool(settings[Lever.PH.value].substance("acid"))))


def _counter_cation(step: Step, lines: list[SheetLine], product_mmol: float) -> list[str]:
    """Say that an anion in an organic solvent needs a cation, where none is on the sheet."""
    charge, table = step.product.charge, reagent_table()
    has_cation = any(x.role == "additive" and table.find(x.reagent).has_role("phase_transfer") for x in lines)
    if step.product.kind != "cluster" or charge >= 0 or aim_of(step).is_aqueous or has_cation:
        return []
    salt = table.find("TOAB")
    mass = -charge * product_mmol * salt.molar_mass
    lacking = f"{step.product.formula} is an anion, and no organic cation on this sheet goes with it"
    least = (
        f"{mass:.2g} mg {salt.name} ({-charge} per cluster) is the least, or another tetraalkylammonium or PPh4 salt"
    )
    known = "Oct4NBr kept Au25 thiolate in THF an anion: J. F. Parker et al., Langmuir, 2010, 26, 13650-13654"
    return [f"{lacking}: {least} ({known})."]


def _remarks(step: Step, of: str) -> list[str]:
    said = ["Amounts are for 100 % yield by the balanced equation; divide by the yield you expect."]
    charged = [
        s for s in (step.product, *(s for s, _ in step.equation.reactants)) if s.cluster is not None and s.charge
    ]
    if charged:
        said.append("Charged clusters are counted as the ion alone: the mass of counter-ions is not included.")
    if step.product.kind == "mixture":
        said.append(f"The mass is that of {_scaled_product(step).formula}, the cluster to be focused from the mixture.")
    if any(not s.units for s, _ in terms_of(step)):
        said.append(
            "The starting mixture has no single composition: count its metal, by ICP or by the salt it came from."
        )
    if of == "metal_salt" and any(s.kind == "complex" for s, _ in step.equation.reactants):
        said.append("The scale is read as the metal salt the complex is made from.")
    if step.product.kind == "mixture" or any(not s.units for s, _ in terms_of(step)):
        return said
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
