"""A batch as a plate to carry to the bench: a column for the flask, each parameter, each number to be measured.

`superatom.campaign.loop.returned` reads it back.
"""

from __future__ import annotations

from superatom.campaign.loop.campaign import Campaign
from superatom.campaign.loop.state import Handed, Setup
from superatom.campaign.loop.translation import response_column
from superatom.conditions.space import Parameter, Setting, Space
from superatom.data.sheets.cells import protected
from superatom.data.sheets.columns import parse_header, values_of
from superatom.data.synthesis_records import OutcomeClass
from superatom.errors import CampaignError
from superatom.units import plain_number

FLASK, STATUS, REASON, EXPECTED = "flask", "status", "reason", "expected "
_WORDS = ("outcome_class", "notes", STATUS)


def plate_rows(campaign: Campaign, handed: Handed) -> list[list[str]]:
    """Return a header and one row for each flask of a batch; text safe for a spreadsheet."""
    space, objective = campaign.setup.space, campaign.setup.objective
    units = {name: objective.units[name] for name in objective.measured}
    measured = [headed(name, unit) for name, unit in units.items() if response_column(name, unit) is not None]
    header = [FLASK, *(headed(p.name, p.unit) for p in space.parameters), *measured, *_WORDS]
    has_model = [name for name in units if any(name in s.expected for s in handed.batch.suggestions)]
    rows = [[*header, *(EXPECTED + name for name in has_model), REASON]]
    for name, suggestion in zip(handed.ids, handed.batch.suggestions, strict=True):
        cells = [name, *(_written(space, p, suggestion.settings[p.name]) for p in space.parameters)]
        cells += [""] * (len(header) - len(cells))
        for response in has_model:
            told = suggestion.expected.get(response)
            cells.append(f"{told.mean:.3g} ± {told.spread:.2g} {units[response]}".strip() if told else "")
        rows.append([*cells, protected(suggestion.reason)])
    return rows


def check_ending(ending: str) -> None:
    """Refuse a file that is no plate, before any work is done."""
    if ending not in (".csv", ".xlsx"):
        raise CampaignError(f"a plate is written as .csv or .xlsx, not {ending or 'without ending'!r}")


def plate_bytes(campaign: Campaign, handed: Handed, ending: str) -> bytes:
    """Return a batch as a file, ``.csv`` or ``.xlsx``; raises `CampaignError` for another ending."""
    check_ending(ending)
    rows = plate_rows(campaign, handed)
    if ending == ".csv":
        from superatom.data.sheets.delimited import to_delimited

        return to_delimited(rows).encode("utf-8-sig")
    from superatom.data.sheets.workbook import to_workbook

    numeric = {i for i, p in enumerate(campaign.setup.space.parameters, start=1) if p.is_numeric}
    typed = [[float(c) if i in numeric and c else c for i, c in enumerate(row)] for row in rows[1:]]
    return to_workbook([("plate", [rows[0], *typed]), ("about", about_rows(campaign, handed))])


def about_rows(campaign: Campaign, handed: Handed) -> list[list[str]]:
    """Return what whoever fills in a plate should know: what all flasks share, what is legal, where it goes."""
    outcomes = ", ".join(outcome.value.replace("_", " ") for outcome in OutcomeClass)
    return [
        ["campaign", f"{campaign.name}, batch {handed.number}"],
        ["target", campaign.setup.shared.target],
        *(["all flasks: " + name, value] for name, value in shared_fields(campaign.setup).items()),
        ["outcome_class", outcomes],
        ["status", "dropped where the flask will not be made, else empty"],
        ["more columns", "any field of the library: product_formula, operator, notes ..."],
        ["when filled in", f"superatom campaign record {campaign.name} FILE"],
    ]


def shared_fields(setup: Setup) -> dict[str, str]:
    """Return what all flasks have in common, by field; the target is said elsewhere."""
    told = {c.header: v for c, v in values_of(setup.shared).items() if c.field.name not in ("target", "origin")}
    return {name: "; ".join(value) if isinstance(value, tuple) else str(value) for name, value in told.items()}


def headed(name: str, unit: str) -> str:
    """Return a header that states the unit, unless the name does: every field of the library with a unit names it."""
    is_stated = not unit or name.endswith(f"_{unit}") or parse_header(name) is not None
    return name if is_stated else f"{name} [{unit}]"


def _written(space: Space, parameter: Parameter, setting: Setting) -> str:
    """Return a setting as a cell; four digits are enough of a number that no step and no sum holds to more."""
    if isinstance(setting, str):
        return protected(setting)
    is_bound = any(c.is_equality and parameter.name in c.names for c in space.constraints)
    return plain_number(setting if parameter.step or is_bound or space.table else float(f"{setting:.4g}"))
