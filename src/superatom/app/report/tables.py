"""Tables shared by the reports: what the fields are called, the evidence of a plan, and CSV that spreadsheets trust."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from superatom.data.sheets.cells import protected

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
LEVER_TITLES: Mapping[str, str] = {
    "time": "time",
    "temperature": "temperature",
    "stirring": "stirring",
    "metal_to_ligand_ratio": "metal : ligand",
    "solvent": "solvent",
    "reductant": "reductant",
    "ph": "pH",
    "additives": "additives",
}
BASIS_TITLES: Mapping[str, str] = {
    "records": "reported",
    "stoichiometry": "equation",
    "trend": "trend",
    "screening": "to screen",
}
LEVEL_TITLES: Mapping[str, str] = {
    "read_in_paper": "read in the paper",
    "read_in_page_excerpt": "read in an excerpt",
    "read_in_review": "read in a review",
    "computed": "computed",
}


def title_of(word: str, titles: Mapping[str, str]) -> str:
    """Return the reader's word for a key, or the key with its underscores opened.

    >>> title_of("ph", LEVER_TITLES), title_of("some_new_lever", LEVER_TITLES)
    ('pH', 'some new lever')
    """
    return titles.get(word, word.replace("_", " "))


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return every key of `rows`, in order of first appearance, dropping columns that are empty throughout.

    >>> columns_of([{"a": 1, "b": None}, {"a": 2, "c": 0}])
    ['a', 'c']
    """
    keys = dict.fromkeys(key for row in rows for key in row)
    return [key for key in keys if any(row.get(key) not in (None, "") for row in rows)]


def campaign_words(plan: Mapping[str, Any]) -> str:
    """Return how to start the first experiments of a plan as a campaign.

    >>> campaign_words({"target": {"formula": "Au36(TBBT)24"}})
    "To start them as a campaign: superatom plan 'Au36(TBBT)24' --campaign first.toml, then superatom campaign start
    NAME --space first.toml"
    """
    formula = plan["target"]["formula"]
    return (
        f"To start them as a campaign: superatom plan '{formula}' --campaign first.toml, then "
        "superatom campaign start NAME --space first.toml"
    )


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write flat rows as CSV; text that a spreadsheet would run as a formula is preceded by an apostrophe.

    >>> print(to_csv([{"step": 1, "reason": "=warmer", "T": -5}]).strip().replace(chr(13), ""))
    step,reason,T
    1,'=warmer,-5
    """
    columns = columns_of(rows)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(map(protected, columns))
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return protected(value)
    return "" if value is None else value


def all_evidence(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each piece of evidence once with the steps that rest on it, what is cited by name first.

    ``is_cited`` tells the precedents, and the records that a recommendation or conflict names, from those that were
    only weighed. `what` of a record joins what it says on each lever.
    """
    found: dict[str, dict[str, Any]] = {}
    for route in plan["routes"]:
        for step in route["steps"]:
            place = f"{route['rank']}.{step['number']}"
            for item in step["evidence"]:
                _add(found, item, str(item["what"]), place, is_cited=True)
            for lever, advice in step["conditions"].items():
                said = " ".join([str(advice["recommendation"]), *map(str, advice["conflicts"])])
                for record in advice["records"]:
                    what = f"{title_of(lever, LEVER_TITLES)}: {record['says']}"
                    _add(found, record, what, place, is_cited=str(record["id"]) in said)
    rows = [row | {"what": "; ".join(row["what"])} for row in found.values()]
    return sorted(rows, key=lambda row: not row["is_cited"])


def _add(found: dict[str, dict[str, Any]], item: Mapping[str, Any], what: str, place: str, *, is_cited: bool) -> None:
    row = found.setdefault(str(item["id"]), {"level": "", **item, "what": [], "used_in": [], "is_cited": False})
    row["is_cited"] |= is_cited
    row["what"] += [] if any(what.partition(": ")[2] in said for said in row["what"]) else [what]
    row["used_in"] += [place] if place not in row["used_in"] else []


def number(value: float | None, digits: int = 3) -> str:
    """Write a number to `digits` significant figures without exponent, or a dash for none.

    >>> number(13.4012), number(0.0138), number(None), number(7394.2, 6), number(-0.14)
    ('13.4', '0.0138', '–', '7394.2', '−0.14')
    """
    if value is None:
        return "–"
    text = f"{value:.{digits}g}"
    if "e" in text:
        text = f"{float(text):.12f}".rstrip("0").rstrip(".") if abs(value) < 1 else f"{float(text):.0f}"
    return text.replace("-", "−")


def charge_words(charge: int) -> str:
    """Return a charge with its sign, zero without one.

    >>> charge_words(2), charge_words(-1), charge_words(0)
    ('+2', '-1', '0')
    """
    return f"{charge:+d}" if charge else "0"


