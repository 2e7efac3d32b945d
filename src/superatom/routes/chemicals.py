"""The chemicals of a route as species: salts, free ligands, complexes, reductants, and what they leave behind.

A chemical is written with the units a balanced equation conserves (ligands by name, other atoms by element). Salts,
reductants and their half-reactions are those of the reagent table (`superatom.data.reagents`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from superatom.data.reagents import reagent_table
from superatom.data.records import Species
from superatom.errors import UnknownNameError
from superatom.structures.elements import METAL_GROUPS
from superatom.structures.formula import read_formula
from superatom.structures.ligands import Ligand, ligand_table
from superatom.structures.nanocluster import Nanocluster

ELECTRON = Species("e-", (), -1, "electron", name="electron")
DEFAULT_REDUCTANT = "NaBH4"


@cache
def chemical(name: str) -> Species:
    """Return a reagent, by-product or ion of the reagent table as a species; raises `UnknownNameError`.

    >>> chemical("OH-").charge, chemical("H2O").counts
    (-1, {'H': 2, 'O': 1})
    """
    return _as_listed(reagent_table().find(name).species())


@dataclass(frozen=True, slots=True)
class Salt:
    """A simple metal salt of the shelf; hydrates of one salt are one entry."""

    name: str
    metal: str
    oxidation_state: int
    species: Species


@cache
def salts() -> tuple[Salt, ...]:
    """Return the simple metal salts of the reagent table (counter-ions only, no organic ligand), the usual first."""
    found: dict[Species, Salt] = {}
    for reagent in reagent_table().with_role("metal_salt"):
        species = _as_listed(reagent.species())
        simple = all(unit in _COUNTER_IONS or unit in METAL_GROUPS for unit in species.counts)
        if reagent.oxidation_state is not None and (simple or reagent.name == "Me2SAuCl"):
            found.setdefault(species, Salt(reagent.name, reagent.metal, reagent.oxidation_state, species))
    rank = {name: i for i, name in enumerate(_USUAL_SALTS)}
    return tuple(sorted(found.values(), key=lambda entry: rank.get(entry.species.formula, len(rank))))


_USUAL_SALTS = ("HAuCl4", "Me2SAuCl", "AgNO3", "CuCl2", "CuCl", "H2PtCl6", "Na2PdCl4", "Cd(NO3)2", "Hg(NO3)2")


@cache
def _simple_salts() -> dict[tuple[tuple[tuple[str, int], ...], int], Species]:
    return {(entry.species.units, entry.species.charge): entry.species for entry in salts()}


_COUNTER_IONS = ("H", "Li", "Na", "K", "F", "Cl", "Br", "I", "NO3", "BF4", "SbF6", "OAc", "TFA", "O", "S")


def salt(name: str) -> Species:
    """Return a metal salt by any name of the reagent table; water of crystallisation makes no difference.

    Raises `UnknownNameError` for an unknown name or one that is no simple metal salt.

    >>> salt("HAuCl4·3H2O") == salt("HAuCl4")
    True
    """
    species = chemical(name)
    if all(entry.species != species for entry in salts()):
        raise UnknownNameError(f"{name!r} is no simple metal salt; known: {', '.join(s.name for s in salts())}")
    return species


def salts_of(metal: str) -> tuple[Salt, ...]:
    """Return the salts of one metal, the usual one first.

    >>> [entry.species.formula for entry in salts_of("Au")][:2]
    ['HAuCl4', 'Me2SAuCl']
    """
    return tuple(entry for entry in salts() if entry.metal == metal)


def oxidation_state(species: Species) -> int | None:
    """Return the oxidation state of the metal in a salt of the reagent table, or None for anything else.

    >>> oxidation_state(salt("Me2SAuCl")), oxidation_state(chemical("H2O"))
    (1, None)
    """
    return _oxidation_states().get((species.units, species.charge))


@cache
def _oxidation_states() -> dict[tuple[tuple[tuple[str, int], ...], int], int]:
    return {
        (tuple(sorted(r.units)), r.charge): r.oxidation_state
        for r in reagent_table()
        if r.metal and r.oxidation_state is not None
    }


def _as_listed(species: Species) -> Species:
    """Return the first reagent with the same units and charge, so that hydrates and synonyms are one species."""
    return _by_units().get((species.units, species.charge), species)


@cache
def _by_units() -> dict[tuple[tuple[tuple[str, int], ...], int], Species]:
    found: dict[tuple[tuple[tuple[str, int], ...], int], Species] = {}
    for reagent in reagent_table():
        species = reagent.species()
        plain = replace(species, formula=re.sub(r"\^(\d[+-])$", r"(\1)", species.formula))
        found.setdefault((species.units, species.charge), plain)
    return found


@lru_cache(maxsize=4096)
def cluster_species(formula: str) -> Species:
    """Return a cluster or complex from its formula.

    >>> cluster_species("Au38(PET)24").kind
    'cluster'
    """
    parts = read_formula(formula, ligand_table())
    return of_cluster(Nanocluster(parts.metals, parts.ligands, parts.charge))


def of_cluster(cluster: Nanocluster) -> Species:
    """Return the species of a cluster; a complex gets a speaking name, a mere salt such as CuCl is that salt."""
    species = Species.of_cluster(cluster)
    if species.kind == "complex" and (bought := _simple_salts().get((species.units, species.charge))):
        return bought
    if species.kind == "complex" and is_feed(cluster):
        state = {"Cd": "II", "Hg": "II", "Zn": "II"}.get(cluster.host_metal, "I")
        shell = "/".join(ligand.name for ligand, _ in cluster.ligands if ligand.ligand_class != "halide")
        name = f"{cluster.host_metal}({state})–{shell} complex"
        return Species(species.formula, species.units, species.charge, "complex", name, cluster)
    return species


def is_feed(cluster: Nanocluster) -> bool:
    """Whether this is a metal-ligand complex one feeds to a reduction: no electrons, one or two metals or (MX)n."""
    if cluster.valence_electrons or any(ligand.ligand_class == "hydride" for ligand, _ in cluster.ligands):
        return False
    oligomer = len(cluster.ligands) == 1 and cluster.n_metals == cluster.n_ligands and cluster.n_metals <= 12
    return bool(cluster.ligands) and (cluster.n_metals <= 2 or oligomer)


def mixture_of(feed: Nanocluster) -> Species:
    """Return the size mixture that reduction of a complex gives; it has no formula, so it conserves nothing."""
    metal = feed.host_metal
    letters = "xyzw"
    shell = "".join(
        (ligand.name if ligand.is_bare_atom else f"({ligand.name})") + f"_{letters[1 + i % 3]}"
        for i, (ligand, _) in enumerate(feed.ligands)
    )
    return Species(
        f"{metal}_x{shell} mixture", (), 0, "mixture", name=f"size mixture of {metal} clusters", cluster=feed
    )


# X-type ligands whose metal complex is the usual feed; the others come with the salt
_FEED_CLASSES = ("thiolate", "selenolate", "tellurolate", "alkynyl", "amidinate", "dithiophosphate")
_DITHIO_CLASSES = ("dithiophosphinate", "diselenophosphate")


def feed_complex(metal: str, ligand: Ligand) -> Nanocluster | None:
    """Return the usual complex of a metal with one ligand, or None where the salt itself is used.

    >>> feed_complex("Au", ligand_table().find("PPh3")).formula
    'Au(PPh3)Cl'
    """
    chloride = ligand_table().find("Cl")
    if ligand.bond_type == "X":
        if ligand.ligand_class not in (*_FEED_CLASSES, *_DITHIO_CLASSES):
            return None
        n = {"Cd": 2, "Hg": 2, "Zn": 2, "Au": 1, "Ag": 1, "Cu": 1}.get(metal)
        if n is None or ligand.electrons_withdrawn != 1:
            return None
        return Nanocluster.of({metal: 1}, {ligand: n})
    if metal != "Au" or ligand.ligand_class == "carbonyl":
        return None
    if ligand.denticity == 2:
        return Nanocluster.of({metal: 2}, {ligand: 1, chloride: 2})
    return Nanocluster.of({metal: 1}, {ligand: 1, chloride: 1})


def free_ligand(ligand: Ligand) -> Species:
    """Return the free molecule one buys: thiol, alkyne, acid (X-type, with H) or the neutral donor itself.

    >>> free_ligand(ligand_table().find("SG")).formula, free_ligand(ligand_table().find("PPh3")).formula
    ('HSG', 'PPh3')
    """
    if ligand.bond_type != "X":
        return Species(ligand.name, ((ligand.name, 1),), 0, "ligand", name=ligand.full_name)
    n = ligand.electrons_withdrawn
    protons = "H" if n == 1 else f"H{n}"
    small = ligand.ligand_class in ("halide", *_SMALL_ANIONS) and not ligand.name.startswith("H")
    plain = ligand.name.startswith("S") or small
    if ligand.ligand_class == "alkynyl":
        formula = f"{ligand.name}H" if ligand.name.endswith("≡C") else f"H({ligand.name})"
    else:
        formula = f"{protons}{ligand.name}" if plain else f"{protons}({ligand.name})"
    units = tuple(sorted({ligand.name: 1, "H": n}.items()))
    return Species(formula, units, 0, "ligand", name=ligand.full_name)


_SMALL_ANIONS = ("carboxylate", "nitrate", "weakly coordinating anion", "cyanide", "borohydride")


def ligand_anion(ligand: Ligand) -> Species:
    """Return the free ion of an X-type ligand (RS-, Cl-), or the donor itself when it is neutral.

    >>> ligand_anion(ligand_table().find("SR")).formula
    'RS-'
    """
    if ligand.bond_type != "X":
        return free_ligand(ligand)
    charge = -ligand.electrons_withdrawn
    bare = ligand.is_bare_atom or ligand.ligand_class in _SMALL_ANIONS
    text = {"SR": "RS"}.get(ligand.name, ligand.name if bare else f"({ligand.name})")
    sign = "-" if charge == -1 else f"({-charge}-)"
    return _as_listed(Species(f"{text}{sign}", ((ligand.name, 1),), charge, "ion", name=f"free {ligand.name}"))


def disulfide(ligand: Ligand) -> Species:
    """Return the oxidised dimer of a thiolate (a diselenide of a selenolate).

    >>> disulfide(ligand_table().find("SR")).formula
    'RSSR'
    """
    text = {"SR": "RSSR"}.get(ligand.name, f"({ligand.name})2")
    return Species(text, ((ligand.name, 2),), 0, "molecule", name=f"disulfide of {ligand.name}")


def phosphine_oxide(ligand: Ligand) -> Species:
    """Return the oxide of a phosphine (both phosphorus atoms of a diphosphine)."""
    n = ligand.denticity
    units = tuple(sorted({ligand.name: 1, "O": n}.items()))
    return Species(f"{ligand.name}O{n if n > 1 else ''}", units, 0, "molecule", name=f"oxide of {ligand.name}")


@cache
def donors() -> tuple[str, ...]:
    """Return the names of the reductants whose half-reaction the reagent table gives."""
    return tuple(reagent.name for reagent in reagent_table().with_role("reductant"))


def donor(name: str) -> Species:
    """Return a reductant as a species; raises `UnknownNameError` when the table lists no such reductant.

    >>> donor("NaBH4").formula
    'NaBH4'
    """
    reagent = reagent_table().find(name)
    if reagent.name not in donors():
        raise UnknownNameError(f"{name!r} is no reductant; known: {', '.join(donors())}")
    return chemical(reagent.name)


def donor_products(name: str) -> tuple[Species, ...]:
    """Return what a reductant leaves behind besides water: ``CO3(2-)`` for CO, borate for borohydrides.

    >>> [s.formula for s in donor_products("CO")]
    ['CO3(2-)']
    """
    table = reagent_table()
    half = table.half_reaction(table.find(name))
    products = tuple(_as_listed(species) for species, _ in half.products if species.formula not in ("H2O", "OH-"))
    return (chemical("NaB(OH)4"),) if name == "NaBH4" else products


def is_silane(name: str) -> bool:
    """Whether a reductant works by its Si-H bonds, without water or base.

    >>> is_silane("Ph2SiH2"), is_silane("NaBH4"), is_silane("")
    (True, False, False)
    """
    return bool(name) and "[SiH" in reagent_table().find(name).smiles


def silyl_product(name: str, anion: Species) -> Species:
    """Return a silane with its Si-H replaced by an anion, as it takes up the counter-ions of a salt.

    >>> silyl_product("Ph2SiH2", chemical("AcO-")).formula
    'Ph2Si(OAc)2'
    """
    silane, [(group, _)] = donor(name), anion.units
    n = (reagent_table().find(name).electrons_delivered or 0) // 2
    units = {**silane.counts, "H": silane.counts["H"] - n, group: n}
    bare = silane.formula.removesuffix("H" + (str(n) if n > 1 else ""))
    text = group if group in ligand_table() and ligand_table().find(group).is_bare_atom else f"({group})"
    formula = f"{bare}{text}{n if n > 1 else ''}"
    return Species(formula, tuple(sorted((u, k) for u, k in units.items() if k)), 0, "molecule")


def donor_named(text: str) -> str:
    """Return the reductant a free text names first, or an empty string when it names none that is known here.

    >>> donor_named("TBAB (borane tert-butylamine)"), donor_named("NaBH4, then excess PET"), donor_named("heat")
    ('TBAB', 'NaBH4', '')
    """
    found = [
        (match.start(), -len(name), name)
        for name in donors()
        if (match := re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text))
    ]
    return min(found)[2] if found else ""


def has_metal(species: Species) -> bool:
    """Whether a species holds a metal atom superatom knows."""
    return any(unit in METAL_GROUPS for unit in species.counts)
