"""The Gaussian process that averages over what it does not know: against plain formulas and on small true worlds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superatom.conditions.space import Parameter, Space
from superatom.conditions.space.encoding import Block, Encoding
from superatom.conditions.space.parameters import Array

pytest.importorskip("botorch", reason="needs BoTorch, the extra campaign")


def numbers(d: int) -> list[Block]:
    """Return the blocks of `d` numbers."""
    return [Block(i, "number", i, i + 1) for i in range(d)]


def world(x: Array) -> Array:
    """One number matters, the others do not."""
    return np.asarray(30.0 + 20.0 * np.sin(5 * x[:, 0]))


def test_draws_follow_a_known_posterior() -> None:
    """Prior N(0, 1) and a measurement 2 ± 0.5: the posterior is N(1.6, 0.2)."""
    import torch

    from superatom.conditions.recommenders.hyperparameters import drawn

    found = drawn(lambda z: -0.5 * ((z[:, 0] - 2) / 0.5) ** 2, size=3, n_draws=4_000)
    assert found[:, 0].mean() == pytest.approx(1.6, abs=0.03)
    assert found[:, 0].var() == pytest.approx(0.2, rel=0.1)
    assert found[:, 1:].mean().abs() < 0.05
    assert found[:, 1:].var() == pytest.approx(1.0, rel=0.1)
    assert isinstance(found, torch.Tensor)


def test_a_number_that_does_not_matter_gets_the_longest_length() -> None:
    from superatom.conditions.recommenders.surrogate import fit

    x = np.random.default_rng(0).random((25, 3))
    lengths = fit(x, world(x), numbers(3)).covar_module.drawn.lengths.median(0).values
    assert lengths[0] < lengths[1:].min() / 2


def test_a_chemical_is_told_apart_by_its_descriptors_as_far_as_the_records_say_so() -> None:
    """Two worlds of twelve chemicals: one follows the descriptor, in the other each is what it is."""
    from superatom.conditions.recommenders.surrogate import fit, posterior

    names = [f"L{i}" for i in range(12)]
    line = np.linspace(-1, 1, 12)
    space = Space((Parameter.chemical("ligand", names, descriptors={"size": line.tolist()}),))
    encode = Encoding(space)
    assert [block.kind for block in encode.blocks] == ["identity", "descriptors"]
    tried, left = encode(np.arange(0, 12, 2.0)[:, None]), encode(np.arange(1, 12, 2.0)[:, None])
    follows, its_own = 10 * line[::2], 10 * np.array([1, -1, 1, -1, 1, -1])
    error = np.abs(posterior(fit(tried, follows, encode.blocks), left)[0] - 10 * line[1::2])
    assert error.max() < 4
    assert np.abs(posterior(fit(tried, its_own, encode.blocks), left)[0]).max() < 5
    told = fit(tried, follows, encode.blocks).covar_module.drawn.lengths
    own = fit(tried, its_own, encode.blocks).covar_module.drawn.lengths
    assert (told[:, 0] / told[:, 1]).median() > (own[:, 0] / own[:, 1]).median()  # descriptors are near, so they count


def test_moments_are_what_botorch_says_one_by_one() -> None:
    import torch

    from superatom.conditions.recommenders.surrogate import fit, posterior

    rng = np.random.default_rng(1)
    x, asked = rng.random((12, 2)), rng.random((6, 2))
    model = fit(x, world(x), numbers(2))
    mean, spread = posterior(model, asked)
    with torch.no_grad():
        theirs = model.posterior(torch.from_numpy(asked)[:, None, :])
    assert mean == pytest.approx(theirs.mixture_mean[:, 0, 0].numpy(), rel=1e-4)
    assert spread == pytest.approx(theirs.mixture_variance[:, 0, 0].sqrt().numpy(), rel=1e-3)


def test_one_draw_is_the_textbook() -> None:
    """Mean and variance of one of the draws, by Rasmussen and Williams, eqs. 2.25 and 2.26."""
    import torch

    from superatom.conditions.recommenders.surrogate import fit

    rng = np.random.default_rng(2)
    x, asked = rng.random((9, 2)), rng.random((4, 2))
    y = world(x) + rng.normal(0, 1, 9)
    model = fit(x, y, numbers(2))
    with torch.no_grad():
        mean, variance = model.moments(torch.from_numpy(asked))
        everything = torch.from_numpy(np.vstack([x, asked]))[None]
        k = model.covar_module.forward(everything, everything)[3].numpy()
        noise = model.likelihood.noise[3].numpy()
    scale, inverse = y.std(ddof=1), np.linalg.inv(k[:9, :9] + np.diag(noise))
    assert mean[3].numpy() == pytest.approx(y.mean() + k[9:, :9] @ inverse @ (y - y.mean()), rel=1e-4)
    expected = scale**2 * (np.diag(k[9:, 9:]) - np.einsum("ij,jk,ik->i", k[9:, :9], inverse, k[9:, :9]))
    assert variance[3].numpy() == pytest.approx(expected, rel=1e-3)


def test_the_spread_is_what_the_error_turns_out_to_be() -> None:
    """Over 16 small campaigns, the truth lies within two spreads about as often as a normal error would."""
    from superatom.conditions.recommenders.surrogate import fit, posterior

    inside = []
    for seed in range(16):
        rng = np.random.default_rng(seed)
        x, asked, weights = rng.random((8, 2)), rng.random((50, 2)), rng.normal(size=3)

        def truth(points: Array, weights: Array = weights) -> Array:
            return np.asarray(points @ weights[:2] + weights[2] * np.cos(6 * points[:, 0]))

        mean, spread = posterior(fit(x, truth(x) + rng.normal(0, 0.05, 8), numbers(2)), asked)
        inside.append(np.abs(mean - truth(asked)) < 2 * spread)
    assert 0.88 < np.mean(inside) < 0.995


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**31 - 1), st.integers(1, 10), st.integers(1, 3), st.floats(0.1, 100), st.floats(-50, 50))
def test_the_unit_and_the_order_of_records_are_nothing(seed: int, n: int, d: int, unit: float, zero: float) -> None:
    from superatom.conditions.recommenders.surrogate import fit, posterior

    rng = np.random.default_rng(seed)
    x, y, asked = rng.random((n, d)), rng.normal(size=n), rng.random((5, d))
    mean, spread = posterior(fit(x, y, numbers(d)), asked)
    again, _ = posterior(fit(x, y, numbers(d)), asked)
    assert again.tolist() == mean.tolist()
    if n > 1:
        scaled, scaled_spread = posterior(fit(x, zero + unit * y, numbers(d)), asked)
        assert scaled == pytest.approx(zero + unit * mean, abs=0.02 * unit)
        assert scaled_spread == pytest.approx(unit * spread, rel=0.02)
    order = rng.permutation(n)
    assert posterior(fit(x[order], y[order], numbers(d)), asked)[0] == pytest.approx(mean, abs=0.02)


def test_leaving_one_out_is_what_fitting_without_it_says() -> None:
    """The log density of each record given all others, with the same hyperparameters, by plain formulas."""
    import torch
    from scipy.stats import norm

    from superatom.conditions.recommenders.surrogate import fit
    from superatom.conditions.recommenders.transfer import leave_one_out

    rng = np.random.default_rng(4)
    x = rng.random((7, 2))
    y = world(x) + rng.normal(0, 2, 7)
    model = fit(x, y, numbers(2))
    with torch.no_grad():
        points = torch.from_numpy(x)[None]
        covariances = model.covar_module.forward(points, points).numpy()
        noise = model.likelihood.noise.numpy()
    scale = y.std(ddof=1)
    found = []
    for prior, own in zip(covariances, noise, strict=True):
        k = scale**2 * (prior + np.diag(own))
        for i in range(7):
            rest = np.delete(np.arange(7), i)
            weights = np.linalg.solve(k[np.ix_(rest, rest)], k[rest, i])
            expected = y.mean() + weights @ (y[rest] - y.mean())
            found.append(norm.logpdf(y[i], expected, np.sqrt(k[i, i] - weights @ k[rest, i])))
    assert leave_one_out(model, 7) == pytest.approx(np.sum(found) / len(covariances), abs=1e-2)
