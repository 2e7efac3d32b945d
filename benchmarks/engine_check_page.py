"""Bring the tables of docs/engine-check.md up to date: `python benchmarks/engine_check_page.py`.

The text of the page is written by hand; every table stands between ``<!-- table NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from engine_check_rows import GROUP_MEAN
from record import RESULTS

PAGE = Path(__file__).parent.parent / "docs" / "engine-check.md"
LEVELS = ("emt", "gfn1", "chgnet", "pbe")
PARENTS = ("36/24", "102/44", "246/80", "279/84")
Key = tuple[str, str, str]  # data, split, model
Values = dict[str, float]  # metric -> value


def load() -> dict[Key, Values]:
    """Return (data, split, model) -> metric -> value, in the order of the file."""
    table: dict[Key, Values] = {}
    for r in json.loads((RESULTS / "engine_check.json").read_text(encoding="utf-8"))["rows"]:
        table.setdefault((r["data"], r["split"], r["model"]), {})[r["metric"]] = r["value"]
    return table


def markdown(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(cells) + " |" for cells in body)])


def cell(values: Values | None) -> str:
    """Return Spearman and RMSE, such as ``0.95 · 0.189``."""
    if values is None:
        return ""
    rank = f"{values['spearman']:.2f}" if "spearman" in values else "–"
    return f"{rank} · {values['rmse']:.3f}"


def overview(table: dict[Key, Values]) -> str:
    """One line per set and choice of structures, one column per level."""
    body = []
    for data, split in dict.fromkeys((d, s) for d, s, m in table if m in {GROUP_MEAN, "no mixing energy"}):
        spread = table.get((data, split, GROUP_MEAN)) or table[data, split, "no mixing energy"]
        cells = [cell(table.get((data, split, name))) for name in LEVELS]
        body.append([data, split, f"{spread['rmse']:.3f}", *cells])
    return markdown(["set", "structures", "spread", *LEVELS], body)


def orderings(table: dict[Key, Values]) -> str:
    """One line per model, one column per parent cluster, on all structures of the parent."""
    found: dict[str, dict[str, Values]] = {}
    largest: dict[str, int] = {}
    for (data, split, _), values in table.items():
        parent, _, rest = split.partition(", ")
        if data == "au-ag-orderings" and parent in PARENTS and "rmse" in values:
            largest[parent] = max(largest.get(parent, 0), int(rest.split()[0]))
    for (data, split, model), values in table.items():
        parent, _, rest = split.partition(", ")
        if data == "au-ag-orderings" and parent in PARENTS and rest == f"{largest[parent]} structures":
            found.setdefault(model, {})[parent] = values
    body = [[model, *(cell(by.get(parent)) for parent in PARENTS)] for model, by in found.items()]
    return markdown(["model", *(f"{p} ({largest.get(p, 0)})" for p in PARENTS)], body)


def compositions(table: dict[Key, Values]) -> str:
    """One line per model, one column per composition of the 36/24 cluster: Spearman."""
    found: dict[str, dict[str, str]] = {}
    for (data, split, model), values in table.items():
        if data == "au-ag-orderings" and (match := re.match(r"36/24 Ag (\d+) %", split)):
            found.setdefault(model, {})[match[1]] = f"{values['spearman']:.2f}"
    columns = list(dict.fromkeys(c for by in found.values() for c in by))
    body = [[model, *(by.get(c, "") for c in columns)] for model, by in found.items()]
    return markdown(["model", *(f"{c} %" for c in columns)], body)


def isomers(table: dict[Key, Values]) -> str:
    """One line per level and published functional against CCSD(T), best first."""
    rows = [(m, v) for (d, _, m), v in table.items() if d == "coinage-isomers" and "rmse" in v and m != GROUP_MEAN]
    rows.sort(key=lambda pair: pair[1]["rmse"])
    return markdown(["model", "Spearman", "MAE eV", "RMSE eV"],
                    [[m, f"{v['spearman']:.2f}", f"{v['mae']:.3f}", f"{v['rmse']:.3f}"] for m, v in rows])  # fmt: skip


def frames(table: dict[Key, Values]) -> str:
    """Every model on the thermal frames."""
    rows = [(s, m, v) for (d, s, m), v in table.items() if d == "au-thiolate-md" and "rmse" in v]
    return markdown(["frames", "model", "Spearman · RMSE eV"], [[s, m, cell(v)] for s, m, v in rows])


def cost(table: dict[Key, Values]) -> str:
    """Median seconds per single point and number of failures."""
    body = [
        [data, model, split, f"{values['median time']:.2g}", f"{values['failed']:.0f}"]
        for (data, split, model), values in table.items()
        if "median time" in values
    ]
    return markdown(["set", "level", "evaluated", "s", "failed"], body)


TABLES: dict[str, Callable[[dict[Key, Values]], str]] = {
    "overview": overview, "orderings": orderings, "compositions": compositions, "isomers": isomers,
    "frames": frames, "cost": cost,
}  # fmt: skip


def main() -> None:
    table = load()

    def fresh(match: re.Match[str]) -> Any:
        return f"{match[1]}\n\n{TABLES[match[2]](table)}\n\n<!-- end -->"

    text = PAGE.read_text(encoding="utf-8")
    text = re.sub(r"(<!-- table (\w+) -->).*?<!-- end -->", fresh, text, flags=re.DOTALL)
    PAGE.write_text(text, encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
