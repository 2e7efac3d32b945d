"""Reported transformations, as they are and moved to other ligands of the same class.

Every edge of the network whose product has the target's shape is proposed; the ligands of the precedent are
replaced by those of the target. The same ligand is the precedent itself (distance 0); another one is an
inference with its distance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf

from superatom.data.records import Precedent, Species, Support, Transformation
from superatom.routes import cost
from superatom.routes.chemicals import DEFAULT_REDUCTANT, donor, free_ligand, mixture_of, of_cluster, salts_of
from superatom.routes.likeness import GENERIC_LIGAND, difference_in_words, ligand_distance, traits
from superatom.routes.network import Edge, Network, ligand_map, shape, swap
from superatom.routes.transformations.proposal import (
    Proposal,
    cite,
    is_fleeting,
    is_reported,
    organic,
    separation_remarks,
    site_remarks,
    terms_of,
)
from superatom.structures.ligands import Ligand
from superatom.structures.nanocluster import Nanocluster

# beyond this ligand distance a step is not moved; core-changing exchange depends on the very ligand, so less far
FARTHEST = 1.1
FARTHEST_CORE_CHANGE = 0.6
BESIDE_EXACT = 0.4  # the same step is reported with the very ligand: this one is only a second best
KNOWN_GENERIC = 0.1  # the target is reported with its own ligand, only this source writes SR
UNREPORTED_START = 0.5
FLEETING_START = 1.5
WRONG_RING = 1.0
UNUSUAL_SIZE = 0.4
OTHER_MEDIUM = 0.4  # a step reported in water, wanted with a ligand that keeps out of it, or the other way round
_DOPING = (Transformation.CO_REDUCTION, Transformation.METAL_EXCHANGE)
_CORE_CHANGING = (Transformation.LIGAND_EXCHANGE, Transformation.ISOELECTRONIC_CONVERSION)


def reported(target: Species, network: Network) -> Iterator[Proposal]:
    """Propose every reported way to a cluster of the target's shape, with the target's ligands."""
    cluster = target.cluster
    if cluster is None or target.kind == "mixture":
        return
    edges = network.by_shape.get(shape(cluster), ())
    exact = {(e.transformation, e.starts) for e in edges if e.product == cluster}
    for edge in edges:
        moved = ligand_map(edge.product, cluster)
        if moved is None:
            continue
        mapping, distance = moved
        starts = tuple(swap(start, mapping) for start in edge.starts)
        if cluster in starts or not _may_move(edge, cluster, starts, distance):
            continue
        if distance and _leads_elsewhere(edge, mapping, cluster, network):
            continue
        if distance and (edge.transformation, starts) in exact:
            distance += BESIDE_EXACT
        yield _moved(target, cluster, _Move(edge, mapping, distance, starts), network)


@dataclass(frozen=True, slots=True)
class _Move:
    """An edge carried over to the target's ligands: which ligand stands for which, how far, from which starts."""

    edge: Edge
    mapping: Mapping[Ligand, Ligand]
    distance: float
    starts: tuple[Nanocluster, ...]


def _may_move(edge: Edge, cluster: Nanocluster, starts: tuple[Nanocluster, ...], distance: float) -> bool:
    if distance > FARTHEST:
        return False
    if edge.transformation in _CORE_CHANGING and distance > GENERIC_LIGAND:
        core_changes = any(s.n_metals != cluster.n_metals for s in starts)
        if core_changes and distance > FARTHEST_CORE_CHANGE:
            return False
    if edge.transformation is Transformation.LIGAND_EXCHANGE and distance:
        # moved to other ligands, an exchange must still bring in something new
        return any(ligand not in dict(start.ligands) for start in starts for ligand, _ in cluster.ligands)
    return True


