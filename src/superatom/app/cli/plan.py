"""``superatom plan "[Au25(PET)18]-"``: the synthesis plan as text, JSON, HTML, first experiments, and a campaign."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from superatom.app.cli.options import Json, Ligands, write_file, write_json, write_text
from superatom.app.output import check_writable


class ScaleOf(StrEnum):
    """What the scale of a bench sheet refers to."""

    PRODUCT = "product"
    METAL_SALT = "metal_salt"


def plan(
    target: Annotated[str, typer.Argument(metavar="FORMULA", help="The cluster wanted, such as '[Au25(PET)18]-'.")],
    *,
    stock: Annotated[str, typer.Option(help="bench, your own names (NaBH4,PET), or a file of them.")] = "bench",
    max_steps: Annotated[int, typer.Option(min=1, max=20, help="Steps in the longest route.")] = 6,
    routes: Annotated[int, typer.Option(min=1, max=50, help="Routes wanted.")] = 3,
    scale: Annotated[str, typer.Option(help="Bench-sheet scale, such as 10mg or '0.1 mmol'.")] = "10mg",
    scale_of: Annotated[ScaleOf, typer.Option(help="What the scale is of.")] = ScaleOf.PRODUCT,
    structure: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A geometry of the target (cif, xyz, mol2, pdb ...).")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as one HTML page.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the first experiments as a table.")] = None,
    campaign: Annotated[
        Path | None,
        typer.Option("--campaign", metavar="FILE", help="Write the first experiments as a campaign to start (TOML)."),
    ] = None,
    as_json: Json = False,
    ligands: Ligands = None,
) -> None:
    """Plan a synthesis: routes from your stock, balanced steps, settings with evidence, what to try first."""
    del ligands  # its callback has acted
    check_writable(html)
    check_writable(csv)
    check_writable(campaign)
    from superatom.campaign.planning import plan as make_plan

    made = make_plan(
        target, stock, max_steps=max_steps, routes=routes, scale=scale, scale_of=scale_of.value, structure=structure
    )
    document = made.to_dict()
    if as_json:
        write_json(document)
    else:
        from superatom.app.report.text import show_plan

        write_text(lambda console: show_plan(console, document))
    if html is not None:
        from superatom.app.report.html import plan_html

        write_file(html, plan_html(document))
    if csv is not None:
        from superatom.app.report.tables import to_csv

        write_file(csv, to_csv(document["first_experiments"]))
    if campaign is not None:
        from superatom.campaign.handover import plan_toml

        write_file(campaign, plan_toml(made))
