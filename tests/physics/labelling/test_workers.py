"""The crew: jobs come back; workers that die or hang cost their own job only; nothing they started stays."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import worlds_labelling as world
from superatom.physics.labelling import workers
from superatom.physics.labelling.workers import Crew, Outcome


def collect(crew: Crew[str], n: int) -> dict[str, Outcome[str]]:
    found: dict[str, Outcome[str]] = {}
    until = time.monotonic() + 60
    while len(found) < n and time.monotonic() < until:
        found |= {outcome.job: outcome for outcome in crew.collect(0.1)}
    return found


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome[str]]:
    with Crew(world.act, 2, lambda job: 0.2 if job == "hang" else 60.0) as crew:
        found: dict[str, Outcome[str]] = {}
        for job in ("die", "fault", "missing", "full", "told", "hang", "good", "better"):
            while not crew.has_room:
                found |= collect(crew, 1)
            crew.give(job)
        found |= collect(crew, 8 - len(found))
        assert crew.n_busy == 0
    return found


@pytest.mark.parametrize(
    ("job", "kind", "text"),
    [
        ("good", "done", "good, threads 1"),
        ("better", "done", "better, threads 1"),
        ("die", "crashed", "the worker process ended with exit code 3"),
        ("hang", "crashed", "no answer within 0 s"),
        ("missing", "missing_engine", "install it"),
        ("told", "stopped", "a worker was stopped by SIGTERM"),
    ],
)
def test_every_job_has_an_outcome(outcomes: dict[str, Outcome[str]], job: str, kind: str, text: str) -> None:
    assert (outcomes[job].kind, outcomes[job].text) == (kind, text)


def test_a_fault_says_where(outcomes: dict[str, Outcome[str]]) -> None:
    assert outcomes["fault"].kind == "fault"
    assert outcomes["fault"].text.startswith("KeyError: 'fault' (worlds_labelling.py:")


def test_a_full_disk_is_not_the_fault_of_the_job(outcomes: dict[str, Outcome[str]]) -> None:
    assert outcomes["full"].kind == "no_room"
    assert outcomes["full"].text.startswith("OSError: [Errno 28] No space left on device (worlds_labelling.py:")


@pytest.mark.parametrize("job", ["program", "deaf"])
def test_what_a_job_started_ends_with_its_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: str) -> None:
    monkeypatch.setattr(workers, "_LEAVE_S", 0.5 if job == "deaf" else 10.0)
    file = tmp_path / "pid"
    with Crew(world.act, 1, lambda _: 60.0) as crew:
        crew.give(f"{job} {file}")
        until = time.monotonic() + 60
        while not (file.exists() and file.read_text(encoding="utf-8")) and time.monotonic() < until:
            crew.collect(0.05)
    program = Path("/proc", file.read_text(encoding="utf-8"))
    until = time.monotonic() + 20
    while program.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not program.exists()


def test_what_a_calculator_prints_is_no_answer(capfd: pytest.CaptureFixture[str]) -> None:
    with Crew(world.act, 1, lambda _: 60.0) as crew:
        crew.give("chatter")
        assert collect(crew, 1)["chatter"].kind == "done"
    assert capfd.readouterr() == ("", "chatter\n")


def test_leaving_does_not_wait_for_work() -> None:
    with Crew(world.act, 1, lambda _: 60.0) as crew:
        crew.give("hang")
        crew.collect(0.1)
        start = time.monotonic()
    assert time.monotonic() - start < 30  # and not 600
