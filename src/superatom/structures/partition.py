"""Take a structure apart the way a cluster chemist does: metal core, staples, ligands, solvent and counter-ions.

Two senses of "core", kept apart (glossary): the *inorganic core* is every metal atom plus bare halide, chalcogenide and
hydride; the *metal core* is the metal atoms outside the surface motifs, by the rule of `superatom.structures.staples`.
By that rule a gold atom held by two thiolates in line is a motif atom even where it also touches the core, so
Au36(SR)24 has the Au20 kernel of fused tetrahedra (Dass et al., J. Phys. Chem. C 2017, 121, 14914; the same series:
Zeng et al., Sci. Adv. 2015, 1, e1500425, doi:10.1126/sciadv.1500425), not the Au28 of descriptions that count eight
such atoms in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from superatom.errors import StructureError
from superatom.structures.bonds import Graph, connected, covalent_bonds
from superatom.structures.coordination import LigandSite, ligand_sites, main_cluster, metals_of_donors
from superatom.structures.elements import METALS
from superatom.structures.formula import element_formula
from superatom.structures.fragments import Fragment, Identity, as_ligand, bystander, identify_ligand
from superatom.structures.ligands import Ligand, ligand_table
from superatom.structures.nanocluster import Nanocluster
from superatom.structures.neighbours import FloatArray, neighbour_pairs
from superatom.structures.staples import motif_metals
from superatom.structures.surface_motifs import SurfaceMotif, surface_motifs
from superatom.structures.symbols import covalent_radius

_BARE = ("halide", "hydride", "sulfide", "selenide", "telluride", "oxide")


@dataclass(frozen=True, slots=True)
class BoundLigand:
    """One ligand in place; `binding` reads like ``μ2-S`` or ``κ2-P,P``; `ligand` is None where the table has none."""

    atoms: tuple[int, ...]
    donors: tuple[int, ...]
    metals: tuple[int, ...]
    ligand: Ligand | None
    smiles: str
    ligand_class: str
    name: str
    binding: str
    note: str = ""


@dataclass(frozen=True)
class Partition:
    """What every atom of a structure is; all fields hold atom indices of that structure.

    `metal_metal_distance_A` is the mean over bonded metal pairs of the whole cluster (nan where there is none);
    `charge` is None where nothing says it, and `charge_basis` then says how to give it.
    """

    metals: tuple[int, ...]
    metal_core: tuple[int, ...]
    inorganic_core: tuple[int, ...]
    surface_motifs: tuple[SurfaceMotif, ...]
    ligands: tuple[BoundLigand, ...]
    solvents_and_counter_ions: tuple[Fragment, ...]
    metal_metal_distance_A: float
    charge: int | None
    charge_basis: str
    symbols: tuple[str, ...] = field(repr=False)

    @property
    def staples(self) -> tuple[SurfaceMotif, ...]:
        """The surface motifs that hold at least one metal atom."""
        return tuple(m for m in self.surface_motifs if m.length)

    def formula(self, atoms: Sequence[int]) -> str:
        """Return the formula of some atoms, as in ``Au13``."""
        return element_formula([self.symbols[i] for i in atoms])

    def nanocluster(self, charge: int) -> Nanocluster:
        """Return the composition at a net charge in e."""
        counts: Counter[Ligand] = Counter(
            as_ligand(
                Identity(b.ligand, b.name, b.smiles, b.ligand_class), [self.symbols[i] for i in b.atoms], len(b.donors)
            )
            for b in self.ligands
        )
        return Nanocluster.of(dict(Counter(self.symbols[i] for i in self.metals)), dict(counts), charge)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict of the atom lists."""
        return {
            "metal_core": list(self.metal_core),
            "inorganic_core": list(self.inorganic_core),
            "surface_motifs": [
                {"name": m.name, "length": m.length, "is_ring": m.is_ring, "metals": list(m.metals),
                 "donors": list(m.donors)}
                for m in self.surface_motifs
            ],
            "ligands": [
                {"name": b.name, "smiles": b.smiles, "ligand_class": b.ligand_class, "binding": b.binding,
                 "atoms": list(b.atoms), "donors": list(b.donors), "metals": list(b.metals)}
                for b in self.ligands
            ],
            "solvents_and_counter_ions": [
                {"name": f.name, "formula": f.formula, "smiles": f.smiles, "charge": f.charge, "atoms": list(f.atoms)}
                for f in self.solvents_and_counter_ions
            ],
            "metal_metal_distance_A": _rounded(self.metal_metal_distance_A),
        }  # fmt: skip


