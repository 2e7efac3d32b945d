"""``superatom outcome train|predict|map|distances|explain|twin``: will it work, where, and what says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from superatom.app.cli.options import Json, Ligands, write_file, write_json, write_text
from superatom.app.cli.outcome_asked import (
    Data,
    Kind,
    LigandsOf,
    Model,
    OutcomeColumn,
    Reductant,
    Seed,
    Series,
    Set,
    Solvents,
    licence_of,
    model_asked,
    proposal_asked,
)  # fmt: skip
from superatom.app.cli.outcome_twin import twin
from superatom.app.output import check_writable
from superatom.errors import ModelError

if TYPE_CHECKING:
    from superatom.models.outcome.explain import Fidelity
    from superatom.models.outcome.model import OutcomeModel

app = typer.Typer(
    help="Outcome of a synthesis from few examples: probability of success, maps, and the model in plain rules.",
    no_args_is_help=True, rich_markup_mode=None,
)  # fmt: skip
app.command()(twin)


@app.command()
def train(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the model goes.")],
    *,
    data: Data = "cited", outcome: OutcomeColumn = "success", series: Series = "",
    kind: Kind = "gp",
    trials: Annotated[int, typer.Option(min=0, help="Hyperparameters tried by Bayesian search; 0 keeps them.")] = 0,
    seed: Seed = 0, as_json: Json = False, ligands: Ligands = None,
) -> None:  # fmt: skip
    """Train a model, hold it out on random and grouped splits, and write it with its card."""
    del ligands
    from superatom.models.cards import CARD
    from superatom.models.outcome.card import outcome_card
    from superatom.models.outcome.storage import save_outcome_model

    if folder.exists() and not folder.is_dir():
        raise ModelError(f"{folder} is a file; name a folder for the model, which is made")
    model = model_asked(None, data, outcome, series, kind, seed=seed, trials=trials)
    card = outcome_card(model, licence=licence_of(data))
    save_outcome_model(model, folder, card)
    if as_json:
        write_json(CARD.to_document(card))
    else:
        typer.echo(card.to_text())
    typer.echo(f"wrote {folder}", err=True)


@app.command()
def predict(
    *,
    ligand: LigandsOf = None, solvent: Solvents = None, reductant: Reductant = "", settings: Set = None,
    model: Model = None, data: Data = "cited", outcome: OutcomeColumn = "success", series: Series = "",
    kind: Kind = "gp", seed: Seed = 0,
    as_json: Json = False, ligands: Ligands = None,
) -> None:  # fmt: skip
    """Say how likely a proposed recipe gives the target alone, how sure that is, and what was done most like it."""
    del ligands
    fitted = model_asked(model, data, outcome, series, kind, seed=seed)
    proposal = proposal_asked(ligand, solvent, reductant, settings, columns=fitted.columns, examples=fitted.examples)
    if not (proposal.ligands or proposal.solvents or proposal.reductant or proposal.settings):
        raise ModelError("nothing is proposed; state at least one of --ligand, --solvent, --reductant, --set ph=9")
    [found] = fitted.predict([proposal])
    remarks = fitted.remarks(proposal)
    [nearest] = fitted.domain.nearest(fitted.inputs([proposal]))
    if as_json:
        write_json(
            {
                "probability": round(found.mean, 4), "spread": round(found.spread, 4),
                "low": round(found.low, 4), "high": round(found.high, 4), "in_domain": found.in_domain,
                "model": found.model_id, "nearest": nearest, "remarks": list(remarks),
                "reliability": list(fitted.reliability()),
            }
        )  # fmt: skip
        return
    typer.echo(f"probability of success {found.mean:.2f}, from {found.low:.2f} to {found.high:.2f}")
    typer.echo(f"in the domain of the model: {'yes' if found.in_domain else 'no'}")
    for remark in remarks:
        typer.echo(f"  {remark}")
    typer.echo(f"most like it: {nearest}")
    typer.echo(f"model: {found.model_id}")
    _say_reliability(fitted)


@app.command("map")
def map_(
    *,
    x: Annotated[str, typer.Option(help="Setting drawn across: a name, or name:low:high.")] = "ph",
    y: Annotated[str, typer.Option(help="Setting drawn up.")] = "temperature_C",
    by: Annotated[list[str] | None, typer.Option(help="Up to three more settings, as small multiples.")] = None,
    points: Annotated[int, typer.Option(min=2, max=400, help="Points of x and of y.")] = 40,
    panels: Annotated[int, typer.Option(min=2, max=6, help="Points of every setting of --by.")] = 3,
    ligand: LigandsOf = None, solvent: Solvents = None, reductant: Reductant = "", settings: Set = None,
    picture: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw it as .png or .svg.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the numbers.")] = None,
    model: Model = None, data: Data = "cited", outcome: OutcomeColumn = "success", series: Series = "",
    kind: Kind = "gp", seed: Seed = 0,
    as_json: Json = False, ligands: Ligands = None,
) -> None:  # fmt: skip
    """Map the probability of success over any two settings, or over five as small multiples."""
    del ligands
    check_writable(picture)
    check_writable(csv)
    from superatom.models.drawing import picture_path
    from superatom.models.outcome.maps import draw_map, probability_map
    from superatom.models.outcome.proposals import axis

    if picture is not None:
        picture_path(picture)
    more = by or []
    fitted = model_asked(model, data, outcome, series, kind, seed=seed)
    axes = [axis(fitted.columns, fitted.examples, text, points) for text in (x, y)]
    axes += [axis(fitted.columns, fitted.examples, text, panels) for text in more]
    base = proposal_asked(ligand, solvent, reductant, settings, columns=fitted.columns, examples=fitted.examples)
    made = probability_map(fitted, base, axes)
    where = {name: float(f"{value:.4g}") for name, value in made.best.items()}
    remarks = fitted.remarks(replace(base, settings={**base.settings, **made.best}))
    answer = {
        "model": made.model_id, "lowest": round(float(made.probability.min()), 4),
        "highest": round(float(made.probability.max()), 4), "highest_at": where,
        "share_in_domain": round(float(made.in_domain.mean()), 4),
        "remarks": list(remarks), "reliability": list(fitted.reliability()),
    }  # fmt: skip
    if csv is not None:
        write_file(csv, made.to_csv())
    if picture is not None:
        draw_map(made, picture, title=", ".join([*base.ligands, *base.solvents, base.reductant]).strip(", "))
        typer.echo(f"wrote {picture}", err=True)
    if as_json:
        write_json(answer)
    else:
        said = ", ".join(f"{name} {value:g}" for name, value in where.items())
        typer.echo(f"probability of success from {answer['lowest']:.2f} to {answer['highest']:.2f}, highest at {said}")
        typer.echo(f"{answer['share_in_domain']:.0%} of the map is in the domain of {made.model_id}")
        for remark in remarks:
            typer.echo(f"  at the highest, {remark}")
        _say_reliability(fitted)


@app.command()
def distances(
    names: Annotated[list[str], typer.Argument(metavar="LIGAND...", help="Two ligands or more, by name or SMILES.")],
    *,
    per_atom: Annotated[bool, typer.Option("--per-atom", help="Compare fingerprints divided by their atoms.")] = False,
    model: Model = None, data: Data = "cited", outcome: OutcomeColumn = "success", series: Series = "",
    kind: Kind = "graph+siamese", seed: Seed = 0, as_json: Json = False, ligands: Ligands = None,
) -> None:  # fmt: skip
    """Show distances between the fingerprints of ligands that a graph network has learnt."""
    del ligands
    from superatom.models.outcome.descriptors import smiles
    from superatom.models.outcome.examples import Example

    if len(names) < 2:
        raise ModelError("a distance needs two ligands or more, by name or SMILES")
    molecules = [smiles(Example(name, None, (name,)), "ligand") for name in names]
    if unknown := [name for name, text in zip(names, molecules, strict=True) if not text]:
        raise ModelError(f"{unknown[0]!r} is no ligand of the table with a known structure, and no SMILES")
    found = model_asked(model, data, outcome, series, kind, seed=seed).fingerprint_distances(
        molecules, per_atom=per_atom
    )
    rows = [
        {"ligand": name, **{other: round(float(d), 4) for other, d in zip(names, line, strict=True)}}
        for name, line in zip(names, found, strict=True)
    ]
    if as_json:
        write_json(rows)
        return
    from superatom.app.report.text import show_rows

    write_text(lambda console: show_rows(console, rows))
    if not per_atom:
        typer.echo("  fingerprints are sums over atoms, so distances are mostly of sizes; --per-atom leaves that out")


@app.command("explain")
def explain_(
    *,
    recipes: Annotated[int, typer.Option(min=100, help="Recipes drawn for the tree to learn from.")] = 40_000,
    leaves: Annotated[int, typer.Option(min=2, max=128, help="Most leaves of the tree.")] = 16,
    ligand: LigandsOf = None, solvent: Solvents = None, reductant: Reductant = "", settings: Set = None,
    picture: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the tree as a flow chart (.svg).")] = None,
    dependence: Annotated[list[str] | None, typer.Option(help="Also the partial dependence on this column.")] = None,
    shap: Annotated[bool, typer.Option("--shap", help="Also the mean |SHAP| of each column (kind forest).")] = False,
    model: Model = None, data: Data = "cited", outcome: OutcomeColumn = "success", series: Series = "",
    kind: Kind = "gp", seed: Seed = 0,
    as_json: Json = False, ligands: Ligands = None,
) -> None:  # fmt: skip
    """Explain a model by a small decision tree with rules in bench units, and say how far the tree can be believed."""
    del ligands
    check_writable(picture)
    if picture is not None and picture.suffix != ".svg":
        raise ModelError(f"a flow chart is a file ending in .svg; this is {picture.name!r}")
    from superatom.models.outcome.explain import explain
    from superatom.models.outcome.flowchart import flow_chart
    from superatom.models.outcome.importance import partial_dependence, ranked, shap_values

    fitted = model_asked(model, data, outcome, series, kind, seed=seed)
    fixed = proposal_asked(ligand, solvent, reductant, settings, columns=fitted.columns, examples=fitted.examples)
    found = explain(fitted, n_recipes=recipes, seed=seed, fixed=fixed, most_leaves=leaves)
    curves = {name: partial_dependence(fitted, name) for name in dependence or ()}
    importance = ranked(*shap_values(fitted)) if shap else []
    if picture is not None:
        write_file(picture, flow_chart(found))
    if as_json:
        answer: dict[str, Any] = {
            "model": found.model_id, "recipes": found.n_recipes, "checked": found.n_checked,
            "share_in_domain": round(found.in_domain, 4), "threshold": round(found.threshold, 4),
            **_fidelity(found.fidelity), "larger": _fidelity(found.larger),
            "rules": list(found.rules()),
            "partial_dependence": {
                name: {"values": c.values.round(4).tolist(), "probability": c.probability.round(4).tolist()}
                for name, c in curves.items()
            },
            "shap": dict(importance), "reliability": list(fitted.reliability()),
        }  # fmt: skip
        write_json(answer)
        return
    for rule in found.rules():
        typer.echo(rule)
    typer.echo(f"against the model on {found.n_checked} other recipes: {found.fidelity}")
    if found.larger != found.fidelity:
        typer.echo(f"a larger tree: {found.larger} (--leaves {found.larger.n_leaves})")
    typer.echo(
        f"learnt from {found.n_recipes} recipes drawn near the examples, {found.in_domain:.0%} in its domain; "
        f"success is a probability from {found.threshold:.2f} on"
    )
    _say_reliability(fitted)
    for name, curve in curves.items():
        points = ", ".join(f"{v:.3g}: {p:.2f}" for v, p in zip(curve.values, curve.probability, strict=True))
        typer.echo(f"partial dependence on {name}: {points}")
    for name, size in importance:
        typer.echo(f"mean |SHAP| {size:.3f}  {name}")


def _fidelity(of: Fidelity) -> dict[str, Any]:
    return {"leaves": of.n_leaves, "f1": round(of.f1, 4), "mcc": round(of.mcc, 4), "is_faithful": of.reaches_goals}


def _say_reliability(fitted: OutcomeModel) -> None:
    for sentence in fitted.reliability():
        typer.echo(f"  {sentence}")
