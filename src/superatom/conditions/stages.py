"""Cutting a literature recipe to one stage of the preparation it describes.

Time and temperature belong to one stage (complex formation, reduction, size focusing, a conversion); amounts, solvent,
pH and additives are set once and carried through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from superatom.conditions.aim import Aim, clusters_in, shares_reactant
from superatom.data.records import Conditions, Quantity, Recipe
from superatom.data.reference import recipes

_MIXTURE = re.compile(
    r"x\([^)]*\)y|N\([^)]*\)x|_n\b|_n\(|mixture|\bNPs?\b|particle|unsorted|polydisperse", re.IGNORECASE
)
_ETCHING_WORDS = ("etch", "size-focus", "size focus")
_COMPLEX_WORDS = ("before the thiol", "before thiol", "complexation time", "complexation step")


def cut_to_stage(recipe: Recipe, aim: Aim) -> tuple[bool, Conditions]:
    """Return whether the recipe has a stage like the step's, and its settings at that stage.

    Time and temperature belong to one stage; the amounts, solvent, pH and additives are set once and carried through.
    """
    stage, given = stage_of(recipe), recipe.conditions
    procedure = recipe.procedure
    about_complex = _is_about_complex(recipe)
    is_stirred_early = "stirring_rpm is the phase-transfer" in recipe.notes
    if aim.stage == "complex formation":
        if stage not in ("complex formation", "reduction", ""):
            return False, given
        one_stage = about_complex or stage == "complex formation"
        return True, replace(
            given,
            time_h=_cell(procedure, "complexation_time_h", "h") or (given.time_h if one_stage else None),
            temperature_C=_cell(procedure, "complexation_temperature_C", "degC")
            or (given.temperature_C if one_stage else None),
            stirring_rpm=given.stirring_rpm if stage == "complex formation" or is_stirred_early else None,
            solvents=_before_reductant(recipe),
            reductant="",
            reductant_to_metal_ratio=None,
        )
    if aim.stage == "reduction":
        return stage in ("reduction", ""), replace(
            given,
            time_h=_cell(procedure, "reduction_time_h", "h") or (None if about_complex else given.time_h),
            temperature_C=_cell(procedure, "reduction_temperature_C", "degC")
            or (None if about_complex else given.temperature_C),
            stirring_rpm=None if is_stirred_early else given.stirring_rpm,
        )
    if aim.stage == "size focusing":
        is_focusing = stage == "size focusing" or _cell(procedure, "aging_time_h", "h") is not None
        is_focusing = is_focusing or any(word in given.other.lower() for word in _ETCHING_WORDS)
        if stage != "size focusing":
            given = without_reduction(given)
        return is_focusing, replace(
            given,
            time_h=_cell(procedure, "aging_time_h", "h") or (given.time_h if stage == "size focusing" else None),
            temperature_C=_cell(procedure, "aging_temperature_C", "degC")
            or (given.temperature_C if stage == "size focusing" else None),
        )
    starts = clusters_in(recipe.starting_material)
    if not stage:
        return True, given
    return bool(starts) and shares_reactant(starts, aim), given


def _before_reductant(recipe: Recipe) -> tuple[str, ...]:
    """Return the solvents without those that only come in with the reductant."""
    parts = [part.strip() for part in recipe.amounts.get("solvent_volumes_mL", "").split(";")]
    late = {part.split()[0] for part in parts if "(reductant)" in part}
    late -= {part.split()[0] for part in parts if part and "(reductant)" not in part}
    return tuple(name for name in recipe.conditions.solvents if name not in late)


def without_reduction(given: Conditions) -> Conditions:
    """Return the settings of a preparation that belong to its size focusing: those of its reduction are taken out."""
    if not given.reductant:
        return given
    return replace(given, solvents=(), reductant="", reductant_to_metal_ratio=None)


def stage_of(recipe: Recipe) -> str:
    """Return what stage a recipe is about, from its starting material; an empty string where it does not say."""
    start = recipe.starting_material
    if clusters_in(start):
        return "conversion"
    if start and is_mixture(start):
        return "size focusing"
    if re.match(r"(?:Au|Ag|Cu|Pt|Pd)\d+\b", start):
        return "conversion"  # a cluster named by its core alone, such as Cu36
    if recipe.target_cluster is not None and recipe.target_cluster.n_metals == 1:
        return "complex formation"
    if not (start or recipe.metal_salt or recipe.conditions.reductant) and recipe.series in _conversion_series():
        return "conversion"  # the untouched end of a series of conversions
    if start or recipe.metal_salt or recipe.conditions.reductant or recipe.series_parameter:
        return "reduction"
    return ""  # the source does not say


@cache
def _conversion_series() -> frozenset[str]:
    return frozenset(r.series for r in recipes() if r.series and clusters_in(r.starting_material))


def speaks_of_other_stage(recipe: Recipe, aim: Aim) -> bool:
    """Whether what a recipe tells in words, or varied in its series, belongs to the other of complex and reduction."""
    about_complex = _is_about_complex(recipe) or stage_of(recipe) == "complex formation"
    if aim.stage == "complex formation":
        return not about_complex
    return aim.stage == "reduction" and about_complex


def _is_about_complex(recipe: Recipe) -> bool:
    return any(word in f"{recipe.conditions.other}; {recipe.notes}".lower() for word in _COMPLEX_WORDS)


def is_mixture(text: str) -> bool:
    """Whether a text names a size mixture or unsorted particles.

    >>> is_mixture("Aux(SR)y"), is_mixture("Au-SG clusters, unsorted"), is_mixture("Au38(PET)24")
    (True, True, False)
    """
    return bool(_MIXTURE.search(text))


def _cell(procedure: Mapping[str, str], name: str, unit: str) -> Quantity | None:
    text = procedure.get(name, "")
    return Quantity.parse(text, unit) if text else None
