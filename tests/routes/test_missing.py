"""Why there is no route: sentences and relatives."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from superatom.routes.chemicals import is_feed
from superatom.routes.missing import distance, formula_doubts
from superatom.routes.network import default_network, shape
from superatom.routes.search import find_routes
from superatom.structures.ligands import ligand_table
from superatom.structures.nanocluster import Nanocluster

PARSE = Nanocluster.parse


def test_doubts_about_a_formula() -> None:
    assert formula_doubts(PARSE("[Au25(PET)18]-")) == []
    assert any("-20" in doubt for doubt in formula_doubts(PARSE("[Au25(PET)40]5+")))
    assert any("odd" in doubt for doubt in formula_doubts(PARSE("Au25(PET)18")))
    assert any("per metal" in doubt for doubt in formula_doubts(PARSE("Au40(PET)4")))
    assert any("complex" in doubt for doubt in formula_doubts(PARSE("Au(PET)")))


def test_distance_orders_relatives_as_a_chemist_would() -> None:
    target = PARSE("[Au25(PET)18]-")
    order = ["[Au25(SG)18]-", "Au24(PET)20", "Au38(PET)24", "Au144(PET)60", "[Ag44(p-MBA)30]4-"]
    measured = [distance(target, PARSE(f)) for f in order]
    assert measured == sorted(measured)
    assert distance(target, target) == 0


def test_relatives_come_reachable_first() -> None:
    found = find_routes(PARSE("Au17(PET)13"))
    reachable = [relative.is_reachable for relative in found.nearest_relatives]
    assert reachable[0]
    assert reachable == sorted(reachable, reverse=True)


@settings(max_examples=25, deadline=None)
@given(
    metal=st.sampled_from(["Au", "Ag", "Cu", "Pd"]),
    n=st.integers(3, 150),
    ligands=st.integers(1, 120),
    charge=st.integers(-5, 5),
    name=st.sampled_from(["PET", "SG", "PPh3", "PhC≡C", "S-Adm"]),
)
def test_no_made_up_composition_gets_a_route(metal: str, n: int, ligands: int, charge: int, name: str) -> None:
    """A route needs a reported composition of that shape, give or take one electron; anything else gets relatives."""
    world = default_network()
    target = Nanocluster.of({metal: n}, {ligand_table().find(name): ligands}, charge)
    assume(not is_feed(target))  # a gold(I) thiolate oligomer is a complex, and complexes are easily made
    known = {*world.by_shape, *world.known_by_shape}
    near = any(shape(target.with_charge(charge + q)) in known for q in (-1, 0, 1))
    found = find_routes(target, n_routes=1)
    assert found.routes == () or near
    assert found.routes or (found.missing_link and found.nearest_relatives)
