"""Formulas keep every character when they are typeset, and nothing in them can become markup."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superatom.app.report.typeset import equation_html, formula_html, formula_svg, prose_html

FORMULAS = {
    "[Au25(PET)18]-": "[Au<sub>25</sub>(PET)<sub>18</sub>]<sup>−</sup>",
    "[Ag44(p-MBA)30]4-": "[Ag<sub>44</sub>(p-MBA)<sub>30</sub>]<sup>4−</sup>",
    "[Au23(S-c-C6H11)16]-": "[Au<sub>23</sub>(S-c-C<sub>6</sub>H<sub>11</sub>)<sub>16</sub>]<sup>−</sup>",
    "CO3(2-)": "CO<sub>3</sub><sup>2−</sup>",
    "B(OH)4-": "B(OH)<sub>4</sub><sup>−</sup>",
    "HAuCl4·3H2O": "HAuCl<sub>4</sub>·3H<sub>2</sub>O",
    "e-": "e<sup>−</sup>",
    "2-PET": "2-PET",
    "Au_x(SG)_y mixture": "Au<sub>x</sub>(SG)<sub>y</sub> mixture",
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_formula(formula: str) -> None:
    assert formula_html(formula) == FORMULAS[formula]


def _letters(text: str) -> str:
    """Drop the marks that typesetting may replace: minus signs, raised brackets, carets, underscores."""
    return re.sub(r"[-−()^_]", "", text)


@given(st.text(max_size=60))
def test_typesetting_keeps_the_text_and_escapes_it(text: str) -> None:
    for html in (formula_html(text), prose_html(text)):
        bare = re.sub(r"</?su[bp]>", "", html)
        assert "<" not in bare
        assert ">" not in bare
        assert _letters(unescape(bare)) == _letters(text)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40))
def test_svg_text_is_well_formed(text: str) -> None:
    element = ET.fromstring(f"<text>{formula_svg(text)}</text>")  # noqa: S314 -- our own output
    assert element.tag == "text"


def test_words_that_are_no_formulas_stay_plain() -> None:
    for sentence in (
        "see S004 and R101, C002",
        "toxic (GHS05, GHS06)",
        "at 25 °C for 3 h",
        "2-phenylethanethiol in THF",
        "pH 11-12",
    ):
        assert prose_html(sentence) == sentence


def test_clusters_in_a_sentence_are_typeset() -> None:
    assert prose_html("from Au30(S-tBu)18.") == "from Au<sub>30</sub>(S-tBu)<sub>18</sub>."


def test_equation() -> None:
    html = equation_html("32 Au(PET) + 8 e- → [Au25(PET)18]- + 7 [Au(PET)2]-")
    assert html.count('<span class="n">') == 3
    assert "Au(PET)<sub>2</sub>]<sup>−</sup>" in html
