"""What every outcome learner sees: an array with gaps, the SMILES of the chemicals, and the folds of a validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from superatom.errors import SplitError
from superatom.models.extras import need
from superatom.models.outcome.descriptors import ROLES, Descriptor, FloatArray, describe, smiles
from superatom.models.outcome.examples import Example

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Scheme = Literal["random", "series", "ligand"]
SCHEMES: tuple[Scheme, ...] = ("random", "series", "ligand")


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """The rows of a table.

    Attributes
    ----------
    x
        Shape (n, n_columns): values in bench units, NaN where not known.
    is_log
        Shape (n_columns,): which columns a scale-sensitive learner takes the logarithm of.
    molecules
        Per row the SMILES of ligand, solvent and reductant; an empty text where not known.
    """

    x: FloatArray
    is_log: BoolArray
    molecules: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.x)

    def rows(self, which: IntArray) -> Inputs:
        """Return the rows `which`."""
        return Inputs(self.x[which], self.is_log, tuple(self.molecules[i] for i in which))

    def scaled(self) -> FloatArray:
        """Return `x` with logarithmic columns as log10; anything below 0.001 (a zero dose) counts as 0.001."""
        x = self.x.copy()
        for j in np.flatnonzero(self.is_log):
            x[:, j] = np.log10(np.maximum(x[:, j], 1e-3))
        return x


def inputs(examples: Sequence[Example], columns: Sequence[Descriptor]) -> Inputs:
    """Return examples as inputs.

    >>> from superatom.models.outcome.descriptors import TABLE_1
    >>> inputs([Example("1", None, ("PET",))], TABLE_1).molecules
    (('SCCc1ccccc1', '', ''),)
    """
    return Inputs(
        describe(examples, columns),
        np.array([c.is_logarithmic for c in columns], dtype=bool),
        tuple(tuple(smiles(e, role) for role in ROLES) for e in examples),
    )


def outcomes(examples: Sequence[Example]) -> BoolArray:
    """Return success or failure, shape (n,)."""
    return np.array([bool(e.success) for e in examples])


def groups(examples: Sequence[Example], scheme: Scheme) -> IntArray:
    """Return a group number per example; rows of one number stay together.

    Raises `SplitError` when a scheme has fewer than two groups, such as ``ligand`` where no example names one.
    """
    keys = {
        "random": [e.id for e in examples],
        "series": [e.series or e.id for e in examples],
        "ligand": [e.ligand for e in examples],
    }
    if scheme not in keys:
        raise SplitError(f"unknown split {scheme!r}; legal: {', '.join(SCHEMES)}")
    _, numbers = np.unique(keys[scheme], return_inverse=True)
    if numbers.max(initial=0) < 1:
        raise SplitError(f"a split by {scheme} needs at least two groups; all examples are of one")
    return numbers.astype(np.int64)


def folds(y: BoolArray, group: IntArray, n_folds: int, seed: int) -> list[IntArray]:
    """Return the held-out rows of each fold: whole groups, with about the same share of successes everywhere.

    >>> y = np.array([True, False] * 4)
    >>> sorted(np.concatenate(folds(y, np.arange(8) // 2, 2, 0)).tolist())
    [0, 1, 2, 3, 4, 5, 6, 7]
    """
    need("sklearn")
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    n_groups = len(np.unique(group))
    n = min(n_folds, n_groups)
    if n_groups == len(y):
        n = min(n, int(y.sum()), int((~y).sum()))
        if n < 2:
            raise SplitError("at least two successes and two failures are needed to validate a model")
        parts = StratifiedKFold(n, shuffle=True, random_state=seed).split(y, y)
    else:
        if n < 2:
            raise SplitError("at least two groups are needed to validate a model")
        parts = StratifiedGroupKFold(n, shuffle=True, random_state=seed).split(y, y, group)
    return [test.astype(np.int64) for _, test in parts]


def others(n: int, held_out: IntArray) -> IntArray:
    """Return the rows that are not held out."""
    return np.setdiff1d(np.arange(n), held_out)
