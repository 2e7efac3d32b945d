"""The cited recipes as synthesis records: nothing lost, nothing invented."""

from __future__ import annotations

from collections import Counter

from superatom.data.reference import recipes
from superatom.data.stores.cited import cited_recipes, to_record
from superatom.data.synthesis_records import SYNTHESIS, Origin, OutcomeClass


def test_every_recipe_is_there_and_is_a_document() -> None:
    assert list(cited_recipes()) == [recipe.id for recipe in recipes()]
    for stored in cited_recipes().values():
        assert stored.record.origin is Origin.LITERATURE
        assert stored.record.source is not None
        assert SYNTHESIS.from_text(SYNTHESIS.to_text(stored.record)) == stored.record


def test_the_class_is_none_where_the_source_leaves_it_open() -> None:
    found = Counter((r.outcome.outcome_class, cited_recipes()[r.id].record.product.outcome_class) for r in recipes())
    assert found == {
        ("monodisperse", OutcomeClass.MONODISPERSE): 82,
        ("mixture_or_impure", OutcomeClass.MIXTURE): 38,
        ("other_single_product", OutcomeClass.OTHER_CLUSTER): 20,
        ("nanoparticles", OutcomeClass.NANOPARTICLES): 42,
        ("target_not_formed", OutcomeClass.NOTHING): 2,
        ("target_not_formed", None): 5,
        ("luminescent_not_atomically_defined", None): 7,
        ("major_product_purity_not_stated", None): 5,
        ("nanoclusters_monodispersity_not_stated", None): 18,
        ("", None): 10,
    }


def test_success_agrees_with_the_label_of_the_table_where_both_speak() -> None:
    for recipe in recipes():
        success = cited_recipes()[recipe.id].record.product.success
        assert success is None or success is recipe.outcome.success, recipe.id


def test_amounts_and_stages_keep_every_cell() -> None:
    units = {"metal_salt_mmol": "mmol", "metal_salt_mg": "mg", "ligand_mmol": "mmol", "reductant_mmol": "mmol"}
    for recipe in recipes():
        record = to_record(recipe)
        volumes = [part for part in recipe.amounts.get("solvent_volumes_mL", "").split(";") if part.strip()]
        given = [(text, units[name]) for name, text in recipe.amounts.items() if name in units]
        given += [(part.split()[-1], "mL") for part in volumes]
        assert sorted((q.text, q.unit) for q in record.amounts.values()) == sorted(given), recipe.id
        cells = [text for name, text in recipe.procedure.items() if name != "purification"]
        kept = [q.text for stage in record.stages for q in (stage.temperature_C, stage.time_h) if q]
        assert sorted(kept) == sorted(cells), recipe.id


def test_a_recipe_read_closely() -> None:
    record = cited_recipes()["L037"].record
    assert {name: str(q) for name, q in record.amounts.items() if "HAuCl4" in name} == {
        "HAuCl4.3H2O": "19.7 mg",
        "HAuCl4.3H2O (amount)": "0.05 mmol",
    }


def test_the_curators_flags_are_kept_for_those_who_learn() -> None:
    flags = Counter(stored.record.extra.get("rescored_alt_target") for stored in cited_recipes().values())
    assert flags["1"] == 5
    assert cited_recipes()["S015"].record.extra["outcome"] == "0"
    assert cited_recipes()["S015"].record.extra["outcome_basis"] == "implied by comparison"
