"""The open reference set of ligand-protected bimetallic clusters: load it, read its table, structures and labels.

A pack is a folder: `index.csv` (a row per configuration), `geometries.npz`, `labels-LEVEL.npz`, `label_texts.json`,
`references.json`, `card.json` (counts, methods, licence, checksums). Packs lie in `nc_multi` beside this file;
`superatom.data.packing` makes them from the journals of a labelling campaign. Loading checks every checksum.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from superatom.data.label_shards import read_labels
from superatom.data.shards import POSITION_UNIT_A, Array, file_sha256, read_shard
from superatom.errors import MissingReferenceError, ReferenceDataError, UnknownNameError, did_you_mean
from superatom.physics.atoms import atoms_of_level
from superatom.physics.configuration import Configuration, Kind, Label, Status
from superatom.physics.formation_energy import charge_transfer, formation_energy_or_nan, reference_energies
from superatom.physics.references import Convention
from superatom.structures.assembly.blueprint import Blueprint
from superatom.structures.assembly.topologies import topologies
from superatom.structures.structure import Structure

if TYPE_CHECKING:
    from ase import Atoms

Floats = npt.NDArray[np.float64]

INDEX, GEOMETRIES, REFERENCES, CARD = "index.csv", "geometries.npz", "references.json", "card.json"
TEXTS = "label_texts.json"  # reasons and notes of labels, which point at them by number
GEOMETRY_NOTES, BETWEEN_NOTES = "notes.geometry", "; "  # a column of the index, left out where no geometry has a note


@dataclass(frozen=True, slots=True)
class Entry:
    """One configuration of the table; the words are those of `superatom.physics.configuration.Configuration`.

    `metals` are the elements of the metal atoms, which come first in the structure; `ligands` are (role, name) pairs.
    """

    id: str
    tier: str
    prototype: str
    topology: str
    host: str
    dopant: str
    placement: str
    metals: tuple[str, ...]
    ligands: tuple[tuple[str, str], ...]
    charge: int
    kind: Kind
    parent: str
    seed: int
    geometry: str
    status: Status
    why: str
    n_atoms: int
    notes: tuple[str, ...] = ()

    @property
    def n_metals(self) -> int:
        """Number of metal atoms."""
        return len(self.metals)

    @property
    def blueprint(self) -> Blueprint:
        """What was assembled."""
        return Blueprint(self.topology, self.metals, self.ligands, self.charge)

    @classmethod
    def from_row(cls, row: Mapping[str, str]) -> Entry:
        """Read a line of `index.csv`."""
        same = ("id", "tier", "prototype", "topology", "host", "dopant", "placement", "kind", "parent", "geometry",
                "status", "why")  # fmt: skip
        pairs = (pair.partition("=") for pair in row["ligands"].split(";") if pair)
        return cls(
            metals=tuple(row["metals"].split()),
            ligands=tuple((role, name) for role, _, name in pairs),
            charge=int(row["charge"]),
            seed=int(row["seed"]),
            n_atoms=int(row["n_atoms"]),
            notes=tuple(note for note in row.get(GEOMETRY_NOTES, "").split(BETWEEN_NOTES) if note),
            **{key: row[key] for key in same},  # type: ignore[arg-type]
        )


@dataclass(frozen=True, slots=True)
class _Pack:
    """One folder of the set, its small files read; `first` is the row its table begins with."""

    folder: Path
    card: Mapping[str, Any]
    references: Mapping[str, list[dict[str, Any]]]
    first: int
    n_rows: int

    def labels(self, level: str, table: Sequence[Entry]) -> Iterator[tuple[int, Label]]:
        """Yield the labels of a level with their rows in this pack."""
        texts = json.loads((self.folder / TEXTS).read_text(encoding="utf-8"))
        ids = [entry.id for entry in table[self.first : self.first + self.n_rows]]
        arrays = read_shard(self.folder / f"labels-{level}.npz")
        return read_labels(arrays, level=level, ids=ids, texts=texts[level], engines=self.card["levels"][level])


class ReferenceSet:
    """A table of configurations with their structures and labels; arrays are in the order of `table`.

    Made by `load_reference_set`. Large arrays are read when first asked for and kept.
    """

    def __init__(self, table: Sequence[Entry], packs: Sequence[_Pack]) -> None:
        self.table = tuple(table)
        self._packs = tuple(packs)
        self._labels: dict[str, tuple[Label | None, ...]] = {}

    def __len__(self) -> int:
        return len(self.table)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.table)

    @property
    def cards(self) -> tuple[Mapping[str, Any], ...]:
        """The card of every pack: method, counts, licence, checksums."""
        return tuple(pack.card for pack in self._packs)

    @property
    def card(self) -> Mapping[str, Any]:
        """The card of the only pack; raises `ReferenceDataError` where there are several (see `cards`)."""
        if len(self._packs) != 1:
            raise ReferenceDataError(f"this set has {len(self._packs)} packs; take one of its `cards`")
        return self._packs[0].card

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of theory with labels, in alphabetical order."""
        return tuple(sorted({level for pack in self._packs for level in pack.card["levels"]}))

    def index(self, id: str) -> int:  # noqa: A002 -- the word of the table
        """Return the row of a configuration; raises `UnknownNameError`."""
        if id not in self._rows:
            raise UnknownNameError(f"no configuration is called {id!r}.{did_you_mean(id, list(self._rows))}")
        return self._rows[id]

    def structure(self, i: int) -> Structure:
        """Return the geometry of row `i`, to the 1e-4 Å it was labelled at."""
        entry, (arrays, row) = self.table[i], self._geometry(i)
        part = slice(*arrays["offsets"][row : row + 2])
        symbols = tuple(_symbols()[number] for number in arrays["numbers"][part].tolist())
        # rounded, so that the float is the one of the journal
        positions = np.round(arrays["positions"][part] * POSITION_UNIT_A, 4)
        return Structure(symbols, positions, charge=entry.charge, source=entry.id)

    def atoms(self, i: int) -> Atoms:
        """Return the geometry of row `i` for ASE, with id, prototype and charge in its `info`."""
        from ase import Atoms

        entry, structure = self.table[i], self.structure(i)
        info = {"id": entry.id, "prototype": entry.prototype, "charge": entry.charge}
        return Atoms(structure.symbols, structure.positions, info=info)

    def configuration(self, i: int) -> Configuration:
        """Return row `i` as the campaign made it (the time it took is not kept)."""
        entry, (arrays, row) = self.table[i], self._geometry(i)
        fixed = arrays["fixed"][slice(*arrays["fixed_offsets"][row : row + 2])]
        same = ("id", "tier", "prototype", "kind", "parent", "placement", "host", "dopant", "seed", "geometry",
                "status", "why", "blueprint", "notes")  # fmt: skip
        return Configuration(
            structure=self.structure(i), fixed=tuple(fixed.tolist()), **{key: getattr(entry, key) for key in same}
        )

    def labels(self, level: str) -> tuple[Label | None, ...]:
        """Return the labels of every row at a level, None where there is none; raises `UnknownNameError`."""
        if level not in self.levels:
            hint = did_you_mean(level, list(self.levels))
            raise UnknownNameError(f"no labels at the level {level!r}.{hint} There are: {', '.join(self.levels)}")
        if level not in self._labels:
            found: list[Label | None] = [None] * len(self.table)
            for pack in self._packs:
                if level in pack.card["levels"]:
                    for row, label in pack.labels(level, self.table):
                        found[pack.first + row] = label
            self._labels[level] = tuple(found)
        return self._labels[level]

    def energies(self, level: str) -> Floats:
        """Return total energies in eV, shape (n,); NaN where configuration or label is not converged."""
        return self._numbers(level, "energy_eV")

    def gaps(self, level: str) -> Floats:
        """Return HOMO-LUMO gaps in eV, shape (n,); NaN where there is none."""
        return self._numbers(level, "gap_eV")

    def formation_energies(
        self, level: str, *, convention: Convention = "dimer", atoms: str | Mapping[str, float] | None = None
    ) -> Floats:
        """Return formation energies (Gu 2025, eqn 1) in eV per metal atom, shape (n,), computed from raw energies.

        NaN where there is no energy, no reference species, no free atom, or the cluster is charged: the card counts the
        reasons under ``without_formation_energy``.

        Parameters
        ----------
        convention
            What an X-type ligand is compared with (`superatom.physics.references`).
        atoms
            Set of free-atom energies, or your own by element; None: that of the level (`superatom.physics.atoms`).
        """
        found = np.full(len(self), np.nan)
        energies = self.energies(level)
        try:
            free = atoms_of_level(level) if atoms is None else atoms
        except MissingReferenceError:
            return found
        for pack in self._packs:
            references = reference_energies(pack.references.get(level, []))
            for i in range(pack.first, pack.first + pack.n_rows):
                if np.isfinite(energies[i]):
                    plan = self.table[i].blueprint
                    found[i] = formation_energy_or_nan(
                        plan, float(energies[i]), references, atoms=free, convention=convention,
                        symbols=() if plan.topology in topologies() else self.structure(i).symbols,
                    )  # fmt: skip
        return found

    def charge_transfers(self, level: str) -> Floats:
        """Return mean charge per dopant minus mean charge per host atom in e, shape (n,); NaN where undefined."""
        found = np.full(len(self), np.nan)
        for i, (entry, label) in enumerate(zip(self.table, self.labels(level), strict=True)):
            if label and label.charges_e and _counts(entry, label):
                transfer = charge_transfer(entry.metals, label.charges_e, entry.host)
                found[i] = transfer.between_e if transfer else np.nan
        return found

    def _numbers(self, level: str, name: str) -> Floats:
        values = [
            getattr(label, name) if label and _counts(entry, label) else None
            for entry, label in zip(self.table, self.labels(level), strict=True)
        ]
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {entry.id: i for i, entry in enumerate(self.table)}

    @cached_property
    def _geometries(self) -> list[dict[str, Array]]:
        return [read_shard(pack.folder / GEOMETRIES) for pack in self._packs]

    def _geometry(self, i: int) -> tuple[dict[str, Array], int]:
        """Return the arrays of the pack that holds row `i`, and the row inside it."""
        number = next(n for n, pack in enumerate(self._packs) if 0 <= i - pack.first < pack.n_rows)
        return self._geometries[number], i - self._packs[number].first


