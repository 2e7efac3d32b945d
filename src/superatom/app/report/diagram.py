"""Inline SVG for the HTML report: the superatom shells of a target, and a route drawn from stock to target.

Colours come from the page's style sheet through classes, so the drawings follow light, dark and print.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from superatom.app.report.tables import brief, product_of
from superatom.app.report.typeset import formula_svg, formula_width
from superatom.structures.electrons import SHELLS

_FONT = 14.0  # px, the size the drawings are laid out for
_LINE = 21.0  # px between lines of text
_FREE = re.compile(r"H\(?([^()\[\]]+)\)?")  # a free acid of a ligand: HSG, H(PET)


def shell_svg(valence_electrons: int) -> str:
    """Draw the shells of the spherical superatom model up to the first empty one, a dot for each electron.

    >>> svg = shell_svg(8)
    >>> svg.count('class="electron"'), svg.count('class="vacancy"')
    (8, 10)
    """
    rows, previous = [], 0
    for name, total in SHELLS:
        rows.append((name, max(0, min(valence_electrons, total) - previous), total - previous))
        if total > valence_electrons:
            break
        previous = total
    pitch, left, top = 13, 34, 12
    widest = max(size for _, _, size in rows)
    width, height = left + max(widest, 10) * pitch + 46, top * 2 + (len(rows) - 1) * 20
    out = []
    for i, (name, filled, size) in enumerate(reversed(rows)):
        y = top + i * 20
        out.append(f'<text x="0" y="{y + 4}" class="shell-name">{name}</text>')
        for k in range(size):
            kind = "electron" if k < filled else "vacancy"
            out.append(f'<circle cx="{left + k * pitch}" cy="{y}" r="4.2" class="{kind}"/>')
        out.append(f'<text x="{left + size * pitch + 2}" y="{y + 4}" class="shell-count">{filled}/{size}</text>')
    label = f"{max(valence_electrons, 0)} valence electrons in the shells " + ", ".join(
        f"{name} {filled} of {size}" for name, filled, size in rows
    )
    return (
        f'<svg class="shells" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(label)}">{"".join(out)}</svg>'
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things stand for one drawing width, in px."""

    width: float
    spine: float
    stock_right: float

    @property
    def text_left(self) -> float:
        return self.spine + 26


@dataclass(frozen=True, slots=True)
class Stage:
    """One step as a drawing needs it: what comes from stock, what from earlier stages, what goes on."""

    step: Mapping[str, Any]
    stock: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def stages(steps: Sequence[Mapping[str, Any]]) -> list[Stage]:
    """Read off the steps of a route what flows where; the last output of a stage is its main product.

    A size mixture has no equation of its own: its step and the one that focuses it carry the same net equation, so the
    ligand that is not in the mixture's name is drawn where it is added, at the second.
    """
    found: list[Stage] = []
    made: set[str] = set()
    later: tuple[str, ...] = ()  # reactants of a net equation that wait for its second step
    for i, step in enumerate(steps):
        product = product_of(step)
        reactants = [str(s["formula"]) for s in step["reactants"]]
        from_stock = tuple(f for f in reactants if f not in made)
        used_later = {str(s["formula"]) for other in steps[i + 1 :] for s in other["reactants"]}
        besides = tuple(f for s in step["products"] if (f := str(s["formula"])) in used_later and f != product)
        if found and step["equation"] == found[-1].step["equation"]:
            inputs, stock = found[-1].outputs[-1:], later
        else:
            inputs = tuple(f for f in reactants if f in made)
            is_net = i + 1 < len(steps) and steps[i + 1]["equation"] == step["equation"]
            later = tuple(f for f in from_stock if is_net and (m := _FREE.fullmatch(f)) and m[1] not in product)
            stock = tuple(f for f in from_stock if f not in later)
            besides = () if is_net else besides
        found.append(Stage(step, stock, inputs, (*besides[:2], product)))
        made.update(found[-1].outputs)
    return found


def route_svg(route: Mapping[str, Any], target: str, *, width: int) -> str:
    """Draw one route top to bottom: what is taken from stock on the left, the species made on the spine.

    Intermediates that wait for a later step pass by on the right.
    """
    flow = stages(route["steps"])
    stock_width = max((_box_width(formula) for stage in flow for formula in stage.stock), default=0)
    spine = min(width * 0.46, stock_width + 84)
    frame = _Frame(width, spine, spine - 56)
    below: list[str] = []  # lines first, boxes over them
    above: list[str] = []
    made: dict[str, tuple[int, float]] = {}  # formula -> (stage, y where its line starts)
    passes = 0
    y = 14.0
    for i, stage in enumerate(flow):
        notes = _notes(stage.step, frame)
        tall = max(len(stage.stock) * _LINE + 12, len(notes) * 18 + 24, 52)
        badge = y + tall / 2
        if stage.stock:
            _draw_stock(above, below, stage.stock, frame, badge)
        for made_in, start in (made[formula] for formula in stage.inputs):
            if made_in == i - 1:
                below.append(f'<path class="link" d="M{frame.spine:g} {start:g}V{badge:g}"/>')
            else:
                passes += 1
                _draw_bypass(below, frame, start, y + 2, badge, nth=passes)
        y += tall
        below.append(f'<path class="link" d="M{frame.spine:g} {badge:g}V{y + 6:g}"/>')
        _draw_badge(above, stage.step, notes, frame, badge)
        for formula in stage.outputs:
            y = _draw_product(above, formula, frame, y, is_target=formula == target)
            made[formula] = (i, y)
        y += 4
    label = "Route from stock to target: " + "; ".join(
        f"step {s['number']}, {s['title']}: {s['equation']}" for s in route["steps"]
    )
    return (
        f'<svg class="route" viewBox="0 0 {width} {y + 6:.0f}" width="{width}" height="{y + 6:.0f}" role="img" '
        f'aria-label="{escape(label)}">{"".join(below)}{"".join(above)}</svg>'
    )


