"""Recommend: for one planned step, what to set each of the eight levers to, and on what grounds.

In this order of trust: a number from records close to the step; the window of a cited trend that applies (a weak one
after the words of close records); what close records say in words; a number from records of the same metal and ligand
class; what a trend advises in words; and where nothing is known, a first screening range with its reason. The reductant
dose is counted from the balanced equation and set beside what was practised.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from superatom.conditions.aim import Aim, aim_of
from superatom.conditions.evidence import (
    CLOSE,
    EXACT,
    ORDER,
    PARENT,
    SAME_CLASS,
    SAME_COMPLEX,
    SAME_CORE,
    SAME_LIGAND,
    SAME_TARGET,
    Observation,
    is_defined,
    observations,
)
from superatom.conditions.levers import Basis, Lever, LeverAdvice, RecordRef, StepSettings, Strength, quantity, show
from superatom.conditions.onward import onward, within_stability
from superatom.conditions.readings import (
    Reading,
    agree,
    around,
    behind,
    closest,
    conflicts_of,
    count,
    is_outvoted,
    lever_words,
    limits,
    outcome_words,
    readings_of,
    refs_of,
    say,
    settle,
    span,
    strength_of,
    varied_lever,
)
from superatom.conditions.reductant import advise_reductant, owed_electrons
from superatom.conditions.stages import is_mixture
from superatom.conditions.trends import Trend, applicable, first_screening
from superatom.conditions.volumes import chosen_solvents
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
        return _advise_words(replace(base, screening=("none",), screening_reason=reason), lever, aim, trends)
    if lever is Lever.PH:
        base = within_stability(base, aim)
    if lever in (Lever.SOLVENT, Lever.ADDITIVES):
        return _advise_substance(base, lever, aim, found, trends)
    held = (aim.cluster, step.product.cluster, *(s.cluster for s in step.main_reactants))
    least = max(_own_ratio(cluster) for cluster in held)
    advice = _advise_number(base, lever, aim, found, trends, least=least)
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


def _advise_number(
    base: LeverAdvice,
    lever: Lever,
    aim: Aim,
    found: tuple[Observation, ...],
    trends: tuple[Trend, ...],
    *,
    least: float,
) -> LeverAdvice:
    readings = readings_of(found, lever)
    near = _near(lever, aim)
    usable = [r for r in readings if r.is_success and not r.observation.mismatch]
    usable = [r for r in usable if r.observation.distance in near or r.observation.distance not in CLOSE]
    if lever is Lever.RATIO:  # less than the cluster itself holds cannot make it; a mixture does not speak for one size
        usable = [r for r in usable if r.value.high is None or r.value.high >= least]
        usable = [r for r in usable if r.observation.distance in EXACT or _made_one_size(r)]
    if lever in (Lever.STIRRING, Lever.PH):  # another size got at another speed or pH argues against it, not for it
        usable = [r for r in usable if r.observation.distance in CLOSE]
    group = closest(usable)
    window = min(
        (t for t in trends if t.window is not None),
        key=lambda t: t.window is None or None in (t.window.low, t.window.high),  # a closed window before a bound
        default=None,
    )
    distance = group[0].observation.distance if group else ""
    scattered = ""
    if group and distance not in CLOSE and not agree(lever, *span(group)):
        scattered = f"records farther off ({distance}) scatter over {show(quantity(*span(group), lever.unit))}"
        group = []
    scatter = (scattered,) if scattered else ()
    conflicts = (*base.conflicts, *conflicts_of(lever, group, readings, window), *scatter)
    if group and (distance != SAME_CLASS or window is None):
        value = settle(group, lever)
        strength = strength_of(lever, group, readings)
        if strength == "weak":
            if _has_closer_words(base.records, distance, near):  # then the number is neither a centre nor a conflict
                return _advise_words(base, lever, aim, trends)
            if is_outvoted(group, lever, value):
                return _advise_either(replace(base, conflicts=conflicts), lever, group)
            base = replace(
                base, screening=around(lever, value), screening_reason="brackets a value that rests on weak records"
            )
        agreeing = count(behind(group, lever, value))
        return replace(
            base,
            recommendation=f"{say(lever, value)} ({agreeing}, {distance}{limits(value, group, readings)})",
            value=value,
            basis="records",
            strength=strength,
            conflicts=conflicts,
            screening=base.screening if strength == "weak" else None,
            screening_reason=base.screening_reason if strength == "weak" else "",
        )
    is_told = any(r.succeeded and r.distance in near for r in base.records)
    if window is not None and window.window is not None and not (is_told and window.strength == "weak"):
        text = f"{say(lever, window.window)} (trend: {window.advice}"
        text += f"; {window.applies_when})" if window.applies_when else ")"
        conflicts = (*base.conflicts, *conflicts_of(lever, group, readings, None), *scatter)  # it cannot oppose itself
        return replace(
            base, recommendation=text, value=window.window, basis="trend", strength=window.strength, conflicts=conflicts
        )
    return _advise_words(replace(base, conflicts=conflicts), lever, aim, trends)


def _made_one_size(reading: Reading) -> bool:
    """Whether nothing says that an experiment made a mixture of sizes or something not shown to be one size."""
    outcome = reading.observation.outcome
    return not is_mixture(reading.observation.target) and (not outcome.success or is_defined(outcome))


def _has_closer_words(records: tuple[RecordRef, ...], distance: str, near: frozenset[str]) -> bool:
    """Whether a success told in words stands closer to the step than the numbers do."""
    return any(r.succeeded and r.distance in near and ORDER.index(r.distance) < ORDER.index(distance) for r in records)


def _advise_either(base: LeverAdvice, lever: Lever, group: list[Reading]) -> LeverAdvice:
    """Say that records as close as each other disagree, and screen what each of them used."""
    ranked = sorted(group, key=lambda r: r.value.middle)
    told = " or ".join(dict.fromkeys(f"{say(lever, r.value)} ({r.observation.id})" for r in ranked))
    return replace(
        base,
        recommendation=f"{told}: the records disagree ({group[0].observation.distance})",
        basis="records",
        strength="weak",
        screening=tuple(dict.fromkeys(float(f"{r.value.middle:.3g}") for r in ranked)),
        screening_reason="the values of records that disagree",
    )


def _advise_words(base: LeverAdvice, lever: Lever, aim: Aim, trends: tuple[Trend, ...]) -> LeverAdvice:
    """Use what close records or a trend say in words, with figures to start from; else the screening range alone."""
    is_organic_ph = base.screening == ("none",)
    numbers = [p for p in base.screening or () if isinstance(p, float)]
    start = f"; try {_listed(lever, numbers)}" if numbers else ""
    near = _near(lever, aim)
    close = [r for r in base.records if r.distance in near and r.succeeded and r.says]
    if close:
        text = f"{close[0].says} ({close[0].id}, {close[0].distance}; no figure given{start})"
        if is_organic_ph:
            base = _with_and_without(base, close[0].says)
        return _in_words(base, text, "records", "weak")
    advice = next((t for t in trends if t.advice), None)
    if advice is not None:
        if is_organic_ph:
            base = _with_and_without(base, advice.advice)
        return _in_words(base, f"{advice.advice}{start}", "trend", advice.strength)
    if base.screening is None:
        return replace(base, recommendation="nothing is known, and no first range can be argued for")
    if is_organic_ph:
        return replace(base, recommendation=f"leave out at first: {base.screening_reason}")
    return replace(base, recommendation=f"nothing is known for this step; try {_listed(lever, base.screening)}")


def _with_and_without(base: LeverAdvice, acid_or_base: str) -> LeverAdvice:
    return replace(base, screening=(acid_or_base, "none"), screening_reason="with and without what the source adds")


def _listed(lever: Lever, points: Iterable[str | float]) -> str:
    unit = {"degC": " °C", "pH": ""}.get(lever.unit, f" {lever.unit}" if lever.unit else "")
    text = ", ".join(f"{p:g}" if isinstance(p, float) else p for p in points)
    return f"{'pH ' if lever is Lever.PH else ''}{text}{unit}"


def _in_words(base: LeverAdvice, text: str, basis: Basis, strength: Strength) -> LeverAdvice:
    return replace(base, recommendation=text, basis=basis, strength=strength)


def _near(lever: Lever, aim: Aim) -> frozenset[str]:
    """Return the close distances that are worth following on this lever.

    An additive works through the very ligand it meets, and how fast a complex forms goes by its own ligand; acid or
    base in an organic solvent belongs to one recipe.
    """
    if lever is Lever.PH and not aim.is_aqueous:
        return frozenset({SAME_TARGET, PARENT})
    is_own = lever is Lever.ADDITIVES or (lever is Lever.TIME and aim.stage == "complex formation")
    return CLOSE - {SAME_CORE} if is_own else CLOSE


def _advise_substance(
    base: LeverAdvice, lever: Lever, aim: Aim, found: tuple[Observation, ...], trends: tuple[Trend, ...]
) -> LeverAdvice:
    """Rank the substances that close records used; a substance that failed for the same aim is a conflict."""
    votes: dict[str, list[Observation]] = {}
    for o in found:
        if (words := lever_words(o, lever)) and not o.mismatch and o.outcome.success is not False:
            votes.setdefault(words, []).append(o)
    near = _near(lever, aim)
    close = {w: os for w, os in votes.items() if any(o.distance in near for o in os)}
    conflicts = _substance_conflicts(lever, found, set(close))
    if not close:  # a series that varied the substance found it for its own size
        same_ligand = {
            words: told
            for words, told in votes.items()
            if any(o.distance == SAME_LIGAND and varied_lever(o) is not lever for o in told)
        }
        specific = next((t for t in trends if t.n_metals or t.ligands), None)
        makes = aim.stage in ("complex formation", "reduction")  # later, another size says little about the solvent
        if same_ligand and specific is None and lever is Lever.SOLVENT and makes:
            close = same_ligand
    if not close:
        advice = _advise_words(replace(base, conflicts=conflicts), lever, aim, trends)
        if advice.basis == "screening" and lever is Lever.SOLVENT and aim.is_two_phase and base.screening:
            text = f"two phases, no record names both solvents; try {', '.join(map(str, base.screening))}"
            return replace(advice, recommendation=text)
        return advice

    def rank(words: str) -> tuple[bool, bool, int, float, str]:
        is_own = any(o.distance == SAME_COMPLEX for o in close[words])  # the complex is what this very step makes
        return not is_own, not _is_labelled(close[words]), *_nearness(close[words]), words

    ranked = sorted(close, key=rank)
    distance = min((o.distance for o in close[ranked[0]]), key=ORDER.index)
    best = [o for o in close[ranked[0]] if o.distance == distance]
    text = f"{ranked[0]} ({', '.join(o.id for o in best)}, {distance})"
    if len(ranked) > 1:
        text += f"; also worked: {', '.join(ranked[1:4])}"
    sure = [o for o in best if is_defined(o.outcome)]
    strength: Strength = "weak"
    if distance in EXACT and _is_labelled(best):
        strength = "strong" if distance == SAME_TARGET and len({o.source for o in sure}) > 1 else "moderate"
    if lever is Lever.ADDITIVES and aim.transformation is Transformation.COMPLEXATION:
        text += "; where the record adds it before the reductant"
    return replace(
        base,
        recommendation=text,
        basis="records",
        strength=strength,
        conflicts=conflicts,
        screening=base.screening if strength == "weak" else None,
        screening_reason=base.screening_reason if strength == "weak" else "",
    )


def _nearness(found: list[Observation]) -> tuple[int, float]:
    return min(ORDER.index(o.distance) for o in found), -sum(o.weight for o in found)


def _is_labelled(found: list[Observation]) -> bool:
    return any(o.outcome.success for o in found)


def _substance_conflicts(lever: Lever, found: tuple[Observation, ...], close: set[str]) -> tuple[str, ...]:
    said = []
    for o in found:
        words = lever_words(o, lever)
        tested = o.outcome.success is False and varied_lever(o) is lever  # else something other than this lever failed
        if words in close and tested and o.distance in CLOSE and not o.mismatch:
            said.append(f"{o.id}: {words} gave {o.outcome.product or 'not the target'} ({o.distance})")
    return tuple(said)


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
