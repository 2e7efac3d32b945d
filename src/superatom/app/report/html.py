"""A plan as one self-contained HTML page: no outside request, no script but the page's own.

The page carries a content security policy that allows only the scripts written here, by their SHA-256, so that text
from a formula, a ligand table or a structure file can never run. The 3D view is 3Dmol.js (Rego & Koes, Bioinformatics
2015, 31, 1322, doi:10.1093/bioinformatics/btu829), embedded only when there is something to show.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Container, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from superatom.app.output import write_whole
from superatom.app.report import tables, typeset
from superatom.app.report.diagram import route_svg, shell_svg
from superatom.app.report.tables import structure_lines
from superatom.campaign.plan import Plan
from superatom.errors import UnknownNameError
from superatom.structures.kernels import ideal_kernel

DIAGRAM_WIDTH = 360  # px: the column beside the steps, and a phone


def plan_html(plan: Mapping[str, Any]) -> str:
    """Return a plan (`Plan.to_dict()`) as one HTML page."""
    target = plan["target"]
    scene = _scene(target)
    evidence = tables.all_evidence(plan)
    scripts = [_resource("templates/page.js")]
    if scene:
        # a file:// page has no charset header, and "</script" would end the element early
        scripts = [_resource("vendor/3Dmol-min.js").replace("</script", "<\\/script"), *scripts]
    page = (
        _environment({str(item["id"]) for item in evidence})
        .get_template("plan.html")
        .render(
            plan=plan,
            target=target,
            scene=scene,
            style=Markup(_resource("templates/plan.css")),  # noqa: S704 -- our own file
            scripts=[Markup(script) for script in scripts],  # noqa: S704 -- our own files
            policy=_policy(scripts),
            shells=Markup(shell_svg(target["valence_electrons"])),  # noqa: S704 -- escaped by the drawing
            diagrams=[Markup(route_svg(r, target["formula"], width=DIAGRAM_WIDTH)) for r in plan["routes"]],  # noqa: S704
            structure_lines=list(structure_lines(target["structure"] or {})),
            remarks=tables.new_remarks(target),
            evidence=evidence,
            experiments=tables.held_and_varied(plan["first_experiments"]),
            experiments_csv="data:text/csv;charset=utf-8," + quote(tables.to_csv(plan["first_experiments"])),
            campaign_words=tables.campaign_words(plan),
            experiments_name=_file_name(str(target["formula"])) + "_first_experiments.csv",
        )
    )
    return str(page)


def write_html(plan: Plan, path: str | Path) -> None:
    """Write the report of a plan as one self-contained page; raises `SuperatomError` where it cannot be written."""
    write_whole(Path(path), plan_html(plan.to_dict()))


def _environment(record_ids: Container[str]) -> Environment:
    environment = Environment(
        loader=PackageLoader("superatom.app.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "formula": lambda text: Markup(typeset.formula_html(str(text))),  # noqa: S704 -- escapes each run
        "equation": lambda text: Markup(typeset.equation_html(str(text))),  # noqa: S704 -- escapes each run
        "side": lambda species: Markup(typeset.side_html(species)),  # noqa: S704 -- escapes each run
        "prose": lambda text: Markup(typeset.prose_html(str(text), record_ids)),  # noqa: S704 -- escapes each word
        "number": tables.number,
        "signed": lambda n: f"{n:+d}".replace("-", "−") if n else "0",
        "column": tables.column_title,
        "measured": tables.measured,
        "orbitals": lambda text: Markup(typeset.orbitals_html(str(text))),  # noqa: S704 -- escapes
        "terms": tables.cost_words,
        "way": tables.way_of,
        "setting": lambda key, value: tables.setting_words(str(key), _shown(value)),
        "anchor": lambda text: re.sub(r"[^A-Za-z0-9]+", "-", str(text)),
        "columns": tables.columns_of,
        "lever": lambda word: tables.title_of(word, tables.LEVER_TITLES),
        "basis": lambda word: tables.title_of(word, tables.BASIS_TITLES),
        "level": lambda word: tables.title_of(word, tables.LEVEL_TITLES),
        "words": lambda word: str(word).replace("_", " "),
        "accessibility": tables.accessibility_words,
        "doi_url": _doi_url,
        "source": tables.source_text,
    }
    return environment


def _policy(scripts: list[str]) -> str:
    """Allow these scripts and inline styles, and nothing from anywhere."""
    digests = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _scene(target: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the 3D view shows: the structure given, else the ideal kernel of the known cluster, else nothing."""
    structure = target.get("structure")
    if structure and structure.get("xyz"):
        return {
            "xyz": structure["xyz"],
            "caption": structure["source"],
            "is_idealised": bool(structure.get("is_idealised")),
        }
    host = max(target["metals"], key=target["metals"].__getitem__)
    for known in target.get("known", ()):
        try:
            kernel = ideal_kernel(str(known["kernel"]), metal=host)
        except UnknownNameError:
            continue
        return {"xyz": kernel.to_xyz(), "caption": f"{kernel.name}: {kernel.remark}", "is_idealised": True}
    return None


def _shown(value: Any) -> str:
    return tables.number(value) if isinstance(value, int | float) else str(value)


def _doi_url(doi: str) -> str:
    """Return the address of a DOI, quoted so that nothing but a DOI can come of it."""
    return f"https://doi.org/{quote(doi, safe='/():;._-')}" if doi else ""


def _file_name(formula: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "", formula) or "plan"


def _resource(path: str) -> str:
    return files("superatom.app.report").joinpath(path).read_text(encoding="utf-8")
