"""What ``superatom inspect`` answers, as JSON-ready data: one shape for formulas and structure files.

Keys that only a geometry gives (inorganic_core, metal_core, staples, motifs, metal_metal_distance_A, point_group) are
those of `superatom.structures.description.describe`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from superatom.campaign.geometry import Geometry
from superatom.campaign.target import card_to_dict, target_card
from superatom.errors import FormulaError
from superatom.structures.formula import check_charge, read_formula
from superatom.structures.ligands import ligand_table
from superatom.structures.nanocluster import Nanocluster

# what needs the charge, and is not known without it
_NEEDS_CHARGE = ("valence_electrons", "shell_closed", "shell", "known", "relatives")


def inspect_formula(formula: str, *, charge: int | None = None) -> dict[str, Any]:
    """Return the card of a formula; `charge` (e) is for one that states none.

    Raises `FormulaError` with one sentence for text that is no formula, or when both state a charge and differ.

    >>> found = inspect_formula("[Au25(SC2H4Ph)18]-")
    >>> found["formula"], found["valence_electrons"], found["shell_closed"]
    ('[Au25(PET)18]-', 8, True)
    """
    stated = read_formula(formula, ligand_table())
    if charge is not None and stated.charge_is_stated and stated.charge != charge:
        raise FormulaError(f"{formula!r} states the charge {stated.charge:+d}, but {charge:+d} is given as well")
    cluster = Nanocluster(stated.metals, stated.ligands, stated.charge if charge is None else check_charge(charge))
    return card_to_dict(target_card(cluster, text=formula))


def inspect_structure(path: Path, *, charge: int | None = None) -> dict[str, Any]:
    """Return the card of a structure file with its core, staples, motifs and symmetry.

    Where neither the file nor `charge` (e) states the charge, what depends on it is None and `charge_basis` says how to
    give it. Raises `StructureError` for a file that cannot be read.
    """
    from superatom.structures.files import read

    structure = read(path, charge=charge)
    cluster = structure.partition.nanocluster(structure.partition.charge or 0)
    card = card_to_dict(target_card(cluster, text=str(path), geometry=Geometry(structure, path.name)))
    described = card.pop("structure")
    geometry = {key: value for key, value in described.items() if key not in ("ligands", "formula", "xyz", "source")}
    unknown: dict[str, Any] = {**dict.fromkeys(_NEEDS_CHARGE), "remarks": []} if described["charge"] is None else {}
    bindings = {ligand["name"]: ligand["binding"] for ligand in described["ligands"]}
    details = [{**detail, "binding": bindings.get(detail["name"], "")} for detail in card["ligand_details"]]
    return card | {"ligand_details": details, "ligands_found": described["ligands"]} | geometry | unknown
