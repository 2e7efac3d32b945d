"""A campaign: the one object of superatom that changes, and every change of it is a version in the library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from superatom.campaign.loop.bench import settable
from superatom.campaign.loop.checks import check
from superatom.campaign.loop.remarks import beyond_budget, hopeless
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
    Standing,
    in_order,
)
from superatom.campaign.loop.translation import outcomes_of, settings_of
from superatom.conditions.recommenders import Batch, Recommender, Suggestion, TriedSetting
from superatom.conditions.recommenders.history import read_history
from superatom.conditions.recommenders.pool import LISTED, without
from superatom.conditions.space import Setting
from superatom.data.stores.store import Store
from superatom.data.stores.values import Stored, StoredDocument
from superatom.data.synthesis_records import SynthesisRecord
from superatom.errors import (
    CampaignError,
    ConflictError,
    DocumentError,
    RecommenderError,
    UnknownNameError,
    did_you_mean,
)


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
        self.setup: Setup = in_order(SETUP.from_document(versions[0].document))
        self.handed: tuple[Handed, ...] = ()
        self.results: tuple[Results, ...] = ()
        for version in versions:
            self._fold(version)

    @classmethod
    def start(cls, store: Store, name: str, setup: Setup, *, reason: str = "") -> Self:
        """Begin a campaign under a new name.

        Raises
        ------
        CampaignError
            Where the library has one of that name, and for a setup that contradicts itself (`checks.check`).
        """
        check(setup)
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
        now, number = self.standing(), len(self.handed) + 1
        chosen = self.setup.recommender_named(recommender)
        seed = int(np.random.SeedSequence([self.setup.seed, number]).generate_state(1)[0])
        planned = self._planned()[: max(0, n)] if recommender is None else []
        batch = Batch((), "planned", seed)
        if n > len(planned) or n < 1:
            waiting = [TriedSetting(f"planned {k}", s.settings, is_pending=True) for k, s in enumerate(planned, 1)]
            batch = self._recommended(chosen, [*now.tried, *waiting], n - len(planned), seed)
        remarks = (*batch.remarks, *beyond_budget(now, n), *hopeless(now, batch))
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

    def standing(self) -> Standing:
        """Return where the campaign stands now; the records are read in one query, so they belong together."""
        links = [link for result in self.results for link in result.links]
        stored = self.store.records([link.record for link in links])
        flasks = tuple(self._flasks({link.flask or link.record: stored[link.record] for link in links}))
        return Standing(self.name, self.version, self.setup, flasks, tuple(one.flask or one.record for one in links))

    def flasks(self) -> tuple[Flask, ...]:
        """Return all flasks in the order they were handed out, then the experiments nobody suggested."""
        return self.standing().flasks

    def flask(self, id_: str) -> Flask:
        """Return one flask; raises `UnknownNameError`."""
        return self.standing().flask(id_)

    def _planned(self) -> list[Suggestion]:
        """Return the suggestions that came with the plan and were not handed out yet."""
        left = list(self.setup.first)
        for handed in self.handed:
            for suggestion in handed.batch.suggestions:
                if suggestion in left:
                    left.remove(suggestion)
        return left

    def _recommended(self, chosen: Recommender, tried: Sequence[TriedSetting], n: int, seed: int) -> Batch:
        """Return a batch in settings that a bench can set; where the space is used up, say what to do."""
        space = self.setup.space
        try:
            batch = chosen.recommend(space, self.setup.objective, tried, n, seed)
        except RecommenderError as error:
            if n < 1 or space.n_candidates > LISTED:
                raise
            n_left = len(without(space.candidates(), read_history(space, self.setup.objective, tried).points))
            if n_left >= n:
                raise
            advice = f"ask for {n_left} (-n {n_left})" if n_left else "widen a range in a new campaign, or end this one"
            said = f"{n_left or 'no'} settings of the space are left to try, and {n} were asked for: {advice}"
            raise RecommenderError(said) from error
        made = (replace(one, settings=settable(space, one.settings)) for one in batch.suggestions)
        return replace(batch, suggestions=tuple(made))

    def _flasks(self, records: dict[str, Stored]) -> Iterator[Flask]:
        """Yield the flasks; `records` are by flask, or by their own id where nobody suggested the experiment."""
        dropped = {name for result in self.results for name in result.dropped}
        for handed in self.handed:
            for name, suggestion in zip(handed.ids, handed.batch.suggestions, strict=True):
                recommender = "planned" if suggestion in self.setup.first else handed.batch.recommender
                stored = records.pop(name, None)
                if stored is not None:
                    yield self._made(name, stored, recommender, suggestion)
                else:
                    status = FlaskStatus.DROPPED if name in dropped else FlaskStatus.PENDING
                    settings = self._in_order(suggestion.settings)
                    yield Flask(name, status, recommender, suggestion, None, settings)
        for name, stored in records.items():
            yield self._made(name, stored)

    def _made(self, id_: str, stored: Stored, recommender: str = "", suggestion: Suggestion | None = None) -> Flask:
        """Return a flask that has a record."""
        told = suggestion.settings if suggestion else {}
        settings = self._in_order({**told, **settings_of(stored.record, self.setup.space)})
        outcomes = outcomes_of(stored.record, self.setup.objective)
        success = stored.record.product.success
        is_measured = all(key in outcomes for key in self.setup.objective.measured)
        status = FlaskStatus.DONE if is_measured else FlaskStatus.PARTLY_MEASURED
        status = FlaskStatus.FAILED if success is False else status
        status = FlaskStatus.DROPPED if stored.is_withdrawn else status
        remark = f"its record {stored.id} was withdrawn: {stored.reason}" if stored.is_withdrawn else ""
        return Flask(id_, status, recommender, suggestion, stored, settings, outcomes, success, remark)

    def _in_order(self, settings: Mapping[str, Setting]) -> dict[str, Setting]:
        return {name: settings[name] for name in self.setup.space.names if name in settings}  # a document keeps none

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
