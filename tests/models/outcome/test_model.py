from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="outcome models need scikit-learn")

from superatom.errors import DocumentError, ModelError
from superatom.models.outcome.card import outcome_card
from superatom.models.outcome.examples import Example
from superatom.models.outcome.explain import explain
from superatom.models.outcome.flowchart import flow_chart
from superatom.models.outcome.importance import partial_dependence, ranked, shap_values
from superatom.models.outcome.inputs import outcomes
from superatom.models.outcome.maps import draw_map, probability_map
from superatom.models.outcome.model import fit_outcome_model
from superatom.models.outcome.proposals import Axis, axis, generate, grid
from superatom.models.outcome.storage import load_outcome_model, save_outcome_model
from worlds_outcomes import syntheses, volumes, works

COOL = Example("cool", None, ("PET",), ("water",), "NaBH4", {"temperature_C": 20.0, "ph": 11.0, "metal_mM": 2.0})
HOT = replace(COOL, id="hot", settings={**COOL.settings, "temperature_C": 80.0})


@pytest.fixture(scope="module")
def forest():
    return fit_outcome_model(syntheses(80), "forest", n_members=3)


def test_it_knows_what_works(forest) -> None:
    cool, hot = forest.predict([COOL, HOT])
    assert cool.mean > 0.5 > hot.mean
    assert cool.in_domain
    assert cool.model_id == forest.model_id
    assert forest.predict([]) == []


def test_outside_its_data_it_says_so(forest) -> None:
    boiling = replace(COOL, settings={**COOL.settings, "temperature_C": 300.0, "pressure_bar": 5.0})
    pressed = replace(COOL, settings={**COOL.settings, "pressure_bar": 5.0})
    strange = replace(COOL, ligands=("unobtainium thiol",))
    assert not any(p.in_domain for p in forest.predict([boiling, pressed, strange]))
    said = " ".join(forest.remarks(boiling) + forest.remarks(strange))
    assert "temperature 300 °C is outside" in said
    assert "pressure_bar is a setting this model does not know" in said
    assert "unobtainium thiol is in no table" in said
    assert forest.remarks(COOL) == ()
    assert forest.domain.nearest(forest.inputs([forest.examples[3]])) == [forest.examples[3].id]


def test_calibrated_probabilities_are_those_of_unseen_rows(forest) -> None:
    y = outcomes(forest.examples)
    assert forest.held_out[y].mean() > forest.held_out[~y].mean() + 0.2
    assert abs(forest.held_out.mean() - y.mean()) < 0.1


def test_a_model_that_cannot_tell_answers_the_share_of_successes() -> None:
    noise = [Example(str(i), i % 3 == 0, settings={"x": float((7 * i) % 30)}) for i in range(30)]
    model = fit_outcome_model(noise, "logistic")
    assert model.predict(noise[:3])[0].mean == pytest.approx(1 / 3, abs=0.2)


def test_the_spread_is_how_far_other_flasks_would_have_moved_the_answer() -> None:
    """A dozen flasks drawn again and again from one world: answers differ about as much as each says it may be off."""
    rng = np.random.default_rng(0)
    asked = [Example(f"q{i}", None, settings={"x": float(x)}) for i, x in enumerate(np.linspace(0.05, 0.95, 10))]
    means, spreads = [], []
    for _ in range(12):
        x = rng.random(12)
        made = rng.random(12) < 0.1 + 0.8 * x
        flasks = [
            Example(str(i), bool(y), settings={"x": float(v)}) for i, (v, y) in enumerate(zip(x, made, strict=True))
        ]
        found = fit_outcome_model(flasks, "logistic").predict(asked)
        means.append([p.mean for p in found])
        spreads.append([p.spread for p in found])
    drawn, said = np.std(means, axis=0).mean(), np.mean(spreads)
    assert drawn / 1.5 < said < 1.5 * drawn


