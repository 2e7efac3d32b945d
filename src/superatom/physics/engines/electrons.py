"""How many electrons a structure has, and which numbers of unpaired ones go with that; what engines say of the rest."""

from __future__ import annotations

from superatom.errors import CalculationError
from superatom.structures.structure import Structure


def n_electrons(structure: Structure) -> int:
    """Return the number of all electrons, those of the cores among them; an unstated charge is 0.

    >>> n_electrons(Structure(("Au", "H"), [[0, 0, 0], [0, 0, 1.5]], charge=1))
    79
    """
    from ase.data import atomic_numbers

    return int(sum(atomic_numbers[symbol] for symbol in structure.symbols)) - (structure.charge or 0)


def refuse_wrong_parity(structure: Structure, n_unpaired: int) -> None:
    """Raise `CalculationError` where the electrons of a structure cannot leave `n_unpaired` of them unpaired.

    >>> refuse_wrong_parity(Structure(("H",), [[0, 0, 0]]), 0)
    Traceback (most recent call last):
        ...
    superatom.errors.CalculationError: 1 electrons cannot leave 0 unpaired
    """
    total = n_electrons(structure)
    if not 0 <= n_unpaired <= total or (total - n_unpaired) % 2:
        raise CalculationError(f"{total} electrons cannot leave {n_unpaired} unpaired")


def what_is_not_known(name: str, structure: Structure, n_unpaired: int | None) -> tuple[str, ...]:
    """Return the notes of an engine that knows neither charge nor spin, where either was asked for.

    >>> what_is_not_known("the model", Structure(("Au",), [[0, 0, 0]], charge=1), None)
    ('the model knows no charge; the cluster has +1 e',)
    """
    charge = structure.charge or 0
    return (
        *([f"{name} knows no charge; the cluster has {charge:+d} e"] if charge else []),
        *([f"{name} knows no spin; {n_unpaired} unpaired electrons were asked for"] if n_unpaired else []),
    )
