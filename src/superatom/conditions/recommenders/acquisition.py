"""Which candidates promise most: log expected improvement, under noise, limits, failures and pending results (BoTorch).

Logarithms of the acquisition values: S. Ament et al., NeurIPS 2023 (arXiv:2310.20708). Noisy expected hypervolume
improvement: S. Daulton, M. Balandat, E. Bakshy, NeurIPS 2021 (arXiv:2105.08195). Imports torch.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from botorch.acquisition.logei import qLogNoisyExpectedImprovement
from botorch.acquisition.multi_objective import logei
from botorch.acquisition.multi_objective.objective import GenericMCMultiOutputObjective
from botorch.acquisition.objective import GenericMCObjective
from botorch.exceptions.warnings import BotorchWarning, NumericsWarning
from botorch.models.model_list_gp_regression import ModelListGP
from botorch.sampling.normal import SobolQMCNormalSampler
from linear_operator.utils.warnings import NumericalWarning
from scipy.stats import norm
from torch import Tensor

from superatom.conditions.objectives import Objective
from superatom.conditions.recommenders.history import History
from superatom.conditions.recommenders.success import success_probability
from superatom.conditions.recommenders.surrogate import Surrogate, posterior
from superatom.conditions.recommenders.threads import one_thread
from superatom.conditions.space.parameters import Array

logei._load_attempted = True  # noqa: SLF001  # else BoTorch starts a C++ compiler on first use, for other last digits
_DRAWS = 32  # for each draw of the hyperparameters
_CHUNK = 1_024


@dataclass(frozen=True, slots=True)
class Models:
    """One Gaussian process per measured number, in the order of ``objective.measured``, and one of success."""

    measured: tuple[Surrogate, ...]
    success: Surrogate | None = None

    def success_probability(self, features: Array) -> Array:
        """Return the probability that the synthesis works, shape (n,); 1 where nothing was learned."""
        if self.success is None:
            return np.ones(len(features))
        return success_probability(self.success, features)


@one_thread()
def acquisition(models: Models, objective: Objective, history: History, seed: int) -> Callable[[Array, Array], Array]:
    """Return a function of candidate features (m, n_features), and features chosen already, that values each candidate.

    Values are logarithms, shape (m,): one response by noisy expected improvement, several by noisy expected improvement
    of the dominated volume; both times the probability that limits are kept and the synthesis works. What is to be
    improved on are the records that did not fail. Pending records count as looked at.
    """
    model = ModelListGP(*models.measured) if len(models.measured) > 1 else models.measured[0]
    inside = history.is_complete & history.is_inside
    rows = next(rows for rows in (inside & (history.success != 0), inside, history.is_complete) if rows.any())
    baseline = torch.from_numpy(history.features[rows])
    sampler = SobolQMCNormalSampler(torch.Size([_DRAWS]), seed=seed % 2**31)
    constraints = _constraints(objective, history)
    signs = torch.tensor([response.sign for response in objective.responses], dtype=torch.double)
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        torch.manual_seed(seed % 2**31)  # BoTorch prunes the baseline with draws of its own
        _hush()
        common = {"sampler": sampler, "constraints": constraints or None, "prune_baseline": True}
        if len(signs) == 1:
            single = GenericMCObjective(partial(_first, sign=float(signs[0])))
            value = qLogNoisyExpectedImprovement(model, baseline, objective=single, **common)
        else:
            several = GenericMCMultiOutputObjective(partial(_responses, signs=signs))
            value = logei.qLogNoisyExpectedHypervolumeImprovement(
                model, references(objective, history), baseline, objective=several, **common
            )

    @one_thread()
    def evaluate(features: Array, chosen: Array) -> Array:
        waiting = np.vstack([history.features[history.is_pending & ~history.is_complete], chosen])
        with torch.no_grad(), torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            torch.manual_seed(seed % 2**31)
            _hush()
            value.set_X_pending(torch.from_numpy(waiting) if len(waiting) else None)
            parts = [
                value(torch.from_numpy(features[start : start + _CHUNK])[:, None, :]).numpy()
                for start in range(0, len(features), _CHUNK)
            ]
        return np.concatenate(parts) + np.log(models.success_probability(features))

    return evaluate


@one_thread()
def expected_gain(models: Models, objective: Objective, features: Array, done: Array) -> Array:
    """Return the expected improvement of the first response times the probability that a flask counts, shape (m,).

    At features (m, n_features), over the best that is expected at `done`, without pending results:
    ``EI = (mean - best) Φ(z) + spread φ(z)`` with ``z = (mean - best) / spread`` (D. R. Jones et al., J. Global
    Optim. 1998, 13, 455, eq. 15, doi:10.1023/A:1008306431147), averaged over the draws of the hyperparameters (J. Snoek
    et al., NeurIPS 2012, arXiv:1206.2944).
    """
    model, sign = models.measured[0], objective.responses[0].sign
    with torch.no_grad():
        mean, variance = model.moments(torch.from_numpy(features))
        known, _ = model.moments(torch.from_numpy(done))
        gain = sign * mean - (sign * known).amax(dim=1, keepdim=True)
        spread = variance.sqrt()
        z = gain / spread
        density = torch.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
        improvement = (gain * torch.special.ndtr(z) + spread * density).clamp_min(0.0).mean(0).numpy()
    return np.asarray(improvement * counts_probability(models, objective, features))


def counts_probability(models: Models, objective: Objective, features: Array) -> Array:
    """Return the probability that the synthesis works and all limits are kept at features (m, n_features): (m,)."""
    probability = models.success_probability(features)
    for limit in objective.limits:
        mean, spread = posterior(models.measured[objective.measured.index(limit.name)], features)
        too_low = 0.0 if limit.low is None else norm.cdf((limit.low - mean) / spread)
        low_enough = 1.0 if limit.high is None else norm.cdf((limit.high - mean) / spread)
        probability = probability * np.maximum(low_enough - too_low, 0.0)
    return probability


def _constraints(objective: Objective, history: History) -> list[Callable[[Tensor], Tensor]]:
    """Return functions of samples (..., n_models) that are negative where all is well, on the scale of the data."""
    found: list[Callable[[Tensor], Tensor]] = []
    for limit in objective.limits:
        k = objective.measured.index(limit.name)
        values = history.outcomes[history.is_complete, k]
        scale = float(values.std()) or 1.0
        for bound, sign in ((limit.high, 1.0), (limit.low, -1.0)):
            if bound is not None:
                found.append(partial(_excess, k=k, bound=bound, slope=sign / scale))
    return found


def _first(samples: Tensor, X: Tensor | None = None, *, sign: float) -> Tensor:  # noqa: ARG001
    return sign * samples[..., 0]


def _responses(samples: Tensor, X: Tensor | None = None, *, signs: Tensor) -> Tensor:  # noqa: ARG001
    return signs * samples[..., : len(signs)]


def _excess(samples: Tensor, k: int, bound: float, slope: float) -> Tensor:
    return slope * (samples[..., k] - bound)


def references(objective: Objective, history: History) -> list[float]:
    """Return the worst value still of use for each response, more being better."""
    found = []
    for k, response in enumerate(objective.responses):
        values = response.sign * history.outcomes[history.is_complete, k]
        worst = float(values.min() - 0.1 * max(float(np.ptp(values)), 1e-9))
        found.append(worst if response.reference is None else response.sign * response.reference)
    return found


def _hush() -> None:
    warnings.simplefilter("ignore", NumericsWarning)
    warnings.simplefilter("ignore", NumericalWarning)  # replicates make a joint covariance singular; jitter mends it
    warnings.simplefilter("ignore", BotorchWarning)
