"""A decision tree in the words of the bench: questions, leaves, and the rule that leads to each.

Recipes do not state everything, and the tree sends those that leave a column open one way; the words say which.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from superatom.models.outcome.descriptors import Descriptor

_AROMATIC = "ligand_aromatic"


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a column is at most a threshold.

    Attributes
    ----------
    threshold
        In the unit of the column; infinite where only whether the column is stated is asked.
    gaps_say_yes
        Where recipes that leave the column open go; None where no such recipe comes here.

    >>> from superatom.models.outcome.descriptors import setting
    >>> str(Question(setting("temperature_C"), 50.2)), str(Question(setting("ph"), math.inf, False))
    ('temperature ≤ 50.2 °C', 'pH set')
    """

    column: Descriptor
    threshold: float
    gaps_say_yes: bool | None = None

    def __str__(self) -> str:
        return self.text(is_yes=True)

    def text(self, *, is_yes: bool) -> str:
        """Return the statement that holds on the side of yes, or of no."""
        return _statement(self.column, [(self, is_yes)])


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

    >>> str(Node(10, 9))
    'success (9 recipes, 1 otherwise)'
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

    def __str__(self) -> str:
        return f"{'success' if self.success else 'failure'} ({self.n - self.n_wrong} recipes, {self.n_wrong} otherwise)"


def leaves_of(node: Node, path: Path = ()) -> list[tuple[Path, Node]]:
    """Return every leaf with the answers that lead to it."""
    if node.question is None or node.yes is None or node.no is None:
        return [(path, node)]
    yes, no = (*path, (node.question, True)), (*path, (node.question, False))
    return [*leaves_of(node.yes, yes), *leaves_of(node.no, no)]


def rule(path: Path) -> str:
    """Return a path in words, each column once with what all its questions leave of it.

    >>> from superatom.models.outcome.descriptors import setting
    >>> ph = setting("ph")
    >>> rule(((Question(ph, 9, True), True), (Question(ph, 5, False), False)))
    'pH > 5 to 9 or not set'
    """
    columns = dict.fromkeys(question.column for question, _ in path)
    said = (_statement(c, [one for one in path if one[0].column == c]) for c in columns)
    return " and ".join(said) or "always"


def _statement(column: Descriptor, answers: Sequence[tuple[Question, bool]]) -> str:
    """Return what the answers to the questions on one column, in order, leave of it."""
    low = max((q.threshold for q, is_yes in answers if not is_yes), default=-math.inf)
    high = min((q.threshold for q, is_yes in answers if is_yes), default=math.inf)
    question, is_yes = answers[-1]
    open_word = "not set" if column.is_setting else "not known"
    unit = f" {column.unit}" if column.unit else ""
    if low == math.inf:  # more than infinite is no number
        return f"{column.words} {open_word}"
    if column.name == _AROMATIC and low != high:
        text = f"ligand is {'aliphatic' if high < math.inf else 'aromatic'}"
    elif low == -math.inf and high == math.inf:
        text = f"{column.words} {open_word.removeprefix('not ')}"
    elif low == -math.inf:
        text = f"{column.words} ≤ {high:.3g}{unit}"
    elif high == math.inf:
        text = f"{column.words} > {low:.3g}{unit}"
    else:
        text = f"{column.words} > {low:.3g} to {high:.3g}{unit}"
    return f"{text} or {open_word}" if question.gaps_say_yes is is_yes else text
