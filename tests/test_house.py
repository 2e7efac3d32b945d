"""What the house promises of itself: inert import, docs and examples that run, a true front door."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import superatom

ROOT = Path(__file__).parent.parent
HEAVY = ("numpy", "scipy", "rdkit", "ase", "gemmi", "jinja2", "rich", "typer", "pandas", "torch")


def python(code: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=cwd)


def test_import_is_inert_and_light() -> None:
    done = python(f"import sys, superatom; print([m for m in {HEAVY!r} if m in sys.modules])")
    assert done.stdout.strip() == "[]", done.stderr


def test_reading_a_formula_needs_no_chemistry_library() -> None:
    code = "import sys, superatom as sa; sa.Nanocluster.parse('[Au25(PET)18]-'); print('rdkit' in sys.modules)"
    assert python(code).stdout.strip() == "False"


@pytest.mark.parametrize("name", superatom.__all__)
def test_the_front_door_opens(name: str) -> None:
    assert getattr(superatom, name) is not None
    assert name in dir(superatom)


def test_a_wrong_door_says_so() -> None:
    with pytest.raises(AttributeError, match="no attribute 'plam'"):
        superatom.plam  # noqa: B018


@pytest.mark.parametrize("page", sorted([ROOT / "README.md", *ROOT.glob("docs/*.md")]), ids=lambda p: p.name)
def test_python_blocks_of_the_docs_run(page: Path, tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    scripts = [block for block in blocks if ">>>" not in block]  # sessions are doctests
    if scripts:
        done = python("\n".join(scripts), cwd=tmp_path)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", sorted([ROOT / "README.md", *ROOT.rglob("docs/**/*.md")]), ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("example", sorted(ROOT.glob("examples/*.py")), ids=lambda p: p.name)
def test_examples_run(example: Path) -> None:
    done = subprocess.run([sys.executable, str(example)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_citation_file_names_this_version() -> None:
    assert f"version: {superatom.__version__}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
