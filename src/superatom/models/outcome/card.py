"""The card of an outcome model: how it does on examples it never saw, beside baselines, and what it cannot know."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from superatom.models.cards import Card, Score
from superatom.models.outcome.inputs import alike, outcomes, usable_schemes
from superatom.models.outcome.metrics import calibration_error
from superatom.models.outcome.model import OutcomeModel
from superatom.models.outcome.proposals import generate

_LIMITS = (
    "Success means that the source or the bench says the target alone was made; what counts as alone differs.",
    "What is not among the columns (order of addition, additives, stirring by hand, age of a solution) is not seen.",
    "A probability outside the domain is a guess.",
)
_LIMITS_OF_GAPS = (
    "Where the baseline 'stated' does as well, the model has learnt who reports numbers, not what works.",
)
_FEW_GROUPS = 5
_FEW = ", too few for the intervals to be believed"
_N_DRAWN = 2000


def outcome_card(model: OutcomeModel, *, licence: str = "not stated", n_repeats: int = 1) -> Card:
    """Return the card: held-out figures of this kind and of baselines on every split that the examples allow.

    Hyperparameters are searched anew in each fold, as often as for the model itself. `licence` is that of the data.
    """
    y = outcomes(model.examples)
    found: list[Score] = []
    schemes = usable_schemes(model.examples, model.columns)
    kinds = (model.training.kind, "logistic", *(("stated",) if model.has_gaps else ()), "majority")
    n_groups = {}
    for kind in dict.fromkeys(kinds):
        for scheme in schemes:
            made = model.validated(kind, scheme, n_repeats)
            n_groups[scheme] = made.n_groups
            found += [Score(kind, scheme, m, i.value, i.low, i.high) for m, i in made.metrics.items()]
    return Card(
        model_id=model.model_id,
        predicts="probability that the target alone is made",
        data=_data_in_words(model),
        licence=licence,
        scores=tuple(s for s in found if s.model == model.training.kind),
        baselines=tuple(s for s in found if s.model != model.training.kind),
        calibration=f"logistic, on folds held out by {model.training.scheme}; error on folds held out of it too "
        f"{calibration_error(y, model.held_out):.2f}; success is a probability from {model.threshold:.2f} on",
        limits=_limits(model, {s: n for s, n in n_groups.items() if s != "random"}),
        hyperparameters=_hyperparameters_in_words(model),
    )


def _data_in_words(model: OutcomeModel) -> str:
    y, same = outcomes(model.examples), np.bincount(alike(model.inputs(model.examples)))
    parts = [f"{len(y)} examples, {int(y.sum())} of them successes"]
    if n_implied := sum(bool(e.remark) for e in model.examples):
        parts.append(f"{n_implied} labels are implied")
    if n_same := int(same[same > 1].sum()):
        parts.append(f"{n_same} have the inputs of another; grouped splits hold such rows out together")
    return f"{model.training.data}: {'; '.join(parts)}"


def _limits(model: OutcomeModel, n_groups: Mapping[str, int]) -> tuple[str, ...]:
    drawn = generate(model.examples, model.columns, _N_DRAWN, seed=model.training.seed)
    share = model.domain.contains(drawn, model.inputs(drawn)).mean()
    few = [f"Held out by {s}: {n} groups{_FEW if n < _FEW_GROUPS else ''}." for s, n in n_groups.items()]
    said = f"Of recipes drawn near the examples, which an explanation asks about, {share:.0%} are in its domain."
    return (*_LIMITS, *(_LIMITS_OF_GAPS if model.has_gaps else ()), *few, said)


def _hyperparameters_in_words(model: OutcomeModel) -> tuple[tuple[str, str], ...]:
    """Return each hyperparameter as text: a range where the members searched and found different ones."""
    found = []
    for name in sorted(model.training.hyperparameters[0]):
        values = sorted(h[name] for h in model.training.hyperparameters)
        ends = dict.fromkeys((f"{values[0]:.3g}", f"{values[-1]:.3g}"))
        found.append((name, " to ".join(ends)))
    return tuple(found)
