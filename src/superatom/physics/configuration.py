"""A configuration: one geometry of a prototype with how it was made; and its labels, one per level of theory.

Both are lines of a journal: `to_record` gives plain JSON, `from_record` reads it back bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from superatom.structures.assembly.blueprint import Blueprint
from superatom.structures.structure import Structure

Kind = Literal["minimum", "off_equilibrium", "grafted", "assembled"]
Status = Literal["converged", "filtered", "failed"]

DECIMALS = 4  # of a stored coordinate in Å: a label is a single point at exactly the stored geometry


@dataclass(frozen=True, slots=True, eq=False)
class Configuration:
    """One geometry of the set.

    Attributes
    ----------
    id
        Unique in a set, such as ``"lantern/Au4Pd2(SCH3)8/axial2/m003"``, with ``"/d05"`` for a distorted copy.
    tier
        Part of the set it belongs to.
    prototype
        Composition x topology x ligands, such as ``"lantern Au4Pd2(SCH3)8"``; splits group by it.
    kind
        Relaxed minimum, off-equilibrium copy, ligands grafted on a relaxed core, or as assembled.
    parent
        Id of the minimum an off-equilibrium or grafted configuration was made from, else "".
    blueprint, placement, host, dopant
        What was assembled; `dopant` is "" for a monometallic cluster.
    seed
        Seed of everything random in the making of this geometry.
    geometry
        How the geometry was made, such as ``"gfnff crude > gfn1 crude"``.
    structure
        Positions rounded to `DECIMALS`; metals first.
    fixed
        Atoms held in relaxations.
    status, why
        Filtered and failed geometries are kept, with the reason; they get no labels. `structure` of a failed one is
        the last geometry there was.
    seconds
        Wall time of making it.
    notes
        What the relaxation said of itself, one sentence each: how every step ended, and an electronic temperature
        other than the first of its level.
    """

    id: str
    tier: str
    prototype: str
    kind: Kind
    parent: str
    blueprint: Blueprint
    placement: str
    host: str
    dopant: str
    seed: int
    geometry: str
    structure: Structure
    fixed: tuple[int, ...] = ()
    status: Status = "converged"
    why: str = ""
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "id": self.id, "tier": self.tier, "prototype": self.prototype, "kind": self.kind, "parent": self.parent,
            "topology": self.blueprint.topology, "metals": list(self.blueprint.metals),
            "ligands": [list(pair) for pair in self.blueprint.ligands], "charge": self.blueprint.charge,
            "placement": self.placement, "host": self.host, "dopant": self.dopant, "seed": self.seed,
            "geometry": self.geometry, "status": self.status, "why": self.why, "fixed": list(self.fixed),
            "symbols": " ".join(self.structure.symbols),
            "positions": np.round(self.structure.positions, DECIMALS).ravel().tolist(),
            "seconds": round(self.seconds, 2), "notes": list(self.notes),
        }  # fmt: skip

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Configuration:
        """Read what `to_record` wrote; records of before there were notes have none."""
        blueprint = Blueprint(
            record["topology"],
            tuple(record["metals"]),
            tuple((role, name) for role, name in record["ligands"]),
            record["charge"],
        )
        structure = Structure(
            tuple(record["symbols"].split()),
            np.array(record["positions"], dtype=np.float64).reshape(-1, 3),
            charge=record["charge"],
            source=record["id"],
        )
        same = ("id", "tier", "prototype", "kind", "parent", "placement", "host", "dopant", "seed", "geometry",
                "status", "why", "seconds")  # fmt: skip
        return cls(
            blueprint=blueprint,
            structure=structure,
            fixed=tuple(record["fixed"]),
            notes=tuple(record.get("notes", ())),
            **{key: record[key] for key in same},
        )


@dataclass(frozen=True, slots=True)
class Label:
    """The outcome of one configuration at one level: always converged, filtered (why) or failed (why).

    Energies in eV on the engine's own scale, charges in e in the order of the atoms, gap in eV. A filtered label keeps
    its numbers; a failed one has none.
    """

    id: str
    level: str
    status: Status
    why: str = ""
    energy_eV: float | None = None
    charges_e: tuple[float, ...] = ()
    charge_model: str = ""
    gap_eV: float | None = None
    n_unpaired: int | None = None
    magnetic_moment: float | None = None
    engine: str = ""
    engine_version: str = ""
    parameters_sha256: str = ""
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "id": self.id, "level": self.level, "status": self.status, "why": self.why, "energy_eV": self.energy_eV,
            "charges_e": [round(q, 4) for q in self.charges_e], "charge_model": self.charge_model,
            "gap_eV": self.gap_eV, "n_unpaired": self.n_unpaired, "magnetic_moment": self.magnetic_moment,
            "engine": self.engine, "engine_version": self.engine_version,
            "parameters_sha256": self.parameters_sha256, "seconds": round(self.seconds, 2), "notes": list(self.notes),
        }  # fmt: skip

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Label:
        """Read what `to_record` wrote."""
        lists = {"charges_e": tuple(record["charges_e"]), "notes": tuple(record["notes"])}
        return cls(**{**record, **lists})
