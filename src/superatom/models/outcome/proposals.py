"""Proposals to ask a model about: a grid over two to five settings, or recipes drawn within the ranges of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from superatom.errors import ModelError, did_you_mean
from superatom.models.outcome.descriptors import Descriptor, FloatArray, smiles
from superatom.models.outcome.examples import Example

_RATIOS = {"ligand_to_metal": "ligand_mM", "reductant_to_metal": "reductant_mM"}
_FACTS = ("ligands", "solvents", "reductant")


@dataclass(frozen=True, slots=True)
class Axis:
    """One setting and its range, in bench units, cut into `n` points, even in value or, `is_log`, in its logarithm.

    >>> Axis("ph", 7, 14, 8).points.tolist()
    [7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0]
    """

    name: str
    low: float
    high: float
    n: int
    is_log: bool = False

    def __post_init__(self) -> None:
        if self.n < 1 or not self.low <= self.high or (self.is_log and self.low <= 0):
            raise ModelError(f"the axis {self.name} from {self.low:g} to {self.high:g} in {self.n} points has no point")

    @property
    def points(self) -> FloatArray:
        """The values, shape (n,)."""
        return (np.geomspace if self.is_log else np.linspace)(self.low, self.high, self.n)


def axis(columns: Sequence[Descriptor], examples: Sequence[Example], text: str, n: int) -> Axis:
    """Return the axis called by name (``ph``) with the range of the middle 90 % of the data, or its own (``ph:7:14``).

    Concentrations, ratios and times are spaced evenly in their logarithm.

    Raises `ModelError` for a name that is no setting of the model, or a range that cannot be read.
    """
    name, _, ends = text.partition(":")
    known = {c.name: c for c in columns if c.is_setting}
    if name not in known:
        raise ModelError(
            f"{name!r} is no setting of this model.{did_you_mean(name, [*known])} Its settings: {', '.join(known)}"
        )
    if ends:
        try:
            low, high = map(float, ends.split(":"))
        except ValueError:
            raise ModelError(f"{text!r} is no axis; write a name, or name:low:high such as ph:7:14") from None
    else:
        values = [e.settings[name] for e in examples if name in e.settings]
        low, high = (float(v) for v in np.quantile(values, [0.05, 0.95]))
    return Axis(name, low, high, n, is_log=known[name].is_logarithmic and low > 0)


def grid(base: Example, axes: Sequence[Axis]) -> tuple[Example, ...]:
    """Return `base` at every combination of the axes, the first axis varying slowest."""
    made = []
    for number, values in enumerate(product(*(a.points.tolist() for a in axes))):
        settings = {**base.settings, **dict(zip([a.name for a in axes], values, strict=True))}
        made.append(replace(base, id=f"{base.id}-{number}", success=None, settings=_consistent(settings, axes)))
    return tuple(made)


def generate(
    examples: Sequence[Example], columns: Sequence[Descriptor], n: int, *, seed: int = 0, fixed: Example | None = None
) -> tuple[Example, ...]:
    """Draw `n` recipes: chemicals each out of those of the examples, settings evenly within the range of the examples.

    Concentrations, ratios and times are drawn evenly in their logarithm. Ligand and reductant concentrations follow
    from the metal's where their ratio is drawn. A pH is set only where water is a solvent. Where the settings of all
    examples have one sum, as the volumes of a mixture do, so have the drawn ones. What `fixed` states is kept.
    """
    drawn = np.random.default_rng(seed)
    ranges = {}
    for c in columns:
        values = [e.settings[c.name] for e in examples if c.name in e.settings] if c.is_setting else []
        if values:
            ranges[c.name] = (min(values), max(values), c.is_logarithmic and min(values) > 0)
    pools: dict[str, list[Any]] = {
        "ligands": sorted({e.ligands for e in examples if e.ligands and smiles(e, "ligand")}),
        "solvents": sorted({e.solvents for e in examples if e.solvents and smiles(e, "solvent")}),
        "reductant": sorted({e.reductant for e in examples if e.reductant and smiles(e, "reductant")}),
    }
    made = []
    total = _constant_total(examples, list(ranges))
    for number in range(n):
        facts = {what: pool[int(drawn.integers(len(pool)))] for what, pool in pools.items() if pool}
        settings = {}
        for name, (low, high, is_log) in ranges.items():
            u = drawn.random()
            settings[name] = float(low * (high / low) ** u) if is_log else float(low + (high - low) * u)
        if total:
            factor = total / sum(settings.values())
            settings = {name: value * factor for name, value in settings.items()}
        if fixed is not None:
            facts |= {what: value for what in _FACTS if (value := getattr(fixed, what))}
            settings |= fixed.settings
        example = Example(f"generated-{seed}-{number}", None, settings=settings, **facts)
        if example.solvents and "O" not in smiles(example, "solvent").split("."):
            settings.pop("ph", None)
        kept = fixed.settings if fixed is not None else {}
        for ratio, part in _RATIOS.items():
            if ratio in settings and "metal_mM" in settings and part in ranges and part not in kept:
                settings[part] = settings["metal_mM"] * settings[ratio]
        made.append(example)
    return tuple(made)


def _constant_total(examples: Sequence[Example], names: Sequence[str]) -> float | None:
    """Return the sum of the settings if it is the same, within a percent, in every example."""
    sums = [sum(e.settings.values()) for e in examples if len(names) > 1 and set(e.settings) == set(names)]
    if len(sums) < len(examples) or not sums or min(sums) <= 0 or max(sums) > 1.01 * min(sums):
        return None
    return sum(sums) / len(sums)


def _consistent(settings: Mapping[str, float], axes: Sequence[Axis]) -> dict[str, float]:
    """Return settings in which concentrations and ratios agree; what an axis sets is kept."""
    moved, result = {a.name for a in axes}, dict(settings)
    metal = result.get("metal_mM")
    for ratio, part in _RATIOS.items():
        if not metal:
            continue
        if part in result and (part in moved or ratio not in moved):
            result[ratio] = result[part] / metal
        elif ratio in result:
            result[part] = result[ratio] * metal
    return result
