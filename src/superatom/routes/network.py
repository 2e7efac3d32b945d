"""The reaction network: every reported transformation as an edge, indexed by what it makes.

An `Edge` is one reported way to one product, with the precedents behind it. Edges come from the reaction table,
and from recipes that start at metal-ligand complexes. A *shape* is what a cluster keeps when its ligands are
swapped for others of the same class (metals, charge, ligand counts by class); a target nobody made finds its
relatives through it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TypeVar

from superatom.data.records import KnownCluster, Precedent, Recipe, Transformation
from superatom.routes.chemicals import donor_named, feed_complex, is_feed
from superatom.routes.likeness import ligand_distance
from superatom.structures.ligands import Ligand, ligand_table
from superatom.structures.nanocluster import Nanocluster

Shape = tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...], int]

K = TypeVar("K")
V = TypeVar("V")

_MIXTURE = re.compile(r"(?P<metal>Au|Ag|Cu)_?[xnN]\((?P<ligand>[^)]+)\)_?[xymp](?P<halide>Cl|Br)?")
_UNSORTED = re.compile(r"(?P<metal>Au|Ag|Cu)-(?P<ligand>[\w-]+) (?:particles|clusters)")
# an outcome that names its metal atoms only, such as ``Au18 (cysteamine)``
_SIZE_ONLY = re.compile(r"(?:Au|Ag|Cu)(?P<n>\d+) \(")
_MADE = ("synthesised", "synthesised (x variable)")
# a recipe whose product has fewer ligands than this per metal was not given its ligand count
_FEWEST_LIGANDS = 0.2


@dataclass(frozen=True, slots=True)
class Edge:
    """One reported way to `product`.

    `starts` are the clusters it starts from (none: from complexes, two: an intercluster reaction); `mixture_of`
    is the complex whose size mixture it starts from; `feeds` are complexes added or reduced. `reductant` is a
    name of `superatom.routes.chemicals.DONORS`, empty where none is used or stated.
    """

    transformation: Transformation
    product: Nanocluster
    starts: tuple[Nanocluster, ...] = ()
    feeds: tuple[Nanocluster, ...] = ()
    mixture_of: Nanocluster | None = None
    reductant: str = ""
    aromatic_only: bool = False
    precedents: tuple[Precedent, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Network:
    """Edges and known clusters, indexed; build it with `network_of` or take `default_network()`."""

    edges: tuple[Edge, ...]
    known: tuple[KnownCluster, ...]
    precedents: tuple[Precedent, ...]
    failures: tuple[Precedent, ...]
    complexes: dict[Nanocluster, tuple[Precedent, ...]] = field(repr=False, compare=False)
    mixtures: dict[Nanocluster, tuple[Precedent, ...]] = field(repr=False, compare=False)
    by_shape: dict[Shape, tuple[Edge, ...]] = field(repr=False, compare=False)
    known_by_shape: dict[Shape, tuple[KnownCluster, ...]] = field(repr=False, compare=False)
    known_by_metals: dict[tuple[tuple[str, int], ...], tuple[KnownCluster, ...]] = field(repr=False, compare=False)

    made_by_ligand: dict[Ligand, tuple[KnownCluster, ...]] = field(repr=False, compare=False)
    sizes_by_ligand: dict[Ligand, tuple[tuple[int, str], ...]] = field(repr=False, compare=False)
    products: frozenset[Nanocluster] = field(repr=False, compare=False)

    def exact(self, cluster: Nanocluster) -> tuple[KnownCluster, ...]:
        """Return the reported entries of exactly this cluster."""
        return tuple(k for k in self.known_by_shape.get(shape(cluster), ()) if k.cluster == cluster)

    def made_with(self, ligand: Ligand) -> tuple[KnownCluster, ...]:
        """Return the synthesised clusters that carry this ligand."""
        return self.made_by_ligand.get(ligand, ())

    def sizes_with(self, ligand: Ligand) -> tuple[tuple[int, str], ...]:
        """Return the sizes made with this ligand alone as (metal atoms, name): of known clusters, then of recipes."""
        known = [k for k in self.made_with(ligand) if k.cluster and len(k.cluster.ligands) == 1]
        return (
            *((k.cluster.n_metals, k.formula) for k in known if k.cluster),
            *self.sizes_by_ligand.get(ligand, ()),
        )


def shape(cluster: Nanocluster) -> Shape:
    """Return metals, ligand counts by class and charge: what stays when ligands of one class are swapped.

    >>> c = Nanocluster.parse
    >>> shape(c("[Au25(PET)18]-")) == shape(c("[Au25(SG)18]-"))
    True
    """
    counts = tuple(sorted((_family(ligand), n) for ligand, n in cluster.ligands))
    return tuple(sorted(cluster.metals)), counts, cluster.charge


def _family(ligand: Ligand) -> str:
    return "chalcogenolate" if ligand.ligand_class in ("thiolate", "selenolate") else ligand.ligand_class


def ligand_map(reported: Nanocluster, wanted: Nanocluster) -> tuple[dict[Ligand, Ligand], float] | None:
    """Return which ligand of `wanted` stands for each of `reported`, and the summed distance; None if none may.

    >>> c = Nanocluster.parse
    >>> mapping, distance = ligand_map(c("[Au25(SR)18]-"), c("[Au25(PET)18]-"))
    >>> {a.name: b.name for a, b in mapping.items()}, distance
    ({'SR': 'PET'}, 0.25)
    """
    if shape(reported) != shape(wanted):
        return None
    open_ligands = list(wanted.ligands)
    mapping: dict[Ligand, Ligand] = {}
    total = 0.0
    for ligand, n in reported.ligands:
        options = [
            (distance, other.name, other)
            for other, m in open_ligands
            if m == n and (distance := ligand_distance(ligand, other)) is not None
        ]
        if not options:
            return None
        distance, _, best = min(options)
        mapping[ligand] = best
        open_ligands.remove((best, n))
        total += distance
    return mapping, total


def swap(cluster: Nanocluster, mapping: Mapping[Ligand, Ligand]) -> Nanocluster:
    """Return the cluster with its ligands replaced by the mapping; a generic one takes the first of its class."""
    counts: dict[Ligand, int] = {}
    for ligand, n in cluster.ligands:
        new = mapping.get(ligand)
        if new is None and ligand.is_generic:
            new = next((b for b in mapping.values() if _family(b) == _family(ligand)), None)
        chosen = new or ligand
        counts[chosen] = counts.get(chosen, 0) + n
    return Nanocluster.of(dict(cluster.metals), counts, cluster.charge)


@cache
def default_network() -> Network:
    """Return the network of the packaged knowledge base."""
    from superatom.data import reference

    return network_of(reference.precedents(), reference.clusters(), reference.recipes())


def network_of(
    precedents: Iterable[Precedent], known: Iterable[KnownCluster], recipes: Iterable[Recipe] = ()
) -> Network:
    """Build a network from reported transformations, clusters and recipes."""
    all_precedents, all_known = tuple(precedents), tuple(known)
    edges: dict[Edge, list[Precedent]] = defaultdict(list)
    for precedent in all_precedents:
        if precedent.succeeded:
            for edge in _edges_of(precedent):
                edges[edge].append(precedent)
    usual = {k.cluster for k in all_known if k.cluster}
    focused = {edge.product for edge in edges if edge.mixture_of is not None}
    made_complexes: list[tuple[Nanocluster, Precedent]] = []
    made_mixtures: list[tuple[Nanocluster, Precedent]] = []
    sizes: list[tuple[Ligand, tuple[int, str]]] = []
    for recipe in recipes:
        sizes.extend(_size_of_recipe(recipe))
        feed = recipe.target_cluster
        if feed is not None and is_feed(feed) and recipe.outcome.success:
            made_complexes.append((feed, _as_precedent(recipe, Edge(Transformation.COMPLEXATION, feed))))
        if feed is None and (unsorted := _unsorted_in(recipe.target)) is not None:
            growth = Edge(Transformation.REDUCTION_GROWTH, unsorted, feeds=(unsorted,))
            made_mixtures.append((unsorted, replace(_as_precedent(recipe, growth), product_clusters=())))
        made = _edge_of_recipe(recipe, usual)
        if made is not None:
            like = [edge for edge in edges if _same_method(made, edge)]
            # without a stated start, reduction of what is also reported by focusing may be either
            is_open = made.mixture_of is None and made.product in focused
            for supported in like or ([] if is_open else [made]):
                edges[supported].append(_as_precedent(recipe, made))
    merged = _with_reductants(edges)
    return Network(
        edges=merged,
        known=all_known,
        precedents=tuple(p for p in all_precedents if p.succeeded),
        failures=tuple(p for p in all_precedents if not p.succeeded),
        complexes=_group([*_complexations(all_precedents), *made_complexes]),
        mixtures=_group(made_mixtures),
        by_shape=_group((shape(edge.product), edge) for edge in merged),
        known_by_shape=_group((shape(k.cluster), k) for k in all_known if k.cluster and _charge_is_known(k)),
        made_by_ligand=_group(
            (ligand, k) for k in all_known if k.cluster and k.status in _MADE for ligand, _ in k.cluster.ligands
        ),
        sizes_by_ligand=_group(sizes),
        products=frozenset(edge.product for edge in merged),
        known_by_metals=_group((tuple(sorted(k.cluster.metals)), k) for k in all_known if k.cluster),
    )


def _charge_is_known(known: KnownCluster) -> bool:
    """Whether the charge is stated, or the formula as printed at least counts to an even number of electrons."""
    stated = known.properties.get("charge_known", "") != "n"
    return stated or (known.cluster is not None and known.cluster.valence_electrons % 2 == 0)


def _with_reductants(edges: dict[Edge, list[Precedent]]) -> tuple[Edge, ...]:
    """Let sources that do not name the reductant support the edges that do, instead of standing beside them."""
    named: dict[Edge, list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.reductant:
            named[replace(edge, reductant="")].append(edge)
    for edge, found in edges.items():
        for sibling in named.get(edge, ()) if not edge.reductant else ():
            edges[sibling].extend(found)
    return tuple(
        replace(edge, precedents=tuple(found)) for edge, found in edges.items() if edge.reductant or edge not in named
    )


def default_feeds(cluster: Nanocluster) -> tuple[Nanocluster, ...]:
    """Return the complexes one would reduce to a cluster: the host metal with each of its organic ligands.

    >>> [c.formula for c in default_feeds(Nanocluster.parse("[Au25(PPh3)10(PET)5Cl2]2+"))]
    ['Au(PPh3)Cl', 'Au(PET)']
    """
    made = (feed_complex(cluster.host_metal, ligand) for ligand, _ in cluster.ligands)
    return tuple(feed for feed in made if feed is not None)


def _group(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    groups: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}


def _complexations(precedents: tuple[Precedent, ...]) -> Iterable[tuple[Nanocluster, Precedent]]:
    """Yield each reported complex with what reports it: its own synthesis, or growth that starts from it."""
    in_place = (Transformation.REDUCTION_GROWTH, Transformation.SIZE_FOCUSING, Transformation.CO_REDUCTION)
    for precedent in precedents:
        if precedent.succeeded and precedent.transformation in (*in_place, Transformation.COMPLEXATION):
            own = precedent.transformation is Transformation.COMPLEXATION
            for cluster in precedent.product_clusters if own else precedent.reactant_clusters:
                if is_feed(cluster):
                    yield cluster, precedent


def _edges_of(precedent: Precedent) -> Iterable[Edge]:
    text = "; ".join(precedent.reactants)
    feeds = tuple(c for c in precedent.reactant_clusters if is_feed(c))
    starts = tuple(c for c in precedent.reactant_clusters if not is_feed(c))
    reductant = donor_named(precedent.conditions.reductant) or donor_named("; ".join(precedent.reagents))
    mixture = _mixture_in(text, precedent)
    kind = precedent.transformation
    if kind is Transformation.SIZE_FOCUSING and mixture is None and feeds and not starts:
        mixture, feeds = feeds[0], ()
    for product in precedent.product_clusters:
        alternatives: tuple[tuple[Nanocluster, ...], ...] = (starts,)
        if kind is not Transformation.INTERCLUSTER_REACTION and len(starts) > 1:
            alternatives = tuple((start,) for start in starts)  # "Au36(SPhX)24": one or the other
        for chosen in alternatives:
            if is_feed(product) or product in chosen:  # an isomer of the same formula is no step towards it
                continue
            if not chosen and not feeds and mixture is None and not _from_salts(kind):
                continue
            yield Edge(
                transformation=kind,
                product=product,
                starts=chosen,
                feeds=feeds or (default_feeds(product) if _from_salts(kind) and not chosen else ()),
                mixture_of=mixture,
                reductant=reductant,
                aromatic_only="(aromatic)" in text,
            )


def _from_salts(kind: Transformation) -> bool:
    return kind in (Transformation.REDUCTION_GROWTH, Transformation.CO_REDUCTION)


def _mixture_in(text: str, precedent: Precedent) -> Nanocluster | None:
    """Return the complex of the size mixture a source names, such as ``Aux(TBBT)y`` or ``AuN(dppe)xCly``."""
    match = _MIXTURE.search(text)
    if not match or precedent.transformation is not Transformation.SIZE_FOCUSING:
        return None
    table = ligand_table()
    if match["ligand"] not in table:
        return None
    ligand = table.find(match["ligand"])
    if match["halide"]:
        n = 2 if ligand.denticity == 2 else 1
        return Nanocluster.of({match["metal"]: n}, {ligand: 1, table.find(match["halide"]): n})
    return Nanocluster.of({match["metal"]: 1}, {ligand: 1})


def _unsorted_in(text: str) -> Nanocluster | None:
    """Return the complex behind polydisperse or unsorted clusters, such as ``polydisperse Au-PPh3 particles``."""
    match = _UNSORTED.search(text)
    if not match or match["ligand"] not in ligand_table():
        return None
    return feed_complex(match["metal"], ligand_table().find(match["ligand"]))


def _edge_of_recipe(recipe: Recipe, usual: set[Nanocluster]) -> Edge | None:
    """Return the edge of a successful recipe that starts at complexes, or None for any other recipe.

    A recipe that states neither start, salt nor reductant tells nothing of the way, so it is evidence for none.
    """
    product = recipe.target_cluster
    if product is None or recipe.outcome.success is not True or not _states_method(recipe):
        return None
    mixture = _unsorted_in(recipe.starting_material)
    if recipe.starting_material.strip() and mixture is None:
        return None
    if is_feed(product) or product.n_ligands < _FEWEST_LIGANDS * product.n_metals:
        return None
    if product.valence_electrons % 2:  # a charge the source leaves out
        closed = [c for q in (-1, 1) if (c := product.with_charge(product.charge + q)) in usual]
        if not closed:
            return None
        product = closed[0]
    doped = len(product.metals) > 1
    if mixture is not None:
        return Edge(transformation=Transformation.SIZE_FOCUSING, product=product, mixture_of=mixture)
    return Edge(
        transformation=Transformation.CO_REDUCTION if doped else Transformation.REDUCTION_GROWTH,
        product=product,
        feeds=default_feeds(product),
        reductant=donor_named(recipe.conditions.reductant),
    )


def _states_method(recipe: Recipe) -> bool:
    return bool(recipe.conditions.reductant or recipe.metal_salt or recipe.starting_material)


def _same_method(recipe: Edge, reaction: Edge) -> bool:
    """Whether a recipe supports a reaction edge: same product, transformation, start and reductant."""
    return (
        (reaction.product, reaction.transformation) == (recipe.product, recipe.transformation)
        and recipe.mixture_of == reaction.mixture_of
        and not reaction.starts
        and recipe.reductant in ("", reaction.reductant)
    )


def _size_of_recipe(recipe: Recipe) -> Iterable[tuple[Ligand, tuple[int, str]]]:
    """Yield ligand and size of a successful recipe whose product is known by its number of metal atoms only."""
    match = _SIZE_ONLY.match(recipe.outcome.product)
    table = ligand_table()
    if match and recipe.outcome.success and recipe.target_cluster is None and recipe.ligand in table:
        yield table.find(recipe.ligand), (int(match["n"]), f"{recipe.outcome.product} by {recipe.id}")


def _as_precedent(recipe: Recipe, edge: Edge) -> Precedent:
    return Precedent(
        id=recipe.id,
        reactants=(
            recipe.starting_material or recipe.metal_salt or f"{edge.product.host_metal} precursor",
            recipe.ligand,
        ),
        reagents=tuple(text for text in (recipe.conditions.reductant, *recipe.conditions.additives) if text),
        products=(recipe.outcome.product or recipe.target,),
        reactant_clusters=edge.feeds,
        product_clusters=(edge.product,),
        transformation=edge.transformation,
        conditions=recipe.conditions,
        succeeded=True,
        yield_percent=recipe.outcome.yield_percent,
        byproducts="",
        mechanism="",
        source=recipe.source,
        type_as_curated="recipe",
    )