def _box_width(formula: str) -> float:
    return formula_width(formula) * _FONT + 20


def _notes(step: Mapping[str, Any], frame: _Frame) -> list[tuple[str, str]]:
    """Short lines beside a step: what it is, whether inferred, and the settings short enough to fit."""
    room = (frame.width - frame.text_left) / 6.9  # characters of the small type
    lines = [("step-title", str(step["transformation"]).replace("_", " "))]
    if step["inferred"]:
        lines.append(("step-inferred", "inferred, not reported"))
    settings = [
        brief(str(advice["recommendation"]))
        for lever, advice in step["conditions"].items()
        if lever in ("temperature", "time", "solvent") and advice["basis"] in ("records", "stoichiometry")
    ]
    text = ""
    for setting in settings:
        joined = f"{text} · {setting}" if text else setting
        text = joined if len(joined) <= room else text
    return [*lines, ("step-note", text)] if text else lines


def _draw_stock(above: list[str], below: list[str], stock: Sequence[str], frame: _Frame, badge: float) -> None:
    """A box of what is taken from the shelf, with its line into the step."""
    widest = max(_box_width(f) for f in stock)
    size = min(1.0, (frame.stock_right - 2) / widest)
    box, height = min(widest, frame.stock_right - 2), len(stock) * _LINE + 8
    x, top = frame.stock_right - box, badge - height / 2
    above.append(f'<rect class="stock" x="{x:.1f}" y="{top:.1f}" width="{box:.1f}" height="{height:.1f}" rx="6"/>')
    for k, formula in enumerate(stock):
        above.append(
            f'<text class="stock-text" text-anchor="middle" x="{x + box / 2:.1f}" y="{top + 19 + k * _LINE:.1f}" '
            f'font-size="{_FONT * size:.1f}">{formula_svg(formula)}</text>'
        )
    below.append(f'<path class="link" d="M{frame.stock_right:g} {badge:g}H{frame.spine:g}"/>')


def _draw_bypass(below: list[str], frame: _Frame, start: float, join: float, badge: float, *, nth: int) -> None:
    """A line from a species past other steps: out to the right, down, and in above the step that uses it."""
    out = frame.width - 4 - 9 * (nth - 1)
    below.append(
        f'<path class="link" d="M{frame.spine:g} {start - 16:g}H{out - 10:g}q10 0 10 10V{join - 10:g}'
        f'q0 10 -10 10H{frame.spine + 10:g}q-10 0 -10 10V{badge:g}"/>'
    )


def _draw_badge(
    above: list[str], step: Mapping[str, Any], notes: list[tuple[str, str]], frame: _Frame, badge: float
) -> None:
    kind = "badge inferred" if step["inferred"] else "badge"
    above.append(f'<circle class="{kind}" cx="{frame.spine:g}" cy="{badge:g}" r="12"/>')
    above.append(
        f'<text class="badge-text" text-anchor="middle" x="{frame.spine:g}" y="{badge + 4.5:g}">{step["number"]}</text>'
    )
    first = badge - (len(notes) - 1) * 9 + 4.5
    for k, (kind, text) in enumerate(notes):
        above.append(f'<text class="{kind}" x="{frame.text_left:g}" y="{first + k * 18:g}">{escape(text)}</text>')


def _draw_product(above: list[str], formula: str, frame: _Frame, y: float, *, is_target: bool) -> float:
    """A species on the spine; returns the y of its lower edge."""
    natural = _box_width(formula) * (1.1 if is_target else 1.0)  # the target is set bold
    box = min(natural, frame.width - 8)
    x = min(max(frame.spine - box / 2, 2), frame.width - box - 2)
    kind = "target" if is_target else "species"
    above.append(f'<rect class="{kind}" x="{x:.1f}" y="{y + 6:.1f}" width="{box:.1f}" height="32" rx="8"/>')
    above.append(
        f'<text class="{kind}-text" text-anchor="middle" x="{x + box / 2:.1f}" y="{y + 27:.1f}" '
        f'font-size="{_FONT * box / natural:.1f}">{formula_svg(formula)}</text>'
    )
    return y + 38
