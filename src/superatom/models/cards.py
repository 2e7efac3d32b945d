"""Model cards: what a model was trained on, under which licence, how well it does on both splits, where it stops.

After M. Mitchell et al., Model Cards for Model Reporting, FAT* 2019, doi:10.1145/3287560.3287596, cut down to what a
chemist needs before believing a number.
"""

from __future__ import annotations

from dataclasses import dataclass

from superatom.documents import DocumentFormat


@dataclass(frozen=True, slots=True)
class Score:
    """One figure of one model on one split: the value with the ends of its interval, None where none was made."""

    model: str
    split: str
    metric: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """The card of one model.

    Attributes
    ----------
    model_id
        As in the predictions of the model.
    predicts
        The quantity and its unit.
    data
        What it was trained on: name, how many rows, how many of each kind.
    licence
        Licence of the training data.
    scores
        Held-out figures of this model on a random and on a grouped split.
    baselines
        The same figures of the baselines.
    calibration
        How probabilities or spreads were set right, and how far off they are.
    limits
        One sentence per thing the model cannot know.
    hyperparameters
        As text, by name.

    >>> card = Card("outcome-forest-1f0c", "probability of success", "40 rows", "MIT")
    >>> CARD.from_text(CARD.to_text(card)) == card
    True
    """

    model_id: str
    predicts: str
    data: str
    licence: str
    scores: tuple[Score, ...] = ()
    baselines: tuple[Score, ...] = ()
    calibration: str = ""
    limits: tuple[str, ...] = ()
    hyperparameters: tuple[tuple[str, str], ...] = ()

    def to_text(self) -> str:
        """Return the card as lines for a reader."""
        lines = [
            f"{self.model_id}: {self.predicts}",
            f"trained on: {self.data}",
            f"licence of the data: {self.licence}",
        ]
        for title, scores in (("held out", self.scores), ("baseline", self.baselines)):
            for s in scores:
                interval = f" [{s.low:.2f}, {s.high:.2f}]" if s.low is not None and s.high is not None else ""
                lines.append(f"{title}, {s.split}: {s.model}, {s.metric} {s.value:.2f}{interval}")
        lines += [f"hyperparameters: {', '.join(' '.join(pair) for pair in self.hyperparameters)}"] * bool(
            self.hyperparameters
        )
        lines += [f"calibration: {self.calibration}"] if self.calibration else []
        lines += [f"limit: {limit}" for limit in self.limits]
        return "\n".join(lines)


CARD = DocumentFormat("superatom-model-card", Card)