def _leads_elsewhere(edge: Edge, mapping: Mapping[Ligand, Ligand], cluster: Nanocluster, network: Network) -> bool:
    """Whether the same size mixture is reported to give another cluster with a ligand nearer to the target's."""
    if edge.mixture_of is None:
        return False
    mixture = swap(edge.mixture_of, mapping)
    wanted = _incoming(cluster, mixture)

    def gap(ligands: list[Ligand]) -> float:
        return min((d for a in ligands for b in wanted if (d := ligand_distance(a, b)) is not None), default=inf)

    own = gap(_incoming(edge.product, edge.mixture_of))
    return any(
        other.mixture_of == mixture
        and shape(other.product) != shape(cluster)
        and gap(_incoming(other.product, mixture)) < own
        for other in network.edges
    )


def _incoming(product: Nanocluster, mixture: Nanocluster) -> list[Ligand]:
    return [ligand for ligand in organic(product) if ligand not in dict(mixture.ligands)]


def _moved(target: Species, cluster: Nanocluster, move: _Move, network: Network) -> Proposal:
    edge, mapping, distance, starts = move.edge, move.mapping, move.distance, move.starts
    feeds = tuple(swap(feed, mapping) for feed in edge.feeds) if edge.mixture_of is None else ()
    mixture = swap(edge.mixture_of, mapping) if edge.mixture_of is not None else None
    reported_target = is_reported(cluster, network)
    generic_only = all(a == b or a.is_generic for a, b in mapping.items())
    if distance and not reported_target:
        distance += _beyond_generic(mapping, cluster, network)
    ligand_term = KNOWN_GENERIC if 0 < distance < BESIDE_EXACT and generic_only and reported_target else distance
    inference, remarks = 0.0, []
    for start in starts:
        if is_fleeting(start, network):
            inference += FLEETING_START
            remarks.append(f"{start.formula} is known only as an intermediate or a prediction; it was not isolated.")
        elif not (start.is_generic or is_reported(start, network)):
            inference += UNREPORTED_START
            remarks.append(f"{start.formula} itself is not reported with this ligand.")
    if edge.aromatic_only and any(not traits(b).aromatic_donor for b in mapping.values() if not b.is_generic):
        inference += WRONG_RING
        remarks.append("Reported with aromatic thiols only.")
    if medium := _other_medium(edge, mapping):
        inference += OTHER_MEDIUM
        remarks.append(medium)
    if edge.transformation in _DOPING:
        remarks += site_remarks(cluster)
    if edge.transformation is Transformation.CO_REDUCTION:
        remarks += separation_remarks(cluster, network)
    if distance and reported_target and cluster not in network.products:
        citation = network.exact(cluster)[0].source.citation
        remarks.append(
            f"{cluster.formula} itself is reported ({citation}); the sources read do not say how it was made."
        )
    if distance and not reported_target and (words := unusual_size(cluster, network)):
        inference += UNUSUAL_SIZE if distance > GENERIC_LIGAND else 0.0
        remarks.append(words)
    warning, said = failures(edge.transformation, starts, cluster, network, edge.reductant)
    remarks += said
    reductant, assumed = _reductant(edge, starts, feeds)
    remarks += [text for text in (assumed, _other_reductants(edge, reductant, network)) if text]
    precursors = [of_cluster(c) for c in (*starts, *feeds)]
    if mixture is not None:
        precursors.append(mixture_of(mixture))
    precursors += additions(cluster, (*starts, *feeds), mixture)
    if reductant and mixture is None:
        precursors.append(donor(reductant))
    inferred = bool(distance) or inference > 0
    return Proposal(
        transformation=edge.transformation,
        product=target,
        precursors=tuple(dict.fromkeys(precursors)),
        support=Support(
            precedents=edge.precedents,
            is_inferred=inferred,
            inferred_from=_inferred_from(edge.precedents[0], mapping) if inferred else "",
            distance=round(ligand_term + inference, 3),
            remarks=tuple(dict.fromkeys(remarks)),
        ),
        terms=terms_of(edge.transformation, edge.precedents, ligand=ligand_term, inference=inference, warnings=warning),
        starts=starts,
        reductant=reductant if mixture is None else "",
        reagents=_reagent_texts(edge.precedents, mapping),
        mixture_of=mixture,
    )


