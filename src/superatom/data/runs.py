"""The journals of labelling runs, read and merged, with the rules of sense that need the whole set or the blueprint.

A relaxed cluster is filtered whose ligands are not those of its blueprint, with the copies made from it (the campaign
filters them too; journals written before it did are judged here).
A geometry that another configuration has already (to 0.01 Å in every interatomic distance) is filtered; the smaller id
stays. A label is filtered whose formation energy is more than 0.5 Eh per metal atom from the median of its dopant
series (same topology, ligands and number of dopants): no chemistry does that, a collapsed calculation does.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from superatom.data.duplicates import SAME_GEOMETRY, duplicates
from superatom.errors import ChemistryError, MissingReferenceError, ReferenceDataError, UnknownNameError
from superatom.physics.atoms import atoms_of_level
from superatom.physics.configuration import Configuration, Label
from superatom.physics.filters import NOT_ITS_LIGANDS
from superatom.physics.formation_energy import formation_energy_eV_per_atom, reference_energies
from superatom.physics.labelling.journal import read_lines
from superatom.physics.references import Convention
from superatom.structures.assembly.census import has_its_ligands
from superatom.units import HARTREE_EV

OUTLIER_EV_PER_METAL = 0.5 * HARTREE_EV


@dataclass(frozen=True, slots=True)
class Runs:
    """What the journals of several runs hold, merged: configurations by id, labels and references by level."""

    configurations: Mapping[str, Configuration]
    labels: Mapping[str, Mapping[str, Label]]
    references: Mapping[str, Mapping[str, dict[str, Any]]]
    designs: Mapping[str, str]  # file name -> text


def read_runs(folders: Sequence[Path]) -> Runs:
    """Read the journals of run folders; the last line of an id counts.

    Raises
    ------
    ReferenceDataError
        Where a folder has no configurations, a label has no configuration, or two runs disagree on one.
    JournalError
        Where a journal is damaged.
    """
    configurations: dict[str, dict[str, Any]] = {}
    labels: dict[str, dict[str, Label]] = defaultdict(dict)
    references: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    designs: dict[str, str] = {}
    for folder in folders:
        journal = folder / "configurations.jsonl"
        if not journal.is_file():
            raise ReferenceDataError(f"{folder} is no run folder: there is no {journal.name} in it")
        # labels before configurations: of a run that is still going on, every label read has its configuration
        found = {file: list(read_lines(file)) for file in sorted(folder.glob("labels-*.jsonl"))}
        made = {record["id"]: record for record, _ in read_lines(journal)}
        for id_, record in made.items():
            if _substance(configurations.setdefault(id_, record)) != _substance(record):
                raise ReferenceDataError(
                    f"{folder} holds another configuration {id_} than a run before it; two designs that make the "
                    "same cluster need isomers of different numbers (first_isomer)"
                )
        for file, records in found.items():
            for record, _ in records:
                if record["id"] not in made:
                    raise ReferenceDataError(f"{file} labels {record['id']}, which is not in {journal}")
                labels[record["level"]][record["id"]] = Label.from_record(record)
        for file in sorted(folder.glob("references-*.jsonl")):
            for record, _ in read_lines(file):
                references[record["level"]][record["key"]] = record
        if (folder / "design.toml").is_file():
            designs[f"design-{folder.name}.toml"] = (folder / "design.toml").read_text(encoding="utf-8")
    read = {id_: Configuration.from_record(configurations[id_]) for id_ in sorted(configurations)}
    return Runs(read, labels, references, designs)


def without_wrong_ligands(configurations: Mapping[str, Configuration]) -> dict[str, Configuration]:
    """Filter every converged geometry that has not the ligands of its blueprint, and the copies made from it."""
    wrong = {
        id_
        for id_, one in configurations.items()
        if one.status == "converged"
        and one.kind != "off_equilibrium"
        and not has_its_ligands(one.structure, one.blueprint)
    }
    found = dict(configurations)
    for id_, one in configurations.items():
        if one.status == "converged" and (id_ in wrong or (one.kind == "off_equilibrium" and one.parent in wrong)):
            found[id_] = replace(one, status="filtered", why=NOT_ITS_LIGANDS)
    return found


def without_duplicates(configurations: Mapping[str, Configuration]) -> dict[str, Configuration]:
    """Filter every converged geometry that one with a smaller id has already."""
    found = dict(configurations)
    good = [one for one in configurations.values() if one.status == "converged"]
    for i, j in duplicates([one.structure for one in good]):  # sorted, so a kept one is met before its copies
        first, second = found[good[i].id], found[good[j].id]
        if first.status == second.status == "converged":
            found[second.id] = replace(second, status="filtered", why=f"{SAME_GEOMETRY}{first.id}")
    return found


def without_outliers(level: str, configurations: Mapping[str, Configuration], runs: Runs) -> dict[str, Label]:
    """Filter every converged label whose formation energy is far from those of its dopant series."""
    labels = dict(sorted(runs.labels[level].items()))
    values = formation_energies(level, "dimer", configurations, labels, runs)
    series: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for id_ in values:
        plan = configurations[id_].blueprint
        n_dopants = sum(metal != configurations[id_].host for metal in plan.metals)
        series[plan.topology, plan.ligands, n_dopants].append(id_)
    for ids in series.values():
        middle = statistics.median(values[id_] for id_ in ids)
        for id_ in ids:
            if abs(values[id_] - middle) > OUTLIER_EV_PER_METAL:
                why = f"formation energy {values[id_]:.2f} eV per metal atom, its series has {middle:.2f}"
                labels[id_] = replace(labels[id_], status="filtered", why=why)
    return labels


def formation_energies(
    level: str,
    convention: Convention,
    configurations: Mapping[str, Configuration],
    labels: Mapping[str, Label],
    runs: Runs,
) -> dict[str, float]:
    """Return the formation energies in eV per metal atom of the converged labels that have one."""
    return {
        id_: value
        for id_, value in _formation_energies_or_why(level, convention, configurations, labels, runs)
        if isinstance(value, float)
    }


def why_no_formation_energy(
    level: str, configurations: Mapping[str, Configuration], labels: Mapping[str, Label], runs: Runs
) -> dict[str, int]:
    """Return the reasons why converged labels have no formation energy (default references), with their numbers."""
    outcomes = _formation_energies_or_why(level, "dimer", configurations, labels, runs)
    return dict(sorted(Counter(why for _, why in outcomes if isinstance(why, str)).items()))


def _formation_energies_or_why(
    level: str,
    convention: Convention,
    configurations: Mapping[str, Configuration],
    labels: Mapping[str, Label],
    runs: Runs,
) -> Iterator[tuple[str, float | str]]:
    """Yield the id of every converged label with its formation energy, or with the reason why it has none."""
    references = reference_energies(runs.references.get(level, {}).values())
    for id_, one in labels.items():
        plan = configurations[id_].blueprint
        if one.energy_eV is None or not one.status == configurations[id_].status == "converged":
            continue
        try:
            free = atoms_of_level(level)
            value = formation_energy_eV_per_atom(
                plan, one.energy_eV, references, atoms=free, convention=convention,
                symbols=configurations[id_].structure.symbols,
            )  # fmt: skip
            yield id_, value
        except (ChemistryError, MissingReferenceError, UnknownNameError) as error:
            yield id_, str(error).split("; ", maxsplit=1)[0]


def _substance(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in ("seconds", "notes")}
