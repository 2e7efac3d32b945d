"""Is the reference set worth learning from? Plain baselines on every split, for each level and for PBE minus cheap.

    python benchmarks/set_check.py [--set FOLDER] [--targets gfn1 pbe-gfn1] [--splits random prototype] [--seeds 3]

Models, none of them tuned, all fitted on the training rows only:
mean; a linear ridge, and trees (gradient boosting of what a linear ridge of the composition leaves), on the composition
alone; both on composition and smooth contact counts; a random forest on the eight descriptors of Gu et al. 2025
(doi:10.1039/d5sc04386g).
"composition, best possible" is no model: the error of the median of all configurations of one formula, in sample, which
no model that sees the formula alone can beat.

Rows of a leave-one-out split pool the predictions of all folds; spread is half the range over folds or seeds.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from threadpoolctl import threadpool_limits

from record import row, write
from set_check_features import composition, contacts, eight_descriptors
from superatom.data.reference_set import ReferenceSet, load_reference_set
from superatom.data.splits import SCHEMES, Split, SplitItem, split, split_items
from superatom.errors import SplitError

TASK, UNIT = "set-check", "eV/atom"
DEAR = ("pbe", "pbe-spin")
FEWEST_ROWS = 40  # below that no split says anything
GAIN_WANTED = 1.2  # composition alone must be at least this much worse than composition and geometry
RATIO_FEARED = 10.0  # a random split that makes the set look this much easier than the grouped one misleads
GAIN, RATIO = "mae composition / mae geometry", "mae prototype / mae random"
SEE_FORMULA = ("composition, trees", "composition, linear")
SEE_GEOMETRY = ("composition + contacts, trees", "composition + contacts, linear")

Metrics = dict[str, float]


class LinearThenTrees:
    """A linear model of the composition, and trees for what it leaves: they carry further than trees alone."""

    def __init__(self, n_formula: int, seed: int) -> None:
        self.n_formula = n_formula
        self.first = linear()
        self.second = HistGradientBoostingRegressor(
            max_iter=120, learning_rate=0.15, max_bins=63, early_stopping=False, random_state=seed
        )

    def fit(self, x: np.ndarray, y: np.ndarray) -> LinearThenTrees:
        """Fit the linear model, then the trees on its residuals."""
        self.first.fit(x[:, : self.n_formula], y)
        self.second.fit(x, y - self.first.predict(x[:, : self.n_formula]))
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the sum of both."""
        return self.first.predict(x[:, : self.n_formula]) + self.second.predict(x)


def linear() -> Any:
    return make_pipeline(StandardScaler(), FunctionTransformer(clipped), RidgeCV(np.logspace(-2, 4, 7)))


def models(seed: int, n_formula: int) -> dict[str, tuple[str, Callable[[], Any]]]:
    """Return {model: (which features, maker of the regressor)}; the first `n_formula` columns are the composition."""

    def trees() -> Any:
        return LinearThenTrees(n_formula, seed)

    def forest() -> Any:
        return RandomForestRegressor(60, min_samples_leaf=2, random_state=seed)

    return {
        "mean": ("composition", DummyRegressor),
        SEE_FORMULA[0]: ("composition", trees),
        SEE_FORMULA[1]: ("composition", linear),
        SEE_GEOMETRY[0]: ("contacts", trees),
        SEE_GEOMETRY[1]: ("contacts", linear),
        "eight descriptors, forest": ("eight", forest),
    }


def clipped(x: np.ndarray) -> np.ndarray:
    """Keep a count that hardly varies in the training rows from ruling the prediction where it does vary."""
    return np.clip(x, -6, 6)


def metrics(truth: np.ndarray, predicted: np.ndarray) -> Metrics:
    from scipy.stats import spearmanr

    error = predicted - truth
    found = {"mae": float(np.abs(error).mean()), "rmse": float(np.sqrt((error**2).mean()))}
    spread = float(((truth - truth.mean()) ** 2).sum())
    if spread > 0:
        found["r2"] = 1 - float((error**2).sum()) / spread
        if np.ptp(predicted) > 0:
            found["spearman"] = float(spearmanr(truth, predicted).statistic)
    return found


def folds(items: Sequence[SplitItem], scheme: str, seeds: int) -> Iterator[Split | SplitError]:
    """Yield every split of a scheme, or why it cannot be made."""
    held_out = {
        "leave-dopant-out": lambda item: item.dopants,
        "leave-ligand-out": lambda item: item.ligands,
        "leave-topology-out": lambda item: (item.topology,),
    }
    plans: list[dict[str, Any]] = [{"seed": seed} for seed in range(1 if scheme.startswith("size") else seeds)]
    if scheme in held_out:
        plans = [{"held_out": key} for key in sorted({key for item in items for key in held_out[scheme](item)})]
    for plan in plans:
        try:
            yield split(items, scheme, **plan)
        except SplitError as error:
            yield error


@dataclass(frozen=True)
class Problem:
    """One target in eV per metal atom, with the rows that have it and their features."""

    data: str
    items: Sequence[SplitItem]
    target: np.ndarray
    features: dict[str, np.ndarray]


