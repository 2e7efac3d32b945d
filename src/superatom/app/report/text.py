"""A plan, a cluster or a table as text that reads well at 80 columns, in a terminal or piped into a file.

Formulas stay in plain characters, so that they can be copied back onto the command line.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, Any

from rich.box import Box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from superatom.app.report.tables import (
    BASIS_TITLES,
    LEVER_TITLES,
    accessibility_words,
    all_evidence,
    basis_of_lines,
    campaign_words,
    charge_words,
    column_title,
    columns_of,
    cost_words,
    new_remarks,
    number,
    setting_words,
    source_text,
    structure_lines,
    title_of,
    way_of,
)

WIDTH = 80
_RULED = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")  # one line under the header


def to_text(show: Callable[[Console], None], *, width: int = WIDTH) -> str:
    """Return as a string what `show` writes to a console, without colour.

    >>> to_text(lambda console: show_rows(console, [{"metal": "Au", "n": 25}])).split()
    ['metal', 'n', '─────────', 'Au', '25']
    """
    buffer = io.StringIO()
    show(console_on(buffer, width=width))
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())


def console_on(stream: IO[str], *, width: int | None = None) -> Console:
    """Return a console that treats text as text: no markup, no emoji, no highlighting (formulas are full of brackets).

    At a terminal the width is its own, up to 100 columns; in a pipe 80.
    """
    console = Console(file=stream, width=width, markup=False, emoji=False, highlight=False, soft_wrap=False)
    console.width = width or (min(console.width, 100) if console.is_terminal else WIDTH)
    return console


def show_plan(console: Console, plan: Mapping[str, Any]) -> None:
    """Write a plan (`Plan.to_dict()`)."""
    show_card(console, plan["target"])
    _show_warnings(console, plan["warnings"])
    if len(plan["routes"]) > 1:
        _show_overview(console, plan["routes"])
    shown: dict[str, str] = {}
    for route in plan["routes"]:
        _show_route(console, route, len(plan["routes"]), shown)
    if len(plan["routes"]) > 1:
        console.print()
        _item(console, "Bench sheets of the other routes and every record: --html FILE or --json")
    if plan["no_route"]:
        _show_no_route(console, plan["no_route"])
    if plan["first_experiments"]:
        steps = {str(row.get("step", "")) for row in plan["first_experiments"]}
        _heading(console, "First experiments" + (f" ({steps.pop()})" if len(steps) == 1 else ""))
        _show_experiments(console, plan["first_experiments"])
        _item(console, campaign_words(plan))
    if plan["what_can_go_wrong"]:
        _heading(console, "What can go wrong")
        for pitfall in plan["what_can_go_wrong"]:
            why = f": {pitfall['why']}" if pitfall["why"] else ""
            _item(console, f"{pitfall['what']}{why}", source_text(pitfall["source"]))
    if evidence := all_evidence({**plan, "routes": plan["routes"][:1]}):
        _heading(console, "Evidence of route 1")
        for row in (row for row in evidence if row["is_cited"]):
            unchecked = "" if row["doi_is_read"] else " (not checked)"
            doi = f" doi:{row['doi']}{unchecked}" if row["doi"] else ""
            _listed(console, str(row["id"]), f"{row['what']}\n{row['citation']}{doi}")
        if weighed := sum(not row["is_cited"] for row in evidence):
            _item(console, f"and {weighed} more records were weighed for its settings")


def show_card(console: Console, card: Mapping[str, Any]) -> None:
    """Write what is known of a cluster: the card of a plan or what ``inspect`` found."""
    console.print(Text(str(card["formula"]), style="bold"))
    pairs = [(name, value) for name, value in card_lines(card) if value]
    _pairs(console, pairs)
    if relatives := card.get("relatives"):
        _heading(console, "Relatives")
        show_rows(
            console,
            [{"formula": r["formula"], "e": r["valence_electrons"], "why": r["reason"]} for r in relatives],
            indent=2,
        )


def card_lines(card: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield (name, value) lines of a card in reading order; what is not there is skipped."""
    if card.get("input") not in (None, "", card["formula"]):
        yield "read from", str(card["input"])
    yield "metals", ", ".join(f"{n} {metal}" for metal, n in card["metals"].items())
    yield "ligands", ", ".join(_ligand_words(card))
    if card["charge"] is None:
        yield "charge", f"not known: {card.get('charge_basis', '')}"
    else:
        yield "charge", charge_words(card["charge"])
    if card.get("molar_mass_g_per_mol"):
        yield "molar mass", f"{number(card['molar_mass_g_per_mol'], 6)} g/mol"
    if (shell := card.get("shell")) and card.get("valence_electrons") is not None:
        label = f" ({shell['label']})" if shell["label"] else ""
        yield "valence electrons", f"{card['valence_electrons']}{label}; {shell['remark']}"
        if not card["shell_closed"] and card["valence_electrons"] > 0:
            charges = [shell["charge_to_lower"], shell["charge_to_upper"]]
            yield "closed shell at", " or ".join(f"charge {charge_words(q)}" for q in charges if q is not None)
    if accessibility := card.get("accessibility"):
        yield "accessibility index", "; ".join(accessibility_words(accessibility))
    for pair in card.get("mixing", ()):
        yield f"mixing {pair['pair']}", f"{number(pair['kJ_per_mol'])} kJ/mol (equiatomic, Miedema)"
    structure = card.get("structure") or card
    yield from structure_lines(structure)
    for known in card.get("known") or ():
        parts = (known["status"], known["kernel"] and f"kernel {known['kernel']}", known["surface_motifs"])
        yield "known", "; ".join(part for part in (known["name"], *parts) if part) + f". {known['citation']}"
    for remark in new_remarks(card):
        yield "note", str(remark)


