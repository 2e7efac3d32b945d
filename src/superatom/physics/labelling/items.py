"""From a design to its work: one item per configuration, seeded by its id; the order of work; what a level labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from pathlib import Path

from superatom.errors import DesignError, SuperatomError, did_you_mean
from superatom.physics.configuration import Kind
from superatom.physics.labelling.checks import check
from superatom.physics.labelling.design import FILE_PREFIX, Design, Distortion, Family, Ligands, Selection
from superatom.structures.assembly.blueprint import Blueprint, Topology
from superatom.structures.assembly.topologies import topologies, topology


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One configuration to make: what `Configuration` says of it before it is made, and how to make it.

    `kernel` is the structure file of a topology that comes from one, relative to the design; `relax` are the levels
    that relax it; `distortion` that of an off-equilibrium copy.
    """

    id: str
    family: str
    tier: str
    prototype: str
    kind: Kind
    parent: str
    blueprint: Blueprint
    placement: str
    host: str
    dopant: str
    seed: int
    relax: tuple[str, ...] = ()
    kernel: str = ""
    distortion: Distortion | None = None

    @property
    def definition(self) -> WorkItem:
        """The item without what does not touch its geometry: two equal definitions give the same geometry."""
        return replace(self, family="", tier="")


def seed_of(design_seed: int, item_id: str) -> int:
    """Return the seed of an item, 63 bits: other items of the design do not matter.

    >>> seed_of(1, "lantern/Au4Pd2(SH)8/axial2/m000") == seed_of(1, "lantern/Au4Pd2(SH)8/axial2/m001")
    False
    """
    return int.from_bytes(blake2b(f"{design_seed}:{item_id}".encode(), digest_size=8).digest(), "big") >> 1


@cache
def topology_of(name: str, kernel: str, folder: Path) -> Topology:
    """Return a topology of the table, or of a kernel file in the folder of the design."""
    if not kernel:
        return topology(name)
    from superatom.structures.assembly.kernels_from_file import file_topology

    return file_topology(folder / kernel)


def expand(design: Design, folder: Path) -> dict[str, WorkItem]:
    """Return every item of a design by id, parents before their children.

    Parameters
    ----------
    design
        What to make.
    folder
        Where the design lies, and with it its kernel files.

    Raises
    ------
    DesignError
        For a topology, placement, ligand or level that there is not, two families that make the same item, a selection
        that fits none, or more items than anybody labels.
    """
    check(design)
    items: dict[str, WorkItem] = {}
    implied: dict[str, WorkItem] = {}  # minima that only serve to be grafted on
    for family in design.families:
        for item in _items_of(family, design.seed, folder):
            is_implied = bool(family.graft) and item.kind in ("minimum", "assembled")
            same = items.get(item.id) or implied.get(item.id)
            if same and (not is_implied and item.id in items):
                raise DesignError(
                    f"the families {same.family} and {family.name} of {design.name} both make {item.id}; give one of "
                    "them another first_isomer"
                )
            if same and same.definition != item.definition:
                raise DesignError(
                    f"the families {same.family} and {family.name} of {design.name} make {item.id} in different ways; "
                    "give them the same relax, or one of them another first_isomer"
                )
            if not is_implied:
                items[item.id] = item
            elif not same:
                implied[item.id] = item
    together = {**implied, **items}
    _refuse_idle_selections(design, together)
    return dict(sorted(together.items(), key=lambda pair: _depth(pair[1], together)))


def work_order(items: Mapping[str, WorkItem]) -> dict[str, tuple[int, int, int]]:
    """Return a key per item id that sorts the work: any beginning of it is a fair sample of the whole.

    Minima take turns by (tier, topology, dopant), in an order drawn by their seeds; copies follow their minimum, and a
    minimum others are grafted on comes no later than they.
    """
    groups: dict[tuple[str, str, str], list[WorkItem]] = defaultdict(list)
    for item in items.values():
        if item.kind != "off_equilibrium":
            groups[item.tier, item.blueprint.topology, item.dopant].append(item)
    turns: dict[str, tuple[int, int]] = {}
    for group in groups.values():
        for turn, item in enumerate(sorted(group, key=lambda one: one.seed)):
            turns[item.id] = (turn, item.seed)
    for item in items.values():
        if item.kind == "grafted":
            turns[item.parent] = min(turns[item.parent], turns[item.id])
    order: dict[str, tuple[int, int, int]] = {}
    copies: dict[str, int] = defaultdict(int)
    for item in items.values():
        if item.kind == "off_equilibrium":
            copies[item.parent] += 1
            order[item.id] = (*turns[item.parent], copies[item.parent])
        else:
            order[item.id] = (*turns[item.id], 0)
    return order


def select(
    items: Mapping[str, WorkItem], selections: Sequence[Selection], is_out: Callable[[str], bool]
) -> frozenset[str]:
    """Return the ids that a level labels.

    Of every prototype the items with the smallest seeds are taken; one that failed to be made (`is_out`, or its
    parent) leaves its place to the next, so that what was taken once stays taken.
    """
    if not selections:
        return frozenset(items)
    by_prototype: dict[str, list[WorkItem]] = defaultdict(list)
    for item in sorted(items.values(), key=lambda one: one.seed):
        if not any(is_out(one) for one in lineage(item.id, items)):
            by_prototype[item.prototype].append(item)
    chosen: set[str] = set()
    for selection in selections:
        for members in by_prototype.values():
            fitting = [item for item in members if _fits(item, selection)]
            minima = [item.id for item in fitting if item.kind != "off_equilibrium"]
            copies = [item.id for item in fitting if item.kind == "off_equilibrium"]
            chosen.update(minima[: selection.minima], copies[: selection.off_equilibrium])
    return frozenset(chosen)


