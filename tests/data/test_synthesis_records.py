"""The synthesis record: what was entered comes back, and success follows from the class."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superatom.data.records import Conditions, Quantity
from superatom.data.synthesis_records import SYNTHESIS, Origin, OutcomeClass, Product, Stage, SynthesisRecord
from superatom.errors import DocumentError

quantities = st.builds(
    lambda value, unit: Quantity.parse(f"{value}", unit), st.integers(0, 500), st.sampled_from(["degC", "h", "mM"])
)
records = st.builds(
    SynthesisRecord,
    target=st.text(),
    ligands=st.lists(st.text()).map(tuple),
    conditions=st.builds(Conditions, time_h=quantities, solvents=st.lists(st.text()).map(tuple)),
    amounts=st.dictionaries(st.text(), quantities),
    stages=st.lists(st.builds(Stage, action=st.text(), ph=st.none() | quantities)).map(tuple),
    product=st.builds(
        Product, st.none() | st.sampled_from(OutcomeClass), properties=st.dictionaries(st.text(), quantities)
    ),
    origin=st.sampled_from(Origin),
    extra=st.dictionaries(st.text(), st.text()),
)


@given(records)
def test_a_record_comes_back_as_it_was_written(record):
    assert SYNTHESIS.from_text(SYNTHESIS.to_text(record)) == record


def test_success_is_the_target_alone():
    assert Product(OutcomeClass.MONODISPERSE).success is True
    assert [Product(one).success for one in OutcomeClass].count(False) == 4
    assert Product().success is None


def test_a_target_in_words_is_kept_and_has_no_composition():
    assert SynthesisRecord("gold particles of 3 nm").target_cluster is None
    cluster = SynthesisRecord("[Au25(PET)18]-").target_cluster
    assert cluster is not None
    assert cluster.valence_electrons == 8


def test_an_outcome_outside_the_classes_is_refused_with_its_field():
    text = SYNTHESIS.to_text(SynthesisRecord("x")).replace('"outcome_class": null', '"outcome_class": "good"')
    with pytest.raises(DocumentError, match=r"good.*product\.outcome_class"):
        SYNTHESIS.from_text(text)
