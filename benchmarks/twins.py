"""Regression twins on three public sets: agnp-flow-synthesis, aunp-robot-uvvis, nanocrystal-recipes.

`python benchmarks/twins.py` holds whole groups out (a flow setting, an experiment, a product) and writes
`results/twins.json`; the sets come from the cache or the mirror, one that is not at hand is left out.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from record import row, write
from superatom.data import sources
from superatom.errors import DataSourceError
from superatom.models.outcome.examples import Example
from superatom.models.twins import Measurements, TwinKind, fit_twin, read_measurements

N_CHEMICALS = 25  # the most used ones get an amount column


def silver(folder: Path) -> Measurements:
    """Return the mean spectral loss of every flow setting."""
    read = read_measurements(folder / "AgNP_dataset.csv", "loss")
    groups = [e.series for e in read.examples]
    first = {g: i for i, g in reversed(list(enumerate(groups)))}
    means = [float(read.values[[g == other for other in groups]].mean()) for g in first]
    return Measurements(tuple(read.examples[i] for i in first.values()), np.array(means), "loss")


def gold(folder: Path) -> Measurements:
    """Return the wavelength of the highest absorbance between 400 and 900 nm."""
    wavelengths = np.array(json.loads((folder / "wavelengths_nm.json").read_text()))
    window = (wavelengths > 400) & (wavelengths < 900)
    examples, values = [], []
    for i, line in enumerate((folder / "experiments.jsonl").read_text().splitlines()):
        one = json.loads(line)
        spectrum = np.array(one["uv"]["absorbances"] if isinstance(one["uv"], dict) else one["uv"])
        settings = {name: float(v) for name, v in one["params"].items() if isinstance(v, int | float)}
        examples.append(Example(str(i), None, settings=settings, series=repr(sorted(settings.items()))))
        values.append(float(wavelengths[window][spectrum[window].argmax()]))
    return Measurements(tuple(examples), np.array(values), "peak_nm")


def nanocrystals(folder: Path) -> Measurements:
    """Return the logarithm of the mean size: temperatures, heating rate, time, amounts of common chemicals."""
    [path] = folder.glob("*.csv")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    slots = "ABCDEFGHIJ"
    used = Counter(r[f"{s}2"] for r in rows for s in slots if r[f"{s}2"] != "PlaceHolder")
    common = {name for name, _ in used.most_common(N_CHEMICALS)}
    examples, values = [], []
    for i, r in enumerate(rows):
        try:
            size = float(r["Y1"])
            settings = {name: float(r[name]) for name in ("Temperature1", "Temperature2", "Speed", "Time")}
        except ValueError:
            continue
        if size <= 0:
            continue
        amounts = dict.fromkeys(sorted(common), 0.0)
        for s in slots:
            if r[f"{s}2"] in common:
                amounts[r[f"{s}2"]] += float(r[f"{s}1"] or 0)
        product = r["T2"].split("-")[0]
        examples.append(Example(str(i), None, settings=settings | amounts, series=product))
        values.append(float(np.log10(size)))
    return Measurements(tuple(examples), np.array(values), "log10 size_nm")


SETS: dict[str, tuple[Callable[[Path], Measurements], str, str, tuple[TwinKind, ...]]] = {
    "agnp-flow-synthesis": (silver, "1", "flow setting held out", ("gp", "boosting")),
    "aunp-robot-uvvis": (gold, "nm", "setting held out", ("gp", "boosting")),
    "nanocrystal-recipes": (nanocrystals, "log10 nm", "product held out", ("boosting",)),
}


def main() -> None:
    rows, notes = [], []
    for name, (read, unit, split, kinds) in SETS.items():
        try:
            measured = read(sources.path(name))
        except DataSourceError as error:
            print(f"left out: {error}")
            continue
        parts = {split: measured}
        if name == "nanocrystal-recipes":
            alone = tuple(replace(e, series=e.id) for e in measured.examples)
            parts["random rows"] = Measurements(alone, measured.values, measured.target)
        notes.append(f"{name}: {len(measured.values)} values of {measured.target}, spread {measured.values.std():.3g}")
        for said, part in parts.items():
            for kind in kinds:
                score = fit_twin(part, kind).score
                print(name, said, kind, score, flush=True)
                for metric, value, u in (
                    ("mae", score.mae, unit), ("rmse", score.rmse, unit), ("r2", score.r2, "1"),
                    ("share within one spread", score.coverage, "1"),
                ):  # fmt: skip
                    rows.append(row("twin", name, metric, u, round(value, 4), split=said, model=kind))
    print(write("twins", rows, "python benchmarks/twins.py", "; ".join(notes)))


if __name__ == "__main__":
    main()
