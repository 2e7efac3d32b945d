"""Will it work at all? A Gaussian process on successes and failures that knows how little a few flasks tell.

Binary classification by Laplace's approximation with a probit likelihood: C. E. Rasmussen, C. K. I. Williams, Gaussian
Processes for Machine Learning, MIT Press 2006, sections 3.4 and 3.9 (R&W below). Imports torch.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

import numpy as np
import torch
from botorch.exceptions.warnings import InputDataWarning
from botorch.models import SingleTaskGP
from gpytorch.kernels import Kernel
from gpytorch.means import ZeroMean
from scipy.optimize import minimize
from scipy.stats import norm
from torch import Tensor

from superatom.conditions.recommenders.surrogate import EffectsKernel, posterior
from superatom.conditions.space.encoding import Block
from superatom.conditions.space.parameters import Array

_NEWTON_STEPS = 30
_CONVERGED = 1e-8
_ITERATIONS = 60
_LEAST_CURVATURE = 1e-8  # of the log likelihood; a record far on its side of the border says next to nothing


class SharedLevelKernel(Kernel):  # type: ignore[misc]
    """An `EffectsKernel` of variance v plus a level shared by the whole space, of variance 1 + v.

    A flask works with probability Φ(f). Averaged over effects of variance v, a level m gives Φ(m / √(1 + v)), which is
    uniform on 0 to 1 where m has variance 1 + v: before any record every share of working settings is as likely as
    every other. Where nothing but the level matters, s successes in n flasks so give Laplace's (s + 1) / (n + 2).
    """

    has_lengthscale = False

    def __init__(self, blocks: Sequence[Block]) -> None:
        super().__init__()
        self.effects = EffectsKernel(blocks)

    def forward(self, x1: Tensor, x2: Tensor, diag: bool = False, **_: object) -> Tensor:
        """Return the covariance of features, shape (..., n1, n2), or its diagonal."""
        return 1.0 + self.effects.variance + self.effects.forward(x1, x2, diag=diag)


def fit_success(features: Array, success: Array, blocks: Sequence[Block]) -> SingleTaskGP:
    """Return the Gaussian process of f, where a flask works with probability Φ(f); hyperparameters most probable.

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
    kernel = SharedLevelKernel(blocks).double()
    _to_most_probable(kernel, x, signs)
    with torch.no_grad():
        mode = _mode(kernel.forward(x, x), signs, torch.zeros_like(signs))
        slope, curvature = _derivatives(mode, signs)
        noise = 1.0 / curvature.clamp_min(_LEAST_CURVATURE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputDataWarning)  # these targets have their own scale, that of Φ
        model = SingleTaskGP(
            x,
            (mode + noise * slope)[:, None],
            train_Yvar=noise[:, None],
            covar_module=kernel,
            mean_module=ZeroMean(),
            outcome_transform=None,
        )
    return model.eval()


def success_probability(model: SingleTaskGP, features: Array) -> Array:
    """Return the probability that a flask works, shape (n,): Φ(f) averaged over what is not known of f (R&W 3.9).

    Two flasks that worked are no certainty, not even between them:

    >>> model = fit_success(np.array([[0.4], [0.5]]), np.ones(2), [Block(0, "number", 0, 1)])
    >>> success_probability(model, np.array([[0.45]])).round(1).tolist()
    [0.8]
    """
    mean, spread = posterior(model, features)
    return np.asarray(norm.cdf(mean / np.sqrt(1.0 + spread**2)))


def _to_most_probable(kernel: SharedLevelKernel, x: Tensor, signs: Tensor) -> None:
    """Set the hyperparameters to where their prior times the approximate likelihood is largest."""
    raw = list(kernel.parameters())
    mode = torch.zeros_like(signs)

    def loss(vector: Array) -> tuple[float, Array]:
        nonlocal mode
        torch.nn.utils.vector_to_parameters(torch.from_numpy(vector.copy()), raw)
        kernel.zero_grad()
        value, mode = _evidence(kernel.forward(x, x), signs, mode)
        for _, module, prior, closure, _ in kernel.named_priors():
            value = value + prior.log_prob(closure(module)).sum()
        (-value).backward()
        slopes = [torch.zeros_like(p) if p.grad is None else p.grad for p in raw]
        return -float(value.detach()), torch.cat([s.reshape(-1) for s in slopes]).numpy()

    start = torch.nn.utils.parameters_to_vector(raw).detach().numpy().copy()
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _ITERATIONS, "ftol": 1e-6})
    torch.nn.utils.vector_to_parameters(torch.from_numpy(found.x), raw)


def _evidence(covariance: Tensor, signs: Tensor, start: Tensor) -> tuple[Tensor, Tensor]:
    """Return the approximate log likelihood of the outcomes (R&W eq. 3.32) and the mode it is taken at.

    One Newton step from the mode is the mode itself, but carries its derivatives with respect to the covariance.
    """
    with torch.no_grad():
        mode = _mode(covariance, signs, start)
    weights, stepped = _newton(covariance, signs, mode)
    _, curvature = _derivatives(stepped, signs)
    lower = _factor(covariance, curvature)
    fit = torch.special.log_ndtr(signs * stepped).sum() - 0.5 * weights @ stepped
    return fit - lower.diagonal().log().sum(), mode


def _mode(covariance: Tensor, signs: Tensor, start: Tensor) -> Tensor:
    """Return the most probable f of the records, shape (n,) (R&W algorithm 3.1)."""
    mode = start
    for _ in range(_NEWTON_STEPS):
        _, following = _newton(covariance, signs, mode)
        step = float((following - mode).abs().max())
        mode = following
        if step < _CONVERGED:
            break
    return mode


def _newton(covariance: Tensor, signs: Tensor, at: Tensor) -> tuple[Tensor, Tensor]:
    """Return K⁻¹f and f after one Newton step."""
    slope, curvature = _derivatives(at, signs)
    root = curvature.sqrt()
    aim = curvature * at + slope
    lower = _factor(covariance, curvature)
    weights = aim - root * torch.cholesky_solve((root * (covariance @ aim))[:, None], lower)[:, 0]
    return weights, covariance @ weights


def _factor(covariance: Tensor, curvature: Tensor) -> Tensor:
    """Return the lower Cholesky factor of I + √W K √W, whose eigenvalues are at least 1."""
    root = curvature.sqrt()
    return torch.linalg.cholesky(torch.eye(len(root), dtype=root.dtype) + root[:, None] * covariance * root[None])


def _derivatives(f: Tensor, signs: Tensor) -> tuple[Tensor, Tensor]:
    """Return slope of log Φ(±f) and minus its curvature, each (n,) (R&W eq. 3.16)."""
    density = torch.exp(-0.5 * f**2 - 0.5 * math.log(2 * math.pi) - torch.special.log_ndtr(signs * f))
    slope = signs * density
    return slope, (slope * (slope + f)).clamp_min(0.0)
