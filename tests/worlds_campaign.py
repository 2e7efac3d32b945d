"""A tiny true world for campaigns: a yield with one hill over temperature, flow and solvent, and its failures."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from pathlib import Path

from superatom.campaign.loop.state import Setup
from superatom.conditions.objectives import Objective
from superatom.conditions.space import Parameter, Space
from superatom.data.synthesis_records import SynthesisRecord

SHARED = SynthesisRecord("[Au25(PET)18]-", ligands=("PET",), precursors=("HAuCl4",))


def space() -> Space:
    """Two numbers and a choice."""
    return Space(
        (
            Parameter.continuous("temperature_C", 0, 60, unit="degC", step=5),
            Parameter.continuous("flow", 0.5, 5, unit="mL/min", step=0.5),
            Parameter.categorical("solvents", ["THF", "toluene", "THF; toluene"]),
        )
    )


def setup(**changes: object) -> Setup:
    """Raise the yield; settings are drawn at random, so that no test waits for a model."""
    fields: dict[str, object] = {"seed": 3, "recommender": "random"} | changes
    return Setup(space(), Objective.maximise("yield_percent", "%"), SHARED, **fields)  # type: ignore[arg-type]


def yield_percent(settings: Mapping[str, float | str]) -> float:
    """The truth: a hill at 25 degC and 3 mL/min, lower without THF."""
    distance = ((float(settings["temperature_C"]) - 25) / 20) ** 2 + ((float(settings["flow"]) - 3) / 2) ** 2
    return round((80 if "THF" in str(settings["solvents"]) else 50) * math.exp(-distance), 2)


def fill(plate: Path, back: Path, values: Mapping[str, Mapping[str, str]]) -> None:
    """Write a plate back with cells filled in, by flask; a flask that is not on it becomes a row without one."""
    with plate.open(encoding="utf-8-sig", newline="") as handle:
        header, *rows = list(csv.reader(handle))
    header += [name for cells in values.values() for name in cells if name not in header]
    rows = [row + [""] * (len(header) - len(row)) for row in rows]
    for flask, cells in values.items():
        row = next((row for row in rows if row[0] == flask), None)
        if row is None:
            rows.append(row := [""] * len(header))
        for name, cell in cells.items():
            row[header.index(name)] = cell
    with back.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([header, *rows])
