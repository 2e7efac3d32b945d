"""Arrays on disk: compressed npz files without executable content, the same bytes for the same arrays.

A shard keeps lists of unequal length as one flat array with offsets: row i is ``values[offsets[i]:offsets[i + 1]]``.
Coordinates are whole numbers of 1e-4 Å, charges of 1e-4 e: the precision the journals have, so nothing is lost.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from superatom.errors import ReferenceDataError
from superatom.physics.configuration import Configuration

Array = npt.NDArray[Any]

POSITION_UNIT_A = 1e-4
CHARGE_UNIT_E = 1e-4
_EPOCH = (1980, 1, 1, 0, 0, 0)  # zip files carry times; one fixed time keeps the bytes the same


def write_shard(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write named arrays as one npz file (LZMA); readable with `numpy.load`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name in sorted(arrays):
            entry = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_LZMA, 3, 0o644 << 16
            raw = io.BytesIO()
            np.lib.format.write_array(raw, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            archive.writestr(entry, raw.getvalue())


def read_shard(path: Path) -> dict[str, Array]:
    """Return the arrays of an npz file; raises `ReferenceDataError` for one that cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise ReferenceDataError(f"cannot read {path}: {error}") from error


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def offsets_of(rows: Iterable[Sequence[Any]]) -> npt.NDArray[np.int64]:
    """Return where each of several lists begins and ends when they are laid end to end.

    >>> offsets_of([(1, 2), (), (3,)]).tolist()
    [0, 2, 2, 3]
    """
    return np.concatenate([[0], np.cumsum([len(row) for row in rows], dtype=np.int64)]).astype(np.int64)


def flat(rows: Iterable[Sequence[Any]], dtype: type[np.generic]) -> Array:
    """Return several lists laid end to end.

    >>> flat([(1, 2), (), (3,)], np.int16).tolist()
    [1, 2, 3]
    """
    return np.array([value for row in rows for value in row], dtype=dtype)


def to_units(values: npt.ArrayLike, unit: float, dtype: type[np.signedinteger[Any]]) -> Array:
    """Return values as whole numbers of a unit; raises `ReferenceDataError` where one does not fit.

    >>> to_units([0.1234, -2.0], 1e-4, np.int32).tolist()
    [1234, -20000]
    """
    whole = np.rint(np.asarray(values, dtype=np.float64) / unit)
    if whole.size and not np.abs(whole).max() <= np.iinfo(dtype).max:
        raise ReferenceDataError(f"a value of {np.abs(whole).max() * unit:g} does not fit into {dtype.__name__}")
    return whole.astype(dtype)


def geometry_arrays(configurations: Sequence[Configuration]) -> dict[str, Array]:
    """Return positions (n_atoms, 3), atomic numbers, fixed atoms, and where each configuration begins in them."""
    from ase.data import atomic_numbers

    structures = [one.structure for one in configurations]
    positions = np.concatenate([one.positions for one in structures]) if structures else np.zeros((0, 3))
    return {
        "positions": to_units(positions, POSITION_UNIT_A, np.int32),
        "numbers": flat([[atomic_numbers[s] for s in one.symbols] for one in structures], np.uint8),
        "offsets": offsets_of([one.symbols for one in structures]),
        "fixed": flat([one.fixed for one in configurations], np.int32),
        "fixed_offsets": offsets_of([one.fixed for one in configurations]),
    }
