from __future__ import annotations

import math

import pytest

from superatom.errors import DocumentError, MissingEngineError, ModelError
from superatom.models.cards import CARD, Card, Score
from superatom.models.extras import need
from superatom.models.prediction import Prediction


def test_a_prediction_says_when_it_is_a_guess() -> None:
    assert str(Prediction(0.8, 0.05, in_domain=True, model_id="m")) == "0.80 ± 0.05"
    assert "outside" in str(Prediction(0.8, 0.05, in_domain=False, model_id="m"))


@pytest.mark.parametrize(("mean", "spread"), [(math.nan, 0.1), (0.5, -0.1), (0.5, math.inf)])
def test_a_prediction_is_a_number_with_a_spread(mean: float, spread: float) -> None:
    with pytest.raises(ModelError, match="finite"):
        Prediction(mean, spread, in_domain=True, model_id="m")


def test_a_card_survives_writing_and_shows_its_intervals() -> None:
    card = Card("m", "probability", "40 rows", "MIT", (Score("m", "series", "mcc", 0.5, 0.3, 0.7),), limits=("none",))
    assert CARD.from_text(CARD.to_text(card)) == card
    assert "held out, series: m, mcc 0.50 [0.30, 0.70]" in card.to_text()
    with pytest.raises(DocumentError, match="version 2"):
        CARD.from_document({**CARD.to_document(card), "version": 2})


def test_a_missing_package_is_named_with_its_extra() -> None:
    with pytest.raises(MissingEngineError, match=r"superatom\[outcome\]"):
        need("no_such_package_at_all")
