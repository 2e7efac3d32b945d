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
    "Ligand": "superatom.structures.ligands",
    "Nanocluster": "superatom.structures.nanocluster",
    "Structure": "superatom.structures.structure",
    "read": "superatom.structures.files",
    "accessibility_index": "superatom.data.accessibility",
    "library": "superatom.data.library",
    "load_reference_set": "superatom.data.reference_set",
    "open_store": "superatom.data.stores.opening",
    "Plan": "superatom.campaign.plan",
    "plan": "superatom.campaign.planning",
    "write_html": "superatom.app.report.html",
}

__all__ = [
    "Ligand", "Nanocluster", "Plan", "Structure", "accessibility_index", "library", "load_reference_set", "open_store",
    "plan", "read", "write_html",
]  # fmt: skip

if TYPE_CHECKING:
    from superatom.app.report.html import write_html
    from superatom.campaign.plan import Plan
    from superatom.campaign.planning import plan
    from superatom.data import library
    from superatom.data.accessibility import accessibility_index
    from superatom.data.reference_set import load_reference_set
    from superatom.data.stores.opening import open_store
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
