"""The plan: a target, its routes with settings and bench sheets, what to try first, what can go wrong.

Where routes and conditions meet (Lyu et al. 2025, Fig. 1, doi:10.1039/d5nh00353a): target design → route development →
condition optimisation. `Plan.to_dict` is the one stable form; every report renders it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from superatom import __version__
from superatom.campaign.document import advice_to_dict, precedent_to_dict, sheet_to_dict, side_to_list, source_to_dict
from superatom.campaign.target import TargetCard, card_to_dict
from superatom.conditions.experiments import Experiment
from superatom.conditions.levers import StepSettings
from superatom.conditions.sheet import BenchSheet
from superatom.data.records import Route, Source, Step
from superatom.routes.missing import Relative as ReachableRelative
from superatom.routes.stock import Stock
from superatom.structures.nanocluster import Nanocluster


@dataclass(frozen=True)
class PlannedStep:
    """A step with its settings and, where a mass can be computed, its bench sheet; else the reason there is none."""

    step: Step
    settings: StepSettings
    sheet: BenchSheet | None
    no_sheet_because: str = ""

    def to_dict(self, number: int, stock: Stock) -> dict[str, Any]:
        """Return the step as JSON-ready data; `number` is its place in the route."""
        step, support = self.step, self.step.support
        return {
            "number": number,
            "transformation": step.transformation.value,
            "title": f"{step.transformation.words} to {step.product.formula}",
            "product": step.product.formula,
            "equation": str(step.equation),
            "electron_equation": str(step.electron_equation),
            "reactants": side_to_list(step.equation.reactants, stock),
            "products": side_to_list(step.equation.products, stock),
            "delta_electrons": step.delta_electrons,
            "reductant": step.reductant,
            "inferred": support.is_inferred,
            "inferred_from": support.inferred_from,
            "inference_distance": round(support.distance, 2),
            "remarks": [*support.remarks, *self.settings.remarks],
            "conditions": {advice.lever: advice_to_dict(advice) for advice in self.settings.advice},
            "evidence": [precedent_to_dict(precedent) for precedent in support.precedents],
            "bench_sheet": None if self.sheet is None else sheet_to_dict(self.sheet),
            "no_bench_sheet_because": self.no_sheet_because,
        }


@dataclass(frozen=True)
class PlannedRoute:
    """A route whose steps carry settings and bench sheets."""

    route: Route
    steps: tuple[PlannedStep, ...]

    def to_dict(self, rank: int, stock: Stock) -> dict[str, Any]:
        """Return the route as JSON-ready data; `rank` 1 is the best."""
        return {
            "rank": rank,
            "cost": round(self.route.cost, 3),
            "cost_terms": {name: round(value, 3) for name, value in self.route.cost_terms.items()},
            "remarks": list(self.route.remarks),
            "steps": [step.to_dict(n, stock) for n, step in enumerate(self.steps, start=1)],
        }


@dataclass(frozen=True)
class Pitfall:
    """What can go wrong, why we think so, and who saw it."""

    what: str
    why: str
    source: Source | None = None


@dataclass(frozen=True)
class Plan:
    """A synthesis plan for one target.

    `routes` are ranked, cheapest first; when none is found, `missing_link` and `nearest_relatives` say what is in the
    way.
    """

    card: TargetCard
    stock: Stock
    routes: tuple[PlannedRoute, ...]
    first_experiments: tuple[Experiment, ...]
    pitfalls: tuple[Pitfall, ...]
    warnings: tuple[str, ...]
    missing_link: str = ""
    nearest_relatives: tuple[ReachableRelative, ...] = ()

    @property
    def target(self) -> Nanocluster:
        """The cluster the plan is for."""
        return self.card.cluster

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON-ready data (keys: docs/cli.md)."""
        no_route = None
        if not self.routes:
            relatives = [
                {"formula": r.cluster.formula, "reason": r.reason, "is_reachable": r.is_reachable}
                for r in self.nearest_relatives
            ]
            no_route = {"missing_link": self.missing_link, "nearest_relatives": relatives}
        return {
            "superatom": __version__,
            "target": card_to_dict(self.card),
            "routes": [route.to_dict(rank, self.stock) for rank, route in enumerate(self.routes, start=1)],
            "first_experiments": [experiment.to_row() for experiment in self.first_experiments],
            "no_route": no_route,
            "what_can_go_wrong": [
                {"what": p.what, "why": p.why, "source": None if p.source is None else source_to_dict(p.source)}
                for p in self.pitfalls
            ],
            "warnings": list(self.warnings),
        }
