"""What every benchmark shares: one row shape, one way to write `results/NAME.json`."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("superatom", "numpy", "scipy", "ase", "gemmi", "rdkit", "vesin")
COLUMNS = ("task", "data", "split", "model", "metric", "unit", "value", "spread", "n_seeds")


def row(task: str, data: str, metric: str, unit: str, value: float, **rest: Any) -> dict[str, Any]:
    """Return one result row; `spread` is half the range over repeats unless the benchmark says otherwise."""
    defaults = {"split": "", "model": "superatom", "spread": None, "n_seeds": 1}
    return {"task": task, "data": data, "metric": metric, "unit": unit, "value": value, **defaults, **rest}


def write(name: str, rows: Iterable[dict[str, Any]], command: str, notes: str = "") -> Path:
    """Write `results/NAME.json` and return its path."""
    document = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in PACKAGES},
        },
        "machine": f"{platform.machine()}, {platform.system()}",
        "command": command,
        "notes": notes,
        "rows": [{column: r[column] for column in COLUMNS} for r in rows],
    }
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit("this module is imported by the benchmarks; run one of them")
