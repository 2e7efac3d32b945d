"""Tables as others left them: the packaged recipes, and public data sets where a mirror has them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from superatom.data.sheets.importing import plan_import
from superatom.data.stores.opening import open_store
from superatom.data.stores.store import Store

MIRROR = Path(os.environ.get("SUPERATOM_DATA_MIRROR") or "/nowhere")
TABLES = Path(str(files("superatom.data").joinpath("tables")))


def mirrored(path: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not (MIRROR / path).is_file(), reason=f"SUPERATOM_DATA_MIRROR names no mirror with {path}"
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "lab.sqlite", author="ada") as opened:
        yield opened


@pytest.mark.parametrize("name", ["recipes.csv", "recipes_read.csv"])
def test_the_curated_recipes_are_known_again(store: Store, name: str) -> None:
    plan = plan_import(TABLES / name, store)
    refused = [problem for problem in plan.all_problems if problem.is_error]
    assert {problem.column for problem in refused} == {"outcome_class"}  # words of the curators that are no outcome
    good = [row for row in plan.rows if row.record is not None]
    assert len(good) == len(plan.rows) - len(refused)
    assert all(row.record.source is not None for row in good if row.record)


@mirrored("nanocrystal-recipes/raw_selected0128_classification_and_reg.csv")
def test_nanocrystal_recipes(store: Store) -> None:
    path = MIRROR / "nanocrystal-recipes/raw_selected0128_classification_and_reg.csv"
    plan = plan_import(path, store, changes={"T2": "target", "Temperature2": "temperature_C", "Time": "time_h [min]"})
    assert plan.counts["refused"] == 0
    assert "Y1" in plan.rows[0].record.extra if plan.rows[0].record else False
    hot = [p for p in plan.all_problems if p.column == "Temperature2"]
    assert hot
    assert all("is unusual" in p.sentence and not p.is_error for p in hot)


@mirrored("agnp-flow-synthesis/AgNP_dataset.csv")
def test_silver_flow_synthesis(store: Store) -> None:
    path = MIRROR / "agnp-flow-synthesis/AgNP_dataset.csv"
    plan = plan_import(path, store, constants={"target": "silver nanoplates"})
    assert plan.counts["refused"] == 0
    assert {match.sureness.value for match in plan.matches[:-1]} == {"not known"}
    said = Counter(problem.sentence.split(" ")[1] for problem in plan.all_problems)
    assert sum(said.values()) == plan.counts["duplicate"]  # replicates with the same loss, to the letter


@mirrored("pom-crystallisation-active-learning/human_0.csv")
def test_volumes_are_read_as_amounts(store: Store) -> None:
    path = MIRROR / "pom-crystallisation-active-learning/human_0.csv"
    plan = plan_import(path, store, constants={"target": "{Mo120Ce6}"})
    assert plan.counts["refused"] == 0
    record = plan.rows[0].record
    assert record is not None
    assert str(record.amounts["HClO4"]) == "3.658 ml"
