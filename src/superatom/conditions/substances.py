"""A lever that is a substance (solvent, additives): what close records used, ranked, and what failed."""

from __future__ import annotations

from dataclasses import replace

from superatom.conditions.aim import Aim
from superatom.conditions.evidence import (
    CLOSE,
    EXACT,
    ORDER,
    SAME_COMPLEX,
    SAME_LIGAND,
    SAME_TARGET,
    Observation,
    is_defined,
)
from superatom.conditions.levers import Lever, LeverAdvice, Strength
from superatom.conditions.readings import lever_words, substances_of, varied_lever
from superatom.conditions.trends import Trend
from superatom.conditions.words import advise_words, near_distances
from superatom.data.records import Transformation


def advise_substance(
    base: LeverAdvice, lever: Lever, aim: Aim, found: tuple[Observation, ...], trends: tuple[Trend, ...]
) -> LeverAdvice:
    """Rank the substances that close records used; a substance that failed for the same aim is a conflict."""
    votes: dict[str, list[Observation]] = {}
    for o in found:
        if (words := lever_words(o, lever)) and not o.mismatch and o.outcome.success is not False:
            votes.setdefault(words, []).append(o)
    near = near_distances(lever, aim)
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
        advice = advise_words(replace(base, conflicts=conflicts), lever, aim, trends)
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
        substances=substances_of(best[0], lever),
        cited=tuple(o.id for o in best),
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
