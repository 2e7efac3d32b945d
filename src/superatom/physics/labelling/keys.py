"""Typed keys of a TOML table: what each must be, in words and as a function; a wrong one is one sentence."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from superatom.errors import DesignError, did_you_mean

_REQUIRED = object()
_SHOWN = 80  # characters of a wrong value


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a table: what it must be, in words and as a function that raises ``ValueError``; its default."""

    says: str
    read: Callable[[Any], Any]
    default: Any = _REQUIRED


def values(table: Mapping[str, Any], where: str, keys: Mapping[str, Key]) -> dict[str, Any]:
    """Return the value of every key, defaults filled in.

    Raises
    ------
    DesignError
        For an unknown key (with those that are legal), a missing one, or a value of the wrong kind.

    Examples
    --------
    >>> values({"count": 3}, "here", {"count": Key("a whole number", whole(0)), "tier": Key("text", text, "A")})
    {'count': 3, 'tier': 'A'}
    """
    for name in table:
        if name not in keys:
            hint = did_you_mean(name, list(keys))
            raise DesignError(f"{where}: unknown key {name!r}.{hint} Legal: {', '.join(keys)}")
    found = {}
    for name, key in keys.items():
        if name not in table:
            if key.default is _REQUIRED:
                raise DesignError(f"{where} has no {name}; it must be {key.says}")
            found[name] = key.default
            continue
        try:
            found[name] = key.read(table[name])
        except ValueError:
            raise DesignError(f"{where}: {name} must be {key.says}, not {_shown(table[name])}") from None
    return found


def _shown(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= _SHOWN else f"{said[: _SHOWN - 3]}..."


def table_of(value: Any) -> Mapping[str, Any]:
    """Read a table."""
    if not isinstance(value, dict):
        raise ValueError  # noqa: TRY004 - `values` turns it into the sentence
    return value


def named_tables(value: Any) -> Mapping[str, Mapping[str, Any]]:
    """Read a table of tables."""
    return {name: table_of(one) for name, one in table_of(value).items()}


def tables(value: Any) -> tuple[Mapping[str, Any], ...]:
    """Read a list of tables."""
    if not isinstance(value, list):
        raise ValueError  # noqa: TRY004
    return tuple(map(table_of, value))


def text(value: Any) -> str:
    """Read text that may be empty."""
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004
    return value


def word(value: Any) -> str:
    """Read text that is not empty."""
    if not text(value).strip():
        raise ValueError
    return text(value)


def whole(least: int, most: float = math.inf) -> Callable[[Any], int]:
    """Return a reader of whole numbers from `least` to `most`."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError
        return value

    return read


def real(most: float = sys.float_info.max) -> Callable[[Any], float]:
    """Return a reader of numbers from zero to `most`."""

    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise ValueError
        return float(value)

    return read


def positive(value: Any) -> float:
    """Read a finite number above zero."""
    found = real()(value)
    if not found:
        raise ValueError
    return found


def many(read: Callable[[Any], Any], least: int = 0) -> Callable[[Any], tuple[Any, ...]]:
    """Return a reader of lists of at least so many different values."""

    def read_all(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) < least:
            raise ValueError
        found = tuple(read(item) for item in value)
        if any(item in found[:n] for n, item in enumerate(found)):
            raise ValueError
        return found

    return read_all
