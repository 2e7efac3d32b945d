"""What is on the shelf: names in every spelling, files, and sentences for what is not understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from superatom.errors import StockError
from superatom.routes.chemicals import chemical, cluster_species, free_ligand, salt
from superatom.routes.stock import Stock
from superatom.structures.ligands import ligand_table


def test_hydrates_synonyms_and_thiols_are_the_same_thing() -> None:
    stock = Stock.of(["HAuCl4·3H2O", "2-phenylethanethiol", "sodium borohydride", "GSH"])
    find = ligand_table().find
    assert salt("HAuCl4") in stock
    assert free_ligand(find("PET")) in stock
    assert free_ligand(find("SG")) in stock
    assert chemical("NaBH4") in stock
    assert salt("AgNO3") not in stock


def test_clusters_and_bought_complexes_may_be_in_stock() -> None:
    stock = Stock.of(["[Au25(SC2H4Ph)18]-", "AuPPh3Cl", "toluene"])
    assert cluster_species("[Au25(PET)18]-") in stock
    assert cluster_species("Au(PPh3)Cl") in stock
    assert len(stock) == 3


def test_carbon_monoxide_is_the_gas_not_cobalt() -> None:
    assert chemical("CO") in Stock.of(["CO"])


def test_unknown_entry_suggests_the_nearest_name() -> None:
    with pytest.raises(StockError, match=r"Did you mean.*NaBH4"):
        Stock.of(["NaBH3"])
    with pytest.raises(StockError, match="no salt"):
        Stock.of(["unobtainium glass"])


def test_bench_holds_what_the_usual_syntheses_need() -> None:
    bench = Stock.bench()
    for name in ("HAuCl4", "AgNO3", "NaBH4", "CO", "H2PtCl6", "Cd(NO3)2"):
        assert chemical(name) in bench
    for name in ("PET", "TBBT", "SG", "p-MBA", "S-c-C6H11", "cysteamine", "dppe", "PPh3"):
        assert free_ligand(ligand_table().find(name)) in bench


def test_file_with_names_or_csv(tmp_path: Path) -> None:
    plain, table = tmp_path / "stock.txt", tmp_path / "stock.csv"
    plain.write_text("# my shelf\nHAuCl4·3H2O\n\nPET  # thiol\nNaBH4\n")
    table.write_text('amount,name\n1 g,HAuCl4\n5 mL,"3,5-dimethylbenzenethiol"\n')
    assert len(Stock.from_file(plain)) == 3
    assert free_ligand(ligand_table().find("DMBT")) in Stock.from_file(table)


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "names nothing"), ("HAuCl4\nPETT\n", "line 2.*Did you mean"), ("name\n", "names nothing")],
)
def test_bad_file_is_one_sentence_with_the_line(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "stock.txt"
    path.write_text(content)
    with pytest.raises(StockError, match=said):
        Stock.from_file(path)


def test_binary_and_absent_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "stock.bin"
    path.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(StockError, match="cannot read"):
        Stock.from_file(path)
    with pytest.raises(StockError, match="cannot read"):
        Stock.from_file(tmp_path / "none.txt")
