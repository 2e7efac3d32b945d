"""Balanced equations by integer programming: metals, each ligand as one unit, other atoms, electrons and charge.

Every species is a vector of conserved units (see `superatom.data.records.Species`); the electron is a species
of charge -1. The smallest positive integers that conserve all units are found with a mixed-integer programme,
so the answer is unique: least total coefficient first, then least use of the species named last. The electron
counts are those of Walter et al., PNAS 2008, 105, 9157 (doi:10.1073/pnas.0801001105), eqn 1, extended to salts
by their oxidation states.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd, lcm

from superatom.data.records import Equation, Species
from superatom.errors import BalanceError
from superatom.routes.chemicals import oxidation_state
from superatom.structures.elements import METAL_GROUPS, metal_valence
from superatom.structures.ligands import ligand_table

MAX_COEFFICIENT = 100_000
# charges of the atoms that stand beside metals in salts and acids
_ION_CHARGES = {"H": 1, "Na": 1, "K": 1, "Li": 1, "Cs": 1, "N": -3, "O": -2, "P": 5, "B": 3, "F": -1}


def balance(
    reactants: Sequence[Species],
    products: Sequence[Species],
    *,
    side_species: Sequence[Species] = (),
    by_products: Sequence[Species] = (),
    fixed: Mapping[Species, int] | None = None,
) -> Equation:
    """Return the balanced equation with the smallest positive integer coefficients.

    Parameters
    ----------
    reactants, products
        Species that must take part, each with a coefficient of at least one.
    side_species
        Species that may appear on either side, or not at all (by-products, water, base, electrons). Earlier ones are
        preferred where two answers are equally small.
    by_products
        Species that may appear among the products only.
    fixed
        Coefficients that are known, such as one unit of the main product.

    Raises
    ------
    BalanceError
        naming the unit that cannot be conserved.

    Examples
    --------
    >>> from superatom.routes.chemicals import ELECTRON, cluster_species
    >>> feed, target, rest = (cluster_species(f) for f in ("Au(SR)", "[Au25(SR)18]-", "[Au(SR)2]-"))
    >>> print(balance([feed, ELECTRON], [target, rest]))
    32 Au(SR) + 8 e- → [Au25(SR)18]- + 7 [Au(SR)2]-
    """
    return first_balanced([Problem(reactants, products, side_species, by_products, fixed)])


@dataclass(frozen=True)
class Problem:
    """The arguments of `balance`, for trying several in turn."""

    reactants: Sequence[Species]
    products: Sequence[Species]
    side_species: Sequence[Species] = ()
    by_products: Sequence[Species] = ()
    fixed: Mapping[Species, int] | None = None


def first_balanced(problems: Iterable[Problem]) -> Equation:
    """Return the balanced equation of the first problem that has one; raises `BalanceError` about the last.

    >>> from superatom.routes.chemicals import cluster_species as c
    >>> feed, rest = c("Au(SR)"), c("[Au(SR)2]-")
    >>> print(first_balanced([Problem([c("Au25(SR)18")], [c("Au38(SR)24")], by_products=[b]) for b in (rest, feed)]))
    2 Au25(SR)18 → Au38(SR)24 + 12 Au(SR)
    """
    last: _System | None = None
    for problem in problems:
        last = _System.of(problem)
        if last.one_sided:
            continue
        counts = last.solve()
        if counts is not None:
            return _equation(last.columns, counts, keep_scale=bool(problem.fixed))
    if last is None:
        raise BalanceError("no equation to balance was given")
    raise BalanceError(last.one_sided or last.explain())


def with_donor(equation: Equation, half: Equation) -> Equation:
    """Return an equation with its free electrons supplied (or taken) by a half reaction, without free electrons.

    Raises `BalanceError` when the two do not cancel.

    >>> from superatom.routes.chemicals import ELECTRON, chemical, cluster_species as c
    >>> growth = balance([c("Au(SR)"), ELECTRON], [c("[Au25(SR)18]-"), c("[Au(SR)2]-")])
    >>> water = [chemical("H2O"), chemical("OH-")]
    >>> half = balance([chemical("CO")], [chemical("CO3_2-"), ELECTRON], side_species=water)
    >>> print(with_donor(growth, half))
    32 Au(SR) + 4 CO + 16 OH- → [Au25(SR)18]- + 7 [Au(SR)2]- + 4 CO3(2-) + 8 H2O
    """
    wanted, given = _free_electrons(equation), _free_electrons(half)
    if wanted * given >= 0:
        raise BalanceError(f"{half} cannot supply the electrons of {equation}")
    common = lcm(wanted, given)
    net: dict[Species, int] = {}
    for part, times in ((equation, common // abs(wanted)), (half, common // abs(given))):
        for species, n, sign in _signed(part):
            net[species] = net.get(species, 0) + sign * n * times
    divisor = gcd(*net.values())
    return Equation(
        tuple((s, -n // divisor) for s, n in net.items() if n < 0),
        tuple((s, n // divisor) for s, n in net.items() if n > 0),
    )


def _free_electrons(equation: Equation) -> int:
    """Free electrons on the right minus those on the left."""
    return sum(sign * n for s, n, sign in _signed(equation) if s.kind == "electron")


def metal_electrons(species: Species) -> int:
    """Return N* of the metal in one unit of a cluster, complex or salt; 0 for anything without a metal.

    For a cluster this is its superatom count; for a salt it is metal valence minus oxidation state, so Au(III)
    has -2. An H counts as hydride in a cluster and as acidic proton in a salt.

    >>> from superatom.routes.chemicals import cluster_species, salt
    >>> metal_electrons(cluster_species("[Au25(SR)18]-")), metal_electrons(salt("HAuCl4"))
    (8, -2)
    """
    if species.cluster is not None:
        return 0 if species.kind == "mixture" else species.cluster.valence_electrons
    metals = [(unit, n) for unit, n in species.units if unit in METAL_GROUPS]
    if not metals:
        return 0
    if (state := oxidation_state(species)) is not None:
        return sum((metal_valence(metal) - state) * n for metal, n in metals)
    return sum(_reference_charge(unit) * n for unit, n in species.units) - species.charge


def delta_electrons(equation: Equation, product: Species) -> int:
    """Return the electrons the metal takes up for one unit of `product` (Σ N* of products minus reactants).

    Raises `BalanceError` when `product` is not in the equation or the count contradicts the free electrons written.

    >>> from superatom.routes.chemicals import ELECTRON, cluster_species
    >>> feed, target, rest = (cluster_species(f) for f in ("Au(SR)", "[Au25(SR)18]-", "[Au(SR)2]-"))
    >>> delta_electrons(balance([feed, ELECTRON], [target, rest]), target)
    8
    """
    coefficient = dict(equation.products).get(product)
    if not coefficient:
        raise BalanceError(f"{product.formula} is not a product of {equation}")
    change = sum(sign * n * metal_electrons(s) for s, n, sign in _signed(equation))
    free = -_free_electrons(equation)
    if free and free != change + _other_electrons(equation):
        raise BalanceError(f"{equation}: {free} electrons are written but the metals and hydrides take up {change}")
    if change % coefficient:
        raise BalanceError(f"{equation}: {change} electrons for {coefficient} {product.formula} is no whole number")
    return change // coefficient


def _other_electrons(equation: Equation) -> int:
    """Electrons that make hydrides of protons and thiols of disulfides: all uptake that is not the metal's."""
    return sum(
        sign * n * (sum(_reference_charge(u) * k for u, k in s.units) - s.charge - metal_electrons(s))
        for s, n, sign in _signed(equation)
        if s.kind != "electron"
    )


