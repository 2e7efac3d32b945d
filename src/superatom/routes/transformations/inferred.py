"""Generalised transformations: steps no source reports for this composition, each with what it is inferred from.

Ligand exchange that keeps the core, change of charge, growth by one 2-electron hop (Lyu et al.,
doi:10.1039/d5nh00353a, section 3), and reduction of complexes to a cluster that is reported without its synthesis.
"""

from __future__ import annotations

from collections.abc import Iterator

from superatom.data.records import KnownCluster, Precedent, Species, Transformation
from superatom.routes.chemicals import (
    DEFAULT_REDUCTANT,
    free_ligand,
    is_feed,
    of_cluster,
)
from superatom.routes.likeness import ligand_distance
from superatom.routes.network import Network, default_feeds, ligand_map, shape
from superatom.routes.transformations.proposal import (
    Proposal,
    cite,
    is_fleeting,
    is_reported,
    organic,
)
from superatom.routes.transformations.reported import feed_and_rest, inferred_proposal, reported, unusual_size
from superatom.structures.nanocluster import Nanocluster

# distances of the generalisations themselves; the ligand distance is added on top
UNKNOWN_SYNTHESIS = 1.0
CORE_KEPT_EXCHANGE = 0.8
PARTIAL_EXCHANGE = 0.5
CORE_MAY_CHANGE = 0.8
CHARGE_BY_ANALOGY = 0.6
ONE_HOP = 1.4


def unknown_synthesis(target: Species, network: Network) -> Iterator[Proposal]:
    """Propose direct reduction of complexes for a cluster that is reported while no reported step makes it."""
    cluster = target.cluster
    if cluster is None or target.kind == "mixture" or is_feed(cluster):
        return
    made = [k for k in network.known_by_shape.get(shape(cluster), ()) if k.status.startswith("synthesised")]
    if not made or next(reported(target, network), None) is not None:
        return
    odd_or_negative = cluster.valence_electrons % 2 or cluster.valence_electrons < 0
    if odd_or_negative and not is_reported(cluster, network):
        return
    nearest = _nearest(made, cluster)
    if nearest is None:
        return
    known, distance = nearest
    feeds = default_feeds(cluster)
    precedent = _direct_reduction_like(cluster, network)
    kind = Transformation.CO_REDUCTION if cluster.dopants else Transformation.REDUCTION_GROWTH
    remark = f"{known.formula} is reported ({known.source.citation}), but the sources read do not say how it was made."
    yield inferred_proposal(
        target,
        kind,
        starts=(),
        others=feed_and_rest(cluster, feeds),
        reductant=DEFAULT_REDUCTANT,
        precedents=precedent,
        inferred_from=f"{known.id}: {known.formula} ({known.source.citation}); method by analogy"
        + (f" with {cite(precedent[0])}" if precedent else ""),
        ligand=distance,
        inference=UNKNOWN_SYNTHESIS,
        remarks=(remark, unusual_size(cluster, network) if distance else ""),
    )


def exchange_with_core_kept(target: Species, network: Network) -> Iterator[Proposal]:
    """Propose full exchange of one thiolate for another on a reported cluster of the same composition."""
    cluster = target.cluster
    if cluster is None or target.kind != "cluster":
        return
    wanted = [ligand for ligand in organic(cluster) if ligand.ligand_class == "thiolate" and not ligand.is_generic]
    if len(wanted) != 1:
        return
    new = wanted[0]
    exchanges = tuple(p for p in network.precedents if _keeps_core(p))
    options: list[tuple[float, str, KnownCluster]] = []
    for known in network.known_by_shape.get(shape(cluster), ()):
        if known.cluster is None or known.cluster == cluster or not known.status.startswith("synthesised"):
            continue
        old = [a for a, _ in known.cluster.ligands if a not in dict(cluster.ligands)]
        if len(old) == 1 and not old[0].is_generic and (distance := ligand_distance(old[0], new)) is not None:
            options.append((distance, known.formula, known))
    reported_starts = {s for e in network.by_shape.get(shape(cluster), ()) if e.product == cluster for s in e.starts}
    options = [o for o in options if o[2].cluster in network.products]  # only starts whose own synthesis is reported
    most = 1 if is_reported(cluster, network) else 3
    for distance, _, known in sorted(options, key=lambda o: o[:2])[:most]:
        start = known.cluster
        if start is None or start in reported_starts:
            continue
        converts = _conversions(start, cluster, network)
        yield inferred_proposal(
            target,
            Transformation.LIGAND_EXCHANGE,
            starts=(start,),
            others=[free_ligand(new)],
            precedents=exchanges[:2],
            inferred_from=cite(exchanges[0]) if exchanges else "ligand exchange, review section 3.4",
            ligand=distance,
            inference=CORE_KEPT_EXCHANGE + (CORE_MAY_CHANGE if converts else 0.0),
            remarks=(
                f"Excess {new.name} may change the core instead: {converts}." if converts else "",
                unusual_size(cluster, network),
                "Exchange is rarely complete in one pass; check by mass spectrometry and repeat.",
            ),
        )


