"""What a campaign is not started with: contradictions that flasks would pay for later."""

from __future__ import annotations

from collections.abc import Iterator

from superatom.campaign.loop.state import Setup
from superatom.campaign.loop.translation import PLATE_WORDS, column_of, is_convertible, response_column
from superatom.conditions.recommenders.first import warps_of
from superatom.conditions.space.sampling import sample
from superatom.data.sheets.columns import in_words, parse_header, values_of
from superatom.data.sheets.fields import Kind
from superatom.errors import CampaignError, SpaceError
from superatom.units import dimension_of, units_of


def check(setup: Setup) -> None:
    """Refuse a setup that contradicts itself, in one sentence.

    Raises
    ------
    CampaignError
        For a name that a plate uses otherwise, a unit that a field of the library does not have, something both shared
        and varied or measured, unlike units added up, and constraints that nothing meets.
    RecommenderError
        For evidence on what is no parameter or option.

    >>> from superatom.conditions.objectives import Objective
    >>> from superatom.conditions.space import Parameter, Space
    >>> from superatom.data.synthesis_records import SynthesisRecord
    >>> space = Space((Parameter.continuous("time_h", 1, 24, unit="banana"),))
    >>> check(Setup(space, Objective.maximise("yield_percent", "%"), SynthesisRecord("Au25(PET)18")))
    Traceback (most recent call last):
    ...
    superatom.errors.CampaignError: time_h is a field of the library in h; 'banana' is no unit of it, legal: h, min, s,
    d, wk
    """
    for said in (*_words(setup), *_units(setup), *_said_twice(setup)):
        raise CampaignError(said)
    units = {parameter.name: parameter.unit for parameter in setup.space.parameters}
    try:
        for constraint in setup.space.constraints:
            constraint.check_units(units)
        if setup.space.constraints:
            sample(setup.space, 1, seed=0)
    except SpaceError as error:
        more = "; widen a range or loosen a constraint" if "no setting" in str(error) else ""
        raise CampaignError(f"{error}{more}") from error
    warps_of(setup.space, setup.evidence)


def _words(setup: Setup) -> Iterator[str]:
    for name in (*setup.space.names, *setup.objective.measured):
        if name in PLATE_WORDS:
            yield f"{name!r} is a column of every plate and can be no parameter or response; rename it"


def _units(setup: Setup) -> Iterator[str]:
    """Yield what is named as a field of the library and has a unit that cannot be converted to the field's."""
    of_parameters = {p.name: p.unit for p in setup.space.parameters if p.is_numeric}
    for name, unit in (of_parameters | setup.objective.units).items():
        column = parse_header(name)
        if column is not None and column.field.kind is Kind.NUMBER and not is_convertible(unit, column.unit):
            legal = ", ".join(units_of(dimension_of(column.unit) or "")) or column.unit
            yield f"{name} is a field of the library in {column.unit}; {unit!r} is no unit of it, legal: {legal}"


def _said_twice(setup: Setup) -> Iterator[str]:
    shared = {column.path: in_words(value) for column, value in values_of(setup.shared).items()}
    varied = {p.name: column_of(p) for p in setup.space.parameters}
    measured = {name: response_column(name, unit) for name, unit in setup.objective.units.items()}
    for what, columns in (("a parameter", varied), ("measured", measured)):
        for name, column in columns.items():
            if column is not None and column.path in shared:
                yield f"{name} is {what}, and shared by all flasks as {shared[column.path]}; take one of the two out"
