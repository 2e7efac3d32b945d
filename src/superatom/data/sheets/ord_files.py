"""Records as an Open Reaction Database dataset (doi:10.1021/jacs.1c09820), and back; needs the extra ``ord``.

What ORD has fields for stands in them: compounds with roles and amounts, temperature, time, stirring, pH, atmosphere,
products with yield and purity, procedure, experimenter, date, DOI. ORD has none for cluster formulas, outcome classes,
bounds, concentrations and ratios, or the words as entered, and keeps numbers in single precision; so the whole record
stands beside them in the metadata ``superatom_record``. On reading, the ORD fields are the truth: one that was changed
wins, and where they say what the record says, the record is taken to the last digit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from superatom.data.sheets.columns import Column, Value, record_of, values_of
from superatom.data.sheets.ord_reactions import facts_of, to_reaction
from superatom.data.sheets.problems import Problem
from superatom.data.sheets.rows import ReadRow, ReadTable
from superatom.data.synthesis_records import SYNTHESIS, SynthesisRecord
from superatom.errors import MissingEngineError, ReferenceDataError, SuperatomError

if TYPE_CHECKING:
    from superatom.data.stores.values import Stored

_RECORD, _ID, _VERSION = "superatom_record", "superatom_record_id", "superatom_record_version"


def to_ord(found: Iterable[Stored], *, is_text: bool = False) -> bytes:
    """Return a dataset of one reaction for each record, binary (.pb) or as text (.pbtxt); the same bytes each time."""
    proto = _proto()
    from google.protobuf import text_format

    dataset = proto.dataset(name="superatom", description="Syntheses of metal nanoclusters, exported by superatom")
    for stored in found:
        reaction = to_reaction(stored.record, proto.reaction)
        metadata = reaction.provenance.reaction_metadata
        if stored.at is not None:
            created = reaction.provenance.record_created
            created.time.value, created.person.username = stored.at.isoformat(), stored.author
        metadata[_RECORD].string_value = SYNTHESIS.to_text(stored.record)
        metadata[_RECORD].description = "the whole record of superatom, for what ORD has no field for"
        metadata[_RECORD].format = "json"
        metadata[_ID].string_value = stored.id
        metadata[_VERSION].integer_value = stored.version
        dataset.reactions.append(reaction)
    if is_text:
        return str(text_format.MessageToString(dataset, as_utf8=True)).encode()
    return bytes(dataset.SerializeToString(deterministic=True))


def read_ord(path: Path) -> ReadTable:
    """Read a dataset (.pb, .pbtxt, .textproto, .json); rows are counted as reactions, from 1.

    Raises
    ------
    ReferenceDataError
        For a file that is no dataset.
    MissingEngineError
        Without the extra ``ord``.
    """
    dataset = _dataset(path)
    return ReadTable(tuple(_row(number, reaction) for number, reaction in enumerate(dataset.reactions, start=1)))


def _row(number: int, reaction: Any) -> ReadRow:
    metadata = reaction.provenance.reaction_metadata
    id_ = metadata[_ID].string_value if _ID in metadata else ""
    version = metadata[_VERSION].integer_value if _VERSION in metadata else 0
    try:
        base = SYNTHESIS.from_text(metadata[_RECORD].string_value) if _RECORD in metadata else None
        at = reaction.provenance.record_created.time.value if id_ else ""
        return ReadRow(number, _record(reaction, base), (), id_, version or None, at)
    except (SuperatomError, ValueError) as error:
        return ReadRow(number, None, (Problem(number, "", "", f"no record: {error}"),), id_)


def _record(reaction: Any, base: SynthesisRecord | None) -> SynthesisRecord:
    facts = facts_of(reaction)
    if base is None:
        return record_of(facts)
    said = facts_of(to_reaction(base, type(reaction)))
    changed = {column.path for column in {**facts, **said} if facts.get(column) != said.get(column)}
    kept: Mapping[Column, Value] = {c: value for c, value in values_of(base).items() if c.path not in changed}
    return record_of({**kept, **{c: value for c, value in facts.items() if c.path in changed}}) if changed else base


def _dataset(path: Path) -> Any:
    proto = _proto()
    from google.protobuf import json_format, text_format

    try:
        content = path.read_bytes()
        if path.suffix.lower() == ".pb":
            return proto.dataset.FromString(content)
        if path.suffix.lower() == ".json":
            return json_format.ParseDict(json.loads(content), proto.dataset())
        return text_format.Parse(content.decode(), proto.dataset())
    except OSError as error:
        raise ReferenceDataError(f"cannot read {path}: {error.strerror or error}") from error
    except Exception as error:  # protobuf's parsers share no base class
        raise ReferenceDataError(f"{path.name} is no dataset of the Open Reaction Database ({error})") from error


class _Proto:
    """The message types of ord-schema."""

    def __init__(self, dataset: Any, reaction: Any) -> None:
        self.dataset, self.reaction = dataset, reaction


def _proto() -> _Proto:
    try:
        from ord_schema.proto import dataset_pb2, reaction_pb2
    except ImportError as error:
        raise MissingEngineError(
            "Open Reaction Database files need the package ord-schema; install it with: pip install 'superatom[ord]'"
        ) from error
    return _Proto(dataset_pb2.Dataset, reaction_pb2.Reaction)
