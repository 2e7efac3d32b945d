"""What the sheets of a route owe to each other: what is in the flask already, what nobody makes, what must not meet.

A sheet alone gives every line in full; along a route the solution of a thiolate complex goes on into the reduction, so
its solvents and additives are not taken twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from superatom.conditions.acids import freed_acid, n_carboxyl
from superatom.conditions.amounts import SheetLine, is_isolated
from superatom.conditions.dose import count_metals, metal_atoms
from superatom.conditions.hazards import acid_after_borohydride
from superatom.conditions.procedure import CONVERSIONS, Action, Kind, goes_with_the_gold
from superatom.conditions.weighing import units_mass
from superatom.data.records import Species, Step, Transformation

if TYPE_CHECKING:
    from superatom.conditions.sheet import BenchSheet

IN_THE_FLASK = "already in the flask from complex formation"
_MAKES_IN_PLACE = frozenset(Transformation) - CONVERSIONS - {Transformation.SEEDED_GROWTH, Transformation.COMPLEXATION}


def in_place(steps: Sequence[Step], sheets: Sequence[BenchSheet]) -> tuple[BenchSheet, ...]:
    """Return the sheets of a route with what earlier steps have left, or left out, taken into account."""
    done: list[BenchSheet] = []
    for step, alone in zip(steps, sheets, strict=True):
        sheet = alone
        complexes = [s for s, _ in step.equation.reactants if s.kind == "complex"]
        before = {earlier.product: number for number, earlier in enumerate(done)}
        said = [remark for s in complexes if s.formula not in before for remark in _not_made(step, s, sheet)]
        source = next((before[s.formula] for s in complexes if s.formula in before and not is_isolated(s)), None)
        if source is not None and step.transformation in _MAKES_IN_PLACE:
            done[source], sheet = _with_the_gold(done[source], sheet)
            origin = done[source]
            lines = (_carried_on(line, origin) for line in sheet.lines)
            sheet = replace(sheet, lines=tuple(_for_freed_acid(x, steps[source], origin, sheet) for x in lines))
            said += _left_behind(sheet, origin)
        hydrides = [x.reagent for e in done for x in e.lines if x.role == "reductant" and "BH" in x.reagent]
        has_acid = any(x.role == "base or acid" and x.reagent.startswith("H") for x in sheet.lines)
        clash = acid_after_borohydride(hydrides) if has_acid else ()
        said += _acid_for_later(step, sheet, steps)
        done.append(
            replace(
                sheet,
                order_of_addition=(*_isolation(step, steps, done), *sheet.order_of_addition),
                hazards=(*sheet.hazards, *clash),
                remarks=(*said, *sheet.remarks),
            )
        )
    return tuple(done)


def _isolation(step: Step, steps: Sequence[Step], done: Sequence[BenchSheet]) -> tuple[Action, ...]:
    """Say that what a borohydride made must be isolated before a conversion, where no record says how."""
    if step.transformation not in CONVERSIONS:
        return ()
    for number, (earlier, sheet) in enumerate(zip(steps, done, strict=False), start=1):
        has_borohydride = any(x.role == "reductant" and "BH" in x.reagent for x in sheet.lines)
        is_worked_up = any(action.kind is Kind.WORK_UP for action in sheet.order_of_addition)
        if earlier.product in step.main_reactants and has_borohydride and not is_worked_up:
            free = f"Isolate and wash the product of step {number} free of borohydride and salts before this step."
            return (Action(free),)
    return ()


def _acid_for_later(step: Step, sheet: BenchSheet, steps: Sequence[Step]) -> list[str]:
    """Say that the acid a complex formation frees must be taken up, where the complex is to meet a cluster."""
    atoms, freed = metal_atoms(step.equation), freed_acid(step)
    meets = [
        number
        for number, later in enumerate(steps, start=1)
        if step.product in dict(later.equation.reactants) and any(s.kind == "cluster" for s in later.main_reactants)
    ]
    if step.transformation is not Transformation.COMPLEXATION or not meets or not freed or not atoms:
        return []
    amounts = " and ".join(f"{n / atoms * sheet.metal_mmol:.3g} mmol {name}" for name, n in freed)
    return [
        f"This frees {amounts}: take it up with a base before {sheet.product} meets the cluster in step {meets[0]}."
    ]


def _with_the_gold(origin: BenchSheet, sheet: BenchSheet) -> tuple[BenchSheet, BenchSheet]:
    """Move a dopant salt that only the phase transfer brings into the organic layer to where the gold salt goes in."""
    transfer = next((action for action in origin.order_of_addition if action.kind is Kind.PHASE_TRANSFER), None)
    kept_actions = tuple(action for action in sheet.order_of_addition if action.kind is not Kind.WITH_THE_GOLD)
    if transfer is None or kept_actions == sheet.order_of_addition:
        return origin, sheet
    moved = [x for x in sheet.lines if x.role == "metal salt" and goes_with_the_gold(x.reagent)]
    names = [x.reagent for x in moved]
    gold = " and ".join(dict.fromkeys(x.reagent for x in origin.lines if x.role == "metal salt"))
    with_both = Action(transfer.replace(gold, " and ".join([gold, *names]), 1), Kind.PHASE_TRANSFER)
    basis = f"for {sheet.product}; goes through the phase transfer with the gold salt"
    lines = [
        replace(x, equivalents=(x.amount_mmol or 0.0) / origin.metal_mmol, basis=f"{x.basis}, {basis}") for x in moved
    ]
    dangers = [h for h in sheet.hazards if h.reagent in names]
    earlier = replace(
        origin,
        lines=tuple(sorted((*origin.lines, *lines), key=lambda x: x.role != "metal salt")),
        order_of_addition=tuple(with_both if one is transfer else one for one in origin.order_of_addition),
        hazards=tuple(dict.fromkeys((*dangers, *origin.hazards))),
        remarks=(*(r for r in sheet.remarks if any(name in r for name in names)), *origin.remarks),
    )
    left = tuple(x for x in sheet.lines if x not in moved)
    kept = (r for r in sheet.remarks if any(x.reagent in r for x in left) or not any(name in r for name in names))
    later = replace(
        sheet,
        lines=left,
        order_of_addition=kept_actions,
        remarks=(f"{' and '.join(names)} went in with {gold} when the complex was made.", *kept),
    )
    return earlier, later


def _for_freed_acid(line: SheetLine, made: Step, origin: BenchSheet, sheet: BenchSheet) -> SheetLine:
    """Add to the base of a step what takes up the acid that complex formation freed in the same flask."""
    freed, atoms = freed_acid(made), metal_atoms(made.equation)
    is_base = line.role == "base or acid" and line.reagent.endswith("OH")
    has_own = any(x.role == "base or acid" for x in origin.lines)
    if not is_base or line.amount_mmol is None or line.molar_mass_g_per_mol is None or not freed or has_own:
        return line
    more = sum(n for _, n in freed) / atoms * origin.metal_mmol
    mmol = line.amount_mmol + more
    acids = " and ".join(name for name, _ in freed)
    basis = f"{line.basis}, plus {more:.3g} mmol for the {acids} that complex formation freed"
    ligands = made.product.cluster.ligands if made.product.cluster is not None else ()
    if any(n_carboxyl(ligand) for ligand, _ in ligands):
        basis += "; the acid groups of the ligand take more"
    mass, equivalents = mmol * line.molar_mass_g_per_mol, mmol / sheet.metal_mmol
    return replace(line, amount_mmol=mmol, mass_mg=mass, equivalents=equivalents, basis=basis)


def _carried_on(line: SheetLine, origin: BenchSheet) -> SheetLine:
    """Mark a line that the solution of the complex brings."""
    if line.role == "metal complex":
        return replace(line, basis=f"made in the flask before, not weighed; {line.basis}")
    if (line.reagent, line.role) in _in_solution(origin):
        return SheetLine(line.reagent, line.role, line.molar_mass_g_per_mol, None, None, None, None, IN_THE_FLASK)
    return line


def _in_solution(origin: BenchSheet) -> set[tuple[str, str]]:
    there = {(x.reagent, x.role) for x in origin.lines if x.role in ("solvent", "additive")}
    is_taken_off = any(action.kind is Kind.LAYER_OFF for action in origin.order_of_addition)
    return there - {("water", "solvent")} if is_taken_off else there


def _left_behind(sheet: BenchSheet, origin: BenchSheet) -> list[str]:
    """Say which solvents of the complex the step does not name."""
    named = {x.reagent for x in sheet.lines}
    left = sorted(name for name, role in _in_solution(origin) if role == "solvent" and name not in named)
    what = f"{' and '.join(left)} of the complex formation is not among the solvents of this step"
    return [f"{what}: evaporate and replace it, or stay with it."] if left else []


def _not_made(step: Step, species: Species, sheet: BenchSheet) -> list[str]:
    """Say that no step makes a complex the equation takes, and how much more starting cluster would bring its metal."""
    start = next((s for s, _ in step.equation.reactants if s.kind == "cluster" and s.units), None)
    line = next((x for x in sheet.lines if x.reagent == species.formula), None)
    if start is None or line is None or not line.amount_mmol:
        return []
    more = line.amount_mmol * count_metals(species) / count_metals(start) * units_mass(start)
    more_start = f"{more:.3g} mg more {start.formula}, part of which then gives it by decomposing"
    return [f"No step of this route makes {species.formula}: make it apart, or take {more_start}."]
