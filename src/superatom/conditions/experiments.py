"""The first experiments: a small design around the advice for the decisive step of a plan.

The centre point takes every advised value; the rest moves one lever at a time between its low and high level, the most
influential lever first, then fills space with seeded combinations. One-factor-at-a-time is what the field does; the
combinations are there because the levers act together (Lyu et al., section 4.2, doi:10.1039/d5nh00353a).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from superatom.conditions.amounts import terms_of
from superatom.conditions.levers import Lever, LeverAdvice, StepSettings
from superatom.conditions.volumes import boils_below, chosen_solvents, hottest_C
from superatom.data.records import Step, Transformation
from superatom.errors import ChemistryError

_INFLUENCE = {
    "making": (Lever.REDUCTANT, Lever.RATIO, Lever.TEMPERATURE, Lever.PH, Lever.TIME, Lever.SOLVENT, Lever.STIRRING),
    "converting": (
        Lever.RATIO,
        Lever.TEMPERATURE,
        Lever.TIME,
        Lever.PH,
        Lever.SOLVENT,
        Lever.STIRRING,
        Lever.REDUCTANT,
    ),
}
_MAKING = {Transformation.COMPLEXATION, Transformation.REDUCTION_GROWTH, Transformation.CO_REDUCTION}
_STEP = {Lever.TEMPERATURE: 15.0, Lever.PH: 1.0}
_FACTOR = {Lever.TIME: 3.0}
COLUMNS = ("time_h", "temperature_C", "stirring_rpm", "ligand_to_metal_ratio", "solvent", "reductant",
           "reductant_to_metal_ratio", "ph", "additives")  # fmt: skip
_COLUMN = {
    Lever.TIME: "time_h", Lever.TEMPERATURE: "temperature_C", Lever.STIRRING: "stirring_rpm",
    Lever.RATIO: "ligand_to_metal_ratio", Lever.SOLVENT: "solvent", Lever.REDUCTANT: "reductant_to_metal_ratio",
    Lever.PH: "ph", Lever.ADDITIVES: "additives",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Experiment:
    """One flask: its number, its step, the settings as (column, value) pairs in the order of `COLUMNS`, and why."""

    number: int
    step: str
    settings: tuple[tuple[str, str | float], ...]
    changed: tuple[str, ...]
    reason: str

    def to_row(self) -> dict[str, str | float]:
        """Return flat columns: number, step, every setting (empty where nothing is set), changed, reason."""
        values = dict(self.settings)
        row: dict[str, str | float] = {"number": self.number, "step": self.step}
        row |= {column: values.get(column, "") for column in COLUMNS}
        return {**row, "changed": "; ".join(self.changed), "reason": self.reason}


@dataclass(frozen=True, slots=True)
class _Axis:
    """A lever with its centre and the levels it moves to; `why` says where the levels come from."""

    lever: Lever
    centre: str | float
    moves: tuple[str | float, ...]
    why: str


def first_experiments(
    settings: Sequence[tuple[Step, StepSettings]], n: int = 8, seed: int = 0
) -> tuple[Experiment, ...]:
    """Return `n` first experiments on the decisive step of a plan, the same for the same `seed`.

    The decisive step is the one with the weakest grounds (inferred before reported, then most levers unknown); among
    equals the last. Raises `ChemistryError` for an empty plan or n < 1.
    """
    if not settings or n < 1:
        raise ChemistryError("first experiments need at least one step and one experiment")
    step, advice = decisive_step(settings)
    levers = [lever for lever in _order(step, advice) if lever is not Lever.RATIO or _takes_ligand(step)]
    axes = [axis for lever in levers if (axis := _axis(advice[lever.value], advice)) is not None]
    centre = {axis.lever: axis.centre for axis in axes} | _fixed(advice, {a.lever for a in axes})
    name = f"{step.transformation.value.replace('_', ' ')}: {step.product.formula}"
    made: list[Experiment] = []

    def add(values: dict[Lever, str | float], changed: tuple[Lever, ...], reason: str) -> None:
        cells = {_COLUMN[lever]: value for lever, value in values.items()}
        if step.reductant:
            cells["reductant"] = step.reductant
        ordered = tuple((column, cells[column]) for column in COLUMNS if column in cells)
        made.append(Experiment(len(made) + 1, name, ordered, tuple(lever.label for lever in changed), reason))

    add(centre, (), "centre point: every lever at the advised value, or the middle of its first range")
    single = [(axis, value) for axis in axes for value in axis.moves]
    room = n - len(made) - (1 if n >= _REPLICATE_FROM else 0)
    n_single = min(len(single), room if room <= 4 else room - max(1, room // 3))  # a third for combinations
    for axis, value in single[: max(0, n_single)]:
        add({**centre, axis.lever: value}, (axis.lever,), f"{axis.lever.label} alone: {axis.why}")
    if n >= _REPLICATE_FROM:
        add(centre, (), "centre point again: shows how well a run repeats, without which no effect can be judged")
    for combination in _combinations([a for a in axes if a.lever is not Lever.SOLVENT][:4], n - len(made), seed):
        changed = tuple(lever for lever, value in combination.items() if value != centre[lever])
        add({**centre, **combination}, changed, "levers moved together: shows whether they act on each other")
    return tuple(made[:n])


_REPLICATE_FROM = 6  # runs below which a repeat costs more than it tells


def decisive_step(settings: Sequence[tuple[Step, StepSettings]]) -> tuple[Step, StepSettings]:
    """Return the step on which the plan hangs.

    That is a step that makes a cluster (a size mixture is judged by what is focused from it), inferred before
    reported, then with most levers unknown, then the last.
    """

    def weakness(item: tuple[int, tuple[Step, StepSettings]]) -> tuple[bool, bool, bool, int, int]:
        position, (step, advice) = item
        unknown = sum(a.strength in ("none", "weak") for a in advice.advice)
        is_complexation = step.transformation is Transformation.COMPLEXATION
        return step.product.kind == "cluster", not is_complexation, step.support.is_inferred, unknown, position

    return max(enumerate(settings), key=weakness)[1]


def _order(step: Step, settings: StepSettings) -> tuple[Lever, ...]:
    """Return the levers by influence; an acid or base that a record or trend calls for by name comes first."""
    order = _INFLUENCE["making" if step.transformation in _MAKING else "converting"]
    ph = settings[Lever.PH.value]
    is_called_for = ph.basis in ("records", "trend") and not any(isinstance(p, float) for p in ph.screening or (0.0,))
    return (Lever.PH, *(lever for lever in order if lever is not Lever.PH)) if is_called_for else order


def _takes_ligand(step: Step) -> bool:
    """Whether ligand goes into the flask: with the metal when a cluster is made, else by the terms of the step."""
    return step.transformation in _MAKING or any(species.kind == "ligand" for species, _ in terms_of(step))


def _axis(advice: LeverAdvice, settings: StepSettings) -> _Axis | None:
    lever, points = Lever(advice.lever), advice.screening or ()
    if lever is Lever.SOLVENT:
        return _solvent_axis(advice, settings)
    if len(points) > 1:
        centre = points[len(points) // 2] if isinstance(points[0], float) else points[0]
        if advice.value is not None and advice.value.low is not None:
            centre = _rounded(advice.value.middle)
        moves = tuple(p for p in points if not _is_same(p, centre))
        return _Axis(lever, centre, moves, f"first range, {advice.screening_reason}")
    if advice.value is None or lever.unit == "":
        return None
    low, high, centre = advice.value.low, advice.value.high, advice.value.middle
    if low is None or high is None:
        return None
    why = f"the two ends of the {advice.basis} range"
    if _is_same(low, high):
        low, high = _spread(lever, centre)
        why = "a bench-sized step either side of the advised value, chosen for screening"
    return _Axis(lever, _rounded(centre), (_rounded(low), _rounded(high)), why)


def _solvent_axis(advice: LeverAdvice, settings: StepSettings) -> _Axis | None:
    """Return the solvents to compare, leaving out those that boil at the advised temperature."""
    hottest = hottest_C(settings)
    chosen, _ = chosen_solvents(advice, hottest)
    others = [str(p) for p in advice.screening or () if str(p) not in chosen]
    if hottest is not None:
        others = [p for p in others if not boils_below(p, hottest)]
    if not chosen or not others:
        return None
    return _Axis(Lever.SOLVENT, "/".join(chosen), tuple(others[:2]), f"first range, {advice.screening_reason}")


def _is_same(a: str | float, b: str | float) -> bool:
    """Whether two levels are one for the bench: equal, or numbers within 5 % of each other."""
    return a == b if isinstance(a, str) or isinstance(b, str) else math.isclose(a, b, rel_tol=0.05)


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")


def _spread(lever: Lever, centre: float) -> tuple[float, float]:
    if lever in _STEP:
        return centre - _STEP[lever], centre + _STEP[lever]
    factor = _FACTOR.get(lever, 2.0)
    return centre / factor, centre * factor


def _fixed(advice: StepSettings, moved: set[Lever]) -> dict[Lever, str | float]:
    """Return the levers that stay put: substances by name, numbers by value."""
    fixed: dict[Lever, str | float] = {}
    for item in advice.advice:
        lever = Lever(item.lever)
        if lever in moved:
            continue
        if item.value is not None:
            fixed[lever] = float(f"{item.value.middle:.4g}")
        elif lever is Lever.SOLVENT and (names := chosen_solvents(item, hottest_C(advice))[0]):
            fixed[lever] = "/".join(names)
        elif item.basis == "records" and lever is Lever.ADDITIVES:
            fixed[lever] = "; ".join(item.substances)
    return fixed


def _combinations(axes: list[_Axis], n: int, seed: int) -> list[dict[Lever, str | float]]:
    """Return `n` corners that move two levers or more, chosen by the seed and spread apart greedily.

    A lever with one level beside its centre goes between the two, so that it does not move in every corner.
    """
    usable = [axis for axis in axes if axis.moves]
    if n <= 0 or len(usable) < 2:
        return []
    ends = [(a.moves[0], a.moves[-1]) if len(a.moves) > 1 else (a.centre, a.moves[0]) for a in usable]
    centre = {a.lever: a.centre for a in usable}
    corners = [dict(zip(centre, corner, strict=True)) for corner in product(*ends)]
    corners = [corner for corner in corners if _differences(corner, centre) > 1]
    order = np.random.default_rng(seed).permutation(len(corners))
    chosen: list[dict[Lever, str | float]] = []
    remaining = [corners[i] for i in order]
    while remaining and len(chosen) < n:
        best = max(remaining, key=lambda c: min((_differences(c, other) for other in chosen), default=0))
        chosen.append(best)
        remaining.remove(best)
    return chosen


def _differences(a: dict[Lever, str | float], b: dict[Lever, str | float]) -> int:
    return sum(a[lever] != b[lever] for lever in a)
