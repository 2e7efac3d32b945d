"""A campaign written down before it starts: TOML of parameters, objective, what flasks share, and the first batch."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from superatom.campaign.loop.goals import unit_of
from superatom.campaign.loop.state import Setup
from superatom.conditions.objectives import Limit, Objective, Response
from superatom.conditions.recommenders import Evidence, Suggestion
from superatom.conditions.space import Constraint, Parameter, ParameterKind, Setting, Space
from superatom.data.sheets.cells import unprotected
from superatom.data.sheets.columns import Column
from superatom.data.sheets.editing import edited
from superatom.data.sheets.fields import families
from superatom.data.sheets.mapping import Match
from superatom.data.sheets.quantities import read_quantity
from superatom.data.sheets.rows import has_decimal_comma
from superatom.data.sheets.tables import Table as Sheet
from superatom.data.sheets.tables import read_table
from superatom.data.synthesis_records import SynthesisRecord
from superatom.documents import DocumentFormat
from superatom.errors import CampaignError, DocumentError, UnitError

if TYPE_CHECKING:
    from tomlkit.items import Table


@dataclass(frozen=True, slots=True)
class FirstFlask:
    """One flask of the first batch: its settings, and why it is made."""

    settings: Mapping[str, Setting]
    reason: str = "planned"


@dataclass(frozen=True, slots=True)
class SpaceFile:
    """What the file may hold; each key of the file is one of these names, the plural ones as ``[[parameter]]`` tables.

    Attributes
    ----------
    target
        The cluster aimed at, as formula or words.
    shared
        What all flasks have in common, by column of a sheet: ``ligands = "PET"``, ``"amount: HAuCl4 [mg]" = "20"``.
    parameter, constraint, candidates
        The space; `candidates` is a CSV file beside this one whose rows are the only settings.
    response, limit, minimum_success
        The objective.
    evidence, first
        Where cited values lie, and the first batch.
    seed, recommender, n_start, budget
        As in `Setup`.
    """

    target: str
    shared: Mapping[str, str] = field(default_factory=dict)
    parameter: tuple[Parameter, ...] = ()
    constraint: tuple[Constraint, ...] = ()
    candidates: str = ""
    response: tuple[Response, ...] = ()
    limit: tuple[Limit, ...] = ()
    minimum_success: float | None = None
    evidence: tuple[Evidence, ...] = ()
    first: tuple[FirstFlask, ...] = ()
    seed: int = 0
    recommender: str = "bayesian"
    n_start: int = 3
    budget: int | None = None


_FORMAT = DocumentFormat("superatom-space-file", SpaceFile)


def read_space_file(path: str | Path) -> SpaceFile:
    """Read the file of a campaign.

    Raises
    ------
    CampaignError
        Where the file is no TOML, a key is unknown or missing, or a value is of the wrong type; the sentence names it.
    SpaceError, RecommenderError
        For parameters, constraints or evidence that contradict themselves.
    """
    path = Path(path)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CampaignError(f"cannot read {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CampaignError(f"{path} cannot be read as TOML: {error}") from error
    try:
        read = _FORMAT.from_document({**found, "format": _FORMAT.name, "version": _FORMAT.version})
    except DocumentError as error:
        kinds = f"; legal kinds of a parameter: {', '.join(ParameterKind)}" if "`kind`" in str(error) else ""
        raise CampaignError(f"{path}: {str(error).removeprefix(_FORMAT.name + ': ')}{kinds}") from error
    if not read.candidates:
        return read
    return replace(read, candidates=str((path.parent / read.candidates).resolve()))


def to_setup(file: SpaceFile) -> Setup:
    """Return the setup that a file describes.

    Raises `CampaignError` where there is no parameter or no response, or a first flask lacks a setting.
    """
    space = _space(file)
    if not file.response:
        raise CampaignError("a campaign needs something to improve: an objective, or [[response]] in its file")
    try:
        shared, _ = edited(SynthesisRecord(file.target), file.shared)
    except UnitError as error:
        raise CampaignError(f"shared: {error}") from error
    return Setup(
        space,
        Objective(
            tuple(replace(one, unit=unit_of(one.name, one.unit)) for one in file.response),
            tuple(replace(one, unit=unit_of(one.name, one.unit)) for one in file.limit),
            file.minimum_success,
        ),
        shared,
        seed=file.seed,
        recommender=file.recommender,
        n_start=file.n_start,
        evidence=file.evidence,
        first=tuple(Suggestion(_complete(one, space), one.reason) for one in file.first),
        budget=file.budget,
    )


def to_toml(file: SpaceFile, *, heading: Sequence[str] = ()) -> str:
    """Return the text of the file, `heading` as comments at its top; reading it again gives the same campaign.

    >>> file = SpaceFile("Au25", parameter=(Parameter.continuous("ph", 2, 12, unit="pH", step=0.5),))
    >>> print(to_toml(file, heading=["pH only"]).strip())
    # pH only
    <BLANKLINE>
    target = "Au25"
    seed = 0
    recommender = "bayesian"
    n_start = 3
    <BLANKLINE>
    [[parameter]]
    name = "ph"
    kind = "continuous"
    unit = "pH"
    low = 2.0
    high = 12.0
    step = 0.5
    """
    import msgspec
    import tomlkit

    written = tomlkit.document()
    for line in heading:
        written.add(tomlkit.comment(line))
    fields = _stated(msgspec.to_builtins(file))
    for parameter in fields.get("parameter", ()):
        if "options" in parameter:
            del parameter["low"], parameter["high"]
    plain = {key: value for key, value in fields.items() if not isinstance(value, dict | list)}
    tables = {key: [_table(one) for one in value] for key, value in fields.items() if isinstance(value, list)}
    for key, value in (plain | {"shared": fields.get("shared")} | tables).items():
        if value is not None:
            written[key] = value
    return tomlkit.dumps(written)


def _stated(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields without what is empty, in the tables of a list too."""
    kept = {}
    for key, value in fields.items():
        is_list = isinstance(value, list | tuple)
        one = [_stated(each) if isinstance(each, dict) else each for each in value] if is_list else value
        if one not in (None, "", [], {}) and one is not False:
            kept[key] = one
    return kept


