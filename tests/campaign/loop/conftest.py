"""Addresses of libraries that several people share."""

from __future__ import annotations

from pathlib import Path

import pytest

from worlds_stores import PrivateServer


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty library."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/lab.sqlite"
    running: PrivateServer = request.getfixturevalue("server")
    return running.schema(tmp_path.name)
