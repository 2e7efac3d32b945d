"""Records as hypothesis draws them, and a library in a temporary file."""

from __future__ import annotations

import itertools
from pathlib import Path

from hypothesis import strategies as st

from superatom.data.records import Conditions, EvidenceLevel, Quantity, Source
from superatom.data.stores.values import Stored
from superatom.data.synthesis_records import Origin, OutcomeClass, Product, Stage, SynthesisRecord

# everything a field may hold: formulas, quotes, blanks, controls, words for nothing; lone surrogates no file holds
WORDS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        ["=1+1", "+SUM(A1)", "-5", "@x", "\tx", "'x", "none", "N/A", "-", " x ", "5-10", "a; b", 'a "b"', "_x000D_"]
    ),
)
FILLED = WORDS.filter(bool)
NUMBERS = st.floats(0, 1e6, allow_nan=False) | st.integers(0, 10_000).map(float)


@st.composite
def quantities(draw: st.DrawFn, unit: str, numbers: st.SearchStrategy[float] = NUMBERS) -> Quantity:
    """Numbers, ranges and bounds, as entered in any words."""
    low, high = sorted((draw(numbers), draw(numbers)))
    ends = draw(st.sampled_from([(low, low), (low, high), (None, high), (low, None)]))
    text = draw(st.one_of(st.sampled_from([f"{low}", f"{low}-{high}", f"~{low} {unit}", "r.t.", f"<{high}"]), WORDS))
    return Quantity(*ends, unit, text)


def some(unit: str, high: float = 1e6) -> st.SearchStrategy[Quantity | None]:
    return st.none() | quantities(unit, st.floats(0, high, allow_nan=False))


LISTS = st.lists(WORDS, max_size=3).map(tuple)
CONDITIONS = st.builds(
    Conditions,
    time_h=some("h", 1e5), temperature_C=some("degC", 3000), stirring_rpm=some("rpm", 1e5),
    ligand_to_metal_ratio=some("mol/mol"), reductant_to_metal_ratio=some("mol/mol"), metal_concentration_mM=some("mM"),
    ligand_concentration_mM=some("mM"), reductant_concentration_mM=some("mM"), ph=some("pH", 15), solvents=LISTS,
    solvent_ratio=WORDS, reductant=WORDS, additives=LISTS, atmosphere=WORDS, other=WORDS,
)  # fmt: skip
STAGES = st.builds(
    Stage, action=FILLED, added=LISTS, temperature_C=some("degC", 3000), time_h=some("h", 1e5),
    stirring_rpm=some("rpm", 1e5), ph=some("pH", 15), atmosphere=WORDS, text=WORDS,
)  # fmt: skip
UNITS = st.sampled_from(["mg", "mmol", "mL", "", "a.u.", "nm", "odd [unit]", "g"])
MEASURED = UNITS.flatmap(quantities)
PRODUCTS = st.builds(
    Product, outcome_class=st.none() | st.sampled_from(OutcomeClass), formula=WORDS, yield_percent=some("%", 100),
    purity_percent=some("%", 100), note=WORDS,
    properties=st.dictionaries(st.sampled_from(["emission_nm", "size_nm", "lifetime", "x [y]"]), MEASURED, max_size=3),
)  # fmt: skip
SOURCES = st.builds(
    Source, citation=FILLED, doi=WORDS, level=st.sampled_from(EvidenceLevel), read_in=WORDS, doi_is_read=st.booleans()
)


@st.composite
def records(draw: st.DrawFn) -> SynthesisRecord:
    """Any record that states a target; a literature record names its source."""
    source = draw(st.none() | SOURCES)
    origin = draw(st.sampled_from(Origin)) if source is not None else Origin.OWN
    return draw(
        st.builds(
            SynthesisRecord, target=FILLED, ligands=LISTS, precursors=LISTS, precursor_ratio=WORDS, ligand_ratio=WORDS,
            starting_material=WORDS, conditions=CONDITIONS, stages=st.lists(STAGES, max_size=2).map(tuple),
            amounts=st.dictionaries(FILLED, MEASURED, max_size=2), product=PRODUCTS, series=WORDS,
            series_parameter=WORDS, operator=WORDS, batch=WORDS, date=WORDS, origin=st.just(origin),
            source=st.just(source), notes=WORDS,
            extra=st.dictionaries(FILLED, FILLED, max_size=2),
        )
    )  # fmt: skip


def stored(records_: list[SynthesisRecord]) -> list[Stored]:
    """Records as a library hands them out."""
    numbers = itertools.count(1)
    return [Stored(f"E{n:04d}", 1, n, None, "me", "", record) for record, n in zip(records_, numbers, strict=False)]


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a table as a chemist's program does, and return its path."""
    path.write_bytes(text.encode(encoding))
    return path
