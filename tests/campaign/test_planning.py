"""The main job on the targets the field knows, on one nobody made, and on nonsense."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from superatom.campaign.plan import Plan
from superatom.campaign.planning import as_stock, plan
from superatom.campaign.target import card_to_dict, target_card
from superatom.data.records import Transformation
from superatom.errors import SuperatomError, UnitError
from superatom.routes.stock import Stock
from superatom.structures.nanocluster import Nanocluster

# target, how the field makes it (a transformation that must end one of the routes), a cluster it may pass through
MADE = [
    ("[Au25(PET)18]-", Transformation.REDUCTION_GROWTH, None),
    ("[Au25(SG)18]-", Transformation.REDUCTION_GROWTH, None),
    ("Au38(PET)24", Transformation.SIZE_FOCUSING, None),
    ("Au36(TBBT)24", Transformation.LIGAND_EXCHANGE, "Au38(PET)24"),
    ("[Au23(S-c-C6H11)16]-", Transformation.REDUCTION_GROWTH, None),
    ("Au28(TBBT)20", Transformation.LIGAND_EXCHANGE, "[Au23(S-c-C6H11)16]-"),
    ("Au22(SG)18", Transformation.REDUCTION_GROWTH, None),
    ("Au144(PET)60", Transformation.SIZE_FOCUSING, None),
    ("[PtAu24(PET)18]", Transformation.CO_REDUCTION, None),
    ("CdAu24(PET)18", Transformation.METAL_EXCHANGE, "[Au25(PET)18]-"),
    ("[Ag44(p-MBA)30]4-", Transformation.REDUCTION_GROWTH, None),
    ("[Au13(dppe)5Cl2]3+", Transformation.SIZE_FOCUSING, None),
]
LEVERS = [
    "time",
    "temperature",
    "stirring",
    "metal_to_ligand_ratio",
    "solvent",
    "reductant",
    "ph",
    "additives",
]


@cache
def planned(target: str) -> Plan:
    return plan(target)


@pytest.mark.parametrize(("target", "last", "through"), MADE, ids=[m[0] for m in MADE])
def test_known_targets_are_reached_the_known_way(target: str, last: Transformation, through: str | None) -> None:
    result = planned(target)
    wanted = Nanocluster.parse(target)
    ends = [p for p in result.routes if p.route.steps[-1].transformation is last]
    assert ends
    assert all(p.route.steps[-1].product.cluster == wanted for p in result.routes)
    if through:
        between = {s.product.cluster for p in ends for s in p.route.steps[:-1]}
        assert Nanocluster.parse(through) in between
    reported = [p for p in result.routes if not p.route.steps[-1].support.is_inferred]
    assert reported
    assert all(pr.source.citation for p in reported for pr in p.route.steps[-1].support.precedents)


@pytest.mark.parametrize("target", [m[0] for m in MADE] + ["[Au25(cysteamine)18]-"])
def test_every_step_is_balanced_and_starts_from_what_is_there(target: str) -> None:
    result = planned(target)
    for route in result.routes:
        made = set()
        for planned_step in route.steps:
            step = planned_step.step
            assert step.equation.imbalance() == {}
            assert step.electron_equation.imbalance() == {}
            for reactant in step.main_reactants:
                assert reactant in result.stock or reactant.formula in made
            made.add(step.product.formula)
            assert [a.lever for a in planned_step.settings.advice] == LEVERS
        assert route.route.cost == pytest.approx(sum(route.route.cost_terms.values()))
    assert [r.route.cost for r in result.routes] == sorted(r.route.cost for r in result.routes)


def test_one_never_made_is_inferred_and_says_from_what() -> None:
    result = planned("[Au25(cysteamine)18]-")
    last = result.routes[0].route.steps[-1]
    assert last.support.is_inferred
    assert "Au25" in last.support.inferred_from
    assert last.support.distance > 0
    assert any("inferred" in warning for warning in result.warnings)
    assert not result.card.known


@pytest.mark.parametrize("target", ["[Au25(PET)40]5+", "Au17(PET)3", "Au999(PET)1"])
def test_nonsense_gets_no_route_but_a_reason(target: str) -> None:
    result = planned(target)
    assert not result.routes
    assert result.missing_link
    assert result.nearest_relatives
    assert result.to_dict()["no_route"]["missing_link"]


def test_an_empty_shelf_names_what_to_buy() -> None:
    result = plan("[Au25(PET)18]-", stock=["HAuCl4", "NaBH4"])
    assert not result.routes
    assert "PET" in result.missing_link


def test_the_json_contract_holds_and_is_deterministic() -> None:
    one, two = plan("CdAu24(PET)18", routes=2), plan("CdAu24(PET)18", routes=2)
    document = one.to_dict()
    assert json.dumps(document, sort_keys=True, allow_nan=False) == json.dumps(two.to_dict(), sort_keys=True)
    assert {"target", "routes", "first_experiments", "warnings"} <= document.keys()
    assert document["target"]["valence_electrons"] == 8
    for route in document["routes"]:
        for step in route["steps"]:
            assert {
                "transformation",
                "equation",
                "reactants",
                "products",
                "delta_electrons",
                "inferred",
                "conditions",
                "evidence",
            } <= step.keys()
            assert all({"formula", "coefficient"} <= side.keys() for side in step["reactants"] + step["products"])
            assert all({"citation", "doi"} <= evidence.keys() for evidence in step["evidence"])
    assert len(document["first_experiments"]) >= 4


def test_failures_reported_for_the_target_are_shown() -> None:
    assert planned("[Au25(MHA)18]-").pitfalls
    assert len(planned("[Au25(SG)18]-").pitfalls) > 1, "those whose source states no charge too"


def test_scale_moves_every_amount_alike() -> None:
    small, large = (plan("[Au25(PET)18]-", routes=1, scale=s).routes[0].steps[-1].sheet for s in ("10mg", "100 mg"))
    assert small is not None
    assert large is not None
    for a, b in zip(small.lines, large.lines, strict=True):
        assert (a.reagent, b.mass_mg) == (b.reagent, a.mass_mg and pytest.approx(10 * a.mass_mg))
    with pytest.raises(UnitError, match="mg"):
        plan("[Au25(PET)18]-", scale="10")


def test_stock_is_read_from_names_and_files(tmp_path: Path) -> None:
    path = tmp_path / "shelf.txt"
    path.write_text("HAuCl4\nPET\nNaBH4\nNaOH\n", encoding="utf-8")
    from_file, from_names = as_stock(str(path)), as_stock("HAuCl4, PET, NaBH4, NaOH")
    target = Nanocluster.parse("[Au25(PET)18]-")
    assert plan(target, from_file).routes
    assert [r.route.cost for r in plan(target, from_file).routes] == [
        r.route.cost for r in plan(target, from_names).routes
    ]
    assert as_stock(Stock.bench()) == as_stock("bench")
    assert len(as_stock("bench, [Au25(PET)18]-")) == len(as_stock("bench")) + 1
    with pytest.raises(SuperatomError):
        as_stock("unobtainium")
    with pytest.raises(SuperatomError, match="stock is empty"):
        as_stock("")


def test_an_odd_count_points_to_the_known_charge() -> None:
    card = target_card(Nanocluster.parse("Au25(MHA)18"))
    assert any("[Au25(MHA)18]-" in remark for remark in card.remarks)
    assert card_to_dict(card)["shell"]["charge_to_upper"] == -1
