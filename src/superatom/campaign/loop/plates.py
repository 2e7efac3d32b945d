"""A batch as a plate to carry to the bench: a column for the flask, each parameter, each number to be measured.

The last column names the campaign, so that a plate is not taken back into another one.

`superatom.campaign.loop.returned` reads it back.
"""

from __future__ import annotations

from superatom.campaign.loop.campaign import Campaign
from superatom.campaign.loop.state import Handed, Setup
from superatom.campaign.loop.translation import CAMPAIGN, FLASK, REASON, STATUS, WORDS, response_column
from superatom.conditions.space import Setting
from superatom.data.sheets.cells import protected
from superatom.data.sheets.columns import parse_header, values_of
from superatom.data.synthesis_records import OutcomeClass
from superatom.errors import CampaignError
from superatom.units import plain_number

EXPECTED = "expected "


def plate_rows(campaign: Campaign, handed: Handed) -> list[list[str]]:
    """Return a header and one row for each flask of a batch; text safe for a spreadsheet.

    >>> import tempfile
    >>> from superatom.conditions.objectives import Objective
    >>> from superatom.conditions.space import Parameter, Space
    >>> from superatom.data.stores.opening import open_store
    >>> from superatom.data.synthesis_records import SynthesisRecord
    >>> space = Space((Parameter.continuous("flow", 2, 2, unit="mL/min"),))
    >>> setup = Setup(space, Objective.maximise("yield_percent"), SynthesisRecord("Au25"), recommender="random")
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/lab.sqlite") as store:
    ...     campaign = Campaign.start(store, "au25", setup)
    ...     for row in plate_rows(campaign, campaign.suggest(1)):
    ...         print(row)
    ['flask', 'flow [mL/min]', 'yield_percent', 'outcome_class', 'notes', 'status', 'reason', 'campaign']
    ['B1-1', '2', '', '', '', '', 'drawn at random', 'au25']
    """
    space, objective = campaign.setup.space, campaign.setup.objective
    units = {name: objective.units[name] for name in objective.measured}
    measured = [headed(name, unit) for name, unit in units.items() if response_column(name, unit) is not None]
    header = [FLASK, *(headed(p.name, p.unit) for p in space.parameters), *measured, *WORDS, STATUS]
    has_model = [name for name in units if any(name in s.expected for s in handed.batch.suggestions)]
    rows = [[*map(protected, [*header, *(EXPECTED + name for name in has_model)]), REASON, CAMPAIGN]]
    for name, suggestion in zip(handed.ids, handed.batch.suggestions, strict=True):
        cells = [name, *(_written(suggestion.settings[p.name]) for p in space.parameters)]
        cells += [""] * (len(header) - len(cells))
        for response in has_model:
            told = suggestion.expected.get(response)
            shown = f"{told.mean:.3g} ± {told.spread:.2g} {units[response]}".strip() if told else ""
            cells.append(protected(shown))
        rows.append([*cells, protected(suggestion.reason), protected(campaign.name)])
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
    """Return a header that states the unit, unless the name does, as that of a field of the library in its own unit.

    >>> headed("flow", "mL/min"), headed("temperature_C", "degC"), headed("temperature_C", "K")
    ('flow [mL/min]', 'temperature_C', 'temperature_C [K]')
    """
    column = parse_header(name)
    is_stated = name.endswith(f"_{unit}") if column is None else unit == column.unit
    return name if is_stated or not unit else f"{name} [{unit}]"


def _written(setting: Setting) -> str:
    """Return a setting as a cell, without the last digits of a computed number."""
    return protected(setting) if isinstance(setting, str) else plain_number(float(f"{setting:.12g}"))
