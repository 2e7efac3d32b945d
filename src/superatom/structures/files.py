"""Read structure files: xyz, extended xyz, CIF, PDB, mol2, gro, POSCAR. One geometry in, one `Structure` out.

CIF and PDB are parsed by gemmi, POSCAR by ASE; the line formats (xyz, gro, mol2) are read here because files in the
wild leave out their counts. Nothing is repaired in silence: what was done stands in `Structure.notes`, and what cannot
be read safely raises `StructureError` with one sentence. No file content is ever evaluated.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from superatom.errors import StructureError
from superatom.structures.crystals import read_cif, whole_molecules
from superatom.structures.formula import check_charge
from superatom.structures.structure import MAX_ATOMS, Structure
from superatom.structures.symbols import element_of
from superatom.structures.xyz import atom_of_line, charge_in, floats_of, read_xyz

MAX_BYTES = 64_000_000


def read(path: str | Path, *, charge: int | None = None, alternative: str | None = None) -> Structure:
    r"""Read one geometry; a file of several frames gives the first, with a note.

    Parameters
    ----------
    path
        A file in xyz, extended xyz, CIF, PDB, mol2, gro (nm) or POSCAR/CONTCAR format.
    charge
        Net charge of the cluster in e; overrides what the file says.
    alternative
        For a disordered crystal: the label of the disorder group (CIF) or altloc (PDB) to keep. By default the one with
        the highest occupancy is kept and a note says so.

    Raises
    ------
    StructureError
        One sentence: what was found, and what would be legal.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "aucl.xyz")
    ...     _ = file.write_text("2\ncharge=0\nAu 0 0 0\nCl 0 0 2.25\n")
    ...     read(file).charge
    0
    """
    frames = read_all(path, charge=charge, alternative=alternative)
    first = frames[0]
    if len(frames) > 1:
        first = replace(first, notes=(*first.notes, f"first of {len(frames)} structures in the file"))
    return first


def read_all(path: str | Path, *, charge: int | None = None, alternative: str | None = None) -> list[Structure]:
    """Read every geometry of a file (frames of an xyz, models of a PDB, data blocks of a CIF); see `read`."""
    file = Path(path)
    text = _text_of(file)
    frames = _reader_for(file, text)(text, file.name, alternative)
    if not frames:
        raise StructureError(f"{file.name}: no atoms found")
    return [_finish(frame, charge) for frame in frames]


def _text_of(file: Path) -> str:
    try:
        size = file.stat().st_size
        if file.is_dir():
            raise StructureError(f"{file}: this is a folder; give one structure file")
        if size > MAX_BYTES:
            raise StructureError(f"{file.name}: {size / 1e6:.0f} MB is too large for a cluster (at most 64 MB)")
        data = file.read_bytes()
    except OSError as error:
        raise StructureError(f"cannot open {file}: {error.strerror or error}") from error
    if not data.strip():
        raise StructureError(f"{file.name}: the file is empty")
    if b"\0" in data[:4096] or b"\0" in data:
        raise StructureError(
            f"{file.name}: binary content (or UTF-16 text); expected plain text xyz, CIF, PDB, mol2, gro or POSCAR"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if re.match(r"\s*<(?:!doctype|html|\?xml|head|body)", text, re.IGNORECASE):
        raise StructureError(f"{file.name}: this is a web page (HTML or XML), not a structure; the download went wrong")
    return text.replace("\r\n", "\n").replace("\r", "\n")


Reader = Callable[[str, str, str | None], list[Structure]]


def _reader_for(file: Path, text: str) -> Reader:
    by_suffix: dict[str, Reader] = {
        ".xyz": read_xyz, ".extxyz": read_xyz, ".cif": read_cif, ".mcif": read_cif, ".pdb": _read_pdb,
        ".ent": _read_pdb, ".mol2": _read_mol2, ".gro": _read_gro, ".vasp": _read_poscar, ".poscar": _read_poscar,
    }  # fmt: skip
    if file.suffix.lower() in by_suffix:
        return by_suffix[file.suffix.lower()]
    lines = text.split("\n")
    if re.search(r"^data_", text, re.MULTILINE | re.IGNORECASE) and "_atom_site" in text:
        return read_cif
    if "@<TRIPOS>ATOM" in text:
        return _read_mol2
    if re.search(r"^(ATOM  |HETATM)", text, re.MULTILINE):
        return _read_pdb
    if len(lines) > 7 and floats_of(lines[1], 1) and all(floats_of(line, 3) for line in lines[2:5]):
        return _read_poscar
    if any(atom_of_line(line) for line in lines[:5]):
        return read_xyz
    raise StructureError(
        f"{file.name}: not a structure file this reader knows; legal formats are xyz, extxyz, CIF, PDB, mol2, "
        "gro and POSCAR"
    )


def _finish(frame: Structure, charge: int | None) -> Structure:
    """Check what every format must satisfy, make molecules whole and set the charge."""
    check_geometry(frame)
    if frame.cell is not None:
        frame = whole_molecules(frame)
    if charge is not None:
        frame = replace(frame, charge=check_charge(charge), charge_basis="given by the user")
    return frame


def check_geometry(frame: Structure) -> None:
    """Raise `StructureError` for coordinates that cannot be a molecule in Å."""
    name, n = frame.source, frame.n_atoms
    if n == 0:
        raise StructureError(f"{name}: no atoms found")
    if n > MAX_ATOMS:
        raise StructureError(f"{name}: {n} atoms are too many; at most {MAX_ATOMS} are read")
    if not np.isfinite(frame.positions).all():
        bad = int(np.flatnonzero(~np.isfinite(frame.positions).all(axis=1))[0])
        raise StructureError(
            f"{name}: atom {bad + 1} ({frame.symbols[bad]}) has a coordinate that is not a finite number"
        )
    if np.abs(frame.positions).max() > 1e5:
        raise StructureError(f"{name}: coordinates beyond 100,000 Å; expected Å")
    if n == 1:
        return
    from scipy.spatial import cKDTree

    distances, nearest = cKDTree(frame.positions).query(frame.positions, k=2)
    typical = float(np.median(distances[:, 1]))
    worst = int(np.argmin(distances[:, 1]))
    if distances[worst, 1] < 1e-6:
        other = int(nearest[worst][nearest[worst] != worst][0])
        raise StructureError(f"{name}: atoms {min(worst, other) + 1} and {max(worst, other) + 1} are in one place")
    if typical < 0.45 and n > 2:
        raise StructureError(
            f"{name}: neighbouring atoms are {typical:.2g} apart; this looks like nm or fractional coordinates, "
            "expected Å"
        )
    if typical > 20:
        guess = "this looks like pm" if typical > 60 else "these atoms are not bonded"
        raise StructureError(f"{name}: neighbouring atoms are {typical:.3g} apart; {guess}, expected a molecule in Å")
    if distances[worst, 1] < 0.1:
        other = int(nearest[worst][nearest[worst] != worst][0])
        raise StructureError(
            f"{name}: atoms {min(worst, other) + 1} and {max(worst, other) + 1} are {distances[worst, 1]:.3f} Å "
            "apart; duplicated or disordered atoms must be removed or given as alternatives"
        )


# ---- PDB -----------------------------------------------------------------------------------------------------------


def _read_pdb(text: str, name: str, alternative: str | None) -> list[Structure]:
    import gemmi

    try:
        document = gemmi.read_pdb_string(text)
    except (RuntimeError, ValueError) as error:
        raise StructureError(f"{name}: not a readable PDB file ({error})") from error
    remark = next(
        (c for line in text.split("\n") if line[:6] == "REMARK" and (c := charge_in(line[10:])) is not None), None
    )
    frames = []
    for model in document:
        atoms = [atom for chain in model for residue in chain for atom in residue]
        kept, notes = _pick_altlocs(atoms, name, alternative)
        symbols = []
        for atom in kept:
            symbol = atom.element.name if atom.element.atomic_number else element_of(atom.name)
            if symbol is None:
                raise StructureError(f"{name}: atom {atom.serial} is called {atom.name!r}, which names no element")
            symbols.append("H" if symbol == "D" else symbol)
        positions = np.array([atom.pos.tolist() for atom in kept]).reshape(-1, 3)
        basis = "" if remark is None else "REMARK of the file"
        frames.append(Structure(tuple(symbols), positions, None, remark, name, tuple(notes), basis))
    return [f for f in frames if f.n_atoms]


def _pick_altlocs(atoms: list, name: str, alternative: str | None) -> tuple[list, list[str]]:  # type: ignore[type-arg]
    weight: dict[str, float] = {}
    for atom in atoms:
        if atom.altloc != "\0":
            weight[atom.altloc] = weight.get(atom.altloc, 0.0) + atom.occ
    if not weight:
        low = [atom for atom in atoms if 0 < atom.occ < 0.99]
        if low:
            raise StructureError(
                f"{name}: atom {low[0].serial} has occupancy {low[0].occ:.2f} without an alternative; "
                "mark alternatives by altloc or keep full atoms only"
            )
        return atoms, []
    if alternative is not None and alternative not in weight:
        raise StructureError(f"{name}: no alternative {alternative!r}; the file has {', '.join(sorted(weight))}")
    chosen = alternative or max(sorted(weight), key=lambda a: weight[a])
    kept = [atom for atom in atoms if atom.altloc in ("\0", chosen)]
    return kept, [f"alternative {chosen} of {len(weight)} kept ({', '.join(sorted(weight))})"]


# ---- mol2, gro, POSCAR ---------------------------------------------------------------------------------------------


def _read_mol2(text: str, name: str, _alternative: str | None) -> list[Structure]:
    frames = []
    for block in text.split("@<TRIPOS>MOLECULE")[1:] or [text]:
        section = re.search(r"@<TRIPOS>ATOM[^\n]*\n(.*?)(?=\n@<TRIPOS>|\Z)", block, re.DOTALL)
        if not section:
            raise StructureError(f"{name}: no @<TRIPOS>ATOM section; expected a mol2 file")
        symbols, positions = [], []
        for line in section[1].split("\n"):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            position = floats_of(" ".join(words[2:5]), 3)
            symbol = _mol2_element(words[1], words[5]) if len(words) > 5 else None
            if position is None or symbol is None:
                raise StructureError(f"{name}: {line[:60]!r} is not a mol2 atom line (id, name, x, y, z, type)")
            symbols.append(symbol)
            positions.append(position)
        counts = re.search(r"\A[^\n]*\n[^\n]*\n\s*(\d+)(?:\s+(\d+))?", block)
        if counts and int(counts[1]) != len(symbols):
            raise StructureError(f"{name}: {counts[1]} atoms announced but {len(symbols)} found; the file is truncated")
        _check_mol2_bonds(block, name, len(symbols), int(counts[2]) if counts and counts[2] else None)
        frames.append(Structure(tuple(symbols), np.array(positions).reshape(-1, 3), source=name))
    return frames


def _mol2_element(label: str, kind: str) -> str | None:
    """Return the element of a mol2 atom: of a Tripos type (``C.ar``), else of its name (GAFF types are lower case)."""
    tripos = kind.split(".", maxsplit=1)[0]
    if tripos[:1].isupper():
        return element_of(tripos) or element_of(label)
    return _element_of_label(label)


def _check_mol2_bonds(block: str, name: str, n_atoms: int, announced: int | None) -> None:
    section = re.search(r"@<TRIPOS>BOND[^\n]*\n(.*?)(?=\n@<TRIPOS>|\Z)", block, re.DOTALL)
    bonds = [line.split() for line in section[1].split("\n") if line.strip()] if section else []
    if announced is not None and section and announced != len(bonds):
        raise StructureError(f"{name}: {announced} bonds announced but {len(bonds)} found; the file is damaged")
    for words in bonds:
        if len(words) < 4 or not all(w.isdigit() and 1 <= int(w) <= n_atoms for w in words[1:3]):
            raise StructureError(f"{name}: bond line {' '.join(words)[:40]!r} names no two atoms of the {n_atoms}")


def _read_gro(text: str, name: str, _alternative: str | None) -> list[Structure]:
    lines = text.rstrip("\n").split("\n")
    count = lines[1].strip() if len(lines) > 1 else ""
    if not count.isdigit() or int(count) > MAX_ATOMS or len(lines) < int(count) + 2:
        raise StructureError(
            f"{name}: line 2 reads {count[:20]!r} but {max(0, len(lines) - 3)} atom lines follow; the gro file is "
            "truncated"
        )
    symbols, positions = [], []
    for number, line in enumerate(lines[2 : 2 + int(count)], start=3):
        position = floats_of(" ".join((line[20:28], line[28:36], line[36:44])), 3)
        label = line[10:15].strip()
        symbol = _element_of_label(label)
        if position is None or symbol is None:
            raise StructureError(f"{name}: line {number} is not a gro atom line; found {line[:50]!r}")
        symbols.append(symbol)
        positions.append(position)
    notes = ("coordinates in nm converted to Å; elements read from atom names; box not used",)
    return [Structure(tuple(symbols), 10 * np.array(positions).reshape(-1, 3), source=name, notes=notes)]


def _element_of_label(label: str) -> str | None:
    """Read the element off a force-field atom name: metals and halogens in two letters, else by the first."""
    letters = re.sub(r"[^A-Za-z]", "", label)
    if letters[:2].upper() in ("AU", "AG", "CU", "PT", "PD", "CL", "BR", "SE"):
        return letters[:2].capitalize()
    return letters[0].upper() if letters and letters[0].upper() in "CHNOPSFI" else element_of(letters)


def _read_poscar(text: str, name: str, _alternative: str | None) -> list[Structure]:
    from ase.io.vasp import read_vasp

    lines = text.split("\n")
    counts = next((c for line in lines[5:7] if (c := _whole_numbers(line))), None)
    if counts is None or sum(counts) > MAX_ATOMS or len(lines) < 7 + sum(counts):
        raise StructureError(
            f"{name}: a POSCAR names its elements on line 6 and their numbers on line 7, at most {MAX_ATOMS} atoms, "
            "all of which must follow"
        )
    words = lines[5].split()
    if _whole_numbers(lines[5]) or len(words) != len(counts) or not all(element_of(w) for w in words):
        raise StructureError(
            f"{name}: line 6 of a POSCAR must name one element per count on line 7; found {lines[5][:40]!r}"
        )
    try:
        atoms = read_vasp(io.StringIO(text))
    except (ValueError, IndexError, KeyError, TypeError, RuntimeError, AttributeError, AssertionError) as error:
        raise StructureError(f"{name}: not a readable POSCAR ({error})") from error
    if atoms.cell.rank < 3:
        raise StructureError(f"{name}: the cell of the POSCAR has no volume")
    return [Structure(tuple(atoms.get_chemical_symbols()), atoms.get_positions(), np.array(atoms.cell), source=name)]


def _whole_numbers(line: str) -> list[int] | None:
    words = line.split()
    return [int(w) for w in words] if words and all(re.fullmatch(r"\d{1,9}", w) for w in words) else None
