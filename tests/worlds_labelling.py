"""A tiny campaign whose jobs need no program: geometries and energies are drawn from the seed of the item.

What a dopant does: Zn has no geometry, Cd a filtered one, Ag a failed label, Hg kills the worker that labels it, Re
meets a fault in the code, Os a missing program, Fe a full disk.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from superatom.errors import MissingEngineError
from superatom.physics.configuration import Configuration, Label
from superatom.physics.labelling.campaign import run_campaign
from superatom.physics.labelling.jobs import Job, Labelling, Making
from superatom.physics.labelling.journal import to_line
from superatom.physics.labelling.making import not_made
from superatom.structures.structure import Structure

TESTS = Path(__file__).parent
DESIGN = """
name = "toy"
tier = "A"
seed = 7

[[family]]
topology = "lantern"
host = "Au"
dopants = [DOPANTS]
placements = ["axial2", "belt1"]
ligands = [{thiolate = "SH"}, {thiolate = "SCH3"}]
isomers = 2
[family.off_equilibrium]
tier = "B"
count = 2
"""
SMALL = {', "belt1"': "", ', {thiolate = "SCH3"}': "", "isomers = 2": "isomers = 1", "count = 2": "count = 1"}


def write_design(path: Path, *dopants: str, more: str = "", is_small: bool = False) -> Path:
    """Write the design for these dopants; a small one has a minimum of each, with a copy."""
    names = ", ".join(f'"{dopant}"' for dopant in dopants)
    text = DESIGN.replace("DOPANTS", names)
    for much, little in SMALL.items() if is_small else ():
        text = text.replace(much, little)
    path.write_text(text + more, encoding="utf-8")
    return path


def perform(job: Job) -> str:
    """Do a job in a moment."""
    time.sleep(0.002)
    if isinstance(job, Making):
        return to_line(_make(job).to_record())
    if isinstance(job, Labelling):
        made = Configuration.from_record(json.loads(job.line))
        return to_line(_label(made, job.level).to_record())
    return to_line({"key": job.key, "level": job.level, "status": "converged", "energy_eV": -1.0})


def _make(job: Making) -> Configuration:
    item = job.item
    if item.dopant == "Zn":
        return not_made(item, "no geometry for zinc")
    start = Configuration.from_record(json.loads(job.parent_line)).structure.positions if job.parent_line else 0.0
    positions = start + np.random.default_rng(item.seed).normal(size=(len(item.blueprint.metals), 3))
    structure = Structure(item.blueprint.metals, positions, charge=0)
    filtered = item.dopant == "Cd"
    return replace(
        not_made(item, "too close" if filtered else ""),
        structure=structure,
        status="filtered" if filtered else "converged",
    )


def _label(made: Configuration, level: str) -> Label:
    if made.dopant == "Hg":
        os.kill(os.getpid(), signal.SIGKILL)
    if made.dopant == "Re":
        raise ZeroDivisionError("division by zero")
    if made.dopant == "Os":
        raise MissingEngineError("there is no program; install it: apt-get install program")
    if made.dopant == "Fe":
        raise OSError(errno.ENOSPC, "No space left on device")
    if made.dopant == "Ag" and not os.environ.get("WORLD_IS_KIND"):
        return Label(made.id, level, "failed", "the charges did not converge")
    return Label(made.id, level, "converged", energy_eV=float(np.sum(made.structure.positions**2)), seconds=0.01)


def act(job: str) -> str:
    """Do a job of a bare crew: die, hang, miss a program, meet a fault, print, or say how many threads there are.

    "program FILE" starts another process, writes its number into the file, and waits for it; "deaf FILE" also ignores
    being told to end.
    """
    if job.startswith(("program", "deaf")):
        if job.startswith("deaf"):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        program = subprocess.Popen(["sleep", "600"])
        Path(job.partition(" ")[2]).write_text(str(program.pid), encoding="utf-8")
        program.wait()
    if job == "chatter":
        subprocess.run(["echo", job], check=True)
    if job == "full":
        raise OSError(errno.ENOSPC, "No space left on device")
    if job == "told":
        os.kill(os.getpid(), signal.SIGTERM)
    if job == "die":
        os._exit(3)
    if job == "hang":
        time.sleep(600)
    if job == "missing":
        raise MissingEngineError("install it")
    if job == "fault":
        raise KeyError(job)
    return f"{job}, threads {os.environ['OMP_NUM_THREADS']}"


def main() -> None:
    """Run the campaign of DESIGN FOLDER LEVEL WORKERS [existing]; Ctrl-C and SIGTERM end it with code 130."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background ignores Ctrl-C, we do not
    design, folder, level, workers, *more = sys.argv[1:]
    summary = run_campaign(
        Path(design), Path(folder), level, workers=int(workers), existing_geometries=bool(more), perform=perform
    )
    sys.exit(130 if summary.ended == "interrupted" else 0)
