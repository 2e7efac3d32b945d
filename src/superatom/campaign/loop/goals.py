"""Objectives and limits as people write them: ``maximise yield_percent [%]``, ``purity_percent >= 90``."""

from __future__ import annotations

import re

from superatom.conditions.objectives import Goal, Limit, Response
from superatom.conditions.space.constraints import is_same_unit
from superatom.data.sheets.fields import plain_fields
from superatom.errors import CampaignError

_GOAL = re.compile(
    r"(?:(?P<goal>maximi[sz]e|minimi[sz]e)\s+)?(?P<name>[^\[\]]+?)\s*(?:\[(?P<unit>[^\]]*)\])?"
    r"(?:\s+from\s+(?P<worst>\S+))?"
)
_LIMIT = re.compile(r"(?P<name>.+?)\s*(?P<sign>>=|<=)\s*(?P<bound>\S+)\s*(?P<unit>.*)")


def unit_of(name: str, unit: str = "") -> str:
    """Return the unit given, else that of the field of the library with this name, else none.

    >>> unit_of("temperature_C"), unit_of("temperature_C", "°C"), unit_of("temperature_C", "K"), unit_of("flow")
    ('degC', 'degC', 'K', '')
    """
    own = plain_fields()[name].unit if name in plain_fields() else ""
    return own if not unit or is_same_unit(unit, own) else unit


def parse_response(text: str) -> Response:
    """Read ``[maximise|minimise] NAME [UNIT] [from WORST]``; a field of the library brings its own unit.

    Raises `CampaignError` for anything else.

    >>> parse_response("minimise size_nm from 5")
    Response(name='size_nm', goal=<Goal.MINIMISE: 'minimise'>, unit='nm', reference=5.0)
    """
    match = _GOAL.fullmatch(text.strip())
    worst = _number(match["worst"]) if match is not None and match["worst"] else None
    if match is None or (match["worst"] and worst is None):
        raise CampaignError(f"{text!r} is no objective; 'maximise yield_percent [%]' and 'minimise size_nm from 5' are")
    goal = Goal.MINIMISE if (match["goal"] or "").startswith("minim") else Goal.MAXIMISE
    return Response(match["name"], goal, unit_of(match["name"], match["unit"] or ""), worst)


def parse_limit(text: str) -> Limit:
    """Read ``NAME >= NUMBER`` or ``NAME <= NUMBER``, a unit behind it if wanted; raises `CampaignError`.

    >>> parse_limit("purity_percent >= 90 %")
    Limit(name='purity_percent', low=90.0, high=None, unit='%')
    """
    match = _LIMIT.fullmatch(text.strip())
    bound = _number(match["bound"]) if match is not None else None
    if match is None or bound is None:
        raise CampaignError(f"{text!r} is no limit; 'purity_percent >= 90' is")
    unit = unit_of(match["name"], match["unit"].strip("[] "))
    is_low = match["sign"] == ">="
    return Limit(match["name"], bound if is_low else None, None if is_low else bound, unit)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
