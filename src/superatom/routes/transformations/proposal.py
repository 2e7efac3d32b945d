"""A proposal: one backward step from a target species to what it could be made from, not yet balanced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from superatom.data.records import Precedent, Species, Support, Transformation
from superatom.routes import cost
from superatom.routes.network import Network, shape
from superatom.structures.ligands import Ligand
from superatom.structures.nanocluster import Nanocluster

# where a dopant sits (Lyu et al., doi:10.1039/d5nh00353a, section 3.3)
SITE = {
    "Pt": "the centre of the core", "Pd": "the centre of the core",
    "Ag": "the shell of the icosahedral core", "Cd": "the shell of the icosahedral core",
    "Hg": "the shell of the icosahedral core", "Cu": "the surface staples",
    "Au": "the centre or the staples, by the dose of the Au complex",
    "Ru": "the centre of the core", "Rh": "the centre of the core", "Ir": "the centre of the core",
}  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    """One way to `product`: `precursors` must be in stock or made; `reductant` is among them by name, or empty.

    `starts` are the clusters converted (none for growth from complexes). `terms` are the parts of its cost. Two
    proposals with one `signature` differ only in trivial choices (salt, reductant, source).
    """

    transformation: Transformation
    product: Species
    precursors: tuple[Species, ...]
    support: Support
    terms: Mapping[str, float]
    starts: tuple[Nanocluster, ...] = ()
    reductant: str = ""
    reagents: tuple[str, ...] = ()
    mixture_of: Nanocluster | None = None

    @property
    def cost(self) -> float:
        """The sum of the terms."""
        return cost.total(self.terms)

    @property
    def signature(self) -> tuple[str, ...]:
        """What makes this step different from others: transformation, product, starts."""
        mixture = (self.mixture_of.formula + " mixture",) if self.mixture_of else ()
        return (self.transformation.value, self.product.formula, *sorted(s.formula for s in self.starts), *mixture)


def terms_of(
    transformation: Transformation,
    precedents: tuple[Precedent, ...],
    *,
    ligand: float = 0.0,
    inference: float = 0.0,
    warnings: float = 0.0,
    makes_mixture: bool = False,
) -> dict[str, float]:
    """Return the cost terms of one step (see `superatom.routes.cost`)."""
    inferred = ligand + inference > cost.ALMOST_REPORTED
    return {
        "evidence": cost.evidence_cost(precedents),
        "yield": cost.yield_cost(precedents, is_inferred=inferred),
        "steps": cost.step_cost(transformation, makes_mixture=makes_mixture),
        "ligand": ligand * cost.LIGAND,
        "inference": inference * cost.INFERENCE + cost.INFERRED_STEP * inferred,
        "warnings": warnings,
    }


def cite(precedent: Precedent) -> str:
    """Name a precedent in one line: ``R101: Au(I)-PET by NaBH4 to [Au25(PET)18]- (Z. Wu et al., ...)``."""
    reagents = " with " + ", ".join(precedent.reagents) if precedent.reagents else ""
    return (
        f"{precedent.id}: {' + '.join(precedent.reactants)}{reagents} → {' + '.join(precedent.products)} "
        f"({precedent.source.citation})"
    )


def organic(cluster: Nanocluster) -> list[Ligand]:
    """Return the ligands one has to add as such: neither hydride nor halide nor a small anion of the salt."""
    left_out = ("hydride", "halide", "sulfide", "selenide", "nitrate", "borohydride", "oxide", "hydroxide", "carbide")
    return [ligand for ligand, _ in cluster.ligands if ligand.ligand_class not in left_out]


def is_reported(cluster: Nanocluster, network: Network) -> bool:
    """Whether exactly this cluster is in the knowledge base as made (not predicted, not a passing intermediate)."""
    return any(known.status.startswith("synthesised") for known in network.exact(cluster))


def is_fleeting(cluster: Nanocluster, network: Network) -> bool:
    """Whether the composition is known only as an intermediate or a prediction, with this or the generic ligand."""
    entries = network.known_by_shape.get(shape(cluster), ())
    return bool(entries) and not any(k.status.startswith("synthesised") for k in entries)


def separation_remarks(cluster: Nanocluster, network: Network) -> list[str]:
    """Say what reported co-reductions with a dopant of the same site and host left to separate.

    >>> from superatom.routes.network import default_network
    >>> print(separation_remarks(Nanocluster.parse("PtAu24(PET)18"), default_network())[0])
    Expect clusters of other composition beside the target; R146, [PdAu24(SC12H25)18]0: ...
    """
    sites = {SITE.get(metal) for metal in cluster.dopants}
    return [
        f"Expect clusters of other composition beside the target; {p.id}, {p.products[0]}: {p.byproducts} "
        f"({p.source.citation})."
        for p in network.precedents
        if p.transformation is Transformation.CO_REDUCTION
        and p.byproducts
        and any(
            made.host_metal == cluster.host_metal and sites & {SITE.get(metal) for metal in made.dopants}
            for made in p.product_clusters
        )
    ]


def site_remarks(cluster: Nanocluster) -> list[str]:
    """Say where each dopant is expected.

    >>> site_remarks(Nanocluster.parse("PtAu24(PET)18"))
    ['Pt is expected at the centre of the core (site preference, review section 3.3).']
    """
    return [
        f"{metal} is expected at {SITE[metal]} (site preference, review section 3.3)."
        for metal in cluster.dopants
        if metal in SITE
    ]
