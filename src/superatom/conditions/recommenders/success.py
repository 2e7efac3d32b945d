"""Will it work at all? A Gaussian process on successes and failures that knows how little a few flasks tell.

Binary classification by Laplace's approximation with a probit likelihood: C. E. Rasmussen, C. K. I. Williams, Gaussian
Processes for Machine Learning, MIT Press 2006, sections 3.4 and 3.9 (R&W below). Imports torch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from gpytorch.means import ZeroMean
from torch import Tensor

from superatom.conditions.recommenders.hyperparameters import Hyperparameters, Prior, drawn, telling
from superatom.conditions.recommenders.surrogate import EffectsKernel, Surrogate, n_draws
from superatom.conditions.recommenders.threads import one_thread
from superatom.conditions.space.encoding import Block
from superatom.conditions.space.parameters import Array

_VARIANCE = 8.0  # of the effects, where a flask works with probability Φ(f)
_NEWTON_STEPS = 30
_CONVERGED = 1e-3  # largest step in f after which one more is the last: the error is then about its square
_LEAST_CURVATURE = 1e-8  # of the log likelihood; a record far on its side of the border says next to nothing


@one_thread()
def fit_success(features: Array, success: Array, blocks: Sequence[Block]) -> Surrogate:
    """Return the Gaussian processes of f, where a flask works with probability Φ(f), averaged over hyperparameters.

    Parameters
    ----------
    features
        Shape (n, n_features).
    success
        1 made, 0 not made; shape (n,). One outcome alone will do.

    Notes
    -----
    Laplace's approximation is regression on targets f̂ + ∇log p(y|f̂) / W with noise 1 / W, where W is the curvature of
    -log p(y|f̂) (R&W eqs. 3.21 and 3.24). So what is returned is an ordinary model of BoTorch.
    """
    x = torch.from_numpy(np.ascontiguousarray(features, dtype=float))
    signs = torch.from_numpy(np.where(np.asarray(success) > 0, 1.0, -1.0))
    prior = Prior(blocks, variance=_VARIANCE)
    rows = telling(len(x))

    def log_likelihood(z: Tensor) -> Tensor:
        return log_evidence(_kernel(blocks, prior.read(z)).forward(x[None, rows], x[None, rows]), signs[rows])

    with torch.no_grad():
        kernel = _kernel(blocks, prior.read(drawn(log_likelihood, prior.size, n_draws(len(x)))))
        mode = _mode(kernel.forward(x[None], x[None]), signs)
        slope, curvature = _derivatives(mode, signs)
        noise = 1.0 / curvature.clamp_min(_LEAST_CURVATURE)
    targets = (mode + noise * slope)[..., None]  # on their own scale, that of Φ
    return Surrogate(x, targets, noise[..., None], kernel, mean_module=ZeroMean(), outcome_transform=None)


def _kernel(blocks: Sequence[Block], found: Hyperparameters) -> EffectsKernel:
    """Return the kernel of f: effects of variance v, and a level shared by the whole space, of variance 1 + v.

    Averaged over effects of variance v, a level m gives Φ(m / √(1 + v)), which is uniform on 0 to 1 where m has
    variance 1 + v: before any record every share of working settings is as likely as every other. Where nothing but
    the level matters, s successes in n flasks so give Laplace's (s + 1) / (n + 2).
    """
    return EffectsKernel(blocks, found, 1.0 + found.variance)


def success_probability(model: Surrogate, features: Array) -> Array:
    """Return the probability that a flask works, shape (n,): Φ(f) averaged over what is not known of f (R&W 3.9).

    Two flasks that worked are no certainty, not even between them:

    >>> model = fit_success(np.array([[0.4], [0.5]]), np.ones(2), [Block(0, "number", 0, 1)])
    >>> success_probability(model, np.array([[0.45]])).round(1).tolist()
    [0.8]
    """
    with torch.no_grad():
        mean, variance = model.moments(torch.from_numpy(np.ascontiguousarray(features, dtype=float)))
        return np.asarray(torch.special.ndtr(mean / (1.0 + variance).sqrt()).mean(0).numpy())


def log_evidence(covariance: Tensor, signs: Tensor) -> Tensor:
    """Return the approximate log likelihood of outcomes ±1 (n,) under covariances (n_draws, n, n) (R&W eq. 3.32)."""
    mode = _mode(covariance, signs)
    weights, mode = _newton(covariance, signs, mode)
    _, curvature = _derivatives(mode, signs)
    lower = _factor(covariance, curvature)
    fit = torch.special.log_ndtr(signs * mode).sum(-1) - 0.5 * (weights * mode).sum(-1)
    return fit - lower.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def _mode(covariance: Tensor, signs: Tensor) -> Tensor:
    """Return the most probable f of the records under each covariance, shape (n_draws, n) (R&W algorithm 3.1)."""
    mode = torch.zeros(covariance.shape[:-1], dtype=covariance.dtype)
    for _ in range(_NEWTON_STEPS):
        _, following = _newton(covariance, signs, mode)
        is_near = float((following - mode).abs().max()) < _CONVERGED
        mode = following
        if is_near:
            break
    return mode


def _newton(covariance: Tensor, signs: Tensor, at: Tensor) -> tuple[Tensor, Tensor]:
    """Return K⁻¹f and f after one Newton step."""
    slope, curvature = _derivatives(at, signs)
    root = curvature.sqrt()
    aim = (curvature * at + slope)[..., None]
    lower = _factor(covariance, curvature)
    inner = torch.cholesky_solve(root[..., None] * (covariance @ aim), lower)
    weights = aim - root[..., None] * inner
    return weights[..., 0], (covariance @ weights)[..., 0]


def _factor(covariance: Tensor, curvature: Tensor) -> Tensor:
    """Return the lower Cholesky factor of I + √W K √W, whose eigenvalues are at least 1."""
    root = curvature.sqrt()
    inner = root[..., :, None] * covariance * root[..., None, :]
    return torch.linalg.cholesky(torch.eye(root.shape[-1], dtype=root.dtype) + inner)


def _derivatives(f: Tensor, signs: Tensor) -> tuple[Tensor, Tensor]:
    """Return slope of log Φ(±f) and minus its curvature, each (n,) (R&W eq. 3.16)."""
    density = torch.exp(-0.5 * f**2 - 0.5 * math.log(2 * math.pi) - torch.special.log_ndtr(signs * f))
    slope = signs * density
    return slope, (slope * (slope + f)).clamp_min(0.0)
