"""The cited recipes of the packaged tables as synthesis records.

What the tables say of the product becomes an `OutcomeClass` as follows; a source that leaves purity or identity open
gives None, and the word of the table stays in ``extra``.

| word of the table | class |
|---|---|
| monodisperse | monodisperse |
| mixture_or_impure | mixture |
| other_single_product | other cluster |
| nanoparticles | nanoparticles |
| target_not_formed | None: what formed instead is not said (S119 copper oxides, S120 the complexes: nothing) |
| major_product_purity_not_stated, nanoclusters_monodispersity_not_stated, luminescent_not_atomically_defined | None |
| empty (no result reported, or contradictory) | None |
"""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from superatom.data.records import Quantity, Recipe
from superatom.data.reference import recipes
from superatom.data.rows import Row, packaged_rows
from superatom.data.stores.values import Stored
from superatom.data.synthesis_records import Origin, OutcomeClass, Product, Stage, SynthesisRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLASSES = {
    "monodisperse": OutcomeClass.MONODISPERSE,
    "mixture_or_impure": OutcomeClass.MIXTURE,
    "other_single_product": OutcomeClass.OTHER_CLUSTER,
    "nanoparticles": OutcomeClass.NANOPARTICLES,
}
_NOTHING = frozenset({"S119", "S120"})  # copper oxides, and the complexes left as they were: no cluster formed
_STAGES = {"complexation": "complexation", "reduction": "reduction", "aging": "ageing"}
_VOLUME = re.compile(r"(?P<name>.+?)\s+(?P<mL>\d+(?:\.\d+)?)")
# columns of the tables that `Recipe` leaves out and that whoever learns from the outcomes must know of
_FLAGS = ("outcome", "outcome_class", "outcome_basis", "rescored_alt_target", "yield_qualifier")


@cache
def cited_recipes() -> Mapping[str, Stored]:
    """Return the cited recipes by id, in table order.

    >>> recipe = cited_recipes()["L002"]
    >>> recipe.record.target, [stage.action for stage in recipe.record.stages], recipe.is_cited
    ('[Au25(PET)18]-', ['complexation', 'reduction', 'purification'], True)
    >>> str(recipe.record.amounts["HAuCl4.3H2O"]), recipe.record.product.outcome_class
    ('157.6 mg', None)
    """
    rows = {row["recipe_id"]: row for name in ("recipes.csv", "recipes_read.csv") for row in packaged_rows(name)}
    return MappingProxyType(
        {
            recipe.id: Stored(recipe.id, 1, 0, None, "superatom", "cited", to_record(recipe, rows.get(recipe.id)))
            for recipe in recipes()
        }
    )


def to_record(recipe: Recipe, row: Row | None = None) -> SynthesisRecord:
    """Return a recipe as a synthesis record; `row` is its line of the table, for the flags of the curator."""
    outcome = recipe.outcome
    return SynthesisRecord(
        target=recipe.target,
        ligands=tuple(part for part in recipe.ligand.split(" + ") if part),
        precursors=tuple(part for part in recipe.metal_salt.split(" + ") if part),
        starting_material=recipe.starting_material,
        conditions=recipe.conditions,
        amounts=_amounts(recipe),
        stages=_stages(recipe),
        product=Product(
            outcome_class=OutcomeClass.NOTHING if recipe.id in _NOTHING else _CLASSES.get(outcome.outcome_class),
            formula=outcome.product,
            yield_percent=outcome.yield_percent,
            note=outcome.purity_note,
        ),
        series=recipe.series,
        series_parameter=recipe.series_parameter,
        origin=Origin.LITERATURE,
        source=recipe.source,
        notes=recipe.notes,
        extra={flag: row[flag] for flag in _FLAGS if row[flag]} if row is not None else {},
    )


def _amounts(recipe: Recipe) -> dict[str, Quantity]:
    """Return the amounts by chemical; a salt given in mg and in mmol has both, the mmol as ``SALT (amount)``."""
    given = dict(recipe.amounts)
    volumes = given.pop("solvent_volumes_mL", "")
    mg = given.pop("metal_salt_mg", "")
    found: dict[str, Quantity] = {}
    if mg:
        found[recipe.metal_salt or "metal salt"] = Quantity.parse(mg, "mg")
    names = {"metal_salt": recipe.metal_salt, "ligand": recipe.ligand, "reductant": recipe.conditions.reductant}
    for what, name in names.items():
        if text := given.get(f"{what}_mmol"):
            key = name or what.replace("_", " ")
            found[f"{key} (amount)" if key in found else key] = Quantity.parse(text, "mmol")
    for part in (part.strip() for part in volumes.split(";") if part.strip()):
        if match := _VOLUME.fullmatch(part):
            found[match["name"]] = Quantity.parse(match["mL"], "mL")
    return found


def _stages(recipe: Recipe) -> tuple[Stage, ...]:
    stages = []
    for column, action in _STAGES.items():
        temperature, time = (recipe.procedure.get(f"{column}_{what}", "") for what in ("temperature_C", "time_h"))
        if temperature or time:
            stages.append(
                Stage(
                    action,
                    added=(recipe.conditions.reductant,)
                    if action == "reduction" and recipe.conditions.reductant
                    else (),
                    temperature_C=Quantity.parse(temperature, "degC") if temperature else None,
                    time_h=Quantity.parse(time, "h") if time else None,
                )
            )
    if text := recipe.procedure.get("purification"):
        stages.append(Stage("purification", text=text))
    return tuple(stages)
