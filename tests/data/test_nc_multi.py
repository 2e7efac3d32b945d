"""The shipped set: its numbers come out again, and every geometry and label in it makes physical sense."""

from __future__ import annotations

import numpy as np
import pytest

from superatom.data.reference_set import Entry, ReferenceSet, load_reference_set
from superatom.data.sanity import fractions_expected, geometry_problems
from superatom.data.splits import SplitItem, split, split_items
from superatom.data.summary import summary
from superatom.errors import MissingEngineError
from superatom.physics.engines import chgnet, gpaw, xtb_parameters
from superatom.physics.filters import MAX_CHARGE_E
from superatom.physics.labels import label
from superatom.units import HARTREE_EV

XTB_TOLERANCE_EV = 1e-5 * HARTREE_EV
PBE_TOLERANCE_EV_PER_ATOM = 1e-3
CHGNET_TOLERANCE_EV_PER_ATOM = 1e-4  # single precision
N_XTB, N_PBE, N_CHGNET = 12, 2, 4
N_PARTS = 4  # of the whole set, so that several workers share it


@pytest.fixture(scope="module")
def found() -> ReferenceSet:
    return load_reference_set()


@pytest.fixture(scope="module")
def items(found: ReferenceSet) -> tuple[SplitItem, ...]:
    return split_items(found, labelled(found, "gfn1"))


def labelled(found: ReferenceSet, level: str) -> list[int]:
    """Return the rows that have a label at a level that counts."""
    if level not in found.levels:
        pytest.skip(f"the packaged set has no labels at {level}")
    return np.flatnonzero(np.isfinite(found.energies(level))).tolist()


def one_of_each(found: ReferenceSet, rows: list[int], number: int) -> list[int]:
    """Return rows that differ in tier, topology and dopant as much as the number allows, the same ones every time."""
    chosen: list[int] = []
    seen: set[tuple[str, str]] = set()
    for i in np.random.default_rng(0).permutation(rows).tolist():
        words = {(what, getattr(found.table[i], what)) for what in ("tier", "topology", "dopant")}
        if len(words - seen) >= 2 and found.table[i].n_atoms < 80:
            chosen.append(i)
            seen |= words
    chosen += [i for i in rows if i not in chosen]
    return sorted(chosen[:number])


