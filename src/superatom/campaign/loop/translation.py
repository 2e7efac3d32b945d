"""Settings and outcomes of a campaign as fields of a synthesis record, and back.

A parameter or response named as a field of the library (``temperature_C``, ``solvents``, ``yield_percent``, ``amount:
HAuCl4 [uL]``) lives there, converted where the campaign counts in another unit (kelvin, say); any other parameter is an
own column (``extra``) of the record, any other response a property. The response ``success`` is 1 where the target
alone was made and 0 where not.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

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
from superatom.units import convert

SUCCESS = "success"
FLASK, STATUS, REASON, CAMPAIGN = "flask", "status", "reason", "campaign"  # columns of a plate that no record has
WORDS = ("outcome_class", "notes")  # columns of every plate that a record has
PLATE_WORDS = frozenset({FLASK, STATUS, REASON, CAMPAIGN, "target", *WORDS})


def column_of(parameter: Parameter) -> Column:
    """Return the column of a record that holds a parameter.

    >>> column_of(Parameter.continuous("temperature_C", 0, 60, unit="degC")).header
    'temperature_C'
    >>> column_of(Parameter.continuous("temperature_C", 273, 333, unit="K")).header
    'temperature_C'
    >>> column_of(Parameter.continuous("flow", 0, 5, unit="mL/min")).header
    'extra: flow'
    """
    column = parse_header(parameter.name)
    if column is not None and parameter.is_numeric == (column.field.kind is Kind.NUMBER):
        fits = not parameter.is_numeric or is_convertible(parameter.unit, column.unit)
        if fits and column.field.kind is not Kind.CHOICE:
            return column
    return Column(families()["extra"], parameter.name)


def is_convertible(unit: str, to: str) -> bool:
    """Whether every number in a unit has one in another; no unit means that other one.

    >>> is_convertible("min", "h"), is_convertible("", "h"), is_convertible("banana", "h")
    (True, True, False)
    """
    try:
        convert(Fraction(0), unit or to, to)
    except UnitError:
        return False
    return True


def response_column(name: str, unit: str) -> Column | None:
    """Return the column of a record that holds a measured number; None for ``success``, which no number holds."""
    if name == SUCCESS:
        return None
    column = parse_header(name)
    if column is not None and column.field.kind is Kind.NUMBER and is_convertible(unit, column.unit):
        return column
    return Column(families()["property"], name, unit)


def value_of(parameter: Parameter, setting: Setting) -> Value:
    """Return a setting as the value of its column; numbers keep every digit."""
    column = column_of(parameter)
    if isinstance(setting, str):
        return split(setting) if column.field.kind is Kind.LIST else setting
    text = repr(float(setting)).removesuffix(".0")
    if column.field.kind is not Kind.NUMBER:
        return text
    if parameter.unit in ("", column.unit):
        return Quantity(setting, setting, column.unit, text)
    kept = float(convert(Fraction(text), parameter.unit, column.unit))
    return Quantity(kept, kept, column.unit, f"{text} {parameter.unit}")


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
        return _middle(value, parameter.unit)
    try:
        return read_quantity(str(value), parameter.unit, stated_unit=parameter.unit).middle
    except UnitError:
        return None


def settings_of(record: SynthesisRecord, space: Space) -> dict[str, Setting]:
    """Return the settings that a record states, by parameter.

    >>> from superatom.data.sheets.editing import edited
    >>> record, _ = edited(SynthesisRecord("Au25"), {"temperature_C": "25", "extra: flow": "2.5"})
    >>> axes = Parameter.continuous("temperature_C", 273, 333, unit="K"), Parameter.continuous("flow", 0, 5)
    >>> settings_of(record, Space(axes))
    {'temperature_C': 298.15, 'flow': 2.5}
    """
    values = values_of(record)
    found = {p.name: setting_of(p, values.get(column_of(p))) for p in space.parameters}
    return {name: setting for name, setting in found.items() if setting is not None}


def outcomes_of(record: SynthesisRecord, objective: Objective) -> dict[str, float]:
    """Return the numbers of the objective that a record states, in its units.

    >>> from superatom.data.sheets.editing import edited
    >>> record, _ = edited(SynthesisRecord("Au25"), {"yield_percent": "40-50", "outcome_class": "mixture"})
    >>> [outcomes_of(record, Objective.maximise(*named)) for named in (("yield_percent", "%"), ("success",))]
    [{'yield_percent': 45.0}, {'success': 0.0}]
    """
    values = values_of(record)
    found: dict[str, float] = {}
    for name in objective.measured:
        column = response_column(name, objective.units[name])
        value = values.get(column) if column is not None else None
        if isinstance(value, Quantity):
            found[name] = _middle(value, objective.units[name])
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


def _middle(value: Quantity, unit: str) -> float:
    """Return the middle of a quantity in a unit of its kind; the twelve digits a conversion keeps."""
    if unit in ("", value.unit):
        return value.middle
    return float(f"{float(convert(Fraction(repr(value.middle)), value.unit, unit)):.12g}")
