"""The tree of an explanation as a flow chart: questions in rounded boxes, answers in rectangles, as SVG text."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from superatom.models.outcome.explain import Explanation
from superatom.models.outcome.rules import Node

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _MARGIN = 168, 44, 14, 46, 16
_COLOURS = {True: ("#d9efdf", "#1d6b3a"), False: ("#f6dfdc", "#8f2f25")}
_INK, _PAPER = "#22303c", "#eef2f6"


@dataclass(frozen=True, slots=True)
class _Placed:
    node: Node
    x: float
    depth: int
    children: tuple[_Placed, ...]


def flow_chart(explanation: Explanation) -> str:
    """Return the tree as an SVG document; the left branch of every question is yes.

    All of the tree is drawn, so that the fidelity in the title is that of the picture.

    >>> from superatom.models.outcome.explain import Fidelity
    >>> fidelity = Fidelity(1, 1.0, 1.0)
    >>> chart = flow_chart(Explanation(Node(4, 4), fidelity, fidelity, 4, 2, 1.0, 0.5, "outcome-gp-0"))
    >>> chart.startswith("<svg") and "success" in chart
    True
    """
    root, n_leaves = _place(explanation.root, 0, 0)
    width = n_leaves * (_WIDTH + _GAP_X) + 2 * _MARGIN
    width = max(width, 900)  # the title is long
    height = (_depth(root) + 1) * (_HEIGHT + _GAP_Y) + 2 * _MARGIN + 24
    title = (
        f"What {explanation.model_id} has learnt: {explanation.fidelity} against the model on {explanation.n_checked} "
        f"other recipes, {explanation.in_domain:.0%} in its domain"
    )
    size, font = f'width="{width:.0f}" height="{height:.0f}"', 'font-family="sans-serif" font-size="11"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width:.0f} {height:.0f}" role="img" {font}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="white"/>',
        f'<text x="{_MARGIN}" y="{_MARGIN + 4}" font-size="12" fill="{_INK}">{escape(title)}</text>',
        *_draw(root),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _place(node: Node, depth: int, first_leaf: int) -> tuple[_Placed, int]:
    """Return the node with its place, counted in leaves, and the number of leaves below it."""
    if node.yes is None or node.no is None:
        return _Placed(node, first_leaf, depth, ()), 1
    left, n_left = _place(node.yes, depth + 1, first_leaf)
    right, n_right = _place(node.no, depth + 1, first_leaf + n_left)
    return _Placed(node, (left.x + right.x) / 2, depth, (left, right)), n_left + n_right


def _depth(placed: _Placed) -> int:
    return max([placed.depth, *(map(_depth, placed.children))])


def _draw(placed: _Placed) -> list[str]:
    x = _MARGIN + placed.x * (_WIDTH + _GAP_X)
    y = _MARGIN + 24 + placed.depth * (_HEIGHT + _GAP_Y)
    middle, node = x + _WIDTH / 2, placed.node
    parts = []
    for child, word in zip(placed.children, ("yes", "no"), strict=False):
        to = _MARGIN + child.x * (_WIDTH + _GAP_X) + _WIDTH / 2
        half = y + _HEIGHT + _GAP_Y / 2
        parts.append(
            f'<path d="M{middle:.1f} {y + _HEIGHT:.1f} V{half:.1f} H{to:.1f} V{y + _HEIGHT + _GAP_Y:.1f}" '
            f'fill="none" stroke="{_INK}"/>'
        )
        parts.append(f'<text x="{(middle + to) / 2:.1f}" y="{half - 4:.1f}" text-anchor="middle">{word}</text>')
        parts += _draw(child)
    if node.question is not None:
        fill, ink, radius = _PAPER, _INK, _HEIGHT / 2
        lines = _wrapped(str(node.question))
    else:
        fill, ink = _COLOURS[node.success]
        radius = 3
        lines = ["success" if node.success else "failure", f"{node.n - node.n_wrong} recipes, {node.n_wrong} otherwise"]
    box = f'x="{x:.1f}" y="{y:.1f}" width="{_WIDTH}" height="{_HEIGHT}" rx="{radius}"'
    parts.append(f'<rect {box} fill="{fill}" stroke="{ink}"/>')
    top = y + _HEIGHT / 2 + 4 - 6.5 * (len(lines) - 1)
    parts += [
        f'<text x="{middle:.1f}" y="{top + 13 * i:.1f}" text-anchor="middle" fill="{ink}">{escape(line)}</text>'
        for i, line in enumerate(lines)
    ]
    return parts


def _wrapped(text: str, width: int = 28) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width)[:3]
