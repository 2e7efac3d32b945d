"""The leaves of a plan as JSON-ready data: equations, evidence, advice, bench sheets."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from superatom.conditions.levers import LeverAdvice, RecordRef
from superatom.conditions.sheet import BenchSheet
from superatom.data.records import Precedent, Source, Species
from superatom.routes.stock import Stock


def side_to_list(side: tuple[tuple[Species, int], ...], stock: Stock) -> list[dict[str, Any]]:
    """Return one side of an equation, each species with its coefficient and whether it is at hand."""
    return [
        {"formula": species.formula, "coefficient": n, "name": species.name, "in_stock": species in stock}
        for species, n in side
    ]


def precedent_to_dict(precedent: Precedent) -> dict[str, Any]:
    """Return a precedent as one readable line with its source."""
    reagents = f" ({', '.join(precedent.reagents)})" if precedent.reagents else ""
    return {
        "id": precedent.id,
        "what": f"{' + '.join(precedent.reactants)}{reagents} → {' + '.join(precedent.products)}",
        "outcome": "succeeded" if precedent.succeeded else "failed",
        "yield_percent": str(precedent.yield_percent) if precedent.yield_percent else "",
        "mechanism": precedent.mechanism,
        **source_to_dict(precedent.source),
    }


def source_to_dict(source: Source) -> dict[str, Any]:
    """Return a citation with its address and how closely it was read."""
    return {
        "citation": source.citation,
        "doi": source.doi,
        "url": source.url,
        "doi_is_read": source.doi_is_read,
        "level": source.level.value,
        "read_in": source.read_in,
    }


def advice_to_dict(advice: LeverAdvice) -> dict[str, Any]:
    """Return the advice on one lever with the records behind it."""
    return {
        "recommendation": advice.recommendation,
        "value": None
        if advice.value is None
        else {"low": advice.value.low, "high": advice.value.high, "unit": advice.value.unit},
        "basis": advice.basis,
        "strength": advice.strength,
        "trend": advice.trend,
        "mechanism": advice.mechanism,
        "trend_sources": [source_to_dict(source) for source in advice.trend_sources],
        "conflicts": list(advice.conflicts),
        "screening": None if advice.screening is None else list(advice.screening),
        "screening_reason": advice.screening_reason,
        "records": [record_to_dict(record) for record in advice.records],
    }


def record_to_dict(record: RecordRef) -> dict[str, Any]:
    """Return one record behind an advice."""
    return {
        "id": record.id,
        "says": record.says,
        "outcome": record.outcome,
        "closeness": record.distance,
        **source_to_dict(record.source),
    }


def sheet_to_dict(sheet: BenchSheet) -> dict[str, Any]:
    """Return a bench sheet: lines, order of addition, hazards, yield; masses in mg, volumes in mL."""
    document = asdict(sheet)
    document["order_of_addition"] = list(sheet.order_of_addition)
    document["remarks"] = list(sheet.remarks)
    return document