def partition_atoms(
    symbols: tuple[str, ...],
    positions: FloatArray,
    *,
    charge: int | None = None,
    charge_basis: str = "",
    source: str = "in memory",
) -> Partition:
    """Assign every atom; `Structure.partition` is this, asked once and kept.

    Parameters
    ----------
    symbols
        Element symbols, length n_atoms.
    positions
        Cartesian coordinates in Å, shape (n_atoms, 3).
    charge, charge_basis
        Net charge of the cluster in e and where it comes from, in words; None where it is to be read off the
        counter-ions.
    source
        File name or description, for the error.

    Raises
    ------
    StructureError
        If there is no metal of `superatom.structures.elements`.

    Examples
    --------
    One staple over two core atoms, its organic groups stripped:

    >>> xyz = np.array([[-2.3, 0, 0], [0, 0, 0], [2.3, 0, 0], [-2.3, 0, -2.4], [2.3, 0, -2.4]])
    >>> p = partition_atoms(("S", "Au", "S", "Au", "Au"), xyz)
    >>> p.formula(p.metal_core), [m.name for m in p.surface_motifs], [b.name for b in p.ligands]
    ('Au2', ['SR-Au-SR monomeric'], ['SR', 'SR'])
    """
    all_metals = [i for i, s in enumerate(symbols) if s in METALS]
    if not all_metals:
        raise StructureError(
            f"{source}: no cluster metal ({', '.join(METALS[:8])}, ...) among {element_formula(symbols)}; "
            "nothing to take apart"
        )
    graph = covalent_bonds(symbols, positions)
    sites, unbound = ligand_sites(symbols, positions, graph, all_metals)
    bridging = _bridging_donors(sites, symbols, positions, graph)
    units = motif_metals(symbols, positions, all_metals, bridging)
    held = metals_of_donors(symbols, positions, sites, all_metals, units)
    metals = main_cluster(positions, all_metals, held)
    inside = set(metals)
    belongs = [any(m in inside for d in site.donors for m in held[d]) for site in sites]
    own = [site for site, is_own in zip(sites, belongs, strict=True) if is_own]
    beside = [site for site, is_own in zip(sites, belongs, strict=True) if not is_own]
    apart = _other_molecules([m for m in all_metals if m not in inside], beside, unbound, held)
    units = {m: donors for m, donors in units.items() if m in inside}
    ligands = tuple(_bound_ligand(site, held, symbols, graph) for site in own)
    class_of = {d: b.ligand_class for b in ligands for d in b.donors}
    core = tuple(sorted(inside - units.keys()))
    bare = [i for b in ligands if len(b.atoms) == 1 and b.ligand_class in _BARE for i in b.atoms]
    bystanders = tuple(bystander(molecule, symbols, graph) for molecule in apart)
    if charge is None:
        charge, charge_basis = _balancing_charge(bystanders)
    return Partition(
        metals=tuple(sorted(inside)),
        metal_core=core,
        inorganic_core=tuple(sorted([*inside, *bare])),
        surface_motifs=surface_motifs(units, [d for d in bridging if d in class_of], held, class_of, symbols),
        ligands=ligands,
        solvents_and_counter_ions=bystanders,
        metal_metal_distance_A=mean_metal_distance(positions[sorted(inside)]),
        charge=charge,
        charge_basis=charge_basis,
        symbols=symbols,
    )