def show_rows(console: Console, rows: Sequence[Mapping[str, Any]], *, indent: int = 0) -> None:
    """Write flat rows as a table whose long cells wrap inside their column."""
    if not rows:
        console.print("nothing found")
        return
    table = Table(box=_RULED, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False, header_style="dim")
    columns = columns_of(rows)
    for column, share in zip(columns, _widths(rows, columns, console.width - indent), strict=True):
        table.add_column(column_title(column), width=share, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    console.print(Padding(table, (0, 0, 0, indent)))


# -- pieces -----------------------------------------------------------------------------------------------------------


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, style="bold"))


def _pairs(console: Console, pairs: Sequence[tuple[str, str]], *, indent: int = 2) -> None:
    """Write name-value lines, values wrapping under themselves; a repeated name is written once."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    previous = ""
    for name, value in pairs:
        table.add_row("" if name == previous else name, Text(value))
        previous = name
    console.print(Padding(table, (0, 0, 0, indent)))


def _listed(console: Console, mark: str, text: str, *, indent: int = 2) -> None:
    """Write a marked line whose continuation stays clear of the mark."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(Text(mark), Text(text))
    console.print(Padding(table, (0, 0, 0, indent)))


def _item(console: Console, text: str, below: str = "", *, indent: int = 2) -> None:
    console.print(Padding(Text(text), (0, 0, 0, indent)))
    if below:
        console.print(Padding(Text(below, style="dim"), (0, 0, 0, indent + 4)))


def _show_warnings(console: Console, warnings: Sequence[str]) -> None:
    if warnings:
        _heading(console, "Note well")
        for warning in warnings:
            _listed(console, "!", str(warning))


def _show_overview(console: Console, routes: Sequence[Mapping[str, Any]]) -> None:
    _heading(console, "Routes")
    rows = []
    for route in routes:
        inferred = sum(step["inferred"] for step in route["steps"])
        rows.append(
            {
                "route": route["rank"],
                "what is done": " → ".join(step["transformation"].replace("_", " ") for step in route["steps"]),
                "by way of": way_of(route),
                "inferred": f"{inferred} of {len(route['steps'])}",
                "cost": route["cost"],
            }
        )
    show_rows(console, rows, indent=2)


def _show_route(console: Console, route: Mapping[str, Any], n_routes: int, shown: dict[str, str]) -> None:
    _heading(console, f"Route {route['rank']} of {n_routes}")
    _item(console, f"cost {number(route['cost'])} ({cost_words(route['cost_terms'])}); lower is better supported")
    for remark in route["remarks"]:
        _item(console, str(remark))
    for step in route["steps"]:
        console.print()
        head = Text(f"{step['number']}. {step['title']}", style="bold")
        if step["inferred"]:
            head.append("  [inferred, not reported]", style="yellow")
        console.print(Padding(head, (0, 0, 0, 2)))
        left, _, right = str(step["equation"]).partition(" → ")
        _item(console, left, indent=5)
        _item(console, f"→ {right}", indent=7)
        same = json.dumps({**step, "number": 0}, sort_keys=True)
        if first := shown.get(same):
            _item(console, f"as in {first}", indent=5)
            continue
        shown[same] = f"route {route['rank']}, step {step['number']}"
        _show_step(console, step, with_sheet=route["rank"] == 1)


