"""Formula notation of clusters: ``[Au25(PET)18]-``, ``Au₃₈(PET)₂₄``, ``[Au$_{25}$(SR)$_{18}$]$^-$`` and back.

`read_formula` turns text into counts of metals and ligands and a charge; `write_formula` is its inverse. What the
pieces mean (electrons, shells) is asked of `superatom.structures.nanocluster`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from superatom.errors import ChemistryError, FormulaError, did_you_mean
from superatom.structures.elements import METAL_GROUPS, METALS
from superatom.structures.ligands import Ligand, LigandTable, normalise_name

MAX_LENGTH = 400  # characters; longer text is no cluster formula
MAX_COUNT = 100_000  # atoms or ligands of one kind
MAX_CHARGE = 30  # e; known clusters stay within 10

_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
_OPEN = {"(": ")", "[": "]", "{": "}"}
_CHARGE = re.compile(r"\^?\(?(?:(?P<n>\d{0,2})(?P<sign>[+-])(?P<m>\d{0,2})|(?P<run>\++|-+)|(?P<zero>0))\)?")
_OXIDATION_STATE = re.compile(r"\((?:I|II|III|IV|0)\)(?!\d)-?")
# what marks a variable composition once the ligands are taken out: Agx, Au25-x, ()n
_VARIABLE = re.compile(rf"(?:{'|'.join(METALS)}|\(\))[xyn](?![a-z])|\d[-+][xyn](?![a-z])")
# classes in the order a formula lists them
_CLASS_ORDER: tuple[str, ...] = (
    "hydride", "phosphine", "diphosphine", "NHC", "carbonyl", "amidinate", "thiolate", "selenolate", "tellurolate",
    "alkynyl", "carboxylate", "sulfide", "selenide", "halide",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormulaParts:
    """What a formula states, in canonical order; `charge_is_stated` tells an explicit 0 from none."""

    metals: tuple[tuple[str, int], ...]
    ligands: tuple[tuple[Ligand, int], ...]
    charge: int
    charge_is_stated: bool


def read_formula(text: str, table: LigandTable) -> FormulaParts:
    """Read one cluster formula.

    Sub- and superscripts (Unicode or LaTeX), any bracket kind, synonyms of ligand names, ``Au(I)`` and ``M@M`` are
    understood. No charge means neutral.

    Raises
    ------
    FormulaError
        naming the piece that cannot be read and what would be legal.
    UnknownLigandError
        for a ligand in no table.

    Examples
    --------
    >>> from superatom.structures.ligands import ligand_table
    >>> read_formula("[Ag₄₄(p-MBA)₃₀]⁴⁻", ligand_table()).charge
    -4
    """
    plain = plain_text(text)
    if re.search(r"[·•]", plain):
        raise FormulaError(f"{text!r} holds a solvent or salt after the dot; give the cluster alone")
    body, charge = _split_charge(plain, text)
    if _VARIABLE.search(_without_ligands(_OXIDATION_STATE.sub("", body))):
        raise FormulaError(f"{text!r} has a variable composition (x, n); give one member, such as [Ag5Au20(SR)18]-")
    reader = _Reader(_OXIDATION_STATE.sub("", body), text, table)
    reader.read_all()
    if not reader.metals:
        raise ChemistryError(f"{text!r} holds no metal; a cluster formula starts with one of {', '.join(METALS)}")
    return FormulaParts(
        metals=canonical_metals(reader.metals),
        ligands=canonical_ligands(reader.ligands),
        charge=charge or 0,
        charge_is_stated=charge is not None,
    )


def write_formula(metals: tuple[tuple[str, int], ...], ligands: tuple[tuple[Ligand, int], ...], charge: int) -> str:
    """Write metals, ligands and charge as one formula; the inverse of `read_formula`.

    >>> write_formula((("Cd", 1), ("Au", 24)), (), 2)
    '[CdAu24]2+'
    """
    body = "".join(symbol + _count(n) for symbol, n in metals)
    for ligand, n in ligands:
        body += (ligand.name if ligand.is_bare_atom else f"({ligand.name})") + _count(n)
    if not charge:
        return body
    return f"[{body}]{abs(charge) if abs(charge) > 1 else ''}{'+' if charge > 0 else '-'}"


def canonical_metals(counts: dict[str, int]) -> tuple[tuple[str, int], ...]:
    """Order metals as the field writes them: single dopant atoms first (PtAu24), then Au, Ag, Cu, ...

    >>> canonical_metals({"Au": 24, "Pt": 1}), canonical_metals({"Ag": 38, "Au": 36})
    ((('Pt', 1), ('Au', 24)), (('Au', 36), ('Ag', 38)))
    """
    several = any(n > 1 for n in counts.values())
    rank = {metal: i for i, metal in enumerate(METALS)}
    return tuple(sorted(counts.items(), key=lambda item: (several and item[1] > 1, rank[item[0]])))


def element_formula(symbols: Sequence[str]) -> str:
    """Return a formula without brackets: metals as a cluster formula orders them, then the others alphabetically.

    >>> element_formula(["S", "Au", "H", "Au", "Pt"])
    'PtAu2HS'
    """
    counts = Counter(symbols)
    metals = canonical_metals({m: n for m, n in counts.items() if m in METALS})
    others = sorted((e, n) for e, n in counts.items() if e not in METALS)
    return "".join(f"{e}{n if n > 1 else ''}" for e, n in (*metals, *others))


def canonical_ligands(counts: dict[Ligand, int]) -> tuple[tuple[Ligand, int], ...]:
    """Order ligands as the field writes them: hydrides, neutral donors, thiolates, alkynyls, halides."""

    def key(item: tuple[Ligand, int]) -> tuple[int, int, str]:
        kind = item[0].ligand_class
        return (
            _CLASS_ORDER.index(kind) if kind in _CLASS_ORDER else len(_CLASS_ORDER),
            -item[1],
            item[0].name,
        )

    return tuple(sorted(counts.items(), key=key))


def plain_text(text: str) -> str:
    r"""Fold LaTeX and Unicode scripts into plain characters; superscripts are marked with ``^``.

    >>> plain_text(r"[Au$_{25}$(PPh$_3$)$_{10}$Cl$_2$]$^{2+}$"), plain_text("Au₂₂(SG)₁₈")
    ('[Au25(PPh3)10Cl2]^2+', 'Au22(SG)18')
    """
    if not isinstance(text, str) or not text.strip():
        raise FormulaError("the formula is empty; give one such as [Au25(PET)18]-")
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"the formula has {len(text)} characters; at most {MAX_LENGTH} make sense")
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Cn") and not c.isspace() for c in text):
        raise FormulaError(f"{text!a} holds control characters; give plain text such as [Au25(PET)18]-")
    plain = re.sub(rf"(?<![{_SUPERSCRIPTS}])(?=[{_SUPERSCRIPTS}])", "^", text)
    plain = re.sub(r"\\(?:mathrm|mathbf|text|textrm|rm|ce)\b", "", plain)
    plain = re.sub(r"\\equiv\s*", "≡", plain)
    plain = re.sub(r"\\(?:left|right|,|;|!| )", "", plain)
    plain = plain.replace("$", "").replace("~", "")
    plain = re.sub(r"([_^])\s*\{([^{}]*)\}", lambda m: ("" if m[1] == "_" else "^") + m[2], plain)
    plain = re.sub(r"_(?=[\w(])", "", plain)
    if plain.startswith("{") and plain.endswith("}"):
        plain = plain[1:-1]
    return re.sub(r"\s+", "", normalise_name(plain))


def _without_ligands(body: str) -> str:
    """Empty every bracket, so that only metals and counts are left."""
    for _ in range(4):
        body = re.sub(r"[(\[{][^()\[\]{}]+[)\]}]", "()", re.sub(r"\(\)(?=[^()]*\))", "", body))
    return body


def _split_charge(plain: str, text: str) -> tuple[str, int | None]:
    """Separate the trailing charge; ``[..]2-``, ``[..]-2``, ``[..]--``, ``^2-``, ``(2-)`` and a lone sign are read."""
    if plain.startswith("[") and (close := _closing(plain, 0)) is not None:
        tail = plain[close + 1 :]
        if not tail:
            return plain[1:close], None
        if match := _CHARGE.fullmatch(tail):
            return plain[1:close], _charge_value(match, text)
        if not re.match(r"\d|\(|\[|[A-Z{@]", tail):
            raise FormulaError(f"{tail!r} in {text!r} is no charge; write it as -, 2+, 4- after the bracket")
        if re.match(r"\(?(?:[A-Z]|\[)", tail):
            raise FormulaError(f"{tail!r} follows the cluster in {text!r}; give the cluster ion alone, with its charge")
        return plain, None
    if match := re.search(r"\^[^\^)]*$|\^\([^\^)]*\)$|\(\d*[+-]\)$|(?<=\D)[+-]+$|(?<=\d)[+-]$|(?<=\d)-1$", plain):
        if not (charge := _CHARGE.fullmatch(match[0])):
            raise FormulaError(f"{match[0]!r} in {text!r} is no charge; write it as [..]-, [..]2+ or [..]4-")
        return plain[: match.start()], _charge_value(charge, text)
    return plain, None


def _charge_value(match: re.Match[str], text: str) -> int:
    if match["zero"]:
        return 0
    if match["run"]:
        return check_charge(len(match["run"]) * (1 if match["run"][0] == "+" else -1))
    if match["n"] and match["m"]:
        raise FormulaError(f"the charge {match[0]!r} in {text!r} is given twice; write 2- or -2")
    return check_charge(int(match["n"] or match["m"] or 1) * (1 if match["sign"] == "+" else -1))


def check_charge(charge: int) -> int:
    """Return `charge` (e) or raise `FormulaError` when no cluster could carry it.

    >>> check_charge(-4)
    -4
    """
    if abs(charge) > MAX_CHARGE:
        raise FormulaError(
            f"a charge of {charge:+d} is beyond any cluster; it lies between -{MAX_CHARGE} and +{MAX_CHARGE}"
        )
    return charge


def _closing(text: str, start: int) -> int | None:
    """Return the index of the bracket that closes the one at `start`, or None."""
    stack: list[str] = []
    for i in range(start, len(text)):
        if text[i] in _OPEN:
            stack.append(_OPEN[text[i]])
        elif text[i] in _OPEN.values():
            if not stack or stack.pop() != text[i]:
                return None
            if not stack:
                return i
    return None


def _count(n: int) -> str:
    return str(n) if n > 1 else ""


class _Reader:
    """Walks the body of one formula and collects counts."""

    def __init__(self, body: str, text: str, table: LigandTable) -> None:
        self.body, self.text, self.table = body, text, table
        self.metals: dict[str, int] = {}
        self.ligands: dict[Ligand, int] = {}

    def read_all(self) -> None:
        self._read(self.body, 1, 0)

    def _read(self, body: str, multiplier: int, depth: int) -> None:
        if depth > 4:
            raise FormulaError(f"{self.text!r} nests brackets more than four deep")
        i = 0
        while i < len(body):
            if body[i] in "@-,":
                i += 1
            elif body[i] in _OPEN:
                i = self._read_bracket(body, i, multiplier, depth)
            else:
                i = self._read_bare(body, i, multiplier)

    def _read_bracket(self, body: str, i: int, multiplier: int, depth: int) -> int:
        close = _closing(body, i)
        if close is None:
            raise FormulaError(f"the bracket {body[i]!r} in {self.text!r} is never closed")
        # a ligand name may itself start with a bracket and go on after it: (CF3)2PhC≡C
        inner = re.sub(r"^[μη]\d?-", "", body[i + 1 : close])
        n, after = self._read_count(body, close + 1)
        if inner in self.table:
            self._add_ligand(inner, n * multiplier)
        elif not inner:
            raise FormulaError(f"{self.text!r} has an empty bracket")
        elif any(re.match(metal + r"(?![a-z])", inner.lstrip("([{")) for metal in METALS) or self._metal_inside(inner):
            self._read(inner, n * multiplier, depth + 1)
        else:
            self.table.find(inner)  # raises, naming close matches
        return after

    def _metal_inside(self, inner: str) -> bool:
        """Whether a bracket such as ``(Ph3P)CuH`` repeats a unit with its own metal."""
        outside = re.sub(r"\([^()]*\)\d*", "", inner)
        return any(re.search(metal + r"(?![a-z])", outside) for metal in METALS)

    def _read_bare(self, body: str, i: int, multiplier: int) -> int:
        symbol = re.match(r"[A-Z][a-z]?", body[i:])
        if symbol and symbol[0] in METAL_GROUPS:
            n, after = self._read_count(body, i + len(symbol[0]))
            self.metals[symbol[0]] = self.metals.get(symbol[0], 0) + n * multiplier
            return after
        for name in self.table.bare_names:
            if body.startswith(name, i):
                n, after = self._read_count(body, i + len(name))
                self._add_ligand(name, n * multiplier)
                return after
        raise FormulaError(self._explain(body, i, symbol))

    def _explain(self, body: str, i: int, symbol: re.Match[str] | None) -> str:
        found = body[i : i + 12]
        if symbol and not self.metals and not self.ligands:
            hint = did_you_mean(symbol[0], list(METALS))
            known = ", ".join(METALS)
            return f"{self.text!r} starts with {symbol[0]!r}, which is no metal superatom knows ({known}).{hint}"
        return (
            f"cannot read {found!r} in {self.text!r}; a formula is metals with counts, ligands in brackets with counts "
            "and a charge, such as [Au25(PPh3)10(SC2H4Ph)5Cl2]2+"
        )

    def _add_ligand(self, name: str, n: int) -> None:
        ligand = self.table.find(name)
        self.ligands[ligand] = self.ligands.get(ligand, 0) + n

    def _read_count(self, body: str, i: int) -> tuple[int, int]:
        digits = re.match(r"\d*", body[i:])
        assert digits is not None  # noqa: S101 -- the pattern matches the empty string
        if not digits[0]:
            return 1, i
        if len(digits[0]) > 6 or not 1 <= int(digits[0]) <= MAX_COUNT:
            raise FormulaError(f"the count {digits[0][:12]} in {self.text!r} is not between 1 and {MAX_COUNT}")
        return int(digits[0]), i + len(digits[0])
