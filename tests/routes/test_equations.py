"""From proposals to steps: the real reductant, oxygen, remarks on what a source leaves open."""

from __future__ import annotations

from superatom.data.records import Step, Transformation
from superatom.routes.chemicals import cluster_species, mixture_of
from superatom.routes.equations import step_of, with_net_equation
from superatom.routes.network import default_network
from superatom.routes.transformations import proposals
from superatom.structures.nanocluster import Nanocluster

WORLD = default_network()


def steps(formula: str, kind: Transformation) -> list[Step]:
    return [step_of(p) for p in proposals(cluster_species(formula), WORLD) if p.transformation is kind]


def test_carbon_monoxide_makes_carbonate_and_eats_base() -> None:
    step = next(s for s in steps("Au22(SG)18", Transformation.REDUCTION_GROWTH) if s.reductant == "CO")
    assert str(step.equation) == "26 Au(SG) + 2 CO + 8 OH- → Au22(SG)18 + 4 [Au(SG)2]- + 2 CO3(2-) + 4 H2O"
    assert step.delta_electrons == 4


def test_oxidation_uses_air_and_says_so_when_the_source_names_nothing() -> None:
    [etching, *_] = steps("Au25(PET)19", Transformation.OXIDATIVE_ETCHING)
    assert str(etching.equation) == "2 [Au25(PET)18]- + 2 H(PET) + O2 → 2 Au25(PET)19 + 2 OH-"
    assert etching.delta_electrons == -2
    assert any("air" in remark for remark in etching.support.remarks)


def test_silver_reduction_releases_free_thiolate() -> None:
    [best, *_] = steps("[Ag44(p-MBA)30]4-", Transformation.REDUCTION_GROWTH)
    assert str(best.electron_equation) == "44 Ag(p-MBA) + 18 e- → [Ag44(p-MBA)30]4- + 14 (p-MBA)-"
    assert any("not name the reductant" in remark for remark in best.support.remarks)


def test_silane_gives_the_hydrides_without_water_or_base() -> None:
    [best, *_] = steps("[Cu25H22(PPh3)12]+", Transformation.REDUCTION_GROWTH)
    assert str(best.equation) == (
        "24 CuOAc + CuCl + 12 PPh3 + 12 Ph2SiH2 → [Cu25H22(PPh3)12]+ + 12 Ph2Si(OAc)2 + H2 + Cl-"
    )
    assert best.equation.imbalance() == {}
    assert best.delta_electrons == 2
    assert not {"OH-", "H2O"} & {s.formula for s, _ in (*best.electron_equation.reactants, *best.equation.reactants)}


def test_surplus_selenolate_leaves_gold_as_the_pair_complex() -> None:
    [best, *_] = steps("Au24(SePh)20", Transformation.REDUCTION_GROWTH)
    assert str(best.electron_equation) == "28 Au(SePh) + 4 e- → Au24(SePh)20 + 4 [Au(SePh)2]-"


def test_platinum_four_counts_in_the_electrons() -> None:
    [best, *_] = steps("PtAu24(PET)18", Transformation.CO_REDUCTION)
    assert best.delta_electrons == 6 + 4  # Pt(IV) has N* = -4


def test_isoelectronic_steps_move_no_electrons() -> None:
    for formula, kind in (
        ("Au24(SG)20", Transformation.ISOELECTRONIC_CONVERSION),
        ("CdAu24(PET)18", Transformation.METAL_EXCHANGE),
    ):
        step = steps(formula, kind)[0]
        assert step.delta_electrons == 0
        assert step.equation == step.electron_equation


def test_mixture_step_takes_the_net_equation_of_the_focusing_step() -> None:
    [focusing, *_] = steps("[Au13(dppe)5Cl2]3+", Transformation.SIZE_FOCUSING)
    [mixing] = [step_of(p) for p in proposals(mixture_of(Nanocluster.parse("Au2(dppe)Cl2")), WORLD)]
    net = with_net_equation(mixing, focusing)
    assert net.equation == focusing.equation
    assert net.product.kind == "mixture"
    assert net.delta_electrons == 8
    assert any("net one" in remark for remark in focusing.support.remarks)


def test_diphosphine_complex_is_made_from_gold_three() -> None:
    [best, *_] = [step_of(p) for p in proposals(cluster_species("Au2(dppe)Cl2"), WORLD)]
    assert str(best.equation) == "2 HAuCl4 + 2 dppe + 2 H2O → Au2(dppe)Cl2 + dppeO2 + 6 HCl"
    assert best.delta_electrons == 4
