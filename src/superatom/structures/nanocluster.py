"""The noun of the house: a nanocluster [MnLm]^q, its metals, ligands and charge, whatever its geometry."""

from __future__ import annotations

from dataclasses import dataclass, replace

from superatom.errors import SuperatomError
from superatom.structures.electrons import ShellReport, shell_report, valence_electrons
from superatom.structures.elements import molar_mass
from superatom.structures.formula import canonical_ligands, canonical_metals, read_formula, write_formula
from superatom.structures.ligands import Ligand, LigandTable, ligand_table


@dataclass(frozen=True, slots=True)
class Nanocluster:
    """A ligand-protected metal cluster [MnLm]^q (or a metal-ligand complex: the same noun with few metals).

    `metals` and `ligands` are (what, count) pairs in canonical order, so equal compositions are equal values. `charge`
    is the net charge in e.

    >>> cluster = Nanocluster.parse("[Au25(SC2H4Ph)18]-")
    >>> cluster.formula, cluster.valence_electrons, cluster.shell.label
    ('[Au25(PET)18]-', 8, '1S2 1P6')
    >>> Nanocluster.parse("[Au12Ru(dppm)6]2+").valence_electrons
    8
    """

    metals: tuple[tuple[str, int], ...]
    ligands: tuple[tuple[Ligand, int], ...]
    charge: int = 0

    @classmethod
    def parse(cls, formula: str, ligands: LigandTable | None = None) -> Nanocluster:
        """Read a formula (see `superatom.structures.formula.read_formula`); raises `FormulaError` with one sentence."""
        parts = read_formula(formula, ligands or ligand_table())
        return cls(parts.metals, parts.ligands, parts.charge)

    @classmethod
    def parse_or_none(cls, text: str) -> Nanocluster | None:
        """Return the cluster that `text` is the formula of; None for words, and for a metal without ligands.

        For texts that may be either, such as the target of a record; `parse` says what is wrong with a formula.

        >>> Nanocluster.parse_or_none("Au25(PET)18").n_metals, Nanocluster.parse_or_none("gold nanoparticles")
        (25, None)
        """
        try:
            cluster = cls.parse(text)
        except SuperatomError:
            return None
        return cluster if cluster.n_ligands else None

    @classmethod
    def of(cls, metals: dict[str, int], ligands: dict[Ligand, int], charge: int = 0) -> Nanocluster:
        """Build a cluster from counts, dropping zeros and ordering canonically."""
        return cls(
            canonical_metals({m: n for m, n in metals.items() if n}),
            canonical_ligands({k: n for k, n in ligands.items() if n}),
            charge,
        )

    @property
    def formula(self) -> str:
        """Canonical formula; ``Nanocluster.parse(c.formula) == c``."""
        return write_formula(self.metals, self.ligands, self.charge)

    @property
    def n_metals(self) -> int:
        """Number of metal atoms."""
        return sum(n for _, n in self.metals)

    @property
    def n_ligands(self) -> int:
        """Number of ligands of all kinds."""
        return sum(n for _, n in self.ligands)

    @property
    def host_metal(self) -> str:
        """The most abundant metal (the first in formula order among equals)."""
        return max(self.metals, key=lambda item: item[1])[0]

    @property
    def dopants(self) -> dict[str, int]:
        """The other metals with their counts."""
        return {metal: n for metal, n in self.metals if metal != self.host_metal}

    @property
    def valence_electrons(self) -> int:
        """N*, the delocalised superatom electrons (`superatom.structures.electrons`)."""
        return valence_electrons(self.metals, self.ligands, self.charge)

    @property
    def shell(self) -> ShellReport:
        """Where N* stands among the closed shells."""
        return shell_report(self.valence_electrons, self.charge)

    @property
    def atoms(self) -> dict[str, int]:
        """Element counts, with the pseudo-atom R for generic ligands."""
        counts = dict(self.metals)
        for ligand, n in self.ligands:
            for element, k in ligand.composition:
                counts[element] = counts.get(element, 0) + k * n
        return counts

    @property
    def is_generic(self) -> bool:
        """Whether a ligand is left open (SR, PR3, ...)."""
        return any(ligand.is_generic for ligand, _ in self.ligands)

    @property
    def molar_mass(self) -> float | None:
        """Molar mass in g/mol of the cluster ion, or None when a ligand is generic."""
        return None if self.is_generic else molar_mass(self.atoms)

    def with_charge(self, charge: int) -> Nanocluster:
        """Return the same composition at another net charge (in e)."""
        return replace(self, charge=charge)

    def with_ligand(self, old: Ligand, new: Ligand) -> Nanocluster:
        """Return the cluster with every `old` ligand replaced by `new`.

        >>> c = Nanocluster.parse("[Au25(PET)18]-")
        >>> c.with_ligand(c.ligands[0][0], ligand_table().find("TBBT")).formula
        '[Au25(TBBT)18]-'
        """
        counts: dict[Ligand, int] = {}
        for ligand, n in self.ligands:
            key = new if ligand == old else ligand
            counts[key] = counts.get(key, 0) + n
        return Nanocluster.of(dict(self.metals), counts, self.charge)

    def __str__(self) -> str:
        return self.formula