def _other_medium(edge: Edge, mapping: Mapping[Ligand, Ligand]) -> str:
    """Say that a source which writes SR worked in water while the target's ligand keeps out of it, or the reverse.

    Where the source names its ligand, water solubility is part of the ligand distance already.
    """
    named = [p.conditions.solvents for p in edge.precedents if p.conditions.solvents]
    wanted = [b for a, b in mapping.items() if a.is_generic and b.bond_type == "X" and not b.is_generic]
    if not named or not wanted:
        return ""
    watery = [any("water" in solvent for solvent in solvents) for solvents in named]
    soluble = [traits(ligand).water_soluble for ligand in wanted]
    names = ", ".join(ligand.name for ligand in wanted)
    if all(watery) and not any(soluble):
        return f"Reported in water, where clusters of {names} do not dissolve: untried in an organic solvent."
    if not any(watery) and all(soluble):
        return f"Reported in {'/'.join(named[0])}, where clusters of {names} do not dissolve: untried in water."
    return ""


def _beyond_generic(mapping: Mapping[Ligand, Ligand], cluster: Nanocluster, network: Network) -> float:
    """Return how far the target's ligand is from those the composition is known with, where the source writes SR."""
    added = 0.0
    for wanted in (b for a, b in mapping.items() if a.is_generic and not b.is_generic):
        known = [
            distance
            for k in network.known_by_shape.get(shape(cluster), ())
            if k.cluster and k.status.startswith("synthesised")
            for ligand, _ in k.cluster.ligands
            if not ligand.is_generic and (distance := ligand_distance(ligand, wanted)) is not None
        ]
        added += min(known, default=0.0)
    return added


def _reagent_texts(precedents: tuple[Precedent, ...], mapping: Mapping[Ligand, Ligand]) -> tuple[str, ...]:
    """Return the reagents of the reactions behind a step, with the target's ligands in place of theirs."""
    texts = [text for p in precedents if p.type_as_curated != "recipe" for text in p.reagents]
    for old, new in mapping.items():
        texts = [text.replace(old.full_name, new.full_name).replace(old.name, new.name) for text in texts]
    return tuple(dict.fromkeys(texts))


def _inferred_from(precedent: Precedent, mapping: Mapping[Ligand, Ligand]) -> str:
    changes = [
        f"{b.name} for {a.name} ({'the source leaves the group open' if a.is_generic else difference_in_words(a, b)})"
        for a, b in mapping.items()
        if a != b
    ]
    return cite(precedent) + (f"; here {', '.join(changes)}" if changes else "")


def _reductant(edge: Edge, starts: tuple[Nanocluster, ...], feeds: tuple[Nanocluster, ...]) -> tuple[str, str]:
    """Return the reductant of an edge, assumed where growth needs one and no source names it."""
    if edge.reductant:
        return edge.reductant, ""
    grows = edge.transformation in (Transformation.REDUCTION_GROWTH, Transformation.CO_REDUCTION)
    if grows and not starts and feeds:
        return DEFAULT_REDUCTANT, f"The sources read do not name the reductant; {DEFAULT_REDUCTANT} is assumed."
    return "", ""


def _other_reductants(edge: Edge, reductant: str, network: Network) -> str:
    """Name other reductants reported for the same step and ligand."""
    others = [
        f"{e.reductant} ({', '.join(p.id for p in e.precedents[:3])})"
        for e in network.by_shape.get(shape(edge.product), ())
        if (e.product, e.transformation, e.starts) == (edge.product, edge.transformation, edge.starts)
        and e.reductant not in ("", reductant)
    ]
    return f"Also reported with {', '.join(sorted(set(others)))}." if others else ""


