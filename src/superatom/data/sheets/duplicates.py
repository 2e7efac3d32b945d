"""Records that are there already: the same to the letter, or the same experiment written differently."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from superatom.data.synthesis_records import SYNTHESIS, SynthesisRecord

_NOT_THE_EXPERIMENT = ("notes", "operator", "batch", "date", "source", "origin", "series", "series_parameter")


def content_key(record: SynthesisRecord) -> str:
    """Return the SHA-256 of everything a record says.

    >>> content_key(SynthesisRecord("Au25"))[:8] == content_key(SynthesisRecord("Au25"))[:8]
    True
    """
    import msgspec

    return hashlib.sha256(msgspec.json.encode(record, order="sorted")).hexdigest()


def likeness_key(record: SynthesisRecord) -> str:
    """Return a key of the experiment and its product: numbers to four digits, words without case and blanks.

    >>> likeness_key(SynthesisRecord("Au25", notes="x")) == likeness_key(SynthesisRecord("au 25", operator="me"))
    True
    """
    document = SYNTHESIS.to_document(record)
    for name in _NOT_THE_EXPERIMENT:
        del document[name]
    return hashlib.sha256(json.dumps(_plain(document), sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"low", "high", "unit", "text"}:
            return [value["low"] and f"{value['low']:.4g}", value["high"] and f"{value['high']:.4g}", value["unit"]]
        return {_plain(key): _plain(inner) for key, inner in value.items() if inner}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return "".join(value.casefold().split()) if isinstance(value, str) else value
