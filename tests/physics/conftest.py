"""Skips where a program that computes labels is absent."""

from __future__ import annotations

import pytest

from superatom.errors import MissingEngineError
from superatom.physics.engines import xtb_parameters


@pytest.fixture(scope="session")
def xtb_program() -> str:
    """The installed xtb program; tests that need it skip where it is absent."""
    try:
        xtb_parameters.parameter_file("param_gfn1-xtb.txt")
        return str(xtb_parameters.program())
    except MissingEngineError as error:
        pytest.skip(str(error))
