"""A trained outcome model: an ensemble over folds, calibrated on what each member never saw, that knows its domain.

Each member is trained with one fold left out, as in Li et al. 2019 (doi:10.1002/aisy.201900029), whose maps average the
ten instances of a ten-fold validation; hyperparameters, where they are searched, are searched by each member on its own
rows. The members' answers for the folds they never saw calibrate the probability (`calibration`).

The spread of an answer p after n examples is how far it would move had other examples been drawn: the standard error of
the delete-a-group jackknife over the G members, √(G - 1) times their standard deviation, for the members share most of
their examples (P. S. Kott, J. Off. Stat. 2001, 17, 521), at most √(p(1 - p)), beyond which nothing between 0 and 1 can
scatter around p; and, in quadrature, that of a share counted in n examples, √(p(1 - p)/(n + 3)) (a beta posterior), for
the calibration that they share was learnt from as many. Outside the domain nothing was learnt, whatever the members
agree on, so the spread of a number of which nothing is known, 1/√12, is added in quadrature. What a proposal leaves
open is averaged over (`unset`), which adds the variance between the answers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from superatom.errors import ModelError
from superatom.models.outcome.calibration import calibrated, calibrated_unseen, line, threshold
from superatom.models.outcome.descriptors import Descriptor, FloatArray, columns_for, columns_named
from superatom.models.outcome.domain import Domain
from superatom.models.outcome.examples import Example, labelled
from superatom.models.outcome.graphs import graphs
from superatom.models.outcome.inputs import (
    BoolArray,
    Inputs,
    IntArray,
    Scheme,
    folds,
    groups,
    inputs,
    others,
    outcomes,
    usable_schemes,
)
from superatom.models.outcome.kinds import KINDS, Fitted, learner, uses_graphs
from superatom.models.outcome.metrics import scores
from superatom.models.outcome.training import TRAINING, Training
from superatom.models.outcome.unset import averaged
from superatom.models.outcome.validation import Validation, tune, validate
from superatom.models.prediction import Probability

_CHUNK = 2000  # rows asked of a network at a time
_WORTH = 0.1  # of MCC: a model this little better than the baseline `stated` has not been shown to know chemistry
_IGNORANCE = 1 / 12  # variance of a number between 0 and 1 of which nothing is known


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
    said
        Shape (n,), before calibration: the answer to each training example by the member that never saw it.
    held_out
        Shape (n,): probability of each training example by the member that never saw it, calibrated by other folds.
    """

    training: Training
    columns: tuple[Descriptor, ...]
    members: tuple[Fitted, ...]
    slope: float
    intercept: float
    said: FloatArray
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

    @property
    def threshold(self) -> float:
        """The probability from which on a recipe is called a success; see `calibration`."""
        return threshold(self.slope, self.intercept)

    def inputs(self, examples: Sequence[Example]) -> Inputs:
        """Return examples as rows of this model's columns."""
        return inputs(examples, self.columns)

    def probabilities(self, items: Inputs) -> FloatArray:
        """Return the calibrated probability of success by each member, shape (n_members, n)."""
        parts = [items.rows(np.arange(i, min(i + _CHUNK, len(items)))) for i in range(0, len(items), _CHUNK)]
        raw = [np.concatenate([member.probability(part) for part in parts]) for member in self.members]
        return calibrated(np.array(raw), self.slope, self.intercept)

    def answer(self, examples: Sequence[Example]) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Return probability of success, its standard error and whether in domain, each (n,); see the module's head."""
        mean, variance = averaged(examples, self.examples, self.domain.always, self._mean_and_variance)
        within = self.domain.contains(examples, self.inputs(examples))
        spread = np.sqrt(variance + np.where(within, 0.0, _IGNORANCE))
        return mean, np.minimum(spread, 0.5), within  # no number between 0 and 1 scatters more

    def predict(self, examples: Sequence[Example]) -> list[Probability]:
        """Return the probability of success of each proposal, its standard error, and if it is in domain."""
        if not examples:
            return []
        name = self.model_id
        answers = zip(*self.answer(examples), strict=True)
        return [Probability(float(mean), float(spread), bool(is_in), name) for mean, spread, is_in in answers]

    def reliability(self) -> tuple[str, ...]:
        """Return in words how far its answers on examples it never saw can be believed: what every answer should carry.

        Matthews' coefficient of the held-out answers of the members and, where the examples have gaps, beside that of
        the baseline ``stated``, which sees which settings are stated and not their values, on the same folds.
        """
        y, scheme = outcomes(self.examples), self.training.scheme
        own = float(scores(y, self.said >= 0.5)["mcc"])
        what = {"random": "examples", "series": "series", "ligand": "ligands"}[scheme]
        said = (f"on {what} it never saw: MCC {own:.2f} (a guess has 0)",)
        if not self.has_gaps:
            return said
        stated = self.validated("stated", scheme).metrics["mcc"].value
        if own - stated > _WORTH:
            return said
        learnt = f"knowing only which settings are stated, not their values, has {stated:.2f}"
        return (*said, f"{learnt}: it may know who reports numbers, not what works; train on your own records")

    @property
    def has_gaps(self) -> bool:
        """Whether some examples state a setting or chemical, and others do not."""
        known = np.isfinite(self.inputs(self.examples).x)
        return bool((known != known[:1]).any())

    def remarks(self, example: Example) -> tuple[str, ...]:
        """Return in words why a proposal is outside the domain, if it is."""
        return self.domain.remarks(example, self.inputs([example]))

    def fingerprint_distances(self, molecules: Sequence[str], *, per_atom: bool = False) -> FloatArray:
        """Return Euclidean distances between the learnt fingerprints of SMILES, shape (n, n), as in Fig. 4.

        Fingerprints are averaged over the members first. They are sums over atoms, so a distance is mostly
        one of sizes; `per_atom` divides each by its number of heavy atoms. Raises `ModelError` for a kind without
        graphs.
        """
        from superatom.models.outcome.neural import FittedNetwork

        prints = [
            m.fingerprints(list(molecules)) for m in self.members if isinstance(m, FittedNetwork) and m.uses_graphs
        ]
        if not prints:
            raise ModelError(f"{self.training.kind} learns no fingerprints; graph+svm, graph+dense, graph+siamese do")
        mean = np.mean(prints, axis=0)
        if per_atom:
            mean = mean / np.bincount(graphs(molecules).molecule)[:, None]
        return np.asarray(np.sqrt(((mean[:, None] - mean[None]) ** 2).sum(axis=-1)))

    def _mean_and_variance(self, examples: Sequence[Example]) -> tuple[FloatArray, FloatArray]:
        """Return mean and variance of the answers to recipes of which nothing is left open, each of shape (n,)."""
        each = self.probabilities(self.inputs(examples))
        mean = each.mean(axis=0)
        most = mean * (1 - mean)
        return mean, np.minimum((len(each) - 1) * each.var(axis=0), most) + most / (len(self.examples) + 3)

    def validated(self, kind: str, scheme: Scheme, n_repeats: int = 1) -> Validation:
        """Return a kind held out on the folds of this model, if `scheme` is the model's."""
        t = self.training
        return validate(
            self.examples, self.columns, kind, scheme, n_repeats=n_repeats, n_folds=t.n_members, n_trials=t.n_trials,
            seed=t.seed,
        )  # fmt: skip


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
        How the folds of the ensemble are cut; ``random`` where the examples have no such groups (`usable_schemes`).
    n_trials
        Hyperparameters tried by Bayesian search, by each member on its own rows; 0 for none.

    Raises
    ------
    ModelError
        For fewer than two successes or two failures, or a kind with graphs where no example has a known structure.

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
    items, y = inputs(known, chosen), outcomes(known)
    if uses_graphs(kind) and not any(map(any, items.molecules)):
        raise ModelError(
            f"{kind} learns from structures, and no example names a ligand, solvent or reductant that has one; "
            f"without: {', '.join(k for k in KINDS if not uses_graphs(k))}"
        )
    cut = scheme if scheme in usable_schemes(known, chosen) else "random"
    group = groups(known, chosen, cut)
    best = tuple(
        tune(items.rows(rows), y[rows], group[rows], kind, n_trials=n_trials, seed=seed)
        for rows in (others(len(y), held_out) for held_out in folds(y, group, n_members, seed))
    )
    names = tuple(c.name for c in chosen)
    training = Training(kind, best, n_trials, seed, n_members, cut, names, tuple(known), data)
    stored = TRAINING.from_document(TRAINING.to_document(training))  # so that a model read back is the same model
    return assemble(stored, None)


def assemble(training: Training, members: Sequence[Fitted] | None) -> OutcomeModel:
    """Return the model of a training table; members that were stored are used, others are fitted."""
    known, columns = training.examples, columns_named(training.columns)
    items, y = inputs(known, columns), outcomes(known)
    parts = member_folds(training)
    fitted = tuple(members) if members is not None else tuple(
        learner(training.kind, chosen).fit(items.rows(rows), y[rows], training.seed)
        for chosen, rows in zip(training.hyperparameters, (others(len(y), h) for h in parts), strict=False)
    )  # fmt: skip
    raw = np.full(len(y), 0.5)
    for member, held_out in zip(fitted, parts, strict=True):
        raw[held_out] = member.probability(items.rows(held_out))
    slope, intercept = line(raw, y, float(y.mean()))
    unseen = calibrated_unseen(raw, y, parts)
    return OutcomeModel(training, columns, fitted, slope, intercept, raw, unseen, Domain.of(known, columns, items))


def member_folds(training: Training) -> list[IntArray]:
    """Return the rows that each member never saw."""
    known = training.examples
    group = groups(known, columns_named(training.columns), training.scheme)
    return folds(outcomes(known), group, training.n_members, training.seed)
