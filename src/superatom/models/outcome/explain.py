"""A model of the model: a small decision tree, in bench units, that says what an outcome model has learnt.

As in Li et al. 2019 (doi:10.1002/aisy.201900029, Fig. 6): recipes drawn within the ranges of the data are answered by
the model, and a tree learns those answers. Its fidelity, F1 and MCC against the model on other drawn recipes, says how
well the tree speaks for the model; whether the model is right is for its card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from superatom.errors import ModelError
from superatom.models.outcome.descriptors import Descriptor, describe
from superatom.models.outcome.examples import Example
from superatom.models.outcome.inputs import BoolArray
from superatom.models.outcome.metrics import scores
from superatom.models.outcome.model import OutcomeModel
from superatom.models.outcome.proposals import generate

F1_GOAL, MCC_GOAL = 0.95, 0.90
_AROMATIC = "aromatic ligand"  # the words of its column
LEAVES = (4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128)
_MARGIN = 0.01  # the size is chosen on other recipes than the fidelity is measured on
N_RECIPES = 40_000


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a column is at most a threshold, in bench words; `or_not_set` if a recipe without it is a yes too.

    >>> str(Question("temperature", 50.2, "°C")), str(Question("aromatic ligand", 0.5, ""))
    ('temperature ≤ 50.2 °C', 'ligand is aliphatic')
    """

    words: str
    threshold: float
    unit: str
    or_not_set: bool = False

    def __str__(self) -> str:
        return self.text(is_yes=True)

    def text(self, *, is_yes: bool) -> str:
        """Return the statement that holds on the side of yes, or of no."""
        if self.words == _AROMATIC:
            text = "ligand is aliphatic" if is_yes else "ligand is aromatic"
        else:
            text = f"{self.words} {'≤' if is_yes else '>'} {self.threshold:.3g}{' ' + self.unit if self.unit else ''}"
        return f"{text} or not set" if self.or_not_set and is_yes else text


Path = tuple[tuple[Question, bool], ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the tree: a question with two children, or a leaf.

    Attributes
    ----------
    n, n_success
        Drawn recipes that come here, and those of them that the model answers with success.
    question, yes, no
        What is asked and the children; None for a leaf.
    """

    n: int
    n_success: int
    question: Question | None = None
    yes: Node | None = None
    no: Node | None = None

    @property
    def success(self) -> bool:
        """What a leaf answers."""
        return 2 * self.n_success >= self.n

    @property
    def n_wrong(self) -> int:
        """Recipes of a leaf that the model answers otherwise."""
        return min(self.n_success, self.n - self.n_success)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The tree and how well it speaks for the model.

    Attributes
    ----------
    n_recipes, n_checked
        Recipes the tree learnt from, and others its fidelity was measured on.
    f1, mcc, accuracy
        Agreement with the model on the latter.
    is_faithful
        Whether both goals, F1 0.95 and MCC 0.90, are reached.
    """

    root: Node
    n_leaves: int
    n_recipes: int
    n_checked: int
    f1: float
    mcc: float
    accuracy: float
    model_id: str

    @property
    def is_faithful(self) -> bool:
        """Whether the tree speaks for the model."""
        return self.f1 >= F1_GOAL and self.mcc >= MCC_GOAL

    def rules(self) -> tuple[str, ...]:
        """Return one rule per leaf, the most recipes first."""
        found = sorted(_leaves(self.root, ()), key=lambda item: -item[1].n)
        return tuple(
            f"{_said(path)}: {'success' if leaf.success else 'failure'} "
            f"({leaf.n - leaf.n_wrong} recipes, {leaf.n_wrong} otherwise)"
            for path, leaf in found
        )


def explain(
    model: OutcomeModel, *, n_recipes: int = N_RECIPES, n_checked: int = 4000, seed: int = 0,
    fixed: Example | None = None, most_leaves: int = LEAVES[-1],
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

    columns = model.columns
    learnt, compared, checked = (
        generate(model.examples, columns, n, seed=seed * 3 + i, fixed=fixed)
        for i, n in enumerate((n_recipes, n_checked, n_checked))
    )
    answers = [_answers(model, part) for part in (learnt, compared, checked)]
    if answers[0].min() == answers[0].max():
        word = "success" if answers[0][0] else "failure"
        raise ModelError(f"the model answers {word} for all {n_recipes} recipes: there is nothing to explain")
    x, x_compared, x_checked = (describe(part, columns) for part in (learnt, compared, checked))
    best, best_mcc = None, -2.0
    for leaves in [n for n in LEAVES if n <= most_leaves] or [most_leaves]:
        tree = DecisionTreeClassifier(max_leaf_nodes=leaves, min_samples_leaf=5, random_state=seed).fit(x, answers[0])
        found = scores(answers[1], tree.predict(x_compared))
        if found["mcc"] > best_mcc:
            best, best_mcc = tree, found["mcc"]
        if found["f1"] >= F1_GOAL + _MARGIN and found["mcc"] >= MCC_GOAL + _MARGIN:
            break
    if best is None:
        raise ModelError("a tree needs at least two leaves")
    found = scores(answers[2], best.predict(x_checked))
    root = _node(best.tree_, 0, x, answers[0], columns)
    return Explanation(
        root, sum(1 for _ in _leaves(root, ())), n_recipes, n_checked, float(found["f1"]), float(found["mcc"]),
        float(found["accuracy"]), model.model_id,
    )  # fmt: skip


def _answers(model: OutcomeModel, examples: Sequence[Example]) -> BoolArray:
    return np.asarray(model.probabilities(model.inputs(examples)).mean(axis=0) >= 0.5)


def _node(tree: object, at: int, x: np.ndarray, y: BoolArray, columns: Sequence[Descriptor]) -> Node:
    """Return a node of a scikit-learn tree; like children that answer alike are one leaf."""
    left, right = int(tree.children_left[at]), int(tree.children_right[at])  # type: ignore[attr-defined]
    if left < 0:
        return Node(len(y), int(y.sum()))
    column = int(tree.feature[at])  # type: ignore[attr-defined]
    threshold, goes_left = float(tree.threshold[at]), bool(tree.missing_go_to_left[at])  # type: ignore[attr-defined]
    values = x[:, column]
    is_left = np.where(np.isnan(values), goes_left, values <= threshold)
    yes = _node(tree, left, x[is_left], y[is_left], columns)
    no = _node(tree, right, x[~is_left], y[~is_left], columns)
    if yes.question is None and no.question is None and yes.success == no.success:
        return Node(len(y), int(y.sum()))
    has_gaps = bool(np.isnan(values).any())
    question = Question(columns[column].words, threshold, columns[column].unit, has_gaps and goes_left)
    return Node(len(y), int(y.sum()), question, yes, no)


def _leaves(node: Node, path: Path) -> list[tuple[Path, Node]]:
    if node.question is None or node.yes is None or node.no is None:
        return [(path, node)]
    yes, no = (*path, (node.question, True)), (*path, (node.question, False))
    return [*_leaves(node.yes, yes), *_leaves(node.no, no)]


def _said(path: Path) -> str:
    """Return a path in words; of several bounds on one column the last, which is the tightest, is said."""
    last = {(question.words, is_yes): question for question, is_yes in path}
    return " and ".join(question.text(is_yes=is_yes) for (_, is_yes), question in last.items()) or "always"
