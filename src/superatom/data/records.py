"""Words that routes, conditions and the library share: what happened, at which settings, with which evidence.

A literature record is where they first occur; a planned step is a record not yet observed. The transformation names
are those of Lyu et al., Nanoscale Horiz. 2025, 10, 2304, section 3 (doi:10.1039/d5nh00353a).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum

from superatom.errors import ReferenceDataError
from superatom.structures.nanocluster import Nanocluster
from superatom.units import plain_number


class Transformation(StrEnum):
    """What a step does; the review's list, plus making the complex precursor and changing charge alone."""

    COMPLEXATION = "complexation"
    REDUCTION_GROWTH = "reduction_growth"
    SIZE_FOCUSING = "size_focusing"
    SEEDED_GROWTH = "seeded_growth"
    OXIDATIVE_ETCHING = "oxidative_etching"
    LIGAND_EXCHANGE = "ligand_exchange"
    MOTIF_EXCHANGE = "motif_exchange"
    CO_REDUCTION = "co_reduction"
    METAL_EXCHANGE = "metal_exchange"
    INTERCLUSTER_REACTION = "intercluster_reaction"
    ISOELECTRONIC_CONVERSION = "isoelectronic_conversion"
    SURFACE_TRANSFORMATION = "surface_transformation"
    CHARGE_CHANGE = "charge_change"

    @property
    def words(self) -> str:
        """Plain words for a reader."""
        return self.value.replace("_", " ")


class EvidenceLevel(StrEnum):
    """How closely the source of a fact was read; the curator's own scale."""

    READ_IN_PAPER = "read_in_paper"
    READ_IN_PAGE_EXCERPT = "read_in_page_excerpt"
    READ_IN_REVIEW = "read_in_review"
    COMPUTED = "computed"
    NOT_STATED = "not_stated"  # somebody names the source; how closely it was read is not said


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from: the primary citation, and what was actually read.

    `doi_is_read` is False for a DOI derived from an article number or known to the curator but never seen in a source.
    """

    citation: str
    doi: str = ""
    level: EvidenceLevel = EvidenceLevel.READ_IN_REVIEW
    read_in: str = ""
    doi_is_read: bool = True

    @property
    def url(self) -> str:
        """Address of the DOI, or an empty string."""
        return f"https://doi.org/{self.doi}" if self.doi else ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, range or bound with its unit; `text` keeps it as entered.

    Raises `ReferenceDataError` without any number, and for ends that are not finite or in the wrong order.

    >>> Quantity.parse("85-95", "degC")
    Quantity(low=85.0, high=95.0, unit='degC', text='85-95')
    >>> Quantity.parse("<=2", "pH").high
    2.0
    """

    low: float | None
    high: float | None
    unit: str
    text: str

    def __post_init__(self) -> None:
        low, high = self.ends
        if not (math.isfinite(low) and math.isfinite(high) and low <= high):
            raise ReferenceDataError(f"{self.text!r} is no quantity: its ends are finite numbers, the lower one first")

    @classmethod
    def parse(cls, text: str, unit: str) -> Quantity:
        """Read ``5``, ``85-95``, ``<=2``, ``>3``, ``~40``; raises `ReferenceDataError` for anything else."""
        number = r"([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)"
        cell = text.strip().replace("–", "-").replace("−", "-")
        if match := re.fullmatch(rf"[~≈]?\s*{number}", cell):
            return cls(float(match[1]), float(match[1]), unit, text)
        if match := re.fullmatch(rf"{number}\s*-\s*{number}", cell):
            return cls(float(match[1]), float(match[2]), unit, text)
        if match := re.fullmatch(rf"(<=|<|>=|>)\s*{number}", cell):
            bound = float(match[2])
            return cls(None, bound, unit, text) if match[1].startswith("<") else cls(bound, None, unit, text)
        raise ReferenceDataError(f"{text!r} is no number, range (85-95) or bound (<=2) in {unit}")

    @property
    def ends(self) -> tuple[float, float]:
        """The ends of the range; a value or a bound is both."""
        low = self.high if self.low is None else self.low
        high = self.low if self.high is None else self.high
        if low is None or high is None:
            raise ReferenceDataError(f"{self.text!r} is no quantity: it has no number")
        return low, high

    @property
    def middle(self) -> float:
        """The value, the middle of the range, or the bound."""
        low, high = self.ends
        return low / 2 + high / 2

    @property
    def numbers(self) -> str:
        """The numbers in `unit`, without loss, however they were entered: ``5``, ``5 to 10``, ``<=2``, ``>=3``."""
        low, high = (None if end is None else plain_number(end) for end in (self.low, self.high))
        if low is None or high is None:
            return f">={low}" if low is not None else f"<={high}"
        return low if low == high else f"{low} to {high}"

    def __str__(self) -> str:
        try:
            is_in_unit = Quantity.parse(self.text, self.unit) == self
        except ReferenceDataError:
            is_in_unit = False
        shown = self.text if is_in_unit else self.numbers
        entered = "" if shown == self.text else f" (entered as {self.text})"
        return f"{shown} {self.unit}".strip() + entered


