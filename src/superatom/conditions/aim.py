"""What a step asks of the records: its cluster, stage, metal, ligand, solvent medium and reductant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from superatom.conditions.dose import find_reductant
from superatom.data.records import Step, Transformation
from superatom.errors import UnknownLigandError
from superatom.structures.elements import METALS
from superatom.structures.ligands import Ligand, ligand_table
from superatom.structures.nanocluster import Nanocluster

# which stage of a preparation a transformation is: records of one stage do not speak for another
_STAGE = {
    Transformation.COMPLEXATION: "complex formation",
    Transformation.REDUCTION_GROWTH: "reduction",
    Transformation.CO_REDUCTION: "reduction",
    Transformation.SIZE_FOCUSING: "size focusing",
    Transformation.OXIDATIVE_ETCHING: "size focusing",
}


@dataclass(frozen=True, slots=True)
class Aim:
    """What the records are compared with: the cluster the step works towards, its stage, and its main ligand.

    `mixture` is the complex whose size mixture the step starts from. `is_two_phase` says that what it starts from and
    its product are held by ligands of different solubility, so that water and an organic solvent are both needed.
    """

    stage: str
    transformation: Transformation
    cluster: Nanocluster | None
    metals: frozenset[str]
    ligand: Ligand | None
    reactants: tuple[Nanocluster, ...]
    is_aqueous: bool
    complex: Nanocluster | None = None
    reductant: str = ""
    makes_mixture: bool = False
    mixture: Nanocluster | None = None
    is_two_phase: bool = False

    @property
    def charge(self) -> int:
        """Charge of the cluster the step works towards in e; 0 where it has none to name."""
        return self.cluster.charge if self.cluster else 0


def aim_of(step: Step, towards: Nanocluster | None = None, *, for_mixture: bool = False) -> Aim:
    """Return what to compare records with.

    A complexation step names only the complex and a size mixture has no formula, so `towards` tells which cluster they
    are for; it counts only where it has the same main ligand and metal. Without it, records are compared by ligand and
    metal. `for_mixture` says that a complex is made for a size mixture, where a spread of sizes is what is wanted.
    """
    own = step.product.cluster
    ligand = _main_ligand(own) if own else None
    cluster = own
    if step.transformation is Transformation.COMPLEXATION or step.product.kind == "mixture":
        fits = towards and own and ligand in dict(towards.ligands) and own.host_metal == towards.host_metal
        cluster = towards if fits else None
    shell = own if step.transformation is Transformation.COMPLEXATION and own else cluster or own
    metals = frozenset(dict(shell.metals)) if shell else frozenset(u for u, _ in step.product.units if u in METALS)
    reactants = tuple(s.cluster for s in step.main_reactants if s.cluster is not None and s.kind == "cluster")
    mixture = next((s.cluster for s in step.main_reactants if s.kind == "mixture"), None)
    started_with = [_main_ligand(c) for c in (*reactants, mixture) if c is not None]
    return Aim(
        stage=_STAGE.get(step.transformation, step.transformation.value),
        transformation=step.transformation,
        cluster=cluster,
        metals=metals,
        ligand=ligand,
        reactants=reactants,
        is_aqueous=ligand is not None and is_polar(ligand),
        complex=step.product.cluster if step.transformation is Transformation.COMPLEXATION else None,
        makes_mixture=for_mixture or step.product.kind == "mixture",
        mixture=mixture,
        is_two_phase=any(_differ_in_solubility(ligand, before) for before in started_with),
        reductant=reductant.name if (reductant := find_reductant(step.reductant)) else "",
    )


def is_polar(ligand: Ligand) -> bool:
    """Whether a ligand carries N or O and so usually makes clusters soluble in water or alcohols (a rule of thumb).

    >>> [is_polar(ligand_table().find(name)) for name in ("SG", "p-MBA", "PET", "PPh3")]
    [True, True, False, False]
    """
    return not ligand.is_generic and any(element in ("N", "O") for element, _ in ligand.composition)


def _differ_in_solubility(a: Ligand | None, b: Ligand | None) -> bool:
    if a is None or b is None or a.is_generic or b.is_generic:
        return False
    return is_polar(a) != is_polar(b)


def _main_ligand(cluster: Nanocluster) -> Ligand | None:
    """Return the most numerous ligand that is not a bare atom (halide, hydride), which comes with salt or reductant."""
    organic = [(n, ligand) for ligand, n in cluster.ligands if not ligand.is_bare_atom]
    return max(organic, key=lambda item: (item[0], item[1].name))[1] if organic else None


@lru_cache(maxsize=4096)
def ligand_called(text: str) -> Ligand | None:
    """Return the ligand of a record's ligand cell, or None when the table does not know it."""
    try:
        return ligand_table().find(text.removeprefix("aromatic ").strip())
    except UnknownLigandError:
        return None


@lru_cache(maxsize=4096)
def clusters_in(text: str) -> tuple[Nanocluster, ...]:
    """Return the clusters a text such as ``Au22(SG)18 at pH 5.5`` names; words and mixtures are passed over.

    >>> [c.formula for c in clusters_in("Au38(PET)24, 6 mg + Aux(SR)y")]
    ['Au38(PET)24']
    """
    found = []
    for part in re.split(r"\s\+\s", text):
        for piece in (part, re.split(r"[\s,]", part.strip())[0]):
            cluster = Nanocluster.parse_or_none(piece)
            if cluster is not None and cluster.n_metals > 1:
                found.append(cluster)
                break
    return tuple(found)


def ligands_in(text: str) -> frozenset[Ligand]:
    """Return the ligands that a text on particles or a mixture names; bare atoms are passed over.

    >>> [ligand.name for ligand in ligands_in("polydisperse Au-PPh3 particles, 20 mg")]
    ['PPh3']
    """
    named = (ligand_called(word) for word in re.split(r"[\W_]+", text) if word)
    return frozenset(ligand for ligand in named if ligand is not None and not ligand.is_bare_atom)


def shares_mixture(start: str, aim: Aim) -> bool:
    """Whether a record starts from a mixture held by a ligand of the step's own mixture; True where unstated."""
    named = ligands_in(start)
    if aim.mixture is None or not named:
        return True
    own = [ligand for ligand, _ in aim.mixture.ligands]
    return any(
        a == b or ((a.is_generic or b.is_generic) and a.ligand_class == b.ligand_class) for a in named for b in own
    )


def shares_reactant(clusters: tuple[Nanocluster, ...], aim: Aim) -> bool:
    """Whether a conversion starts from the metal core the step starts from (dopants aside); True where unstated."""
    if not aim.reactants or not clusters:
        return True
    sizes = {c.metals for c in aim.reactants} | {_host_size(c) for c in aim.reactants}
    return any(c.metals in sizes or _host_size(c) in sizes for c in clusters)


def _host_size(cluster: Nanocluster) -> tuple[tuple[str, int], ...]:
    return ((cluster.host_metal, cluster.n_metals),)
