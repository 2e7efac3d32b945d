"""Formation energy of a cluster or host-guest model, and the charge its two metals exchange.

Gu et al., Chem. Sci. 2025, 16, 19644, doi:10.1039/d5sc04386g, eqn (1):

    E_form = (E_total - sum_i N_i E_i - E_env) / sum_i N_i        in eV per metal atom,

with E_i the energy of a free atom of metal i and E_env that of the ligands or the host. The paper leaves open what the
ligands are compared with, and this choice moves every thiolate cluster by eV: it is named in every call
(`superatom.physics.references`), as are the free atoms (`superatom.physics.atoms`). All energies of one formation
energy come from one level of theory; raw energies are what the project stores.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from superatom.errors import ChemistryError, MissingReferenceError, UnknownNameError
from superatom.physics.atoms import atom_energies
from superatom.physics.references import Convention, environment
from superatom.structures.assembly.blueprint import Blueprint, Topology


def formation_energy_eV_per_atom(  # noqa: N802 -- the unit is part of the name
    blueprint: Blueprint,
    energy_eV: float,
    references: Mapping[str, float],
    *,
    atoms: str | Mapping[str, float],
    convention: Convention = "dimer",
    using: Topology | None = None,
    symbols: Sequence[str] = (),
) -> float:
    """Return the formation energy of eqn (1) in eV per metal atom; negative: more stable than what it is made of.

    Parameters
    ----------
    blueprint
        What the cluster is; neutral.
    energy_eV
        Its total energy at some level.
    references
        Energies in eV of reference species at the same level, by key (`reference_energies` of the journal's records).
    atoms
        Name of a packaged set of free-atom energies, such as `atoms_of_level(level)`, or your own by element.
    convention
        What an X-type ligand is compared with: half its dimer, or the free radical.
    using
        The topology, where it is not in the table.
    symbols
        The atoms of the cluster: of a topology that is neither in the table nor given, the ligands are counted in them.

    Raises
    ------
    MissingReferenceError
        for a species or metal without energy; the sentence names it.
    ChemistryError
        for a charged cluster, or a ligand or kernel atom that has no reference under the convention.
    UnknownNameError
        for a topology that is not in the table, where neither it nor the atoms are given.

    Examples
    --------
    >>> lantern = Blueprint("lantern", ("Pd",) * 2 + ("Au",) * 4, (("thiolate", "SCH3"),))
    >>> round(formation_energy_eV_per_atom(
    ...     lantern, -2310.0, {"SCH3/dimer": -404.15}, atoms={"Au": -106.35, "Pd": -119.92}), 3)
    -4.693
    """
    if blueprint.charge:
        raise ChemistryError(
            f"the cluster has the charge {blueprint.charge:+d} e; eqn 1 compares neutral species with neutral ones"
        )
    free = atom_energies(atoms) if isinstance(atoms, str) else atoms
    surroundings = environment(blueprint, convention, using=using, symbols=symbols)
    if lacking := [one.key for one in surroundings if one.key not in references]:
        raise MissingReferenceError(
            f"{blueprint.topology} needs the reference energies {', '.join(lacking)} at the level of its label; "
            f"there are {', '.join(sorted(references)) or 'none'}"
        )
    if lacking := sorted({metal for metal in blueprint.metals if metal not in free}):
        raise MissingReferenceError(
            f"no free-atom energy of {', '.join(lacking)} in {atoms if isinstance(atoms, str) else 'the atoms given'}; "
            f"there are {', '.join(free) or 'none'}"
        )
    apart = sum(free[metal] for metal in blueprint.metals) + sum(n * references[s.key] for s, n in surroundings.items())
    return (energy_eV - apart) / len(blueprint.metals)


def formation_energy_or_nan(
    blueprint: Blueprint,
    energy_eV: float,
    references: Mapping[str, float],
    *,
    atoms: str | Mapping[str, float],
    convention: Convention = "dimer",
    symbols: Sequence[str] = (),
) -> float:
    """Return the formation energy for a column of a table: NaN where it is not defined or a reference is missing."""
    try:
        return formation_energy_eV_per_atom(
            blueprint, energy_eV, references, atoms=atoms, convention=convention, symbols=symbols
        )
    except (ChemistryError, MissingReferenceError, UnknownNameError):
        return math.nan


def reference_energies(records: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return the energies in eV of the species that converged, from the records of `evaluate_reference`.

    >>> reference_energies([{"key": "H/dimer", "status": "converged", "energy_eV": -28.2},
    ...                     {"key": "SH/dimer", "status": "failed", "energy_eV": None}])
    {'H/dimer': -28.2}
    """
    return {one["key"]: float(one["energy_eV"]) for one in records if one["status"] == "converged"}


@dataclass(frozen=True, slots=True)
class ChargeTransfer:
    """How unlike two metals are charged, in e.

    Attributes
    ----------
    between_e
        Mean charge of a dopant atom minus mean charge of a host atom: positive where the dopant gives electrons.
    on_dopants_e
        Sum of the charges of all dopant atoms.
    """

    between_e: float
    on_dopants_e: float


def charge_transfer(metals: Sequence[str], charges_e: Sequence[float], host: str) -> ChargeTransfer | None:
    """Return the charge transfer between `host` atoms and all other metals; None where one of the two is absent.

    Gu et al. plot a charge transfer between the two metals (their Fig. 3) without defining it in the text; the
    difference of the mean atomic charges is the definition of this project. It depends on the charge model.

    Parameters
    ----------
    metals
        Elements of the metal atoms.
    charges_e
        Their charges, in the same order; longer lists (metals first) are cut.

    Examples
    --------
    >>> charge_transfer(("Pd", "Pd", "Au", "Au"), (0.1, 0.3, -0.1, 0.0, -0.3), "Au")
    ChargeTransfer(between_e=0.25, on_dopants_e=0.4)
    """
    if len(charges_e) < len(metals):
        raise ChemistryError(f"{len(metals)} metal atoms need as many charges, not {len(charges_e)}")
    count = Counter(metal == host for metal in metals)
    if not (count[True] and count[False]):
        return None
    on_host = sum(q for metal, q in zip(metals, charges_e, strict=False) if metal == host)
    on_dopants = sum(q for metal, q in zip(metals, charges_e, strict=False) if metal != host)
    return ChargeTransfer(on_dopants / count[False] - on_host / count[True], on_dopants)
