"""From salts to complexes, and from complexes to a size mixture: the two steps before any cluster.

Complexation follows the Brust-Schiffrin scheme of the review (Lyu et al., doi:10.1039/d5nh00353a, section 3):
the ligand reduces and binds the metal, as in HAuCl4 + 3 RSH → Au(I)SR + RSSR + 4 HCl.
"""

from __future__ import annotations

from collections.abc import Iterator

from superatom.data.records import Species, Support, Transformation
from superatom.routes.chemicals import DEFAULT_REDUCTANT, donor, donor_named, free_ligand, is_feed, of_cluster, salts_of
from superatom.routes.network import Network
from superatom.routes.transformations.proposal import Proposal, organic, terms_of
from superatom.structures.nanocluster import Nanocluster

GENERAL_METHOD = 0.1  # distance of the scheme that holds for every ligand of a class
# a less usual salt costs this much more than the one before it
SALT_PREFERENCE = 0.02
_REVIEW = "general method: metal-ligand complex from salt and ligand (Lyu et al., Nanoscale Horiz. 2025, section 3)"
_FOCUSING = "general method: reduction to a size mixture, then focusing (Lyu et al. 2025, section 3.1)"
_MIXTURE_REMARK = (
    "A size mixture has no formula and no equation of its own; the equation shown is the net one to the cluster "
    "focused from it, so amounts are a guide."
)


def complexation(target: Species, network: Network) -> Iterator[Proposal]:
    """Propose each salt of the metal with the free ligands of a complex.

    Gold(III) is reduced by thiols and phosphines; an alkynyl or carbene complex needs a gold(I) source.
    """
    feed = target.cluster
    if feed is None or target.kind != "complex" or len(feed.metals) != 1 or not is_feed(feed):
        return
    ligands = organic(feed)
    if not ligands:
        return
    found = network.complexes.get(feed, ())
    own = tuple(p for p in found if p.transformation is Transformation.COMPLEXATION)
    precedents = (own or found)[:3]
    support = Support(
        precedents,
        is_inferred=not precedents,
        inferred_from="" if precedents else _REVIEW,
        distance=0.0 if precedents else GENERAL_METHOD,
        remarks=("The sources make this complex on the way to their clusters.",) if precedents and not own else (),
    )
    reducing = all(ligand.ligand_class in ("thiolate", "selenolate", "phosphine", "diphosphine") for ligand in ligands)
    for rank, salt in enumerate(salts_of(feed.host_metal)):
        closed = metal_state(feed)
        if salt.oxidation_state < closed or (salt.oxidation_state > closed and not reducing):
            continue
        terms = terms_of(Transformation.COMPLEXATION, ())
        terms |= {"evidence": 0.0, "yield": 0.0, "inference": SALT_PREFERENCE * rank}
        yield Proposal(
            transformation=Transformation.COMPLEXATION,
            product=target,
            precursors=(salt.species, *(free_ligand(ligand) for ligand in ligands)),
            support=support,
            terms=terms,
        )


def metal_state(feed: Nanocluster) -> int:
    """Return the oxidation state of the metal in a complex: X-type ligands plus charge, per metal."""
    withdrawn = sum(ligand.electrons_withdrawn * n for ligand, n in feed.ligands)
    return (withdrawn + feed.charge) // feed.n_metals


def mixture_reduction(target: Species, network: Network) -> Iterator[Proposal]:
    """Propose reduction of the complex to the size mixture that a focusing step starts from."""
    if target.kind != "mixture" or target.cluster is None:
        return
    made = network.mixtures.get(target.cluster, ())
    focusing = [e for e in network.edges if e.mixture_of == target.cluster]
    precedents = (*made, *(p for e in focusing for p in e.precedents))
    stated = (*(donor_named(p.conditions.reductant) for p in made), *(e.reductant for e in focusing))
    named = next((reductant for reductant in stated if reductant), "")
    reductant = named or DEFAULT_REDUCTANT
    terms = terms_of(Transformation.REDUCTION_GROWTH, precedents, makes_mixture=True)
    terms |= {"yield": 0.0, "evidence": min(terms["evidence"], 0.2)}
    remarks = [_MIXTURE_REMARK]
    if not named:
        remarks.append(f"The sources name no reductant for this mixture; {reductant} is assumed.")
    yield Proposal(
        transformation=Transformation.REDUCTION_GROWTH,
        product=target,
        precursors=(of_cluster(target.cluster), donor(reductant)),
        support=Support(
            precedents,
            is_inferred=not precedents,
            inferred_from="" if precedents else _FOCUSING,
            distance=0.0 if precedents else GENERAL_METHOD,
            remarks=tuple(remarks),
        ),
        terms=terms,
        reductant=reductant,
        mixture_of=None,
    )
