import pytest

from superatom.structures.fragments import bystander, constitution, identify_ligand
from superatom.structures.ligands import ligand_table


def graph_of(smiles: str, *, hydrogens: bool = True) -> tuple[list[str], list[list[int]]]:
    from rdkit import Chem

    molecule = Chem.MolFromSmiles(smiles)
    molecule = Chem.AddHs(molecule) if hydrogens else molecule
    return [a.GetSymbol() for a in molecule.GetAtoms()], [
        [n.GetIdx() for n in a.GetNeighbors()] for a in molecule.GetAtoms()
    ]


def identified(smiles: str, donor: str, *, hydrogens: bool = True):  # type: ignore[no-untyped-def]
    elements, graph = graph_of(smiles, hydrogens=hydrogens)
    donors = [i for i, e in enumerate(elements) if e == donor]
    return identify_ligand(range(len(elements)), donors, elements, graph)


@pytest.mark.parametrize("name", ["PET", "TBBT", "p-MBA", "SG", "dppe", "PPh3", "PhC≡C", "S-c-C6H11"])
def test_ligands_of_the_table_are_found_by_constitution(name: str) -> None:
    ligand = ligand_table().find(name)
    found = identified(ligand.smiles_bound, "S" if ligand.ligand_class == "thiolate" else "P")
    assert found.ligand == ligand
    assert found.note == ""


def test_without_hydrogens_the_skeleton_decides_or_the_options_are_named() -> None:
    assert identified(ligand_table().find("TBBT").smiles_bound, "S", hydrogens=False).name == "TBBT"
    ring = identified("[S]C1CCCCC1", "S", hydrogens=False)  # thiophenol and cyclohexanethiol have one skeleton
    assert ring.ligand is None
    assert " or " in ring.note


def test_a_new_ligand_gets_a_smiles_and_a_class() -> None:
    found = identified("[S]CCc1ccc(OC)nc1", "S")
    assert found.ligand is None
    assert found.smiles == "COc1ccc(CC[S])cn1"
    assert found.ligand_class == "thiolate"


def test_constitution_ignores_atom_order_but_not_isomers() -> None:
    a = constitution(["S", "C", "C", "C"], [(0, 1), (1, 2), (2, 3)])
    assert a == constitution(["C", "C", "C", "S"], [(3, 1), (1, 0), (0, 2)])
    assert a != constitution(["S", "C", "C", "C"], [(0, 1), (1, 2), (1, 3)])


def test_bystanders_have_charges() -> None:
    elements, graph = graph_of("CCCCCCCC[N+](CCCCCCCC)(CCCCCCCC)CCCCCCCC")
    found = bystander(range(len(elements)), elements, graph)
    assert (found.name, found.charge) == ("tetraoctylammonium", 1)
    assert bystander([0, 1], ["C", "N"], [[1], [0]]).charge is None


def test_a_solvent_with_wrong_hydrogens_is_known_by_its_skeleton() -> None:
    elements, graph = graph_of("Cc1ccccc1", hydrogens=False)
    assert bystander(range(7), elements, graph).name == "toluene"
    benzene_and_carbon = ["C"] * 7
    chain = [[k for k in (i - 1, i + 1) if 0 <= k < 7] for i in range(7)]
    assert bystander(range(7), benzene_and_carbon, chain).name == "heptane"
