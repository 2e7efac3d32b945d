"""``superatom data list|fetch|verify``: public data sets; ``show|pack|relabel``: the project's reference set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from superatom.app.cli.options import Json, write_json, write_text
from superatom.errors import DataSourceError, SuperatomError

if TYPE_CHECKING:
    from superatom.data.reference_set import ReferenceSet

REFERENCE_SET = "nc-multi"

app = typer.Typer(
    help="Public data sets: list, fetch, verify (SUPERATOM_DATA_MIRROR may name a folder that holds copies). "
    "The reference set of this project: show, pack, relabel.",
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


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"{REFERENCE_SET}, or a folder that `pack` made.")],
    *,
    as_json: Json = False,
) -> None:
    """Show what the reference set holds: labels per level, failures and their reasons, licence, checksums."""
    from superatom.data.summary import summary

    found = summary(_reference_set(name))
    if as_json:
        write_json(found)
        return
    from superatom.app.report.text import show_rows

    write_text(lambda console: show_rows(console, list(_summary_rows(found))))


@app.command()
def pack(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", exists=True, file_okay=False, help="Folders of `superatom label`.")
    ],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the pack goes; an old one is replaced.")],
    name: Annotated[str, typer.Option("--name", help="Name of the set on its card.")] = REFERENCE_SET,
    as_json: Json = False,
) -> None:
    """Pack the journals of labelling runs into one compact folder that `show` and Python load."""
    from superatom.data.packing import pack as pack_runs

    card = pack_runs(folders, out, name=name)
    if as_json:
        write_json(card)
        return
    size_MB = sum(file["bytes"] for file in card["files"].values()) / 1e6
    labels = ", ".join(f"{n} {level}" for level, n in card["labels_per_level"].items()) or "none"
    typer.echo(
        f"{out}: {card['n_configurations']} configurations, {card['n_prototypes']} prototypes, labels: {labels}; "
        f"{size_MB:.1f} MB"
    )


@app.command()
def relabel(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"{REFERENCE_SET}, or a folder that `pack` made.")],
    configuration: Annotated[str, typer.Argument(metavar="ID", help="A configuration: first column of its index.csv.")],
    *,
    level: Annotated[str, typer.Option(help="Level of theory: gfn1, chgnet, pbe, ...")] = "gfn1",
    as_json: Json = False,
) -> None:
    """Compute one label again and compare it with the stored one; exit code 1 where they differ."""
    import dataclasses

    from superatom.data.relabelling import relabel as relabel_one

    found = relabel_one(_reference_set(name), configuration, level)
    if as_json:
        write_json({**dataclasses.asdict(found), "difference_eV": found.difference_eV, "is_same": found.is_same})
    else:
        for when, one in (("stored", found.stored), ("now", found.now)):
            energy = "" if one.energy_eV is None else f", {one.energy_eV:.6f} eV"
            typer.echo(f"{when}: {one.status}{energy}, {one.engine} {one.engine_version}{one.why and f', {one.why}'}")
        differs = "" if found.difference_eV is None else f" ({found.difference_eV:+.6f} eV)"
        typer.echo(f"{'the same' if found.is_same else 'not the same'}{differs}")
    if not found.is_same:
        raise typer.Exit(1)


def _reference_set(name: str) -> ReferenceSet:
    from superatom.data.reference_set import load_reference_set
    from superatom.errors import UnknownNameError, did_you_mean

    if name != REFERENCE_SET and not Path(name).is_dir():
        hint = did_you_mean(name, [REFERENCE_SET])
        raise UnknownNameError(f"{name!r} is no reference set.{hint} Legal: {REFERENCE_SET}, or a folder with a pack")
    return load_reference_set(None if name == REFERENCE_SET else name)


def _summary_rows(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the summary as rows of "what" and "how many", nested tables one line per entry."""
    for what, value in found.items():
        if what == "levels":
            for level, engines in value.items():
                said = (f"{e['engine']} {e['engine_version']}, {e['parameters_sha256'][:12]}" for e in engines)
                yield {"what": f"level {level}", "how many": "; ".join(said)}
        elif what == "per_tier":
            for tier, numbers in value.items():
                labels = "".join(f", {n} {level} labels" for level, n in numbers["labels"].items() if n)
                yield {"what": f"tier {tier}", "how many": f"{numbers['configurations']} configurations{labels}"}
        elif what in ("failures", "filtered", "notes", "without_formation_energy"):
            for where, reasons in value.items():
                words = what.replace("_", " ")
                yield from ({"what": f"{words}, {where}: {why}", "how many": n} for why, n in reasons.items())
        elif isinstance(value, dict):
            yield {"what": what.replace("_", " "), "how many": ", ".join(f"{n} {key}" for key, n in value.items())}
        else:
            yield {"what": what.replace("_", " "), "how many": value}


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
