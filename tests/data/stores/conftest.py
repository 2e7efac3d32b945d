"""Libraries in both databases; PostgreSQL is a real server of the test run's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from superatom.data.stores.opening import open_store
from superatom.data.stores.store import Store
from worlds_stores import PrivateServer

_NUMBER = count()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Make the address of an empty database."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path}/library{next(_NUMBER)}.sqlite"
    running: PrivateServer = request.getfixturevalue("server")
    return lambda: running.schema(f"library{next(_NUMBER)}")


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    return new_url()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url, author="ada") as opened:
        yield opened
