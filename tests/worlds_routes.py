"""Tiny true worlds for the route tests: a handful of reported reactions with known best routes."""

from __future__ import annotations

from superatom.data.records import (
    Conditions,
    EvidenceLevel,
    KnownCluster,
    Precedent,
    Quantity,
    Source,
    Transformation,
)
from superatom.routes.network import Network, network_of
from superatom.structures.nanocluster import Nanocluster


def precedent(
    number: int,
    kind: Transformation,
    reactants: tuple[str, ...],
    products: tuple[str, ...],
    *,
    reductant: str = "",
    reagents: tuple[str, ...] = (),
    succeeded: bool = True,
    yield_percent: str = "",
) -> Precedent:
    """Return a reported reaction; what parses as a cluster is one, the rest is text."""
    return Precedent(
        id=f"W{number:03d}",
        reactants=reactants,
        reagents=reagents,
        products=products,
        reactant_clusters=tuple(Nanocluster.parse(r) for r in reactants if "_x" not in r),
        product_clusters=tuple(Nanocluster.parse(p) for p in products),
        transformation=kind,
        conditions=Conditions(reductant=reductant),
        succeeded=succeeded,
        yield_percent=Quantity.parse(yield_percent, "%") if yield_percent else None,
        byproducts="",
        mechanism="",
        source=Source(f"paper {number}", level=EvidenceLevel.READ_IN_PAPER),
    )


def known(formula: str, status: str = "synthesised", family: str = "") -> KnownCluster:
    """Return one reported cluster."""
    return KnownCluster(
        id=f"K-{formula}",
        name=formula,
        formula=formula,
        cluster=Nanocluster.parse(formula),
        status=status,
        kernel="",
        surface_motifs="",
        growth_family=family,
        properties={},
        source=Source(f"paper on {formula}"),
    )


GROWTH = precedent(1, Transformation.REDUCTION_GROWTH, ("Au(PET)",), ("[Au25(PET)18]-",), reductant="NaBH4")
OXIDATION = precedent(2, Transformation.CHARGE_CHANGE, ("[Au25(PET)18]-",), ("Au25(PET)18",))
FUSION = precedent(3, Transformation.INTERCLUSTER_REACTION, ("Au25(PET)18",), ("Au38(PET)24",))
EXCHANGE = precedent(
    4,
    Transformation.LIGAND_EXCHANGE,
    ("Au38(PET)24",),
    ("Au36(TBBT)24",),
    reagents=("excess TBBT",),
    yield_percent="90",
)
# back again, so that a careless search walks in circles
BACK = precedent(5, Transformation.LIGAND_EXCHANGE, ("Au36(TBBT)24",), ("Au38(PET)24",), reagents=("excess PET",))
FOCUSING = precedent(6, Transformation.SIZE_FOCUSING, ("Au_x(SG)_y mixture",), ("Au38(PET)24",))


def fusion_world() -> Network:
    """Salts → Au25(-) → Au25(0) → Au38 → Au36, with one way back: the only route to Au36 has five steps."""
    return network_of(
        (GROWTH, OXIDATION, FUSION, EXCHANGE, BACK), [known(f) for f in ("[Au25(PET)18]-", "Au38(PET)24")]
    )


def two_ways_world() -> Network:
    """The same, and a shorter way to Au38 through a size mixture."""
    return network_of((GROWTH, OXIDATION, FUSION, EXCHANGE, BACK, FOCUSING), [known("Au38(PET)24")])
