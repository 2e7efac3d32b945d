"""Is the model of a campaign as sure as it may be? `OMP_NUM_THREADS=1 nice -n 10 python benchmarks/surrogate.py`.

Design spaces of invented chemistry (`invented_chemistry.py`: kinetics, windows, second-order surfaces, spectra, power
laws; 4 settings, or 5 with noise; and 24 spaces with chemicals to choose from) are measured at 4, 8, 16 and 32 settings
drawn at random, and each model says what it expects at 150 others. Models: `superatom`, the Gaussian processes of
campaigns, averaged over hyperparameters; `botorch`, its default SingleTaskGP with the most probable ones;
`scikit-learn`, a Matérn-5/2 process with a length per setting, most likely ones; `forest`, 100 trees and their spread.
All see the same features, of a chemical the option and its descriptors. The noise of an answer, where there is any, is
known and added to every spread. Metrics, mean over worlds: `rmse`, by the standard deviation of the world;
`log-density`, of the answers, in nats, higher is better; `within-95` and `within-50`, share of the answers inside the
central 95 and 50 %. The spread is the standard error over worlds. That hyperparameters are averaged, and over which
prior, was decided on other draws of the same families: fresh worlds, no unseen families. Records are drawn at random,
there are no groups.
"""

from __future__ import annotations

import argparse
import warnings
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import norm

from invented_chemistry import Array, with_chemicals, worlds
from record import row, write
from superatom.conditions.space.encoding import Block, Encoding

RECORDS, N_ASKED = (4, 8, 16, 32), 150
N_CHEMICAL = 24


def superatom(x: Array, y: Array, new: Array, blocks: Sequence[Block]) -> tuple[Array, Array]:
    from superatom.conditions.recommenders.surrogate import fit, posterior

    return posterior(fit(x, y, blocks), new)


def botorch(x: Array, y: Array, new: Array, _: Sequence[Block]) -> tuple[Array, Array]:
    import torch
    from botorch.fit import fit_gpytorch_mll
    from botorch.models import SingleTaskGP
    from gpytorch.mlls import ExactMarginalLogLikelihood

    model = SingleTaskGP(torch.tensor(x), torch.tensor(y)[:, None])
    fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
    with torch.no_grad():
        found = model.posterior(torch.tensor(new))
        return found.mean[:, 0].numpy(), found.variance[:, 0].sqrt().numpy()


def scikit_learn(x: Array, y: Array, new: Array, _: Sequence[Block]) -> tuple[Array, Array]:
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    lengths = np.ones(x.shape[1])
    kernel = ConstantKernel(1.0) * Matern(lengths, (1e-2, 1e2), nu=2.5) + WhiteKernel(1e-2, (1e-6, 1.0))
    model = GaussianProcessRegressor(kernel, normalize_y=True, n_restarts_optimizer=1, random_state=0).fit(x, y)
    mean, spread = model.predict(new, return_std=True)
    noise = model.kernel_.k2.noise_level * y.std() ** 2
    return mean, np.sqrt(np.maximum(spread**2 - noise, 1e-12))


def forest(x: Array, y: Array, new: Array, _: Sequence[Block]) -> tuple[Array, Array]:
    from sklearn.ensemble import RandomForestRegressor

    trees = np.array([tree.predict(new) for tree in RandomForestRegressor(100, random_state=0).fit(x, y).estimators_])
    return trees.mean(axis=0), trees.std(axis=0)


MODELS: dict[str, Callable[[Array, Array, Array, Sequence[Block]], tuple[Array, Array]]] = {
    "superatom": superatom, "botorch": botorch, "scikit-learn": scikit_learn, "forest": forest,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=6)
    given = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    scores: dict[tuple[str, int, str], list[tuple[float, ...]]] = defaultdict(list)
    spaces = [("invented chemistry", *world) for world in worlds(range(given.seeds))]
    spaces += [("invented chemistry, chemicals", *with_chemicals(seed)) for seed in range(N_CHEMICAL)]
    for k, (data, table, noise) in enumerate(spaces):
        encode = Encoding(table.space)
        features, truth = encode(table.space.candidates()), table.truth
        scale = truth.std()
        order = np.random.default_rng(k).permutation(len(truth))
        for n in RECORDS:
            tried, asked = order[:n], order[n : n + N_ASKED]
            for name, model in MODELS.items():
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    mean, spread = model(features[tried], truth[tried], features[asked], encode.blocks)
                error = (truth[asked] - mean) / scale
                spread = np.hypot(spread / scale, noise) + 1e-6
                away = np.abs(error) / spread
                scores[data, n, name].append(
                    (
                        float(np.sqrt((error**2).mean())),
                        float(norm.logpdf(error, scale=spread).mean()),
                        float((away < norm.ppf(0.975)).mean()),
                        float((away < norm.ppf(0.75)).mean()),
                    )
                )
    rows = []
    for (data, n, name), found in scores.items():
        for metric, unit, values in zip(
            ("rmse", "log-density", "within-95", "within-50"), ("", "nat", "", ""), np.array(found).T, strict=True
        ):
            error = float(values.std(ddof=1) / np.sqrt(len(values)))
            rows.append(
                row(
                    "surrogate", data, metric, unit, round(float(values.mean()), 3), spread=round(error, 3),
                    split=f"{n} records", model=name, n_seeds=len(values),
                )
            )  # fmt: skip
            print(data, n, name, metric, round(float(values.mean()), 3))
    print(write("surrogate", rows, "python benchmarks/surrogate.py"))


if __name__ == "__main__":
    main()
