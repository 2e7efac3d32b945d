"""Steps built by hand for the conditions tests: balanced, as the route planner would hand them over."""

from __future__ import annotations

from dataclasses import replace

from superatom.data.records import Equation, Route, Species, Step, Support, Transformation
from superatom.structures.nanocluster import Nanocluster

ELECTRON = Species("e-", (), -1, "electron")
WATER = Species("H2O", (("H", 2), ("O", 1)), 0, "molecule", name="H2O")
HYDROXIDE = Species("OH-", (("H", 1), ("O", 1)), -1, "ion", name="OH-")


def cluster(formula: str) -> Species:
    return Species.of_cluster(Nanocluster.parse(formula))


def route_of(*steps: Step) -> Route:
    return Route(steps[-1].product, steps, 0.0, {})


def with_product(step: Step, formula: str) -> Step:
    return replace(step, product=cluster(formula))


def mixture(formula: str) -> Species:
    """A size mixture that the complex `formula` was reduced to."""
    complex_ = Nanocluster.parse(formula)
    return Species(f"{formula} mixture", (), 0, "mixture", name="size mixture of Au clusters", cluster=complex_)


def thiol(ligand: str) -> Species:
    return Species(f"H({ligand})", (("H", 1), (ligand, 1)), 0, "ligand", name=ligand)


HAUCL4 = Species("HAuCl4", (("Au", 1), ("Cl", 4), ("H", 1)), 0, "salt", name="HAuCl4")
HCL = Species("HCl", (("Cl", 1), ("H", 1)), 0, "molecule", name="HCl")
NABH4 = Species("NaBH4", (("B", 1), ("H", 4), ("Na", 1)), 0, "reductant", name="NaBH4")
BORATE = Species("NaB(OH)4", (("B", 1), ("H", 4), ("Na", 1), ("O", 4)), 0, "molecule", name="NaB(OH)4")
CO = Species("CO", (("C", 1), ("O", 1)), 0, "reductant", name="CO")
CARBONATE = Species("CO3(2-)", (("C", 1), ("O", 3)), -2, "ion", name="carbonate")


def complexation(ligand: str = "PET") -> Step:
    """HAuCl4 + 3 RSH -> Au(I)SR + RSSR + 4 HCl."""
    complex_ = cluster(f"Au({ligand})")
    disulfide = Species(f"({ligand})2", ((ligand, 2),), 0, "molecule", name="disulfide")
    equation = Equation(((HAUCL4, 1), (thiol(ligand), 3)), ((complex_, 1), (disulfide, 1), (HCL, 4)))
    return Step(Transformation.COMPLEXATION, complex_, (HAUCL4,), equation, equation, 0, Support((), is_inferred=False))


def reduction_to_au25(ligand: str = "PET", *, is_inferred: bool = False) -> Step:
    """32 Au(I)SR + 8 e- -> [Au25(SR)18]- + 7 [Au(SR)2]-, with NaBH4 (8 OH- and 4 H2O from its half-reaction)."""
    complex_, product, short = cluster(f"Au({ligand})"), cluster(f"[Au25({ligand})18]-"), cluster(f"[Au({ligand})2]-")
    electrons = Equation(((complex_, 32), (ELECTRON, 8)), ((product, 1), (short, 7)))
    real = Equation(((complex_, 32), (NABH4, 1), (HYDROXIDE, 8)), ((product, 1), (short, 7), (BORATE, 1), (WATER, 4)))
    support = Support((), is_inferred, "[Au25(SR)18]- from Au(I)SR" if is_inferred else "", 1.0 if is_inferred else 0.0)
    return Step(Transformation.REDUCTION_GROWTH, product, (complex_,), real, electrons, 8, support, "NaBH4")


def co_growth(ligand: str = "SG") -> Step:
    """18 Au(I)SR + 2 CO + 8 OH- -> Au18(SR)14 + 4 RS- + 2 CO3(2-) + 4 H2O."""
    complex_, product = cluster(f"Au({ligand})"), cluster(f"Au18({ligand})14")
    anion = Species(f"({ligand})-", ((ligand, 1),), -1, "ion")
    electrons = Equation(((complex_, 18), (ELECTRON, 4)), ((product, 1), (anion, 4)))
    real = Equation(((complex_, 18), (CO, 2), (HYDROXIDE, 8)), ((product, 1), (anion, 4), (CARBONATE, 2), (WATER, 4)))
    return Step(
        Transformation.REDUCTION_GROWTH, product, (complex_,), real, electrons, 4, Support((), is_inferred=False), "CO"
    )


