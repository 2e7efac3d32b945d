"""Recommenders on small worlds whose best setting is known."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping

import numpy as np
import pytest

from superatom.conditions.objectives import Goal, Limit, Objective, Response
from superatom.conditions.recommenders import (
    RECOMMENDERS,
    Bayesian,
    EarlierTask,
    Evidence,
    LatinHypercube,
    OneFactorAtATime,
    TransferKind,
    TriedSetting,
    recommender,
)
from superatom.conditions.recommenders.first import first_points
from superatom.conditions.recommenders.history import read_history
from superatom.conditions.space import Constraint, Parameter, Setting, Space
from superatom.errors import MissingEngineError, RecommenderError, UnknownNameError

Settings = Mapping[str, Setting]
YIELD = Objective.maximise("yield_percent", "%")
LEARNS = pytest.mark.skipif(
    __import__("importlib.util").util.find_spec("botorch") is None, reason="needs BoTorch, the extra campaign"
)
BOTH = [pytest.param(name, marks=LEARNS if name == "bayesian" else ()) for name in RECOMMENDERS]


def flask() -> Space:
    """Temperature in steps of 5 degC, and three solvents: 39 settings."""
    return Space(
        (
            Parameter.continuous("temperature_C", 0, 60, unit="degC", step=5),
            Parameter.chemical("solvent", ["THF", "toluene", "methanol"]),
        )
    )


def truth(settings: Settings) -> float:
    """Best at 45 degC in methanol."""
    t = float(settings["temperature_C"])
    return (
        60 * math.exp(-(((t - 45) / 20) ** 2))
        + {"THF": 10.0, "toluene": 0.0, "methanol": 30.0}[str(settings["solvent"])]
    )


def tried(*settings: Settings, of: Callable[[Settings], float] = truth) -> list[TriedSetting]:
    return [TriedSetting(f"R{i}", s, {"yield_percent": of(s)}) for i, s in enumerate(settings)]


def some() -> list[TriedSetting]:
    """Five flasks, none of them the best."""
    pairs = ((0, "THF"), (60, "toluene"), (30, "methanol"), (10, "methanol"), (35, "toluene"))
    return tried(*({"temperature_C": float(t), "solvent": s} for t, s in pairs))


@pytest.mark.parametrize("name", BOTH)
def test_a_batch_is_legal_new_seeded_and_written_down(name: str) -> None:
    space = flask()
    for records in ([], some()):
        batch = recommender(name).recommend(space, YIELD, records, 4, seed=5)
        points = space.to_points([s.settings for s in batch.suggestions])
        assert space.is_legal(points).all()
        assert len(np.unique(points, axis=0)) == 4
        known = {tuple(p) for p in space.to_points([r.settings for r in records]).tolist()}
        assert not known & {tuple(p) for p in points.tolist()}
        assert all(s.reason for s in batch.suggestions)
        again = recommender(name).recommend(space, YIELD, records, 4, seed=5)
        assert again == batch


@pytest.mark.parametrize("name", BOTH)
def test_no_batch_of_nothing(name: str) -> None:
    with pytest.raises(RecommenderError, match="at least one suggestion"):
        recommender(name).recommend(flask(), YIELD, [], 0, seed=0)


def test_an_unknown_recommender_is_named() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean bayesian"):
        recommender("bayesan")


@LEARNS
def test_it_finds_the_best_of_39_settings_in_few_flasks() -> None:
    space, records = flask(), some()
    for turn in range(6):
        (suggestion,) = Bayesian().recommend(space, YIELD, records, 1, seed=turn).suggestions
        records += [TriedSetting(f"N{turn}", suggestion.settings, {"yield_percent": truth(suggestion.settings)})]
    best = max(records, key=lambda r: r.outcomes["yield_percent"])
    assert best.settings == {"temperature_C": 45.0, "solvent": "methanol"}


@LEARNS
def test_a_suggestion_says_what_it_expects_and_why() -> None:
    (suggestion,) = Bayesian().recommend(flask(), YIELD, some(), 1, seed=0).suggestions
    prediction = suggestion.expected["yield_percent"]
    assert prediction.spread > 0
    assert prediction.model_id.startswith("gaussian-process-5-")
    assert 0 <= suggestion.explore_share <= 1
    assert suggestion.acquisition is not None
    assert suggestion.nearest_id in {r.id for r in some()}
    for words in ("expected: yield_percent", "best so far", f"nearest record {suggestion.nearest_id}"):
        assert words in suggestion.reason


@LEARNS
def test_records_outside_the_space_inform_and_are_named_others_are_left_out() -> None:
    odd = [
        TriedSetting("hot", {"temperature_C": 90.0, "solvent": "THF"}, {"yield_percent": 1.0}),
        TriedSetting("ether", {"temperature_C": 20.0, "solvent": "ether"}, {"yield_percent": 1.0}),
    ]
    batch = Bayesian().recommend(flask(), YIELD, some() + odd, 1, seed=0)
    assert "1 record(s) left out" in batch.remarks[0]
    assert "ether" in batch.remarks[0]
    assert batch.remarks[1] == "1 record(s) outside the space still inform the model: hot"
    history = read_history(flask(), YIELD, some() + odd)
    assert len(history.records) == 6
    assert history.is_inside.sum() == 5


@LEARNS
def test_chance_elsewhere_neither_changes_a_batch_nor_is_changed_by_it() -> None:
    """A program that draws its own numbers with torch goes on as if nothing had been asked, and so does the batch."""
    import torch

    space = Space((Parameter.continuous("x", 0, 1), Parameter.continuous("y", 0, 1)))
    objective = Objective((Response("a", Goal.MAXIMISE), Response("b", Goal.MAXIMISE)))
    records = [
        TriedSetting(f"E{i}", {"x": x, "y": 1 - x}, {"a": x, "b": -(x**2)}, success=i != 1)
        for i, x in enumerate((0.1, 0.3, 0.6, 0.8, 0.9))
    ]
    batches = []
    for state in (1, 2):
        torch.manual_seed(state)
        before = torch.get_rng_state()
        batches.append(Bayesian().recommend(space, objective, records, 2, 7))
        assert torch.equal(before, torch.get_rng_state())
    assert batches[0] == batches[1]


def test_pending_settings_are_not_suggested_again_and_change_the_rest() -> None:
    space = flask()
    first = Bayesian().recommend(space, YIELD, some(), 1, seed=0).suggestions[0].settings
    waiting = TriedSetting("P", first, is_pending=True)
    second = Bayesian().recommend(space, YIELD, [*some(), waiting], 1, seed=0).suggestions[0].settings
    assert second != first


@LEARNS
def test_failed_experiments_keep_suggestions_away() -> None:
    """Everything in methanol fails, though the numbers elsewhere rise with temperature."""
    records = []
    for solvent in ("THF", "toluene", "methanol"):
        works = solvent != "methanol"
        for t in (0.0, 20.0, 40.0):
            outcomes = {"yield_percent": t} if works else {}
            settings = {"temperature_C": t, "solvent": solvent}
            records.append(TriedSetting(f"{solvent}{t}", settings, outcomes, success=works))
    demanding = Objective(YIELD.responses, minimum_success=0.5)
    for objective in (YIELD, demanding):
        batch = Bayesian().recommend(flask(), objective, records, 3, seed=0)
        assert [s.settings["solvent"] for s in batch.suggestions if s.settings["solvent"] == "methanol"] == []
        assert all((s.success_probability or 0) > 0.5 for s in batch.suggestions)


@LEARNS
def test_limits_on_another_number_are_kept() -> None:
    """Purity falls with temperature: at least 50 % means at most 30 degC."""
    objective = Objective(YIELD.responses, (Limit("purity_percent", low=50, unit="%"),))
    records = [
        TriedSetting(
            f"R{t}{s}",
            {"temperature_C": float(t), "solvent": s},
            {"yield_percent": t + 5.0 * (s == "THF"), "purity_percent": 95 - 1.5 * t},
        )
        for t in (0, 20, 40, 60)
        for s in ("THF", "toluene")
    ]
    batch = Bayesian().recommend(flask(), objective, records, 2, seed=1)
    assert max(float(s.settings["temperature_C"]) for s in batch.suggestions) <= 35
    assert set(batch.suggestions[0].expected) == {"yield_percent", "purity_percent"}


@LEARNS
def test_several_responses_are_traded_against_each_other() -> None:
    """Yield rises and cost too: the settings between the two best ones are worth a flask."""
    space = Space((Parameter.continuous("x", 0, 1, step=0.05),))
    objective = Objective((Response("yield_percent", Goal.MAXIMISE, "%"), Response("cost", Goal.MINIMISE, "EUR")))
    records = [
        TriedSetting(f"R{x}", {"x": x}, {"yield_percent": 100 * math.sqrt(x), "cost": 10 * x**2})
        for x in (0.0, 0.2, 1.0)
    ]
    batch = Bayesian().recommend(space, objective, records, 2, seed=0)
    assert all(0.2 < float(s.settings["x"]) < 1.0 for s in batch.suggestions)


@LEARNS
def test_a_mixture_with_steps_and_a_huge_space_are_searched_within_their_limits() -> None:
    names = ("a_uL", "b_uL", "c_uL")
    space = Space(
        tuple(Parameter.continuous(n, 0, 1000, unit="uL", step=1, minimum_dose=20) for n in names),
        (Constraint.mixture(names, 1000), Constraint.ratio("a_uL", "b_uL", low=0.5, high=2)),
    )
    records = [
        TriedSetting(f"R{i}", s, {"yield_percent": float(s["a_uL"]) / 10}) for i, s in enumerate(_spread(space, 5))
    ]
    batch = Bayesian().recommend(space, YIELD, records, 2, seed=0)
    assert space.is_legal(space.to_points([s.settings for s in batch.suggestions])).all()
    assert float(batch.suggestions[0].settings["a_uL"]) > max(10 * r.outcomes["yield_percent"] for r in records)


def _spread(space: Space, n: int) -> tuple[dict[str, Setting], ...]:
    return space.to_settings(first_points(space, read_history(space, YIELD, []), n, seed=1))


def test_evidence_makes_the_first_batch_denser_where_it_lies() -> None:
    space = Space((Parameter.continuous("t", 0, 100, unit="degC"), Parameter.categorical("s", ["a", "b", "c", "d"])))
    evidence = (Evidence("t", 20, 30, weight=0.6), Evidence("s", options={"c": 1.0}, weight=0.6))
    batch = LatinHypercube(evidence).recommend(space, YIELD, [], 40, seed=0)
    near = [10 <= float(s.settings["t"]) <= 40 for s in batch.suggestions]
    assert 0.6 <= np.mean(near) < 1
    assert {str(s.settings["s"]) for s in batch.suggestions} == set("abcd")
    assert sum(s.settings["s"] == "c" for s in batch.suggestions) == pytest.approx(28, abs=1)
    assert "cited values" in batch.suggestions[0].reason
    outside = LatinHypercube((Evidence("t", 500, 600),)).recommend(space, YIELD, [], 5, seed=0)
    assert len(outside.suggestions) == 5


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Evidence("t", 1, 2, weight=0.95), "legal: 0 to 0.8"),
        (lambda: Evidence("t", 3, 2), "runs from 3 to 2"),
        (lambda: Evidence("t"), "a range"),
        (lambda: Evidence("t", low=1), "a range"),
        (lambda: Evidence("t", options={"a": -1}), "positive"),
        (lambda: Limit("purity"), "finite bound"),
        (lambda: Objective(()), "none"),
        (lambda: Objective(YIELD.responses, minimum_success=1.5), "between 0 and 1"),
        (lambda: LatinHypercube((Evidence("x", 1, 2),)).recommend(flask(), YIELD, [], 1, 0), "evidence on x"),
        (lambda: read_history(flask(), YIELD, tried(some()[0].settings, of=lambda _: math.inf)), "infinite"),
    ],
)
def test_what_contradicts_itself_is_refused(make: Callable[[], object], says: str) -> None:
    with pytest.raises(RecommenderError, match=says):
        make()


def test_one_factor_at_a_time_moves_one_factor() -> None:
    records = some()
    batch = OneFactorAtATime().recommend(flask(), YIELD, records, 5, seed=0)
    best = max(records, key=lambda r: r.outcomes["yield_percent"]).settings
    for suggestion in batch.suggestions:
        assert sum(suggestion.settings[name] != best[name] for name in best) == 1


@LEARNS
def test_a_space_that_is_used_up_says_so() -> None:
    space = Space((Parameter.integer("n", 1, 4),))
    records = [TriedSetting(str(n), {"n": float(n)}, {"yield_percent": float(n)}) for n in (1, 2, 3)]
    for name in RECOMMENDERS:
        with pytest.raises(RecommenderError, match="1 settings of the space are left to try, fewer than the 2"):
            recommender(name).recommend(space, YIELD, records, 2, seed=0)
    with pytest.raises(RecommenderError, match="4 settings of the space are left to try, fewer than the 5"):
        LatinHypercube().recommend(space, YIELD, [], 5, seed=0)


def test_without_botorch_the_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botorch", None)
    with pytest.raises(MissingEngineError, match=r"superatom\[campaign\]"):
        Bayesian().recommend(flask(), YIELD, some(), 1, seed=0)


def line() -> Space:
    return Space((Parameter.continuous("x", 0, 1, step=0.01),))


def wave(settings: Settings) -> float:
    return math.sin(9 * float(settings["x"])) + float(settings["x"])


def on_line(of: Callable[[Settings], float], *places: float) -> list[TriedSetting]:
    return tried(*({"x": x} for x in places), of=of)


@LEARNS
@pytest.mark.parametrize("kind", list(TransferKind))
def test_a_related_task_helps(kind: TransferKind) -> None:
    """The same curve, stretched and shifted, known at 15 places; the own records are four."""
    earlier = EarlierTask("related", tuple(on_line(lambda s: 3 * wave(s) - 7, *np.linspace(0, 1, 15).round(2))))
    records = on_line(wave, 0.05, 0.35, 0.6, 0.95)
    batch = Bayesian(earlier=(earlier,), transfer=kind).recommend(line(), YIELD, records, 1, seed=0)
    assert "helped by related" in batch.remarks[-1]
    best = max((i / 100 for i in range(101)), key=lambda x: wave({"x": x}))
    assert float(batch.suggestions[0].settings["x"]) == pytest.approx(best, abs=0.06)


@LEARNS
@pytest.mark.parametrize("kind", list(TransferKind))
def test_an_unrelated_task_does_not_hurt(kind: TransferKind) -> None:
    """From the first model on, suggestions are those made without the unrelated task."""
    rng = np.random.default_rng(1)
    noise = EarlierTask("unrelated", tuple(on_line(lambda _: float(rng.normal()), *np.linspace(0, 1, 15).round(2))))
    records = on_line(wave, 0.05, 0.35, 0.6, 0.8, 0.95)
    helped = Bayesian(earlier=(noise,), transfer=kind).recommend(line(), YIELD, records, 2, seed=0)
    alone = Bayesian().recommend(line(), YIELD, records, 2, seed=0)
    assert [s.settings for s in helped.suggestions] == [s.settings for s in alone.suggestions]
    assert "no earlier task explains" in helped.remarks[-1]


@LEARNS
def test_the_first_setting_of_a_new_campaign_is_what_the_earlier_one_makes_look_best() -> None:
    earlier = EarlierTask("first campaign", tuple(on_line(wave, *np.linspace(0, 1, 12).round(2))))
    batch = Bayesian(earlier=(earlier,)).recommend(line(), YIELD, [], 3, seed=0)
    assert "first campaign" in batch.suggestions[0].reason
    assert float(batch.suggestions[0].settings["x"]) == pytest.approx(0.88, abs=0.06)
