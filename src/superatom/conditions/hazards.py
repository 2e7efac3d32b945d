"""Hazards of what goes into the flask, each with one line of what to do.

The packaged table `hazards.csv` names the GHS classes (Globally Harmonised System; CLP Regulation (EC) 1272/2008 in
Europe) per reagent, ligand class and solvent; the tables of reagents and solvents add their own words. A chemical
without an entry is said to have none here: that is no statement that it is safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from superatom.data.reagents import reagent_table
from superatom.data.rows import Row
from superatom.data.solvents import solvent, solvents
from superatom.errors import UnknownNameError
from superatom.structures.ligands import ligand_table


@dataclass(frozen=True, slots=True)
class Hazard:
    """One hazard: the reagent, the danger in GHS words, what to do, and where the classification is from."""

    reagent: str
    danger: str
    do: str
    source: str


_CLP = "CLP Regulation (EC) 1272/2008; supplier classification"
NO_ENTRY = "no classification in the packaged tables: read the supplier's safety data sheet"


def hazards_of(
    reagents: Iterable[str] = (), ligands: Iterable[str] = (), solvents: Iterable[str] = ()
) -> tuple[Hazard, ...]:
    """Return the hazards of reagents (by name or formula), free ligands (by ligand name) and solvents.

    >>> [h.reagent for h in hazards_of(["CO"], ["PET"])]
    ['CO', 'PET']
    >>> hazards_of(["NaBH4"])[0].do.startswith("open or vented")
    True
    """
    found: list[Hazard] = []
    for name in dict.fromkeys(reagents):
        found += _by_name(name)
    table = ligand_table()
    for name in dict.fromkeys(ligands):
        kind = table.find(name).ligand_class if name in table else ""
        own = [_hazard(name, row) for row in _rows("ligand") if re.search(row["pattern"], name)]
        found += own or [_hazard(name, row) for row in _rows("ligand_class") if row["pattern"] == kind]
    for name in dict.fromkeys(solvents):
        found += _of_solvent(name)
    return tuple(found)


def kept_from_air(reagents: Iterable[str], ligands: Iterable[str]) -> list[str]:
    """Return what of a flask must be kept from air, by the ``air`` column of the table.

    >>> kept_from_air(["CuCl", "NaBH4"], ["PET", "SePh"])
    ['CuCl', 'SePh']
    """
    table = ligand_table()
    kinds = {name: table.find(name).ligand_class for name in ligands if name in table}
    rows = [row for row in _rows("name") if row["air"]]
    classes = {row["pattern"] for row in _rows("ligand_class") if row["air"]}
    named = [name for name in dict.fromkeys(reagents) if any(re.search(row["pattern"], name) for row in rows)]
    return [*named, *(name for name, kind in kinds.items() if kind in classes)]


def _proper(name: str) -> str:
    """Return the table's name of a solvent (``methanol`` for ``MeOH``), or the name as it is."""
    try:
        return solvent(name).name
    except UnknownNameError:
        return name


def clashes(reagents: Iterable[str], solvents: Iterable[str], *, has_acid: bool) -> tuple[Hazard, ...]:
    """Return what must not meet in one flask, or only with care.

    >>> [h.reagent for h in clashes(["NaBH4"], ["acetone"], has_acid=True)]
    ['NaBH4 + acid', 'NaBH4 + acetone']
    """
    found = []
    for name in (n for n in reagents if "BH" in n):
        if has_acid:
            cyanide = "; NaBH3CN gives HCN: do not combine them" if "CN" in name else ""
            danger = f"acid and a borohydride set hydrogen free at once (GHS02){cyanide}"
            found.append(Hazard(f"{name} + acid", danger, "ice bath, open or vented vessel, add in portions", _CLP))
        if any("acetone" in solvent for solvent in solvents):
            danger = "acetone is reduced by borohydride with heat, and uses up the dose"
            found.append(Hazard(f"{name} + acetone", danger, "add slowly in the cold, or take THF", _CLP))
        if any("methanol" in _proper(solvent) for solvent in solvents):
            danger = "methanol takes up borohydride fast, with heat and hydrogen (GHS02)"
            found.append(Hazard(f"{name} + methanol", danger, "ice bath, wide open neck, add in portions", _CLP))
    return tuple(found)


def acid_after_borohydride(names: Iterable[str]) -> tuple[Hazard, ...]:
    """Return the warning for an acid added to what a borohydride of an earlier step has left.

    >>> acid_after_borohydride(["NaBH4"])[0].reagent
    'acid + leftover NaBH4'
    """
    danger = "acid on borohydride left from an earlier step sets hydrogen free at once (GHS02)"
    do = "work up or destroy the borohydride first; then add the acid in portions to an open, cooled flask"
    return tuple(Hazard(f"acid + leftover {name}", danger, do, _CLP) for name in dict.fromkeys(names))


def _by_name(name: str) -> list[Hazard]:
    rules = [_hazard(name, row) for row in _rows("name") if re.search(row["pattern"], name)][:2]
    table = reagent_table()
    if rules or name not in table:
        return rules or [Hazard(name, NO_ENTRY, "treat it as hazardous: fume hood, gloves, goggles", "")]
    reagent = table.find(name)
    words = "; ".join(reagent.hazards)
    if words == "no classified hazard":
        return []
    return [Hazard(name, words or NO_ENTRY, "fume hood, gloves, goggles", reagent.source)]


def _of_solvent(name: str) -> list[Hazard]:
    """Return the rule of the table, else the words of the solvent table."""
    proper = _proper(name)
    if rules := [_hazard(name, row) for row in _rows("solvent") if re.search(row["pattern"], proper)]:
        return rules[:1]
    known = {s.name: s for s in solvents()}.get(proper)
    if known is None or not known.hazards:
        return []
    return [Hazard(name, "; ".join(known.hazards), "fume hood, gloves, goggles", known.source)]


def _hazard(name: str, row: Row) -> Hazard:
    return Hazard(name, row["ghs"], row["do"], row["source"])


@cache
def _rows(applies_to: str) -> tuple[Row, ...]:
    import csv

    lines = files("superatom.conditions").joinpath("hazards.csv").read_text(encoding="utf-8").splitlines()
    rows = (Row(f"hazards.csv, line {n}", dict(cells)) for n, cells in enumerate(csv.DictReader(lines), start=2))
    return tuple(row for row in rows if row["applies_to"] == applies_to)
