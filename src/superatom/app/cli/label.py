"""``superatom label DESIGN.toml --out DIR``: make the configurations of a design and label them at one level."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from superatom.app.cli.options import Json, write_json, write_text

if TYPE_CHECKING:
    from rich.console import Console

    from superatom.physics.labelling.progress import Progress, Summary

EXAMPLES = """\b
Examples:
  superatom label design.toml --out run                 make and label, GFN1-xTB
  superatom label design.toml --out run --limit 20      stop after 20 new labels
  superatom label design.toml --out run --level chgnet  a second level, same geometries
  superatom label design.toml --out run --level pbe --existing-geometries --workers 2
"""
_LINE_EVERY_S = 30.0


def label(
    design: Annotated[
        Path, typer.Argument(metavar="DESIGN.toml", help="What to make and to label; docs/labelling.md.")
    ],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the journals; a run goes on there.")],
    level: Annotated[str, typer.Option(help="Level of theory: gfn1, chgnet, pbe, ...")] = "gfn1",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; default: one per processor.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many new labels.")] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Do again what failed before.")] = False,
    existing_geometries: Annotated[
        bool, typer.Option("--existing-geometries", help="Label what is made, while another run may be making more.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make and label the configurations of a design; may be stopped at any time, and goes on where it stopped."""
    from superatom.physics.labelling.campaign import run_campaign

    with _progress() as tell:
        summary = run_campaign(
            design,
            out,
            level,
            workers=workers,
            limit=limit,
            retry_failed=retry_failed,
            existing_geometries=existing_geometries,
            tell=tell,
        )
    if as_json:
        write_json(dataclasses.asdict(summary))
    else:
        write_text(lambda console: _show(console, summary))
    if summary.ended == "interrupted":
        typer.echo("superatom: stopped; the same command goes on where this one was", err=True)
        raise typer.Exit(130)


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """Show progress on standard error: a bar at a terminal, else a line now and then."""
    if not sys.stderr.isatty():
        yield _line_now_and_then()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Bars(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task("starting", total=None)

        def tell(now: Progress) -> None:
            completed, total = _share(now)
            bars.update(bar, completed=completed, total=total, description=_words(now))

        yield tell


def _line_now_and_then() -> Callable[[Progress], None]:
    last_s = 0.0

    def tell(now: Progress) -> None:
        nonlocal last_s
        if now.seconds - last_s >= _LINE_EVERY_S:
            last_s = now.seconds
            done, to_do = _share(now)
            what = "jobs" if now.limit is None else "labels"
            typer.echo(f"{done} of {to_do} {what} done{_time_left(now)}; {_words(now)}", err=True)

    return tell


def _share(now: Progress) -> tuple[int, int]:
    """Return how many are done and how many there are: labels up to the limit where the run stops there, else jobs."""
    return (now.n_done, now.n_to_do) if now.limit is None else (now.n_labels, now.limit)


def _time_left(now: Progress) -> str:
    """Say how long the rest takes at the rate of the run so far.

    >>> from superatom.physics.labelling.progress import Progress
    >>> _time_left(Progress(10, 50, 5, 0, 0, 1800.0)), _time_left(Progress(0, 50, 0, 0, 0, 30.0))
    (', about 2 h 00 min left', '')
    """
    done, to_do = _share(now)
    if not done or done == to_do:
        return ""
    minutes = round((to_do - done) * now.seconds / done / 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f", about {days} d {hours:02d} h left"
    return f", about {hours} h {minutes % 60:02d} min left" if hours else f", about {minutes} min left"


def _words(now: Progress) -> str:
    rate = now.n_labels / now.seconds * 3600 if now.seconds else 0.0
    return f"{now.n_labels} labels ({rate:.0f} per hour), {now.n_filtered} filtered, {now.n_failed} failed"


def _show(console: Console, summary: Summary) -> None:
    from superatom.app.report.text import show_rows

    rows = [
        {
            "family": family,
            "geometries": _counts(summary.geometries[family]),
            f"{summary.level} labels": _counts(summary.labels[family]),
        }
        for family in summary.geometries
    ]
    show_rows(console, rows)
    console.print(f"References: {_counts(summary.references)}. Labels left: {summary.n_left}.")
    if any(
        "failed" in counts for counts in (*summary.geometries.values(), *summary.labels.values(), summary.references)
    ):
        console.print(
            f"What failed says why in its line of the journals in {summary.folder}.", soft_wrap=True, markup=False
        )
    new = f"{summary.n_new_geometries} geometries and {summary.n_new_labels} labels in {summary.seconds:.0f} s"
    console.print(f"This run: {new}, {summary.labels_per_hour:.0f} labels per hour; {_ENDED[summary.ended]}.")


def _counts(by_status: Mapping[str, int]) -> str:
    """Say how many, and which of them are of no use.

    >>> _counts({"converged": 40, "failed": 2}), _counts({})
    ('40, 2 failed', '0')
    """
    bad = [f"{by_status[status]} {status}" for status in ("filtered", "failed") if by_status.get(status)]
    return ", ".join([str(by_status.get("converged", 0)), *bad])


_ENDED = {"finished": "nothing left to do", "limit": "its limit is reached", "interrupted": "interrupted"}
