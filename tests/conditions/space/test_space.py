"""Spaces: what can be set, what is legal, how many there are, and documents."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superatom.conditions.space import SPACE, Constraint, Parameter, Space
from superatom.conditions.space.chemistry import describe
from superatom.conditions.space.encoding import Encoding
from superatom.conditions.space.sampling import sample, spread
from superatom.errors import DocumentError, SpaceError, SuperatomError, UnknownNameError


def robot() -> Space:
    """Three solutions that fill a vial of 1000 uL, dispensed in steps of 5 uL, at least 20 uL or none."""
    names = ("metal_uL", "ligand_uL", "water_uL")
    volumes = tuple(Parameter.continuous(n, 0, 1000, unit="uL", step=5, minimum_dose=20) for n in names)
    return Space(
        (*volumes, Parameter.categorical("order", ["metal first", "ligand first"])),
        (
            Constraint.mixture(names, 1000),
            Constraint.ratio("ligand_uL", "metal_uL", low=1, high=4),
            Constraint.linear({"metal_uL": 1}, low=50),
        ),
    )


def test_levels_are_what_the_robot_can_dispense() -> None:
    parameter = Parameter.continuous("v_uL", 0, 50, unit="uL", step=4, minimum_dose=10)
    assert parameter.levels.tolist() == [0, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48]
    assert parameter.n_levels == len(parameter.levels)
    assert parameter.is_legal(np.array([0.0, 4.0, 12.0, 13.0, 50.0])).tolist() == [True, False, True, False, False]
    assert parameter.rounded(np.array([1.0, 9.0, 13.9, 99.0])).tolist() == [0, 12, 12, 48]


@given(
    low=st.floats(0, 100),
    width=st.floats(0.1, 1000),
    n=st.integers(1, 40),
    dose=st.floats(0.01, 1),
    numbers=st.lists(st.floats(-2000, 2000), min_size=1, max_size=8),
)
@settings(deadline=None, max_examples=60)
def test_rounding_gives_legal_settings_and_counts_agree(
    low: float, width: float, n: int, dose: float, numbers: list[float]
) -> None:
    step = width / n
    parameter = Parameter.continuous("x", low, low + n * step, step=step, minimum_dose=low + dose * n * step)
    rounded = parameter.rounded(np.array(numbers))
    assert parameter.is_legal(rounded).all()
    assert parameter.is_legal(parameter.levels).all()
    assert parameter.n_levels == len(parameter.levels)


@given(low=st.floats(1e-3, 10), factor=st.floats(1.5, 1e4), share=st.floats(0, 1))
def test_the_unit_cube_is_undone(low: float, factor: float, share: float) -> None:
    for is_log in (False, True):
        parameter = Parameter.continuous("x", low, low * factor, is_log=is_log)
        assert parameter.to_unit(parameter.at_share(np.array([share])))[0] == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Parameter.continuous("t", 60, 0), "60 to 0"),
        (lambda: Parameter.continuous("t", 0, math.inf), "finite bounds"),
        (lambda: Parameter.continuous("t", 0, 1, is_log=True), "above zero"),
        (lambda: Parameter.continuous("t", 0, 1, step=2), "step of 2"),
        (lambda: Parameter.continuous("t", 0, 1, minimum_dose=3), "minimum dose of 3"),
        (lambda: Parameter.continuous("t", 0, 50, step=20, minimum_dose=45), "no step between"),
        (lambda: Parameter.integer("n", 0, 5, step=0.5), "integer"),  # type: ignore[arg-type]
        (lambda: Parameter.categorical("s", ["a", "a"]), "different options"),
        (lambda: Parameter.categorical("s", []), "none"),
        (lambda: Parameter.chemical("s", ["a", "b"], descriptors={"d": [1.0]}), "one finite number per option"),
        (lambda: Parameter.chemical("s", ["unobtainium acid"]), "no SMILES"),
        (lambda: Space(()), "none"),
        (lambda: Space((Parameter.integer("a", 0, 1), Parameter.integer("a", 0, 1))), "a, a"),
        (lambda: Space((Parameter.categorical("a", ["x"]),), (Constraint.mixture(["a"]),)), "not one: a"),
        (lambda: Constraint.linear({"a": 1}), "finite bound"),
        (lambda: Constraint.ratio("a", "b", low=3, high=2), "low before high"),
        (lambda: Space.of_table({"a": [1, "x"]}), "mixes numbers and text"),
    ],
)
def test_what_contradicts_itself_is_refused_in_one_sentence(make: object, says: str) -> None:
    with pytest.raises(SuperatomError, match=says):
        make()  # type: ignore[operator]


def test_a_huge_space_is_counted_and_refused_without_being_built() -> None:
    space = Space(tuple(Parameter.integer(f"x{i}", 1, 1000) for i in range(5)))
    tracemalloc.start()
    with pytest.raises(SpaceError, match=r"about 10\^15 candidates; at most 1,000,000"):
        space.candidates()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
    assert Space((Parameter.continuous("t", 0, 1),)).n_candidates == math.inf


def test_candidates_meet_the_constraints() -> None:
    names = ("a", "b", "c")
    space = Space(tuple(Parameter.continuous(n, 0, 1, step=0.25) for n in names), (Constraint.mixture(names),))
    points = space.candidates()
    assert len(points) == 15
    assert np.allclose(points.sum(axis=1), 1)


def test_samples_of_a_constrained_robot_are_legal_spread_and_seeded() -> None:
    space = robot()
    points = sample(space, 12, seed=3)
    assert space.is_legal(points).all()
    assert len(np.unique(points, axis=0)) == 12
    assert np.array_equal(points, sample(space, 12, seed=3))
    assert not np.array_equal(points, sample(space, 12, seed=4))
    assert np.allclose(points[:, :3].sum(axis=1), 1000)


def test_a_space_without_legal_settings_says_which_constraints() -> None:
    space = Space((Parameter.continuous("a", 0, 1),), (Constraint.linear({"a": 1}, low=2),))
    with pytest.raises(SpaceError, match="2 <= a"):
        sample(space, 3, seed=0)


def test_why_illegal_names_each_reason() -> None:
    clauses = robot().why_illegal({"metal_uL": 12, "ligand_uL": 1500, "water_uL": 0, "order": "metal first"})
    assert clauses[0] == "metal_uL 12 uL cannot be set; the nearest is 20 uL"
    assert clauses[1] == "ligand_uL 1500 uL is outside 0 to 1000 uL"
    assert any("metal_uL + ligand_uL + water_uL = 1000 is not met" in clause for clause in clauses)
    with pytest.raises(SpaceError, match="Did you mean metal first"):
        robot().to_points([{"metal_uL": 0, "ligand_uL": 0, "water_uL": 0, "order": "metal frist"}])
    with pytest.raises(SpaceError, match="no setting for order"):
        robot().to_points([{"metal_uL": 0, "ligand_uL": 0, "water_uL": 0}])


def test_a_table_is_the_whole_space() -> None:
    space = Space.of_table({"t": [20.0, 40.0, 60.0], "s": ["THF", "THF", "toluene"]})
    assert space.n_candidates == 3
    assert {tuple(row) for row in sample(space, 3, seed=0).tolist()} == {tuple(r) for r in space.candidates().tolist()}
    with pytest.raises(SpaceError, match="no row of the table"):
        Space(space.parameters, (Constraint.linear({"t": 1}, high=5),), space.table)


@pytest.mark.parametrize(
    "space", [robot(), Space.of_table({"t": [1.0, 2.0], "s": ["THF", "water"]})], ids=["robot", "table"]
)
def test_documents_round_trip(space: Space) -> None:
    assert SPACE.from_text(SPACE.to_text(space)) == space


def test_a_chemical_space_keeps_its_numbers_in_the_document() -> None:
    space = Space((Parameter.chemical("ligand", ["PET", "TBBT", "p-MBA"]),))
    assert "MolLogP" in space.parameters[0].descriptors
    assert SPACE.from_text(SPACE.to_text(space)) == space
    broken = SPACE.to_document(space)
    broken["parameters"][0]["kind"] = "colour"
    with pytest.raises(DocumentError, match="colour"):
        SPACE.from_document(broken)


def test_descriptors_come_from_the_tables_and_are_never_filled_in() -> None:
    solvents = describe(["THF", "toluene", "methanol"])
    assert solvents["dielectric_constant"] == (7.58, 2.38, 32.66)
    reductants = describe(["NaBH4", "CO"])
    assert "electrons_delivered" in reductants
    assert all(len(values) == 2 for values in reductants.values())
    halides = describe(["Cl", "Br", "I"])
    assert halides["atomic_number"] == (17, 35, 53)
    with pytest.raises(UnknownNameError, match="wibble"):
        describe(["THF", "wibble"])


def test_like_chemicals_lie_closer_than_unlike_ones() -> None:
    options = ["methanol", "ethanol", "toluene", "hexane"]
    features = Encoding(Space((Parameter.chemical("s", options),)))(np.arange(4.0)[:, None])

    def apart(i: int, j: int) -> float:
        return float(np.linalg.norm(features[i] - features[j]))

    assert apart(0, 1) < apart(0, 2)
    pairs = [apart(i, j) ** 2 for i in range(4) for j in range(i)]
    assert np.mean(pairs) == pytest.approx(2.0)  # 1 for another name, 1 on average for other descriptors


def test_descriptors_that_are_the_same_for_all_options_say_nothing() -> None:
    parameter = Parameter.chemical("a", ["x", "y"], descriptors={"d": [1.0, 1.0]})
    assert [block.kind for block in Encoding(Space((parameter,))).blocks] == ["identity"]


@given(st.integers(0, 1000), st.integers(1, 6))
@settings(deadline=None, max_examples=20)
def test_an_even_choice_never_repeats(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    cube = Space(tuple(Parameter.continuous(name, 0, 1) for name in "xyz"))
    chosen = spread(cube, rng.random((10, 3)), n, rng)
    assert len(set(chosen)) == n
