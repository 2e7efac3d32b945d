"""Tiny true structures, built from geometry: an ideal Au25(SH)18, small phosphine, carbene and alkynyl clusters."""

from __future__ import annotations

from itertools import product

import numpy as np

from superatom.structures.structure import Structure

PHI = (1 + 5**0.5) / 2


def icosahedron(radius: float = 2.80) -> np.ndarray:
    """Centre and twelve vertices, shape (13, 3)."""
    base = [(0.0, a, b * PHI) for a, b in product((1, -1), repeat=2)]
    vertices = [v[k:] + v[:k] for k in range(3) for v in base]
    return np.array([(0.0, 0.0, 0.0), *vertices]) * radius / np.hypot(1, PHI)


def cuboctahedron(radius: float = 2.88) -> np.ndarray:
    vertices = [v for v in product((-1, 0, 1), repeat=3) if sum(abs(x) for x in v) == 2]
    return np.array([(0, 0, 0), *vertices]) * radius / 2**0.5


def au25(ligand_atoms: str = "SH", charge: int | None = -1) -> Structure:
    """Au13 icosahedron under six V-shaped (SR-Au)2-SR staples, one over each of ±x, ±y, ±z (point group Th)."""
    symbols = ["Au"] * 13
    xyz = [*icosahedron()]
    for axis, sign in product(range(3), (1, -1)):
        # staple plane: `along` runs over the cluster, `axis` points away from it
        along, across = np.roll(np.eye(3), 0, axis=0)[(axis + 1) % 3], np.eye(3)[(axis + 2) % 3]
        up = sign * np.eye(3)[axis]
        for side in (1, -1):
            symbols += ["S", "Au"]
            xyz += [side * 3.98 * along + 3.26 * up, side * 1.95 * along + 4.40 * up]
            if "H" in ligand_atoms:
                symbols.append("H")
                xyz.append(
                    side * 3.98 * along + 3.26 * up + 1.34 * np.array(side * 0.6 * along + 0.8 * side * sign * across)
                )
        symbols.append("S")
        xyz.append(5.68 * up)
        if "H" in ligand_atoms:
            symbols.append("H")
            xyz.append(7.02 * up)
    return Structure(tuple(symbols), np.array(xyz), charge=charge, source="ideal Au25(SH)18")


def dressed(core: np.ndarray, ligand_smiles: str, donor: str, bond: float, metal: str = "Au") -> Structure:
    """A ligand on every core atom, donor at `bond` Å, body pointing outwards (coordinates of the ligand from RDKit)."""
    from rdkit import Chem
    from rdkit.Chem import AllChem

    molecule = Chem.AddHs(Chem.MolFromSmiles(ligand_smiles))
    assert AllChem.EmbedMolecule(molecule, randomSeed=7) == 0
    body = molecule.GetConformer().GetPositions()
    elements = [a.GetSymbol() for a in molecule.GetAtoms()]
    at = next(
        a.GetIdx() for a in molecule.GetAtoms() if a.GetSymbol() == donor and (donor != "C" or a.GetTotalValence() < 4)
    )
    body = body - body[at]
    near = [n.GetIdx() for n in molecule.GetAtomWithIdx(at).GetNeighbors()]
    outward = body[near].mean(axis=0)
    outward /= np.linalg.norm(outward)
    symbols, xyz = [metal] * len(core), [*core]
    for vertex in core:
        direction = vertex / np.linalg.norm(vertex)
        turn = _turn(outward, direction)
        symbols += elements
        xyz += [vertex + bond * direction + turn @ p for p in body]
    return Structure(tuple(symbols), np.array(xyz), source=f"{metal}{len(core)} with {ligand_smiles}")


def _turn(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Rotation matrix that takes unit vector a to b."""
    v, c = np.cross(a, b), float(a @ b)
    k = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + k + k @ k / (1 + c) if c > -0.999 else -np.eye(3) + 2 * np.outer(np.eye(3)[0], np.eye(3)[0])


def tetrahedron(edge: float = 2.75) -> np.ndarray:
    return np.array([(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]) * edge / 8**0.5


def alkynyl_staple() -> Structure:
    """HC≡C-Au-C≡CH over two core gold atoms."""
    symbols = ("Au", "Au", "Au", "C", "C", "H", "C", "C", "H")
    xyz = [(-2.0, 0, -2.3), (2.0, 0, -2.3), (0, 0, 0)]
    for side in (-1, 1):
        xyz += [(side * 2.0, 0, 0.0), (side * 3.0, 0, 0.65), (side * 3.9, 0, 1.2)]
    return Structure(symbols, np.array(xyz), source="alkynyl staple")


def cif(
    structure: Structure, extra_sites: str = "", *, operations: tuple[str, ...] = ("x,y,z",), box: float = 30.0,
    keep: tuple[int, ...] | None = None, occupancy: dict[int, float] | None = None,
) -> str:  # fmt: skip
    """Write a CIF of a cubic box with the structure about the origin; `keep` selects the asymmetric unit."""
    full = occupancy or {}
    rows = []
    for i in keep if keep is not None else range(structure.n_atoms):
        x, y, z = structure.positions[i] / box
        rows.append(f"{structure.symbols[i]}{i} {structure.symbols[i]} {x:.6f} {y:.6f} {z:.6f} {full.get(i, 1.0)} . .")
    ops = "\n".join(f"'{op}'" for op in operations)
    return (
        f"data_test\n_cell_length_a {box}\n_cell_length_b {box}\n_cell_length_c {box}\n_cell_angle_alpha 90\n"
        f"_cell_angle_beta 90\n_cell_angle_gamma 90\nloop_\n_symmetry_equiv_pos_as_xyz\n{ops}\nloop_\n"
        "_atom_site_label\n"
        "_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n_atom_site_occupancy\n"
        "_atom_site_disorder_assembly\n_atom_site_disorder_group\n" + "\n".join(rows) + "\n" + extra_sites
    )


def xyz_text(structure: Structure, comment: str = "") -> str:
    lines = [
        f"{s} {x:.6f} {y:.6f} {z:.6f}" for s, (x, y, z) in zip(structure.symbols, structure.positions, strict=True)
    ]
    return "\n".join([str(structure.n_atoms), comment, *lines]) + "\n"
