"""Advice on the reducing agent: which one, the counted stoichiometric dose, and the doses records used.

Practice in organic and two-phase syntheses uses a large excess over the count because NaBH4 is lost to hydrolysis; in
alkaline water the counted dose itself was shown to be best (Chen et al., J. Am. Chem. Soc. 2018, 140, 11370). Both are
shown, each with its basis.
"""

from __future__ import annotations

from dataclasses import replace

from superatom.conditions.aim import aim_of
from superatom.conditions.dose import Dose, dose_of, find_reductant, is_electron
from superatom.conditions.evidence import CLOSE, SAME_CLASS, SAME_TARGET, Observation
from superatom.conditions.levers import Lever, LeverAdvice, Strength, quantity
from superatom.conditions.readings import lever_value
from superatom.data.records import Quantity, Step, Transformation
from superatom.structures.elements import METALS, molar_mass


def advise_reductant(base: LeverAdvice, step: Step, found: tuple[Observation, ...]) -> LeverAdvice:
    """Complete `base` for the reductant lever of `step`."""
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
    value = quantity(dose.equivalents, dose.equivalents, Lever.REDUCTANT.unit)
    close = [o for o, _ in practice if o.distance in CLOSE]
    screening, reason = _multiples(dose, base), base.screening_reason
    if dose.reagent.has_role("gas"):
        text += "; a gas is supplied in excess (stream or filled headspace), so time and pH set how far it goes"
        screening, reason = None, ""
    if not close and practice and not _is_aqueous(step) and not dose.reagent.has_role("gas"):
        return _in_organic_solvent(base, dose, practice, text, conflicts)
    if not close:
        if practice and screening is not None and _range(practice).low is not None:
            screening = (*screening, _range(practice).low or 0.0)
            reason += "; the last point is the lowest dose of related syntheses"
        if practice:
            text += f"; related syntheses used {_range(practice).text} mol/mol ({', '.join(o.id for o, _ in practice)})"
        return replace(
            base,
            recommendation=text,
            value=value,
            basis="stoichiometry",
            strength="moderate" if _is_aqueous(step) and not step.support.is_inferred else "weak",
            conflicts=conflicts,
            screening=screening,
            screening_reason=reason,
        )
    used = [(o, q) for o, q in practice if o.distance in CLOSE]
    spread = _range(used)
    ids = ", ".join(o.id for o, _ in used)
    excess = spread.middle / dose.equivalents
    labelled = any(o.outcome.success for o, _ in used)
    strength: Strength = "moderate" if labelled and used[0][0].distance == SAME_TARGET else "weak"
    lead = f"{dose.reagent.name}, {spread.text} mol/mol metal as practised ({ids}, {used[0][0].distance})"
    return replace(
        base,
        recommendation=f"{lead}, about {excess:.0f} x the count; counted: {text}",
        value=spread,
        basis="records",
        strength=strength,
        conflicts=conflicts,
        screening=_bracket(spread) if strength == "weak" else None,
        screening_reason="brackets the dose the records used" if strength == "weak" else "",
    )


def _bracket(spread: Quantity) -> tuple[float, ...]:
    return tuple(float(f"{x:.2g}") for x in (spread.middle / 3, spread.middle, spread.middle * 2))


def _is_aqueous(step: Step) -> bool:
    """Whether the step runs in water or alcohol, judged by its main ligand."""
    return aim_of(step).is_aqueous


def _in_organic_solvent(
    base: LeverAdvice, dose: Dose, practice: list[tuple[Observation, Quantity]], text: str, conflicts: tuple[str, ...]
) -> LeverAdvice:
    """Advise the dose of related syntheses: the count was shown to suffice in alkaline water only."""
    spread = _range(practice)
    ids = ", ".join(o.id for o, _ in practice[:4]) + (", ..." if len(practice) > 4 else "")
    lead = (
        f"{dose.reagent.name}, {spread.text} mol/mol metal as in related syntheses ({ids}, {practice[0][0].distance})"
    )
    return replace(
        base,
        recommendation=f"{lead}; counted, as the floor: {text}",
        value=spread,
        basis="records",
        strength="weak",
        conflicts=conflicts,
        screening=_bracket(spread),
        screening_reason="brackets the dose of related syntheses; the count alone is the floor",
    )


def _without_reductant(base: LeverAdvice, step: Step, released: int) -> LeverAdvice:
    if step.transformation is Transformation.COMPLEXATION:
        text = "none: the ligand itself brings the metal to the oxidation state of the complex"
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
        per_gram = f", {mg:.3g} mg per g of {metal}"
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


def _multiples(dose: Dose, base: LeverAdvice) -> tuple[str | float, ...] | None:
    if base.screening is None:
        return None
    return tuple(float(f"{dose.equivalents * float(x):.3g}") for x in base.screening)


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
