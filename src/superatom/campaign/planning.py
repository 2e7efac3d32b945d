"""Make a plan: target design, route development, condition optimisation (Lyu 2025, doi:10.1039/d5nh00353a, Fig. 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from superatom.campaign.geometry import given_geometry, local_geometry
from superatom.campaign.plan import Pitfall, Plan, PlannedRoute, PlannedStep
from superatom.campaign.target import TargetCard, target_card
from superatom.conditions.experiments import first_experiments
from superatom.conditions.recommend import recommend_route
from superatom.conditions.sheet import BenchSheet, route_sheets
from superatom.data.library import recipes, same_type
from superatom.data.records import Recipe, Route, Step, Transformation
from superatom.data.reference import precedents
from superatom.errors import ChemistryError
from superatom.routes.search import RouteSearch, find_routes
from superatom.routes.stock import Stock
from superatom.structures.nanocluster import Nanocluster

ScaleOf = Literal["product", "metal_salt"]
NOT_YET = (
    "Stability and core-ligand compatibility are not predicted in this version; the card gives the accessibility "
    "index, mixing enthalpies and relatives instead."
)


def plan(
    target: str | Nanocluster,
    stock: str | Sequence[str] | Path | Stock = "bench",
    *,
    max_steps: int = 6,
    routes: int = 3,
    scale: str = "10mg",
    scale_of: ScaleOf = "product",
    structure: str | Path | None = None,
) -> Plan:
    """Plan the synthesis of `target` from `stock`.

    Parameters
    ----------
    target
        a formula (``"[Au25(PET)18]-"``) or a `Nanocluster`.
    stock
        ``"bench"`` (common salts, ligands, reductants), names, a file with one name per line, or a `Stock`.
    max_steps, routes
        longest route and number of routes wanted.
    scale, scale_of
        bench-sheet scale such as ``"10mg"``, of the ``product`` or the ``metal_salt``.
    structure
        a structure file of the target, for its card; without one, a data set at hand may hold it.

    Raises
    ------
    SuperatomError
        for a formula, stock entry or scale that cannot be read.

    Examples
    --------
    >>> result = plan("[Au25(PET)18]-", routes=1)
    >>> result.routes[0].route.steps[-1].product.formula
    '[Au25(PET)18]-'
    """
    if max_steps < 1 or routes < 1:
        raise ChemistryError(f"max_steps and routes must be at least 1; found {max_steps} and {routes}")
    cluster = target if isinstance(target, Nanocluster) else Nanocluster.parse(target)
    shelf = as_stock(stock)
    geometry, where = (given_geometry(structure, cluster), "") if structure else local_geometry(cluster)
    card = target_card(cluster, text=target if isinstance(target, str) else "", geometry=geometry)
    card = replace(card, remarks=(*card.remarks, *filter(None, [where])))
    search = find_routes(cluster, shelf, max_steps=max_steps, n_routes=routes)
    planned = tuple(_planned(route, scale, scale_of) for route in search.routes)
    best = [(p.step, p.settings) for p in planned[0].steps] if planned else []
    return Plan(
        card=card,
        stock=shelf,
        routes=planned,
        first_experiments=first_experiments(best) if best else (),
        pitfalls=tuple(_pitfalls(cluster)),
        warnings=(*_warnings(card, search), NOT_YET),
        missing_link=search.missing_link,
        nearest_relatives=search.nearest_relatives,
    )


def as_stock(stock: str | Sequence[str] | Path | Stock) -> Stock:
    """Read what the chemist means by stock: ``bench``, a file, one name, several names, or a `Stock`."""
    if isinstance(stock, Stock):
        return stock
    if isinstance(stock, Path):
        return Stock.from_file(stock)
    if isinstance(stock, str):
        if stock == "bench":
            return Stock.bench()
        if Path(stock).is_file():
            return Stock.from_file(Path(stock))
        return Stock.of([name.strip() for name in stock.split(",") if name.strip()])
    return Stock.of(list(stock))


def _planned(route: Route, scale: str, scale_of: ScaleOf) -> PlannedRoute:
    settings = recommend_route(route)
    try:
        sheets: tuple[BenchSheet | None, ...] = route_sheets(route.steps, settings, scale, scale_of)
        because = ""
    except ChemistryError as refusal:  # generic ligands have no mass: the report says so instead
        sheets, because = (None,) * len(route.steps), str(refusal)
    steps = zip(route.steps, settings, sheets, strict=True)
    return PlannedRoute(route, tuple(PlannedStep(*step, because) for step in steps))


def _pitfalls(cluster: Nanocluster) -> list[Pitfall]:
    """Failures reported for this target in any charge that its source leaves open, from recipes and from precedents."""
    failed = [
        Pitfall(_what_happened(recipe), _why(recipe), recipe.source)
        for recipe in recipes(cluster)
        if recipe.outcome.success is False
    ]
    failed += [
        Pitfall(f"{precedent.transformation.words} failed", precedent.mechanism, precedent.source)
        for precedent in precedents()
        if not precedent.succeeded and any(same_type(made, cluster) for made in precedent.product_clusters)
    ]
    return failed


def _what_happened(recipe: Recipe) -> str:
    kind = recipe.outcome.outcome_class.replace("_", " ")
    return f"{kind}: {recipe.outcome.product}" if recipe.outcome.product else kind


def _why(recipe: Recipe) -> str:
    parts = (recipe.conditions.other, recipe.outcome.purity_note, recipe.notes)
    return "; ".join(part for part in parts if part)


def _warnings(card: TargetCard, search: RouteSearch) -> list[str]:
    warnings: list[str] = []
    if card.cluster.valence_electrons < 0 or not card.cluster.shell.is_even:
        warnings.append(card.remarks[0])
    is_alloy = len(card.cluster.metals) > 1  # the index was fitted to bimetallic materials
    if is_alloy and card.accessibility is not None and not card.accessibility.favourable:
        made = "; this cluster has been made all the same" if card.known else ""
        warnings.append(
            f"Accessibility index {round(card.accessibility.phi, 2)} is below -0.3, outside the range Gu 2025 gives "
            f"for synthesised bimetallic materials{made}."
        )
    if search.routes and all(any(_is_inferred(step) for step in route.steps) for route in search.routes):
        warnings.append("Every route holds at least one inferred step: nobody has reported it for this target.")
    return warnings


def _is_inferred(step: Step) -> bool:
    """Whether a cluster-making step is inferred; making the complex first is the general method."""
    return step.support.is_inferred and step.transformation is not Transformation.COMPLEXATION
