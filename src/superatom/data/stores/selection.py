"""Choosing records by origin, target, ligand and words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache

from superatom.data.library import same_type
from superatom.data.synthesis_records import Origin, SynthesisRecord
from superatom.errors import UnknownLigandError
from superatom.structures.ligands import Ligand, ligand_table
from superatom.structures.nanocluster import Nanocluster

_CHARGED = ("+", "-", "]0", "(0)")


@dataclass(frozen=True, slots=True)
class Selection:
    """What `Store.iterate` is asked for; an empty field asks for nothing.

    Attributes
    ----------
    origin
        Own or literature.
    target
        A formula (a generic ligand SR stands for every thiolate; a record that states no charge counts for every
        charge), else words found in the target.
    ligand
        A ligand by any of its names, in the ligands or the target of the record; else a word among its ligands.
    text
        Words found anywhere in the record, upper or lower case.
    """

    origin: Origin | None = None
    target: str | Nanocluster | None = None
    ligand: str | None = None
    text: str | None = None

    def may_match(self, document: str) -> bool:
        """Whether the JSON text of a record can match `text` at all: a quick look before it is read."""
        return self.text is None or json.dumps(self.text, ensure_ascii=False)[1:-1].casefold() in document.casefold()

    def matches(self, record: SynthesisRecord) -> bool:
        """Whether a record is asked for."""
        return (
            (self.origin is None or record.origin is self.origin)
            and (self.target is None or _is_for(record.target, self.target))
            and (self.ligand is None or _has_ligand(record, self.ligand))
            and (self.text is None or any(self.text.casefold() in one.casefold() for one in _texts(record)))
        )


@lru_cache(maxsize=4096)
def _is_for(made: str, wanted: str | Nanocluster) -> bool:
    cluster = wanted if isinstance(wanted, Nanocluster) else _cluster(wanted)
    if cluster is None:
        return str(wanted).casefold() in made.casefold()
    found = _cluster(made)
    if found is None:
        return False
    is_charge_stated = made.strip().endswith(_CHARGED) or found.charge != 0
    return same_type(found if is_charge_stated else found.with_charge(cluster.charge), cluster)


def _has_ligand(record: SynthesisRecord, name: str) -> bool:
    wanted = _ligand(name)
    if wanted is None:
        return any(name.casefold() in one.casefold() for one in record.ligands)
    cluster = _cluster(record.target)
    if cluster is not None and wanted in dict(cluster.ligands):
        return True
    return any(_ligand(one) == wanted for one in record.ligands)


def _texts(value: object) -> Iterator[str]:
    """Yield every text of a record, the names of its amounts and own columns included, those of its fields not."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield key
            yield from _texts(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)
    elif is_dataclass(value):
        for one in fields(value):
            yield from _texts(getattr(value, one.name))


_cluster = lru_cache(maxsize=4096)(Nanocluster.parse_or_none)


@lru_cache(maxsize=4096)
def _ligand(name: str) -> Ligand | None:
    try:
        return ligand_table().find(name)
    except UnknownLigandError:
        return None
