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
from botorch.exceptions.warnings import InputDataWarning, OptimizationWarning
from botorch.fit import fit_gpytorch_mll
from botorch.models import SingleTaskGP
from botorch.models.transforms.outcome import Standardize
from gpytorch.constraints import GreaterThan, Interval
from gpytorch.kernels import Kernel
from gpytorch.likelihoods import GaussianLikelihood
from gpytorch.means import Mean
from gpytorch.mlls import ExactMarginalLogLikelihood
from gpytorch.priors import GammaPrior, LogNormalPrior, NormalPrior
from torch import Tensor

from superatom.conditions.space.encoding import Block
from superatom.conditions.space.parameters import Array

_ITERATIONS = 100
_SQRT5 = math.sqrt(5.0)
_LENGTHS_KNOWN_TO = 0.5  # natural logarithm, where they come from another campaign


class EffectsKernel(Kernel):  # type: ignore[misc]
    """Matérn-5/2 kernel with one length per block of features: main effects plus everything acting together.

    ``k = share * mean over parameters of k_p + (1 - share) * k_all``: the first term lets a parameter act by itself,
    so that what was learned at one setting of the others holds at another (effects are sparse and the low orders
    matter most: C. F. J. Wu and M. S. Hamada, Experiments, Wiley 2009, section 4.6); the second lets all act on each
    other. The kernel of a sum is the sum of kernels: D. Duvenaud et al., NeurIPS 2011 (arXiv:1112.4394). The prior of
    the lengths grows with the square root of the number of blocks: C. Hvarfner et al., ICML 2024 (arXiv:2402.02229).
    """

    has_lengthscale = False

    def __init__(self, blocks: Sequence[Block], lengths: Sequence[float] | None = None) -> None:
        super().__init__()
        self._of_feature = torch.tensor([i for i, b in enumerate(blocks) for _ in range(b.stop - b.start)])
        parameters = sorted({b.parameter for b in blocks})
        self._columns = [
            torch.tensor([c for b in blocks if b.parameter == p for c in range(b.start, b.stop)]) for p in parameters
        ]
        n = len(blocks)
        centre = math.sqrt(2) + 0.5 * math.log(n)
        self.register_parameter("raw_length", torch.nn.Parameter(torch.zeros(n, dtype=torch.double)))
        self.register_constraint("raw_length", GreaterThan(0.025, initial_value=math.exp(min(centre, 1.0))))
        prior = LogNormalPrior(centre, math.sqrt(3))
        if lengths is not None:
            prior = LogNormalPrior(torch.tensor(lengths, dtype=torch.double).log(), _LENGTHS_KNOWN_TO)
        self.register_prior("length_prior", prior, "length")
        self.register_parameter("raw_variance", torch.nn.Parameter(torch.zeros(1, dtype=torch.double)))
        self.register_constraint("raw_variance", Interval(0.05, 20.0, initial_value=1.0))
        self.register_prior("variance_prior", GammaPrior(2.0, 1.5), "variance")
        self.register_parameter("raw_share", torch.nn.Parameter(torch.zeros(1, dtype=torch.double)))
        self.register_constraint("raw_share", Interval(0.02, 0.98, initial_value=0.5))
        self.register_prior("share_prior", NormalPrior(0.5, 0.25), "share")

    @property
    def length(self) -> Tensor:
        """Length of each block, on the scale of the encoding."""
        return self.raw_length_constraint.transform(self.raw_length)

    @property
    def variance(self) -> Tensor:
        """Prior variance."""
        return self.raw_variance_constraint.transform(self.raw_variance)

    @property
    def share(self) -> Tensor:
        """Share of the main effects in the prior variance."""
        return self.raw_share_constraint.transform(self.raw_share)

    def forward(self, x1: Tensor, x2: Tensor, diag: bool = False, **_: object) -> Tensor:
        """Return the covariance of features, shape (..., n1, n2), or its diagonal."""
        lengths = self.length[self._of_feature]
        x1, x2 = x1 / lengths, x2 / lengths
        squares = [_squares(x1[..., c], x2[..., c], diag) for c in self._columns]
        everything = _matern(torch.stack(squares).sum(0))
        if len(squares) == 1:
            return self.variance * everything
        main = torch.stack([_matern(s) for s in squares]).mean(0)
        return self.variance * (self.share * main + (1 - self.share) * everything)


def _squares(x1: Tensor, x2: Tensor, diag: bool) -> Tensor:
    if diag:
        return ((x1 - x2) ** 2).sum(-1)
    if x1.shape[-1] == 1:
        return (x1 - x2.transpose(-1, -2)) ** 2
    norms = (x1**2).sum(-1, keepdim=True) + (x2**2).sum(-1, keepdim=True).transpose(-1, -2)
    return (norms - 2 * x1 @ x2.transpose(-1, -2)).clamp_min(0.0)


def _matern(squares: Tensor) -> Tensor:
    distance = (squares + 1e-12).sqrt() * _SQRT5
    return (1 + distance + distance**2 / 3) * torch.exp(-distance)


def fit(
    features: Array,
    values: Array,
    blocks: Sequence[Block],
    *,
    variances: Array | None = None,
    mean: Mean | None = None,
    lengths: Sequence[float] | None = None,
) -> SingleTaskGP:
    """Return the Gaussian process of values (n,) at features (n, n_features), hyperparameters at their most probable.

    The noise is one unknown number, or `variances` (n,) of the values where given; `mean` replaces the constant prior
    mean, and `lengths` are where the lengths of the blocks are expected.
    """
    noise: dict[str, Any] = {}
    if variances is None:
        likelihood = GaussianLikelihood(
            noise_prior=LogNormalPrior(-4.0, 1.0), noise_constraint=GreaterThan(1e-4, initial_value=math.exp(-4.0))
        )
        noise["likelihood"] = likelihood.double()
    else:
        noise["train_Yvar"] = _tensor(variances)[:, None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputDataWarning)  # features are on the scale of the space, by design
        warnings.simplefilter("ignore", OptimizationWarning)
        model = SingleTaskGP(
            _tensor(features),
            _tensor(values)[:, None],
            covar_module=EffectsKernel(blocks, lengths).double(),
            mean_module=mean,
            outcome_transform=Standardize(1),
            **noise,
        )
        if len(values) > 1 and np.ptp(values) > 0:
            likelihood = ExactMarginalLogLikelihood(model.likelihood, model)
            fit_gpytorch_mll(likelihood, optimizer_kwargs={"options": {"maxiter": _ITERATIONS}})
    return model.eval()


def _tensor(array: Array) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array, dtype=float))


def scale_of(model: SingleTaskGP) -> float:
    """Return the standard deviation by which a model divides its values, in their unit."""
    return float(model.outcome_transform.stdvs.squeeze())


def prior_spread(model: SingleTaskGP) -> float:
    """Return the standard deviation of the true values before any record, in their unit."""
    return scale_of(model) * math.sqrt(float(model.covar_module.variance.detach().squeeze()))


def posterior(model: SingleTaskGP, features: Array, chunk: int = 20_000) -> tuple[Array, Array]:
    """Return mean and standard deviation of the true values, each (n,), in the unit of the values."""
    means, spreads = [], []
    with torch.no_grad():
        for start in range(0, len(features), chunk):
            x = _tensor(features[start : start + chunk])[:, None, :]
            found = model.posterior(x)
            means.append(found.mean[:, 0, 0].numpy())
            spreads.append(found.variance[:, 0, 0].clamp_min(1e-12).sqrt().numpy())
    return np.concatenate(means), np.concatenate(spreads)
