from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from superatom.errors import ChemistryError, StructureError
from superatom.structures.assembly.assemble import assemble
from superatom.structures.assembly.blueprint import Assembly, Blueprint
from superatom.structures.assembly.graft import graft
from superatom.structures.structure import Structure

LANTERN = Blueprint("lantern", ("Pd", "Pd", "Au", "Au", "Au", "Au"), (("thiolate", "SCH3"), ("phosphine", "PMe3")))
BIPYRAMID = Blueprint(
    "cp_bipyramid", ("Ru", "Ru", *("Au",) * 5), (("cp", "Cp"), ("phosphine", "PH3"), ("halide", "Cl"))
)


def small(blueprint: Blueprint = LANTERN) -> Structure:
    return assemble(blueprint, 3).structure


def donors(assembly: Assembly) -> list[tuple[str, tuple[float, ...]]]:
    s = assembly.structure
    return [(s.symbols[i], tuple(s.positions[i])) for i in assembly.fixed]


def test_metals_and_donors_stay_and_the_rest_is_new() -> None:
    before = small()
    after = graft(before, LANTERN, {"thiolate": "PET"}, 1)
    assert dict(after.blueprint.ligands) == {"thiolate": "PET", "phosphine": "PMe3"}
    assert after.structure.formula == "Au4Pd2C70H90P2S8"
    kept = [(s, tuple(x)) for s, x in zip(before.symbols, before.positions, strict=True) if s in ("Pd", "Au", "S", "P")]
    assert donors(after) == kept
    assert len(after.fixed) == 6 + 8 + 2
    assert after.structure.charge == 0


def test_the_order_is_that_of_assemble() -> None:
    after = graft(small(), LANTERN, {"phosphine": "PPh3"}, 1)
    again = assemble(after.blueprint, 3)
    assert after.structure.symbols == again.structure.symbols


def test_untouched_ligands_keep_every_atom() -> None:
    before = small()
    after = graft(before, LANTERN, {"phosphine": "PPh3"}, 1).structure
    n = 6 + 8 * 5  # metals and SCH3
    assert (after.positions[:n] == before.positions[:n]).all()


def test_a_new_ligand_points_where_the_old_one_pointed() -> None:
    before = small()
    after = graft(before, LANTERN, {"thiolate": "PET"}, 1).structure
    pointers = []
    for structure, size in ((before, 5), (after, 18)):
        bodies = structure.positions[6 : 6 + 8 * size].reshape(8, size, 3)
        arms = bodies[:, 1:] - bodies[:, :1]
        lengths = np.linalg.norm(arms, axis=-1)
        pointers.append(arms[range(8), lengths.argmin(axis=1)] / lengths.min(axis=1)[:, None])
    np.testing.assert_allclose(np.einsum("ix,ix->i", *pointers), 1, atol=1e-6)


def test_cp_becomes_cp_star_in_the_same_plane() -> None:
    before = small(BIPYRAMID)
    after = graft(before, BIPYRAMID, {"cp": "Cp*", "phosphine": "PMe3"}, 2).structure
    assert Counter(after.symbols) == Counter({"Au": 5, "Ru": 2, "C": 29, "H": 57, "P": 3, "Cl": 2})
    for metal in (0, 1):
        rings = [np.sort(np.linalg.norm(s.positions - s.positions[metal], axis=1))[1:6] for s in (before, after)]
        np.testing.assert_allclose(rings[0], rings[1], atol=0.02)


def test_eight_triphenylphosphines_find_room_round_ten_metals() -> None:
    crowded = Blueprint("centred9", ("Pd", *("Au",) * 9), (("phosphine", "PMe3"),))
    after = graft(small(crowded), crowded, {"phosphine": "PPh3"}, 1)
    assert Counter(b.name for b in after.structure.partition.ligands) == {"PPh3": 8}
    assert after.clash_A2 < 40


def test_the_seed_decides() -> None:
    one, same, other = (graft(small(), LANTERN, {"thiolate": "PET"}, seed).structure.positions for seed in (1, 1, 2))
    assert one.tobytes() == same.tobytes()
    assert not np.allclose(one, other)


def test_a_moved_and_turned_core_is_grafted_as_well() -> None:
    before = small()
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    turned = replace(before, positions=before.positions @ turn + 5.0)
    after = graft(turned, LANTERN, {"thiolate": "SPh"}, 1)
    assert after.structure.formula == "Au4Pd2C54H58P2S8"
    assert after.clash_A2 < 40


def test_bad_input_is_refused_in_one_sentence() -> None:
    with pytest.raises(ChemistryError, match=r"no ligand to replace in the role halide; roles there are: thiolate"):
        graft(small(), LANTERN, {"halide": "Cl"}, 1)
    with pytest.raises(ChemistryError, match=r"PMe3 binds through P, SCH3 through S"):
        graft(small(), LANTERN, {"thiolate": "PMe3"}, 1)
    with pytest.raises(StructureError, match=r"legal are the metals of the blueprint in their order, Pt Pd Au"):
        graft(small(), replace(LANTERN, metals=("Pt", *LANTERN.metals[1:])), {"thiolate": "PET"}, 1)
    with pytest.raises(StructureError, match=r"no whole ligand of the blueprint \(SPh, PMe3\)"):
        graft(small(), replace(LANTERN, ligands=(("thiolate", "SPh"), ("phosphine", "PMe3"))), {"thiolate": "PET"}, 1)
