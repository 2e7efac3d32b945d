"""The network: what reported rows become, and how a target finds its relatives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from superatom.data.records import Conditions, EvidenceLevel, Outcome, Recipe, Source, Transformation
from superatom.routes.network import default_feeds, default_network, ligand_map, network_of, shape, swap
from superatom.structures.ligands import ligand_table
from superatom.structures.nanocluster import Nanocluster
from worlds_routes import BACK, EXCHANGE, FOCUSING, GROWTH, fusion_world, known, precedent

PARSE = Nanocluster.parse


def test_same_reaction_by_two_papers_is_one_edge_with_both() -> None:
    again = replace(GROWTH, id="W099")
    world = network_of((GROWTH, again), [])
    assert [[p.id for p in edge.precedents] for edge in world.edges] == [["W001", "W099"]]


def test_source_without_reductant_supports_the_one_that_names_it() -> None:
    silent = replace(GROWTH, id="W098", conditions=replace(GROWTH.conditions, reductant=""))
    [edge] = network_of((silent, GROWTH), []).edges
    assert edge.reductant == "NaBH4"
    assert {p.id for p in edge.precedents} == {"W001", "W098"}


def test_mixture_in_words_is_traced_to_its_complex() -> None:
    [edge] = network_of((FOCUSING,), []).edges
    assert edge.mixture_of == PARSE("Au(SG)")
    assert edge.starts == ()


def recipe(product: str, start: str = "", reductant: str = "", *, target: str = "", ligand: str = "SG") -> Recipe:
    """Return a successful experiment; everything not given is not stated."""
    return Recipe(
        id="L099",
        series="",
        series_parameter="",
        target=target or product,
        target_cluster=None if target else PARSE(product),
        ligand=ligand,
        metal_salt="",
        starting_material=start,
        conditions=Conditions(reductant=reductant),
        amounts={},
        procedure={},
        outcome=Outcome(success=True, outcome_class="monodisperse", product=product),
        source=Source("paper 99", level=EvidenceLevel.READ_IN_PAPER),
    )


def test_recipe_without_a_stated_way_is_evidence_for_none() -> None:
    silent = recipe("Au38(PET)24")
    [edge] = network_of((FOCUSING,), [], (silent,)).edges
    assert [p.id for p in edge.precedents] == ["W006"]
    [growth] = network_of((GROWTH,), [], (recipe("[Au25(PET)18]-"),)).edges
    assert [p.id for p in growth.precedents] == ["W001"]


def test_reduction_of_what_is_focused_neither_supports_focusing_nor_stands_alone() -> None:
    reduced = recipe("Au38(PET)24", reductant="NaBH4")
    [edge] = network_of((FOCUSING,), [], (reduced,)).edges
    assert [p.id for p in edge.precedents] == ["W006"]
    [alone] = network_of((), [], (reduced,)).edges
    assert (alone.transformation, alone.reductant) == (Transformation.REDUCTION_GROWTH, "NaBH4")


def test_recipe_that_names_the_mixture_supports_its_focusing() -> None:
    etched = recipe("Au38(PET)24", start="Au-SG clusters, unsorted, 82 mg")
    [edge] = network_of((FOCUSING,), [], (etched,)).edges
    assert [p.id for p in edge.precedents] == ["W006", "L099"]


def test_recipe_of_unsorted_clusters_makes_the_mixture() -> None:
    made = recipe("unsorted", target="Au-SG clusters, unsorted", reductant="NaBH4")
    world = network_of((FOCUSING,), [], (made,))
    assert [p.id for p in world.mixtures[PARSE("Au(SG)")]] == ["L099"]


def test_size_without_a_formula_is_read_from_the_outcome() -> None:
    world = network_of((), [], (recipe("Au18 (glutathione)", target="Au NCs"),))
    assert [n for n, _ in world.sizes_with(ligand_table().find("SG"))] == [18]


def test_failed_reactions_are_no_edges() -> None:
    world = network_of((replace(GROWTH, succeeded=False),), [])
    assert world.edges == ()
    assert len(world.failures) == 1


def test_isomers_of_one_formula_are_no_step() -> None:
    turn = precedent(9, Transformation.SURFACE_TRANSFORMATION, ("[Au25(PET)18]-",), ("[Au25(PET)18]-",))
    assert network_of((turn,), []).edges == ()


def test_shape_forgets_which_thiolate_but_not_how_many() -> None:
    assert shape(PARSE("[Au25(PET)18]-")) == shape(PARSE("[Au25(SG)18]-"))
    assert shape(PARSE("[Au25(PET)18]-")) != shape(PARSE("Au25(PET)18"))
    assert shape(PARSE("[Au25(PET)18]-")) != shape(PARSE("[Au25(PhC≡C)18]-"))


def test_ligands_are_mapped_class_by_class() -> None:
    reported, wanted = PARSE("[Au25(PPh3)10(PET)5Cl2]2+"), PARSE("[Au25(PPh3)10(SC6H13)5Br2]2+")
    found = ligand_map(reported, wanted)
    assert found is not None
    names = {a.name: b.name for a, b in found[0].items()}
    assert names == {"PPh3": "PPh3", "PET": "SC6H13", "Cl": "Br"}
    assert found[1] > 0
    assert ligand_map(reported, PARSE("[Au25(PET)18]-")) is None


def test_swap_replaces_named_and_generic_ligands() -> None:
    find = ligand_table().find
    assert swap(PARSE("[Au23(SR)16]-"), {find("SR"): find("PET")}).formula == "[Au23(PET)16]-"
    assert swap(PARSE("Au(SR)"), {find("TBBT"): find("SPh")}).formula == "Au(SPh)"
    assert swap(PARSE("Au38(PET)24"), {find("TBBT"): find("SPh")}).formula == "Au38(PET)24"


@pytest.mark.parametrize(
    ("formula", "feeds"),
    [
        ("[Au25(PET)18]-", ["Au(PET)"]),
        ("[Au13(dppe)5Cl2]3+", ["Au2(dppe)Cl2"]),
        ("[Cu25H22(PPh3)12]+", []),
        ("CdAu24(PET)18", ["Au(PET)"]),
    ],
)
def test_default_feeds(formula: str, feeds: list[str]) -> None:
    assert [feed.formula for feed in default_feeds(PARSE(formula))] == feeds


def test_known_clusters_are_found_by_shape() -> None:
    world = network_of((EXCHANGE, BACK), [known("Au38(PET)24"), known("Au38(SPh)24")])
    assert {k.formula for k in world.known_by_shape[shape(PARSE("Au38(SC12H25)24"))]} == {"Au38(PET)24", "Au38(SPh)24"}
    assert [k.formula for k in fusion_world().made_with(ligand_table().find("PET"))] == [
        "[Au25(PET)18]-",
        "Au38(PET)24",
    ]


def test_packaged_network_holds_the_review_and_every_edge_is_traceable() -> None:
    world = default_network()
    assert len(world.edges) > 80
    assert all(edge.precedents and edge.product not in edge.starts for edge in world.edges)
    assert {edge.transformation for edge in world.edges} >= {
        Transformation.REDUCTION_GROWTH, Transformation.SIZE_FOCUSING, Transformation.SEEDED_GROWTH,
        Transformation.OXIDATIVE_ETCHING, Transformation.LIGAND_EXCHANGE, Transformation.MOTIF_EXCHANGE,
        Transformation.CO_REDUCTION, Transformation.METAL_EXCHANGE, Transformation.INTERCLUSTER_REACTION,
        Transformation.ISOELECTRONIC_CONVERSION, Transformation.CHARGE_CHANGE,
    }  # fmt: skip
