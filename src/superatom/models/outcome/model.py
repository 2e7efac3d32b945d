"""A trained outcome model: an ensemble over folds, calibrated on what each member never saw, that knows its domain.

Each member is trained with one fold left out, as in Li et al. 2019 (doi:10.1002/aisy.201900029), whose maps average the
ten instances of a ten-fold validation. The members' answers for the folds they never saw calibrate the probability
(J. Platt, Probabilistic outputs for support vector machines, 1999): p = σ(a·logit(raw) + b).

The spread of an answer p after n examples is how far it would move had other examples been drawn: the standard error of
the delete-a-group jackknife over the G members, √(G - 1) times their standard deviation, for the members share most of
their examples (P. S. Kott, J. Off. Stat. 2001, 17, 521), and, in quadrature, that of a share counted in n examples,
√(p(1 - p)/(n + 3)) (a beta posterior), for the calibration that they share was learnt from as many.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from superatom.errors import ModelError
from superatom.models.cards import Card, Score
from superatom.models.outcome.descriptors import Descriptor, FloatArray, columns_for
from superatom.models.outcome.domain import Domain
from superatom.models.outcome.examples import Example, labelled
from superatom.models.outcome.inputs import SCHEMES, Inputs, IntArray, Scheme, folds, groups, inputs, others, outcomes
from superatom.models.outcome.kinds import Fitted, defaults, learner
from superatom.models.outcome.metrics import calibration_error, scores
from superatom.models.outcome.training import TRAINING, Training
from superatom.models.outcome.validation import tune, validate
from superatom.models.prediction import Prediction

_CHUNK = 2000  # rows asked of a network at a time
_WORTH = 0.1  # of MCC: a model this little better than the baseline `stated` has not been shown to know chemistry
_LIMITS = (
    "Success means that the source or the bench says the target alone was made; what counts as alone differs.",
    "What is not among the columns (order of addition, additives, stirring by hand, age of a solution) is not seen.",
    "A probability outside the domain is a guess.",
    "Where the baseline 'stated' does as well, the model has learnt who reports numbers, not what works.",
)


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeModel:
    """A fitted outcome model; made by `fit_outcome_model` or `load_outcome_model`.

    Attributes
    ----------
    training
        Kind, hyperparameters, seed and examples: all that is needed to fit it again.
    columns
        The descriptors it sees.
    members
        One fitted learner per fold.
    slope, intercept
        Of the calibration.
    held_out
        Shape (n,): calibrated probability of each training example by the member that never saw it.
    """

    training: Training
    columns: tuple[Descriptor, ...]
    members: tuple[Fitted, ...]
    slope: float
    intercept: float
    held_out: FloatArray
    domain: Domain

    @property
    def model_id(self) -> str:
        """Kind and a digest of the training data and settings."""
        digest = hashlib.sha256(TRAINING.to_text(self.training).encode()).hexdigest()[:10]
        return f"outcome-{self.training.kind}-{digest}"

    @property
    def examples(self) -> tuple[Example, ...]:
        """What it was trained on."""
        return self.training.examples

    def inputs(self, examples: Sequence[Example]) -> Inputs:
        """Return examples as rows of this model's columns."""
        return inputs(examples, self.columns)

    def probabilities(self, items: Inputs) -> FloatArray:
        """Return the calibrated probability of success by each member, shape (n_members, n)."""
        parts = [items.rows(np.arange(i, min(i + _CHUNK, len(items)))) for i in range(0, len(items), _CHUNK)]
        raw = [np.concatenate([member.probability(part) for part in parts]) for member in self.members]
        return calibrated(np.array(raw), self.slope, self.intercept)

    def mean_and_spread(self, items: Inputs) -> tuple[FloatArray, FloatArray]:
        """Return the probability of success and its standard error, each of shape (n,); see the head of this module."""
        each = self.probabilities(items)
        mean = each.mean(axis=0)
        variance = (len(each) - 1) * each.var(axis=0) + mean * (1 - mean) / (len(self.examples) + 3)
        return mean, np.sqrt(variance)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """Return the probability of success of each proposal, its standard error, and if it is in domain."""
        if not examples:
            return []
        items = self.inputs(examples)
        within, name = self.domain.contains(examples, items), self.model_id
        return [
            Prediction(float(mean), float(spread), is_in, name)
            for mean, spread, is_in in zip(*self.mean_and_spread(items), within, strict=True)
        ]

    def reliability(self) -> tuple[str, ...]:
        """Return in words how far its answers on examples it never saw can be believed: what every answer should carry.

        Matthews' coefficient of the held-out answers of the members, beside that of the baseline ``stated``, which sees
        which settings are stated and not their values, on the same scheme of splitting.
        """
        y, scheme = outcomes(self.examples), self.training.scheme
        own = float(scores(y, self.held_out >= 0.5)["mcc"])
        made = validate(
            self.examples, self.columns, "stated", scheme, n_repeats=1, n_folds=self.training.n_members,
            seed=self.training.seed,
        )  # fmt: skip
        stated = made.metrics["mcc"].value
        what = {"random": "examples", "series": "series", "ligand": "ligands"}[scheme]
        said = f"on {what} it never saw: MCC {own:.2f} (a guess has 0)"
        if own - stated > _WORTH:
            return (said,)
        learnt = f"knowing only which settings are stated, not their values, has {stated:.2f}"
        return (said, f"{learnt}: it may know who reports numbers, not what works; train on your own records")

    def remarks(self, example: Example) -> tuple[str, ...]:
        """Return in words why a proposal is outside the domain, if it is."""
        return self.domain.remarks(example, self.inputs([example]))

    def fingerprint_distances(self, molecules: Sequence[str]) -> FloatArray:
        """Return Euclidean distances between the learnt fingerprints of SMILES, shape (n, n), as in Fig. 4.

        Fingerprints are averaged over the members first. Raises `ModelError` for a kind without graphs.
        """
        from superatom.models.outcome.neural import FittedNetwork

        prints = [
            m.fingerprints(list(molecules)) for m in self.members if isinstance(m, FittedNetwork) and m.uses_graphs
        ]
        if not prints:
            raise ModelError(f"{self.training.kind} learns no fingerprints; graph+svm, graph+dense, graph+siamese do")
        mean = np.mean(prints, axis=0)
        return np.asarray(np.sqrt(((mean[:, None] - mean[None]) ** 2).sum(axis=-1)))

    def card(self, *, licence: str = "facts with their citation, or your own records", n_repeats: int = 1) -> Card:
        """Return the card: held-out figures on the random and the grouped splits, of this kind and of baselines."""
        y = outcomes(self.examples)
        found: list[Score] = []
        usable = [s for s in SCHEMES if len({(e.series, e.ligand)[s == "ligand"] for e in self.examples}) > 1]
        for kind in dict.fromkeys((self.training.kind, "logistic", "stated", "majority")):
            for scheme in usable:
                made = validate(
                    self.examples, self.columns, kind, scheme, n_repeats=n_repeats, n_folds=self.training.n_members
                )
                found += [Score(kind, scheme, m, i.value, i.low, i.high) for m, i in made.metrics.items()]
        error = calibration_error(y, self.held_out)
        good = int(y.sum())
        implied = sum(bool(e.remark) for e in self.examples)
        return Card(
            model_id=self.model_id,
            predicts="probability that the target alone is made",
            data=f"{self.training.data}: {len(y)} examples, {good} of them successes; {implied} labels are implied",
            licence=licence,
            scores=tuple(s for s in found if s.model == self.training.kind),
            baselines=tuple(s for s in found if s.model != self.training.kind),
            calibration=f"logistic, on folds held out by {self.training.scheme}; error on the same folds {error:.2f}",
            limits=_LIMITS,
            hyperparameters=tuple((k, f"{v:g}") for k, v in sorted(self.training.hyperparameters.items())),
        )


