"""Doping: another metal into a reported host, by co-reduction, metal exchange or alloying with a second cluster.

Routes and site preferences are those of Lyu et al. (doi:10.1039/d5nh00353a), section 3.3; the nearest doping precedent
is cited with its distance.
"""

from __future__ import annotations

from collections.abc import Iterator

from superatom.data.records import Precedent, Species, Transformation
from superatom.routes.chemicals import DEFAULT_REDUCTANT, feed_complex, of_cluster, salts_of
from superatom.routes.network import Edge, Network, default_feeds, shape
from superatom.routes.transformations.proposal import Proposal, cite, organic, separation_remarks, site_remarks
from superatom.routes.transformations.reported import feed_and_rest, inferred_proposal
from superatom.structures.nanocluster import Nanocluster

_EXCHANGE_DOPANTS = ("Ag", "Cu", "Cd", "Hg", "Au")
# distances of the generalisations themselves
SAME_DOPANT = 0.6
OTHER_HOST = 0.9
OTHER_DOPANT = 1.3
MORE_DOPANTS = 0.3
ALLOY = 0.8
OPEN_SHELL_MISMATCH = 1.0


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
    ways = {e.transformation for e in network.by_shape.get(shape(cluster), ())}
    if Transformation.CO_REDUCTION not in ways:
        precedents, distance = _dopant_precedents(Transformation.CO_REDUCTION, dopant, host, network)
        yield inferred_proposal(
            target,
            Transformation.CO_REDUCTION,
            starts=(),
            others=[*feed_and_rest(cluster, default_feeds(cluster))],
            reductant=DEFAULT_REDUCTANT,
            precedents=precedents,
            inferred_from=cite(precedents[0]) if precedents else "co-reduction doping, review section 3.3",
            inference=distance + penalty,
            remarks=(site, spread, odd, *separation_remarks(cluster, network)),
        )
    if dopant in _EXCHANGE_DOPANTS and Transformation.METAL_EXCHANGE not in ways and not mismatch:
        precedents, distance = _dopant_precedents(Transformation.METAL_EXCHANGE, dopant, host, network)
        yield inferred_proposal(
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
    yield inferred_proposal(
        target,
        Transformation.INTERCLUSTER_REACTION,
        starts=(parents[0], other),
        others=[],
        precedents=precedents[:1],
        inferred_from=cite(precedents[0]) if precedents else "intercluster alloying, review section 3.3",
        inference=ALLOY,
        remarks=("The dopant number follows the ratio of the two clusters; products are distributed.", spread),
    )


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
