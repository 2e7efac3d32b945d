"""Designs: typed keys, one sentence for what is wrong; items are seeded by their ids, and shuffled fairly."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import worlds_labelling as world
from superatom.errors import DesignError, UnknownNameError
from superatom.physics.labelling.design import Design, parse_design, read_design
from superatom.physics.labelling.items import WorkItem, expand, lineage, select, work_order

FAMILY = {"topology": "lantern", "host": "Au", "dopants": ["Pd"], "placements": ["axial2"],
          "ligands": [{"thiolate": "SH"}]}  # fmt: skip


def design(*families: dict[str, Any], **top: Any) -> Design:
    tables = [{**FAMILY, **family} for family in families] or [FAMILY]
    return parse_design({"name": "toy", "tier": "A", "seed": 1, **top, "family": tables})


def items(*families: dict[str, Any], **top: Any) -> dict[str, WorkItem]:
    return expand(design(*families, **top), Path())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"placement": ["axial2"]}, r"family 1: unknown key 'placement'\. Did you mean placements"),
        ({"isomers": 0}, "isomers must be a whole number, one or more, not 0"),
        ({"isomers": True}, "isomers must be a whole number"),
        ({"dopants": "Pd"}, "dopants must be a list"),
        ({"dopants": ["Pd", "Pd"]}, "dopants must be a list of different"),
        ({"dopants": None}, "dopants must be a list"),
        ({"host": ""}, "host must be an element in quotes"),
        ({"dopant_pairs": [["Cu", "Zn"]]}, "either host and dopants, or dopant_pairs"),
        ({"ligands": [{"thiolate": 3}]}, "ligands must be"),
        ({"ligands": ["SH"]}, "ligands must be"),
        ({"placements": []}, "dopants but no placements"),
        ({"charge": 1.5}, "charge must be a whole number"),
        ({"relax": "gfn1"}, "relax must be a list"),
        ({"graft_relax": ["gfnff"]}, "graft_relax without graft"),
        ({"topology": "file:../kernel.cif"}, "topology must be"),
        ({"topology": "file:/kernel.cif"}, "topology must be"),
        ({"off_equilibrium": {"rattle": 0.1}}, "off_equilibrium: unknown key 'rattle'. Did you mean rattle_A"),
        ({"off_equilibrium": {"count": 1, "rattle_A": -1}}, "rattle_A must be a number from 0 to 10, not -1"),
        ({"off_equilibrium": {"count": 1, "rattle_A": 1e300}}, "rattle_A must be a number from 0 to 10"),
        ({"charge": 10**12}, "charge must be a whole number from -99 to 99, not 1000000000000"),
        ({"topology": "file:"}, "topology must be"),
        ({"topology": "file:a\0.xyz"}, "topology must be"),
        ({"ligands": [{"thiolate": ["S"] * 99}]}, r"not \[\{'thiolate': .{40,70}\.\.\.$"),
        ({"off_equilibrium": {"breathing": float("nan")}}, "breathing must be a number"),
        ({"dopants": ["Pd", "Au", ""]}, "dopants \"\" and 'Au' are the same cluster"),
    ],
)
def test_a_wrong_family_is_refused_in_one_sentence(change: dict[str, Any], said: str) -> None:
    with pytest.raises(DesignError, match=said):
        design(change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"placements": ["axial3"]}, r"no placement 'axial3'\. Did you mean axial"),
        ({"ligands": [{"thiolat": "SH"}]}, "family lantern 1: unknown role thiolat"),
        ({"ligands": [{"thiolate": "PMe3"}]}, "family lantern 1: PMe3 is a phosphine"),
        ({"dopants": ["Xy"]}, "'Xy' is no element symbol"),
        ({"graft": {"phosphine": "PPh3"}}, "grafts on the role 'phosphine'"),
        ({"host": "C"}, "'C' is no metal"),
        ({"dopants": ["Pd", "O"]}, "'O' is no metal"),
        ({"relax": ["gfnff", "pbe"]}, "level 'pbe' does not relax geometries"),
        ({"isomers": 3_000_000}, "makes 3,000,000 configurations; one design may make 1,000,000"),
    ],
)
def test_what_cannot_be_built_is_refused_before_any_work(change: dict[str, Any], said: str) -> None:
    with pytest.raises(DesignError, match=said):
        items(change)


@pytest.mark.parametrize("select", [{"dopants": ["Pt"]}, {"topology": "lanter"}, {"tier": "Z"}])
def test_a_selection_that_fits_nothing_is_a_slip(select: dict[str, Any]) -> None:
    with pytest.raises(DesignError, match=r"levels\.pbe, select 2 fits no configuration"):
        items(levels={"pbe": {"select": [{"dopants": ["Pd"]}, select]}})


@pytest.mark.parametrize("timeout_s", [0, -3, float("nan"), "10", True])
def test_a_limit_of_time_is_a_time(timeout_s: object) -> None:
    with pytest.raises(DesignError, match="timeout_s must be a number of seconds above zero"):
        design(levels={"pbe": {"timeout_s": timeout_s}})


def test_two_families_of_one_name_are_refused() -> None:
    with pytest.raises(DesignError, match="two families are called 'n'"):
        design({"name": "n"}, {"name": "n", "first_isomer": 1})


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="lantern"):
        items({"topology": "lanter"})
    with pytest.raises(UnknownNameError, match="gfn1"):
        items({"relax": ["gfn"]})
    with pytest.raises(UnknownNameError, match="pbe"):
        items(levels={"pbee": {}})


@pytest.mark.parametrize("levels", [[], "pbe", {"pbe": 3}])
def test_levels_are_tables(levels: object) -> None:
    with pytest.raises(DesignError, match=r"levels must be \[levels\.NAME\] tables"):
        design(levels=levels)


@pytest.mark.parametrize("missing", ["name", "tier", "seed", "family"])
def test_missing_keys_are_named(missing: str) -> None:
    document = {"name": "toy", "tier": "A", "seed": 1, "family": [FAMILY]}
    del document[missing]
    with pytest.raises(DesignError, match=f"has no {missing}; it must be"):
        parse_design(document)


def test_a_kernel_may_not_be_called_like_a_topology_of_the_table(tmp_path: Path) -> None:
    (tmp_path / "lantern.xyz").write_text("2\n\nAu 0 0 0\nAu 2.7 0 0\n", encoding="utf-8")
    family = {**FAMILY, "topology": "file:lantern.xyz", "placements": ["site1"], "ligands": [{}]}
    document = {"name": "toy", "tier": "A", "seed": 1, "family": [family]}
    with pytest.raises(DesignError, match=r"the file lantern\.xyz has the name of a topology of the table"):
        expand(parse_design(document), tmp_path)


def test_a_kernel_file_may_have_spaces_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "my own kernel.xyz").write_text("2\n\nAu 0 0 0\nAu 2.7 0 0\n", encoding="utf-8")
    family = {**FAMILY, "topology": "file:my own kernel.xyz", "placements": ["site1"], "ligands": [{}]}
    found = expand(parse_design({"name": "toy", "tier": "A", "seed": 1, "family": [family]}), tmp_path)
    assert list(found) == ["my own kernel/AuPd/site1/m000"]


def test_files_that_are_no_design(tmp_path: Path) -> None:
    with pytest.raises(DesignError, match="there is no design file"):
        read_design(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("name = ", encoding="utf-8")
    with pytest.raises(DesignError, match="cannot be read as TOML"):
        read_design(tmp_path / "bad.toml")
    (tmp_path / "deep.toml").write_text("a = " + "[" * 5000 + "]" * 5000, encoding="utf-8")
    with pytest.raises(DesignError, match="nested too deep"):
        read_design(tmp_path / "deep.toml")
    (tmp_path / "empty.toml").write_text('name = "a"\ntier = "A"\nseed = 1\nfamily = []', encoding="utf-8")
    with pytest.raises(DesignError, match=r"no \[\[family\]\]"):
        read_design(tmp_path / "empty.toml")


def test_a_mark_at_the_beginning_of_the_file_does_not_matter(tmp_path: Path) -> None:
    plain = world.write_design(tmp_path / "toy.toml", "Pd")
    marked = tmp_path / "marked.toml"
    marked.write_text(plain.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert read_design(marked) == read_design(plain)


def test_ids_say_what_an_item_is() -> None:
    found = items({"isomers": 2, "off_equilibrium": {"tier": "B", "count": 1}, "dopants": ["Pd", ""]})
    assert list(found)[:2] == ["lantern/Au4Pd2(SH)8/axial2/m000", "lantern/Au4Pd2(SH)8/axial2/m001"]
    copy = found["lantern/Au4Pd2(SH)8/axial2/m001/d00"]
    assert (copy.tier, copy.kind, copy.parent) == ("B", "off_equilibrium", "lantern/Au4Pd2(SH)8/axial2/m001")
    gold = found["lantern/Au6(SH)8/pure/m000"]
    assert (gold.dopant, gold.placement, gold.prototype) == ("", "", "lantern Au6(SH)8")


def test_other_families_do_not_matter() -> None:
    one = items({"isomers": 2, "off_equilibrium": {"count": 2}})
    two = items({"dopants": ["Ni"]}, {"isomers": 3, "off_equilibrium": {"count": 3}})
    assert {key: two[key].definition for key in one} == {key: item.definition for key, item in one.items()}
    assert len({item.seed for item in two.values()}) == len(two)
    assert items(seed=2)["lantern/Au4Pd2(SH)8/axial2/m000"].seed != one["lantern/Au4Pd2(SH)8/axial2/m000"].seed


def test_two_families_cannot_make_the_same() -> None:
    with pytest.raises(DesignError, match=r"both make lantern/.* first_isomer"):
        items({}, {})
    assert len(items({}, {"first_isomer": 1})) == 2


def test_grafts_grow_on_minima_that_are_there_or_implied() -> None:
    graft = {"graft": {"thiolate": "PET"}, "tier": "C1", "off_equilibrium": {"count": 1}}
    alone, together = items(graft), items(graft, {})
    assert list(alone) == [
        "lantern/Au4Pd2(SH)8/axial2/m000", "lantern/Au4Pd2(PET)8/axial2/g000", "lantern/Au4Pd2(PET)8/axial2/g000/d00",
    ]  # fmt: skip
    assert set(together) == set(alone)
    assert (alone[next(iter(alone))].tier, together[next(iter(alone))].tier) == ("C1", "A")
    grafted = alone["lantern/Au4Pd2(PET)8/axial2/g000"]
    assert (grafted.parent, grafted.relax, grafted.prototype) == (
        "lantern/Au4Pd2(SH)8/axial2/m000", ("gfnff",), "lantern Au4Pd2(PET)8",
    )  # fmt: skip
    with pytest.raises(DesignError, match="in different ways"):
        items(graft, {"relax": ["gfnff"]})


def test_host_guest_pairs_are_two_different_sites() -> None:
    pairs = {"topology": "zeolite_10T", "dopant_pairs": [["Cu", "Zn"], ["Cu", "Cu"]]}
    document = {"name": "toy", "tier": "E", "seed": 1, "family": [pairs]}
    found = [item.blueprint.metals for item in expand(parse_design(document), Path()).values()]
    assert found == [("Cu", "Zn"), ("Cu", "Cu")]


def test_any_beginning_of_the_work_is_a_fair_sample() -> None:
    found = items(
        {"dopants": ["Pd", "Pt", "Ni"], "isomers": 20, "off_equilibrium": {"tier": "B", "count": 2}},
        {"topology": "centred9", "ligands": [{"phosphine": "PH3"}], "placements": ["centre"]},
        {"graft": {"thiolate": "SCH3"}, "dopants": ["Pd"], "isomers": 5, "tier": "C"},
    )
    order = work_order(found)
    line = sorted(found, key=lambda one: order[one])
    for start in found:
        parents = list(lineage(start, found))[1:]
        assert all(order[parent] <= order[start] for parent in parents)
    minima = [one for one in line if found[one].kind != "off_equilibrium"]
    first = {(found[one].tier, found[one].blueprint.topology, found[one].dopant) for one in minima[:7]}
    assert len(first) == 5
    assert sorted(line) == sorted(found)


def test_a_selection_is_taken_per_prototype_and_never_taken_back() -> None:
    select_pd = {"dopants": ["Pd"], "minima": 3, "off_equilibrium": 4}
    plan = design(
        {"dopants": ["Pd", "Pt"], "isomers": 6, "off_equilibrium": {"tier": "B", "count": 2}},
        levels={"pbe": {"select": [select_pd, {"tier": "B", "off_equilibrium": 1, "minima": 0}]}},
    )
    found = expand(plan, Path())
    out: set[str] = set()
    before: frozenset[str] = frozenset()
    for _ in range(4):
        chosen = select(found, plan.selections["pbe"], out.__contains__)
        by_kind = [found[one].kind for one in chosen if found[one].dopant == "Pd"]
        assert (by_kind.count("minimum"), by_kind.count("off_equilibrium")) == (3, 4)
        assert [found[one].kind for one in chosen if found[one].dopant == "Pt"] == ["off_equilibrium"]
        assert {one for one in before if not out & set(lineage(one, found))} <= chosen
        before = chosen
        out.add(min(one for one in chosen if found[one].kind == "minimum"))
    assert select(found, (), out.__contains__) == frozenset(found)


def test_the_design_of_the_docs_is_one(tmp_path: Path) -> None:
    page = Path(__file__).parents[3] / "docs" / "labelling.md"
    block, *_ = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    (tmp_path / "design.toml").write_text(block, encoding="utf-8")
    plan = read_design(tmp_path / "design.toml")
    found = expand(plan, tmp_path)
    assert {item.tier for item in found.values()} == {"A", "B", "C1", "E"}
    assert len(select(found, plan.selections["pbe"], lambda _: False)) == 5 * (2 + 6)


def test_the_world_of_these_tests_is_a_design(tmp_path: Path) -> None:
    found = expand(read_design(world.write_design(tmp_path / "toy.toml", "Pd", "")), tmp_path)
    assert len(found) == 36  # 2 placements (gold: none) x 2 ligands x 2 isomers x 3
