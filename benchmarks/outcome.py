"""Table 2 of Li et al. 2019 remade on two data sets: six models and three baselines, nested validation, intervals.

`python benchmarks/outcome.py` goes on where it stopped: every (data, columns, split, model, search, repetition) is a
line of `cache/outcome.jsonl`. Work is done in the order of what it tells; `--minutes` ends it after so much CPU time,
and the results file is written from whatever is there. `--trials 50 --searched 3` is a study of the paper's size.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is loaded, or it counts for nothing

import argparse
import hashlib
import json
import math
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from sklearn.preprocessing import StandardScaler

from record import Cache, row, write
from superatom.errors import DataSourceError
from superatom.models.outcome.descriptors import TABLE_1, Descriptor, columns_for, describe
from superatom.models.outcome.examples import Example, cited_examples, labelled
from superatom.models.outcome.explain import explain
from superatom.models.outcome.inputs import groups, inputs, outcomes
from superatom.models.outcome.kinds import KINDS, uses_graphs
from superatom.models.outcome.metrics import calibration_error, intervals
from superatom.models.outcome.model import fit_outcome_model
from superatom.models.outcome.tables import pom_examples
from superatom.models.outcome.validation import repetition

TASK = "outcome"
_TRACE_ML = 0.02  # half the smallest volume of the POM experiments
FAST = ("majority", "stated", "logistic", "svm", "gp", "forest")
N_FOLDS = 5


@dataclass(frozen=True)
class Problem:
    """A data set with the columns the models see; of a side line one repetition with the defaults is enough."""

    name: str
    examples: Sequence[Example]
    columns: Sequence[Descriptor]
    splits: tuple[str, ...]
    kinds: tuple[str, ...]
    is_sideline: bool = False

    def groups(self, split: str) -> Any:
        """Return a group number per example, shape (n,)."""
        return groups(self.examples, self.columns, split)  # type: ignore[arg-type]

    def digest(self) -> str:
        """Return what changes when the examples, the columns or the groups held out do."""
        text = repr([(e.id, e.success, sorted(e.settings.items()), e.ligands, e.series) for e in self.examples])
        text += repr([self.groups(split).tolist() for split in self.splits])
        return hashlib.sha256((text + repr([c.name for c in self.columns])).encode()).hexdigest()[:12]


def problems() -> list[Problem]:
    cited, certain = labelled(cited_examples()), labelled(cited_examples(only_certain=True))
    splits = ("series", "random", "ligand")
    found = [
        Problem("cited, 17 descriptors", cited, TABLE_1, splits, KINDS),
        Problem("cited, all settings", cited, columns_for(cited), splits, FAST),
        Problem("cited, certain only, 17 descriptors", certain, TABLE_1, splits, KINDS, is_sideline=True),
        Problem("cited, certain only, all settings", certain, columns_for(certain), splits, FAST, is_sideline=True),
    ]
    try:
        pom = labelled(pom_examples())
    except DataSourceError as error:
        print(f"left out: {error}")
        return found
    kinds = tuple(k for k in KINDS if not uses_graphs(k))  # the chemicals never change: a graph adds a constant
    ratios = [_with_ratios(example) for example in pom]
    return [
        *found,
        Problem("pom", pom, columns_for(pom), ("random", "series"), kinds),
        Problem("pom, shares and ratios", ratios, columns_for(ratios), ("random", "series"), FAST, is_sideline=True),
    ]


def _with_ratios(example: Example) -> Example:
    """Return the example with the share of each volume in the whole and the logarithm of the ratio of each pair."""
    total = sum(example.settings.values())
    shares = {f"share of {name}": value / total for name, value in example.settings.items()}
    pairs = combinations(sorted(example.settings.items()), 2)
    ratios = {f"ln {a} / {b}": math.log((x + _TRACE_ML) / (y + _TRACE_ML)) for (a, x), (b, y) in pairs}
    return replace(example, settings={**example.settings, **shares, **ratios})


def disagreement(problem: Problem) -> list[dict[str, Any]]:
    """Return how often the pairs of experiments with the nearest settings had different outcomes.

    What no model of these settings can know: near twins that differ are the noise of the experiment.
    """
    x = StandardScaler().fit_transform(describe(problem.examples, problem.columns))
    y = outcomes(problem.examples)
    first, second = np.triu_indices(len(x), 1)
    distance = np.linalg.norm(x[first] - x[second], axis=1)
    order = np.argsort(distance, kind="stable")
    rows = []
    for n in (50, 100, 200, 400):
        nearest = order[:n]
        differ = float((y[first[nearest]] != y[second[nearest]]).mean())
        split = f"{n} nearest pairs, up to {distance[nearest[-1]]:.2f} standard deviations apart"
        rows.append(row(TASK, problem.name, "pairs that disagree", "1", round(differ, 3), split=split, model="none"))
    return rows


def jobs(given: Sequence[Problem], n_repeats: int, n_trials: int, n_searched: int) -> Iterator[dict[str, Any]]:
    """Yield the work, what tells most first: one repetition with the defaults, then searched, then more."""
    for repeat in range(n_repeats):
        for trials in (0, n_trials) if n_trials and repeat < n_searched else (0,):
            for is_fast in (True, False):
                for problem in given:
                    if problem.is_sideline and (repeat or trials):
                        continue
                    for split in problem.splits:
                        for kind in problem.kinds:
                            is_searchable = kind not in ("majority", "stated", "gp")
                            if (kind in FAST) is is_fast and (trials == 0 or is_searchable):
                                yield {
                                    "problem": problem.name, "digest": problem.digest(), "split": split, "model": kind,
                                    "trials": trials, "repeat": repeat, "folds": N_FOLDS,
                                }  # fmt: skip


def study(given: Sequence[Problem], arguments: argparse.Namespace, cache: Cache) -> None:
    by_name = {p.name: p for p in given}
    prepared: dict[str, Any] = {}
    start = time.process_time()
    for job in jobs(given, arguments.repeats, arguments.trials, arguments.searched):
        key = json.dumps(job, sort_keys=True)
        if key in cache.records:
            continue
        if time.process_time() - start > 60 * arguments.minutes:
            print(f"stopped after {arguments.minutes} CPU minutes; run again to go on")
            return
        problem = by_name[job["problem"]]
        if problem.name not in prepared:
            prepared[problem.name] = inputs(problem.examples, problem.columns), outcomes(problem.examples)
        items, y = prepared[problem.name]
        before = time.process_time()
        probability, chosen = repetition(
            items, y, problem.groups(job["split"]), job["model"], n_folds=N_FOLDS, n_trials=job["trials"],
            seed=job["repeat"],
        )  # fmt: skip
        seconds = time.process_time() - before
        answer = {"probability": probability.round(5).tolist(), "chosen": chosen, "cpu_s": round(seconds, 2)}
        cache.add({"key": key, **job, **answer})
        print(f"{job['problem']:24s} {job['split']:7s} {job['model']:14s} trials {job['trials']:3d} "
              f"repetition {job['repeat']}: {seconds:.1f} s", flush=True)  # fmt: skip


def table(given: Sequence[Problem], cache: Cache) -> list[dict[str, Any]]:
    """Return the rows of everything done so far; `spread` is half the 95 % interval over groups."""
    rows = []
    for problem in given:
        y, digest = outcomes(problem.examples), problem.digest()
        found: dict[tuple[str, str, int], list[list[float]]] = defaultdict(list)
        for answer in cache.records.values():
            if answer["digest"] == digest and answer["problem"] == problem.name:
                found[answer["split"], answer["model"], answer["trials"]].append(answer["probability"])
        for (split, kind, trials), runs in sorted(found.items()):
            probability = np.array(runs)
            model = f"{kind}, searched ({trials} trials)" if trials else kind
            figures = intervals(y, probability >= 0.5, problem.groups(split))
            for metric, i in figures.items():
                rows.append(row(TASK, problem.name, metric, "1", round(i.value, 3), split=split, model=model,
                                spread=round((i.high - i.low) / 2, 3), n_seeds=len(runs)))  # fmt: skip
            error = float(np.mean([calibration_error(y, p) for p in probability]))
            rows.append(row(TASK, problem.name, "calibration error, raw", "1", round(error, 3), split=split,
                            model=model, n_seeds=len(runs)))  # fmt: skip
    return rows


def trees(given: Sequence[Problem]) -> list[dict[str, Any]]:
    """Return how faithful trees of 40 000 drawn recipes are to the forest; cited ones also for NaBH4 in water."""
    rows = []
    for problem in given:
        if problem.is_sideline:
            continue
        model = fit_outcome_model(problem.examples, "forest", columns=problem.columns, data=problem.name)
        aqueous = Example("bench", None, (), ("water",), "NaBH4")
        for bench in (None, aqueous) if problem.name.startswith("cited") else (None,):
            found = explain(model, fixed=bench)
            where = f"{found.n_checked} other drawn recipes" + (", NaBH4 in water" if bench else "")
            for name, of in (("decision tree of forest", found.fidelity), ("larger tree of forest", found.larger)):
                for metric, value in (("f1", of.f1), ("mcc", of.mcc), ("leaves", of.n_leaves)):
                    rows.append(row(TASK, problem.name, f"tree against model, {metric}", "1", round(value, 3),
                                    split=where, model=name))  # fmt: skip
            rows.append(row(TASK, problem.name, "share of drawn recipes in domain", "1", round(found.in_domain, 3),
                            split=where, model="forest"))  # fmt: skip
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=50.0, help="CPU minutes of this run")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--searched", type=int, default=1, help="repetitions with a search")
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--table-only", action="store_true", help="write the results of what is in the cache")
    arguments = parser.parse_args()
    given, cache = problems(), Cache("outcome")
    if not arguments.table_only:
        study(given, arguments, cache)
    rows = [*table(given, cache), *(r for p in given if p.name == "pom" for r in disagreement(p))]
    notes = "; ".join(
        f"{p.name}: {len(p.examples)} examples, {int(outcomes(p.examples).sum())} successes, "
        f"{p.groups('series').max() + 1} groups by series" for p in given
    )  # fmt: skip
    notes += (
        ". 5 folds; spread is half the 95 % bootstrap interval over groups; searched = hyperparameters by Bayesian "
        "search on inner folds, else the default (P = 2, D = 10 for the graphs). "
        f"{cache.commits}"
    )
    cpu = sum(answer["cpu_s"] for answer in cache.records.values()) / 60
    command = f"python benchmarks/outcome.py (in all {cpu:.0f} CPU minutes)"
    write("outcome", rows, command, notes)
    print(write("outcome", [*rows, *trees(given)], command, notes))


if __name__ == "__main__":
    main()
