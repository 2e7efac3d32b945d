"""What a card may claim: the same model, on splits that exist, rows that cannot be told apart held out together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="outcome models need scikit-learn")

from superatom.models.outcome.card import outcome_card
from superatom.models.outcome.descriptors import TABLE_1, columns_for
from superatom.models.outcome.examples import Example, cited_examples, labelled
from superatom.models.outcome.inputs import alike, groups, inputs, outcomes, usable_schemes
from superatom.models.outcome.metrics import scores
from superatom.models.outcome.model import fit_outcome_model
from superatom.models.outcome.storage import load_outcome_model, save_outcome_model
from superatom.models.outcome.training import TRAINING
from superatom.models.outcome.validation import validate
from worlds_outcomes import syntheses, volumes


def mcc(card, scheme: str) -> float:
    return next(s.value for s in card.scores if (s.split, s.metric) == (scheme, "mcc"))


@pytest.mark.parametrize("kind", ["logistic", "forest"])
def test_a_model_has_one_coefficient(kind: str) -> None:
    """Card and answer speak of the same rows held out, called by the same rule."""
    model = fit_outcome_model(syntheses(60), kind, n_members=3, seed=2)
    value = mcc(outcome_card(model), "series")
    assert value == pytest.approx(float(scores(outcomes(model.examples), model.said >= 0.5)["mcc"]))
    assert f"MCC {value:.2f}" in model.reliability()[0]


def test_a_search_is_nested_for_the_model_and_its_card(tmp_path: Path) -> None:
    pytest.importorskip("optuna", reason="the search needs optuna")
    pytest.importorskip("torch", reason="its Gaussian process needs torch")
    model = fit_outcome_model(syntheses(40), "svm", n_members=2, n_trials=5)
    card = outcome_card(model)
    assert len(model.training.hyperparameters) == 2
    assert mcc(card, "series") == pytest.approx(float(scores(outcomes(model.examples), model.said >= 0.5)["mcc"]))
    made = validate(model.examples, model.columns, "svm", "series", n_repeats=1, n_folds=2, n_trials=5)
    assert [dict(c) for c in made.chosen] == [dict(h) for h in model.training.hyperparameters]
    assert "hyperparameters: c " in card.to_text()
    save_outcome_model(model, tmp_path)
    assert load_outcome_model(tmp_path).training == model.training


def test_a_model_of_the_first_version_is_still_read() -> None:
    model = fit_outcome_model(syntheses(20), "logistic", n_members=2)
    document = TRAINING.to_document(model.training)
    document.pop("n_trials")
    old = {**document, "version": 1, "hyperparameters": {"c": 0.3}}
    assert TRAINING.from_document(old) == model.training


def test_rows_that_stand_alone_are_no_series() -> None:
    """Neither are they where all are of one."""
    for series in ("", "one"):
        alone = [replace(e, series=series) for e in volumes(30)]
        assert usable_schemes(alone, columns_for(alone)) == ("random",)
        model = fit_outcome_model(alone, "logistic", n_members=2)
        card = outcome_card(model)
        assert {s.split for s in card.scores} == {"random"}
        assert card.baselines
        assert model.reliability()[0].startswith("on examples it never saw")


def test_a_table_without_gaps_cannot_tell_who_reports() -> None:
    noise = [replace(e, success=i % 2 == 0) for i, e in enumerate(volumes(30))]
    model = fit_outcome_model(noise, "logistic", n_members=2)
    assert len(model.reliability()) == 1
    assert "reports" not in outcome_card(model).to_text()


def test_few_groups_and_the_licence_are_said() -> None:
    two = [replace(e, ligands=(("PET", "GSH")[i % 2],)) for i, e in enumerate(syntheses(40))]
    card = outcome_card(fit_outcome_model(two, "logistic", n_members=2), licence="your own")
    assert "Held out by ligand: 2 groups, too few for the intervals to be believed." in card.limits
    assert card.licence == "your own"
    assert any("are in its domain" in limit for limit in card.limits)


def test_one_molecule_under_two_names_is_one_ligand() -> None:
    names = ("cysteamine", "CSH", "NCCS", "PET")
    examples = [Example(str(i), None, (name,), settings={"x": float(i)}) for i, name in enumerate(names)]
    assert groups(examples, columns_for(examples), "ligand").tolist() == [0, 0, 0, 1]


def test_rows_that_no_model_can_tell_apart_are_held_out_together() -> None:
    values = {"a": (9.0, 1.0, 2.0), "b": (9.0, 3.0, 4.0), "c": (5.0, 6.0, 7.0)}  # one row of a is one of b
    twins = [Example(f"{s}{x}", None, settings={"x": x}, series=s) for s, all_x in values.items() for x in all_x]
    group = groups(twins, columns_for(twins), "series")
    assert len(set(group[:6].tolist())) == 1
    assert len(set(group.tolist())) == 2
    cited = labelled(cited_examples())
    same, held = alike(inputs(cited, TABLE_1)), groups(cited, TABLE_1, "series")
    assert all(len(set(held[same == number])) == 1 for number in np.unique(same))
