"""Geometries for a target: the file a chemist gives, or one from a data set that is at hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from superatom.data.structure_files import find_structure, local_file
from superatom.errors import StructureError
from superatom.structures.nanocluster import Nanocluster
from superatom.structures.structure import Structure


@dataclass(frozen=True)
class Geometry:
    """A structure of the target with a caption that says where it is from and in what it differs."""

    structure: Structure
    caption: str


def given_geometry(path: str | Path, cluster: Nanocluster) -> Geometry:
    """Read the geometry of `cluster` from a file; the charge is the formula's.

    Ligands may differ (models are often computed with SCH3); raises `StructureError` when the metals do, or for a file
    that cannot be read.
    """
    from superatom.structures.files import read

    structure = read(path, charge=cluster.charge)
    found = structure.partition.nanocluster(cluster.charge)
    if found.metals != cluster.metals:
        raise StructureError(f"{path} holds {found.formula}, not the metals of {cluster.formula}")
    return Geometry(structure, _caption(f"given: {Path(path).name}", found, cluster))


def local_geometry(cluster: Nanocluster) -> tuple[Geometry | None, str]:
    """Return the geometry a data set at hand holds for `cluster`, and a remark on where one could be had.

    The remark is empty when there is nothing to say: no set holds one, or it was found.
    """
    entry = find_structure(cluster)
    if entry is None:
        return None, ""
    path = local_file(entry)
    if path is None:
        return None, f"A geometry is in the data set {entry.source}: superatom data fetch {entry.source}."
    geometry = given_geometry(path, cluster)
    found = geometry.structure.partition.nanocluster(cluster.charge)
    return Geometry(geometry.structure, _caption(f"{entry.notes}, {entry.source}", found, cluster)), ""


def _caption(where: str, found: Nanocluster, cluster: Nanocluster) -> str:
    if found.ligands == cluster.ligands:
        return where
    return f"{where}; drawn with the ligands of {found.with_charge(0).formula}, with which the core may differ"
