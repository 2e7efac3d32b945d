"""From energies to the rows of the engine check: relative energies, contact counts, linear corrections, metrics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from record import row
from superatom.data.dft_sets import DftPoint, MixingEnergy, coinage_functional_energies
from superatom.structures.neighbours import neighbour_pairs
from superatom.structures.structure import Structure

TASK = "engine-check"
CLUSTER, ATOM = "eV per cluster", "eV per atom"
METAL_CONTACT_A, SULFUR_CONTACT_A = 3.4, 2.9
METAL_REACHES_A, SULFUR_REACHES_A, WIDTH_A = (2.9, 3.3), (2.45, 2.7), 0.1
FUNCTIONALS = ("pbe", "pbe-d3", "pbesol", "tpss", "r2scan", "b3lyp", "b3lyp-d3", "pbe0", "hse06", "revpbe")
GROUP_MEAN = "mean of the group"
Energies = Mapping[str, float]
Array = npt.NDArray[np.float64]
Rows = Iterator[dict[str, Any]]


def contacts(structure: Structure) -> Array:
    """Return the numbers of Ag-Ag, Ag-Au and Ag-S contacts, and the sum over Ag of the squared number of metals around.

    The plain sum of these coordination numbers is 2 n(Ag-Ag) + n(Ag-Au), so it adds nothing to a linear model.
    """
    symbols = np.array(structure.symbols)
    i, j, d, _ = neighbour_pairs(structure.positions, METAL_CONTACT_A)
    silver, sulfur = symbols == "Ag", symbols == "S"
    metal = silver | (symbols == "Au")
    touching = metal[i] & metal[j]
    neighbours = np.bincount(np.concatenate([i[touching], j[touching]]), minlength=len(symbols))
    to_sulfur = (silver[i] & sulfur[j] | sulfur[i] & silver[j]) & (d < SULFUR_CONTACT_A)
    pair = touching & silver[i] & silver[j], touching & (silver[i] ^ silver[j]), to_sulfur
    return np.array([*(p.sum() for p in pair), (neighbours[silver] ** 2).sum()], dtype=np.float64)


def smooth_contacts(structure: Structure) -> Array:
    """Return ten sums of 1/(1 + exp((d - r)/w)), over five pairs of elements and two reaches r each.

    They see bond lengths, which in a DFT-relaxed geometry know something of the DFT energy: an optimistic baseline.
    """
    symbols = np.array(structure.symbols)
    i, j, d, _ = neighbour_pairs(structure.positions, max(METAL_REACHES_A) + 10 * WIDTH_A)
    pairs = np.array(["".join(sorted(pair)) for pair in zip(symbols[i], symbols[j], strict=True)])
    sums = [
        np.sum(1 / (1 + np.exp((d[pairs == pair] - reach) / WIDTH_A)))
        for pair in ("AuAu", "AgAu", "AgAg", "AuS", "AgS")
        for reach in (SULFUR_REACHES_A if pair.endswith("S") else METAL_REACHES_A)
    ]
    return np.array(sums, dtype=np.float64)


def counts_of(points: Sequence[DftPoint]) -> dict[str, Array]:
    """Return title -> counts relative to the group, shape (n_points, k)."""
    groups = [p.group for p in points]
    four = centred(np.array([contacts(p.structure) for p in points]), groups)
    ten = centred(np.array([smooth_contacts(p.structure) for p in points]), groups)
    return {"contacts": four[:, :3], "contacts and CN^2": four, "smooth contacts": ten}


def centred(values: Array, groups: Sequence[str]) -> Array:
    """Return `values`, shape (n,) or (n, k), minus the mean of each group."""
    out, names = np.array(values, dtype=np.float64), np.array(groups)
    for name in set(groups):
        out[names == name] -= out[names == name].mean(axis=0)
    return out


def held_out(features: Array, target: Array, folds: Sequence[str]) -> Array | None:
    """Return the prediction for every fold of a linear model without constant fitted on the others; None for one fold.

    `features` (n, k) and `target` (n,) are already relative to their groups. Columns are scaled to unit spread.
    """
    names = np.array(folds)
    if len(set(folds)) < 2:
        return None
    out = np.empty_like(target)
    scaled = features / np.maximum(features.std(axis=0), 1e-12)
    for name in set(folds):
        here = names == name
        weights = np.linalg.lstsq(scaled[~here], target[~here], rcond=1e-8)[0]
        out[here] = scaled[here] @ weights
    return out


def metrics(where: tuple[str, str], model: str, predicted: Array, true: Array, unit: str = CLUSTER) -> Rows:
    """Yield Spearman, MAE and RMSE of relative energies; `where` is (data, split)."""
    from scipy.stats import spearmanr

    data, split = where
    error = predicted - true
    if len(true) > 2 and np.ptp(predicted) > 0:
        value = float(spearmanr(predicted, true).statistic)
        yield row(TASK, data, "spearman", "1", round(value, 3), split=split, model=model)
    yield row(TASK, data, "mae", unit, round(float(np.abs(error).mean()), 4), split=split, model=model)
    yield row(TASK, data, "rmse", unit, round(float(np.sqrt((error**2).mean())), 4), split=split, model=model)


def set_rows(data: str, points: Sequence[DftPoint], levels: Mapping[str, Energies]) -> Rows:
    """Yield the rows of one set: every model on every choice of points that some level was evaluated on."""
    for title, chosen in views(data, points):
        subsets: dict[frozenset[str], None] = {}
        for energies in levels.values():
            subsets[frozenset(p.id for p in chosen if p.id in energies)] = None
        for subset in sorted(subsets, key=lambda s: (-len(s), sorted(s))):
            here = in_groups_of_two([p for p in chosen if p.id in subset])
            if here:
                covering = {n: e for n, e in levels.items() if all(p.id in e for p in here)}
                yield from subset_rows(data, f"{title}, {len(here)} structures", here, covering)


def views(data: str, points: Sequence[DftPoint]) -> Iterator[tuple[str, list[DftPoint]]]:
    """Yield (title, points): each family of the orderings, thermal frames with and without the minimum, or all."""
    if data == "au-ag-orderings":
        for family in dict.fromkeys(p.family for p in points):
            yield family, [p for p in points if p.family == family]
    elif data == "au-thiolate-md":
        yield "thermal frames", [p for p in points if not p.id.endswith("/0")]
        yield "with the minimum", [p for p in points if has_minimum(p, points)]
    elif data == "au-hydride-frames":
        for family in sorted({p.family for p in points}):
            yield family, [p for p in points if p.family == family]
    else:
        yield "all", list(points)


def has_minimum(point: DftPoint, points: Sequence[DftPoint]) -> bool:
    return any(p.id == f"{point.group}/0" for p in points)


def in_groups_of_two(points: Sequence[DftPoint]) -> list[DftPoint]:
    """Leave out points whose group has no other: they have no relative energy."""
    sizes: dict[str, int] = defaultdict(int)
    for point in points:
        sizes[point.group] += 1
    return [p for p in points if sizes[p.group] > 1]


def subset_rows(data: str, split: str, points: Sequence[DftPoint], levels: Mapping[str, Energies]) -> Rows:
    groups = [p.group for p in points]
    true = centred(np.array([p.energy_eV for p in points]), groups)
    yield from metrics((data, split), GROUP_MEAN, np.zeros_like(true), true)
    columns = {name: relative(points, energies)[:, None] for name, energies in levels.items()}
    for name, column in columns.items():
        yield from metrics((data, split), name, column[:, 0], true)
    if data == "au-ag-orderings":
        for title, features in combinations(columns, counts_of(points)).items():
            predicted = held_out(features, true, groups)
            if predicted is not None:
                yield from metrics((data, split), f"{title}, composition left out", predicted, true)
    elif data == "au-thiolate-md":
        clusters = [p.group.partition("_")[0] for p in points]
        scaled = {f"{name} x one factor": column for name, column in columns.items()}
        if len(columns) > 1:
            scaled[" + ".join(columns)] = np.hstack(list(columns.values()))
        for title, features in scaled.items():
            predicted = held_out(features, true, clusters)
            if predicted is not None:
                yield from metrics((data, split), f"{title}, cluster left out", predicted, true)


def relative(points: Sequence[DftPoint], energies: Energies) -> Array:
    return centred(np.array([energies[p.id] for p in points]), [p.group for p in points])


def combinations(levels: Mapping[str, Array], counts: Mapping[str, Array]) -> dict[str, Array]:
    """Return title -> features, shape (n, k): counts alone, each level with them, all levels, all levels with them."""
    found = dict(counts)
    together = {" + ".join(levels): np.hstack(list(levels.values()))} if len(levels) > 1 else {}
    for name, columns in {**levels, **together}.items():
        if name in together:
            found[name] = columns
        found |= {f"{name} + {title}": np.hstack([columns, features]) for title, features in counts.items()}
    return found


def parent_rows(points: Sequence[DftPoint], levels: Mapping[str, Energies]) -> Rows:
    """Yield the orderings again, the linear models fitted on the three other parent clusters."""
    for name, energies in levels.items():
        here = in_groups_of_two([p for p in points if p.id in energies])
        families = [p.family for p in here]
        if len(set(families)) < len({p.family for p in points}):
            continue
        groups = [p.group for p in here]
        true = centred(np.array([p.energy_eV for p in here]), groups)
        for title, features in combinations({name: relative(here, energies)[:, None]}, counts_of(here)).items():
            predicted = held_out(features, true, families)
            for family in dict.fromkeys(families):
                mine = np.array(families) == family
                if predicted is not None:
                    split, model = f"{family}, {mine.sum()} structures", f"{title}, parent left out"
                    yield from metrics(("au-ag-orderings", split), model, predicted[mine], true[mine])


def composition_rows(points: Sequence[DftPoint], levels: Mapping[str, Energies], family: str) -> Rows:
    """Yield Spearman within each composition of a parent, of the levels and the linear models."""
    from scipy.stats import spearmanr

    here = [p for p in points if p.family == family]
    covering = {n: e for n, e in levels.items() if all(p.id in e for p in here)}
    groups = [p.group for p in here]
    true = centred(np.array([p.energy_eV for p in here]), groups)
    columns = {name: relative(here, e)[:, None] for name, e in covering.items()}
    models = {name: column[:, 0] for name, column in columns.items()}
    for title, features in combinations(columns, counts_of(here)).items():
        predicted = held_out(features, true, groups)
        if predicted is not None:
            models[f"{title}, composition left out"] = predicted
    for model, predicted in models.items():
        for group in dict.fromkeys(groups):
            mine = np.array(groups) == group
            value = round(float(spearmanr(predicted[mine], true[mine]).statistic), 2)
            split = f"{group}, {mine.sum()} structures"
            yield row(TASK, "au-ag-orderings", "spearman", "1", value, split=split, model=model)


def isomer_rows(points: Sequence[DftPoint], levels: Mapping[str, Energies]) -> Rows:
    """Yield the published functionals against CCSD(T), and the levels named pbe against the published PBE."""
    published = coinage_functional_energies()
    split = f"all, {len(points)} structures"
    groups = [p.group for p in points]
    true = centred(np.array([p.energy_eV for p in points]), groups)
    for functional in FUNCTIONALS:
        predicted = relative(points, published[functional])
        yield from metrics(("coinage-isomers", split), f"{functional}, published (VASP)", predicted, true)
    plane_waves = relative(points, published["pbe"])
    for name, energies in levels.items():
        if "pbe" in name and all(p.id in energies for p in points):
            predicted = relative(points, energies)
            yield from metrics(("coinage-isomers against PBE (VASP)", split), name, predicted, plane_waves)


def particle_rows(mixed: Sequence[MixingEnergy], levels: Mapping[str, Energies]) -> Rows:
    """Yield mixing energies of the 147-atom particles, alloy and pure particles relaxed by the engine itself."""
    true = np.array([p.mixing_energy_eV_per_atom for p in mixed])
    split = f"all, {len(mixed)} structures"
    yield from metrics(("np147-mixing", split), "no mixing energy", np.zeros_like(true), true, ATOM)
    for name, energies in levels.items():
        if all(p.id in energies for p in mixed):
            predicted = [
                (energies[p.id] - sum(n / 147 * energies[f"{metal}147"] for metal, n in p.metals)) / 147 for p in mixed
            ]
            yield from metrics(("np147-mixing", split), name, np.array(predicted), true, ATOM)