def fit_outcome_model(
    examples: Sequence[Example], kind: str = "gp", *,
    columns: Sequence[Descriptor] | None = None, scheme: Scheme = "series", n_members: int = 5, n_trials: int = 0,
    seed: int = 0, data: str = "examples",
) -> OutcomeModel:  # fmt: skip
    """Fit an outcome model; the same examples, settings and seed give the same model.

    Parameters
    ----------
    examples
        With and without outcome; only those with one are learnt from.
    columns
        Default: `columns_for` of the examples.
    scheme
        How the folds of the ensemble are cut; falls back to ``random`` where all examples are of one group.
    n_trials
        Settings tried by Bayesian search, on folds of the whole table before the members are fitted; 0 for none.

    Raises
    ------
    ModelError
        For fewer than two successes or two failures.

    >>> examples = [Example(str(i), i < 10, settings={"ph": float(i)}) for i in range(20)]
    >>> [p] = fit_outcome_model(examples, "logistic").predict([Example("new", None, settings={"ph": 2.0})])
    >>> p.mean > 0.5, p.in_domain
    (True, True)
    """
    known = labelled(examples)
    if n_members < 2:
        raise ModelError(f"an ensemble of {n_members} has no held-out folds; at least two members are needed")
    chosen = tuple(columns or columns_for(known))
    if not chosen:
        raise ModelError(
            "no setting is stated in two examples and no chemical is named: there is nothing to learn from"
        )
    cut = _usable(known, scheme)
    best = defaults(kind)
    if n_trials:
        best = tune(inputs(known, chosen), outcomes(known), groups(known, cut), kind, n_trials=n_trials, seed=seed)
    names = tuple(c.name for c in chosen)
    training = Training(kind, best, seed, n_members, cut, names, tuple(known), data)
    stored = TRAINING.from_document(TRAINING.to_document(training))  # so that a model read back is the same model
    return assemble(stored, chosen, None)


