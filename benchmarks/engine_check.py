"""Engines against DFT and CCSD(T) that others computed: how far a cheap level may be trusted.

    SUPERATOM_DATA_MIRROR=/path/to/mirror python benchmarks/engine_check.py [--sets ...] [--levels ...] [--rows-only]

Single points at the published geometries (`superatom.data.dft_sets`); the 147-atom particles are relaxed by each
engine, because the source keeps only starting geometries of most. Every energy is appended to
benchmarks/cache/engine_check.jsonl as soon as it is there, under a hash of geometry and level: a killed run goes on
where it stopped, a finished one costs nothing. `--rows-only` makes the rows of what the cache holds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from engine_check_rows import composition_rows, isomer_rows, parent_rows, particle_rows, set_rows
from record import Cache, row, write
from superatom.data.dft_sets import DftPoint, dft_set, mixing_energies
from superatom.errors import CalculationError, MissingEngineError
from superatom.physics.levels import engine_of, level
from superatom.structures.structure import Structure

PARTICLES = "np147-mixing"
RELAXED_FORCE_EV_PER_A = 0.03
MAX_STEPS = 300


@dataclass(frozen=True, slots=True)
class Task:
    """Evaluate a set at a level: only some families, or `per_group` points of every group, where it is dear."""

    data: str
    level: str
    families: tuple[str, ...] = ()
    per_group: int | None = None

    def points(self) -> list[DftPoint]:
        """Return the points in the order of the set, the chosen ones evenly spaced within their group."""
        groups: dict[str, list[DftPoint]] = defaultdict(list)
        for point in dft_set(self.data):
            if not self.families or point.family in self.families:
                groups[point.group].append(point)
        return [point for group in groups.values() for point in spaced(group, self.per_group)]


# cheap and decisive first, so that a run that is stopped has said most
PLAN = (
    Task("coinage-isomers", "emt"),
    Task("coinage-isomers", "gfn1"),
    Task("coinage-isomers", "chgnet"),
    Task("dopant-sites", "gfn1"),
    Task("dopant-sites", "chgnet"),
    Task("au-thiolate-md", "chgnet"),
    Task("au-hydride-frames", "chgnet", per_group=75),
    Task("au-hydride-frames", "gfn1", per_group=75),
    Task("au-ag-orderings", "chgnet"),
    Task("coinage-isomers", "pbe"),
    Task("au-ag-orderings", "gfn1", families=("36/24",)),
    Task("dopant-sites", "pbe"),
    Task("au-thiolate-md", "gfn1"),
    Task("au-hydride-frames", "pbe", per_group=12),
)
PARTICLE_LEVELS = ("emt", "chgnet")


def spaced(points: Sequence[DftPoint], n: int | None) -> list[DftPoint]:
    """Return `n` of the points, evenly spaced, or all of them."""
    if n is None or n >= len(points):
        return list(points)
    return [points[i] for i in np.linspace(0, len(points) - 1, n).round().astype(int)]


def key_of(structure: Structure, level_name: str, purpose: str = "single point") -> str:
    """Return the hash under which an energy is kept: all that decides it beside the installed program."""
    settings = dict(level(level_name).settings)
    positions = np.round(structure.positions, 6).ravel().tolist()
    text = json.dumps([structure.symbols, positions, structure.charge, level_name, settings, purpose], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def run(task: Task, cache: Cache) -> None:
    """Evaluate every point of the task that the cache does not hold."""
    wanted = level(task.level)
    for point in task.points():
        key = key_of(point.structure, task.level)
        if key in cache.records:
            continue
        record: dict[str, Any] = {"key": key, "data": task.data, "id": point.id, "level": task.level}
        start = time.monotonic()
        try:
            found = engine_of(wanted).evaluate(point.structure, wanted)
            record |= {"energy_eV": found.energy_eV, "engine": found.engine, "version": found.engine_version,
                       "parameters_sha256": found.parameters_sha256, "notes": list(found.notes)}  # fmt: skip
        except CalculationError as error:
            record |= {"energy_eV": None, "why": str(error)}
        cache.add({**record, "seconds": round(time.monotonic() - start, 2)})
        print(
            f"{task.data:18s} {task.level:8s} {point.id:42s} {record['energy_eV']} {time.monotonic() - start:.1f} s",
            flush=True,
        )


def energies_of(task: Task, cache: Cache) -> dict[str, float]:
    """Return id -> energy in eV of the points of the task that have one."""
    found = {}
    for point in task.points():
        record = cache.records.get(key_of(point.structure, task.level))
        if record is not None and record["energy_eV"] is not None:
            found[point.id] = record["energy_eV"]
    return found


# ---- particles -----------------------------------------------------------------------------------------------------


def particles() -> Iterator[tuple[str, Structure]]:
    """Yield (id, starting geometry) of the bimetallic particles, then of the pure icosahedra."""
    from ase.cluster import Icosahedron

    mixed = mixing_energies()
    for particle in mixed:
        yield particle.id, particle.structure
    for metal in sorted({metal for particle in mixed for metal, _ in particle.metals}):
        atoms = Icosahedron(metal, 4)
        yield f"{metal}147", Structure(tuple(atoms.get_chemical_symbols()), atoms.get_positions(), charge=0)


def attach_forces(atoms: Any, level_name: str) -> None:
    """Give the atoms the ASE calculator behind a level, with the box the engine uses for single points."""
    if level_name == "emt":
        from ase.calculators.emt import EMT

        atoms.calc = EMT()
        return
    from chgnet.model import CHGNet
    from chgnet.model.dynamics import CHGNetCalculator

    settings = level(level_name).settings
    atoms.center(vacuum=float(settings["vacuum_A"]) / 2)
    atoms.pbc = True
    model = CHGNet.load(model_name=str(settings["model"]), use_device="cpu", verbose=False)
    atoms.calc = CHGNetCalculator(model, use_device="cpu")


def relax_particles(level_name: str, cache: Cache) -> None:
    """Relax every particle with the forces of the engine; the energy kept is that of the last geometry."""
    from ase import Atoms
    from ase.optimize import FIRE

    for name, structure in particles():
        key = key_of(structure, level_name, "relaxed")
        if key in cache.records:
            continue
        start = time.monotonic()
        atoms = Atoms(structure.symbols, structure.positions)
        attach_forces(atoms, level_name)
        optimiser = FIRE(atoms, logfile=None)
        converged = bool(optimiser.run(fmax=RELAXED_FORCE_EV_PER_A, steps=MAX_STEPS))
        cache.add({
            "key": key, "data": PARTICLES, "id": name, "level": level_name,
            "energy_eV": float(atoms.get_potential_energy()), "converged": converged,
            "steps": optimiser.nsteps, "seconds": round(time.monotonic() - start, 2),
        })  # fmt: skip
        print(
            f"{PARTICLES:18s} {level_name:8s} {name:42s} {optimiser.nsteps} steps {time.monotonic() - start:.1f} s",
            flush=True,
        )


def particle_energies(level_name: str, cache: Cache) -> dict[str, float]:
    """Return id -> energy in eV of the relaxed particles, empty until all are there."""
    keys = {name: key_of(structure, level_name, "relaxed") for name, structure in particles()}
    if not all(key in cache.records for key in keys.values()):
        return {}
    return {name: cache.records[key]["energy_eV"] for name, key in keys.items()}


# ---- rows ----------------------------------------------------------------------------------------------------------


def rows_of(cache: Cache) -> Iterator[dict[str, Any]]:
    """Yield every row the cache allows."""
    for data in dict.fromkeys(task.data for task in PLAN):
        levels: dict[str, dict[str, float]] = defaultdict(dict)
        for task in PLAN:
            if task.data == data and (found := energies_of(task, cache)):
                levels[task.level] |= found
        if not levels:
            continue
        points = dft_set(data)
        yield from set_rows(data, points, levels)
        if data == "au-ag-orderings":
            yield from parent_rows(points, levels)
            yield from composition_rows(points, levels, "36/24")
        elif data == "coinage-isomers":
            yield from isomer_rows(points, levels)
    particle_levels = {name: found for name in PARTICLE_LEVELS if (found := particle_energies(name, cache))}
    if particle_levels:
        yield from particle_rows(mixing_energies(), particle_levels)
    yield from cost_rows(cache)


def cost_rows(cache: Cache) -> Iterator[dict[str, Any]]:
    """Yield the median wall time of one single point on one core, and the share that failed."""
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    failed: dict[tuple[str, str], int] = defaultdict(int)
    for record in cache.records.values():
        if record["data"] != PARTICLES:
            where = record["data"], record["level"]
            seconds[where].append(record["seconds"])
            failed[where] += record["energy_eV"] is None
    for (data, name), values in seconds.items():
        split = f"{len(values)} structures"
        yield row("engine-check cost", data, "median time", "s", float(np.median(values)), split=split, model=name)
        yield row("engine-check cost", data, "failed", "1", failed[data, name], split=split, model=name)


def notes_of(cache: Cache) -> str:
    versions = {f"{r['engine']} {r['version']}" for r in cache.records.values() if r.get("engine")}
    unconverged = [f"{r['level']} {r['id']}" for r in cache.records.values() if r.get("converged") is False]
    failures = [f"{r['level']} {r['id']} ({r['why']})" for r in cache.records.values() if r["energy_eV"] is None]
    return (
        "Energies relative to the mean of their group (composition, trajectory, stoichiometry, element and size), "
        "pooled. "
        "Geometries as published; np147-mixing relaxed by the engine. "
        f"Engines: {', '.join(sorted(versions))}. Times are of a shared machine. "
        f"Particles not relaxed to {RELAXED_FORCE_EV_PER_A} eV/A in {MAX_STEPS} steps: "
        f"{', '.join(unconverged) or 'none'}. Failed: {'; '.join(failures) or 'none'}."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", help="only these sets")
    parser.add_argument("--levels", nargs="+", help="only these levels")
    parser.add_argument("--rows-only", action="store_true", help="no calculation: rows of what the cache holds")
    arguments = parser.parse_args()

    def wanted(data: str, name: str) -> bool:
        return (not arguments.sets or data in arguments.sets) and (not arguments.levels or name in arguments.levels)

    cache = Cache("engine_check")
    jobs = [(task.data, task.level, partial(run, task, cache)) for task in PLAN]
    jobs += [(PARTICLES, name, partial(relax_particles, name, cache)) for name in PARTICLE_LEVELS]
    for data, name, job in jobs:
        if arguments.rows_only or not wanted(data, name):
            continue
        try:
            job()
        except MissingEngineError as error:
            print(f"{data} at {name} left out: {error}")
    print(write("engine_check", rows_of(cache), "python benchmarks/engine_check.py", notes_of(cache)))


if __name__ == "__main__":
    main()
