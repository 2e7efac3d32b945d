"""Dirty tables into a real library: every wrong or doubtful cell is named, nothing is guessed in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from superatom.data.records import EvidenceLevel, Quantity, Source
from superatom.data.sheets.editing import edited
from superatom.data.sheets.exporting import to_bytes, write_records
from superatom.data.sheets.importing import ImportPlan, RowStatus, carry_out, plan_import
from superatom.data.sheets.tables import read_table
from superatom.data.sheets.workbook import to_workbook
from superatom.data.stores.opening import open_store
from superatom.data.stores.store import Store
from superatom.data.synthesis_records import Origin, OutcomeClass, Stage, SynthesisRecord
from superatom.errors import ImportRowsError, ReferenceDataError, UnknownNameError
from worlds_sheets import write

DIRTY = """\
Target;Ligand;Metal salt;c(Au) [mmol/L];T / K;time (min);M:L ratio;Solvents;Yield %;Outcome;Mood;NaBH4 (mg);pH;Source
[Au25(PET)18]-;PET;HAuCl4;20;273;30;1:6;THF / MeOH;45,5;monodisperse;=good;38;7;
[Au25(PET)18]-;PET;HAuCl4;0,02 M;298;<60;1:3;THF;N/A;mixture;bad;38;none;own
[Au25(PET)18]-;PET;HAuCl4;~20;298;overnight;1:6;THF;120;failed;bad;10 mmol;17;
[Au38(PET)24];PET;HAuCl4;20;353;2400;1:6;toluene;20;pure;;;;https://doi.org/10.1021/ja0000000
;PET;HAuCl4;20;353;2400;1:6;toluene;20;pure;;;;
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "lab.sqlite", author="ada") as opened:
        yield opened


def own(store: Store) -> list[SynthesisRecord]:
    return [stored.record for stored in store.iterate() if not stored.is_cited]


def plan(store: Store, tmp_path: Path, text: str, **how: object) -> ImportPlan:
    return plan_import(write(tmp_path / "table.csv", text), store, **how)  # type: ignore[arg-type]


def said(plan_: ImportPlan, *, is_error: bool) -> list[str]:
    return [str(problem) for problem in plan_.all_problems if problem.is_error is is_error]


def test_a_dirty_table_is_refused_whole_with_every_reason(store: Store, tmp_path: Path) -> None:
    made = plan(store, tmp_path, DIRTY)
    assert [row.status.value for row in made.rows] == ["new", "new", "refused", "new", "refused"]
    errors = "\n".join(said(made, is_error=True))
    for part in (
        "row 4, time (min): 'overnight'", "row 4, Yield %: '120' cannot be", "row 4, Outcome: 'failed'",
        "row 4, NaBH4 (mg): '10 mmol'", "row 4, pH: '17' cannot be", "row 6: a record needs a target",
    ):  # fmt: skip
        assert part in errors
    with pytest.raises(ImportRowsError, match=r"2 of 5 rows.*nothing was imported"):
        carry_out(made, store)
    assert own(store) == []


def test_the_good_rows_by_choice(store: Store, tmp_path: Path) -> None:
    written = carry_out(plan(store, tmp_path, DIRTY), store, keep_good=True)
    assert [stored.id for stored in written] == ["E0001", "E0002", "E0003"]
    first, second, third = (stored.record for stored in written)
    assert str(first.conditions.temperature_C) == "-0.15 degC (entered as 273 K)"
    assert first.conditions.ligand_to_metal_ratio is not None
    assert first.conditions.ligand_to_metal_ratio.low == 6
    assert first.conditions.solvents == ("THF", "MeOH")
    assert first.product.yield_percent is not None
    assert first.product.yield_percent.low == 45.5
    assert first.extra == {"Mood": "=good"}
    assert str(first.amounts["NaBH4"]) == "38 mg"
    assert second.conditions.metal_concentration_mM is not None
    assert second.conditions.metal_concentration_mM.low == 20
    assert second.conditions.time_h is not None
    assert (second.conditions.time_h.low, second.conditions.time_h.high) == (None, 1)
    assert (second.conditions.ph, second.product.yield_percent, second.source) == (None, None, None)
    assert third.origin is Origin.LITERATURE
    assert third.source is not None
    assert third.source.doi == "10.1021/ja0000000"
    assert third.product.outcome_class is OutcomeClass.MONODISPERSE
    again = plan(store, tmp_path, DIRTY)
    assert again.counts == {"new": 0, "changed": 0, "unchanged": 0, "duplicate": 3, "refused": 2}


