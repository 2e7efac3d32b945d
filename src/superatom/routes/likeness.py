"""How far one ligand is from another, for moving a reported step to a ligand no one tried.

A small reader of the SMILES in the ligand table (atoms, branches, ring closures) gives what decides the cluster
size in the review (Lyu et al., doi:10.1039/d5nh00353a, sections 2.2 and 3.2): class, whether the donor sits on
an aromatic ring, crowding at the donor carbon, water solubility and chain length. No chemistry library is
loaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import log

from superatom.structures.ligands import Ligand

# distance per difference; the sum is dimensionless and enters the cost as is (see superatom.routes.cost)
OTHER_LIGAND = 0.1
GENERIC_LIGAND = 0.25  # the source writes SR: which thiolate is not said
AROMATIC_DONOR = 0.4
CROWDING_STEP = 0.35  # per degree: primary, secondary, tertiary; or bulky groups on the ring
WATER_SOLUBLE = 0.25
CHAIN_LENGTH = 0.15  # per factor e in carbon count
OTHER_CHALCOGEN = 0.8

_ATOM = re.compile(r"\[[^\]]*\]|Br|Cl|[BCNOSPFI]|[bcnosp]|[()=#:/\\.+-]|%\d\d|\d")
_CHALCOGENOLATES = ("thiolate", "selenolate", "tellurolate")


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a ligand matters for cluster size; `crowding` 1 primary, 2 secondary, 3 tertiary (+1: bulky aryl)."""

    ligand_class: str
    aromatic_donor: bool
    crowding: int
    water_soluble: bool
    n_carbon: int


@lru_cache(maxsize=512)
def traits(ligand: Ligand) -> Traits:
    """Return the traits of a ligand from its bound SMILES.

    >>> from superatom.structures.ligands import ligand_table
    >>> t = traits(ligand_table().find("TBBT"))
    >>> t.aromatic_donor, t.water_soluble, t.n_carbon
    (True, False, 10)
    """
    symbols, neighbours = _graph(ligand.smiles_bound)
    atoms = ligand.atoms
    n_carbon = atoms.get("C", 0)
    donor = next((i for i, s in enumerate(symbols) if re.match(r"\[(S|Se|Te)[-H\]]", s)), None)
    alpha = neighbours[donor][0] if donor is not None and neighbours[donor] else None
    aromatic = alpha is not None and symbols[alpha].islower()
    if alpha is None:
        crowding = 1
    elif aromatic:
        crowding = 1 + any(_is_quaternary(i, symbols, neighbours) for i in range(len(symbols)))
    else:
        crowding = max(1, len(neighbours[alpha]) - 1)
    polar = atoms.get("O", 0) + atoms.get("N", 0)
    return Traits(
        ligand_class=ligand.ligand_class,
        aromatic_donor=aromatic,
        crowding=crowding,
        water_soluble=polar >= 2 or (polar == 1 and n_carbon <= 4),
        n_carbon=n_carbon,
    )


def ligand_distance(reported: Ligand, wanted: Ligand) -> float | None:
    """Return how far `wanted` is from the ligand a source reports, or None where nothing may be inferred.

    Zero for the same ligand. Ligands of different classes do not stand for each other, except S, Se and Te
    analogues and halides among themselves.

    >>> from superatom.structures.ligands import ligand_table
    >>> find = ligand_table().find
    >>> ligand_distance(find("PET"), find("PET"))
    0.0
    >>> ligand_distance(find("PET"), find("SC6H13")) < ligand_distance(find("PET"), find("TBBT"))
    True
    >>> ligand_distance(find("PET"), find("PPh3")) is None
    True
    """
    if reported == wanted:
        return 0.0
    if reported.ligand_class != wanted.ligand_class:
        both = reported.ligand_class in _CHALCOGENOLATES and wanted.ligand_class in _CHALCOGENOLATES
        if not both:
            return None
    if (reported.electrons_withdrawn, reported.denticity) != (wanted.electrons_withdrawn, wanted.denticity):
        return None
    other = OTHER_CHALCOGEN if reported.ligand_class != wanted.ligand_class else 0.0
    if reported.is_generic or wanted.is_generic:
        return GENERIC_LIGAND + other
    a, b = traits(reported), traits(wanted)
    return round(
        OTHER_LIGAND
        + other
        + AROMATIC_DONOR * (a.aromatic_donor != b.aromatic_donor)
        + CROWDING_STEP * abs(a.crowding - b.crowding)
        + WATER_SOLUBLE * (a.water_soluble != b.water_soluble)
        + CHAIN_LENGTH * abs(log((a.n_carbon + 1) / (b.n_carbon + 1))),
        3,
    )


def difference_in_words(reported: Ligand, wanted: Ligand) -> str:
    """Say how two ligands differ, for the remark of an inferred step."""
    a, b = traits(reported), traits(wanted)
    said = []
    if a.ligand_class != b.ligand_class:
        said.append(f"{b.ligand_class} for {a.ligand_class}")
    if a.aromatic_donor != b.aromatic_donor:
        said.append("donor on an aromatic ring" if b.aromatic_donor else "donor on an alkyl carbon")
    if b.crowding > a.crowding:
        said.append("bulkier")
    elif b.crowding < a.crowding:
        said.append("less bulky")
    if a.water_soluble != b.water_soluble:
        said.append("water-soluble" if b.water_soluble else "not water-soluble")
    return ", ".join(said) or "similar"


def _is_quaternary(i: int, symbols: list[str], neighbours: list[list[int]]) -> bool:
    return symbols[i] == "C" and len(neighbours[i]) == 4 and all(symbols[j] in "Cc" for j in neighbours[i])


def _graph(smiles: str) -> tuple[list[str], list[list[int]]]:
    """Read heavy atoms and bonds of a SMILES; bond orders are not kept."""
    symbols: list[str] = []
    neighbours: list[list[int]] = []
    branch: list[int | None] = []
    rings: dict[str, int] = {}
    last: int | None = None

    def bond(i: int, j: int) -> None:
        neighbours[i].append(j)
        neighbours[j].append(i)

    for token in _ATOM.findall(smiles):
        if token == "(":  # noqa: S105 -- a bracket, not a password
            branch.append(last)
        elif token == ")":  # noqa: S105
            last = branch.pop()
        elif token == ".":  # noqa: S105
            last = None
        elif token.isdigit() or token.startswith("%"):
            if last is None:
                continue
            if token in rings:
                bond(rings.pop(token), last)
            else:
                rings[token] = last
        elif token[0].isalpha() or token[0] == "[":
            symbols.append("C" if re.match(r"\[C@", token) else token)
            neighbours.append([])
            if last is not None:
                bond(last, len(symbols) - 1)
            last = len(symbols) - 1
    return symbols, neighbours
