"""A campaign: the one object of superatom that changes, and every change of it is a version in the library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from superatom.campaign.loop.state import (
    HANDED,
    KIND,
    RESULTS,
    SETUP,
    Flask,
    FlaskStatus,
    Handed,
    Link,
    Results,
    Setup,
)
from superatom.campaign.loop.translation import outcomes_of, settings_of
from superatom.conditions.recommenders import Batch, Suggestion, TriedSetting
from superatom.data.stores.store import Store
from superatom.data.stores.values import Stored, StoredDocument
from superatom.data.synthesis_records import SynthesisRecord
from superatom.errors import CampaignError, ConflictError, DocumentError, UnknownNameError, did_you_mean

_SPREADS = 2.0  # above what is expected; one flask in forty does better


@dataclass(frozen=True, slots=True)
class Revision:
    """A record that is to be replaced: its id, the version it replaces, and the new one."""

    id: str
    version: int
    record: SynthesisRecord


class Campaign:
    """One campaign of a library; made by `start`, taken up again by `open`.

    `name`, `setup`, `version`, `handed` and `results` say where it stands; `store` is the library it lives in. Two
    people may work on it: who comes second is told so by a `ConflictError`, opens it anew and goes on.

    >>> import tempfile
    >>> from superatom.conditions.objectives import Objective
    >>> from superatom.conditions.space import Parameter, Space
    >>> from superatom.data.stores.opening import open_store
    >>> folder = tempfile.TemporaryDirectory()
    >>> space = Space((Parameter.continuous("temperature_C", 0, 40, unit="degC", step=1),))
    >>> setup = Setup(space, Objective.maximise("yield_percent", "%"), SynthesisRecord("[Au25(PET)18]-"))
    >>> with open_store(f"{folder.name}/lab.sqlite", author="ada") as store:
    ...     handed = Campaign.start(store, "au25", setup).suggest(2)
    ...     again = Campaign.open(store, "au25")
    ...     print(handed.ids, [flask.status.value for flask in again.flasks()])
    ('B1-1', 'B1-2') ['pending', 'pending']
    >>> folder.cleanup()
    """

    def __init__(self, store: Store, name: str, versions: Sequence[StoredDocument]) -> None:
        self.store = store
        self.name = name
        self.setup: Setup = SETUP.from_document(versions[0].document)
        self.handed: tuple[Handed, ...] = ()
        self.results: tuple[Results, ...] = ()
        for version in versions:
            self._fold(version)

    @classmethod
    def start(cls, store: Store, name: str, setup: Setup, *, reason: str = "") -> Self:
        """Begin a campaign under a new name; raises `CampaignError` where the library has one of that name."""
        document = SETUP.to_document(setup)
        SETUP.from_document(document)
        try:
            return cls(store, name, [store.append(KIND, name, document, expected_version=0, reason=reason)])
        except ConflictError as error:
            raise CampaignError(f"the library has a campaign {name!r} already; take another name") from error

    @classmethod
    def open(cls, store: Store, name: str) -> Self:
        """Take up a campaign where it stands; raises `UnknownNameError`."""
        versions = store.documents(KIND, name)
        if not versions:
            known = store.ids(KIND)
            hint = did_you_mean(name, list(known))
            raise UnknownNameError(f"no campaign {name!r} is in the library.{hint} There: {', '.join(known) or 'none'}")
        return cls(store, name, versions)

    def suggest(self, n: int, *, recommender: str | None = None) -> Handed:
        """Hand out `n` flasks to try next, and remember them as pending.

        Suggestions that came with the plan go first, unless another `recommender` is named for this batch. They follow
        from the setup, what was taken back so far and the number of the batch alone.

        Raises
        ------
        RecommenderError
            For n < 1, or fewer settings left than asked for.
        ConflictError
            Where somebody else changed the campaign meanwhile; nothing is handed out.
        """
        number = len(self.handed) + 1
        chosen = self.setup.recommender_named(recommender)
        seed = int(np.random.SeedSequence([self.setup.seed, number]).generate_state(1)[0])
        planned = self._planned()[: max(0, n)] if recommender is None else []
        batch = Batch((), "planned", seed)
        if n > len(planned) or n < 1:
            waiting = [TriedSetting(f"planned {k}", s.settings, is_pending=True) for k, s in enumerate(planned, 1)]
            tried = [*self.tried(), *waiting]
            batch = chosen.recommend(self.setup.space, self.setup.objective, tried, n - len(planned), seed)
        remarks = (*batch.remarks, *self._beyond_budget(n), *self._hopeless(batch))
        handed = Handed(number, replace(batch, suggestions=(*planned, *batch.suggestions), remarks=remarks))
        document = HANDED.to_document(handed)
        self._fold(self.store.append(KIND, self.name, document, expected_version=self.version))
        return handed

    def batch(self, number: int) -> Handed:
        """Return a batch that was handed out; raises `UnknownNameError`."""
        if not 1 <= number <= len(self.handed):
            raise UnknownNameError(f"the campaign {self.name} handed out {len(self.handed)} batches, none is {number}")
        return self.handed[number - 1]

    def take_back(
        self,
        new: Sequence[tuple[str, SynthesisRecord]] = (),
        *,
        changed: Sequence[Revision] = (),
        dropped: Sequence[str] = (),
        reason: str = "",
    ) -> tuple[Stored, ...]:
        """Add what came of flasks to the library, and link it.

        Parameters
        ----------
        new
            Pairs of flask and record; an empty flask is an experiment nobody suggested.
        changed
            Records of the campaign to replace by a new version.
        dropped
            Flasks that will not be made.
        reason
            In words; kept with the versions.

        Raises
        ------
        UnknownNameError, CampaignError
            For a flask that was not handed out, or has a record already.
        ConflictError
            Where somebody else changed the campaign or a record meanwhile; nothing is then written.
        """
        flasks = {flask.id: flask for flask in self.flasks()}
        given = [name for name, _ in new if name] + list(dropped)
        for name in given:
            if name not in flasks or flasks[name].suggestion is None:
                hint = did_you_mean(name, [f.id for f in flasks.values() if f.suggestion is not None])
                raise UnknownNameError(f"the campaign {self.name} handed out no flask {name!r}.{hint}")
            if flasks[name].stored is not None or given.count(name) > 1:
                raise CampaignError(f"the flask {name} has a result already; correct its record instead")
        why = reason or f"campaign {self.name}"
        with self.store.changing(why) as change:
            stored = [change.revise(one.id, one.record, expected_version=one.version) for one in changed]
            if not new and not dropped:
                return tuple(stored)
            added = [change.add(record) for _, record in new]
            links = tuple(Link(one.id, flask) for one, (flask, _) in zip(added, new, strict=True))
            fields = RESULTS.to_document(Results(links, tuple(dropped)))
            version = change.append(KIND, self.name, fields, expected_version=self.version)
        self._fold(version)
        return (*added, *stored)

    def adopt(self, ids: Sequence[str], *, reason: str = "") -> None:
        """Count own records that are in the library already as experiments nobody suggested.

        Raises `CampaignError` for a cited recipe, a record that is part of the campaign, or one without all parameters;
        `UnknownNameError` for an unknown id. Then none is adopted.
        """
        known = {link.record for result in self.results for link in result.links}
        for id_ in ids:
            stored = self.store.record(id_)
            missing = set(self.setup.space.names) - set(settings_of(stored.record, self.setup.space))
            if stored.is_cited:
                raise CampaignError(f"{id_} is a cited recipe; start a campaign --from literature to learn from those")
            if id_ in known or ids.count(id_) > 1:
                raise CampaignError(f"the record {id_} is part of the campaign {self.name} already")
            if missing:
                raise CampaignError(
                    f"the record {id_} states no {', '.join(sorted(missing))}; add that to the record first"
                )
        fields = RESULTS.to_document(Results(tuple(map(Link, ids))))
        self._fold(self.store.append(KIND, self.name, fields, expected_version=self.version, reason=reason))

    def flasks(self) -> tuple[Flask, ...]:
        """Return all flasks in the order they were handed out, then the experiments nobody suggested."""
        return tuple(self._flasks())

    def tried(self) -> tuple[TriedSetting, ...]:
        """Return what recommenders are told: every flask but the dropped ones, pending ones among them.

        A flask with all its numbers, of which nobody said that it failed, worked: failures are seen against it.
        """
        return tuple(
            TriedSetting(
                flask.id, flask.settings, flask.outcomes,
                True if flask.status is FlaskStatus.DONE else flask.success,
                is_pending=flask.status in (FlaskStatus.PENDING, FlaskStatus.PARTLY_MEASURED),
            )
            for flask in self.flasks()
            if flask.status is not FlaskStatus.DROPPED
        )  # fmt: skip

    def flask(self, id_: str) -> Flask:
        """Return one flask; raises `UnknownNameError`."""
        flasks = {flask.id: flask for flask in self.flasks()}
        if id_ not in flasks:
            hint = did_you_mean(id_, list(flasks))
            raise UnknownNameError(f"the campaign {self.name} has no flask {id_!r}.{hint}")
        return flasks[id_]

    def _planned(self) -> list[Suggestion]:
        """Return the suggestions that came with the plan and were not handed out yet."""
        left = list(self.setup.first)
        for handed in self.handed:
            for suggestion in handed.batch.suggestions:
                if suggestion in left:
                    left.remove(suggestion)
        return left

    def _flasks(self) -> Iterator[Flask]:
        records = {link.flask or link.record: link.record for result in self.results for link in result.links}
        dropped = {name for result in self.results for name in result.dropped}
        for handed in self.handed:
            for name, suggestion in zip(handed.ids, handed.batch.suggestions, strict=True):
                recommender = "planned" if suggestion in self.setup.first else handed.batch.recommender
                yield self._flask(name, recommender, suggestion, records.pop(name, None), is_dropped=name in dropped)
        for name, record in records.items():
            yield self._flask(name, "", None, record, is_dropped=False)

    def _flask(
        self, id_: str, recommender: str, suggestion: Suggestion | None, record: str | None, *, is_dropped: bool
    ) -> Flask:
        names = self.setup.space.names  # a document keeps no order
        settings = {n: suggestion.settings[n] for n in names if n in suggestion.settings} if suggestion else {}
        if record is None:
            status = FlaskStatus.DROPPED if is_dropped else FlaskStatus.PENDING
            return Flask(id_, status, recommender, suggestion, None, settings)
        stored = self.store.record(record)
        settings |= settings_of(stored.record, self.setup.space)
        settings = {name: settings[name] for name in names if name in settings}
        outcomes = outcomes_of(stored.record, self.setup.objective)
        success = stored.record.product.success
        is_measured = all(key in outcomes for key in self.setup.objective.measured)
        status = FlaskStatus.DONE if is_measured else FlaskStatus.PARTLY_MEASURED
        status = FlaskStatus.FAILED if success is False else status
        status = FlaskStatus.DROPPED if stored.is_withdrawn else status
        remark = f"its record {stored.id} was withdrawn: {stored.reason}" if stored.is_withdrawn else ""
        return Flask(id_, status, recommender, suggestion, stored, settings, outcomes, success, remark)

    def _beyond_budget(self, n: int) -> list[str]:
        made = sum(flask.status is not FlaskStatus.DROPPED for flask in self.flasks())
        budget = self.setup.budget
        if budget is None or made + n <= budget:
            return []
        return [f"with this batch {made + n} flasks are made or handed out, more than the budget of {budget}"]

    def _hopeless(self, batch: Batch) -> list[str]:
        """Say so where even two spreads above what is expected no suggestion beats the best flask."""
        response, *others = self.setup.objective.responses
        found = [f.outcomes[response.name] for f in self.flasks() if f.is_good(self.setup.objective)]
        told = [one.expected[response.name] for one in batch.suggestions if response.name in one.expected]
        if others or not found or not told:
            return []
        best = max(found, key=lambda value: response.sign * value)
        if any(response.sign * (p.mean - best) + _SPREADS * p.spread > 0 for p in told):
            return []
        unit = f" {response.unit}" if response.unit else ""
        so_far = f"the best {response.name} so far, {best:.3g}{unit}"
        return [
            f"none of these is expected to beat {so_far}: superatom campaign show {self.name} says whether to go on"
        ]

    def _fold(self, version: StoredDocument) -> None:
        """Take in one version of the campaign's document."""
        written = version.document.get("format")
        if written == HANDED.name:
            self.handed = (*self.handed, HANDED.from_document(version.document))
        elif written == RESULTS.name:
            self.results = (*self.results, RESULTS.from_document(version.document))
        elif written != SETUP.name:
            raise DocumentError(
                f"version {version.version} of the campaign {self.name} is {written!r}, not of a campaign"
            )
        self.version = version.version
