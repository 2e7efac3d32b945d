"""What earlier campaigns and the literature bring into a new one.

Of another campaign its measured flasks become an earlier task, which the recommender uses as instances or as parameters
where the new results bear it out. Of the literature the cited recipes of the same target (else of the same ligand) that
were not failures say where each parameter lies, and those that state every parameter and a measured number are an
earlier task too. Both are copied into the setup.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from superatom.campaign.loop.campaign import Campaign
from superatom.campaign.loop.goals import unit_of
from superatom.campaign.loop.state import FlaskStatus, Setup
from superatom.campaign.loop.translation import column_of, is_convertible, setting_of, settings_of, tried_setting
from superatom.conditions.recommenders import EarlierTask, Evidence
from superatom.conditions.space import Parameter, Setting
from superatom.data.sheets.columns import values_of
from superatom.data.sheets.fields import plain_fields
from superatom.data.stores.store import Store
from superatom.data.stores.values import Stored
from superatom.data.synthesis_records import Origin
from superatom.errors import CampaignError
from superatom.structures.nanocluster import Nanocluster

LITERATURE = "literature"
_MOST_WEIGHT = 0.7
_HALF_AT = 3  # records that give half of it
_NAMED = 8


def informed(setup: Setup, store: Store, sources: Iterable[str]) -> tuple[Setup, tuple[str, ...]]:
    """Return a setup with what the sources bring, and what that is in words.

    Parameters
    ----------
    setup, store
        The new campaign and the library the sources are in.
    sources
        Names of campaigns, or ``literature``.

    Raises
    ------
    UnknownNameError
        For a campaign that is not there.
    CampaignError
        For a source with nothing to say on the parameters and numbers of this campaign.
    """
    said: list[str] = []
    for source in dict.fromkeys(sources):
        if source == LITERATURE:
            setup, words = _with_literature(setup, store)
        else:
            task = _of_campaign(setup, Campaign.open(store, source))
            setup = replace(setup, earlier=(*setup.earlier, task))
            words = f"{source}: {len(task.records)} measured flask(s) of an earlier campaign"
        said.append(words)
    return setup, tuple(said)


def _of_campaign(setup: Setup, campaign: Campaign) -> EarlierTask:
    """Return the measured flasks of a campaign that state every parameter of the new one."""
    there, here = (_units(of) for of in (campaign.setup, setup))
    for name, unit in here.items():
        other = there.get(name, unit)
        if unit != other and not (name in plain_fields() and is_convertible(unit, other)):  # fields are converted
            words = f"{name} is in {other or 'no unit'} in {campaign.name} and in {unit or 'no unit'} here"
            raise CampaignError(words)
    records = [
        record
        for flask in campaign.standing().flasks
        if flask.stored is not None and flask.status is not FlaskStatus.DROPPED
        for record in (tried_setting(flask.id, flask.stored.record, setup.space, setup.objective),)
        if set(setup.space.names) <= set(record.settings) and (record.outcomes or record.success is not None)
    ]
    if not records:
        raise CampaignError(
            f"no flask of {campaign.name} states {', '.join(setup.space.names)} and one of "
            f"{', '.join(setup.objective.measured)}; it has nothing to say here"
        )
    return EarlierTask(campaign.name, tuple(records))


def _units(setup: Setup) -> dict[str, str]:
    """Return the unit of each parameter and measured number."""
    told = {p.name: p.unit for p in setup.space.parameters} | setup.objective.units
    return {name: unit_of(name, unit) for name, unit in told.items()}


def _with_literature(setup: Setup, store: Store) -> tuple[Setup, str]:
    """Return the setup with cited ranges and recipes, and what they are in words."""
    found, whose = _relatives(store, setup)
    evidence = [e for p in setup.space.parameters if (e := _evidence(p, found)) is not None]
    tried = [tried_setting(one.id, one.record, setup.space, setup.objective) for one in found]
    whole = tuple(t for t in tried if set(setup.space.names) <= set(t.settings) and t.outcomes)
    if not evidence and not whole:
        raise CampaignError(
            f"no cited recipe of {setup.shared.target} or its ligand says anything on {', '.join(setup.space.names)}"
        )
    earlier = (*setup.earlier, EarlierTask(LITERATURE, whole)) if whole else setup.earlier
    words = f"{LITERATURE}: recipes of {whose} say where {', '.join(e.parameter for e in evidence) or 'nothing'} lies"
    words += f"; {len(whole)} state every parameter and a result" if whole else "; none states every parameter"
    return replace(setup, evidence=(*setup.evidence, *evidence), earlier=earlier), words


def _relatives(store: Store, setup: Setup) -> tuple[list[Stored], str]:
    """Return the cited recipes of the same target, else of the same ligand, failures left out, and whose they are."""
    target = setup.shared.target_cluster
    same = _cited(store, target=target) if target is not None else []
    if any(settings_of(one.record, setup.space) for one in same):
        return same, setup.shared.target
    ligands = sorted(set(setup.shared.ligands))
    found = {one.id: one for ligand in ligands for one in _cited(store, ligand=ligand)}
    return list(found.values()), ", ".join(ligands) or "no ligand"


def _cited(store: Store, *, target: Nanocluster | None = None, ligand: str | None = None) -> list[Stored]:
    found = store.iterate(origin=Origin.LITERATURE, target=target, ligand=ligand)
    return [one for one in found if one.record.product.success is not False]


def _evidence(parameter: Parameter, found: Sequence[Stored]) -> Evidence | None:
    """Return where the records put one parameter: the middle half of numbers, the shares of options."""
    stated: dict[str, Setting] = {}
    for one in found:
        setting = setting_of(parameter, values_of(one.record).get(column_of(parameter)))
        if setting is not None and (parameter.is_numeric or setting in parameter.options):
            stated[one.id] = setting
    if not stated:
        return None
    weight = _MOST_WEIGHT * len(stated) / (len(stated) + _HALF_AT)
    names = list(stated)
    source = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    if parameter.is_numeric:
        low, high = np.quantile(np.array(list(stated.values()), dtype=float), [0.25, 0.75])
        return Evidence(parameter.name, float(low), float(high), weight=weight, source=source)
    options = {str(option): float(n) for option, n in Counter(stated.values()).items()}
    return Evidence(parameter.name, options=options, weight=weight, source=source)
