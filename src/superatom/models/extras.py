"""Packages that models need beyond the core: refused early, with the line that installs them."""

from __future__ import annotations

from importlib.util import find_spec

from superatom.errors import MissingEngineError


def need(*packages: str, extra: str = "outcome") -> None:
    """Raise `MissingEngineError` unless every package can be imported.

    >>> need("json")
    """
    for package in packages:
        if find_spec(package) is None:
            raise MissingEngineError(
                f"this model needs the package {package}, which is not installed; install it with: "
                f"pip install 'superatom[{extra}]'"
            )
