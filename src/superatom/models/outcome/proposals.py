"""Proposals to ask a model about: a grid over two to five settings, or recipes drawn like the data."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from superatom.errors import ModelError, did_you_mean
from superatom.models.outcome.descriptors import (
    ROLES,
    Descriptor,
    FloatArray,
    chemicals,
    lacks_water,
    setting,
    structure,
    unknown_chemicals,
)
from superatom.models.outcome.examples import Example

_RATIOS = {"ligand_to_metal": "ligand_mM", "reductant_to_metal": "reductant_mM"}
_FACTS = ("ligands", "solvents", "reductant")
NEAR = 0.5  # of a standard deviation: drawn recipes differ from the examples, and most stay in the domain


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
            raise ModelError(
                f"the axis {self.name} from {self.low:g} to {self.high:g} has no point: low must be below high"
                f"{', and above 0' if self.is_log else ''}"
            )

    @property
    def label(self) -> str:
        """Its words and unit, for a picture."""
        column = setting(self.name)
        return f"{column.words} / {column.unit}" if column.unit else column.words

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
        made.append(
            replace(base, id=f"{base.id}-{number}", success=None, settings=consistent(settings, {a.name for a in axes}))
        )
    return tuple(made)


def generate(
    examples: Sequence[Example], columns: Sequence[Descriptor], n: int, *, seed: int = 0, fixed: Example | None = None
) -> tuple[Example, ...]:
    """Draw `n` recipes like the examples: a model asked about recipes unlike its own answers with guesses.

    Each recipe is one example with its numbers moved (the smoothed bootstrap, B. W. Silverman, Density Estimation,
    1986, section 6.4.1), within the range of the examples: so it states what that example states and has its chemicals.
    The steps are normal, `NEAR` of the standard deviation of the column, in logarithm for concentrations, ratios and
    times. Ligand and reductant concentrations follow from the metal's where their ratio is stated; a pH is set only
    where there can be water; where the settings of all examples have one sum, as the volumes of a mixture do, so have
    the drawn ones. Examples of unknown chemicals are not drawn from. What `fixed` states is kept, and only examples
    without other chemicals in those roles are drawn from, if there are any.

    >>> examples = [Example(str(i), None, settings={"ph": float(i)}) for i in range(3, 12)]
    >>> [recipe] = generate(examples, [setting("ph")], 1)
    >>> 3 <= recipe.settings["ph"] <= 11
    True
    """
    drawn = np.random.default_rng(seed)
    steps = _steps(examples, columns)
    kept: Mapping[str, float] = fixed.settings if fixed is not None else {}
    facts = {what: value for what in _FACTS if (value := getattr(fixed, what, None))}
    known = [e for e in examples if not unknown_chemicals([e])] or examples
    templates = [e for e in known if fixed is None or _goes_with(e, fixed)] or known
    total = _constant_total(examples, list(steps))
    made = []
    for number in range(n):
        template = templates[int(drawn.integers(len(templates)))]
        settings = {}
        for name, (low, high, step, is_log) in steps.items():
            if name in template.settings:
                move = step * float(drawn.normal())
                value = template.settings[name]
                settings[name] = float(np.clip(value * np.exp(move) if is_log else value + move, low, high))
        if total:
            factor = total / sum(settings.values())
            settings = {name: value * factor for name, value in settings.items()}
        settings |= kept
        example = replace(template, id=f"generated-{seed}-{number}", success=None, settings=settings, **facts)
        if "ph" not in kept and lacks_water(example):
            settings.pop("ph", None)
        for ratio, part in _RATIOS.items():
            if ratio in settings and "metal_mM" in settings and part in settings and part not in kept:
                settings[part] = settings["metal_mM"] * settings[ratio]
        made.append(example)
    return tuple(made)


def refuse_unknown_roles(examples: Sequence[Example], proposed: Example) -> None:
    """Raise `ModelError` for a chemical in a role that no example names: it could not change the answer."""
    known = {role for e in examples for role, names in chemicals(e).items() if names}
    for role, names in chemicals(proposed).items():
        if names and role not in known:
            legal = " and ".join(f"a {r}" for r in ROLES if r in known) or "settings (--set)"
            raise ModelError(
                f"no training example names a {role}, so {names[0]!r} can have no effect; this model takes {legal}"
            )


def _steps(examples: Sequence[Example], columns: Sequence[Descriptor]) -> dict[str, tuple[float, float, float, bool]]:
    """Return range, step and whether it is in logarithm, for every setting that an example states."""
    found = {}
    for c in columns:
        values = (
            np.array([e.settings[c.name] for e in examples if c.name in e.settings]) if c.is_setting else np.empty(0)
        )
        if len(values):
            is_log = c.is_logarithmic and bool(values.min() > 0)
            spread = float(np.std(np.log(values) if is_log else values))
            found[c.name] = (float(values.min()), float(values.max()), NEAR * spread, is_log)
    return found


def _goes_with(example: Example, fixed: Example) -> bool:
    """Whether an example states no other chemical in a role than `fixed` does, by structure."""
    stated, own = (
        {role: {structure(role, name) or name for name in names} for role, names in chemicals(e).items()}
        for e in (fixed, example)
    )
    return all(not names or not own[role] or names == own[role] for role, names in stated.items())


def _constant_total(examples: Sequence[Example], names: Sequence[str]) -> float | None:
    """Return the sum of the settings if it is the same, within a percent, in every example."""
    sums = [sum(e.settings.values()) for e in examples if len(names) > 1 and set(e.settings) == set(names)]
    if len(sums) < len(examples) or not sums or min(sums) <= 0 or max(sums) > 1.01 * min(sums):
        return None
    return sum(sums) / len(sums)


def consistent(settings: Mapping[str, float], moved: Collection[str]) -> dict[str, float]:
    """Return settings in which concentrations and ratios agree; what is `moved` is kept.

    >>> consistent({"metal_mM": 2.0, "ligand_mM": 6.0, "ligand_to_metal": 1.0}, ["ligand_to_metal"])["ligand_mM"]
    2.0
    """
    result = dict(settings)
    metal = result.get("metal_mM")
    for ratio, part in _RATIOS.items():
        if not metal:
            continue
        if part in result and (part in moved or ratio not in moved):
            result[ratio] = result[part] / metal
        elif ratio in result:
            result[part] = result[ratio] * metal
    return result
