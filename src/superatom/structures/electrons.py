"""Superatom electron counting: how many delocalised electrons, which shell, what would close it.

N* = sum of metal valences - electrons withdrawn by X-type ligands - charge (Walter et al., PNAS 2008, 105, 9157,
doi:10.1073/pnas.0801001105, eqn 1; Häkkinen, Chem. Soc. Rev. 2008, 37, 1847, doi:10.1039/b717686b), with dopant
valences as in `superatom.structures.elements`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from superatom.structures.elements import metal_valence
from superatom.structures.ligands import Ligand

# Spherical jellium, in filling order (de Heer, Rev. Mod. Phys. 1993, 65, 611, doi:10.1103/RevModPhys.65.611)
SHELLS: tuple[tuple[str, int], ...] = (
    ("1S", 2), ("1P", 8), ("1D", 18), ("2S", 20), ("1F", 34), ("2P", 40), ("1G", 58), ("2D", 68), ("3S", 70),
    ("1H", 92), ("2F", 106), ("3P", 112), ("1I", 138),
)  # fmt: skip
CLOSED_SHELLS: tuple[int, ...] = tuple(n for _, n in SHELLS)


def valence_electrons(metals: Iterable[tuple[str, int]], ligands: Iterable[tuple[Ligand, int]], charge: int) -> int:
    """Return N*, the delocalised (superatom) electrons.

    >>> from superatom.structures.ligands import ligand_table
    >>> pet = ligand_table().find("PET")
    >>> valence_electrons([("Au", 25)], [(pet, 18)], charge=-1)
    8
    """
    given = sum(metal_valence(metal) * n for metal, n in metals)
    withdrawn = sum(ligand.electrons_withdrawn * n for ligand, n in ligands)
    return given - withdrawn - charge


@dataclass(frozen=True, slots=True)
class ShellReport:
    """Where an electron count stands among the closed shells.

    `lower` and `upper` are the nearest closed shells (equal to `electrons` when closed); `charge_to_lower` and
    `charge_to_upper` are the net charges in e that the same composition needs to reach them.
    """

    electrons: int
    is_closed: bool
    is_even: bool
    label: str
    lower: int
    upper: int | None
    charge_to_lower: int
    charge_to_upper: int | None
    remark: str


def shell_report(electrons: int, charge: int) -> ShellReport:
    """Place `electrons` among the closed shells of the spherical superatom model.

    >>> shell_report(8, -1).label, shell_report(7, 0).charge_to_upper
    ('1S2 1P6', -1)
    """
    lower = max((n for n in (0, *CLOSED_SHELLS) if n <= electrons), default=0)
    upper = min((n for n in (0, *CLOSED_SHELLS) if n >= electrons), default=None)
    return ShellReport(
        electrons=electrons,
        is_closed=electrons == lower,
        is_even=electrons % 2 == 0,
        label=_label(electrons),
        lower=lower,
        upper=upper,
        charge_to_lower=charge + electrons - lower,
        charge_to_upper=None if upper is None else charge + electrons - upper,
        remark=_remark(electrons, is_closed=electrons == lower),
    )


def _label(electrons: int) -> str:
    filled, previous = [], 0
    for name, total in SHELLS:
        if electrons <= previous:
            break
        filled.append(f"{name}{min(electrons, total) - previous}")
        previous = total
    return " ".join(filled)


def _remark(electrons: int, *, is_closed: bool) -> str:
    if electrons < 0:
        return "a negative count: more electrons withdrawn than the metals bring; check ligand count and charge"
    if electrons == 0:
        return "no delocalised electrons: a metal-ligand complex rather than a superatom"
    if is_closed:
        return "closed shell of the spherical superatom model"
    if electrons % 2:
        return "odd: an open shell (radical), usually oxidised or reduced by one electron on handling"
    if electrons == 6:
        return "1P4: an oblate (Jahn-Teller) core, as in PtAu24, or three 2-electron blocks"
    if electrons == 14:
        return "isoelectronic with F2: two fused 13-atom icosahedra, as in Au38(SR)24, or seven 2-electron blocks"
    if electrons == 16:
        return "two 8-electron icosahedra joined, or eight 2-electron blocks"
    return (
        f"even but between spherical shells: {electrons // 2} two-electron Au4/Au3 blocks, or fused icosahedra "
        "(grand unified model, doi:10.1038/ncomms13574)"
    )
