"""``superatom data list|fetch|verify``: public data sets, with address, licence and checksum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from superatom.app.cli.options import Json, write_json, write_text
from superatom.errors import DataSourceError, SuperatomError

app = typer.Typer(
    help="Public data sets: list, fetch, verify. SUPERATOM_DATA_MIRROR may name a folder that holds copies.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="Data sets, as `superatom data list` calls them.")]


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List the data sets and their parts, with licence, commit and checksum where known."""
    from superatom.app.cli.library import to_plain
    from superatom.data.sources import list_sources

    found = list_sources()
    if as_json:
        write_json([{**to_plain(source), "set": source.set_name} for source in found])
        return
    from superatom.app.report.text import show_rows

    rows = [{"name": s.id, "what": s.title, "licence": s.licence} for s in found]
    write_text(lambda console: show_rows(console, rows))


@app.command()
def fetch(names: Names, *, as_json: Json = False) -> None:
    """Fetch data sets into the cache; an interrupted download goes on where it stopped."""
    from superatom.data.sources import fetch as fetch_source

    _each(names, lambda name: {"folder": str(fetch_source(name))}, as_json=as_json)


@app.command()
def verify(names: Names, *, as_json: Json = False) -> None:
    """Check fetched or mirrored data sets against their checksums."""
    from superatom.data.sources import verify as verify_source

    def check(name: str) -> dict[str, Any]:
        found = verify_source(name)
        if not found.is_good:
            raise DataSourceError(f"{name}: {'; '.join(found.problems)}")
        return {"files": found.n_files, "checked against": found.checked_against}

    _each(names, check, as_json=as_json)


def _each(names: list[str], act: Callable[[str], dict[str, Any]], *, as_json: bool) -> None:
    """Act on every name; one that fails does not stop the others."""
    rows: list[dict[str, Any]] = []
    for name in names:
        try:
            rows.append({"name": name, **act(name)})
        except SuperatomError as error:
            rows.append({"name": name, "error": str(error)})
            typer.echo(f"superatom: {error}", err=True)
        else:
            if not as_json:
                said = ", ".join(f"{key} {value}" for key, value in rows[-1].items() if key != "name")
                typer.echo(f"{name}: {said}")
    if as_json:
        write_json(rows)
    if any("error" in row for row in rows):
        raise typer.Exit(2)
