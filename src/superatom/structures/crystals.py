"""Crystals: expand symmetry, keep one alternative of each disorder, take out one whole cluster with its surroundings.

Conventions of the CIF core dictionary: `_atom_site_disorder_assembly` names a site that is disordered,
`_atom_site_disorder_group` its alternatives; a negative group (SHELX PART -n) is disordered about a symmetry element.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from superatom.errors import StructureError
from superatom.structures.bonds import bonding_reach
from superatom.structures.elements import METALS
from superatom.structures.formula import element_formula
from superatom.structures.neighbours import FloatArray, IntArray, neighbour_pairs
from superatom.structures.structure import MAX_ATOMS, Structure
from superatom.structures.symbols import element_of

FULL = 0.99  # occupancies from here on count as full (rounding in files)


@dataclass(frozen=True, slots=True)
class _Site:
    label: str
    symbol: str
    fraction: tuple[float, float, float]
    occupancy: float
    assembly: str
    group: str


def read_cif(text: str, name: str, alternative: str | None) -> list[Structure]:
    """Return one `Structure` per data block with atoms: the unit cell, one alternative of each disorder kept.

    Raises `StructureError` for occupancies above one, partial occupancy without alternatives inside the cluster,
    mixed-metal sites, unknown symmetry, or a file that is not CIF.
    """
    import gemmi

    try:
        document = gemmi.cif.read_string(text)
    except (ValueError, RuntimeError) as error:
        raise StructureError(f"{name}: not a readable CIF ({str(error).splitlines()[0][:120]})") from error
    frames = []
    for block in document:
        if not (block.find_values("_atom_site_fract_x") or block.find_values("_atom_site.fract_x")):
            continue
        frames.append(
            _block_structure(block, f"{name}" if len(document) == 1 else f"{name}, {block.name}", alternative)
        )
    if not frames:
        raise StructureError(f"{name}: the CIF holds no atom sites with fractional coordinates")
    return frames


def _block_structure(block: Any, name: str, alternative: str | None) -> Structure:
    import gemmi

    try:
        small = gemmi.make_small_structure_from_block(block)
    except (ValueError, RuntimeError) as error:
        raise StructureError(f"{name}: the CIF cannot be interpreted ({str(error)[:120]})") from error
    cell = np.array(small.cell.orth.mat.tolist()).T
    if not np.isfinite(cell).all() or small.cell.volume < 1 or not small.cell.is_crystal():
        raise StructureError(f"{name}: the CIF states no valid unit cell")
    operations = _operations(small, name)
    sites = _sites(block, small, name)
    kept, notes = _pick_alternatives(sites, name, alternative)
    symbols, fractions, partial = _expand(kept, operations, cell, name)
    if len(operations) > 1:
        label = small.spacegroup_hm or (small.spacegroup.hm if small.spacegroup else "given operations")
        notes.append(f"symmetry {label.strip()} expanded ({len(operations)} operations)")
    structure = Structure(symbols, fractions @ cell, cell, source=name, notes=tuple(notes))
    return _without_partial(structure, partial) if partial.any() else structure


def _operations(small: Any, name: str) -> list[Any]:
    import gemmi

    if small.symops:
        try:
            return [gemmi.Op(op) for op in small.symops]
        except (RuntimeError, ValueError) as error:
            raise StructureError(
                f"{name}: a symmetry operation of the CIF cannot be read ({str(error)[:80]})"
            ) from error
    group = small.spacegroup or gemmi.find_spacegroup_by_name(small.spacegroup_hm or "")
    if group is None:
        if small.spacegroup_hm.strip() or small.spacegroup_number not in (0, 1):
            raise StructureError(f"{name}: unknown space group {small.spacegroup_hm!r}; give the symmetry operations")
        return [gemmi.Op("x,y,z")]
    return list(group.operations())


def _sites(block: Any, small: Any, name: str) -> list[_Site]:
    """Return the atom sites, with what gemmi's small structure leaves out: the disorder assembly."""
    assembly = list(block.find_values("_atom_site_disorder_assembly"))
    groups = list(block.find_values("_atom_site_disorder_group"))
    sites = []
    if not small.sites or any(column and len(column) != len(small.sites) for column in (assembly, groups)):
        raise StructureError(f"{name}: the atom sites of the CIF are incomplete; expected one row of values per atom")
    if len(small.sites) > MAX_ATOMS:
        raise StructureError(f"{name}: {len(small.sites)} atom sites are too many; at most {MAX_ATOMS} atoms are read")
    for index, site in enumerate(small.sites):
        symbol = site.element.name if site.element.atomic_number else element_of(site.label)
        if symbol is None:
            raise StructureError(f"{name}: atom site {site.label!r} names no element")
        fraction = (site.fract.x, site.fract.y, site.fract.z)
        if not np.isfinite(fraction).all():
            raise StructureError(f"{name}: atom site {site.label} has no coordinates; remove dummy sites")
        if not 0 < site.occ <= 1.001:
            raise StructureError(f"{name}: atom site {site.label} has occupancy {site.occ:g}; legal is above 0 up to 1")
        mark = groups[index].strip() if index < len(groups) else "."
        part = assembly[index].strip() if index < len(assembly) else "."
        sites.append(
            _Site(
                site.label, "H" if symbol == "D" else symbol, fraction, float(site.occ),
                "" if part in (".", "?") else part, "" if mark in (".", "?", "0") else mark,
            )
        )  # fmt: skip
    return sites


