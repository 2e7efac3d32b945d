"""How long does a route search take, and how does it grow with the network? `python benchmarks/route_search.py`.

Ten routes are asked for each target of the acceptance list over the whole packaged network, after import and one
warm-up search. The network is then enlarged with copies of every reaction and cluster in which each thiolate is
replaced by another of the ligand table (a different one per copy): 3 and 10 times as many reactions to choose from.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import replace

from record import row, write
from superatom.data import reference
from superatom.data.records import KnownCluster, Precedent
from superatom.routes.equations import electronic_equation
from superatom.routes.network import Network, network_of
from superatom.routes.search import find_routes
from superatom.routes.stock import Stock
from superatom.structures.ligands import Ligand, ligand_table
from superatom.structures.nanocluster import Nanocluster

TARGETS = (
    "[Au25(PET)18]-", "[Au25(SG)18]-", "Au38(PET)24", "Au36(TBBT)24", "[Au23(S-c-C6H11)16]-", "Au28(TBBT)20",
    "Au22(SG)18", "Au144(PET)60", "[PtAu24(PET)18]", "CdAu24(PET)18", "[Ag44(p-MBA)30]4-", "[Au13(dppe)5Cl2]3+",
    "[Au25(cysteamine)18]-", "[Cu25H22(PPh3)12]+", "[Au25(PET)40]5+",
)  # fmt: skip
SIZES = (1, 3, 10)
REPEATS = 3


def shifted(shift: int) -> dict[Ligand, Ligand]:
    """Return a ligand map that replaces every thiolate by the one `shift` places further in the table."""
    thiolates = [x for x in ligand_table() if x.ligand_class == "thiolate" and not x.is_generic and x.denticity == 1]
    return {old: thiolates[(i + shift) % len(thiolates)] for i, old in enumerate(thiolates)}


def swapped(cluster: Nanocluster, mapping: dict[Ligand, Ligand]) -> Nanocluster:
    return Nanocluster.of(
        dict(cluster.metals), {mapping.get(ligand, ligand): n for ligand, n in cluster.ligands}, cluster.charge
    )


def enlarged(times: int) -> Network:
    precedents: list[Precedent] = list(reference.precedents())
    known: list[KnownCluster] = list(reference.clusters())
    for shift in range(1, times):
        mapping = shifted(shift)
        precedents += [
            replace(
                p,
                id=f"{p.id}x{shift}",
                reactant_clusters=tuple(swapped(c, mapping) for c in p.reactant_clusters),
                product_clusters=tuple(swapped(c, mapping) for c in p.product_clusters),
            )
            for p in reference.precedents()
        ]
        known += [
            replace(k, id=f"{k.id}x{shift}", cluster=swapped(k.cluster, mapping))
            for k in reference.clusters()
            if k.cluster
        ]
    return network_of(precedents, known, reference.recipes())


def main() -> None:
    rows = []
    stock = Stock.bench()
    for times in SIZES:
        start = time.perf_counter()
        network = enlarged(times)
        built = time.perf_counter() - start
        data = f"packaged network, {times}x: {len(network.edges)} edges"
        rows.append(row("route search", data, "build network", "s", built))
        find_routes(Nanocluster.parse(TARGETS[0]), stock, n_routes=10, network=network)  # loads the solver
        walls, found, expanded = [], 0, 0
        for formula in TARGETS:
            target = Nanocluster.parse(formula)
            runs = []
            for _ in range(REPEATS):
                electronic_equation.cache_clear()  # every run balances its own steps
                start = time.perf_counter()
                result = find_routes(target, stock, n_routes=10, network=network)
                runs.append(time.perf_counter() - start)
            walls.append(statistics.median(runs))
            found += len(result.routes)
            expanded += result.n_expanded
            if times == 1:
                rows.append(
                    row(f"10 routes to {formula}", data, "wall, median", "s", walls[-1], n_seeds=REPEATS,
                        spread=(max(runs) - min(runs)) / 2)
                )  # fmt: skip
        rows.append(row("10 routes, all targets", data, "wall, median over targets", "s", statistics.median(walls)))
        rows.append(row("10 routes, all targets", data, "wall, slowest target", "s", max(walls)))
        rows.append(row("10 routes, all targets", data, "routes found", "routes", found))
        rows.append(row("10 routes, all targets", data, "partial routes expanded", "", expanded))
        print(f"{times:3d}x {len(network.edges):5d} edges: median {statistics.median(walls):.3f} s, "
              f"slowest {max(walls):.3f} s, {found} routes, {expanded} expanded")  # fmt: skip
    write(
        "route_search", rows, "python benchmarks/route_search.py",
        "k = 10 routes, bench stock, at most 6 steps; time after import. 3x and 10x are synthetic enlargements.",
    )  # fmt: skip


if __name__ == "__main__":
    main()