def _table(fields: dict[str, Any]) -> Table:
    """Return a table whose own tables stand in one line each: ``terms = {metal = 1.0}``."""
    import tomlkit

    made = tomlkit.table()
    for key, value in fields.items():
        if isinstance(value, dict):
            inline = tomlkit.inline_table()
            inline.update(value)
            made.add(key, inline)
        else:
            made.add(key, value)
    return made


def _space(file: SpaceFile) -> Space:
    parameters = tuple(map(_completed, file.parameter))
    if not file.candidates and not parameters:
        raise CampaignError("a campaign needs [[parameter]] tables, or candidates = a CSV file of settings")
    if not file.candidates:
        return Space(parameters, file.constraint)
    table = read_table(file.candidates)
    kinds = {p.name: p for p in parameters}
    heads = [(name, "") if name in kinds else _named(name) for name in map(unprotected, table.columns)]
    if len({name for name, _ in heads}) < len(heads):
        raise CampaignError(f"{file.candidates} has two columns of one name: {', '.join(table.columns)}")
    units = {name: kinds[name].unit if name in kinds else unit_of(name, unit) for name, unit in heads}
    columns = {
        name: _settings(table, i, units[name], is_numeric=kinds[name].is_numeric if name in kinds else None)
        for i, name in enumerate(units)
    }
    made = Space.of_table(columns, parameters)
    axes = tuple(replace(p, unit=units[p.name]) if p.is_numeric and not p.unit else p for p in made.parameters)
    return Space(axes, file.constraint, made.table)


def _settings(table: Sheet, i: int, unit: str, *, is_numeric: bool | None) -> list[Setting]:
    """Return a column of candidates: numbers where every cell is one, words where none is or the parameter is a choice.

    Raises `CampaignError` for a column of both.
    """
    words = [unprotected(row.cells[i].text) for row in table.rows]
    comma = has_decimal_comma(table, [Match(h, Column(families()["property"], h)) for h in table.columns])
    numbers = [None if is_numeric is False else _number(word, unit, decimal_comma=comma) for word in words]
    if is_numeric is not True and not any(number is not None for number in numbers):
        return list(words)
    found: list[Setting] = []
    for row, word, number in zip(table.rows, words, numbers, strict=True):
        if number is None:
            where = f"{table.name}, row {row.number}, {table.columns[i]}"
            raise CampaignError(f"{where}: {word!r} is no number, and that column has numbers")
        found.append(number)
    return found


def _number(word: str, unit: str, *, decimal_comma: bool | None) -> float | None:
    """Return the one number that a cell states, in a unit; None for words and ranges."""
    try:
        read = read_quantity(word, unit, decimal_comma=decimal_comma)
    except UnitError:
        return None
    return read.low if read.low == read.high else None


def _completed(parameter: Parameter) -> Parameter:
    """Return a parameter with what the file may leave out: descriptors of chemicals, a step of one, a known unit."""
    if parameter.kind is ParameterKind.CHEMICAL and not parameter.descriptors:
        return Parameter.chemical(parameter.name, parameter.options)
    if not parameter.is_numeric:
        return parameter
    step = 1.0 if parameter.kind is ParameterKind.INTEGER and parameter.step is None else parameter.step
    return replace(parameter, step=step, unit=unit_of(parameter.name, parameter.unit))


def _named(header: str) -> tuple[str, str]:
    """Return name and unit of a column of candidates: ``flow [mL/min]``."""
    match = re.fullmatch(r"(?P<name>[^\[\]]*[^\[\]\s])\s*\[(?P<unit>[^\[\]]*)\]", header)
    return (match["name"], match["unit"].strip()) if match else (header, "")


def _complete(one: FirstFlask, space: Space) -> dict[str, Setting]:
    """Return the settings of a first flask as the space writes them; raises `SpaceError` for a missing one."""
    return space.to_settings(space.to_points([one.settings]))[0]
