"""The descriptors of Table 1 of Li et al. 2019 (doi:10.1002/aisy.201900029): 12 of the chemicals, 5 of the conditions.

Where the paper's own definition is in files that were not readable, the nearest published one stands in, said here:

- *charge potential* (electrostatic polarity): largest minus smallest Gasteiger partial charge of the free ligand, in e
  (J. Gasteiger and M. Marsili, Tetrahedron 1980, 36, 3219, doi:10.1016/0040-4020(80)80168-2);
- *complexity*: Bertz's index (S. H. Bertz, J. Am. Chem. Soc. 1981, 103, 3599, doi:10.1021/ja00402a071);
- *xlogP3*: Crippen's log P for every ligand, since the two scales must not be mixed
  (`superatom.data.ligand_properties`);
- *solubility*: log10 of mol/L in water by ESOL (J. S. Delaney, J. Chem. Inf. Comput. Sci. 2004, 44, 1000,
  doi:10.1021/ci034243x, eq. 1); missing in any other solvent, for which no such rule is known to us.

A value that is not known is NaN. Models get it with a mask and fill it from their own training rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from superatom.data.reagents import reagent_table
from superatom.data.solvents import solvent
from superatom.errors import UnknownNameError
from superatom.models.outcome.examples import LONGEST_NAME, SETTINGS, Example
from superatom.structures.ligands import ligand_table

FloatArray = npt.NDArray[np.float64]

# name -> (unit, words for a reader)
_CHEMICAL: Mapping[str, tuple[str, str]] = {
    "solvent_dielectric": ("", "dielectric constant of the solvent"),
    "ligand_log_solubility": ("log10 mol/L", "log solubility of the ligand in water"),
    "reductant_potential_V": ("V", "redox potential of the reductant"),
    "ligand_charge_span_e": ("e", "charge span of the ligand"),
    "ligand_h_donors": ("", "H-bond donors of the ligand"),
    "ligand_h_acceptors": ("", "H-bond acceptors of the ligand"),
    "ligand_aromatic": ("", "aromatic ligand"),
    "ligand_g_per_mol": ("g/mol", "molar mass of the ligand"),
    "ligand_rotatable_bonds": ("", "rotatable bonds of the ligand"),
    "ligand_complexity": ("", "complexity of the ligand"),
    "ligand_tpsa_A2": ("Å²", "polar surface of the ligand"),
    "ligand_log_p": ("", "log P of the ligand"),
}
# what a structure formula says of reductants that the reagent table keeps as salts
_ANIONS = {
    "NaBH4": "[BH4-]", "LiBH4": "[BH4-]", "NMe4BH4": "[BH4-]", "NBu4BH4": "[BH4-]", "NaBH3CN": "[BH3-]C#N",
    "LiEt3BH": "CC[BH-](CC)CC",
}  # fmt: skip
ROLES = ("ligand", "solvent", "reductant")


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One column: its name, unit and words; `is_setting` tells what the bench sets from what a chemical brings."""

    name: str
    unit: str
    words: str
    is_setting: bool

    @property
    def is_logarithmic(self) -> bool:
        """Whether its logarithm is what matters: concentrations, ratios and times span decades."""
        return self.unit in ("mM", "mol/mol", "h")


CHEMICAL = tuple(Descriptor(name, unit, words, is_setting=False) for name, (unit, words) in _CHEMICAL.items())


def setting(name: str) -> Descriptor:
    """Return the column of a setting; a column of a user's own table keeps its name, unit and all (``water_mL``).

    >>> setting("temperature_C").unit, setting("water_mL").words
    ('°C', 'water_mL')
    """
    unit, words, _ = SETTINGS.get(name, ("", name, ""))
    return Descriptor(name, unit, words, is_setting=True)


def columns_named(names: Iterable[str]) -> tuple[Descriptor, ...]:
    """Return the columns of these names, those of the chemicals or settings."""
    known = {c.name: c for c in CHEMICAL}
    return tuple(known.get(name) or setting(name) for name in names)


TABLE_1 = (*(setting(name) for name in list(SETTINGS)[:5]), *CHEMICAL)


def columns_for(examples: Sequence[Example]) -> tuple[Descriptor, ...]:
    """Return the columns that say something: every setting stated by two examples, and the 12 of the chemicals if any.

    >>> [c.name for c in columns_for([Example(str(i), True, settings={"water_mL": i}) for i in range(2)])]
    ['water_mL']
    """
    counts: dict[str, int] = {}
    for example in examples:
        for name in example.settings:
            counts[name] = counts.get(name, 0) + 1
    named = [*(n for n in SETTINGS if n in counts), *(n for n in counts if n not in SETTINGS)]
    settings = tuple(setting(name) for name in named if counts[name] > 1)
    has_chemistry = any(e.ligands or e.solvents or e.reductant for e in examples)
    return (*settings, *CHEMICAL) if has_chemistry else settings


def describe(examples: Sequence[Example], columns: Sequence[Descriptor]) -> FloatArray:
    """Return the values of shape (n_examples, n_columns), NaN where a value is not stated or not known.

    >>> x = describe([Example("1", None, ("PET",), ("THF",), "NaBH4", {"temperature_C": 0.0})], TABLE_1)
    >>> dict(zip([c.name for c in TABLE_1], x[0].round(2).tolist()))["ligand_g_per_mol"]
    138.23
    """
    rows = []
    for example in examples:
        values = {**_chemicals(example.ligands, example.solvents, example.reductant), **example.settings}
        rows.append([values.get(column.name, math.nan) for column in columns])
    return np.array(rows, dtype=float).reshape(len(rows), len(columns))


