"""How the verbs of ``superatom campaign`` show setups, batches, plates and where a campaign stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from superatom.campaign.loop.learned import Learned
    from superatom.campaign.loop.returned import ReadPlate
    from superatom.campaign.loop.state import Flask, Handed, Setup, Standing
    from superatom.conditions.objectives import Objective
    from superatom.conditions.space import Parameter

_WAITING = 8  # flasks named
_SHOWN = 20  # problems in a terminal; --json has them all


def setup_lines(setup: Setup) -> Iterator[str]:
    """Yield what was set up, in lines."""
    objective = setup.objective
    yield f"target: {setup.shared.target}"
    if same := _shared(setup):
        yield f"all flasks: {same}"
    yield from (f"  {_axis(parameter)}" for parameter in setup.space.parameters)
    n = setup.space.n_candidates
    known = "listed" if setup.space.table else "before constraints"
    yield f"candidates {known}: {n:,.0f}" if n < 1e15 else f"candidates {known}: beyond counting"
    for constraint in setup.space.constraints:
        yield f"  {constraint}"
    goals = [f"{r.goal.value} {r.name}" + (f" [{r.unit}]" if r.unit else "") for r in objective.responses]
    yield f"objective: {'; '.join(goals)}"
    yield from (f"  {limit}" for limit in objective.limits)
    if setup.first:
        yield f"first batch as planned: {len(setup.first)} flasks"
    yield f"recommender {setup.recommender}, seed {setup.seed}" + (f", budget {setup.budget}" if setup.budget else "")


def _still_waiting(now: Standing, handed: Handed) -> Iterator[str]:
    """Yield which flasks of other batches have no result, and how to be rid of one."""
    from superatom.campaign.loop.state import FlaskStatus

    pending = [flask.id for flask in now.flasks if flask.status is FlaskStatus.PENDING]
    if waiting := [name for name in pending if name not in handed.ids]:
        more = f" and {len(waiting) - _WAITING} more" if len(waiting) > _WAITING else ""
        yield (
            f"{', '.join(waiting[:_WAITING])}{more} still wait for a result; one that will not be made: "
            f"superatom campaign record {now.name} --flask {waiting[0]} --values status=dropped"
        )


def _shared(setup: Setup) -> str:
    from superatom.campaign.loop.plates import shared_fields

    return ", ".join(f"{name} {value}" for name, value in shared_fields(setup).items())


def _axis(parameter: Parameter) -> str:
    """Return a parameter in words: where it may lie, and what the robot can do."""
    if not parameter.is_numeric:
        alike = f" (alike by {len(parameter.descriptors)} descriptors)" if parameter.descriptors else ""
        return f"{parameter.name}: {', '.join(parameter.options)}{alike}"
    said = [f"{parameter.name}: {parameter.low:g} to {parameter.high:g} {parameter.unit}".strip()]
    said += [f"in steps of {parameter.step:g}"] if parameter.step else []
    if parameter.minimum_dose is not None:
        said.append(f"{'nothing or ' if parameter.low == 0 else ''}at least {parameter.minimum_dose:g}")
    return ", ".join([*said, "by factors"] if parameter.is_log else said)


def batch_document(campaign: str, handed: Handed) -> dict[str, Any]:
    """Return a batch as JSON-ready fields, each suggestion with the name of its flask."""
    from superatom.campaign.loop.state import HANDED

    document = HANDED.to_document(handed)["batch"]
    flasks = [{"flask": name, **one} for name, one in zip(handed.ids, document.pop("suggestions"), strict=True)]
    return {"name": campaign, "batch": handed.number, **document, "flasks": flasks}


def show_batch(console: Console, now: Standing, handed: Handed) -> None:
    """Write a batch as a table of settings, and the reasons under it."""
    from superatom.app.report.text import show_rows
    from superatom.campaign.loop.plates import headed

    parameters = now.setup.space.parameters
    shown = [
        {"flask": name} | {headed(p.name, p.unit): _short(suggestion.settings[p.name]) for p in parameters}
        for name, suggestion in zip(handed.ids, handed.batch.suggestions, strict=True)
    ]
    show_rows(console, shown)
    if same := _shared(now.setup):
        console.print(f"all flasks: {same}")
    console.print()
    for name, suggestion in zip(handed.ids, handed.batch.suggestions, strict=True):
        console.print(f"{name}: {suggestion.reason}")
    for remark in (*handed.batch.remarks, *_still_waiting(now, handed)):
        console.print(f"note: {remark}")
    console.print(f"recommender {handed.batch.recommender}, seed {handed.batch.seed}")


def plate_document(plate: ReadPlate) -> dict[str, Any]:
    """Return a plate that came back as JSON-ready fields."""
    return {
        "file": plate.name,
        "understood": list(plate.remarks),
        "counts": plate.counts,
        "rows": [{"row": row.number, "flask": row.flask, "fate": row.fate.value} for row in plate.rows],
        "problems": [
            {"row": p.row, "column": p.column, "found": p.found, "says": p.sentence, "is_error": p.is_error}
            for p in plate.all_problems
        ],
    }


def plate_lines(plate: ReadPlate) -> Iterator[str]:
    """Yield what a plate that came back says: remarks, errors first, counts."""
    for remark in plate.remarks:
        yield f"{plate.name}: {remark}"
    problems = sorted(plate.all_problems, key=lambda problem: not problem.is_error)
    for problem in problems[:_SHOWN]:
        yield f"{'error' if problem.is_error else 'warning'}: {problem}"
    if len(problems) > _SHOWN:
        yield f"... and {len(problems) - _SHOWN} more; --json has them all"
    yield ", ".join(f"{n} {fate}" for fate, n in plate.counts.items() if n) or "no rows"


def state_document(now: Standing, known: Learned | None) -> dict[str, Any]:
    """Return where a campaign stands as JSON-ready fields."""
    from superatom.campaign.loop.advice import best_flask, comparison, flask_counts, pareto_front, stop_advice

    setup, best, advice = now.setup, best_flask(now), stop_advice(now, known)
    several = len(setup.objective.responses) > 1
    return {
        "name": now.name,
        "version": now.version,
        "setup": list(setup_lines(setup)),
        "flasks": flask_counts(now.flasks),
        "best": None if best is None else flask_document(now.name, best),
        "pareto_front": [flask_document(now.name, flask) for flask in pareto_front(now)] if several else None,
        "comparison": [
            {"who": p.who, "n": p.n, "n_failed": p.n_failed, "best": p.best, "best_after": list(p.best_after)}
            for p in comparison(now)
        ],
        "first_response": {"name": setup.objective.responses[0].name, "unit": setup.objective.responses[0].unit},
        "influences": None if known is None else dict(zip(setup.space.names, known.influences(), strict=True)),
        "advice": {
            "should_stop": advice.should_stop, "says": advice.sentence, "expected_gain": advice.expected_gain,
            "noise": advice.noise,
        },
        "rows": [_row(setup.objective, flask) for flask in now.flasks],
    }  # fmt: skip


def show_state(console: Console, document: Mapping[str, Any]) -> None:
    """Write where a campaign stands."""
    from superatom.app.report.text import show_rows

    for line in document["setup"]:
        console.print(line)
    console.print()
    if document["rows"]:
        show_rows(console, document["rows"])
        console.print()
    if document["best"]:
        best = document["best"]
        console.print(f"best so far: {best['flask']}, {_measured(best['outcomes'])}, at {_measured(best['settings'])}")
    if document["pareto_front"]:
        console.print(
            "Pareto front: " + "; ".join(f"{f['flask']} ({_measured(f['outcomes'])})" for f in document["pareto_front"])
        )
    if document["influences"]:
        ranked = sorted(document["influences"].items(), key=lambda pair: -pair[1])
        from superatom.campaign.loop.advice import in_difference

        first = document["first_response"]
        said = ", ".join(f"{size:.2g}{in_difference(first['unit'])} over {name}" for name, size in ranked)
        console.print(f"what matters, from the best setting: {first['name']} changes by {said}")
    if len(document["comparison"]) > 1:
        console.print()
        show_rows(console, [{k: v for k, v in part.items() if k != "best_after"} for part in document["comparison"]])
    console.print(document["advice"]["says"])
    for path in document.get("pictures", ()):
        console.print(f"wrote {path}")


def flask_document(campaign: str, flask: Flask) -> dict[str, Any]:
    """Return one flask of a campaign as JSON-ready fields: why it was suggested, and what came of it."""
    suggestion = flask.suggestion
    return {
        "campaign": campaign,
        "flask": flask.id,
        "status": flask.status.value,
        "suggested_by": flask.recommender,
        "settings": dict(flask.settings),
        "reason": "" if suggestion is None else suggestion.reason,
        "expected": {} if suggestion is None else {
            name: {"mean": p.mean, "spread": p.spread, "in_domain": p.in_domain, "model_id": p.model_id}
            for name, p in suggestion.expected.items()
        },
        "success_probability": None if suggestion is None else suggestion.success_probability,
        "explore_share": None if suggestion is None else suggestion.explore_share,
        "nearest": "" if suggestion is None else suggestion.nearest_id,
        "outcomes": dict(flask.outcomes),
        "success": flask.success,
        "record": "" if flask.stored is None else flask.stored.id,
        "remark": flask.remark,
    }  # fmt: skip


def show_flask(console: Console, document: Mapping[str, Any]) -> None:
    """Write why a flask was suggested and what came of it."""
    by = document["suggested_by"] or "nobody"
    console.print(f"{document['flask']} ({document['status']}), suggested by {by}: {_measured(document['settings'])}")
    for part in filter(None, document["reason"].split("; ")):
        console.print(f"  {part}")
    for name, told in document["expected"].items():
        if name in document["outcomes"]:
            off = (document["outcomes"][name] - told["mean"]) / told["spread"] if told["spread"] else 0.0
            console.print(
                f"  measured {name} {document['outcomes'][name]:.4g}: {off:+.1f} spreads from what was expected"
            )
    if not document["expected"] and document["outcomes"]:
        console.print(f"  measured: {_measured(document['outcomes'])}")
    if document["record"]:
        made = {True: ", the target was made", False: ", the target was not made", None: ""}[document["success"]]
        console.print(f"  record {document['record']}{made}")
    if document["remark"]:
        console.print(f"  {document['remark']}")


def _row(objective: Objective, flask: Flask) -> dict[str, str]:
    outcome = flask.stored.record.product.outcome_class if flask.stored is not None else None
    return {
        "flask": flask.id,
        "by": flask.recommender or "nobody",
        "status": "; ".join([flask.status.value, *(f"outside {limit}" for limit in flask.broken(objective))]),
        **{name: f"{flask.outcomes[name]:.4g}" for name in objective.measured if name in flask.outcomes},
        "outcome": outcome.value.replace("_", " ") if outcome else "",
        "record": flask.stored.id if flask.stored is not None else "",
    }


def _short(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def _measured(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in values.items()
    )