@pytest.mark.parametrize(
    ("header", "cell", "sentence"),
    [
        ("Temperature", "298", "24.85 degC if K was meant: state the unit"),
        ("Au concentration", "0.005", "5 mM if M was meant"),
        ("time", "1440", "24 h if min was meant"),
        ("ligand to metal", "600", "state the unit"),
        ("pH", "35", "legal: -1 to 15 pH"),
        ("Yield", "-3", "legal: 0 to 100 %"),
        ("Temperature", "-300", "cannot be"),
        ("time", "inf", "no number in h"),
        ("Temperature", "1,500", "may be 1500 or 1.500"),
        ("Outcome", "0", "no outcome; legal: monodisperse, mixture"),
        ("origin", "literature", "names its source"),
    ],
)
def test_traps_refuse_the_row(store: Store, tmp_path: Path, header: str, cell: str, sentence: str) -> None:
    made = plan(store, tmp_path, f'target,{header}\nAu25,"{cell}"\n')
    assert made.rows[0].status is RowStatus.REFUSED
    assert sentence in " ".join(said(made, is_error=True))


@pytest.mark.parametrize(
    ("header", "cell", "sentence"),
    [
        ("T (°C)", "298", "298 degC is unusual"),
        ("temperature_C", "298", "298 degC is unusual"),
        ("c(Au)", "0.5 M", "500 mM is unusual"),
        ("T", "rt", "read as 20 to 25 degC"),
        ("yield (%)", "NaN", "NaN is taken as not stated"),
    ],
)
def test_what_is_stated_is_taken_with_a_warning(
    store: Store, tmp_path: Path, header: str, cell: str, sentence: str
) -> None:
    made = plan(store, tmp_path, f"target,{header}\nAu25,{cell}\n")
    assert made.rows[0].status is RowStatus.NEW
    assert sentence in " ".join(said(made, is_error=False))


def test_words_of_the_outcome_are_read_kept_and_said(store: Store, tmp_path: Path) -> None:
    text = (
        "Result,Target,Product\nAu25 pure,[Au25(PET)18]-,\nmix of Au25 + Au38,[Au25(PET)18]-,Au25(PET)18\n"
        "mixture,Au38(PET)24,\npure,Au38(PET)24,[Au25(PET)18]-\nmonodisperse?,Au38(PET)24,\n"
    )
    made = plan(store, tmp_path, text)
    assert said(made, is_error=True) == [
        (
            "row 6, Result: 'monodisperse?' is no outcome (a doubt is no outcome; leave the cell empty and put the "
            "doubt under notes); legal: monodisperse, mixture, other cluster, nanoparticles, nothing, or an empty cell"
        )
    ]
    assert said(made, is_error=False) == [
        "row 2, Result: 'Au25 pure' is read as monodisperse, product found Au25",
        "row 3, Result: 'mix of Au25 + Au38' is read as mixture",
        "row 5, Result: 'pure' is read as other cluster",
    ]
    records = [stored.record for stored in carry_out(made, store, keep_good=True)]
    assert [(r.product.outcome_class, r.product.formula, r.extra.get("outcome as entered")) for r in records] == [
        (OutcomeClass.MONODISPERSE, "Au25", "Au25 pure"),
        (OutcomeClass.MIXTURE, "Au25(PET)18", "mix of Au25 + Au38"),
        (OutcomeClass.MIXTURE, "", None),
        (OutcomeClass.OTHER_CLUSTER, "[Au25(PET)18]-", "pure"),
    ]
    assert plan(store, tmp_path, text).counts["duplicate"] == 4
    path = tmp_path / "out.csv"
    write_records(path, (s for s in store.iterate() if not s.is_cited))
    assert plan_import(path, store).counts["unchanged"] == 4
    write(path, path.read_text(encoding="utf-8-sig").replace("monodisperse", "nanoparticles"))
    again = plan_import(path, store)
    assert again.counts["changed"] == 1
    assert "the words kept in 'extra: outcome as entered', 'Au25 pure', mean another outcome" in said(
        again, is_error=False
    )[0]  # fmt: skip


