"""Generalised transformations: steps no source reports for this composition, each with what it is inferred from.

Doping by co-reduction and by metal exchange with the site preferences of the review (Lyu et al.,
doi:10.1039/d5nh00353a, section 3.3), alloying of two clusters, ligand exchange that keeps the core, change of
charge, growth by one 2-electron hop, and reduction of complexes to a cluster that is reported without its
synthesis.
"""

from __future__ import annotations

from collections.abc import Iterator

from superatom.data.records import KnownCluster, Precedent, Species, Support, Transformation
from superatom.routes.chemicals import (
    DEFAULT_REDUCTANT,
    donor,
    feed_complex,
    free_ligand,
    is_feed,
    of_cluster,
    salts_of,
)
from superatom.routes.likeness import ligand_distance
from superatom.routes.network import Edge, Network, default_feeds, ligand_map, shape
from superatom.routes.transformations.proposal import Proposal, cite, is_reported, organic, site_remarks, terms_of
from superatom.routes.transformations.reported import additions, unusual_size
from superatom.structures.nanocluster import Nanocluster

_EXCHANGE_DOPANTS = ("Ag", "Cu", "Cd", "Hg", "Au")
# distances of the generalisations themselves; the ligand distance is added on top
SAME_DOPANT = 0.6
OTHER_HOST = 0.9
OTHER_DOPANT = 1.3
MORE_DOPANTS = 0.3
UNKNOWN_SYNTHESIS = 1.0
CORE_KEPT_EXCHANGE = 0.8
CORE_MAY_CHANGE = 0.8
CHARGE_BY_ANALOGY = 0.6
ONE_HOP = 1.4
ALLOY = 0.8
OPEN_SHELL_MISMATCH = 1.0


def unknown_synthesis(target: Species, network: Network) -> Iterator[Proposal]:
    """Propose direct reduction of complexes for a cluster that is reported while no reported step makes it."""
    cluster = target.cluster
    if cluster is None or target.kind == "mixture" or is_feed(cluster) or cluster.valence_electrons < 0:
        return
    made = [k for k in network.known_by_shape.get(shape(cluster), ()) if k.status.startswith("synthesised")]
    if not made or shape(cluster) in network.by_shape or cluster.valence_electrons % 2:
        return
    nearest = _nearest(made, cluster)
    if nearest is None:
        return
    known, distance = nearest
    feeds = default_feeds(cluster)
    precedent = _direct_reduction_like(cluster, network)
    kind = Transformation.CO_REDUCTION if cluster.dopants else Transformation.REDUCTION_GROWTH
    remark = f"{known.formula} is reported ({known.source.citation}), but the sources read do not say how it was made."
    yield _proposal(
        target,
        kind,
        starts=(),
        others=_feed_and_rest(cluster, feeds),
        reductant=DEFAULT_REDUCTANT,
        precedents=precedent,
        inferred_from=f"{known.id}: {known.formula} ({known.source.citation}); method by analogy"
        + (f" with {cite(precedent[0])}" if precedent else ""),
        ligand=distance,
        inference=UNKNOWN_SYNTHESIS,
        remarks=(remark, unusual_size(cluster, network) if distance else ""),
    )


def doping(target: Species, network: Network) -> Iterator[Proposal]:
    """Propose co-reduction with a dopant salt, exchange of metal in the undoped cluster, and alloying."""
    cluster = target.cluster
    if cluster is None or target.kind != "cluster" or len(cluster.metals) != 2:
        return
    (dopant, n_dopant), host = next(iter(cluster.dopants.items())), cluster.host_metal
    parents = _undoped(cluster, network)
    if not parents or not salts_of(dopant):
        return
    many = MORE_DOPANTS * min(4, n_dopant - 1)
    site = " ".join(site_remarks(cluster))
    spread = (
        f"{dopant} and {host} mix freely: expect a distribution of dopant numbers, separated by HPLC."
        if {dopant, host} <= {"Au", "Ag", "Cu"}
        else ""
    )
    parent = parents[0]
    mismatch = cluster.valence_electrons not in (parent.valence_electrons, parent.valence_electrons - 2)
    odd = (
        f"{target.formula} has {cluster.valence_electrons} valence electrons, {parent.formula} has "
        f"{parent.valence_electrons}: check the charge."
        if mismatch
        else ""
    )
    penalty = many + OPEN_SHELL_MISMATCH * mismatch
    reported_ways = {e.transformation for e in network.by_shape.get(shape(cluster), ())}
    if Transformation.CO_REDUCTION not in reported_ways:
        precedents, distance = _dopant_precedents(Transformation.CO_REDUCTION, dopant, host, network)
        yield _proposal(
            target,
            Transformation.CO_REDUCTION,
            starts=(),
            others=[*_feed_and_rest(cluster, default_feeds(cluster))],
            reductant=DEFAULT_REDUCTANT,
            precedents=precedents,
            inferred_from=cite(precedents[0]) if precedents else "co-reduction doping, review section 3.3",
            inference=distance + penalty,
            remarks=(site, spread, odd),
        )
    if dopant in _EXCHANGE_DOPANTS and Transformation.METAL_EXCHANGE not in reported_ways and not mismatch:
        precedents, distance = _dopant_precedents(Transformation.METAL_EXCHANGE, dopant, host, network)
        yield _proposal(
            target,
            Transformation.METAL_EXCHANGE,
            starts=(parent,),
            others=[_dopant_source(dopant, cluster)],
            precedents=precedents,
            inferred_from=cite(precedents[0]) if precedents else "metal exchange, review section 3.3",
            inference=distance + penalty,
            remarks=(site, spread),
        )
    yield from _alloying(target, cluster, parents, network, spread)


