"""Questions to the knowledge base: which clusters, ligands and recipes are known, and what is related to a target.

The similarity of relatives is a plain count of shared features (weights below), made to order a list; it is no
probability.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from superatom.data import reference
from superatom.data.records import KnownCluster, Recipe
from superatom.errors import SuperatomError, UnknownNameError, did_you_mean
from superatom.structures.elements import METALS
from superatom.structures.ligands import Ligand, ligand_table
from superatom.structures.nanocluster import Nanocluster

# what two clusters may share, and what it counts: the weights add up to 1
_WEIGHTS: Mapping[str, float] = {"metals": 0.30, "size": 0.20, "electrons": 0.20, "ligand": 0.20, "formula type": 0.10}


@dataclass(frozen=True, slots=True)
class Relative:
    """A known cluster related to a target: why, and how similar in [0, 1]."""

    known: KnownCluster
    reason: str
    similarity: float

    @property
    def kind(self) -> str:
        """The reason without its particulars, as in ``doped analogue``."""
        return re.split(r"[(:,]| with ", self.reason)[0].strip()

    @property
    def cluster(self) -> Nanocluster:
        """Its composition (a relative always has one)."""
        if self.known.cluster is None:
            raise UnknownNameError(f"{self.known.id} has no composition")
        return self.known.cluster


def clusters(
    metal: str | None = None,
    *,
    electrons: int | None = None,
    ligand: str | None = None,
    ligand_class: str | None = None,
    charge: int | None = None,
    n_metals: int | None = None,
    status: str | None = None,
    text: str | None = None,
) -> list[KnownCluster]:
    """Return the known clusters that meet every condition given.

    `electrons` and `charge` (e) match only rows whose charge the source states; `ligand` is any name of the ligand
    table; `status` and `text` are sought in the row regardless of case. Raises `UnknownNameError` or
    `UnknownLigandError` for a name in no table.

    >>> [c.formula for c in clusters(metal="Au", electrons=8, ligand="TBBT")]
    ['Au28(TBBT)20']
    """
    if metal is not None and metal not in METALS:
        hint = did_you_mean(metal, list(METALS))
        raise UnknownNameError(f"unknown metal {metal!r}.{hint} Legal: {', '.join(METALS)}")
    if n_metals is not None and n_metals < 1:
        raise UnknownNameError(f"a cluster holds at least one metal atom; n_metals is {n_metals}")
    if status is not None and not any(status.lower() in known.status.lower() for known in reference.clusters()):
        legal = sorted({known.status for known in reference.clusters() if known.status})
        raise UnknownNameError(f"unknown status {status!r}; legal: {', '.join(legal)}")
    _check_class(ligand_class)
    wanted = ligand_table().find(ligand) if ligand is not None else None

    def matches(known: KnownCluster) -> bool:
        composition = known.cluster
        if status is not None and status.lower() not in known.status.lower():
            return False
        if text is not None and text.lower() not in _text(known).lower():
            return False
        if all(value is None for value in (metal, electrons, wanted, ligand_class, charge, n_metals)):
            return True
        if composition is None:
            return False
        if (electrons is not None or charge is not None) and not reference.charge_is_known(known):
            return False
        return (
            (metal is None or metal in dict(composition.metals))
            and (electrons is None or composition.valence_electrons == electrons)
            and (wanted is None or wanted in dict(composition.ligands))
            and (ligand_class is None or any(item.ligand_class == ligand_class for item, _ in composition.ligands))
            and (charge is None or composition.charge == charge)
            and (n_metals is None or composition.n_metals == n_metals)
        )

    return [known for known in reference.clusters() if matches(known)]


def find(cluster: Nanocluster) -> list[KnownCluster]:
    """Return every row about this very composition and charge (several sources may report one cluster).

    >>> [known.id for known in find(Nanocluster.parse("[Au25(PET)18]-"))]
    ['C002']
    """
    return [known for known in reference.clusters() if known.cluster == cluster]


def relatives(cluster: Nanocluster, n: int = 8) -> list[Relative]:
    """Return the `n` most related known clusters, best first, each composition once, the cluster itself left out.

    Related means: same size and shell with another ligand, same metals and ligand with as many electrons, a doped or
    undoped analogue, the same growth family, or the same metals and ligand at another size.

    >>> best = relatives(Nanocluster.parse("[Au25(cysteamine)18]-"), n=1)[0]
    >>> best.reason, best.similarity > 0.7
    ('same core and shell, another thiolate', True)
    """
    families = {known.growth_family for known in find(cluster) if known.growth_family}
    best: dict[Nanocluster, Relative] = {}
    for known in reference.clusters():
        other = known.cluster
        if other is None or other == cluster or not other.n_ligands:
            continue
        relative = _relate(cluster, known, other, families)
        if relative and (other not in best or relative.similarity > best[other].similarity):
            best[other] = relative
    ranked = sorted(best.values(), key=lambda r: (-r.similarity, r.known.id))
    return _mixed(ranked, max(n, 0))


def _mixed(ranked: list[Relative], n: int) -> list[Relative]:
    """Take the best `n`, no reason more than half of them while another reason is left, in order of similarity."""
    most = max(1, (n + 1) // 2)
    taken: list[Relative] = []
    for relative in ranked:
        if sum(other.kind == relative.kind for other in taken) < most and len(taken) < n:
            taken.append(relative)
    taken += [relative for relative in ranked if relative not in taken][: n - len(taken)]
    return sorted(taken, key=lambda r: (-r.similarity, r.known.id))


def ligands(ligand_class: str | None = None, text: str | None = None) -> list[Ligand]:
    """Return the ligands of the table, by class and by a word in any of their names.

    >>> [item.name for item in ligands(ligand_class="thiolate", text="glutathione")]
    ['SG']
    """
    _check_class(ligand_class)
    word = (text or "").lower()
    return [
        item
        for item in ligand_table()
        if (ligand_class is None or item.ligand_class == ligand_class)
        and any(word in name.lower() for name in (item.name, item.full_name, *item.synonyms))
    ]


def recipes(target: Nanocluster | str | None = None, ligand: str | None = None) -> list[Recipe]:
    """Return the recipes for a target (a cluster, a formula, or text found in the target) and a ligand.

    A generic target such as ``[Au25(SR)18]-`` matches every thiolate of that size and charge. A recipe that writes its
    target without a charge (``Au25(SG)18``) counts for every charge state.

    >>> [r.id for r in recipes("Au36(TBBT)24")][:1]
    ['S069']
    """
    wanted = ligand_table().find(ligand) if ligand is not None else None
    found = [r for r in reference.recipes() if wanted is None or _mentions(r, wanted)]
    if target is None:
        return found
    if isinstance(target, Nanocluster):
        return [r for r in found if _is_for(r, target)]
    try:
        cluster = Nanocluster.parse(target)
    except SuperatomError:  # a word such as "nanoparticle"
        return [r for r in found if target.lower() in r.target.lower()]
    return [r for r in found if _is_for(r, cluster)]


def same_type(a: Nanocluster, b: Nanocluster) -> bool:
    """Whether two clusters are one composition when a generic ligand (SR) may stand for any of its class.

    >>> same_type(Nanocluster.parse("[Au25(SR)18]-"), Nanocluster.parse("[Au25(PET)18]-"))
    True
    """
    if a == b:
        return True
    if not (a.is_generic or b.is_generic) or a.metals != b.metals or a.charge != b.charge:
        return False
    return _by_class(a) == _by_class(b)


def _is_for(recipe: Recipe, target: Nanocluster) -> bool:
    made = recipe.target_cluster
    if made is None:
        return False
    is_charge_stated = recipe.target.endswith(("+", "-", "]0", "(0)")) or made.charge != 0
    return same_type(made if is_charge_stated else made.with_charge(target.charge), target)


def _check_class(ligand_class: str | None) -> None:
    classes = sorted({item.ligand_class for item in ligand_table()})
    if ligand_class is not None and ligand_class not in classes:
        raise UnknownNameError(f"unknown ligand class {ligand_class!r}; legal: {', '.join(classes)}")


def _text(known: KnownCluster) -> str:
    return " ".join((known.name, known.formula, known.kernel, known.growth_family, known.notes, known.source.citation))


def _mentions(recipe: Recipe, ligand: Ligand) -> bool:
    if recipe.target_cluster is not None and ligand in dict(recipe.target_cluster.ligands):
        return True
    table = ligand_table()
    return any(part in table and table.find(part) == ligand for part in recipe.ligand.split(" + ") if part)


def _by_class(cluster: Nanocluster) -> dict[str, int]:
    counts: dict[str, int] = {}
    for ligand, n in cluster.ligands:
        counts[ligand.ligand_class] = counts.get(ligand.ligand_class, 0) + n
    return counts


def _relate(target: Nanocluster, known: KnownCluster, other: Nanocluster, families: set[str]) -> Relative | None:
    similarity = _similarity(target, other, electrons_count=reference.charge_is_known(known))
    same_ligands = {item.name for item, _ in target.ligands} == {item.name for item, _ in other.ligands}
    same_electrons = target.valence_electrons == other.valence_electrons and reference.charge_is_known(known)
    same_shell = _by_class(target) == _by_class(other)
    electrons = f"also {target.valence_electrons} electrons" if same_electrons and target.valence_electrons > 0 else ""
    reason = ""
    if target.metals == other.metals and same_shell:
        reason = "other charge state" if same_ligands else f"same core and shell, another {_main_class(target)}"
    elif target.n_metals == other.n_metals and same_shell:
        reason = _doping(target, other)
    elif known.growth_family and known.growth_family in families:
        reason = f"same family: {known.growth_family}"
    elif target.metals == other.metals:
        reason = "same metal atoms, another shell" + (f", {electrons}" if electrons else "")
    elif target.host_metal == other.host_metal and electrons:
        reason = electrons + (", same ligand" if same_ligands else "")
    elif target.host_metal == other.host_metal and same_ligands:
        reason = "same metal and ligand, another size"
    elif target.host_metal == other.host_metal and target.n_metals == other.n_metals:
        reason = "same number of metal atoms, another shell"
    return Relative(known, reason, round(similarity, 3)) if reason else None


def _doping(target: Nanocluster, other: Nanocluster) -> str:
    if target.host_metal != other.host_metal:
        return f"same type with {other.host_metal} for {target.host_metal}"
    if not other.dopants:
        return "its undoped parent"
    dopants = ", ".join(metal + (str(n) if n > 1 else "") for metal, n in other.dopants.items())
    return f"doped analogue ({dopants})"


def _similarity(a: Nanocluster, b: Nanocluster, *, electrons_count: bool) -> float:
    metals_a, metals_b = dict(a.metals), dict(b.metals)
    common = sum(min(metals_a.get(m, 0), metals_b.get(m, 0)) for m in metals_a)
    shared = {
        "metals": _overlap({m: n / a.n_metals for m, n in a.metals}, {m: n / b.n_metals for m, n in b.metals}),
        "size": common / max(a.n_metals, b.n_metals),
        "electrons": _closeness(a.valence_electrons, b.valence_electrons) if electrons_count else 0.0,
        "ligand": _ligand_overlap(a, b),
        "formula type": float(_by_class(a) == _by_class(b) and a.n_metals == b.n_metals),
    }
    return sum(_WEIGHTS[name] * value for name, value in shared.items())


def _overlap(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    return sum(min(a.get(key, 0.0), b.get(key, 0.0)) for key in a)


def _closeness(a: int, b: int) -> float:
    return max(0.0, 1 - abs(a - b) / max(abs(a), abs(b), 1))


def _ligand_overlap(a: Nanocluster, b: Nanocluster) -> float:
    """Share of ligands that agree: half for the class, 0.3 for the very name, 0.2 for the kinds of atom in them."""
    if not a.n_ligands or not b.n_ligands:
        return 0.0
    names = _overlap(*({item.name: n / c.n_ligands for item, n in c.ligands} for c in (a, b)))
    classes = _overlap(*({k: n / c.n_ligands for k, n in _by_class(c).items()} for c in (a, b)))
    kinds_a, kinds_b = ({element for item, _ in c.ligands for element in item.atoms} for c in (a, b))
    return 0.5 * classes + 0.3 * names + 0.2 * len(kinds_a & kinds_b) / len(kinds_a | kinds_b)


def _main_class(cluster: Nanocluster) -> str:
    return max(cluster.ligands, key=lambda item: item[1])[0].ligand_class if cluster.ligands else "ligand"
