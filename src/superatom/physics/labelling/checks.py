"""What is wrong with a design that can be read, as far as its families alone tell: refused before any work."""

from __future__ import annotations

from superatom.errors import DesignError
from superatom.physics.labelling.design import Design, Family
from superatom.physics.levels import level

MOST_ITEMS = 1_000_000  # a slip in a number is refused before it fills the memory
_NOT_METALS = frozenset((
    "H", "He", "B", "C", "N", "O", "F", "Ne", "Si", "P", "S", "Cl", "Ar", "Ge", "As", "Se", "Br", "Kr", "Te", "I", "Xe",
))  # fmt: skip


def check(design: Design) -> None:
    """Raise `DesignError` or `UnknownNameError` for a wrong level or element, or for more than anybody labels."""
    for name in design.selections:
        level(name)
    for family in design.families:
        _check_steps(family)
        _check_metals(family)
    if (n_items := sum(map(_n_items, design.families))) > MOST_ITEMS:
        raise DesignError(f"{design.name} makes {n_items:,} configurations; one design may make {MOST_ITEMS:,}")


def _check_steps(family: Family) -> None:
    for step in (*family.relax, *family.graft_relax):
        if level(step).engine != "xtb":
            raise DesignError(f"family {family.name}: level {step!r} does not relax geometries; gfnff and gfn1 do")


def _check_metals(family: Family) -> None:
    for element in (element for pair in family.pairs for element in pair):
        if element in _NOT_METALS:
            raise DesignError(
                f"family {family.name}: {element!r} is no metal; hosts and dopants are, such as Au, Pd or Cu"
            )


def _n_items(family: Family) -> int:
    n_sets = len(family.ligands) * sum(len(family.placements) if dopant else 1 for _, dopant in family.pairs)
    return n_sets * family.isomers * (1 + bool(family.graft) + family.off_equilibrium)
