"""Wall time of what a user types: `python benchmarks/shell_speed.py`."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from record import row, write

BIN = Path(sys.executable).parent
REPEATS = 7
PAGE = str(Path(tempfile.gettempdir()) / "plan.html")
COMMANDS = {
    "import superatom": [sys.executable, "-c", "import superatom"],
    "superatom --version": [str(BIN / "superatom"), "--version"],
    "superatom inspect": [str(BIN / "superatom"), "inspect", "[Au25(PET)18]-"],
    "superatom plan, text": [str(BIN / "superatom"), "plan", "[Au25(PET)18]-"],
    "superatom plan, html": [str(BIN / "superatom"), "plan", "[Au25(PET)18]-", "--html", PAGE],
    "superatom plan, 10 routes, alloy": [str(BIN / "superatom"), "plan", "PtAu24(PET)18", "--routes", "10"],
}


def main() -> None:
    rows = []
    for name, command in COMMANDS.items():
        subprocess.run(command, check=True, capture_output=True)  # warm the file cache
        times = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times.append(time.perf_counter() - start)
        spread = (max(times) - min(times)) / 2
        rows.append(row("speed", name, "wall, median", "s", statistics.median(times), spread=spread, n_seeds=REPEATS))
        print(f"{name:36s} {statistics.median(times):6.2f} s")
    write("shell_speed", rows, "python benchmarks/shell_speed.py")


if __name__ == "__main__":
    main()