def study(problem: Problem, schemes: Sequence[str], seeds: int) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows of one target, and why a split could not be made."""
    data, target = problem.data, problem.target
    rows, remarks = [], []
    for scheme in schemes:
        truth: list[np.ndarray] = []
        predicted: dict[str, list[np.ndarray]] = defaultdict(list)
        started = time.perf_counter()
        for number, made in enumerate(folds(problem.items, scheme, seeds)):
            if isinstance(made, SplitError):
                remarks.append(f"{data}: {made}")
                print(f"{data}: {made}", file=sys.stderr)
                continue
            truth.append(target[made.test])
            for name, (which, maker) in models(number, problem.features["composition"].shape[1]).items():
                x = problem.features[which]
                predicted[name].append(maker().fit(x[made.train], target[made.train]).predict(x[made.test]))
        for name, parts in predicted.items():
            pooled = metrics(np.concatenate(truth), np.concatenate(parts))
            single = [metrics(t, p) for t, p in zip(truth, parts, strict=True)]
            for metric, value in pooled.items():
                values = [one[metric] for one in single if metric in one]
                half_range = round((max(values) - min(values)) / 2, 5) if len(values) > 1 else None
                rows.append(row(TASK, data, metric, "1" if metric in ("r2", "spearman") else UNIT, round(value, 5),
                                split=scheme, model=name, spread=half_range, n_seeds=len(parts)))  # fmt: skip
            print(f"{data:28s} {scheme:20s} {name:32s} mae {pooled['mae']:.4f}  r2 {pooled.get('r2', np.nan):6.3f}")
        print(f"{data:28s} {scheme:20s} {len(truth)} fold(s), {time.perf_counter() - started:.0f} s", flush=True)
    return rows, remarks


def best_possible(data: str, target: np.ndarray, formula: np.ndarray) -> dict[str, Any]:
    """Return the row of the smallest mean absolute error of anything that sees the formula alone."""
    _, group = np.unique(formula, axis=0, return_inverse=True)
    error = np.empty_like(target)
    for g in np.unique(group):
        error[group == g] = np.abs(target[group == g] - np.median(target[group == g]))
    return row(TASK, data, "mae", UNIT, round(float(error.mean()), 5), split="in sample",
               model="composition, best possible")  # fmt: skip


def worth(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the two checks of every target, printed with their verdict; each takes the best model of its kind."""
    best: dict[tuple[str, str, bool], float] = {}
    for r in rows:
        if r["metric"] == "mae" and r["model"] in (*SEE_FORMULA, *SEE_GEOMETRY):
            key = (r["data"], r["split"], r["model"] in SEE_GEOMETRY)
            best[key] = min(best.get(key, np.inf), r["value"])
    checks = []
    for data in sorted({r["data"] for r in rows}):
        for scheme in ("random", "prototype"):
            blind, seeing = (best.get((data, scheme, sees)) for sees in (False, True))
            if blind is not None and seeing is not None:
                gain = blind / seeing
                verdict = "geometry matters" if gain >= GAIN_WANTED else "COMPOSITION IS AS GOOD: more diverse geometry"
                print(f"{data}, {scheme}: mae of composition / mae with geometry = {gain:.2f}: {verdict}")
                checks.append(row(TASK, data, GAIN, "1", round(gain, 3), split=scheme,
                                  model="best of each kind"))  # fmt: skip
        easy, hard = (best.get((data, scheme, True)) for scheme in ("random", "prototype"))
        if easy is not None and hard is not None:
            ratio = hard / easy
            verdict = "honest enough" if ratio < RATIO_FEARED else "A RANDOM SPLIT MISLEADS: more diverse prototypes"
            print(f"{data}: mae grouped by prototype / mae random = {ratio:.2f}: {verdict}")
            checks.append(row(TASK, data, RATIO, "1", round(ratio, 3),
                              model="best with geometry"))  # fmt: skip
    return checks


def targets(reference_set: ReferenceSet) -> dict[str, np.ndarray]:
    """Return formation energies in eV per metal atom of each level, and dear minus cheap; NaN where there is none."""
    levels = {name: reference_set.formation_energies(name) for name in reference_set.levels}
    pairs = {
        f"{dear}-{cheap}": levels[dear] - levels[cheap]
        for dear, cheap in combinations(sorted(levels, key=lambda name: name not in DEAR), 2)
        if dear in DEAR and cheap not in DEAR
    }
    return levels | pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, help="folder of a packed set; default: the packaged one")
    parser.add_argument("--targets", nargs="+", help="such as gfn1 or pbe-gfn1; default: all there are labels for")
    parser.add_argument("--splits", nargs="+", choices=SCHEMES, default=list(SCHEMES))
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    reference_set = load_reference_set(arguments.set)
    wanted = {
        name: target
        for name, target in targets(reference_set).items()
        if not arguments.targets or name in arguments.targets
    }
    if not wanted:
        sys.exit(f"none of {arguments.targets} has labels; there are: {', '.join(targets(reference_set))}")
    used = np.flatnonzero(np.any([np.isfinite(target) for target in wanted.values()], axis=0))
    items = split_items(reference_set, used.tolist())
    formula = composition(items)
    features = {
        "composition": formula,
        "contacts": np.hstack([formula, contacts(items)]),
        "eight": eight_descriptors(items),
    }
    rows, remarks = [], []
    command = " ".join(["python benchmarks/set_check.py", *sys.argv[1:]])
    for name, values in wanted.items():
        target, data = values[used], f"nc-multi, {name}"
        labelled = np.flatnonzero(np.isfinite(target))
        remarks.append(f"{name}: {len(labelled)} configurations")
        if len(labelled) < FEWEST_ROWS:
            continue
        table = {key: columns[labelled] for key, columns in features.items()}
        rows.append(best_possible(data, target[labelled], table["composition"]))
        problem = Problem(data, [items[i] for i in labelled], target[labelled], table)
        with threadpool_limits(1):
            found, why_not = study(problem, arguments.splits, arguments.seeds)
        rows += found
        remarks += why_not
        write("set_check", rows, command, "; ".join(remarks))  # what is done stays where a later target is cut short
    rows += worth(rows)
    print(write("set_check", rows, command, "; ".join(remarks)))


if __name__ == "__main__":
    main()
