"""Advice on the reducing agent: which one, the counted stoichiometric dose, and the doses records used.

Practice uses a large excess over the count because NaBH4 is lost to hydrolysis; only for the thiolate Au25 in alkaline
water was the counted dose itself shown to be best (Chen et al., J. Am. Chem. Soc. 2018, 140, 11370; trend D01).
Elsewhere the dose of related syntheses is advised, or a first range; the count stands beside it as the floor.
"""

from __future__ import annotations

from dataclasses import replace

from superatom.conditions.aim import aim_of
from superatom.conditions.dose import Dose, dose_of, find_reductant, is_electron, metal_atoms
from superatom.conditions.evidence import CLOSE, EXACT, SAME_CLASS, SAME_TARGET, Observation
from superatom.conditions.levers import Lever, LeverAdvice, StepSettings, Strength, quantity
from superatom.conditions.readings import lever_value
from superatom.conditions.trends import applicable, first_screening
from superatom.data.records import Quantity, Step, Transformation
from superatom.structures.elements import METALS, molar_mass


def advise_reductant(
    base: LeverAdvice, step: Step, found: tuple[Observation, ...], *, owed: float = 0.0
) -> LeverAdvice:
    """Complete `base` for the reductant lever of `step`.

    `owed` are the electrons per metal that too little thiol left the metal salt without when its complex was made.
    """
    electrons = sum(n for species, n in step.electron_equation.reactants if is_electron(species))
    released = sum(n for species, n in step.electron_equation.products if is_electron(species))
    from_mixture = any(s.kind == "mixture" for s in step.main_reactants)
    if (electrons == 0 or from_mixture) and not step.reductant:
        return _without_reductant(base, step, released)
    dose = dose_of(step)
    if dose is None:
        name = step.reductant or "a reductant"
        text = (
            f"{name}; {electrons} e- are needed per formula equation, but the electrons {name} gives are not tabulated"
        )
        return replace(base, recommendation=text, basis="stoichiometry", strength="weak")
    conflicts = (*_other_outcomes(dose, found), *_dose_conflicts(found))
    practice = _practice(dose, found)
    text = _stoichiometric_text(dose, step)
    base = replace(base, conflicts=conflicts)
    if dose.reagent.has_role("gas"):
        text += "; a gas is supplied in excess (stream or filled headspace), so time and pH set how far it goes"
        return replace(
            base, recommendation=text, basis="stoichiometry", strength="weak", screening=None, screening_reason=""
        )
    used = [(o, q) for o, q in practice if o.distance in CLOSE]
    if not used and _is_count_shown(step):
        counted = _as_counted(base, dose, practice, text, is_inferred=step.support.is_inferred)
        return _with_owed(counted, dose, practice, owed) if owed else counted
    if not used and practice:
        return _as_related(base, dose, practice, text)
    if not used:
        return _to_screen(base, dose, step, text)
    spread = _range(used)
    cited = tuple(o.id for o, _ in used)
    excess = spread.middle / dose.equivalents
    labelled = any(o.outcome.success for o, _ in used)
    strength: Strength = "moderate" if labelled and used[0][0].distance in EXACT else "weak"
    lead = f"{dose.reagent.name}, {spread.text} mol/mol metal as practised ({', '.join(cited)}, {used[0][0].distance})"
    return replace(
        base,
        recommendation=f"{lead}, about {excess:.0f} x the count; counted: {text}",
        value=spread,
        basis="records",
        strength=strength,
        screening=_bracket(spread) if strength == "weak" else None,
        screening_reason="brackets the dose the records used" if strength == "weak" else "",
        cited=cited,
    )


def owed_electrons(formed: Step, settings: StepSettings) -> float:
    """Return the electrons per metal that the reductant owes because less thiol was added than the equation takes.

    A thiol that goes to disulfide gives the salt one electron; what it leaves unreduced the reductant takes up.
    """
    ratio, ligand, atoms = settings[Lever.RATIO.value], aim_of(formed).ligand, metal_atoms(formed.equation)
    if formed.delta_electrons <= 0 or ratio.value is None or ligand is None or ligand.ligand_class != "thiolate":
        return 0.0
    taken = sum(n for species, n in formed.equation.reactants if ligand.name in species.counts)
    return min(formed.delta_electrons, max(0.0, taken - ratio.value.middle * atoms)) / atoms


