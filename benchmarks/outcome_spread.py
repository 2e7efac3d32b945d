"""Is the ± of an outcome model what it says? `OMP_NUM_THREADS=1 nice -n 10 python benchmarks/outcome_spread.py`.

The invented worlds of `success_probability.py`, in 2 and 3 numbers. From each, tables of 6 to 48 flasks are drawn again
and again (with at least two made and two not), a model is fitted to each table, and asked the same 100 settings. The ±
of an answer claims how far it would move had other flasks been drawn; `moved` is how far it did. `said` is the ± of
`superatom outcome predict`, `members` the bare standard deviation over the ensemble, and `off` how far answers are from
the true probability, which no table of so few flasks can tell. Root mean squares over settings, tables and worlds.
"""

from __future__ import annotations

import argparse

import numpy as np

from record import row, write
from success_probability import DATA, WORLDS, Array
from superatom.models.outcome.examples import Example
from superatom.models.outcome.model import fit_outcome_model

KINDS, FLASKS, N_ASKED = ("gp", "logistic"), (6, 12, 24, 48), 100


def table(x: Array, y: Array | None = None) -> list[Example]:
    """Return settings (n, d) and outcomes (n,) as examples."""
    return [
        Example(f"{i}", None if y is None else bool(y[i]), settings={f"x{j}": float(v) for j, v in enumerate(one)})
        for i, one in enumerate(x)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=8)
    parser.add_argument("--tables", type=int, default=6, help="drawn from each world")
    given = parser.parse_args()
    rows = []
    for kind in KINDS:
        for n in FLASKS:
            squares: dict[str, list[float]] = {"moved": [], "said": [], "members": [], "off": []}
            for k in range(given.worlds):
                d = 2 + k // len(WORLDS) % 2
                world, rng = WORLDS[k % len(WORLDS)](d, np.random.default_rng(k)), np.random.default_rng([n, k])
                asked, answers = rng.random((N_ASKED, d)), []
                for _ in range(given.tables):
                    made = np.zeros(n, dtype=bool)
                    while not 2 <= made.sum() <= n - 2:
                        x = rng.random((n, d))
                        made = rng.random(n) < world(x)
                    model = fit_outcome_model(table(x, made), kind)
                    mean, spread, _ = model.answer(table(asked))
                    items = model.inputs(table(asked))
                    answers.append(mean)
                    squares["said"].append(float((spread**2).mean()))
                    squares["members"].append(float(model.probabilities(items).var(axis=0).mean()))
                    squares["off"].append(float(((mean - world(asked)) ** 2).mean()))
                squares["moved"].append(float(np.var(answers, axis=0, ddof=1).mean()))
            for metric, values in squares.items():
                common = {"model": f"outcome {kind}", "split": f"{n} flasks", "n_seeds": given.worlds * given.tables}
                size = float(np.sqrt(np.mean(values)))
                rows.append(row("success-probability", DATA, metric, "1", size, **common))
            print(kind, n, {r["metric"]: round(r["value"], 3) for r in rows[-4:]}, flush=True)
    print(write("outcome_spread", rows, "python benchmarks/outcome_spread.py", notes=__doc__ or ""))


if __name__ == "__main__":
    main()
