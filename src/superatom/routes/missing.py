"""Why there is no route: what is wrong with the target or the shelf, and which relatives can be reached.

Plain sentences for a chemist. The bounds are those of the knowledge base (ligands per metal of all reported
clusters), not laws of nature, and the sentences say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from superatom.data.records import Route
from superatom.routes.network import Network, shape
from superatom.structures.nanocluster import Nanocluster

K = TypeVar("K")

LIGANDS_PER_METAL = (0.2, 1.7)
MAX_RELATIVES = 5
MAX_TRIED = 12


@dataclass(frozen=True)
class Relative:
    """A reported cluster near the target: why it is near, and whether a route from the stock reaches it."""

    cluster: Nanocluster
    reason: str
    is_reachable: bool


def missing_link(target: Nanocluster, network: Network, shopping: Iterable[str], longer: tuple[Route, ...]) -> str:
    """Say in plain words what stands between the stock and the target.

    >>> from superatom.routes.network import default_network
    >>> print(missing_link(Nanocluster.parse("[Au25(PET)40]5+"), default_network(), [], ()))
    The formula itself: ...
    """
    if target.is_generic:
        names = ", ".join(ligand.name for ligand, _ in target.ligands if ligand.is_generic)
        return f"{names} leaves the ligand open; name one, as PET for SR, and ask again."
    if missing := list(shopping):
        return f"Not in the stock: {', '.join(missing)}. With it a route exists."
    if longer:
        return f"The shortest route found needs {len(longer[0].steps)} steps; allow more steps."
    reported = [k for k in network.known if k.cluster == target and k.status.startswith("synthesised")]
    if reported:
        return (
            f"{target.formula} is reported ({reported[0].source.citation}), but the knowledge base holds no step that "
            "makes it and none can be inferred from its relatives."
        )
    if doubts := formula_doubts(target):
        return f"The formula itself: {' '.join(doubts)} No reported step gives such a composition."
    return _unknown_composition(target, network)


def formula_doubts(target: Nanocluster) -> list[str]:
    """Return what speaks against the composition: negative or odd electron count, ligands per metal out of range.

    >>> formula_doubts(Nanocluster.parse("[Au25(PET)18]-"))
    []
    """
    doubts = []
    electrons, ratio = target.valence_electrons, target.n_ligands / target.n_metals
    if electrons < 0:
        doubts.append(
            f"{target.formula} counts {electrons} valence electrons: ligands and charge take more than the metals have."
        )
    elif electrons % 2:
        doubts.append(f"{target.formula} has an odd count of {electrons} valence electrons, an open shell.")
    low, high = LIGANDS_PER_METAL
    if not low <= ratio <= high:
        doubts.append(f"{ratio:.2f} ligands per metal lie outside what reported clusters have ({low} to {high}).")
    if target.n_metals < 3:
        doubts.append("Fewer than three metal atoms make a complex, not a cluster.")
    return doubts


def _unknown_composition(target: Nanocluster, network: Network) -> str:
    metals = "".join(f"{metal}{n}" for metal, n in target.metals)
    classes = ", ".join(f"{n} {kind}" for kind, n in shape(target)[1])
    same_metals = network.known_by_metals.get(tuple(sorted(target.metals)), ())
    predicted = [k for k in network.known_by_shape.get(shape(target), ()) if not k.status.startswith("synthesised")]
    if predicted:
        known = predicted[0]
        return f"{known.formula} is known only as {known.status} ({known.source.citation}); no one reports making it."
    if same_metals:
        names = ", ".join(dict.fromkeys(k.cluster.formula for k in same_metals[:8] if k.cluster))
        return (
            f"No cluster of {metals} with {classes} at charge {target.charge} is reported; those of these metal atoms "
            f"are {names}. A reduction would give whichever composition is most stable, so none is proposed."
        )
    return (
        f"No cluster of {metals} is reported with any ligand, so there is nothing to infer a synthesis from. A "
        "reduction would give whichever size is most stable, so none is proposed."
    )


def nearest_relatives(
    target: Nanocluster, network: Network, reachable: Callable[[Nanocluster], bool]
) -> tuple[Relative, ...]:
    """Return the reported clusters nearest in composition, those a route reaches first."""
    seen: dict[Nanocluster, float] = {}
    for known in network.known:
        if known.cluster and known.status.startswith("synthesised") and not known.cluster.is_generic:
            seen.setdefault(known.cluster, distance(target, known.cluster))
    seen.pop(target, None)
    nearest = sorted(seen, key=lambda c: (seen[c], c.formula))[:MAX_TRIED]
    found = [Relative(c, _reason(target, c), is_reachable=reachable(c)) for c in nearest]
    found.sort(key=lambda r: (not r.is_reachable, seen[r.cluster]))
    return tuple(found[:MAX_RELATIVES])


def distance(a: Nanocluster, b: Nanocluster) -> float:
    """Return how far two compositions are: metals, ligands and electrons that differ, relative to size.

    >>> c = Nanocluster.parse
    >>> distance(c("[Au25(PET)18]-"), c("Au24(PET)20")) < distance(c("[Au25(PET)18]-"), c("Au144(PET)60"))
    True
    """
    metals = _difference(dict(a.metals), dict(b.metals)) / (a.n_metals + b.n_metals)
    ligands = _difference(dict(a.ligands), dict(b.ligands)) / (a.n_ligands + b.n_ligands)
    classes = _difference(_by_class(a), _by_class(b)) / (a.n_ligands + b.n_ligands)
    electrons = abs(a.valence_electrons - b.valence_electrons) / (a.n_metals + b.n_metals)
    return 2 * metals + 0.12 * ligands + classes + 0.3 * min(1.0, electrons) + 0.02 * abs(a.charge - b.charge)


def _by_class(cluster: Nanocluster) -> dict[str, int]:
    counts: dict[str, int] = {}
    for ligand, n in cluster.ligands:
        counts[ligand.ligand_class] = counts.get(ligand.ligand_class, 0) + n
    return counts


def _difference(a: dict[K, int], b: dict[K, int]) -> int:
    return sum(abs(a.get(key, 0) - b.get(key, 0)) for key in {*a, *b})


def _reason(target: Nanocluster, relative: Nanocluster) -> str:
    said = []
    if target.metals == relative.metals:
        said.append("same metal atoms")
    elif {m for m, _ in target.metals} == {m for m, _ in relative.metals}:
        said.append("same metals, other size")
    if {a for a, _ in target.ligands} == {a for a, _ in relative.ligands}:
        said.append("same ligand")
    if target.valence_electrons == relative.valence_electrons:
        said.append(f"same electron count ({relative.valence_electrons})")
    return ", ".join(said) or "nearest in composition"
