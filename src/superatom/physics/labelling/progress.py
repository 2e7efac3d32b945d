"""What a run of a campaign tells: how far it is, and at its end what the folder holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Counts = Mapping[str, Mapping[str, int]]  # family -> status -> number


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: jobs done and to do (geometries, labels, references), and how the done ones ended.

    `limit` is the number of labels after which the run stops, where it stops before its work is done.
    """

    n_done: int
    n_to_do: int
    n_labels: int
    n_filtered: int
    n_failed: int
    seconds: float
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a folder holds of a level after a run, and what the run did.

    Attributes
    ----------
    ended
        Why the run ended: nothing left to do, its limit of labels, or stopped by Ctrl-C or a signal.
    geometries, labels
        Numbers in the folder, by family and status.
    references
        Numbers of reference species by status.
    n_left
        Labels the design asks for that are not there yet; of geometries that failed there will be none.
    n_new_geometries, n_new_labels, seconds, labels_per_hour
        Of this run.
    """

    design: str
    folder: str
    level: str
    ended: Literal["finished", "limit", "interrupted"]
    geometries: Counts
    labels: Counts
    references: Mapping[str, int]
    n_left: int
    n_new_geometries: int
    n_new_labels: int
    seconds: float
    labels_per_hour: float
