"""The packaged knowledge base holds together, and a broken table is refused with file and line."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superatom.data import reference
from superatom.data.library import same_type
from superatom.data.records import Transformation
from superatom.data.rows import packaged_rows
from superatom.errors import ReferenceDataError, UnknownLigandError
from superatom.structures.nanocluster import Nanocluster

GOOD = (
    "cluster_id,name,formula,composition_known,charge_known,n_star,status,citation,evidence\n"
    "X1,Au25,[Au25(PET)18]-,y,y,8,synthesised,A. Author 2020,read_in_paper\n"
)


def test_every_cluster_with_a_stated_count_agrees_with_ours() -> None:
    stated = [c for c in reference.clusters() if c.cluster is not None and "n_star" in c.properties]
    assert len(stated) > 180
    for known in stated:
        assert known.cluster is not None
        assert known.cluster.valence_electrons == int(known.properties["n_star"]), known.id


def test_every_row_names_its_source() -> None:
    sources = [c.source for c in reference.clusters()]
    sources += [p.source for p in reference.precedents()]
    sources += [r.source for r in reference.recipes()]
    assert all(source.citation and source.read_in for source in sources)


def test_formulas_written_back_are_the_same_cluster() -> None:
    for known in reference.clusters():
        if known.cluster is not None:
            assert Nanocluster.parse(known.cluster.formula) == known.cluster, known.id


@pytest.mark.parametrize(
    "formula",
    [
        "[Au25(PET)18]-", "[Au25(SG)18]-", "Au38(PET)24", "Au36(TBBT)24", "[Au23(S-c-C6H11)16]-", "Au28(TBBT)20",
        "Au22(SG)18", "Au144(PET)60", "[PtAu24(PET)18]", "CdAu24(PET)18", "[Ag44(p-MBA)30]4-", "[Au13(dppe)5Cl2]3+",
    ],
)  # fmt: skip
def test_targets_of_the_field_are_known_and_have_a_precedent(formula: str) -> None:
    target = Nanocluster.parse(formula)
    assert any(known.cluster == target for known in reference.clusters())
    assert any(same_type(target, c) for p in reference.precedents() if p.succeeded for c in p.product_clusters)


def test_cysteamine_au25_is_not_claimed_to_be_made() -> None:
    target = Nanocluster.parse("[Au25(cysteamine)18]-")
    assert all(known.cluster != target for known in reference.clusters())


def test_reactions_refer_to_known_species_or_say_they_do_not() -> None:
    known = [c.cluster for c in reference.clusters() if c.cluster is not None]
    rows = {row["reaction_id"]: row for row in packaged_rows("reactions.csv")}
    for precedent in reference.precedents():
        unlisted = {Nanocluster.parse(f) for f in rows[precedent.id].items("unlisted_species")}
        for species in (*precedent.reactant_clusters, *precedent.product_clusters):
            is_listed = species.valence_electrons == 0 or any(same_type(species, c) for c in known)
            assert is_listed != (species in unlisted), (precedent.id, species.formula)


def test_isoelectronic_steps_keep_the_count_and_reductions_raise_it() -> None:
    for p in reference.precedents():
        if len(p.reactant_clusters) != 1 or len(p.product_clusters) != 1 or not p.succeeded:
            continue
        change = p.product_clusters[0].valence_electrons - p.reactant_clusters[0].valence_electrons
        if p.transformation is Transformation.ISOELECTRONIC_CONVERSION:
            assert change == 0, p.id
        if p.transformation is Transformation.REDUCTION_GROWTH:
            assert change >= 0, p.id
        if p.transformation is Transformation.OXIDATIVE_ETCHING:
            assert change <= 0, p.id


def test_solvents_and_temperatures_belong_to_the_stage_they_were_read_for() -> None:
    recipes = {r.id: r for r in reference.recipes()}
    assert recipes["L004"].amounts["solvent_volumes_mL"] == "ethanol (reductant) 5"  # toluene holds the gold
    assert not recipes["L065"].procedure.get("reduction_temperature_C")  # ice-cold NaBH4 is no cold reaction
    assert recipes["S086"].starting_material  # pH 5.5 is that of finished Au22, not of its synthesis
    [focusing] = [p for p in reference.precedents() if p.id == "R132"]
    assert focusing.conditions.solvents == ()
    assert "methanol is the solvent of the reduction" in focusing.conditions.other


def test_benzenedithiols_are_told_apart() -> None:
    assert Nanocluster.parse("[Ag29(1,3-BDT)12(PPh3)4]3-").valence_electrons == 8
    with pytest.raises(UnknownLigandError, match=r"Did you mean .*o-BDT.*m-BDT"):
        Nanocluster.parse("[Ag29(BDT)12(PPh3)4]3-")


def test_failures_are_flagged() -> None:
    failed = {p.id for p in reference.precedents() if not p.succeeded}
    assert {"R040", "R041", "R097", "R098"} <= failed
    assert sum(r.outcome.success is False for r in reference.recipes()) >= 60


def test_doubtful_rows_say_so() -> None:
    by_id = {c.id: c for c in reference.clusters()}
    au146 = by_id["C220"]
    assert au146.cluster is not None
    assert au146.cluster.valence_electrons == 92
    assert not reference.charge_is_known(au146)
    assert "89" in au146.notes
    assert by_id["C094"].cluster is None  # AgxAu25-x: a variable composition
    assert by_id["C167"].formula == "[Au80Ag30(C≡CPh)42Cl9]+"


def test_conditions_keep_ranges_and_bounds() -> None:
    by_id = {r.id: r for r in reference.recipes()}
    assert by_id["S087"].conditions.temperature_C is not None
    assert (by_id["S087"].conditions.temperature_C.low, by_id["S087"].conditions.temperature_C.high) == (85, 95)
    assert by_id["S124"].conditions.time_h is not None
    assert by_id["S124"].conditions.time_h.low is None
    assert by_id["S033"].conditions.solvents == ("water",)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("PET)18]-,y,y,8", "PET)18]-,y,y,7"), "line 2: n_star is 7, but .* counts 8"),
        (("[Au25(PET)18]-", "[Au25(TBTB)18]-"), "line 2: unknown ligand 'TBTB'. Did you mean TBBT"),
        ((",y,y,8", ",maybe,y,8"), "composition_known is 'maybe'; y or n"),
        (("A. Author 2020", ""), "citation is empty"),
        (("read_in_paper", "heard_say"), "evidence is 'heard_say'; legal"),
        (("X1,Au25", ",Au25"), "cluster_id is ''"),
        (("read_in_paper\n", "read_in_paper,more\n"), "more cells than the 9 columns"),
        (("n_star,", ""), "columns n_star are missing"),
        (
            ("read_in_paper\n", "read_in_paper\n" + GOOD.splitlines()[1] + "\n"),
            "line 3: cluster_id is 'X1'.*not repeat",
        ),
    ],
)
def test_broken_table_is_refused(tmp_path: Path, change: tuple[str, str], sentence: str) -> None:
    table = tmp_path / "mine.csv"
    table.write_text(GOOD, encoding="utf-8")
    assert reference.read_clusters(table)[0].id == "X1"
    table.write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=sentence) as refused:
        reference.read_clusters(table)
    assert "mine.csv, line" in str(refused.value)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["cluster_id", "formula", "n_star", "evidence", "charge_known"]), st.text(max_size=30)
        ),
        max_size=3,
    )
)
def test_any_cell_gives_clusters_or_one_clear_error(changes: list[tuple[str, str]]) -> None:
    cells = dict(zip(*(line.split(",") for line in GOOD.splitlines()), strict=True)) | dict(changes)
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(cells))
    writer.writeheader()
    writer.writerow(cells)
    with TemporaryDirectory() as folder:
        table = Path(folder) / "fuzz.csv"
        table.write_text(buffer.getvalue(), encoding="utf-8", errors="replace", newline="")
        try:
            found = reference.read_clusters(table)
        except ReferenceDataError as error:
            assert "fuzz.csv, line" in str(error)  # noqa: PT017 -- either outcome is legal
        else:
            assert len(found) <= 1


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_one_clear_error(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        table = Path(folder) / "fuzz.csv"
        table.write_bytes(content)
        with pytest.raises(ReferenceDataError, match=r"fuzz\.csv"):
            reference.read_clusters(table)


def test_unknown_transformation_and_outcome_are_refused(tmp_path: Path) -> None:
    head = (
        "reaction_id,reactants,reactant_formulas,products,product_formulas,transformation,succeeded,citation,evidence\n"
    )
    table = tmp_path / "reactions.csv"
    table.write_text(head + "R1,a,,b,,magic,y,A 2020,read_in_paper\n", encoding="utf-8")
    with pytest.raises(ReferenceDataError, match="transformation is 'magic'; legal: complexation"):
        reference.read_precedents(table)
    head = "recipe_id,target_cluster,outcome,outcome_class,citation,evidence,temperature_C\n"
    table.write_text(head + "S1,Au25,perhaps,,A 2020,read_in_paper,\n", encoding="utf-8")
    with pytest.raises(ReferenceDataError, match="outcome is 'perhaps'"):
        reference.read_recipes(table)
    table.write_text(head + "S1,Au25,1,,A 2020,read_in_paper,warm\n", encoding="utf-8")
    with pytest.raises(ReferenceDataError, match="line 2: temperature_C: 'warm' is no number"):
        reference.read_recipes(table)
    with pytest.raises(ReferenceDataError, match="cannot read the table"):
        reference.read_recipes(tmp_path / "absent.csv")


def test_smiles_of_reagents_and_solvents_parse() -> None:
    from rdkit import Chem

    from superatom.data.reagents import reagent_table
    from superatom.data.solvents import solvents

    for item in (*reagent_table(), *solvents()):
        if item.smiles:
            assert Chem.MolFromSmiles(item.smiles) is not None, item.name
