"""The dense, Siamese and hinge networks of Li et al. 2019 (doi:10.1002/aisy.201900029), each with or without graphs.

With graphs, a fingerprint of ligand, solvent and reductant (Duvenaud et al., arXiv:1509.09292; P hidden filters, length
D, one set of weights for the three roles) is learnt together with the rest and joined to the descriptors (eqn 1).

The hinge network ends in a linear unit trained with the squared hinge loss, which makes it a support vector machine on
learnt features (Y. Tang, arXiv:1306.0239): that is how "GCNN + SVM" is read here, for only so can the graph part learn.

Eqn (4) of the paper is printed without its minus sign, and with E, the distance, where the text says that the output
unit is near 1 for a pair of one class. What is meant, and done, is the binary cross-entropy of the similarity
s = σ(w·|G(x₁) - G(x₂)| + b), -[Y log s + (1 - Y) log(1 - s)]; minimising the line as printed drives like pairs apart.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from superatom.models.outcome.graphs import MAX_DEGREE, N_ATOM_FEATURES, N_BOND_FEATURES, Graphs


class Fingerprint(nn.Module):  # type: ignore[misc]
    """Neural graph fingerprint: `depth` (P) hidden filters, `length` (D); P + 1 output filters are summed."""

    def __init__(self, depth: int, length: int, width: int = 16) -> None:
        super().__init__()
        sizes = [N_ATOM_FEATURES, *[width] * depth]
        self.hidden = nn.ParameterList(
            nn.Parameter(torch.randn(a + N_BOND_FEATURES, (MAX_DEGREE + 1) * b) / math.sqrt(a + N_BOND_FEATURES))
            for a, b in pairwise(sizes)
        )
        self.output = nn.ModuleList(nn.Linear(size, length) for size in sizes)
        self.length = length

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        """Return fingerprints of shape (n_molecules + 1, D); the last row, all zero, is a molecule not known."""
        r = batch["atoms"]
        total = torch.softmax(self.output[0](r), dim=1)
        for weights, out in zip(self.hidden, list(self.output)[1:], strict=True):
            around = r.index_add(0, batch["target"], r[batch["source"]])
            v = torch.cat([around, batch["bonds"]], dim=1)
            n_filters = weights.shape[1] // (MAX_DEGREE + 1)  # one per degree; no -1, for a batch may be without atoms
            each = (v @ weights).view(len(v), MAX_DEGREE + 1, n_filters)
            r = torch.relu(each[torch.arange(len(v)), batch["degree"]])
            total = total + torch.softmax(out(r), dim=1)
        empty = torch.zeros(int(batch["n_molecules"]) + 1, self.length, dtype=r.dtype)
        return empty.index_add(0, batch["molecule"], total)


class Network(nn.Module):  # type: ignore[misc]
    """Descriptors and, where `depth` is not None, three fingerprints; then `head`: dense, hinge or siamese."""

    def __init__(
        self, n_features: int, head: str, *, width: int, depth: int | None, length: int, dropout: float
    ) -> None:
        super().__init__()
        self.head = head
        self.fingerprint = None if depth is None else Fingerprint(depth, length)
        n = n_features + (0 if depth is None else 3 * length + 3)
        self.body = nn.Sequential(
            nn.Linear(n, width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, width),
            nn.Sigmoid() if head == "siamese" else nn.ReLU(),
        )  # fmt: skip
        self.out = nn.Linear(width, 1)

    def embed(self, x: Tensor, roles: Tensor, batch: dict[str, Tensor] | None) -> Tensor:
        """Return what the half network makes of each row, shape (n, width).

        `roles` holds the molecule numbers of ligand, solvent and reductant, shape (n, 3).
        """
        if self.fingerprint is not None and batch is not None:
            prints = self.fingerprint(batch)
            is_missing = (roles == len(prints) - 1).to(x.dtype)
            # atoms add up, so a fingerprint grows with the molecule; its logarithm keeps large ligands in range
            x = torch.cat([x, torch.log1p(prints)[roles].flatten(1), is_missing], dim=1)
        embedded: Tensor = self.body(x)
        return embedded

    def similarity(self, one: Tensor, other: Tensor) -> Tensor:
        """Return the logit of "same class" for pairs of embeddings (eqn 2: their element-wise L1 distance)."""
        logit: Tensor = self.out((one - other).abs())[..., 0]
        return logit


def tensors(batch: Graphs) -> dict[str, Tensor]:
    """Return a batch of molecules as tensors."""
    real = {name: torch.tensor(getattr(batch, name), dtype=torch.float32) for name in ("atoms", "bonds")}
    whole = {name: torch.from_numpy(getattr(batch, name)) for name in ("molecule", "degree", "source", "target")}
    return {**real, **whole, "n_molecules": torch.tensor(batch.n_molecules)}


def train(
    network: Network, x: Tensor, roles: Tensor, batch: dict[str, Tensor] | None, y: Tensor, *,
    n_steps: int, learning_rate: float, weight_decay: float, n_pairs: int, generator: np.random.Generator,
) -> float:  # fmt: skip
    """Train in place, all rows at every step, and return the last loss. Both classes weigh the same."""
    optimiser = torch.optim.AdamW(network.parameters(), lr=learning_rate, weight_decay=weight_decay)
    share = y.float().mean().clamp(0.02, 0.98)
    weight = torch.where(y, 0.5 / share, 0.5 / (1 - share))
    rows = y.numpy()
    network.train()
    loss = torch.tensor(math.nan)
    for _ in range(n_steps):
        optimiser.zero_grad()
        embedded = network.embed(x, roles, batch)
        if network.head == "siamese":
            one, other, same = pairs(rows, n_pairs, generator)
            logit = network.similarity(embedded[one], embedded[other])
            loss = nn.functional.binary_cross_entropy_with_logits(logit, torch.from_numpy(same).to(logit.dtype))
        else:
            logit = network.out(embedded)[:, 0]
            if network.head == "hinge":
                loss = (weight * torch.relu(1 - (2.0 * y - 1) * logit) ** 2).mean()
            else:
                loss = nn.functional.binary_cross_entropy_with_logits(logit, y.to(logit.dtype), weight=weight)
        loss.backward()
        optimiser.step()
    network.eval()
    return float(loss.detach())


def pairs(rows: Any, n: int, generator: np.random.Generator) -> tuple[Any, Any, Any]:
    """Draw `n` pairs of rows, half of one class and half of two; return both row numbers and whether the classes agree.

    >>> one, other, same = pairs(np.array([True, False, True]), 8, np.random.default_rng(0))
    >>> int(same.sum())
    4
    """
    good, bad = np.flatnonzero(rows), np.flatnonzero(~rows)
    half = n // 2
    first = generator.integers(0, len(rows), n)
    is_good = rows[first]
    wants_good = np.where(np.arange(n) < half, is_good, ~is_good)
    other = np.where(wants_good, generator.choice(good, n), generator.choice(bad, n))
    return first, other, np.arange(n) < half
