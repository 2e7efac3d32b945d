"""log P of free ligands (octanol/water) with its provenance: sourced first, Crippen as a flagged fallback.

The two scales differ (PPh3: 5.69 by XLOGP3, 3.44 by Crippen), so never mix values of different `method` in one model.
Crippen: S. A. Wildman and G. M. Crippen, J. Chem. Inf. Comput. Sci. 1999, 39, 868, doi:10.1021/ci990307l, as in RDKit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from superatom.data.rows import Row, packaged_rows
from superatom.errors import UnknownNameError
from superatom.structures.ligands import Ligand, ligand_table


@dataclass(frozen=True, slots=True)
class LogP:
    """Octanol/water log P of the neutral free ligand (thiol, phosphine, alkyne, ...), with method and source."""

    value: float
    method: str
    source: str
    is_fallback: bool


def log_p(ligand: Ligand | str, *, allow_fallback: bool = True) -> LogP:
    """Return log P of the free form of `ligand`.

    Raises `UnknownNameError` when there is no sourced value and the fallback is not allowed or not possible: the group
    is not specified, or the free form is an ion.

    >>> log_p("PPh3").value, log_p("PPh3").method
    (5.69, 'XLOGP3')
    >>> log_p("TBBT").is_fallback
    True
    """
    item = ligand_table().find(ligand) if isinstance(ligand, str) else ligand
    if item.name in _sourced():
        return _sourced()[item.name]
    if not allow_fallback:
        raise UnknownNameError(f"no sourced log P for {item.name}; sourced: {', '.join(_sourced())}")
    return LogP(_crippen(item), "Crippen", "computed with RDKit, doi:10.1021/ci990307l", is_fallback=True)


def has_log_p(ligand: Ligand) -> bool:
    """Whether `log_p` has an answer: not for an open group (SR) or a free form that is an ion (chloride).

    >>> [has_log_p(ligand_table().find(name)) for name in ("PET", "SR", "Cl")]
    [True, False, False]
    """
    return ligand.name in _sourced() or (bool(ligand.smiles_free) and _net_charge(ligand.smiles_free) == 0)


@cache
def _sourced() -> Mapping[str, LogP]:
    rows = packaged_rows("ligand_logp.csv", ("ligand", "log_p", "method", "source"))
    return {ligand_table().find(row["ligand"]).name: _value(row) for row in rows}


def _value(row: Row) -> LogP:
    value = row.number("log_p")
    if value is None or not row["source"]:
        row.refuse("log_p and source must be filled")
    return LogP(value, row["method"], row["source"], is_fallback=False)


def _crippen(ligand: Ligand) -> float:
    if not ligand.smiles_free:
        raise UnknownNameError(f"{ligand.name} has no SMILES (its group is not specified), so no log P")
    if _net_charge(ligand.smiles_free):
        raise UnknownNameError(f"the free form of {ligand.name} ({ligand.smiles_free}) is an ion, so it has no log P")
    from rdkit import Chem
    from rdkit.Chem.Crippen import MolLogP  # type: ignore[attr-defined,unused-ignore]

    molecule = Chem.MolFromSmiles(ligand.smiles_free)
    if molecule is None:
        raise UnknownNameError(f"the SMILES of {ligand.name} ({ligand.smiles_free}) cannot be read, so no log P")
    return round(float(MolLogP(molecule)), 3)


def _net_charge(smiles: str) -> int:
    """Return the net charge in e, read from the bracket atoms: ``[N+]``, ``[S-2]``, ``[O--]``."""
    charges = re.findall(r"\[[^\]]*?([+-]+)(\d*)(?::\d+)?\]", smiles)
    return sum((1 if signs[0] == "+" else -1) * int(digits or len(signs)) for signs, digits in charges)
