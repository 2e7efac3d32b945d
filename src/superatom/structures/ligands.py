"""Ligands: what each is called, how it binds, how many electrons it takes, its SMILES free and bound.

The packaged table is `ligands.csv` beside this file (row by row with its source). A chemist adds ligands with a CSV of
at least ``name,smiles`` named in the environment variable ``SUPERATOM_LIGANDS`` or given to `LigandTable.with_file`;
class, bond type and electron count are then read off the SMILES.
"""

from __future__ import annotations

import csv
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from superatom.errors import ReferenceDataError, UnknownLigandError, did_you_mean
from superatom.structures.elements import METAL_GROUPS

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−﹣－"), "-")
_FORMULA_PIECE = re.compile(r"([A-Z][a-z]?)(\d*)")

# class -> (bond type, electrons withdrawn), after the covalent bond classification used in the field
CLASSES: dict[str, tuple[str, int]] = {
    "thiolate": ("X", 1), "selenolate": ("X", 1), "tellurolate": ("X", 1), "alkynyl": ("X", 1),
    "halide": ("X", 1), "hydride": ("X", 1), "carboxylate": ("X", 1), "amidinate": ("X", 1),
    "phosphine": ("L", 0), "diphosphine": ("L", 0), "NHC": ("L", 0), "carbonyl": ("L", 0),
    "sulfide": ("X", 2), "selenide": ("X", 2), "telluride": ("X", 2), "oxide": ("X", 2),
}  # fmt: skip

# what a free molecule binds as; the first pattern that matches wins
_CLASS_SMARTS = (
    ("diphosphine", "[PX3;!$(P=*)]~*.[PX3;!$(P=*)]~*"),
    ("phosphine", "[PX3;!$(P=*);!$(P-[O,N,S])]"),
    ("thiolate", "[SX2H1]"),
    ("selenolate", "[SeX2H1]"),
    ("alkynyl", "[CX2H1]#C"),
    ("NHC", "[#6;X2;v2]([#7])[#7]"),
    ("carboxylate", "[CX3](=O)[OX2H1]"),
)


@dataclass(frozen=True, slots=True)
class Ligand:
    """One ligand of the shell.

    `composition` is that of the bound form as (element, count) pairs; the pseudo-atom ``R`` stands for a group that is
    not specified. `electrons_withdrawn` is what one ligand takes from the superatom shell (0 for L-type).
    """

    name: str
    full_name: str
    ligand_class: str
    bond_type: str
    denticity: int
    electrons_withdrawn: int
    composition: tuple[tuple[str, int], ...]
    smiles_free: str = ""
    smiles_bound: str = ""
    synonyms: tuple[str, ...] = field(default=(), compare=False)
    source: str = field(default="", compare=False)

    @property
    def atoms(self) -> dict[str, int]:
        """Composition of the bound form as {element: count}."""
        return dict(self.composition)

    @property
    def is_generic(self) -> bool:
        """Whether the group is left open (``SR``, ``PR3``, ...)."""
        return any(element == "R" for element, _ in self.composition)

    @property
    def is_bare_atom(self) -> bool:
        """Whether a formula writes it without brackets, as ``Cl2`` or ``H22``."""
        return len(self.composition) == 1 and self.composition[0][1] == 1


class LigandTable:
    """An immutable set of ligands, found by name or synonym."""

    def __init__(self, ligands: Iterable[Ligand]) -> None:
        self._ligands = tuple(ligands)
        self._by_name: dict[str, Ligand] = {}
        for ligand in self._ligands:
            for name in (ligand.name, ligand.full_name, *ligand.synonyms):
                other = self._by_name.setdefault(normalise_name(name), ligand)
                if other is not ligand and name == ligand.name:
                    raise ReferenceDataError(f"{ligand.source}: the name {name!r} is used by {other.full_name} already")
        lower: dict[str, Ligand | None] = {}
        for name, ligand in self._by_name.items():
            lower[name.lower()] = ligand if lower.get(name.lower(), ligand) is ligand else None
        self._by_lower = {name: ligand for name, ligand in lower.items() if ligand is not None}
        # names that may stand in a formula without brackets, longest first: a trailing digit would swallow the count
        self.bare_names = sorted((n for n in self._by_name if not n[-1].isdigit() and n[0].isalpha()), key=len)[::-1]

    def __iter__(self) -> Iterator[Ligand]:
        return iter(self._ligands)

    def __len__(self) -> int:
        return len(self._ligands)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._match(name) is not None

    @property
    def names(self) -> list[str]:
        """All names and synonyms, normalised."""
        return list(self._by_name)

    def find(self, name: str) -> Ligand:
        """Return the ligand called `name` (any synonym, any dash, sub- or superscript digits).

        Raises `UnknownLigandError` with the closest names.

        >>> ligand_table().find("SC2H4Ph").name
        'PET'
        >>> ligand_table().find("SC7H15").full_name
        '1-heptanethiol'
        """
        ligand = self._match(name)
        if ligand is None:
            hint = did_you_mean(normalise_name(name), self.names)
            raise UnknownLigandError(
                f"unknown ligand {name!r}.{hint} Known ligands: `superatom library ligands`; add your own with a CSV "
                "file of name,smiles (option --ligands)."
            )
        return ligand

    def with_file(self, path: str | Path) -> LigandTable:
        """Return a new table that also holds the ligands of a CSV file with the columns name,smiles[,...].

        Optional columns: full_name, synonyms (separated by ``;``), ligand_class, denticity, electrons_withdrawn.
        `smiles` is the free molecule (a thiol, phosphine, alkyne, ...). Raises `ReferenceDataError` naming the row.
        """
        rows = list(_read_user_file(Path(path)))
        return LigandTable([*self._ligands, *rows])

    def _match(self, name: str) -> Ligand | None:
        key = normalise_name(name)
        return self._by_name.get(key) or self._by_lower.get(key.lower()) or _linear_alkanethiolate(key)


