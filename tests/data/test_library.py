"""Questions to the knowledge base: the filters mean what they say, and relatives come in a sensible order."""

from __future__ import annotations

import pytest

from superatom.data import library, reference
from superatom.errors import UnknownLigandError, UnknownNameError
from superatom.structures.nanocluster import Nanocluster


def test_filters_agree_with_the_clusters() -> None:
    found = library.clusters(metal="Au", electrons=8)
    assert len(found) > 30
    for known in found:
        assert known.cluster is not None
        assert "Au" in dict(known.cluster.metals)
        assert known.cluster.valence_electrons == 8
        assert reference.charge_is_known(known)
    assert {k.id for k in library.clusters(ligand="SC2H4Ph")} == {k.id for k in library.clusters(ligand="PET")}
    assert all(k.cluster and k.cluster.n_metals == 25 for k in library.clusters(n_metals=25))
    assert all("predicted" in k.status for k in library.clusters(status="predicted"))
    assert [k.cluster.charge for k in library.clusters(charge=-4) if k.cluster] == [-4] * len(
        library.clusters(charge=-4)
    )
    assert library.clusters(metal="Au", n_metals=10_000) == []
    assert len(library.clusters()) == len(reference.clusters())
    assert any(k.cluster is None for k in library.clusters(text="DNA"))


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="unknown metal 'Gold'"):
        library.clusters(metal="Gold")
    with pytest.raises(UnknownLigandError, match="Did you mean TBBT"):
        library.clusters(ligand="TBTB")
    with pytest.raises(UnknownNameError, match="unknown ligand class"):
        library.clusters(ligand_class="soap")
    with pytest.raises(UnknownNameError, match="unknown ligand class"):
        library.ligands(ligand_class="soap")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("[Au25(PET)18]-", {"[PtAu24(PET)18]0", "[Au25(SC6H13)18]-"}),
        ("CdAu24(PET)18", {"[Au25(PET)18]-", "HgAu24(PET)18"}),
        ("Au28(TBBT)20", {"Au28(S-c-C6H11)20", "Au36(TBBT)24"}),
        ("Au22(SG)18", {"Au24(SG)20", "Au18(SG)14"}),
        ("[Ag44(p-MBA)30]4-", {"[Ag44(MNBA)30]4-", "[Au12Ag32(p-MBA)30]4-"}),
        ("Au144(PET)60", {"Au144(SC6H13)60"}),
    ],
)
def test_relatives_a_chemist_would_name(formula: str, expected: set[str]) -> None:
    target = Nanocluster.parse(formula)
    found = library.relatives(target, n=10)
    names = {relative.cluster for relative in found}
    assert {Nanocluster.parse(e) for e in expected} <= names
    assert target not in names
    assert len(names) == len(found) == 10 or formula.startswith("[Ag44")
    assert [r.similarity for r in found] == sorted((r.similarity for r in found), reverse=True)
    assert all(0 <= r.similarity <= 1 and r.reason for r in found)


def test_relatives_are_of_several_kinds() -> None:
    kinds = {relative.kind for relative in library.relatives(Nanocluster.parse("[Au25(PET)18]-"))}
    assert len(kinds) >= 2


def test_relatives_of_nonsense_are_few_and_unlike() -> None:
    found = library.relatives(Nanocluster.parse("[Au25(PET)40]5+"))
    assert all(relative.similarity < 0.8 for relative in found)
    assert library.relatives(Nanocluster.parse("Au38(PET)24"), n=0) == []


def test_recipes_of_a_target() -> None:
    ids = {r.id for r in library.recipes("[Au25(PET)18]-")}
    assert {"S006", "S048"} <= ids  # S048 is written for any thiolate
    assert "S046" not in ids  # glutathione
    assert {r.id for r in library.recipes(Nanocluster.parse("[Au25(PET)18]-"))} == ids
    assert all(r.ligand == "GSH" for r in library.recipes(ligand="SG") if r.target_cluster is None)
    without_charge = [r for r in library.recipes("[Au25(SG)18]-") if r.target == "Au25(SG)18"]
    assert without_charge
    assert all(r.target_cluster is None for r in library.recipes("BSA"))
    assert library.recipes("no such thing") == []
    assert len(library.recipes()) == len(reference.recipes())
