"""Writers in other processes: many at once, and killed at any moment."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from superatom.data.stores.opening import open_store
from superatom.data.stores.store import Store
from superatom.data.synthesis_records import Origin
from worlds_stores import record

WRITERS = Path(__file__).parents[2] / "worlds_writers.py"

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")


def started(task: str, url: str, n: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(WRITERS), task, url, str(n), "7"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def writers(task: str, url: str, n: int) -> dict[str, float]:
    with started(task, url, n) as running:
        said, complaint = running.communicate()
    assert running.returncode == 0, complaint
    return json.loads(said)


def test_a_killed_writer_loses_nothing_it_acknowledged(url: str) -> None:
    result = writers("kill", url, 12)
    assert result["acknowledged"] >= 6  # every other writer is left alone until it has written
    assert (result["lost"], result["doubled"], result["gaps"]) == (0, 0, 0)
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_library_whose_making_was_killed_is_made_by_the_next(url: str) -> None:
    result = writers("make", url, 12)
    assert (result["rows"], result["lost"], result["gaps"]) == (1, 0, 0)


def test_eight_writers_at_once(url: str) -> None:
    result = writers("write", url, 25)
    assert result["failed"] == 0
    assert (result["acknowledged"], result["rows"]) == (200, 200)
    assert (result["lost"], result["doubled"], result["gaps"]) == (0, 0, 0)


def test_who_polls_while_eight_write_misses_nothing(url: str) -> None:
    seen: list[int] = []
    with open_store(url) as store, started("write", url, 10) as running:
        while running.poll() is None:
            seen += [s.sequence for s in store.iterate(origin=Origin.OWN, since=seen[-1] if seen else 0)]
        seen += [s.sequence for s in store.iterate(origin=Origin.OWN, since=seen[-1] if seen else 0)]
    assert running.returncode == 0
    assert seen == list(range(1, 81))


def test_a_store_goes_on_in_a_forked_process(new_url: Callable[[], str], tmp_path: Path) -> None:
    url = new_url()
    code = f"""
import os, sys
sys.path.insert(0, {str(WRITERS.parent)!r})
from worlds_stores import record
from superatom.data.stores.opening import open_store
store = open_store({url!r})
store.add(record("parent"))
child = os.fork()
store.add(record("child" if child == 0 else "parent again"))
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
store.add(record("last"))
store.close()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with open_store(url) as store:
        found = [s.record.batch for s in store.iterate() if not s.is_cited]
    assert sorted(found) == ["child", "last", "parent", "parent again"]
    assert found[-1] == "last"


def test_a_writer_stopped_in_the_middle_leaves_nothing_half(new_url: Callable[[], str]) -> None:
    def stopped(store: Store) -> None:
        with store._ledger.writing("") as writer:
            writer.append("campaign", "c", {}, after=0)
            raise KeyboardInterrupt

    with open_store(new_url()) as store:
        with pytest.raises(KeyboardInterrupt):
            stopped(store)
        assert store.ids("campaign") == ()
        assert store.add(record()).sequence == 1
