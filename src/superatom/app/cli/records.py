"""``superatom records ...``: the lab's library of experiments; here its verbs on records, those on tables beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from superatom.app.cli import records_tables
from superatom.app.cli.options import Json, write_json, write_text
from superatom.app.cli.records_options import (
    DryRun,
    Id,
    Library,
    LigandName,
    OriginName,
    Overwrite,
    Reason,
    Target,
    Text,
    Withdrawn,
    check_new,
    found,
    opened,
    pairs,
    remark,
    visible,
)
from superatom.app.cli.records_shown import changes_shown, document, fields_shown, row
from superatom.errors import SuperatomError

if TYPE_CHECKING:
    from superatom.data.stores.values import Attachment

__all__ = ["Library", "app"]

app = typer.Typer(
    help="The library of experiments: tables in and out, one record at a time. SUPERATOM_LIBRARY may name it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("import")(records_tables.import_)
app.command()(records_tables.export)
app.command()(records_tables.template)


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
    with opened(library) as store:
        remark(store.remarks)
        records = found(store, origin, target, ligand, text, withdrawn=withdrawn)
    records = records[-last:] if last else records
    if as_json:
        write_json([document(stored) for stored in records])
        return
    from superatom.app.report.text import show_rows

    write_text(lambda console: show_rows(console, [row(stored) for stored in records]))


@app.command()
def show(
    id: Id,  # noqa: A002
    *,
    history: Annotated[bool, typer.Option("--history", help="Every version, and what changed in each.")] = False,
    library: Library = None,
    as_json: Json = False,
) -> None:
    """Show one record with its files, or its history."""
    with opened(library) as store:
        versions = store.history(id) if history else (store.record(id),)
        attached = list(map(_file, store.attachments(id)))
    if as_json:
        shown = [document(stored) for stored in versions]
        write_json({"versions": shown, "files": attached} if history else {**shown[0], "files": attached})
        return
    from superatom.app.report.text import show_rows

    rows = list(changes_shown(versions)) if history else list(fields_shown(versions[0]))
    rows += [
        {"field": f"file {file['number']}", "value": visible(f"{file['name']} ({file['kind']})")} for file in attached
    ]
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

    with opened(library) as store:
        newest = store.record(id)
        if newest.is_cited:
            raise SuperatomError(f"{id} is a cited recipe, which is read only; import a record of your own instead")
        record, warnings = edited(newest.record, pairs(changes))
        remark(warnings)
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
    with opened(library) as store:
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
    with opened(library) as store:
        attached = [store.attach(id, file, name=file.name, kind=kind) for file in files]
    if as_json:
        write_json(list(map(_file, attached)))
    else:
        for each in attached:
            typer.echo(visible(f"{id} file {each.number}: {each.name} ({each.kind}, {each.n_bytes} bytes)"))


@app.command("files")
def files_(
    id: Id,  # noqa: A002
    *,
    to: Annotated[Path | None, typer.Option("--to", metavar="FOLDER", help="Write them there; it must exist.")] = None,
    overwrite: Overwrite = False,
    library: Library = None,
    as_json: Json = False,
) -> None:
    """List the files attached to a record, or write them to a folder: superatom records files E0001 --to spectra."""
    from superatom.app.output import write_whole

    written: list[Path] = []
    with opened(library) as store:
        attached = store.attachments(id)
        if to is not None:
            written = _places(attached, to)
            for path in written:
                check_new(path, overwrite=overwrite)
            for path, each in zip(written, attached, strict=True):
                write_whole(path, store.content(each.sha256))
    if as_json:
        paths = [{"path": str(path)} for path in written] or [{}] * len(attached)
        write_json([_file(each) | path for each, path in zip(attached, paths, strict=True)])
        return
    shown = written or attached
    for each, where in zip(attached, shown, strict=True):
        said = f"wrote {where}" if isinstance(where, Path) else f"{each.name} ({each.kind}, {each.n_bytes} bytes)"
        typer.echo(visible(f"{id} file {each.number}: {said}"))
    if not attached:
        typer.echo(f"{id} has no files")


def _places(attached: tuple[Attachment, ...], folder: Path) -> list[Path]:
    """Return where each file goes: under its name, which leads nowhere else; one that repeats gets its number."""
    if not folder.is_dir():
        raise SuperatomError(f"there is no folder {folder}; make it first")
    names: list[str] = []
    for each in attached:
        bare = Path(each.name.replace("\\", "/")).name or "file"
        name = bare if bare not in names else f"{Path(bare).stem}.{each.number}{Path(bare).suffix}"
        names.append("_" + name if name in (".", "..") else name)
    return [folder / name for name in names]


def _file(attachment: Attachment) -> dict[str, Any]:
    from superatom.app.cli.library import to_plain

    plain: dict[str, Any] = to_plain(attachment)
    return plain | {"at": attachment.at.isoformat()}
