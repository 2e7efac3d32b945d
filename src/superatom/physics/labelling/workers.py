"""A crew of worker processes: each does one job at a time, and one that dies costs only the job in its hands.

Workers are told to stop when the parent dies, however it dies; told to, they leave by an exception, so that an engine
can kill its own program, and take along what else they started. Ctrl-C reaches only the parent. A batch system tells
every process at once to stop: a worker that somebody else has stopped has not failed at its job.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from types import FrameType, TracebackType
from typing import Any, Generic, Literal, Self, TypeVar

from superatom.errors import MissingEngineError

Job = TypeVar("Job")

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_LEAVE_S = 10.0  # what a worker gets to stop its program
_PR_SET_PDEATHSIG = 1
_ENDINGS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)  # how people and batch systems ask a process to end
_NO_ROOM = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN}
)  # the machine refuses, whatever the job


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Job]):
    """What became of a job: the line it returned, or why there is none.

    After "missing_engine", "no_room" (a full disk, say) and "stopped" (from outside) the job is as good as before.
    """

    job: Job
    kind: Literal["done", "missing_engine", "no_room", "stopped", "fault", "crashed"]
    text: str


class Crew(Generic[Job]):
    """Up to `size` processes that do jobs; a context manager, which stops them all on leaving.

    `perform` is a function of a module, so that a new process can import it; it returns one line of text. A job that
    takes longer than `limit_s(job)` seconds costs its worker the life.
    """

    def __init__(self, perform: Callable[[Job], str], size: int, limit_s: Callable[[Job], float]) -> None:
        self._perform = perform
        self._limit_s = limit_s
        self._size = size
        self._context = get_context("spawn")
        self._idle: list[_Worker[Job]] = []
        self._busy: dict[Connection, _Worker[Job]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        workers = [*self._idle, *self._busy.values()]
        for worker in workers:
            worker.process.terminate()
        until = time.monotonic() + _LEAVE_S
        for worker in workers:
            _end(worker.process, max(0.0, until - time.monotonic()))
            worker.pipe.close()

    @property
    def n_busy(self) -> int:
        """Number of jobs in hand."""
        return len(self._busy)

    @property
    def has_room(self) -> bool:
        """Whether another job can be given."""
        return len(self._busy) < self._size

    def give(self, job: Job) -> None:
        """Hand a job to an idle worker, or to a new one."""
        worker = self._idle.pop() if self._idle else self._new_worker()
        worker.job = job
        worker.until = time.monotonic() + self._limit_s(job)
        self._busy[worker.pipe] = worker
        with suppress(BrokenPipeError):  # it died in idleness; `collect` finds its end of the pipe closed
            worker.pipe.send(job)

    def collect(self, timeout_s: float) -> list[Outcome[Job]]:
        """Wait for at least one job in hand, at most `timeout_s`, and return what is finished."""
        outcomes = []
        for pipe in wait(list(self._busy), timeout_s):
            assert isinstance(pipe, Connection)  # noqa: S101 - `wait` is typed for anything one can wait for
            worker = self._busy.pop(pipe)
            try:
                kind, text = pipe.recv()
            except (EOFError, OSError):
                outcomes.append(self._bury(worker, ""))
            else:
                outcomes.append(Outcome(worker.job, kind, text))
                self._idle.append(worker)
        for pipe, worker in list(self._busy.items()):
            if time.monotonic() > worker.until:
                del self._busy[pipe]
                outcomes.append(self._bury(worker, f"no answer within {self._limit_s(worker.job):.0f} s"))
        return outcomes

    def _bury(self, worker: _Worker[Job], why: str) -> Outcome[Job]:
        if why:
            worker.process.terminate()
        _end(worker.process, _LEAVE_S)
        worker.pipe.close()
        code = worker.process.exitcode
        if not why and code is not None and code in {sign for end in _ENDINGS for sign in (-end, 128 + end)}:
            return Outcome(worker.job, "stopped", f"a worker was stopped by {signal.Signals(abs(code) % 128).name}")
        return Outcome(worker.job, "crashed", why or f"the worker process ended with {_ending(code)}")

    def _new_worker(self) -> _Worker[Job]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_work, args=(self._perform, theirs, os.getpid()), name="superatom-label")
        with _one_thread_each():
            process.start()
        theirs.close()
        return _Worker(process, ours)


class _Worker(Generic[Job]):
    """A process, our end of its pipe, and the job in its hands with the time it must be done by."""

    job: Job
    until: float

    def __init__(self, process: Any, pipe: Connection) -> None:
        self.process = process
        self.pipe = pipe


def _work(perform: Callable[[Job], str], pipe: Connection, parent: int) -> None:
    """Do jobs from the pipe until it closes; then end what they have left running."""
    os.setsid()
    os.dup2(2, 1)  # standard output is for the answer; some calculators print there
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    _die_with(parent)
    try:
        _work_on(perform, pipe)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)


def _work_on(perform: Callable[[Job], str], pipe: Connection) -> None:
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        try:
            answer = ("done", perform(job))
        except MissingEngineError as error:
            answer = ("missing_engine", str(error))
        except Exception as fault:  # noqa: BLE001 - one bad job never ends a campaign
            where = traceback.extract_tb(fault.__traceback__)[-1]
            place = f"{os.path.basename(where.filename)}:{where.lineno}"  # noqa: PTH119 - a name, no path
            refused = isinstance(fault, OSError) and fault.errno in _NO_ROOM
            answer = ("no_room" if refused else "fault", f"{type(fault).__name__}: {fault} ({place})")
        pipe.send(answer)


def _end(process: Any, patience_s: float) -> None:
    """Wait for a process that was told to leave; kill one that does not, with all it started."""
    process.join(patience_s)
    if process.is_alive():
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    process.join()


def _leave(number: int, frame: FrameType | None) -> None:
    del frame
    raise SystemExit(128 + number)


def _die_with(parent: int) -> None:
    """Ask the system for SIGTERM when the parent dies; elsewhere than on Linux the closed pipe ends an idle worker."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(1)


def _ending(code: int | None) -> str:
    """Say how a process ended.

    >>> _ending(-9), _ending(1)
    ('SIGKILL (out of memory?)', 'exit code 1')
    """
    if code is None or code >= 0:
        return f"exit code {code}"
    name = signal.Signals(-code).name
    return f"{name} (out of memory?)" if name == "SIGKILL" else name


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP stop what is within as Ctrl-C does, where nobody else has decided what they do.

    Batch systems send SIGTERM some seconds before SIGKILL; a run started by ``nohup`` keeps ignoring SIGHUP.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = [one for one in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(one) is signal.SIG_DFL]
    for one in ours:
        signal.signal(one, _interrupt)
    try:
        yield
    finally:
        for one in ours:
            signal.signal(one, signal.SIG_DFL)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del frame
    signal.signal(number, signal.SIG_IGN)  # once is enough; workers get their time to leave
    raise KeyboardInterrupt


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Start processes that compute with one thread: the crew is what runs in parallel."""
    before = {key: os.environ.get(key) for key in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                del os.environ[key]
            else:
                os.environ[key] = value