def partial_exchange(target: Species, network: Network) -> Iterator[Proposal]:
    """Propose exchange of part of the thiolates of a cluster with one thiolate, by a controlled amount of the other."""
    cluster = target.cluster
    if cluster is None or target.kind != "cluster":
        return
    mixed = [(ligand, n) for ligand, n in cluster.ligands if ligand.ligand_class == "thiolate"]
    reported_ways = (e.transformation for e in network.by_shape.get(shape(cluster), ()) if e.product == cluster)
    if len(mixed) != 2 or Transformation.LIGAND_EXCHANGE in reported_ways:
        return
    (old, _), (new, n_new) = sorted(mixed, key=lambda item: -item[1])
    start = cluster.with_ligand(new, old)
    distance = ligand_distance(old, new)
    known = [k for k in network.known_by_shape.get(shape(start), ()) if k.status.startswith("synthesised")]
    if distance is None or not known:
        return
    precedents = tuple(p for p in network.precedents if _keeps_core(p) and len(p.product_clusters[0].ligands) == 2)
    yield inferred_proposal(
        target,
        Transformation.LIGAND_EXCHANGE,
        starts=(start,),
        others=[free_ligand(new)],
        precedents=precedents[:1],
        inferred_from=cite(precedents[0]) if precedents else "mild ligand exchange, review section 3.4",
        ligand=distance / 2,
        inference=PARTIAL_EXCHANGE,
        remarks=(
            f"A controlled amount of {new.name} gives a distribution around {n_new} exchanged: separate by HPLC.",
            "The most exposed sites exchange first.",
        ),
    )


def charge_change(target: Species, network: Network) -> Iterator[Proposal]:
    """Propose oxidation or reduction by one electron from the same composition at a reported charge."""
    cluster = target.cluster
    if cluster is None or target.kind != "cluster":
        return
    for charge in (cluster.charge - 1, cluster.charge + 1):
        parent = cluster.with_charge(charge)
        known = [k for k in network.known_by_shape.get(shape(parent), ()) if k.status.startswith("synthesised")]
        reported_here = any(
            e.transformation is Transformation.CHARGE_CHANGE for e in network.by_shape.get(shape(cluster), ())
        )
        if not (known or shape(parent) in network.by_shape) or parent.valence_electrons < 1 or reported_here:
            continue
        precedents = tuple(p for p in network.precedents if p.transformation is Transformation.CHARGE_CHANGE)
        oxidises = charge < cluster.charge
        yield inferred_proposal(
            target,
            Transformation.CHARGE_CHANGE,
            starts=(parent,),
            others=[],
            reductant="" if oxidises else DEFAULT_REDUCTANT,
            precedents=precedents[:1],
            inferred_from=cite(precedents[0]) if precedents else "one-electron redox of superatoms",
            inference=CHARGE_BY_ANALOGY,
            remarks=(
                "Air or a mild oxidant takes one electron; the product has an open shell if the count is odd."
                if oxidises
                else "A small dose of reductant; an excess reduces further or grows the cluster.",
            ),
        )


