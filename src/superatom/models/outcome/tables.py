"""Examples out of tables: a user's own, and the public set of molybdate crystals.

Settings, chemicals, series and the outcome are told apart by their headers, as an import of records does it
(`superatom.data.sheets`); every other column of numbers is a setting under its own name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from superatom.data.sheets.cells import split
from superatom.data.sheets.numbers import numeric_columns, word_columns, words_of
from superatom.data.sheets.tables import Table, read_table
from superatom.errors import ModelError
from superatom.models.outcome.examples import SETTINGS, Example, add_concentrations

POM = "pom-crystallisation-active-learning"
_POM_FILES = ("random_init", "random_0", "random_1", "human_0", "human_1", "uncertainty_0_final", "uncertainty_1_final")
_POM_COLUMNS = {
    "H2O [ml]": "water_mL", "HClO4 [ml]": "HClO4_mL", "NH2NH2.HCl [ml]": "hydrazine_HCl_mL",
    "Ce(NO3)3 &Na2MoO4 [ml]": "Ce_and_molybdate_mL",
}  # fmt: skip
_FIELDS = {where: name for name, (_, _, where) in SETTINGS.items()}
_WORDS = ("ligands", "solvents", "reductant", "series")


def pom_examples(folder: str | Path | None = None) -> tuple[Example, ...]:
    """Return the distinct experiments of Duros et al., doi:10.1002/anie.201705721: four volumes, crystals or none.

    `series` is the strategy and run that chose the experiment. Raises `DataSourceError` when the set is not at hand.
    """
    from superatom.data import sources

    root = Path(folder) if folder is not None else sources.path(POM)
    found: dict[tuple[float, ...], Example] = {}
    for name in _POM_FILES:
        for e in read_examples(root / f"{name}.csv", "crystals"):
            settings = {_POM_COLUMNS[column]: value for column, value in e.settings.items()}
            key = tuple(settings.values())
            found.setdefault(key, Example(f"{name}-{e.id}", e.success, settings=settings, series=name))
    return tuple(found.values())


def read_examples(path: str | Path, outcome: str = "success", *, series: str = "") -> tuple[Example, ...]:
    """Return the rows of a table (.csv, .xlsx ...) as examples; the row in the file is the id.

    Parameters
    ----------
    outcome
        The column of 1 (success), 0 (failure) or nothing.
    series
        The column that says which rows belong together; by default ``series``, ``batch`` or ``run``, if there is one.

    Raises
    ------
    ReferenceDataError
        For a table or a number that cannot be read, or that cannot be, by row and column.
    ModelError
        For a column that is not there, or an outcome that is none.
    """
    table = read_table(path)
    for name in filter(None, (outcome, series)):
        if name not in table.columns:
            raise ModelError(f"{table.name} has no column {name!r}; it has: {', '.join(table.columns)}")
    settings, labels = settings_of(table, (outcome, series)), words_of(table, outcome)
    headers = _headers(table, series)
    words = {what: words_of(table, header) for what, header in headers.items()}
    nothing = ("",) * len(table.rows)
    made = []
    for i, row in enumerate(table.rows):
        if labels[i] not in ("1", "0", "1.0", "0.0", ""):
            raise ModelError(
                f"{table.name}, row {row.number}, column {outcome!r}: {labels[i]!r}; 1, 0 or an empty cell is legal"
            )
        ligands, solvents, reductant, group = (words.get(what, nothing)[i] for what in _WORDS)
        success = labels[i].startswith("1") if labels[i] else None
        made.append(
            Example(str(row.number), success, split(ligands), split(solvents), reductant, settings[i], series=group)
        )
    return tuple(made)


def settings_of(table: Table, besides: Iterable[str] = (), *, only: Collection[str] = ()) -> list[dict[str, float]]:
    """Return the stated settings of each row: the columns `only`, or all that are no results of the synthesis.

    The columns `besides` are none. Concentrations that ratios imply are filled in.

    Raises `ReferenceDataError` for a cell that is no number or cannot be, by row and column.
    """
    chosen = {
        _FIELDS.get(column.name, column.name): column.values
        for column in numeric_columns(table, told(table, besides))
        if (column.header in only if only else not column.is_result)
    }
    found = []
    for i in range(len(table.rows)):
        settings = {name: value for name, values in chosen.items() if (value := values[i]) is not None}
        add_concentrations(settings)
        found.append(settings)
    return found


def told(table: Table, besides: Iterable[str] = ()) -> Mapping[str, str]:
    """Return what need not be guessed of the columns: settings under our own names, and columns that are none."""
    ours = {header: SETTINGS[header][2] for header in table.columns if header in SETTINGS}
    return ours | dict.fromkeys(filter(None, besides), "ignore")


def how_read(path: str | Path, besides: Iterable[str] = ()) -> tuple[str, ...]:
    """Return in words what a reader of the headers would not expect: columns under another name, or passed over.

    `besides` are the columns that the user named.
    """
    table, given = read_table(path), [name for name in besides if name]
    numbers = numeric_columns(table, told(table, given))
    names = {column.header: _FIELDS.get(column.name, column.name) for column in numbers}
    said = [f"{header} is read as {name}" for header, name in names.items() if name != header]
    said += [f"{c.header} is a result of the synthesis, no setting" for c in numbers if c.is_result]
    left = [h for h in table.columns if h not in {*names, *given, *_headers(table).values()}]
    return (*said, *([f"passed over: {', '.join(left)}"] if left else []))


def _headers(table: Table, series: str = "") -> dict[str, str]:
    """Return the headers of what is read in words: the chemicals, and which rows belong together."""
    found = word_columns(table)
    run = next((header for header in table.columns if header.strip().lower() == "run"), "")
    together = series or found.get("series") or found.get("batch") or run
    return {what: header for what, header in {**found, "series": together}.items() if what in _WORDS and header}
