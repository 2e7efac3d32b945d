"""What close records say beyond the levers: solvent volumes and concentrations, additive amounts, yields.

A volume is scaled from a record by its metal, or from a stated concentration; where no record gives either, a screening
concentration is used and flagged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from superatom.conditions.evidence import CLOSE, ORDER, SAME_TARGET, WEIGHTS
from superatom.conditions.levers import Lever, LeverAdvice, StepSettings
from superatom.data.reagents import Reagent, reagent_table
from superatom.data.records import Quantity, Recipe, Step, Transformation
from superatom.data.reference import recipes
from superatom.data.solvents import solvent
from superatom.errors import UnknownNameError
from superatom.structures.elements import METALS

SCREENING_CONCENTRATION_mM = 5.0
_FOR_REDUCTANT = re.compile(r"reductant|ice-cold|BH4")
_VOLUME = re.compile(r"(?P<name>.+?)\s+(?P<mL>\d+(?:\.\d+)?)$")


@dataclass(frozen=True, slots=True)
class SolventVolume:
    """One solvent with its volume in mL (None where nothing says how much) and what it rests on."""

    name: str
    volume_mL: float | None
    basis: str
    is_for_reductant: bool = False


@dataclass(frozen=True, slots=True)
class CloseRecipes:
    """The recipes behind an advice that did not fail, closest first."""

    found: tuple[tuple[Recipe, str], ...]

    def additive_ratios(self, reagent: Reagent) -> Iterator[tuple[Recipe, float]]:
        """Yield additive per metal (mol/mol) from records that weigh both."""
        for recipe, _ in self.found:
            metal = metal_mmol(recipe)
            for text in recipe.conditions.additives:
                if metal and (match := re.search(r"(\d+(?:\.\d+)?)\s*mg", text)):
                    yield recipe, float(match[1]) / reagent.molar_mass / metal


def close_recipes(advice: LeverAdvice) -> CloseRecipes:
    """Return the recipes named in an advice, without the failed ones and those of another medium."""
    by_id = {r.id: r for r in recipes()}
    usable = [r for r in advice.records if r.succeeded is not False and r.distance in WEIGHTS]
    pairs = ((record_id, ref.distance) for ref in usable for record_id in ref.id.split(", "))
    return CloseRecipes(tuple((by_id[record_id], distance) for record_id, distance in pairs if record_id in by_id))


def metal_mmol(recipe: Recipe) -> float | None:
    """Return the metal a recipe starts from in mmol, from its mmol or mg cell; None where it gives neither.

    Milligrams are read with the molar mass of the named salt (``HAuCl4.3H2O``); a salt the table lacks gives None.
    """
    if text := recipe.amounts.get("metal_salt_mmol"):
        return Quantity.parse(text, "mmol").middle
    mg, salt = recipe.amounts.get("metal_salt_mg"), recipe.metal_salt
    table = reagent_table()
    if not mg or salt not in table:
        return None
    reagent = table.find(salt)
    if reagent.name == "HAuCl4":  # sold and weighed as a hydrate whose water the record does not give
        return None
    atoms = sum(n for unit, n in reagent.units if unit in METALS)
    return Quantity.parse(mg, "mg").middle / reagent.molar_mass * atoms


def solvent_volumes(step: Step, settings: StepSettings, metal: float) -> tuple[list[SolventVolume], list[str]]:
    """Return solvents with volumes for `metal` mmol of metal, and remarks."""
    advice = settings[Lever.SOLVENT.value]
    for recipe, distance in close_recipes(advice).found:
        if "size" not in distance and (scaled := _from_volumes(recipe, metal)):
            if step.transformation is Transformation.COMPLEXATION:
                scaled = [s for s in scaled if not s.is_for_reductant]
            return scaled, [f"Solvent volumes scaled by the metal from {recipe.id} ({distance})."]
    names, remarks = chosen_solvents(advice, hottest_C(settings))
    for recipe, distance in close_recipes(advice).found:
        concentration = recipe.conditions.metal_concentration_mM
        if concentration is not None:
            total = metal / concentration.middle * 1000
            basis = f"{concentration.text} mM metal as in {recipe.id} ({distance})"
            return _split_evenly(names, total, basis), remarks
    total = metal / SCREENING_CONCENTRATION_mM * 1000
    basis = f"no record gives a concentration: {SCREENING_CONCENTRATION_mM:g} mM metal as a first choice to vary"
    if step.product.cluster is None or not names:
        return [], ["No solvent is known for this step."]
    return _split_evenly(names, total, basis), remarks


def chosen_solvents(advice: LeverAdvice, hottest: float | None) -> tuple[list[str], list[str]]:
    """Return the solvents to use and a remark where the step is hotter than they boil."""
    if advice.basis == "records":
        names = advice.recommendation.split(" (")[0].split("/")
        return names, [f"{name} boils below {hottest:g} °C: use a closed vessel or another solvent." for name in names
                       if hottest is not None and boils_below(name, hottest)]  # fmt: skip
    points = [str(p) for p in advice.screening or ()]
    usable = [p for p in points if hottest is None or not boils_below(p, hottest)]
    if points and not usable:
        return points[:1], [f"{points[0]} boils below {hottest:g} °C: use a closed vessel or another solvent."]
    if points and usable[0] != points[0]:
        return usable[:1], [f"{points[0]} would boil at {hottest:g} °C; {usable[0]} is taken first."]
    return usable[:1], []


def hottest_C(settings: StepSettings) -> float | None:  # noqa: N802 - the unit is part of the name
    """Return the highest temperature the settings ask for or screen, in degC, or None when there is none."""
    advice = settings[Lever.TEMPERATURE.value]
    asked = [advice.value.high] if advice.value is not None and advice.value.high is not None else []
    return max([*asked, *(p for p in advice.screening or () if isinstance(p, float))], default=None)


def boils_below(name: str, temperature: float) -> bool:
    """Whether a solvent boils at or below `temperature` (degC); False where its boiling point is not tabulated.

    >>> boils_below("dichloromethane", 80), boils_below("toluene", 80)
    (True, False)
    """
    try:
        boiling = solvent(name).boiling_point_C
    except UnknownNameError:
        return False
    return boiling is not None and boiling <= temperature


def _split_evenly(names: list[str], total: float, basis: str) -> list[SolventVolume]:
    if len(names) > 1:
        basis += "; split evenly, as no record gives the ratio"
    return [SolventVolume(name, total / len(names), basis) for name in names]


def _from_volumes(recipe: Recipe, metal: float) -> list[SolventVolume]:
    text, start = recipe.amounts.get("solvent_volumes_mL", ""), metal_mmol(recipe)
    if not text or not start:
        return []
    scaled = []
    for part in text.split(";"):
        if match := _VOLUME.match(part.strip()):
            volume = float(match["mL"]) * metal / start
            basis = f"{match['mL']} mL per {start:.3g} mmol metal in {recipe.id}"
            scaled.append(SolventVolume(match["name"], volume, basis, bool(_FOR_REDUCTANT.search(match["name"]))))
    return scaled if any(not s.is_for_reductant for s in scaled) else []


def reported_yield(step: Step, settings: StepSettings) -> tuple[float | None, str]:
    """Return the yield in percent that a record reports for the same target, and what it rests on."""
    target = step.product.formula
    for advice in settings.advice:
        for recipe, distance in close_recipes(advice).found:
            percent = recipe.outcome.yield_percent
            if percent is not None and recipe.outcome.success and distance == SAME_TARGET:
                where = f"{recipe.id}, {recipe.source.citation}; on the basis the source counts by"
                return percent.middle, f"{percent} reported for {target} ({where})"
    return None, f"no yield of {target} is on record; 100 % is assumed throughout"


def work_up(step: Step, settings: StepSettings) -> tuple[str, ...]:
    """Return the work-up of the closest record that describes one for this core, as one sentence, or nothing."""
    if step.product.kind != "cluster":
        return ()
    found = (pair for advice in settings.advice for pair in close_recipes(advice).found)
    close = [(ORDER.index(d), r.id, r, d) for r, d in found if d in CLOSE and r.procedure.get("purification")]
    if not close:
        return ()
    _, _, recipe, distance = min(close, key=lambda item: item[:2])
    return (f"Work-up as in {recipe.id} ({distance}): {recipe.procedure['purification']}.",)