def one_hop(target: Species, network: Network) -> Iterator[Proposal]:
    """Propose seeded growth from a reported member of the same growth family two electrons below."""
    cluster = target.cluster
    if cluster is None or target.kind != "cluster" or len(cluster.metals) != 1 or len(cluster.ligands) != 1:
        return
    ligand = cluster.ligands[0][0]
    if ligand.ligand_class != "thiolate":
        return
    families = {k.growth_family for k in network.known_by_shape.get(shape(cluster), ()) if k.growth_family}
    hops = tuple(
        p
        for p in network.precedents
        if p.transformation is Transformation.SEEDED_GROWTH and p.conditions.reductant == "CO"
    )
    seen: set[Nanocluster] = set()
    for known in network.known:
        seed = known.cluster
        if seed is None or known.growth_family not in families or len(seed.ligands) != 1:
            continue
        if seed.metals[0][0] != cluster.metals[0][0] or not known.status.startswith("synthesised"):
            continue
        grown = cluster.n_metals - seed.n_metals, cluster.n_ligands - seed.n_ligands
        if cluster.valence_electrons - seed.valence_electrons != 2 or not (1 <= grown[0] <= 8 and 0 <= grown[1] <= 4):
            continue
        distance = ligand_distance(seed.ligands[0][0], ligand)
        start = seed.with_ligand(seed.ligands[0][0], ligand)
        if distance is None or start in seen:
            continue
        seen.add(start)
        yield inferred_proposal(
            target,
            Transformation.SEEDED_GROWTH,
            starts=(start,),
            others=[of_cluster(feed) for feed in default_feeds(cluster)],
            reductant="CO",
            precedents=hops[:1],
            inferred_from=f"one 2-electron hop within the family {known.growth_family}"
            + (f", as {cite(hops[0])}" if hops else ""),
            ligand=distance,
            inference=ONE_HOP,
            remarks=("Growth beyond the target competes; follow by absorption and stop in time.",),
        )


def _keeps_core(precedent: Precedent) -> bool:
    if precedent.transformation is not Transformation.LIGAND_EXCHANGE:
        return False
    before, after = precedent.reactant_clusters, precedent.product_clusters
    return len(before) == 1 and len(after) == 1 and before[0].metals == after[0].metals


def _conversions(start: Nanocluster, target: Nanocluster, network: Network) -> str:
    """Name reported exchanges of a like ligand on this composition that changed the core."""
    found = []
    for edge in network.edges:
        if edge.transformation is not Transformation.LIGAND_EXCHANGE or not edge.starts:
            continue
        if shape(edge.starts[0]) != shape(start) or edge.product.metals == start.metals:
            continue
        brought_in = [a for a in organic(edge.product) if a not in dict(edge.starts[0].ligands)]
        pairs = [(a, b) for a in brought_in for b in organic(target)]
        if any((d := ligand_distance(a, b)) is not None and d <= 0.5 for a, b in pairs):
            found.append(f"{edge.precedents[0].id} gives {edge.product.formula}")
    return "; ".join(found[:2])


def _nearest(made: list[KnownCluster], cluster: Nanocluster) -> tuple[KnownCluster, float] | None:
    found = [(moved[1], k.id, k) for k in made if k.cluster and (moved := ligand_map(k.cluster, cluster)) is not None]
    if not found:
        return None
    distance, _, known = min(found, key=lambda item: item[:2])
    return known, distance


def _direct_reduction_like(cluster: Nanocluster, network: Network) -> tuple[Precedent, ...]:
    """Return a reported direct reduction of the same metal with the same kinds of ligand, the nearest in size."""
    kinds = {ligand.ligand_class for ligand, _ in cluster.ligands}
    alike = [
        (len(kinds ^ theirs), abs(e.product.n_metals - cluster.n_metals), e.product.formula, e.reductant, e)
        for e in network.edges
        if e.transformation is Transformation.REDUCTION_GROWTH
        and e.feeds
        and e.product.host_metal == cluster.host_metal
        and kinds & (theirs := {ligand.ligand_class for ligand, _ in e.product.ligands})
        and not is_fleeting(e.product, network)
    ]
    alike.sort(key=lambda found: found[:4])
    return alike[0][-1].precedents[:1] if alike else ()
