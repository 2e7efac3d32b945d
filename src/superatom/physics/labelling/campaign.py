"""The campaign: makes what a design asks for, labels it at one level, and goes on where it was stopped.

The parent process alone writes the journals: `configurations.jsonl`, `labels-LEVEL.jsonl` and
`references-LEVEL.jsonl` of the folder. What stands in them is never done again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from superatom.errors import DesignError
from superatom.physics.labelling.design import read_design
from superatom.physics.labelling.items import WorkItem, changed_items, expand
from superatom.physics.labelling.jobs import Job
from superatom.physics.labelling.jobs import perform as perform_job
from superatom.physics.labelling.journal import Journal
from superatom.physics.labelling.progress import Progress, Summary
from superatom.physics.labelling.run import CONFIGURATIONS, Run, labels_file, references_file
from superatom.physics.labelling.workers import Crew, stopped_by_signals

DESIGN_COPY = "design.toml"


def run_campaign(
    design_file: Path,
    folder: Path,
    level: str = "gfn1",
    *,
    workers: int | None = None,
    limit: int | None = None,
    retry_failed: bool = False,
    existing_geometries: bool = False,
    tell: Callable[[Progress], None] = lambda _: None,
    perform: Callable[[Job], str] = perform_job,
) -> Summary:
    """Make and label what a design asks for, as far as it is not done yet.

    Parameters
    ----------
    design_file
        The design (`superatom.physics.labelling.design`); a copy goes into the folder.
    folder
        Where the journals are; made where it is missing.
    level
        Name of the level of the labels.
    workers
        Number of processes; None: one per processor this process may use.
    limit
        Stop after so many new labels.
    retry_failed
        Do again what failed before (not what was filtered); the new line of a journal replaces the old one.
    existing_geometries
        Label only geometries that are made already, so that another run may be making them.
    tell
        Is told the progress, at least every second.
    perform
        Does one job in a worker process; a function of a module.

    Raises
    ------
    DesignError
        For a design that cannot be made, or that changes geometries which the folder holds.
    JournalError
        Where another run writes the same journal, or one is damaged.
    MissingEngineError, NoRoomError
        Where a program or package is missing, or the disk is full; what is done stays done.
    """
    from superatom.physics.levels import level as level_named

    theory = level_named(level)
    if not theory.has_comparable_energies:
        raise DesignError(f"{level} makes geometries, but its energies cannot be compared: label at another level")
    design = read_design(design_file)
    items = expand(design, design_file.parent)
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(stopped_by_signals())
        names = [labels_file(level), references_file(level), *([] if existing_geometries else [CONFIGURATIONS])]
        journals = {name: stack.enter_context(Journal(folder / name)) for name in names}
        run = Run(design, items, theory, folder, journals, retry_failed=retry_failed, limit=limit, tell=tell)
        run.read()
        _adopt(design_file, folder, items, run.ever_made, is_writer=not existing_geometries)
        crew = stack.enter_context(Crew(perform, workers or _n_processors(), lambda job: job.limit_s))
        return run.go(crew)


def _n_processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _adopt(design_file: Path, folder: Path, items: Mapping[str, WorkItem], made: set[str], *, is_writer: bool) -> None:
    """Keep a copy of the design in the folder; refuse one that changes what was made with the copy that is there."""
    copy = folder / DESIGN_COPY
    text = design_file.read_text(encoding="utf-8")
    if copy.is_file():
        if copy.read_text(encoding="utf-8") == text:
            return
        if changed := changed_items(expand(read_design(copy), folder), items, sorted(made)):
            raise DesignError(
                f"{design_file} does not make, or makes otherwise, {len(changed)} of the {len(made)} geometries in "
                f"{folder}, such as {changed[0]}; families may be added and isomers and copies raised, "
                "anything else needs a new folder"
            )
    if is_writer:
        for kernel in {item.kernel for item in items.values() if item.kernel}:
            target = folder / kernel
            if target.resolve() != (design_file.parent / kernel).resolve():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(design_file.parent / kernel, target)
        partial = copy.with_suffix(".partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(copy)
