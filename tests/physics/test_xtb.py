"""The xtb engine: known energies, the clamp in force, failures that say why, nothing left running."""

from __future__ import annotations

import os
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superatom.errors import CalculationError, MissingEngineError
from superatom.physics.engines import xtb, xtb_parameters
from superatom.physics.levels import level
from superatom.structures.structure import Structure
from superatom.units import HARTREE_EV

GFN1 = level("gfn1")
GFNFF = level("gfnff")

AUCL = Structure(("Au", "Cl"), np.array([[0.0, 0, 0], [0, 0, 2.25]]), charge=0)
HSSH = Structure(
    ("S", "S", "H", "H"), np.array([[0, 1.03, -0.05], [0, -1.03, -0.05], [0.97, 1.25, 0.83], [-0.97, -1.25, 0.83]])
)
PH3 = Structure(("P", "H", "H", "H"), np.array([[0, 0, 0], [1.19, 0, 0.77], [-0.6, 1.03, 0.77], [-0.6, -1.03, 0.77]]))
PTCL2 = Structure(("Pt", "Cl", "Cl"), np.array([[0, 0, 0], [2.25, 0, 0], [-2.25, 0, 0.0]]), charge=0)

# Eh, of the program called by hand with the clamped parameter file; the first three agree with tblite to 1e-8 Eh
KNOWN_EH = {
    "AuCl": (AUCL, -8.192170902),
    "HSSH": (HSSH, -8.462457421),
    "PH3": (PH3, -4.244466757),
    "PtCl2": (PTCL2, -12.854952145),
}

pytestmark = pytest.mark.usefixtures("xtb_program")


def pretend_program(folder: Path, script: str) -> str:
    """Write a program that stands in for xtb."""
    file = folder / "xtb"
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


@pytest.mark.parametrize("name", KNOWN_EH)
def test_energies_are_those_of_the_program(name: str) -> None:
    structure, energy_Eh = KNOWN_EH[name]
    found = xtb.evaluate(structure, GFN1)
    assert found.energy_eV == pytest.approx(energy_Eh * HARTREE_EV, abs=1e-5 * HARTREE_EV)
    assert (found.engine, found.charge_model, found.n_unpaired) == ("xtb", "Mulliken", 0)
    assert len(found.charges_e) == structure.n_atoms
    assert sum(found.charges_e) == pytest.approx(0, abs=1e-4)
    assert found.gap_eV is not None
    assert found.engine_version[0].isdigit()
    assert found.notes == ()


def test_the_same_geometry_gives_the_same_numbers_bit_for_bit() -> None:
    first, second = (xtb.evaluate(PTCL2, GFN1) for _ in range(2))
    assert (first.energy_eV, first.charges_e, first.gap_eV) == (second.energy_eV, second.charges_e, second.gap_eV)
    assert first.parameters_sha256 == second.parameters_sha256


@settings(max_examples=5, deadline=None)
@given(angles=st.tuples(*[st.floats(0, 6.28)] * 3), shift=st.floats(-20, 20))
def test_turning_and_moving_change_nothing(angles: tuple[float, float, float], shift: float) -> None:
    from scipy.spatial.transform import Rotation

    moved = replace(PH3, positions=PH3.positions @ Rotation.from_euler("xyz", angles).as_matrix().T + shift)
    assert xtb.evaluate(moved, GFN1).energy_eV == pytest.approx(xtb.evaluate(PH3, GFN1).energy_eV, abs=1e-5)


def test_the_clamp_is_in_force() -> None:
    stock = replace(GFN1, settings={k: v for k, v in GFN1.settings.items() if k != "gam3_Rh_Ir_Pt"})
    clamped_pt, stock_pt = xtb.evaluate(PTCL2, GFN1), xtb.evaluate(PTCL2, stock)
    assert 1e-5 < abs(clamped_pt.energy_eV - stock_pt.energy_eV) / HARTREE_EV < 1e-3
    assert xtb.evaluate(AUCL, GFN1).energy_eV == xtb.evaluate(AUCL, stock).energy_eV
    assert clamped_pt.parameters_sha256 != stock_pt.parameters_sha256


def test_a_centred_platinum_does_not_collapse() -> None:
    golden = (1 + 5**0.5) / 2
    corners = [(0, a, b * golden) for a in (-1, 1) for b in (-1, 1)]
    shell = np.array([np.roll(corner, turn) for corner in corners for turn in range(3)])
    positions = np.vstack([np.zeros(3), shell / np.linalg.norm(shell[0]) * 2.75])
    found = xtb.evaluate(Structure(("Pt",) + ("Au",) * 12, positions, charge=2), GFN1)
    assert max(map(abs, found.charges_e)) < 3
    assert -60 < found.energy_eV / HARTREE_EV < -40