def _pick_alternatives(sites: list[_Site], name: str, alternative: str | None) -> tuple[list[_Site], list[str]]:
    """Keep, per disorder assembly, the group asked for or else the one with the highest mean occupancy."""
    groups: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for site in sites:
        if site.group:
            groups[site.assembly][site.group.lstrip("-")].append(site.occupancy)
    all_labels = sorted({g for part in groups.values() for g in part})
    if alternative is not None and alternative not in all_labels:
        has = f"the disorder groups are {', '.join(all_labels)}" if all_labels else "nothing is marked as disordered"
        raise StructureError(f"{name}: no alternative {alternative!r}; {has}")
    chosen: dict[str, str] = {}
    notes = []
    for part, options in sorted(groups.items()):
        best = max(sorted(options), key=lambda g: float(np.mean(options[g])))
        chosen[part] = alternative if alternative in options else best
        if len(options) > 1:
            kept = float(np.mean(options[chosen[part]]))
            notes.append(
                f"disorder{' ' + part if part else ''}: alternative {chosen[part]} of {', '.join(sorted(options))} "
                f"kept (occupancy {kept:.2f})"
            )
    if any(s.group.startswith("-") for s in sites):
        notes.append("disorder about a symmetry element: one orientation kept")
    kept_sites = [
        replace(s, occupancy=1.0) if s.group and (len(groups[s.assembly]) > 1 or s.group.startswith("-")) else s
        for s in sites
        if not s.group or s.group.lstrip("-") == chosen[s.assembly]
    ]
    return kept_sites, notes


def _expand(
    sites: list[_Site], operations: list[Any], cell: FloatArray, name: str
) -> tuple[tuple[str, ...], FloatArray, np.ndarray]:
    """Apply the symmetry; atoms on special positions once. Returns symbols, fractions and a mask of partial atoms."""
    if len(sites) * len(operations) > MAX_ATOMS:
        raise StructureError(
            f"{name}: {len(sites) * len(operations)} atoms in the cell are too many; at most {MAX_ATOMS}"
        )
    symbols: list[str] = []
    fractions: list[list[float]] = []
    partial: list[bool] = []
    about: dict[tuple[str, str], list[_Site]] = defaultdict(list)
    for site in sites:
        if site.group.startswith("-"):
            about[site.assembly, site.group].append(site)
    # a molecule disordered about a symmetry element is moved as one; any other site by itself
    for members in [*([s] for s in sites if not s.group.startswith("-")), *about.values()]:
        for image in _separate_images(members, operations, cell):
            symbols += [site.symbol for site in members]
            fractions += image.tolist()
            partial += [site.occupancy < FULL for site in members]
    mask = np.array(partial)
    _refuse_shared_sites(symbols, np.array(fractions), mask, cell, name)
    return tuple(symbols), np.array(fractions), mask


def _separate_images(members: Sequence[_Site], operations: Sequence[Any], cell: FloatArray) -> list[FloatArray]:
    """Return the symmetry images of some sites, fractions (n_members, 3) each, without those that overlap a kept one.

    One site overlaps its image on a special position; a molecule disordered about a symmetry element overlaps its
    mirror image anywhere along it.
    """
    reach = 0.4 if len(members) == 1 and not members[0].group.startswith("-") else 1.0
    kept: list[FloatArray] = []
    for operation in operations:
        image = np.array([operation.apply_to_xyz(list(site.fraction)) for site in members]) % 1.0
        if kept:
            steps = image[:, None] - np.concatenate(kept)[None]
            if np.linalg.norm((steps - np.round(steps)) @ cell, axis=2).min() < reach:
                continue
        kept.append(image)
    return kept


def _refuse_shared_sites(
    symbols: list[str], fractions: FloatArray, partial: np.ndarray, cell: FloatArray, name: str
) -> None:
    """Refuse two elements on one site: a mixed-metal (doped) site has no single structure."""
    where = np.flatnonzero(partial)
    if len(where) < 2:
        return
    first, second, _, _ = neighbour_pairs(fractions[where] @ cell, 0.5, cell)
    for a, b in zip(where[first], where[second], strict=True):
        if symbols[a] != symbols[b]:
            raise StructureError(
                f"{name}: {symbols[a]} and {symbols[b]} share a site (mixed occupancy); give one CIF per ordering, or "
                "mark the two as disorder groups 1 and 2"
            )


