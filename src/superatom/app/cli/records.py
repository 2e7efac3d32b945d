"""``superatom records import|export|list|show|edit|withdraw|attach|template``: the lab's library of experiments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from superatom.app.cli.options import Json, write_json, write_text
from superatom.app.cli.records_shown import changes_shown, document, fields_shown, plan_document, row, show_plan
from superatom.errors import ImportRowsError, SuperatomError

if TYPE_CHECKING:
    from superatom.data.stores.values import Stored
    from superatom.data.synthesis_records import Origin

_IDS_SHOWN = 20  # --json has them all

app = typer.Typer(
    help="The library of experiments: tables in and out, one record at a time. SUPERATOM_LIBRARY may name it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Library = Annotated[
    str | None,
    typer.Option("--library", metavar="URL", help="A file, sqlite:///... or postgresql://...; default: your own file."),
]
Id = Annotated[str, typer.Argument(metavar="ID", help="A record, as `superatom records list` calls it.")]
OriginName = Annotated[str | None, typer.Option("--origin", help="own or literature.")]
Target = Annotated[str | None, typer.Option("--target", help="A formula, or words of the target.")]
LigandName = Annotated[str | None, typer.Option("--ligand", help="A ligand, by any of its names.")]
Text = Annotated[str | None, typer.Option("--text", help="A word anywhere in the record.")]
Withdrawn = Annotated[bool, typer.Option("--withdrawn", help="The records taken out of use instead.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in words; kept with the new version.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=".csv, .xlsx, .jsonl, or ORD: .pb, .pbtxt, .json.")],
    *,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="COLUMN=FIELD", help="Such as 'Temp=temperature_C [K]', 'Mood=extra', 'x=ignore'."
        ),
    ] = None,
    constants: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="A cell for every row, as target=Au25.")
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook; default: the first.")] = None,
    decimal_comma: Annotated[
        bool | None,
        typer.Option("--decimal-comma/--decimal-point", help="What the comma of 1,500 is.", show_default=False),
    ] = None,
    keep_good: Annotated[
        bool, typer.Option("--keep-good", help="Take in the good rows; default: all or nothing.")
    ] = False,
    keep_duplicates: Annotated[
        bool, typer.Option("--keep-duplicates", help="Take in rows that are there already.")
    ] = False,
    reason: Reason = "",
    dry_run: DryRun = False,
    library: Library = None,
    as_json: Json = False,
) -> None:
    """Take a table into the library: columns guessed and shown, every doubtful cell named, all rows or none."""
    from superatom.data.sheets.importing import carry_out, plan_import
    from superatom.data.sheets.tables import columns_of
    from superatom.data.stores.opening import open_store

    changes = dict(_changes(columns or [], columns_of(file, sheet=sheet))) if columns else None
    with open_store(library) as store:
        _remark(store.remarks)
        plan = plan_import(
            file,
            store,
            changes=changes,
            constants=dict(_pairs(constants or [])),
            sheet=sheet,
            decimal_comma=decimal_comma,
            keep_duplicates=keep_duplicates,
        )
        refusal: ImportRowsError | None = None
        written: tuple[Stored, ...] = ()
        if not dry_run:
            try:
                written = carry_out(plan, store, keep_good=keep_good, reason=reason)
            except ImportRowsError as error:
                refusal = error
    ids = [stored.id for stored in written]
    if as_json:
        write_json({**plan_document(plan), "is_written": not dry_run and refusal is None, "written": ids})
    else:
        show_plan(plan)
        if dry_run:
            typer.echo("dry run: nothing was written")
        elif refusal is None:
            shown = ids if len(ids) <= _IDS_SHOWN else [ids[0], "...", f"{ids[-1]} ({len(ids)} records)"]
            typer.echo(f"written: {', '.join(shown) or 'nothing'}")
    if refusal is not None:
        raise refusal


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Ends in .csv, .xlsx, .jsonl, or (ORD) .pb, .pbtxt.")],
    *,
    origin: OriginName = None,
    target: Target = None,
    ligand: LigandName = None,
    text: Text = None,
    withdrawn: Withdrawn = False,
    library: Library = None,
    as_json: Json = False,
) -> None:
    """Write records to a file; imported again, it changes what was edited in it and nothing else."""
    from superatom.app.output import check_writable, write_whole
    from superatom.data.sheets.exporting import to_bytes

    check_writable(file)
    found = _found(library, origin, target, ligand, text, withdrawn=withdrawn)
    write_whole(file, to_bytes(found, file.suffix.lower()))
    if as_json:
        write_json({"file": str(file), "records": len(found)})
    else:
        typer.echo(f"wrote {len(found)} records to {file}")


@app.command("list")
def list_(
    *,
    origin: OriginName = None,
    target: Target = None,
    ligand: LigandName = None,
    text: Text = None,
    withdrawn: Withdrawn = False,
    last: Annotated[int | None, typer.Option("--last", min=1, help="Only so many, those changed last.")] = None,
    library: Library = None,
    as_json: Json = False,
) -> None:
    """List records: superatom records list --origin own --ligand PET."""
    found = _found(library, origin, target, ligand, text, withdrawn=withdrawn)
    found = found[-last:] if last else found
    if as_json:
        write_json([document(stored) for stored in found])
        return
    from superatom.app.report.text import show_rows

    write_text(lambda console: show_rows(console, [row(stored) for stored in found]))


@app.command()
def show(
    id: Id,  # noqa: A002
    *,
    history: Annotated[bool, typer.Option("--history", help="Every version, and what changed in each.")] = False,
    library: Library = None,
    as_json: Json = False,
) -> None:
    """Show one record with its files, or its history."""
    from superatom.app.cli.library import to_plain
    from superatom.data.stores.opening import open_store

    with open_store(library) as store:
        versions = store.history(id) if history else (store.record(id),)
        files = [to_plain(attachment) | {"at": attachment.at.isoformat()} for attachment in store.attachments(id)]
    if as_json:
        shown = [document(stored) for stored in versions]
        write_json({"versions": shown, "files": files} if history else {**shown[0], "files": files})
        return
    from superatom.app.report.text import show_rows

    rows = list(changes_shown(versions)) if history else list(fields_shown(versions[0]))
    rows += [{"field": f"file {file['number']}", "value": f"{file['name']} ({file['kind']})"} for file in files]
    write_text(lambda console: show_rows(console, rows))


@app.command()
def edit(
    id: Id,  # noqa: A002
    changes: Annotated[
        list[str],
        typer.Argument(metavar="FIELD=VALUE...", help="temperature_C=25, 'yield_percent=~40', notes= (emptied)."),
    ],
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why, in words; kept with the new version.")],
    dry_run: DryRun = False,
    library: Library = None,
    as_json: Json = False,
) -> None:
    """Correct a record by a new version; the old one stays. A cited recipe is not edited."""
    from superatom.data.sheets.editing import edited
    from superatom.data.stores.opening import open_store

    with open_store(library) as store:
        newest = store.record(id)
        if newest.is_cited:
            raise SuperatomError(f"{id} is a cited recipe, which is read only; import a record of your own instead")
        record, warnings = edited(newest.record, dict(_pairs(changes)))
        for warning in warnings:
            typer.echo(f"superatom: {warning}", err=True)
        if record == newest.record or dry_run:
            stored = newest
        else:
            stored = store.revise(id, record, expected_version=newest.version, reason=reason)
    if as_json:
        write_json({**document(stored), "is_written": stored is not newest})
    elif record == newest.record:
        typer.echo(f"{id}: nothing to change")
    else:
        said = "would become" if dry_run else "is now"
        typer.echo(f"{id} {said} version {newest.version + 1}")


@app.command()
def withdraw(id: Id, *, reason: Reason, library: Library = None, as_json: Json = False) -> None:  # noqa: A002
    """Take a record out of use; its history stays."""
    from superatom.data.stores.opening import open_store

    with open_store(library) as store:
        stored = store.withdraw(id, expected_version=store.record(id).version, reason=reason)
    if as_json:
        write_json(document(stored))
    else:
        typer.echo(f"{id} is withdrawn")


@app.command()
def attach(
    id: Id,  # noqa: A002
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", exists=True, dir_okay=False, help="Files to keep.")],
    *,
    kind: Annotated[str, typer.Option("--kind", help="What they show: uv_vis, esi_ms, xrd ...")] = "other",
    library: Library = None,
    as_json: Json = False,
) -> None:
    """Attach characterisation files to a record."""
    from superatom.app.cli.library import to_plain
    from superatom.data.stores.opening import open_store

    with open_store(library) as store:
        attached = [store.attach(id, file, name=file.name, kind=kind) for file in files]
    if as_json:
        write_json([to_plain(each) | {"at": each.at.isoformat()} for each in attached])
    else:
        for each in attached:
            typer.echo(f"{id} file {each.number}: {each.name} ({each.kind}, {each.n_bytes} bytes)")


@app.command()
def template(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Ends in .csv or .xlsx; none lists the fields.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Write an empty table to fill in, or list every field with its unit and its other names."""
    from superatom.app.output import check_writable, write_whole
    from superatom.data.sheets.templates import fields_sheet
    from superatom.data.sheets.templates import template as template_bytes

    if file is not None:
        check_writable(file)
        write_whole(file, template_bytes(file.suffix.lower()))
        if as_json:
            write_json({"file": str(file)})
        else:
            typer.echo(f"wrote {file}")
        return
    header, *rows = fields_sheet()
    listed = [dict(zip(map(str, header), row, strict=True)) for row in rows]
    if as_json:
        write_json(listed)
        return
    from superatom.app.report.text import show_rows

    shown = [{key: row[key] for key in ("column", "unit", "what to write", "legal")} for row in listed]
    write_text(lambda console: show_rows(console, shown))


