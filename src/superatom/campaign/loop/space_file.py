"""A campaign written down before it starts: TOML of parameters, objective, what flasks share, and the first batch."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from superatom.campaign.loop.goals import unit_of
from superatom.campaign.loop.state import Setup
from superatom.conditions.objectives import Limit, Objective, Response
from superatom.conditions.recommenders import Evidence, Suggestion
from superatom.conditions.space import Constraint, Parameter, ParameterKind, Setting, Space
from superatom.data.sheets.editing import edited
from superatom.data.synthesis_records import SynthesisRecord
from superatom.documents import DocumentFormat
from superatom.errors import CampaignError, DocumentError, UnitError


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


def to_setup(
    file: SpaceFile,
    *,
    responses: Sequence[Response] = (),
    limits: Sequence[Limit] = (),
    seed: int | None = None,
    recommender: str | None = None,
    budget: int | None = None,
    minimum_success: float | None = None,
) -> Setup:
    """Return the setup that a file describes; what is given beside it goes before what it says.

    Raises `CampaignError` where there is no parameter or no response, or a first flask lacks a setting.
    """
    space = _space(file)
    goals = tuple(responses) or tuple(replace(one, unit=unit_of(one.name, one.unit)) for one in file.response)
    if not goals:
        raise CampaignError("a campaign needs something to improve: an objective, or [[response]] in its file")
    least = file.minimum_success if minimum_success is None else minimum_success
    try:
        shared, _ = edited(SynthesisRecord(file.target), file.shared)
    except UnitError as error:
        raise CampaignError(f"shared: {error}") from error
    first = tuple(Suggestion(_complete(one, space), one.reason) for one in file.first)
    return Setup(
        space,
        Objective(goals, (*(replace(one, unit=unit_of(one.name, one.unit)) for one in file.limit), *limits), least),
        shared,
        seed=file.seed if seed is None else seed,
        recommender=recommender or file.recommender,
        n_start=file.n_start,
        evidence=file.evidence,
        first=first,
        budget=file.budget if budget is None else budget,
    )


def to_toml(file: SpaceFile, *, heading: Sequence[str] = ()) -> str:
    """Return the text of the file, `heading` as comments at its top; reading it again gives the same campaign.

    >>> file = SpaceFile("Au25", parameter=(Parameter.continuous("ph", 2, 12, unit="pH", step=0.5),))
    >>> print(to_toml(file, heading=["pH only"]).strip())
    # pH only
    target = "Au25"
    seed = 0
    <BLANKLINE>
    [[parameter]]
    name = "ph"
    kind = "continuous"
    unit = "pH"
    low = 2.0
    high = 12.0
    step = 0.5
    """
    lines = [f"# {line}" for line in heading]
    lines += [f"target = {_toml(file.target)}", f"seed = {file.seed}"]
    lines += [f"candidates = {_toml(file.candidates)}"] if file.candidates else []
    usual = SpaceFile(file.target)
    lines += [f"recommender = {_toml(file.recommender)}"] if file.recommender != usual.recommender else []
    lines += [f"n_start = {file.n_start}"] if file.n_start != usual.n_start else []
    lines += _numbers(file, "minimum_success", "budget")
    if file.shared:
        lines += ["", "[shared]", *(f"{_key(key)} = {_toml(value)}" for key, value in file.shared.items())]
    for parameter in file.parameter:
        lines += ["", "[[parameter]]", *_parameter_lines(parameter)]
    for constraint in file.constraint:
        lines += ["", "[[constraint]]", f"terms = {_inline(constraint.terms)}"]
        lines += [f"per = {_inline(constraint.per)}"] if constraint.per else []
        lines += _numbers(constraint, "low", "high")
    for response in file.response:
        lines += ["", "[[response]]", f"name = {_toml(response.name)}", f"goal = {_toml(response.goal.value)}"]
        lines += [f"unit = {_toml(response.unit)}", *_numbers(response, "reference")]
    for limit in file.limit:
        lines += ["", "[[limit]]", f"name = {_toml(limit.name)}", f"unit = {_toml(limit.unit)}"]
        lines += _numbers(limit, "low", "high")
    for item in file.evidence:
        lines += ["", "[[evidence]]", f"parameter = {_toml(item.parameter)}"]
        lines += [f"low = {item.low!r}", f"high = {item.high!r}"] if not item.options else []
        lines += [f"options = {_inline(item.options)}"] if item.options else []
        lines += [f"weight = {item.weight!r}", f"source = {_toml(item.source)}"]
    for one in file.first:
        lines += ["", "[[first]]", f"settings = {_inline(one.settings)}", f"reason = {_toml(one.reason)}"]
    return "\n".join(lines) + "\n"


def _space(file: SpaceFile) -> Space:
    parameters = tuple(map(_completed, file.parameter))
    if file.candidates:
        from superatom.data.sheets.tables import read_table

        table = read_table(file.candidates)
        kinds = {p.name: p for p in parameters}
        heads = [(name, "") if name in kinds else _named(name) for name in table.columns]
        columns = {
            name: [_cell(row.cells[i].text, kinds.get(name)) for row in table.rows] for i, (name, _) in enumerate(heads)
        }
        if len(columns) < len(heads):
            raise CampaignError(f"{file.candidates} has two columns of one name: {', '.join(table.columns)}")
        made = Space.of_table(columns, parameters)
        units = {name: unit_of(name, unit) for name, unit in heads}
        axes = tuple(replace(p, unit=units[p.name]) if p.is_numeric and not p.unit else p for p in made.parameters)
        return Space(axes, file.constraint, made.table)
    if not parameters:
        raise CampaignError("a campaign needs [[parameter]] tables, or candidates = a CSV file of settings")
    return Space(parameters, file.constraint)


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


def _cell(text: str, parameter: Parameter | None) -> Setting:
    if parameter is not None and not parameter.is_numeric:
        return text.strip()
    try:
        return float(text)
    except ValueError:
        return text.strip()


def _complete(one: FirstFlask, space: Space) -> dict[str, Setting]:
    """Return the settings of a first flask as the space writes them; raises `SpaceError` for a missing one."""
    return space.to_settings(space.to_points([one.settings]))[0]


def _parameter_lines(parameter: Parameter) -> list[str]:
    lines = [f"name = {_toml(parameter.name)}", f"kind = {_toml(parameter.kind.value)}"]
    if not parameter.is_numeric:
        return [*lines, f"options = [{', '.join(map(_toml, parameter.options))}]"]
    lines += [f"unit = {_toml(parameter.unit)}", f"low = {parameter.low!r}", f"high = {parameter.high!r}"]
    lines += _numbers(parameter, "step", "minimum_dose")
    return [*lines, "is_log = true"] if parameter.is_log else lines


def _numbers(of: object, *names: str) -> list[str]:
    """Return a line for each named number that is set."""
    return [f"{name} = {value!r}" for name in names if (value := getattr(of, name)) is not None]


def _inline(values: Mapping[str, Setting]) -> str:
    return "{ " + ", ".join(f"{_key(key)} = {_toml(value)}" for key, value in values.items()) + " }"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: Setting) -> str:
    """Return a basic string (whose escapes are those of JSON, but for DEL) or a number."""
    return (
        json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        if isinstance(value, str)
        else repr(float(value))
    )
