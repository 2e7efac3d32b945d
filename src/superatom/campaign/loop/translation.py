"""Settings and outcomes of a campaign as fields of a synthesis record, and back.

A parameter or response named as a field of the library (``temperature_C``, ``solvents``, ``yield_percent``, ``amount:
HAuCl4 [uL]``) with the unit of that field lives there; any other parameter is an own column (``extra``) of the record,
any other response a property. The response ``success`` is 1 where the target alone was made and 0 where not.
"""

from __future__ import annotations

from collections.abc import Mapping

from superatom.conditions.objectives import Objective
from superatom.conditions.recommenders import TriedSetting
from superatom.conditions.space import Parameter, Setting, Space
from superatom.data.records import Quantity
from superatom.data.sheets.cells import split
from superatom.data.sheets.columns import Column, Value, parse_header, record_of, values_of
from superatom.data.sheets.fields import Kind, families
from superatom.data.sheets.quantities import read_quantity
from superatom.data.synthesis_records import SynthesisRecord
from superatom.errors import UnitError

SUCCESS = "success"


def column_of(parameter: Parameter) -> Column:
    """Return the column of a record that holds a parameter.

    >>> column_of(Parameter.continuous("temperature_C", 0, 60, unit="degC")).header
    'temperature_C'
    >>> column_of(Parameter.continuous("flow", 0, 5, unit="mL/min")).header
    'extra: flow'
    """
    column = parse_header(parameter.name)
    if column is not None and parameter.is_numeric == (column.field.kind is Kind.NUMBER):
        fits = not parameter.is_numeric or parameter.unit in ("", column.unit)
        if fits and column.field.kind is not Kind.CHOICE:
            return column
    return Column(families()["extra"], parameter.name)


def response_column(name: str, unit: str) -> Column | None:
    """Return the column of a record that holds a measured number; None for ``success``, which no number holds."""
    if name == SUCCESS:
        return None
    column = parse_header(name)
    if column is not None and column.field.kind is Kind.NUMBER and unit in ("", column.unit):
        return column
    return Column(families()["property"], name, unit)


def value_of(parameter: Parameter, setting: Setting) -> Value:
    """Return a setting as the value of its column; numbers keep every digit."""
    column = column_of(parameter)
    if isinstance(setting, str):
        return split(setting) if column.field.kind is Kind.LIST else setting
    text = repr(float(setting)).removesuffix(".0")
    return Quantity(setting, setting, column.unit, text) if column.field.kind is Kind.NUMBER else text


def setting_of(parameter: Parameter, value: Value | None) -> Setting | None:
    """Return the setting that a value of a record means, or None where it states none.

    A range counts by its middle, a bound by itself; words that are no option are kept as they are.
    """
    if value is None:
        return None
    if not parameter.is_numeric:
        options = (option for option in parameter.options if value_of(parameter, option) == value)
        return next(options, "; ".join(value) if isinstance(value, tuple) else str(value))
    if isinstance(value, Quantity):
        return value.middle if value.low is not None or value.high is not None else None
    try:
        return read_quantity(str(value), parameter.unit, stated_unit=parameter.unit).middle
    except (UnitError, ZeroDivisionError):
        return None


def settings_of(record: SynthesisRecord, space: Space) -> dict[str, Setting]:
    """Return the settings that a record states, by parameter."""
    values = values_of(record)
    found = {p.name: setting_of(p, values.get(column_of(p))) for p in space.parameters}
    return {name: setting for name, setting in found.items() if setting is not None}


def outcomes_of(record: SynthesisRecord, objective: Objective) -> dict[str, float]:
    """Return the numbers of the objective that a record states."""
    values = values_of(record)
    found: dict[str, float] = {}
    for name in objective.measured:
        column = response_column(name, objective.units[name])
        value = values.get(column) if column is not None else None
        if isinstance(value, Quantity) and (value.low is not None or value.high is not None):
            found[name] = value.middle
        elif column is None and record.product.success is not None:
            found[name] = float(record.product.success)
    return found


def with_settings(shared: SynthesisRecord, space: Space, settings: Mapping[str, Setting]) -> SynthesisRecord:
    """Return what all flasks have in common with the settings of one filled in.

    >>> space = Space((Parameter.continuous("ph", 2, 12, unit="pH"), Parameter.categorical("gas", ["CO", "air"])))
    >>> record = with_settings(SynthesisRecord("Au25"), space, {"ph": 7.5, "gas": "CO"})
    >>> str(record.conditions.ph), record.extra, settings_of(record, space)
    ('7.5 pH', {'gas': 'CO'}, {'ph': 7.5, 'gas': 'CO'})
    """
    own = {column_of(p): value_of(p, settings[p.name]) for p in space.parameters if p.name in settings}
    return record_of({**values_of(shared), **own})


def tried_setting(id_: str, record: SynthesisRecord, space: Space, objective: Objective) -> TriedSetting:
    """Return a record as recommenders see it; parameters it does not state are left out."""
    return TriedSetting(id_, settings_of(record, space), outcomes_of(record, objective), record.product.success)