def _alloying(
    target: Species, cluster: Nanocluster, parents: list[Nanocluster], network: Network, spread: str
) -> Iterator[Proposal]:
    host, dopant = cluster.host_metal, next(iter(cluster.dopants))
    other = Nanocluster.of({dopant: cluster.n_metals}, dict(cluster.ligands), cluster.charge)
    if {host, dopant} != {"Au", "Ag"} or shape(other) not in network.known_by_shape:
        return
    if parents[0].charge != cluster.charge:
        return
    precedents = tuple(
        p
        for p in network.precedents
        if p.transformation is Transformation.INTERCLUSTER_REACTION and len(p.reactant_clusters) == 2
    )
    yield _proposal(
        target,
        Transformation.INTERCLUSTER_REACTION,
        starts=(parents[0], other),
        others=[],
        precedents=precedents[:1],
        inferred_from=cite(precedents[0]) if precedents else "intercluster alloying, review section 3.3",
        inference=ALLOY,
        remarks=("The dopant number follows the ratio of the two clusters; products are distributed.", spread),
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
    products = {e.product for e in network.edges}
    options = [o for o in options if o[2].cluster in products]  # only starts whose own synthesis is reported
    most = 1 if is_reported(cluster, network) else 3
    for distance, _, known in sorted(options, key=lambda o: o[:2])[:most]:
        start = known.cluster
        if start is None or start in reported_starts:
            continue
        converts = _conversions(start, cluster, network)
        yield _proposal(
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
        yield _proposal(
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
        yield _proposal(
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


def _proposal(
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


def _feed_and_rest(cluster: Nanocluster, feeds: tuple[Nanocluster, ...]) -> list[Species]:
    return [*(of_cluster(feed) for feed in feeds), *additions(cluster, feeds)]


def _dopant_source(dopant: str, cluster: Nanocluster) -> Species:
    """A group 11 dopant enters as its complex with the cluster's thiolate, the others as a salt."""
    thiolates = [ligand for ligand in organic(cluster) if ligand.ligand_class == "thiolate"]
    feed = feed_complex(dopant, thiolates[0]) if thiolates and dopant in ("Au", "Ag", "Cu") else None
    return of_cluster(feed) if feed else salts_of(dopant)[0].species


def _undoped(cluster: Nanocluster, network: Network) -> list[Nanocluster]:
    """Return the host cluster at its reported charges, nearest in electron count first."""
    metals = {cluster.host_metal: cluster.n_metals}
    found = {
        Nanocluster.of(metals, dict(cluster.ligands), k.cluster.charge)
        for k in network.known_by_metals.get(tuple(metals.items()), ())
        if k.cluster and shape(k.cluster)[1] == shape(cluster)[1] and k.status.startswith("synthesised")
    }
    wanted = cluster.valence_electrons
    return sorted(found, key=lambda c: (abs(c.valence_electrons - wanted), c.valence_electrons % 2, c.charge))


def _dopant_precedents(
    kind: Transformation, dopant: str, host: str, network: Network
) -> tuple[tuple[Precedent, ...], float]:
    """Return the nearest doping precedents and their distance: same dopant and host, same dopant, any dopant."""
    edges = [e for e in network.edges if e.transformation is kind]

    def fits(edge: Edge, *, same_host: bool) -> bool:
        return dopant in edge.product.dopants and (edge.product.host_metal == host or not same_host)

    for chosen, distance in (
        ([e for e in edges if fits(e, same_host=True)], SAME_DOPANT),
        ([e for e in edges if fits(e, same_host=False)], OTHER_HOST),
        ([e for e in edges if e.product.dopants], OTHER_DOPANT),
    ):
        if chosen:
            return tuple(p for e in chosen[:2] for p in e.precedents)[:3], distance
    return (), OTHER_DOPANT


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
        pairs = [(a, b) for a in organic(edge.product) for b in organic(target)]
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
        e
        for e in network.edges
        if e.transformation is Transformation.REDUCTION_GROWTH
        and e.feeds
        and e.product.host_metal == cluster.host_metal
        and {ligand.ligand_class for ligand, _ in e.product.ligands} & kinds
    ]
    alike.sort(key=lambda e: (abs(e.product.n_metals - cluster.n_metals), e.product.formula, e.reductant))
    return alike[0].precedents[:1] if alike else ()
