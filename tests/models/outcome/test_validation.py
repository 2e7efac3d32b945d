from __future__ import annotations

import numpy as np
import pytest

from superatom.errors import SplitError, UnknownNameError
from superatom.models.outcome.descriptors import TABLE_1, columns_for
from superatom.models.outcome.inputs import folds, groups, inputs, others, outcomes
from superatom.models.outcome.kinds import KINDS, defaults, learner, ranges
from superatom.models.outcome.metrics import calibration_error, intervals, scores
from superatom.models.outcome.validation import tune, validate
from worlds_outcomes import syntheses, volumes

pytest.importorskip("sklearn", reason="outcome models need scikit-learn")


@pytest.mark.parametrize("scheme", ["random", "series", "ligand"])
def test_every_row_is_held_out_once_and_groups_stay_together(scheme: str) -> None:
    examples = syntheses()
    group = groups(examples, TABLE_1, scheme)  # type: ignore[arg-type]
    parts = folds(outcomes(examples), group, 4, 0)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(examples)))
    for held_out in parts:
        assert not set(group[held_out]) & set(group[others(len(examples), held_out)])


def test_splits_that_cannot_be_made_are_refused() -> None:
    with pytest.raises(SplitError, match="by ligand needs at least two groups"):
        groups(volumes(), [], "ligand")
    with pytest.raises(SplitError, match="unknown split 'solvent'"):
        groups(volumes(), [], "solvent")  # type: ignore[arg-type]


def test_metrics_agree_with_their_definitions() -> None:
    from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

    drawn = np.random.default_rng(0)
    truth, said = drawn.random(50) < 0.4, drawn.random(50) < 0.5
    found = scores(truth, said)
    assert found["accuracy"] == pytest.approx(accuracy_score(truth, said))
    assert found["f1"] == pytest.approx(f1_score(truth, said))
    assert found["mcc"] == pytest.approx(matthews_corrcoef(truth, said))
    assert scores(truth, np.ones(50, bool))["mcc"] == 0


def test_intervals_widen_when_rows_are_not_independent() -> None:
    drawn = np.random.default_rng(1)
    truth = np.repeat(drawn.random(20) < 0.5, 5)
    said = np.where(np.repeat(drawn.random(20) < 0.8, 5), truth, ~truth)[None]
    alone = intervals(truth, said, np.arange(100))["mcc"]
    grouped = intervals(truth, said, np.repeat(np.arange(20), 5))["mcc"]
    assert alone.low <= alone.value <= alone.high
    assert grouped.high - grouped.low > alone.high - alone.low


def test_calibration_error_of_a_sure_liar_is_large() -> None:
    truth = np.array([True] * 10 + [False] * 10)
    assert calibration_error(truth, (~truth).astype(float), n_bins=2) == pytest.approx(1.0)


@pytest.mark.parametrize("kind", ["logistic", "svm", "forest", "gp"])
def test_classical_models_find_the_rule_on_held_out_rows(kind: str) -> None:
    found = validate(syntheses(80), TABLE_1, kind, "series", n_repeats=1, n_folds=3)
    assert found.metrics["mcc"].value > 0.35
    assert found.probability.shape == (1, 80)
    assert np.isfinite(found.probability).all()


def test_the_habit_of_reporting_is_told_apart_from_chemistry() -> None:
    """The pH is missing at random in this world, so which values are stated says nothing."""
    assert abs(validate(syntheses(80), TABLE_1, "stated", n_repeats=2).metrics["mcc"].value) < 0.3


def test_rows_that_are_all_alike_teach_the_majority() -> None:
    assert validate(volumes(), columns_for(volumes()), "stated", "random", n_repeats=1).metrics["mcc"].value == 0


def test_the_majority_has_no_correlation() -> None:
    assert validate(syntheses(), TABLE_1, "majority", n_repeats=1).metrics["mcc"].value == 0


def test_shuffled_outcomes_cannot_be_learnt() -> None:
    """A validation that leaked would find something."""
    from dataclasses import replace

    examples = syntheses(80)
    order = np.random.default_rng(3).permutation(len(examples))
    shuffled = [replace(e, success=examples[i].success) for e, i in zip(examples, order, strict=True)]
    found = validate(shuffled, TABLE_1, "svm", "random", n_repeats=3)
    assert abs(found.metrics["mcc"].value) < 0.25


def test_the_search_stays_inside_its_ranges_and_repeats() -> None:
    pytest.importorskip("optuna", reason="the search needs optuna")
    pytest.importorskip("torch", reason="its Gaussian process needs torch")
    examples = syntheses(40)
    items, y, group = inputs(examples, TABLE_1), outcomes(examples), groups(examples, TABLE_1, "series")
    best = tune(items, y, group, "svm", n_trials=6, seed=1)
    assert best == tune(items, y, group, "svm", n_trials=6, seed=1)
    for name, r in ranges("svm").items():
        assert r.low <= best[name] <= r.high
    assert tune(items, y, group, "gp", n_trials=6) == {}


def test_every_kind_has_its_hyperparameters_in_one_place() -> None:
    for kind in KINDS:
        assert set(defaults(kind)) == set(ranges(kind))
        learner(kind, defaults(kind))
    with pytest.raises(UnknownNameError, match="Did you mean siamese"):
        ranges("siamees")
    with pytest.raises(UnknownNameError, match="no hyperparameter 'depth'"):
        learner("svm", {"depth": 2})


def test_a_fold_without_failures_still_answers() -> None:
    examples = syntheses(40)
    items = inputs(examples, columns_for(examples))
    fitted = learner("svm").fit(items, np.ones(40, bool), 0)
    assert (fitted.probability(items) == 1).all()
