"""One program, one process group, one folder, one limit: how engines run what is not Python."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from superatom.errors import CalculationError

# quantum chemistry programs written in Fortran keep large arrays on the stack; the limit on CPU time ends a program
# whose own parent was killed
_WITH_LIMITS = 'ulimit -s unlimited 2>/dev/null || ulimit -s "$(ulimit -H -s)"; ulimit -t "$1"; shift; exec "$@"'


def run_limited(
    command: Sequence[str], folder: Path, timeout_s: float, environment: Mapping[str, str]
) -> tuple[int, str]:
    r"""Run `command` in `folder` on one thread with the stack unlimited; return (exit status, what it printed).

    Standard output and error are kept together in the file ``printed.txt`` of the folder. At `timeout_s` seconds, and
    when this process is interrupted, the whole process group is killed; running out of time raises `CalculationError`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run_limited(["echo", "hello"], Path(folder), 10.0, {})
    (0, 'hello\n')
    """
    log = folder / "printed.txt"
    limit_s = max(timeout_s, 0.0)
    arguments = ["/bin/sh", "-c", _WITH_LIMITS, "sh", str(math.ceil(limit_s) + 5), *command]
    single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_STACKSIZE": "2G"}
    with log.open("wb") as printed:
        process = subprocess.Popen(  # noqa: S603 - a fixed program with our own arguments, no shell text from users
            arguments,
            cwd=folder,
            env={**os.environ, **single, **environment},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            process.wait(timeout=limit_s)
        except subprocess.TimeoutExpired:
            name = Path(command[0]).name
            raise CalculationError(f"out of time: {name} was stopped after {limit_s:.3g} s") from None
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return process.returncode, log.read_text(encoding="utf-8", errors="replace")
