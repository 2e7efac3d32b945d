"""What moves a model: partial dependence of any outcome model, SHAP values of the forest.

Partial dependence: J. H. Friedman, Ann. Stat. 2001, 29, 1189, doi:10.1214/aos/1013203451. SHAP for trees:
S. M. Lundberg et al., Nat. Mach. Intell. 2020, 2, 56, doi:10.1038/s42256-019-0138-9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from superatom.errors import ModelError
from superatom.models.extras import need
from superatom.models.outcome.classical import FittedPipeline
from superatom.models.outcome.descriptors import Descriptor, FloatArray
from superatom.models.outcome.inputs import Inputs
from superatom.models.outcome.model import OutcomeModel


@dataclass(frozen=True, slots=True, eq=False)
class Dependence:
    """Mean probability when one column is set to each value in every training row; `spread` is over the members."""

    column: Descriptor
    values: FloatArray
    probability: FloatArray
    spread: FloatArray


def partial_dependence(model: OutcomeModel, name: str, n: int = 20) -> Dependence:
    """Return the partial dependence on a column over the middle 90 % of its known values.

    Raises `ModelError` for a column the model does not have, or that is never stated.

    >>> from superatom.models.outcome.examples import Example
    >>> from superatom.models.outcome.model import fit_outcome_model
    >>> examples = [Example(str(i), i < 10, settings={"ph": float(i)}) for i in range(20)]
    >>> found = partial_dependence(fit_outcome_model(examples, "logistic"), "ph", 3)
    >>> bool(found.probability[0] > found.probability[-1])
    True
    """
    names = [c.name for c in model.columns]
    if name not in names:
        raise ModelError(f"the model has no column {name!r}; it has: {', '.join(names)}")
    j = names.index(name)
    items = model.inputs(model.examples)
    known = items.x[np.isfinite(items.x[:, j]), j]
    if not len(known):
        raise ModelError(f"{name} is stated in no example")
    low, high = np.quantile(known, [0.05, 0.95])
    is_log = model.columns[j].is_logarithmic and low > 0
    values = np.geomspace(low, high, n) if is_log else np.linspace(low, high, n)
    means = []
    for value in values:
        x = items.x.copy()
        x[:, j] = value
        means.append(model.probabilities(Inputs(x, items.is_log, items.molecules)).mean(axis=1))
    each = np.array(means)
    return Dependence(model.columns[j], np.asarray(values), each.mean(axis=1), each.std(axis=1))


def shap_values(model: OutcomeModel, items: Inputs | None = None) -> tuple[tuple[str, ...], FloatArray]:
    """Return the columns and their SHAP values, shape (n, n_columns), in raw probability, averaged over the forest.

    The columns are those of the model and, as ``NAME not stated``, the masks of those with gaps. `items` are the
    training rows unless given. Raises `ModelError` for any kind but the forest.
    """
    if model.training.kind != "forest":
        raise ModelError(f"SHAP values need a model of trees, kind forest; this one is {model.training.kind}")
    need("shap")
    import shap

    items = items or model.inputs(model.examples)
    total: dict[str, FloatArray] = {}
    for member in model.members:
        if not isinstance(member, FittedPipeline):
            continue
        fill, forest = member.pipeline.steps[0][1], member.pipeline.steps[-1][1]
        masked = [f"{model.columns[j].words} not stated" for j in fill.indicator_.features_]
        names = [*(c.words for c in model.columns), *masked]
        found = np.asarray(shap.TreeExplainer(forest).shap_values(fill.transform(items.x)))[..., 1]
        for name, values in zip(names, found.T, strict=True):
            total[name] = total.get(name, np.zeros(len(items))) + values / len(model.members)
    return tuple(total), np.stack(list(total.values()), axis=1)


def ranked(names: Sequence[str], values: FloatArray) -> list[tuple[str, float]]:
    """Return columns with the mean size of their SHAP values, the largest first.

    >>> ranked(["a", "b"], np.array([[0.1, -0.4], [0.1, 0.2]]))
    [('b', 0.3), ('a', 0.1)]
    """
    sizes = np.abs(values).mean(axis=0)
    return [(names[i], round(float(sizes[i]), 4)) for i in np.argsort(-sizes, kind="stable")]
