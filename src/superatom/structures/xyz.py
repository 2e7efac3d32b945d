"""The xyz family: plain, extended, and the ones in the wild that leave out their count or comment line."""

from __future__ import annotations

import re

import numpy as np

from superatom.errors import StructureError
from superatom.structures.structure import MAX_ATOMS, Structure
from superatom.structures.symbols import element_of

MAX_FRAMES = 10_000
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?"
CHARGE_NOTE = re.compile(
    r"(?:^|[\s,;])(?:net[ _])?(?:charge|q)\s*[=:]\s*([-+]?\d+)(?:\.0*)?(?=$|[\s,;])", re.IGNORECASE
)


def floats_of(line: str, n: int) -> list[float] | None:
    """Return the first `n` numbers of a line, or None when it does not start with that many."""
    words = line.split()[:n]
    if len(words) < n or not all(
        re.fullmatch(NUMBER + r"|[-+]?(?:nan|inf(?:inity)?)", w, re.IGNORECASE) for w in words
    ):
        return None
    return [float(w.replace("d", "e").replace("D", "E")) for w in words]


def atom_of_line(line: str, symbol_at: int = 0, position_at: int = 1) -> tuple[str, list[float]] | None:
    """Return (element, position) of a line that holds an atom, else None; the columns can be given."""
    words = line.split()
    if len(words) < max(symbol_at + 1, position_at + 3):
        return None
    position = floats_of(" ".join(words[position_at : position_at + 3]), 3)
    symbol = element_of(words[symbol_at])
    return None if position is None or symbol is None else (symbol, position)


def read_xyz(text: str, name: str, _alternative: str | None) -> list[Structure]:
    """Return every frame; blank lines between frames are skipped."""
    lines = text.split("\n")
    frames: list[Structure] = []
    at = 0
    while at < len(lines) and len(frames) < MAX_FRAMES:
        if lines[at].strip():
            frame, at = _xyz_frame(lines, at, name)
            frames.append(frame)
        else:
            at += 1
    return frames


def _xyz_frame(lines: list[str], at: int, name: str) -> tuple[Structure, int]:
    """Read one frame starting at line `at`; a missing count or comment line is noted, a wrong count is refused."""
    head = lines[at].split()
    notes: list[str] = []
    n: int | None = None
    if len(head) == 1 and re.fullmatch(r"\+?\d{1,18}", head[0]):
        n = int(head[0])
        if n > MAX_ATOMS:
            raise StructureError(f"{name}: the first line announces {n} atoms; at most {MAX_ATOMS} are read")
        comment, start = (lines[at + 1] if at + 1 < len(lines) else ""), at + 2
    elif atom_of_line(lines[at]):
        comment, start = "", at
        notes.append("no atom count in the file: read by its element lines")
    elif at + 1 < len(lines) and atom_of_line(lines[at + 1]):
        comment, start = lines[at], at + 1
        notes.append("no atom count in the file: read by its element lines")
    else:
        raise StructureError(
            f"{name}: line {at + 1} reads {lines[at][:40]!r}; an xyz file starts with its number of atoms"
        )
    columns = _extxyz_columns(comment, name)
    symbols: list[str] = []
    positions: list[list[float]] = []
    end = start
    while end < len(lines) and (n is None or len(symbols) < n):
        atom = atom_of_line(lines[end], *columns)
        if atom is None:
            break
        symbols.append(atom[0])
        positions.append(atom[1])
        end += 1
        if len(symbols) > MAX_ATOMS:
            raise StructureError(f"{name}: more than {MAX_ATOMS} atoms; at most {MAX_ATOMS} are read")
    if n is not None and len(symbols) < n:
        found = lines[end][:40].strip() if end < len(lines) else ""
        if floats_of(" ".join(found.split()[columns[1] : columns[1] + 3]), 3):
            raise StructureError(f"{name}: line {end + 1} reads {found!r}, which starts with no element symbol")
        raise StructureError(
            f"{name}: the first line announces {n} atoms but only {len(symbols)} follow"
            + (f" (line {end + 1} reads {found!r})" if found else "")
            + "; the file is truncated"
        )
    if not symbols:
        raise StructureError(f"{name}: no atoms found")
    if n is not None and end < len(lines) and atom_of_line(lines[end], *columns):
        raise StructureError(f"{name}: more atoms follow than the {n} announced; correct the first line")
    cell = _lattice_in(comment, name)
    if cell is None and [line.split()[:1] for line in lines[end : end + 3]] == [["VEC1"], ["VEC2"], ["VEC3"]]:
        cell = np.array([floats_of(line.partition(" ")[2], 3) or [0.0] * 3 for line in lines[end : end + 3]])
        end += 3
    if n is None and end < len(lines) and lines[end].strip():
        raise StructureError(
            f"{name}: line {end + 1} reads {lines[end][:40]!r}; expected an element and three coordinates"
        )
    charge = charge_in(comment)
    structure = Structure(
        tuple(symbols), np.array(positions), cell=cell, charge=charge,
        source=name, notes=tuple(notes), charge_basis="" if charge is None else "comment line of the file",
    )  # fmt: skip
    return structure, end


def _extxyz_columns(comment: str, name: str) -> tuple[int, int]:
    """Return (column of the element, first column of the position) from ``Properties=species:S:1:pos:R:3``."""
    match = re.search(r'Properties\s*=\s*"?([\w:]+)', comment)
    if not match:
        return 0, 1
    fields = match[1].split(":")
    where: dict[str, int] = {}
    column = 0
    for key, _kind, width in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        where[key] = column
        column += int(width) if width.isdigit() else 0
    if "species" not in where or "pos" not in where:
        raise StructureError(f"{name}: the Properties of the comment line name no species and pos columns")
    return where["species"], where["pos"]


def _lattice_in(comment: str, name: str) -> np.ndarray | None:
    match = re.search(r'Lattice\s*=\s*["\']([^"\']*)["\']', comment)
    if not match or re.search(r'pbc\s*=\s*["\']?\s*F\s+F\s+F', comment, re.IGNORECASE):
        return None
    numbers = floats_of(match[1], 9)
    if numbers is None or not np.isfinite(numbers).all() or abs(np.linalg.det(np.reshape(numbers, (3, 3)))) < 1e-3:
        raise StructureError(f"{name}: Lattice must hold nine numbers that span a volume")
    return np.reshape(numbers, (3, 3))


def charge_in(comment: str) -> int | None:
    """Return a charge in e that a comment states, as in ``charge=-1`` or ``q: 2``; None where it states none.

    >>> charge_in("energy=-3.2 charge=-1"), charge_in("au25 q= +1"), charge_in("recharge=5")
    (-1, 1, None)
    """
    match = CHARGE_NOTE.search(comment)
    return int(match[1]) if match and abs(int(match[1])) <= 50 else None
