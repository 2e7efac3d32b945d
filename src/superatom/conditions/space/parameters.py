"""Parameters: the axes of a space, each with its unit and what the robot can do on it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superatom.errors import SpaceError, did_you_mean

Array = NDArray[np.float64]
Setting = float | str
_ROUNDING = 1e-9  # of the range of a parameter: numbers that differ by less are one setting


class ParameterKind(StrEnum):
    """How the values of a parameter relate to each other."""

    CONTINUOUS = "continuous"
    INTEGER = "integer"
    CATEGORICAL = "categorical"
    CHEMICAL = "chemical"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One axis of a space; made by `continuous`, `integer`, `categorical` or `chemical`.

    Attributes
    ----------
    low, high
        Bounds of a number, in `unit`.
    step
        What the robot or the chemist can set: `low` plus whole multiples of it; None for any number.
    minimum_dose
        Smallest amount above zero that can be dispensed; 0 itself stays legal where `low` is 0.
    is_log
        Whether equal factors, not equal differences, count as equally far apart.
    options
        Names of a categorical or chemical parameter.
    descriptors
        Of a chemical parameter: descriptor name to one number per option.
    """

    name: str
    kind: ParameterKind
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    step: float | None = None
    minimum_dose: float | None = None
    is_log: bool = False
    options: tuple[str, ...] = ()
    descriptors: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise SpaceError("a parameter needs a name")
        if self.is_numeric:
            self._check_numbers()
        else:
            self._check_options()

    @classmethod
    def continuous(
        cls,
        name: str,
        low: float,
        high: float,
        *,
        unit: str = "",
        step: float | None = None,
        minimum_dose: float | None = None,
        is_log: bool = False,
    ) -> Parameter:
        """Return a number between `low` and `high`.

        >>> Parameter.continuous("temperature_C", 0, 60, unit="degC", step=20).levels
        array([ 0., 20., 40., 60.])
        >>> Parameter.continuous("HAuCl4_uL", 0, 20, unit="uL", step=5, minimum_dose=10).levels
        array([ 0., 10., 15., 20.])
        """
        numbers = (float(low), float(high), _float(step), _float(minimum_dose))
        return cls(name, ParameterKind.CONTINUOUS, unit, *numbers, is_log=is_log)

    @classmethod
    def integer(cls, name: str, low: int, high: int, *, unit: str = "", step: int = 1) -> Parameter:
        """Return a whole number between `low` and `high`, in steps of `step`."""
        if any(number != int(number) for number in (low, high, step)):
            raise SpaceError(f"{name} is an integer parameter; its bounds and step are {low:g}, {high:g} and {step:g}")
        return cls(name, ParameterKind.INTEGER, unit, float(low), float(high), float(step))

    @classmethod
    def categorical(cls, name: str, options: Sequence[str]) -> Parameter:
        """Return a choice between `options` that are all equally unlike each other."""
        return cls(name, ParameterKind.CATEGORICAL, options=tuple(options))

    @classmethod
    def chemical(
        cls, name: str, options: Sequence[str], *, descriptors: Mapping[str, Sequence[float]] | None = None
    ) -> Parameter:
        """Return a choice between chemicals that are alike or unlike by their descriptors.

        `options` are names of the ligand, solvent and reagent tables, or SMILES; their descriptors are computed once,
        here, and kept, so that a campaign resumes with the same numbers. Or give `descriptors` of your own, one number
        per option each. Raises `UnknownNameError` for a name that is in no table and no SMILES.

        >>> solvent = Parameter.chemical("solvent", ["THF", "toluene", "methanol"])
        >>> solvent.descriptors["dielectric_constant"]
        (7.58, 2.38, 32.66)
        """
        if descriptors is None:
            from superatom.conditions.space.chemistry import describe

            descriptors = describe(options)
        kept = {key: tuple(map(float, values)) for key, values in descriptors.items()}
        return cls(name, ParameterKind.CHEMICAL, options=tuple(options), descriptors=kept)

    @property
    def is_numeric(self) -> bool:
        """Whether its settings are numbers."""
        return self.kind in (ParameterKind.CONTINUOUS, ParameterKind.INTEGER)

    @property
    def n_levels(self) -> int | float:
        """How many settings it has; infinite for a number without step. Nothing is listed to count them."""
        if not self.is_numeric:
            return len(self.options)
        if self.step is None:
            return math.inf if self.high > self.low else 1
        n = math.floor((self.high - self.low) / self.step + _ROUNDING) + 1
        if self.minimum_dose is not None and self.low < self.minimum_dose:
            skipped = math.ceil((self.minimum_dose - self.low) / self.step - _ROUNDING)
            n -= skipped - (1 if self.low == 0 else 0)
        return n

    @property
    def levels(self) -> Array:
        """All settings as numbers, shape (n_levels,): values in `unit`, or the positions of the options.

        Raises `SpaceError` where they cannot be listed.
        """
        if not self.is_numeric:
            return np.arange(len(self.options), dtype=float)
        if self.step is None:
            if self.high > self.low:
                raise SpaceError(f"{self.name} takes any number; give it a step to list its settings")
            return np.array([self.low])
        n = math.floor((self.high - self.low) / self.step + _ROUNDING) + 1
        values = np.round(self.low + self.step * np.arange(n), 12)
        return values[self.can_be_dispensed(values)]

    def code(self, setting: Setting) -> float:
        """Return a setting as a number: the value itself, or the position of the option.

        Numbers outside the bounds pass: what was done was done. Raises `SpaceError` for an unknown option, or text
        where a number is needed.
        """
        if self.is_numeric:
            if isinstance(setting, str) or not math.isfinite(setting):
                raise SpaceError(f"{self.name} needs a number in {self.unit or 'its unit'}; this is {setting!r}")
            return float(setting)
        if setting not in self.options:
            hint = did_you_mean(str(setting), list(self.options))
            raise SpaceError(f"{self.name} has no option {setting!r}.{hint} Options: {', '.join(self.options[:8])}")
        return float(self.options.index(str(setting)))

    def decode(self, number: float) -> Setting:
        """Return the setting of a number made by `code`."""
        return float(number) if self.is_numeric else self.options[round(number)]

    def to_unit(self, numbers: Array) -> Array:
        """Return coded settings on the scale of 0 to 1, where bounds are 0 and 1; any shape."""
        if not self.is_numeric:
            return numbers / max(1, len(self.options) - 1)
        low, high, values = self.low, self.high, numbers
        if self.is_log:
            low, high, values = math.log(low), math.log(high), np.log(np.maximum(numbers, low * 1e-3))
        return np.asarray((values - low) / (high - low)) if high > low else np.zeros_like(numbers)

    def from_unit(self, shares: Array) -> Array:
        """Return coded legal settings for shares in [0, 1], each level or equal stretch being equally likely."""
        if not self.is_numeric or (self.step is not None and not self.is_log):
            levels = self.levels
            return np.asarray(levels[np.minimum((shares * len(levels)).astype(int), len(levels) - 1)])
        return self.at_share(shares)

    def at_share(self, shares: Array) -> Array:
        """Return the nearest settings of a number to places in the unit cube; undoes `to_unit` but for rounding."""
        if self.is_log:
            return self.rounded(np.exp(math.log(self.low) + shares * math.log(self.high / self.low)))
        return self.rounded(self.low + shares * (self.high - self.low))

    def rounded(self, numbers: Array) -> Array:
        """Return the nearest settings that can be made, same shape."""
        if not self.is_numeric:
            return np.clip(np.round(numbers), 0, len(self.options) - 1)
        values = np.clip(numbers, self.low, self.high)
        if self.step is not None:
            last = math.floor((self.high - self.low) / self.step + _ROUNDING)
            values = np.round(self.low + self.step * np.clip(np.round((values - self.low) / self.step), 0, last), 12)
        if self.minimum_dose is not None:
            below = ~self.can_be_dispensed(values)
            smallest = self._smallest_dose
            to_zero = (values < smallest / 2) & (self.low == 0)
            values = np.where(below, np.where(to_zero, 0.0, smallest), values)
        return values

    def is_legal(self, numbers: Array) -> NDArray[np.bool_]:
        """Whether each coded setting lies within the bounds and can be made."""
        tolerance = _ROUNDING * max(1.0, abs(self.high), self.high - self.low)
        return np.abs(self.rounded(numbers) - numbers) <= tolerance

    def show(self, setting: Setting) -> str:
        """Write a setting as on the bench; a pH says so by its name.

        >>> Parameter.continuous("time_h", 1, 24, unit="h").show(2.50000001)
        '2.5 h'
        >>> Parameter.continuous("ph", 2, 12, unit="pH").show(7.5)
        '7.5'
        """
        unit = "" if self.unit == "pH" else self.unit
        return setting if isinstance(setting, str) else f"{setting:.4g} {unit}".strip()

    def show_move(self, start: Setting, end: Setting) -> str:
        """Write a change of setting, its unit once.

        >>> Parameter.continuous("time_h", 1, 24, unit="h").show_move(2, 5)
        '2 → 5 h'
        """
        shown = f"{start:.4g}" if isinstance(start, float | int) else start
        return f"{shown} → {self.show(end)}"

    @property
    def _smallest_dose(self) -> float:
        if self.step is None or self.minimum_dose is None:
            return float(self.minimum_dose or 0.0)
        n = math.ceil((self.minimum_dose - self.low) / self.step - _ROUNDING)
        return round(self.low + self.step * max(0, n), 12)

    def can_be_dispensed(self, values: Array) -> NDArray[np.bool_]:
        """Whether each number is at least the minimum dose, or zero where that is legal; same shape."""
        if self.minimum_dose is None:
            return np.ones(values.shape, dtype=bool)
        tolerance = _ROUNDING * (self.step or self.high - self.low)
        return (values >= self.minimum_dose - tolerance) | ((np.abs(values) <= tolerance) & (self.low == 0))

    def _check_numbers(self) -> None:
        bounds = f"{self.low:g} to {self.high:g}"
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise SpaceError(f"{self.name} runs from {bounds}; finite bounds in rising order are needed")
        if self.is_log and self.low <= 0:
            raise SpaceError(f"{self.name} is on a logarithmic scale, so its bounds must be above zero, not {bounds}")
        width = self.high - self.low
        if self.step is not None and not (self.step > 0 and (width == 0 or self.step <= width * (1 + _ROUNDING))):
            raise SpaceError(f"{self.name} has a step of {self.step:g}; one above zero and within {bounds} is needed")
        if self.minimum_dose is None:
            return
        if not (self.low >= 0 and 0 < self.minimum_dose <= self.high * (1 + _ROUNDING)):
            raise SpaceError(f"{self.name} has a minimum dose of {self.minimum_dose:g} outside {bounds}")
        if self._smallest_dose > self.high * (1 + _ROUNDING):
            raise SpaceError(
                f"{self.name} has no step between the minimum dose of {self.minimum_dose:g} and {self.high:g}"
            )

    def _check_options(self) -> None:
        if not self.options or len(set(self.options)) < len(self.options):
            raise SpaceError(f"{self.name} needs different options; it has {', '.join(self.options) or 'none'}")
        for key, values in self.descriptors.items():
            if len(values) != len(self.options) or not np.isfinite(values).all():
                raise SpaceError(f"descriptor {key!r} of {self.name} needs one finite number per option")


def _float(number: Any) -> float | None:
    return None if number is None else float(number)
