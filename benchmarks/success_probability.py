"""Is a success probability what it says? `OMP_NUM_THREADS=1 nice -n 10 python benchmarks/success_probability.py`.

Invented worlds of 2, 3 and 4 numbers in which every setting works with a known probability: half of the space on one
side of a plane, a region with soft edges, a corner that fails, and worlds in which no setting matters. 4 to 32 flasks
at random, made or not by chance (drawn until there is at least one of each, which the regression needs); then each
model says how probably a flask works at random settings and near the flasks (0.05 of every range).
Models: `superatom`, Gaussian process classification as campaigns use it; `regression`, a Gaussian process on
+1 and -1; `scikit-learn`, its GaussianProcessClassifier with one length; `base rate`, Laplace's
(s + 1) / (n + 2) everywhere. Metrics are expectations over the true probability, mean over worlds and the three numbers
of parameters: `brier`; `log-loss`, in nats, of probabilities kept within 0.001 and 0.999; `calibration`, the mean
distance between what is said and what is true in ten bins of what is said; `said`, what is said at the likeliest of 300
random settings, and `true`, how probably it works. The spread is the standard error over worlds. `cells behind` counts
the cells (numbers of parameters, flasks, and place) in which the Brier score is above that of the base rate. How large
effects are before any record was decided on other draws of the same families of worlds.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections import defaultdict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from record import row, write
from superatom.conditions.space.encoding import Block

Array = NDArray[np.float64]
DATA = "invented worlds"
DIMENSIONS, FLASKS, N_ASKED = (2, 3, 4), (4, 8, 16, 32), 300
PLACES = ("random", "near")
NOTHING_MATTERS = "brier where nothing matters"


def plane(d: int, rng: np.random.Generator) -> Callable[[Array], Array]:
    """Return a world that works on one side of a plane."""
    direction = rng.normal(size=d)
    direction /= np.linalg.norm(direction)
    return lambda x: np.asarray(norm.cdf(5 * (x - 0.5) @ direction))


def region(d: int, rng: np.random.Generator) -> Callable[[Array], Array]:
    """Return a world that works around one setting."""
    centre, radius = rng.uniform(0.2, 0.8, d), 0.35 * np.sqrt(d / 2)
    return lambda x: np.asarray(norm.cdf(2 * (1 - ((x - centre) ** 2).sum(axis=1) / radius**2)))


def corner(d: int, rng: np.random.Generator) -> Callable[[Array], Array]:
    """Return a world that mostly works, but not where two numbers are large."""
    a, b = rng.choice(d, 2, replace=False)
    return lambda x: np.asarray(norm.cdf(1.5 - 6 * np.maximum(np.minimum(x[:, a], x[:, b]) - 0.4, 0) / 0.4))


def alike(d: int, rng: np.random.Generator) -> Callable[[Array], Array]:  # noqa: ARG001
    """Return a world in which no setting matters."""
    share = rng.uniform(0.2, 0.8)
    return lambda x: np.full(len(x), share)


WORLDS = (plane, region, corner, alike)


def superatom(x: Array, y: Array, asked: Array) -> Array:
    from superatom.conditions.recommenders.success import fit_success, success_probability

    return success_probability(fit_success(x, y, _blocks(x)), asked)


def regression(x: Array, y: Array, asked: Array) -> Array:
    from superatom.conditions.recommenders.surrogate import fit, posterior

    mean, spread = posterior(fit(x, 2 * y - 1, _blocks(x)), asked)
    return np.asarray(norm.cdf(mean / spread))


def scikit_learn(x: Array, y: Array, asked: Array) -> Array:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessClassifier
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern

    kernel = ConstantKernel(1.0, (1e-2, 1e2)) * Matern(0.5, (0.05, 10.0), nu=2.5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = GaussianProcessClassifier(kernel, random_state=0).fit(x, y)
    return np.asarray(model.predict_proba(asked)[:, 1])


def base_rate(x: Array, y: Array, asked: Array) -> Array:  # noqa: ARG001
    return np.full(len(asked), (y.sum() + 1) / (len(y) + 2))


MODELS = {"superatom": superatom, "regression": regression, "scikit-learn": scikit_learn, "base rate": base_rate}


def _blocks(x: Array) -> tuple[Block, ...]:
    return tuple(Block(i, "number", i, i + 1) for i in range(x.shape[1]))


def flasks(world: Callable[[Array], Array], n: int, d: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return settings and outcomes of `n` flasks, at least one made and one not."""
    while True:
        x = rng.random((n, d))
        y = (rng.random(n) < world(x)).astype(float)
        if 0 < y.sum() < n:
            return x, y


