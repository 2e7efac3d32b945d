"""Recommend: for one planned step, what to set each of the eight levers to, and on what grounds.

In this order of trust: a number from records close to the step; the window of a cited trend that applies (a weak one
after the words of close records); what close records say in words; a number from records of the same metal and ligand
class; what a trend advises in words; and where nothing is known, a first screening range with its reason. The reductant
dose is counted from the balanced equation and set beside what was practised.
"""

from __future__ import annotations

from dataclasses import replace

from superatom.conditions.aim import Aim, aim_of
from superatom.conditions.evidence import CLOSE, SAME_TARGET, Observation, observations
from superatom.conditions.levers import Lever, LeverAdvice, StepSettings, quantity, show
from superatom.conditions.onward import onward, within_stability
from superatom.conditions.readings import outcome_words, refs_of
from superatom.conditions.reductant import advise_reductant, owed_electrons
from superatom.conditions.substances import advise_substance
from superatom.conditions.trends import applicable, first_screening
from superatom.conditions.values import advise_number
from superatom.conditions.volumes import chosen_solvents
from superatom.conditions.words import advise_words
from superatom.data.records import Route, Step, Transformation
from superatom.data.reference import precedents, recipes
from superatom.structures.nanocluster import Nanocluster

_WITHOUT_LIGAND = {
    Transformation.METAL_EXCHANGE,
    Transformation.INTERCLUSTER_REACTION,
    Transformation.ISOELECTRONIC_CONVERSION,
    Transformation.CHARGE_CHANGE,
}
_SHOWN = 12  # records listed per lever, closest first


def recommend(
    step: Step,
    *,
    towards: Nanocluster | None = None,
    for_mixture: bool = False,
    forming: tuple[Step, StepSettings] | None = None,
) -> StepSettings:
    """Return the advice on all eight levers for `step`.

    `towards` is the cluster that a complex or a size mixture is made for (they do not tell by themselves);
    `for_mixture` says that a complex is made for a size mixture; `forming` is the step, with its settings, by which
    the complex that this step reduces was made, with all of the ligand. `recommend_route` fills them in. Works for any
    step, with or without records: what is not known is said and gets a screening range.
    """
    aim = aim_of(step, towards, for_mixture=for_mixture)
    found = observations(aim, recipes(), precedents(), step.support.precedents)
    advice = tuple(_trimmed(_advise(lever, step, aim, found, forming)) for lever in Lever)
    used = {r.id for a in advice for r in a.records}
    return StepSettings(advice, len(used), tuple(_remarks(step, aim, found)))


def recommend_route(route: Route) -> tuple[StepSettings, ...]:
    """Return the settings of every step of a route; complexes and mixtures look ahead to the cluster they are for."""
    settings: list[StepSettings] = []
    for i, step in enumerate(route.steps):
        later = [s.product.cluster for s in route.steps[i + 1 :] if s.product.kind == "cluster"]
        is_open = step.transformation is Transformation.COMPLEXATION or step.product.kind == "mixture"
        towards = next((c for c in later if c is not None), None) if is_open else None
        user = next((s for s in route.steps[i + 1 :] if step.product in s.main_reactants), None)
        for_mixture = is_open and user is not None and user.product.kind == "mixture"
        earlier = zip(route.steps[:i], settings, strict=True)
        forming = next((pair for pair in earlier if _forms_complex_for(pair[0], step)), None)
        settings.append(recommend(step, towards=towards, for_mixture=for_mixture, forming=forming))
    return tuple(settings)


def _forms_complex_for(before: Step, step: Step) -> bool:
    """Whether `step` reduces the complex that the step `before` makes."""
    reduces = step.transformation in (Transformation.REDUCTION_GROWTH, Transformation.CO_REDUCTION)
    return reduces and before.transformation is Transformation.COMPLEXATION and before.product in step.main_reactants


def _has_ph(step: Step, aim: Aim, found: tuple[Observation, ...], forming: tuple[Step, StepSettings] | None) -> bool:
    """Whether the flask holds water when its pH is set, not only with the reductant."""
    solvents, _ = chosen_solvents(_advise(Lever.SOLVENT, step, aim, found), None)
    if forming is None or solvents == ["water"]:
        return not solvents or "water" in solvents
    before, _ = chosen_solvents(forming[1][Lever.SOLVENT.value], None)
    return not before or "water" in before


