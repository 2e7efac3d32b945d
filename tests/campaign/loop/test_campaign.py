"""A campaign remembers every step, gives the same suggestions when taken up again, and tells two people apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from superatom.campaign.loop.campaign import Campaign, Revision
from superatom.campaign.loop.state import FlaskStatus, Setup
from superatom.campaign.loop.translation import with_settings
from superatom.conditions.objectives import Objective
from superatom.conditions.recommenders import Batch, Suggestion
from superatom.data.records import Quantity
from superatom.data.stores.opening import open_store
from superatom.data.stores.store import Store
from superatom.data.synthesis_records import OutcomeClass, Product, SynthesisRecord
from superatom.errors import CampaignError, ConflictError, UnknownNameError
from superatom.models.prediction import Prediction
from worlds_campaign import SHARED, setup, space, yield_percent


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "lab.sqlite", author="ada") as opened:
        yield opened


def measured(settings: dict[str, float | str], outcome: OutcomeClass | None = None) -> SynthesisRecord:
    value = yield_percent(settings)
    record = with_settings(SHARED, space(), settings)
    return replace(record, product=Product(outcome, yield_percent=Quantity(value, value, "%", str(value))))


def statuses(campaign: Campaign) -> list[str]:
    return [flask.status.value for flask in campaign.flasks()]


def test_taken_up_again_it_goes_on_as_if_never_closed(store: Store, tmp_path: Path) -> None:
    one = Campaign.start(store, "au25", setup())
    with open_store(tmp_path / "other.sqlite") as elsewhere:
        other = Campaign.start(elsewhere, "au25", setup())
        for _ in range(3):
            handed = one.suggest(3)
            results = [(f.id, measured(f.settings)) for f in one.flasks() if f.status is FlaskStatus.PENDING]
            one.take_back(results)
            one = Campaign.open(store, "au25")  # a new process would see no more than this
            assert other.suggest(3) == handed
            other.take_back(results)
    assert one.standing().tried == other.standing().tried
    assert {record.record.series for record in store.iterate(since=1)} == {""}


def test_the_seed_decides(store: Store) -> None:
    batches = [
        Campaign.start(store, name, setup(seed=seed)).suggest(4).batch for name, seed in (("a", 1), ("b", 2), ("c", 1))
    ]
    assert batches[0] == batches[2]
    assert batches[0].suggestions != batches[1].suggestions


def test_pending_flasks_are_not_suggested_again(store: Store) -> None:
    campaign = Campaign.start(store, "au25", setup())
    seen = [tuple(s.settings.items()) for _ in range(5) for s in campaign.suggest(8).batch.suggestions]
    assert len(set(seen)) == len(seen) == 40


def test_two_people_on_one_campaign(store: Store) -> None:
    Campaign.start(store, "au25", setup())
    mine, theirs = Campaign.open(store, "au25"), Campaign.open(store, "au25")
    theirs.suggest(2)
    with pytest.raises(ConflictError, match=r"the campaign au25 is at version 2 \(by ada"):
        mine.suggest(2)
    assert mine.handed == ()
    mine, theirs = Campaign.open(store, "au25"), Campaign.open(store, "au25")
    theirs.take_back(dropped=["B1-2"])
    with pytest.raises(ConflictError):
        mine.take_back([("B1-1", SHARED)])
    assert not list(store.iterate(since=1)), "a record without its campaign was left behind"


def test_where_each_flask_stands(store: Store) -> None:
    campaign = Campaign.start(store, "au25", setup())
    campaign.suggest(5)
    settings = {flask.id: flask.settings for flask in campaign.flasks()}
    none_measured = with_settings(SHARED, space(), settings["B1-3"])
    failed = replace(none_measured, product=Product(OutcomeClass.NANOPARTICLES))
    odd = {"temperature_C": 90.0, "flow": 1.0, "solvents": "THF"}
    campaign.take_back(
        [("B1-1", measured(settings["B1-1"])), ("B1-2", none_measured), ("B1-3", failed), ("", measured(odd))],
        dropped=["B1-4"],
    )
    assert statuses(campaign) == ["done", "partly measured", "failed", "dropped", "pending", "done"]
    told = {one.id: one for one in campaign.standing().tried}
    assert told["B1-3"].success is False
    assert not told["B1-3"].is_pending
    assert told["B1-2"].is_pending
    assert told["B1-5"].is_pending
    assert "B1-4" not in told
    assert told["E0004"].settings == odd


def test_a_corrected_record_corrects_the_campaign(store: Store) -> None:
    campaign = Campaign.start(store, "au25", setup())
    campaign.suggest(1)
    [added] = campaign.take_back([("B1-1", measured(campaign.flask("B1-1").settings))])
    better = replace(added.record, product=replace(added.record.product, yield_percent=Quantity(7.0, 7.0, "%", "7")))
    campaign.take_back(changed=[Revision(added.id, 1, better)], reason="weighed again")
    assert campaign.flask("B1-1").outcomes == {"yield_percent": 7.0}
    store.withdraw(added.id, expected_version=2, reason="wrong vial")
    flask = campaign.flask("B1-1")
    assert (flask.status, flask.remark) == (FlaskStatus.DROPPED, "its record E0001 was withdrawn: wrong vial")


def test_the_planned_batch_goes_first_replicates_and_all(store: Store) -> None:
    centre = {"temperature_C": 25.0, "flow": 3.0, "solvents": "THF"}
    first = (
        Suggestion(centre, "centre"),
        Suggestion({**centre, "flow": 1.0}, "flow"),
        Suggestion(centre, "centre again"),
    )
    campaign = Campaign.start(store, "au25", setup(first=first))
    assert campaign.suggest(2).batch.suggestions == first[:2]
    again = Campaign.open(store, "au25").suggest(3)
    assert again.batch.suggestions[0] == first[2]
    assert again.batch.recommender == "random"
    assert [f.recommender for f in Campaign.open(store, "au25").flasks()] == ["planned"] * 3 + ["random"] * 2


def test_an_own_order_beside_the_plan(store: Store) -> None:
    campaign = Campaign.start(
        store, "au25", setup(first=(Suggestion({"temperature_C": 25.0, "flow": 3.0, "solvents": "THF"}, "c"),))
    )
    assert campaign.suggest(1, recommender="ofat").batch.recommender == "ofat"
    assert campaign.suggest(1).batch.recommender == "planned"


def test_the_budget_is_said(store: Store) -> None:
    campaign = Campaign.start(store, "au25", setup(budget=5))
    assert campaign.suggest(4).batch.remarks == ()
    assert campaign.suggest(2).batch.remarks == (
        "with this batch 6 flasks are made or handed out, more than the budget of 5",
    )


def test_a_batch_that_cannot_win_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"temperature_C": 25.0, "flow": 3.0, "solvents": "THF"}
    spread = 2.0

    class Told:
        def recommend(self, *given: object) -> Batch:
            del given
            expected = {"yield_percent": Prediction(70.0, spread, in_domain=True, model_id="told")}
            return Batch((Suggestion(settings, "told", expected),), "told", 0)

    campaign = Campaign.start(store, "au25", setup())
    campaign.suggest(1)
    campaign.take_back([("B1-1", measured(settings))])
    assert campaign.flask("B1-1").is_good(campaign.setup.objective)
    assert campaign.standing().tried[0].success is True, "it was measured, and nobody said that it failed"
    monkeypatch.setattr(Setup, "recommender_named", lambda *_: Told())
    [remark] = campaign.suggest(1).batch.remarks
    assert remark.startswith("none of these is expected to beat the best yield_percent so far, 80 %: superatom camp")
    spread = 6.0
    assert campaign.suggest(1).batch.remarks == ()


def test_refusals(store: Store) -> None:
    campaign = Campaign.start(store, "au25", setup())
    campaign.suggest(1)
    with pytest.raises(CampaignError, match="has a campaign 'au25' already"):
        Campaign.start(store, "au25", setup())
    with pytest.raises(UnknownNameError, match="Did you mean au25"):
        Campaign.open(store, "au2")
    with pytest.raises(UnknownNameError, match="handed out no flask 'B1-2'"):
        campaign.take_back([("B1-2", SHARED)])
    campaign.take_back([("B1-1", SHARED)])
    with pytest.raises(CampaignError, match="B1-1 has a result already"):
        campaign.take_back(dropped=["B1-1"])
    with pytest.raises(UnknownNameError, match="handed out 1 batches, none is 2"):
        campaign.batch(2)
    with pytest.raises(UnknownNameError, match="unknown recommender"):
        setup(recommender="magic")
    with pytest.raises(CampaignError, match="cannot be both set and measured"):
        Setup(space(), Objective.maximise("flow"), SHARED)


def test_a_model_suggests_the_same_when_taken_up_again(store: Store, tmp_path: Path) -> None:
    pytest.importorskip("botorch", reason="the extra campaign is not installed")
    centre = {"temperature_C": 25.0, "flow": 2.0, "solvents": "THF"}
    first = tuple(
        Suggestion({**centre, **change}, f"planned {k}")
        for k, change in enumerate(({}, {}, {"flow": 4.0}, {"temperature_C": 5.0}))
    )
    with open_store(tmp_path / "other.sqlite") as elsewhere:
        batches = []
        for library in (store, elsewhere):
            campaign = Campaign.start(library, "au25", setup(first=first, recommender="bayesian"))
            campaign.suggest(4)
            campaign.take_back([(flask.id, measured(flask.settings)) for flask in campaign.flasks()])
            batches.append(Campaign.open(library, "au25").suggest(2))
    assert batches[0] == batches[1]
    suggestion = batches[0].batch.suggestions[0]
    assert suggestion.expected["yield_percent"].spread > 0
    assert suggestion.nearest_id.startswith("B1-")
    assert "expected: yield_percent" in suggestion.reason


def test_records_of_the_library_join(store: Store) -> None:
    settings = {"temperature_C": 90.0, "flow": 1.0, "solvents": "THF"}
    store.add_many([measured(settings), SHARED])
    campaign = Campaign.start(store, "au25", setup())
    campaign.adopt(["E0001"])
    [flask] = Campaign.open(store, "au25").flasks()
    assert (flask.id, flask.status, flask.settings) == ("E0001", FlaskStatus.DONE, settings)
    for id_, says in (
        ("E0001", "part of the campaign"),
        ("E0002", "states no flow, solvents"),
        ("L002", "cited recipe"),
    ):
        with pytest.raises(CampaignError, match=says):
            campaign.adopt([id_])
    with pytest.raises(UnknownNameError):
        campaign.adopt(["E0009"])
    assert campaign.version == 2
