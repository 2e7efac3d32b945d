"""Invented design spaces that answer as flasks do: for choosing and testing models away from the measured tables.

Each world is drawn from a family by a seed: numbers between 0 and 1, or chemicals, as settings, on a grid of at most
600, and one response, more being better. Constants are drawn, so that no two worlds are alike.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lookup_tables import Array, Table
from superatom.conditions.objectives import Goal
from superatom.conditions.space import Parameter, Space

GAS_CONSTANT = 8.314e-3  # kJ/(mol K)
LEVELS = {3: 9, 4: 5, 5: 4}
N_ROWS, N_STEPS = 600, 200
NOISE = 0.1  # of the spread of the truth, in the worlds with repeats that differ


def kinetics(x: Array, rng: np.random.Generator) -> Array:
    """Return the yield of P in % where A + B give P, P decays and A goes elsewhere: by temperature, time, B and A."""
    temperature, time = 293 + 70 * x[:, 0], 5 * 100 ** x[:, 1]
    a = 0.02 * 25 ** x[:, 3]
    b = a * 0.5 * 8 ** x[:, 2]

    def rate(centre: float, spread: float, low: float, high: float) -> Array:
        barrier = rng.uniform(low, high)
        factor = np.exp(-barrier / GAS_CONSTANT * (1 / temperature - 1 / 323))
        return np.asarray(np.exp(rng.normal(centre, spread)) * factor)

    made, decayed, lost = rate(-3, 1, 40, 90), rate(-6, 1.2, 60, 130), rate(-6, 1, 50, 120)
    order = rng.choice([0.5, 1.0])
    with_b, with_a = rng.random(2) < 0.5
    left_a, left_b, product, step = a.copy(), b.copy(), np.zeros_like(a), time / N_STEPS
    for _ in range(N_STEPS):
        forward = np.minimum(made * left_a * (left_b / 0.1) ** order, np.minimum(0.5 * left_a, 0.9 * left_b) / step)
        back = np.minimum(decayed * product * (left_b / 0.1 if with_b else 1), 0.5 * product / step)
        aside = np.minimum(lost * left_a * (left_a / 0.1 if with_a else 1), 0.5 * left_a / step)
        left_a, left_b = left_a - step * (forward + aside), np.maximum(left_b - step * forward, 0)
        product = product + step * (forward - back)
    return np.asarray(100 * product / a)


def windows(x: Array, rng: np.random.Generator) -> Array:
    """Return the share of one cluster in the product: a window for each setting, tilted; some settings are idle."""
    d = x.shape[1]
    centre, width = rng.uniform(0.1, 0.9, d), np.exp(rng.normal(-0.9, 0.5, d))
    away = x - centre
    away = away + away @ rng.normal(0, 0.15, (d, d))
    return np.asarray(100 * np.exp(-0.5 * ((away / width) ** 2 * (rng.random(d) >= 0.25)).sum(axis=1)))


def surface(x: Array, rng: np.random.Generator) -> Array:
    """Return a second-order surface with few active settings that saturates at 0 and 100 %."""
    d, z = x.shape[1], 2 * x - 1
    active = rng.random(d) < 0.7
    active[rng.integers(d)] = True
    height = z @ (rng.normal(size=d) * active) - z**2 @ (np.abs(rng.normal(size=d)) * active * rng.uniform())
    for i in range(d):
        for j in range(i):
            height = height + 0.6 * rng.normal() * z[:, i] * z[:, j] * (active[i] and active[j])
    return np.asarray(100 / (1 + np.exp(-1.3 * ((height - height.mean()) / height.std() - 0.5))))


def spectrum(x: Array, rng: np.random.Generator) -> Array:
    """Return minus the distance of a spectrum from the wanted one: size and width follow the settings."""
    d, z = x.shape[1], 2 * x - 1
    size = z @ (rng.normal(size=d) * np.sort(rng.random(d))[::-1]) + 0.4 * rng.normal() * z[:, 0] * z[:, 1]
    width = z @ (rng.normal(size=d) * rng.random(d)) + 0.3 * rng.normal() * z[:, 2] ** 2
    wanted = np.quantile(size, rng.uniform(0.1, 0.95))
    return np.asarray(-np.tanh(np.abs(size - wanted) / size.std()) - 0.1 * (width - width.min()) / width.std())


def powers(x: Array, rng: np.random.Generator) -> Array:
    """Return a product of power laws, in logarithms, most of it lost beyond a border."""
    logarithms = np.log(0.3 + x)
    value, border = (logarithms @ rng.normal(size=x.shape[1]) for _ in range(2))
    kept = np.where(border > np.quantile(border, rng.uniform(0.3, 0.8)), 0.4, 1.0)
    return np.asarray(np.log1p(np.exp(value - np.median(value))) * kept)


FAMILIES: dict[str, Callable[[Array, np.random.Generator], Array]] = {
    "kinetics": kinetics, "windows": windows, "surface": surface, "spectrum": spectrum, "powers": powers,
}  # fmt: skip
SHAPES = ((4, 0.0), (5, NOISE))  # numbers of settings, and noise


def world(family: str, n_settings: int, noise: float, seed: int) -> Table:
    """Return one world as a table; noise is part of its answers, as in a table of single measurements."""
    rng = np.random.default_rng([seed, n_settings, sum(map(ord, family))])
    axes = [np.linspace(0, 1, LEVELS[n_settings])] * n_settings
    x = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, n_settings)
    x = x[rng.permutation(len(x))[:N_ROWS]]
    y = FAMILIES[family](x, rng)
    y = y + noise * y.std() * rng.normal(size=len(y))
    names = [f"x{i}" for i in range(n_settings)]
    space = Space.of_table(
        dict(zip(names, x.T.tolist(), strict=True)), [Parameter.continuous(name, 0, 1) for name in names]
    )
    return Table(f"{family}, {n_settings} settings", space, tuple((float(v),) for v in y), Goal.MAXIMISE)


MOLECULES = (
    "CCO", "CC(C)O", "Cc1ccccc1", "CC#N", "CN(C)C=O", "CS(C)=O", "ClCCl", "C1CCOC1", "CCOC(C)=O", "CCCCCC", "CC(C)=O",
    "O", "CCN(CC)CC", "C1CCNCC1", "CC(C)(C)[O-]", "CN(C)C(=N)N(C)C", "c1ccncc1", "OCCO", "CC(=O)O", "Clc1ccccc1",
    "COc1ccccc1", "CCSCC", "SCCc1ccccc1", "SCCCCCC", "OC(=O)CCCCCS", "Sc1ccccc1", "CC(C)(C)c1ccc(S)cc1",
    "OC(=O)c1ccc(S)cc1", "CCP(CC)CC", "c1ccc(cc1)P(c1ccccc1)c1ccccc1",
)  # fmt: skip
CHOICES = ((2, 2), (4, 0), (3, 1), (1, 3))  # numbers of chemicals and of numbers


def with_chemicals(seed: int) -> tuple[Table, float]:
    """Return a world with chemicals to choose from, and its noise.

    What a chemical does follows its descriptors to a share between none and all of it; settings act together.
    """
    rng = np.random.default_rng([seed, len(MOLECULES)])
    n_chemicals, n_numbers = CHOICES[seed % len(CHOICES)]
    noise = NOISE * (seed // len(CHOICES) % 2)
    parameters, axes = [], []
    for i in range(n_chemicals):
        options = [MOLECULES[j] for j in rng.permutation(len(MOLECULES))[: rng.integers(3, 9)]]
        parameters.append(Parameter.chemical(f"c{i}", options))
        axes.append(np.arange(len(options), dtype=float))
    for i in range(n_numbers):
        parameters.append(Parameter.continuous(f"x{i}", 0, 1))
        axes.append(np.linspace(0, 1, 5))
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    points = points[rng.permutation(len(points))[:N_ROWS]]
    alone, together = (
        np.column_stack(parts)
        for parts in zip(*(_effects(p, x, rng) for p, x in zip(parameters, points.T, strict=True)), strict=True)
    )
    weight = np.exp(rng.normal(0, 0.8, len(parameters)))
    weight /= np.linalg.norm(weight)
    height = alone @ weight
    strength = rng.uniform()
    for i in range(len(parameters)):
        for j in range(i):
            height = height + strength * rng.normal() * together[:, i] * together[:, j] * np.sqrt(weight[i] * weight[j])
    yields = 100 / (1 + np.exp(-1.5 * ((height - height.mean()) / height.std() - rng.uniform(0, 1.5))))
    yields = yields + noise * yields.std() * rng.normal(size=len(yields))
    columns = {
        p.name: x.tolist() if p.is_numeric else [p.options[int(i)] for i in x]
        for p, x in zip(parameters, points.T, strict=True)
    }
    table = Table(
        f"chemicals {seed}", Space.of_table(columns, parameters), tuple((float(v),) for v in yields), Goal.MAXIMISE
    )
    return table, noise


def _effects(parameter: Parameter, values: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return what each value of a parameter does by itself and with others, of mean 0 and variance 1 over options."""
    if parameter.is_numeric:
        return _standard(-(((values - rng.uniform(0.1, 0.9)) / rng.uniform(0.3, 1.0)) ** 2)), 2 * values - 1
    told = np.array(list(parameter.descriptors.values())).T
    left, sizes, _ = np.linalg.svd((told - told.mean(axis=0)) / told.std(axis=0), full_matrices=False)
    components = left[:, :4] * sizes[:4] / np.sqrt((sizes[:4] ** 2).sum() / len(told))
    share, found = rng.uniform(), []
    for _ in range(2):
        slope, curve, wave = (rng.normal(size=components.shape[1]) for _ in range(3))
        follows = components @ slope + 0.5 * components**2 @ curve + 0.5 * np.sin(2 * components @ wave)
        its_own = rng.normal(size=len(told))
        found.append((np.sqrt(share) * _standard(follows) + np.sqrt(1 - share) * its_own)[values.astype(int)])
    return found[0], found[1]


def _standard(values: Array) -> Array:
    return np.asarray((values - values.mean()) / values.std())


def worlds(seeds: range) -> list[tuple[Table, float]]:
    """Return all families and shapes for each seed, with the noise of each."""
    return [(world(name, n, noise, seed), noise) for seed in seeds for name in FAMILIES for n, noise in SHAPES]