def _bridging_donors(
    sites: Sequence[LigandSite], symbols: Sequence[str], positions: FloatArray, graph: Graph
) -> list[int]:
    """Donors that can hold two metals in line: alkynyl carbons and chalcogens that are no thioethers."""
    found = []
    for site in sites:
        for donor, kind in zip(site.donors, site.kinds, strict=True):
            heavy = [n for n in graph[donor] if symbols[n] != "H"]
            is_thioether = len(heavy) > 1 and all(
                np.linalg.norm(positions[n] - positions[donor])
                < covalent_radius(symbols[n]) + covalent_radius(symbols[donor]) + 0.15
                for n in heavy
            )
            if kind == "alkynyl" or (kind == "chalcogen" and not is_thioether):
                found.append(donor)
    return found


def _other_molecules(
    outside: Sequence[int],
    sites: Sequence[LigandSite],
    unbound: Sequence[tuple[int, ...]],
    held: Mapping[int, tuple[int, ...]],
) -> list[tuple[int, ...]]:
    """Molecules beside the cluster; metals `outside` it make complexes such as [AuCl2]- with the ligands they hold."""
    atoms = [*outside, *(i for site in sites for i in site.atoms)]
    links: Graph = [[] for _ in range(max(atoms, default=-1) + 1)]
    for site in sites:
        for metal in {m for d in site.donors for m in held[d]}:
            for atom in site.atoms:
                links[metal].append(atom)
                links[atom].append(metal)
    return sorted([*unbound, *(tuple(part) for part in connected(links, atoms))])


def _bound_ligand(
    site: LigandSite, held: dict[int, tuple[int, ...]], symbols: Sequence[str], graph: Graph
) -> BoundLigand:
    has_organics = any(s in ("C", "H") for s in symbols)
    metals = tuple(sorted({m for d in site.donors for m in held[d]}))
    binding = _binding(site, held, symbols)
    if len(site.atoms) == 1 and symbols[site.atoms[0]] in ("S", "Se", "Te") and not has_organics:
        # a stripped structure: each bare chalcogen stands for a whole ligand
        ligand = ligand_table().find(f"{symbols[site.atoms[0]]}R")
        note = "organic part missing in the file"
        return BoundLigand(site.atoms, site.donors, metals, ligand, "", ligand.ligand_class, ligand.name, binding, note)
    known = identify_ligand(site.atoms, site.donors, symbols, graph)
    return BoundLigand(
        site.atoms, site.donors, metals, known.ligand, known.smiles, known.ligand_class, known.name, binding, known.note
    )


def _binding(site: LigandSite, held: dict[int, tuple[int, ...]], symbols: Sequence[str]) -> str:
    if len(site.donors) == 1:
        n = len(held[site.donors[0]])
        return f"{'' if n == 1 else f'μ{n}-'}{symbols[site.donors[0]]}"
    if "contact" in site.kinds:
        return f"η{len(site.donors)}"
    letters = ",".join(sorted(symbols[d] for d in site.donors))
    bridge = len({m for d in site.donors for m in held[d]})
    return f"{f'μ{bridge}-' if bridge > 1 else ''}κ{len(site.donors)}-{letters}"


def mean_metal_distance(positions: FloatArray) -> float:
    """Return the mean distance in Å over bonded metal pairs, those within 1.2 times the typical nearest distance.

    >>> round(mean_metal_distance(np.array([[0, 0, 0], [2.8, 0, 0], [1.4, 2.4249, 0]])), 2)
    2.8
    """
    if len(positions) < 2:
        return float("nan")
    from scipy.spatial import cKDTree

    nearest = cKDTree(positions).query(positions, k=2)[0][:, 1]
    _, _, distances, _ = neighbour_pairs(positions, 1.2 * float(np.median(nearest)))
    return float(distances.mean()) if len(distances) else float("nan")


def _balancing_charge(bystanders: Sequence[Fragment]) -> tuple[int | None, str]:
    """Return the charge that balances the counter-ions beside one cluster, and its basis or how to give it."""
    ions = [f for f in bystanders if f.charge]
    if ions and all(f.charge is not None for f in bystanders):
        listed = ", ".join(sorted({f.name for f in ions}))
        return -sum(f.charge or 0 for f in ions), f"balances the counter-ions in the file ({listed})"
    hint = "; no counter-ion stands beside the cluster, so 0 if none was left out" if bystanders and not ions else ""
    return None, f"the file does not state the charge; give it (charge= in Python, --charge on the command line){hint}"


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 3)
