"""The Gaussian process of the campaign: main effects and interactions over numbers, choices and chemicals (BoTorch).

Imports torch; the recommenders import it when they first need a model.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from botorch.exceptions.warnings import InputDataWarning
from botorch.models import SingleTaskGP
from botorch.models.transforms.outcome import Standardize
from botorch.posteriors.fully_bayesian import MCMC_DIM, GaussianMixturePosterior
from gpytorch.kernels import Kernel
from gpytorch.means import Mean, ZeroMean
from torch import Tensor

from superatom.conditions.recommenders.hyperparameters import Hyperparameters, Prior, drawn, telling
from superatom.conditions.recommenders.threads import one_thread
from superatom.conditions.space.encoding import Block
from superatom.conditions.space.parameters import Array

_MOST_DRAWS, _FEWEST_DRAWS, _RECORDS_TIMES_DRAWS = 16, 4, 2_048
_LEVEL = 0.3  # variance of the mean of all settings about that of the records, for values of variance one
_JITTER = 1e-6
_LEAST_VARIANCE = 1e-12  # of what is left of a variance of one
_CHUNK = 2_048  # features looked at in one go
_SQRT5 = math.sqrt(5.0)


class EffectsKernel(Kernel):  # type: ignore[misc]
    """Matérn-5/2 kernel with one length per block of features: main effects plus everything acting together.

    ``k = level + variance * (share * mean over parameters of k_p + (1 - share) * k_all)``: the first term in brackets
    lets a parameter act by itself, so that what was learned at one setting of the others holds at another (effects are
    sparse and the low orders matter most: C. F. J. Wu and M. S. Hamada, Experiments, Wiley 2009, section 4.6); the
    second lets all act on each other. The kernel of a sum is the sum of kernels: D. Duvenaud et al., NeurIPS 2011
    (arXiv:1112.4394). `level` (n_draws,) is the variance of what all settings share.
    """

    has_lengthscale = False

    def __init__(self, blocks: Sequence[Block], drawn: Hyperparameters, level: Tensor) -> None:
        super().__init__(batch_shape=level.shape)
        self._of_feature = torch.tensor([i for i, b in enumerate(blocks) for _ in range(b.stop - b.start)])
        self._columns = [
            [c for b in blocks if b.parameter == p for c in range(b.start, b.stop)]
            for p in sorted({b.parameter for b in blocks})
        ]
        self.drawn = drawn
        self.level = level

    def forward(self, x1: Tensor, x2: Tensor, diag: bool = False, **_: object) -> Tensor:
        """Return the covariance of features, shape (..., n_draws, n1, n2), or its diagonal."""
        if diag and x1 is x2:
            return (self.level + self.drawn.variance)[:, None].expand(x1.shape[:-1])
        lengths = self.drawn.lengths[:, None, self._of_feature]
        x1, x2 = x1 / lengths, x2 / lengths
        squares = [_squares(x1[..., c], x2[..., c], diag) for c in self._columns]
        effects = _matern(sum(squares[1:], squares[0]))
        wide = (...,) + (None,) * (1 if diag else 2)
        if len(squares) > 1:
            share = self.drawn.share[wide]
            main = sum(_matern(s) for s in squares)
            effects = (share / len(squares)) * main + (1 - share) * effects
        return self.level[wide] + self.drawn.variance[wide] * effects


def _squares(x1: Tensor, x2: Tensor, diag: bool) -> Tensor:
    if diag:
        return ((x1 - x2) ** 2).sum(-1)
    if x1.shape[-1] == 1:
        return (x1 - x2.transpose(-1, -2)) ** 2
    norms = (x1**2).sum(-1, keepdim=True) + (x2**2).sum(-1, keepdim=True).transpose(-1, -2)
    return (norms - 2 * x1 @ x2.transpose(-1, -2)).clamp_min(0.0)


def _matern(squares: Tensor) -> Tensor:
    distance = (squares + 1e-12).sqrt_().mul_(_SQRT5)
    polynomial = (distance / 3).add_(1).mul_(distance).add_(1)
    return polynomial.mul_(distance.neg_().exp_())


class Surrogate(SingleTaskGP):  # type: ignore[misc]
    """Gaussian processes of the same records, one per draw of the hyperparameters, that speak with one voice.

    Features have shape (n, n_features); targets and their variances (n_draws, n, 1). `lower` is the Cholesky factor of
    the covariance of the standardised records, (n_draws, n, n).
    """

    _is_ensemble = True
    _supports_batched_models = False

    def __init__(
        self, features: Tensor, targets: Tensor, variances: Tensor, kernel: EffectsKernel, **options: Any
    ) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputDataWarning)  # features are on the scale of the space, by design
            super().__init__(
                features.expand(len(targets), -1, -1),
                targets,
                train_Yvar=variances,
                covar_module=kernel,
                **options,
            )
        self.eval()
        with torch.no_grad():
            noisy = kernel.forward(self._records, self._records) + torch.diag_embed(self.likelihood.noise + _JITTER)
            self.lower = torch.linalg.cholesky(noisy)
            residual = (self.train_targets - self.mean_module(self._records))[..., None]
            self._white = torch.linalg.solve_triangular(self.lower, residual, upper=False)

    @property
    def _records(self) -> Tensor:
        return self.train_inputs[0]

    @one_thread()
    def moments(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and variance at each of the features (n, n_features) under each draw, each (n_draws, n).

        The same numbers as `posterior` gives one by one, without a covariance per candidate (C. E. Rasmussen, C. K. I.
        Williams, Gaussian Processes for Machine Learning, MIT Press 2006, algorithm 2.1); in the unit of the values.
        """
        found = [self._moments(part) for part in features.split(_CHUNK)]
        mean, variance = (torch.cat(parts, dim=1) for parts in zip(*found, strict=True))
        centre, scale = 0.0, 1.0
        if hasattr(self, "outcome_transform"):
            centre, scale = self.outcome_transform.means[..., 0], self.outcome_transform.stdvs[..., 0]
        return centre + scale * mean, scale**2 * variance.clamp_min(_LEAST_VARIANCE)

    def _moments(self, features: Tensor) -> tuple[Tensor, Tensor]:
        x = features.expand(len(self.lower), -1, -1)
        across = torch.linalg.solve_triangular(self.lower, self.covar_module.forward(self._records, x), upper=False)
        mean = self.mean_module(x) + (across * self._white).sum(-2)
        return mean, self.covar_module.forward(x, x, diag=True) - (across**2).sum(-2)

    @one_thread()
    def posterior(self, X: Tensor, *args: Any, **options: Any) -> GaussianMixturePosterior:
        """Return the posterior at features (..., q, n_features), a mixture over the draws."""
        found = super().posterior(X.unsqueeze(MCMC_DIM), *args, **options)
        return GaussianMixturePosterior(distribution=found.distribution)


