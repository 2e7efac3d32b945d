"""Cells as chemists write them, and those that must not be guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superatom.data.records import Quantity
from superatom.data.rows import packaged_rows
from superatom.data.sheets.cells import as_entered, with_entered
from superatom.data.sheets.quantities import is_stated, number_word, read_quantity
from superatom.errors import ReferenceDataError, UnitError
from superatom.units import convert, dimension_of, units_of
from worlds_sheets import quantities


@pytest.mark.parametrize(
    ("cell", "unit", "stated", "low", "high"),
    [
        ("25", "degC", "", 25, 25),
        ("298 K", "degC", "", 24.85, 24.85),
        ("298", "degC", "K", 24.85, 24.85),
        ("77 °F", "degC", "", 25, 25),
        ("RT", "degC", "", 20, 25),
        ("-10 to -5", "degC", "", -10, -5),
        ("−5", "degC", "", -5, -5),
        ("1,5", "mM", "", 1.5, 1.5),
        ("0,125", "mM", "", 0.125, 0.125),
        ("1.234,5", "mM", "", 1234.5, 1234.5),
        ("1,234.5", "mM", "", 1234.5, 1234.5),
        ("1 000", "rpm", "", 1000, 1000),
        ("0.5 M", "mM", "", 500, 500),
        ("10 mmol L-1", "mM", "", 10, 10),
        ("1.2 × 10⁻³ M", "mM", "", 1.2, 1.2),
        ("30 min", "h", "", 0.5, 0.5),
        ("5-10", "h", "min", 5 / 60, 10 / 60),
        ("12 h to 24 h", "h", "", 12, 24),
        ("5 ± 0.5", "h", "", 4.5, 5.5),
        ("<0.1", "mM", "M", None, 100),
        ("≥ 3", "mol/mol", "", 3, None),
        ("ca. 5 h", "h", "", 5, 5),
        ("1:6", "mol/mol", "M:L", 6, 6),
        ("6:1", "mol/mol", "", 6, 6),
        (">=4", "mol/mol", "M:L", None, 0.25),
        ("1e-3-2e-3", "mM", "", 0.001, 0.002),
        ("2 h 30 min", "h", "", 2.5, 2.5),
        ("1 d, 2 h and 30 min", "h", "", 26.5, 26.5),
        ("80 °C (oil bath)", "degC", "", 80, 80),
        ("16 h (overnight)", "h", "", 16, 16),
        ("12-18 (overnight)", "h", "", 12, 18),
        ("15% (Au)", "%", "%", 15, 15),
        ("298 (K)", "degC", "", 24.85, 24.85),
        ("ice bath", "degC", "", 0, 0),
        ("Raumtemperatur", "degC", "", 20, 25),
        ("5 a.u.", "a.u.", "", 5, 5),
    ],
)
def test_what_chemists_write(cell: str, unit: str, stated: str, low: float | None, high: float | None) -> None:
    found = read_quantity(cell, unit, stated_unit=stated)
    assert (found.low, found.high, found.unit) == (low, high, unit)
    assert found.text.startswith(cell)


@pytest.mark.parametrize(
    ("cell", "unit", "sentence"),
    [
        ("overnight", "h", r"no number in h; legal: the hours or their range, as 12-18 \(overnight\)"),
        ("o/n", "h", "legal: the hours"),
        ("Reflux", "degC", r"legal: the temperature, as 66 \(reflux\)"),
        ("vigorous", "rpm", "legal: the speed"),
        ("quant.", "%", r"legal: a number or bound, as >95 \(quant.\)"),
        ("trace", "%", "legal: a number or bound"),
        ("25 (?)", "degC", "no unit"),
        ("80 (bath 90)", "degC", "no unit"),
        ("30 min 1 h", "h", "no unit of this field"),
        ("inf", "h", "no number"),
        ("1,500", "mM", "may be 1500 or 1.500"),
        ("10 mg", "mM", "legal: mM, M"),
        ("10-5", "h", "runs downwards"),
        ("5 h - 10 min", "h", "no unit"),
        ("1e999", "h", "no number that can be kept"),
        ("5/3", "h", "no unit"),
        ("0", "mol/mol", "cannot be turned round"),
        ("9" * 500, "h", "no number"),
    ],
)
def test_what_is_refused(cell: str, unit: str, sentence: str) -> None:
    with pytest.raises(UnitError, match=sentence):
        read_quantity(cell, unit, stated_unit="M:L" if unit == "mol/mol" else "")


@pytest.mark.parametrize(("comma", "value"), [(True, 1.5), (False, 1500)])
def test_the_comma_can_be_told(comma: bool, value: float) -> None:
    assert read_quantity("1,500", "mM", decimal_comma=comma).low == value


def test_where_commas_are_decimal_a_point_may_be_of_thousands() -> None:
    with pytest.raises(UnitError, match=r"may be 1200 or 1,200"):
        read_quantity("1.200", "rpm", decimal_comma=True)
    assert read_quantity("1.25", "mM", decimal_comma=True).low == 1.25
    assert read_quantity("1.200", "mM").low == 1.2


@pytest.mark.parametrize("ends", [(None, None), (float("nan"), 1.0), (1.0, float("inf")), (2.0, 1.0)])
def test_a_quantity_has_finite_ends_in_order(ends: tuple[float | None, float | None]) -> None:
    with pytest.raises(ReferenceDataError, match="is no quantity"):
        Quantity(*ends, "h", "x")
    assert Quantity(None, 2.0, "h", "<2").ends == (2.0, 2.0)
    assert Quantity(1.0, 2.0, "h", "1-2").ends == (1.0, 2.0)


@given(cell=st.text(max_size=100), unit=st.sampled_from(["degC", "h", "mM", "mol/mol", "%", "pH", "", "odd"]))
def test_any_text_is_read_or_refused_in_words(cell: str, unit: str) -> None:
    try:
        found = read_quantity(cell, unit)
    except UnitError:
        return
    assert found.unit == unit
    assert found.low is None or found.high is None or found.low <= found.high


@given(drawn=quantities("degC"))
def test_numbers_and_words_come_back_from_two_cells(drawn: Quantity) -> None:
    bare = read_quantity(drawn.numbers, "degC")
    assert (bare.low, bare.high) == (drawn.low, drawn.high)
    entered = as_entered(drawn)
    assert (with_entered(bare, entered, "degC") if entered else (bare, True)) == (drawn, True)


def test_an_edited_number_wins_over_the_words_beside_it() -> None:
    edited = read_quantity("60", "degC")
    for beside in ("298 K", "r.t. [25]"):
        assert with_entered(edited, beside, "degC") == (edited, False)


def test_entered_units_are_shown_as_what_they_are() -> None:
    assert str(read_quantity("298 K", "degC")) == "24.85 degC (entered as 298 K)"
    assert str(read_quantity("85-95", "degC")) == "85-95 degC"


def test_every_unit_turns_into_the_first_of_its_dimension_and_back() -> None:
    from fractions import Fraction

    for dimension in ("temperature", "time", "concentration", "mass", "amount", "volume", "rotation", "length"):
        first = units_of(dimension)[0]
        for unit in units_of(dimension):
            assert dimension_of(unit) == dimension
            assert convert(convert(Fraction(7), unit, first), first, unit) == 7


@pytest.mark.parametrize("cell", ["", " ", "none", "N/A", "-", "—", "n.d."])
def test_nothing_stated(cell: str) -> None:
    assert not is_stated(cell)


def test_sodium_and_neodymium_are_words() -> None:
    assert is_stated("Na")
    assert is_stated("Nd")


def test_every_word_for_a_number_has_one_or_says_what_would_be_legal() -> None:
    for row in packaged_rows("number_words.csv"):
        found = number_word(row["words"], row["unit"])
        assert found is not None
        assert dimension_of(row["unit"])
        assert (found.ends is None) == bool(found.legal)
        if found.legal:  # what is suggested can be read
            assert read_quantity(found.legal.rpartition(", as ")[2], row["unit"]).text
