"""One record as an ORD reaction, and the facts that the fields of an ORD reaction state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from superatom.data.records import Quantity
from superatom.data.sheets.columns import Column, Value
from superatom.data.sheets.fields import families, field_named
from superatom.data.synthesis_records import Origin, OutcomeClass, SynthesisRecord
from superatom.errors import SuperatomError
from superatom.structures.elements import METALS
from superatom.structures.ligands import ligand_table

# unit kept -> (kind of amount, unit of ORD)
_AMOUNTS = {
    "kg": ("mass", "KILOGRAM"), "g": ("mass", "GRAM"), "mg": ("mass", "MILLIGRAM"), "ug": ("mass", "MICROGRAM"),
    "mol": ("moles", "MOLE"), "mmol": ("moles", "MILLIMOLE"), "umol": ("moles", "MICROMOLE"),
    "L": ("volume", "LITER"), "mL": ("volume", "MILLILITER"), "uL": ("volume", "MICROLITER"),
}  # fmt: skip
_UNITS = {pair: unit for unit, pair in _AMOUNTS.items()}
_OTHER_SPELLINGS = {"µg": "ug", "µmol": "umol", "µL": "uL", "ml": "mL"}
_ATMOSPHERES = {
    "air": "AIR", "n2": "NITROGEN", "nitrogen": "NITROGEN", "ar": "ARGON", "argon": "ARGON", "o2": "OXYGEN",
    "oxygen": "OXYGEN", "h2": "HYDROGEN", "hydrogen": "HYDROGEN", "co": "CARBON_MONOXIDE", "co2": "CARBON_DIOXIDE",
}  # fmt: skip
_HOURS = {"DAY": 24.0, "HOUR": 1.0, "MINUTE": 1 / 60, "SECOND": 1 / 3600}
_PROPERTIES = ("emission_nm", "quantum_yield_percent", "absorption_nm", "size_nm", "gap_eV")
_MEASURED = {"yield_percent": "YIELD", "purity_percent": "PURITY"}
_TARGET = "target cluster"
_NOT_STATED = "not stated"
_OUTCOME = "outcome class"
# beginning of the name of an input -> field of the chemicals, role in ORD
_INPUTS = {
    "precursor": ("precursors", "REACTANT"), "ligand": ("ligands", "REACTANT"),
    "starting material": ("starting_material", "REACTANT"), "reductant": ("reductant", "REAGENT"),
    "solvent": ("solvents", "SOLVENT"), "additive": ("additives", "REAGENT"),
}  # fmt: skip


def to_reaction(record: SynthesisRecord, reaction_type: Any) -> Any:
    """Return the ORD reaction of a record: what ORD has fields for, and no more."""
    reaction = reaction_type()
    reaction.identifiers.add(type="CUSTOM", details=_TARGET, value=record.target)
    _write_inputs(record, reaction)
    _write_conditions(record, reaction)
    _write_outcome(record, reaction)
    provenance, notes = reaction.provenance, reaction.notes
    provenance.doi = record.source.doi if record.source is not None else ""
    provenance.is_mined = record.origin is Origin.LITERATURE
    provenance.experimenter.name = record.operator
    if _is_date(record.date):
        provenance.experiment_start.value = record.date
    notes.procedure_details = "\n".join(": ".join(filter(None, (step.action, step.text))) for step in record.stages)
    return reaction


def facts_of(reaction: Any) -> dict[Column, Value]:
    """Return what the fields of a reaction state, by column of ours; compounds of foreign datasets by their role."""
    facts: dict[Column, Value] = {}
    for name, value in (*_facts(reaction), *_chemicals(reaction)):
        field = field_named(name)
        if value not in ("", (), None):
            facts[Column(field, unit=field.unit)] = value
    facts.update(_amounts(reaction))
    return facts


def _write_inputs(record: SynthesisRecord, reaction: Any) -> None:
    conditions = record.conditions
    chemicals = {
        "precursor": record.precursors, "ligand": record.ligands, "starting material": (record.starting_material,),
        "reductant": (conditions.reductant,), "solvent": conditions.solvents, "additive": conditions.additives,
    }  # fmt: skip
    measured = dict(record.amounts)
    for what, names in chemicals.items():
        for number, name in enumerate(names, start=1):
            if name:
                _add_compound(reaction, f"{what} {number}", name, _INPUTS[what][1], measured.pop(name, None))
    for number, (name, quantity) in enumerate(measured.items(), start=1):
        _add_compound(reaction, f"other {number}", name, "REAGENT", quantity)
    if not reaction.inputs:
        _add_compound(reaction, _NOT_STATED, _NOT_STATED, "REACTANT", None)


def _add_compound(reaction: Any, key: str, name: str, role: str, quantity: Quantity | None) -> None:
    compound = reaction.inputs[key].components.add(reaction_role=role)
    compound.identifiers.add(type="NAME", value=name)
    if key.startswith("ligand ") and (smiles := _smiles(name)):
        compound.identifiers.add(type="SMILES", value=smiles)
    unit = _OTHER_SPELLINGS.get(quantity.unit, quantity.unit) if quantity is not None else ""
    if (
        quantity is None
        or unit not in _AMOUNTS
        or not _write_number(getattr(compound.amount, _AMOUNTS[unit][0]), quantity)
    ):
        compound.amount.Clear()
        compound.amount.unmeasured.type = "CUSTOM"
        compound.amount.unmeasured.details = _NOT_STATED
    else:
        getattr(compound.amount, _AMOUNTS[unit][0]).units = _AMOUNTS[unit][1]


@lru_cache(maxsize=1024)
def _smiles(name: str) -> str:
    """Return the SMILES of the free ligand of a name in the ligand table, else nothing."""
    try:
        return ligand_table().find(name).smiles_free
    except SuperatomError:
        return ""


def _write_conditions(record: SynthesisRecord, reaction: Any) -> None:
    settings, conditions = record.conditions, reaction.conditions
    if _write_number(conditions.temperature.setpoint, settings.temperature_C):
        conditions.temperature.setpoint.units = "CELSIUS"
    else:
        conditions.ClearField("temperature")
    if (rpm := _middle(settings.stirring_rpm)) is not None and rpm < 2**31:
        conditions.stirring.type, conditions.stirring.rate.rpm = "CUSTOM", round(rpm)
        conditions.stirring.details = "speed given"
    if (ph := _middle(settings.ph)) is not None:
        conditions.ph = ph
    if settings.atmosphere:
        known = _ATMOSPHERES.get(settings.atmosphere.strip().lower())
        conditions.pressure.atmosphere.type = known or "CUSTOM"
        conditions.pressure.atmosphere.details = settings.atmosphere
    conditions.details = settings.other
    conditions.conditions_are_dynamic = bool(settings.other)


def _write_outcome(record: SynthesisRecord, reaction: Any) -> None:
    made, outcome = record.product, reaction.outcomes.add()
    if _write_number(outcome.reaction_time, record.conditions.time_h):
        outcome.reaction_time.units = "HOUR"
    else:
        outcome.ClearField("reaction_time")
    product = outcome.products.add(reaction_role="PRODUCT")
    product.identifiers.add(type="NAME", value=made.formula or record.target)
    if made.outcome_class is not None:
        product.is_desired_product = made.outcome_class is OutcomeClass.MONODISPERSE
        product.measurements.add(type="CUSTOM", details=_OUTCOME, string_value=made.outcome_class.value)
        product.measurements[-1].analysis_key = _OUTCOME
        outcome.analyses[_OUTCOME].type, outcome.analyses[_OUTCOME].details = "CUSTOM", "as the chemist judged it"
    for name, kind in _MEASURED.items():
        quantity = getattr(made, name)
        if _middle(quantity) is not None:
            product.measurements.add(type=kind, analysis_key=_OUTCOME)
            _write_number(product.measurements[-1].percentage, quantity)
    for name in _PROPERTIES:
        quantity = made.properties.get(name)
        if quantity is not None and quantity.unit == field_named(name).unit and _middle(quantity) is not None:
            product.measurements.add(type="CUSTOM", details=name, analysis_key=_OUTCOME)
            _write_number(product.measurements[-1].float_value, quantity)
    if product.measurements and _OUTCOME not in outcome.analyses:
        outcome.analyses[_OUTCOME].type, outcome.analyses[_OUTCOME].details = "CUSTOM", "as the chemist reports it"


def _facts(reaction: Any) -> Iterator[tuple[str, Value | None]]:
    """Yield field names and values of everything but the chemicals."""
    conditions, provenance = reaction.conditions, reaction.provenance
    targets = [each.value for each in reaction.identifiers if each.details == _TARGET]
    products = [product for outcome in reaction.outcomes for product in outcome.products]
    names = [_name(product.identifiers) for product in products]
    yield "target", next((name for name in (*targets, *names) if name), "")
    if conditions.temperature.HasField("setpoint"):
        yield "temperature_C", _celsius(conditions.temperature.setpoint)
    if conditions.stirring.rate.rpm:
        yield "stirring_rpm", _quantity(conditions.stirring.rate.rpm, 0.0, "rpm")
    if conditions.HasField("ph"):
        yield "ph", _quantity(conditions.ph, 0.0, "pH")
    atmosphere = conditions.pressure.atmosphere
    kind = _enum(atmosphere, "type").lower().replace("_", " ")
    yield "atmosphere", atmosphere.details or ("" if kind in ("unspecified", "custom") else kind)
    yield "other_conditions", conditions.details
    for outcome in reaction.outcomes[:1]:
        if outcome.HasField("reaction_time"):
            hours = _HOURS.get(_enum(outcome.reaction_time, "units"))
            if hours is not None:
                yield "time_h", _quantity(outcome.reaction_time.value, outcome.reaction_time.precision, "h", hours)
    for product, name in list(zip(products, names, strict=True))[:1]:
        yield "product_formula", name
        yield from _measurements(product)
    yield "operator", provenance.experimenter.name
    yield "date", provenance.experiment_start.value
    yield "doi", provenance.doi
    yield "citation", f"doi:{provenance.doi}" if provenance.doi else ""
    yield "origin", (Origin.LITERATURE if provenance.is_mined or provenance.doi else Origin.OWN).value


def _measurements(product: Any) -> Iterator[tuple[str, Value | None]]:
    kinds = {kind: name for name, kind in _MEASURED.items()}
    for measured in product.measurements:
        kind = _enum(measured, "type")
        if kind in kinds and measured.HasField("percentage"):
            yield kinds[kind], _quantity(measured.percentage.value, measured.percentage.precision, "%")
        elif measured.details == _OUTCOME and measured.string_value in set(OutcomeClass):
            yield "outcome_class", measured.string_value
        elif measured.details in _PROPERTIES and measured.HasField("float_value"):
            unit = field_named(measured.details).unit
            yield measured.details, _quantity(measured.float_value.value, measured.float_value.precision, unit)


def _chemicals(reaction: Any) -> Iterator[tuple[str, Value | None]]:
    """Yield the chemicals by field: from the names of our own inputs, else from the roles."""
    found: dict[str, list[str]] = {}
    for key, compound in _compounds(reaction):
        field = next((field for what, (field, _) in _INPUTS.items() if key.startswith(f"{what} ")), None)
        name = _name(compound.identifiers)
        if field is None and not key.startswith("other ") and key != _NOT_STATED:
            field = _field_by_role(compound, name)
        if field is not None:
            found.setdefault(field, []).append(name)
    for field, names in found.items():
        yield field, "; ".join(names) if field in ("reductant", "starting_material") else tuple(names)


def _field_by_role(compound: Any, name: str) -> str | None:
    role = _enum(compound, "reaction_role")
    if role == "REACTANT":
        return "precursors" if any(metal in name for metal in METALS) else "ligands"
    return {"SOLVENT": "solvents", "REAGENT": "additives", "CATALYST": "additives"}.get(role)


def _amounts(reaction: Any) -> Iterator[tuple[Column, Value]]:
    for _, compound in _compounds(reaction):
        kind = compound.amount.WhichOneof("kind")
        if kind in ("mass", "moles", "volume"):
            amount = getattr(compound.amount, kind)
            unit = _UNITS.get((kind, _enum(amount, "units")))
            if unit is not None:
                name = _name(compound.identifiers)
                yield Column(families()["amount"], name, unit), _quantity(amount.value, amount.precision, unit)


def _compounds(reaction: Any) -> Iterator[tuple[str, Any]]:
    for key in sorted(reaction.inputs, key=_natural):
        yield from ((key, compound) for compound in reaction.inputs[key].components)


def _natural(key: str) -> tuple[str, int]:
    words, _, number = key.rpartition(" ")
    return (words, int(number)) if number.isdecimal() and len(number) < 10 else (key, 0)


def _name(identifiers: Iterable[Any]) -> str:
    """Return the name among identifiers, else a SMILES, else the first."""
    kinds = {_enum(each, "type"): each.value for each in identifiers}
    return str(next((kinds[kind] for kind in ("NAME", "SMILES", *kinds) if kind in kinds), ""))


def _is_date(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _middle(quantity: Quantity | None) -> float | None:
    """Return the number that ORD keeps: the value or the middle of the range; none for a bound."""
    if quantity is None or quantity.low is None or quantity.high is None:
        return None
    return (quantity.low + quantity.high) / 2


def _write_number(message: Any, quantity: Quantity | None) -> bool:
    middle = _middle(quantity)
    if middle is None or quantity is None or quantity.high is None or abs(middle) > 1e38:
        return False
    message.value = middle
    if quantity.high != quantity.low:
        message.precision = quantity.high - middle
    return True


def _quantity(value: float, precision: float, unit: str, factor: float = 1.0) -> Quantity:
    middle, half = _single(value) * factor, _single(precision) * factor
    quantity = Quantity(middle - half, middle + half, unit, "")
    return Quantity(quantity.low, quantity.high, unit, quantity.numbers)


def _celsius(setpoint: Any) -> Quantity | None:
    middle, half = _single(setpoint.value), _single(setpoint.precision)
    unit = _enum(setpoint, "units")
    if unit == "KELVIN":
        middle = round(middle - 273.15, 5)
    elif unit == "FAHRENHEIT":
        middle, half = round((middle - 32) / 1.8, 5), round(half / 1.8, 5)
    elif unit != "CELSIUS":
        return None
    return _quantity(middle, half, "degC")


def _enum(message: Any, field: str) -> str:
    """Return the name of an enumerated field; a number of a later schema is not specified here."""
    kinds = message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
    number = getattr(message, field)
    return str(kinds[number].name) if number in kinds else "UNSPECIFIED"


def _single(number: float) -> float:
    """Return the shortest decimal number that is this one in single precision, in which ORD keeps numbers."""
    import numpy as np

    return float(str(np.float32(number)))
