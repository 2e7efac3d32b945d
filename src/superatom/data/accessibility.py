"""Accessibility index: how likely a metal pair in its environment can be made at all.

Y. Gu et al., Chem. Sci. 2025, 16, 19644, doi:10.1039/d5sc04386g: chi_env = mean chi(metals) - mean chi(substrate),
eqn (5); D~ = 1 - c dR / (D + c dR), eqn (10); phi = D~ chi_env, eqn (11); favourable is phi >= -0.3 (the abstract
prints 0.30 by mistake). The paper leaves conventions open; those here reproduce its printed numbers as named options:
metallic radii of coordination number 12 in Å, c = 100, the plain mean of the two metals, and as substrate all ligand
atoms (clusters) or the coordinating atoms only (zeolites, doped carbon).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from superatom.data.metals import electronegativity, metal
from superatom.errors import ChemistryError, UnknownNameError, did_you_mean
from superatom.structures.elements import METALS
from superatom.structures.ligands import Ligand
from superatom.structures.nanocluster import Nanocluster

if TYPE_CHECKING:
    from superatom.structures.structure import Structure

FAVOURABLE = -0.3  # smallest favourable phi (Gu et al., conclusions)
_FLUORINE = (
    "fluorine weighs heavily in the mean over all ligand atoms; for such ligands the paper's values do not come out"
)
_CONTACT = 1.30  # a metal-metal contact is shorter than this times the sum of the metallic radii

# environment -> (assumed metal-metal distance in Å or None, where it comes from, coordinating element or None)
_ENVIRONMENTS: Mapping[str, tuple[float | None, str, str | None]] = {
    "cluster": (2.88, "the nearest-neighbour distance of gold, twice its metallic radius", None),
    "zeolite": (2.5, "the optimum that Gu et al. give for zeolites", "O"),
    "nitrogen_carbon": (None, "", "N"),
}
# ligand class -> the atom that binds the metal
_DONORS: Mapping[str, str] = {
    "thiolate": "S", "selenolate": "Se", "tellurolate": "Te", "alkynyl": "C", "halide": "", "hydride": "H",
    "carboxylate": "O", "amidinate": "N", "phosphine": "P", "diphosphine": "P", "NHC": "C", "carbonyl": "C",
    "sulfide": "S", "selenide": "Se", "telluride": "Te", "oxide": "O", "hydroxide": "O", "nitrate": "O", "cyanide": "C",
    "borohydride": "H", "cyclopentadienyl": "C", "dithiophosphate": "S", "dithiophosphinate": "S",
    "diselenophosphate": "Se",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Accessibility:
    """The index and everything it was made from; distances and radii in Å, electronegativities on the Pauling scale."""

    phi: float
    d_reduced: float
    chi_env: float
    chi_metal: float
    chi_substrate: float
    distance_A: float
    distance_is_assumed: bool
    delta_radius_A: float
    substrate: str
    remarks: tuple[str, ...] = ()

    @property
    def favourable(self) -> bool:
        """Whether phi is at least -0.3."""
        return self.phi >= FAVOURABLE


def accessibility_index(
    cluster: Nanocluster | Structure | str,
    *,
    substrate: str | None = None,
    radii: str = "metallic12",
    distance_A: float | None = None,
    environment: str = "cluster",
    scale: float = 100.0,
) -> Accessibility:
    """Return phi and its parts for a cluster, a formula or a structure.

    Parameters
    ----------
    cluster
        A `Nanocluster`, a formula, or a structure (its charge need not be known).
    substrate
        ``all_ligand`` (mean over every ligand atom; default for clusters) or ``coordinating`` (mean over the atoms
        that bind; default for zeolites and doped carbon, where it is O or N).
    radii
        ``metallic12``, the only set that reproduces the paper.
    distance_A
        Mean distance in Å between the two metals; without it a structure is measured and a formula gets the stated
        default of its environment, marked as assumed.
    environment
        ``cluster``, ``zeolite`` or ``nitrogen_carbon``.
    scale
        The factor c of eqn (10).

    Raises
    ------
    UnknownNameError
        for an option that does not exist, or an element without data.
    ChemistryError
        when a bare metal pair is given without environment, or a distance is impossible.

    Notes
    -----
    With more than two metals, dR and the metal mean are averages over the pairs of unlike metals, weighted by the
    number of such atom pairs. A single metal has dR = 0 and therefore D~ = 1.

    Examples
    --------
    >>> zeolite = accessibility_index("CuIr", environment="zeolite", distance_A=4.93)
    >>> round(zeolite.phi, 2), zeolite.favourable
    (-0.53, False)
    >>> round(accessibility_index("Au4Ru2(PET)8(PPh3)2", distance_A=3.5).d_reduced, 2)
    0.26
    """
    _check_option("environment", environment, list(_ENVIRONMENTS))
    _check_option("radii", radii, ["metallic12"])
    if substrate is not None:
        _check_option("substrate", substrate, ["all_ligand", "coordinating"])
    if not (0 < scale < 1e6):
        raise ChemistryError(f"the scale c is {scale}; eqn (10) takes a positive number, 100 in the paper")
    composition, measured = _read(cluster)
    weights = _pair_weights(composition)
    delta_radius = sum(w * abs(_radius(a) - _radius(b)) for (a, b), w in weights.items())
    chi_metal = sum(w * (electronegativity(a) + electronegativity(b)) / 2 for (a, b), w in weights.items())
    distance, is_assumed, remarks = _distance(distance_A, measured, environment)
    used, chi_substrate, more = _substrate(composition, substrate, environment)
    d_reduced = 1 - scale * delta_radius / (distance + scale * delta_radius)
    if len(composition.metals) == 1:
        more += ("one metal only: dR is 0, so phi is chi_env",)
    if len(composition.metals) > 2:
        more += ("more than two metals: averages over the pairs of unlike metals",)
    chi_env = chi_metal - chi_substrate
    return Accessibility(
        phi=d_reduced * chi_env,
        d_reduced=d_reduced,
        chi_env=chi_env,
        chi_metal=chi_metal,
        chi_substrate=chi_substrate,
        distance_A=distance,
        distance_is_assumed=is_assumed,
        delta_radius_A=delta_radius,
        substrate=used,
        remarks=remarks + more,
    )


def metal_distance_A(structure: Structure) -> float:  # noqa: N802 -- the unit is part of the name
    """Return the mean contact distance in Å between unlike metals (all metals when there is one kind).

    A contact is shorter than 1.30 times the sum of the metallic radii; where no pair is that close, the shortest
    distance counts. Raises `ChemistryError` for fewer than two metal atoms.
    """
    keep = [i for i, symbol in enumerate(structure.symbols) if symbol in METALS]
    if len(keep) < 2:
        raise ChemistryError(f"a metal-metal distance needs two metal atoms; found {len(keep)}")
    symbols = np.array([structure.symbols[i] for i in keep])
    positions = np.asarray(structure.positions, dtype=np.float64)[keep]
    radius = np.array([_radius(s) for s in symbols])
    first, second = np.triu_indices(len(keep), k=1)
    if len(set(symbols)) > 1:
        unlike = symbols[first] != symbols[second]
        first, second = first[unlike], second[unlike]
    distances = np.linalg.norm(positions[first] - positions[second], axis=1)
    contacts = distances[distances < _CONTACT * (radius[first] + radius[second])]
    return float(contacts.mean()) if len(contacts) else float(distances.min())


def _check_option(name: str, value: str, legal: list[str]) -> None:
    if value not in legal:
        raise UnknownNameError(f"unknown {name} {value!r}; legal: {', '.join(legal)}.{did_you_mean(value, legal)}")


def _read(cluster: Nanocluster | Structure | str) -> tuple[Nanocluster, float | None]:
    if isinstance(cluster, str):
        return Nanocluster.parse(cluster), None
    if isinstance(cluster, Nanocluster):
        return cluster, None
    return cluster.partition.nanocluster(0), metal_distance_A(cluster)


def _pair_weights(composition: Nanocluster) -> dict[tuple[str, str], float]:
    if len(composition.metals) == 1:
        symbol = composition.metals[0][0]
        return {(symbol, symbol): 1.0}
    counts = {(a, b): n * m for (a, n), (b, m) in combinations(composition.metals, 2)}
    total = sum(counts.values())
    return {pair: n / total for pair, n in counts.items()}


def _radius(symbol: str) -> float:
    return metal(symbol).metallic_radius_A


def _distance(given: float | None, measured: float | None, environment: str) -> tuple[float, bool, tuple[str, ...]]:
    default, reason, _ = _ENVIRONMENTS[environment]
    chosen = given if given is not None else measured
    if chosen is not None:
        if not 1.0 < chosen < 50.0:
            raise ChemistryError(f"a metal-metal distance of {chosen} Å is impossible; give one between 1 and 50 Å")
        return chosen, False, ()
    if default is None:
        raise ChemistryError(f"the environment {environment} has no default distance; give distance_A in Å")
    return default, True, (f"distance assumed: {default} Å, {reason}",)


def _substrate(composition: Nanocluster, substrate: str | None, environment: str) -> tuple[str, float, tuple[str, ...]]:
    donor = _ENVIRONMENTS[environment][2]
    if donor is not None:
        if substrate == "all_ligand":
            raise ChemistryError(f"substrate all_ligand needs ligands; {environment} is described by its {donor} atoms")
        return "coordinating", electronegativity(donor), (f"substrate: the coordinating {donor} atoms",)
    if not composition.ligands:
        raise ChemistryError(
            f"{composition.formula} has no ligands, so there is no substrate; give the full formula, or an "
            f"environment: {', '.join(name for name in _ENVIRONMENTS if name != 'cluster')}"
        )
    remarks: tuple[str, ...] = ()
    if substrate != "coordinating" and not composition.is_generic:
        atoms: dict[str, float] = {}
        for ligand, n in composition.ligands:
            for element, k in ligand.composition:
                atoms[element] = atoms.get(element, 0) + n * k
        remarks = (_FLUORINE,) if "F" in atoms else ()
        return "all_ligand", _mean_electronegativity(atoms), remarks
    donors: dict[str, float] = {}
    for ligand, n in composition.ligands:
        element = _donor(ligand)
        donors[element] = donors.get(element, 0) + n * ligand.denticity
    remarks = ()
    if substrate != "coordinating":
        open_ligands = ", ".join(ligand.name for ligand, _ in composition.ligands if ligand.is_generic)
        remarks = (f"the group of {open_ligands} is not specified: only the coordinating atoms count as substrate",)
    return "coordinating", _mean_electronegativity(donors), remarks


def _donor(ligand: Ligand) -> str:
    if ligand.is_bare_atom:
        return ligand.composition[0][0]
    if ligand.ligand_class not in _DONORS:
        raise UnknownNameError(f"the coordinating atom of {ligand.name} ({ligand.ligand_class}) is not known")
    return _DONORS[ligand.ligand_class]


def _mean_electronegativity(atoms: Mapping[str, float]) -> float:
    return sum(electronegativity(e) * n for e, n in atoms.items()) / sum(atoms.values())
