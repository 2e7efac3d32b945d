"""The networks as learners: gaps filled and scaled inside the fold, a seed fixed, Siamese inference by support sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from superatom.models.extras import need
from superatom.models.outcome.classical import Constant
from superatom.models.outcome.descriptors import FloatArray
from superatom.models.outcome.graphs import graphs
from superatom.models.outcome.inputs import BoolArray, Inputs, Scaling

if TYPE_CHECKING:
    from superatom.models.outcome.networks import Network

Head = Literal["dense", "siamese", "hinge"]
PAPER_DEPTH, PAPER_LENGTH = 2, 10  # P and D of Li et al. 2019


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """Hyperparameters of a network; `depth` and `length` are P and D of the fingerprint."""

    width: int = 16
    dropout: float = 0.1
    learning_rate: float = 0.01
    weight_decay: float = 0.01
    n_steps: int = 120
    n_pairs: int = 512
    depth: int = PAPER_DEPTH
    length: int = PAPER_LENGTH


@dataclass(frozen=True, slots=True, eq=False)
class FittedNetwork:
    """A trained network with its scaling; the Siamese one also keeps its support sets."""

    network: Network
    scaling: Scaling
    uses_graphs: bool
    support: Inputs | None
    support_outcomes: BoolArray | None

    def probability(self, items: Inputs) -> FloatArray:
        """Return the probability of success, shape (n,), before calibration.

        Siamese inference as in the paper: the item is compared with every success and every failure of the training
        rows; s₁ and s₀ are the mean similarities. Success is the answer where s₁ > s₀, so (1 + s₁ - s₀) / 2 is given.
        """
        import torch

        with torch.no_grad():
            embedded = self._embed(items)
            if self.support is None or self.support_outcomes is None:
                return np.asarray(torch.sigmoid(self._logit(embedded)).numpy(), dtype=float)
            known = self._embed(self.support)
            s = torch.sigmoid(self.network.similarity(embedded[:, None, :], known[None])).numpy()
        y = self.support_outcomes
        return np.asarray((1 + s[:, y].mean(axis=1) - s[:, ~y].mean(axis=1)) / 2, dtype=float)

    def fingerprints(self, molecules: list[str]) -> FloatArray:
        """Return the learnt fingerprints, shape (n, D); empty columns for a network without graphs."""
        import torch

        from superatom.models.outcome.networks import tensors

        if self.network.fingerprint is None:
            return np.zeros((len(molecules), 0))
        with torch.no_grad():
            return np.asarray(self.network.fingerprint(tensors(graphs(molecules)))[:-1].numpy(), dtype=float)

    def _logit(self, embedded: Any) -> Any:
        logit = self.network.out(embedded)[:, 0]
        return 2 * logit if self.network.head == "hinge" else logit

    def _embed(self, items: Inputs) -> Any:
        return self.network.embed(*_prepared(items, self.scaling, uses_graphs=self.uses_graphs))


@dataclass(frozen=True, slots=True)
class Neural:
    """A network of one head, with or without graphs, and its hyperparameters (fields of `Hyperparameters`)."""

    head: Head
    uses_graphs: bool
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)

    def fit(self, items: Inputs, y: BoolArray, seed: int) -> FittedNetwork | Constant:
        """Return the network trained on rows `items` with outcomes `y`; the same seed gives the same network."""
        if len(np.unique(y)) < 2:
            return Constant(float(y[0]))
        need("torch")
        import torch

        from superatom.models.outcome.networks import train

        chosen = Hyperparameters(**self.hyperparameters)
        scaling = Scaling.of(items.scaled())
        x, roles, batch = _prepared(items, scaling, uses_graphs=self.uses_graphs)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = self.build(x.shape[1])
            train(
                network, x, roles, batch, torch.from_numpy(y), n_steps=chosen.n_steps,
                learning_rate=chosen.learning_rate, weight_decay=chosen.weight_decay, n_pairs=chosen.n_pairs,
                generator=np.random.default_rng(seed),
            )  # fmt: skip
        support = (items, y) if self.head == "siamese" else (None, None)
        return FittedNetwork(network, scaling, self.uses_graphs, *support)

    def build(self, n_features: int) -> Network:
        """Return an untrained network for rows of `n_features` scaled columns and masks."""
        from superatom.models.outcome.networks import Network

        chosen = Hyperparameters(**self.hyperparameters)
        depth = chosen.depth if self.uses_graphs else None
        return Network(
            n_features, self.head, width=chosen.width, depth=depth, length=chosen.length, dropout=chosen.dropout
        )


def _prepared(items: Inputs, scaling: Scaling, *, uses_graphs: bool) -> tuple[Any, Any, Any]:
    """Return the scaled columns, the molecule numbers of the three roles, and the molecules, each once."""
    import torch

    from superatom.models.outcome.networks import tensors

    x = torch.tensor(scaling.apply(items.scaled()), dtype=torch.float32)
    distinct = sorted({text for row in items.molecules for text in row if text}) if uses_graphs else []
    number = {text: i for i, text in enumerate(distinct)}
    roles = np.array([[number.get(text, len(distinct)) for text in row] for row in items.molecules], dtype=np.int64)
    batch = tensors(graphs(distinct)) if uses_graphs else None
    return x, torch.from_numpy(roles.reshape(len(items), 3)), batch