def _show_step(console: Console, step: Mapping[str, Any], *, with_sheet: bool) -> None:
    lines = []
    if step["delta_electrons"]:
        half = step["electron_equation"]
        lines.append(("electrons", f"{step['delta_electrons']:+d}" + (f": {half}" if half != step["equation"] else "")))
    if step["inferred_from"]:
        lines.append(("inferred from", f"{step['inferred_from']} (distance {number(step['inference_distance'])})"))
    lines += [("note", str(remark)) for remark in step["remarks"]]
    if step["evidence"]:
        lines.append(("evidence", ", ".join(str(item["id"]) for item in step["evidence"])))
    if lines:
        _pairs(console, lines, indent=5)
    table = Table(box=_RULED, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False, header_style="dim")
    table.add_column("setting", no_wrap=True)
    table.add_column("recommended", ratio=1, overflow="fold")
    table.add_column("basis", no_wrap=True)
    table.add_column("evidence", no_wrap=True)
    for lever, advice in step["conditions"].items():
        said = "\n".join([str(advice["recommendation"]), *(f"conflict: {c}" for c in advice["conflicts"])])
        basis = title_of(str(advice["basis"]), BASIS_TITLES)
        table.add_row(title_of(lever, LEVER_TITLES), Text(said), basis, str(advice["strength"]))
    console.print(Padding(table, (0, 0, 0, 5)))
    if sheet := step["bench_sheet"]:
        if with_sheet:
            _show_sheet(console, sheet)
    elif because := step.get("no_bench_sheet_because"):
        _item(console, f"no bench sheet: {because}", indent=5)


def _show_sheet(console: Console, sheet: Mapping[str, Any]) -> None:
    console.print(Padding(Text(f"Bench sheet for {sheet['scale']}", style="bold"), (1, 0, 0, 5)))
    rows = [
        {
            "reagent": line["reagent"],
            "g/mol": number(line["molar_mass_g_per_mol"], 6),
            "mmol": number(line["amount_mmol"]),
            "mg": number(line["mass_mg"]),
            "mL": number(line["volume_mL"]),
            "equiv.": number(line["equivalents"]),
        }
        for line in sheet["lines"]
    ]
    show_rows(console, rows, indent=5)
    _pairs(console, [("basis", f"{names}: {basis}") for names, basis in basis_of_lines(sheet["lines"])], indent=5)
    for n, action in enumerate(sheet["order_of_addition"], start=1):
        _listed(console, f"{n}.", str(action), indent=5)
    hazards = [("hazard", f"{h['reagent']}: {h['danger']}. {h['do']}") for h in sheet["hazards"]]
    notes = [("note", str(remark)) for remark in sheet["remarks"]]
    yields = [("yield", f"{number(sheet['theoretical_yield_mg'])} mg in theory; {sheet['yield_basis']}")]
    _pairs(console, [*(yields if sheet["theoretical_yield_mg"] else []), *hazards, *notes], indent=5)


def _show_no_route(console: Console, no_route: Mapping[str, Any]) -> None:
    _heading(console, "No route")
    _item(console, str(no_route["missing_link"]))
    for relative in no_route["nearest_relatives"]:
        _item(console, f"nearest: {relative['formula']}  {relative.get('reason', '')}")


def _show_experiments(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """One block per experiment: the first in full, the others by what differs from it."""
    apart = ("experiment", "number", "route", "step", "reason", "changed")
    for row in rows:
        kept = {
            key: value
            for key, value in row.items()
            if key not in apart and value not in ("", None) and (row is rows[0] or value != rows[0].get(key))
        }
        words = "; ".join(setting_words(key, _cell(value)) for key, value in kept.items())
        n = row.get("experiment", row.get("number", "-"))
        _listed(console, str(n), f"{words or 'as 1'}\n{row.get('reason', '')}")


def _ligand_words(card: Mapping[str, Any]) -> Iterable[str]:
    details = {d["name"]: d for d in card.get("ligand_details", ())}
    for name, n in card["ligands"].items():
        full = details.get(name, {}).get("full_name", name)
        yield f"{n} {name}" + (f" ({full})" if full != name else "")


def _widths(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], width: int) -> list[int]:
    """Share `width` characters out: whole words first (the first column, the name, above all), then what cells want.

    Computed here because rich crops the last column of a table whose smallest widths do not fit.
    """
    cells = [[column_title(c), *(_cell(row.get(c)) for row in rows)] for c in columns]
    wanted = [max(map(len, column)) for column in cells]
    words = [max((len(word) for cell in column for word in cell.split()), default=1) for column in cells]
    room = width - 2 * len(columns)  # a space and a gap beside each
    if sum(wanted) <= room:
        return wanted
    least = [min(words[0], room // 2), *words[1:]]
    while sum(least) > room and max(least[1:], default=3) > 3:  # break the longest words first
        least[max(range(1, len(least)), key=least.__getitem__)] -= 1
    for _ in range(room - sum(least)):  # one character at a time to the column that is shortest of what it wants
        neediest = max(range(len(least)), key=lambda k: (wanted[k] / least[k], -k))
        least[neediest] += 1
    return least


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return number(value)
    return "" if value is None else str(value)
