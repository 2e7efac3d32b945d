"""From an assembled geometry to a minimum: a chain of crude optimisations, each at one level.

GFN-FF first: it untangles ligands in a second and keeps them intact, but makes metal-metal distances too short
(2.5-2.75 Å); GFN1 then settles the metals. Only levels of the ``xtb`` program optimise.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from superatom.errors import CalculationError
from superatom.physics.levels import level
from superatom.structures.structure import Structure

STEPS = ("gfnff", "gfn1")
OPTIMISATION = "crude"


def relax(
    structure: Structure,
    steps: Sequence[str] = STEPS,
    *,
    fixed: Sequence[int] = (),
    timeout_s: float | None = None,
    max_cycles: int | None = None,
) -> Structure:
    """Return the structure after one optimisation at each level of `steps`, with notes on each.

    Parameters
    ----------
    steps
        Names of levels, such as ``("gfnff", "gfn1")``; empty: the structure comes back as it is.
    fixed
        Atoms (counted from 0) that stay where they are.
    timeout_s
        Limit in s, all steps together; None: ten times the limit of one evaluation for each step.
    max_cycles
        Limit of each step; running into it is accepted in every step but the last.

    Raises
    ------
    CalculationError
        A step failed or the last did not converge; the sentence names the step.
    MissingEngineError
        The program is not installed.
    UnknownNameError
        A step is no level.

    Examples
    --------
    >>> relax(Structure(("Au",), [[0.0, 0.0, 0.0]]), ()).n_atoms
    1
    """
    from superatom.physics.engines import xtb

    chain = [level(name) for name in steps]
    if other := [step.name for step in chain if step.engine != "xtb"]:
        raise CalculationError(f"level {other[0]!r} does not optimise geometries; steps may be gfnff and gfn1")
    end = None if timeout_s is None else time.monotonic() + timeout_s
    for number, step in enumerate(chain, start=1):
        structure = xtb.relax(
            structure,
            step,
            fixed=fixed,
            optimisation=OPTIMISATION,
            max_cycles=max_cycles,
            must_converge=number == len(chain),
            timeout_s=None if end is None else end - time.monotonic(),
        )
    return structure


def description(steps: Sequence[str]) -> str:
    """Return how a geometry was made, for its record.

    >>> description(("gfnff", "gfn1"))
    'gfnff crude > gfn1 crude'
    """
    return " > ".join(f"{step} {OPTIMISATION}" for step in steps) or "as assembled"
