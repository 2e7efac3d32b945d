"""What `superatom inspect` says of a structure, as one JSON-ready dict a chemist can read."""

from __future__ import annotations

from collections import Counter
from typing import Any

from superatom.structures.electrons import CLOSED_SHELLS
from superatom.structures.formula import element_formula
from superatom.structures.motifs import core_motifs
from superatom.structures.partition import Partition
from superatom.structures.structure import Structure
from superatom.structures.surface_motifs import SurfaceMotif
from superatom.structures.symmetry import POINT_GROUP_TOLERANCE_A, point_group


def describe(structure: Structure) -> dict[str, Any]:
    """Return composition, cores, staples, motifs, ligands, symmetry and charge of a structure.

    `charge` is None where nothing states it; `charge_basis` then says how to give it and what would follow. Counts of
    valence electrons appear only with a known charge. Raises `StructureError` where there is no cluster metal.

    Examples
    --------
    >>> xyz = [[-2.3, 0, 0], [0, 0, 0], [2.3, 0, 0], [-2.3, 0, -2.4], [2.3, 0, -2.4]]
    >>> answer = describe(Structure(("S", "Au", "S", "Au", "Au"), xyz, charge=0))
    >>> answer["formula"], answer["staples"]
    ('Au3(SR)2', [{'name': 'SR-Au-SR monomeric', 'length': 1, 'is_ring': False, 'count': 1}])
    """
    p = structure.partition
    cluster = p.nanocluster(p.charge or 0)
    electrons = cluster.valence_electrons if p.charge is not None else None
    elements = {structure.symbols[i] for i in p.metal_core}
    motifs = core_motifs(structure.positions, p.metal_core, electrons, elements.pop() if len(elements) == 1 else "M")
    core_of = p.metal_core or p.metals
    return {
        "source": structure.source,
        "formula": cluster.formula,
        "charge": p.charge,
        "charge_basis": p.charge_basis if p.charge is not None else f"{p.charge_basis}; {charge_hint(p)}",
        "valence_electrons": electrons,
        "inorganic_core": _part(p, p.inorganic_core),
        "metal_core": _part(p, p.metal_core),
        "staples": [
            {"name": name, "length": length, "is_ring": ring, "count": n}
            for (length, ring, name), n in _counted(p.surface_motifs)
        ],
        "motifs": motifs.summary(),
        "motif_remark": motifs.remark,
        "metal_metal_distance_A": p.to_dict()["metal_metal_distance_A"],
        "point_group": point_group([structure.symbols[i] for i in core_of], structure.positions[list(core_of)]),
        "point_group_of": f"{'metal core' if p.metal_core else 'metal atoms'}, within {POINT_GROUP_TOLERANCE_A} Å",
        "ligands": _ligands(p),
        "solvents_and_counter_ions": [
            {"name": name or "unknown", "formula": formula, "smiles": smiles, "charge": charge, "count": n}
            for (name, formula, smiles, charge), n in sorted(
                Counter((f.name, f.formula, f.smiles, f.charge) for f in p.solvents_and_counter_ions).items(), key=str
            )
        ],
        "notes": list(structure.notes),
    }


def charge_hint(partition: Partition) -> str:
    """Say which charges would give an even electron count, nearest to neutral first; a hint, never used as the charge.

    A closed shell of the superatom model is marked.
    """
    neutral = partition.nanocluster(0).valence_electrons
    options = sorted(
        (q for q in range(-4, 5) if (neutral - q) % 2 == 0 and neutral - q >= 0), key=lambda q: (abs(q), q)
    )
    words = [
        f"{q:+d} would mean {neutral - q} electrons{' (closed shell)' if neutral - q in CLOSED_SHELLS else ''}".replace(
            "+0", "0"
        )
        for q in options[:3]
    ]
    return "; ".join(words) if words else "no charge from -4 to +4 gives an even electron count"


def _part(partition: Partition, atoms: tuple[int, ...]) -> dict[str, Any]:
    return {"formula": partition.formula(atoms), "n_atoms": len(atoms)}


def _counted(motifs: tuple[SurfaceMotif, ...]) -> list[tuple[tuple[int, bool, str], int]]:
    counts = Counter((m.length, m.is_ring, m.name) for m in motifs)
    return sorted(counts.items(), key=lambda item: (-item[0][0], item[0][2]))


def _ligands(partition: Partition) -> list[dict[str, Any]]:
    """Group equal ligands; their binding modes are listed with counts, most frequent first."""
    groups: dict[tuple[str, str, str], list[Any]] = {}
    for bound in partition.ligands:
        groups.setdefault((bound.name, bound.smiles, bound.ligand_class), []).append(bound)
    rows = []
    for (name, smiles, kind), members in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        modes = Counter(m.binding for m in members)
        row = {
            "name": name,
            "smiles": smiles,
            "count": len(members),
            "ligand_class": kind,
            "binding": ", ".join(f"{n} x {mode}" for mode, n in sorted(modes.items(), key=lambda x: (-x[1], x[0]))),
        }
        remarks = sorted({m.note for m in members if m.note})
        rows.append(row | ({"note": "; ".join(remarks)} if remarks else {}))
    return rows


def cluster_xyz(structure: Structure) -> str:
    """Return the cluster of a structure as an XYZ file, solvent and counter-ions left out.

    >>> xyz = [[-2.3, 0, 0], [0, 0, 0], [2.3, 0, 0], [-2.3, 0, -2.4], [2.3, 0, -2.4]]
    >>> cluster_xyz(Structure(("S", "Au", "S", "Au", "Au"), xyz, charge=0)).splitlines()[:3]
    ['5', 'Au3S2', 'S -2.3000 0.0000 0.0000']
    """
    beside = {atom for fragment in structure.partition.solvents_and_counter_ions for atom in fragment.atoms}
    kept = [i for i in range(structure.n_atoms) if i not in beside]
    rows = (f"{structure.symbols[i]} " + " ".join(f"{x:.4f}" for x in structure.positions[i]) for i in kept)
    return f"{len(kept)}\n{element_formula([structure.symbols[i] for i in kept])}\n" + "\n".join(rows) + "\n"
