"""A design: which configurations a labelling campaign makes and labels, read from a TOML file with typed keys."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from superatom.errors import DesignError
from superatom.physics.labelling.keys import (
    Key,
    many,
    named_tables,
    positive,
    real,
    table_of,
    tables,
    text,
    values,
    whole,
    word,
)

FILE_PREFIX = "file:"  # of a topology that is read from a structure file beside the design
Ligands = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Distortion:
    """How far an off-equilibrium copy may be from its minimum (`superatom.structures.assembly.distort`)."""

    breathing: float
    ligand_shift_A: float
    ligand_turn_rad: float
    rattle_A: float


@dataclass(frozen=True, slots=True)
class Family:
    """Clusters of one topology that are made in the same way.

    Attributes
    ----------
    name, tier
        What summaries call it; the part of the set its minima belong to.
    topology
        Name in the table of topologies, or ``"file:kernel.cif"``, relative to the design.
    pairs
        (host, dopant): "" as dopant for a monometallic cluster; the two metals of a host-guest model.
    placements
        Names of the dopant's placements.
    ligands
        Sets of (role, ligand) pairs.
    isomers, first_isomer
        Number of seeds per (dopant, placement, ligands), and the number of the first.
    charge
        Net charge in e.
    relax
        Levels that relax the geometry, one after the other; none: as assembled.
    graft, graft_relax
        Ligands put in the place of those of their roles on the relaxed minimum, and the levels that relax them.
    off_equilibrium, off_equilibrium_tier, distortion
        Number of distorted copies of every geometry, the tier they belong to, how far they are distorted.
    """

    name: str
    tier: str
    topology: str
    pairs: tuple[tuple[str, str], ...]
    placements: tuple[str, ...]
    ligands: tuple[Ligands, ...]
    isomers: int
    first_isomer: int
    charge: int
    relax: tuple[str, ...]
    graft: Ligands
    graft_relax: tuple[str, ...]
    off_equilibrium: int
    off_equilibrium_tier: str
    distortion: Distortion


@dataclass(frozen=True, slots=True)
class Selection:
    """Which configurations of every prototype a level labels; what is None or empty does not restrict.

    `ligands` are (role, ligand) pairs the configuration must have; `minima` and `off_equilibrium` are numbers per
    prototype, grafted geometries counted among the minima.
    """

    topology: str = ""
    tier: str = ""
    dopants: tuple[str, ...] = ()
    ligands: Ligands = ()
    minima: int | None = None
    off_equilibrium: int | None = None


@dataclass(frozen=True, slots=True)
class Design:
    """Everything a campaign makes, and per level what it labels (a level without selections: all)."""

    name: str
    tier: str
    seed: int
    relax: tuple[str, ...]
    families: tuple[Family, ...]
    selections: Mapping[str, tuple[Selection, ...]]
    timeouts_s: Mapping[str, float]


def read_design(path: Path) -> Design:
    """Read a design file.

    Raises
    ------
    DesignError
        Where the file is no TOML, a key is unknown or missing, or a value is of the wrong kind.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors begin a file with a mark
    except FileNotFoundError:
        raise DesignError(f"there is no design file {path}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DesignError(f"{path} cannot be read as TOML: {error}") from error
    except RecursionError:
        raise DesignError(f"{path} cannot be read as TOML: its brackets are nested too deep") from None
    return parse_design(document, str(path))


def parse_design(document: Mapping[str, Any], source: str = "design") -> Design:
    """Read a design from the values of its file; raises `DesignError`.

    >>> family = {"topology": "lantern", "host": "Au", "dopants": ["Pd"], "placements": ["axial2"]}
    >>> design = parse_design({"name": "toy", "tier": "A", "seed": 1, "relax": ["gfnff"], "family": [family]})
    >>> design.families[0].pairs, design.families[0].isomers
    ((('Au', 'Pd'),), 1)
    """
    top = values(document, source, _DESIGN)
    families = tuple(_family(table, f"{source}, family {n}", top) for n, table in enumerate(top["family"], start=1))
    if not families:
        raise DesignError(f"{source} has no [[family]]; it needs one at least")
    names = [family.name for family in families]
    if twice := next((name for n, name in enumerate(names) if name in names[:n]), None):
        raise DesignError(f"{source}: two families are called {twice!r}; give every family a name of its own")
    levels = {name: values(table, f"{source}, levels.{name}", _LEVEL) for name, table in top["levels"].items()}
    return Design(
        name=top["name"],
        tier=top["tier"],
        seed=top["seed"],
        relax=top["relax"],
        families=families,
        selections={
            name: tuple(
                Selection(**values(table, f"{source}, levels.{name}, select {n}", _SELECTION))
                for n, table in enumerate(level["select"], start=1)
            )
            for name, level in levels.items()
        },
        timeouts_s={name: level["timeout_s"] for name, level in levels.items() if level["timeout_s"] is not None},
    )


def _family(table: Mapping[str, Any], where: str, top: Mapping[str, Any]) -> Family:
    v = values(table, where, _FAMILY)
    host, dopants, pairs = v.pop("host"), v.pop("dopants"), v.pop("dopant_pairs")
    if (host is None) == (pairs is None) or (host is None) != (dopants is None):
        raise DesignError(f"{where} needs either host and dopants, or dopant_pairs (two metals of a host-guest model)")
    if pairs is None:
        if host in dopants and "" in dopants:
            raise DesignError(f'{where}: the dopants "" and {host!r} are the same cluster, {host} alone; leave one out')
        pairs = tuple((host, "" if dopant == host else dopant) for dopant in dopants)
    copies = values(v.pop("off_equilibrium"), f"{where}, off_equilibrium", _OFF_EQUILIBRIUM)
    distortion = Distortion(**{key: copies[key] for key in Distortion.__slots__})
    if v["graft_relax"] and not v["graft"]:
        raise DesignError(f"{where} has graft_relax without graft; name the ligands to graft or leave it out")
    chosen = {
        "name": v["name"] or f"{v['topology']} {where.rpartition(' ')[2]}",
        "tier": v["tier"] or top["tier"],
        "relax": top["relax"] if v["relax"] is None else v["relax"],
        "graft_relax": v["graft_relax"] or (("gfnff",) if v["graft"] else ()),
        "placements": v["placements"] or (("second",) if host is None else ()),
    }
    if not chosen["placements"] and any(dopant for _, dopant in pairs):
        raise DesignError(f"{where} has dopants but no placements; name the sites they take")
    return Family(
        **{
            **v,
            **chosen,
            "pairs": pairs,
            "off_equilibrium": copies["count"],
            "off_equilibrium_tier": copies["tier"] or chosen["tier"],
            "distortion": distortion,
        }
    )


def _ligands(value: Any) -> Ligands:
    return tuple(sorted((role, word(name)) for role, name in table_of(value).items()))


def _pair(value: Any) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError
    return word(value[0]), word(value[1])


def _topology(value: Any) -> str:
    file = Path(word(value).removeprefix(FILE_PREFIX))
    if value.startswith(FILE_PREFIX) and (not file.name or file.is_absolute() or ".." in file.parts or "\0" in value):
        raise ValueError
    return str(value)


_SIZE = ("a number from 0 to 10", real(10))  # Å, rad or a fraction: more leaves nothing of the cluster
_MOST_CHARGE = 99
_STEPS = 'a list of names of levels, such as ["gfnff", "gfn1"]'
_ROLES = 'a table of role = ligand, such as {thiolate = "SCH3"}'

_DESIGN = {
    "name": Key("text in quotes", word),
    "tier": Key("text in quotes", word),
    "seed": Key("a whole number, zero or more", whole(0)),
    "relax": Key(_STEPS, many(word), ("gfnff", "gfn1")),
    "family": Key("[[family]] tables", tables),
    "levels": Key("[levels.NAME] tables", named_tables, {}),
}
_FAMILY = {
    "name": Key("text in quotes", word, ""),
    "tier": Key("text in quotes", word, ""),
    "topology": Key(f'a topology in quotes, or "{FILE_PREFIX}NAME", a file in the folder of the design', _topology),
    "host": Key("an element in quotes", word, None),
    "dopants": Key('a list of different elements, "" for none', many(text, 1), None),
    "dopant_pairs": Key("a list of different pairs of elements", many(_pair, 1), None),
    "placements": Key("a list of different names of placements", many(word), ()),
    "ligands": Key("a list of different tables of role = ligand", many(_ligands, 1), ((),)),
    "isomers": Key("a whole number, one or more", whole(1), 1),
    "first_isomer": Key("a whole number, zero or more", whole(0), 0),
    "charge": Key(f"a whole number from -{_MOST_CHARGE} to {_MOST_CHARGE}", whole(-_MOST_CHARGE, _MOST_CHARGE), 0),
    "relax": Key(_STEPS, many(word), None),
    "graft": Key(_ROLES, _ligands, ()),
    "graft_relax": Key(_STEPS, many(word, 1), ()),
    "off_equilibrium": Key("a table [family.off_equilibrium]", table_of, {}),
}
_OFF_EQUILIBRIUM = {
    "tier": Key("text in quotes", word, ""),
    "count": Key("a whole number, zero or more", whole(0), 0),
    "breathing": Key(*_SIZE, 0.04),
    "ligand_shift_A": Key(*_SIZE, 0.10),
    "ligand_turn_rad": Key(*_SIZE, 0.35),
    "rattle_A": Key(*_SIZE, 0.02),
}
_LEVEL = {
    "select": Key("[[levels.NAME.select]] tables", tables, ()),
    "timeout_s": Key("a number of seconds above zero", positive, None),
}
_SELECTION = {
    "topology": Key("a topology in quotes", _topology, ""),
    "tier": Key("text in quotes", word, ""),
    "dopants": Key('a list of different elements, "" for none', many(text, 1), ()),
    "ligands": Key(_ROLES, _ligands, ()),
    "minima": Key("a whole number, zero or more", whole(0), None),
    "off_equilibrium": Key("a whole number, zero or more", whole(0), None),
}
