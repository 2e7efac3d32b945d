"""Outcome models in a folder: `training.json`, for networks `weights.safetensors`, and `card.json`; never a pickle."""

from __future__ import annotations

from pathlib import Path

from superatom.errors import DocumentError, ModelError
from superatom.models.cards import CARD, Card
from superatom.models.extras import need
from superatom.models.outcome.classical import CLASSICAL
from superatom.models.outcome.descriptors import columns_named
from superatom.models.outcome.inputs import Scaling, inputs, others, outcomes
from superatom.models.outcome.kinds import Fitted, learner
from superatom.models.outcome.model import OutcomeModel, assemble, member_folds
from superatom.models.outcome.neural import FittedNetwork, Neural
from superatom.models.outcome.training import TRAINING, Training

TRAINING_FILE, WEIGHTS_FILE, CARD_FILE = "training.json", "weights.safetensors", "card.json"


def save_outcome_model(model: OutcomeModel, folder: str | Path, card: Card | None = None) -> Path:
    """Write a model into a folder, which is made; an existing model there is replaced.

    A model of scikit-learn is its training table: loading fits it again, to the same answers.
    """
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    networks = {i: m for i, m in enumerate(model.members) if isinstance(m, FittedNetwork)}
    if networks:
        need("safetensors")
        from safetensors.torch import save_file

        weights = {
            f"{i}.{name}": tensor.contiguous() for i, m in networks.items()
            for name, tensor in m.network.state_dict().items()
        }  # fmt: skip
        save_file(weights, root / WEIGHTS_FILE)
    else:
        (root / WEIGHTS_FILE).unlink(missing_ok=True)
    if card is not None:
        (root / CARD_FILE).write_text(CARD.to_text(card) + "\n", encoding="utf-8")
    (root / TRAINING_FILE).write_text(TRAINING.to_text(model.training) + "\n", encoding="utf-8")
    return root


def load_outcome_model(folder: str | Path) -> OutcomeModel:
    """Read a model written by `save_outcome_model`.

    Raises
    ------
    ModelError
        When the folder holds none, or its weights do not fit its training table.
    DocumentError
        When the training table is damaged or of another version.
    """
    root = Path(folder)
    try:
        text = (root / TRAINING_FILE).read_text(encoding="utf-8")
    except OSError as error:
        raise ModelError(f"{root} holds no outcome model: {TRAINING_FILE} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ModelError(f"{root} holds no outcome model: {TRAINING_FILE} is no text, so it is damaged") from error
    try:
        training = TRAINING.from_text(text)
    except DocumentError as error:
        raise DocumentError(f"the model {root}: {TRAINING_FILE} is damaged or was changed ({error})") from error
    return assemble(training, None if training.kind in CLASSICAL else _members(training, root / WEIGHTS_FILE))


def _members(training: Training, path: Path) -> list[Fitted]:
    need("torch", "safetensors")
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        weights = load_file(path)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"the weights {path} cannot be read: {error}") from error
    items, y = inputs(training.examples, columns_named(training.columns)), outcomes(training.examples)
    members: list[Fitted] = []
    for i, held_out in enumerate(member_folds(training)):
        kind = learner(training.kind, training.hyperparameters[i])
        if not isinstance(kind, Neural):
            raise ModelError(f"{training.kind} is no network, yet {path} holds weights")
        rows = others(len(y), held_out)
        known = items.rows(rows)
        if len(set(y[rows].tolist())) < 2:  # a member of one outcome is no network
            members.append(kind.fit(known, y[rows], training.seed))
            continue
        scaling = Scaling.of(known.scaled())
        network = kind.build(scaling.apply(known.scaled()).shape[1])
        own = {name.partition(".")[2]: t for name, t in weights.items() if name.startswith(f"{i}.")}
        try:
            network.load_state_dict(own)
        except RuntimeError as error:
            raise ModelError(f"the weights {path} do not fit the training table beside them") from error
        network.eval()
        support = (known, y[rows]) if kind.head == "siamese" else (None, None)
        members.append(FittedNetwork(network, scaling, kind.uses_graphs, *support))
    return members
