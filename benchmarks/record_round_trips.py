"""Does a record survive every format? `nice -n 5 python benchmarks/record_round_trips.py [--records 10000]`.

Random records, with every field of the library and every text that breaks tables (formulas, quotes, blanks, dates,
words for nothing, control characters, other scripts), are written to CSV, Excel, JSON lines and Open Reaction Database
files and read again as an import reads them. A field is lost where what comes back is not the same to the last digit
and letter. Files measured already are kept in benchmarks/cache and not repeated; delete the file to measure again.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from record import Cache, row, write
from superatom.data.records import Conditions, EvidenceLevel, Quantity, Source
from superatom.data.sheets.columns import values_of
from superatom.data.sheets.exporting import to_bytes
from superatom.data.sheets.lines import read_lines
from superatom.data.sheets.mapping import guess_mapping
from superatom.data.sheets.ord_files import read_ord
from superatom.data.sheets.rows import ReadTable, read_rows
from superatom.data.sheets.tables import read_table
from superatom.data.stores.values import Stored
from superatom.data.synthesis_records import Origin, OutcomeClass, Product, Stage, SynthesisRecord

FORMATS = {".csv": "CSV", ".xlsx": "Excel", ".jsonl": "JSON lines", ".pb": "ORD"}
BATCH = 200  # records of one file
NOTES = (
    "Every record differs; a field is one value that a record states, a number with its unit and the words as entered. "
    "`seconds a record` is processor time to write and read it; the machine was loaded with other work."
)
# what tables, spreadsheets and readers of numbers stumble over
ODD = (
    "=1+1", "+SUM(A1)", "-5", "@x", "\tx", "'x", "''", "none", "N/A", "-", "?", " x ", "5-10", "2026-11-21",
    "1/2", "1,5", "1e5", "007", "TRUE", "a; b", "a, b", "a + b", 'a "b"', '"', ";", "_x000D_", "line\nline",
    "cr\r\nlf", "\x00", "\x1f", "\x85", "\u2028", "\ufeff", "\ufffe", "×10⁻³ µM", "金纳米团簇", "🧪", "Å °C ±",
    "[Au25(PET)18]-", "pure", "Au25 + Au38", "extra: x", "[mg]", "step 1: action", "as entered", "{}", "null",
    "C:\\x", "N,N-DMF", "~25", "<0.1", "r.t. [25]",
)  # fmt: skip
SCRIPTS = (  # no surrogates: no file holds them
    (0, 0x7F), (0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x3FF), (0x4E00, 0x4EFF), (0x1F300, 0x1F5FF), (0xE000, 0xFFFF),
)  # fmt: skip
# what an outcome is judged by: targets, products, and words kept beside the class
CLUSTERS = ("[Au25(PET)18]-", "[Au25(SR)18]-", "Au25", "Au38(PET)24", "Au25 + Au38", "Au25 clusters")
JUDGED = ("pure", "Au25 pure", "Au38 only", "Au25 + Au38", "NPs", "no reaction", "monodisperse?", "mixture")
UNITS = ("mg", "mmol", "mL", "uL", "", "a.u.", "nm", "odd [unit]", "g")
One = TypeVar("One")


class _Chance:
    """Draws records; the same seed gives the same."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)  # noqa: S311
        self.names = [self.filled() for _ in range(20)]  # chemicals and own columns that the records of a file share

    def text(self) -> str:
        kind = self.rng.random()
        if kind < 0.25:
            return ""
        if kind < 0.55:
            return self.rng.choice(ODD)
        script = self.rng.choice(SCRIPTS)
        return "".join(chr(self.rng.randint(*script)) for _ in range(self.rng.randint(1, 12)))

    def filled(self) -> str:
        return self.text() or "x"

    def cluster(self) -> str:
        return self.rng.choice(CLUSTERS) if self.rng.random() < 0.5 else self.filled()

    def own_columns(self) -> dict[str, str]:
        judged = {"outcome as entered": self.rng.choice(JUDGED)} if self.rng.random() < 0.3 else {}
        return judged | {self.name(): self.filled() for _ in range(self.rng.randint(0, 2))}

    def name(self) -> str:
        return self.filled() if self.rng.random() < 0.02 else self.rng.choice(self.names)

    def texts(self) -> tuple[str, ...]:
        return tuple(self.text() for _ in range(self.rng.choice((0, 0, 1, 1, 2, 3))))

    def maybe(self, draw: Callable[[], One]) -> One | None:
        return draw() if self.rng.random() < 0.6 else None

    def number(self, most: float) -> float:
        return self.rng.choice(
            (
                float(self.rng.randint(0, int(most))),
                round(self.rng.uniform(0, most), 3),
                self.rng.uniform(0, most),
                most * 10 ** self.rng.uniform(-15, 0),
                0.0,
            )
        )

    def quantity(self, unit: str, most: float = 1e6) -> Quantity:
        low, high = sorted((self.number(most), self.number(most)))
        ends = self.rng.choice(((low, low), (low, high), (None, high), (low, None)))
        texts = (f"{low}", f"{low}-{high}", f"~{low} {unit}", "r.t.", f"<{high}", self.text())
        return Quantity(*ends, unit, self.rng.choice(texts))

    def settings(self) -> dict[str, Any]:
        limits = {"time_h": ("h", 1e5), "temperature_C": ("degC", 3000), "stirring_rpm": ("rpm", 1e5), "ph": ("pH", 15)}
        return {name: self.maybe(lambda of=of: self.quantity(*of)) for name, of in limits.items()}

    def measured(self, names: Sequence[str]) -> dict[str, Quantity]:
        return {name: self.quantity(self.rng.choice(UNITS)) for name in names}

    def record(self) -> SynthesisRecord:
        source = self.maybe(self.source)
        numbers = {
            name: self.maybe(lambda unit=unit: self.quantity(unit))
            for name, unit in (
                ("ligand_to_metal_ratio", "mol/mol"),
                ("reductant_to_metal_ratio", "mol/mol"),
                ("metal_concentration_mM", "mM"),
                ("ligand_concentration_mM", "mM"),
                ("reductant_concentration_mM", "mM"),
            )
        }
        conditions = Conditions(
            **self.settings(), **numbers, solvents=self.texts(), solvent_ratio=self.text(), reductant=self.text(),
            additives=self.texts(), atmosphere=self.text(), other=self.text(),
        )  # fmt: skip
        properties = [name for name in ("emission_nm", "size_nm", "lifetime", "x [y]") if self.rng.random() < 0.3]
        product = Product(
            outcome_class=self.maybe(lambda: self.rng.choice(list(OutcomeClass))), note=self.text(),
            formula=self.maybe(self.cluster) or "", yield_percent=self.maybe(lambda: self.quantity("%", 100)),
            purity_percent=self.maybe(lambda: self.quantity("%", 100)), properties=self.measured(properties),
        )  # fmt: skip
        return SynthesisRecord(
            target=self.cluster(), ligands=self.texts(), precursors=self.texts(), precursor_ratio=self.text(),
            ligand_ratio=self.text(), starting_material=self.text(), conditions=conditions, product=product,
            amounts=self.measured([self.name() for _ in range(self.rng.randint(0, 3))]),
            stages=tuple(self.stage() for _ in range(self.rng.choice((0, 1, 2, 4)))), series=self.text(),
            series_parameter=self.text(), operator=self.text(), batch=self.text(), date=self.text(),
            origin=self.rng.choice(list(Origin)) if source is not None else Origin.OWN, source=source,
            notes=self.text(), extra=self.own_columns(),
        )  # fmt: skip

    def stage(self) -> Stage:
        return Stage(self.filled(), self.texts(), **self.settings(), atmosphere=self.text(), text=self.text())

    def source(self) -> Source:
        level = self.rng.choice(list(EvidenceLevel))
        return Source(self.filled(), self.text(), level, self.text(), self.rng.random() < 0.5)


