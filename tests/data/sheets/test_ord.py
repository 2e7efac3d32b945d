"""Open Reaction Database datasets: real fields, which are the truth on the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from superatom.data.records import Conditions, Quantity, Source
from superatom.data.sheets.ord_files import read_ord, to_ord
from superatom.data.synthesis_records import Origin, OutcomeClass, Product, Stage, SynthesisRecord
from superatom.errors import ReferenceDataError
from worlds_sheets import stored

pytest.importorskip("ord_schema", reason="the extra ord is not installed")

RECORD = SynthesisRecord(
    "[Au25(PET)18]-",
    ligands=("PET",),
    precursors=("HAuCl4.3H2O",),
    conditions=Conditions(
        temperature_C=Quantity(24.85, 24.85, "degC", "298 K"), time_h=Quantity(5.0, 6.0, "h", "5-6"),
        ph=Quantity.parse("7.1", "pH"), stirring_rpm=Quantity.parse("500", "rpm"), solvents=("THF", "water"),
        reductant="NaBH4", atmosphere="Ar", ligand_to_metal_ratio=Quantity.parse("6", "mol/mol"),
    ),
    amounts={"HAuCl4.3H2O": Quantity.parse("157.6", "mg"), "THF": Quantity.parse("20", "mL")},
    stages=(Stage("reduction", text="NaBH4 in cold water, at once"), Stage("ageing")),
    product=Product(
        OutcomeClass.MONODISPERSE, "[Au25(PET)18]-", Quantity.parse("45.3", "%"),
        properties={"emission_nm": Quantity.parse("740", "nm")},
    ),
    operator="ada", date="2026-11-21", origin=Origin.LITERATURE, source=Source("A paper", "10.1039/d5nh00353a"),
)  # fmt: skip


def dataset(*records: SynthesisRecord) -> Any:
    from ord_schema.proto import dataset_pb2

    return dataset_pb2.Dataset.FromString(to_ord(stored(list(records))))


def read(path: Path, found: Any) -> SynthesisRecord:
    path.write_bytes(found.SerializeToString())
    [row] = read_ord(path).rows
    assert row.record is not None, row.problems
    return row.record


def test_the_fields_are_those_of_ord() -> None:
    [reaction] = dataset(RECORD).reactions
    salt = reaction.inputs["precursor 1"].components[0]
    assert salt.identifiers[0].value == "HAuCl4.3H2O"
    assert salt.amount.mass.value == pytest.approx(157.6)
    assert salt.amount.mass.MassUnit.Name(salt.amount.mass.units) == "MILLIGRAM"
    assert {i.value for i in reaction.inputs["ligand 1"].components[0].identifiers} == {"PET", "SCCc1ccccc1"}
    assert reaction.inputs["solvent 1"].components[0].amount.volume.value == 20
    assert reaction.conditions.temperature.setpoint.value == pytest.approx(24.85)
    assert reaction.conditions.pressure.atmosphere.details == "Ar"
    assert reaction.conditions.stirring.rate.rpm == 500
    [outcome] = reaction.outcomes
    assert (outcome.reaction_time.value, outcome.reaction_time.precision) == (5.5, 0.5)
    assert outcome.products[0].is_desired_product
    assert any(m.percentage.value == pytest.approx(45.3) for m in outcome.products[0].measurements)
    assert reaction.provenance.doi == "10.1039/d5nh00353a"
    assert "NaBH4 in cold water" in reaction.notes.procedure_details


def test_only_what_a_lab_must_add_itself_is_missing() -> None:
    from ord_schema import validations

    [reaction] = dataset(RECORD).reactions
    errors = validations.validate_message(reaction, raise_on_error=False).errors
    assert all("record_created" in error for error in errors)  # when, and whose e-mail address: not ours to invent


def test_a_changed_field_wins_and_nothing_else_moves(tmp_path: Path) -> None:
    found = dataset(RECORD)
    [reaction] = found.reactions
    reaction.conditions.temperature.setpoint.value = 0.1
    reaction.outcomes[0].products[0].measurements[1].percentage.value = 50
    del reaction.inputs["solvent 2"]
    reaction.inputs["precursor 1"].components[0].amount.mass.value = 200
    changed = read(tmp_path / "t.pb", found)
    assert changed.conditions.temperature_C == Quantity(0.1, 0.1, "degC", "0.1")
    assert changed.conditions.solvents == ("THF",)
    assert changed.amounts["HAuCl4.3H2O"].low == 200
    assert changed.amounts["THF"] == RECORD.amounts["THF"]
    assert changed.product.yield_percent == Quantity(50.0, 50.0, "%", "50")
    assert changed.conditions.time_h == RECORD.conditions.time_h
    assert changed.stages == RECORD.stages


def test_a_foreign_dataset_is_read_by_roles(tmp_path: Path) -> None:
    found = dataset(RECORD)
    [reaction] = found.reactions
    reaction.provenance.reaction_metadata.clear()
    compounds = [
        type(c).FromString(c.SerializeToString()) for each in reaction.inputs.values() for c in each.components
    ]
    reaction.inputs.clear()
    reaction.inputs["all"].components.extend(compounds)
    reaction.conditions.temperature.setpoint.value = 298.15
    reaction.conditions.temperature.setpoint.units = 3  # kelvin
    record = read(tmp_path / "t.pb", found)
    assert record.amounts["THF"] == Quantity(20.0, 20.0, "mL", "20")
    assert (record.precursors, record.ligands) == (("HAuCl4.3H2O",), ("PET",))
    assert record.conditions.additives == ("NaBH4",)
    assert record.conditions.temperature_C == Quantity(25.0, 25.0, "degC", "25")
    assert record.source is not None
    assert record.source.doi == "10.1039/d5nh00353a"


@pytest.mark.parametrize("name", ["t.pb", "t.pbtxt", "t.json"])
def test_what_is_no_dataset_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\xff\xfe nonsense {")
    with pytest.raises(ReferenceDataError, match="no dataset of the Open Reaction Database"):
        read_ord(tmp_path / name)
