"""The tables of the data card of the reference set, as Markdown; `nc_multi_card.py` puts them together."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from importlib.resources import files
from itertools import combinations, takewhile
from pathlib import Path
from typing import Any

import numpy as np

from nc_multi_pictures import FEWEST, Floats
from record import RESULTS
from set_check import GAIN, GAIN_WANTED, RATIO, RATIO_FEARED
from superatom.data.reference_set import ReferenceSet
from superatom.data.sanity import EXPECTED_A, fractions_expected, geometry_problems, nearest_metal_distances_A
from superatom.physics.labelling.design import read_design
from superatom.physics.labelling.items import expand
from superatom.structures.assembly.topologies import topologies

DESIGNS = Path(str(files("superatom.data"))) / "nc_multi/designs"
CHEAP_FIRST = ("gfn1", "spgfn1", "chgnet", "pbe", "pbe-spin")
FIT_SAMPLE = 500  # the KS test of Gu et al. has p = 0.71 at D = 0.04, which a sample of some hundred gives


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return rows as a Markdown table."""
    if not rows:
        return "none\n"
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, ["---"] * len(columns), *([str(row.get(c, "")) for c in columns] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def per_tier(told: dict[str, Any]) -> str:
    return table([
        {"tier": tier, "configurations": numbers["configurations"], **numbers["labels"]}
        for tier, numbers in told["per_tier"].items()
    ])  # fmt: skip


def covered(found: ReferenceSet, energies: Floats) -> str:
    """Return how many of the configurations with an energy have which topology and ligands, most first."""
    has_one = np.isfinite(energies)
    counts = Counter(
        f"{entry.topology} {' + '.join(name for _, name in entry.ligands)}"
        for entry, there in zip(found, has_one, strict=True)
        if there
    )
    return ", ".join(f"{n} {what}" for what, n in counts.most_common())


def designs(found: ReferenceSet) -> str:
    """Return what every shipped design makes, in its own words, and how much of it the set holds so far."""
    made, rows = {entry.id for entry in found}, []
    for file in sorted(DESIGNS.glob("*.toml")):
        design = read_design(file)
        items = expand(design, file.parent)
        comment = takewhile(lambda line: line.startswith("#"), file.read_text(encoding="utf-8").splitlines())
        rows.append({
            "design": file.name, "tiers": ", ".join(sorted({item.tier for item in items.values()})),
            "makes": " ".join(line.removeprefix("#").strip() for line in comment).partition(". ")[0].removesuffix("."),
            "asked for": len(items), "in the set": sum(one in made for one in items),
        })  # fmt: skip
    return table(rows)


def lacking(told: dict[str, Any]) -> str:
    """Return why labels have no formation energy, and what labels say of themselves."""
    return table([
        {"what": words, "level": level, "why": why, "labels": n}
        for words, key in (("no formation energy", "without_formation_energy"), ("note", "notes"))
        for level, reasons in told[key].items()
        for why, n in reasons.items()
        if not (key == "notes" and why == "… iterations")
    ])  # fmt: skip


def outcomes(told: dict[str, Any]) -> str:
    return table([
        {"outcome": what, "of": where, "why": why, "number": n}
        for what in ("failures", "filtered")
        for where, reasons in told[what].items()
        for why, n in sorted(reasons.items(), key=lambda pair: -pair[1])
    ])  # fmt: skip


def arrangements(found: ReferenceSet) -> str:
    used = {entry.topology for entry in found}
    return table([
        {"topology": name, "what": topology.title, "rests on": topology.basis}
        for name, topology in topologies().items()
        if name in used
    ])  # fmt: skip


def formation_energies(found: ReferenceSet) -> dict[str, Floats]:
    """Return the formation energies of every level with enough of them, cheap levels first."""
    in_order = sorted(found.levels, key=lambda level: (CHEAP_FIRST.index(level) if level in CHEAP_FIRST else 9, level))
    values = {level: found.formation_energies(level) for level in in_order}
    return {level: energies for level, energies in values.items() if np.isfinite(energies).sum() >= FEWEST}


def fit(energies: Floats) -> tuple[float, ...]:
    """Return shape, centre and scale of the double Weibull distribution of the finite values."""
    from scipy import stats

    return tuple(map(float, stats.dweibull.fit(energies[np.isfinite(energies)])))


def distribution(level: str, energies: Floats, fitted: tuple[float, ...], rng: np.random.Generator) -> dict[str, Any]:
    """Return a row of quantiles, the fit and its Kolmogorov-Smirnov distance to all values and to a sample."""
    from scipy import stats

    values = energies[np.isfinite(energies)]
    sample = rng.choice(values, min(FIT_SAMPLE, len(values)), replace=False)
    whole, drawn = (stats.kstest(some, "dweibull", args=fitted) for some in (values, sample))
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return {
        "level": level, "values": len(values), "range": f"{values.min():.2f} to {values.max():.2f}",
        "5–95 %": f"{low:.2f} to {high:.2f}", "median": f"{middle:.2f}",
        "between −4 and −1": f"{((values >= -4) & (values <= -1)).mean():.0%}",
        "shape, centre, scale": ", ".join(f"{one:.2f}" for one in fitted), "KS D, all": f"{whole.statistic:.3f}",
        f"KS D, p of {len(sample)}": f"{drawn.statistic:.3f}, {drawn.pvalue:.2g}",
    }  # fmt: skip


def against(found: ReferenceSet, values: dict[str, Floats]) -> Iterable[str]:
    """Yield, for every pair of levels, what a constant per dopant leaves of their difference, overall and by group."""
    from scipy import stats

    for first, second in combinations(values, 2):
        both = np.isfinite(values[first]) & np.isfinite(values[second])
        if both.sum() < FEWEST:
            continue
        x, y = values[first][both], values[second][both]
        entries = [entry for entry, is_in in zip(found, both, strict=True) if is_in]
        rows = []
        for what in ("dopant", "topology"):
            groups: dict[str, list[int]] = defaultdict(list)
            for n, entry in enumerate(entries):
                groups[getattr(entry, what) or "none"].append(n)
            for name, members in sorted(groups.items()):
                gap = y[members] - x[members]
                rows.append({
                    what.replace("topology", "dopant") + " or topology": name, "n": len(members),
                    f"{second} − {first}, mean": f"{gap.mean():+.2f}", "spread about it": f"{gap.std():.2f}",
                    "mean absolute error": f"{np.abs(gap).mean():.2f}",
                    "Spearman": f"{stats.spearmanr(x[members], y[members]).statistic:.2f}" if len(members) > 4 else "",
                })  # fmt: skip
        gap = y - x
        dopants = np.array([entry.dopant for entry in entries])
        left = gap - np.array([gap[dopants == dopant].mean() for dopant in dopants])
        yield (
            f"### {first} against {second}\n\n{both.sum()} configurations: mean difference {gap.mean():+.2f}, spread "
            f"{gap.std():.2f} eV per metal atom, Spearman {stats.spearmanr(x, y).statistic:.2f}. A constant per dopant "
            f"leaves {left.std():.2f} eV per metal atom of it.\n\n" + table(rows)
        )


def relative(found: ReferenceSet) -> str:
    """Return how levels order the copies of one minimum by raw energies: no reference, no free atom enters."""
    from scipy import stats

    families: dict[str, list[int]] = defaultdict(list)
    for i, entry in enumerate(found):
        families[entry.parent or entry.id].append(i)
    rows = []
    energies = {level: found.energies(level) for level in found.levels}
    for first, second in combinations(found.levels, 2):
        slopes, ranks, gaps = [], [], []
        for members in families.values():
            x, y = energies[first][members], energies[second][members]
            good = np.isfinite(x) & np.isfinite(y)
            if good.sum() < 5:
                continue
            n_metals = found.table[members[0]].n_metals
            x, y = (part[good] - part[good].mean() for part in (x, y))
            slopes.append(float(x @ y / (x @ x)))
            ranks.append(float(stats.spearmanr(x, y).statistic))
            gaps.extend((y - x) / n_metals)
        if slopes:
            rows.append({
                "levels": f"{first}, {second}", "minima": len(slopes), "median slope": f"{np.median(slopes):.2f}",
                "median Spearman": f"{np.median(ranks):.2f}", "rms difference, eV/metal": f"{np.std(gaps):.3f}",
            })  # fmt: skip
    return table(rows)


def sense(found: ReferenceSet) -> tuple[str, int, int]:
    """Return the fractions of distances a chemist expects by kind, the geometries judged, and those with a problem."""
    good = [i for i, entry in enumerate(found) if entry.status == "converged"]
    rows = []
    for kind in sorted({found.table[i].kind for i in good}):
        members = [i for i in good if found.table[i].kind == kind]
        inside = fractions_expected(found, members)
        rows.append({
            "kind": kind.replace("_", " "), "configurations": len(members),
            **{f"M–{'M' if what == 'metal' else what} in {low} to {high} Å":
               "" if np.isnan(inside[what]) else f"{inside[what]:.1%}" for what, (low, high) in EXPECTED_A.items()},
        })  # fmt: skip
    return table(rows), len(good), sum(bool(geometry_problems(found, i)) for i in good)


def far_metals(found: ReferenceSet) -> str:
    """Return which metals of minima are how often further from the next metal than a chemist expects."""
    beyond, of = Counter[str](), Counter[str]()
    for i, entry in enumerate(found):
        if entry.status == "converged" and entry.kind == "minimum" and entry.n_metals > 2:
            nearest = nearest_metal_distances_A(found, [i])["metal"]
            of.update(entry.metals)
            beyond.update(m for m, d in zip(entry.metals, nearest, strict=True) if d > EXPECTED_A["metal"][1])
    shares = sorted(beyond, key=lambda metal: -beyond[metal] / of[metal])
    return ", ".join(f"{beyond[metal]} of {of[metal]} {metal}" for metal in shares) or "none"


def volcano_words(level: str, points: dict[str, Any]) -> dict[str, Any]:
    """Return how formation energy and charge transfer go together, straight and bent, at one level."""
    from scipy import stats

    moved, energy, chi = (points[key] for key in ("charge transfer", "formation energy", "chi_env"))
    straight, bent = (_explained(moved, energy, degree) for degree in (1, 2))
    curvature = np.polyfit(moved, energy, 2)[0]
    return {
        "level": level, "minima": len(moved),
        "Spearman, E_form and charge": f"{stats.spearmanr(moved, energy).statistic:.2f}",
        "r², line": f"{straight:.2f}", "r², parabola": f"{bent:.2f}",
        "most stable": "in the middle" if curvature > 0 else "at the ends",
        "Spearman, charge and χ_env": f"{stats.spearmanr(chi, moved).statistic:.2f}",
    }  # fmt: skip


def _explained(x: Floats, y: Floats, degree: int) -> float:
    left = y - np.polyval(np.polyfit(x, y, degree), x)
    return float(1 - left.var() / y.var())


def verdict() -> str:
    """Return what `set_check.py` found, in numbers and in words; it must have been run on this set."""
    rows = _results("set_check")
    if not rows:
        return "Not measured yet.\n"
    columns = ("without geometry / with, random", "without geometry / with, prototype", "grouped / random")
    checks: dict[str, dict[str, Any]] = defaultdict(dict)
    for r in rows:
        if r["metric"] == GAIN:
            checks[r["data"]][f"without geometry / with, {r['split']}"] = r["value"]
        elif r["metric"] == RATIO:
            checks[r["data"]]["grouped / random"] = r["value"]
    lines, n_good = [], 0
    for data, values in checks.items():
        gains = {split: values[f"without geometry / with, {split}"] for split in ("random", "prototype")
                 if f"without geometry / with, {split}" in values}  # fmt: skip
        said = [f"composition alone is as good ({split})" for split, gain in gains.items() if gain < GAIN_WANTED]
        said += ["a random split misleads"] if values.get("grouped / random", 0.0) >= RATIO_FEARED else []
        n_good += not said
        numbers = {column: values.get(column, "") for column in columns}
        lines.append({"target": data.removeprefix("nc-multi, "), **numbers,
                      "verdict": "; ".join(said) or "worth learning from"})  # fmt: skip
    return (
        f"**{n_good} of {len(lines)} targets pass every check**: the best baseline that sees the geometry must be at "
        f"least {GAIN_WANTED:g} times better than the best that sees the composition alone, and a random split must "
        f"not make the error look {RATIO_FEARED:g} times smaller than the one grouped by prototype. Numbers are ratios "
        "of mean absolute errors.\n\n" + table(lines)
    )


def baselines() -> str:
    """Return the mean absolute errors of the baselines of `set_check.py` per target and split, best of each kind."""
    best: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for r in _results("set_check"):
        if r["metric"] == "mae":
            kind = r["model"] if r["split"] == "in sample" else r["model"].split(",")[0]
            cell = best[r["data"], r["split"]]
            cell[kind] = min(cell.get(kind, np.inf), r["value"])
    return table([
        {"target": data.removeprefix("nc-multi, "), "split": split,
         **{kind: f"{value:.3f}" for kind, value in kinds.items()}}
        for (data, split), kinds in best.items()
    ])  # fmt: skip


def costs() -> str:
    """Return seconds per geometry and label and labels per hour from the results of `labelling_speed.py`."""
    lines: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for r in _results("labelling_speed"):
        lines[r["data"].removeprefix("nc-multi, "), r["model"]][f"{r['metric']}, {r['unit']}"] = r["value"]
    wanted = ("wall, mean, s", "wall, median, s", "per worker, 1/h")
    return table([
        {"tier": tier, "what": what, **{name: values[name] for name in wanted}}
        for (tier, what), values in lines.items()
        if set(wanted) <= set(values)
    ])  # fmt: skip


def _results(name: str) -> list[dict[str, Any]]:
    path = RESULTS / f"{name}.json"
    return list(json.loads(path.read_text(encoding="utf-8"))["rows"]) if path.is_file() else []
