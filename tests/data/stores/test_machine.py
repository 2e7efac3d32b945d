"""A library against a plain model of one: any order of adding, changing, withdrawing, attaching and reading."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from superatom.data.stores.opening import open_store
from superatom.data.synthesis_records import Origin
from superatom.errors import ConflictError, StoreError
from worlds_stores import PrivateServer, record

BATCHES = st.text(max_size=20)
_NUMBER = count()


class Library(RuleBasedStateMachine):
    """The model: {id: [(batch, is_withdrawn), ...]}, {id: [(name, bytes), ...]} and the ids by newest change."""

    new_url: Callable[[], str]

    @initialize()
    def open(self) -> None:
        self.url = type(self).new_url()
        self.store = open_store(self.url, author="ada")
        self.versions: dict[str, list[tuple[str, bool]]] = {}
        self.files: dict[str, list[tuple[str, bytes]]] = {}
        self.order: list[str] = []
        self.seen: dict[str, int] = {}
        self.polled = -1

    @rule(batches=st.lists(BATCHES, max_size=4))
    def add(self, batches: list[str]) -> None:
        for batch, stored in zip(batches, self.store.add_many(map(record, batches)), strict=True):
            assert stored.id not in self.versions
            self.versions[stored.id] = [(batch, False)]
            self.order.append(stored.id)

    def newest(self, data: Any) -> tuple[str, int]:
        name = data.draw(st.sampled_from(sorted(self.versions)))
        return name, len(self.versions[name])

    @precondition(lambda self: self.versions)
    @rule(data=st.data(), batch=BATCHES, late=st.integers(-1, 1))
    def revise(self, data: Any, batch: str, late: int) -> None:
        name, n = self.newest(data)
        if late:
            with pytest.raises(ConflictError):
                self.store.revise(name, record(batch), expected_version=n + late, reason="r")
            return
        assert self.store.revise(name, record(batch), expected_version=n, reason="r").version == n + 1
        self.changed(name, batch, is_withdrawn=False)

    @precondition(lambda self: self.versions)
    @rule(data=st.data())
    def withdraw(self, data: Any) -> None:
        name, n = self.newest(data)
        batch, was_withdrawn = self.versions[name][-1]
        if was_withdrawn:
            with pytest.raises(StoreError, match="already"):
                self.store.withdraw(name, expected_version=n, reason="r")
            return
        self.store.withdraw(name, expected_version=n, reason="r")
        self.changed(name, batch, is_withdrawn=True)

    def changed(self, name: str, batch: str, *, is_withdrawn: bool) -> None:
        self.versions[name].append((batch, is_withdrawn))
        self.order.remove(name)
        self.order.append(name)

    @precondition(lambda self: self.versions)
    @rule(data=st.data(), file=st.sampled_from(["a", "b"]), content=st.binary(min_size=1, max_size=3))
    def attach(self, data: Any, file: str, content: bytes) -> None:
        name, _ = self.newest(data)
        self.store.attach(name, content, name=file)
        held = self.files.setdefault(name, [])
        if (file, content) not in held:
            held.append((file, content))

    @rule()
    def open_again(self) -> None:
        self.store.close()
        self.store = open_store(self.url, author="bob")

    @rule()
    def poll(self) -> None:
        since = max(self.polled, 0)
        for stored in self.store.iterate(origin=Origin.OWN, since=since, is_withdrawn=None):
            assert stored.sequence > self.polled
            assert self.seen.get(stored.id, 0) < stored.version
            self.seen[stored.id], self.polled = stored.version, stored.sequence
        assert self.seen == {name: len(versions) for name, versions in self.versions.items()}

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "store"):
            return
        for withdrawn in (False, True, None):
            found = list(self.store.iterate(origin=Origin.OWN, is_withdrawn=withdrawn))
            wanted = [n for n in self.order if withdrawn in (None, self.versions[n][-1][1])]
            assert [(s.id, s.record.batch) for s in found] == [(n, self.versions[n][-1][0]) for n in wanted]
        for name, versions in self.versions.items():
            assert [(s.record.batch, s.is_withdrawn) for s in self.store.history(name)] == versions
            held = [(a.name, self.store.content(a.sha256)) for a in self.store.attachments(name)]
            assert held == self.files.get(name, [])

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()


FEW = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def test_sqlite() -> None:
    folder = Path(tempfile.mkdtemp(prefix="superatom-machine-"))
    try:
        machine = type("SQLite", (Library,), {"new_url": staticmethod(lambda: f"{folder}/{next(_NUMBER)}.sqlite")})
        run_state_machine_as_test(machine, settings=settings(max_examples=10, stateful_step_count=15, **FEW))
    finally:
        shutil.rmtree(folder)


def test_postgresql(server: PrivateServer) -> None:
    machine = type("PostgreSQL", (Library,), {"new_url": staticmethod(lambda: server.schema(f"m{next(_NUMBER)}"))})
    run_state_machine_as_test(machine, settings=settings(max_examples=3, stateful_step_count=15, **FEW))