def test_a_share_counted_in_few_flasks_is_not_known_exactly() -> None:
    """Nothing is learnt of x, so that all members say the share of successes; it is still no certain number."""
    noise = [Example(str(i), i % 2 == 0, settings={"x": float(i // 2)}) for i in range(40)]
    [few], [many] = (fit_outcome_model(noise[:n], "logistic").predict(noise[:1]) for n in (8, 40))
    assert few.spread > 0.1
    assert 0.05 < many.spread < few.spread


def test_the_same_table_gives_the_same_model(tmp_path: Path, forest) -> None:
    again = fit_outcome_model(syntheses(80), "forest", n_members=3)
    assert again.model_id == forest.model_id
    assert again.predict([COOL]) == forest.predict([COOL])
    save_outcome_model(forest, tmp_path / "m")
    assert load_outcome_model(tmp_path / "m").predict([COOL, HOT]) == forest.predict([COOL, HOT])
    assert not list((tmp_path / "m").glob("*.safetensors"))


@pytest.mark.parametrize("kind", ["graph+siamese", "graph+svm"])
def test_networks_are_stored_as_weights(tmp_path: Path, kind: str) -> None:
    pytest.importorskip("torch", reason="the networks need torch")
    pytest.importorskip("safetensors", reason="their weights are safetensors")
    model = fit_outcome_model(syntheses(40), kind, n_members=2)
    save_outcome_model(model, tmp_path, outcome_card(model))
    loaded = load_outcome_model(tmp_path)
    assert loaded.predict([COOL]) == model.predict([COOL])
    assert {p.name for p in tmp_path.iterdir()} == {"training.json", "weights.safetensors", "card.json"}
    distances = loaded.fingerprint_distances(["CCCCCCS", "CCCCCS", "SCC(N)C(=O)O"])
    assert np.allclose(distances, distances.T)
    assert (np.diag(distances) == 0).all()
    assert distances[0, 1] < distances[0, 2]
    (tmp_path / "weights.safetensors").write_bytes(b"rubbish")
    with pytest.raises(ModelError, match="weights"):
        load_outcome_model(tmp_path)


def test_damaged_or_missing_models_are_refused(tmp_path: Path, forest) -> None:
    with pytest.raises(ModelError, match="holds no outcome model"):
        load_outcome_model(tmp_path / "none")
    save_outcome_model(forest, tmp_path)
    document = json.loads((tmp_path / "training.json").read_text())
    (tmp_path / "training.json").write_text(json.dumps({**document, "kinds": "forest"}))
    with pytest.raises(DocumentError, match="kinds"):
        load_outcome_model(tmp_path)


def test_the_card_shows_both_splits_and_baselines(forest) -> None:
    card = outcome_card(forest)
    assert {s.split for s in card.scores} == {"random", "series", "ligand"}
    assert {s.model for s in card.baselines} == {"logistic", "stated", "majority"}
    assert all(s.low is not None and s.low <= s.value <= s.high for s in card.scores)
    assert "limit:" in card.to_text()


def test_a_rare_outcome_leaves_a_member_without_it(tmp_path: Path) -> None:
    """Both failures are of one series, so the member that leaves it out has seen successes alone."""
    pytest.importorskip("torch", reason="the networks need torch")
    pytest.importorskip("safetensors", reason="their weights are safetensors")
    rare = [Example(str(i), i > 1, settings={"x": float(i)}, series=f"s{i // 2}") for i in range(12)]
    model = fit_outcome_model(rare, "siamese", n_members=2)
    save_outcome_model(model, tmp_path)
    assert load_outcome_model(tmp_path).predict(rare) == model.predict(rare)
    with pytest.raises(ModelError, match="at least two members"):
        fit_outcome_model(rare, "siamese", n_members=1)


def test_only_graphs_have_fingerprints(forest) -> None:
    with pytest.raises(ModelError, match="forest learns no fingerprints"):
        forest.fingerprint_distances(["CS"])


def test_a_map_of_two_and_of_five_settings(tmp_path: Path, forest) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    axes = [
        axis(forest.columns, forest.examples, "ph:4:13", 6),
        axis(forest.columns, forest.examples, "temperature_C", 5),
    ]
    made = probability_map(forest, COOL, axes)
    assert made.probability.shape == (6, 5)
    assert made.best["temperature_C"] < 45
    lines = made.to_csv().splitlines()
    assert lines[0] == "ph,temperature_C,probability,spread,in_domain"
    assert len(lines) == 31
    for name in ("map.png", "map.svg"):
        assert draw_map(made, tmp_path / name, "PET").stat().st_size > 2000
    with pytest.raises(ModelError, match=r"ending in \.png or \.svg"):
        draw_map(made, tmp_path / "map.pdf")
    again = draw_map(made, tmp_path / "again.svg", "PET").read_bytes()
    assert again == (tmp_path / "map.svg").read_bytes()

    more = probability_map(forest, COOL, [*axes, axis(forest.columns, forest.examples, "metal_mM", 2)])
    assert more.probability.shape == (6, 5, 2)
    assert draw_map(more, tmp_path / "small_multiples.png").exists()
    one, two = (draw_map(more, tmp_path / f"multiples_{i}.svg") for i in range(2))
    assert one.read_bytes() == two.read_bytes()
    assert one.stat().st_size < 200_000  # the meshes are pictures, not paths
    assert re.search(r"metal [\d.]+ mM", one.read_text(encoding="utf-8"))


def test_axes_that_are_none_are_refused(forest) -> None:
    with pytest.raises(ModelError, match="Did you mean ph"):
        axis(forest.columns, forest.examples, "phh", 3)
    with pytest.raises(ModelError, match="write a name, or name:low:high"):
        axis(forest.columns, forest.examples, "ph:7", 3)
    with pytest.raises(ModelError, match="from 9 to 7 has no point: low must be below high"):
        Axis("ph", 9, 7, 3)
    with pytest.raises(ModelError, match="has no point"):
        Axis("metal_mM", 0, 7, 3, is_log=True)
    assert axis(forest.columns, forest.examples, "metal_mM:1:100", 3).points.tolist() == pytest.approx([1, 10, 100])
    with pytest.raises(ModelError, match="two to five different"):
        probability_map(forest, COOL, [Axis("ph", 7, 9, 2), Axis("ph", 7, 9, 2)])
    with pytest.raises(ModelError, match="too many"):
        probability_map(forest, COOL, [Axis("ph", 7, 9, 999), Axis("temperature_C", 7, 9, 999)])


def test_a_grid_keeps_ratio_and_concentrations_together() -> None:
    base = Example("b", None, settings={"metal_mM": 2.0, "ligand_to_metal": 3.0})
    low, _ = grid(base, [Axis("metal_mM", 1, 2, 2)])
    assert low.settings["ligand_mM"] == 3.0
    moved = grid(base, [Axis("ligand_mM", 4, 8, 2)])[1]
    assert moved.settings["ligand_to_metal"] == 4.0


def test_drawn_recipes_stay_within_the_data_and_repeat() -> None:
    examples, columns = syntheses(40), fit_outcome_model(syntheses(40), "logistic").columns
    made = generate(examples, columns, 200, seed=4)
    assert made == generate(examples, columns, 200, seed=4)
    for name in ("temperature_C", "metal_mM"):
        known = [e.settings[name] for e in examples]
        assert all(min(known) <= e.settings[name] <= max(known) for e in made)
    assert all("ph" not in e.settings for e in made if e.solvents == ("methanol",))
    assert {e.solvents for e in generate(examples, columns, 20, fixed=COOL)} == {("water",)}


def test_drawn_mixtures_keep_their_total() -> None:
    examples = volumes()
    made = generate(examples, fit_outcome_model(examples, "logistic").columns, 50)
    assert np.allclose([sum(e.settings.values()) for e in made], 10.0)


def test_the_tree_speaks_for_the_model(forest) -> None:
    found = explain(forest, n_recipes=3000, n_checked=500, fixed=Example("w", None, (), ("water",), "NaBH4"))
    assert found.fidelity.mcc > 0.8
    assert found.fidelity.n_leaves <= 16
    assert found.larger.mcc >= found.fidelity.mcc - 0.05
    assert found.in_domain > 0.8
    assert any("temperature" in rule and "°C" in rule for rule in found.rules())
    assert found == explain(forest, n_recipes=3000, n_checked=500, fixed=Example("w", None, (), ("water",), "NaBH4"))
    chart = flow_chart(found)
    ET.fromstring(chart)  # noqa: S314 -- our own text
    assert chart.count("<rect") == 1 + 2 * found.fidelity.n_leaves - 1
    assert chart.count("success") + chart.count("failure") == found.fidelity.n_leaves
    assert str(found.fidelity) in chart  # what the title claims is what is drawn


def test_the_tree_finds_the_rule_that_made_the_data() -> None:
    dense = [
        Example(f"{t}-{p}", works(t, p), settings={"temperature_C": float(t), "ph": float(p)})
        for t in range(0, 90, 6) for p in range(3, 14)
    ]  # fmt: skip
    found = explain(fit_outcome_model(dense, "forest", scheme="random"), n_recipes=3000, most_leaves=6)
    assert found.fidelity.reaches_goals
    best = next(rule for rule in found.rules() if ": success" in rule)
    assert "temperature ≤ 4" in best
    assert "pH > 8" in best


def test_a_model_with_one_answer_has_nothing_to_explain() -> None:
    examples = [Example(str(i), i > 1, settings={"x": float(i)}) for i in range(40)]
    with pytest.raises(ModelError, match="nothing to explain"):
        explain(fit_outcome_model(examples, "majority"), n_recipes=100, n_checked=50)


def test_what_moves_the_forest(forest) -> None:
    found = partial_dependence(forest, "temperature_C", 5)
    assert found.probability[0] > found.probability[-1]
    with pytest.raises(ModelError, match="no column 'colour'"):
        partial_dependence(forest, "colour")
    pytest.importorskip("shap", reason="SHAP values need shap")
    names, values = shap_values(forest)
    assert ranked(names, values)[0][0] in ("temperature", "pH")
    logistic = fit_outcome_model(syntheses(40), "logistic")
    with pytest.raises(ModelError, match="kind forest"):
        shap_values(logistic)
