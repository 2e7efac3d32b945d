"""Headers as chemists write them, and the field each is taken for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superatom.data.sheets.columns import parse_header
from superatom.data.sheets.fields import Kind, bare, fields, plain_fields
from superatom.data.sheets.mapping import Match, Sureness, guess_mapping
from superatom.data.sheets.templates import template_headers
from superatom.errors import ReferenceDataError, UnknownNameError
from superatom.units import dimension_of


def guessed(*headers: str, **changes: str) -> list[Match]:
    return list(guess_mapping(headers, changes))


@pytest.mark.parametrize(
    ("header", "field", "unit"),
    [
        ("T / K", "temperature_C", "K"),
        ("Temp (°C)", "temperature_C", "°C"),
        ("Temperature in °C", "temperature_C", "°C"),
        ("temperature_K", "temperature_C", "K"),
        ("t (h)", "time_h", "h"),
        ("time, min", "time_h", "min"),
        ("reaction_time_min", "time_h", "min"),
        ("c(Au) [mmol/L]", "metal_concentration_mM", "mmol/L"),
        ("[Au] / mM", "metal_concentration_mM", "mM"),
        ("metal_conc_mM", "metal_concentration_mM", "mM"),
        ("NaBH4 conc (mmol L-1)", "reductant_concentration_mM", "mmol/L"),
        ("M:L ratio", "ligand_to_metal_ratio", "M:L"),
        ("L:M", "ligand_to_metal_ratio", ""),
        ("Au:NaBH4", "reductant_to_metal_ratio", "M:R"),
        ("NaBH4/Au", "reductant_to_metal_ratio", ""),
        ("Yield %", "yield_percent", "%"),
        ("PLQY(%)", "quantum_yield_percent", "%"),
        ("Metal salt", "precursors", ""),
        ("thiol", "ligands", ""),
        ("Comments", "notes", ""),
        ("pH", "ph", ""),
        ("Au salt", "precursors", ""),
        ("thiol equiv", "ligand_to_metal_ratio", ""),
        ("L/M ratio", "ligand_to_metal_ratio", ""),
        ("T°C", "temperature_C", "°C"),
        ("rpm", "stirring_rpm", ""),
        ("λem (nm)", "emission_nm", "nm"),
        ("Solvent mixture", "solvents", ""),
        ("Ziel", "target", ""),
        ("Zeit (min)", "time_h", "min"),
        ("Temperatur (K)", "temperature_C", "K"),
        ("Ausbeute (%)", "yield_percent", "%"),
        ("Lösungsmittel", "solvents", ""),
        ("Ergebnis", "outcome_class", ""),
        ("Datum", "date", ""),
        ("Rührgeschwindigkeit", "stirring_rpm", ""),
        ("Reduktionsmittel", "reductant", ""),
        ("Bemerkung", "notes", ""),
    ],
)
def test_known_headers(header: str, field: str, unit: str) -> None:
    [match] = guessed(header)
    assert match.column is not None
    assert (match.column.field.name, match.unit) == (field, unit)
    assert match.sureness in (Sureness.KNOWN, Sureness.OWN)


def test_guesses_say_that_they_are() -> None:
    misspelt, upper, amount, numbered = guessed("Stiring speed (rpm)", "T", "m(PET) [mg]", "Temperature2")
    assert [m.sureness for m in (misspelt, upper, amount)] == [Sureness.LIKELY] * 3
    assert misspelt.column == parse_header("stirring_rpm")
    assert upper.column == parse_header("temperature_C")
    assert amount.column == parse_header("amount: PET [mg]")
    assert numbered.column == parse_header("extra: Temperature2")


@pytest.mark.parametrize(
    ("header", "column", "unit"),
    [
        ("eq. thiol", "ligand_to_metal_ratio", "mol/mol"),
        ("reductant eq", "reductant_to_metal_ratio", "mol/mol"),
        ("PET:Au", "ligand_to_metal_ratio", "mol/mol"),
        ("Au:PET", "ligand_to_metal_ratio", "M:L"),
        ("HAuCl4 (mM)", "metal_concentration_mM", "mM"),
        ("NaBH4 (mM)", "reductant_concentration_mM", "mM"),
        ("c(PET) mM", "ligand_concentration_mM", "mM"),
        ("conc. Au (mM)", "metal_concentration_mM", "mM"),
        ("m(HAuCl4) mg", "amount: HAuCl4 [mg]", "mg"),
        ("NaBH4 mg", "amount: NaBH4 [mg]", "mg"),
        ("n(Au) mmol", "amount: Au [mmol]", "mmol"),
        ("solvent (mL)", "amount: solvent [mL]", "mL"),
    ],
)
def test_chemicals_by_their_part(header: str, column: str, unit: str) -> None:
    [match] = guessed(header)
    assert match.column == parse_header(column)
    assert (match.unit, match.sureness) == (unit, Sureness.LIKELY)


@pytest.mark.parametrize(
    "header",
    ["time (mg)", "yield (mg)", "product (mg)", "co-ligand", "co-ligand eq", "Metal", "TOAB (eq)", "Au2(dppe)Cl2 (mM)"],
)
def test_no_guess_is_better_than_a_wrong_one(header: str) -> None:
    [match] = guessed(header)
    assert match.column == parse_header(f"extra: {header}")


def test_a_given_column_keeps_the_unit_of_its_header() -> None:
    headers = {
        "Reaktionsdauer (min)": "time_h", "Ofen / K": "temperature_C", "c Gold (M)": "metal_concentration_mM",
        "Au:S": "ligand_to_metal_ratio", "Dauer 2 (min)": "step 1: time_h", "Heat (K)": "temperature_C [degF]",
    }  # fmt: skip
    for header, to in headers.items():
        [match] = guess_mapping([header], {header: to})
        expected = {"Au:S": "M:L", "Heat (K)": "degF", "c Gold (M)": "M", "Ofen / K": "K"}.get(header, "min")
        assert match.unit == expected
    with pytest.raises(UnknownNameError, match=r"states min, which is no unit of temperature_C"):
        guess_mapping(["Zeit (min)"], {"Zeit (min)": "temperature_C"})


def test_two_columns_of_one_field_are_told() -> None:
    first, second = guessed("Temp (K)", "Reaction temperature")
    assert first.column == parse_header("temperature_C")
    assert second.sureness is Sureness.NOT_KNOWN
    assert "'Temp (K)'" in second.remark


def test_changes_win() -> None:
    matches = guess_mapping(
        ["Temp", "Heat", "Au", "Mood", "id"],
        {"Heat": "temperature_C [K]", "Au": "amount: HAuCl4 [mg]", "Mood": "extra", "id": "ignore"},
    )
    assert [m.column.header if m.column else None for m in matches] == [
        "extra: Temp", "temperature_C", "amount: HAuCl4 [mg]", "extra: Mood", None,
    ]  # fmt: skip
    assert matches[1].unit == "K"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"Tmp": "temperature_C"}, "no column 'Tmp'. Did you mean Temp"),
        ({"Temp": "temprature_C"}, "Did you mean temperature_C"),
        ({"Temp": "temperature_C [mg]"}, "no unit of temperature_C"),
    ],
)
def test_wrong_changes_are_refused(changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(UnknownNameError, match=sentence):
        guess_mapping(["Temp"], changes)


def test_one_field_is_given_once() -> None:
    with pytest.raises(ReferenceDataError, match="both given to time_h"):
        guess_mapping(["a", "b"], {"a": "time_h", "b": "time_h"})


@given(st.lists(st.text(max_size=30).map(str.strip).filter(bool), unique=True, max_size=8))
def test_any_headers_are_mapped_each_to_a_place_of_its_own(headers: list[str]) -> None:
    matches = guess_mapping(headers)
    paths = [m.column.path for m in matches if m.column is not None]
    assert len(set(paths)) == len(paths)


def test_the_field_table_agrees_with_itself() -> None:
    shared = {bare("t"), bare("T rxn")}  # T and t, told apart by case or unit
    seen: dict[str, str] = {}
    for field in plain_fields().values():
        for name in {bare(name) for name in (field.name, field.title, *field.aliases)} - shared:
            assert seen.setdefault(name, field.name) == field.name
    for field in fields():
        assert (field.kind is Kind.NUMBER and (field.is_of_step or not field.is_family)) == bool(field.unit)
        assert not field.unit or dimension_of(field.unit)
        assert (
            field.plausible is None or field.possible[0] <= field.plausible[0] < field.plausible[1] <= field.possible[1]
        )


def test_the_template_is_understood() -> None:
    assert all(match.sureness is Sureness.OWN for match in guess_mapping(template_headers()))


def test_equivalents_of_a_named_reductant_are_its_dose() -> None:
    [match] = guessed("NaBH4 (eq.)")
    assert match.column is not None
    assert match.column.field.name == "reductant_to_metal_ratio"
    assert match.sureness is Sureness.LIKELY
    assert "--set reductant=NaBH4" in match.remark
