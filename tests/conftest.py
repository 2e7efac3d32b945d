"""Settings for the whole suite: property tests draw anew on a developer's machine and the same examples in CI."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from worlds_stores import NO_SERVER, PrivateServer, postgres_programs, private_server

settings.register_profile("ci", derandomize=True)
settings.register_profile("deep", max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default"))


@pytest.fixture(scope="session")
def server() -> Iterator[PrivateServer]:
    """A PostgreSQL server of the test run's own."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip(NO_SERVER)
    pytest.importorskip("psycopg", reason="needs the extra postgres")
    with private_server(programs) as running:
        yield running
