from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superatom.data.records import Conditions, Quantity
from superatom.data.sources import mirror_folder
from superatom.data.synthesis_records import OutcomeClass, Product, SynthesisRecord
from superatom.errors import ModelError, ReferenceDataError, SuperatomError
from superatom.models.outcome.descriptors import TABLE_1, columns_for, describe, smiles, unknown_chemicals
from superatom.models.outcome.examples import (
    Example,
    cited_examples,
    example_of_record,
    labelled,
    proposal,
)
from superatom.models.outcome.tables import POM, how_read, pom_examples, read_examples


def column(examples: list[Example], name: str) -> list[float]:
    return describe(examples, TABLE_1)[:, [c.name for c in TABLE_1].index(name)].tolist()


def test_rescored_recipes_are_left_out_and_implied_failures_are_marked() -> None:
    examples = {e.id: e for e in cited_examples()}
    assert "S030" not in examples  # the same flask as S029, judged against another target
    assert "S060" not in examples
    assert all(e.success is not None for e in examples.values())
    assert any("implied" in e.remark for e in examples.values())


def test_a_success_of_open_purity_is_marked_or_left_out() -> None:
    strict, wide = cited_examples(only_certain=True), cited_examples()
    assert len(wide) - len(strict) == 30
    assert {e.id for e in strict} < {e.id for e in wide}
    assert "S105" not in {e.id for e in strict}  # the major product; its purity is not stated
    assert next(e for e in wide if e.id == "S105").remark == "label: major product purity not stated"


def test_the_cysteamine_recipe_has_its_five_conditions() -> None:
    example = next(e for e in cited_examples() if e.id == "S088")
    assert example.success
    assert {c.name: example.settings[c.name] for c in TABLE_1[:5]} == {
        "ligand_mM": 1.0, "metal_mM": 1.78, "reductant_mM": 2.33, "temperature_C": 22.0, "ph": 13.22,
    }  # fmt: skip


def test_seventeen_descriptors() -> None:
    assert len(TABLE_1) == 17
    assert sum(c.is_setting for c in TABLE_1) == 5


def test_what_is_not_known_stays_unknown() -> None:
    nothing = Example("1", None)
    assert np.isnan(describe([nothing], TABLE_1)).all()
    generic = Example("2", None, ("SR",), ("toluene",), "NaBH4")
    assert np.isnan(column([generic], "ligand_g_per_mol"))
    assert column([generic], "reductant_potential_V") == [-1.24]
    organic = Example("3", None, ("PET",), ("toluene",))
    assert np.isnan(column([organic], "ligand_log_solubility"))  # the rule is one for water
    assert not np.isnan(column([Example("4", None, ("PET",), ("water",))], "ligand_log_solubility")).any()


def test_two_ligands_are_averaged_and_both_are_drawn() -> None:
    both, pet = Example("1", None, ("PET", "PPh3")), Example("2", None, ("PET",))
    pph3 = Example("3", None, ("PPh3",))
    masses = column([both, pet, pph3], "ligand_g_per_mol")
    assert masses[0] == pytest.approx((masses[1] + masses[2]) / 2)
    assert smiles(both, "ligand").count(".") == 1


def test_names_that_are_nowhere_are_told() -> None:
    assert unknown_chemicals([Example("1", None, ("CCS",), ("water",), "moonshine")]) == ("moonshine",)


def test_amounts_give_concentrations_by_arithmetic_alone() -> None:
    record = SynthesisRecord(
        "[Au25(PET)18]-", ("PET",),
        conditions=Conditions(ligand_to_metal_ratio=Quantity.parse("3", "mol/mol")),
        amounts={"HAuCl4": Quantity.parse("0.1", "mmol"), "THF": Quantity.parse("10", "mL")},
        product=Product(OutcomeClass.MIXTURE), batch="plate 7",
    )  # fmt: skip
    example = example_of_record(record, "E1")
    assert example.settings == {"ligand_to_metal": 3.0, "metal_mM": 10.0, "ligand_mM": 30.0}
    assert example.success is False
    assert example.series == "plate 7"
    assert example_of_record(SynthesisRecord("[Au25(PET)18]-"), "E2").success is None


