"""The tree of an explanation: its words, its size, and the recipes it learns from."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="outcome models need scikit-learn")

from superatom.models.outcome.descriptors import TABLE_1, setting
from superatom.models.outcome.examples import Example, cited_examples
from superatom.models.outcome.explain import explain
from superatom.models.outcome.flowchart import flow_chart
from superatom.models.outcome.model import fit_outcome_model
from superatom.models.outcome.proposals import generate
from superatom.models.outcome.rules import Question, rule
from worlds_outcomes import syntheses

PH = setting("ph")
AROMATIC = next(c for c in TABLE_1 if c.name == "ligand_aromatic")


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        (Question(PH, 9.0), "pH ≤ 9", "pH > 9"),
        (Question(PH, 9.0, gaps_say_yes=True), "pH ≤ 9 or not set", "pH > 9"),
        (Question(PH, 9.0, gaps_say_yes=False), "pH ≤ 9", "pH > 9 or not set"),
        (Question(PH, math.inf, gaps_say_yes=False), "pH set", "pH not set"),
        (Question(AROMATIC, 0.5, gaps_say_yes=False), "ligand is aliphatic", "ligand is aromatic or not known"),
    ],
)
def test_words_hold_in_both_directions(question: Question, yes: str, no: str) -> None:
    assert (question.text(is_yes=True), question.text(is_yes=False)) == (yes, no)


def test_a_path_says_each_column_once() -> None:
    path = (
        (Question(PH, 9.0, gaps_say_yes=True), True),
        (Question(PH, 5.0, gaps_say_yes=True), False),
        (Question(PH, 4.0), False),
    )
    assert rule(path[:2]) == "pH > 5 to 9"  # without a pH a recipe goes to yes at 5
    assert rule(()) == "always"
    assert (
        rule(((Question(PH, 9.0, gaps_say_yes=True), True), (Question(PH, math.inf, gaps_say_yes=False), False)))
        == "pH not set"
    )


def test_every_drawn_recipe_follows_the_rule_it_is_counted_under() -> None:
    """A world in which a recipe without pH works: the tree has to say so."""
    made = [
        replace(e, success="ph" not in e.settings or e.settings["ph"] > 8) for e in syntheses(80)
    ]  # fmt: skip
    found = explain(fit_outcome_model(made, "forest", n_members=3), n_recipes=3000, n_checked=1000)
    said = [text for text in found.rules() if ": success" in text]
    assert any("not set" in text for text in said)
    assert "inf" not in " ".join(found.rules())


def test_drawn_recipes_are_like_the_data() -> None:
    examples = cited_examples()
    model = fit_outcome_model(examples, "logistic")
    drawn = generate(model.examples, model.columns, 2000)
    known = model.domain.contains(drawn, model.inputs(drawn))
    assert known.mean() > 0.9
    for name in ("temperature_C", "ph", "metal_mM"):
        shares = [np.mean([name in e.settings for e in part]) for part in (model.examples, drawn)]
        assert shares[1] == pytest.approx(shares[0], abs=0.15)
    water = generate(model.examples, model.columns, 50, fixed=Example("w", None, (), ("water",)))
    assert {e.solvents for e in water} == {("water",)}


def test_a_small_tree_says_what_it_leaves_out() -> None:
    rng = np.random.default_rng(0)
    board = [  # a chess board, which two leaves cannot hold
        Example(str(i), bool((int(x) + int(y)) % 2), settings={"x": float(x), "y": float(y)})
        for i, (x, y) in enumerate(rng.uniform(0, 4, (300, 2)))
    ]
    found = explain(fit_outcome_model(board, "forest", n_members=3), n_recipes=4000, n_checked=1000, most_leaves=4)
    assert found.fidelity.n_leaves <= 4
    assert not found.fidelity.reaches_goals
    assert found.larger.n_leaves > 4
    assert found.larger.mcc > found.fidelity.mcc + 0.2
    assert f"MCC {found.fidelity.mcc:.3f}" in flow_chart(found)
    assert f"{found.larger.mcc:.3f}" not in flow_chart(found)
