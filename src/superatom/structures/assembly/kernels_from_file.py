"""A topology read from a structure file: its metals as they stand, its ligands taken off and their places kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from superatom.errors import ChemistryError
from superatom.structures.assembly.assemble import ROLE_CLASSES
from superatom.structures.assembly.blueprint import Blueprint, LigandSlot, Scaffold, Topology
from superatom.structures.assembly.lantern import bridge_axes
from superatom.structures.assembly.slots import slot
from superatom.structures.bonds import Graph, covalent_bonds
from superatom.structures.files import read
from superatom.structures.neighbours import FloatArray
from superatom.structures.partition import BoundLigand, Partition
from superatom.structures.structure import Structure

_ROLE_OF = {name: role for role, names in ROLE_CLASSES.items() for name in names}
_BARE = ("sulfide", "selenide", "telluride", "oxide")  # these belong to the inorganic core and stay
_CENTRAL_A = 0.8  # an atom this near to the centroid of the metals is the centre
_N_RING = 5


def file_topology(path: str | Path) -> Topology:
    r"""Read a structure file and make a topology of it, named after the file; use it with ``assemble(..., using=)``.

    Solvent and counter-ions are left out. Every ligand with one donor (or a Cp ring) becomes a slot, its outward axis
    as in the file; bare sulfide, selenide, telluride and oxide stay with the metals. Placements: ``site1``, ``site2``,
    ... in the order of the file, ``core1``, ... and ``staple1``, ... (single sites too, as the partition tells them
    apart), and ``centre`` where one metal sits there.

    Parameters
    ----------
    path
        Any format that `superatom.structures.files.read` knows.

    Raises
    ------
    StructureError
        Where the file cannot be read or holds no metal.
    ChemistryError
        Where a ligand has several donors or is of a class that `assemble` cannot place.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "dimer.xyz")
    ...     _ = file.write_text("4\n\nCl 0 0 -3.6\nAu 0 0 -1.3\nAu 0 0 1.3\nCl 0 0 3.6\n")
    ...     plan = file_topology(file)
    >>> plan.name, plan.n_metals, dict(plan.roles), sorted(plan.placements)
    ('dimer', 2, {'halide': 2}, ['core1', 'core2', 'site1', 'site2'])
    """
    file = Path(path)
    structure = read(file)
    partition = structure.partition
    metals, n_metals = list(partition.metals), len(partition.metals)
    bare = [i for ligand in partition.ligands if ligand.ligand_class in _BARE for i in ligand.atoms]
    centred = replace(structure, positions=structure.positions - structure.positions[metals].mean(axis=0))
    graph = covalent_bonds(centred.symbols, centred.positions)
    slots = tuple(_slot(ligand, centred, graph) for ligand in partition.ligands if ligand.ligand_class not in _BARE)
    frame = Scaffold(tuple(centred.symbols[i] for i in metals + bare), centred.positions[metals + bare], slots)
    return Topology(
        name=file.stem,
        title=f"{partition.formula(metals)} as in {file.name}",
        n_metals=n_metals,
        roles=Counter(one.role for one in slots),
        placements=_placements(partition, frame.positions[:n_metals]),
        basis=f"metals and donors where the file {file.name} has them",
        build=partial(_build, frame),
    )


def _build(frame: Scaffold, blueprint: Blueprint, rng: np.random.Generator) -> Scaffold:  # noqa: ARG001 -- nothing random
    return replace(frame, symbols=(*blueprint.metals, *frame.symbols[len(blueprint.metals) :]))


def _placements(partition: Partition, metals: FloatArray) -> dict[str, tuple[int, ...]]:
    """Name every metal by its place in the file and by what it is; `metals` are relative to their centroid."""
    site_of = {atom: site for site, atom in enumerate(partition.metals)}
    core = [site_of[atom] for atom in partition.metal_core]
    staples = sorted(site_of[atom] for staple in partition.staples for atom in staple.metals)
    named: dict[str, tuple[int, ...]] = {}
    for word, sites in (("site", range(len(metals))), ("core", core), ("staple", staples)):
        named |= {f"{word}{k}": (site,) for k, site in enumerate(sites, 1)}
    from_centre = np.linalg.norm(metals, axis=1)
    if from_centre.min() < _CENTRAL_A:
        named["centre"] = (int(from_centre.argmin()),)
    return named


def _slot(ligand: BoundLigand, structure: Structure, graph: Graph) -> LigandSlot:
    """Return donor and axes: along the donor's own bonds, else to either side of the two metals it holds, else away."""
    positions = structure.positions
    role, metals = _ROLE_OF.get(ligand.ligand_class), positions[list(ligand.metals)]
    if role is None or (len(ligand.donors) > 1 and role != "cp"):
        raise ChemistryError(
            f"{structure.source}: the ligand {ligand.name} ({ligand.ligand_class}, {ligand.binding}) cannot be "
            f"replaced; legal are ligands with one donor, of the classes {', '.join(_ROLE_OF)}"
        )
    if role == "cp":
        carbons = [i for i in ligand.atoms if structure.symbols[i] == "C"]
        donors = sorted(carbons, key=lambda i: float(np.linalg.norm(positions[i] - metals, axis=1).min()))[:_N_RING]
    else:
        donors = list(ligand.donors)
    donor = positions[donors].mean(axis=0)
    axes = [donor - metals.mean(axis=0)]
    if role != "cp" and (neighbours := graph[donors[0]]):
        bonds = positions[neighbours] - donor
        axes = [(bonds / np.linalg.norm(bonds, axis=1, keepdims=True)).sum(axis=0)]
    elif role in ("thiolate", "alkynyl") and len(metals) == 2:
        axes = [np.array(axis) for axis in bridge_axes(donor, *metals)]
    return slot(role, donor, *axes)
