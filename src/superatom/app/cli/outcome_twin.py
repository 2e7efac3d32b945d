"""``superatom outcome twin``: a measured number from settings, and its phase diagram."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from superatom.app.cli.options import Json, write_json
from superatom.app.cli.outcome_asked import Seed, Set, proposal_asked
from superatom.app.output import check_writable
from superatom.errors import ModelError


def twin(
    table: Annotated[Path, typer.Argument(metavar="FILE", help="Table of settings and the measured number.")],
    target: Annotated[str, typer.Argument(metavar="COLUMN", help="What was measured, such as size_nm.")],
    *,
    kind: Annotated[str, typer.Option(help="gp or boosting.")] = "gp",
    x: Annotated[str, typer.Option(help="Setting drawn across the phase diagram: a name, or name:low:high.")] = "",
    y: Annotated[str, typer.Option(help="Setting drawn up.")] = "",
    bounds: Annotated[str, typer.Option(help="Where regions end, such as 2,5,10.")] = "",
    same: Annotated[list[str] | None, typer.Option(help="Rows alike in these columns are held out together.")] = None,
    settings: Set = None,
    picture: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the phase diagram, .png or .svg.")] = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Learn a measured number (yield, QY, emission, size) from settings, predict it, and draw its phase diagram."""
    check_writable(picture)
    from superatom.models.drawing import picture_path
    from superatom.models.outcome.proposals import axis
    from superatom.models.outcome.tables import how_read
    from superatom.models.twins import fit_twin, phase_diagram, read_measurements, twin_kind

    wanted = twin_kind(kind)
    ends = _numbers(bounds)
    if picture is not None:
        picture_path(picture)
        if not (x and y and ends):
            raise ModelError("a phase diagram needs two settings and where regions end: --x, --y and --bounds")
    for sentence in how_read(table, [target, *(same or ())]):
        typer.echo(sentence, err=True)
    fitted = fit_twin(read_measurements(table, target, same=same or ()), wanted, seed=seed)
    proposal = proposal_asked(None, None, "", settings, columns=fitted.columns, examples=fitted.measurements.examples)
    predicted = fitted.predict([proposal]) if settings else []
    if picture is not None:
        axes = [axis(fitted.columns, fitted.measurements.examples, text, 40) for text in (x, y)]
        phase_diagram(fitted, (axes[0], axes[1]), ends, proposal.settings).draw(picture)
        typer.echo(f"wrote {picture}", err=True)
    s = fitted.score
    if as_json:
        found = [
            {"mean": p.mean, "spread": p.spread, "in_domain": p.in_domain, "remarks": list(fitted.remarks(proposal))}
            for p in predicted
        ]
        write_json(
            {
                "model": fitted.model_id, "n": len(fitted.measurements.values), "mae": s.mae, "rmse": s.rmse,
                "r2": s.r2, "coverage": s.coverage, "predicted": found,
            }
        )  # fmt: skip
        return
    typer.echo(f"{fitted.model_id}: {len(fitted.measurements.values)} measurements of {fitted.measurements.target}")
    typer.echo(f"held out: mean error {s.mae:.3g}, R² {s.r2:.2f}; {s.coverage:.0%} within one spread")
    for p in predicted:
        typer.echo(f"{fitted.measurements.target} {p.mean:.4g} ± {p.spread:.2g}")
        if not p.in_domain:
            typer.echo("outside what the twin knows, so the spread is that of all measurements and more:")
        for remark in fitted.remarks(proposal):
            typer.echo(f"  {remark}")


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise ModelError(f"{text!r} are no bounds; write numbers with commas, such as 2,5,10") from None
