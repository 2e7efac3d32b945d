"""Cited trends: how a lever moves the product, why, and when that applies.

The packaged table is `trends.csv` beside this file, read from section 4.1 of Lyu et al., Nanoscale Horiz. 2025, 10,
2304 (doi:10.1039/d5nh00353a), the decision tree of Li et al., Adv. Intell. Syst. 2019, 1, 1900029
(doi:10.1002/aisy.201900029) and the abstracts named in each row. An empty filter cell means no limit in that respect.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from superatom.conditions.aim import Aim
from superatom.conditions.levers import Lever, Strength
from superatom.data.records import EvidenceLevel, Quantity, Source, Transformation
from superatom.data.rows import Row, read_rows
from superatom.errors import ReferenceDataError

_COLUMNS = ("id", "lever", "transformations", "trend", "mechanism", "advice", "strength", "citation", "level")


@dataclass(frozen=True, slots=True)
class Trend:
    """One cited trend.

    `window` is the favourable range where the source gives figures; `advice` says what to do, and `substances` name the
    acid, base or additive it tells to add (`LeverAdvice.substances`).
    """

    id: str
    lever: Lever
    transformations: frozenset[Transformation]
    metals: frozenset[str]
    ligand_classes: frozenset[str]
    ligands: frozenset[str]
    medium: str
    reductant: str
    n_metals: frozenset[int]
    window: Quantity | None
    advice: str
    substances: tuple[str, ...]
    trend: str
    mechanism: str
    applies_when: str
    strength: Strength
    source: Source

    def applies(self, aim: Aim, reductant: str = "") -> bool:
        """Whether the step meets every condition the row states."""
        size = aim.cluster.n_metals if aim.cluster else 0
        medium = "aqueous" if aim.is_aqueous else "organic"
        return (
            aim.transformation in self.transformations
            and (not self.metals or bool(self.metals & aim.metals))
            and (not self.ligand_classes or (aim.ligand is not None and aim.ligand.ligand_class in self.ligand_classes))
            and (not self.ligands or (aim.ligand is not None and aim.ligand.name in self.ligands))
            and (not self.medium or self.medium == medium)
            and (not self.reductant or not reductant or self.reductant == reductant)
            and (not self.n_metals or size in self.n_metals)
        )

    @property
    def specificity(self) -> int:
        """How many conditions the row states; the more it states, the closer it is to the step it applies to."""
        filters = (self.metals, self.ligand_classes, self.medium, self.reductant)
        return sum(map(bool, filters)) + 2 * bool(self.n_metals) + 2 * bool(self.ligands)


@dataclass(frozen=True, slots=True)
class Screening:
    """A first range to try where nothing is known, with its reason. The points are a choice, not a fact."""

    lever: Lever
    points: tuple[str | float, ...]
    unit: str
    reason: str


@cache
def trends() -> tuple[Trend, ...]:
    """Return the packaged trends, checked; raises `ReferenceDataError` naming file and line.

    >>> next(t for t in trends() if t.id == "K01").window.middle
    40.0
    """
    with_path = files("superatom.conditions").joinpath("trends.csv")
    return tuple(_trend(row) for row in read_rows(str(with_path), _COLUMNS))


def applicable(aim: Aim, lever: Lever, reductant: str = "") -> tuple[Trend, ...]:
    """Return the trends on `lever` that apply to the step, the most specific first."""
    found = [t for t in trends() if t.lever is lever and t.applies(aim, reductant)]
    return tuple(sorted(found, key=lambda t: (-t.specificity, t.id)))


def first_screening(aim: Aim, lever: Lever, reductant: str = "") -> Screening | None:
    """Return the first range to try for `lever`, from the packaged table `screening.csv` (first row that applies)."""
    medium = "aqueous" if aim.is_aqueous else "organic"
    solvents = "two-phase" if aim.is_two_phase else medium
    for row in _screening_rows():
        filters = (
            ("lever", {lever.value}),
            ("transformations", {aim.transformation.value}),
            ("metals", set(aim.metals)),
            ("medium", {medium, solvents}),
            ("charge", _kinds_of_charge(aim.charge)),
            ("ligand_classes", {aim.ligand.ligand_class} if aim.ligand else set()),
            ("reductant", {reductant}),
        )
        if all(not row[column] or set(row.items(column)) & wanted for column, wanted in filters):
            return Screening(lever, tuple(map(_point, row.items("points"))), row["unit"], row["reason"])
    return None


def _kinds_of_charge(charge: int) -> set[str]:
    """Return the words of the charge column that fit; from 2+ on a salt behaves as one."""
    if charge < 0:
        return {"anion"}
    return {"multiple cation"} if charge > 1 else set()


@cache
def _screening_rows() -> tuple[Row, ...]:
    path = files("superatom.conditions").joinpath("screening.csv")
    lines = path.read_text(encoding="utf-8").splitlines()
    import csv

    return tuple(
        Row(f"screening.csv, line {n}", {k: v or "" for k, v in cells.items()})
        for n, cells in enumerate(csv.DictReader(lines), start=2)
    )


def _point(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def _trend(row: Row) -> Trend:
    low, high = row.number("low"), row.number("high")
    window = None
    if low is not None or high is not None:
        text = f"{low:g}" if low == high else f"{low:g}-{high:g}" if low is not None and high is not None else ""
        window = Quantity(low, high, row["unit"], text or (f"<{high:g}" if low is None else f">{low:g}"))
    try:
        level, lever = EvidenceLevel(row["level"]), Lever(row["lever"])
        transformations = frozenset(map(Transformation, row.items("transformations")))
    except ValueError as error:
        raise ReferenceDataError(f"{row.where}: {error}") from error
    strength: dict[str, Strength] = {"strong": "strong", "moderate": "moderate", "weak": "weak"}
    if row["strength"] not in strength or not row["citation"] or not row["mechanism"]:
        row.refuse("a trend needs a citation, a mechanism and a strength (strong, moderate or weak)")
    return Trend(
        id=row["id"],
        lever=lever,
        transformations=transformations,
        metals=frozenset(row.items("metals")),
        ligand_classes=frozenset(row.items("ligand_classes")),
        ligands=frozenset(row.items("ligands")),
        medium=row["medium"],
        reductant=row["reductant"],
        n_metals=frozenset(map(int, row.items("n_metals"))),
        window=window,
        advice=row["advice"],
        substances=row.items("substances"),
        trend=row["trend"],
        mechanism=row["mechanism"],
        applies_when=row["applies_when"],
        strength=strength[row["strength"]],
        source=Source(row["citation"], row["doi"], level, row["read_in"]),
    )
