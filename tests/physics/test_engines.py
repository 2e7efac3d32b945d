"""Every engine beside xtb: known energies, invariances, clear failures; each skipped where its program is absent."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.util
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superatom.errors import CalculationError, MissingEngineError
from superatom.physics.engines import chgnet, emt, gpaw, pyscf, tblite
from superatom.physics.engines.ase import AseEngine
from superatom.physics.engines.gpaw_worker import setups_sha256
from superatom.physics.level import Level, Setting
from superatom.physics.levels import level
from superatom.structures.structure import Structure

needs_gpaw = pytest.mark.usefixtures("_gpaw")
needs_chgnet = pytest.mark.skipif(not chgnet.is_available(), reason=f"no CHGNet here: {chgnet.INSTALL}")
needs_tblite = pytest.mark.skipif(not tblite.is_available(), reason=f"no tblite here: {tblite.INSTALL}")
needs_pyscf = pytest.mark.skipif(not pyscf.is_available(), reason=f"no PySCF here: {pyscf.INSTALL}")

H2 = Structure(("H", "H"), np.array([[0, 0, 0], [0, 0, 0.75]]))
WATER = Structure(("O", "H", "H"), np.array([[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]]))
AUH = Structure(("Au", "H"), np.array([[0, 0, 0], [0, 0, 1.53]]))
AU2 = Structure(("Au", "Au"), np.array([[0, 0, 0], [0, 0, 2.5]]))
AU = Structure(("Au",), np.zeros((1, 3)))
MN = Structure(("Mn",), np.zeros((1, 3)))
SH = Structure(("S", "H"), np.array([[0, 0, 0], [0, 0, 1.36]]))
AUSH = Structure(("Au", "S", "H"), np.array([[0, 0, 0], [2.25, 0, 0], [2.4, 1.34, 0]]))


@pytest.fixture(scope="session")
def _gpaw() -> None:
    if not gpaw.is_available():
        pytest.skip(f"no GPAW here: {gpaw.INSTALL}")


def turned(structure: Structure, angle: float) -> Structure:
    c, s = np.cos(angle), np.sin(angle)
    rotation = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    return Structure(structure.symbols, structure.positions @ rotation.T + [0.3, -0.2, 0.1])


def with_settings(name: str, **settings: Setting) -> Level:
    return dataclasses.replace(level(name), settings={**level(name).settings, **settings})


# -- GPAW ---------------------------------------------------------------------------------------------------------


@needs_gpaw
def test_gpaw_gold_dimer_is_reproducible_and_neutral() -> None:
    first, again = (gpaw.evaluate(AU2, level("pbe")) for _ in range(2))
    assert first.energy_eV == pytest.approx(-1.25486, abs=1e-3)
    assert again.energy_eV == pytest.approx(first.energy_eV, abs=1e-6)
    assert first.charges_e == pytest.approx((0, 0), abs=2e-3)
    assert first.gap_eV == pytest.approx(2.0, abs=0.3)
    assert first.engine_version[0].isdigit()
    assert len(first.parameters_sha256) == 64
    assert first.parameters_sha256 == again.parameters_sha256
    assert first.magnetic_moment is None


@needs_gpaw
def test_gpaw_hardly_feels_the_grid() -> None:
    straight, tilted = (gpaw.evaluate(s, level("pbe")) for s in (AUSH, turned(AUSH, 0.7)))
    assert straight.energy_eV == pytest.approx(tilted.energy_eV, abs=0.01)
    assert straight.charges_e == pytest.approx(tilted.charges_e, abs=0.02)
    assert sum(straight.charges_e) == pytest.approx(0, abs=1e-6)
    assert straight.charges_e[0] > 0 > straight.charges_e[1]  # gold gives, sulfur takes


@needs_gpaw
def test_gpaw_charge_is_that_of_the_cluster() -> None:
    anion = gpaw.evaluate(dataclasses.replace(AUSH, charge=-1), level("pbe"))
    assert sum(anion.charges_e) == pytest.approx(-1, abs=1e-6)


@needs_gpaw
def test_gpaw_keeps_the_spin_it_is_given() -> None:
    radical = gpaw.evaluate(SH, level("pbe-spin"), n_unpaired=1)
    assert radical.magnetic_moment == pytest.approx(1, abs=1e-3)
    assert radical.n_unpaired == 1
    with pytest.raises(CalculationError, match="pairs all spins; 1 unpaired"):
        gpaw.evaluate(SH, level("pbe"), n_unpaired=1)


@needs_gpaw
def test_gpaw_with_an_odd_number_of_electrons() -> None:
    paired, free = gpaw.evaluate(SH, level("pbe")), gpaw.evaluate(SH, level("pbe-spin"))
    assert "spin-paired with an odd number of electrons" in paired.notes
    assert len(free.notes) == 1
    assert free.magnetic_moment == pytest.approx(1, abs=0.05)
    assert free.energy_eV < paired.energy_eV - 0.1


def test_gpaw_refuses_a_spin_that_the_electrons_cannot_have() -> None:
    with pytest.raises(CalculationError, match="17 electrons cannot leave 2 unpaired"):
        gpaw.evaluate(SH, level("pbe-spin"), n_unpaired=2)
    with pytest.raises(CalculationError, match="10 electrons cannot leave 3 unpaired"):
        gpaw.evaluate(WATER, level("pbe-spin"), n_unpaired=3)


@needs_gpaw
def test_gpaw_that_does_not_converge_is_a_failure() -> None:
    with pytest.raises(CalculationError, match="did not converge within 2 iterations"):
        gpaw.evaluate(AUH, with_settings("pbe", max_iterations=2))


@needs_gpaw
def test_gpaw_out_of_time_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(CalculationError, match="out of time"):
        gpaw.evaluate(AUH, level("pbe"), timeout_s=0.5)
    assert not list(tmp_path.iterdir())
    assert not [file for file in Path("/proc").glob("[0-9]*/cmdline") if _mentions(file, str(tmp_path))]


def _mentions(file: Path, text: str) -> bool:
    try:
        return text.encode() in file.read_bytes()
    except OSError:  # that process ended meanwhile
        return False


@needs_gpaw
def test_gpaw_settings_are_in_the_hash() -> None:
    stock = gpaw.evaluate(H2, level("pbe"))
    fine = gpaw.evaluate(H2, with_settings("pbe", h_A=0.18))
    assert stock.parameters_sha256 != fine.parameters_sha256
    assert stock.energy_eV == pytest.approx(fine.energy_eV, abs=0.1)


@pytest.mark.parametrize("python", [sys.executable, "/nowhere/python3"])
def test_gpaw_missing_says_how_to_install_it(python: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if python == sys.executable and importlib.util.find_spec("gpaw"):
        pytest.skip("this Python has GPAW")
    monkeypatch.setenv(gpaw.PYTHON_VARIABLE, python)
    with pytest.raises(MissingEngineError, match="apt-get install") as absent:
        gpaw.evaluate(H2, level("pbe"))
    assert absent.value.exit_code == 3
    assert not gpaw.is_available()


def test_setups_hash_takes_the_first_folder_that_has_a_file(tmp_path: Path) -> None:
    for name, text in (("a", b"1"), ("b", b"2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "H.PBE.gz").write_bytes(text)
    first, second = str(tmp_path / "a"), str(tmp_path / "b")
    assert setups_sha256([first, second]) == setups_sha256([first])
    assert setups_sha256([first]) != setups_sha256([second])
    assert setups_sha256([first]) == hashlib.sha256(b"H.PBE.gz" + hashlib.sha256(b"1").digest()).hexdigest()


# -- CHGNet -------------------------------------------------------------------------------------------------------


@needs_chgnet
@settings(deadline=None, max_examples=20)
@given(angle=st.floats(0, 6.28))
def test_chgnet_does_not_feel_a_turn(angle: float) -> None:
    still, moved = (chgnet.evaluate(s, level("chgnet")) for s in (AUSH, turned(AUSH, angle)))
    assert moved.energy_eV == pytest.approx(still.energy_eV, abs=1e-4)


@needs_chgnet
def test_chgnet_energy_is_that_of_the_whole_cluster() -> None:
    far = Structure(AU2.symbols * 2, np.vstack([AU2.positions, AU2.positions + np.array([30.0, 0, 0])]))
    one, two = (chgnet.evaluate(s, level("chgnet")) for s in (AU2, far))
    assert two.energy_eV == pytest.approx(2 * one.energy_eV, abs=1e-4)
    assert one.parameters_sha256 == two.parameters_sha256


@needs_chgnet
def test_chgnet_refuses_an_atom_it_cannot_judge() -> None:
    with pytest.raises(CalculationError, match=r"no other within 6 Å; Au has such an atom"):
        chgnet.evaluate(AU, level("chgnet"))


@needs_chgnet
def test_chgnet_says_that_it_knows_no_charge_and_no_spin() -> None:
    neutral, cation = (chgnet.evaluate(s, level("chgnet")) for s in (AU2, dataclasses.replace(AU2, charge=1)))
    assert cation.energy_eV == neutral.energy_eV
    assert "+1 e" in cation.notes[0]
    assert not neutral.notes
    assert chgnet.evaluate(AU2, level("chgnet"), n_unpaired=2).notes == (
        "the model knows no spin; 2 unpaired electrons were asked for",
    )


# -- tblite -------------------------------------------------------------------------------------------------------


@needs_tblite
def test_spgfn1_hydrogen_atom_and_water() -> None:
    water = tblite.evaluate(WATER, level("spgfn1"))
    assert water.n_unpaired == 0
    assert sum(water.charges_e) == pytest.approx(0, abs=1e-6)
    assert water.energy_eV == pytest.approx(-156.97208, abs=1e-4)


@needs_tblite
def test_spgfn1_manganese_atom_is_high_spin_at_1000_K() -> None:  # noqa: N802
    found = tblite.evaluate(MN, level("spgfn1"))
    assert found.n_unpaired == 5
    assert found.energy_eV == pytest.approx(-60.8404, abs=1e-3)
    assert any("1000 K" in note for note in found.notes)


@needs_tblite
def test_spgfn1_takes_the_spin_it_is_given() -> None:
    triplet = tblite.evaluate(H2, level("spgfn1"), n_unpaired=2)
    singlet = tblite.evaluate(H2, level("spgfn1"), n_unpaired=0)
    assert triplet.energy_eV > singlet.energy_eV + 5
    with pytest.raises(CalculationError, match="11 valence electrons cannot leave 2 unpaired"):
        tblite.evaluate(AU, level("spgfn1"), n_unpaired=2)


@needs_tblite
def test_spgfn1_has_the_charge_of_the_cluster() -> None:
    cation = tblite.evaluate(dataclasses.replace(AU2, charge=1), level("spgfn1"))
    assert sum(cation.charges_e) == pytest.approx(1, abs=1e-6)
    assert cation.n_unpaired == 1


@needs_tblite
def test_spgfn1_failures_are_said() -> None:
    with pytest.raises(CalculationError, match="did not converge at 300 or 1000 K"):
        tblite.evaluate(AUSH, with_settings("spgfn1", max_iterations=2))
    with pytest.raises(CalculationError, match="ran out of time"):
        tblite.evaluate(AUSH, level("spgfn1"), timeout_s=0.0)


# -- PySCF --------------------------------------------------------------------------------------------------------


@needs_pyscf
def test_pyscf_known_energies() -> None:
    water = pyscf.evaluate(WATER, level("pyscf-pbe"))
    assert water.energy_eV == pytest.approx(-2075.4727, abs=1e-3)
    assert water.charges_e[0] < 0
    assert pyscf.evaluate(AUH, level("pyscf-pbe")).gap_eV == pytest.approx(3.32, abs=0.02)
    assert pyscf.evaluate(AU, level("pyscf-pbe")).n_unpaired == 1


@needs_pyscf
def test_pyscf_has_the_charge_and_the_spin_it_is_given() -> None:
    cation = pyscf.evaluate(dataclasses.replace(H2, charge=1), level("pyscf-pbe"))
    assert (cation.n_unpaired, sum(cation.charges_e)) == (1, pytest.approx(1, abs=1e-6))
    triplet, singlet = (pyscf.evaluate(H2, level("pyscf-pbe"), n_unpaired=n) for n in (2, 0))
    assert triplet.energy_eV > singlet.energy_eV + 5


@needs_pyscf
def test_pyscf_failures_are_said() -> None:
    with pytest.raises(CalculationError, match="did not converge within 2 iterations"):
        pyscf.evaluate(WATER, with_settings("pyscf-pbe", max_iterations=2))
    with pytest.raises(CalculationError, match="out of time"):
        pyscf.evaluate(WATER, level("pyscf-pbe"), timeout_s=0.0)
    with pytest.raises(CalculationError, match="10 electrons cannot leave 1 unpaired"):
        pyscf.evaluate(WATER, level("pyscf-pbe"), n_unpaired=1)


# -- EMT and any ASE calculator -----------------------------------------------------------------------------------


@settings(deadline=None, max_examples=20)
@given(angle=st.floats(0, 6.28))
def test_emt_does_not_feel_a_turn(angle: float) -> None:
    still, moved = (emt.evaluate(s, level("emt")) for s in (AU2, turned(AU2, angle)))
    assert moved.energy_eV == pytest.approx(still.energy_eV, abs=1e-9)


def test_emt_names_what_it_does_not_know() -> None:
    with pytest.raises(CalculationError, match=r"no parameters for H, S; it knows bare clusters of Al, Ni, Cu, Pd"):
        emt.evaluate(AUSH, level("emt"))


def test_emt_says_that_it_knows_no_charge_and_no_spin() -> None:
    assert emt.evaluate(dataclasses.replace(AU2, charge=-1), level("emt"), n_unpaired=1).notes == (
        "the theory knows no charge; the cluster has -1 e",
        "the theory knows no spin; 1 unpaired electrons were asked for",
    )


def test_any_ase_calculator_is_an_engine() -> None:
    from ase.calculators.emt import EMT

    here = Level("mine", "", "ase")
    found = AseEngine(EMT()).evaluate(AU2, here)
    assert found.energy_eV == emt.evaluate(AU2, level("emt")).energy_eV
    assert (found.engine, found.magnetic_moment, found.charges_e) == ("emt", None, ())
    other = AseEngine(EMT(asap_cutoff=True)).evaluate(AU2, here)
    assert found.parameters_sha256 != other.parameters_sha256
    assert found.parameters_sha256 == AseEngine(EMT()).evaluate(AU2, here).parameters_sha256


def test_an_ase_calculator_that_fails_does_so_in_its_own_words() -> None:
    from ase.calculators.emt import EMT

    manganese = Structure(("Mn", "Mn"), AU2.positions)
    with pytest.raises(CalculationError, match="emt failed with NotImplementedError: No EMT-potential for Mn"):
        AseEngine(EMT()).evaluate(manganese, Level("mine", "", "ase"))
    with pytest.raises(CalculationError, match="set the spin state on the emt calculator"):
        AseEngine(EMT()).evaluate(AU2, Level("mine", "", "ase"), n_unpaired=1)
    singlet = AseEngine(EMT()).evaluate(dataclasses.replace(AU2, charge=1), Level("mine", "", "ase"), n_unpaired=0)
    assert singlet.notes == ("the cluster has +1 e, which is for the calculator's own settings",)
    with pytest.raises(MissingEngineError, match="str is no ASE calculator instance"):
        AseEngine("emt")


def test_a_nonsense_energy_is_a_failure() -> None:
    class Broken:
        name = "broken"

        def get_potential_energy(self, _atoms: object = None, **_: object) -> float:
            return float("nan")

    with pytest.raises(CalculationError, match="broken returned the energy nan"):
        AseEngine(Broken()).evaluate(AU2, Level("mine", "", "ase"))


# -- packages that are not there ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["spgfn1", "chgnet", "pyscf-pbe"])
def test_a_missing_package_says_how_to_install_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    theory = level(name)
    engine = {"spgfn1": tblite, "chgnet": chgnet, "pyscf-pbe": pyscf}[name]
    chgnet._model.cache_clear()
    monkeypatch.setattr(engine, "is_available", lambda: False)
    with pytest.raises(MissingEngineError) as absent:
        engine.evaluate(AU2, theory)
    assert str(absent.value) == f"the package {engine.NAME} is not installed; {theory.install}"
    assert (absent.value.exit_code, theory.install) == (3, f'pip install "superatom[{engine.NAME}]"')
