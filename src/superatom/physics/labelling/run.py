"""One run of a campaign: what is known of every item, what is planned, what is ready to be done.

A label is planned together with what its geometry is made from, and becomes ready when that is written; the parent
process alone writes, and notes only what is written.
"""

from __future__ import annotations

import heapq
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from superatom.errors import MissingEngineError, NoRoomError
from superatom.physics.labelling.design import Design
from superatom.physics.labelling.items import WorkItem, lineage, select, work_order
from superatom.physics.labelling.jobs import Job, Labelling, Making, Referencing, failed_line
from superatom.physics.labelling.journal import Journal, read_lines
from superatom.physics.labelling.progress import Progress, Summary
from superatom.physics.labelling.workers import Crew, Outcome
from superatom.physics.level import Level

if TYPE_CHECKING:
    from superatom.physics.references import ReferenceSpecies

CONFIGURATIONS = "configurations.jsonl"
_TELL_S = 1.0
_REFERENCES_FIRST = (-1, 0, 0)


def labels_file(level: str) -> str:
    """Return the name of the journal of a level's labels."""
    return f"labels-{level}.jsonl"


def references_file(level: str) -> str:
    """Return the name of the journal of a level's reference energies."""
    return f"references-{level}.jsonl"


@dataclass(slots=True)
class Run:
    """The state of one run; `read` and then `go`."""

    design: Design
    items: Mapping[str, WorkItem]
    level: Level
    folder: Path
    journals: Mapping[str, Journal]
    retry_failed: bool
    limit: int | None
    tell: Callable[[Progress], None]
    lines: dict[str, str] = field(default_factory=dict)  # id -> record of its geometry
    ever_made: set[str] = field(default_factory=set)  # ids in the journal, whatever the design says now
    made: dict[str, str] = field(default_factory=dict)  # id -> status of its geometry
    labelled: dict[str, str] = field(default_factory=dict)  # id -> status of its label
    references: dict[str, str] = field(default_factory=dict)  # key -> status
    planned: set[tuple[str, str]] = field(default_factory=set)  # (kind of job, key)
    ready: list[tuple[tuple[int, int, int], str, Job]] = field(default_factory=list)
    order: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    ends: Counter[str] = field(default_factory=Counter)
    n_new: Counter[str] = field(default_factory=Counter)
    n_labels_in_hand: int = 0
    start: float = field(default_factory=time.monotonic)

    def read(self) -> None:
        """Read the journals of the folder."""
        self.order = work_order(self.items)
        for item in self.items.values():
            self.children[item.parent].append(item.id)
        self._read_geometries()
        self.labelled = self._statuses(labels_file(self.level.name), "id")
        self.references = self._statuses(references_file(self.level.name), "key")
        if self.retry_failed:
            for found in (self.made, self.labelled, self.references):
                for key in [key for key, status in found.items() if status == "failed"]:
                    del found[key]

    def go(self, crew: Crew[Job]) -> Summary:
        """Work until nothing is left, the limit is reached or somebody stops it."""
        ended: Literal["finished", "limit", "interrupted"] = "finished"
        try:
            while self._plan():
                self._work(crew)
                if self._is_at_limit:
                    ended = "limit"
                    break
                if not self._makes_geometries:
                    self._read_new_geometries()
        except KeyboardInterrupt:
            ended = "interrupted"
        return self._summary(ended)

    @property
    def _makes_geometries(self) -> bool:
        return CONFIGURATIONS in self.journals

    @property
    def _is_at_limit(self) -> bool:
        return self.limit is not None and self.n_new["label"] >= self.limit

    def _statuses(self, name: str, key: str) -> dict[str, str]:
        return {record[key]: record["status"] for record, _ in read_lines(self.folder / name)}

    def _read_geometries(self) -> None:
        for record, line in read_lines(self.folder / CONFIGURATIONS):
            self.ever_made.add(record["id"])
            if record["id"] in self.items:
                self.made[record["id"]] = record["status"]
                self.lines[record["id"]] = line

    def _read_new_geometries(self) -> None:
        """Read what another run has made meanwhile."""
        known = dict(self.made)
        self._read_geometries()
        self.made.update(known)

    def _is_out(self, item_id: str) -> bool:
        return self.made.get(item_id, "converged") != "converged"

    def _wanted(self) -> frozenset[str]:
        return select(self.items, self.design.selections.get(self.level.name, ()), self._is_out)

    def _plan(self) -> bool:
        """Plan all jobs known to be needed, make those ready that can start; return whether there are any."""
        self.planned.clear()
        self.ready.clear()
        for species in self._missing_references():
            self._push(Referencing(species, self.level.name), _REFERENCES_FIRST)
        for wanted in self._wanted():
            ancestry = list(lineage(wanted, self.items))
            if any(self._is_out(one) for one in ancestry):
                continue
            unmade = [one for one in ancestry if one not in self.made]
            if unmade and not self._makes_geometries:
                continue
            if wanted not in self.labelled:
                self.planned.add(("label", wanted))
            self.planned.update(("make", one) for one in unmade)
        for kind, key in list(self.planned):
            if kind == "make" and self._has_parent(key):
                self._push_making(key)
            elif kind == "label" and key in self.made:
                self._push_labelling(key)
        return bool(self.planned)

    def _missing_references(self) -> list[ReferenceSpecies]:
        from superatom.physics.references import needed_references

        blueprints = list(dict.fromkeys(item.blueprint for item in self.items.values()))
        return [one for one in needed_references(blueprints) if one.key not in self.references]

    def _has_parent(self, item_id: str) -> bool:
        parent = self.items[item_id].parent
        return not parent or self.made.get(parent) == "converged"

    def _push(self, job: Job, order: tuple[int, int, int]) -> None:
        self.planned.add((_kind(job), job.key))
        heapq.heappush(self.ready, (order, f"{_kind(job)} {job.key}", job))

    def _push_making(self, item_id: str) -> None:
        item = self.items[item_id]
        self._push(Making(item, self.lines[item.parent] if item.parent else "", self.folder), self.order[item_id])

    def _push_labelling(self, item_id: str) -> None:
        timeout_s = self.design.timeouts_s.get(self.level.name, self.level.timeout_s)
        self._push(Labelling(item_id, self.lines[item_id], self.level.name, timeout_s), self.order[item_id])

    def _work(self, crew: Crew[Job]) -> None:
        while self.ready or crew.n_busy:
            while self.ready and crew.has_room and self._may_give():
                job = heapq.heappop(self.ready)[2]
                self.n_labels_in_hand += isinstance(job, Labelling)
                crew.give(job)
            if not crew.n_busy:
                return
            self._write(crew.collect(_TELL_S))
            self.tell(self._progress())

    def _may_give(self) -> bool:
        return self.limit is None or self.n_new["label"] + self.n_labels_in_hand < self.limit

    def _write(self, outcomes: list[Outcome[Job]]) -> None:
        """Write what is finished, all of it, before anything follows from it."""
        lines: dict[str, list[str]] = defaultdict(list)
        finished: list[tuple[Job, str]] = []
        for outcome in outcomes:
            self.n_labels_in_hand -= isinstance(outcome.job, Labelling)
            if outcome.kind in ("missing_engine", "no_room", "stopped"):
                continue
            text = outcome.text
            if outcome.kind == "fault":
                text = failed_line(outcome.job, f"a fault in superatom: {text}")
            elif outcome.kind == "crashed":
                text = failed_line(outcome.job, text)
            lines[self._journal_of(outcome.job)].append(text)
            finished.append((outcome.job, text))
        for name, new in lines.items():
            self.journals[name].append(*new)
        for job, line in finished:
            self._note(job, line)
        for outcome in outcomes:
            if outcome.kind == "missing_engine":
                raise MissingEngineError(outcome.text)
            if outcome.kind == "no_room":
                raise NoRoomError(f"a calculation cannot go on: {outcome.text}; what is labelled is kept")
            if outcome.kind == "stopped":
                raise KeyboardInterrupt

    def _journal_of(self, job: Job) -> str:
        if isinstance(job, Making):
            return CONFIGURATIONS
        return labels_file(self.level.name) if isinstance(job, Labelling) else references_file(self.level.name)

    def _note(self, job: Job, line: str) -> None:
        """Take note of a written line and make ready what it allows."""
        status = json.loads(line)["status"]
        self.planned.discard((_kind(job), job.key))
        self.ends[status] += 1
        self.n_new[_kind(job)] += 1
        if isinstance(job, Making):
            self.made[job.key], self.lines[job.key] = status, line
            if status != "converged":
                self._give_up(job.key)
                return
            if ("label", job.key) in self.planned:
                self._push_labelling(job.key)
            for child in self.children[job.key]:
                if ("make", child) in self.planned:
                    self._push_making(child)
        elif isinstance(job, Labelling):
            self.labelled[job.key] = status
        else:
            self.references[job.key] = status

    def _give_up(self, item_id: str) -> None:
        self.planned -= {("label", item_id), ("make", item_id)}
        for child in self.children[item_id]:
            self._give_up(child)

    def _progress(self) -> Progress:
        n_done = self.n_new.total()
        n_labels_in_all = self.n_new["label"] + sum(kind == "label" for kind, _ in self.planned)
        stops_early = self.limit is not None and self.limit < n_labels_in_all
        return Progress(
            n_done=n_done,
            n_to_do=n_done + len(self.planned),
            n_labels=self.n_new["label"],
            n_filtered=self.ends["filtered"],
            n_failed=self.ends["failed"],
            seconds=time.monotonic() - self.start,
            limit=self.limit if stops_early else None,
        )

    def _summary(self, ended: Literal["finished", "limit", "interrupted"]) -> Summary:
        seconds = time.monotonic() - self.start
        wanted = self._wanted()
        return Summary(
            design=self.design.name,
            folder=str(self.folder),
            level=self.level.name,
            ended=ended,
            geometries=self._by_family(self.made),
            labels=self._by_family(self.labelled),
            references=dict(sorted(Counter(self.references.values()).items())),
            n_left=sum(
                one not in self.labelled and not any(self._is_out(older) for older in lineage(one, self.items))
                for one in wanted
            ),
            n_new_geometries=self.n_new["make"],
            n_new_labels=self.n_new["label"],
            seconds=round(seconds, 1),
            labels_per_hour=round(self.n_new["label"] / seconds * 3600, 1),
        )

    def _by_family(self, statuses: Mapping[str, str]) -> dict[str, dict[str, int]]:
        counts: dict[str, Counter[str]] = {family.name: Counter() for family in self.design.families}
        for item_id, status in statuses.items():
            if item_id in self.items:
                counts[self.items[item_id].family][status] += 1
        return {name: dict(sorted(found.items())) for name, found in counts.items()}


def _kind(job: Job) -> str:
    return {Making: "make", Labelling: "label", Referencing: "reference"}[type(job)]
