"""Geometries of reference species: minima of GFN1-xTB at every level, as the clusters have; common ones are packaged.

``benchmarks/reference_tables.py`` makes the packaged table; any other species is relaxed when asked for.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from superatom.errors import CalculationError, ChemistryError
from superatom.physics.configuration import DECIMALS
from superatom.structures.assembly.blueprint import Blueprint, Scaffold
from superatom.structures.assembly.topologies import topology
from superatom.structures.structure import Structure

if TYPE_CHECKING:
    from superatom.physics.references import ReferenceSpecies

GEOMETRIES = "reference_geometries.json"
_SHAPES, _RELAXED_SHAPES, _EMBED_SEED = 12, 3, 7
_ANY_METAL = "Cu"


def reference_geometry(species: ReferenceSpecies) -> tuple[Structure, str]:
    """Return the geometry of a species, rounded to 1e-4 Å, and how it was made; packaged, else made with ``xtb``.

    >>> from superatom.physics.references import HYDROGEN
    >>> structure, how = reference_geometry(HYDROGEN)
    >>> structure.symbols, round(float(np.linalg.norm(structure.positions[1] - structure.positions[0])), 1)
    (('H', 'H'), 0.8)
    """
    if stored := packaged_geometries().get(species.key):
        positions = np.array(stored["positions"], dtype=np.float64).reshape(-1, 3)
        return Structure(tuple(stored["symbols"].split()), positions, charge=0, source=species.key), stored["geometry"]
    return make_geometry(species)


@cache
def packaged_geometries() -> Mapping[str, dict[str, Any]]:
    """Return the packaged geometries by key of the species; ``benchmarks/reference_tables.py`` makes them."""
    text = files("superatom.physics").joinpath("tables", GEOMETRIES).read_text(encoding="utf-8")
    return dict(json.loads(text))


@lru_cache(maxsize=64)
def make_geometry(species: ReferenceSpecies) -> tuple[Structure, str]:
    """Relax a species with GFN1-xTB and return it with how that was done; the same on every call.

    A molecule is the lowest of several conformers; a host keeps the atoms in place that its cluster models keep.
    """
    if species.kind == "host":
        relaxed, how = _relaxed_host(species.topology), "gfnff crude > gfn1 crude"
    else:
        shapes = _shapes(species)
        if shapes[0].n_atoms == 1:
            return shapes[0], "single atom"
        relaxed, how = _lowest(shapes), "RDKit ETKDG conformers, gfn1 normal, the lowest kept"
    positions = np.round(relaxed.positions - relaxed.positions.mean(axis=0), DECIMALS)
    return Structure(relaxed.symbols, positions, charge=0, source=species.key, notes=relaxed.notes), how


def _shapes(species: ReferenceSpecies) -> list[Structure]:
    """Return conformers of a molecule, cleaned up with MMFF94 where it knows every atom (it knows no radicals)."""
    from rdkit import Chem, rdBase
    from rdkit.Chem import rdDistGeom, rdForceFieldHelpers

    with rdBase.BlockLogs():  # it warns of lone atoms and radicals
        molecule = Chem.AddHs(Chem.MolFromSmiles(species.smiles))
        ids = list(rdDistGeom.EmbedMultipleConfs(molecule, _SHAPES, randomSeed=_EMBED_SEED))
        if rdForceFieldHelpers.MMFFHasAllMoleculeParams(molecule):
            rdForceFieldHelpers.MMFFOptimizeMoleculeConfs(molecule)
    symbols = tuple(atom.GetSymbol() for atom in molecule.GetAtoms())
    if len(symbols) == 1:
        return [Structure(symbols, np.zeros((1, 3)), charge=0, source=species.key)]
    if not ids:
        raise CalculationError(f"{species.key}: no 3D shape found for {species.smiles}")
    return [
        Structure(symbols, np.array(molecule.GetConformer(i).GetPositions()), charge=0, source=species.key) for i in ids
    ]


def _lowest(shapes: list[Structure]) -> Structure:
    """Relax the best shapes by GFN1 energy and return the lowest."""
    from superatom.physics.engines import xtb
    from superatom.physics.levels import level

    gfn1 = level("gfn1")
    ranked = sorted(shapes, key=lambda shape: xtb.evaluate(shape, gfn1).energy_eV)[:_RELAXED_SHAPES]
    relaxed = [xtb.relax(shape, gfn1, optimisation="normal") for shape in ranked]
    return min(relaxed, key=lambda shape: xtb.evaluate(shape, gfn1).energy_eV)


@lru_cache(maxsize=32)
def _host_structure(name: str) -> Structure:
    from superatom.structures.assembly import carbon, zeolites

    is_carbon = name in {one.name for one in carbon.TOPOLOGIES}
    return carbon.host_structure(name) if is_carbon else zeolites.host_structure(name)


def _relaxed_host(name: str) -> Structure:
    """Relax the metal-free host; atoms that its cluster models hold in place are held in place."""
    from superatom.physics.relaxation import relax

    host, scaffold = _host_structure(name), _model_scaffold(name)
    held = scaffold.positions[list(scaffold.fixed)]
    fixed = [i for i, place in enumerate(host.positions) if len(held) and np.abs(held - place).max(axis=1).min() < 1e-3]
    if len(fixed) != len(scaffold.fixed):
        raise CalculationError(f"the host of {name} has {len(fixed)} of the {len(scaffold.fixed)} atoms held in place")
    return relax(host, fixed=fixed)


@cache
def _model_scaffold(name: str) -> Scaffold:
    """Return a host-guest model with copper as its metals."""
    plan = topology(name)
    return plan.build(Blueprint(name, (_ANY_METAL,) * plan.n_metals), np.random.default_rng(0))


@cache
def replaced_hydrogens(name: str) -> int:
    """Return how many hydrogens of the host its metals replaced."""
    host, model = Counter(_host_structure(name).symbols), Counter(_model_scaffold(name).symbols)
    del model[_ANY_METAL]
    n_replaced = host["H"] - model["H"]
    if any(host[element] != model[element] for element in {*host, *model} - {"H"}) or n_replaced < 0:
        raise ChemistryError(f"the host of {name} has other atoms than its models; only metals and H may differ")
    return n_replaced