def test_a_proposal_gets_the_ratio_that_its_concentrations_imply() -> None:
    assert proposal(settings={"metal_mM": 2.0, "ligand_mM": 5.0}).settings["ligand_to_metal"] == 2.5


def test_a_table_of_a_user(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("acid_mL,label,note,ok\n1.5,a,x,1\n2.5,b,,0\n3.5,c,,\n")
    examples = read_examples(path, "ok")
    assert [e.success for e in examples] == [True, False, None]
    assert examples[0].settings == {"acid_mL": 1.5}
    assert {e.series for e in examples} == {""}
    with pytest.raises(ModelError, match="no column 'outcome'; it has: acid_mL"):
        read_examples(path, "outcome")
    path.write_text("acid_mL,ok\n1,yes\n")
    with pytest.raises(ModelError, match="row 2, column 'ok': 'yes'; 1, 0 or an empty cell"):
        read_examples(path, "ok")
    with pytest.raises(ReferenceDataError, match="is no file here"):
        read_examples(tmp_path / "none.csv", "ok")


def test_a_table_of_a_user_has_chemistry_series_and_units(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "Thiol;Solvent;T / K;c(Au) [mmol/L];L:M;yield;plate;ok\n"
        "PET;THF;298,15;1,5;2;40;A;1\nGSH;water / MeOH;;<0,1;;5;A;0\n", encoding="utf-8",
    )  # fmt: skip
    one, other = read_examples(path, "ok")
    assert (one.ligands, other.solvents, one.series, other.series) == (("PET",), ("water", "MeOH"), "A", "A")
    assert one.settings == {"temperature_C": 25.0, "metal_mM": 1.5, "ligand_to_metal": 2.0, "ligand_mM": 3.0}
    assert other.settings == {"metal_mM": 0.1}  # a yield is a result
    assert read_examples(path, "ok", series="Thiol")[0].series == "PET"
    said = how_read(path, ["ok"])
    assert "T / K is read as temperature_C" in said
    assert "yield is a result of the synthesis, no setting" in said
    path.write_text("temperature_C,note,run,ok\n-500,x,1,1\n")
    with pytest.raises(ReferenceDataError, match="row 2, column 'temperature_C': '-500' cannot be"):
        read_examples(path, "ok")


@given(st.text(max_size=60))
def test_any_text_is_a_table_or_a_sentence(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_text("ok,x\n" + text, encoding="utf-8")
        with contextlib.suppress(SuperatomError):
            assert all(e.success in (True, False, None) for e in read_examples(path, "ok"))


def test_one_outcome_alone_teaches_nothing() -> None:
    with pytest.raises(ModelError, match="record failures too"):
        labelled([Example(str(i), i >= 0) for i in range(5)])
    with pytest.raises(ModelError, match="same id"):
        labelled([Example("1", i % 2 == 0) for i in range(6)])


def test_columns_follow_the_data() -> None:
    own = [Example(str(i), i >= 0, settings={"acid_mL": 1.0}) for i in range(2)]
    assert [c.name for c in columns_for(own)] == ["acid_mL"]
    assert {c.name for c in TABLE_1} <= {c.name for c in columns_for(cited_examples())}


@pytest.mark.skipif(mirror_folder(POM) is None, reason="the POM table is not at hand (SUPERATOM_DATA_MIRROR)")
def test_the_pom_table_holds_every_experiment_once() -> None:
    examples = pom_examples()
    assert len({tuple(e.settings.values()) for e in examples}) == len(examples) > 500
    totals = np.array([sum(e.settings.values()) for e in examples])
    assert np.allclose(totals, 15.0, atol=0.1)
