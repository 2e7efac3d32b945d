"""From the journals of labelling runs to a pack of the reference set; the same journals give the same bytes."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from superatom.data.label_shards import label_arrays
from superatom.data.reference_set import BETWEEN_NOTES, CARD, GEOMETRIES, GEOMETRY_NOTES, INDEX, REFERENCES, TEXTS
from superatom.data.runs import (
    Runs,
    formation_energies,
    read_runs,
    why_no_formation_energy,
    without_duplicates,
    without_outliers,
    without_wrong_ligands,
)
from superatom.data.shards import file_sha256, geometry_arrays, write_shard
from superatom.data.summary import counts
from superatom.errors import MissingReferenceError, ReferenceDataError
from superatom.physics.atoms import atom_energies, atoms_of_level
from superatom.physics.configuration import Configuration, Label
from superatom.physics.formation_energy import charge_transfer
from superatom.physics.references import CONVENTIONS

LICENCE = "CC-BY-4.0"
_INDEX_COLUMNS = ("id", "tier", "prototype", "topology", "host", "dopant", "placement", "metals", "ligands", "charge",
                  "kind", "parent", "n_metals", "n_atoms", "status", "seed", "geometry", "why")  # fmt: skip


def pack(folders: Sequence[str | Path], out: str | Path, *, name: str = "nc-multi") -> dict[str, Any]:
    """Pack run folders into the folder `out` and return its card.

    Parameters
    ----------
    folders
        Folders `superatom label` wrote.
    out
        A new folder, or an old pack, which is replaced; it is written whole or not at all.
    name
        Name of the set on its card.

    Raises
    ------
    ReferenceDataError
        As `read_runs`; also for an `out` that holds something else than a pack.
    """
    folder = Path(out)
    _check_replaceable(folder)
    runs = read_runs([Path(one) for one in folders])
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as scratch:
        new, old = Path(scratch) / "new", Path(scratch) / "old"
        new.mkdir()
        card = _write(new, runs, name)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    return card


def _check_replaceable(folder: Path) -> None:
    """Refuse to replace what is not an old pack and nothing else."""
    if not folder.exists():
        return
    there = {file.name for file in folder.iterdir()} if folder.is_dir() else {folder.name}
    with suppress(OSError, ValueError, KeyError, TypeError):  # no card, or one that is not ours: nothing is replaceable
        there -= {CARD, *json.loads((folder / CARD).read_text(encoding="utf-8"))["files"]}
    if there:
        raise ReferenceDataError(f"{folder} holds {min(there)}, which is not of a pack; name a new folder")


def _write(folder: Path, runs: Runs, name: str) -> dict[str, Any]:
    """Write every file of a pack, the card last, and return the card."""
    configurations = without_duplicates(without_wrong_ligands(runs.configurations))
    labels = {level: without_outliers(level, configurations, runs) for level in sorted(runs.labels)}
    _write_index(folder / INDEX, configurations, labels, runs)
    write_shard(folder / GEOMETRIES, geometry_arrays(list(configurations.values())))
    engines, texts, rows = {}, {}, {id_: row for row, id_ in enumerate(configurations)}
    for level, found in labels.items():
        arrays, engines[level], texts[level] = label_arrays(rows, found.values())
        write_shard(folder / f"labels-{level}.npz", arrays)
    references = {level: [runs.references[level][key] for key in sorted(runs.references[level])] for level in labels}
    _write_json(folder / REFERENCES, references)
    _write_json(folder / TEXTS, texts)
    for file, text in runs.designs.items():
        (folder / file).write_text(text, encoding="utf-8")
    card = {
        "name": name,
        "licence": LICENCE,
        "made_with": f"superatom {version('superatom')}",
        **counts(configurations.values(), labels),
        "levels": engines,
        "atoms": {level: _atoms(level) for level in labels},
        "without_formation_energy": {
            level: reasons
            for level, found in labels.items()
            if (reasons := why_no_formation_energy(level, configurations, found, runs))
        },
        "files": {
            file.name: {"sha256": file_sha256(file), "bytes": file.stat().st_size} for file in sorted(folder.iterdir())
        },
    }
    _write_json(folder / CARD, card)
    return card


def _atoms(level: str) -> dict[str, Any]:
    """Return the free atoms the formation energies of the index are reckoned with; empty where there are none."""
    try:
        name = atoms_of_level(level)
    except MissingReferenceError:
        return {}
    return {"set": name, "energies_eV": atom_energies(name)}


def _write_index(
    path: Path,
    configurations: Mapping[str, Configuration],
    labels: Mapping[str, Mapping[str, Label]],
    runs: Runs,
) -> None:
    """Write the table for people and spreadsheets: formation energies and charge transfers are computed on the way."""
    numbers = {GEOMETRY_NOTES: {id_: BETWEEN_NOTES.join(one.notes) for id_, one in configurations.items() if one.notes}}
    for level, found in labels.items():
        for convention in CONVENTIONS:
            values = formation_energies(level, convention, configurations, found, runs)
            column = f"formation_energy_eV_per_atom.{level}.{convention}"
            numbers[column] = {id_: f"{value:.4f}" for id_, value in values.items()}
        numbers[f"charge_transfer_e.{level}"] = _charge_transfers(configurations, found)
        numbers[f"label.{level}"] = {id_: one.status for id_, one in found.items()}
        numbers[f"notes.{level}"] = {id_: BETWEEN_NOTES.join(one.notes) for id_, one in found.items() if one.notes}
    numbers = {column: cells for column, cells in numbers.items() if cells}
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*_INDEX_COLUMNS, *numbers])
        for id_, one in configurations.items():
            plan = one.blueprint
            ligands = ";".join(f"{role}={ligand}" for role, ligand in plan.ligands)
            fields = {
                "topology": plan.topology, "metals": " ".join(plan.metals), "ligands": ligands, "charge": plan.charge,
                "n_metals": len(plan.metals), "n_atoms": one.structure.n_atoms,
            }  # fmt: skip
            row = [fields[c] if c in fields else getattr(one, c) for c in _INDEX_COLUMNS]
            writer.writerow([*row, *(cells.get(id_, "") for cells in numbers.values())])


def _charge_transfers(configurations: Mapping[str, Configuration], labels: Mapping[str, Label]) -> dict[str, str]:
    moved = {
        id_: charge_transfer(configurations[id_].blueprint.metals, one.charges_e, configurations[id_].host)
        for id_, one in labels.items()
        if one.charges_e and one.status == configurations[id_].status == "converged"
    }
    return {id_: f"{one.between_e:.3f}" for id_, one in moved.items() if one}


def _write_json(path: Path, document: Any) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
