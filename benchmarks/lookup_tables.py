"""The tables of `lookup.py`: fully measured design spaces as our own spaces, with their answers."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from superatom.conditions.objectives import Goal, Objective, Response
from superatom.conditions.space import Constraint, Parameter, Space
from superatom.data.sources import fetch

Array = NDArray[np.float64]
TOP = 0.01
SMILES_OF = {
    "ethylammonium": "CC[NH3+]", "propylammonium": "CCC[NH3+]", "butylammonium": "CCCC[NH3+]",
    "isopropylammonium": "CC(C)[NH3+]", "dimethylammonium": "C[NH2+]C", "acetamidinium": "CC(N)=[NH2+]",
    "methylammonium": "C[NH3+]", "guanidinium": "NC(N)=[NH2+]", "hydroxylammonium": "O[NH3+]",
    "formamidinium": "NC=[NH2+]", "tetramethylammonium": "C[N+](C)(C)C", "hydrazinium": "N[NH3+]",
    "ammonium": "[NH4+]", "trimethylammonium": "C[NH+](C)C", "azetidinium": "C1C[NH2+]C1",
    "imidazolium": "c1c[nH]c[nH+]1",
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """One design space: `space` lists the rows as candidates, `answers` holds the measured values of each row.

    `fails_below` turns a value worse than it into a failed experiment without a number; where `is_noisy`, an experiment
    gives one of the replicates, else their mean.
    """

    name: str
    space: Space
    answers: tuple[tuple[float, ...], ...]
    goal: Goal
    fails_below: float | None = None
    is_noisy: bool = False

    def __len__(self) -> int:
        return len(self.answers)

    @property
    def sign(self) -> float:
        """+1 where more is better."""
        return 1.0 if self.goal is Goal.MAXIMISE else -1.0

    @property
    def objective(self) -> Objective:
        """The one response."""
        return Objective((Response("value", self.goal),))

    @property
    def truth(self) -> Array:
        """Mean of the replicates of each row."""
        return np.array([np.mean(values) for values in self.answers])

    @property
    def is_top(self) -> NDArray[np.bool_]:
        """Whether a row is among the best 1 %."""
        n = max(1, round(TOP * len(self)))
        return np.isin(np.arange(len(self)), np.argsort(-self.sign * self.truth, kind="stable")[:n])

    def answer(self, which: int, seed: int, asked: int) -> float | None:
        """Return what a row gives: the mean of its replicates, or one of them drawn by seed and turn where noisy.

        None for a failed experiment.
        """
        values = self.answers[which]
        drawn = np.random.default_rng([seed, asked, which]).choice(values) if self.is_noisy else np.mean(values)
        value = float(drawn)
        if self.fails_below is not None and self.sign * value < self.sign * self.fails_below:
            return None
        return value

    def one_hot(self) -> Array:
        """Return numbers scaled to 0 to 1 and one column per option."""
        points = self.space.candidates()
        columns = []
        for i, parameter in enumerate(self.space.parameters):
            if parameter.is_numeric:
                columns.append(parameter.to_unit(points[:, i])[:, None])
            else:
                columns.append(np.eye(len(parameter.options))[points[:, i].astype(int)])
        return np.hstack(columns)

    def within(self, constraint: Constraint) -> Table:
        """Return the table of the rows that meet a constraint."""
        settings = [dict(zip(self.space.names, row, strict=True)) for row in self.space.table]
        values = dict(zip(self.space.names, self.space.to_points(settings).T, strict=True))
        kept = np.flatnonzero(constraint.is_met(values))
        space = Space(self.space.parameters, (constraint,), tuple(self.space.table[i] for i in kept))
        return Table(f"{self.name}, {constraint}", space, tuple(self.answers[i] for i in kept), self.goal)


def olympus(name: str) -> Table:
    """Return one of the Olympus tables; its substances become chemicals.

    The descriptors that come with the perovskites are not used: they are the same for all options of a parameter.
    """
    found = sorted(fetch("olympus-lookup").rglob("config.json"))  # in the mirror and in the public repository
    folder = next(path.parent for path in found if path.parent.name in (name, f"dataset_{name}"))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    rows = [line for line in csv.reader((folder / "data.csv").read_text(encoding="utf-8").splitlines()) if line]
    parameters, columns = [], {}
    for i, item in enumerate(config["parameters"]):
        cells = [line[i] for line in rows]
        if item["type"] == "continuous":
            columns[item["name"]] = [float(cell) for cell in cells]
            parameters.append(Parameter.continuous(item["name"], item["low"], item["high"]))
            continue
        options = [SMILES_OF.get(option, option) for option in item["options"]]
        columns[item["name"]] = [SMILES_OF.get(cell, cell) for cell in cells]
        parameters.append(Parameter.chemical(item["name"], options))
    goal = Goal.MAXIMISE if config["default_goal"].startswith("max") else Goal.MINIMISE
    return Table(name, Space.of_table(columns, parameters), tuple((float(line[-1]),) for line in rows), goal)


def silver_flow() -> Table:
    """Return the silver nanoprisms in flow: one row per condition, with its droplets as replicates."""
    path = next(fetch("agnp-flow-synthesis").rglob("*.csv"))
    found: dict[tuple[float, ...], list[float]] = defaultdict(list)
    with path.open(encoding="utf-8") as file:
        reader = csv.reader(file)
        names = next(reader)[:-1]
        for line in reader:
            found[tuple(map(float, line[:-1]))].append(float(line[-1]))
    columns = {name: [row[i] for row in found] for i, name in enumerate(names)}
    return Table("agnp-flow-synthesis", Space.of_table(columns), tuple(map(tuple, found.values())), Goal.MINIMISE)


def _with_failures(table: Table) -> Table:
    """Return the table in which the worse half of the rows are failed experiments without a number."""
    return replace(table, name=f"{table.name}, half fail", fails_below=float(np.median(table.truth)))


CASES: dict[str, Callable[[], Table]] = {
    "noisy": lambda: replace(silver_flow(), name="agnp-flow-synthesis, single droplets", is_noisy=True),
    "agnp-flow-synthesis": silver_flow,
    **{
        name: (lambda name=name: olympus(name))
        for name in ("perovskites", "crossed_barrel", "buchwald_a", "suzuki_edbo")
    },
    "constrained": lambda: silver_flow().within(Constraint.ratio("Qtsc(%)", "QAgNO3(%)", high=1.0)),
    "failures": lambda: _with_failures(olympus("buchwald_a")),
}
