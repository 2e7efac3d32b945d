"""How the verbs of ``superatom records`` show records, versions and what an import would do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import typer

from superatom.app.cli.options import write_text
from superatom.app.cli.records_options import visible

if TYPE_CHECKING:
    from superatom.data.sheets.importing import ImportPlan
    from superatom.data.sheets.problems import Problem
    from superatom.data.stores.values import Stored

_SHOWN, _ROWS = 20, 5  # lines of problems in a terminal, and rows named in each; --json has them all


def row(stored: Stored) -> dict[str, Any]:
    """Return a record as a line of a list."""
    record = stored.record
    outcome = record.product.outcome_class
    return {
        "id": stored.id,
        "target": visible(record.target),
        "ligands": visible(", ".join(record.ligands)),
        "outcome": outcome.value.replace("_", " ") if outcome else "",
        "yield": str(record.product.yield_percent or ""),
        "origin": record.origin.value,
        "v": stored.version,
    }


def document(stored: Stored) -> dict[str, Any]:
    """Return a version as JSON-ready fields."""
    from superatom.data.synthesis_records import SYNTHESIS

    return {
        "id": stored.id,
        "version": stored.version,
        "sequence": stored.sequence,
        "at": None if stored.at is None else stored.at.isoformat(),
        "author": stored.author,
        "reason": stored.reason,
        "is_withdrawn": stored.is_withdrawn,
        "record": SYNTHESIS.to_document(stored.record),
    }


def fields_shown(stored: Stored) -> Iterator[dict[str, Any]]:
    """Yield the fields that a record states, one a line."""
    from superatom.data.sheets.columns import in_words, values_of

    yield {"field": "record", "value": visible(f"{stored.id}, version {stored.version}, {_by(stored)}")}
    for column, value in values_of(stored.record).items():
        yield {"field": visible(column.header), "value": visible(in_words(value))}


def changes_shown(versions: Iterable[Stored]) -> Iterator[dict[str, Any]]:
    """Yield each version, and under it what changed."""
    from superatom.data.sheets.columns import differences

    before: Stored | None = None
    for stored in versions:
        said = ", ".join(part for part in (stored.reason, "withdrawn" if stored.is_withdrawn else "") if part)
        yield {"field": f"version {stored.version}", "value": visible(f"{_by(stored)}: {said or 'first'}")}
        for header, was, becomes in differences(before.record, stored.record) if before else ():
            yield {"field": visible(f"  {header}"), "value": _turned(was, becomes)}
        before = stored


def _turned(was: str, becomes: str) -> str:
    return visible(f"{was or '(empty)'} → {becomes or '(empty)'}")


def _by(stored: Stored) -> str:
    return "cited" if stored.at is None else f"{stored.author}, {stored.at:%Y-%m-%d %H:%M} UTC"


def plan_document(plan: ImportPlan) -> dict[str, Any]:
    """Return what an import would do as JSON-ready fields."""
    return {
        "file": plan.name,
        "understood": list(plan.remarks),
        "columns": [
            {
                "column": match.header, "field": match.column.header if match.column else None, "unit": match.unit,
                "sureness": match.sureness.value, "remark": match.remark,
            }
            for match in plan.matches
        ],
        "counts": plan.counts,
        "rows": [
            {
                "row": row.number, "status": row.status.value, "id": row.id,
                "changes": [{"field": field, "from": was, "to": to} for field, was, to in row.changes],
            }
            for row in plan.rows
        ],
        "problems": [
            {"row": p.row, "column": p.column, "found": p.found, "says": p.sentence, "is_error": p.is_error}
            for p in plan.all_problems
        ],
    }  # fmt: skip


def show_plan(plan: ImportPlan) -> None:
    """Show what an import would do: columns, errors first, counts."""
    from superatom.app.report.text import show_rows

    for remark in plan.remarks:
        typer.echo(visible(f"{plan.name}: {remark}"))
    columns = [
        {
            "column": visible(match.header), "unit": match.unit,
            "is": visible(match.column.header) if match.column else "(passed over)",
            "how sure": match.sureness.value, "remark": visible(match.remark),
        }
        for match in plan.matches
    ]  # fmt: skip
    if columns:
        write_text(lambda console: show_rows(console, columns))
    _show_lines(list(_said(plan.all_problems)))
    changed = [(row, change) for row in plan.rows for change in row.changes]
    _show_lines([f"row {row.number}, {row.id}: {field}: {_turned(was, to)}" for row, (field, was, to) in changed])
    typer.echo(", ".join(f"{n} {status}" for status, n in plan.counts.items() if n) or "no rows")


def _show_lines(lines: Sequence[str]) -> None:
    for line in lines[:_SHOWN]:
        typer.echo(visible(line))
    if len(lines) > _SHOWN:
        typer.echo(f"... and {len(lines) - _SHOWN} more of these; --json has them all")


def _said(problems: Iterable[Problem]) -> Iterator[str]:
    """Yield problems as lines, errors first, the rows that have the same one together."""
    rows: dict[tuple[bool, str, str], list[int]] = {}
    for problem in problems:
        rows.setdefault((not problem.is_error, problem.column, problem.sentence), []).append(problem.row)
    for (is_warning, column, sentence), numbers in sorted(rows.items(), key=lambda item: item[0][0]):
        shown = ", ".join(map(str, numbers[:_ROWS])) + (f" ... ({len(numbers)} rows)" if len(numbers) > _ROWS else "")
        where = ", ".join(filter(None, (f"row{'s' if numbers[1:] else ''} {shown}" if numbers != [0] else "", column)))
        yield f"{'warning' if is_warning else 'error'}: {f'{where}: ' if where else ''}{sentence}"
