"""The crew: jobs come back; workers that die or hang cost their own job only."""

from __future__ import annotations

import time

import pytest

import worlds_labelling as world
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
        for job in ("die", "fault", "missing", "hang", "good", "better"):
            while not crew.has_room:
                found |= collect(crew, 1)
            crew.give(job)
        found |= collect(crew, 6 - len(found))
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
    ],
)
def test_every_job_has_an_outcome(outcomes: dict[str, Outcome[str]], job: str, kind: str, text: str) -> None:
    assert (outcomes[job].kind, outcomes[job].text) == (kind, text)


def test_a_fault_says_where(outcomes: dict[str, Outcome[str]]) -> None:
    assert outcomes["fault"].kind == "fault"
    assert outcomes["fault"].text.startswith("KeyError: 'fault' (worlds_labelling.py:")


def test_leaving_does_not_wait_for_work() -> None:
    with Crew(world.act, 1, lambda _: 60.0) as crew:
        crew.give("hang")
        crew.collect(0.1)
        start = time.monotonic()
    assert time.monotonic() - start < 30  # and not 600
