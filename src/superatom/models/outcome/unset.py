"""What a proposal leaves open although every training row states it: no default stands in, it is averaged over.

A model has never seen such a gap, so it cannot answer for one. It is asked instead once for every training row, with
what is open as that row has it (the partial dependence of J. H. Friedman, Ann. Stat. 2001, 29, 1189,
doi:10.1214/aos/1013203451), and mean and variance are those of the mixture of the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from superatom.models.outcome.descriptors import FloatArray
from superatom.models.outcome.examples import Example
from superatom.models.outcome.proposals import consistent

_QUESTIONS = 50_000  # asked at a time, and for a map in all unless fewer training rows than `_FEWEST` were left
_FEWEST = 16
_CHEMICALS = ("ligands", "solvents", "reductant")

Ask = Callable[[Sequence[Example]], tuple[FloatArray, FloatArray]]


def always_stated(examples: Sequence[Example]) -> tuple[str, ...]:
    """Return the settings and chemicals that every example states.

    >>> always_stated([Example("1", True, ("PET",), settings={"ph": 9}), Example("2", True, ("PET",))])
    ('ligands',)
    """
    named = [name for name in _CHEMICALS if all(getattr(e, name) for e in examples)]
    return (*named, *(n for n in (examples[0].settings if examples else ()) if all(n in e.settings for e in examples)))


def unset(example: Example, always: Sequence[str]) -> tuple[str, ...]:
    """Return which of the names in `always` an example does not state."""
    return tuple(n for n in always if not (getattr(example, n) if n in _CHEMICALS else n in example.settings))


def averaged(
    examples: Sequence[Example], training: Sequence[Example], always: Sequence[str], ask: Ask
) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of the answers to `examples`, each of shape (n,), averaged over what is left open.

    >>> rows = [Example(str(i), None, settings={"x": float(i)}) for i in range(3)]
    >>> ask = lambda given: (np.array([e.settings["x"] for e in given]), np.zeros(len(given)))
    >>> mean, variance = averaged([Example("?", None), rows[2]], rows, ["x"], ask)
    >>> mean.tolist(), variance.round(2).tolist()
    ([1.0, 2.0], [0.67, 0.0])
    """
    n_open = sum(bool(unset(e, always)) for e in examples)
    if not n_open:
        return ask(examples)
    n_rows = int(np.clip(_QUESTIONS // n_open, min(_FEWEST, len(training)), len(training)))
    rows = [training[i] for i in np.linspace(0, len(training) - 1, n_rows).round().astype(int)]
    parts = []
    for first in range(0, len(examples), max(_QUESTIONS // n_rows, 1)):
        asked: list[Example] = []
        owner: list[int] = []
        for i, example in enumerate(examples[first : first + max(_QUESTIONS // n_rows, 1)]):
            names = unset(example, always)
            asked += [_with(example, row, names) for row in rows] if names else [example]
            owner += [i] * (len(rows) if names else 1)
        mean, variance = ask(asked)
        n = np.bincount(owner)
        middle = np.bincount(owner, mean) / n
        between = np.maximum(np.bincount(owner, mean**2) / n - middle**2, 0.0)
        parts.append((middle, np.bincount(owner, variance) / n + between))
    return np.concatenate([m for m, _ in parts]), np.concatenate([v for _, v in parts])


def _with(example: Example, row: Example, names: Sequence[str]) -> Example:
    """Return an example that takes `names` from a training row; ratios follow concentrations."""
    settings = {n: row.settings[n] for n in names if n not in _CHEMICALS} | dict(example.settings)
    facts: dict[str, Any] = {n: getattr(row, n) for n in names if n in _CHEMICALS}
    return replace(example, settings=consistent(settings, frozenset(example.settings)), **facts)
