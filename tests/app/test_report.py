"""The reports, from the plan's dict alone: text that fits 80 columns, HTML that is whole and cannot be injected."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from app import worlds_app as world
from superatom.app.report.diagram import route_svg, shell_svg, stages
from superatom.app.report.html import plan_html
from superatom.app.report.tables import all_evidence, to_csv
from superatom.app.report.text import show_plan, show_rows, to_text

ATTACK = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def text_of(plan: dict[str, Any], width: int = 80) -> str:
    return to_text(lambda console: show_plan(console, plan), width=width)


class Page(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("width", [80, 100])
def test_text_fits_its_width_and_keeps_formulas_whole(width: int) -> None:
    lines = text_of(world.plan(), width).splitlines()
    assert max(map(len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)
    assert any("[Au25(PET)18]- + 7 [Au(PET)2]-" in line for line in lines)  # brackets are not markup
    assert not any("\x1b" in line for line in lines)


def test_text_says_what_a_chemist_needs() -> None:
    text = text_of(world.plan())
    for piece in ("Route 1 of 2", "1. complexation", "inferred, not reported", "conflict: S004", "mmol"):
        assert piece in text
    for piece in (
        "doi:10.1021/ja0782448",
        "hazard  NaBH4: gives hydrogen",
        "temperature 25 °C",
        "! counter-ion not chosen",
    ):
        assert piece in text


def test_text_says_what_each_amount_rests_on() -> None:
    text = text_of(world.plan())
    assert "basis" in text
    assert "ratio from records" in text
    plan = world.plan()
    sheet = next(s["bench_sheet"] for s in plan["routes"][0]["steps"] if s["bench_sheet"])
    sheet["lines"][0] |= {"mass_mg": None, "basis": "already in the flask from complex formation"}
    assert "already in the flask" in text_of(plan)


def test_no_charge_is_written_as_plus_zero() -> None:
    plan = world.plan()
    plan["target"] |= {"shell_closed": False, "valence_electrons": 2}
    plan["target"]["shell"] |= {"charge_to_lower": 2, "charge_to_upper": 0}
    assert "charge +2 or charge 0" in text_of(plan)


def test_a_repeated_step_is_shown_once() -> None:
    plan = world.plan()
    plan["routes"][1]["steps"] = [plan["routes"][0]["steps"][0]]
    assert "as in route 1, step 1" in text_of(plan)


def test_steps_that_share_a_net_equation_both_show_their_settings() -> None:
    plan = world.plan()
    net = plan["routes"][0]["steps"][1]
    plan["routes"] = [plan["routes"][0] | {"steps": [net, net | {"number": 3, "title": "size focusing to it"}]}]
    assert text_of(plan).count("setting") == 2
    assert "as in" not in text_of(plan)


def test_only_what_differs_from_the_centre_is_marked() -> None:
    html = plan_html(world.plan())
    assert html.count('class="moved"') == 1  # 25 °C against 0 °C
    assert "In every row" in html


def test_no_route_is_said_plainly() -> None:
    plan = world.plan() | {"routes": [], "first_experiments": []}
    plan["no_route"] = {"missing_link": "no way to Au25 with 40 thiolates", "nearest_relatives": []}
    assert "no way to Au25 with 40 thiolates" in text_of(plan)
    assert "No route found" in plan_html(plan)


def test_no_character_of_a_crowded_table_is_lost() -> None:
    row = {f"column_{i}": f"{'word' * 6}{i} and more" for i in range(5)}
    lines = to_text(lambda console: show_rows(console, [row])).splitlines()
    assert max(map(len, lines)) <= 80
    shown = "".join(lines[2:]).replace(" ", "")
    assert sorted(shown) == sorted("".join(row.values()).replace(" ", ""))


def test_rows_of_nothing() -> None:
    assert to_text(lambda console: show_rows(console, [])) == "nothing found\n"


def test_html_loads_nothing_from_outside() -> None:
    page = Page(plan_html(world.plan(world.kernel_structure())))
    for tag, attributes in page.tags:
        assert tag not in ("link", "iframe", "object", "embed", "img", "base"), tag
        assert not attributes.get("src"), (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")], attributes
        if href := attributes.get("href"):
            assert href.startswith(("#", "https://doi.org/10.", "data:text/csv"))


def test_viewer_is_embedded_only_when_there_is_something_to_show() -> None:
    plan = world.plan()
    assert "$3Dmol" in plan_html(plan)  # the known kernel gives an idealised sketch
    assert "idealised kernel, not a crystal structure" in plan_html(plan)
    plan["target"]["known"] = []
    assert len(plan_html(plan)) < 150_000


def test_hostile_text_never_becomes_markup() -> None:
    def poison(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: poison(item) for key, item in value.items()}
        if isinstance(value, list):
            return [poison(item) for item in value]
        return value + ATTACK if isinstance(value, str) else value

    clean = world.plan(world.kernel_structure())
    page, reference = Page(plan_html(poison(clean))), Page(plan_html(clean))
    # a poisoned lever or strength may fall back to its default words, but no element appears that was not there
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in reference.tags}
    assert sum(tag == "script" for tag, _ in page.tags) == sum(tag == "script" for tag, _ in reference.tags)
    assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on")]


def test_ligand_named_script() -> None:
    plan = world.plan()
    plan["target"]["ligands"] = {"<script>alert(1)</script>": 18}
    plan["target"]["ligand_details"][0]["name"] = "<script>alert(1)</script>"
    html = plan_html(plan)
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_policy_names_every_script_that_runs() -> None:
    html = plan_html(world.plan(world.kernel_structure()))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert "unsafe-eval" not in policy[1]
    assert policy[1].count("sha256-") == len(re.findall(r"<script>", html)) == 2


def test_structure_data_survives_the_page() -> None:
    structure = world.kernel_structure() | {"source": 'a</script><b> "file".cif', "is_idealised": False}
    html = plan_html(world.plan(structure))
    block = re.search(r'<script type="application/json" id="scene">(.*?)</script>', html, re.DOTALL)
    assert block
    assert json.loads(block[1])["caption"] == structure["source"]


def test_headings_do_not_skip_and_tables_have_headers() -> None:
    page = Page(plan_html(world.plan()))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(a.get("scope") in ("col", "row") for tag, a in page.tags if tag == "th")


def test_csv_is_safe_in_a_spreadsheet_and_keeps_numbers() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(world.plan()["first_experiments"]))))
    assert [row["temperature_C"] for row in rows] == ["0", "25"]
    assert rows[1]["reason"] == "'=warmer"
    assert list(csv.reader(io.StringIO(to_csv([{"a": "-5", "b": "-x", "c": "@sum", "d": "\t1"}]))))[1] == [
        "-5", "'-x", "'@sum", "'\t1",
    ]  # fmt: skip


def test_evidence_is_listed_once_with_its_uses() -> None:
    evidence = {row["id"]: row["used_in"] for row in all_evidence(world.plan())}
    assert evidence["R045"] == ["1.1", "1.2", "2.1"]


@pytest.mark.parametrize(("electrons", "filled"), [(8, 8), (0, 0), (-3, 0), (58, 58), (84, 84), (200, 138)])
def test_shell_diagram_draws_each_electron(electrons: int, filled: int) -> None:
    assert shell_svg(electrons).count('class="electron"') == filled


def test_route_diagram_names_every_step_and_species() -> None:
    svg = route_svg(world.plan()["routes"][0], "[Au25(PET)18]-", width=400)
    assert svg.count('class="badge"') == 2
    assert svg.count('class="target"') == 1
    assert svg.count('class="stock"') == 2
    assert "step 2, reduction growth" in svg


def test_a_mixture_gets_its_ligand_where_it_is_added() -> None:
    net = ([(152, "Au(SG)", False), (96, "H(PET)", True), (7, "NaBH4", True)], [(4, "Au38(PET)24", False)])
    steps = [
        world.step(1, "complexation", [(1, "HAuCl4", True), (3, "HSG", True)], [(1, "Au(SG)", False)]),
        world.step(2, "reduction_growth", *net, product="Au_x(SG)_y mixture"),
        world.step(3, "size_focusing", *net),
    ]
    first, second, third = stages(steps)
    assert (first.stock, first.outputs) == (("HAuCl4", "HSG"), ("Au(SG)",))
    assert (second.stock, second.inputs, second.outputs) == (("NaBH4",), ("Au(SG)",), ("Au_x(SG)_y mixture",))
    assert (third.stock, third.inputs) == (("H(PET)",), ("Au_x(SG)_y mixture",))