def test_a_program_that_ignores_the_parameters_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, xtb_program: str
) -> None:
    script = f'unset XTBPATH XTBHOME; rm -f param_gfn1-xtb.txt; exec {xtb_program} "$@"'
    monkeypatch.setenv("SUPERATOM_XTB", pretend_program(tmp_path, script))
    monkeypatch.setenv("XTBPATH", str(xtb_parameters.parameter_file("param_gfn1-xtb.txt").parent))
    with pytest.raises(MissingEngineError, match="does not use the clamped GFN1 parameters: the probe has"):
        xtb.evaluate(PTCL2, GFN1)


def test_no_program_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPERATOM_XTB", "no-such-program")
    with pytest.raises(MissingEngineError, match=r"SUPERATOM_XTB names 'no-such-program'.*apt-get install xtb"):
        xtb.evaluate(AUCL, GFN1)
    monkeypatch.delenv("SUPERATOM_XTB")
    monkeypatch.setenv("PATH", "/nowhere")
    for theory in (GFN1, GFNFF):
        with pytest.raises(MissingEngineError, match="no program xtb here; install it: apt-get install xtb") as absent:
            xtb.evaluate(AUCL, theory)
        assert absent.value.exit_code == 3


def test_missing_parameter_files_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "is_file", lambda _: False)
    with pytest.raises(MissingEngineError, match=r"param_gfn1-xtb\.txt is in none of .*share/xtb"):
        xtb_parameters.parameter_file("param_gfn1-xtb.txt")


def test_an_unknown_parameter_file_is_not_clamped_silently() -> None:
    with pytest.raises(MissingEngineError, match=r"GAM3 lines for Z = \[45\]"):
        xtb_parameters.clamped("$Z= 45\n GAM3=  0.6\n$end\n", 0.03)


def test_spin_and_charge_are_asked_for_and_checked() -> None:
    singlet, triplet = (xtb.evaluate(PTCL2, GFN1, n_unpaired=n) for n in (0, 2))
    assert triplet.n_unpaired == 2
    assert triplet.energy_eV != singlet.energy_eV
    assert xtb.evaluate(replace(AUCL, charge=-1), GFN1).n_unpaired == 1
    with pytest.raises(CalculationError, match="18 electrons cannot have 1 unpaired ones"):
        xtb.evaluate(AUCL, GFN1, n_unpaired=1)
    with pytest.raises(CalculationError, match="charges with the sum"):
        xtb.evaluate(Structure(("H",), np.zeros((1, 3)), charge=5), GFN1)


def test_electronic_temperatures_are_tried_in_turn_and_noted() -> None:
    cold = replace(GFN1, settings={**GFN1.settings, "max_iterations": 2})
    with pytest.raises(CalculationError, match="gfn1: the charges did not converge at 300 or 1000 K"):
        xtb.evaluate(AUCL, cold)


def test_a_later_temperature_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, xtb_program: str) -> None:
    script = (
        f'case "$*" in *"--etemp 300"*) [ -e keep ] || touch .sccnotconverged; exit 1;; esac; exec {xtb_program} "$@"'
    )
    monkeypatch.setattr(xtb, "_probe", lambda *_: None)
    monkeypatch.setenv("SUPERATOM_XTB", pretend_program(tmp_path, script))
    monkeypatch.setenv("XTBPATH", "/usr/share/xtb")
    assert xtb.evaluate(PH3, GFN1).notes == ("electronic temperature 1000 K, as 300 K failed",)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("touch .sccnotconverged", "gfnff: the charges did not converge"),
        ("true", "gfnff: the optimisation went astray: Geometry optimization did not converge; gradient too large"),
    ],
)
def test_an_optimisation_that_went_astray_is_not_blamed_on_the_charges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    words = "echo '-4- Geometry optimization did not converge'; echo '-2- gradient too large'"
    monkeypatch.setenv("SUPERATOM_XTB", pretend_program(tmp_path, f"{script}; {words}; exit 1"))
    monkeypatch.setenv("XTBPATH", "/usr/share/xtb")
    with pytest.raises(CalculationError, match=said) as failed:
        xtb.relax(PH3, GFNFF)
    assert "300 K" not in str(failed.value)


def test_impossible_geometries_fail_with_the_reason() -> None:
    with pytest.raises(CalculationError, match=r"very.*short distance"):
        xtb.evaluate(Structure(("H", "H"), np.zeros((2, 3))), GFN1)
    with pytest.raises(CalculationError, match="energy above zero"):
        xtb.evaluate(Structure(("Mn", "Mn"), np.array([[0, 0, 0], [0, 0, 0.2]])), GFN1)


