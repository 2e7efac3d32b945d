"""From plan to campaign: the space of the decisive step from its advised ranges, and its first experiments."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from superatom.campaign.loop.space_file import FirstFlask, SpaceFile, to_toml
from superatom.campaign.plan import Plan
from superatom.conditions.experiments import decisive_step
from superatom.conditions.levers import Lever, LeverAdvice, StepSettings
from superatom.conditions.objectives import Response
from superatom.conditions.recommenders import Evidence
from superatom.conditions.space import Parameter, Setting
from superatom.data.records import Step
from superatom.data.sheets.fields import plain_fields
from superatom.errors import CampaignError

_NUMBERS = {  # column of the first experiments, which is a field of the library -> its lever
    "time_h": Lever.TIME,
    "temperature_C": Lever.TEMPERATURE,
    "stirring_rpm": Lever.STIRRING,
    "ligand_to_metal_ratio": Lever.RATIO,
    "reductant_to_metal_ratio": Lever.REDUCTANT,
    "ph": Lever.PH,
}
_DIFFERENCES = ("temperature_C", "ph")  # equal steps count alike; of the others, equal factors
_LOG_FROM = 4.0  # upper over lower bound
_WEIGHTS = {"strong": 0.7, "moderate": 0.5, "weak": 0.3}
_FINE = 20  # steps of a range at least, where the numbers allow
_WORDS = {"solvent": "solvents", "reductant": "reductant", "additives": "additives", "ph": "acid_or_base"}


def to_space_file(plan: Plan) -> SpaceFile:
    """Return the campaign that a plan ends with: the decisive step of its best route.

    A setting that the first experiments vary, or for which a range is advised or to be screened, is a parameter between
    the outermost of those values; any other is shared by all flasks. Cited ranges become evidence.

    Raises `CampaignError` for a plan without a route, or with nothing to vary.

    >>> from superatom.campaign.planning import plan
    >>> file = to_space_file(plan("[Ag44(p-MBA)30]4-", routes=1))
    >>> [p.name for p in file.parameter][:3], file.shared["reductant"], len(file.first)
    (['time_h', 'temperature_C', 'stirring_rpm'], 'NaBH4', 8)
    """
    if not plan.routes or not plan.first_experiments:
        raise CampaignError(f"no route to {plan.target.formula} was found, so there is no experiment to begin with")
    step, advice = decisive_step([(planned.step, planned.settings) for planned in plan.routes[0].steps])
    words = {column for one in plan.first_experiments for column, value in one.settings if isinstance(value, str)}
    flasks = [
        dict(_named(column, str(value) if column in words else value) for column, value in one.settings)
        for one in plan.first_experiments
    ]
    parameters: list[Parameter] = []
    shared = dict(_shared(step))
    for name in dict.fromkeys(name for flask in flasks for name in flask):
        values = [flask[name] for flask in flasks if name in flask]
        parameter = _parameter(name, values, advice)
        if parameter is not None and len(values) == len(flasks):
            parameters.append(parameter)
        elif values[0] != "none":
            field = name if name in plain_fields() else f"extra: {name}"
            shared[field] = values[0] if isinstance(values[0], str) else f"{values[0]:g}"
    if not parameters:
        raise CampaignError(f"nothing is to be varied in the {step.transformation.words} to {step.product.formula}")
    names = [parameter.name for parameter in parameters]
    return SpaceFile(
        target=step.product.formula,
        shared=shared,
        parameter=tuple(parameters),
        response=(Response("yield_percent", unit="%"),),
        evidence=tuple(_evidence(parameters, advice)),
        first=tuple(
            FirstFlask({name: flask[name] for name in names}, one.reason)
            for flask, one in zip(flasks, plan.first_experiments, strict=True)
        ),
    )


def plan_toml(plan: Plan) -> str:
    """Return the text of the file that ``superatom campaign start NAME --space FILE`` takes."""
    file = to_space_file(plan)
    heading = (
        f"The {plan.first_experiments[0].step}, as superatom plans it; bounds, steps and response are yours to change.",
        "Start it with: superatom campaign start NAME --space FILE, naming this file",
    )
    return to_toml(file, heading=heading)


def _named(column: str, value: str | float) -> tuple[str, Setting]:
    """Return the field of the library and the setting of a column of the first experiments."""
    if not isinstance(value, str):
        return column, value
    return _WORDS.get(column, column), _mixture(value) if column == "solvent" else value


def _mixture(solvent: str) -> str:
    return "; ".join(solvent.split("/"))


def _shared(step: Step) -> Iterator[tuple[str, str]]:
    """Yield what no lever sets: ligands of the product, and what the step starts from."""
    cluster = step.product.cluster
    if cluster is not None and cluster.ligands:
        yield "ligands", "; ".join(ligand.name for ligand, _ in cluster.ligands)
    from_ = [species.formula for species in step.main_reactants if species.cluster is not None]
    salts = [s.formula for s in step.main_reactants if s.cluster is None and s.kind != "ligand"]
    if from_:
        yield "starting_material", " + ".join(from_)
    if salts:
        yield "precursors", "; ".join(salts)


def _parameter(name: str, values: Sequence[Setting], advice: StepSettings) -> Parameter | None:
    """Return the axis of a setting, or None where there is one value only."""
    if name not in _NUMBERS:
        extra: Sequence[str | float] = advice[Lever.SOLVENT.value].screening or () if name == "solvents" else ()
        options = dict.fromkeys([str(v) for v in values] + [_mixture(str(v)) for v in extra])
        moves = len(set(values)) > 1
        return Parameter.categorical(name, tuple(options)) if moves and len(options) > 1 else None
    numbers = [v for v in values if not isinstance(v, str)]
    one = advice[_NUMBERS[name].value]
    numbers += [p for p in one.screening or () if not isinstance(p, str)]
    numbers += [end for end in (one.value.low, one.value.high) if end is not None] if one.value is not None else []
    low, high = min(numbers), max(numbers)
    if low == high or len(numbers) < len(values):
        return None
    is_log = name not in _DIFFERENCES and low > 0 and high / low >= _LOG_FROM
    unit = _NUMBERS[name].unit
    return Parameter.continuous(name, low, high, unit=unit, step=_step(numbers, low, high), is_log=is_log)


def _step(numbers: Sequence[float], low: float, high: float) -> float | None:
    """Return the coarsest round step that reaches every number and cuts the range into `_FINE` parts, or None.

    >>> _step([0, 25, 40], 0, 40), _step([3.3, 10, 20], 3.3, 20), _step([0.111, 0.333, 0.999], 0.111, 0.999)
    (1.0, 0.1, 0.002)
    """
    decade = math.floor(math.log10((high - low) / _FINE))
    for exponent in range(decade, decade - 3, -1):
        for factor in (5, 2, 1):
            step = float(f"{factor}e{exponent}")
            reached = all(abs((number - low) / step - round((number - low) / step)) < 1e-6 for number in numbers)
            if reached and (high - low) / step >= _FINE:
                return step
    return None


def _evidence(parameters: Sequence[Parameter], advice: StepSettings) -> Iterator[Evidence]:
    """Yield the cited ranges of the parameters, heavier the better they are grounded."""
    for parameter in parameters:
        if parameter.name not in _NUMBERS:
            continue
        one: LeverAdvice = advice[_NUMBERS[parameter.name].value]
        weight = _WEIGHTS.get(one.strength, 0.0)
        if one.basis != "records" or one.value is None or not weight:
            continue
        low, high = one.value.low, one.value.high
        ends = (parameter.low if low is None else low, parameter.high if high is None else high)
        ids = ", ".join(record.id for record in one.records if record.succeeded is not False)
        yield Evidence(parameter.name, *ends, weight=weight, source=ids)