def _bracket(spread: Quantity) -> tuple[float, ...]:
    return tuple(float(f"{x:.2g}") for x in (spread.middle / 3, spread.middle, spread.middle * 2))


_COUNT_SHOWN = "D01"  # the trend that shows the counted dose to be best
_MULTIPLES = (1, 2, 4)
_WHY_MULTIPLES = (
    "multiples of the count: less under-reduces, more makes larger clusters, and part is lost to hydrolysis"
)


def _is_count_shown(step: Step) -> bool:
    return any(t.id == _COUNT_SHOWN for t in applicable(aim_of(step), Lever.REDUCTANT, step.reductant))


def _as_counted(
    base: LeverAdvice, dose: Dose, practice: list[tuple[Observation, Quantity]], text: str, *, is_inferred: bool
) -> LeverAdvice:
    """Advise the count, with multiples of it to screen and the lowest practised dose as the far end."""
    screening, reason = _multiples(dose), _WHY_MULTIPLES
    if practice:
        spread = _range(practice)
        text += f"; related syntheses used {spread.text} mol/mol ({', '.join(o.id for o, _ in practice)})"
        if spread.low is not None:
            screening = (*screening, spread.low)
            reason += "; the last point is the lowest dose of related syntheses"
    return replace(
        base,
        recommendation=text,
        value=quantity(dose.equivalents, dose.equivalents, Lever.REDUCTANT.unit),
        basis="stoichiometry",
        strength="weak" if is_inferred else "moderate",
        screening=screening,
        screening_reason=reason,
    )


def _with_owed(
    counted: LeverAdvice, dose: Dose, practice: list[tuple[Observation, Quantity]], owed: float
) -> LeverAdvice:
    """Raise a counted dose by what the metal salt still needs; the rise is unproven, so a range is given, no value."""
    floor = dose.equivalents + owed / (dose.reagent.electrons_delivered or 1)
    practised = (_range(practice).middle,) if practice else ()
    points = sorted({float(f"{x:.3g}") for x in (floor, 2 * floor, *practised)})
    listed = ", ".join(f"{x:g}" for x in points)
    text = (
        f"{dose.reagent.name}, at least {floor:.3g} mol per mol metal, as the thiol advised leaves the salt "
        f"{owed:.3g} e- per metal short of the complex; try {listed}; without that: {counted.recommendation}"
    )
    return replace(
        counted,
        recommendation=text,
        value=None,
        strength="weak",
        screening=tuple(points),
        screening_reason="the least, twice as much, and the middle of what related syntheses used",
    )


def _to_screen(base: LeverAdvice, dose: Dose, step: Step, text: str) -> LeverAdvice:
    """Say that no dose is on record and give a first range, with the count as the floor."""
    known = first_screening(aim_of(step), Lever.REDUCTANT, step.reductant)
    points = known.points if known and known.unit == Lever.REDUCTANT.unit else ()
    if not points:
        floor = f"no dose on record; counted, as the floor: {text}"
        value = quantity(dose.equivalents, dose.equivalents, Lever.REDUCTANT.unit)
        base = replace(base, screening=_multiples(dose), screening_reason=_WHY_MULTIPLES)
        return replace(base, recommendation=floor, value=value, basis="stoichiometry", strength="weak")
    listed = ", ".join(f"{point:g}" for point in points if isinstance(point, float))
    return replace(
        base,
        recommendation=f"no dose on record; try {listed} mol/mol metal; counted, as the floor: {text}",
        screening=points,
    )


def _as_related(base: LeverAdvice, dose: Dose, practice: list[tuple[Observation, Quantity]], text: str) -> LeverAdvice:
    """Advise the dose of the nearest related syntheses."""
    distance = practice[0][0].distance
    nearest = [(o, q) for o, q in practice if o.distance == distance]
    spread = _range(nearest)
    cited = tuple(o.id for o, _ in nearest[:4])
    ids = ", ".join(cited) + (", ..." if len(nearest) > 4 else "")
    lead = f"{dose.reagent.name}, {spread.text} mol/mol metal as in related syntheses ({ids}, {distance})"
    return replace(
        base,
        recommendation=f"{lead}; counted, as the floor: {text}",
        value=spread,
        basis="records",
        strength="weak",
        screening=_bracket(spread),
        screening_reason="brackets the dose of related syntheses; the count alone is the floor",
        cited=cited,
    )


