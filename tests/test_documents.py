"""Documents: a value comes back as it was written; what cannot be read is refused by name, nothing is dropped."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superatom.documents import DocumentFormat
from superatom.errors import DocumentError


@dataclass(frozen=True, slots=True)
class Flask:
    volume_mL: float
    label: str = ""
    washed: tuple[str, ...] = ()
    doses: Mapping[str, float] = field(default_factory=dict)


FLASK = DocumentFormat("flask", Flask)
numbers = st.floats(allow_nan=False, allow_infinity=False)


@given(st.builds(Flask, numbers, st.text(), st.tuples(st.text()), st.dictionaries(st.text(), numbers)))
def test_a_value_comes_back_as_it_was_written(flask):
    assert FLASK.from_text(FLASK.to_text(flask)) == flask


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "no JSON"),
        ("[1]", "a list"),
        ('{"format": "flask", "version": 1, "volume_mL": NaN}', "NaN"),
        ('{"format": "bottle", "version": 1}', "'bottle'"),
        ('{"format": "flask", "version": 2, "volume_mL": 1}', "version 2"),
        ('{"format": "flask", "version": "1", "volume_mL": 1}', "version '1'"),
        ('{"format": "flask", "version": 1}', "volume_mL"),
        ('{"format": "flask", "version": 1, "volume_mL": "one"}', r"\$.volume_mL"),
        ('{"format": "flask", "version": 1, "volume_mL": 1, "colour": "red"}', r"\$.colour"),
    ],
)
def test_what_is_wrong_is_named(text, named):
    with pytest.raises(DocumentError, match=named):
        FLASK.from_text(text)


def test_nan_is_never_written():
    with pytest.raises(DocumentError, match="NaN"):
        FLASK.to_text(Flask(float("nan")))


def test_an_older_version_passes_its_upgrades_in_order():
    def litres_to_millilitres(fields):
        return {**fields, "volume_mL": fields["volume_L"] * 1000}

    def drop_litres(fields):
        return {key: value for key, value in fields.items() if key != "volume_L"}

    newer = DocumentFormat("flask", Flask, (litres_to_millilitres, drop_litres))
    assert newer.version == 3
    assert newer.from_text('{"format": "flask", "version": 1, "volume_L": 0.5}') == Flask(500.0)
    assert newer.from_text(newer.to_text(Flask(5.0))) == Flask(5.0)
