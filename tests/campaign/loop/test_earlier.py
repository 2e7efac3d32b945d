"""Earlier campaigns and cited recipes inform a new one, and are refused where they have nothing to say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from superatom.campaign.loop.campaign import Campaign
from superatom.campaign.loop.earlier import informed
from superatom.campaign.loop.translation import with_settings
from superatom.conditions.objectives import Objective
from superatom.conditions.space import Parameter, Space
from superatom.data.records import Quantity
from superatom.data.stores.opening import open_store
from superatom.data.stores.store import Store
from superatom.data.synthesis_records import Product
from superatom.errors import CampaignError, UnknownNameError
from worlds_campaign import SHARED, setup, space, yield_percent


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "lab.sqlite", author="ada") as opened:
        campaign = Campaign.start(opened, "spring", setup())
        campaign.suggest(6)
        for flask in campaign.flasks()[:5]:
            value = yield_percent(flask.settings)
            product = Product(yield_percent=Quantity(value, value, "%", str(value)))
            campaign.take_back([(flask.id, replace(with_settings(SHARED, space(), flask.settings), product=product))])
        yield opened


def test_an_earlier_campaign(store: Store) -> None:
    found, said = informed(setup(), store, ["spring", "spring"])
    assert said == ("spring: 5 measured flask(s) of an earlier campaign",)
    [task] = found.earlier
    assert len(task.records) == 5, "the pending flask says nothing"
    campaign = Campaign.start(store, "autumn", found)
    assert Campaign.open(store, "autumn").setup == found
    later = Campaign.open(store, "spring")
    later.suggest(1)
    assert campaign.setup.earlier == (task,), "what was known at the start stays as it was"


def test_the_literature(store: Store) -> None:
    whole = Space(
        (
            Parameter.continuous("temperature_C", -10, 60, unit="degC"),
            Parameter.continuous("time_h", 0.1, 48, unit="h", is_log=True),
            Parameter.categorical("reductant", ["NaBH4", "CO", "TBAB"]),
        )
    )
    found, [said] = informed(replace(setup(), space=whole), store, ["literature"])
    evidence = {one.parameter: one for one in found.evidence}
    assert set(evidence) == {"temperature_C", "time_h", "reductant"}
    assert evidence["reductant"].options["NaBH4"] >= 1
    assert 0 < evidence["time_h"].weight < 0.7
    assert evidence["time_h"].low is not None
    assert said.startswith("literature: recipes of [Au25(PET)18]- say where ")


def test_sources_with_nothing_to_say(store: Store) -> None:
    with pytest.raises(UnknownNameError, match="no campaign 'sprung'"):
        informed(setup(), store, ["sprung"])
    other = Space((Parameter.continuous("voltage", 0, 1, unit="V"),))
    with pytest.raises(CampaignError, match="no flask of spring states voltage"):
        informed(replace(setup(), space=other), store, ["spring"])
    with pytest.raises(CampaignError, match="no cited recipe"):
        informed(replace(setup(), space=other), store, ["literature"])
    fractions = replace(setup(), objective=Objective.maximise("yield_percent", "mol/mol"))
    with pytest.raises(CampaignError, match="yield_percent is in % in spring and in mol/mol here"):
        informed(fractions, store, ["spring"])


def test_recipes_that_state_no_charge_count(store: Store) -> None:
    glutathione = replace(SHARED, target="[Au25(SG)18]-", ligands=("SG",))
    found, [said] = informed(replace(setup(), shared=glutathione), store, ["literature"])
    assert said.startswith("literature: recipes of [Au25(SG)18]- say where")
    assert "," in found.evidence[0].source, "not only the one recipe that writes the charge"
