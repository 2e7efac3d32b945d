"""One thread for small matrices. Imports torch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute with one thread, as a context or a decorator; afterwards as many as before.

    The matrices of a campaign are small. Several threads gain little on an idle machine, and on a busy one they wait
    for each other: a suggestion took 96 s instead of 4 s on two cores that others were using.

    >>> before = torch.get_num_threads()
    >>> with one_thread():
    ...     torch.get_num_threads()
    1
    >>> torch.get_num_threads() == before
    True
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