def basis_of_lines(lines: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return (reagents, basis) of a bench sheet, the lines that rest on the same thing together.

    >>> basis_of_lines([{"reagent": "water", "basis": "5 mM"}, {"reagent": "THF", "basis": "5 mM"}])
    [('water, THF', '5 mM')]
    """
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(str(line["basis"]), []).append(str(line["reagent"]))
    return [(", ".join(names), basis) for basis, names in found.items()]


def product_of(step: Mapping[str, Any]) -> str:
    """Return the main product of a step; a size mixture is in no equation, so the step names it."""
    return str(step["product"])


def way_of(route: Mapping[str, Any]) -> str:
    """Return what a route passes through, the target left out."""
    return ", ".join(product_of(step) for step in route["steps"][:-1]) or "directly"


def cost_words(terms: Mapping[str, float]) -> str:
    """Return the terms of a cost that are not zero.

    >>> cost_words({"steps": 1.3, "evidence": 0.0, "yield": 0.347})
    'steps 1.3, yield 0.347'
    """
    return ", ".join(f"{name.replace('_', ' ')} {number(value)}" for name, value in terms.items() if value)


def measured(known: Mapping[str, Any]) -> list[str]:
    """Return the measured properties of a known cluster, those whose key names a unit.

    >>> measured({"properties": {"gap_eV": "1.33", "n_star": "8"}})
    ['gap 1.33 eV']
    """
    return [setting_words(k, str(v)) for k, v in known["properties"].items() if v and _split_unit(k)[1]]


def brief(recommendation: str) -> str:
    """Return the value of a recommendation without its reasons.

    >>> brief("20 h (L065, same target)"), brief("TOAB (L002); where the record adds it")
    ('20 h', 'TOAB')
    """
    return re.split(r"\s\(|;", recommendation, maxsplit=1)[0].strip()


def new_remarks(card: Mapping[str, Any]) -> list[str]:
    """Return the remarks of a card that its electron count does not say already."""
    said = (card.get("shell") or {}).get("remark") or "\0"
    return [str(remark) for remark in card.get("remarks") or () if said not in str(remark)]


def held_and_varied(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Split a table of experiments: settings the same in every row, and the columns worth a place beside each other.

    >>> found = held_and_varied([{"number": 1, "T": 0, "solvent": "THF"}, {"number": 2, "T": 25, "solvent": "THF"}])
    >>> found["held"], found["columns"]
    ({'solvent': 'THF'}, ['number', 'T'])
    """
    words = ("experiment", "number", "route", "reason")  # what names or explains a row rather than sets something
    columns = [column for column in columns_of(rows) if column != "changed"]
    held = {
        column: rows[0][column]
        for column in columns
        if len(rows) > 1 and column not in words and all(row.get(column) == rows[0].get(column) for row in rows)
    }
    return {"held": held, "columns": [c for c in columns if c not in held], "words": words}


def accessibility_words(accessibility: Mapping[str, Any]) -> tuple[str, str]:
    """Return φ and what it means, with the distance it rests on.

    >>> accessibility_words({"phi": 0.163, "delta_radius_A": 0.0})[0]
    '0.16'
    """
    phi = number(round(accessibility["phi"], 2))
    if not accessibility["delta_radius_A"]:
        return phi, "equals χ_env for metals of one size; the range from −0.3 was found for bimetallic materials"
    assumed = "assumed" if accessibility["distance_is_assumed"] else "measured"
    meaning = "within" if accessibility["favourable"] else "outside"
    distance = number(accessibility["distance_A"])
    return phi, f"{meaning} the range of made materials (from −0.3); metal–metal {distance} Å {assumed}"


def source_text(source: Mapping[str, Any] | str | None) -> str:
    """Return who says so: a citation, or nothing.

    >>> source_text({"citation": "M. Zhu et al., 2008", "doi": "10.1/x"}), source_text(None)
    ('M. Zhu et al., 2008', '')
    """
    if source is None or isinstance(source, str):
        return source or ""
    return str(source["citation"])


_UNITS = {
    "C": "°C",
    "h": "h",
    "min": "min",
    "rpm": "rpm",
    "mM": "mM",
    "mL": "mL",
    "mg": "mg",
    "mmol": "mmol",
    "A": "Å",
    "nm": "nm",
    "eV": "eV",
    "percent": "%",
}


def column_title(key: str) -> str:
    """Return a column's heading with its unit in brackets.

    >>> column_title("temperature_C"), column_title("metal_to_ligand_ratio")
    ('temperature (°C)', 'metal : ligand')
    """
    stem, unit = _split_unit(key)
    name = title_of(stem, LEVER_TITLES)
    return f"{name} ({unit})" if unit else name


def setting_words(key: str, value: str) -> str:
    """Return a setting as it is said.

    >>> setting_words("temperature_C", "0")
    'temperature 0 °C'
    """
    stem, unit = _split_unit(key)
    return f"{title_of(stem, LEVER_TITLES)} {value} {unit}".strip()


def _split_unit(key: str) -> tuple[str, str]:
    stem, _, unit = key.rpartition("_")
    return (stem, _UNITS[unit]) if stem and unit in _UNITS else (key, "")


def structure_lines(found: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield the lines that only a geometry gives."""
    for key, name in (("inorganic_core", "inorganic core"), ("metal_core", "metal core")):
        if part := found.get(key):
            yield name, str(part["formula"])
    if staples := found.get("staples"):
        yield "surface motifs", ", ".join(f"{s['count']} × {s['name']}" for s in staples)
    if said := [*map(str, found.get("motifs", ())), *filter(None, [found.get("motif_remark")])]:
        yield "core motifs", "; ".join(said)
    if found.get("metal_metal_distance_A"):
        yield "metal–metal", f"{number(found['metal_metal_distance_A'], 4)} Å (mean over bonded pairs)"
    if found.get("point_group"):
        of = f" of the {found['point_group_of']}" if found.get("point_group_of") else ""
        yield "point group", f"{found['point_group']}{of}"
    for other in found.get("solvents_and_counter_ions", ()):
        yield "beside it", f"{other['count']} {other['name']} ({other['formula']})"
    for note in found.get("notes", ()):
        yield "reading", str(note)
