"""What a worker of the campaign is asked to do, and doing it: records come and go as lines of a journal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from superatom.errors import MissingEngineError, SuperatomError
from superatom.physics.configuration import Configuration, Label
from superatom.physics.labelling.items import WorkItem
from superatom.physics.labelling.journal import to_line
from superatom.physics.labelling.making import make, not_made

if TYPE_CHECKING:
    from superatom.physics.references import ReferenceSpecies

MAKING_LIMIT_S = 4 * 3600.0  # a worker that takes longer hangs; the limits of the engines are far below


@dataclass(frozen=True, slots=True)
class Making:
    """Make an item; `parent_line` is the record of what it is made from, or empty."""

    item: WorkItem
    parent_line: str
    folder: Path

    @property
    def key(self) -> str:
        """Id of the configuration."""
        return self.item.id

    @property
    def limit_s(self) -> float:
        """When a worker is given up."""
        return MAKING_LIMIT_S


@dataclass(frozen=True, slots=True)
class Labelling:
    """Label the configuration of a line at a level; `timeout_s` is that of the evaluation."""

    key: str
    line: str
    level: str
    timeout_s: float

    @property
    def limit_s(self) -> float:
        """When a worker is given up; an engine that cannot stop itself in time is stopped here."""
        return 2 * self.timeout_s + 120


@dataclass(frozen=True, slots=True)
class Referencing:
    """Evaluate a reference species at a level."""

    species: ReferenceSpecies
    level: str

    @property
    def key(self) -> str:
        """Key of the species."""
        return self.species.key

    @property
    def limit_s(self) -> float:
        """When a worker is given up."""
        return MAKING_LIMIT_S


Job = Making | Labelling | Referencing


def perform(job: Job) -> str:
    """Do a job and return the line for its journal; raises `MissingEngineError` only."""
    if isinstance(job, Making):
        parent = Configuration.from_record(json.loads(job.parent_line)) if job.parent_line else None
        return to_line(make(job.item, parent, job.folder).to_record())
    if isinstance(job, Labelling):
        from superatom.physics.labels import label

        configuration = Configuration.from_record(json.loads(job.line))
        return to_line(label(configuration, job.level, timeout_s=job.timeout_s).to_record())
    from superatom.physics.levels import level
    from superatom.physics.references import evaluate_reference

    try:
        return to_line(evaluate_reference(job.species, level(job.level)))
    except MissingEngineError:
        raise
    except SuperatomError as error:
        return failed_line(job, str(error))


def failed_line(job: Job, why: str) -> str:
    """Return the line of a job that a worker did not bring back."""
    record: dict[str, Any]
    if isinstance(job, Making):
        record = not_made(job.item, why).to_record()
    elif isinstance(job, Labelling):
        record = Label(job.key, job.level, "failed", why).to_record()
    else:
        record = {"key": job.key, "level": job.level, "status": "failed", "why": why, "energy_eV": None}
    return to_line(record)