def scored(said: Array, true: Array) -> dict[str, float]:
    """Return expected scores of probabilities said where the true ones are known."""
    kept = np.clip(said, 0.001, 0.999)
    loss = -(true * np.log(kept) + (1 - true) * np.log(1 - kept))
    return {"brier": float(((said - true) ** 2 + true * (1 - true)).mean()), "log-loss": float(loss.mean())}


def calibration(said: Array, true: Array) -> float:
    """Return the mean distance between said and true in ten bins of what is said, weighted by their size."""
    which = np.minimum((said * 10).astype(int), 9)
    gaps = [abs(float((said - true)[which == b].sum())) for b in range(10)]
    return sum(gaps) / len(said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=12, help="of each number of parameters and flasks")
    given = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    scores: dict[tuple[int, int, str, str], list[dict[str, float]]] = defaultdict(list)
    pairs: dict[tuple[int, str, str], list[tuple[Array, Array]]] = defaultdict(list)
    seconds: dict[str, list[float]] = defaultdict(list)
    for d in DIMENSIONS:
        for n in FLASKS:
            for k in range(given.worlds):
                rng = np.random.default_rng([d, n, k])
                kind = WORLDS[k % len(WORLDS)]
                world = kind(d, rng)
                x, y = flasks(world, n, d, rng)
                near = np.clip(x[rng.integers(n, size=N_ASKED)] + rng.normal(0, 0.05, (N_ASKED, d)), 0, 1)
                asked = np.vstack([rng.random((N_ASKED, d)), near])
                true = world(asked)
                for name, model in MODELS.items():
                    started = time.process_time()
                    said = model(x, y, asked)
                    seconds[name].append(time.process_time() - started)
                    for i, place in enumerate(PLACES):
                        part = slice(i * N_ASKED, (i + 1) * N_ASKED)
                        found = scored(said[part], true[part])
                        if place == "random":
                            best = int(np.argmax(said[part]))
                            found |= {"said": float(said[part][best]), "true": float(true[part][best])}
                        if kind is alike:
                            found[NOTHING_MATTERS] = found["brier"]
                        scores[d, n, place, name].append(found)
                        pairs[n, place, name].append((said[part], true[part]))
            print(f"{d} numbers, {n} flasks", flush=True)
    rows = []
    for n in FLASKS:
        for place in PLACES:
            for name in MODELS:
                every = [one for d in DIMENSIONS for one in scores[d, n, place, name]]
                common = {"split": f"{n} flasks, {place} settings", "model": name}
                for metric in dict.fromkeys(metric for one in every for metric in one):
                    values = np.array([one[metric] for one in every if metric in one])
                    unit = "nat" if metric == "log-loss" else "1"
                    label = f"{metric} at the likeliest" if metric in ("said", "true") else metric
                    rest = common | {"spread": float(values.std() / np.sqrt(len(values))), "n_seeds": len(values)}
                    rows.append(row("success-probability", DATA, label, unit, float(values.mean()), **rest))
                said, true = (np.concatenate(parts) for parts in zip(*pairs[n, place, name], strict=True))
                rest = common | {"n_seeds": len(every)}
                rows.append(row("success-probability", DATA, "calibration", "1", calibration(said, true), **rest))
    for name in MODELS:
        behind = sum(
            np.mean([one["brier"] for one in scores[d, n, place, name]])
            > np.mean([one["brier"] for one in scores[d, n, place, "base rate"]]) + 1e-12
            for d in DIMENSIONS for n in FLASKS for place in PLACES
        )  # fmt: skip
        cells = len(DIMENSIONS) * len(FLASKS) * len(PLACES)
        rows.append(row("success-probability", DATA, "cells behind", f"of {cells}", float(behind), model=name))
        taken = float(np.median(seconds[name]))
        rows.append(row("success-probability", DATA, "cpu-per-fit, median", "s", taken, model=name))
    for one in rows:
        print(f"{one['split']:28} {one['model']:13} {one['metric']:22} {one['value']:.3f}")
    print(write("success_probability", rows, "python benchmarks/success_probability.py", notes=__doc__ or ""))


if __name__ == "__main__":
    main()
