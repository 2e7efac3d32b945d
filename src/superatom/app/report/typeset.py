"""Chemical formulas with their sub- and superscripts, for HTML and SVG.

A formula is split into runs of plain, lowered and raised text; each output format only dresses the runs.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from enum import Enum
from html import escape
from typing import Any

from superatom.structures.elements import METALS


class Level(Enum):
    """Where a run of text sits."""

    PLAIN = ""
    SUB = "sub"
    SUP = "sup"


# a charge ends the formula: [..]2-, BH4-, CO3(2-), SO4^2-, e-; the count before it belongs to it only after ] ( or ^
_CHARGE = re.compile(
    r"(?:\((?P<in_bracket>\d*[+-])\)|\^(?P<raised>\d*[+-])|(?<=\])(?P<after>\d*[+-]|0)|(?P<sign>[+-]))\Z"
)
# a count follows an element symbol, a letter or a closing bracket; not a locant (2-PET) nor a hydrate (·3H2O)
# an open count is written _x
_COUNT = re.compile(r"(?:_|(?<=[A-Za-z)\]}])(?=\d))(\d+|(?<=_)[a-z](?![a-z]))")


def runs(formula: str) -> Iterator[tuple[Level, str]]:
    """Split one formula into (level, text) runs.

    >>> [(level.value, text) for level, text in runs("[Au25(PET)18]-")]
    [('', '[Au'), ('sub', '25'), ('', '(PET)'), ('sub', '18'), ('', ']'), ('sup', '−')]
    >>> [text for level, text in runs("CO3(2-)") if level is Level.SUP], [text for _, text in runs("p-MBA")]
    (['2−'], ['p-MBA'])
    """
    charge = _CHARGE.search(formula) if len(formula) > 1 else None
    body = formula[: charge.start()] if charge else formula
    for i, piece in enumerate(_COUNT.split(body)):
        if piece:
            yield (Level.SUB if i % 2 else Level.PLAIN), piece
    if charge:
        raised = next(group for group in charge.groups() if group is not None)
        yield Level.SUP, raised.replace("-", "−")


def formula_html(formula: str) -> str:
    """Return a formula as escaped HTML with ``<sub>`` and ``<sup>``.

    >>> formula_html("[Ag44(p-MBA)30]4-")
    '[Ag<sub>44</sub>(p-MBA)<sub>30</sub>]<sup>4−</sup>'
    """
    return "".join(
        f"<{level.value}>{escape(text)}</{level.value}>" if level.value else escape(text)
        for level, text in runs(formula)
    )


def formula_svg(formula: str) -> str:
    """Return a formula as escaped SVG ``tspan`` runs; the baseline comes back to where it was.

    >>> formula_svg("OH-")
    'OH<tspan dy="-0.4em" font-size="72%">−</tspan><tspan dy="0.288em">\u200b</tspan>'
    """
    out = []
    for level, text in runs(formula):
        if level is Level.PLAIN:
            out.append(escape(text))
            continue
        shift = 0.3 if level is Level.SUB else -0.4  # in em of the small type
        back = f'<tspan dy="{-shift * 0.72:.3g}em">\u200b</tspan>'
        out.append(f'<tspan dy="{shift:.3g}em" font-size="72%">{escape(text)}</tspan>{back}')
    return "".join(out)


def formula_width(formula: str) -> float:
    """Estimate the width of a typeset formula in em, for laying out diagrams (sans-serif, on the generous side).

    >>> 4 < formula_width("[Au25(PET)18]-") < 9
    True
    """
    wide, narrow = set("mwMWOGQ@%→≡"), set("()[]{}iljtfrI.,-·'| ")
    total = 0.0
    for level, text in runs(formula):
        size = 0.72 if level.value else 1.0
        total += size * sum(0.86 if c in wide else 0.36 if c in narrow else 0.62 for c in text)
    return total


def orbitals_html(label: str) -> str:
    """Return a shell filling as escaped HTML with its occupations raised.

    >>> orbitals_html("1S2 1P6")
    '1S<sup>2</sup> 1P<sup>6</sup>'
    """
    return re.sub(r"\b(\d[SPDFGHI])(\d+)\b", r"\1<sup>\2</sup>", escape(label))


def side_html(species: Sequence[Mapping[str, Any]]) -> str:
    """Return one side of an equation from ``{formula, coefficient}`` entries."""
    return ' <span class="plus">+</span> '.join(
        '<span class="term">'
        + (f'<span class="n">{escape(str(s["coefficient"]))}</span> ' if s["coefficient"] != 1 else "")
        + f"{formula_html(str(s['formula']))}</span>"
        for s in species
    )


def equation_html(equation: str) -> str:
    """Typeset an equation given as text, such as ``32 Au(PET) + 8 e- → [Au25(PET)18]- + 7 [Au(PET)2]-``.

    >>> equation_html("2 e- → H2")
    '<span class="n">2</span> e<sup>−</sup> <span class="arrow">→</span> H<sub>2</sub>'
    """
    sides = []
    for side in re.split(r"\s+(?:→|->)\s+", equation):
        terms = []
        for term in re.split(r"\s+\+\s+", side):
            count, _, formula = term.partition(" ") if re.match(r"\d+ ", term) else ("", "", term)
            terms.append((f'<span class="n">{count}</span> ' if count else "") + formula_html(formula))
        sides.append(' <span class="plus">+</span> '.join(terms))
    return ' <span class="arrow">→</span> '.join(sides)


# a word that is a formula: element symbols, counts, brackets; ids such as S004 are not
_ELEMENT = r"[A-Z][a-z]?"
_FORMULA = re.compile(rf"(?:{_ELEMENT}\d*|[\[\]()]\d*|·\d?|≡|-(?=[A-Za-z(]))+(?:[+-]|\d[+-]|\(\d?[+-]\))?")
# a cluster whose ligands have names with lower-case letters: Au30(S-tBu)18
_CLUSTER = re.compile(rf"\[?(?:(?:{'|'.join(METALS)})(?:\d+|_[a-z])?)+\(\S*\)(?:\d+|_[a-z])?\S*")
_RECORD_ID = re.compile(r"[A-Z]\d{3,}")
_CODE = re.compile(r"[A-Z]+0\d.*")  # GHS05, S004: no count starts with 0


def prose_html(text: str, linked: Container[str] = ()) -> str:
    """Return a sentence as escaped HTML: words that are formulas typeset, record ids in `linked` made links.

    >>> prose_html("growth to [Au25(PET)18]- (R045, S004)", linked={"R045"})
    'growth to [Au<sub>25</sub>(PET)<sub>18</sub>]<sup>−</sup> (<a href="#evidence-R045">R045</a>, S004)'
    """
    return "".join(_word_html(word, linked) for word in re.split(r"(\s+)", text))


def _word_html(word: str, linked: Container[str]) -> str:
    before, core, after = _bare(word)
    if _RECORD_ID.fullmatch(core):
        dressed = f'<a href="#evidence-{core}">{core}</a>' if core in linked else core
    elif _is_formula(core):
        dressed = formula_html(core)
    else:
        dressed = escape(core)
    return escape(before) + dressed + escape(after)


def _is_formula(word: str) -> bool:
    """Whether a word is a formula with something to lower or raise."""
    if _CODE.fullmatch(word) or not re.search(r"\d|_|\][+-]$", word):
        return False
    return bool(_FORMULA.fullmatch(word) or _CLUSTER.fullmatch(word))


def _bare(word: str) -> tuple[str, str, str]:
    """Take sentence marks off a word, and a bracket that the sentence opens or closes rather than the formula."""
    core = word.rstrip(",.;:")
    while core.endswith(")") and core.count(")") > core.count("("):
        core = core[:-1].rstrip(",.;:")
    start = 1 if core.startswith("(") and core.count("(") > core.count(")") else 0
    return word[:start], core[start:], word[len(core) :]
