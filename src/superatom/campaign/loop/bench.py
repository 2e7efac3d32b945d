"""Settings as a bench can set them: few digits, and sums that hold all the same."""

from __future__ import annotations

from collections.abc import Mapping

from superatom.conditions.space import Setting, Space


def settable(space: Space, settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """Return settings whose numbers without a step have four digits.

    What a mixture then lacks goes to its largest part. Candidates of a table stay as they are, and so do settings that
    rounding would make illegal.

    >>> from superatom.conditions.space import Constraint, Parameter
    >>> names = ["x_metal", "x_ligand"]
    >>> space = Space(tuple(Parameter.continuous(name, 0, 1) for name in names), (Constraint.mixture(names),))
    >>> settable(space, {"x_metal": 0.0712345678, "x_ligand": 0.9287654322})
    {'x_metal': 0.07123, 'x_ligand': 0.92877}
    """
    free = {p.name: float(settings[p.name]) for p in space.parameters if p.is_numeric and p.step is None}
    if space.table or not free:
        return dict(settings)
    rounded = {name: float(f"{number:.4g}") for name, number in free.items()}
    for constraint in space.constraints:
        parts = [name for name in constraint.names if name in free]
        if constraint.is_equality and parts:
            row, total = constraint.rows()[0]
            rest = max(parts, key=lambda name: abs(free[name]))
            values = {**settings, **rounded}
            others = sum(coefficient * float(values[name]) for name, coefficient in row.items() if name != rest)
            rounded[rest] = float(f"{(total - others) / row[rest]:.10g}")
    found = {**settings, **rounded}
    return found if space.is_legal(space.to_points([found]))[0] else dict(settings)