def exchange_to_au36() -> Step:
    """Au38(PET)24 + 26 HTBBT -> Au36(TBBT)24 + 2 Au(TBBT) + 24 HPET + H2."""
    start, product, left = cluster("Au38(PET)24"), cluster("Au36(TBBT)24"), cluster("Au(TBBT)")
    hydrogen = Species("H2", (("H", 2),), 0, "molecule", name="H2")
    equation = Equation(((start, 1), (thiol("TBBT"), 26)), ((product, 1), (left, 2), (thiol("PET"), 24), (hydrogen, 1)))
    return Step(
        Transformation.LIGAND_EXCHANGE, product, (start,), equation, equation, 0, Support((), is_inferred=False)
    )


def acid_focusing() -> Step:
    """AuN(dppe)xCly mixture -> [Au13(dppe)5Cl2]3+, which has no single equation."""
    mixture = Species("AuN(dppe)xCly mixture", (), 0, "mixture", name="mixture")
    product = cluster("[Au13(dppe)5Cl2]3+")
    equation = Equation(((mixture, 1),), ((product, 1),))
    return Step(
        Transformation.SIZE_FOCUSING, product, (mixture,), equation, equation, 0, Support((), is_inferred=False)
    )


def mixture_of_sg() -> Step:
    """Au(I)SG reduced to a size mixture, with the net equation to Au38(PET)24 that the planner gives it."""
    complex_, product = cluster("Au(SG)"), cluster("Au38(PET)24")
    mixture = Species(
        "Au_x(SG)_y mixture", (), 0, "mixture", name="size mixture of Au clusters", cluster=complex_.cluster
    )
    freed, free = Species("HSG", (("H", 1), ("SG", 1)), 0, "ligand", name="SG"), thiol("PET")
    anion = Species("(SG)-", (("SG", 1),), -1, "ion")
    electrons = Equation(((complex_, 38), (free, 24), (ELECTRON, 14)), ((product, 1), (freed, 24), (anion, 14)))
    real = Equation(
        ((complex_, 152), (free, 96), (NABH4, 7), (HYDROXIDE, 56)),
        ((product, 4), (anion, 56), (freed, 96), (BORATE, 7), (WATER, 28)),
    )
    support = Support((), is_inferred=False)
    return Step(Transformation.REDUCTION_GROWTH, mixture, (complex_,), real, electrons, 14, support, "NaBH4")


def focusing_to_au38() -> Step:
    """The size mixture etched with PET to Au38(PET)24; it shares the net equation of the step before."""
    before = mixture_of_sg()
    return Step(
        Transformation.SIZE_FOCUSING,
        cluster("Au38(PET)24"),
        (before.product,),
        before.equation,
        before.electron_equation,
        14,
        Support((), is_inferred=False),
    )


def cadmium_exchange() -> Step:
    """[Au25(PET)18]- + Cd(PET)2 -> CdAu24(PET)18 + [Au(PET)2]-."""
    start, dopant = cluster("[Au25(PET)18]-"), cluster("Cd(PET)2")
    product, left = cluster("CdAu24(PET)18"), cluster("[Au(PET)2]-")
    equation = Equation(((start, 1), (dopant, 1)), ((product, 1), (left, 1)))
    support = Support((), is_inferred=False)
    return Step(Transformation.METAL_EXCHANGE, product, (start, dopant), equation, equation, 0, support)


def focusing_of_mixture(start: str, product: str, thiol_name: str | None, n: int = 0) -> Step:
    """A size mixture of the complex `start` focused to `product`; `n` incoming thiols stand in the net equation."""
    complex_, target = cluster(start), cluster(product)
    mixture = Species("size mixture", (), 0, "mixture", name="size mixture", cluster=complex_.cluster)
    incoming = ((thiol(thiol_name), n),) if thiol_name else ()
    equation = Equation(((complex_, 25), *incoming, (NABH4, 2)), ((target, 1),))
    support = Support((), is_inferred=False)
    return Step(Transformation.SIZE_FOCUSING, target, (mixture,), equation, equation, 16, support)


def phosphine_complexation() -> Step:
    """HAuCl4 + 2 PPh3 + H2O -> Au(PPh3)Cl + PPh3O + 3 HCl."""
    made = cluster("Au(PPh3)Cl")
    free = Species("PPh3", (("PPh3", 1),), 0, "ligand", name="PPh3")
    oxide = Species("PPh3O", (("PPh3", 1), ("O", 1)), 0, "molecule", name="PPh3O")
    equation = Equation(((HAUCL4, 1), (free, 2), (WATER, 1)), ((made, 1), (oxide, 1), (HCL, 3)))
    return Step(Transformation.COMPLEXATION, made, (HAUCL4,), equation, equation, 2, Support((), is_inferred=False))
