"""The curated knowledge base: reported clusters, reactions and recipes, each row with its citation and evidence.

Facts only, in the curators' own words, from the review of Lyu et al. (doi:10.1039/d5nh00353a), Gu et al.
(doi:10.1039/d5sc04386g), Wang et al. (CoLiM), Li et al. (doi:10.1002/aisy.201900029), and pages read one by one.
Tables are checked while they are read: formulas parse, electron counts agree, transformations are of the house's list.
A fact the source does not state is an empty cell, never a default.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from superatom.data.records import (
    Conditions,
    EvidenceLevel,
    KnownCluster,
    Outcome,
    Precedent,
    Quantity,
    Recipe,
    Source,
    Transformation,
)
from superatom.data.rows import Row, packaged_rows, read_rows
from superatom.errors import ReferenceDataError, SuperatomError
from superatom.structures.nanocluster import Nanocluster

_SOURCE_COLUMNS: tuple[str, ...] = ("citation", "evidence")
_CLUSTER_COLUMNS = ("cluster_id", "name", "formula", "composition_known", "charge_known", "n_star", "status")
_REACTION_COLUMNS: tuple[str, ...] = ("reaction_id", "reactants", "reactant_formulas", "products", "product_formulas")
_REACTION_COLUMNS += ("transformation", "succeeded")
_RECIPE_COLUMNS = ("recipe_id", "target_cluster", "outcome", "outcome_class")
_RECIPE_TABLES = ("recipes.csv", "recipes_read.csv")
_PROPERTIES: tuple[str, ...] = ("gap_eV", "gap_type", "absorption_peaks_nm", "emission_peak_nm", "qy_percent", "ccdc")
_PROPERTIES += ("core_size_atoms", "n_star", "charge_known")
_AMOUNTS = ("metal_salt_mmol", "metal_salt_mg", "ligand_mmol", "reductant_mmol", "solvent_volumes_mL")
_PROCEDURE: tuple[str, ...] = (
    "complexation_temperature_C",
    "complexation_time_h",
    "reduction_temperature_C",
    "reduction_time_h",
)
_PROCEDURE += ("aging_temperature_C", "aging_time_h", "purification")
# field of Conditions -> (column of the tables, unit)
_QUANTITIES = {
    "time_h": ("time_h", "h"),
    "temperature_C": ("temperature_C", "degC"),
    "stirring_rpm": ("stirring_rpm", "rpm"),
    "ligand_to_metal_ratio": ("ligand_to_metal_ratio", "mol/mol"),
    "reductant_to_metal_ratio": ("reductant_to_metal_ratio", "mol/mol"),
    "metal_concentration_mM": ("metal_conc_mM", "mM"),
    "ligand_concentration_mM": ("ligand_conc_mM", "mM"),
    "reductant_concentration_mM": ("reductant_conc_mM", "mM"),
    "ph": ("pH", "pH"),
}
_IMPLIED = " (implied)"


@cache
def clusters() -> tuple[KnownCluster, ...]:
    """Return every known cluster of the packaged table, in table order.

    >>> next(c for c in clusters() if c.id == "C002").cluster.valence_electrons
    8
    """
    return tuple(map(_cluster, packaged_rows("clusters.csv", (*_CLUSTER_COLUMNS, *_SOURCE_COLUMNS))))


@cache
def precedents() -> tuple[Precedent, ...]:
    """Return every reported transformation, the failed ones flagged by ``succeeded=False``.

    >>> next(p for p in precedents() if p.id == "R051").product_clusters[0].formula
    'Au36(TBBT)24'
    """
    return tuple(map(_precedent, packaged_rows("reactions.csv", (*_REACTION_COLUMNS, *_SOURCE_COLUMNS))))


@cache
def recipes() -> tuple[Recipe, ...]:
    """Return every reported experiment: `recipes.csv` (S...) and, with amounts and steps, `recipes_read.csv` (L...).

    >>> next(r for r in recipes() if r.id == "S088").conditions.ph.middle
    13.22
    """
    columns = (*_RECIPE_COLUMNS, *_SOURCE_COLUMNS)
    return tuple(_recipe(row) for name in _RECIPE_TABLES for row in packaged_rows(name, columns))


def read_clusters(path: str | Path) -> tuple[KnownCluster, ...]:
    """Read a cluster table of the packaged form; raises `ReferenceDataError` naming file and line."""
    return tuple(map(_cluster, read_rows(path, (*_CLUSTER_COLUMNS, *_SOURCE_COLUMNS))))


def read_precedents(path: str | Path) -> tuple[Precedent, ...]:
    """Read a reaction table of the packaged form; raises `ReferenceDataError` naming file and line."""
    return tuple(map(_precedent, read_rows(path, (*_REACTION_COLUMNS, *_SOURCE_COLUMNS))))


def read_recipes(path: str | Path) -> tuple[Recipe, ...]:
    """Read a recipe table of the packaged form; raises `ReferenceDataError` naming file and line."""
    return tuple(map(_recipe, read_rows(path, (*_RECIPE_COLUMNS, *_SOURCE_COLUMNS))))


def _cluster(row: Row) -> KnownCluster:
    cluster = _parse(row, row["formula"]) if row.is_yes("composition_known") else None
    electrons = row.whole("n_star")
    if cluster is not None and electrons is not None and electrons != cluster.valence_electrons:
        row.refuse(f"n_star is {electrons}, but {cluster.formula} counts {cluster.valence_electrons} electrons")
    return KnownCluster(
        id=row["cluster_id"],
        name=row["name"],
        formula=row["formula"],
        cluster=cluster,
        status=row["status"],
        kernel=row["kernel"],
        surface_motifs=row["surface_motifs"],
        growth_family=row["growth_family"],
        properties={name: row[name] for name in _PROPERTIES if row[name]},
        source=_source(row),
        notes=row["notes"],
    )


def charge_is_known(cluster: KnownCluster) -> bool:
    """Whether the source states the charge; without it, the electron count of a known cluster means nothing."""
    return cluster.properties.get("charge_known") == "y"


def is_rescored(recipe: Recipe) -> bool:
    """Whether a recipe of the packaged tables scores an experiment a second time, against another target.

    >>> [recipe.id for recipe in recipes() if is_rescored(recipe)]
    ['S030', 'S060', 'S061', 'S062', 'S095']
    """
    return recipe.id in _rescored()


@cache
def _rescored() -> frozenset[str]:
    rows = (row for name in _RECIPE_TABLES for row in packaged_rows(name))
    return frozenset(row["recipe_id"] for row in rows if row["rescored_alt_target"] == "1")


def _precedent(row: Row) -> Precedent:
    try:
        transformation = Transformation(row["transformation"])
    except ValueError:
        row.refuse(f"transformation is {row['transformation']!r}; legal: {', '.join(Transformation)}")
    return Precedent(
        id=row["reaction_id"],
        reactants=row.items("reactants"),
        reagents=row.items("reagents"),
        products=row.items("products"),
        reactant_clusters=tuple(_parse(row, formula) for formula in row.items("reactant_formulas")),
        product_clusters=tuple(_parse(row, formula) for formula in row.items("product_formulas")),
        transformation=transformation,
        conditions=_conditions(row),
        succeeded=row.is_yes("succeeded"),
        yield_percent=_quantity(row, "yield_percent", "%"),
        byproducts=row["byproducts"],
        mechanism=row["mechanism_notes"],
        source=_source(row),
        type_as_curated=row["type_as_curated"],
    )


def _recipe(row: Row) -> Recipe:
    outcome = {"1": True, "0": False, "": None}
    if row["outcome"] not in outcome:
        row.refuse(f"outcome is {row['outcome']!r}; 1, 0 or an empty cell is legal")
    return Recipe(
        id=row["recipe_id"],
        series=row["series_id"],
        series_parameter=row["series_parameter"],
        target=row["target_cluster"],
        target_cluster=_target(row),
        ligand=row["ligand"],
        metal_salt=row["metal_salt"],
        starting_material=row["starting_material"],
        conditions=_conditions(row),
        amounts={name: row[name] for name in _AMOUNTS if row[name]},
        procedure={name: row[name] for name in _PROCEDURE if row[name]},
        outcome=Outcome(
            success=outcome[row["outcome"]],
            outcome_class=row["outcome_class"],
            product=row["product_formula"],
            yield_percent=_quantity(row, "yield_percent", "%"),
            purity_note=row["purity_note"],
        ),
        source=_source(row),
        notes=row["notes"],
    )


def _target(row: Row) -> Nanocluster | None:
    """Parse the target: the formula column where the table has one, else the target text if it is a formula."""
    if "target_formula" in row.cells:
        return _parse(row, row["target_formula"]) if row["target_formula"] else None
    text = row["target_cluster"]
    if " " in text or "~" in text:
        return None  # words such as "Au38 (glutathione)": the recipe keeps its text
    return Nanocluster.parse_or_none(text)


def _conditions(row: Row) -> Conditions:
    solvents = re.split(r"\s*(?:/|;| \+ )\s*", row["solvents"] or row["solvent"])
    is_implied = any(_IMPLIED in solvent for solvent in solvents)
    other = [row["other_conditions"], row["ratios"], "solvent implied by the context" if is_implied else ""]
    return Conditions(
        **{name: _quantity(row, column, unit) for name, (column, unit) in _QUANTITIES.items()},
        solvents=tuple(solvent.replace(_IMPLIED, "") for solvent in solvents if solvent),
        solvent_ratio=row["solvent_ratio_v"],
        reductant=row["reductant"],
        additives=row.items("additives"),
        atmosphere=row["atmosphere"],
        other="; ".join(text for text in other if text),
    )


def _quantity(row: Row, column: str, unit: str) -> Quantity | None:
    if not row[column]:
        return None
    try:
        return Quantity.parse(row[column], unit)
    except ReferenceDataError as error:
        row.refuse(f"{column}: {error}")


def _source(row: Row) -> Source:
    if not row["citation"]:
        row.refuse("the citation is empty; every fact names its source")
    try:
        level = EvidenceLevel(row["evidence"])
    except ValueError:
        row.refuse(f"evidence is {row['evidence']!r}; legal: {', '.join(EvidenceLevel)}")
    read_in = [row["source_document"], row["source_where"], row["source_url"]]
    doi_is_read = row["doi_basis"] in ("", "read in a source")
    return Source(row["citation"], row["doi"], level, ", ".join(text for text in read_in if text), doi_is_read)


def _parse(row: Row, formula: str) -> Nanocluster:
    try:
        return _parse_formula(formula)
    except SuperatomError as error:
        row.refuse(str(error))


@lru_cache(maxsize=4096)
def _parse_formula(formula: str) -> Nanocluster:
    return Nanocluster.parse(formula)
