"""What every benchmark shares: one row shape, one way to write `results/NAME.json`, one cache of long studies."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
CACHES = Path(__file__).parent / "cache"
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


class Cache:
    """Finished pieces of a long study by key, in `cache/NAME.jsonl`: a killed run goes on where it stopped.

    Every line keeps the commit it was measured at (with a `+` where files differed from it): a change of the code does
    not throw hours away, and `commits` says what is mixed. Delete the file to measure again. A line torn by a kill is
    left out.
    """

    def __init__(self, name: str) -> None:
        self.path = CACHES / f"{name}.jsonl"
        self.records: dict[str, dict[str, Any]] = {}
        if self.path.is_file():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                try:
                    record = json.loads(line)
                except ValueError:
                    continue
                self.records[record["key"]] = record

    def add(self, record: dict[str, Any]) -> None:
        """Append one record with its ``key``; it is on the disk when this returns."""
        record = {**record, "commit": _commit()}
        self.path.parent.mkdir(exist_ok=True)
        with self.path.open("a+b") as handle:
            if handle.tell():
                handle.seek(-1, os.SEEK_END)
                if handle.read(1) != b"\n":
                    handle.write(b"\n")
            handle.write(json.dumps(record).encode() + b"\n")
            handle.flush()
            os.fsync(handle.fileno())
        self.records[record["key"]] = record

    @property
    def commits(self) -> str:
        """A sentence on the commits that the records were measured at."""
        found = sorted({record.get("commit", "not noted") for record in self.records.values()})
        return f"Measured at commit {', '.join(found)}."


@cache
def _commit() -> str:
    """Return the short name of the commit the process started from, or ``unknown`` outside a checkout."""
    git = ["git", "-C", str(CACHES.parent), "describe", "--always", "--dirty=+", "--exclude=*"]
    return subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit("this module is imported by the benchmarks; run one of them")
