"""The library of experiments under load: `python benchmarks/store_kill.py [--kills 1000] [--records 1000]`.

Writers killed at random moments, eight writers at once, and what one record costs, on SQLite and on a private
PostgreSQL server (fsync on). The writers are those of the tests (`tests/worlds_writers.py`).
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from record import row, write

TESTS = Path(__file__).parent.parent / "tests"
sys.path.insert(0, str(TESTS))

from superatom.data.stores.opening import open_store  # noqa: E402
from superatom.data.synthesis_records import Origin  # noqa: E402
from worlds_stores import NO_SERVER, postgres_programs, private_server  # noqa: E402
from worlds_stores import record as page  # noqa: E402

NOTES = (
    "A writing process is killed (SIGKILL) at a random moment; every other one only after it has written something. "
    "A record is acknowledged once `Store.add` has returned. `rows` may exceed `acknowledged`: a kill can fall between "
    "the commit and its acknowledgement. Each record is a transaction of its own, flushed to the disk; `fsync` is what "
    "one flush of 4 kB costs on the same disk. The machine was loaded with other work."
)


def writers(task: str, url: str, n: int) -> dict[str, float]:
    command = [sys.executable, str(TESTS / "worlds_writers.py"), task, url, str(n), "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@contextmanager
def databases() -> Iterator[dict[str, list[str]]]:
    """Give three empty databases of each sort."""
    programs = postgres_programs()
    if programs is None:
        sys.exit(NO_SERVER)
    with tempfile.TemporaryDirectory() as folder, private_server(programs, fsync=True) as server:
        yield {
            "sqlite": [f"sqlite:///{folder}/{i}.sqlite" for i in range(3)],
            "postgresql": [server.database(f"lab{i}") for i in range(3)],
        }


def killed(data: str, url: str, n: int) -> Iterator[dict[str, Any]]:
    result = writers("kill", url, n)
    for metric in ("kills", "acknowledged", "rows", "lost", "doubled", "gaps"):
        yield row("kill", data, "acknowledged-lost" if metric == "lost" else metric, "", result[metric])
    if data == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            is_whole = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        yield row("kill", data, "integrity_check ok", "", int(is_whole))


def at_once(data: str, url: str, n: int) -> Iterator[dict[str, Any]]:
    result = writers("write", url, n)
    split = f"8 writers x {n} records"
    for metric in ("rows", "lost", "doubled", "gaps"):
        yield row("kill", data, metric, "", result[metric], split=split)
    yield row("kill", data, "records/s", "1/s", result["rows"] / result["seconds"], split=split)


def costs(data: str, url: str) -> Iterator[dict[str, Any]]:
    with open_store(url) as store:
        times = []
        for i in range(300):
            start = time.perf_counter()
            store.add(page(str(i)))
            times.append(time.perf_counter() - start)
        yield row("speed", data, "add one record, median", "ms", statistics.median(times) * 1e3, n_seeds=len(times))
        start = time.perf_counter()
        store.add_many(page(str(i)) for i in range(9700))
        yield row("speed", data, "add_many, 9700 records", "s", time.perf_counter() - start)
        for metric, wanted in (("iterate", {}), ("iterate, by target", {"target": "[Au25(PET)18]-"})):
            cpu, start = time.process_time(), time.perf_counter()
            n = sum(1 for _ in store.iterate(origin=Origin.OWN, **wanted))
            yield row("speed", data, f"{metric}, {n} records", "s", time.perf_counter() - start)
            yield row("speed", data, f"{metric}, {n} records, processor", "s", time.process_time() - cpu)
    start = time.perf_counter()
    open_store(url).close()
    yield row("speed", data, "open", "ms", (time.perf_counter() - start) * 1e3)


def fsync_ms() -> float:
    with tempfile.NamedTemporaryFile() as file:
        times = []
        for _ in range(100):
            file.write(bytes(4096))
            file.flush()
            start = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--records", type=int, default=1000)
    asked = parser.parse_args()
    rows = [row("speed", "the disk", "fsync of 4 kB, median", "ms", fsync_ms(), n_seeds=100)]
    with databases() as urls:
        for data, (for_costs, for_many, for_kills) in urls.items():
            found = [
                costs(data, for_costs),
                at_once(data, for_many, asked.records),
                killed(data, for_kills, asked.kills),
            ]
            for r in chain.from_iterable(found):
                print(r["data"], r["split"], r["metric"], r["value"], r["unit"], flush=True)
                rows.append(r)
    write("store_kill", rows, f"python benchmarks/store_kill.py --kills {asked.kills} --records {asked.records}", NOTES)


if __name__ == "__main__":
    main()