def _without_partial(structure: Structure, partial: np.ndarray) -> Structure:
    """Leave out partly occupied molecules beside the cluster; refuse partly occupied atoms in the cluster itself."""
    molecules, _ = _molecules(structure)
    drop: list[int] = []
    for molecule in molecules:
        if not partial[molecule].any():
            continue
        if sum(structure.symbols[i] in METALS for i in molecule) > 1:
            i = next(i for i in molecule if partial[i])
            raise StructureError(
                f"{structure.source}: {structure.symbols[i]} of the cluster is partly occupied and no alternative is "
                "marked; give a CIF with disorder groups or full occupancies"
            )
        drop += molecule
    dropped = set(drop)
    keep = [i for i in range(structure.n_atoms) if i not in dropped]
    if not keep:
        raise StructureError(f"{structure.source}: every atom is partly occupied; nothing is left to read")
    lost = element_formula([structure.symbols[i] for i in drop])
    note = f"partly occupied and left out: {lost} (solvent or counter-ion)"
    return Structure(
        tuple(structure.symbols[i] for i in keep), structure.positions[keep], structure.cell,
        source=structure.source, notes=(*structure.notes, note),
    )  # fmt: skip


def _molecules(structure: Structure) -> tuple[list[list[int]], IntArray]:
    """Return the bonded molecules of a crystal and, per atom, the lattice shift that makes its molecule whole.

    Raises `StructureError` where metal atoms connect to their own periodic image: an extended solid, not a cluster.
    """
    symbols, cell = structure.symbols, structure.cell
    reach = bonding_reach(symbols)
    first, second, distance, shift = neighbour_pairs(structure.positions, float(reach.max() * 2 + 0.6), cell)
    bonded = distance < reach[first] + reach[second]
    metal = np.array([s in METALS for s in symbols])
    hydrogen = np.array([s == "H" for s in symbols])
    bonded |= metal[first] & metal[second] & (distance < 3.3)
    bonded &= ~(hydrogen[first] & hydrogen[second] & (distance > 0.9))
    links: dict[int, list[tuple[int, IntArray]]] = defaultdict(list)
    for a, b, s in zip(first[bonded], second[bonded], shift[bonded], strict=True):
        links[int(a)].append((int(b), s))
        links[int(b)].append((int(a), -s))
    shifts = np.zeros((len(symbols), 3), dtype=np.int64)
    seen = np.zeros(len(symbols), dtype=bool)
    molecules = []
    for start in range(len(symbols)):
        if seen[start]:
            continue
        seen[start] = True
        queue = [start]
        for atom in queue:
            for other, s in links[atom]:
                if not seen[other]:
                    seen[other] = True
                    shifts[other] = shifts[atom] + s
                    queue.append(other)
                elif metal[atom] and metal[other] and (shifts[other] != shifts[atom] + s).any():
                    raise StructureError(
                        f"{structure.source}: the metal atoms continue from cell to cell; this is an extended solid, "
                        "not a cluster (or the cell is too small for it)"
                    )
        molecules.append(sorted(queue))
    return molecules, shifts


def whole_molecules(structure: Structure) -> Structure:
    """Return one whole cluster with its share of solvent and counter-ions, taken out of the periodic cell.

    The cluster is the molecule with most metal atoms. Where the cell holds Z of them, every other species contributes
    1/Z of its molecules, those closest to the cluster. A note says what was taken.
    """
    cell = structure.cell
    if cell is None:
        return structure
    molecules, shifts = _molecules(structure)
    positions = structure.positions + shifts @ cell
    formulas = [element_formula([structure.symbols[i] for i in m]) for m in molecules]
    n_metal = [sum(structure.symbols[i] in METALS for i in m) for m in molecules]
    if max(n_metal) == 0:
        return replace(structure, positions=positions)
    cluster = max(range(len(molecules)), key=lambda k: (n_metal[k], len(molecules[k]), -k))
    z = sum(n == n_metal[cluster] and f == formulas[cluster] for n, f in zip(n_metal, formulas, strict=True))
    centre = positions[molecules[cluster]].mean(axis=0)
    atoms = list(molecules[cluster])
    notes = list(structure.notes)
    for formula in sorted(set(formulas) - {formulas[cluster]}):
        same = [m for m, f in zip(molecules, formulas, strict=True) if f == formula]
        moved = sorted((_nearest_image(positions[m].mean(axis=0) - centre, cell), m) for m in same)
        share = -(-len(same) // z)
        if len(same) % z:
            notes.append(f"{len(same)} {formula} for {z} clusters in the cell; {share} kept with this one")
        for (_, lattice), molecule in moved[:share]:
            positions[molecule] += np.array(lattice) @ cell
            atoms += molecule
    if z > 1:
        notes.append(f"one of {z} clusters in the unit cell, with its share of solvent and counter-ions")
    return replace(
        structure, symbols=tuple(structure.symbols[i] for i in atoms), positions=positions[atoms], notes=tuple(notes)
    )


def _nearest_image(vector: FloatArray, cell: FloatArray) -> tuple[float, tuple[int, ...]]:
    """Return (distance, lattice shift) of the image of `vector` closest to the origin."""
    base = -np.round(np.linalg.solve(cell.T, vector)).astype(int)
    options: Iterable[tuple[int, int, int]] = ((a, b, c) for a in (-1, 0, 1) for b in (-1, 0, 1) for c in (-1, 0, 1))
    lengths = [(float(np.linalg.norm(vector + (base + o) @ cell)), tuple(int(x) for x in base + o)) for o in options]
    return min(lengths)
