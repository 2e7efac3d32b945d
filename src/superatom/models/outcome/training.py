"""What an outcome model was trained on and how, as a document; a model of scikit-learn is stored as nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from superatom.documents import DocumentFormat
from superatom.models.outcome.examples import Example
from superatom.models.outcome.inputs import Scheme


@dataclass(frozen=True, slots=True)
class Training:
    """All that is needed to fit a model again.

    Attributes
    ----------
    kind, hyperparameters, seed
        The learner.
    n_members, scheme
        The ensemble: how many folds, and what stays together in one.
    columns
        Names of the descriptors.
    examples
        The labelled examples.
    data
        What the examples are, in words.
    """

    kind: str
    hyperparameters: Mapping[str, float]
    seed: int
    n_members: int
    scheme: Scheme
    columns: tuple[str, ...]
    examples: tuple[Example, ...]
    data: str = ""


TRAINING = DocumentFormat("superatom-outcome-training", Training)