def load_reference_set(path: str | Path | None = None) -> ReferenceSet:
    """Load a pack, or every pack of a folder; without a path, the packaged set.

    Raises
    ------
    ReferenceDataError
        Where there is no pack, a file is missing or differs from its checksum, or two packs share a configuration.
    """
    folder = Path(path) if path is not None else Path(str(files("superatom.data"))) / "nc_multi"
    folders = [folder] if (folder / CARD).is_file() else sorted(file.parent for file in folder.glob(f"*/{CARD}"))
    if not folders:
        raise ReferenceDataError(
            f"there is no reference set in {folder}: a pack is a folder with {CARD}; `superatom data pack` makes one"
        )
    table: list[Entry] = []
    packs = []
    for one in folders:
        card = json.loads((one / CARD).read_text(encoding="utf-8"))
        _verify(one, card)
        with (one / INDEX).open(encoding="utf-8", newline="") as lines:
            rows = [Entry.from_row(row) for row in csv.DictReader(lines)]
        references = json.loads((one / REFERENCES).read_text(encoding="utf-8"))
        packs.append(_Pack(one, card, references, len(table), len(rows)))
        table.extend(rows)
    ids = [entry.id for entry in table]
    if len(set(ids)) < len(ids):
        twice = next(id_ for n, id_ in enumerate(ids) if id_ in ids[:n])
        raise ReferenceDataError(f"{folder}: two packs hold the configuration {twice}; pack their runs together")
    return ReferenceSet(table, packs)


def _counts(entry: Entry, label: Label) -> bool:
    return entry.status == "converged" and label.status == "converged"


def _verify(folder: Path, card: Mapping[str, Any]) -> None:
    for name, expected in card["files"].items():
        if not (folder / name).is_file():
            raise ReferenceDataError(f"{folder}: the file {name} of its card is missing")
        if file_sha256(folder / name) != expected["sha256"]:
            raise ReferenceDataError(f"{folder / name} is not the file of the card (SHA-256 differs); get it again")


def _symbols() -> list[str]:
    from ase.data import chemical_symbols

    return list(chemical_symbols)
