"""Making one configuration: assembled and relaxed, grafted on a relaxed core, or a distorted copy."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from superatom.errors import MissingEngineError, SuperatomError
from superatom.physics.configuration import DECIMALS, Configuration
from superatom.physics.labelling.items import WorkItem, topology_of
from superatom.structures.structure import Structure

_NOTHING = Structure((), np.zeros((0, 3)))


def make(item: WorkItem, parent: Configuration | None, folder: Path) -> Configuration:
    """Make the configuration of an item.

    Parameters
    ----------
    item
        What to make, with its seed.
    parent
        The configuration it is made from, for a grafted or off-equilibrium item.
    folder
        Where the kernel files of the design lie.

    Returns
    -------
    Configuration
        With status filtered (a geometry no chemist would accept, why) or failed (no geometry, why) where it is so.

    Raises
    ------
    MissingEngineError
        Where a program that relaxes is not installed.
    """
    start = time.monotonic()
    if item.kind == "off_equilibrium":
        made = _distorted(item, _parent_of(item, parent))
    elif item.kind == "grafted":
        made = _grafted(item, _parent_of(item, parent))
    else:
        made = _relaxed(item, folder)
    return replace(made, seconds=time.monotonic() - start)


def not_made(item: WorkItem, why: str) -> Configuration:
    """Return the failed configuration of an item that has no geometry at all."""
    return replace(_judged(item, _NOTHING, (), "", ()), status="failed", why=why)


def _parent_of(item: WorkItem, parent: Configuration | None) -> Configuration:
    if parent is None:
        raise ValueError(f"{item.id} needs its parent {item.parent}")
    return parent


def _relaxed(item: WorkItem, folder: Path) -> Configuration:
    from superatom.structures.assembly.assemble import assemble

    using = topology_of(item.blueprint.topology, item.kernel, folder) if item.kernel else None
    try:
        assembly = assemble(item.blueprint, item.seed, using=using)
    except SuperatomError as error:
        return not_made(item, str(error))
    return _relax_and_judge(item, assembly.structure, assembly.fixed, ())


def _grafted(item: WorkItem, parent: Configuration) -> Configuration:
    from superatom.structures.assembly.graft import graft

    small = dict(parent.blueprint.ligands)
    new = {role: name for role, name in item.blueprint.ligands if small.get(role) != name}
    try:
        assembly = graft(parent.structure, parent.blueprint, new, item.seed)
    except SuperatomError as error:
        return not_made(item, str(error))
    return _relax_and_judge(item, assembly.structure, assembly.fixed, (parent.geometry, "graft, core fixed"))


def _relax_and_judge(
    item: WorkItem, start: Structure, fixed: tuple[int, ...], history: tuple[str, ...]
) -> Configuration:
    from superatom.physics.filters import NOT_ITS_LIGANDS, geometry_faults
    from superatom.physics.relaxation import description, relax
    from superatom.structures.assembly.census import has_its_ligands

    geometry = " > ".join((*history, description(item.relax)))
    try:
        structure = _rounded(relax(start, item.relax, fixed=fixed))
    except MissingEngineError:
        raise
    except SuperatomError as error:
        return replace(_judged(item, start, fixed, geometry, ()), status="failed", why=str(error))
    faults = geometry_faults(structure, start, kind=item.kind)
    if not has_its_ligands(structure, item.blueprint):  # a graft may start with clashes that are no better than bonds
        faults = (*faults, NOT_ITS_LIGANDS)
    return replace(_judged(item, structure, fixed, geometry, faults), notes=structure.notes)


def _distorted(item: WorkItem, parent: Configuration) -> Configuration:
    from superatom.physics.filters import geometry_faults
    from superatom.structures.assembly.distort import distort

    far = item.distortion
    if far is None:
        raise ValueError(f"{item.id} does not say how far to distort")
    # the core of a graft is held while the ligands relax, but it breathes; the rim of a host never moves
    fixed = () if parent.kind == "grafted" else parent.fixed
    structure = _rounded(
        distort(
            parent.structure,
            item.seed,
            breathing=far.breathing,
            ligand_shift_A=far.ligand_shift_A,
            ligand_turn_rad=far.ligand_turn_rad,
            rattle_A=far.rattle_A,
            fixed=fixed,
        )
    )
    faults = geometry_faults(structure, parent.structure, kind=item.kind)
    return _judged(item, structure, fixed, f"{parent.geometry} > distorted", faults)


def _rounded(structure: Structure) -> Structure:
    """Return the geometry that will be stored, so that what is judged is what is kept."""
    return replace(structure, positions=np.round(structure.positions, DECIMALS))


def _judged(
    item: WorkItem, structure: Structure, fixed: tuple[int, ...], geometry: str, faults: tuple[str, ...]
) -> Configuration:
    return Configuration(
        id=item.id,
        tier=item.tier,
        prototype=item.prototype,
        kind=item.kind,
        parent=item.parent,
        blueprint=item.blueprint,
        placement=item.placement,
        host=item.host,
        dopant=item.dopant,
        seed=item.seed,
        geometry=geometry,
        structure=structure,
        fixed=fixed,
        status="filtered" if faults else "converged",
        why="; ".join(faults),
    )
