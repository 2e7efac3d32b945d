"""The table of topologies: what `assemble` can build, gathered from the modules that build it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from superatom.errors import UnknownNameError, did_you_mean
from superatom.structures.assembly import biicosahedra, bipyramid, carbon, centred, lantern, stapled, zeolites
from superatom.structures.assembly.blueprint import Topology


@cache
def topologies() -> Mapping[str, Topology]:
    """Return every topology by name, in the order of the families.

    >>> list(topologies())[:3]
    ['lantern', 'centred9', 'centred9_halide']
    """
    families = (lantern, centred, bipyramid, stapled, biicosahedra, zeolites, carbon)
    return MappingProxyType({topology.name: topology for family in families for topology in family.TOPOLOGIES})


def topology(name: str) -> Topology:
    """Return the topology called `name`; raise `UnknownNameError` with the closest names where there is none.

    >>> topology("centred9").placements["centre"]
    (0,)
    """
    known = topologies()
    if name not in known:
        raise UnknownNameError(
            f"unknown topology {name!r}.{did_you_mean(name, list(known))} Known topologies: {', '.join(known)}"
        )
    return known[name]