def _signed(equation: Equation) -> list[tuple[Species, int, int]]:
    return [(s, n, -1) for s, n in equation.reactants] + [(s, n, 1) for s, n in equation.products]


def _reference_charge(unit: str) -> int:
    if unit in METAL_GROUPS:
        return metal_valence(unit)
    if unit in _ION_CHARGES:
        return _ION_CHARGES[unit]
    table = ligand_table()
    return -table.find(unit).electrons_withdrawn if unit in table else 0


@dataclass(frozen=True)
class _System:
    """The linear system of a problem: one row per unit, one column per species and side it may stand on."""

    units: list[str]
    matrix: list[list[int]]
    columns: list[tuple[Species, int]]
    bounds: list[tuple[int, int]]

    @classmethod
    def of(cls, problem: Problem) -> _System:
        left, right = _unique(problem.reactants), _unique(problem.products)
        if not left or not right:
            raise BalanceError("an equation needs at least one reactant and one product")
        if both := [s.formula for s in left if s in right]:
            raise BalanceError(f"{', '.join(both)} stands on both sides; name each species once")
        side = [s for s in _unique(problem.side_species) if s not in left and s not in right]
        only_made = [s for s in _unique(problem.by_products) if s not in (*left, *right, *side)]
        required = [(s, -1) for s in left] + [(s, 1) for s in right]
        # a species of either side is two columns
        columns = [*required, *((s, 1) for s in only_made), *((s, sign) for s in side for sign in (1, -1))]
        known = problem.fixed or {}
        bounds = [
            (known[s], known[s]) if s in known else (int(i < len(required)), MAX_COEFFICIENT)
            for i, (s, _) in enumerate(columns)
        ]
        units = [*sorted({unit for s, _ in columns for unit, _ in s.units}), "charge"]
        matrix = [[sign * _amount(s, unit) for s, sign in columns] for unit in units]
        return cls(units, matrix, columns, bounds)

    @property
    def one_sided(self) -> str:
        """What is wrong when a unit of a required species has nothing on the other side, else an empty string."""
        for unit, row in zip(self.units, self.matrix, strict=True):
            signs = {value > 0 for value in row if value}
            needed = any(value and low for value, (low, _) in zip(row, self.bounds, strict=True))
            if len(signs) == 1 and needed:
                where, missing = ("products", "reactants") if True in signs else ("reactants", "products")
                return f"{unit} appears only in the {where}; nothing in the {missing} accounts for it"
        return ""

    def solve(self) -> list[int] | None:
        """Return the smallest coefficients, or None: least total, then least use of the columns named last."""
        import numpy as np

        n = len(self.columns)
        smallest = self._minimum([1.0] * n)
        if smallest is None or n - np.linalg.matrix_rank(np.array(self.matrix)) <= 1:
            return smallest
        preference = [1.0 + index / (4.0 * n) for index in range(n)]
        return self._minimum(preference, total=sum(smallest)) or smallest

    def _minimum(self, cost: list[float], total: int | None = None) -> list[int] | None:
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        matrix = self.matrix if total is None else [*self.matrix, [1] * len(cost)]
        target = np.zeros(len(matrix))
        target[-1] = total or 0
        result = milp(
            cost,
            constraints=LinearConstraint(np.array(matrix, dtype=float), target, target),
            bounds=Bounds([low for low, _ in self.bounds], [high for _, high in self.bounds]),
            integrality=np.ones(len(cost)),
            options={"mip_rel_gap": 0.0, "time_limit": 10.0},
        )
        if not result.success:
            return None
        counts = [round(value) for value in result.x]
        exact = all(
            sum(a * x for a, x in zip(row, counts, strict=True)) == b for row, b in zip(matrix, target, strict=True)
        )
        return counts if exact else None

    def explain(self) -> str:
        """Find which units stay out of balance when the least possible imbalance is allowed."""
        import numpy as np
        from scipy.optimize import linprog

        n_rows, n_columns = len(self.matrix), len(self.columns)
        slack = np.hstack([np.array(self.matrix, dtype=float), np.eye(n_rows), -np.eye(n_rows)])
        result = linprog(
            np.concatenate([np.zeros(n_columns), np.ones(2 * n_rows)]),
            A_eq=slack,
            b_eq=np.zeros(n_rows),
            bounds=[*self.bounds, *[(0, None)] * (2 * n_rows)],
        )
        sides = [
            " + ".join(
                s.formula for (s, sign), (low, _) in zip(self.columns, self.bounds, strict=True) if sign == x and low
            )
            for x in (-1, 1)
        ]
        equation = " → ".join(sides)
        if result.x is None:
            return f"{equation} has no balanced form with the coefficients that are fixed"
        gaps = result.x[n_columns : n_columns + n_rows] + result.x[n_columns + n_rows :]
        open_units = [unit for unit, gap in zip(self.units, gaps, strict=True) if gap > 1e-6]
        return f"{equation} cannot conserve {', '.join(open_units) or 'all units in whole numbers'}"


def _unique(species: Sequence[Species]) -> list[Species]:
    return list(dict.fromkeys(species))


def _amount(species: Species, unit: str) -> int:
    return species.charge if unit == "charge" else species.counts.get(unit, 0)


def _equation(columns: list[tuple[Species, int]], counts: list[int], *, keep_scale: bool) -> Equation:
    divisor = 1 if keep_scale else gcd(*counts)
    sides: dict[int, dict[Species, int]] = {-1: {}, 1: {}}
    for (species, sign), n in zip(columns, counts, strict=True):
        if n:
            sides[sign][species] = sides[sign].get(species, 0) + n // divisor
    equation = Equation(tuple(sides[-1].items()), tuple(sides[1].items()))
    if gaps := equation.imbalance():
        raise BalanceError(f"{equation} does not conserve {', '.join(gaps)}")
    return equation
