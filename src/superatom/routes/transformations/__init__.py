"""Backward steps: each transformation is a pure function from a target species to proposals, listed in one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from superatom.data.records import Species
from superatom.routes.network import Network
from superatom.routes.transformations import complexes, doping, inferred, reported
from superatom.routes.transformations.proposal import Proposal

Proposer = Callable[[Species, Network], Iterator[Proposal]]

# in the order their proposals are made; a new transformation is one function and one line
TABLE: tuple[Proposer, ...] = (
    complexes.complexation,
    complexes.mixture_reduction,
    reported.reported,
    inferred.unknown_synthesis,
    doping.doping,
    inferred.exchange_with_core_kept,
    inferred.partial_exchange,
    inferred.charge_change,
    inferred.one_hop,
)


def proposals(target: Species, network: Network) -> tuple[Proposal, ...]:
    """Return every proposal for a species, cheapest first, ties in a fixed order.

    >>> from superatom.routes.chemicals import cluster_species
    >>> from superatom.routes.network import default_network
    >>> found = proposals(cluster_species("[Au25(PET)18]-"), default_network())
    >>> found[0].transformation.value, found[0].reductant
    ('reduction_growth', 'NaBH4')
    """
    found = [proposal for propose in TABLE for proposal in propose(target, network)]
    return tuple(sorted(found, key=lambda p: (p.cost, p.signature, p.reductant, [s.formula for s in p.precursors])))


__all__ = ["TABLE", "Proposal", "proposals"]
