"""What is taken from the bottle for a term of an equation, and its molar mass.

An equation writes HAuCl4 or OH-; the balance sees HAuCl4·3H2O and NaOH. Hydrates are preferred where the reagent table
has one; ions are weighed as a common salt; clusters and complexes as the ion alone, counter-ions left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from superatom.conditions.dose import count_metals
from superatom.data.reagents import Reagent, reagent_table
from superatom.data.records import Species
from superatom.errors import ChemistryError
from superatom.structures.elements import METALS, molar_mass
from superatom.structures.ligands import ligand_table

WEIGHED_AS = {
    "OH-": "NaOH", "H+": "HCl", "BH4-": "NaBH4", "AuCl4-": "HAuCl4·3H2O", "Ag+": "AgNO3", "Cl-": "NaCl",
    "Cd2+": "Cd(NO3)2·4H2O",
}  # fmt: skip
# the salt meant by "so much metal salt" when the step starts from a complex made of it
USUAL_SALT = {
    "Au": "HAuCl4·3H2O", "Ag": "AgNO3", "Cu": "CuCl2·2H2O", "Pt": "H2PtCl6·6H2O", "Pd": "Na2PdCl4",
    "Cd": "Cd(NO3)2·4H2O", "Hg": "Hg(NO3)2", "Ni": "NiCl2·6H2O", "Zn": "ZnCl2",
}  # fmt: skip
_ELEMENTS = {"H", "B", "C", "N", "O", "F", "Na", "P", "S", "Cl", "K", "Br", "Se", "Te", "I", "Cs", "Li", "Si", *METALS}


@dataclass(frozen=True, slots=True)
class Weighed:
    """What to take: its name, molar mass in g/mol (None for a mixture) and, where known, density in g/mL."""

    name: str
    molar_mass: float | None
    density: float | None = None
    reagent: Reagent | None = None
    is_gas: bool = False


def weigh(species: Species) -> Weighed:
    """Return what to take from the bottle for a term of an equation.

    Raises `ChemistryError` for a generic ligand (``SR``), which has no mass.

    >>> salt = Species("HAuCl4", (("Au", 1), ("Cl", 4), ("H", 1)), 0, "salt")
    >>> weigh(salt).name, round(weigh(salt).molar_mass, 1)
    ('HAuCl4·3H2O', 393.8)
    """
    if not species.units:
        return Weighed(species.name or species.formula, None)
    if species.cluster is not None:
        return Weighed(species.formula, units_mass(species))
    reagent = _reagent(species)
    if reagent is not None:
        return Weighed(reagent.name, reagent.molar_mass, reagent.density_g_per_mL, reagent, reagent.has_role("gas"))
    return Weighed(_ligand_name(species) or species.formula, units_mass(species))


def _ligand_name(species: Species) -> str:
    """Return ``2-phenylethanethiol (PET)`` for a free ligand, an empty string for anything else."""
    table = ligand_table()
    names = [u for u, _ in species.units if u in table and not table.find(u).is_bare_atom]
    if species.kind != "ligand" or len(names) != 1:
        return ""
    ligand = table.find(names[0])
    return ligand.full_name if ligand.full_name == ligand.name else f"{ligand.full_name} ({ligand.name})"


def units_mass(species: Species) -> float:
    """Return the molar mass in g/mol from the conserved units (elements, ligands and named groups).

    >>> thiol = Species("H(PET)", (("H", 1), ("PET", 1)), 0, "ligand")
    >>> round(units_mass(thiol), 2)
    138.23
    """
    ligands, reagents = ligand_table(), reagent_table()
    total = 0.0
    for unit, n in species.units:
        if unit in _ELEMENTS:
            total += n * molar_mass({unit: 1})
        elif unit in ligands:
            ligand = ligands.find(unit)
            if ligand.is_generic:
                raise ChemistryError(
                    f"{species.formula} holds the open group {ligand.name}, which has no mass; name the ligand, "
                    "for example PET for SR or PPh3 for PR3"
                )
            total += n * molar_mass(ligand.atoms)
        elif unit in reagents:
            total += n * reagents.find(unit).molar_mass
        else:
            total += n * molar_mass(_group(unit, species))
    return total


def _group(unit: str, species: Species) -> dict[str, int]:
    """Read a counter-ion unit such as ``NO3`` or ``BF4`` as a flat formula."""
    pieces = re.findall(r"([A-Z][a-z]?)(\d*)", unit)
    known = _NAMED_GROUPS.get(unit) or {e: int(n or 1) for e, n in pieces if e in _ELEMENTS or e == "Sb"}
    if not known or ("".join(e + n for e, n in pieces) != unit and unit not in _NAMED_GROUPS):
        raise ChemistryError(f"the mass of {unit!r} in {species.formula} is not known; add it to the ligand table")
    return known


_NAMED_GROUPS = {
    "OAc": {"C": 2, "H": 3, "O": 2},
    "TFA": {"C": 2, "F": 3, "O": 2},
    "Me2S": {"C": 2, "H": 6, "S": 1},
    "CN": {"C": 1, "N": 1},
    "Ph2Si": {"C": 12, "H": 10, "Si": 1},
    "tBuNH2": {"C": 4, "H": 11, "N": 1},
}


def _reagent(species: Species) -> Reagent | None:
    table = reagent_table()
    for name in (WEIGHED_AS.get(species.formula, ""), species.name, species.formula):
        if name and name in table:
            found = table.find(name)
            return _hydrate(found) if count_metals(species) else found
    return None


def _hydrate(reagent: Reagent) -> Reagent:
    """Return the hydrate with the same conserved units if the table has one: that is what the bottle holds."""
    same = [r for r in reagent_table() if r.units == reagent.units and r.charge == 0 and "H2O" in r.formula]
    return min(same, key=lambda r: r.molar_mass) if same and "H2O" not in reagent.formula else reagent
