"""Processes that write to one library, some killed: `python worlds_writers.py make|kill|write URL N SEED` prints JSON.

A process of its own, so that it can fork safely; used by the tests (a dozen kills) and the benchmark (a thousand).
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path

import alembic.command  # noqa: F401 -- imported before the fork, so that kills hit the work and not the import

from superatom.data.stores.cited import cited_recipes
from superatom.data.stores.opening import open_store
from worlds_stores import record


def fork(work: Callable[[], None]) -> int:
    """Run `work` in a child process and return its id."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException:  # noqa: BLE001 -- nothing of the parent may run in the child
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def write(url: str, names: Iterable[str], journal: Path) -> None:
    """Add one record a name and note each one that was acknowledged."""
    done = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with open_store(url, author="writer") as store:
        for name in names:
            store.add(record(batch=name))
            os.write(done, f"{name}\n".encode())


def kill_writers(url: str, n: int, seed: int, longest_s: float = 0.3) -> dict[str, float]:
    """Start a writer, kill it after a random time, `n` times over; count what was lost or doubled.

    Every other writer is killed while it opens the library or soon after, the rest once it has written something.
    """
    draw = random.Random(seed)  # noqa: S311 -- moments, not secrets
    open_store(url).close()
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "acknowledged"
        journal.touch()
        for i in range(n):
            before = journal.stat().st_size
            child = fork(lambda i=i: write(url, (f"{i}-{j}" for j in count()), journal))
            while i % 2 and journal.stat().st_size == before:
                time.sleep(0.001)
            time.sleep(draw.uniform(0, longest_s))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        return {"kills": n, **compare(url, journal.read_text().split())}


def kill_makers(url: str, n: int, seed: int, longest_s: float = 0.1) -> dict[str, float]:
    """Kill processes that make a library, then make it and write one record."""
    draw = random.Random(seed)  # noqa: S311
    for _ in range(n):
        child = fork(lambda: open_store(url).close())
        time.sleep(draw.uniform(0, longest_s))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with open_store(url) as store:
        store.add(record("first"))
    return compare(url, ["first"])


def write_at_once(url: str, writers: int, n: int) -> dict[str, float]:
    """Let `writers` processes add `n` records each at the same time."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "acknowledged"
        children = [fork(lambda w=w: write(url, (f"{w}-{j}" for j in range(n)), journal)) for w in range(writers)]
        failed = sum(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0 for child in children)
        acknowledged = journal.read_text().split()
    seconds = time.perf_counter() - start
    return {"writers": writers, "failed": failed, "seconds": seconds, **compare(url, acknowledged)}


def compare(url: str, acknowledged: list[str]) -> dict[str, float]:
    """Compare a library with what its writers were told."""
    with open_store(url) as store:
        found = [stored for stored in store.iterate() if not stored.is_cited]
    names = Counter(stored.record.batch for stored in found)
    return {
        "acknowledged": len(acknowledged),
        "rows": len(found),
        "lost": sum(name not in names for name in acknowledged),
        "doubled": sum(n - 1 for n in names.values()),
        "gaps": sum(stored.sequence != i for i, stored in enumerate(found, start=1)),
    }


if __name__ == "__main__":
    task, address, number, seed = sys.argv[1:]
    cited_recipes()
    tasks = {
        "make": lambda: kill_makers(address, int(number), int(seed)),
        "kill": lambda: kill_writers(address, int(number), int(seed)),
        "write": lambda: write_at_once(address, 8, int(number)),
    }
    sys.stdout.write(json.dumps(tasks[task]()))