def read(path: Path) -> ReadTable:
    """Read a file as an import does, its columns guessed."""
    if path.suffix == ".jsonl":
        return read_lines(path)
    if path.suffix == ".pb":
        return read_ord(path)
    table = read_table(path)
    return read_rows(table, guess_mapping(table.columns))


def round_trip(number: int, n: int, ending: str) -> dict[str, Any]:
    """Write and read one file of records, and count what was not the same."""
    chance = _Chance(number)
    records = [chance.record() for _ in range(n)]
    held = [Stored(f"E{i:04d}", 1, i, None, "bench", "", record) for i, record in enumerate(records, start=1)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"records{ending}"
        start = time.process_time()
        path.write_bytes(to_bytes(held, ending))
        back = [read_row.record for read_row in read(path).rows]
        seconds = time.process_time() - start
    back += [None] * (n - len(back))
    wrong = [i for i, (record, other) in enumerate(zip(records, back, strict=True)) if record != other]
    return {
        "file": number,
        "format": ending,
        "records": n,
        "fields": sum(len(values_of(record)) for record in records),
        "records_changed": len(wrong),
        "fields_lost": sum(_n_lost(records[i], back[i]) for i in wrong),
        "seconds": seconds,
    }


def _n_lost(record: SynthesisRecord, other: SynthesisRecord | None) -> int:
    """Return how many values are missing, other or too many; at least one, for the two differ."""
    one, two = values_of(record), {} if other is None else values_of(other)
    return max(1, sum(one.get(column) != two.get(column) for column in {*one, *two}))


def files(n: int) -> Iterator[dict[str, Any]]:
    """Yield the result of every file, from the cache where it is there."""
    cache = Cache("record_round_trips")
    for number, first in enumerate(range(0, n, BATCH)):
        for ending in FORMATS:
            n_records = min(BATCH, n - first)
            key = f"{number}|{ending}|{n_records}"
            if key not in cache.records:
                cache.add({"key": key, **round_trip(number, n_records, ending)})
                print(cache.records[key], flush=True)
            yield cache.records[key]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=10_000)
    n = parser.parse_args().records
    found = list(files(n))
    rows = []
    for ending, split in FORMATS.items():
        mine = [r for r in found if r["format"] == ending]
        for metric in ("records", "fields", "records_changed", "fields_lost"):
            said = metric.replace("_", " ")
            rows.append(row("round-trip", "random records", said, "", sum(r[metric] for r in mine), split=split))
        seconds = sum(r["seconds"] for r in mine) / n
        rows.append(row("round-trip", "random records", "seconds a record", "s", seconds, split=split))
    write("record_round_trips", rows, f"python benchmarks/record_round_trips.py --records {n}", NOTES)


if __name__ == "__main__":
    main()
