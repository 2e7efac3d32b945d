"""Element symbols and covalent radii, for reading files and finding bonds.

Radii: Cordero et al., Dalton Trans. 2008, 2832, doi:10.1039/b801115j, as tabulated by gemmi.
"""

from __future__ import annotations

import re
from functools import cache

# atom types of simulation packages that stand for an element; ST is the staple sulfur of NanoModeler
FORCE_FIELD_NAMES = {"ST": "S"}


@cache
def element_of(label: str) -> str | None:
    """Return the element a label such as ``Au``, ``AU1``, ``C12A`` or ``79`` stands for, or None.

    >>> [element_of(x) for x in ("Au", "AU12", "c", "79", "Xx", "D")]
    ['Au', 'Au', 'C', 'Au', None, 'H']
    """
    import gemmi

    if label in FORCE_FIELD_NAMES:
        return FORCE_FIELD_NAMES[label]
    if label.isdigit():
        number = int(label) if len(label) < 4 else 0
        return str(gemmi.Element(number).name) if 0 < number < 119 else None
    match = re.fullmatch(r"([A-Za-z]{1,2})(?:[\d_*'+-].*)?", label)
    if not match:
        return None
    element = gemmi.Element(match[1].capitalize())
    if element.atomic_number == 0:
        return None
    return "H" if element.name == "D" else str(element.name)


@cache
def covalent_radius(symbol: str) -> float:
    """Return the covalent radius in Å.

    >>> round(covalent_radius("S"), 2)
    1.05
    """
    import gemmi

    return float(gemmi.Element(symbol).covalent_r)
