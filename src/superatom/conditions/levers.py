"""The eight levers of a synthesis step and what is advised for each: the nouns of this room.

The levers and their order are those of section 4.1 of Lyu et al., Nanoscale Horiz. 2025, 10, 2304
(doi:10.1039/d5nh00353a): time, temperature, stirring, metal:ligand ratio, solvent, reducing agent, pH, additives.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from superatom.data.reagents import reagent_table
from superatom.data.records import Quantity, Source

Basis = Literal["records", "stoichiometry", "trend", "screening"]
Strength = Literal["strong", "moderate", "weak", "none"]


class Lever(StrEnum):
    """What a chemist can set; in the review's order."""

    TIME = "time"
    TEMPERATURE = "temperature"
    STIRRING = "stirring"
    RATIO = "metal_to_ligand_ratio"
    SOLVENT = "solvent"
    REDUCTANT = "reductant"
    PH = "ph"
    ADDITIVES = "additives"

    @property
    def label(self) -> str:
        """Plain words for a reader.

        >>> Lever.RATIO.label, Lever.PH.label
        ('ligand : metal ratio', 'pH')
        """
        return {Lever.RATIO: "ligand : metal ratio", Lever.PH: "pH"}.get(self, self.value)

    @property
    def unit(self) -> str:
        """Unit of the numeric value, empty for the levers that are substances (the dose of a reductant is mol/mol)."""
        return _UNITS.get(self, "")


_UNITS = {
    Lever.TIME: "h",
    Lever.TEMPERATURE: "degC",
    Lever.STIRRING: "rpm",
    Lever.RATIO: "mol/mol",
    Lever.REDUCTANT: "mol/mol",
    Lever.PH: "pH",
}


@dataclass(frozen=True, slots=True)
class RecordRef:
    """One record behind an advice: its id(s), what it says on this lever, what came out, and how close it is."""

    id: str
    says: str
    outcome: str
    succeeded: bool | None
    source: Source
    distance: str
    weight: float


@dataclass(frozen=True, slots=True)
class LeverAdvice:
    """What to set one lever to, why, and how sure.

    `value` is in the lever's unit (ligand:metal and reductant:metal in mol/mol). `basis` names where the recommendation
    comes from; `records` are all records that bear on the lever, closest first, failures included. `screening` is the
    first range to try, given whenever the records do not settle the lever, with its reason in `screening_reason`.

    The recommendation is a sentence for a reader. What a bench sheet or a design builds on is set beside it, where the
    advice is made, so that words can change without changing what is weighed:

    - `substances`: what to take (solvents, additives, acid or base), by name; where the source names none, by its role
      in the reagent table: ``acid``, ``base`` or ``phase_transfer``
    - `cited`: ids of the records it rests on
    - `told`: what a source says where it gives no figure, without the first range that the recommendation adds
    - `is_before_reductant`: the acid or base of a record goes in just before the reductant, not before the ligand

    >>> LeverAdvice("ph", "acid before the thiol", None, "trend", "moderate", substances=("HNO3",)).substance("acid")
    'HNO3'
    """

    lever: str
    recommendation: str
    value: Quantity | None
    basis: Basis
    strength: Strength
    records: tuple[RecordRef, ...] = ()
    trend: str = ""
    mechanism: str = ""
    trend_sources: tuple[Source, ...] = ()
    conflicts: tuple[str, ...] = ()
    screening: tuple[str | float, ...] | None = None
    screening_reason: str = ""
    substances: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    told: str = ""
    is_before_reductant: bool = False

    def substance(self, role: str) -> str:
        """Return the substance to take that has a role of the reagent table, or an empty string."""
        table = reagent_table()
        return next((s for s in self.substances if s == role or (s in table and table.find(s).has_role(role))), "")


@dataclass(frozen=True, slots=True)
class StepSettings:
    """Advice on all eight levers for one step, in the review's order; `n_records` counts distinct experiments used."""

    advice: tuple[LeverAdvice, ...]
    n_records: int
    remarks: tuple[str, ...] = ()

    def __getitem__(self, lever: str) -> LeverAdvice:
        """Return the advice on one lever; raises ``KeyError`` for anything but the eight names."""
        for advice in self.advice:
            if advice.lever == lever:
                return advice
        raise KeyError(lever)


def quantity(low: float, high: float, unit: str) -> Quantity:
    """Return a value (low = high) or a range, with a text a bench chemist would write.

    >>> str(quantity(1, 2, "mol/mol")), str(quantity(40, 40, "degC")), quantity(-10, 0, "degC").text
    ('1-2 mol/mol', '40 degC', '-10 to 0')
    """
    if low == high:
        return Quantity(low, high, unit, f"{low:.4g}")
    joiner = " to " if low < 0 else "-"
    return Quantity(low, high, unit, f"{low:.4g}{joiner}{high:.4g}")


def show(value: Quantity) -> str:
    """Write a quantity as on the bench: °C, minutes below one hour, days above two.

    >>> show(quantity(40, 40, "degC")), show(quantity(0.25, 0.5, "h")), show(quantity(168, 168, "h"))
    ('40 °C', '15-30 min', '7 d')
    """
    if value.unit == "h" and value.low is not None and value.low == value.high:
        return show_hours(value.low)
    if value.unit == "h" and value.low is not None and value.high is not None:
        low, high = show_hours(value.low).split(), show_hours(value.high).split()
        return f"{low[0]}-{high[0]} {low[1]}" if low[1] == high[1] else f"{' '.join(low)} to {' '.join(high)}"
    text = value.text.strip()
    if value.unit == "degC":
        return f"{text} °C"
    return f"pH {text}" if value.unit == "pH" else f"{text} {value.unit}"


def show_hours(hours: float) -> str:
    """Write a time in the unit a chemist would use.

    >>> [show_hours(h) for h in (15 / 3600, 0.333, 5, 168)]
    ['15 s', '20 min', '5 h', '7 d']
    """
    if hours < 1 / 60:
        return f"{hours * 3600:.3g} s"
    if hours < 1:
        return f"{hours * 60:.3g} min"
    return f"{hours:.3g} h" if hours < 72 else f"{hours / 24:.3g} d"
