"""What the chemist has: salts, ligands, reductants, complexes, and clusters already made.

Membership is asked (``species in stock``), never written into a species. Water, air, acids, bases, solvents and
salts of common ions are taken as present in every laboratory.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from superatom.data.reagents import Reagent, reagent_table
from superatom.data.records import Species
from superatom.data.solvents import solvents
from superatom.errors import StockError, SuperatomError, did_you_mean
from superatom.routes.chemicals import chemical, free_ligand, of_cluster
from superatom.structures.elements import METAL_GROUPS
from superatom.structures.ligands import ligand_table
from superatom.structures.nanocluster import Nanocluster

BENCH = "bench"
_BENCH_FILE = "stock_bench.csv"
MAX_ENTRIES = 10_000


@dataclass(frozen=True)
class Stock:
    """A set of species at hand.

    >>> stock = Stock.of(["HAuCl4·3H2O", "PET", "NaBH4", "[Au25(PET)18]-"])
    >>> from superatom.routes.chemicals import cluster_species, salt
    >>> salt("HAuCl4") in stock, cluster_species("[Au25(PET)18]-") in stock, salt("AgNO3") in stock
    (True, True, False)
    """

    species: frozenset[Species]
    name: str = "stock"

    @classmethod
    def of(cls, names: Iterable[str], *, name: str = "stock") -> Stock:
        """Build a stock from names; raises `StockError` for one that is no salt, ligand, reductant or cluster."""
        wanted = [entry.strip() for entry in names if entry.strip()]
        found = frozenset(_resolve(entry) for entry in wanted if entry != BENCH)
        if BENCH in wanted:
            found |= cls.bench().species
        if not found:
            raise StockError("the stock is empty; name salts, ligands and reductants, or bench for the usual shelf")
        return cls(found, name)

    @classmethod
    def bench(cls) -> Stock:
        """Return the default shelf: common salts, thiols, phosphines and reductants (`stock_bench.csv`)."""
        return _bench()

    @classmethod
    def from_file(cls, path: str | Path) -> Stock:
        """Read a stock file: one name per line, or a CSV with a column ``name``; ``#`` starts a comment.

        Raises `StockError` naming file and line.
        """
        where = Path(path)
        try:
            text = where.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise StockError(f"cannot read the stock file {where}: {error}") from error
        found: set[Species] = set()
        for number, entry in _entries(text):
            try:
                found.add(_resolve(entry))
            except StockError as error:
                raise StockError(f"{where}, line {number}: {error}") from error
            if len(found) > MAX_ENTRIES:
                raise StockError(f"{where} holds more than {MAX_ENTRIES} entries")
        if not found:
            raise StockError(f"{where} names nothing; give one salt, ligand, reductant or cluster per line")
        return cls(frozenset(found), str(where))

    def __contains__(self, species: object) -> bool:
        return species in self.species

    def __len__(self) -> int:
        return len(self.species)

    def with_species(self, species: Iterable[Species]) -> Stock:
        """Return a stock that also holds `species`."""
        return Stock(self.species | frozenset(species), self.name)


@cache
def _bench() -> Stock:
    text = files("superatom.routes").joinpath(_BENCH_FILE).read_text(encoding="utf-8")
    return Stock.of((row["name"] for row in csv.DictReader(text.splitlines())), name=BENCH)


def _entries(text: str) -> list[tuple[int, str]]:
    lines = [(number, line.split("#")[0].strip()) for number, line in enumerate(text.splitlines(), start=1)]
    lines = [(number, line) for number, line in lines if line]
    if not lines:
        return []
    header = next(csv.reader([lines[0][1]]))
    if "name" not in [cell.strip().lower() for cell in header]:
        return lines
    column = [cell.strip().lower() for cell in header].index("name")
    rows = [(number, next(csv.reader([line]))) for number, line in lines[1:]]
    return [(number, row[column].strip()) for number, row in rows if len(row) > column and row[column].strip()]


def _resolve(entry: str) -> Species:
    """Return the species an entry names: a reagent, a ligand by any synonym, a solvent, else a cluster formula."""
    name, ligands, reagents = entry.strip(), ligand_table(), reagent_table()
    if name in reagents:
        reagent = reagents.find(name)
        return _complex_of(reagent) if reagent.has_role("complex") else chemical(reagent.name)
    bare = next((n for n in (name, name.removeprefix("H"), name.removesuffix("H")) if n in ligands), None)
    if bare is not None:
        return free_ligand(ligands.find(bare))
    if any(name.lower() in (s.name.lower(), *map(str.lower, s.synonyms)) for s in solvents()):
        return Species(name, (), 0, "solvent", name=name)
    try:
        return of_cluster(Nanocluster.parse(name))
    except SuperatomError as error:
        known = [*reagents.names, *ligands.names]
        raise StockError(
            f"{entry!r} is no salt, ligand, reductant, solvent or cluster formula superatom knows."
            f"{did_you_mean(name, known)}"
        ) from error


def _complex_of(reagent: Reagent) -> Species:
    """Return a bought complex, such as AuPPh3Cl, as the species routes use."""
    ligands = ligand_table()
    metals = {unit: n for unit, n in reagent.units if unit in METAL_GROUPS}
    shell = {ligands.find(unit): n for unit, n in reagent.units if unit in ligands}
    if len(metals) + len(shell) != len(reagent.units):
        return chemical(reagent.name)
    return of_cluster(Nanocluster.of(metals, shell, reagent.charge))
