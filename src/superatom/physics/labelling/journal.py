"""Append-only journals of JSON lines: a line that was acknowledged survives any kill, a torn last line is dropped.

One process writes a journal at a time (an advisory lock that the system drops with the process); anyone may read it
meanwhile. Where an id stands in several lines, as after ``--retry-failed``, the last one counts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from superatom.errors import JournalError, NoRoomError


def to_line(record: dict[str, Any]) -> str:
    """Return a record as one line of JSON; raises ``ValueError`` for a number that is none (NaN, infinite).

    >>> to_line({"id": "a", "energy_eV": -1.5})
    '{"id":"a","energy_eV":-1.5}'
    """
    return json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def read_lines(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield every record with its line; nothing where there is no file, and no last line without its end.

    Raises
    ------
    JournalError
        Where a whole line is not a record.
    """
    if not path.is_file():
        return
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                record = json.loads(line)
            except ValueError:
                record = None
            if not isinstance(record, dict):
                raise JournalError(f"{path}, line {number}, is not a JSON record; delete that line to go on without it")
            yield record, line.decode().rstrip("\n")


class Journal:
    """The one writer of a journal; a context manager that holds the lock.

    Entering drops a torn last line and raises `JournalError` where another process holds the lock.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = -1

    def __enter__(self) -> Self:
        import fcntl  # not on every system

        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise JournalError(
                f"{self.path} is being written by another run; wait for that run, label another level "
                "(with --existing-geometries while geometries are being made), or name another folder"
            ) from None
        _drop_torn_line(self._descriptor)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

    def append(self, *lines: str) -> None:
        """Write whole lines and return once they are on the disk; raises `NoRoomError` where it does not take them."""
        if not lines:
            return
        rest = "".join(f"{line}\n" for line in lines).encode()
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
            os.fsync(self._descriptor)
        except OSError as error:
            why = error.strerror or error
            raise NoRoomError(
                f"{self.path} cannot be written ({why}); what it holds is kept: make room, run again"
            ) from error


def _drop_torn_line(descriptor: int) -> None:
    """Cut the file after its last line end."""
    end = os.lseek(descriptor, 0, os.SEEK_END)
    keep = end
    while keep:
        start = max(0, keep - 65536)
        found = os.pread(descriptor, keep - start, start).rfind(b"\n")
        if found >= 0:
            keep = start + found + 1
            break
        keep = start
    if keep < end:
        os.ftruncate(descriptor, keep)