def test_out_of_time_fails_and_leaves_no_process() -> None:
    chain = Structure(("Au",) * 60, np.array([[2.8 * i, 0, 0] for i in range(60)]))
    with pytest.raises(CalculationError, match=r"out of time: xtb was stopped after 0\.2 s"):
        xtb.evaluate(chain, GFN1, timeout_s=0.2)
    running = subprocess.run(["ps", "-eo", "ppid,comm"], capture_output=True, text=True, check=True).stdout
    assert [line for line in running.splitlines() if line.split() == [str(os.getpid()), "xtb"]] == []


GOOD = "echo '| TOTAL ENERGY   -1.5 Eh |'; echo normal termination of xtb"


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 7", "status 7"),
        ("true", "printed no total energy"),
        ("echo '| TOTAL ENERGY   -1.5 Eh |'", "did not end normally"),
        (GOOD.replace("-1.5", "NaN"), "not a finite number"),
        (GOOD, "did not say partial charges"),
        (GOOD + "; echo '{' > xtbout.json", "cannot be read"),
        (GOOD + "; echo '[]' > xtbout.json", "did not say partial charges"),
        (GOOD + "; echo 1 > xtbopt.xyz", "other atoms"),
    ],
)
def test_torn_output_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, message: str) -> None:
    monkeypatch.setattr(xtb, "_probe", lambda *_: None)
    monkeypatch.setenv("SUPERATOM_XTB", pretend_program(tmp_path, script))
    monkeypatch.setenv("XTBPATH", "/usr/share/xtb")
    with pytest.raises(CalculationError, match=message):
        xtb.evaluate(AUCL, GFN1)


def test_the_folder_of_the_caller_and_its_settings_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".CHRG").write_text("2\n", encoding="utf-8")
    (tmp_path / ".xcontrol").write_text("$chrg 2\n", encoding="utf-8")
    before = xtb.evaluate(AUCL, GFN1).energy_eV
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    assert xtb.evaluate(AUCL, GFN1).energy_eV == before
    assert sorted(p.name for p in tmp_path.iterdir()) == [".CHRG", ".xcontrol"]


def test_relaxation_lowers_the_energy_and_keeps_fixed_atoms() -> None:
    stretched = replace(PH3, positions=PH3.positions * 1.1)
    relaxed = xtb.relax(stretched, GFN1)
    assert xtb.evaluate(relaxed, GFN1).energy_eV < xtb.evaluate(stretched, GFN1).energy_eV
    assert relaxed.notes[0].startswith("gfn1 crude: converged in")
    held = xtb.relax(stretched, GFN1, fixed=(0, 1))
    assert np.allclose(held.positions[:2], stretched.positions[:2], atol=1e-3)
    assert not np.allclose(held.positions[2:], stretched.positions[2:], atol=1e-2)
    assert xtb.relax(stretched, GFN1, fixed=range(4)) is stretched


def test_a_geometry_that_does_not_converge_is_refused_unless_allowed() -> None:
    stretched = replace(HSSH, positions=HSSH.positions * 1.3)
    with pytest.raises(CalculationError, match="gfn1: the geometry did not converge in 1 cycles"):
        xtb.relax(stretched, GFN1, max_cycles=1)
    ended = xtb.relax(stretched, GFN1, max_cycles=1, must_converge=False)
    assert ended.notes == ("gfn1 crude: not converged in 1 cycles",)


def test_the_force_field_takes_a_charge_and_refuses_a_spin() -> None:
    neutral, cation = (xtb.evaluate(replace(PH3, charge=charge), GFNFF) for charge in (0, 1))
    assert neutral.energy_eV != cation.energy_eV
    assert xtb.evaluate(PH3, GFNFF, n_unpaired=0).energy_eV == neutral.energy_eV
    with pytest.raises(CalculationError, match="gfnff knows no spin; 2 unpaired electrons need another level"):
        xtb.evaluate(PH3, GFNFF, n_unpaired=2)
    with pytest.raises(CalculationError, match="out of time: xtb was stopped after 0 s"):
        xtb.evaluate(PH3, GFNFF, timeout_s=0.0)


def test_the_force_field_relaxes_and_has_no_charges() -> None:
    relaxed = xtb.relax(replace(HSSH, positions=HSSH.positions * 1.1), GFNFF)
    found = xtb.evaluate(relaxed, GFNFF)
    assert (found.charges_e, found.gap_eV, found.n_unpaired) == ((), None, None)
    assert np.linalg.norm(relaxed.positions[0] - relaxed.positions[1]) == pytest.approx(2.06, abs=0.1)
