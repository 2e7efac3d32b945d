"""Options that several verbs share, and how every verb writes its answer."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from superatom.app.output import write_whole

if TYPE_CHECKING:
    from rich.console import Console


def _use_ligands(file: Path | None) -> Path | None:
    if file is not None:
        os.environ["SUPERATOM_LIGANDS"] = str(file)  # read when the ligand table is first asked for
    return file


Json = Annotated[bool, typer.Option("--json", help="Write JSON, and nothing else, to standard output.")]
Ligands = Annotated[
    Path | None,
    typer.Option(
        "--ligands", exists=True, dir_okay=False, callback=_use_ligands, metavar="FILE",
        help="CSV of your own ligands with the columns name,smiles.",
    ),
]  # fmt: skip


def write_json(document: Any) -> None:
    """Write one JSON document to standard output."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))


def write_text(show: Callable[[Console], None]) -> None:
    """Write text: coloured at a terminal, plain and without trailing blanks in a pipe."""
    from superatom.app.report.text import console_on, to_text

    if sys.stdout.isatty():
        show(console_on(sys.stdout))
    else:
        typer.echo(to_text(show), nl=False)


def write_file(path: Path, text: str) -> None:
    """Write a whole file or none of it, and name it on standard error."""
    write_whole(path, text)
    typer.echo(f"wrote {path}", err=True)
