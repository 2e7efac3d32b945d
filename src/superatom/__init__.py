"""superatom: plan the synthesis of atomically precise metal nanoclusters.

>>> import superatom as sa
>>> sa.Nanocluster.parse("[Au25(PET)18]-").valence_electrons
8
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# name -> module that defines it; imported on first use so that `import superatom` stays light
_FRONT_DOOR = {
    "SuperatomError": "superatom.errors",
    "Ligand": "superatom.structures.ligands",
    "Nanocluster": "superatom.structures.nanocluster",
    "Structure": "superatom.structures.structure",
    "read": "superatom.structures.files",
    "label": "superatom.physics.labels",
    "accessibility_index": "superatom.data.accessibility",
    "library": "superatom.data.library",
    "load_reference_set": "superatom.data.reference_set",
    "split": "superatom.data.splits",
    "split_items": "superatom.data.splits",
    "SynthesisRecord": "superatom.data.synthesis_records",
    "open_store": "superatom.data.stores.opening",
    "plan_import": "superatom.data.sheets.importing",
    "write_records": "superatom.data.sheets.exporting",
    "fit_outcome_model": "superatom.models.outcome.model",
    "Plan": "superatom.campaign.plan",
    "plan": "superatom.campaign.planning",
    "Campaign": "superatom.campaign.loop.campaign",
    "read_space_file": "superatom.campaign.loop.space_file",
    "to_setup": "superatom.campaign.loop.space_file",
    "to_space_file": "superatom.campaign.handover",
    "write_html": "superatom.app.report.html",
}

__all__ = [
    "Campaign", "Ligand", "Nanocluster", "Plan", "Structure", "SuperatomError", "SynthesisRecord",
    "accessibility_index", "fit_outcome_model", "label", "library", "load_reference_set", "open_store", "plan",
    "plan_import", "read", "read_space_file", "split", "split_items", "to_setup", "to_space_file", "write_html",
    "write_records",
]  # fmt: skip

if TYPE_CHECKING:
    from superatom.app.report.html import write_html
    from superatom.campaign.handover import to_space_file
    from superatom.campaign.loop.campaign import Campaign
    from superatom.campaign.loop.space_file import read_space_file, to_setup
    from superatom.campaign.plan import Plan
    from superatom.campaign.planning import plan
    from superatom.data import library
    from superatom.data.accessibility import accessibility_index
    from superatom.data.reference_set import load_reference_set
    from superatom.data.sheets.exporting import write_records
    from superatom.data.sheets.importing import plan_import
    from superatom.data.splits import split, split_items
    from superatom.data.stores.opening import open_store
    from superatom.data.synthesis_records import SynthesisRecord
    from superatom.errors import SuperatomError
    from superatom.models.outcome.model import fit_outcome_model
    from superatom.physics.labels import label
    from superatom.structures.files import read
    from superatom.structures.ligands import Ligand
    from superatom.structures.nanocluster import Nanocluster
    from superatom.structures.structure import Structure


def __getattr__(name: str) -> Any:
    if name not in _FRONT_DOOR:
        raise AttributeError(f"module 'superatom' has no attribute {name!r}")
    from importlib import import_module

    module = import_module(_FRONT_DOOR[name])
    return module if name == "library" else getattr(module, name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
