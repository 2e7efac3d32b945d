from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the networks need torch")

from superatom.errors import ModelError  # noqa: E402
from superatom.models.outcome.descriptors import TABLE_1  # noqa: E402
from superatom.models.outcome.graphs import graphs  # noqa: E402
from superatom.models.outcome.inputs import Scaling, inputs, outcomes  # noqa: E402
from superatom.models.outcome.kinds import learner  # noqa: E402
from superatom.models.outcome.networks import Fingerprint, Network, pairs, tensors, train  # noqa: E402
from superatom.models.outcome.neural import FittedNetwork  # noqa: E402
from worlds_outcomes import syntheses  # noqa: E402


def fingerprint(molecules: list[str], depth: int = 2) -> np.ndarray:
    torch.manual_seed(0)
    network = Fingerprint(depth, 10).double()
    batch = {k: v.double() if v.is_floating_point() else v for k, v in tensors(graphs(molecules)).items()}
    with torch.no_grad():
        return network(batch).numpy()


def test_a_fingerprint_does_not_depend_on_how_the_smiles_is_written_or_batched() -> None:
    together = fingerprint(["SCCc1ccccc1", "O", "CO"])
    assert np.allclose(fingerprint(["c1ccccc1CCS"])[0], together[0])
    assert np.allclose(fingerprint(["CO"])[0], together[2])
    assert not np.allclose(fingerprint(["SCCC1CCCCC1"])[0], together[0])


def test_a_molecule_that_is_not_known_has_an_empty_fingerprint() -> None:
    assert (fingerprint(["CO"])[-1] == 0).all()


def test_a_fingerprint_adds_up_over_atoms() -> None:
    """Softmax outputs sum to one, so entries sum to (P + 1) x atoms."""
    assert fingerprint(["CCS"], depth=2)[0].sum() == pytest.approx(3 * 3)


def test_distant_atoms_are_not_seen_beyond_the_depth() -> None:
    """With P = 1 an atom sees its neighbours, so two chains that differ in order alone look the same."""
    one, other = ["CCCOCCSCCCC"], ["CCCSCCOCCCC"]
    assert np.allclose(fingerprint(one, depth=1)[0], fingerprint(other, depth=1)[0], atol=1e-12)
    assert not np.allclose(fingerprint(["CSC"], depth=1)[0], fingerprint(["CCS"], depth=1)[0])


def test_what_is_no_smiles_is_refused() -> None:
    with pytest.raises(ModelError, match="not a readable SMILES"):
        graphs(["C1CC"])


def test_pairs_are_half_of_one_class() -> None:
    rows = np.array([True, False, False, True, False])
    one, other, same = pairs(rows, 100, np.random.default_rng(0))
    assert ((rows[one] == rows[other]) == same).all()
    assert same.sum() == 50


def test_similarity_is_symmetric_and_rises_for_pairs_of_one_class() -> None:
    examples = syntheses(40)
    items, y = inputs(examples, TABLE_1), outcomes(examples)
    fitted = learner("siamese").fit(items, y, 0)
    assert isinstance(fitted, FittedNetwork)
    with torch.no_grad():
        embedded = fitted._embed(items)
        s = torch.sigmoid(fitted.network.similarity(embedded[:, None], embedded[None])).numpy()
    assert np.allclose(s, s.T)
    same = y[:, None] == y[None]
    assert s[same].mean() > s[~same].mean() + 0.2


def test_support_set_inference_is_that_of_the_paper() -> None:
    examples = syntheses(40)
    items, y = inputs(examples, TABLE_1), outcomes(examples)
    fitted = learner("siamese").fit(items, y, 0)
    assert isinstance(fitted, FittedNetwork)
    with torch.no_grad():
        e = fitted._embed(items)
        s = np.array([[float(torch.sigmoid(fitted.network.similarity(a, b))) for b in e] for a in e[:3]])
    expected = [(1 + row[y].mean() - row[~y].mean()) / 2 for row in s]
    assert np.allclose(fitted.probability(items)[:3], expected, atol=1e-6)


