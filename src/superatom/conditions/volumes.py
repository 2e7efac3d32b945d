"""What close records say beyond the levers: solvent volumes and concentrations, additive amounts, yields.

A volume is scaled from a record by its metal, or from a stated concentration; where no record gives either, a screening
concentration is used and flagged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from superatom.conditions.aim import aim_of, ligand_called, ligands_in
from superatom.conditions.evidence import CLOSE, ORDER, SAME_MIXTURE, SAME_TARGET, WEIGHTS
from superatom.conditions.levers import Lever, LeverAdvice, StepSettings
from superatom.conditions.procedure import CONVERSIONS, Action, Kind
from superatom.data.reagents import Reagent, reagent_table
from superatom.data.records import Quantity, Recipe, Species, Step, Transformation
from superatom.data.reference import recipes
from superatom.data.solvents import solvent
from superatom.errors import UnknownNameError
from superatom.structures.elements import METALS, molar_mass
from superatom.structures.ligands import Ligand

SCREENING_CONCENTRATION_mM = 5.0
_BOROHYDRIDE_M = 0.2  # the stock solution of L007-L010 and L013, whose products are clusters and small particles
_NEAT = re.compile(r"\bneat ")
_FOR_REDUCTANT = re.compile(r"reductant|ice-cold|BH4")
_LAYER_REMOVED = re.compile(r"aqueous (?:layer|phase) removed")
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


def closest_recipes(settings: StepSettings) -> list[tuple[Recipe, str]]:
    """Return every recipe behind the settings once, closest first."""
    found = {r.id: (r, d) for advice in settings.advice for r, d in close_recipes(advice).found}
    return sorted(found.values(), key=lambda pair: (ORDER.index(pair[1]), pair[0].id))


def solvent_volumes(
    step: Step, settings: StepSettings, metal: float, borohydride: float = 0.0
) -> tuple[list[SolventVolume], list[str]]:
    """Return solvents with volumes for `metal` mmol of metal, and remarks.

    `borohydride` is the mmol of a borohydride salt, which goes in as a solution of its own.
    """
    found, for_reductant, remarks = _from_a_record(step, settings, metal)
    if not found:
        apart = {s.name.split(" (")[0] for s in for_reductant} if borohydride else set()
        found, remarks = _by_concentration(step, settings, metal, apart)
    if borohydride and not any(s.is_for_reductant for s in found):
        basis = f"{_BOROHYDRIDE_M:g} M, as in L007 and L013; a first choice, as no closer record gives it"
        volume = borohydride / _BOROHYDRIDE_M
        own = SolventVolume("water (ice-cold, for the borohydride)", volume, basis, is_for_reductant=True)
        found = [*found, *(for_reductant or [own])]
    return found, remarks


def _from_a_record(
    step: Step, settings: StepSettings, metal: float
) -> tuple[list[SolventVolume], list[SolventVolume], list[str]]:
    """Return the volumes of the first record that gives them for the advised solvents, and remarks.

    Beside them stand the first volumes given for a reductant, from whichever record.
    """
    for_reductant: list[SolventVolume] = []
    advice = settings[Lever.SOLVENT.value]
    for recipe, distance in close_recipes(advice).found:
        if distance not in CLOSE:
            continue
        scaled = _from_volumes(recipe, metal)
        for_reductant = for_reductant or [s for s in scaled if s.is_for_reductant]
        main = {s.name for s in scaled if not s.is_for_reductant}
        if not main or (advice.basis == "records" and not main <= set(chosen_solvents(advice, None)[0])):
            continue
        remarks = [f"Solvent volumes scaled by the metal from {recipe.id} ({distance})."]
        if step.transformation is Transformation.COMPLEXATION:
            return [s for s in scaled if not s.is_for_reductant], [], remarks
        if _LAYER_REMOVED.search(recipe.conditions.other):
            scaled = [s for s in scaled if s.is_for_reductant or s.name != "water"]
        return scaled, for_reductant, remarks
    return [], for_reductant, []


def works_in_water(step: Step, settings: StepSettings, metal: float) -> bool:
    """Whether a step has a pH to set: a polar shell, and water among the solvents beside that of the reductant."""
    solvents, _ = solvent_volumes(step, settings, metal)
    main = {s.name for s in solvents if not s.is_for_reductant}
    return aim_of(step).is_aqueous and ("water" in main or not main)


def layer_removed_in(settings: StepSettings) -> str:
    """Return the closest record that takes the aqueous layer off after the phase transfer, or an empty string."""
    close = (r.id for r, d in closest_recipes(settings) if d in CLOSE and _LAYER_REMOVED.search(r.conditions.other))
    return next(close, "")


def _by_concentration(
    step: Step, settings: StepSettings, metal: float, apart: set[str]
) -> tuple[list[SolventVolume], list[str]]:
    """Return the chosen solvents at a record's or the screening concentration; those `apart` carry the reductant."""
    advice = settings[Lever.SOLVENT.value]
    names, remarks = chosen_solvents(advice, hottest_C(settings))
    names = [n for n in names if n not in apart] or names
    if own := _of_the_complex(step, settings):
        recipe, distance = own
        names, remarks = _solvent_names("/".join(recipe.conditions.solvents)), []
        if names != chosen_solvents(advice, None)[0]:
            remarks = [f"The solvent is that of {recipe.id}, which makes this very complex ({distance})."]
    if (neat := _neat_in(settings[Lever.RATIO.value])) and step.transformation in CONVERSIONS:
        names = [n for n in names if n == "water"]
        remarks = [f"The ligand is taken neat, as in {neat}: it is the organic phase, and no other solvent goes in."]
        if not names:
            return [], remarks
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


