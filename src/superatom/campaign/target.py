"""The target card: what the target is, who knows it, who its relatives are, how accessible it looks.

Everything here is asked of `structures` and `data`; nothing is predicted by a trained model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from superatom.campaign.document import source_to_dict
from superatom.campaign.geometry import Geometry
from superatom.data.accessibility import Accessibility, accessibility_index, metal_distance_A
from superatom.data.library import Relative, relatives
from superatom.data.ligand_properties import LogP, has_log_p, log_p
from superatom.data.mixing import mixing_enthalpy_kJ_per_mol
from superatom.data.records import KnownCluster
from superatom.data.reference import clusters
from superatom.structures.nanocluster import Nanocluster


@dataclass(frozen=True)
class TargetCard:
    """What is known of one cluster before any route is planned.

    `known` are the library's entries of this very composition and charge, `relatives` its neighbours with the reason.
    `geometry` is one the chemist gave or a data set holds. A bare metal cluster has no ligands, so no accessibility.
    """

    cluster: Nanocluster
    input: str
    accessibility: Accessibility | None
    log_p: Mapping[str, LogP | None]
    mixing: Mapping[tuple[str, str], float]
    known: tuple[KnownCluster, ...]
    relatives: tuple[Relative, ...]
    remarks: tuple[str, ...]
    geometry: Geometry | None = None


def target_card(cluster: Nanocluster, *, text: str = "", geometry: Geometry | None = None) -> TargetCard:
    """Collect the card of `cluster`; with a `geometry` the accessibility index uses its measured distance.

    >>> card = target_card(Nanocluster.parse("[Au25(PET)18]-"))
    >>> card.known[0].formula, round(card.accessibility.phi, 2)
    ('[Au25(PET)18]-', 0.16)
    """
    known = tuple(entry for entry in clusters() if entry.cluster == cluster)
    return TargetCard(
        cluster=cluster,
        input=text or cluster.formula,
        accessibility=_accessibility(cluster, geometry),
        log_p={ligand.name: log_p(ligand) if has_log_p(ligand) else None for ligand, _ in cluster.ligands},
        mixing={pair: mixing_enthalpy_kJ_per_mol(*pair) for pair in combinations((m for m, _ in cluster.metals), 2)},
        known=known,
        relatives=tuple(relatives(cluster)),
        remarks=tuple(_remarks(cluster, known)),
        geometry=geometry,
    )


def _remarks(cluster: Nanocluster, known: tuple[KnownCluster, ...]) -> list[str]:
    shell = cluster.shell
    remarks = [f"{shell.electrons} valence electrons: {shell.remark}."]
    if not shell.is_even:
        other = {entry.formula for entry in clusters() if entry.cluster and _same_but_charge(entry.cluster, cluster)}
        hint = f" Known at another charge: {', '.join(sorted(other))}." if other else ""
        remarks.append(f"An odd count is unusual: check the charge.{hint}")
    if not known:
        remarks.append("Not in the library: no report of this composition and charge is known here.")
    if cluster.n_ligands and not 0.2 <= cluster.n_ligands / cluster.n_metals <= 1.7:
        remarks.append(
            f"{cluster.n_ligands} ligands on {cluster.n_metals} metal atoms is outside what known clusters show "
            "(0.2 to 1.7 per metal)."
        )
    return remarks


def _accessibility(cluster: Nanocluster, geometry: Geometry | None) -> Accessibility | None:
    if not cluster.ligands:
        return None
    measured = metal_distance_A(geometry.structure) if geometry is not None and cluster.n_metals > 1 else None
    return accessibility_index(cluster, distance_A=measured)


def _same_but_charge(a: Nanocluster, b: Nanocluster) -> bool:
    return a.charge != b.charge and a.with_charge(b.charge) == b


def card_to_dict(card: TargetCard) -> dict[str, Any]:
    """Return the card as JSON-ready data; the keys are the contract of ``superatom inspect`` and ``plan``."""
    cluster, shell = card.cluster, card.cluster.shell
    document: dict[str, Any] = {
        "formula": cluster.formula,
        "input": card.input,
        "metals": dict(cluster.metals),
        "ligands": {ligand.name: n for ligand, n in cluster.ligands},
        "ligand_details": [
            {
                "name": ligand.name,
                "full_name": ligand.full_name,
                "ligand_class": ligand.ligand_class,
                "bond_type": ligand.bond_type,
                "denticity": ligand.denticity,
                "electrons_withdrawn": ligand.electrons_withdrawn,
                "smiles_free": ligand.smiles_free,
                "smiles_bound": ligand.smiles_bound,
                "count": n,
                "log_p": _log_p_to_dict(card.log_p[ligand.name]),
            }
            for ligand, n in cluster.ligands
        ],
        "charge": cluster.charge,
        "molar_mass_g_per_mol": None if cluster.molar_mass is None else round(cluster.molar_mass, 2),
        "valence_electrons": shell.electrons,
        "shell_closed": shell.is_closed,
        "shell": {
            "label": shell.label,
            "is_even": shell.is_even,
            "lower": shell.lower,
            "upper": shell.upper,
            "charge_to_lower": shell.charge_to_lower,
            "charge_to_upper": shell.charge_to_upper,
            "remark": shell.remark,
        },
        "accessibility_index": None if card.accessibility is None else round(card.accessibility.phi, 4),
        "accessibility": None if card.accessibility is None else accessibility_to_dict(card.accessibility),
        "mixing": [
            {"pair": "/".join(pair), "kJ_per_mol": round(value, 1), "method": "Miedema model, equiatomic liquid"}
            for pair, value in card.mixing.items()
        ],
        "known": [known_to_dict(entry) for entry in card.known],
        "relatives": [
            {
                "formula": relative.known.formula,
                "reason": relative.reason,
                "similarity": round(relative.similarity, 2),
                "valence_electrons": relative.cluster.valence_electrons,
                **source_to_dict(relative.known.source),
            }
            for relative in card.relatives
        ],
        "remarks": list(card.remarks),
        "structure": None,
    }
    if card.geometry is not None:
        from superatom.structures.description import cluster_xyz, describe

        structure = card.geometry.structure
        document["structure"] = describe(structure) | {"source": card.geometry.caption, "xyz": cluster_xyz(structure)}
    return document


def accessibility_to_dict(accessibility: Accessibility) -> dict[str, Any]:
    """Return φ with every term and convention behind it."""
    return {
        "phi": round(accessibility.phi, 4),
        "d_reduced": round(accessibility.d_reduced, 4),
        "chi_env": round(accessibility.chi_env, 4),
        "delta_radius_A": accessibility.delta_radius_A,
        "distance_A": accessibility.distance_A,
        "distance_is_assumed": accessibility.distance_is_assumed,
        "substrate": accessibility.substrate,
        "favourable": accessibility.favourable,
        "remarks": list(accessibility.remarks),
    }


def known_to_dict(entry: KnownCluster) -> dict[str, Any]:
    """Return one library entry as JSON-ready data."""
    return {
        "id": entry.id,
        "name": entry.name,
        "formula": entry.formula,
        "valence_electrons": None if entry.cluster is None else entry.cluster.valence_electrons,
        "status": entry.status,
        "kernel": entry.kernel,
        "surface_motifs": entry.surface_motifs,
        "growth_family": entry.growth_family,
        "properties": dict(entry.properties),
        "notes": entry.notes,
        **source_to_dict(entry.source),
    }


def _log_p_to_dict(value: LogP | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {"value": round(value.value, 2), "method": value.method, "is_fallback": value.is_fallback}
