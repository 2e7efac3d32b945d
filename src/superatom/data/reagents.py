"""Reagents of the bench: metal salts, reductants, bases, acids, additives, by-products and the ions of the equations.

Each row of `tables/reagents.csv` carries the conserved units of `Species`, the electrons delivered with their
half-reaction, the standard potential (reduction, V against the standard hydrogen electrode, 25 degC; CRC Handbook,
Electrochemical Series) where one is cited, and hazards in words. Water of crystallisation counts for the molar mass,
not for the equation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from superatom.data.records import Species
from superatom.data.rows import Row, packaged_rows, read_rows
from superatom.errors import ReferenceDataError, UnknownNameError, did_you_mean
from superatom.structures.elements import METAL_GROUPS, molar_mass
from superatom.structures.ligands import normalise_name

ROLES = (
    "metal_salt", "complex", "reductant", "oxidant", "base", "acid", "phase_transfer", "additive", "ionic_liquid",
    "solvent", "gas", "byproduct", "ion",
)  # fmt: skip
_COLUMNS = ("name", "full_name", "formula", "composition", "units", "charge", "roles", "source")
_CRYSTAL_WATER = re.compile(r"[·.*]\s?\d*H2O$")
_TERM = re.compile(r"(?:(\d+)\s+)?(\S.*)")


@dataclass(frozen=True, slots=True)
class Reagent:
    """One reagent: `composition` counts atoms (with water of crystallisation), `units` what an equation conserves.

    `electrons_delivered` is per formula unit and None when the reagent is no reductant; `standard_potential_V` belongs
    to `half_reaction`; an empty field is not known.
    """

    name: str
    full_name: str
    synonyms: tuple[str, ...]
    formula: str
    composition: tuple[tuple[str, int], ...]
    units: tuple[tuple[str, int], ...]
    charge: int
    roles: tuple[str, ...]
    metal: str
    oxidation_state: int | None
    smiles: str
    electrons_delivered: int | None
    half_reaction: str
    standard_potential_V: float | None
    density_g_per_mL: float | None
    hazards: tuple[str, ...]
    source: str

    @property
    def molar_mass(self) -> float:
        """Molar mass in g/mol, water of crystallisation included.

        >>> round(reagent_table().find("HAuCl4·3H2O").molar_mass, 2)
        393.82
        """
        return molar_mass(dict(self.composition))

    def has_role(self, role: str) -> bool:
        """Whether the reagent serves as `role` (one of `ROLES`)."""
        return role in self.roles

    def species(self) -> Species:
        """Return the reagent as a term of an equation (without water of crystallisation).

        >>> reagent_table().find("HAuCl4·3H2O").species().counts
        {'Au': 1, 'Cl': 4, 'H': 1}
        """
        formula = _CRYSTAL_WATER.sub("", self.formula)
        return Species(formula, tuple(sorted(self.units)), self.charge, self.roles[0], name=self.name)


@dataclass(frozen=True, slots=True)
class HalfReaction:
    """A half-reaction: (species, coefficient) pairs and the electrons, positive when they are given off."""

    reactants: tuple[tuple[Species, int], ...]
    products: tuple[tuple[Species, int], ...]
    electrons: int

    def imbalance(self) -> dict[str, int]:
        """Return products minus reactants of every unit and of the charge; empty when balanced."""
        totals = {"charge": -self.electrons}
        for sign, side in ((-1, self.reactants), (1, self.products)):
            for species, n in side:
                for unit, k in (*species.units, ("charge", species.charge)):
                    totals[unit] = totals.get(unit, 0) + sign * n * k
        return {unit: total for unit, total in totals.items() if total}


class ReagentTable:
    """An immutable set of reagents, found by name, formula or synonym."""

    def __init__(self, reagents: Iterable[Reagent]) -> None:
        self._reagents = tuple(reagents)
        self._by_name: dict[str, Reagent] = {}
        for reagent in self._reagents:
            self._claim(reagent.name, reagent, is_main=True)
        for reagent in self._reagents:
            for name in (reagent.full_name, reagent.formula, *reagent.synonyms):
                self._claim(name, reagent, is_main=False)
        lower: dict[str, set[Reagent]] = {}
        for name, reagent in self._by_name.items():
            lower.setdefault(name.lower(), set()).add(reagent)
        # CO and Co differ by case only: such a name is found as written, never folded
        self._by_lower = {name: next(iter(found)) for name, found in lower.items() if len(found) == 1}

    def _claim(self, name: str, reagent: Reagent, *, is_main: bool) -> None:
        other = self._by_name.setdefault(_key(name), reagent)
        if other is not reagent and is_main:
            raise ReferenceDataError(f"the reagent name {name!r} is used by {other.full_name} already")

    def __iter__(self) -> Iterator[Reagent]:
        return iter(self._reagents)

    def __len__(self) -> int:
        return len(self._reagents)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._match(name) is not None

    @property
    def names(self) -> list[str]:
        """The main names, in table order."""
        return [reagent.name for reagent in self._reagents]

    def find(self, name: str) -> Reagent:
        """Return the reagent called `name`; raises `UnknownNameError` with the closest names.

        >>> reagent_table().find("chloroauric acid trihydrate").name
        'HAuCl4·3H2O'
        """
        reagent = self._match(name)
        if reagent is None:
            hint = did_you_mean(name, list(self._by_name))
            raise UnknownNameError(f"unknown reagent {name!r}.{hint} Known: {', '.join(self.names[:12])}, ...")
        return reagent

    def with_role(self, role: str, metal: str = "") -> tuple[Reagent, ...]:
        """Return the reagents that serve as `role`, of one `metal` if given.

        >>> [r.name for r in reagent_table().with_role("metal_salt", "Zn")]
        ['ZnCl2']
        """
        if role not in ROLES:
            raise UnknownNameError(f"unknown role {role!r}; legal: {', '.join(ROLES)}")
        return tuple(r for r in self._reagents if r.has_role(role) and (not metal or r.metal == metal))

    def with_file(self, path: str | Path) -> ReagentTable:
        """Return a new table that also holds the rows of a CSV file with the packaged columns."""
        return ReagentTable([*self._reagents, *map(_reagent, read_rows(path, _COLUMNS))])

    def half_reaction(self, reagent: Reagent) -> HalfReaction:
        """Read the half-reaction of `reagent` into species; raises `ReferenceDataError` when it has none.

        >>> table = reagent_table()
        >>> table.half_reaction(table.find("NaBH4")).electrons
        8
        """
        left, arrow, right = reagent.half_reaction.partition("->")
        if not arrow:
            raise ReferenceDataError(f"the reagent table has no half-reaction for {reagent.name}")
        taken, reactants = self._side(left)
        given, products = self._side(right)
        return HalfReaction(reactants, products, given - taken)

    def _side(self, text: str) -> tuple[int, tuple[tuple[Species, int], ...]]:
        electrons, terms = 0, []
        for part in text.split(" + "):
            match = _TERM.fullmatch(part.strip())
            if match is None:
                raise ReferenceDataError(f"an empty term in the half-reaction side {text.strip()!r}")
            n, name = int(match[1] or 1), match[2]
            if name == "e-":
                electrons += n
            elif name in METAL_GROUPS:
                terms.append((Species(name, ((name, 1),), 0, "metal"), n))
            else:
                terms.append((self.find(name).species(), n))
        return electrons, tuple(terms)

    def _match(self, name: str) -> Reagent | None:
        key = _key(name)
        return self._by_name.get(key) or self._by_lower.get(key.lower())


@cache
def reagent_table() -> ReagentTable:
    """Return the packaged table.

    >>> reagent_table().find("TBAB").electrons_delivered
    6
    """
    return ReagentTable(map(_reagent, packaged_rows("reagents.csv", _COLUMNS)))


def _key(name: str) -> str:
    return re.sub(r"\s+", " ", normalise_name(name).replace("·", ".").replace("*", ".")).strip()


def _reagent(row: Row) -> Reagent:
    roles = row.items("roles")
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles:
        row.refuse(f"roles is {row['roles']!r}; legal: {', '.join(ROLES)}")
    if row["metal"] and row["metal"] not in METAL_GROUPS:
        row.refuse(f"metal is {row['metal']!r}; legal: {', '.join(METAL_GROUPS)}")
    if not row["source"]:
        row.refuse("the source is empty; every reagent names one")
    electrons = row.whole("electrons_delivered")
    if "reductant" in roles and not (electrons and row["half_reaction"]):
        row.refuse("a reductant needs electrons_delivered and its half_reaction")
    return Reagent(
        name=row["name"],
        full_name=row["full_name"],
        synonyms=row.items("synonyms"),
        formula=row["formula"],
        composition=row.composition("composition"),
        units=_units(row),
        charge=row.whole("charge") or 0,
        roles=roles,
        metal=row["metal"],
        oxidation_state=row.whole("oxidation_state"),
        smiles=row["smiles"],
        electrons_delivered=electrons,
        half_reaction=row["half_reaction"],
        standard_potential_V=row.number("standard_potential_V"),
        density_g_per_mL=row.number("density_g_per_mL"),
        hazards=row.items("hazards"),
        source=row["source"],
    )


def _units(row: Row) -> tuple[tuple[str, int], ...]:
    units: dict[str, int] = {}
    for item in row.items("units"):
        name, colon, n = item.rpartition(":")
        if not colon or not n.isdigit():
            row.refuse(f"units holds {item!r}; write name:count, such as Au:1;Cl:4")
        units[name] = units.get(name, 0) + int(n)
    if not units:
        row.refuse("units is empty; write name:count, such as Au:1;Cl:4")
    return tuple(sorted(units.items()))
