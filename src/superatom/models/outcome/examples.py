"""Examples an outcome model learns from: chemicals, settings as numbers, success or failure, and who they belong with.

An example comes from a record of the library, a cited recipe or a row of a table; the same value with ``success=None``
is a proposal. A setting that is not stated is not in `settings`. What follows from stated amounts by arithmetic (a
concentration from mmol and mL, a ligand concentration from the ratio) is filled in; nothing else is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from superatom.data.reagents import reagent_table
from superatom.data.records import Conditions, Quantity, Recipe
from superatom.data.rows import packaged_rows
from superatom.data.sheets.fields import field_named
from superatom.data.synthesis_records import SynthesisRecord
from superatom.errors import ModelError

# setting -> (unit of the bench, words, field of Conditions); the first five are those of Table 1 of Li et al.
SETTINGS: Mapping[str, tuple[str, str, str]] = {
    "ligand_mM": ("mM", "ligand concentration", "ligand_concentration_mM"),
    "metal_mM": ("mM", "metal concentration", "metal_concentration_mM"),
    "reductant_mM": ("mM", "reductant concentration", "reductant_concentration_mM"),
    "temperature_C": ("°C", "temperature", "temperature_C"),
    "ph": ("", "pH", "ph"),
    "ligand_to_metal": ("mol/mol", "ligand to metal", "ligand_to_metal_ratio"),
    "reductant_to_metal": ("mol/mol", "reductant to metal", "reductant_to_metal_ratio"),
    "time_h": ("h", "time", "time_h"),
    "stirring_rpm": ("rpm", "stirring", "stirring_rpm"),
}
DOUBTFUL = (
    "nanoclusters_monodispersity_not_stated", "luminescent_not_atomically_defined", "major_product_purity_not_stated",
)  # fmt: skip
LONGEST_NAME = 400  # characters of a chemical; structure descriptors of longer SMILES take minutes
_VOLUME = re.compile(r"(?P<what>.*?)\s*(?P<mL>\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Example:
    """One synthesis as an outcome model sees it.

    Attributes
    ----------
    id
        Unique among the examples.
    success
        Whether the target alone was made; None for a proposal.
    ligands, solvents
        Names or SMILES.
    reductant
        Name or SMILES; empty where not stated.
    settings
        Numbers by name with unit, such as ``temperature_C`` (`SETTINGS`, or the columns of a user's table).
    series
        Examples of one series stay together in a grouped split; empty for one that stands alone.
    remark
        Why the label is weaker than it looks, if it is.
    """

    id: str
    success: bool | None
    ligands: tuple[str, ...] = ()
    solvents: tuple[str, ...] = ()
    reductant: str = ""
    settings: Mapping[str, float] = field(default_factory=dict)
    series: str = ""
    remark: str = ""


def cited_examples(*, only_certain: bool = False) -> tuple[Example, ...]:
    """Return the labelled cited recipes, without those that score one experiment a second time.

    A success whose source leaves purity or identity open (`DOUBTFUL`) carries a remark, or is left out if
    `only_certain`. Without those, one of 45 recipes that state a metal concentration is a success: recipes with numbers
    are mostly of nanoparticles, and a model learns where a recipe was read rather than chemistry.

    Failures that a source only implies carry a remark.

    >>> examples = cited_examples()
    >>> next(e for e in examples if e.id == "S088").settings["metal_mM"]
    1.78
    """
    from superatom.data.reference import is_rescored, recipes

    flags = {row["recipe_id"]: row for name in ("recipes.csv", "recipes_read.csv") for row in packaged_rows(name)}
    examples = []
    for recipe in recipes():
        row = flags[recipe.id]
        if recipe.outcome.success is None or is_rescored(recipe):
            continue
        is_doubtful = row["outcome_class"] in DOUBTFUL
        if is_doubtful and only_certain:
            continue
        basis = row["outcome_class"].replace("_", " ") if is_doubtful else row["outcome_basis"]
        examples.append(example_of_recipe(recipe, remark="" if basis == "stated" else f"label: {basis}"))
    return tuple(examples)


def example_of_recipe(recipe: Recipe, *, remark: str = "") -> Example:
    """Return a cited recipe as an example."""
    settings = _settings(recipe.conditions)
    add_concentrations(settings, recipe.amounts, recipe.metal_salt)
    return Example(
        id=recipe.id,
        success=recipe.outcome.success,
        ligands=tuple(part.strip() for part in recipe.ligand.split(" + ") if part.strip()),
        solvents=recipe.conditions.solvents,
        reductant=recipe.conditions.reductant,
        settings=settings,
        series=recipe.series,
        remark=remark,
    )


def example_of_record(record: SynthesisRecord, id: str) -> Example:  # noqa: A002 -- as the store calls it
    """Return a record of the library as an example; ``success`` is None where no outcome was recorded.

    >>> from superatom.data.records import Conditions, Quantity
    >>> conditions = Conditions(temperature_C=Quantity.parse("0", "degC"), reductant="NaBH4")
    >>> example_of_record(SynthesisRecord("[Au25(PET)18]-", ("PET",), conditions=conditions), "r1").settings
    {'temperature_C': 0.0}
    """
    settings = _settings(record.conditions)
    volumes = [q.middle for q in record.amounts.values() if q.unit == "mL"]
    metal = {name: q for name, q in record.amounts.items() if q.unit in ("mg", "mmol") and _is_salt(name)}
    if len(metal) == 1 and volumes:
        [(name, quantity)] = metal.items()
        amounts = {f"metal_salt_{quantity.unit}": f"{quantity.middle}", "solvent_volumes_mL": f"in all {sum(volumes)}"}
        add_concentrations(settings, amounts, name)
    else:
        add_concentrations(settings)
    return Example(
        id=id,
        success=record.product.success,
        ligands=record.ligands,
        solvents=record.conditions.solvents,
        reductant=record.conditions.reductant,
        settings=settings,
        series=record.series or record.batch,
    )


def proposal(
    ligands: Iterable[str] = (), solvents: Iterable[str] = (), reductant: str = "",
    settings: Mapping[str, float] | None = None,
) -> Example:  # fmt: skip
    """Return a proposed recipe; concentrations that ratios imply are filled in.

    Raises `ModelError` for a number that cannot be, and for a name without letters or beyond `LONGEST_NAME`.

    >>> proposal(["PET"], ["THF"], "NaBH4", {"metal_mM": 10.0, "ligand_to_metal": 3.0}).settings["ligand_mM"]
    30.0
    """
    stated, kept = dict(settings or {}), (tuple(ligands), tuple(solvents))
    for name, value in stated.items():
        if name not in SETTINGS:
            continue
        unit, words, where = SETTINGS[name]
        low, high = field_named(where).possible
        if not low <= value <= high:
            bound = f"at least {low:g}" if value < low else f"at most {high:g}"
            raise ModelError(f"{name}={value:g} cannot be: {words} is {f'{bound} {unit}'.strip()}")
    for chemical in (*kept[0], *kept[1], reductant or "none"):
        if not chemical.strip():
            raise ModelError("a ligand or solvent without a name; give a name or a SMILES, or leave it out")
        if len(chemical) > LONGEST_NAME:
            raise ModelError(f"{chemical[:30]!r}... has {len(chemical)} characters; at most {LONGEST_NAME} are legal")
    add_concentrations(stated)
    return Example("proposal", None, *kept, reductant, stated)


def labelled(examples: Iterable[Example]) -> tuple[Example, ...]:
    """Return the examples with an outcome; raises `ModelError` unless both outcomes occur at least twice."""
    kept = tuple(e for e in examples if e.success is not None)
    n_good = sum(bool(e.success) for e in kept)
    if n_good < 2 or len(kept) - n_good < 2:
        raise ModelError(
            f"{n_good} successes and {len(kept) - n_good} failures: an outcome model needs at least two of each; "
            "record failures too"
        )
    if len({e.id for e in kept}) < len(kept):
        raise ModelError("two examples have the same id; every example needs its own")
    return kept


def _settings(conditions: Conditions) -> dict[str, float]:
    stated = {name: getattr(conditions, where) for name, (_, _, where) in SETTINGS.items()}
    return {name: q.middle for name, q in stated.items() if isinstance(q, Quantity)}


def add_concentrations(
    settings: dict[str, float], amounts: Mapping[str, str] | None = None, metal_salt: str = ""
) -> None:
    """Fill in what is implied: metal by amount and volume, ligand and reductant by their ratio to the metal."""
    amounts = amounts or {}
    volume = _total_volume(amounts.get("solvent_volumes_mL", ""))
    metal_mmol = _metal_mmol(amounts, metal_salt)
    if volume and metal_mmol:
        settings.setdefault("metal_mM", round(1000 * metal_mmol / volume, 4))
    for part, ratio in (("ligand_mM", "ligand_to_metal"), ("reductant_mM", "reductant_to_metal")):
        if "metal_mM" not in settings:
            continue
        if ratio in settings:
            settings.setdefault(part, round(settings["metal_mM"] * settings[ratio], 4))
        elif part in settings and settings["metal_mM"] > 0:
            settings[ratio] = round(settings[part] / settings["metal_mM"], 4)


def _metal_mmol(amounts: Mapping[str, str], metal_salt: str) -> float | None:
    mmol, mg = (amounts.get(f"metal_salt_{unit}") for unit in ("mmol", "mg"))
    if mmol:
        return float(mmol)
    return float(mg) / reagent_table().find(metal_salt).molar_mass if mg and metal_salt in reagent_table() else None


def _total_volume(text: str) -> float | None:
    """Return the sum in mL of ``water 5; toluene 10``, or None where the text says more than what was mixed."""
    if not text or "total" in text or "dilution" in text:
        return None
    parts = [_VOLUME.fullmatch(part.strip()) for part in text.split(";")]
    return sum(float(m["mL"]) for m in parts if m) if all(parts) else None


def _is_salt(name: str) -> bool:
    return name in reagent_table() and reagent_table().find(name).has_role("metal_salt")