def normalise_name(name: str) -> str:
    """Fold the ways one name is typed: sub- and superscript digits, dashes, primes, triple bonds, spaces.

    >>> normalise_name(" PPh₃ "), normalise_name("S–tBu"), normalise_name("C#CPh")
    ('PPh3', 'S-tBu', 'C≡CPh')
    """
    text = unicodedata.normalize("NFKC", name).translate(_DASHES).replace("′", "'").replace("’", "'")
    return text.strip().replace("#", "≡").replace("=-=", "≡")


@lru_cache(maxsize=256)
def _linear_alkanethiolate(name: str) -> Ligand | None:
    """Read ``SC7H15`` and the like as the linear thiolate; the hydrogen count must fit."""
    match = re.fullmatch(r"S-?n?-?C(\d{1,2})H(\d{1,2})", name)
    if not match:
        return None
    n = int(match[1])
    stems = "meth eth prop but pent hex hept oct non dec undec dodec tridec tetradec pentadec hexadec heptadec octadec"
    if not 1 <= n <= len(stems.split()) or int(match[2]) != 2 * n + 1:
        return None
    prefix = "" if n < 3 else "1-"
    return Ligand(
        name=f"SC{n}H{2 * n + 1}",
        full_name=f"{prefix}{stems.split()[n - 1]}anethiol",
        ligand_class="thiolate",
        bond_type="X",
        denticity=1,
        electrons_withdrawn=1,
        composition=(("C", n), ("H", 2 * n + 1), ("S", 1)),
        smiles_free="C" * n + "S",
        smiles_bound="C" * n + "[S]",
        source="linear chain read from the formula",
    )


def parse_composition(text: str) -> tuple[tuple[str, int], ...]:
    """Return ((element, count), ...) of a flat formula such as ``C8H9S``; ``R`` is a pseudo-atom.

    >>> parse_composition("C8H9S")
    (('C', 8), ('H', 9), ('S', 1))
    """
    counts: dict[str, int] = {}
    for element, n in _FORMULA_PIECE.findall(text):
        counts[element] = counts.get(element, 0) + int(n or 1)
    return tuple(counts.items())


@cache
def ligand_table() -> LigandTable:
    """Return the packaged table, plus the user's file where ``SUPERATOM_LIGANDS`` names one."""
    text = files("superatom.structures").joinpath("ligands.csv").read_text(encoding="utf-8")
    table = LigandTable(_from_row(row) for row in csv.DictReader(text.splitlines()))
    user_file = os.environ.get("SUPERATOM_LIGANDS")
    return table.with_file(user_file) if user_file else table


def _from_row(row: dict[str, str]) -> Ligand:
    return Ligand(
        name=row["name"],
        full_name=row["full_name"],
        ligand_class=row["ligand_class"],
        bond_type=row["bond_type"],
        denticity=int(row["denticity"]),
        electrons_withdrawn=int(row["electrons_withdrawn"]),
        composition=parse_composition(row["composition"]),
        smiles_free=row["smiles_free"],
        smiles_bound=row["smiles_bound"],
        synonyms=tuple(s for s in row["synonyms"].split(";") if s),
        source=row["source"],
    )


