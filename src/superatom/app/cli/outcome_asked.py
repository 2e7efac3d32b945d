"""What the verbs of ``superatom outcome`` share: their options, and the model, examples and proposal these mean."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from superatom.errors import ModelError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from superatom.models.outcome.descriptors import Descriptor
    from superatom.models.outcome.examples import Example
    from superatom.models.outcome.model import OutcomeModel

Data = Annotated[
    str,
    typer.Option(
        metavar="WHAT",
        help="cited (the recipes of the literature), own, all, pom-crystallisation-active-learning, or a table "
        "(.csv, .xlsx).",
    ),
]
OutcomeColumn = Annotated[str, typer.Option(help="Of a table: the column of 1 (success) and 0.")]
Series = Annotated[
    str, typer.Option(metavar="COLUMN", help="Of a table: which rows belong together; default series, batch or run.")
]
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


def model_asked(
    folder: Path | None, data: str, outcome: str, series: str, kind: str, *, seed: int, trials: int = 0
) -> OutcomeModel:
    """Return the model in a folder, or one fitted to the examples that are meant."""
    from superatom.models.outcome.model import fit_outcome_model
    from superatom.models.outcome.storage import load_outcome_model

    if folder is not None:
        return load_outcome_model(folder)
    return fit_outcome_model(examples_asked(data, outcome, series), kind, n_trials=trials, seed=seed, data=data)


def examples_asked(data: str, outcome: str, series: str) -> list[Example]:
    """Return the examples meant by ``cited``, ``own``, ``all``, the name of the public set, or a table."""
    from superatom.models.outcome.examples import cited_examples, example_of_record
    from superatom.models.outcome.tables import POM, how_read, pom_examples, read_examples

    if data == POM:
        return list(pom_examples())
    if data not in ("cited", "own", "all"):
        if not Path(data).suffix and not Path(data).exists():
            raise ModelError(f"--data {data!r} is neither cited, own, all, {POM} nor a table such as mine.csv")
        found = list(read_examples(data, outcome, series=series))
        for sentence in how_read(data, (outcome, series)):
            typer.echo(sentence, err=True)
        return found
    found = list(cited_examples()) if data != "own" else []
    if data != "cited":
        from superatom.data.stores.opening import open_store
        from superatom.data.synthesis_records import Origin

        with open_store() as store:
            found += [example_of_record(s.record, s.id) for s in store.iterate(origin=Origin.OWN)]
    return found


def licence_of(data: str) -> str:
    """Return under which licence the examples are that ``--data`` means."""
    from superatom.data.sources import list_sources
    from superatom.models.outcome.tables import POM

    cited, own = "facts, each with its citation", "your own records"
    if data == POM:
        return next(f"{s.licence} ({s.citation})" for s in list_sources() if s.id == POM)
    named = {"cited": cited, "own": own, "all": f"{cited}; {own}"}
    return named.get(data) or f"that of your own table {Path(data).name}"


def proposal_asked(
    ligand: list[str] | None, solvent: list[str] | None, reductant: str, settings: list[str] | None, *,
    columns: Sequence[Descriptor], examples: Sequence[Example],
) -> Example:  # fmt: skip
    """Return the recipe that ``--ligand``, ``--solvent``, ``--reductant`` and ``--set`` mean."""
    from superatom.models.outcome.examples import SETTINGS, proposal
    from superatom.models.outcome.proposals import refuse_unknown_roles

    known = list(dict.fromkeys([*(column.name for column in columns if column.is_setting), *SETTINGS]))
    numbers: dict[str, float] = {}
    for text in settings or ():
        name, _, value = (part.strip() for part in text.partition("="))
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not name or not math.isfinite(number):
            raise ModelError(f"{text!r} is no setting; write name=number, such as ph=9")
        if name not in known:
            raise ModelError(f"{name!r} is no setting.{did_you_mean(name, known)} Legal: {', '.join(known)}")
        if name in numbers:
            raise ModelError(f"--set {name} is given as {numbers[name]:g} and as {number:g}; give it once")
        numbers[name] = number
    made = proposal(ligand or (), solvent or (), reductant, numbers)
    refuse_unknown_roles(examples, made)
    return made
