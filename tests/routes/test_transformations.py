"""Backward steps: every reported edge balances, and inferred ones stay within their bounds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superatom.data.records import Transformation
from superatom.errors import BalanceError
from superatom.routes import cost
from superatom.routes.chemicals import cluster_species, mixture_of, of_cluster, oxidation_state, salt
from superatom.routes.equations import step_of
from superatom.routes.network import Edge, default_network
from superatom.routes.transformations import Proposal, proposals, reported
from superatom.structures.ligands import ligand_table
from superatom.structures.nanocluster import Nanocluster

WORLD = default_network()


def of(formula: str) -> tuple[Proposal, ...]:
    return proposals(cluster_species(formula), WORLD)


def ways(formula: str, kind: Transformation) -> list[Proposal]:
    return [p for p in of(formula) if p.transformation is kind]


@pytest.mark.parametrize("edge", WORLD.edges, ids=lambda e: f"{e.transformation.value}-{e.product.formula}")
def test_every_reported_edge_is_proposed_for_its_own_product(edge: Edge) -> None:
    found = [
        p.signature
        for p in proposals(of_cluster(edge.product), WORLD)
        if (p.transformation, p.starts, p.support.precedents) == (edge.transformation, edge.starts, edge.precedents)
    ]
    assert found


def test_nearly_every_reported_edge_balances() -> None:
    """The few that do not involve ligands whose source the paper does not name; they are left out of routes."""
    open_edges = []
    for edge in WORLD.edges:
        for proposal in proposals(of_cluster(edge.product), WORLD):
            if proposal.support.precedents == edge.precedents and proposal.transformation is edge.transformation:
                try:
                    assert step_of(proposal).equation.imbalance() == {}
                except BalanceError:
                    open_edges.append(edge.product.formula)
                break
    assert len(open_edges) <= 0.1 * len(WORLD.edges), open_edges


def test_motif_exchange_adds_two_complexes() -> None:
    [best, *_] = ways("[Au25(p-MBA)18]-", Transformation.MOTIF_EXCHANGE)
    assert str(step_of(best).equation) == "[Au23(p-MBA)16]- + 2 Au(p-MBA) → [Au25(p-MBA)18]-"


def test_seeded_growth_takes_six_electrons_from_au25_to_au38() -> None:
    [best, *_] = ways("Au38(PET)24", Transformation.SEEDED_GROWTH)
    step = step_of(best)
    assert step.delta_electrons == 6
    assert step.reductant == "CO"


def test_core_conversion_says_where_electrons_and_metal_go() -> None:
    [best] = [p for p in ways("Au36(TBBT)24", Transformation.LIGAND_EXCHANGE) if "R051" in str(p.support.precedents)]
    step = step_of(best)
    assert step.delta_electrons == -2
    assert any("acceptor" in remark for remark in step.support.remarks)
    seed = Nanocluster.parse("[Au23(S-c-C6H11)16]-")
    [conversion] = [step_of(p) for p in ways("Au28(TBBT)20", Transformation.LIGAND_EXCHANGE) if p.starts == (seed,)]
    assert any("5 Au(TBBT)" in remark and "1.22 times" in remark for remark in conversion.support.remarks)


def test_cadmium_enters_for_gold_without_electrons() -> None:
    [best, *_] = ways("CdAu24(PET)18", Transformation.METAL_EXCHANGE)
    assert str(step_of(best).equation) == "[Au25(PET)18]- + Cd(PET)2 → CdAu24(PET)18 + [Au(PET)2]-"


def test_alloying_of_two_clusters_follows_their_ratio() -> None:
    [best] = ways("[Ag5Au20(PET)18]-", Transformation.INTERCLUSTER_REACTION)
    assert str(step_of(best).equation) == "4 [Au25(PET)18]- + [Ag25(PET)18]- → 5 [Au20Ag5(PET)18]-"


def test_exchange_that_brings_in_nothing_new_is_not_proposed() -> None:
    pet = ligand_table().find("PET")
    assert all(
        pet not in dict(s.ligands) for p in ways("Au36(PET)24", Transformation.LIGAND_EXCHANGE) for s in p.starts
    )


def test_bulky_ligand_exchange_warns_of_core_conversion() -> None:
    exchanges = [p for p in ways("Au38(TBBT)24", Transformation.LIGAND_EXCHANGE) if p.support.is_inferred]
    assert any("change the core" in remark for p in exchanges for remark in p.support.remarks)


def test_mixed_thiolates_come_from_the_homoleptic_cluster() -> None:
    [found] = ways("[Au25(PET)15(SC6H13)3]-", Transformation.LIGAND_EXCHANGE)
    assert str(step_of(found).equation) == (
        "[Au25(PET)18]- + 3 HSC6H13 → [Au25(PET)15(SC6H13)3]- + 3 H(PET)"
    )  # fmt: skip
    assert any("distribution" in remark for remark in found.support.remarks)


def test_complexation_of_gold_needs_gold_one_for_alkynes() -> None:
    sources = [p.precursors[0] for p in of("Au(PhC≡C)")]
    assert salt("Me2SAuCl") in sources
    assert {oxidation_state(source) for source in sources} == {1}
    assert of("Au(PET)")[0].precursors[0] == salt("HAuCl4")


def test_mixture_has_no_equation_of_its_own_and_says_so() -> None:
    feed = Nanocluster.parse("Au(SG)")
    [proposal] = proposals(mixture_of(feed), WORLD)
    step = step_of(proposal)
    assert step.equation.reactants == ()
    assert any("no equation of its own" in remark for remark in step.support.remarks)


def test_mixture_step_takes_the_reductant_its_own_recipe_states() -> None:
    [proposal] = proposals(mixture_of(Nanocluster.parse("Au(PPh3)Cl")), WORLD)
    assert proposal.support.precedents[0].id == "L004"
    assert not any("assumed" in remark for remark in proposal.support.remarks)


def test_focusing_is_not_moved_to_a_ligand_that_is_reported_to_give_another_cluster() -> None:
    """Au-PPh3 particles give Au25(SG)18 with glutathione, but the bi-icosahedron with PET."""
    phosphine = Nanocluster.parse("Au(PPh3)Cl")
    assert phosphine not in {p.mixture_of for p in of("[Au25(PET)18]-")}
    assert phosphine not in {p.mixture_of for p in of("[Au25(SC6H13)18]-")}
    assert phosphine in {p.mixture_of for p in of("[Au25(SG)18]-")}
    assert phosphine in {p.mixture_of for p in of("[Au25(PPh3)10(SC6H13)5Cl2]2+")}


def test_step_reported_in_water_is_farther_for_a_ligand_that_keeps_out_of_it() -> None:
    def seeded(formula: str) -> Proposal:
        return next(p for p in ways(formula, Transformation.SEEDED_GROWTH) if p.support.precedents[0].id == "R030")

    oily, soluble = seeded("Au38(PET)24"), seeded("Au38(p-MBA)24")
    assert any("do not dissolve" in remark for remark in oily.support.remarks)
    assert not any("do not dissolve" in remark for remark in soluble.support.remarks)
    assert oily.support.distance >= reported.OTHER_MEDIUM


def test_size_made_with_the_ligand_in_a_recipe_is_a_warning() -> None:
    direct = ways("[Au25(cysteamine)18]-", Transformation.REDUCTION_GROWTH)
    assert any("Au18 (cysteamine)" in remark for remark in direct[0].support.remarks)


def test_co_reduction_says_what_has_to_be_separated_and_that_the_cluster_is_reported() -> None:
    [platinum, *_] = ways("PtAu24(PET)18", Transformation.CO_REDUCTION)
    [palladium, *_] = ways("PdAu24(PET)18", Transformation.CO_REDUCTION)
    for proposal in (platinum, palladium):
        assert any("fractionation" in remark for remark in proposal.support.remarks)
    assert any("itself is reported" in remark for remark in palladium.support.remarks)
    assert not any("itself is reported" in remark for remark in platinum.support.remarks)


def test_core_change_by_another_incoming_ligand_is_no_warning() -> None:
    """R147 brings TBBT in and keeps PET: no word against PET itself."""
    starts = {Nanocluster.parse("[Au25(SG)18]-")}
    [back, *_] = [p for p in ways("[Au25(PET)18]-", Transformation.LIGAND_EXCHANGE) if set(p.starts) == starts]
    assert not any("R147" in remark for remark in back.support.remarks)


def test_nothing_is_proposed_for_an_unknown_composition() -> None:
    assert of("[Au25(PET)40]5+") == ()
    assert of("Au17(PET)13") == ()


THIOLATES = [x.name for x in ligand_table() if x.ligand_class == "thiolate" and not x.is_generic and x.denticity == 1]


@settings(max_examples=15, deadline=None)
@given(
    ligand=st.sampled_from(THIOLATES),
    core=st.sampled_from(["[Au25({})18]-", "Au38({})24", "Au36({})24", "[Ag44({})30]4-"]),
)
def test_any_thiolate_on_a_known_core_gives_balanced_steps_with_reasons(ligand: str, core: str) -> None:
    for proposal in of(core.format(ligand)):
        assert proposal.cost > 0
        assert set(proposal.terms) == set(cost.TERMS)
        assert proposal.support.precedents or proposal.support.inferred_from
        if proposal.support.is_inferred and proposal.transformation is not Transformation.COMPLEXATION:
            assert proposal.support.distance > 0
            assert proposal.support.inferred_from
        assert step_of(proposal).equation.imbalance() == {}