def _found(
    library: str | None,
    origin: str | None,
    target: str | None,
    ligand: str | None,
    text: str | None,
    *,
    withdrawn: bool,
) -> list[Stored]:
    from superatom.data.stores.opening import open_store

    with open_store(library) as store:
        _remark(store.remarks)
        return list(
            store.iterate(origin=_origin(origin), target=target, ligand=ligand, text=text, is_withdrawn=withdrawn)
        )


def _origin(word: str | None) -> Origin | None:
    from superatom.data.sheets.fields import choice_of, field_named
    from superatom.data.synthesis_records import Origin
    from superatom.errors import UnknownNameError

    if word is None:
        return None
    if (chosen := choice_of(field_named("origin"), word)) is None:
        raise UnknownNameError(f"{word!r} is no origin; legal: {', '.join(Origin)}")
    return Origin(chosen)


def _changes(given: Iterable[str], columns: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the column and field of ``COLUMN=FIELD``; a column may hold an equals sign itself."""
    known = set(columns)
    for text in given:
        places = [i for i, character in enumerate(text) if character == "="]
        if not places:
            raise SuperatomError(f"--map {text!r} is no COLUMN=FIELD, such as 'Temp=temperature_C [K]'")
        cut = next((i for i in places if text[:i] in known), places[0])
        yield text[:cut], text[cut + 1 :]


def _pairs(given: Iterable[str]) -> Iterator[tuple[str, str]]:
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise SuperatomError(f"{text!r} is no FIELD=VALUE, such as temperature_C=25")
        yield name.strip(), value


def _remark(remarks: Iterable[str]) -> None:
    for remark in remarks:
        typer.echo(f"superatom: {remark}", err=True)
