"""``superatom records import|export|template``: tables into the library and out of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from superatom.app.cli.options import Json, write_json, write_text
from superatom.app.cli.records_options import (
    DryRun,
    Library,
    LigandName,
    OriginName,
    Overwrite,
    Reason,
    Target,
    Text,
    Withdrawn,
    check_new,
    column_changes,
    found,
    opened,
    pairs,
    remark,
)
from superatom.app.cli.records_shown import plan_document, show_plan
from superatom.errors import ImportRowsError

if TYPE_CHECKING:
    from superatom.data.stores.values import Stored

_IDS_SHOWN = 20  # --json has them all


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
    header_row: Annotated[
        int | None, typer.Option("--header-row", min=1, help="Row that names the columns; default: the first that can.")
    ] = None,
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
    from superatom.data.sheets.importing import carry_out, plan_import, refusal
    from superatom.data.sheets.tables import columns_of
    from superatom.data.stores.opening import open_store

    changes = column_changes(columns, columns_of(file, sheet=sheet, header_row=header_row)) if columns else None
    written: tuple[Stored, ...] = ()
    with open_store(library) as store:
        remark(store.remarks)
        plan = plan_import(
            file,
            store,
            changes=changes,
            constants=pairs(constants or []),
            sheet=sheet,
            header_row=header_row,
            decimal_comma=decimal_comma,
            keep_duplicates=keep_duplicates,
        )
        why_not = refusal(plan, keep_good=keep_good)
        if not (dry_run or why_not):
            written = carry_out(plan, store, keep_good=keep_good, reason=reason)
    ids = [stored.id for stored in written]
    if as_json:
        write_json({**plan_document(plan), "is_written": bool(ids), "written": ids})
    else:
        show_plan(plan)
        if dry_run:
            typer.echo("dry run: nothing was written")
        elif not why_not:
            shown = ids if len(ids) <= _IDS_SHOWN else [ids[0], "...", f"{ids[-1]} ({len(ids)} records)"]
            typer.echo(f"written: {', '.join(shown) or 'nothing'}")
    if why_not:
        raise ImportRowsError(why_not)


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Ends in .csv, .xlsx, .jsonl, or (ORD) .pb, .pbtxt.")],
    *,
    origin: OriginName = None,
    target: Target = None,
    ligand: LigandName = None,
    text: Text = None,
    withdrawn: Withdrawn = False,
    overwrite: Overwrite = False,
    library: Library = None,
    as_json: Json = False,
) -> None:
    """Write records to a file; imported again, it changes what was edited in it and nothing else."""
    from superatom.app.output import check_writable, write_whole
    from superatom.data.sheets.exporting import to_bytes
    from superatom.data.stores.change import FILE

    check_writable(file)
    check_new(file, overwrite=overwrite)
    with opened(library) as store:
        remark(store.remarks)
        records = found(store, origin, target, ligand, text, withdrawn=withdrawn)
        attached = set(store.ids(FILE))
        with_files = [stored.id for stored in records if stored.id in attached]
        n_files = sum(len(store.attachments(id_)) for id_ in with_files)
    write_whole(file, to_bytes(records, file.suffix.lower()))
    if as_json:
        write_json({"file": str(file), "records": len(records), "files_left_out": n_files})
        return
    typer.echo(f"wrote {len(records)} records to {file}")
    if n_files:
        files = f"{n_files} attached files are" if n_files > 1 else "one attached file is"
        said = f"{files} not in it: `superatom records files {with_files[0]} --to FOLDER` writes those of a record"
        remark([said])


def template(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Ends in .csv or .xlsx; none lists the fields.")
    ] = None,
    *,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Write an empty table to fill in, or list every field with its unit and its other names."""
    from superatom.app.output import check_writable, write_whole
    from superatom.data.sheets.templates import fields_sheet
    from superatom.data.sheets.templates import template as template_bytes

    if file is not None:
        check_writable(file)
        check_new(file, overwrite=overwrite)
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