def assemble(training: Training, columns: Sequence[Descriptor], members: Sequence[Fitted] | None) -> OutcomeModel:
    """Return the model of a training table; members that were stored are used, others are fitted."""
    known = training.examples
    items, y = inputs(known, columns), outcomes(known)
    parts = member_folds(training)
    fitted = tuple(members) if members is not None else tuple(
        learner(training.kind, training.hyperparameters).fit(items.rows(rows), y[rows], training.seed)
        for rows in (others(len(y), held_out) for held_out in parts)
    )  # fmt: skip
    raw = np.full(len(y), 0.5)
    for member, held_out in zip(fitted, parts, strict=True):
        raw[held_out] = member.probability(items.rows(held_out))
    slope, intercept = _platt(raw, y)
    return OutcomeModel(
        training, tuple(columns), fitted, slope, intercept, calibrated(raw, slope, intercept),
        Domain.of(known, columns, items),
    )  # fmt: skip


def member_folds(training: Training) -> list[IntArray]:
    """Return the rows that each member never saw."""
    known = training.examples
    return folds(outcomes(known), groups(known, training.scheme), training.n_members, training.seed)


def calibrated(raw: FloatArray, slope: float, intercept: float) -> FloatArray:
    """Return p = σ(slope·logit(raw) + intercept)."""
    return np.asarray(1 / (1 + np.exp(-(slope * _logit(raw) + intercept))))


def _usable(examples: Sequence[Example], scheme: Scheme) -> Scheme:
    keys = {(e.ligand if scheme == "ligand" else e.series) for e in examples}
    return scheme if len(keys) > 1 else "random"


def _logit(p: FloatArray) -> FloatArray:
    clipped = np.clip(p, 0.01, 0.99)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _platt(raw: FloatArray, y: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[float, float]:
    """Return slope and intercept; a model that orders examples worse than a coin gives the share of successes."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1.0).fit(_logit(raw)[:, None], y)
    slope = float(fitted.coef_[0, 0])
    if slope <= 0:
        share = float(np.clip(y.mean(), 0.01, 0.99))
        return 0.0, float(np.log(share / (1 - share)))
    return slope, float(fitted.intercept_[0])