def _advise(
    lever: Lever, step: Step, aim: Aim, found: tuple[Observation, ...], forming: tuple[Step, StepSettings] | None = None
) -> LeverAdvice:
    if lever is Lever.RATIO and forming is not None:  # all of the ligand is weighed in when the complex is made
        return forming[1][lever.value]
    if lever is Lever.PH and aim.is_aqueous and not _has_ph(step, aim, found, forming):
        aim = replace(aim, is_aqueous=False)
    trends = applicable(aim, lever, step.reductant)
    records = refs_of(found, lever)
    screening = first_screening(aim, lever, step.reductant)
    base = LeverAdvice(
        lever=lever.value,
        recommendation="",
        value=None,
        basis="screening",
        strength="none",
        records=records,
        trend=" ".join(dict.fromkeys(t.trend for t in trends[:3])),
        mechanism=trends[0].mechanism if trends else "",
        trend_sources=tuple(dict.fromkeys(t.source for t in trends[:3])),
        screening=screening.points if screening else None,
        screening_reason=screening.reason if screening else "",
    )
    if lever is Lever.REDUCTANT:
        return advise_reductant(base, step, found, owed=owed_electrons(*forming) if forming is not None else 0.0)
    if lever is Lever.RATIO and step.transformation in _WITHOUT_LIGAND:
        text = "no free ligand is added in this step; clusters, complexes and dopant follow the equation"
        return replace(base, recommendation=text, basis="stoichiometry", strength="weak", screening=None)
    if lever is Lever.RATIO and screening is None and (own := _own_ratio(step.product.cluster)):
        base = replace(
            base,
            screening=tuple(float(f"{own * x:.2g}") for x in (1, 2, 4)),
            screening_reason="once, twice and four times the ligand : metal ratio of the product itself",
        )
    if lever is Lever.PH and not aim.is_aqueous:  # an organic solvent has no pH, whatever number a record gives
        reason = "an organic solvent has no pH: start without acid or base"
        return advise_words(replace(base, screening=("none",), screening_reason=reason), lever, aim, trends)
    if lever is Lever.PH:
        base = within_stability(base, aim)
    if lever in (Lever.SOLVENT, Lever.ADDITIVES):
        return advise_substance(base, lever, aim, found, trends)
    held = (aim.cluster, step.product.cluster, *(s.cluster for s in step.main_reactants))
    least = max(_own_ratio(cluster) for cluster in held)
    advice = advise_number(base, lever, aim, found, trends, least=least)
    return _hottest(advice) if lever is Lever.TEMPERATURE and _converts_core(aim) else advice


def _converts_core(aim: Aim) -> bool:
    """Whether a ligand exchange also changes the number of metal atoms."""
    is_exchange = aim.transformation is Transformation.LIGAND_EXCHANGE and aim.cluster is not None and aim.reactants
    return bool(is_exchange) and all(aim.cluster and c.n_metals != aim.cluster.n_metals for c in aim.reactants)


def _hottest(advice: LeverAdvice) -> LeverAdvice:
    """Narrow a range of temperatures to its high end: the core is kept at the low one."""
    low, high = (advice.value.low, advice.value.high) if advice.value is not None else (None, None)
    if low is None or high is None or low == high:
        return advice
    value = quantity(high, high, Lever.TEMPERATURE.unit)
    return replace(advice, value=value, recommendation=f"{show(value)}, as the core changes: {advice.recommendation}")


def _own_ratio(cluster: Nanocluster | None) -> float:
    if cluster is None:
        return 0.0
    return sum(n for ligand, n in cluster.ligands if not ligand.is_bare_atom) / cluster.n_metals


def _trimmed(advice: LeverAdvice) -> LeverAdvice:
    """Keep the closest records and every one the advice names."""
    said = " ".join((advice.recommendation, *advice.conflicts))
    kept = [r for i, r in enumerate(advice.records) if i < _SHOWN or any(name in said for name in r.id.split(", "))]
    return replace(advice, records=tuple(kept))


def _remarks(step: Step, aim: Aim, found: tuple[Observation, ...]) -> list[str]:
    said = []
    if not found:
        said.append("No record of this or a related step; every value below is a trend or a choice for screening.")
    if step.support.is_inferred:
        said.append(f"Nobody reported this step; it is inferred from {step.support.inferred_from or 'related steps'}.")
    if aim.stage == "reduction":
        said.append("The ligand : metal ratio is the total ligand weighed in when the complex is made, per metal.")
    said += onward(aim)
    with_gas = [o for o in found if o.conditions.atmosphere and o.distance in CLOSE and not o.mismatch]
    said += [f"Atmosphere in {o.id}: {o.conditions.atmosphere} ({outcome_words(o)})." for o in with_gas]
    best = [o for o in found if o.outcome.yield_percent and o.outcome.success and o.distance == SAME_TARGET]
    said += [f"Yield reported for the target: {o.outcome.yield_percent} ({o.id})." for o in best[:2]]
    return said
