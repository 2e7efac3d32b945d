"""The HTML report in a real browser: it renders in 3D, asks nobody for anything, and its buttons work."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import worlds_app as world
from superatom.app.report.html import plan_html

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
FLAGS = [
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "plan.html"
    file.write_text(plan_html(world.plan(world.kernel_structure())), encoding="utf-8")
    return file


@pytest.mark.parametrize("width", [390, 1280])
def test_page_is_whole_and_silent(browser: Any, report: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(report.as_uri())
    page.wait_for_selector("#view[data-atoms]")
    assert page.get_attribute("#view", "data-atoms") == "13"
    assert page.locator("#view canvas").count() >= 1
    assert requests == [report.as_uri()]
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width  # no sideways scrolling of the page
    page.close()


def test_download_and_links(browser: Any, report: Path, tmp_path: Path) -> None:
    page = browser.new_page(accept_downloads=True)
    page.goto(report.as_uri())
    with page.expect_download() as download:
        page.click("text=Download CSV")
    saved = tmp_path / "table.csv"
    download.value.save_as(saved)
    assert download.value.suggested_filename == "Au25PET18_first_experiments.csv"
    assert saved.read_text(encoding="utf-8").startswith("experiment,route,step,temperature_C")
    assert not page.locator("#route-2").evaluate("d => d.open")
    page.click(".overview a[href='#route-2']")
    page.wait_for_selector("#route-2[open]")
    page.click("button[data-view=spin]")
    assert page.get_attribute("button[data-view=spin]", "aria-pressed") == "true"
    page.close()


def test_ligands_of_a_structure_can_be_hidden(browser: Any, tmp_path: Path) -> None:
    xyz = "5\ntoy\nS -2.3 0 0\nAu 0 0 0\nC 2.3 0 0\nAu -2.3 0 -2.4\nAu 0.4 0 -2.8\n"
    structure = {"xyz": xyz, "source": "toy.xyz", "is_idealised": False}
    file = tmp_path / "plan.html"
    file.write_text(plan_html(world.plan(structure)), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("#view[data-atoms='5']")
    page.click("button[data-view=ligands]")
    assert page.get_attribute("button[data-view=ligands]", "aria-pressed") == "false"
    assert page.inner_text("figure.view figcaption").startswith("toy.xyz")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(browser: Any, report: Path, scheme: str) -> None:
    """Every colour of text against the paper and card it stands on: at least 4.5 to 1 (WCAG 2.1, 1.4.3)."""
    page = browser.new_page(color_scheme=scheme)
    page.goto(report.as_uri())
    ratios = page.evaluate(
        """() => {
            const style = getComputedStyle(document.documentElement);
            const light = (name) => {
                const hex = style.getPropertyValue(name).trim().slice(1);
                const full = hex.length === 3 ? [...hex].map((c) => c + c).join("") : hex;
                const [r, g, b] = [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16) / 255)
                    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            return ["--ink", "--soft", "--gold", "--warn"].flatMap((text) =>
                ["--paper", "--card", "--gold-wash", "--warn-wash"].map((ground) => ratio(light(text), light(ground))));
        }"""
    )
    assert min(ratios) >= 4.5
    page.close()
