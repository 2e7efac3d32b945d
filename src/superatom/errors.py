"""Every deliberate error of superatom: one class per kind, one clear sentence per raise.

The sentence names what was found and what would be legal. The command line turns any `SuperatomError` into that
sentence and the exit code of its class (2 for bad input); a traceback needs ``--debug``.
"""

from __future__ import annotations


class SuperatomError(Exception):
    """Base of all errors superatom raises on purpose."""

    exit_code = 2


class FormulaError(SuperatomError):
    """A cluster formula cannot be read."""


class UnknownLigandError(FormulaError):
    """A ligand name is in no table."""


class UnknownNameError(SuperatomError):
    """A name (solvent, reagent, metal, data source, ...) is in no table."""


class ChemistryError(SuperatomError):
    """Input that parses but contradicts chemistry, such as a cluster without metal."""


class StructureError(SuperatomError):
    """A structure file cannot be read, or what it holds cannot be interpreted safely."""


class ReferenceDataError(SuperatomError):
    """A packaged or user table breaks its own rules."""


class DataSourceError(SuperatomError):
    """A data source cannot be fetched or does not match its checksum."""


class BalanceError(SuperatomError):
    """No balanced equation exists for the species given."""


class StockError(SuperatomError):
    """A stock entry cannot be understood."""


class UnitError(SuperatomError):
    """A quantity has no unit, an unknown unit, or one of the wrong kind."""


class CalculationError(SuperatomError):
    """A calculation did not converge, crashed, ran out of time, or returned what no electronic structure can."""


class MissingReferenceError(SuperatomError):
    """A formation energy needs the energy of a reference species that is not there."""


class DesignError(SuperatomError):
    """A design file of a labelling campaign asks for something that cannot be made."""


class JournalError(SuperatomError):
    """A journal of a labelling campaign is damaged, or another run is writing it."""


class DocumentError(SuperatomError):
    """A document (JSON text of a value) is of another format or version, or a field of it is wrong."""


class StoreError(SuperatomError):
    """The library of experiments cannot be opened, read or written as asked."""


class ConflictError(StoreError):
    """A record was changed by somebody else since it was read."""


class ImportRowsError(SuperatomError):
    """Rows of a table cannot be taken into the library as they are."""


class NoRoomError(SuperatomError):
    """The machine refuses what a calculation needs: room on a disk, memory, open files."""


class SpaceError(SuperatomError):
    """A space of settings contradicts itself, is too large to list, or a setting does not belong to it."""


class RecommenderError(SuperatomError):
    """A recommender cannot suggest anything from the objective and records given."""


class CampaignError(SuperatomError):
    """A campaign cannot be started, continued or told what was measured as asked."""


class SplitError(SuperatomError):
    """A data split would leak, or cannot be made from the data given."""


class ModelError(SuperatomError):
    """A model cannot be trained on the data given, or asked what is asked."""


class MissingEngineError(SuperatomError):
    """A program or package that this needs is not installed; the sentence says how to install it."""

    exit_code = 3


def did_you_mean(name: str, known: list[str], n: int = 3) -> str:
    """Return ``" Did you mean A, B?"`` for close matches of `name` in `known`, or an empty string.

    >>> did_you_mean("PTE", ["PET", "TBBT"])
    ' Did you mean PET?'
    >>> did_you_mean("zzzzzz", ["PET", "TBBT"])
    ''
    """
    from difflib import get_close_matches

    by_lower = {k.lower(): k for k in known}
    close = [by_lower[c] for c in get_close_matches(name.lower(), by_lower, n=n, cutoff=0.6)]
    return f" Did you mean {', '.join(close)}?" if close else ""