@one_thread()
def fit(
    features: Array,
    values: Array,
    blocks: Sequence[Block],
    *,
    variances: Array | None = None,
    mean: Mean | None = None,
    lengths: Sequence[float] | None = None,
) -> Surrogate:
    """Return the Gaussian processes of values (n,) at features (n, n_features), averaged over their hyperparameters.

    The noise is one unknown number, or `variances` (n,) of the values where given; `mean` replaces the prior mean of
    zero (of standardised values), and `lengths` are where the lengths of the blocks are expected.
    """
    x = _tensor(features)
    centre = float(np.mean(values))
    scale = float(np.std(values, ddof=1)) if len(values) > 1 and np.ptp(values) > 0 else 1.0
    with torch.no_grad():
        y = (_tensor(values) - centre) / scale
        y = y if mean is None else y - mean(x)
        known = None if variances is None else _tensor(variances) / scale**2
        rows = telling(len(y))

        def log_likelihood(z: Tensor) -> Tensor:
            found = prior.read(z)
            covariance = _kernel(blocks, found).forward(x[None, rows], x[None, rows])
            noise = found.noise[:, None] if known is None else known[rows]
            return _log_density(y[rows], covariance + torch.diag_embed((noise + _JITTER).expand(len(z), len(rows))))

        prior = Prior(blocks, lengths)
        found = prior.read(drawn(log_likelihood, prior.size, n_draws(len(y))))
        noise = (found.noise[:, None] if known is None else known).expand(len(found.noise), len(y))
    return Surrogate(
        x,
        _tensor(values)[None, :, None].expand(len(noise), -1, 1),
        noise[..., None] * scale**2,
        _kernel(blocks, found),
        mean_module=ZeroMean() if mean is None else mean,
        outcome_transform=Standardize(1, batch_shape=torch.Size([len(noise)])),
    )


def n_draws(n_records: int) -> int:
    """Return how many draws of the hyperparameters to average: fewer where many records leave little open.

    >>> [n_draws(n) for n in (3, 100, 300, 10_000)]
    [16, 16, 6, 4]
    """
    return min(_MOST_DRAWS, max(_FEWEST_DRAWS, _RECORDS_TIMES_DRAWS // n_records))


def _kernel(blocks: Sequence[Block], found: Hyperparameters) -> EffectsKernel:
    return EffectsKernel(blocks, found, torch.full_like(found.variance, _LEVEL))


def _log_density(y: Tensor, covariance: Tensor) -> Tensor:
    """Return the log density of values (n,) under each covariance (n_draws, n, n), but for a constant."""
    lower, failed = torch.linalg.cholesky_ex(covariance)
    white = torch.linalg.solve_triangular(lower, y[:, None].expand(len(lower), -1, 1), upper=False)[..., 0]
    density = -0.5 * (white**2).sum(-1) - lower.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    return torch.where(failed == 0, density, torch.full_like(density, -torch.inf))


def _tensor(array: Array) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array, dtype=float))


def scale_of(model: Surrogate) -> float:
    """Return the standard deviation by which a model divides its values, in their unit."""
    return float(model.outcome_transform.stdvs.reshape(-1)[0])


def prior_spread(model: Surrogate) -> float:
    """Return the standard deviation of the true values before any record, in their unit."""
    return scale_of(model) * math.sqrt(float(model.covar_module.drawn.variance.mean()))


def repeat_spread(model: Surrogate) -> float:
    """Return the standard deviation between repeats of the first record, in the unit of the values."""
    return scale_of(model) * math.sqrt(float(model.likelihood.noise[..., 0].mean()))


def posterior(model: Surrogate, features: Array) -> tuple[Array, Array]:
    """Return mean and standard deviation of the true values, each (n,), in the unit of the values."""
    with torch.no_grad():
        mean, variance = model.moments(_tensor(features))
        spread = (variance.mean(0) + mean.var(0, correction=0)).sqrt()
    return mean.mean(0).numpy(), spread.numpy()