def _without_reductant(base: LeverAdvice, step: Step, released: int) -> LeverAdvice:
    if step.transformation is Transformation.COMPLEXATION and step.delta_electrons > 0:
        text = "none: the ligand itself reduces the metal to the oxidation state of the complex"
    elif step.transformation is Transformation.COMPLEXATION:
        text = "none: the metal enters the complex in the oxidation state of its salt"
    elif any(s.kind == "mixture" for s in step.main_reactants):
        text = "none here: the electrons of the net equation were taken up when the mixture was made"
    elif released:
        text = f"none: the step gives off {released} e- per formula equation; an oxidant takes them up"
    else:
        text = "none: the metal takes up no electrons in this step"
    return replace(
        base,
        recommendation=text,
        basis="stoichiometry",
        strength="moderate",
        records=(),
        trend="",
        mechanism="",
        trend_sources=(),
        screening=None,
        screening_reason="",
    )


def _stoichiometric_text(dose: Dose, step: Step) -> str:
    reagent = dose.reagent
    metal = next((m for m in METALS if m in dict(step.product.units)), "metal")
    per_gram = ""
    if metal != "metal" and not reagent.has_role("gas"):
        mg = 1000 * dose.equivalents * reagent.molar_mass / molar_mass({metal: 1})
        per_gram = f", {mg:.0f} mg per g of {metal}" if mg >= 100 else f", {mg:.3g} mg per g of {metal}"
    return (
        f"{reagent.name}, {dose.equivalents:.3g} mol per mol metal "
        f"({dose.electrons} e- for {dose.n_metals} metal atoms, {reagent.electrons_delivered} e- each{per_gram})"
    )


def _practice(dose: Dose, found: tuple[Observation, ...]) -> list[tuple[Observation, Quantity]]:
    """Return the records that give a dose of this reductant and did not fail, closest first."""
    return [
        (o, value)
        for o in found
        if (value := lever_value(o, Lever.REDUCTANT)) is not None
        and o.outcome.success is not False
        and o.mismatch != "other medium"
        and find_reductant(o.conditions.reductant) == dose.reagent
    ]


def _range(practice: list[tuple[Observation, Quantity]]) -> Quantity:
    lows = [q.low if q.low is not None else q.middle for _, q in practice]
    highs = [q.high if q.high is not None else q.middle for _, q in practice]
    return quantity(min(lows), max(highs), Lever.REDUCTANT.unit)


def _multiples(dose: Dose) -> tuple[float, ...]:
    return tuple(float(f"{dose.equivalents * x:.3g}") for x in _MULTIPLES)


def _other_outcomes(dose: Dose, found: tuple[Observation, ...]) -> list[str]:
    """Say where this reductant failed for the same aim, and where another one worked."""
    said = []
    for o in found:
        named = find_reductant(o.conditions.reductant)
        if (
            named is None
            or o.distance not in CLOSE
            or o.mismatch == "other medium"
            or o.series_parameter != "reductant"
        ):
            continue
        if named == dose.reagent and o.outcome.success is False:
            said.append(f"{o.id}: {named.name} gave {o.outcome.product} ({o.distance})")
        elif named != dose.reagent and o.outcome.success and o.distance == SAME_TARGET:
            said.append(f"{o.id}: {named.name} gave the target ({o.distance})")
    return said


def _dose_conflicts(found: tuple[Observation, ...]) -> list[str]:
    """Say which doses failed, in the words of the records."""
    return [
        f"{o.id}: {o.text} gave {o.outcome.product} ({', '.join(x for x in (o.distance, o.mismatch) if x)})"
        for o in found
        if o.series_parameter == "reductant_to_metal_ratio"
        and o.outcome.success is False
        and o.distance != SAME_CLASS
        and o.mismatch != "other reductant"
    ]