def lineage(item_id: str, items: Mapping[str, WorkItem]) -> Iterator[str]:
    """Yield an item's id, then its parent's, and so on."""
    while item_id:
        yield item_id
        item_id = items[item_id].parent


def changed_items(before: Mapping[str, WorkItem], now: Mapping[str, WorkItem], made: Iterable[str]) -> tuple[str, ...]:
    """Return which of the made items a changed design no longer makes, or makes otherwise."""
    return tuple(
        one for one in made if one in before and (one not in now or now[one].definition != before[one].definition)
    )


def _items_of(family: Family, design_seed: int, folder: Path) -> Iterator[WorkItem]:
    kernel = family.topology.removeprefix(FILE_PREFIX) if family.topology.startswith(FILE_PREFIX) else ""
    topology = topology_of(family.topology, kernel, folder)
    if kernel and topology.name in topologies():
        raise DesignError(
            f"family {family.name}: the file {kernel} has the name of a topology of the table; give it another"
        )
    for host, dopant in family.pairs:
        for placement in family.placements if dopant else ("pure",):
            metals = _metals(topology, family, host, dopant, placement)
            for ligands in family.ligands:
                plain = _prototype(Blueprint(topology.name, metals, ligands, family.charge), topology, family)
                grafted_ligands = _grafted(ligands, family)
                large = _prototype(Blueprint(topology.name, metals, grafted_ligands, family.charge), topology, family)
                for number in range(family.first_isomer, family.first_isomer + family.isomers):
                    minimum = WorkItem(
                        id=f"{_in_path(plain, topology)}/{placement}/m{number:03d}",
                        family=family.name,
                        tier=family.tier,
                        prototype=plain,
                        kind="minimum" if family.relax else "assembled",
                        parent="",
                        blueprint=Blueprint(topology.name, metals, ligands, family.charge),
                        placement=placement if dopant else "",
                        host=host,
                        dopant=dopant,
                        seed=0,
                        relax=family.relax,
                        kernel=kernel,
                    )
                    last = minimum
                    yield _seeded(minimum, design_seed)
                    if family.graft:
                        last = replace(
                            minimum,
                            id=f"{_in_path(large, topology)}/{placement}/g{number:03d}",
                            prototype=large,
                            kind="grafted",
                            parent=minimum.id,
                            blueprint=replace(minimum.blueprint, ligands=grafted_ligands),
                            relax=family.graft_relax,
                        )
                        yield _seeded(last, design_seed)
                    for copy in range(family.off_equilibrium):
                        distorted = replace(
                            last,
                            id=f"{last.id}/d{copy:02d}",
                            tier=family.off_equilibrium_tier,
                            kind="off_equilibrium",
                            parent=last.id,
                            relax=(),
                            distortion=family.distortion,
                        )
                        yield _seeded(distorted, design_seed)


def _seeded(item: WorkItem, design_seed: int) -> WorkItem:
    return replace(item, seed=seed_of(design_seed, item.id))


def _in_path(prototype: str, topology: Topology) -> str:
    """Return a prototype with a slash between topology and formula; the name of a kernel file may hold spaces."""
    return f"{topology.name}/{prototype.removeprefix(topology.name + ' ')}"


def _metals(topology: Topology, family: Family, host: str, dopant: str, placement: str) -> tuple[str, ...]:
    if not dopant:
        return (host,) * topology.n_metals
    if placement not in topology.placements:
        known = list(topology.placements)
        hint = did_you_mean(placement, known)
        raise DesignError(
            f"family {family.name}: the topology {topology.name} has no placement {placement!r}.{hint} "
            f"Legal: {', '.join(known)}"
        )
    return topology.metals_of(host, dopant, placement)


def _grafted(ligands: Ligands, family: Family) -> Ligands:
    roles = dict(ligands)
    if unknown := [role for role, _ in family.graft if role not in roles]:
        raise DesignError(
            f"family {family.name} grafts on the role {unknown[0]!r}, which its ligands do not fill; "
            f"they fill {', '.join(roles) or 'none'}"
        )
    return tuple(sorted({**roles, **dict(family.graft)}.items()))


def _prototype(blueprint: Blueprint, topology: Topology, family: Family) -> str:
    from superatom.structures.assembly.assemble import prototype_name

    try:
        return prototype_name(blueprint, using=topology)
    except SuperatomError as error:
        raise DesignError(f"family {family.name}: {error}") from error


def _refuse_idle_selections(design: Design, items: Mapping[str, WorkItem]) -> None:
    for name, selections in design.selections.items():
        for number, selection in enumerate(selections, start=1):
            if not any(_fits(item, selection) for item in items.values()):
                raise DesignError(
                    f"{design.name}, levels.{name}, select {number} fits no configuration; compare its topology, tier, "
                    "dopants and ligands with those of the families"
                )


def _fits(item: WorkItem, selection: Selection) -> bool:
    return (
        selection.topology in ("", item.blueprint.topology, f"{FILE_PREFIX}{item.kernel}")
        and selection.tier in ("", item.tier)
        and (not selection.dopants or item.dopant in selection.dopants)
        and set(selection.ligands) <= set(item.blueprint.ligands)
    )


def _depth(item: WorkItem, items: Mapping[str, WorkItem]) -> int:
    return sum(1 for _ in lineage(item.id, items)) - 1