def smiles(example: Example, role: str) -> str:
    """Return the SMILES of the ligands, solvents or reductant of an example, joined by dots; empty where not known.

    >>> smiles(Example("1", None, ("PET",)), "ligand")
    'SCCc1ccccc1'
    """
    return ".".join(filter(None, (structure(role, name) for name in chemicals(example)[role])))


def unknown_chemicals(examples: Iterable[Example]) -> tuple[str, ...]:
    """Return the names that no table knows and that are no SMILES: their descriptors are missing.

    >>> unknown_chemicals([Example("1", None, ("PET",), ("moonshine",))])
    ('moonshine',)
    """
    named = ((role, name) for e in examples for role, names in chemicals(e).items() for name in names)
    return tuple(dict.fromkeys(
        name for role, name in named
        if not structure(role, name) and not (role == "reductant" and name in reagent_table())
    ))  # fmt: skip


def chemicals(example: Example) -> dict[str, tuple[str, ...]]:
    """Return the names an example states, by role.

    >>> chemicals(Example("1", None, ("PET",)))
    {'ligand': ('PET',), 'solvent': (), 'reductant': ()}
    """
    reductant = (example.reductant,) if example.reductant else ()
    return {"ligand": example.ligands, "solvent": example.solvents, "reductant": reductant}


def lacks_water(example: Example) -> bool:
    """Whether all solvents are known and none is water, so that a pH means nothing.

    >>> lacks_water(Example("1", None, solvents=("THF",))), lacks_water(Example("2", None, solvents=("THF", "water")))
    (True, False)
    """
    known = [structure("solvent", name) for name in example.solvents]
    return bool(known) and all(known) and "O" not in known


@lru_cache(maxsize=4096)
def structure(role: str, name: str) -> str:
    """Return the SMILES of a chemical in a role, by its table or as it stands; empty where there is none.

    >>> structure("ligand", "PET"), structure("solvent", "water"), structure("reductant", "NaBH4")
    ('SCCc1ccccc1', 'O', '[BH4-]')
    """
    if role == "ligand" and name in ligand_table():
        return ligand_table().find(name).smiles_free
    if role == "reductant" and name in reagent_table():
        reagent = reagent_table().find(name)
        return _ANIONS.get(reagent.name, reagent.smiles)
    if role == "solvent":
        with suppress(UnknownNameError):
            return solvent(name).smiles
    molecule = _molecule(name) if len(name) <= LONGEST_NAME else None  # a lone word such as SR is never a SMILES
    return name if molecule is not None and molecule.GetNumAtoms() > 1 else ""


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """Return a SMILES in its one way of writing, the same for the same molecules.

    >>> canonical("C(CS)N") == canonical("NCCS")
    True
    """
    from rdkit import Chem

    return str(Chem.MolToSmiles(_molecule(text)))


@lru_cache(maxsize=4096)
def _chemicals(ligands: tuple[str, ...], solvents: tuple[str, ...], reductant: str) -> Mapping[str, float]:
    values: dict[str, float] = {}
    constants: list[float | None] = []
    for name in solvents:
        with suppress(UnknownNameError):
            constants.append(solvent(name).dielectric_constant)
    stated = [c for c in constants if c is not None]
    if stated and len(stated) == len(solvents):
        values["solvent_dielectric"] = sum(stated) / len(stated)
    if reductant in reagent_table() and (v := reagent_table().find(reductant).standard_potential_V) is not None:
        values["reductant_potential_V"] = v
    known = [v for v in (_ligand_values(structure("ligand", name)) for name in ligands) if v]
    if known and len(known) == len(ligands):
        values |= {name: sum(v[name] for v in known) / len(known) for name in known[0]}
    if not all(structure("solvent", s) == "O" for s in solvents) or not solvents:
        values.pop("ligand_log_solubility", None)
    return values


@lru_cache(maxsize=4096)
def _ligand_values(text: str) -> Mapping[str, float]:
    molecule = _molecule(text)
    if molecule is None:
        return {}
    from rdkit.Chem import Crippen, Descriptors, GraphDescriptors, rdMolDescriptors, rdPartialCharges

    rdPartialCharges.ComputeGasteigerCharges(molecule)
    charges = [a.GetDoubleProp("_GasteigerCharge") for a in molecule.GetAtoms()]
    heavy = molecule.GetNumHeavyAtoms()
    aromatic = sum(a.GetIsAromatic() for a in molecule.GetAtoms())
    log_p, mass = Crippen.MolLogP(molecule), Descriptors.MolWt(molecule)  # type: ignore[attr-defined,unused-ignore]
    rotatable = rdMolDescriptors.CalcNumRotatableBonds(molecule)
    if not all(map(math.isfinite, charges)):
        return {}
    values = {
        "ligand_log_solubility": 0.16 - 0.63 * log_p - 0.0062 * mass + 0.066 * rotatable - 0.74 * aromatic / heavy,
        "ligand_charge_span_e": max(charges) - min(charges),
        "ligand_h_donors": rdMolDescriptors.CalcNumHBD(molecule),
        "ligand_h_acceptors": rdMolDescriptors.CalcNumHBA(molecule),
        "ligand_aromatic": float(aromatic > 0),
        "ligand_g_per_mol": mass,
        "ligand_rotatable_bonds": rotatable,
        "ligand_complexity": GraphDescriptors.BertzCT(molecule),  # type: ignore[no-untyped-call,unused-ignore]
        "ligand_tpsa_A2": rdMolDescriptors.CalcTPSA(molecule),
        "ligand_log_p": log_p,
    }
    return {name: float(value) for name, value in values.items()}


def _molecule(text: str) -> Any:
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        return Chem.MolFromSmiles(text) if text else None
