"""Electron counts and shells against counts printed in the literature."""

from __future__ import annotations

import pytest

from superatom.structures.electrons import CLOSED_SHELLS, shell_report
from superatom.structures.nanocluster import Nanocluster


@pytest.mark.parametrize(
    ("formula", "electrons", "closed"),
    [
        ("[Au25(SR)18]-", 8, True),  # Walter et al. 2008, 10.1073/pnas.0801001105
        ("Au102(SR)44", 58, True),  # same
        ("Au38(SR)24", 14, False),  # superatomic molecule
        ("[Ag44(SR)30]4-", 18, True),
        ("Au25(SR)18", 7, False),
        ("PtAu24(SR)18", 6, False),
        ("[Au12Rh(dppm)6]3+", 8, True),
        ("[Au12Ir(dppm)6]3+", 8, True),
        ("HgAu24(SR)18", 8, True),
        ("[Cu25H10(SPhCl2)18]3-", 0, True),
    ],
)
def test_counts_of_the_literature(formula: str, electrons: int, closed: bool) -> None:
    shell = Nanocluster.parse(formula).shell
    assert (shell.electrons, shell.is_closed) == (electrons, closed)


def test_the_charge_that_closes_the_shell_does() -> None:
    for formula in ("Au25(PET)18", "[Au38(PET)24]2+", "[Au13(dppe)5Cl2]3+", "Au144(PET)60"):
        cluster = Nanocluster.parse(formula)
        shell = cluster.shell
        assert cluster.with_charge(shell.charge_to_lower).valence_electrons == shell.lower
        assert shell.charge_to_upper is not None
        assert cluster.with_charge(shell.charge_to_upper).valence_electrons == shell.upper


@pytest.mark.parametrize(
    ("electrons", "label"), [(0, ""), (2, "1S2"), (8, "1S2 1P6"), (6, "1S2 1P4"), (18, "1S2 1P6 1D10")]
)
def test_shell_labels(electrons: int, label: str) -> None:
    assert shell_report(electrons, 0).label == label


def test_beyond_the_table_and_below_zero_are_said() -> None:
    far = shell_report(max(CLOSED_SHELLS) + 2, 0)
    assert far.upper is None
    assert not far.is_closed
    assert "negative" in shell_report(-3, 0).remark
    assert not shell_report(-3, 0).is_closed
