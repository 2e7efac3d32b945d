"""One GPAW single point as its own process, run by `superatom.physics.engines.gpaw`: gpaw_worker.py REQUEST ANSWER.

Both are JSON files. Runs under the Python that has GPAW, which need not be the one that has superatom: only the
standard library, NumPy, ASE (3.22 or later) and GPAW (22.8 or later) are imported. Exit status 3: no GPAW here.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

NO_GPAW = 3
_PR_SET_PDEATHSIG = 1  # of Linux's prctl(2)
_EMPTY = 1e-12  # electrons per Bohr^3 under which a grid point belongs to nobody


def main() -> None:
    """Read a request, compute, write the answer."""
    _die_with_the_parent()
    # this file's folder holds ase.py and gpaw.py of superatom, which must not be taken for the packages
    sys.path[:] = [folder for folder in sys.path if Path(folder).resolve() != Path(__file__).resolve().parent]
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        import gpaw  # noqa: F401
    except ImportError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(NO_GPAW)
    answer = _setups_only() if request.get("only") == "setups" else _calculate(request)
    Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")


def _die_with_the_parent() -> None:
    """Where the system can do it, end this process when the one that started it is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _setups_only() -> dict[str, Any]:
    import gpaw

    return {"version": gpaw.__version__, "setups_sha256": setups_sha256([str(path) for path in gpaw.setup_paths])}


def setups_sha256(folders: list[str]) -> str:
    """Return one hash over all PBE setups and dzp basis sets there are, so that a level has one hash."""
    digest = hashlib.sha256()
    for pattern in ("*.PBE.gz", "*.dzp.basis.gz"):
        files: dict[str, Path] = {}
        for folder in folders:  # as GPAW does: the first folder that has a file wins
            for file in sorted(Path(folder).glob(pattern)):
                files.setdefault(file.name, file)
        for name in sorted(files):
            digest.update(name.encode() + hashlib.sha256(files[name].read_bytes()).digest())
    return digest.hexdigest()


def _calculate(request: dict[str, Any]) -> dict[str, Any]:
    import gpaw
    from ase import Atoms

    settings = request["settings"]
    positions = np.array(request["positions"], dtype=float)
    # a box of whole blocks of four grid points: h is the same for every cluster and in every direction
    block = 4 * settings["h_A"]
    n_points = 4 * np.ceil((np.ptp(positions, axis=0) + 2 * settings["vacuum_A"]) / block - 1e-9).astype(int)
    moments = request.get("initial_moments")
    atoms = Atoms(request["symbols"], positions=positions, cell=n_points * settings["h_A"], magmoms=moments)
    atoms.center()
    options: dict[str, Any] = {}
    if moments is not None:
        options["mixer"] = gpaw.MixerSum(
            settings["mixer_beta"], settings["mixer_history"], settings["mixer_metric_weight"]
        )
    calculator = gpaw.GPAW(
        mode=settings["mode"],
        basis=settings["basis"],
        xc=settings["xc"],
        gpts=tuple(int(n) for n in n_points),
        charge=request["charge"],
        spinpol=moments is not None,
        occupations=gpaw.FermiDirac(settings["smearing_eV"], fixmagmom=request["is_moment_fixed"]),
        convergence={"density": settings["density_tolerance"], "energy": settings["energy_tolerance_eV"]},
        maxiter=settings["max_iterations"],
        symmetry="off",
        txt="gpaw.txt",
        **options,
    )
    atoms.calc = calculator
    start = time.perf_counter()
    try:
        energy = float(atoms.get_potential_energy())
    except gpaw.KohnShamConvergenceError:
        return {"converged": False, "iterations": int(calculator.get_number_of_iterations())}
    return {
        "converged": True,
        "energy_eV": energy,
        "gap_eV": _gap(calculator),
        "charges_e": hirshfeld_charges(calculator, atoms.positions),
        "magnetic_moment": float(calculator.get_magnetic_moment()) if moments is not None else None,
        "iterations": int(calculator.get_number_of_iterations()),
        "scf_seconds": round(time.perf_counter() - start, 2),
        **_setups_only(),
    }


def _gap(calculator: Any) -> float | None:
    """Return the smallest HOMO-LUMO gap of the spins in eV, from occupations; None where all states are filled."""
    gaps = []
    for spin in range(calculator.get_number_of_spins()):
        energies = np.asarray(calculator.get_eigenvalues(spin=spin))
        occupations = np.asarray(calculator.get_occupation_numbers(spin=spin))
        is_filled = occupations > occupations.max() / 2
        if is_filled.any() and not is_filled.all():
            gaps.append(float(energies[~is_filled].min() - energies[is_filled].max()))
    return max(0.0, min(gaps)) if gaps else None


def hirshfeld_charges(calculator: Any, positions_A: Any) -> list[float]:
    """Return Hirshfeld's charges (doi:10.1007/BF00549096) in e, from the pseudo density and its augmentation charges.

    The pseudo density on the grid is shared out by the densities of free atoms; what a PAW sphere adds to it goes to
    its own atom. The charges add up to that of the cluster, at a hundredth of the cost of GPAW's own partitioning of
    the all-electron density, which gives up to 0.03 e less on the metals of Au4Pd2(SH)8.
    """
    from ase.units import Bohr

    density = calculator.density
    grid = density.gd
    points = grid.get_grid_point_coordinates()
    pseudo_density = density.nt_sG.sum(axis=0)
    profiles = {setup.symbol: _free_atom(setup) for setup in density.setups}

    def free_density(a: int) -> Any:
        r = np.sqrt(((points - (positions_A[a] / Bohr)[:, None, None, None]) ** 2).sum(axis=0))
        return np.interp(r, *profiles[density.setups[a].symbol], right=0.0)

    promolecule = np.zeros_like(pseudo_density)
    for a in range(len(positions_A)):
        promolecule += free_density(a)
    share = np.divide(pseudo_density, promolecule, out=np.zeros_like(promolecule), where=promolecule > _EMPTY)
    return [
        float(-grid.integrate(free_density(a) * share) - np.sqrt(4 * np.pi) * density.Q_aL[a][0])
        for a in range(len(positions_A))
    ]


def _free_atom(setup: Any) -> tuple[Any, Any]:
    """Return radii in Bohr and the all-electron density of the free atom of a setup."""
    data = setup.data
    density = data.nc_g / np.sqrt(4 * np.pi)
    for occupation, wave in zip(setup.f_j, data.phi_jg):  # noqa: B905 -- unbound waves come last and are left out
        density = density + occupation * wave**2 / (4 * np.pi)
    return data.rgd.r_g, density


if __name__ == "__main__":
    main()
