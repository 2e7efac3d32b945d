"""What a chemist writes under "result", read as one of the five classes of an outcome; nothing is guessed.

Read are the classes, the words of ``tables/outcome_words.csv`` (our convention), and both beside formulas of clusters:
``pure``, ``NPs``, ``Au25 pure``, ``Au25 + some Au38``. Every word of the cell must be known, so ``not quite pure`` is
refused; so is a doubt (``pure?``), which is no outcome, and a formula alone, which does not say what came with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from superatom.data.library import same_type
from superatom.data.rows import packaged_rows
from superatom.data.synthesis_records import OutcomeClass
from superatom.errors import ReferenceDataError, SuperatomError
from superatom.structures.formula import read_formula
from superatom.structures.ligands import ligand_table
from superatom.structures.nanocluster import Nanocluster

# meanings of words that are no class of their own
_ALONE, _JOINS, _SHARE, _FILLS, _DOUBT, _UNCLEAR = "alone", "joins", "share", "fills", "doubt", "unclear"
_BESIDE, _INSTEAD = "beside", "instead"
_NAMED, _PAUSE = "named", "pause"  # of a formula, of punctuation
_COLUMNS = ("words", "meaning", "why", "source")
_LEAST_METALS = 4  # Cu2O, Ag2S and salts are no clusters
_LONGEST = 120  # characters of a cell
_PUNCTUATION = frozenset(",;:()-–—.")
_CUT = re.compile(r"([+&,;:()/])")


@dataclass(frozen=True, slots=True)
class ReadOutcome:
    """The class that words mean, and the formula of the cluster or clusters they name, else an empty text."""

    outcome_class: OutcomeClass
    formula: str = ""


def class_named(text: str) -> OutcomeClass | None:
    """Return the class whose own name a text is, which is taken as it stands, or None.

    >>> class_named("Other cluster"), class_named("pure")
    (<OutcomeClass.OTHER_CLUSTER: 'other_cluster'>, None)
    """
    name = _key(text).replace(" ", "")
    return next((each for each in OutcomeClass if each.value.replace("_", "") == name), None)


@lru_cache(maxsize=4096)
def read_outcome(text: str, target: str = "", product: str = "") -> ReadOutcome:
    """Read the words of an outcome.

    Parameters
    ----------
    text
        The cell.
    target
        The cluster aimed at, as entered: another cluster that came alone is ``other_cluster``.
    product
        The formula of another column that says what was found.

    Raises
    ------
    ReferenceDataError
        For words that do not mean one class; the sentence says why, and is empty for words in no table.

    >>> read_outcome("Au25 pure", "[Au25(PET)18]-").outcome_class.value
    'monodisperse'
    >>> read_outcome("pure Au38", "[Au25(PET)18]-")
    ReadOutcome(outcome_class=<OutcomeClass.OTHER_CLUSTER: 'other_cluster'>, formula='Au38')
    >>> read_outcome("Au25 + Au38", "[Au25(PET)18]-")
    ReadOutcome(outcome_class=<OutcomeClass.MIXTURE: 'mixture'>, formula='Au25 + Au38')
    """
    if len(text) > _LONGEST:
        raise ReferenceDataError("that is a note rather than an outcome; keep it under notes")
    if "?" in text:
        raise ReferenceDataError("a doubt is no outcome; leave the cell empty and put the doubt under notes")
    if (named := class_named(text)) is not None:
        return ReadOutcome(named)
    parts = tuple(_parts(text))
    names = _names(parts)
    meanings = {meaning for meaning, _ in parts}
    kinds = meanings & {*OutcomeClass, _ALONE, _INSTEAD}
    if _BESIDE in meanings:
        made = OutcomeClass.MIXTURE if kinds <= {OutcomeClass.MIXTURE, OutcomeClass.NANOPARTICLES} else None
    elif len(names) == 1:
        made = _class_of_one(names[0], kinds, target, product)
    elif names:
        made = OutcomeClass.MIXTURE if kinds <= {OutcomeClass.MIXTURE, OutcomeClass.NANOPARTICLES, _INSTEAD} else None
    else:
        made = _class_of_words(kinds, target, product)
    is_shared = _BESIDE in meanings or _is_shared(names, kinds)
    if made is None or (_SHARE in meanings and not (made is OutcomeClass.MIXTURE and is_shared)):
        raise ReferenceDataError(_why_none(names, kinds))
    is_led = parts[0][0] != _BESIDE  # contaminated with Au38: the target came too, and is not named
    return ReadOutcome(made, " + ".join(names) if is_led else "")


def _why_none(names: list[str], kinds: set[str]) -> str:
    if not names and kinds == {_INSTEAD}:
        return "what came instead of the target is not said; write 'Au38 instead', 'NPs' ..."
    if not names and kinds == {_ALONE}:
        return "which product it was is not said; write 'Au25 only', or name the product in its column"
    return "the words do not agree on one" if kinds - {_ALONE} else ""


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield meanings with the words they stand for; raises `ReferenceDataError` at the first that is none."""
    pieces = list(_pieces(text))
    place = 0
    while place < len(pieces):
        if _cluster(pieces[place]) is not None:
            yield _NAMED, pieces[place]
            place += 1
            continue
        if pieces[place] in _PUNCTUATION:
            yield _PAUSE, ""
            place += 1
            continue
        for n in range(min(_most_words(), len(pieces) - place), 0, -1):
            key = _key(" ".join(pieces[place : place + n]))
            if key in _words():
                break
        else:
            raise ReferenceDataError("")
        meaning, why = _words()[key]
        if meaning == _DOUBT:
            raise ReferenceDataError("a doubt is no outcome; leave the cell empty and put the doubt under notes")
        if meaning == _UNCLEAR:
            raise ReferenceDataError(why)
        yield meaning, key
        place += n


