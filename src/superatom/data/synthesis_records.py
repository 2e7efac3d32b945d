"""One synthesis, done or reported: what went in, at which settings, in which order, what came out, who says so.

A cited recipe and a page of the lab's own notebook are the same value; `origin` tells them apart. An empty field is not
stated, never a default. Numbers keep what was entered beside the bench unit (`Quantity.text`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from superatom.data.records import Conditions, Quantity, Source
from superatom.documents import DocumentFormat
from superatom.structures.nanocluster import Nanocluster


class Origin(StrEnum):
    """Whose experiment it is."""

    OWN = "own"
    LITERATURE = "literature"


class OutcomeClass(StrEnum):
    """What a synthesis gave, judged against its target; the classes of the bench."""

    MONODISPERSE = "monodisperse"  # the target, and nothing else that was looked for and seen
    MIXTURE = "mixture"  # several clusters, the target may be among them
    OTHER_CLUSTER = "other_cluster"
    NANOPARTICLES = "nanoparticles"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the procedure, in order: what is done, and the settings that hold for it alone."""

    action: str  # complexation, reduction, ageing, size focusing, purification, ... or the chemist's own word
    added: tuple[str, ...] = ()
    temperature_C: Quantity | None = None
    time_h: Quantity | None = None
    stirring_rpm: Quantity | None = None
    ph: Quantity | None = None
    atmosphere: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """What came out.

    Attributes
    ----------
    outcome_class
        One of `OutcomeClass`, or None where nothing was recorded (yet).
    formula
        What was found, as entered.
    yield_percent, purity_percent
        In percent; the basis of the yield (usually the metal) goes into `note`.
    properties
        Measured numbers by field name with unit: ``emission_nm``, ``quantum_yield_percent``, ``size_nm``,
        ``absorption_nm``, ``gap_eV``, or the lab's own.
    note
        Words on purity and identity.
    """

    outcome_class: OutcomeClass | None = None
    formula: str = ""
    yield_percent: Quantity | None = None
    purity_percent: Quantity | None = None
    properties: Mapping[str, Quantity] = field(default_factory=dict)
    note: str = ""

    @property
    def success(self) -> bool | None:
        """Whether the target alone was made; None where nothing was recorded."""
        return None if self.outcome_class is None else self.outcome_class is OutcomeClass.MONODISPERSE


@dataclass(frozen=True, slots=True)
class SynthesisRecord:
    """One synthesis experiment.

    Attributes
    ----------
    target
        The cluster aimed at: a formula such as ``[Au25(PET)18]-`` or words.
    ligands, precursors
        Names or SMILES, as entered; precursors are metal salts and complexes.
    precursor_ratio, ligand_ratio
        Mole ratios where there are several, as ``Au 24 : Ag 1``.
    starting_material
        The cluster or complex a conversion starts from.
    conditions
        Settings of the whole synthesis; those of one step alone are in `stages`.
    amounts
        As weighed or measured out, by chemical: ``{"HAuCl4.3H2O": 157.6 mg}``.
    stages
        The procedure in order.
    product
        What came out.
    series, series_parameter
        Name of an optimisation or comparison this belongs to, and what it varies.
    operator, batch, date
        Who, which batch or plate, when (ISO 8601).
    origin, source
        Own or literature; a literature record names its source.
    extra
        The lab's own columns, kept as text.
    """

    target: str
    ligands: tuple[str, ...] = ()
    precursors: tuple[str, ...] = ()
    precursor_ratio: str = ""
    ligand_ratio: str = ""
    starting_material: str = ""
    conditions: Conditions = field(default_factory=Conditions)
    amounts: Mapping[str, Quantity] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    product: Product = field(default_factory=Product)
    series: str = ""
    series_parameter: str = ""
    operator: str = ""
    batch: str = ""
    date: str = ""
    origin: Origin = Origin.OWN
    source: Source | None = None
    notes: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def target_cluster(self) -> Nanocluster | None:
        """The target as a composition, or None where it is written in words."""
        return Nanocluster.parse_or_none(self.target)


SYNTHESIS = DocumentFormat("superatom-synthesis", SynthesisRecord)
