"""The search: best routes in tiny worlds, and plans a chemist expects from the packaged knowledge base."""

from __future__ import annotations

import pytest

from superatom.data.records import Route, Transformation
from superatom.errors import ChemistryError
from superatom.routes.balance import delta_electrons
from superatom.routes.network import network_of
from superatom.routes.search import RouteSearch, find_routes
from superatom.routes.stock import Stock
from superatom.structures.nanocluster import Nanocluster
from worlds_routes import fusion_world, known, precedent, two_ways_world

SHELF = ["HAuCl4", "PET", "TBBT", "NaBH4", "GSH"]
ACCEPTANCE = (
    "[Au25(PET)18]-", "[Au25(SG)18]-", "Au38(PET)24", "Au36(TBBT)24", "[Au23(S-c-C6H11)16]-", "Au28(TBBT)20",
    "Au22(SG)18", "Au144(PET)60", "[PtAu24(PET)18]", "CdAu24(PET)18", "[Ag44(p-MBA)30]4-", "[Au13(dppe)5Cl2]3+",
    "[Au25(cysteamine)18]-", "[Cu25H22(PPh3)12]+",
)  # fmt: skip


def search(formula: str, **options: object) -> RouteSearch:
    return find_routes(Nanocluster.parse(formula), **options)  # type: ignore[arg-type]


def kinds(route: Route) -> list[str]:
    return [step.transformation.value for step in route.steps]


def products(route: Route) -> list[str]:
    return [step.product.formula for step in route.steps]


def check_sound(route: Route, stock: Stock) -> None:
    """Everything used is in stock or made before; everything is balanced; electrons and costs add up."""
    made = set(stock.species)
    for step in route.steps:
        assert set(step.main_reactants) <= made, step
        made.add(step.product)
        for equation in (step.equation, step.electron_equation):
            assert equation.reactants
            assert equation.imbalance() == {}
        assert step.support.precedents or step.support.inferred_from
        assert step.support.distance >= 0
        if step.product.kind != "mixture":
            assert delta_electrons(step.electron_equation, step.product) == step.delta_electrons
    assert products(route)[-1] == route.target.formula
    assert len(set(products(route))) == len(route.steps)
    assert sum(route.cost_terms.values()) == pytest.approx(route.cost, abs=1e-3)


# tiny worlds


def test_the_only_way_is_found_in_order() -> None:
    found = search("Au36(TBBT)24", stock=Stock.of(SHELF), network=fusion_world())
    assert kinds(found.routes[0]) == [
        "complexation", "reduction_growth", "charge_change", "intercluster_reaction", "ligand_exchange",
    ]  # fmt: skip
    check_sound(found.routes[0], Stock.of(SHELF))


def test_a_shorter_way_comes_first_and_both_are_shown() -> None:
    found = search("Au36(TBBT)24", stock=Stock.of(SHELF), network=two_ways_world())
    through = [products(route)[-2] for route in found.routes]
    assert through[0] == "Au38(PET)24"
    assert "size_focusing" in kinds(found.routes[0])
    assert any("intercluster_reaction" in kinds(route) for route in found.routes)
    assert [r.cost for r in found.routes] == sorted(r.cost for r in found.routes)


def test_a_cluster_in_stock_shortens_the_route() -> None:
    stock = Stock.of([*SHELF, "Au38(PET)24"])
    found = search("Au36(TBBT)24", stock=stock, network=fusion_world())
    assert kinds(found.routes[0]) == ["ligand_exchange"]


def test_target_in_stock_needs_nothing() -> None:
    stock = Stock.of(["[Au25(PET)18]-"])
    found = search("[Au25(PET)18]-", stock=stock, network=fusion_world())
    assert found.routes[0].steps == ()
    assert found.routes[0].cost == 0


def test_no_route_when_the_shelf_lacks_something_says_what() -> None:
    found = search("[Au25(PET)18]-", stock=Stock.of(["HAuCl4", "PET"]), network=fusion_world())
    assert found.routes == ()
    assert "NaBH4" in found.missing_link
    assert "PET" not in found.missing_link.replace("[Au25(PET)18]-", "")


def test_too_few_steps_are_named() -> None:
    found = search("Au36(TBBT)24", stock=Stock.of(SHELF), network=fusion_world(), max_steps=4)
    assert found.routes == ()
    assert "5 steps" in found.missing_link


def test_circles_do_not_trap_the_search() -> None:
    circle = [
        precedent(1, Transformation.LIGAND_EXCHANGE, ("Au38(PET)24",), ("Au36(TBBT)24",)),
        precedent(2, Transformation.LIGAND_EXCHANGE, ("Au36(TBBT)24",), ("Au38(PET)24",)),
    ]
    found = search("Au36(TBBT)24", stock=Stock.of(SHELF), network=network_of(circle, []))
    assert found.routes == ()


def test_reported_failure_warns_and_costs() -> None:
    seed = "[Au13(dppp)4Cl4]+"
    works = precedent(1, Transformation.SEEDED_GROWTH, (seed, "Au(SR)"), ("[Au25(SR)18]-",), reductant="NaBH4")
    fails = precedent(2, Transformation.SEEDED_GROWTH, (seed, "Au(PET)"), (), reductant="NaBH4", succeeded=False)
    stock = Stock.of([*SHELF, seed, "thiophenol"])
    world = network_of((works, fails), [known(seed)])
    bad = search("[Au25(PET)18]-", stock=stock, network=world).routes[0]
    good = search("[Au25(SPh)18]-", stock=stock, network=world).routes[0]
    assert bad.cost_terms["warnings"] > good.cost_terms["warnings"] == 0
    assert any("fail" in remark for step in bad.steps for remark in step.support.remarks)


