"""Which records bear on a step, how close they are, and at which stage of an experiment each of their settings belongs.

A literature recipe describes a whole preparation; a planned step is one stage of it. Here a record is cut to the stage
(complex formation or what follows), placed by its distance to the step, and weighted by distance, by how closely its
source was read and by how well its product is defined. Failures are kept: they bound the window.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from superatom.conditions.aim import Aim, clusters_in, is_polar, ligand_called, shares_mixture, shares_reactant
from superatom.conditions.dose import find_reductant
from superatom.conditions.stages import cut_to_stage, is_mixture, speaks_of_other_stage, stage_of, without_reduction
from superatom.data.records import Conditions, EvidenceLevel, Outcome, Precedent, Recipe, Source
from superatom.data.reference import is_rescored
from superatom.structures.ligands import Ligand
from superatom.structures.nanocluster import Nanocluster

# Closeness of a record to the step, in words for the reader, with its weight. The order is the order of preference.
SAME_TARGET = "same target"
SAME_COMPLEX = "same complex"
SAME_MIXTURE = "same mixture"
PARENT = "same cluster without the dopant"
SAME_CORE_OPEN = "same core, ligand not named"
SAME_CORE = "same core, other ligand of the same class"
SAME_LIGAND = "same ligand and metal, other size"
SAME_CLASS = "same metal and ligand class, other size"
WEIGHTS = {
    SAME_MIXTURE: 1.0,
    SAME_TARGET: 1.0,
    SAME_COMPLEX: 1.0,
    PARENT: 0.6,
    SAME_CORE_OPEN: 0.6,
    SAME_CORE: 0.4,
    SAME_LIGAND: 0.25,
    SAME_CLASS: 0.1,
}
ORDER = list(WEIGHTS)
STAGE_UNKNOWN = "stage not stated"  # a mismatch: the source does not say to which stage its numbers belong
EXACT = frozenset({SAME_TARGET, SAME_COMPLEX, SAME_MIXTURE})  # what this very step is to make
CLOSE = frozenset(ORDER[: ORDER.index(SAME_CORE) + 1])  # close enough that words alone are worth following
_READ = {
    EvidenceLevel.READ_IN_PAPER: 1.0,
    EvidenceLevel.READ_IN_REVIEW: 0.9,
    EvidenceLevel.READ_IN_PAGE_EXCERPT: 0.8,
    EvidenceLevel.COMPUTED: 0.4,
}
_UNDEFINED_PRODUCT = ("luminescent", "not_stated", "not_atomically_defined")  # product not shown to be one size
_IN_FLOW = re.compile(r"\bflow (?:inverter|reactor)|microfluidic", re.IGNORECASE)
_CURATED = "solvent implied by the context"  # a note on the record, not on the experiment


@dataclass(frozen=True, slots=True)
class Observation:
    """One record cut to the stage of the step: its settings there, its outcome, its distance and weight."""

    id: str
    series: str
    series_parameter: str
    target: str
    conditions: Conditions
    outcome: Outcome
    source: Source
    distance: str
    weight: float
    text: str = ""
    mismatch: str = ""  # why it does not speak for this step although it is shown


def observations(
    aim: Aim, recipes: Iterable[Recipe], precedents: Iterable[Precedent], cited: Iterable[Precedent] = ()
) -> tuple[Observation, ...]:
    """Return the records that bear on `aim`, closest and heaviest first, those of another medium or reductant last.

    The second scoring of one experiment against another target is left out, and a reaction that only repeats a recipe
    (same paper) adds nothing. `cited` are the precedents the route planner names for this very step; a recipe among
    them has had its say as a recipe.
    """
    every = tuple(recipes)
    found = [o for recipe in every if (o := _from_recipe(recipe, aim)) is not None]
    papers = {_paper(o.source) for o in found}
    named = {p.id for p in cited}
    told = {recipe.id for recipe in every}
    for precedent in {p.id: p for p in (*cited, *precedents) if p.id not in told}.values():
        observation = _from_precedent(precedent, aim, is_cited=precedent.id in named)
        if observation is not None and _paper(observation.source) not in papers:
            found.append(observation)
    return tuple(sorted(found, key=lambda o: (bool(o.mismatch), ORDER.index(o.distance), -o.weight, o.id)))


def _paper(source: Source) -> str:
    return source.doi.lower() or re.sub(r"\W+", "", source.citation.lower())


def _from_recipe(recipe: Recipe, aim: Aim) -> Observation | None:
    if is_rescored(recipe):
        return None
    target = recipe.target_cluster or next(iter(clusters_in(recipe.target)), None)
    distance = _distance(target, recipe.target, recipe.ligand, aim)
    outcome = recipe.outcome
    wants_mixture = outcome.outcome_class == "mixture_or_impure" and is_mixture(recipe.target)
    if wants_mixture and (aim.makes_mixture or aim.stage == "complex formation"):
        outcome = replace(outcome, success=True)  # it made what it set out for, and the complex on the way
        distance = SAME_MIXTURE if aim.makes_mixture and distance == SAME_LIGAND else distance
    elif outcome.success is False and (hit := _product_distance(recipe, aim)):
        # it missed its own target but gave ours: for this step it is a success
        distance, outcome = hit, replace(outcome, success=True)
    if not distance or (stage_of(recipe) == "" and not _may_be(aim, distance)):
        return None
    is_same_stage, conditions = cut_to_stage(recipe, aim)
    if not is_same_stage:
        return None
    mismatch = _mismatch(recipe, target, aim)
    is_elsewhere = speaks_of_other_stage(recipe, aim)
    varied = "" if is_elsewhere and recipe.series_parameter in ("time_h", "temperature_C") else recipe.series_parameter
    told = [clause for clause in recipe.conditions.other.split("; ") if clause != _CURATED]
    text = "; ".join(part for part in (*told, recipe.procedure.get("purification", "")) if part)
    weight = WEIGHTS[distance] * _READ[recipe.source.level] * _definition(outcome)
    return Observation(
        id=recipe.id,
        series=recipe.series,
        series_parameter=varied,
        target=recipe.target,
        conditions=conditions,
        outcome=outcome,
        source=recipe.source,
        distance=distance,
        weight=weight * (0.2 if mismatch else 1.0),
        text="" if is_elsewhere else text,
        mismatch=mismatch,
    )


def is_defined(outcome: Outcome) -> bool:
    """Whether the record says what came out and that it was one size."""
    vague = any(word in outcome.outcome_class for word in _UNDEFINED_PRODUCT)
    return outcome.success is not None and not vague


def _definition(outcome: Outcome) -> float:
    if outcome.success is None:
        return 0.3
    return 1.0 if is_defined(outcome) else 0.5


def _product_distance(recipe: Recipe, aim: Aim) -> str:
    if aim.cluster is None or recipe.outcome.outcome_class != "other_single_product":
        return ""
    found = next(iter(clusters_in(recipe.outcome.product)), None)
    return _core_distance(found, aim.cluster) if found else ""


def _may_be(aim: Aim, distance: str) -> bool:
    """Whether a record that does not say which stage it is about may be read for this stage."""
    return aim.stage in ("reduction", "complex formation") or distance == SAME_TARGET


def _mismatch(recipe: Recipe, target: Nanocluster | None, aim: Aim) -> str:
    """Say why a record hardly speaks for the step, or return an empty string.

    That is water against organic solvent, another reductant, another starting mixture, another kind of ligand shell, a
    flow reactor, and a number of which the source does not say which stage it belongs to.
    """
    if stage_of(recipe) == "" and recipe.conditions.n_numeric:
        return STAGE_UNKNOWN
    if _IN_FLOW.search(recipe.conditions.other):
        return "flow reactor"
    if other := _other_start_or_shell(recipe.starting_material, target, aim):
        return other
    if aim.reductant and recipe.conditions.reductant:
        reductant = find_reductant(recipe.conditions.reductant)
        if reductant is None or reductant.name != aim.reductant:
            return "other reductant"
    if aim.ligand is None or aim.ligand.is_generic:
        return ""
    ligand = ligand_called(recipe.ligand)
    if ligand is not None and not ligand.is_generic:
        return "" if is_polar(ligand) == aim.is_aqueous else "other medium"
    solvents = recipe.conditions.solvents
    return "other medium" if solvents and ("water" in solvents) != aim.is_aqueous else ""


def _other_start_or_shell(start: str, made: Nanocluster | None, aim: Aim) -> str:
    if not shares_mixture(start, aim):
        return "other starting mixture"
    if made is None or aim.cluster is None or made.n_metals == 1 or aim.stage == "complex formation":
        return ""
    return "" if _organic_classes(made) == _organic_classes(aim.cluster) else "other kind of shell"


def _organic_classes(cluster: Nanocluster) -> set[str]:
    return {ligand.ligand_class for ligand, _ in cluster.ligands if not ligand.is_bare_atom}


def _from_precedent(precedent: Precedent, aim: Aim, *, is_cited: bool) -> Observation | None:
    if precedent.transformation is not aim.transformation and not is_cited:
        return None
    distances = {c: d for c in precedent.product_clusters if (d := _distance(c, c.formula, "", aim))}
    made = min(distances, key=lambda c: ORDER.index(distances[c]), default=None)
    distance = distances[made] if made else ""
    if not distance and is_cited:
        distance = SAME_CLASS
    if not distance or not shares_reactant(precedent.reactant_clusters, aim):
        return None
    success = precedent.succeeded
    given = precedent.conditions if aim.stage != "size focusing" else without_reduction(precedent.conditions)
    mismatch = _other_start_or_shell("; ".join(precedent.reactants), made, aim)
    return Observation(
        id=precedent.id,
        series="",
        series_parameter="",
        target=" + ".join(precedent.products),
        conditions=given,
        outcome=Outcome(success, "" if success else "failed", " + ".join(precedent.products), precedent.yield_percent),
        source=precedent.source,
        distance=distance,
        weight=WEIGHTS[distance] * _READ[precedent.source.level] * (0.2 if mismatch else 1.0),
        text=given.other,
        mismatch=mismatch,
    )


def _distance(cluster: Nanocluster | None, target: str, ligand_text: str, aim: Aim) -> str:
    """Return how close a record's target is to the aim, or an empty string when it does not bear on it."""
    if cluster is not None and cluster == aim.complex:
        return SAME_COMPLEX
    if aim.cluster is not None and cluster is not None and (core := _core_distance(cluster, aim.cluster)):
        return _with_ligand_named(core, ligand_text, aim)
    metals = frozenset(dict(cluster.metals)) if cluster else frozenset(re.findall(r"Au|Ag|Cu|Pt|Pd|Cd|Hg|Ni", target))
    if not metals & aim.metals or aim.ligand is None or (len(metals) > 1 and metals != aim.metals):
        return ""
    names = _ligands(ligand_text) or ({k for k, _ in cluster.ligands} if cluster else set())
    if any(ligand.name == aim.ligand.name for ligand in names):
        return SAME_LIGAND
    return SAME_CLASS if any(ligand.ligand_class == aim.ligand.ligand_class for ligand in names) else ""