def additions(
    cluster: Nanocluster, sources: tuple[Nanocluster, ...], mixture: Nanocluster | None = None
) -> list[Species]:
    """Return what must be added besides clusters and complexes: free ligands not yet there, salts of missing metals.

    >>> c = Nanocluster.parse
    >>> [s.formula for s in additions(c("CdAu24(PET)18"), (c("[Au25(PET)18]-"),))]
    ['Cd(NO3)2']
    >>> [s.formula for s in additions(c("Au36(TBBT)24"), (c("Au38(PET)24"),))]
    ['H(TBBT)']
    """
    have_ligands = {ligand for source in sources for ligand, _ in source.ligands}
    have_metals = {metal for source in sources for metal, _ in source.metals}
    if mixture is not None:  # excess of its own thiol is what focuses it, so that is still added
        have_metals |= {metal for metal, _ in mixture.metals}
        have_ligands |= {ligand for ligand, _ in mixture.ligands if ligand.bond_type != "X"}
    missing = [salts_of(metal) for metal, _ in cluster.metals if metal not in have_metals]
    added = [known[0].species for known in missing if known]
    added += [free_ligand(ligand) for ligand in organic(cluster) if ligand not in have_ligands]
    return added


def unusual_size(cluster: Nanocluster, network: Network) -> str:
    """Say which sizes the target's ligand is known for, when the target's size is none of them."""
    for ligand in organic(cluster):
        made = network.sizes_with(ligand)
        if made and all(n_metals != cluster.n_metals for n_metals, _ in made):
            names = "; ".join(dict.fromkeys(name for _, name in made[:5]))
            return f"Reported clusters of {ligand.name} have other sizes ({names}); expect competition from these."
    return ""


def failures(
    kind: Transformation,
    starts: tuple[Nanocluster, ...],
    cluster: Nanocluster,
    network: Network,
    reductant: str,
) -> tuple[float, list[str]]:
    """Return the cost and the remarks of reported failures of this step with the same or a similar ligand."""
    worst, remarks = 0.0, []
    for failure in network.failures:
        if failure.transformation is not kind:
            continue
        failed_starts = {shape(c) for c in failure.reactant_clusters if c.n_metals > 2}
        if failed_starts != {shape(s) for s in starts}:
            continue
        used = [ligand for c in failure.reactant_clusters if c.n_metals <= 2 for ligand in organic(c)]
        distances = [d for a in used for b in organic(cluster) if (d := ligand_distance(a, b)) is not None]
        if not distances or min(distances) > 0.5:
            continue
        if not starts:  # the same complexes with another dose: a warning, not a reason against the step
            if reductant and any(reductant in text for text in failure.reagents) and min(distances) < 0.3:
                remarks.append(f"Reported to fail at another dose: {cite(failure)}.")
            continue
        worst = max(worst, cost.FAILED_SAME if min(distances) == 0 else cost.FAILED_SIMILAR)
        remarks.append(f"Reported to fail{'' if min(distances) == 0 else ' with a similar ligand'}: {cite(failure)}.")
    return worst, remarks


def feed_and_rest(cluster: Nanocluster, feeds: tuple[Nanocluster, ...]) -> list[Species]:
    """Return complexes to feed, and what the cluster needs besides them."""
    return [*(of_cluster(feed) for feed in feeds), *additions(cluster, feeds)]


def inferred_proposal(
    target: Species,
    kind: Transformation,
    *,
    starts: tuple[Nanocluster, ...],
    others: list[Species],
    precedents: tuple[Precedent, ...],
    inferred_from: str,
    inference: float,
    ligand: float = 0.0,
    reductant: str = "",
    remarks: tuple[str, ...] = (),
) -> Proposal:
    """Return a proposal for a step no source reports, with its reason and distances."""
    precursors = [*(of_cluster(start) for start in starts), *others]
    if reductant:
        precursors.append(donor(reductant))
    terms = terms_of(kind, precedents, ligand=ligand, inference=inference)
    return Proposal(
        transformation=kind,
        product=target,
        precursors=tuple(dict.fromkeys(precursors)),
        support=Support(
            precedents,
            is_inferred=True,
            inferred_from=inferred_from,
            distance=round(ligand + inference, 3),
            remarks=tuple(remark for remark in remarks if remark),
        ),
        terms=terms,
        starts=starts,
        reductant=reductant,
    )
