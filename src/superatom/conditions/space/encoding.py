"""Points as features in which distance means unlikeness, and which features belong together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from superatom.conditions.space.parameters import Array, Parameter, ParameterKind
from superatom.conditions.space.space import Space

_VARIANCE_KEPT = 0.99


@dataclass(frozen=True, slots=True)
class Block:
    """Features that share one length: `start` to `stop` of the columns, belonging to one parameter.

    `kind` is ``number``, ``identity`` (all different options equally far) or ``descriptors``, which follows the
    identity of the same chemical.
    """

    parameter: int
    kind: str
    start: int
    stop: int


class Encoding:
    """Turns points of one space into features.

    A number becomes its place in the unit cube; a choice one column per option, so that different options are 1 apart;
    a chemical in addition the principal components of its standardised descriptors, 1 apart on average (root mean
    square). So the model can learn how far the descriptors explain the outcome, and the identity what they miss.

    >>> space = Space((Parameter.continuous("t", 0, 10), Parameter.categorical("s", ["x", "y"])))
    >>> Encoding(space)(np.array([[5.0, 1.0]])).round(2).tolist()
    [[0.5, 0.0, 0.71]]
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._tables: list[list[Array]] = []  # per parameter, per block: option to features
        blocks: list[Block] = []
        at = 0
        for i, parameter in enumerate(space.parameters):
            tables = _tables(parameter)
            kinds = ["identity", "descriptors"][: len(tables)] or ["number"]
            for kind, width in zip(kinds, [t.shape[1] for t in tables] or [1], strict=True):
                blocks.append(Block(i, kind, at, at + width))
                at += width
            self._tables.append(tables)
        self.blocks = tuple(blocks)
        self.n_features = at

    def __call__(self, points: Array) -> Array:
        """Return features, shape (n, n_features), of points (n, n_parameters)."""
        columns: list[Array] = []
        for i, parameter in enumerate(self._space.parameters):
            if parameter.is_numeric:
                columns.append(parameter.to_unit(points[:, i])[:, None])
            else:
                which = np.round(points[:, i]).astype(int)
                columns.extend(table[which] for table in self._tables[i])
        return np.hstack(columns)


def _tables(parameter: Parameter) -> list[Array]:
    if parameter.is_numeric:
        return []
    n = len(parameter.options)
    tables = [np.eye(n) / np.sqrt(2.0)]
    values = np.array(list(parameter.descriptors.values())).T
    if parameter.kind is ParameterKind.CHEMICAL and values.size and np.ptp(values, axis=0).any():
        tables.append(_components(values))
    return tables


def _components(values: Array) -> Array:
    """Return principal components of standardised descriptors (n_options, n_descriptors), 1 apart on average."""
    spreads = values.std(axis=0)
    standard = (values - values.mean(axis=0))[:, spreads > 0] / spreads[spreads > 0]
    left, sizes, _ = np.linalg.svd(standard, full_matrices=False)
    kept = int(np.searchsorted(np.cumsum(sizes**2) / np.sum(sizes**2), _VARIANCE_KEPT)) + 1
    components = left[:, :kept] * sizes[:kept]
    components *= np.sign(components[np.abs(components).argmax(axis=0), np.arange(components.shape[1])])
    n = len(values)
    mean_square = 2 * (components**2).sum() / (n - 1)  # over pairs of different options; the components are centred
    return np.asarray(components / np.sqrt(mean_square))