def _with_ligand_named(core: str, ligand_text: str, aim: Aim) -> str:
    """Sharpen a record with an open ligand (SR) by its ligand cell, where that names one."""
    named = [ligand for ligand in _ligands(ligand_text) if not ligand.is_generic]
    if core != SAME_CORE_OPEN or len(named) != 1:
        return core
    return SAME_TARGET if named[0] == aim.ligand else SAME_CORE


def _core_distance(cluster: Nanocluster, aim: Nanocluster) -> str:
    shells = _shell(cluster), _shell(aim)
    if shells[0] != shells[1]:
        return ""
    if cluster.metals == aim.metals:
        if cluster.ligands == aim.ligands:
            return SAME_TARGET
        return SAME_CORE_OPEN if cluster.is_generic else SAME_CORE
    if aim.dopants and cluster.n_metals == aim.n_metals and set(dict(cluster.metals)) <= set(dict(aim.metals)):
        if cluster.ligands == aim.ligands:
            return PARENT
        return SAME_CORE_OPEN if cluster.is_generic else SAME_CORE
    return ""


def _shell(cluster: Nanocluster) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for ligand, n in cluster.ligands:
        counts[ligand.ligand_class] = counts.get(ligand.ligand_class, 0) + n
    return tuple(sorted(counts.items()))


def _ligands(text: str) -> set[Ligand]:
    return {ligand for part in text.split(" + ") if part and (ligand := ligand_called(part)) is not None}
