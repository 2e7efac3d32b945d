"""How many experiments until the first top-1 % hit? `nice -n 10 python benchmarks/lookup.py`.

Five fully measured design spaces answer a recommender row by row: four of Olympus and the silver nanoprisms in flow
(`superatom data list`). A hit is one of the best 1 % of the rows (rounded, at least one) by their mean value; a row
answers with the mean of its replicates, in the case of single droplets with one of them at random. Every method starts
from nothing: the baselines from five random rows (the same for all methods of a seed), ours from its own first settings
(`superatom`) and from the same five (`superatom, same start`). A run that does not hit within the cap counts as one
more than the cap. Finished runs are kept in benchmarks/cache and not repeated; delete the file to measure again.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import numpy as np

from lookup_methods import RECOMMENDERS
from lookup_tables import CASES, Table
from record import Cache, row, write

MAIN = tuple(name for name in CASES if name not in ("noisy", "constrained", "failures"))
STUDIES = tuple((name, 1) for name in CASES) + tuple((name, 4) for name in MAIN)
SLOW_IN_CASES = ("optuna-gp", "rf-ei", "gp-ei, length per input")  # not in batches and special cases


def experiments_to_hit(table: Table, method: str, seed: int, batch: int, cap: int) -> int:
    """Return the number of the first experiment that hits, or ``cap + 1``."""
    recommender = RECOMMENDERS[method](table, seed)
    top, asked = table.is_top, 0
    while asked < min(cap, len(table)):
        rows = recommender.ask(batch)
        for which in rows:
            asked += 1
            if top[which]:
                return min(asked, cap + 1)
        for i, which in enumerate(rows):
            recommender.tell(which, table.answer(which, seed, asked + i))
    return cap + 1


def interval(values: list[int]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the median."""
    rng = np.random.default_rng(0)
    medians = np.median(rng.choice(values, (2000, len(values))), axis=1)
    return float(np.quantile(medians, 0.025)), float(np.quantile(medians, 0.975))


def summary(name: str, batch: int, method: str, found: list[int], cap: int) -> list[dict[str, Any]]:
    """Return the rows of one method on one table."""
    low, high = interval(found)
    common = {"split": f"batch {batch}" if batch > 1 else "", "model": method, "n_seeds": len(found)}
    missed = sum(n > cap for n in found) / len(found)
    return [
        row("lookup", name, "experiments-to-top1", "", statistics.median(found), spread=(high - low) / 2, **common),
        row("lookup", name, "share-not-reached", "", missed, **common),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--cap", type=int, default=80)
    parser.add_argument("--tables", nargs="*", choices=list(CASES), default=list(CASES))
    parser.add_argument("--methods", nargs="*", choices=list(RECOMMENDERS), default=list(RECOMMENDERS))
    parser.add_argument("--batches", nargs="*", type=int, default=[1, 4])
    parser.add_argument(
        "--finished", action="store_true", help="run nothing, report what is in the cache for all seeds"
    )
    parser.add_argument("--dry", action="store_true", help="print the table, write no result")
    options = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    cache = Cache("lookup")
    done = cache.records
    rows = []
    for name, batch in STUDIES:
        if name not in options.tables or batch not in options.batches:
            continue
        table = CASES[name]()
        for method in options.methods:
            if method in SLOW_IN_CASES and (batch > 1 or name not in MAIN):
                continue
            found = []
            keys = [f"{name}|{batch}|{method}|{seed}|{options.cap}" for seed in range(options.seeds)]
            if options.finished and not all(key in done for key in keys):
                print(f"not finished: {table.name}, batch {batch}, {method}")
                continue
            for seed, key in enumerate(keys):
                if key not in done:
                    started = time.process_time()
                    n = experiments_to_hit(table, method, seed, batch, options.cap)
                    cache.add({"key": key, "n": n, "cpu_s": round(time.process_time() - started, 2)})
                found.append(done[key]["n"])
            rows += summary(table.name, batch, method, found, options.cap)
            cpu = sum(done[key]["cpu_s"] for key in keys)
            print(table.name, f"batch {batch}", method, statistics.median(found), found, f"{cpu:.0f} s", flush=True)
    if not options.dry:
        notes = (
            f"Median over {options.seeds} seeds, spread half its 95 % bootstrap interval; cap {options.cap}. "
            f"{cache.commits}"
        )
        print(write("lookup", rows, "python benchmarks/lookup.py", notes))


if __name__ == "__main__":
    main()
