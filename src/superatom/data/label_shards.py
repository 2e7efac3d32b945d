"""Labels of one level as arrays, and back: what a shard ``labels-LEVEL.npz`` of a pack holds.

Row n of the arrays is one label; it belongs to row ``row[n]`` of the table. Its reason and notes are numbers of texts,
its engine is the number of an entry of the card.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from superatom.data.shards import CHARGE_UNIT_E, Array, flat, offsets_of, to_units
from superatom.physics.configuration import Label, Status

STATUSES: tuple[Status, ...] = ("converged", "filtered", "failed")


def label_arrays(
    rows: Mapping[str, int], labels: Iterable[Label]
) -> tuple[dict[str, Any], list[dict[str, Any]], list[str]]:
    """Return the arrays of one level's labels, the engines they name by number, and the texts they name by number.

    `rows` gives the row of the table for the id of a configuration.
    """
    ones = sorted(labels, key=lambda one: rows[one.id])
    keys = [(one.engine, one.engine_version, one.parameters_sha256) for one in ones]
    engines = sorted(set(keys))
    models = {key: one.charge_model for key, one in zip(keys, ones, strict=True) if one.charge_model}
    notes = ["\n".join(one.notes) for one in ones]
    texts = sorted({*notes, *(one.why for one in ones)})
    number_of = {text: n for n, text in enumerate(texts)}
    arrays = {
        "row": np.array([rows[one.id] for one in ones], dtype=np.int32),
        "status": np.array([STATUSES.index(one.status) for one in ones], dtype=np.uint8),
        "why": np.array([number_of[one.why] for one in ones], dtype=np.int32),
        "notes": np.array([number_of[note] for note in notes], dtype=np.int32),
        "engine": np.array([engines.index(key) for key in keys], dtype=np.uint8),
        "energy_eV": _numbers(one.energy_eV for one in ones),
        "gap_eV": _numbers(one.gap_eV for one in ones),
        "magnetic_moment": _numbers(one.magnetic_moment for one in ones),
        "n_unpaired": np.array([-1 if one.n_unpaired is None else one.n_unpaired for one in ones], dtype=np.int16),
        "seconds": np.array([one.seconds for one in ones], dtype=np.float32),
        "charges": to_units(flat([one.charges_e for one in ones], np.float64), CHARGE_UNIT_E, np.int32),
        "charge_offsets": offsets_of([one.charges_e for one in ones]),
    }
    described = [
        {
            "engine": key[0], "engine_version": key[1], "parameters_sha256": key[2],
            "charge_model": models.get(key, ""), "n_labels": keys.count(key),
        }
        for key in engines
    ]  # fmt: skip
    return arrays, described, texts


def _numbers(values: Iterable[float | None]) -> Any:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def read_labels(
    arrays: Mapping[str, Array],
    *,
    level: str,
    ids: Sequence[str],
    texts: Sequence[str],
    engines: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[int, Label]]:
    """Yield every label with its row; `ids` are those of the table. The reverse of `label_arrays`."""
    columns = {name: values.tolist() for name, values in arrays.items() if name != "charges"}
    charges = np.round(arrays["charges"] * CHARGE_UNIT_E, 4)
    for n, row in enumerate(columns["row"]):
        part = slice(columns["charge_offsets"][n], columns["charge_offsets"][n + 1])
        engine = engines[columns["engine"][n]]
        yield (
            row,
            Label(
                id=ids[row],
                level=level,
                status=STATUSES[columns["status"][n]],
                why=texts[columns["why"][n]],
                energy_eV=_or_none(columns["energy_eV"][n]),
                charges_e=tuple(charges[part].tolist()),
                charge_model=engine["charge_model"] if part.stop > part.start else "",
                gap_eV=_or_none(columns["gap_eV"][n]),
                n_unpaired=None if columns["n_unpaired"][n] < 0 else columns["n_unpaired"][n],
                magnetic_moment=_or_none(columns["magnetic_moment"][n]),
                engine=engine["engine"],
                engine_version=engine["engine_version"],
                parameters_sha256=engine["parameters_sha256"],
                seconds=round(columns["seconds"][n], 2),
                notes=tuple(note for note in texts[columns["notes"][n]].split("\n") if note),
            ),
        )


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
