"""Addresses of libraries that several people share; PostgreSQL is a real server of the test run's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from worlds_stores import NO_SERVER, PrivateServer, postgres_programs, private_server


@pytest.fixture(scope="session")
def server() -> Iterator[PrivateServer]:
    programs = postgres_programs()
    if programs is None:
        pytest.skip(NO_SERVER)
    pytest.importorskip("psycopg", reason="needs the extra postgres")
    with private_server(programs) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty library."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/lab.sqlite"
    running: PrivateServer = request.getfixturevalue("server")
    return running.schema(tmp_path.name)
