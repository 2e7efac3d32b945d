"""The typer application: its verbs and the options that every verb shares."""

from __future__ import annotations

from typing import Annotated

import typer

import superatom
from superatom.app.cli import campaign, data, inspect, label, library, outcome, plan, records
from superatom.app.cli.options import Ligands

app = typer.Typer(
    name="superatom",
    help="Plan the synthesis of atomically precise metal nanoclusters.",
    epilog="--debug, anywhere, shows the traceback of an error. Formulas need quotes: superatom plan '[Au25(PET)18]-'",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # formulas are full of square brackets
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"superatom {superatom.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
    ligands: Ligands = None,
) -> None:
    """Plan the synthesis of atomically precise metal nanoclusters."""
    del version, ligands  # their callbacks have acted


app.command("inspect")(inspect.inspect)
app.command("plan")(plan.plan)
app.command("label", epilog=label.EXAMPLES)(label.label)
app.add_typer(library.app, name="library")
app.add_typer(data.app, name="data")
app.add_typer(records.app, name="records")
app.add_typer(outcome.app, name="outcome")
app.add_typer(campaign.app, name="campaign")
