"""The packaged ligand table is true to its SMILES, and a chemist's own file extends it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from superatom.errors import ReferenceDataError, UnknownLigandError
from superatom.structures.ligands import CLASSES, Ligand, ligand_from_smiles, ligand_table, parse_composition
from superatom.structures.nanocluster import Nanocluster

DRAWN = [ligand for ligand in ligand_table() if ligand.smiles_bound]


@pytest.mark.parametrize("ligand", DRAWN, ids=lambda ligand: ligand.name)
def test_composition_is_that_of_the_bound_smiles(ligand: Ligand) -> None:
    params = Chem.SmilesParserParams()
    params.removeHs = False
    molecule = Chem.MolFromSmiles(ligand.smiles_bound, params)
    formula = re.sub(r"[+-]\d*$", "", CalcMolFormula(molecule))
    assert dict(parse_composition(formula)) == ligand.atoms
    assert Chem.MolFromSmiles(ligand.smiles_free) is not None


@pytest.mark.parametrize("ligand", list(ligand_table()), ids=lambda ligand: ligand.name)
def test_bond_type_and_electrons_agree(ligand: Ligand) -> None:
    assert (ligand.bond_type == "L") == (ligand.electrons_withdrawn == 0)
    if ligand.ligand_class in CLASSES and ligand.denticity == 1:
        assert (ligand.bond_type, ligand.electrons_withdrawn) == CLASSES[ligand.ligand_class]


@pytest.mark.parametrize("name", ["SC2H4Ph", "SCH2CH2Ph", "phenylethanethiol", "2-phenylethanethiol", "pet"])
def test_synonyms_lead_to_one_ligand(name: str) -> None:
    assert ligand_table().find(name).name == "PET"


@pytest.mark.parametrize("name", ["dppe", "Ph2PC2H4PPh2", "PPh2C2H4PPh2", "PPh2(CH2)2PPh2"])
def test_a_diphosphine_may_be_written_from_either_end(name: str) -> None:
    assert ligand_table().find(name).name == "dppe"


def test_linear_alkanethiolates_need_the_right_hydrogens() -> None:
    assert ligand_table().find("SC7H15").atoms == {"C": 7, "H": 15, "S": 1}
    with pytest.raises(UnknownLigandError):
        ligand_table().find("SC7H14")


@pytest.mark.parametrize(
    ("smiles", "kind", "electrons", "bound"),
    [
        ("CCOc1ccc(S)cc1", "thiolate", 1, "CCOc1ccc([S])cc1"),
        ("CCP(CC)CC", "phosphine", 0, "CCP(CC)CC"),
        ("CP(C)CCP(C)C", "diphosphine", 0, "CP(C)CCP(C)C"),
        ("C#Cc1ccsc1", "alkynyl", 1, "[C-]#Cc1ccsc1"),
        ("[SeH]c1ccccc1", "selenolate", 1, "[Se]c1ccccc1"),
        ("CC(=O)O", "carboxylate", 1, "CC(=O)[O-]"),
    ],
)
def test_a_users_ligand_is_understood_from_its_smiles(smiles: str, kind: str, electrons: int, bound: str) -> None:
    ligand = ligand_from_smiles("mine", smiles)
    assert (ligand.ligand_class, ligand.electrons_withdrawn) == (kind, electrons)
    assert ligand.smiles_bound == bound


def test_a_users_file_extends_the_table(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("name,smiles,synonyms\nEtOPhS,CCOc1ccc(S)cc1,4-ethoxybenzenethiol\n\n", encoding="utf-8")
    table = ligand_table().with_file(path)
    assert Nanocluster.parse("[Au25(EtOPhS)18]-", table).valence_electrons == 8
    assert Nanocluster.parse("[Au25(4-ethoxybenzenethiol)18]-", table).formula == "[Au25(EtOPhS)18]-"
    assert "EtOPhS" not in ligand_table()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("ligand,smiles\nA,CS\n", "columns name and smiles"),
        ("name,smiles\nA,C1CC\n", "line 2.*not a readable SMILES"),
        ("name,smiles\nA,CCCC\n", "no thiol"),
        ("name,smiles\n,CS\n", "needs a name"),
        ("name,smiles\nPET,CS\n", "line 2.*used by 2-phenylethanethiol"),
        ("name,smiles\nA,CCCS,extra\n", "line 2.*more cells"),
        ("name;smiles\nA;CCCS\n", "separated by commas"),
        ("name,smiles\nA,CCCS.[Na+]\n", "line 2.*several molecules"),
        ("name,smiles\nAu,CCCS\n", "line 2.*is a metal"),
    ],
)
def test_a_broken_file_names_the_line(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=says):
        ligand_table().with_file(path)