def _read_user_file(path: Path) -> Iterator[Ligand]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ReferenceDataError(f"cannot read the ligand file {path}: {error}") from error
    reader = csv.DictReader(text.splitlines())
    if not {"name", "smiles"} <= set(reader.fieldnames or ()):
        raise ReferenceDataError(
            f"{path}: the first line must name the columns name and smiles, separated by commas; "
            f"found {','.join(reader.fieldnames or ())!r}"
        )
    for number, row in enumerate(reader, start=2):
        cells = {key: (value or "").strip() for key, value in row.items() if key}
        if None in row:
            raise ReferenceDataError(f"{path}, line {number}: more cells than columns; put quotes around a comma")
        if any(cells.values()):
            yield ligand_from_smiles(cells.pop("name"), cells.pop("smiles"), where=f"{path}, line {number}", **cells)


def ligand_from_smiles(
    name: str,
    smiles: str,
    *,
    where: str = "ligand",
    full_name: str = "",
    synonyms: str = "",
    ligand_class: str = "",
    denticity: str = "",
    electrons_withdrawn: str = "",
    **_other_columns: str,
) -> Ligand:
    """Build a ligand from its free molecule; class, denticity and electrons are read off the SMILES unless given.

    Raises `ReferenceDataError` when the SMILES is unreadable or holds no known donor.

    >>> ligand_from_smiles("EtOPhS", "CCOc1ccc(S)cc1").ligand_class
    'thiolate'
    """
    from rdkit import Chem, rdBase

    if not name or not smiles or len(smiles) > 2000:
        raise ReferenceDataError(f"{where}: a ligand needs a name and a SMILES of at most 2000 characters")
    if name in METAL_GROUPS:
        raise ReferenceDataError(f"{where}: {name!r} is a metal; a ligand needs another name")
    if "." in smiles:
        raise ReferenceDataError(f"{where}: {smiles!r} holds several molecules; give the free ligand without its salt")
    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(smiles)
    if molecule is None:
        raise ReferenceDataError(f"{where}: {smiles!r} is not a readable SMILES")
    donor = next(
        ((c, p) for c, smarts in _CLASS_SMARTS if (p := Chem.MolFromSmarts(smarts)) and molecule.HasSubstructMatch(p)),
        None,
    )
    kind = ligand_class or (donor[0] if donor else "")
    if kind not in CLASSES:
        raise ReferenceDataError(
            f"{where}: no thiol, selenol, phosphine, alkyne, carbene or acid found in {smiles!r}; "
            f"name its ligand_class, one of {', '.join(CLASSES)}"
        )
    bond_type, withdrawn = CLASSES[kind]
    sites = _donor_count(molecule, kind)
    atoms = _composition(molecule)
    if bond_type == "X" and kind not in ("halide", "hydride") and atoms.get("H"):
        atoms["H"] -= sites if not electrons_withdrawn else int(electrons_withdrawn)
    return Ligand(
        name=name,
        full_name=full_name or name,
        ligand_class=kind,
        bond_type=bond_type,
        denticity=int(denticity or sites),
        electrons_withdrawn=int(electrons_withdrawn or withdrawn * (sites if kind == "thiolate" else 1)),
        composition=tuple((e, n) for e, n in sorted(atoms.items()) if n),
        smiles_free=Chem.MolToSmiles(molecule),
        smiles_bound=_bound_smiles(molecule, kind),
        synonyms=tuple(s.strip() for s in synonyms.split(";") if s.strip()),
        source=where,
    )


def _donor_count(molecule: Any, kind: str) -> int:
    from rdkit import Chem

    pattern = {"diphosphine": "[PX3;!$(P=*)]"}.get(kind) or next((s for c, s in _CLASS_SMARTS if c == kind), "")
    if not pattern:
        return 1
    return max(1, len(molecule.GetSubstructMatches(Chem.MolFromSmarts(pattern))))


def _composition(molecule: Any) -> dict[str, int]:
    from rdkit.Chem.rdMolDescriptors import CalcMolFormula

    return dict(parse_composition(re.sub(r"[+-]\d*$", "", CalcMolFormula(molecule))))


def _bound_smiles(molecule: Any, kind: str) -> str:
    """Take the acidic hydrogens off the donor: ``[S]`` for a thiolate, a carbanion for an alkynyl."""
    from rdkit import Chem

    editable = Chem.RWMol(molecule)
    pattern = next((s for c, s in _CLASS_SMARTS if c == kind), "")
    if kind in ("thiolate", "selenolate", "alkynyl", "carboxylate"):
        for match in molecule.GetSubstructMatches(Chem.MolFromSmarts(pattern)):
            atom = editable.GetAtomWithIdx(match[-1] if kind == "carboxylate" else match[0])
            atom.SetNoImplicit(True)  # noqa: FBT003 -- RDKit's own signature
            atom.SetNumExplicitHs(0)
            if kind in ("alkynyl", "carboxylate"):
                atom.SetFormalCharge(-1)
            else:
                atom.SetNumRadicalElectrons(1)
    return str(Chem.MolToSmiles(editable))
