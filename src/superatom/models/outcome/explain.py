"""A model of the model: a small decision tree, in bench units, that says what an outcome model has learnt.

As in Li et al. 2019 (doi:10.1002/aisy.201900029, Fig. 6): drawn recipes are answered by the model, and a tree learns
those answers. The recipes are drawn near the examples, for elsewhere the model guesses (`proposals.generate`). The tree
is small enough to be read; its fidelity, F1 and MCC against the model on other drawn recipes, says how well it speaks
for the model, and beside it stands that of a tree as large as the goals of the paper ask. Whether the model is right is
for its card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from superatom.errors import ModelError
from superatom.models.outcome.descriptors import Descriptor, FloatArray, describe
from superatom.models.outcome.examples import Example
from superatom.models.outcome.inputs import BoolArray
from superatom.models.outcome.metrics import scores
from superatom.models.outcome.model import OutcomeModel
from superatom.models.outcome.proposals import generate
from superatom.models.outcome.rules import Node, Question, leaves_of, rule

F1_GOAL, MCC_GOAL = 0.95, 0.90
READABLE, LARGEST = 16, 128  # leaves
LEAVES = (4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, LARGEST)
_MARGIN = 0.01  # the size is chosen on other recipes than the fidelity is measured on
N_RECIPES = 40_000


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How well a tree of so many leaves agrees with the model, on recipes it was not made from.

    >>> Fidelity(16, 0.96, 0.85).reaches_goals
    False
    """

    n_leaves: int
    f1: float
    mcc: float

    @property
    def reaches_goals(self) -> bool:
        """Whether F1 is at least 0.95 and MCC at least 0.90, as in the paper."""
        return self.f1 >= F1_GOAL and self.mcc >= MCC_GOAL

    def __str__(self) -> str:
        verb = "reaches" if self.reaches_goals else "misses"
        goals = f"{F1_GOAL:.2f} and {MCC_GOAL:.2f}"
        return f"{self.n_leaves} leaves, F1 {self.f1:.3f}, MCC {self.mcc:.3f}: {verb} the goal of {goals}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The tree and how well it speaks for the model.

    Attributes
    ----------
    root
        The tree that is shown.
    fidelity
        Of that tree.
    larger
        Of the smallest tree that reaches the goals or, where none up to 128 leaves does, the most faithful one.
    n_recipes, n_checked
        Recipes the tree learnt from, and others the fidelity was measured on.
    in_domain
        The share of the recipes that the model knows.
    threshold
        The probability from which on the model calls a recipe a success.
    """

    root: Node
    fidelity: Fidelity
    larger: Fidelity
    n_recipes: int
    n_checked: int
    in_domain: float
    threshold: float
    model_id: str

    def rules(self) -> tuple[str, ...]:
        """Return one rule per leaf, the most recipes first."""
        found = sorted(leaves_of(self.root), key=lambda item: -item[1].n)
        return tuple(f"{rule(path)}: {leaf}" for path, leaf in found)


def explain(
    model: OutcomeModel, *, n_recipes: int = N_RECIPES, n_checked: int = 10_000, seed: int = 0,
    fixed: Example | None = None, most_leaves: int = READABLE,
) -> Explanation:  # fmt: skip
    """Return the smallest tree that reaches both goals of fidelity, or the most faithful one up to `most_leaves`.

    Sizes are compared on recipes that neither the tree nor the reported figures see.

    Parameters
    ----------
    fixed
        What all recipes share, such as a solvent or a reductant.

    Raises
    ------
    ModelError
        When the model answers all recipes alike, so that there is nothing to explain.
    """
    from sklearn.tree import DecisionTreeClassifier

    recipes = [
        generate(model.examples, model.columns, n, seed=seed * 3 + i, fixed=fixed)
        for i, n in enumerate((n_recipes, n_checked, n_checked))
    ]
    (y, within), (y_compared, _), (y_checked, _) = (_answers(model, part) for part in recipes)
    if y.min() == y.max():
        word = "success" if y[0] else "failure"
        raise ModelError(f"the model answers {word} for all {n_recipes} recipes: there is nothing to explain")
    x, x_compared, x_checked = (describe(part, model.columns) for part in recipes)
    sized = []  # trees up to the first that reaches the goals
    for leaves in sorted({*LEAVES, most_leaves}):
        tree = DecisionTreeClassifier(max_leaf_nodes=leaves, min_samples_leaf=5, random_state=seed).fit(x, y)
        found = scores(y_compared, tree.predict(x_compared))
        is_done = found["f1"] >= F1_GOAL + _MARGIN and found["mcc"] >= MCC_GOAL + _MARGIN
        sized.append((is_done, float(found["mcc"]), leaves, tree))
        if is_done:
            break
    (root, fidelity), (_, larger) = (
        _measured(max(part, key=lambda one: one[:2])[-1], model.columns, (x, y), (x_checked, y_checked))
        for part in ([one for one in sized if one[2] <= most_leaves], sized)
    )
    return Explanation(
        root, fidelity, larger, n_recipes, n_checked, float(within.mean()), model.threshold, model.model_id
    )


def _answers(model: OutcomeModel, recipes: Sequence[Example]) -> tuple[BoolArray, BoolArray]:
    """Return whether the model says success, and whether it knows such recipes, each of shape (n,)."""
    probability, _, within = model.answer(recipes)
    return np.asarray(probability >= model.threshold), within


def _measured(
    tree: Any, columns: Sequence[Descriptor], learnt: tuple[FloatArray, BoolArray],
    checked: tuple[FloatArray, BoolArray],
) -> tuple[Node, Fidelity]:  # fmt: skip
    """Return a fitted tree as nodes, with its fidelity on other recipes."""
    root = _node(tree.tree_, 0, *learnt, columns)
    found = scores(checked[1], tree.predict(checked[0]))
    return root, Fidelity(len(leaves_of(root)), float(found["f1"]), float(found["mcc"]))


def _node(tree: Any, at: int, x: FloatArray, y: BoolArray, columns: Sequence[Descriptor]) -> Node:
    """Return a node of a scikit-learn tree; like children that answer alike are one leaf."""
    left, right = int(tree.children_left[at]), int(tree.children_right[at])
    leaf = Node(len(y), int(y.sum()))
    if left < 0:
        return leaf
    column, threshold, goes_left = int(tree.feature[at]), float(tree.threshold[at]), bool(tree.missing_go_to_left[at])
    values = x[:, column]
    is_left = np.where(np.isnan(values), goes_left, values <= threshold)
    yes = _node(tree, left, x[is_left], y[is_left], columns)
    no = _node(tree, right, x[~is_left], y[~is_left], columns)
    if yes.question is None and no.question is None and yes.success == no.success:
        return leaf
    gaps = goes_left if bool(np.isnan(values).any()) else None
    return replace(leaf, question=Question(columns[column], threshold, gaps), yes=yes, no=no)