def test_equation_4_as_printed_would_drive_like_pairs_apart() -> None:
    """The printed (1 - Y) log E + Y log(1 - E), minimised, wants E = 1 for a pair of one class (Y = 1)."""
    distance = torch.tensor([0.3], requires_grad=True)
    printed = torch.log(1 - distance)
    printed.backward()
    assert distance.grad is not None
    assert float(distance.grad) < 0  # a step of descent makes the distance larger
    meant = torch.tensor([0.3], requires_grad=True)
    (-torch.log(1 - meant)).backward()
    assert meant.grad is not None
    assert float(meant.grad) > 0


@pytest.mark.parametrize("kind", ["dense", "siamese", "graph+svm", "graph+dense", "graph+siamese"])
def test_networks_learn_the_rule_and_repeat_bit_for_bit(kind: str) -> None:
    examples = syntheses(60)
    items, y = inputs(examples, TABLE_1), outcomes(examples)
    probability = learner(kind).fit(items, y, 5).probability(items)
    assert ((probability >= 0.5) == y).mean() > 0.85
    assert (learner(kind).fit(items, y, 5).probability(items) == probability).all()


def test_training_leaves_the_global_seed_alone() -> None:
    examples = syntheses(20)
    torch.manual_seed(1)
    before = torch.rand(3)
    torch.manual_seed(1)
    learner("dense", {"width": 4}).fit(inputs(examples, TABLE_1), outcomes(examples), 0)
    assert (torch.rand(3) == before).all()


def test_gaps_are_filled_from_the_rows_given_and_masked() -> None:
    x = np.array([[1.0, np.nan, np.nan], [3.0, 2.0, np.nan]])
    scaling = Scaling.of(x)
    done = scaling.apply(x)
    assert done.shape == (2, 4)  # three columns, one mask: never stated needs none
    assert done[:, 3].tolist() == [1.0, 0.0]
    assert (scaling.apply(np.array([[1e9, 2.0, 5.0]])) <= 6).all()


def test_a_fold_or_a_table_without_structures() -> None:
    """Rows of one fold may name no chemical; a table that never names one has nothing for a graph to learn from."""
    from superatom.models.outcome.examples import Example
    from superatom.models.outcome.model import fit_outcome_model

    examples = syntheses(20)
    bare = [Example(e.id, e.success, settings=e.settings) for e in examples]
    items, y = inputs(bare, TABLE_1), outcomes(bare)
    assert np.isfinite(learner("graph+dense").fit(items, y, 0).probability(inputs(examples, TABLE_1))).all()
    with pytest.raises(ModelError, match=r"learns from structures.*without: .*svm"):
        fit_outcome_model(bare, "graph+svm")


def test_a_distance_by_atom_is_not_one_of_sizes() -> None:
    from superatom.models.outcome.model import fit_outcome_model

    model = fit_outcome_model(syntheses(40), "graph+svm", n_members=2)
    chain = ["CCCCCS", "C" * 40 + "S"]
    whole, each = (model.fingerprint_distances(chain, per_atom=per_atom)[0, 1] for per_atom in (False, True))
    assert whole > 10 * each


def test_a_loss_goes_down() -> None:
    torch.manual_seed(0)
    x = torch.randn(30, 4)
    y = x[:, 0] > 0
    roles = torch.zeros(30, 3, dtype=torch.long)
    losses = []
    for n_steps in (1, 80):
        torch.manual_seed(0)
        network = Network(4, "dense", width=8, depth=None, length=10, dropout=0.0)
        losses.append(
            train(network, x, roles, None, y, n_steps=n_steps, learning_rate=0.02, weight_decay=0.0, n_pairs=2,
                  generator=np.random.default_rng(0))
        )  # fmt: skip
    assert losses[1] < losses[0] / 2
