"""Make docs/benchmarks.md from benchmarks/results/*.json: `python benchmarks/table.py`."""

from __future__ import annotations

import json
from pathlib import Path

from record import COLUMNS, RESULTS

HEAD = """# Benchmarks

Made by `python benchmarks/table.py` from `benchmarks/results/*.json`; each table names the command that measured it.
"""


def cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def main() -> None:
    parts = [HEAD]
    for path in sorted(RESULTS.glob("*.json")):
        result = json.loads(path.read_text(encoding="utf-8"))
        used = [c for c in COLUMNS if any(r.get(c) not in (None, "") for r in result["rows"])]
        parts.append(f"## {path.stem.replace('_', ' ')}\n\n`{result['command']}` on {result['date']}.\n")
        if result.get("notes"):
            parts.append(result["notes"] + "\n")
        lines = ["| " + " | ".join(used) + " |", "|" + "---|" * len(used)]
        lines += ["| " + " | ".join(cell(r.get(c)) for c in used) + " |" for r in result["rows"]]
        parts.append("\n".join(lines) + "\n")
    target = Path(__file__).parent.parent / "docs" / "benchmarks.md"
    target.write_text("\n".join(parts), encoding="utf-8")
    print(target)


if __name__ == "__main__":
    main()