def test_an_outcome_is_edited_in_words() -> None:
    record, warnings = edited(SynthesisRecord("[Au25(PET)18]-"), {"outcome_class": "pure Au38"})
    assert (record.product.outcome_class, record.product.formula) == (OutcomeClass.OTHER_CLUSTER, "Au38")
    assert record.extra == {"outcome as entered": "pure Au38"}
    assert warnings == ("outcome_class: 'pure Au38' is read as other cluster, product found Au38",)
    changed, _ = edited(record, {"outcome_class": "mixture"})
    assert (changed.product.outcome_class, changed.product.formula) == (OutcomeClass.MIXTURE, "Au38")
    assert changed.extra == {}
    with pytest.raises(ImportRowsError, match="names Au25, and the product found is Au38"):
        edited(record, {"outcome_class": "Au25 pure"})


def test_swapped_columns_and_fractions(store: Store, tmp_path: Path) -> None:
    swapped = plan(store, tmp_path, "target,yield,stirring speed (rpm),PL max\nA,520,500,33\nB,610,500,12\n")
    assert any("'yield' and 'PL max' look swapped" in text for text in said(swapped, is_error=True))
    with pytest.raises(ImportRowsError, match="look swapped"):
        carry_out(swapped, store, keep_good=True)
    fractions = plan(store, tmp_path, "target,yield\nA,0.3\nB,0.5\nC,0.8\n")
    assert any("fractions may be meant" in text for text in said(fractions, is_error=False))


def test_the_decimal_comma_is_found_from_other_cells(store: Store, tmp_path: Path) -> None:
    made = plan(store, tmp_path, "target;T [°C];stirring speed\nA;0,5;1,500\n")
    assert made.rows[0].record is not None
    assert made.rows[0].record.conditions.stirring_rpm is not None
    assert made.rows[0].record.conditions.stirring_rpm.low == 1.5


def test_what_excel_makes_of_cells(store: Store, tmp_path: Path) -> None:
    from datetime import datetime

    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["target", "time_h", "temperature_C", "date"])
    book.active.append(["Au25", datetime(2026, 5, 10), "25", datetime(2026, 1, 2)])  # noqa: DTZ001
    book.active.append(["Au38", 3, "25", datetime(2026, 1, 2)])  # noqa: DTZ001
    book.save(tmp_path / "t.xlsx")
    made = plan_import(tmp_path / "t.xlsx", store)
    assert "Excel holds a date here (2026-05-10)" in said(made, is_error=True)[0]
    assert any("stored as text in the workbook" in text for text in said(made, is_error=False))
    assert made.rows[1].record is not None
    assert made.rows[1].record.date == "2026-01-02"


def test_numbers_stored_as_text_are_said_once_a_column(store: Store, tmp_path: Path) -> None:
    rows = [[f"Au{i}", str(i), i if i > 1 else "1"] for i in range(1, 9)]
    (tmp_path / "t.xlsx").write_bytes(to_workbook([("a", [["target", "temperature_C", "time_h"], *rows])]))
    made = plan_import(tmp_path / "t.xlsx", store)
    assert said(made, is_error=False) == [
        "temperature_C: 8 numbers are stored as text in the workbook (rows 2, 3, 4, 5, 6 ...); read as numbers",
        "time_h: a number is stored as text in the workbook (row 2); read as numbers",
    ]
    assert made.counts["new"] == 8


def test_a_table_without_target_says_so_once(store: Store, tmp_path: Path) -> None:
    made = plan(store, tmp_path, "T (°C)\n25\n30\n")
    with pytest.raises(ImportRowsError, match="no column is the target"):
        carry_out(made, store)
    given = plan(store, tmp_path, "T (°C)\n25\n30\n", constants={"target": "Au25"})
    assert [row.status for row in given.rows] == [RowStatus.NEW] * 2
    with pytest.raises(UnknownNameError, match="Did you mean target"):
        plan(store, tmp_path, "T (°C)\n25\n", constants={"targt": "Au25"})


