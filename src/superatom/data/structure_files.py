"""Which public data set holds a geometry of which cluster, so that a plan can show it once the set is at hand.

Nothing is downloaded here: `local_file` answers only for sets in the local mirror or already fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from superatom.data.rows import packaged_rows
from superatom.data.sources import path
from superatom.errors import DataSourceError
from superatom.structures.nanocluster import Nanocluster

_COLUMNS = ("formula", "source", "file", "notes")


@dataclass(frozen=True, slots=True)
class StructureFile:
    """One file of a data set and the cluster it is a geometry of; `notes` says what kind of geometry."""

    cluster: Nanocluster
    source: str
    file: str
    notes: str


def find_structure(cluster: Nanocluster) -> StructureFile | None:
    """Return the entry of this very cluster, else one with the same metals and as many ligands of the same classes.

    >>> find_structure(Nanocluster.parse("[Au25(SC6H13)18]-")).file
    'au25_pet18_-1_opt.xyz'
    """
    like = [entry for entry in structure_files() if _shape(entry.cluster) == _shape(cluster)]
    return min(like, key=lambda e: (e.cluster != cluster, e.cluster.charge != cluster.charge), default=None)


def local_file(entry: StructureFile) -> Path | None:
    """Return the file in the local mirror or cache, or None where the set is not at hand."""
    try:
        folder = path(entry.source)
    except DataSourceError:
        return None
    return next(iter(sorted(folder.rglob(entry.file))), None)


@cache
def structure_files() -> tuple[StructureFile, ...]:
    """Return the packaged table."""
    return tuple(
        StructureFile(Nanocluster.parse(row["formula"]), row["source"], row["file"], row["notes"])
        for row in packaged_rows("structure_files.csv", _COLUMNS)
    )


def _shape(cluster: Nanocluster) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]:
    """Metals, and ligands by class."""
    classes: dict[str, int] = {}
    for ligand, n in cluster.ligands:
        classes[ligand.ligand_class] = classes.get(ligand.ligand_class, 0) + n
    return cluster.metals, tuple(sorted(classes.items()))
