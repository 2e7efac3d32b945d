"""Writing files for a user: refused early in one sentence, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from superatom.errors import SuperatomError


def check_writable(path: Path | None) -> None:
    """Refuse, before any work is done, a path that cannot become a file."""
    if path is None:
        return
    if path.is_dir() or not path.name:
        raise SuperatomError(f"cannot write {str(path)!r}: it is a folder; name a file")
    if not path.parent.is_dir():
        raise SuperatomError(f"cannot write {path}: there is no folder {path.parent}")
    if not path.exists() and not os.access(path.parent, os.W_OK):
        raise SuperatomError(f"cannot write {path}: the folder {path.parent} is read-only")


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a whole file or none of it; a link is followed, a pipe or device written to."""
    check_writable(path)
    content = content.encode() if isinstance(content, str) else content
    target = path.resolve()
    if target.exists() and not target.is_file():  # a pipe or device cannot be replaced, and must not be
        with target.open("wb") as out:
            out.write(content)
    else:
        _replace(target, content)


def _replace(target: Path, content: bytes) -> None:
    try:
        descriptor, partial = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", text=False)
    except OSError as error:
        raise SuperatomError(f"cannot write {target}: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
        Path(partial).chmod(0o644)
        Path(partial).replace(target)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