def test_duplicates_within_the_file_and_with_the_library(store: Store, tmp_path: Path) -> None:
    store.add(SynthesisRecord("Au25", ligands=("PET",)))
    made = plan(store, tmp_path, "target,ligand,operator\nAu25,PET,\nAu38,PET,\nAu38,PET,\nAu 38,pet,eve\n")
    assert [row.status.value for row in made.rows] == ["duplicate", "new", "duplicate", "new"]
    texts = said(made, is_error=False)
    assert "the same as E0001, to the letter" in texts[0]
    assert "the same as row 3, to the letter" in texts[1]
    assert "the same experiment as row 3, written differently?" in texts[2]
    kept = plan(store, tmp_path, "target\nAu38\nAu38\n", keep_duplicates=True)
    assert len(carry_out(kept, store)) == 2


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".jsonl", ".pb"])
def test_a_reimported_export_changes_what_was_edited(store: Store, tmp_path: Path, ending: str) -> None:
    if ending == ".pb":
        pytest.importorskip("ord_schema", reason="the extra ord is not installed")
    carry_out(plan(store, tmp_path, DIRTY), store, keep_good=True)
    path = tmp_path / f"out{ending}"
    write_records(path, store.iterate())
    made = plan_import(path, store)
    assert made.counts["unchanged"] == len(made.rows)
    assert carry_out(made, store) == ()
    newest = store.record("E0001")
    record, _ = edited(newest.record, {"temperature_C": "5", "notes": "=x"})
    path.write_bytes(to_bytes([type(newest)(**{**_fields(newest), "record": record})], ending))
    [changed] = carry_out(plan_import(path, store), store)
    assert (changed.id, changed.version, changed.record) == ("E0001", 2, record)
    assert plan_import(path, store).counts["unchanged"] == 1


def _fields(stored: object) -> dict[str, object]:
    return {name: getattr(stored, name) for name in stored.__dataclass_fields__}  # type: ignore[attr-defined]


def test_edits_in_the_sheet_of_an_outdated_or_protected_record_are_refused(store: Store, tmp_path: Path) -> None:
    added = store.add(SynthesisRecord("Au25"))
    store.revise(added.id, SynthesisRecord("Au25", notes="new"), expected_version=1, reason="x")
    untouched = plan(store, tmp_path, f"record_id,record_version,target\n{added.id},1,Au25\n")
    assert untouched.rows[0].status is RowStatus.UNCHANGED
    for text, sentence in [
        (f"{added.id},1,Au38", "was changed by ada since it was exported"),
        ("S001,1,Au38", "a cited recipe, which is read only"),
        (f"{added.id},x,Au38", "no version"),
    ]:
        made = plan(store, tmp_path, f"record_id,record_version,target\n{text}\n")
        assert sentence in " ".join(said(made, is_error=True))
    twice = plan(store, tmp_path, f"record_id,target\n{added.id},A\n{added.id},B\n")
    assert "names the record E0001 too" in said(twice, is_error=True)[0]
    store.withdraw(added.id, expected_version=2, reason="spilt")
    assert "withdrawn (spilt)" in said(plan(store, tmp_path, f"record_id,target\n{added.id},A\n"), is_error=True)[0]
    elsewhere = plan(store, tmp_path, "record_id,record_version,target\nE0777,1,Au38\n")
    assert elsewhere.rows[0].status is RowStatus.NEW
    assert "no record E0777" in said(elsewhere, is_error=False)[0]


