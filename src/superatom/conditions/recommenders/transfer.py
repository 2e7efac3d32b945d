"""What an earlier campaign or the literature teaches a new one, taken only where the new records bear it out.

Of the four kinds of transfer (S. J. Pan and Q. Yang, IEEE Trans. Knowl. Data Eng. 2010, 22, 1345,
doi:10.1109/TKDE.2009.191) two are here: *instances*, the source's records beside the own ones, each weighted by how
likely the own records make it; and *parameters*, the source's model as prior mean and its lengths as prior lengths. The
*features* of a chemical are shared by all campaigns through its descriptors; *relations* between records are not used.

Imports torch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from gpytorch.means import Mean
from torch import Tensor

from superatom.conditions.recommenders.surrogate import Surrogate, fit, posterior, repeat_spread, scale_of
from superatom.conditions.space.encoding import Block
from superatom.conditions.space.parameters import Array

Data = tuple[Array, Array]  # features (n, n_features) and values (n,)
_MARGIN = 2.0  # nats by which the source must raise the likelihood of the own records: one per fitted number (AIC)
_LEAST_WEIGHT = 1e-3
_FEWEST = 3


class SourceMean(Mean):  # type: ignore[misc]
    """The prior mean that a source's model predicts, ``intercept + slope * mean of the source``, standardised."""

    def __init__(self, source: Surrogate, intercept: float, slope: float, centre: float, spread: float) -> None:
        super().__init__()
        self._source = [source]  # in a list: its parameters are not to be fitted again
        self._line = (intercept - centre) / spread, slope / spread

    def forward(self, x: Tensor) -> Tensor:
        """Return the mean at features, shape (...)."""
        with torch.no_grad():
            told, _ = self._source[0].moments(x.reshape(-1, x.shape[-1]))
            mean = told.mean(0).reshape(x.shape[:-1])
        return self._line[0] + self._line[1] * mean


def fit_with_source(own_data: Data, source_data: Data, blocks: Sequence[Block], kind: str) -> tuple[Surrogate, float]:
    """Return the model of the own records, helped by a source where that is borne out, and the gain in nats.

    `kind` is ``instances`` or ``parameters``. Both bring the source onto the own scale by a straight line with a slope
    not below zero. The help is judged by the leave-one-out likelihood of the own records (Rasmussen and Williams, eqs.
    5.10-5.12); where it does not rise by more than two nats, the model without the source is
    returned and the gain is 0.
    """
    (features, values), (source_features, source_values) = own_data, source_data
    own = fit(features, values, blocks)
    if len(values) < _FEWEST or len(source_values) < _FEWEST or np.ptp(source_values) == 0 or np.ptp(values) == 0:
        return own, 0.0
    source = fit(source_features, source_values, blocks)
    told, _ = posterior(source, features)
    slope = max(0.0, float(np.cov(told, values)[0, 1] / max(np.var(told, ddof=1), 1e-300)))
    if slope == 0.0:
        return own, 0.0
    intercept = float(values.mean() - slope * told.mean())
    if kind == "parameters":
        mean = SourceMean(source, intercept, slope, float(values.mean()), float(values.std(ddof=1)))
        lengths = tuple(source.covar_module.drawn.lengths.log().mean(0).exp().tolist())
        helped = fit(features, values, blocks, mean=mean, lengths=lengths)
    else:
        helped = _with_instances(own, own_data, (source_features, intercept + slope * source_values), blocks)
    gain = leave_one_out(helped, len(values)) - leave_one_out(own, len(values))
    return (helped, gain) if gain > _MARGIN else (own, 0.0)


def leave_one_out(model: Surrogate, n: int) -> float:
    """Return the log density, in the unit of the values, of each of the first `n` values given all others, summed.

    The mean over the draws of the hyperparameters.
    """
    with torch.no_grad():
        residual = model.train_targets - model.mean_module(model.train_inputs[0])
        inverse = torch.cholesky_inverse(model.lower)
        precision = inverse.diagonal(dim1=-2, dim2=-1)[:, :n]
        error = (inverse @ residual[..., None])[:, :n, 0] / precision
        density = 0.5 * (precision.log() - precision * error**2 - math.log(2 * math.pi))
    return float(density.sum(-1).mean()) - n * math.log(scale_of(model))


def _with_instances(own: Surrogate, own_data: Data, source_data: Data, blocks: Sequence[Block]) -> Surrogate:
    """Return the model of own and source records, a source record having the more noise the less likely it is."""
    (features, values), (source_features, source_values) = own_data, source_data
    mean, spread = posterior(own, source_features)
    noise = repeat_spread(own) ** 2
    told = np.exp(-0.5 * (source_values - mean) ** 2 / (spread**2 + noise))
    weights = np.clip(told, _LEAST_WEIGHT, 1.0)
    variances = np.concatenate([np.full(len(values), noise), noise / weights])
    return fit(
        np.vstack([features, source_features]), np.concatenate([values, source_values]), blocks, variances=variances
    )
