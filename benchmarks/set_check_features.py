"""What `set_check.py` learns from: composition, smooth contact counts, eight descriptors of a cluster.

All are per metal atom where they are counts, so that clusters of different sizes can be compared.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from superatom.data.accessibility import metal_distance_A
from superatom.data.metals import electronegativity, metal
from superatom.data.mixing import mixing_enthalpy_kJ_per_mol
from superatom.data.splits import SplitItem
from superatom.structures.neighbours import neighbour_pairs
from superatom.structures.structure import Structure
from superatom.structures.symbols import covalent_radius

# a contact counts fully inside c times the sum of the covalent radii and not outside; several c feel the distance
STEPS = (0.95, 1.10, 1.30, 1.60)
WIDTH = 0.04
REACH_A = 4.5
DESCRIPTORS = ("N_metal", "ratio", "dM", "H_mix", "dchi_M", "chi_env", "D", "dR")


def composition(items: Sequence[SplitItem]) -> np.ndarray:
    """Return counts of every element per metal atom, the number of metals and the charge; shape (n, n_elements + 2)."""
    elements = sorted({symbol for item in items for symbol in item.structure.symbols})
    table = np.zeros((len(items), len(elements) + 2))
    for i, item in enumerate(items):
        counts = Counter(item.structure.symbols)
        table[i, :-2] = [counts[e] / item.n_metals for e in elements]
        table[i, -2:] = item.n_metals, item.structure.charge or 0
    return table


def contacts(items: Sequence[SplitItem]) -> np.ndarray:
    """Return smooth contact counts per metal atom of every class of pairs, at every step; shape (n, n_classes * 4).

    Classes: host and dopant metals by their part, all other atoms by their element.
    """
    found = [_contacts_of(item) for item in items]
    classes = sorted({name for one in found for name in one})
    empty = np.zeros(len(STEPS))
    return np.array([np.concatenate([one.get(name, empty) for name in classes]) for one in found])


def _contacts_of(item: SplitItem) -> dict[tuple[str, str], np.ndarray]:
    symbols = item.structure.symbols
    host = host_metal(item)
    parts = [
        ("host" if s == host else "dopant") if i < item.n_metals else s for i, s in enumerate(symbols)
    ]  # metals are first
    radius = np.array([covalent_radius(s) for s in symbols])
    first, second, distance, _ = neighbour_pairs(item.structure.positions, REACH_A)
    scaled = distance / (radius[first] + radius[second])
    weight = 1 / (1 + np.exp(np.clip((scaled[:, None] - np.array(STEPS)) / WIDTH, -50, 50)))
    counts: dict[tuple[str, str], np.ndarray] = defaultdict(lambda: np.zeros(len(STEPS)))
    names = sorted(set(parts))
    code = np.array([names.index(p) for p in parts])
    low, high = np.minimum(code[first], code[second]), np.maximum(code[first], code[second])
    pair = low * len(names) + high
    for value in np.unique(pair):
        counts[names[value // len(names)], names[value % len(names)]] = (
            weight[pair == value].sum(axis=0) / item.n_metals
        )
    return counts


def eight_descriptors(items: Sequence[SplitItem]) -> np.ndarray:
    """Return the descriptors of Gu et al. (doi:10.1039/d5sc04386g, Fig. 3) in the order of `DESCRIPTORS`; shape (n, 8).

    Size of the metal core, share of dopant atoms, differences of molar mass (g/mol), mixing enthalpy (kJ/mol) at that
    share, difference of electronegativity, chi_env of eqn (5) over all non-metal atoms (zeolite: O, doped carbon: N),
    mean metal-metal distance and difference of radii (Å).
    """
    return np.array([_eight(item) for item in items])


def _eight(item: SplitItem) -> list[float]:
    symbols = item.structure.symbols
    metals = Counter(symbols[: item.n_metals])
    host = host_metal(item)
    dopant = next((m for m, _ in metals.most_common() if m != host), host)
    share = 1 - metals[host] / item.n_metals
    one, two = metal(host), metal(dopant)
    rest = symbols[item.n_metals :]
    donor = "O" if "Si" in rest else "N" if "N" in rest and "P" not in rest and "S" not in rest else ""
    substrate = [electronegativity(s) for s in rest if not donor or s == donor]
    chi_metals = (one.electronegativity + two.electronegativity) / 2
    bare = Structure(symbols[: item.n_metals], item.structure.positions[: item.n_metals])
    return [
        item.n_metals,
        share,
        abs(one.molar_mass - two.molar_mass),
        mixing_enthalpy_kJ_per_mol(dopant, host, share) if 0 < share < 1 else 0.0,
        abs(one.electronegativity - two.electronegativity),
        chi_metals - float(np.mean(substrate)) if substrate else 0.0,
        metal_distance_A(bare) if item.n_metals > 1 else 0.0,
        abs(one.metallic_radius_A - two.metallic_radius_A),
    ]


def host_metal(item: SplitItem) -> str:
    """Return gold where there is gold, else the commonest metal (of equals the alphabetically first)."""
    metals = Counter(item.structure.symbols[: item.n_metals])
    return "Au" if "Au" in metals else min(metals, key=lambda m: (-metals[m], m))
