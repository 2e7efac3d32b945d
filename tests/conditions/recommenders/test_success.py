"""A probability of success that says no more than the flasks do, on small worlds whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from superatom.conditions.objectives import Objective
from superatom.conditions.recommenders import TriedSetting
from superatom.conditions.recommenders.bayesian import fit_models
from superatom.conditions.recommenders.history import read_history
from superatom.conditions.space import Parameter, Space
from superatom.conditions.space.encoding import Block, Encoding
from superatom.conditions.space.parameters import Array

pytest.importorskip("botorch", reason="needs BoTorch, the extra campaign")

CENTRE = np.array([[0.5, 0.5]])


def said(x: Array, y: Array, asked: Array) -> Array:
    """Return the probabilities said at `asked` after outcomes `y` at `x` in the unit cube."""
    from superatom.conditions.recommenders.success import fit_success, success_probability

    blocks = [Block(i, "number", i, i + 1) for i in range(x.shape[1])]
    return success_probability(fit_success(x, y, blocks), asked)


def test_two_successes_and_no_failure_are_no_certainty() -> None:
    beside = np.array([[0.5, 0.5], [0.52, 0.5]])
    (near,) = said(beside, np.ones(2), CENTRE)
    assert 0.7 < near < 0.85
    far_failures = np.vstack([beside, [[0.05, 0.1], [0.1, 0.05]]])
    near, there = said(far_failures, np.array([1.0, 1.0, 0.0, 0.0]), np.vstack([CENTRE, [[0.08, 0.08]]]))
    assert 0.6 < near < 0.8
    assert 0.2 < there < 0.4


def test_twenty_of_twenty_are_nearly_one() -> None:
    beside = np.random.default_rng(0).normal(0.5, 0.02, (20, 2))
    (near,) = said(beside, np.ones(20), CENTRE)
    assert near > 0.9
    assert said(beside, np.zeros(20), CENTRE)[0] == pytest.approx(1 - near, abs=1e-6)


def test_where_nothing_is_learned_of_settings_laplaces_rule_is_said() -> None:
    """Outcomes that alternate along a line: what is said far away and overall is the share of successes."""
    x = np.linspace(0, 1, 40)[:, None]
    y = np.tile([1.0, 1.0, 1.0, 0.0], 10)
    assert said(x, y, x).mean() == pytest.approx(31 / 42, abs=0.04)
    assert np.ptp(said(x, y, x)) < 0.35


def test_a_failing_corner_is_learnt() -> None:
    x = np.random.default_rng(1).random((50, 2))
    works = 1.0 - (x > 0.6).all(axis=1)
    good, corner = said(x, works, np.array([[0.2, 0.3], [0.9, 0.9]]))
    assert good > 0.9
    assert corner < 0.3


def test_a_solvent_that_fails_is_learnt_and_another_is_not_blamed() -> None:
    space = Space(
        (
            Parameter.continuous("temperature_C", 0, 60),
            Parameter.categorical("solvent", ["THF", "toluene", "methanol"]),
        )
    )
    from superatom.conditions.recommenders.success import fit_success, success_probability

    points = np.array([[t, s] for s in (0.0, 2.0) for t in (0.0, 15.0, 30.0, 45.0, 60.0)])
    encode = Encoding(space)
    model = fit_success(encode(points), (points[:, 1] == 0.0).astype(float), encode.blocks)
    thf, untried, methanol = success_probability(model, encode(np.array([[20.0, s] for s in (0.0, 1.0, 2.0)])))
    assert thf > 0.75
    assert methanol < 0.25
    assert 0.3 < untried < 0.7


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**31 - 1), st.integers(1, 12), st.integers(1, 3))
def test_failures_mirror_successes_order_is_nothing_and_repeats_are_identical(seed: int, n: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    x, y, asked = rng.random((n, d)), (rng.random(n) < 0.5).astype(float), rng.random((5, d))
    first = said(x, y, asked)
    assert ((first > 0) & (first < 1)).all()
    assert said(x, y, asked).tolist() == first.tolist()
    assert said(x, 1 - y, asked) == pytest.approx(1 - first, abs=2e-3)
    order = rng.permutation(n)
    assert said(x[order], y[order], asked) == pytest.approx(first, abs=2e-3)


def test_the_model_is_laplaces_approximation() -> None:
    """The mean of each draw is its most probable f: there K⁻¹f is the slope of the likelihood."""
    import torch

    from superatom.conditions.recommenders.success import fit_success

    rng = np.random.default_rng(2)
    x, y = torch.from_numpy(rng.random((12, 2))), (rng.random(12) < 0.6).astype(float)
    model = fit_success(x.numpy(), y, [Block(i, "number", i, i + 1) for i in range(2)])
    with torch.no_grad():
        mean, _ = model.moments(x)
        covariance = model.covar_module.forward(x[None], x[None])
    f = mean.clone().requires_grad_()
    torch.special.log_ndtr(torch.from_numpy(2 * y - 1) * f).sum().backward()
    assert f.grad is not None
    assert (covariance @ f.grad[..., None])[..., 0].numpy() == pytest.approx(mean.numpy(), abs=1e-3)


def test_the_evidence_is_that_of_summing_over_what_f_may_be() -> None:
    """Two outcomes whose f is drawn a million times, for a narrow and a wide prior."""
    import torch

    from superatom.conditions.recommenders.success import log_evidence

    rng = np.random.default_rng(3)
    for variance, correlation in ((0.5, 0.9), (4.0, 0.3)):
        covariance = variance * np.array([[1.0, correlation], [correlation, 1.0]])
        f = rng.multivariate_normal(np.zeros(2), covariance, 1_000_000)
        for signs in (np.array([1.0, 1.0]), np.array([1.0, -1.0])):
            exact = np.log(norm.cdf(signs * f).prod(axis=1).mean())
            found = log_evidence(torch.from_numpy(covariance)[None], torch.from_numpy(signs))
            assert float(found[0]) == pytest.approx(exact, abs=0.1)


def test_failures_alone_are_kept_away_from() -> None:
    """Four flasks gave a number but not the cluster, all at one end: the other end is likelier."""
    space = Space((Parameter.continuous("x", 0, 1, step=0.02),))
    objective, encode = Objective.maximise("yield_percent", "%"), Encoding(space)
    records = [TriedSetting(f"F{x}", {"x": x}, {"yield_percent": 5.0}, success=False) for x in (0.0, 0.1, 0.2, 0.3)]
    models, _ = fit_models(objective, read_history(space, objective, records, encode), encode.blocks, {})
    here, far = models.success_probability(encode(np.array([[0.15], [0.95]])))
    assert here < 0.2
    assert here + 0.1 < far < 0.6


def test_the_gain_is_times_the_probability_and_a_failure_is_never_what_is_to_be_improved_on() -> None:
    """A failed flask reports 95 %: if it counted as the best, hardly anything could be gained elsewhere."""
    from superatom.conditions.recommenders.acquisition import Models, acquisition

    space = Space((Parameter.continuous("x", 0, 1, step=0.02),))
    objective, encode = Objective.maximise("yield_percent", "%"), Encoding(space)
    records = [TriedSetting(f"G{x}", {"x": x}, {"yield_percent": 40 + 40 * x}, success=True) for x in (0.0, 0.2, 0.4)]
    records.append(TriedSetting("B", {"x": 1.0}, {"yield_percent": 95.0}, success=False))
    history = read_history(space, objective, records, encode)
    models, _ = fit_models(objective, history, encode.blocks, {})
    asked = encode(np.array([[0.1], [0.5], [0.6], [0.9]]))
    sure = acquisition(Models(models.measured), objective, history, 0)(asked, asked[:0])
    values = acquisition(models, objective, history, 0)(asked, asked[:0])
    assert values - sure == pytest.approx(np.log(models.success_probability(asked)), abs=1e-9)
    assert values.max() > 0, "more than 1 % is to be gained"