@dataclass(frozen=True, slots=True)
class Conditions:
    """Settings of one experiment or step; an empty field is not stated, never a default.

    Concentrations in mM, ratios in mol/mol, times in h, temperatures in degC.
    """

    time_h: Quantity | None = None
    temperature_C: Quantity | None = None
    stirring_rpm: Quantity | None = None
    ligand_to_metal_ratio: Quantity | None = None
    reductant_to_metal_ratio: Quantity | None = None
    metal_concentration_mM: Quantity | None = None
    ligand_concentration_mM: Quantity | None = None
    reductant_concentration_mM: Quantity | None = None
    ph: Quantity | None = None
    solvents: tuple[str, ...] = ()
    solvent_ratio: str = ""
    reductant: str = ""
    additives: tuple[str, ...] = ()
    atmosphere: str = ""
    other: str = ""

    @property
    def n_numeric(self) -> int:
        """How many settings are stated as numbers."""
        return sum(isinstance(getattr(self, f.name), Quantity) for f in fields(self))


@dataclass(frozen=True, slots=True)
class Species:
    """One thing in an equation: a cluster, complex, salt, molecule or the electron.

    `units` counts what a balanced equation conserves: metals by element, each ligand as one unit named as in the ligand
    table (``PET`` is the bound group; the free thiol is ``{PET: 1, H: 1}``), other atoms by element. `charge` in e.
    `cluster` is set for clusters and metal-ligand complexes.
    """

    formula: str
    units: tuple[tuple[str, int], ...]
    charge: int
    kind: str
    name: str = ""
    cluster: Nanocluster | None = field(default=None, compare=False)

    @classmethod
    def of_cluster(cls, cluster: Nanocluster) -> Species:
        """Wrap a cluster (or complex, when it has no superatom electrons)."""
        units: dict[str, int] = dict(cluster.metals)
        for ligand, n in cluster.ligands:
            units[ligand.name] = units.get(ligand.name, 0) + n
        kind = "cluster" if cluster.valence_electrons and cluster.n_metals > 1 else "complex"
        return cls(cluster.formula, tuple(sorted(units.items())), cluster.charge, kind, cluster=cluster)

    @property
    def counts(self) -> dict[str, int]:
        """The conserved units as a dict."""
        return dict(self.units)


@dataclass(frozen=True, slots=True)
class Equation:
    """A balanced equation: (species, coefficient) pairs on both sides."""

    reactants: tuple[tuple[Species, int], ...]
    products: tuple[tuple[Species, int], ...]

    def imbalance(self) -> dict[str, int]:
        """Return what is not conserved as {unit or 'charge': products minus reactants}; empty when balanced."""
        totals: dict[str, int] = {}
        for sign, side in ((-1, self.reactants), (1, self.products)):
            for species, n in side:
                for unit, k in (*species.units, ("charge", species.charge)):
                    totals[unit] = totals.get(unit, 0) + sign * n * k
        return {unit: total for unit, total in totals.items() if total}

    def __str__(self) -> str:
        sides = (
            " + ".join(f"{n} {s.formula}" if n > 1 else s.formula for s, n in side)
            for side in (self.reactants, self.products)
        )
        return " → ".join(sides)


@dataclass(frozen=True, slots=True)
class KnownCluster:
    """A reported, intermediate or predicted cluster; `cluster` is None where the source gives no full formula."""

    id: str
    name: str
    formula: str
    cluster: Nanocluster | None
    status: str
    kernel: str
    surface_motifs: str
    growth_family: str
    properties: Mapping[str, str]
    source: Source
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Precedent:
    """A reported transformation. `reactants` and `products` are text as curated; the parsed clusters stand beside."""

    id: str
    reactants: tuple[str, ...]
    reagents: tuple[str, ...]
    products: tuple[str, ...]
    reactant_clusters: tuple[Nanocluster, ...]
    product_clusters: tuple[Nanocluster, ...]
    transformation: Transformation
    conditions: Conditions
    succeeded: bool
    yield_percent: Quantity | None
    byproducts: str
    mechanism: str
    source: Source
    type_as_curated: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an experiment gave: `success` True, False or None (not labelled), a class word, product and yield."""

    success: bool | None
    outcome_class: str
    product: str
    yield_percent: Quantity | None = None
    purity_note: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One reported synthesis experiment, successful or not, with everything its source states: a row of the tables.

    A library holds it as a `SynthesisRecord`, which is derived from this (docs/decisions/0007).
    """

    id: str
    series: str
    series_parameter: str
    target: str
    target_cluster: Nanocluster | None
    ligand: str
    metal_salt: str
    starting_material: str
    conditions: Conditions
    amounts: Mapping[str, str]
    procedure: Mapping[str, str]
    outcome: Outcome
    source: Source
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Support:
    """Why a planned step should work: a precedent itself, or what it is inferred from and how far that is.

    `distance` is 0 for the precedent itself and grows with each generalisation (see `superatom.routes.cost`).
    """

    precedents: tuple[Precedent, ...]
    is_inferred: bool
    inferred_from: str = ""
    distance: float = 0.0
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One planned transformation: balanced, with its support. A record not yet observed.

    `equation` is written with the real reductant and by-products where one is known, `electron_equation` with e-;
    `delta_electrons` is the number of electrons taken up by the metal species for one unit of the main product.
    """

    transformation: Transformation
    product: Species
    main_reactants: tuple[Species, ...]
    equation: Equation
    electron_equation: Equation
    delta_electrons: int
    support: Support
    reductant: str = ""
    reagents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """Steps in the order they are done, from stock to target, with the terms of its cost."""

    target: Species
    steps: tuple[Step, ...]
    cost: float
    cost_terms: Mapping[str, float]
    remarks: tuple[str, ...] = ()
