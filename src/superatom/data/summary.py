"""What a reference set holds, in numbers: labels per level, failures and their reasons, checksums, engines."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from superatom.data.duplicates import SAME_GEOMETRY
from superatom.data.reference_set import Entry, ReferenceSet
from superatom.physics.configuration import Configuration, Label

Labels = Mapping[str, Mapping[str, Label]]  # level -> id of the configuration -> label

_AS_IT_SHOULD = ": converged in "  # of a note on a step of a relaxation


def counts(configurations: Iterable[Configuration | Entry], labels: Labels) -> dict[str, Any]:
    """Return the numbers of a set: configurations and labels by status, reason, tier, dopant and topology.

    A label counts as converged where its configuration is converged too. Reasons are grouped by their words; numbers
    in them are left out.
    """
    rows = list(configurations)
    good = {row.id: row for row in rows if row.status == "converged"}
    usable = {level: [id_ for id_, one in found.items() if one.status == "converged" and id_ in good]
              for level, found in labels.items()}  # fmt: skip
    return {
        "n_configurations": len(rows),
        "n_prototypes": len({row.prototype for row in good.values()}),
        "n_labels": sum(map(len, usable.values())),
        "labels_per_level": {level: len(ids) for level, ids in usable.items()},
        "configurations_by_status": _sorted(Counter(row.status for row in rows)),
        "failures": _reasons("failed", rows, labels),
        "filtered": _reasons("filtered", rows, labels),
        "notes": _notes(good.values(), usable, labels),
        "per_tier": {tier: {
            "configurations": sum(row.tier == tier for row in good.values()),
            "labels": {level: sum(good[id_].tier == tier for id_ in ids) for level, ids in usable.items()},
        } for tier in sorted({row.tier for row in rows})},
        "per_dopant": _sorted(Counter(row.dopant or "none" for row in good.values())),
        "per_topology": _sorted(Counter(row.blueprint.topology for row in good.values())),
        "per_kind": _sorted(Counter(row.kind for row in good.values())),
    }  # fmt: skip


def summary(found: ReferenceSet) -> dict[str, Any]:
    """Return what `superatom data show` tells of a loaded set, whose checksums loading has checked."""
    labels = {level: {one.id: one for one in found.labels(level) if one} for level in found.levels}
    return {
        **counts(found.table, labels),
        "without_formation_energy": _added(card.get("without_formation_energy", {}) for card in found.cards),
        "licence": ", ".join(dict.fromkeys(card["licence"] for card in found.cards)),
        "checksums": "ok",
        "levels": {
            level: [
                {key: engine[key] for key in ("engine", "engine_version", "parameters_sha256", "n_labels")}
                for card in found.cards
                for engine in card["levels"].get(level, ())
                if engine["engine_version"]  # a label that failed early knows none
            ]
            for level in found.levels
        },
        "bytes": sum(file["bytes"] for card in found.cards for file in card["files"].values()),
    }


def _reasons(status: str, rows: Sequence[Configuration | Entry], labels: Labels) -> dict[str, dict[str, int]]:
    """Return what failed or was filtered: "geometry" or a level -> reason -> number."""
    found = {"geometry": Counter(_reason(row.why) for row in rows if row.status == status)}
    for level, ones in labels.items():
        found[level] = Counter(_reason(one.why) for one in ones.values() if one.status == status)
    return {where: _sorted(numbers) for where, numbers in found.items() if numbers}


def _notes(
    good: Iterable[Configuration | Entry], usable: Mapping[str, Sequence[str]], labels: Labels
) -> dict[str, dict[str, int]]:
    """Return what the notes of what counts say: "geometry" or a level -> words -> number.

    That a step of a relaxation converged is no remark: it stays with its geometry.
    """
    remarks = (note for row in good for note in row.notes if _AS_IT_SHOULD not in note)
    found = {"geometry": Counter(map(_reason, remarks))}
    for level, ids in usable.items():
        found[level] = Counter(_reason(note) for id_ in ids for note in labels[level][id_].notes)
    return {level: _sorted(numbers) for level, numbers in found.items() if numbers}


def _added(tables: Iterable[Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for table in tables:
        for level, numbers in table.items():
            found[level].update(numbers)
    return {level: _sorted(numbers) for level, numbers in sorted(found.items())}


def _reason(why: str) -> str:
    """Return the first reason of several, without the numbers and names that differ from case to case.

    >>> _reason("P12 is 2.95 Å from its nearest metal; it fell into 3 parts")
    'P… is … Å from its nearest metal'
    >>> _reason("2 bonds of the ligands formed: Cl9-P12, Cl9-P14")
    'bonds of the ligands formed'
    >>> _reason("same geometry as lantern/Au6(SH)8/none/m000")
    'same geometry as another'
    """
    first = why.split("; ", maxsplit=1)[0]
    first = re.sub(r"^\d+ bonds? of the ligands (broke|formed):.*", r"bonds of the ligands \1", first)
    first = re.sub(rf"^{SAME_GEOMETRY}.*", f"{SAME_GEOMETRY}another", first)
    return re.sub(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", "…", first)


def _sorted(numbers: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(numbers.items()))