def _neat_in(advice: LeverAdvice) -> str:
    """Return the record behind advice on the ligand that takes it neat, where no figure does; else an empty string."""
    cited = (r for r, _ in close_recipes(advice).found if r.id in advice.cited and advice.value is None)
    return next((r.id for r in cited if _NEAT.search(r.conditions.other)), "")


def is_two_phase(names: list[str]) -> bool:
    """Whether water stands beside a solvent that does not mix with it.

    >>> is_two_phase(["water", "toluene"]), is_two_phase(["water", "methanol"])
    (True, False)
    """
    return "water" in names and any(not _mixes_with_water(name) for name in names)


def _mixes_with_water(name: str) -> bool:
    try:
        return solvent(name).is_miscible_with_water
    except UnknownNameError:
        return True


def ligand_by_weight(settings: StepSettings, mixture: Species, ligand: Ligand) -> str:
    """Return how many mg of free ligand a close record gives per mg of such a mixture, or an empty string."""
    held = {x for x, _ in mixture.cluster.ligands} if mixture.cluster is not None else set()
    for recipe, distance in closest_recipes(settings):
        start = re.search(r"(\d+(?:\.\d+)?)\s*mg", recipe.starting_material)
        if (
            distance in CLOSE
            and start
            and held & ligands_in(recipe.starting_material)
            and (mg := _ligand_mg(recipe, ligand))
        ):
            ratio = mg / float(start[1])
            where = f"{mg:.3g} mg per {start[1]} mg in {recipe.id}, {distance}"
            return f"{ratio:.2g} mg per mg of dry starting mixture ({where})"
    return ""


def _ligand_mg(recipe: Recipe, ligand: Ligand) -> float | None:
    for amount, word in re.findall(r"(\d+(?:\.\d+)?)\s*mg\s+([\w-]+)", recipe.conditions.other):
        if ligand_called(word) == ligand:
            return float(amount)
    text = recipe.amounts.get("ligand_mmol")
    if not text or ligand_called(recipe.ligand) != ligand:
        return None
    return Quantity.parse(text, "mmol").middle * (molar_mass(ligand.atoms) + molar_mass({"H": 1}))


def _of_the_complex(step: Step, settings: StepSettings) -> tuple[Recipe, str] | None:
    """Return the recipe whose own target is the complex a complex formation makes, where one names its solvent."""
    if step.transformation is not Transformation.COMPLEXATION or step.product.cluster is None:
        return None
    made = ((r, d) for r, d in closest_recipes(settings) if r.target_cluster == step.product.cluster)
    return next(((r, d) for r, d in made if r.conditions.solvents), None)


def chosen_solvents(advice: LeverAdvice, hottest: float | None) -> tuple[list[str], list[str]]:
    """Return the solvents to use and a remark where the step is hotter than they boil."""
    if advice.basis == "records":
        names = list(advice.substances)
        return names, [f"{name} boils below {hottest:g} °C: use a closed vessel or another solvent." for name in names
                       if hottest is not None and boils_below(name, hottest)]  # fmt: skip
    points = [str(p) for p in advice.screening or ()]
    usable = [p for p in points if hottest is None or not any(boils_below(n, hottest) for n in _solvent_names(p))]
    if not points:
        return [], []
    first = _solvent_names((usable or points)[0])
    if not usable:
        return first, [f"{points[0]} boils below {hottest:g} °C: use a closed vessel or another solvent."]
    if usable[0] != points[0]:
        return first, [f"{points[0]} would boil at {hottest:g} °C; {usable[0]} is taken first."]
    return first, []


def _solvent_names(text: str) -> list[str]:
    """Split ``water + dichloromethane (or chloroform)`` or ``water/toluene`` into names."""
    return re.split(r"\s*/\s*|\s+\+\s+", re.sub(r"\s*\([^)]*\)", "", text).strip())


def hottest_C(settings: StepSettings) -> float | None:  # noqa: N802 - the unit is part of the name
    """Return the temperature the settings ask for, else the highest one they screen, in degC; None without either."""
    advice = settings[Lever.TEMPERATURE.value]
    if advice.value is not None and advice.value.high is not None:
        return advice.value.high
    return max((p for p in advice.screening or () if isinstance(p, float)), default=None)


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
    return scaled


def reported_yield(step: Step, settings: StepSettings) -> tuple[float | None, str]:
    """Return the yield in percent that a record reports for the same target, and what it rests on."""
    target = step.product.formula
    told = [
        (recipe, percent)
        for recipe, distance in closest_recipes(settings)
        if (percent := recipe.outcome.yield_percent) is not None and recipe.outcome.success and distance == SAME_TARGET
    ]
    if not told:
        return None, f"no yield of {target} is on record; 100 % is assumed throughout"
    recipe, percent = min(told, key=lambda pair: None in (pair[1].low, pair[1].high))  # a figure before a bound
    where = f"{recipe.id}, {recipe.source.citation}; on the basis the source counts by"
    return percent.middle, f"{percent} reported for {target} ({where})"


def work_up(step: Step, settings: StepSettings) -> tuple[Action, ...]:
    """Return the work-up of the closest record that describes one for this core, as one sentence, or nothing.

    For a size mixture only a record of that mixture counts: others purify what is focused from it.
    """
    if step.product.kind not in ("cluster", "mixture"):
        return ()
    near = frozenset({SAME_MIXTURE}) if step.product.kind == "mixture" else CLOSE
    for recipe, distance in closest_recipes(settings):
        if distance in near and (words := recipe.procedure.get("purification")):
            return (Action(f"Work-up as in {recipe.id} ({distance}): {words}.", Kind.WORK_UP),)
    return ()
