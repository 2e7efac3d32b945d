"""Point group of a set of atoms, within a stated tolerance in Å.

Every rotation and improper rotation that maps the atoms onto themselves is found by laying one pair of atoms on every
equivalent pair, fitted to all atoms (Kabsch, Acta Cryst. A 1976, 32, 922, doi:10.1107/S0567739476001873), and kept
when no atom is further than the tolerance from its image. The Schoenflies symbol follows from the operations found. A
fit is decided by which atom goes where, so the answer does not depend on atom order, orientation or origin.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from superatom.structures.neighbours import FloatArray

POINT_GROUP_TOLERANCE_A = 0.3
_ANGLE = np.radians(8.0)  # two axes closer than this are one


def point_group(symbols: Sequence[str], positions: FloatArray, tolerance: float = POINT_GROUP_TOLERANCE_A) -> str:
    """Return the Schoenflies symbol.

    Parameters
    ----------
    symbols, positions
        n_atoms elements and coordinates in Å, shape (n_atoms, 3).
    tolerance
        Largest distance in Å between an atom and the image of its partner; 0.3 suits relaxed and crystal structures.

    Examples
    --------
    >>> square = np.array([[2.0, 0, 0], [0, 2, 0], [-2, 0, 0], [0, -2, 0]])
    >>> point_group(["Au"] * 4, square), point_group(["Au", "Ag", "Au", "Ag"], square)
    ('D4h', 'D2h')
    """
    points = np.asarray(positions, dtype=np.float64)
    points = points - points.mean(axis=0) if len(points) else points
    if len(points) < 2:
        return "Kh" if len(points) else "C1"
    if np.linalg.matrix_rank(points, tol=tolerance) == 1:
        kinds = np.array([hash_of(s) for s in symbols])
        return "D∞h" if _fit(-np.eye(3), points, kinds, tolerance) is not None else "C∞v"
    return _symbol(symmetry_operations(symbols, points, tolerance))


def hash_of(symbol: str) -> int:
    """Return a number for an element that does not change between runs.

    >>> hash_of("Au") == hash_of("Au") != hash_of("Ag")
    True
    """
    return int.from_bytes(symbol.encode(), "big")


def symmetry_operations(symbols: Sequence[str], points: FloatArray, tolerance: float) -> list[FloatArray]:
    """Return the orthogonal matrices (3, 3) that map centred `points` (n, 3) onto themselves within `tolerance` Å."""
    kinds = np.array([hash_of(s) for s in symbols])
    radii = np.linalg.norm(points, axis=1)
    first, second = _reference_pair(points, kinds, radii, tolerance)
    slack = 2 * tolerance
    images = [i for i in range(len(points)) if kinds[i] == kinds[first] and abs(radii[i] - radii[first]) < slack]
    partners = [i for i in range(len(points)) if kinds[i] == kinds[second] and abs(radii[i] - radii[second]) < slack]
    apart = np.linalg.norm(points[first] - points[second])
    found: dict[tuple[int, ...], FloatArray] = {}
    frame = _frame(points[first], points[second])
    for a in images:
        for b in partners:
            if a == b or abs(np.linalg.norm(points[a] - points[b]) - apart) > slack:
                continue
            other = _frame(points[a], points[b])
            if other is None or frame is None:
                continue
            for flip in (1.0, -1.0):
                guess = other.T @ np.diag([1.0, 1.0, flip]) @ frame
                fitted = _fit(guess, points, kinds, tolerance)
                if fitted is not None:
                    found.setdefault(fitted[0], fitted[1])
    planar = np.linalg.matrix_rank(points, tol=tolerance) == 2
    operations = list(found.values())
    if planar and operations:  # the mirror in the plane moves no atom, so it shares its permutation with the identity
        normal = np.linalg.svd(points)[2][2]
        mirror = np.eye(3) - 2 * np.outer(normal, normal)
        operations += [mirror @ operation for operation in operations]
    return operations


def _reference_pair(points: FloatArray, kinds: np.ndarray, radii: FloatArray, tolerance: float) -> tuple[int, int]:
    """Return two atoms off the centre and not in line with it, chosen to have few equivalents."""
    crowd = [int(np.sum((kinds == kinds[i]) & (np.abs(radii - radii[i]) < 2 * tolerance))) for i in range(len(points))]
    usable = [i for i in range(len(points)) if radii[i] > max(1.0, 3 * tolerance)] or list(np.argsort(-radii)[:3])
    first = min(usable, key=lambda i: (crowd[i], -radii[i]))
    direction = points[first] / radii[first]
    off_line = {i: float(np.linalg.norm(points[i] - (points[i] @ direction) * direction)) for i in usable if i != first}
    clear = [i for i, d in off_line.items() if d > max(1.0, 3 * tolerance)] or [
        max(off_line, key=lambda i: off_line[i])
    ]
    return int(first), int(min(clear, key=lambda i: (crowd[i], -off_line[i])))


def _frame(first: FloatArray, second: FloatArray) -> FloatArray | None:
    x = first / np.linalg.norm(first)
    rest = second - (second @ x) * x
    length = np.linalg.norm(rest)
    if length < 1e-6:
        return None
    y = rest / length
    return np.array([x, y, np.cross(x, y)])


def _fit(
    guess: FloatArray, points: FloatArray, kinds: np.ndarray, tolerance: float
) -> tuple[tuple[int, ...], FloatArray] | None:
    """Refine an operation on all atoms; None unless it is a one-to-one map within the tolerance.

    Returns (permutation with the determinant's sign appended, matrix).
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(points)
    matrix = guess
    for _ in range(2):
        _, partner = tree.query(points @ matrix.T)
        if len(set(partner.tolist())) < len(points) or (kinds[partner] != kinds).any():
            return None
        u, _, vt = np.linalg.svd(points[partner].T @ points)
        sign = np.sign(np.linalg.det(guess))
        matrix = u @ np.diag([1.0, 1.0, sign * np.sign(np.linalg.det(u @ vt))]) @ vt
    if np.linalg.norm(points @ matrix.T - points[partner], axis=1).max() > tolerance:
        return None
    return (*partner.tolist(), int(sign)), matrix


def _symbol(operations: Sequence[FloatArray]) -> str:
    """Name the group from its operations."""
    axes: list[tuple[FloatArray, int]] = []  # (axis, order of its proper rotations)
    mirrors: list[FloatArray] = []
    has_inversion = False
    rotary: list[tuple[FloatArray, int]] = []
    for matrix in operations:
        proper = np.linalg.det(matrix) > 0
        rotation = matrix if proper else -matrix
        angle = float(np.arccos(np.clip((np.trace(rotation) - 1) / 2, -1, 1)))
        if angle < _ANGLE:
            has_inversion |= not proper
            continue
        axis = _axis(rotation)
        if proper:
            axes.append(
                (axis, round(2 * np.pi / angle) if abs(2 * np.pi / angle - round(2 * np.pi / angle)) < 0.2 else 1)
            )
        elif np.pi - angle < _ANGLE:
            mirrors.append(axis)
        else:
            rotary.append((axis, round(2 * np.pi / (np.pi - angle))))
    orders = _orders(axes)
    high = [a for a, n in orders if n > 2]
    if len(high) > 1:
        return _cubic(orders, n_mirrors=len(mirrors), has_inversion=has_inversion)
    if not orders:
        return "Cs" if mirrors else "Ci" if has_inversion else "C1"
    principal, n = max(orders, key=lambda item: item[1])
    across = [a for a, k in orders if k == 2 and abs(a @ principal) < np.sin(2 * _ANGLE)]
    in_plane = any(abs(m @ principal) > np.cos(2 * _ANGLE) for m in mirrors)
    upright = [m for m in mirrors if abs(m @ principal) < np.sin(2 * _ANGLE)]
    if len(across) >= n:
        return f"D{n}{'h' if in_plane else 'd' if len(upright) >= n else ''}"
    if in_plane:
        return f"C{n}h"
    if len(upright) >= n:
        return f"C{n}v"
    if any(k == 2 * n and abs(a @ principal) > np.cos(2 * _ANGLE) for a, k in rotary):
        return f"S{2 * n}"
    return f"C{n}"


def _cubic(orders: Sequence[tuple[FloatArray, int]], *, n_mirrors: int, has_inversion: bool) -> str:
    highest = max(n for _, n in orders)
    if highest >= 5:
        return "Ih" if has_inversion else "I"
    if highest == 4:
        return "Oh" if has_inversion else "O"
    return "Th" if has_inversion else "Td" if n_mirrors else "T"


def _axis(rotation: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eig(rotation)
    axis = np.real(vectors[:, int(np.argmin(np.abs(values - 1)))])
    unit: FloatArray = axis / np.linalg.norm(axis)
    return unit


def _orders(axes: Sequence[tuple[FloatArray, int]]) -> list[tuple[FloatArray, int]]:
    """Merge rotations about one axis and give it its highest order."""
    merged: list[tuple[FloatArray, int]] = []
    for axis, n in axes:
        if n < 2:
            continue
        for k, (known, order) in enumerate(merged):
            if abs(axis @ known) > np.cos(_ANGLE):
                merged[k] = (known, max(order, n))
                break
        else:
            merged.append((axis, n))
    return merged
