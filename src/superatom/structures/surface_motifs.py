"""The surface motifs of a cluster, named as the literature names them: staples, rings, branched ones, bridges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from superatom.structures.formula import element_formula
from superatom.structures.staples import chains

_LENGTH_WORDS = (
    "bridging", "monomeric", "dimeric", "trimeric", "tetrameric", "pentameric", "hexameric", "heptameric", "octameric",
)  # fmt: skip
_DONOR_LABELS = {
    "thiolate": "SR",
    "selenolate": "SeR",
    "tellurolate": "TeR",
    "alkynyl": "C≡CR",
    "sulfide": "S",
    "selenide": "Se",
}


@dataclass(frozen=True, slots=True)
class SurfaceMotif:
    """A staple, a ring, or a simple bridge (length 0): atom indices of its metals and donors, and its usual name."""

    metals: tuple[int, ...]
    donors: tuple[int, ...]
    length: int
    is_ring: bool
    name: str

    @property
    def atoms(self) -> tuple[int, ...]:
        """All atoms of the motif, sorted."""
        return tuple(sorted(self.metals + self.donors))


def surface_motifs(
    units: dict[int, tuple[int, ...]], bridging: Sequence[int], held: dict[int, tuple[int, ...]],
    class_of: dict[int, str], symbols: Sequence[str],
) -> tuple[SurfaceMotif, ...]:  # fmt: skip
    """Return the motifs, longest first.

    Parameters
    ----------
    units
        The donors that every motif metal holds (`superatom.structures.staples.motif_metals`).
    bridging
        All donors that can bridge; those outside chains make motifs without a metal.
    held
        The metals that every donor holds.
    class_of
        The ligand class of every donor.
    symbols
        Element symbols of all atoms.

    Examples
    --------
    >>> [m.name for m in surface_motifs({1: (0, 2)}, [0, 2], {}, {0: "thiolate", 2: "alkynyl"}, ["S", "Au", "C"])]
    ['C≡CR-Au-SR monomeric']
    """
    found = []
    used: set[int] = set()
    for metals, donors in chains(units):
        used.update(donors)
        joined = sum(len(units[m]) for m in metals)
        is_chain = joined == len(metals) + len(donors) - 1 and all(len(units[m]) == 2 for m in metals)
        shared_at_most_twice = all(sum(d in units[m] for m in metals) < 3 for d in donors)
        is_ring = joined == 2 * len(metals) == 2 * len(donors) and shared_at_most_twice
        if is_ring or (is_chain and shared_at_most_twice):
            name = _chain_name(metals, donors, units, class_of, symbols, is_ring=is_ring)
        else:
            label = element_formula([symbols[m] for m in metals])
            held_by = Counter(_DONOR_LABELS.get(class_of[d], class_of[d]) for d in donors)
            name = f"{label}{''.join(f'({k}){n}' for k, n in sorted(held_by.items()))} branched"
        found.append(SurfaceMotif(metals, donors, len(metals), is_ring, name))
    for donor in sorted(set(bridging) - used):
        word = {1: "terminal", 2: "bridging"}.get(
            len(held[donor]), "μ3-bridging" if len(held[donor]) == 3 else "capping"
        )
        found.append(
            SurfaceMotif(
                (), (donor,), 0, is_ring=False, name=f"{word} {_DONOR_LABELS.get(class_of[donor], class_of[donor])}"
            )
        )
    return tuple(sorted(found, key=lambda m: (-m.length, m.name, m.atoms)))


def _chain_name(
    metals: tuple[int, ...], donors: tuple[int, ...], units: dict[int, tuple[int, ...]], class_of: dict[int, str],
    symbols: Sequence[str], *, is_ring: bool,
) -> str:  # fmt: skip
    """Walk a chain and write it: ``SR-Au-SR monomeric``, ``(SR-Au)2-SR dimeric``, ``SR-Au-SR-Cu-SR dimeric``."""
    label = {d: _DONOR_LABELS.get(class_of[d], class_of[d]) for d in donors} | {m: symbols[m] for m in metals}
    holders = {d: [m for m in metals if d in units[m]] for d in donors}
    word = _LENGTH_WORDS[len(metals)] if len(metals) < len(_LENGTH_WORDS) else f"{len(metals)}-mer"
    pieces = {(label[d], label[m]) for m in metals for d in units[m]}
    if is_ring:
        return (
            f"({'-'.join(next(iter(pieces)))}){len(metals)} {word} ring"
            if len(pieces) == 1
            else f"{len(metals)}-metal ring"
        )
    ends = [d for d in donors if len(holders[d]) == 1]
    walks = []
    for end in ends:
        walk, here, previous = [end], end, -1
        while following := [m for m in holders[here] if m != previous]:
            previous = following[0]
            here = next(d for d in units[previous] if d != here)
            walk += [previous, here]
        walks.append("-".join(label[i] for i in walk))
    if len(pieces) == 1 and len(metals) > 1:
        donor, metal = next(iter(pieces))
        return f"({donor}-{metal}){len(metals)}-{donor} {word}"
    return f"{min(walks)} {word}"
