"""The reductant a balanced step needs: electrons counted, not assumed.

electrons per metal atom = e- on the left of the electron equation / metal atoms on its left; equivalents = that /
electrons one reductant delivers (its half-reaction in the reagent table). For 32 Au(I)SR + 8 e- -> [Au25(SR)18]- +
7 [Au(SR)2]- and NaBH4 (8 e-) this is 1/32 mol per mol Au, the dose titrated by Chen et al., J. Am. Chem. Soc. 2018,
140, 11370.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from superatom.data.reagents import Reagent, reagent_table
from superatom.data.records import Equation, Species, Step
from superatom.structures.elements import METALS


@dataclass(frozen=True, slots=True)
class Dose:
    """Stoichiometric dose of a step: `electrons` taken up by `n_metals` metal atoms, `equivalents` in mol/mol metal.

    `least` is the reductant per metal that the balanced equation takes, which is more than the electrons ask for where
    the reductant also ends in the product, as hydride.
    """

    reagent: Reagent
    electrons: int
    n_metals: int
    least: float = 0.0

    @property
    def electrons_per_metal(self) -> float:
        """Electrons per metal atom in the flask."""
        return self.electrons / self.n_metals

    @property
    def equivalents(self) -> float:
        """Reductant per metal in mol/mol."""
        return max(self.electrons_per_metal / (self.reagent.electrons_delivered or 1), self.least)


def dose_of(step: Step) -> Dose | None:
    """Return the stoichiometric dose, or None when the step takes up no electrons or names no known reductant."""
    electrons = sum(n for species, n in step.electron_equation.reactants if is_electron(species))
    metals = metal_atoms(step.electron_equation)
    reagent = find_reductant(step.reductant)
    if electrons <= 0 or not metals or reagent is None:
        return None
    taken = sum(n for s, n in step.equation.reactants if reagent in (find_reductant(s.name), find_reductant(s.formula)))
    return Dose(reagent, electrons, metals, taken / (metal_atoms(step.equation) or metals))


def find_reductant(text: str) -> Reagent | None:
    """Return the reductant named in a free text such as ``TBAB (borane)``, or None.

    >>> find_reductant("TBAB (borane)").name, find_reductant("")
    ('TBAB', None)
    """
    table = reagent_table()
    for name in (text, *re.split(r"[\s,;]+", text)):
        if name and name in table and table.find(name).electrons_delivered:
            return table.find(name)
    return None


def is_electron(species: Species) -> bool:
    """Whether a term of an equation is the electron."""
    return species.formula in ("e-", "e⁻") or species.kind == "electron"


def metal_atoms(equation: Equation) -> int:
    """Count the metal atoms on the left of an equation."""
    return sum(n * count_metals(species) for species, n in equation.reactants)


def count_metals(species: Species) -> int:
    """Count the metal atoms of one species.

    >>> count_metals(Species("HAuCl4", (("Au", 1), ("Cl", 4), ("H", 1)), 0, "salt"))
    1
    """
    return sum(n for unit, n in species.units if unit in METALS)