# the packaged knowledge base


@pytest.mark.parametrize("formula", ACCEPTANCE)
def test_acceptance_targets_get_sound_routes(formula: str) -> None:
    found = search(formula)
    assert found.routes
    for route in found.routes:
        check_sound(route, Stock.bench())
        assert len(route.steps) <= 6


@pytest.mark.parametrize(
    ("formula", "reaction"),
    [
        ("[Au25(PET)18]-", "R101"), ("[Au25(SG)18]-", "R010"), ("Au36(TBBT)24", "R051"), ("Au28(TBBT)20", "R061"),
        ("[Au23(S-c-C6H11)16]-", "R133"), ("Au22(SG)18", "R011"), ("Au144(PET)60", "R132"), ("CdAu24(PET)18", "R085"),
        ("[PtAu24(PET)18]", "R074"), ("[Ag44(p-MBA)30]4-", "R016"), ("[Au13(dppe)5Cl2]3+", "R029"),
        ("[Cu25H22(PPh3)12]+", "R124"),
    ],
)  # fmt: skip
def test_reported_targets_rest_on_their_paper(formula: str, reaction: str) -> None:
    best = search(formula).routes[0]
    last = best.steps[-1]
    assert not last.support.is_inferred
    assert reaction in {p.id for p in last.support.precedents}


def test_au25_pet_is_made_as_in_the_textbook() -> None:
    best, *others = search("[Au25(PET)18]-").routes
    assert kinds(best) == ["complexation", "reduction_growth"]
    assert str(best.steps[0].equation) == "HAuCl4 + 3 H(PET) → Au(PET) + (PET)2 + 4 HCl"
    assert str(best.steps[1].electron_equation) == "32 Au(PET) + 8 e- → [Au25(PET)18]- + 7 [Au(PET)2]-"
    assert best.steps[1].reductant == "NaBH4"
    assert any("motif_exchange" in kinds(route) for route in others)


def test_au38_has_focusing_seeded_growth_and_fusion() -> None:
    routes = search("Au38(PET)24", n_routes=8).routes
    used = {kind for route in routes for kind in kinds(route)}
    assert {"size_focusing", "seeded_growth", "intercluster_reaction"} <= used
    fusion = next(s for r in routes for s in r.steps if s.transformation is Transformation.INTERCLUSTER_REACTION)
    assert str(fusion.equation) == "2 Au25(PET)18 → Au38(PET)24 + 12 Au(PET)"


def test_never_made_thiolate_is_inferred_and_says_from_what() -> None:
    step = search("[Au25(cysteamine)18]-").routes[0].steps[-1]
    assert step.support.is_inferred
    assert step.support.distance > 0
    assert "[Au25(" in step.support.inferred_from
    assert "cysteamine" in step.support.inferred_from


def test_bulky_thiolate_costs_more_and_warns_of_other_sizes() -> None:
    plain, bulky = search("[Au25(SC8H17)18]-").routes[0], search("[Au25(S-tBu)18]-").routes[0]
    assert bulky.cost > plain.cost + 1
    assert any("other sizes" in remark for step in bulky.steps for remark in step.support.remarks)


def test_dopant_site_and_mixtures_are_said() -> None:
    said = " ".join(r for route in search("[AgAu24(PET)18]-").routes for s in route.steps for r in s.support.remarks)
    assert "icosahedral" in said
    assert "HPLC" in said
    platinum = search("[PtAu24(PET)18]").routes[0].steps[-1]
    assert any("centre" in remark for remark in platinum.support.remarks)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("[Au25(PET)40]5+", "valence electrons"),
        ("Au25(PET)2", "ligands per metal|No cluster"),
        ("Au17(PET)13", "nothing to infer"),
        ("Au60(TBBT)36", "predicted"),
        ("[Au25(SR)18]-", "name one"),
    ],
)
def test_nonsense_unknown_and_predicted_targets_get_no_route_but_relatives(formula: str, said: str) -> None:
    found = search(formula)
    assert found.routes == ()
    assert any(word in found.missing_link for word in said.split("|"))
    assert any(relative.is_reachable for relative in found.nearest_relatives)
    assert all(relative.reason for relative in found.nearest_relatives)


def test_reductant_not_on_the_shelf_changes_the_route() -> None:
    stock = Stock.of(["HAuCl4", "GSH", "NaBH4"])  # no CO
    best = search("[Au25(SG)18]-", stock=stock).routes[0]
    assert all(step.reductant in ("", "NaBH4") for step in best.steps)


def test_another_salt_of_the_metal_is_used_when_the_usual_one_is_missing() -> None:
    stock = Stock.of(["KAuCl4", "PET", "NaBH4"])
    assert "KAuCl4" in str(search("[Au25(PET)18]-", stock=stock).routes[0].steps[0].equation)


def test_routes_differ_and_are_the_same_every_time() -> None:
    first, second = search("Au36(TBBT)24", n_routes=6), search("Au36(TBBT)24", n_routes=6)
    assert first == second
    ways = [tuple(sorted(set(zip(kinds(r), products(r), strict=True)))) for r in first.routes]
    assert len(set(ways)) == len(ways)


def test_limits_are_checked() -> None:
    with pytest.raises(ChemistryError, match="1 or more"):
        search("[Au25(PET)18]-", max_steps=0)
    with pytest.raises(ChemistryError, match="no ligands"):
        search("Au25")
