"""Enthalpy of mixing of two liquid metals from the Miedema model.

F. R. de Boer, R. Boom, W. C. M. Mattens, A. R. Miedema and A. K. Niessen, Cohesion in Metals, North-Holland, 1988. The
whole numbers of A. Takeuchi and A. Inoue, Mater. Trans. 2005, 46, 2817 (doi:10.2320/matertrans.46.2817) come out within
0.6 kJ/mol, Cu with Zn, Cd or Hg excepted (docs/data.md). A model, not a measurement: it tells a metal pair that mixes
(negative) from one that does not.
"""

from __future__ import annotations

from superatom.data.metals import Metal, metal
from superatom.errors import ChemistryError

_Q_OVER_P = 9.4  # V^2 per (density unit)^(2/3)
_P = {2: 14.2, 1: 12.35, 0: 10.7}  # kJ V^-2 cm^-2, by the number of transition metals in the pair
_LIQUID = 0.73  # R* of a liquid relative to the solid
_VOLUME_STEPS = 8  # the volume correction is converged to 1e-9 kJ/mol after five


def mixing_enthalpy_kJ_per_mol(a: str, b: str, x: float = 0.5) -> float:  # noqa: N802 -- the unit is part of the name
    """Return the enthalpy of mixing of liquid `a`(x) `b`(1-x) in kJ per mole of atoms.

    `a`, `b`: metal symbols of the table; `x`: mole fraction of `a`, in [0, 1]. Raises `UnknownNameError` for an unknown
    metal and `ChemistryError` for `x` out of range.

    >>> [round(mixing_enthalpy_kJ_per_mol("Au", m)) for m in ("Ru", "Ir", "Rh")]
    [15, 13, 7]
    """
    if not 0 <= x <= 1:
        raise ChemistryError(f"the mole fraction is {x}; it lies between 0 and 1")
    first, second = metal(a), metal(b)
    if a == b:
        return 0.0
    volume_a, volume_b = first.v_two_thirds_cm2, second.v_two_thirds_cm2
    surface_a = x
    for _ in range(_VOLUME_STEPS):
        surface_a = x * volume_a / (x * volume_a + (1 - x) * volume_b)
        shift = first.phi_star_V - second.phi_star_V
        volume_a = first.v_two_thirds_cm2 * (1 + first.volume_constant * (1 - surface_a) * shift)
        volume_b = second.v_two_thirds_cm2 * (1 - second.volume_constant * surface_a * shift)
    contact = 2 * _interface_kJ_per_cm2(first, second) / (1 / first.n_ws_cube_root + 1 / second.n_ws_cube_root)
    return x * volume_a * (1 - surface_a) * contact


def _interface_kJ_per_cm2(a: Metal, b: Metal) -> float:  # noqa: N802
    """Return P (-dphi^2 + Q/P dn^2 - R/P), the energy of unit contact area before screening."""
    p = _P[a.is_transition_metal + b.is_transition_metal]
    hybridisation = 0.0 if a.is_transition_metal == b.is_transition_metal else _LIQUID * a.r_over_p * b.r_over_p
    electronegativity = (a.phi_star_V - b.phi_star_V) ** 2
    density = _Q_OVER_P * (a.n_ws_cube_root - b.n_ws_cube_root) ** 2
    return p * (density - electronegativity - hybridisation)