def test_json_lines_name_the_line(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", '{"a": 1}\n[]\nnonsense\n{"record": 3}\n' + "[" * 100_000 + "\n")
    made = plan_import(path, store)
    assert [row.number for row in made.of(RowStatus.REFUSED)] == [1, 2, 3, 4, 5]


def test_editing_refuses_what_a_table_would() -> None:
    record = SynthesisRecord("Au25", notes="x")
    assert edited(record, {"notes": "", "amount: PET [mg]": "5"})[0].amounts["PET"].low == 5
    assert edited(record, {"notes": ""})[0].notes == ""
    hot = "temperature_C: 298 degC is unusual (-80 to 200); it would be 24.85 degC if K was meant"
    assert edited(record, {"temperature_C": "298"})[1] == (hot,)
    for field, word in (("time_h", "NaN"), ("time_h", "unknown"), ("notes", "N/A"), ("additives", "none")):
        with pytest.raises(ImportRowsError, match=f"`{field}=` empties the field"):
            edited(record, {field: word})
    assert edited(record, {"reductant": "none"})[0].conditions.reductant == "none"
    with pytest.raises(ImportRowsError, match="cannot be"):
        edited(record, {"ph": "33"})
    with pytest.raises(ImportRowsError, match="needs a target"):
        edited(record, {"target": ""})
    with pytest.raises(UnknownNameError, match="Did you mean temperature_C"):
        edited(record, {"temprature_C": "3"})


def test_formulas_are_harmless_on_the_way_out(store: Store, tmp_path: Path) -> None:
    store.add(SynthesisRecord('=cmd|"/C calc"!A0', notes="-2+3", extra={"=x": "@y"}))
    for ending in (".csv", ".xlsx"):
        write_records(tmp_path / f"t{ending}", (s for s in store.iterate() if not s.is_cited))
        table = read_table(tmp_path / f"t{ending}")
        for text in (*table.columns, *(cell.text for row in table.rows for cell in row.cells)):
            assert not text.startswith(("=", "+", "-", "@"))
        assert plan_import(tmp_path / f"t{ending}", store).counts["unchanged"] == 1
    with pytest.raises(ReferenceDataError, match=r"legal: \.csv"):
        write_records(tmp_path / "t.doc", [])


def test_a_workbook_may_have_a_chosen_sheet(store: Store, tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(to_workbook([("a", [["x"], ["1"]]), ("b", [["target"], ["Au25"]])]))
    assert plan_import(tmp_path / "t.xlsx", store, sheet="b").counts["new"] == 1


def test_another_library_of_the_same_ids_changes_nothing(store: Store, tmp_path: Path) -> None:
    store.add(SynthesisRecord("Au25"))
    with open_store(tmp_path / "other.sqlite", author="ada") as other:
        other.add(SynthesisRecord("Au38"))
        for ending in (".csv", ".xlsx", ".jsonl"):
            path = tmp_path / f"other{ending}"
            write_records(path, (s for s in other.iterate() if not s.is_cited))
            made = plan_import(path, store)
            assert made.counts["new"] == 1
            assert "E0001 of another library, not the E0001 of this one" in said(made, is_error=False)[0]
            assert plan_import(path, other).counts["unchanged"] == 1
    assert [stored.id for stored in carry_out(made, store)] == ["E0002"]
    spoilt = plan(store, tmp_path, "record_id,recorded_at,target\nE0001,yesterday,Au38\n")
    assert "no time as an export writes it" in said(spoilt, is_error=True)[0]


def test_a_column_that_is_gone_changes_nothing(store: Store, tmp_path: Path) -> None:
    first, second = (Stage(word, time_h=Quantity.parse(hours, "h")) for word, hours in (("mix", "1"), ("age", "2")))
    record = SynthesisRecord("Au25", ligands=("PET",), stages=(first, second), notes="cold", batch="7")
    store.add(record)
    made = plan(store, tmp_path, "record_id,record_version,target,notes,step 2: time_h\nE0001,1,Au25,,3\n")
    [row] = made.rows
    assert row.changes == (("step 2: time_h", "2 h", "3 h"), ("notes", "cold", ""))
    [changed] = carry_out(made, store)
    aged = replace(second, time_h=Quantity.parse("3", "h"))
    assert changed.record == replace(record, stages=(first, aged), notes="")
    edited_too, _ = edited(record, {"step 2: time_h": "3", "notes": ""})
    assert edited_too == changed.record


def test_a_source_claims_no_reading_and_own_work_stays_own(store: Store, tmp_path: Path) -> None:
    record, warnings = edited(SynthesisRecord("Au25"), {"doi": "https://doi.org/10.1039/d5nh00353a"})
    assert (record.origin, warnings) == (Origin.OWN, ())
    assert record.source == Source(
        "doi:10.1039/d5nh00353a", "10.1039/d5nh00353a", EvidenceLevel.NOT_STATED, doi_is_read=False
    )
    moved, _ = edited(record, {"doi": "10.1021/ja0000000"})
    assert moved.source is not None
    assert moved.source.citation == "doi:10.1021/ja0000000"
    assert edited(moved, {"doi": ""})[0].source is None
    made = plan(store, tmp_path, "target,doi\nAu25,10.1039/d5nh00353a\n")
    assert made.rows[0].record is not None
    assert made.rows[0].record.origin is Origin.LITERATURE
    assert "for your own work that cites it, say origin own" in said(made, is_error=False)[0]


def test_cells_of_the_bench(store: Store, tmp_path: Path) -> None:
    text = (
        "target,time,T,yield,pH,solvent,date,reductant,additives\n"
        "Au25,1 h 30 min,80 °C (oil bath),yield 15%,pH 11,DCM/MeOH 1:1,2024-03-12,none,none\n"
    )
    made = plan(store, tmp_path, text)
    assert said(made, is_error=True) == []
    [stored] = carry_out(made, store)
    settings, product = stored.record.conditions, stored.record.product
    assert [str(q) for q in (settings.time_h, settings.temperature_C, settings.ph, product.yield_percent)] == [
        "1.5 h (entered as 1 h 30 min)",
        "80 degC (entered as 80 °C (oil bath))",
        "11 pH (entered as pH 11)",
        "15 % (entered as yield 15%)",
    ]
    assert (settings.solvents, settings.solvent_ratio) == (("DCM", "MeOH"), "1:1")
    assert (settings.reductant, settings.additives) == ("none", ())
    path = tmp_path / "out.csv"
    write_records(path, [stored])
    assert plan_import(path, store).counts["unchanged"] == 1
    two = plan(store, tmp_path, "target,solvent,solvent ratio\nAu25,DCM/MeOH 1:1,2:1\n")
    assert "says 1:1, and the ratio of solvents is '2:1'" in said(two, is_error=True)[0]


@pytest.mark.parametrize(
    ("date", "kept", "sentence"),
    [
        ("2024-03-12", "2024-03-12", ""),
        ("21.11.2024", "2024-11-21", "read as 2024-11-21"),
        ("11/21/2024", "2024-11-21", "read as 2024-11-21"),
        ("12/03/2024", "12/03/2024", "may be 12 March or 3 December"),
        ("2199-01-01", "2199-01-01", "lies in the future"),
        ("yesterday", "yesterday", "is no date and kept as text"),
        ("31.02.2024", "", "no day of the calendar"),
        ("45123", "", "how Excel counts days (it would be 2023-07-16)"),
    ],
)
def test_dates(store: Store, tmp_path: Path, date: str, kept: str, sentence: str) -> None:
    made = plan(store, tmp_path, f"target,date\nAu25,{date}\n")
    record = made.rows[0].record
    assert (record.date if record else "") == kept
    problems = said(made, is_error=not kept)
    assert sentence in " ".join(problems)
    assert bool(problems) == bool(sentence)


def test_a_cell_longer_than_excel_holds_is_refused(store: Store, tmp_path: Path) -> None:
    made = plan(store, tmp_path, f"target,notes\nAu25,{'x' * 40_000}\nAu38,{'x' * 32_767}\n")
    assert [row.status for row in made.rows] == [RowStatus.REFUSED, RowStatus.NEW]
    assert "row 2, notes: 40000 characters; a cell of Excel holds 32767" in said(made, is_error=True)[0]


def test_kelvin_and_celsius_are_asked_about_though_stated(store: Store, tmp_path: Path) -> None:
    made = plan(store, tmp_path, "target,T (K)\nAu25,25\n")
    assert (
        "-248.15 degC is unusual (-80 to 200); it would be 25 degC if degC was meant" in said(made, is_error=False)[0]
    )


def test_points_in_a_table_of_decimal_commas(store: Store, tmp_path: Path) -> None:
    made = plan(store, tmp_path, "target;T [°C];stirring\nA;0,5;1.200\nB;1,5;800\n")
    assert "'1.200' may be 1200 or 1,200" in said(made, is_error=True)[0]


def test_a_plan_that_writes_nothing_says_why(store: Store, tmp_path: Path) -> None:
    empty = plan(store, tmp_path, "target,T\n")
    with pytest.raises(ImportRowsError, match="has no rows"):
        carry_out(empty, store)
    bad = plan(store, tmp_path, "target,time\nA,overnight\nB,o/n\n")
    with pytest.raises(ImportRowsError, match="2 of 2 rows cannot be taken in"):
        carry_out(bad, store, keep_good=True)
