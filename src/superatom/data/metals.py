"""Metal data: metallic radii, Pauling electronegativities, Miedema parameters; electronegativities of ligand atoms.

Radii for coordination number 12: N. N. Greenwood and A. Earnshaw, Chemistry of the Elements, 2nd ed., 1997.
Electronegativity (Pauling scale): A. L. Allred, J. Inorg. Nucl. Chem. 1961, 17, 215, doi:10.1016/0022-1902(61)80142-5
(Au 2.54, as in Gu et al.; common libraries carry 2.4); Ru, Os, Re: L. Pauling, The Nature of the Chemical Bond, 1960.
Miedema parameters: F. R. de Boer et al., Cohesion in Metals, North-Holland, 1988.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from superatom.data.rows import Row, packaged_rows
from superatom.errors import UnknownNameError, did_you_mean

# Pauling scale, Allred 1961 (H, C, N, O, F, Cl as in Pauling 1960)
NONMETAL_ELECTRONEGATIVITY: Mapping[str, float] = {
    "H": 2.20, "B": 2.04, "C": 2.55, "N": 3.04, "O": 3.44, "F": 3.98, "Si": 1.90, "P": 2.19, "S": 2.58, "Cl": 3.16,
    "As": 2.18, "Se": 2.55, "Br": 2.96, "Sb": 2.05, "Te": 2.10, "I": 2.66,
}  # fmt: skip
_COLUMNS = ("symbol", "metallic_radius_A", "electronegativity", "molar_mass", "phi_star_V", "n_ws_cube_root")
_COLUMNS_MIEDEMA = ("v_two_thirds_cm2", "volume_constant", "r_over_p", "is_transition_metal", "sources")


@dataclass(frozen=True, slots=True)
class Metal:
    """One metal: radius in Å (12-coordinate), Pauling electronegativity, molar mass in g/mol and Miedema parameters.

    `phi_star_V` in V, `n_ws_cube_root` in (density units)^(1/3), `v_two_thirds_cm2` in cm^2; `r_over_p` and
    `is_transition_metal` in Miedema's sense (Cu, Ag, Au count as transition metals, Zn, Cd, Hg do not).
    """

    symbol: str
    name: str
    metallic_radius_A: float
    electronegativity: float
    molar_mass: float
    phi_star_V: float
    n_ws_cube_root: float
    v_two_thirds_cm2: float
    volume_constant: float
    r_over_p: float
    is_transition_metal: bool
    sources: str


def metal(symbol: str) -> Metal:
    """Return the data of one metal; raises `UnknownNameError` for a symbol that is not in the table.

    >>> metal("Au").electronegativity, metal("Ru").metallic_radius_A
    (2.54, 1.34)
    """
    found = metals().get(symbol)
    if found is None:
        hint = did_you_mean(symbol, list(metals()))
        raise UnknownNameError(f"no metal data for {symbol!r}.{hint} Known: {', '.join(metals())}")
    return found


@cache
def metals() -> Mapping[str, Metal]:
    """Return the packaged table as {symbol: Metal}."""
    return {row["symbol"]: _metal(row) for row in packaged_rows("metals.csv", (*_COLUMNS, *_COLUMNS_MIEDEMA))}


def electronegativity(symbol: str) -> float:
    """Return the Pauling electronegativity of a metal or a ligand atom.

    >>> electronegativity("S"), electronegativity("Cu")
    (2.58, 1.9)
    """
    if symbol in NONMETAL_ELECTRONEGATIVITY:
        return NONMETAL_ELECTRONEGATIVITY[symbol]
    if symbol in metals():
        return metals()[symbol].electronegativity
    known = [*NONMETAL_ELECTRONEGATIVITY, *metals()]
    raise UnknownNameError(f"no electronegativity for {symbol!r}; known: {', '.join(known)}")


def _metal(row: Row) -> Metal:
    def number(column: str) -> float:
        value = row.number(column)
        if value is None:
            row.refuse(f"{column} is empty")
        return value

    return Metal(
        symbol=row["symbol"],
        name=row["name"],
        metallic_radius_A=number("metallic_radius_A"),
        electronegativity=number("electronegativity"),
        molar_mass=number("molar_mass"),
        phi_star_V=number("phi_star_V"),
        n_ws_cube_root=number("n_ws_cube_root"),
        v_two_thirds_cm2=number("v_two_thirds_cm2"),
        volume_constant=number("volume_constant"),
        r_over_p=number("r_over_p"),
        is_transition_metal=row.is_yes("is_transition_metal"),
        sources=row["sources"],
    )
