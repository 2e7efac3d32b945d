"""What an outcome model was trained on and how, as a document; a model of scikit-learn is stored as nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from superatom.documents import DocumentFormat
from superatom.models.outcome.examples import Example
from superatom.models.outcome.inputs import Scheme


@dataclass(frozen=True, slots=True)
class Training:
    """All that is needed to fit a model again.

    Attributes
    ----------
    kind, seed
        The learner.
    hyperparameters
        Of each member of the ensemble: where they were searched, each searched on the rows it was fitted to.
    n_trials
        How many each search tried; 0 where the defaults were taken.
    n_members, scheme
        The ensemble: how many folds at most, and what stays together in one.
    columns
        Names of the descriptors.
    examples
        The labelled examples.
    data
        What the examples are, in words.
    """

    kind: str
    hyperparameters: tuple[Mapping[str, float], ...]
    n_trials: int
    seed: int
    n_members: int
    scheme: Scheme
    columns: tuple[str, ...]
    examples: tuple[Example, ...]
    data: str = ""


def _one_for_each_member(fields: dict[str, Any]) -> dict[str, Any]:
    """Upgrade version 1, in which all members shared hyperparameters searched on the whole table."""
    return {**fields, "hyperparameters": [fields["hyperparameters"]] * fields["n_members"], "n_trials": 0}


TRAINING = DocumentFormat("superatom-outcome-training", Training, (_one_for_each_member,))
