"""Public DFT energies of clusters, computed by others: geometry, energy, and what that energy compares with.

Each set is found by `superatom.data.sources` (fetched or in the local mirror). Total energies of different groups,
codes or functionals mean nothing side by side, so every point names the `group` inside which differences may be taken.

==================== ============================================ ==================== ===============================
set                  what                                         group                source
==================== ============================================ ==================== ===============================
au-ag-orderings      random Au-Ag orderings of four thiolates     composition          canela-lpnc-dft
dopant-sites         M on three sites of MAu24(SCH3)18            dopant               canela-lpnc-dft
au-thiolate-md       MD frames at 200-400 K, and their minimum    trajectory           au-sr-gp-mlff-validation
au-hydride-frames    MD frames of Au13H5 and Au18H14              stoichiometry        au-hydride-dft
coinage-isomers      isomers of Cu, Ag, Au 4 to 8, LNO-CCSD(T)    element and size     coinage-cluster-functional-...
==================== ============================================ ==================== ===============================

`mixing_energies` reads the 147-atom particles, whose bimetallic geometries are mostly starting ones.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from superatom.data import sources
from superatom.errors import DataSourceError, UnknownNameError, did_you_mean
from superatom.structures.files import read, read_all
from superatom.structures.formula import element_formula
from superatom.structures.structure import Structure
from superatom.units import HARTREE_EV

_COINAGE = "coinage-cluster-functional-benchmark"
_MD = "au-sr-gp-mlff-validation"
_MD_STEPS_PER_LABEL = 100.0  # frame label 10 of the table is MD step 1000 (or 999) of the file names


@dataclass(frozen=True, slots=True, eq=False)
class DftPoint:
    """One geometry with its published energy.

    Attributes
    ----------
    id
        Unique in its set.
    family
        What a test that must not leak holds out together: the parent cluster or the trajectory.
    group
        Energies may be compared inside a group only.
    structure
        A molecule, without cell, with its charge in e.
    energy_eV
        Total energy in eV as published.
    method
        Code and functional as far as the source states them.
    """

    id: str
    family: str
    group: str
    structure: Structure
    energy_eV: float
    method: str


@dataclass(frozen=True, slots=True, eq=False)
class MixingEnergy:
    """Energy of a 147-atom particle A(n)B(147-n) against the relaxed pure particles, in eV per atom.

    `structure` is the relaxed geometry only where `is_relaxed`; otherwise the source holds the starting one.
    """

    id: str
    metals: tuple[tuple[str, int], tuple[str, int]]
    structure: Structure
    is_relaxed: bool
    mixing_energy_eV_per_atom: float


def dft_set(name: str) -> tuple[DftPoint, ...]:
    """Return every point of a set, in a fixed order.

    Raises `UnknownNameError`, or `DataSourceError` where the set is not at hand (it says how to fetch it) or not as
    expected.

    >>> sorted(DFT_SETS)
    ['au-ag-orderings', 'au-hydride-frames', 'au-thiolate-md', 'coinage-isomers', 'dopant-sites']
    """
    if name not in DFT_SETS:
        known = sorted(DFT_SETS)
        raise UnknownNameError(f"unknown set {name!r}.{did_you_mean(name, known)} Known: {', '.join(known)}")
    points = tuple(DFT_SETS[name]())
    if not points:
        raise DataSourceError(f"the files of {name} are here but hold no energy that has a geometry")
    return points


def mixing_energies() -> tuple[MixingEnergy, ...]:
    """Return the bimetallic 147-atom particles, CP2K energies (doi:10.1021/acs.accounts.2c00646)."""
    folder = sources.path("np147-bimetallic-dft")
    rows = _rows(folder, "NP_energies.csv")
    energies = {row["name"].removeprefix("RESTART_"): float(row["energy_eV"]) for row in rows}
    # of a pair computed twice the later folder counts: PtAu-final comes after PtAu
    files = {frozenset(_counts(file.stem).items()): file for file in sorted(folder.rglob("*.xyz"))}
    found = []
    for name, energy in energies.items():
        counts = _counts(name)
        file = files.get(frozenset(counts.items()))
        if len(counts) != 2 or file is None:
            continue
        pure = sum(n / 147 * energies[f"{metal}147"] for metal, n in counts.items())
        last = read_all(file)[-1]
        relaxed = _comment_energy_eV(file, last=True) is not None
        first, second = sorted(counts.items())
        structure = _molecule(last, 0, f"np147 {name}")
        found.append(MixingEnergy(name, (first, second), structure, relaxed, (energy - pure) / 147))
    return tuple(found)


# ---- the sets ------------------------------------------------------------------------------------------------------


def _au_ag_orderings() -> Iterator[DftPoint]:
    folder = sources.path("canela-lpnc-dft")
    for row in sorted(_rows(folder, "NC_Data.csv"), key=lambda r: r["path"]):
        file = folder / row["path"]
        if file.parent.name != "AuAg_NCs" or not file.is_file():
            continue
        structure = _molecule(read(file), 0, file.stem)
        metals = Counter(s for s in structure.symbols if s in ("Au", "Ag"))
        parent = file.stem.partition("-")[0].replace("_", "/")
        group = f"{parent} Ag {100 * metals['Ag'] / metals.total():.0f} %"
        yield DftPoint(file.stem, parent, group, structure, float(row["E_q_eV"]), "PBE, CP2K, relaxed geometry")


def _dopant_sites() -> Iterator[DftPoint]:
    folder = sources.path("canela-lpnc-dft")
    for row in sorted(_rows(folder, "NC_Data.csv"), key=lambda r: r["path"]):
        file = folder / row["path"]
        if file.parent.name != "other" or row["q"] != "0" or row["ligands"] != "methylthiol" or not file.is_file():
            continue
        energy = _comment_energy_eV(file)
        if energy is None:
            raise DataSourceError(f"{file.name}: its comment line states no energy")
        group = f"{row['metal_2']}Au24(SCH3)18"
        site = f"{group} {row['Dopant_Location']}"
        yield DftPoint(site, group, group, _molecule(read(file), 0, site), energy, "CP2K, relaxed geometry")


def _au_thiolate_md() -> Iterator[DftPoint]:
    """Frames of the energy table that have a file; au28_400k has files and no energies."""
    folder = sources.path(_MD)
    lines = (folder / "energy/validation-energy.csv").read_text(encoding="utf-8-sig").splitlines()
    trajectory, files = "", {}
    for line in lines:
        cells = line.split(",")
        if re.fullmatch(r"au\d+_\d+k", cells[0]):
            trajectory = cells[0]
            files = {int(f.suffix[1:]): f for f in (folder / "md-frame" / trajectory).glob("au*.*")}
        elif trajectory and cells[0].isdigit() and files:
            wanted = int(cells[0]) * _MD_STEPS_PER_LABEL
            step = min(files, key=lambda s: abs(s - wanted))
            if abs(step - wanted) > _MD_STEPS_PER_LABEL / 2:
                continue
            name = f"{trajectory}/{step}"
            structure = _molecule(read(files[step]), 0, name)
            yield DftPoint(name, trajectory, trajectory, structure, float(cells[1]), "VASP, functional as in the paper")


def _au_hydride_frames() -> Iterator[DftPoint]:
    file = next(iter(sorted(sources.path("au-hydride-dft").rglob("*Database.xyz"))), None)
    if file is None:
        raise DataSourceError("au-hydride-dft holds no ...Database.xyz")
    energies = [float(e) for e in re.findall(r"\benergy=(\S+)", _comments(file))]
    frames = read_all(file)
    if len(energies) != len(frames):
        raise DataSourceError(f"{file.name}: {len(frames)} frames but {len(energies)} energies")
    for number, (frame, energy) in enumerate(zip(frames, energies, strict=True)):
        formula = element_formula(frame.symbols)
        name = f"{formula}/{number:03d}"
        yield DftPoint(name, formula, formula, _molecule(frame, 0, name), energy, "VASP")


def _coinage_isomers() -> Iterator[DftPoint]:
    """Isomers at one shared geometry; the energy is E(QZ) + E(TZ, setting 2) - E(TZ, setting 1) of LNO-CCSD(T).

    The source holds three calculations per isomer (two local-correlation settings in aug-cc-pVTZ, one of them in
    aug-cc-pVQZ) and no Hartree-Fock parts, so totals are combined and nothing is extrapolated to the basis-set limit.
    """
    folder = sources.path(_COINAGE)
    hartree: dict[tuple[str, str], dict[str, float]] = {}
    for row in _rows(folder, "lno_ccsdt_energies.csv"):
        one = hartree.setdefault((row["cluster"], row["isomer"]), {})
        one[row["calc_index"]] = float(row["total_LNO-CCSD(T)_with_MP2corr_hartree"])
    for (cluster, isomer), structure in sorted(_coinage_geometries(folder).items()):
        e = hartree[cluster, isomer]
        energy = (e["3"] + e["2"] - e["1"]) * HARTREE_EV
        name = f"{cluster} isomer {isomer}"
        yield DftPoint(name, cluster, cluster, _molecule(structure, 0, name), energy, "LNO-CCSD(T), aug-cc-pVQZ")


def coinage_functional_energies() -> Mapping[str, Mapping[str, float]]:
    """Return functional -> id of the isomer (as in ``dft_set("coinage-isomers")``) -> published VASP energy in eV."""
    table: dict[str, dict[str, float]] = {}
    for row in _rows(sources.path(_COINAGE), "dft_energies.csv"):
        name = f"{row['cluster']} isomer {row['isomer']}"
        table.setdefault(row["functional"], {})[name] = float(row["energy_sigma0_eV"])
    return table


def _coinage_geometries(folder: Path) -> dict[tuple[str, str], Structure]:
    """Read the geometry of each isomer; all functionals were run on the same one."""
    from io import StringIO

    from ase.io.vasp import read_vasp

    found: dict[tuple[str, str], Structure] = {}
    for line in (folder / "contcars.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        key = record["cluster"], record["isomer"]
        if key in found:
            continue
        atoms = read_vasp(StringIO(record["contcar"]))
        fractions = atoms.get_scaled_positions(wrap=False)
        steps = fractions - fractions[0]  # the box is more than twice as wide as any of these clusters
        positions = (steps - np.round(steps)) @ np.asarray(atoms.cell)
        found[key] = Structure(tuple(atoms.get_chemical_symbols()), positions)
    return found


DFT_SETS: Mapping[str, Callable[[], Iterator[DftPoint]]] = {
    "au-ag-orderings": _au_ag_orderings,
    "dopant-sites": _dopant_sites,
    "au-thiolate-md": _au_thiolate_md,
    "au-hydride-frames": _au_hydride_frames,
    "coinage-isomers": _coinage_isomers,
}


# ---- reading -------------------------------------------------------------------------------------------------------


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    file = folder / name
    if not file.is_file():
        raise DataSourceError(
            f"{folder.name} holds no {name}; this table is part of the curated mirror, not of the public repository"
        )
    with file.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def _molecule(structure: Structure, charge: int, source: str) -> Structure:
    """Drop the box and state the charge: none of the sources gives another one for these clusters."""
    return replace(structure, cell=None, charge=charge, source=source, charge_basis="neutral by the source's table")


def _counts(name: str) -> dict[str, int]:
    """Return {"Ag": 73, "Au": 74} of ``Au74Ag73``."""
    return {metal: int(n) for metal, n in re.findall(r"([A-Z][a-z])(\d+)", name)}


def _comments(file: Path) -> str:
    return "\n".join(line for line in file.read_text(encoding="utf-8").splitlines() if "=" in line)


def _comment_energy_eV(file: Path, *, last: bool = False) -> float | None:  # noqa: N802 -- the unit is part of the name
    """Return the energy in Hartree that CP2K writes in a comment line, in eV."""
    found = re.findall(r"\bE(?:nergy)? *= *(-[\d.]+)", _comments(file))
    return float(found[-1 if last else 0]) * HARTREE_EV if found else None