def of(number: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("which", range(number))


def again(found: ReferenceSet, i: int, level: str) -> float:
    """Label row `i` once more and return how far the energy is from the stored one, in eV."""
    stored = found.labels(level)[i]
    assert stored is not None
    assert stored.energy_eV is not None
    new = label(found.configuration(i), level)
    assert new.status == "converged", f"{stored.id}: {new.why}"
    assert new.energy_eV is not None
    return abs(new.energy_eV - stored.energy_eV)


@of(N_XTB)
def test_a_dozen_gfn1_labels_come_out_again(found: ReferenceSet, which: int) -> None:
    try:
        xtb_parameters.program()
        xtb_parameters.parameter_file("param_gfn1-xtb.txt")
    except MissingEngineError as error:
        pytest.skip(str(error))
    i = one_of_each(found, labelled(found, "gfn1"), N_XTB)[which]
    assert again(found, i, "gfn1") < XTB_TOLERANCE_EV, found.table[i].id


@of(N_PBE)
def test_pbe_labels_come_out_again(found: ReferenceSet, which: int) -> None:
    rows = labelled(found, "pbe")
    if not gpaw.is_available():
        pytest.skip(f"no GPAW here: {gpaw.INSTALL}")
    smallest = {found.table[i].dopant: i for i in sorted(rows, key=lambda i: -found.table[i].n_atoms)}
    i = sorted(smallest.values(), key=lambda i: (found.table[i].n_atoms, found.table[i].id))[which]
    assert again(found, i, "pbe") < PBE_TOLERANCE_EV_PER_ATOM * found.table[i].n_atoms, found.table[i].id


@of(N_CHGNET)
def test_chgnet_labels_come_out_again(found: ReferenceSet, which: int) -> None:
    if not chgnet.is_available():
        pytest.skip(f"no CHGNet here: {chgnet.INSTALL}")
    i = one_of_each(found, labelled(found, "chgnet"), N_CHGNET)[which]
    assert again(found, i, "chgnet") < CHGNET_TOLERANCE_EV_PER_ATOM * found.table[i].n_atoms, found.table[i].id


@of(N_PARTS)
def test_every_geometry_that_counts_makes_sense(found: ReferenceSet, which: int) -> None:
    rows = [i for i, entry in enumerate(found) if entry.status == "converged"][which::N_PARTS]
    problems = {found.table[i].id: said for i in rows if (said := geometry_problems(found, i))}
    assert not problems


def test_most_distances_are_those_a_chemist_expects(found: ReferenceSet) -> None:
    def fractions(kind: str) -> dict[str, float]:
        wanted = (i for i, one in enumerate(found) if (one.kind, one.status) == (kind, "converged"))
        return fractions_expected(found, wanted)

    assert min(fractions("minimum").values()) > 0.95
    assert min(fractions("off_equilibrium").values()) > 0.8


def test_every_label_that_counts_makes_sense(found: ReferenceSet) -> None:
    for level in found.levels:
        for i in labelled(found, level):
            one, entry = found.labels(level)[i], found.table[i]
            assert one is not None
            charges = np.array(one.charges_e)
            assert len(charges) in (0, entry.n_atoms), one.id
            assert np.abs(charges).max(initial=0.0) < MAX_CHARGE_E, one.id
            if one.charge_model == "Mulliken":
                assert charges.sum() == pytest.approx(entry.charge, abs=0.05), one.id
            assert one.engine
            assert len(one.parameters_sha256) == 64


def test_what_has_no_label_says_why(found: ReferenceSet) -> None:
    assert all(entry.why for entry in found if entry.status != "converged")
    for level in found.levels:
        assert all(one.why for one in found.labels(level) if one and one.status != "converged")


def test_formation_energies_are_where_molecules_are(found: ReferenceSet) -> None:
    for level in found.levels:
        values = found.formation_energies(level)
        here = values[np.isfinite(values)]
        assert ((here > -13.6) & (here < 13.6)).all()
        if level != "chgnet" and len(here):  # bound clusters; chgnet counts from the bulk metal
            assert np.quantile(here, 0.95) < 0


def test_the_set_is_what_its_card_says(found: ReferenceSet) -> None:
    told = summary(found)
    assert told["checksums"] == "ok"
    assert told["licence"] == "CC-BY-4.0"
    assert told["bytes"] <= 40e6
    assert told["n_labels"] == sum(told["labels_per_level"].values()) == sum(c["n_labels"] for c in found.cards)
    for key in ("n_configurations", "labels_per_level", "failures", "filtered"):
        assert told[key] == found.card[key]


def test_the_set_has_every_dopant_and_family(found: ReferenceSet) -> None:
    dopants = {"Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ru", "Rh", "Pd", "Ag", "Cd", "Re", "Os", "Ir", "Pt", "Hg"}
    good: list[Entry] = [entry for entry in found if entry.status == "converged"]
    assert dopants <= {entry.dopant for entry in good}
    tiers = {entry.tier for entry in good}
    assert {"A", "B", "C1", "C2", "C3", "C4", "D", "E"} <= tiers
    assert len({entry.prototype for entry in good}) >= 126


def test_parents_are_in_the_table_and_of_the_same_prototype(found: ReferenceSet) -> None:
    for entry in found:
        if entry.kind == "off_equilibrium":
            parent = found.table[found.index(entry.parent)]
            assert (parent.prototype, parent.kind != "off_equilibrium") == (entry.prototype, True)


@pytest.mark.parametrize("scheme", ["random", "prototype", "leave-dopant-out", "size-atoms"])
def test_the_set_splits_without_leaks(items: tuple[SplitItem, ...], scheme: str) -> None:
    made = split(items, scheme)
    assert len(made.train) + len(made.validation) + len(made.test) == len(items)
