"""``superatom campaign start|suggest|record|show|why|list``: the closed loop, remembered in the library."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from superatom.app.cli.options import Json, write_json, write_text
from superatom.app.cli.records_options import Library, opened, pairs, remark
from superatom.errors import CampaignError, ImportRowsError, MissingEngineError

if TYPE_CHECKING:
    from superatom.campaign.loop.returned import ReadPlate
    from superatom.campaign.loop.space_file import SpaceFile

app = typer.Typer(
    help="Suggest the next flasks, take back what came of them, say where it stands. State is kept in the library.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The campaign; `superatom campaign list` names them.")]
RecommenderName = Annotated[
    str | None,
    typer.Option("--recommender", help="bayesian, mapping, latin-hypercube, ofat or random.", show_default=False),
]


@app.command()
def start(
    name: Name,
    *,
    space: Annotated[
        Path | None,
        typer.Option("--space", metavar="FILE", help="TOML of the space; `superatom plan --campaign` writes one."),
    ] = None,
    plan: Annotated[
        str | None, typer.Option("--plan", metavar="FORMULA", help="Plan this cluster and start from that.")
    ] = None,
    objective: Annotated[
        list[str] | None,
        typer.Option(
            "--objective", help="'maximise yield_percent [%]', 'minimise cost [EUR]', success; several trade off."
        ),
    ] = None,
    limit: Annotated[list[str] | None, typer.Option("--limit", help="Such as 'purity_percent >= 90 %'.")] = None,
    success: Annotated[
        float | None, typer.Option("--success", help="Smallest probability of success worth a flask, 0 to 1.")
    ] = None,
    earlier: Annotated[
        list[str] | None, typer.Option("--from", metavar="CAMPAIGN", help="Learn from it too; or from: literature.")
    ] = None,
    recommender: RecommenderName = None,
    budget: Annotated[int | None, typer.Option("--budget", min=1, help="Flasks there is means for.")] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Decides every draw; default: of the file, or 0.")
    ] = None,
    library: Library = None,
    as_json: Json = False,
) -> None:
    """Start a campaign: where to look, what for, and what is known already."""
    from superatom.campaign.loop.campaign import Campaign
    from superatom.campaign.loop.earlier import informed
    from superatom.campaign.loop.goals import parse_limit, parse_response
    from superatom.campaign.loop.space_file import to_setup
    from superatom.data.stores.opening import open_store

    file = _space_file(space, plan)
    given: dict[str, Any] = {
        "response": tuple(map(parse_response, objective or ())),
        "limit": (*file.limit, *map(parse_limit, limit or ())),
        "seed": seed, "recommender": recommender, "budget": budget, "minimum_success": success,
    }  # fmt: skip
    setup = to_setup(replace(file, **{key: value for key, value in given.items() if value not in (None, ())}))
    with open_store(library) as store:
        remark(store.remarks)
        setup, said = informed(setup, store, earlier or ())
        campaign = Campaign.start(store, name, setup)
    if as_json:
        from superatom.campaign.loop.state import SETUP

        document = SETUP.to_document(campaign.setup)
        write_json({"name": name, "version": campaign.version, "setup": document, "informed_by": list(said)})
        return
    from superatom.app.cli.campaign_shown import setup_lines

    for line in (*setup_lines(campaign.setup), *said, f"next: superatom campaign suggest {name} -n 4 --csv plate.csv"):
        typer.echo(line)


@app.command()
def suggest(
    name: Name,
    *,
    n: Annotated[int, typer.Option("-n", min=1, max=1000, help="Flasks wanted.")] = 4,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write them as a plate, .csv or .xlsx.")
    ] = None,
    recommender: RecommenderName = None,
    again: Annotated[
        int | None, typer.Option("--again", metavar="BATCH", help="Show an earlier batch; suggest nothing.")
    ] = None,
    library: Library = None,
    as_json: Json = False,
) -> None:
    """Hand out the next flasks, each with its reason; they count as pending until recorded."""
    from superatom.app.output import check_writable, write_whole
    from superatom.campaign.loop.campaign import Campaign
    from superatom.campaign.loop.plates import check_ending, plate_bytes

    if csv is not None:
        check_writable(csv)
        check_ending(csv.suffix.lower())
    with opened(library) as store:
        remark(store.remarks)
        campaign = Campaign.open(store, name)
        handed = campaign.suggest(n, recommender=recommender) if again is None else campaign.batch(again)
        if csv is not None:
            write_whole(csv, plate_bytes(campaign, handed, csv.suffix.lower()))
            typer.echo(f"wrote {csv}", err=True)
        now = campaign.standing()
    from superatom.app.cli.campaign_shown import batch_document, show_batch

    if as_json:
        write_json(batch_document(name, handed))
        return
    write_text(lambda console: show_batch(console, now, handed))
    if csv is None:
        typer.echo(f"as a plate: superatom campaign suggest {name} --again {handed.number} --csv plate.csv")
    else:
        typer.echo(f"next: fill it in, then superatom campaign record {name} {csv}")


@app.command()
def record(
    name: Name,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The plate with what was measured, .csv or .xlsx.")
    ] = None,
    *,
    values: Annotated[
        list[str] | None,
        typer.Option("--values", metavar="FIELD=VALUE", help="Of one flask: yield_percent=45; repeatable."),
    ] = None,
    flask: Annotated[str, typer.Option("--flask", help="Which flask; none: an experiment nobody suggested.")] = "",
    adopt: Annotated[
        list[str] | None,
        typer.Option("--adopt", metavar="ID", help="Records that are in the library already: E0012, or E0001-E0054."),
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook; default: the first.")] = None,
    keep_good: Annotated[
        bool, typer.Option("--keep-good", help="Take the good rows; default: all or nothing.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Kept with the records.")] = "",
    library: Library = None,
    as_json: Json = False,
) -> None:
    """Take a plate back into the library: every row judged; failures and experiments nobody suggested are welcome."""
    from superatom.campaign.loop.campaign import Campaign
    from superatom.campaign.loop.returned import carry_out, read_plate, read_values, refusal

    if sum((file is not None, bool(values), bool(adopt))) != 1:
        raise CampaignError("give the plate that came back, --values FIELD=VALUE of one flask, or --adopt ID")
    if adopt:
        _adopt(name, adopt, library, reason=reason, as_json=as_json)
        return
    with opened(library) as store:
        remark(store.remarks)
        campaign = Campaign.open(store, name)
        plate = (
            read_values(campaign, pairs(values or []), flask)
            if file is None
            else read_plate(campaign, file, sheet=sheet)
        )
        why_not = refusal(plate, keep_good=keep_good)
        written = carry_out(campaign, plate, keep_good=keep_good, reason=reason) if not (dry_run or why_not) else ()
    _show_plate(plate, [one.id for one in written], is_written=not (dry_run or why_not), as_json=as_json)
    if why_not and not dry_run:
        raise ImportRowsError(why_not)


@app.command()
def show(
    name: Name,
    *,
    pictures: Annotated[
        Path | None, typer.Option("--pictures", metavar="FOLDER", file_okay=False, help="Write the pictures there.")
    ] = None,
    picture_format: Annotated[str, typer.Option("--format", help="png or svg.")] = "png",
    axes: Annotated[
        str, typer.Option("--axes", metavar="A,B", help="Parameters of the pictures; default: what matters.")
    ] = "",
    library: Library = None,
    as_json: Json = False,
) -> None:
    """Say where a campaign stands: best so far, Pareto front, who found what, whether to go on."""
    from superatom.app.cli.campaign_shown import show_state, state_document
    from superatom.campaign.loop.campaign import Campaign
    from superatom.campaign.loop.learned import learned

    with opened(library) as store:
        remark(store.remarks)
        campaign = Campaign.open(store, name)
        now = campaign.standing()
        try:
            known = learned(now)
        except MissingEngineError as missing:  # what was measured can be shown all the same
            known = None
            typer.echo(f"superatom: {missing}", err=True)
        document = state_document(now, known)
        if pictures is not None:
            from superatom.campaign.loop.pictures import draw_all

            wanted = [word.strip() for word in axes.split(",") if word.strip()]
            pictures.mkdir(parents=True, exist_ok=True)
            drawn = draw_all(now, known, pictures, ending=f".{picture_format.lstrip('.')}", axes=wanted)
            document["pictures"] = [str(path) for path in drawn]
    if as_json:
        write_json(document)
    else:
        write_text(lambda console: show_state(console, document))


@app.command()
def why(
    name: Name,
    suggestion: Annotated[str, typer.Argument(metavar="SUGGESTION", help="A flask, such as B2-1.")],
    *,
    library: Library = None,
    as_json: Json = False,
) -> None:
    """Say why a flask was suggested, and what came of it."""
    from superatom.app.cli.campaign_shown import flask_document, show_flask
    from superatom.campaign.loop.campaign import Campaign

    with opened(library) as store:
        remark(store.remarks)
        campaign = Campaign.open(store, name)
        document = flask_document(name, campaign.flask(suggestion))
    if as_json:
        write_json(document)
    else:
        write_text(lambda console: show_flask(console, document))


@app.command("list")
def list_(*, library: Library = None, as_json: Json = False) -> None:
    """List the campaigns of the library."""
    from superatom.app.report.text import show_rows
    from superatom.campaign.loop.advice import flask_counts
    from superatom.campaign.loop.campaign import Campaign
    from superatom.campaign.loop.state import KIND

    with opened(library) as store:
        remark(store.remarks)
        rows: list[dict[str, Any]] = []
        for each in store.ids(KIND):
            campaign = Campaign.open(store, each)
            counts = {status: n for status, n in flask_counts(campaign.flasks()).items() if n}
            rows.append({"name": each, "target": campaign.setup.shared.target, "flasks": counts})
    if as_json:
        write_json(rows)
        return
    shown = [{**row, "flasks": ", ".join(f"{n} {status}" for status, n in row["flasks"].items())} for row in rows]
    write_text(lambda console: show_rows(console, shown))


def _space_file(space: Path | None, plan: str | None) -> SpaceFile:
    if (space is None) == (plan is None):
        raise CampaignError("give the space of the campaign: --space FILE, or --plan FORMULA")
    if space is not None:
        from superatom.campaign.loop.space_file import read_space_file

        return read_space_file(space)
    from superatom.campaign.handover import to_space_file
    from superatom.campaign.planning import plan as make_plan

    return to_space_file(make_plan(plan or "", routes=1))


def _adopt(name: str, ids: list[str], library: str | None, *, reason: str, as_json: bool) -> None:
    from superatom.campaign.loop.campaign import Campaign

    found = [id_ for text in ids for id_ in _ids(text)]
    with opened(library) as store:
        remark(store.remarks)
        Campaign.open(store, name).adopt(found, reason=reason)
    if as_json:
        write_json({"adopted": found})
    else:
        typer.echo(f"{', '.join(found)} joined {name}")


def _ids(text: str) -> list[str]:
    """Return the ids of a range such as E0001-E0054, else the one given."""
    if (ends := re.fullmatch(r"E(\d{4,6})-E(\d{4,6})", text.replace(" ", ""))) is None:
        return [text]
    return [f"E{number:04d}" for number in range(int(ends[1]), int(ends[2]) + 1)]


def _show_plate(plate: ReadPlate, ids: list[str], *, is_written: bool, as_json: bool) -> None:
    from superatom.app.cli.campaign_shown import plate_document, plate_lines

    if as_json:
        write_json({**plate_document(plate), "is_written": is_written, "written": ids})
        return
    for line in plate_lines(plate):
        typer.echo(line)
    typer.echo(f"written: {', '.join(ids) or 'nothing'}" if is_written else "nothing was written")
