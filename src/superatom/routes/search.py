"""The search: from the target back to the stock, best first, k best and different routes, or why there is none.

The network is an AND-OR graph: a species may be made in several ways (OR), each of which needs all its
precursors (AND). A partial route is the set of steps chosen so far and the species still open; partial routes
are taken in order of cost plus a lower bound for what is open, so complete routes appear in order of cost.
Costs are sums of `superatom.routes.cost` terms; ties are broken by text, so the same input gives the same
routes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from superatom.data.records import Route, Species, Step, Transformation
from superatom.errors import BalanceError, ChemistryError
from superatom.routes import cost
from superatom.routes.chemicals import donor, free_ligand, of_cluster, salts_of
from superatom.routes.equations import step_of, with_net_equation
from superatom.routes.missing import Relative, missing_link, nearest_relatives
from superatom.routes.network import Network, default_network
from superatom.routes.stock import BENCH, Stock
from superatom.routes.transformations import Proposal, proposals
from superatom.routes.transformations.proposal import organic
from superatom.structures.nanocluster import Nanocluster

MAX_EXPANSIONS = 20_000
# two routes are different when they share less than this of their cluster-making steps
SAME_ROUTE = 0.6
# more routes than this with the same last step are shown only when nothing else is left
SAME_END = 2
# a route this much dearer than the best one is not worth showing
WORTH_SHOWING = 6.5
_LEAVES = ("metal_salt", "ligand", "reductant")
# no step costs less than this, by what it makes: the lower bound of the search
_LEAST = {"complex": cost.STEP[Transformation.COMPLEXATION], "mixture": cost.MIXTURE_STEP}


@dataclass(frozen=True)
class RouteSearch:
    """What a search found: routes cheapest first; without any, the nearest reachable relatives and the missing link."""

    target: Nanocluster
    routes: tuple[Route, ...]
    nearest_relatives: tuple[Relative, ...]
    missing_link: str
    n_expanded: int


@dataclass(frozen=True)
class _Partial:
    """A partial route: chosen proposals by product, species still open (first is expanded next)."""

    chosen: Mapping[Species, Proposal]
    open_species: tuple[Species, ...]
    cost: float

    @property
    def key(self) -> tuple[frozenset[tuple[str, ...]], tuple[str, ...]]:
        """What decides the future: partial routes with equal keys differ in trivial choices only."""
        made = frozenset(p.signature for p in self.chosen.values())
        return made, tuple(sorted(s.formula for s in self.open_species))


def find_routes(
    target: Nanocluster,
    stock: Stock | None = None,
    *,
    max_steps: int = 6,
    n_routes: int = 5,
    network: Network | None = None,
) -> RouteSearch:
    """Return up to `n_routes` different routes of at most `max_steps` steps from `stock` to `target`, cheapest first.

    Steps of a route are in the order they are done. With the default bench the ligands of the target itself are taken
    as at hand, and a remark names those to be bought; a stock of one's own is taken as it is. Without a route the
    answer holds the nearest relatives that can be reached and the missing link in plain words. Raises `ChemistryError`
    for limits below one and for a target without ligands.

    >>> found = find_routes(Nanocluster.parse("[Au25(PET)18]-"), n_routes=1)
    >>> [step.transformation.value for step in found.routes[0].steps]
    ['complexation', 'reduction_growth']
    >>> print(found.routes[0].steps[1].electron_equation)
    32 Au(PET) + 8 e- → [Au25(PET)18]- + 7 [Au(PET)2]-
    """
    if max_steps < 1 or n_routes < 1:
        raise ChemistryError("a search needs at least one step and one route; give max_steps and n_routes of 1 or more")
    if not target.ligands:
        raise ChemistryError(f"{target.formula} has no ligands; routes are planned to ligand-protected clusters")
    world = network or default_network()
    given = stock or Stock.bench()
    own = [free_ligand(ligand) for ligand in organic(target) if not ligand.is_generic]
    shelf = given.with_species(own) if given.name == BENCH else given
    search = _Search(world, shelf, max_steps)
    routes = search.run(of_cluster(target), n_routes)
    if routes:
        told = tuple(_with_shopping(route, given) for route in routes)
        return RouteSearch(target, told, (), "", search.n_expanded)

    def reachable(cluster: Nanocluster) -> bool:
        return bool(_Search(world, shelf, max_steps).run(of_cluster(cluster), 1))

    wanted = _Search(world, None, max_steps)
    unstocked = wanted.run(of_cluster(target), 1)
    shopping = _shopping(unstocked[0], shelf) if unstocked else []
    longer = () if unstocked else _Search(world, shelf, max_steps + 4).run(of_cluster(target), 1)
    return RouteSearch(
        target,
        (),
        nearest_relatives(target, world, reachable),
        missing_link(target, world, shopping, longer),
        search.n_expanded + wanted.n_expanded,
    )


@dataclass
class _Search:
    """One search over one network and stock; `stock` None means every chemical can be bought."""

    network: Network
    stock: Stock | None
    max_steps: int
    n_expanded: int = 0
    _proposals: dict[Species, tuple[Proposal, ...]] = field(default_factory=dict)
    _steps: dict[int, Step] = field(default_factory=dict)
    _unbalanced: set[int] = field(default_factory=set)

    def run(self, target: Species, n_routes: int) -> tuple[Route, ...]:
        """Return complete routes in order of cost, each different from those before."""
        accepted: list[_Partial] = []
        spare: list[_Partial] = []
        heap: list[tuple[float, int, _Partial]] = []
        serial = 0
        seen: set[object] = set()
        start = _Partial({}, () if self._have(target) else (target,), 0.0)
        heappush(heap, (0.0, serial, start))
        while heap and len(accepted) < n_routes and self.n_expanded < MAX_EXPANSIONS:
            bound, _, partial = heappop(heap)
            if accepted and bound > accepted[0].cost + WORTH_SHOWING:
                break
            if partial.key in seen or any(self._balanced(p) is None for p in partial.chosen.values()):
                continue
            seen.add(partial.key)
            if partial.open_species:
                self.n_expanded += 1
                for child in self._children(partial):
                    serial += 1
                    heappush(heap, (child.cost + _lower_bound(child.open_species), serial, child))
            elif not any(_is_like(partial, other) for other in accepted):
                same_end = [p for p in accepted if _last(target, p) == _last(target, partial)]
                (spare if len(same_end) >= SAME_END else accepted).append(partial)
        chosen = sorted([*accepted, *spare[: n_routes - len(accepted)]], key=lambda p: p.cost)
        return tuple(self._route(target, partial) for partial in chosen)

    def _have(self, species: Species) -> bool:
        return species.kind in _LEAVES if self.stock is None else species in self.stock

    def _children(self, partial: _Partial) -> list[_Partial]:
        species, *rest = partial.open_species
        if len(partial.chosen) + len(partial.open_species) > self.max_steps or species.kind in _LEAVES:
            return []
        found = []
        for proposal in self._ways_to(species):
            needed = [s for s in proposal.precursors if not self._have(s) and s not in partial.chosen]
            if any(s.kind in _LEAVES for s in needed) or self._makes_cycle(partial, proposal):
                continue
            open_species = [*[s for s in needed if s not in rest], *rest]
            open_species.sort(key=lambda s: (s.kind != "cluster", s.formula))
            chosen = {**partial.chosen, species: proposal}
            found.append(_Partial(chosen, tuple(dict.fromkeys(open_species)), partial.cost + proposal.cost))
        return found

    def _ways_to(self, species: Species) -> tuple[Proposal, ...]:
        if species not in self._proposals:
            self._proposals[species] = tuple(self._with_stocked_salts(p) for p in proposals(species, self.network))
        return self._proposals[species]

    def _with_stocked_salts(self, proposal: Proposal) -> Proposal:
        """Take another salt of the same metal where the usual one is not on the shelf."""
        if self.stock is None or proposal.transformation is Transformation.COMPLEXATION:
            return proposal

        def on_shelf(species: Species) -> Species:
            metal = next((m for m, _ in species.units if salts_of(m)), "")
            if species.kind != "metal_salt" or self._have(species):
                return species
            return next((s.species for s in salts_of(metal) if self._have(s.species)), species)

        return replace(proposal, precursors=tuple(on_shelf(s) for s in proposal.precursors))

    def _makes_cycle(self, partial: _Partial, proposal: Proposal) -> bool:
        stack, visited = list(proposal.precursors), set[Species]()
        while stack:
            species = stack.pop()
            if species == proposal.product:
                return True
            if species not in visited and species in partial.chosen:
                visited.add(species)
                stack.extend(partial.chosen[species].precursors)
        return False

    def _balanced(self, proposal: Proposal) -> Step | None:
        """Return the step of a proposal, or None: chemistry that does not conserve matter is no way to anything."""
        if id(proposal) not in self._steps and id(proposal) not in self._unbalanced:
            try:
                self._steps[id(proposal)] = step_of(proposal)
            except BalanceError:
                self._unbalanced.add(id(proposal))
        return self._steps.get(id(proposal))

    def _route(self, target: Species, partial: _Partial) -> Route:
        order = _in_order(target, partial.chosen)
        steps: list[Step] = []
        terms = dict.fromkeys(cost.TERMS, 0.0)
        focusing = {p.mixture_of: self._steps[id(p)] for p in order if p.mixture_of is not None}
        for proposal in order:
            step = self._steps[id(proposal)]
            feed = proposal.product.cluster
            if proposal.product.kind == "mixture" and feed in focusing:
                step = with_net_equation(step, focusing[feed])
            steps.append(step)
            for name, value in proposal.terms.items():
                terms[name] += value
        rounded = {name: round(value, 4) for name, value in terms.items()}
        return Route(target, tuple(steps), cost.total(terms), rounded, _remarks(steps))


def _with_shopping(route: Route, shelf: Stock) -> Route:
    missing = _shopping(route, shelf)
    if not missing:
        return route
    return replace(
        route, remarks=(*route.remarks, f"Not on the bench list, to be bought or made: {', '.join(missing)}.")
    )


def _shopping(route: Route, shelf: Stock) -> list[str]:
    """Return the chemicals a route needs that are not on the shelf."""
    needed = [s for step in route.steps for s in step.main_reactants if s.kind in _LEAVES]
    needed += [donor(step.reductant) for step in route.steps if step.reductant]
    return list(dict.fromkeys(s.formula for s in needed if s not in shelf))


def _lower_bound(open_species: tuple[Species, ...]) -> float:
    return sum(_LEAST.get(s.kind, cost.STEP[Transformation.CHARGE_CHANGE]) for s in open_species)


def _is_like(a: _Partial, b: _Partial) -> bool:
    """Whether two routes share most cluster-making steps, or both only swap ligands by analogy."""
    steps_a, steps_b = (
        {p.signature for p in route.chosen.values() if p.transformation is not Transformation.COMPLEXATION}
        for route in (a, b)
    )
    if steps_a == steps_b or (steps_a | steps_b and len(steps_a & steps_b) / len(steps_a | steps_b) >= SAME_ROUTE):
        return True
    return _swaps_ligands(a) and _swaps_ligands(b)


def _swaps_ligands(partial: _Partial) -> bool:
    return any(
        p.transformation is Transformation.LIGAND_EXCHANGE
        and p.support.is_inferred
        and p.product.cluster is not None
        and all(start.metals == p.product.cluster.metals for start in p.starts)
        for p in partial.chosen.values()
    )


def _last(target: Species, partial: _Partial) -> tuple[str, ...]:
    return partial.chosen[target].signature if target in partial.chosen else ()


def _in_order(target: Species, chosen: Mapping[Species, Proposal]) -> list[Proposal]:
    """Return the chosen proposals in the order they are done: precursors before what needs them."""
    order: list[Proposal] = []

    def visit(species: Species) -> None:
        proposal = chosen.get(species)
        if proposal is None or proposal in order:
            return
        for precursor in proposal.precursors:
            visit(precursor)
        order.append(proposal)

    visit(target)
    return order


def _remarks(steps: list[Step]) -> tuple[str, ...]:
    inferred = [s for s in steps if s.support.is_inferred and s.transformation is not Transformation.COMPLEXATION]
    if not steps:
        return ("The target is in the stock.",)
    if not inferred:
        return ("Every cluster-making step is reported for these very clusters.",)
    names = ", ".join(f"{s.transformation.words} to {s.product.formula}" for s in inferred)
    return (f"Inferred, not reported for these very clusters: {names}.",)