def _pieces(text: str) -> Iterator[str]:
    """Yield formulas, words and punctuation in order."""
    for chunk in text.split():
        bare = chunk.rstrip(",;:.!")
        for candidate in (bare, bare[1:-1] if bare[:1] == "(" and bare[-1:] == ")" else "", chunk):
            if _cluster(candidate) is not None:
                yield candidate
                if chunk != candidate:
                    yield ","
                break
        else:
            for piece in filter(None, _CUT.split(chunk)):
                yield from [piece] if _cluster(piece) or piece in _PUNCTUATION else _key(piece).split() or [piece]


def _names(parts: tuple[tuple[str, str], ...]) -> list[str]:
    """Return the clusters named, each once; raises `ReferenceDataError` where what is named is not plainly joined."""
    names: list[str] = []
    n_things, is_parted, is_joined = 0, False, False
    for meaning, words in parts:
        if meaning == _JOINS:
            if not n_things or is_joined:
                raise ReferenceDataError("")
            is_joined = True
        elif meaning == _BESIDE:
            n_things, is_joined = n_things or 1, True  # where nothing stands before it, the target does
        elif meaning == _PAUSE:
            is_parted = True
        elif meaning in (_NAMED, OutcomeClass.NANOPARTICLES):
            if n_things and not (is_joined or is_parted):
                raise ReferenceDataError(f"write + between the things that came: {words!r} follows another")
            n_things += 1
            is_parted = is_joined = False
            if meaning == _NAMED and all(_cluster(words) != _cluster(name) for name in names):
                names.append(words)
    if is_joined:
        raise ReferenceDataError("")
    return names


def _class_of_one(name: str, kinds: set[str], target: str, product: str) -> OutcomeClass | None:
    """Return what words mean beside one cluster."""
    found = _cluster(product)
    if found is not None and not _is_same(name, product):
        raise ReferenceDataError(f"it names {name}, and the product found is {product}")
    if not kinds:
        raise ReferenceDataError(f"what came with {name} is not said; write '{name} pure', '{name} + Au38' ...")
    if kinds in ({OutcomeClass.MIXTURE}, {OutcomeClass.NANOPARTICLES}):
        return OutcomeClass.MIXTURE
    if not (aim := _formula_in(target)):
        raise ReferenceDataError(f"the target {target!r} is no formula that {name} can be compared with")
    is_target = _is_same(name, aim)
    if kinds <= {OutcomeClass.MONODISPERSE, _ALONE}:
        return OutcomeClass.MONODISPERSE if is_target else OutcomeClass.OTHER_CLUSTER
    is_other = kinds <= {OutcomeClass.OTHER_CLUSTER, _ALONE, _INSTEAD}
    return OutcomeClass.OTHER_CLUSTER if is_other and not is_target else None


def _class_of_words(kinds: set[str], target: str, product: str) -> OutcomeClass | None:
    """Return what words mean where they name no cluster."""
    if (
        kinds in ({OutcomeClass.MONODISPERSE}, {_ALONE})
        and _cluster(product) is not None
        and (aim := _formula_in(target))
    ):
        return OutcomeClass.MONODISPERSE if _is_same(product, aim) else OutcomeClass.OTHER_CLUSTER
    if OutcomeClass.NANOPARTICLES in kinds:
        kinds = kinds - {OutcomeClass.MONODISPERSE, _ALONE, _INSTEAD}
    [kind, *others] = kinds or {""}
    return OutcomeClass(kind) if not others and kind in set(OutcomeClass) else None


def _is_shared(names: list[str], kinds: set[str]) -> bool:
    return len(names) + (OutcomeClass.NANOPARTICLES in kinds) > 1


def _formula_in(target: str) -> str:
    """Return the one formula in the words of a target, or an empty text."""
    aims = {_cluster(piece): piece for piece in _pieces(target) if _cluster(piece) is not None}
    return next(iter(aims.values())) if len(aims) == 1 else ""


def _is_same(name: str, other: str) -> bool:
    """Whether two formulas may be one cluster: what either leaves out, ligands or charge, is not compared."""
    one, two = _cluster(name), _cluster(other)
    if one is None or two is None or one.metals != two.metals:
        return False
    if not one.n_ligands or not two.n_ligands:
        return True
    is_charged = all(read_formula(each, ligand_table()).charge_is_stated for each in (name, other))
    return same_type(one, two if is_charged else two.with_charge(one.charge))


@lru_cache(maxsize=4096)
def _cluster(text: str) -> Nanocluster | None:
    try:
        cluster = Nanocluster.parse(text)
    except SuperatomError:
        return None
    return cluster if cluster.n_metals >= _LEAST_METALS else None


def _key(words: str) -> str:
    return " ".join(words.casefold().replace("_", " ").replace("-", " ").split()).strip(".!'\"")


@cache
def _words() -> dict[str, tuple[str, str]]:
    """Return meaning and reason by words, classes included."""
    rows = packaged_rows("outcome_words.csv", _COLUMNS)
    return {_key(row["words"]): (row["meaning"], row["why"]) for row in rows}


@cache
def _most_words() -> int:
    return max(len(words.split()) for words in _words())
