"""A plan ends with a campaign that can be started as it stands."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from superatom.campaign.handover import plan_toml, to_space_file
from superatom.campaign.loop.space_file import read_space_file, to_setup
from superatom.campaign.plan import Plan
from superatom.campaign.planning import plan
from superatom.errors import CampaignError

CLUSTERS = ("[Au25(PET)18]-", "Au36(TBBT)24", "[Au24Pt(PET)18]", "[Ag44(p-MBA)30]4-")


@cache
def planned(formula: str) -> Plan:
    return plan(formula, routes=1)


@pytest.mark.parametrize("formula", CLUSTERS)
def test_the_first_experiments_lie_in_the_space(formula: str, tmp_path: Path) -> None:
    made = planned(formula)
    (tmp_path / "first.toml").write_text(plan_toml(made), encoding="utf-8")
    file = read_space_file(tmp_path / "first.toml")
    assert file == to_space_file(made)
    setup = to_setup(file)
    assert len(setup.first) == len(made.first_experiments) == 8
    assert setup.space.is_legal(setup.space.to_points(one.settings for one in setup.first)).all()
    assert setup.space.n_candidates > 1000
    assert setup.shared.ligands
    assert setup.objective.measured == ("yield_percent",)


def test_advised_ranges_are_bounds_and_evidence() -> None:
    file = to_space_file(planned("[Au25(PET)18]-"))
    ranges = {p.name: (p.low, p.high, p.unit) for p in file.parameter}
    assert ranges["temperature_C"] == (0.0, 40.0, "degC")
    assert ranges["ligand_to_metal_ratio"] == (1.6, 6.4, "mol/mol")
    assert {e.parameter: (e.low, e.high) for e in file.evidence}["ligand_to_metal_ratio"] == (3.2, 3.2)
    assert "L065" in file.evidence[0].source
    assert (file.shared["solvents"], file.shared["reductant"]) == ("water; toluene", "NaBH4")


def test_no_route_no_campaign() -> None:
    with pytest.raises(CampaignError, match=r"no route to .* was found"):
        to_space_file(plan("[Au25(PET)18]-", stock=["water"], routes=1))
