"""``superatom outcome train|predict|map|distances|explain|twin``: will it work, where, and what says so."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from superatom.app.cli.options import Json, Ligands, write_file, write_json, write_text
from superatom.app.output import check_writable
from superatom.errors import ModelError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from superatom.models.outcome.descriptors import Descriptor
    from superatom.models.outcome.examples import Example
    from superatom.models.outcome.model import OutcomeModel

app = typer.Typer(
    help="Outcome of a synthesis from few examples: probability of success, maps, and the model in plain rules.",
    no_args_is_help=True, rich_markup_mode=None,
)  # fmt: skip

Data = Annotated[
    str, typer.Option(metavar="WHAT", help="cited (the recipes of the literature), own, all, or a CSV file.")
]
OutcomeColumn = Annotated[str, typer.Option(help="Of a CSV file: the column of 1 (success) and 0.")]
Kind = Annotated[
    str, typer.Option(help="gp, forest, logistic, svm, dense, siamese, graph+svm|dense|siamese, stated, majority.")
]
Model = Annotated[Path | None, typer.Option(metavar="FOLDER", help="A trained model, instead of --data and --kind.")]
Seed = Annotated[int, typer.Option(help="Seed of whatever is drawn.")]
LigandsOf = Annotated[list[str] | None, typer.Option("--ligand", help="Ligand, by name or SMILES; may repeat.")]
Solvents = Annotated[list[str] | None, typer.Option("--solvent", help="Solvent; may repeat.")]
Reductant = Annotated[str, typer.Option(help="Reductant.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=NUMBER", help="A setting, such as ph=9; may repeat.")
]


@app.command()
def train(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the model goes.")],
    *,
    data: Data = "cited", outcome: OutcomeColumn = "success", kind: Kind = "gp",
    trials: Annotated[int, typer.Option(min=0, help="Hyperparameters tried by Bayesian search; 0 keeps them.")] = 0,
    seed: Seed = 0, as_json: Json = False, ligands: Ligands = None,
) -> None:  # fmt: skip
    """Train a model, hold it out on random and grouped splits, and write it with its card."""
    del ligands
    from superatom.models.cards import CARD
    from superatom.models.outcome.storage import save_outcome_model

    if folder.exists() and not folder.is_dir():
        raise ModelError(f"{folder} is a file; name a folder for the model, which is made")
    model = _model(None, data, outcome, kind, seed, trials=trials)
    card = model.card()
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
    model: Model = None, data: Data = "cited", outcome: OutcomeColumn = "success", kind: Kind = "gp", seed: Seed = 0,
    as_json: Json = False, ligands: Ligands = None,
) -> None:  # fmt: skip
    """Say how likely a proposed recipe gives the target alone, how sure that is, and what was done most like it."""
    del ligands
    fitted = _model(model, data, outcome, kind, seed)
    proposal = _proposal(ligand, solvent, reductant, settings, fitted.columns)
    if not (proposal.ligands or proposal.solvents or proposal.reductant or proposal.settings):
        raise ModelError("nothing is proposed; state at least one of --ligand, --solvent, --reductant, --set ph=9")
    [found] = fitted.predict([proposal])
    remarks = fitted.remarks(proposal)
    [nearest] = fitted.domain.nearest(fitted.inputs([proposal]))
    if as_json:
        write_json(
            {
                "probability": round(found.mean, 4), "spread": round(found.spread, 4), "in_domain": found.in_domain,
                "model": found.model_id, "nearest": nearest, "remarks": list(remarks),
                "reliability": list(fitted.reliability()),
            }
        )  # fmt: skip
        return
    typer.echo(f"probability of success {found.mean:.2f} ± {found.spread:.2f}")
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
    model: Model = None, data: Data = "cited", outcome: OutcomeColumn = "success", kind: Kind = "gp", seed: Seed = 0,
    as_json: Json = False, ligands: Ligands = None,
) -> None:  # fmt: skip
    """Map the probability of success over any two settings, or over five as small multiples."""
    del ligands
    check_writable(picture)
    check_writable(csv)
    from superatom.models.outcome.maps import draw_map, probability_map
    from superatom.models.outcome.proposals import axis

    more = by or []
    fitted = _model(model, data, outcome, kind, seed)
    axes = [axis(fitted.columns, fitted.examples, text, points) for text in (x, y)]
    axes += [axis(fitted.columns, fitted.examples, text, panels) for text in more]
    base = _proposal(ligand, solvent, reductant, settings, fitted.columns)
    made = probability_map(fitted, base, axes)
    where = {name: float(f"{value:.4g}") for name, value in made.best.items()}
    answer = {
        "model": made.model_id, "lowest": round(float(made.probability.min()), 4),
        "highest": round(float(made.probability.max()), 4), "highest_at": where,
        "share_in_domain": round(float(made.in_domain.mean()), 4), "reliability": list(fitted.reliability()),
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
        _say_reliability(fitted)


@app.command()
def distances(
    names: Annotated[list[str], typer.Argument(metavar="LIGAND...", help="Two ligands or more, by name or SMILES.")],
    *,
    model: Model = None, data: Data = "cited", outcome: OutcomeColumn = "success", kind: Kind = "graph+siamese",
    seed: Seed = 0, as_json: Json = False, ligands: Ligands = None,
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
    found = _model(model, data, outcome, kind, seed).fingerprint_distances(molecules)
    rows = [
        {"ligand": name, **{other: round(float(d), 4) for other, d in zip(names, line, strict=True)}}
        for name, line in zip(names, found, strict=True)
    ]
    if as_json:
        write_json(rows)
        return
    from superatom.app.report.text import show_rows

    write_text(lambda console: show_rows(console, rows))


@app.command("explain")
def explain_(
    *,
    recipes: Annotated[int, typer.Option(min=100, help="Recipes drawn for the tree to learn from.")] = 40_000,
    leaves: Annotated[int, typer.Option(min=2, max=128, help="Most leaves of the tree.")] = 128,
    ligand: LigandsOf = None, solvent: Solvents = None, reductant: Reductant = "", settings: Set = None,
    picture: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the tree as a flow chart (.svg).")] = None,
    dependence: Annotated[list[str] | None, typer.Option(help="Also the partial dependence on this column.")] = None,
    shap: Annotated[bool, typer.Option("--shap", help="Also the mean |SHAP| of each column (kind forest).")] = False,
    model: Model = None, data: Data = "cited", outcome: OutcomeColumn = "success", kind: Kind = "gp", seed: Seed = 0,
    as_json: Json = False, ligands: Ligands = None,
) -> None:  # fmt: skip
    """Explain a model by a small decision tree with rules in bench units, and say how far the tree can be believed."""
    del ligands
    check_writable(picture)
    from superatom.models.outcome.explain import F1_GOAL, MCC_GOAL, explain
    from superatom.models.outcome.flowchart import flow_chart
    from superatom.models.outcome.importance import partial_dependence, ranked, shap_values

    fitted = _model(model, data, outcome, kind, seed)
    fixed = _proposal(ligand, solvent, reductant, settings, fitted.columns)
    found = explain(fitted, n_recipes=recipes, seed=seed, fixed=fixed, most_leaves=leaves)
    curves = {name: partial_dependence(fitted, name) for name in dependence or ()}
    importance = ranked(*shap_values(fitted)) if shap else []
    if picture is not None:
        write_file(picture, flow_chart(found))
    if as_json:
        answer: dict[str, Any] = {
            "model": found.model_id, "recipes": found.n_recipes, "checked": found.n_checked, "leaves": found.n_leaves,
            "f1": round(found.f1, 4), "mcc": round(found.mcc, 4), "is_faithful": found.is_faithful,
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
    goal = "reaches" if found.is_faithful else "misses"
    typer.echo(
        f"{found.n_leaves} leaves from {found.n_recipes} drawn recipes; against the model on {found.n_checked} others "
        f"F1 {found.f1:.3f}, MCC {found.mcc:.3f}: {goal} the goal of {F1_GOAL} and {MCC_GOAL}"
    )
    _say_reliability(fitted)
    for name, curve in curves.items():
        points = ", ".join(f"{v:.3g}: {p:.2f}" for v, p in zip(curve.values, curve.probability, strict=True))
        typer.echo(f"partial dependence on {name}: {points}")
    for name, size in importance:
        typer.echo(f"mean |SHAP| {size:.3f}  {name}")


@app.command()
def twin(
    table: Annotated[Path, typer.Argument(metavar="FILE", help="CSV of settings and the measured number.")],
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
    from superatom.models.outcome.proposals import axis
    from superatom.models.twins import fit_twin, phase_diagram, read_measurements, twin_kind

    wanted = twin_kind(kind)
    ends = _numbers(bounds)
    fitted = fit_twin(read_measurements(table, target, same=same or ()), wanted, seed=seed)
    proposal = _proposal(None, None, "", settings, fitted.columns)
    predicted = fitted.predict([proposal]) if settings else []
    if picture is not None:
        axes = [axis(fitted.columns, fitted.measurements.examples, text, 40) for text in (x, y)]
        phase_diagram(fitted, (axes[0], axes[1]), ends, proposal.settings).draw(picture)
        typer.echo(f"wrote {picture}", err=True)
    s = fitted.score
    if as_json:
        found = [{"mean": p.mean, "spread": p.spread, "in_domain": p.in_domain} for p in predicted]
        write_json(
            {
                "model": fitted.model_id, "n": len(fitted.measurements.values), "mae": s.mae, "rmse": s.rmse,
                "r2": s.r2, "coverage": s.coverage, "predicted": found,
            }
        )  # fmt: skip
        return
    typer.echo(f"{fitted.model_id}: {len(fitted.measurements.values)} measurements of {target}")
    typer.echo(f"held out: mean error {s.mae:.3g}, R² {s.r2:.2f}; {s.coverage:.0%} within one spread")
    for p in predicted:
        typer.echo(f"{target} {p.mean:.4g} ± {p.spread:.2g}{'' if p.in_domain else ' (outside what the model knows)'}")


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise ModelError(f"{text!r} are no bounds; write numbers with commas, such as 2,5,10") from None


def _say_reliability(fitted: OutcomeModel) -> None:
    for sentence in fitted.reliability():
        typer.echo(f"  {sentence}")


def _model(folder: Path | None, data: str, outcome: str, kind: str, seed: int, *, trials: int = 0) -> OutcomeModel:
    from superatom.models.outcome.model import fit_outcome_model
    from superatom.models.outcome.storage import load_outcome_model

    if folder is not None:
        return load_outcome_model(folder)
    return fit_outcome_model(_examples(data, outcome), kind, n_trials=trials, seed=seed, data=data)


def _examples(data: str, outcome: str) -> list[Example]:
    """Return the examples meant by ``cited``, ``own``, ``all`` or a CSV file."""
    from superatom.models.outcome.examples import cited_examples, example_of_record, read_examples

    if data not in ("cited", "own", "all"):
        return list(read_examples(data, outcome))
    found = list(cited_examples()) if data != "own" else []
    if data != "cited":
        from superatom.data.stores.opening import open_store
        from superatom.data.synthesis_records import Origin

        with open_store() as store:
            found += [example_of_record(s.record, s.id) for s in store.iterate(origin=Origin.OWN)]
    return found


def _proposal(
    ligand: list[str] | None,
    solvent: list[str] | None,
    reductant: str,
    settings: list[str] | None,
    columns: Sequence[Descriptor],
) -> Example:
    from superatom.models.outcome.examples import SETTINGS, proposal

    known = list(dict.fromkeys([*(column.name for column in columns if column.is_setting), *SETTINGS]))
    numbers = {}
    for text in settings or ():
        name, _, value = text.partition("=")
        try:
            numbers[name.strip()] = float(value)
        except ValueError:
            numbers[name.strip()] = math.nan
        if not name.strip() or not math.isfinite(numbers[name.strip()]):
            raise ModelError(f"{text!r} is no setting; write name=number, such as ph=9")
        if name.strip() not in known:
            hint = did_you_mean(name.strip(), known)
            raise ModelError(f"{name.strip()!r} is no setting.{hint} Legal: {', '.join(known)}")
    return proposal(ligand or (), solvent or (), reductant, numbers)
