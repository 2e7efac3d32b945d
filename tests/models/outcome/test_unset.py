"""What a model answers where it cannot know: settings left open, far away, chemicals without effect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="outcome models need scikit-learn")

from superatom.errors import ModelError
from superatom.models.outcome.examples import Example
from superatom.models.outcome.maps import probability_map
from superatom.models.outcome.model import OutcomeModel, fit_outcome_model
from superatom.models.outcome.proposals import Axis, generate, refuse_unknown_roles
from superatom.models.prediction import Probability
from superatom.models.twins import Measurements, fit_twin, phase_diagram
from worlds_outcomes import syntheses, volumes


def cool_works(n: int = 60) -> list[Example]:
    """Return a world without gaps: it works below 45 °C, whatever the time."""
    rng = np.random.default_rng(0)
    degrees, hours = rng.uniform(0, 90, n), rng.uniform(1, 24, n)
    return [
        Example(str(i), bool(t < 45), settings={"temperature_C": float(t), "time_h": float(h)})
        for i, (t, h) in enumerate(zip(degrees, hours, strict=True))
    ]


@pytest.fixture(scope="module")
def cool() -> OutcomeModel:
    return fit_outcome_model(cool_works(), "logistic", n_members=3)


def test_a_setting_left_open_is_averaged_over_and_named(cool: OutcomeModel) -> None:
    """Half of this world's temperatures are cold: without one the answer is about a half and unsure, not a median's."""
    asked = Example("open", None, settings={"time_h": 10.0})
    [p] = cool.predict([asked])
    each = cool.predict([replace(asked, settings={**e.settings, "time_h": 10.0}) for e in cool.examples])
    assert p.mean == pytest.approx(np.mean([q.mean for q in each]))
    assert p.spread > 0.3
    assert not p.in_domain
    [remark] = cool.remarks(asked)
    assert remark.startswith("temperature is not set, and every training example states it")


def test_a_column_with_gaps_keeps_its_mask() -> None:
    model = fit_outcome_model(syntheses(60), "logistic", n_members=2)
    settings = {"temperature_C": 20.0, "metal_mM": 2.0}
    [p] = model.predict([Example("no pH", None, ("PET",), ("water",), "NaBH4", settings)])
    assert p.in_domain  # a pH is missing in some examples too


def test_a_chemical_left_open_is_averaged_over_too() -> None:
    model = fit_outcome_model(syntheses(60), "logistic", n_members=2)
    asked = Example("any ligand", None, (), ("water",), "NaBH4", {"temperature_C": 20.0, "metal_mM": 2.0, "ph": 9.0})
    [p] = model.predict([asked])
    whole = model.predict([replace(asked, ligands=(name,)) for name in ("GSH", "PET", "MHA", "p-MBA")])
    assert min(q.mean for q in whole) <= p.mean <= max(q.mean for q in whole)
    assert not p.in_domain


@pytest.mark.parametrize("kind", ["forest", "gp"])
def test_far_away_nothing_is_known(kind: str) -> None:
    model = fit_outcome_model(cool_works(), kind, n_members=3)
    near, far = model.predict(
        [Example(str(t), None, settings={"temperature_C": t, "time_h": 10.0}) for t in (20.0, 1000.0)]
    )
    assert near.in_domain
    assert not far.in_domain
    assert far.spread >= 12**-0.5 > near.spread


def test_a_probability_is_shown_within_its_bounds() -> None:
    assert str(Probability(0.71, 0.58, in_domain=True, model_id="m")) == "0.71 (0.13 to 1.00)"
    assert "outside" in str(Probability(0.02, 0.3, in_domain=False, model_id="m"))


def test_a_map_over_open_settings_is_all_outside(cool: OutcomeModel) -> None:
    made = probability_map(cool, Example("b", None), [Axis("temperature_C", 20, 70, 4), Axis("time_h", 6, 18, 3)])
    assert made.in_domain.mean() > 0.5
    gap = fit_outcome_model(
        [replace(e, settings={**e.settings, "ph": 7.0 + i % 3}) for i, e in enumerate(cool_works())]
    )
    made = probability_map(gap, Example("b", None), [Axis("temperature_C", 20, 70, 4), Axis("time_h", 6, 18, 3)])
    assert not made.in_domain.any()


def test_a_ph_without_water_is_not_known() -> None:
    model = fit_outcome_model(syntheses(60), "logistic", n_members=2)
    asked = Example("dry", None, ("PET",), ("THF",), "NaBH4", {"temperature_C": 20.0, "metal_mM": 2.0, "ph": 9.0})
    assert "a pH is set, and there is no water in THF" in model.remarks(asked)
    assert all(
        "ph" not in e.settings for e in generate(model.examples, model.columns, 20, fixed=replace(asked, settings={}))
    )


def test_a_chemical_that_cannot_matter_is_refused() -> None:
    with pytest.raises(ModelError, match="no training example names a ligand, so 'PET' can have no effect"):
        refuse_unknown_roles(volumes(), Example("p", None, ("PET",)))
    refuse_unknown_roles(syntheses(), Example("p", None, ("PET",), ("water",), "NaBH4"))


def sizes(n: int = 60) -> Measurements:
    rng = np.random.default_rng(0)
    t, r = rng.uniform(0, 100, n), rng.uniform(1, 5, n)
    examples = [
        Example(str(i), None, settings={"t": float(a), "ratio": float(b)}, series=str(i))
        for i, (a, b) in enumerate(zip(t, r, strict=True))
    ]
    return Measurements(tuple(examples), 2 + t / 25 - 0.5 * r, "size_nm")


@pytest.mark.parametrize("kind", ["gp", "boosting"])
def test_a_twin_knows_as_little_of_what_is_open_or_far(kind: str) -> None:
    measured = sizes()
    twin = fit_twin(measured, kind, n_members=2)  # type: ignore[arg-type]
    spread = measured.values.std()
    far, unset = (
        Example("far", None, settings={"t": 900.0, "ratio": 3.0}),
        Example("open", None, settings={"ratio": 3.0}),
    )
    for asked, why in ((far, "outside 0"), (unset, "t is not set")):
        [p] = twin.predict([asked])
        assert not p.in_domain
        assert p.spread >= spread
        assert any(why in remark for remark in twin.remarks(asked))


def test_a_phase_diagram_is_of_two_settings_and_knows_its_edge() -> None:
    twin = fit_twin(sizes(), n_members=2)
    made = phase_diagram(twin, (Axis("t", 50, 400, 5), Axis("ratio", 2, 4, 5)), [2.0])
    assert made.in_domain[0].any()
    assert not made.in_domain[-1].any()
    with pytest.raises(ModelError, match="two different settings; t is given for both"):
        phase_diagram(twin, (Axis("t", 0, 1, 2), Axis("t", 0, 1, 2)), [1.0])
