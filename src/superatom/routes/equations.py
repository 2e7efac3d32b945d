"""From a proposal to a step: its equation with electrons, its equation with the real reductant, its electron count.

Which by-products are offered to the balance is the chemistry: excess thiolate of a gold reduction leaves as
[Au(SR)2]-, exchanged ligands as thiols, surplus metal as its complex, counter-ions as ions. A silane works without
water: its Si-H give the hydrides, silicon takes up the anions of the salt. What the source does not state (the
electron acceptor, an extra metal source) is said in a remark, never silently assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from superatom.data.records import Equation, Species, Step, Transformation
from superatom.errors import BalanceError
from superatom.routes.balance import Problem, balance, delta_electrons, first_balanced, with_donor
from superatom.routes.chemicals import (
    DEFAULT_REDUCTANT,
    ELECTRON,
    chemical,
    disulfide,
    donor,
    donor_products,
    feed_complex,
    free_ligand,
    has_metal,
    is_silane,
    ligand_anion,
    of_cluster,
    phosphine_oxide,
    silyl_product,
)
from superatom.routes.transformations.proposal import Proposal
from superatom.structures.elements import METAL_GROUPS
from superatom.structures.ligands import Ligand, ligand_table
from superatom.structures.nanocluster import Nanocluster

_ACCEPTOR = "Metal electrons leave in this step; the acceptor is not stated, oxygen of the air is assumed."
_SILANE = "Hydrides and hydrogen come from Si-H; the equation needs neither water nor base."
_NET = "The equation is the net one from the complex over reduction and focusing."
_METAL_FROM_OUTSIDE = (
    "The balance needs {what}, which the source does not name: from decomposed cluster (then take at least {times:.3g} "
    "times the cluster of the equation), or added as a complex made beforehand."
)
_COIN_METALS = ("Au", "Ag", "Cu")


def step_of(proposal: Proposal) -> Step:
    """Return the balanced step of a proposal.

    A step that makes a size mixture has no equation of its own and gets an empty one, which the route fills
    with the net equation. Raises `BalanceError` when the proposal cannot be balanced.
    """
    if proposal.product.kind == "mixture":
        return _step(proposal, Equation((), ()), Equation((), ()), 0, ())
    if proposal.transformation is Transformation.COMPLEXATION:
        equation = _complexation(proposal)
        return _step(proposal, equation, equation, delta_electrons(equation, proposal.product), ())
    electronic = _electronic(proposal)
    change = delta_electrons(electronic, proposal.product)
    equation, remarks = _with_real_reductant(proposal, electronic)
    return _step(proposal, equation, electronic, change, (*remarks, *_unstated_metal(proposal, electronic)))


def with_net_equation(mixture_step: Step, focusing: Step) -> Step:
    """Return the step that makes a mixture with the net equation of the step that focuses it."""
    return replace(
        mixture_step,
        equation=focusing.equation,
        electron_equation=focusing.electron_equation,
        delta_electrons=focusing.delta_electrons,
    )


def _step(proposal: Proposal, equation: Equation, electronic: Equation, change: int, remarks: tuple[str, ...]) -> Step:
    support = replace(proposal.support, remarks=tuple(dict.fromkeys((*proposal.support.remarks, *remarks))))
    return Step(
        transformation=proposal.transformation,
        product=proposal.product,
        main_reactants=tuple(s for s in proposal.precursors if s.kind != "reductant"),
        equation=equation,
        electron_equation=electronic,
        delta_electrons=change,
        support=support,
        reductant=proposal.reductant,
        reagents=proposal.reagents,
    )


def _complexation(proposal: Proposal) -> Equation:
    salt, *free = proposal.precursors
    ligands = [ligand for ligand in _ligands_in([proposal.product, *free]) if free_ligand(ligand) in free]
    side = [disulfide(ligand) if ligand.bond_type == "X" else phosphine_oxide(ligand) for ligand in ligands]
    side += [chemical(name) for name in ("HCl", "NaCl", "KCl", "Me2S")]
    side += [_acid(name) for name in ("NO3", "BF4", "SbF6", "OAc", "TFA") if name in salt.counts]
    side += [chemical("H2O")] if any(ligand.bond_type != "X" for ligand in ligands) else []
    return balance([salt, *free], [proposal.product], side_species=side)


def _acid(name: str) -> Species:
    ligand = ligand_table().find(name)
    return replace(free_ligand(ligand), kind="molecule")


@dataclass(frozen=True, slots=True)
class _Change:
    """What of a proposal decides its balance: many proposals (other reductant, other source) are one change."""

    product: Species
    reactants: tuple[Species, ...]
    starts: tuple[Nanocluster, ...]
    transformation: Transformation
    is_reduction: bool
    has_water: bool

    @classmethod
    def of(cls, proposal: Proposal) -> _Change:
        reactants = [s for s in proposal.precursors if s.kind not in ("reductant", "mixture")]
        if proposal.mixture_of is not None:
            # excess of the mixture's own ligand etches and is not used up in the net equation
            own = {free_ligand(ligand) for ligand, _ in proposal.mixture_of.ligands}
            reactants = [of_cluster(proposal.mixture_of), *(s for s in reactants if s not in own)]
        kind = proposal.transformation
        has_water = not is_silane(proposal.reductant)
        return cls(proposal.product, tuple(reactants), proposal.starts, kind, bool(proposal.reductant), has_water)


def _electronic(proposal: Proposal) -> Equation:
    """Balance a cluster-making step with free electrons where the metal takes any up."""
    found = electronic_equation(_Change.of(proposal))
    if isinstance(found, str):
        raise BalanceError(found)
    return found


@lru_cache(maxsize=4096)
def electronic_equation(change: _Change) -> Equation | str:
    """Return the equation with free electrons, or why there is none (a text, so that refusals are remembered too)."""
    cluster = change.product.cluster
    if cluster is None:
        return f"{change.product.formula} has no composition to balance"
    sources = [s for s in change.reactants if s.kind == "complex" and s.cluster is not None]
    attempts = [list(change.reactants)]
    if len(sources) > 1:  # one source may not be needed in whole numbers of the target
        attempts.append([s for s in change.reactants if s not in sources[1:]])
    one_to_one = len(change.starts) == 1 and change.transformation is not Transformation.INTERCLUSTER_REACTION
    fixed = {of_cluster(change.starts[0]): 1, change.product: 1} if one_to_one else None
    problems = (
        Problem(tried, [change.product], [*(s for s in change.reactants if s not in tried), *side], by_products, fixed)
        for tried in attempts
        for by_products, side in _surroundings(cluster, tried, change)
    )
    try:
        return first_balanced(problems)
    except BalanceError as error:
        return str(error)


def _surroundings(
    cluster: Nanocluster, reactants: Sequence[Species], change: _Change
) -> list[tuple[list[Species], list[Species]]]:
    """Return (by-products, species for either side) to try in turn, the way the field writes the step first."""
    host = cluster.host_metal
    ligands = _ligands_in([*reactants, change.product])
    protic = [a for a in ligands if a.ligand_class in ("thiolate", "selenolate", "tellurolate", "alkynyl")]
    ions = [ligand_anion(a) for a in ligands if a not in protic] + _counter_ions(reactants)
    anions, acids = [ligand_anion(a) for a in protic], [free_ligand(a) for a in protic]
    paired = [a for a in protic if a.ligand_class in ("thiolate", "selenolate")]
    pair = [_pair_complex(paired[0])] if host == "Au" and len(paired) == 1 else []
    water = [chemical("H2O"), chemical("OH-")] if change.has_water else [chemical("H+")]
    if not change.starts:
        return [
            (pair, [*ions, ELECTRON]),
            (anions, [*ions, *acids, ELECTRON]),
            ([], [*ions, *acids, ELECTRON, *water]),
            (anions, [*ions, *anions, ELECTRON, *water]),
        ]
    homes = [of_cluster(f) for a in [*dict(cluster.ligands), *protic] if (f := feed_complex(host, a)) is not None]
    metal_ion = [_ion(host)] if host in _COIN_METALS else []
    plain = [
        (pair, ions),
        ([], [*homes, *ions]),
        ([], [*acids, *ions]),
        ([], [*acids, *homes, *ions]),
        ([], [*acids, *homes, *anions, *ions]),
        (metal_ion, ions),
    ]
    takes_up = cluster.valence_electrons > sum(start.valence_electrons for start in change.starts)
    with_anions: tuple[list[Species], list[Species]] = ([], [*anions, *homes, *ions, ELECTRON])
    with_acid = ([chemical("H+")], [*acids, *homes, *ions, ELECTRON])
    charged = [
        (pair, [*ions, ELECTRON]),
        *([with_anions, with_acid] if takes_up else [with_acid, with_anions]),
        (metal_ion, [*acids, *homes, *anions, *ions, *water, ELECTRON]),
    ]
    if change.transformation is Transformation.METAL_EXCHANGE:
        plain.insert(1, (metal_ion, ions))
    return [*charged, *plain] if change.is_reduction else [*plain, *charged]


def _pair_complex(ligand: Ligand) -> Species:
    """[Au(SR)2]-, how surplus thiolate or selenolate leaves a gold reduction."""
    return of_cluster(Nanocluster.of({"Au": 1}, {ligand: 2}, -1))


def _counter_ions(reactants: Sequence[Species]) -> list[Species]:
    """Ions that salts and chlorido complexes leave behind."""
    ions = []
    for unit in dict.fromkeys(unit for s in reactants for unit, _ in s.units):
        if unit in ("Na", "K"):
            ions.append(chemical(f"{unit}+"))
        elif unit in ("Cl", "Br", "I", "NO3", "BF4", "SbF6", "OAc", "TFA"):
            ions.append(ligand_anion(ligand_table().find(unit)))
    if any("H" in s.counts for s in reactants if s.kind == "metal_salt"):
        ions += [chemical("H2O"), chemical("OH-")]
    return ions


def _ion(metal: str) -> Species:
    return Species(f"{metal}+", ((metal, 1),), 1, "ion", name=f"{metal}(I), bound in solution")


def _ligands_in(species: Sequence[Species]) -> list[Ligand]:
    """Return the organic and halide ligands of species: of their clusters, else by the names of their units."""
    own = {ligand.name: ligand for s in species if s.cluster is not None for ligand, _ in s.cluster.ligands}
    table = ligand_table()
    names = dict.fromkeys(unit for s in species for unit, _ in s.units)
    found = [own.get(name) or table.find(name) for name in names if name in own or name in table]
    return [ligand for ligand in found if ligand.ligand_class not in ("hydride", "oxide") and ligand.name not in "HNOC"]


def _with_real_reductant(proposal: Proposal, electronic: Equation) -> tuple[Equation, tuple[str, ...]]:
    left = any(s.kind == "electron" for s, _ in electronic.reactants)
    right = any(s.kind == "electron" for s, _ in electronic.products)
    remarks: tuple[str, ...] = (_NET,) if proposal.mixture_of is not None else ()
    if not left and not right:
        return electronic, remarks
    if right:
        name = "O2"
        remarks = (*remarks, _ACCEPTOR)
    else:
        name = proposal.reductant or DEFAULT_REDUCTANT
        if not proposal.reductant and proposal.mixture_of is None:
            remarks = (*remarks, f"The balance needs electrons; {name} is assumed as their source.")
        if is_silane(name):
            return _with_silane(electronic, proposal.product, name), (*remarks, _SILANE)
    return _neutralised(with_donor(electronic, _half_reaction(name))), remarks


def _with_silane(electronic: Equation, product: Species, name: str) -> Equation:
    """Return an equation with a silane for its electrons and protons: hydrides and H2 from Si-H, anions to silicon."""
    anions = [s for s, _ in electronic.products if s.kind == "ion" and s.charge == -1]
    others = [s for s, _ in electronic.products if s != product and s not in anions]
    reactants = [s for s, _ in electronic.reactants if s not in (ELECTRON, chemical("H+"))]
    made = [silyl_product(name, anion) for anion in anions]
    return balance(
        [*reactants, donor(name)], [product], by_products=[*made, chemical("H2"), *others], side_species=anions
    )


@cache
def _half_reaction(name: str) -> Equation:
    """Return the oxidation of a reductant, or the reduction of oxygen, in basic water."""
    water = [chemical("H2O"), chemical("OH-")]
    if name == "O2":
        return balance([chemical("O2"), ELECTRON], [chemical("OH-")], side_species=water[:1])
    counter_ions = [chemical(ion) for ion in ("Na+", "Li+", "NMe4+", "NBu4+")]
    made = [*donor_products(name), ELECTRON]
    return balance([donor(name)], made, by_products=counter_ions, side_species=water)


def _neutralised(equation: Equation) -> Equation:
    """Write acid and base that are both set free as the water they make."""
    acid, base, water = (chemical(name) for name in ("H+", "OH-", "H2O"))
    net = dict(equation.products) | {s: -n for s, n in equation.reactants}
    made = min(net.get(acid, 0), net.get(base, 0))
    if made <= 0:
        return equation
    net |= {acid: net[acid] - made, base: net[base] - made, water: net.get(water, 0) + made}
    return Equation(tuple((s, -n) for s, n in net.items() if n < 0), tuple((s, n) for s, n in net.items() if n > 0))


def _unstated_metal(proposal: Proposal, equation: Equation) -> tuple[str, ...]:
    """Say when a complex had to be taken up that no precursor provides."""
    given = set(proposal.precursors) | ({of_cluster(proposal.mixture_of)} if proposal.mixture_of else set())
    extra = [(s, n) for s, n in equation.reactants if s not in given and has_metal(s)]
    if not extra:
        return ()
    provided = sum(_metal_atoms(s, n) for s, n in equation.reactants if s in given)
    times = 1 + sum(_metal_atoms(s, n) for s, n in extra) / provided
    what = " and ".join(f"{n} {s.formula}" if n > 1 else s.formula for s, n in extra)
    return (_METAL_FROM_OUTSIDE.format(what=what, times=times),)


def _metal_atoms(species: Species, n: int) -> int:
    return n * sum(k for unit, k in species.units if unit in METAL_GROUPS)
