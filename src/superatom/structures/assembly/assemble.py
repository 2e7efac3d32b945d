"""From a blueprint and a seed to a geometry: scaffold, ligands packed round it, metals first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from superatom.errors import ChemistryError
from superatom.structures.assembly.blueprint import Assembly, Blueprint, Topology
from superatom.structures.assembly.conformers import named_ligand
from superatom.structures.assembly.packing import place_ligands
from superatom.structures.assembly.topologies import topology
from superatom.structures.elements import METALS
from superatom.structures.structure import Structure
from superatom.structures.symbols import element_of

RETREAT_A = 0.8  # how far a donor may start from where the scaffold wants it, where ligands are crowded
# classes a ligand may have to take a role; a role that is not listed takes any placeable ligand
ROLE_CLASSES = {
    "thiolate": ("thiolate", "selenolate"),
    "phosphine": ("phosphine",),
    "halide": ("halide",),
    "cp": ("cyclopentadienyl",),
    "alkynyl": ("alkynyl",),
    "hydride": ("hydride",),
}


def assemble(blueprint: Blueprint, seed: int, *, using: Topology | None = None) -> Assembly:
    """Make one unrelaxed geometry of a blueprint; the same seed gives the same bytes, another seed another isomer.

    Parameters
    ----------
    blueprint
        What to make.
    seed
        Seeds the core's parameters, which isomer it is, and the packing of the ligands.
    using
        The topology, where it is not in the table (one read from a file).

    Raises
    ------
    UnknownNameError
        for a topology that is not in the table.
    UnknownLigandError
        for a ligand that is neither in the ligand table nor a SMILES.
    ChemistryError
        for a wrong number of metals, a role the topology lacks or misses, a ligand that cannot take its role.

    Examples
    --------
    >>> lantern = Blueprint("lantern", ("Pd", "Pd", "Au", "Au", "Au", "Au"), (("thiolate", "SCH3"),))
    >>> assemble(lantern, seed=1).structure.formula
    'Au4Pd2C8H24S8'
    """
    plan = using or topology(blueprint.topology)
    _check(blueprint, plan)
    rng = np.random.default_rng(seed)
    scaffold = plan.build(blueprint, rng)
    names = [blueprint.ligand(slot.role) for slot in scaffold.slots]
    symbols, positions, clash_A2 = place_ligands(scaffold, names, rng, retreat_A=RETREAT_A)
    structure = Structure(symbols, positions, charge=blueprint.charge, source=f"{blueprint.topology}, seed {seed}")
    return Assembly(blueprint, seed, structure, scaffold.fixed, clash_A2)


def cluster_formula(blueprint: Blueprint, *, using: Topology | None = None) -> str:
    """Return the formula: metals (Au, Ag, Cu first), ligands in the topology's order of roles, charge; or metals@host.

    >>> metals = ("Pd", "Pd", "Au", "Au", "Au", "Au")
    >>> cluster_formula(Blueprint("lantern", metals, (("phosphine", "PMe3"), ("thiolate", "SCH3"))))
    'Au4Pd2(SCH3)8(PMe3)2'
    >>> cluster_formula(Blueprint("centred12", ("Au",) * 13, (("phosphine", "PMe3"), ("halide", "Cl")), charge=3))
    '[Au13(PMe3)10Cl2]3+'
    """
    plan = using or topology(blueprint.topology)
    _check(blueprint, plan)
    count = Counter(blueprint.metals)
    ordered = sorted(count, key=lambda m: (METALS.index(m) if m in METALS else len(METALS), m))
    chosen = dict(blueprint.ligands)
    text = "".join(_times(m, count[m]) for m in ordered)
    text += "".join(_ligands(chosen[role], n) for role, n in plan.roles.items() if role in chosen)
    text += f"@{plan.host}" if plan.host else ""
    size = str(abs(blueprint.charge)) if abs(blueprint.charge) > 1 else ""
    return f"[{text}]{size}{'+' if blueprint.charge > 0 else '-'}" if blueprint.charge else text


def prototype_name(blueprint: Blueprint, *, using: Topology | None = None) -> str:
    """Return topology and formula: what all configurations of one prototype share, wherever the dopant sits.

    >>> prototype_name(Blueprint("centred9", ("Pd",) + ("Au",) * 9, (("phosphine", "PH3"),)))
    'centred9 Au9Pd(PH3)8'
    """
    return f"{blueprint.topology} {cluster_formula(blueprint, using=using)}"


def _times(piece: str, n: int) -> str:
    return piece if n == 1 else f"{piece}{n}"


def _ligands(name: str, n: int) -> str:
    return _times(name, n) if named_ligand(name).is_bare_atom else _times(f"({name})", n)


def _check(blueprint: Blueprint, plan: Topology) -> None:
    if len(blueprint.metals) != plan.n_metals:
        raise ChemistryError(f"the topology {plan.name} has {plan.n_metals} metal sites, not {len(blueprint.metals)}")
    for metal in blueprint.metals:
        if element_of(metal) != metal:
            raise ChemistryError(f"{metal!r} is no element symbol; metals are written as Au, Ag, Pd, ...")
    given = [role for role, _ in blueprint.ligands]
    legal = f"the topology {plan.name} takes {_listed(plan.roles) or 'no ligands'}"
    if unknown := [role for role in given if role not in plan.roles]:
        raise ChemistryError(f"unknown role {_listed(unknown)}: {legal}")
    if len(set(given)) < len(given):
        raise ChemistryError(f"every role is given once, not {_listed(given)}: {legal}")
    if missing := [role for role in plan.roles if role not in given and role not in plan.optional_roles]:
        raise ChemistryError(f"no ligand given for {_listed(missing)}: {legal}")
    for role, name in blueprint.ligands:
        kind = named_ligand(name).ligand_class
        if kind not in ROLE_CLASSES.get(role, (kind,)):
            raise ChemistryError(f"{name} is a {kind}; the role {role} takes a {' or '.join(ROLE_CLASSES[role])}")


def _listed(roles: Iterable[str]) -> str:
    return ", ".join(roles)
