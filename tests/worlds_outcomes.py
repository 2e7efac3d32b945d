"""A tiny world of syntheses whose rule is known: cool and basic works, and only with a thiol, in water or methanol."""

from __future__ import annotations

import numpy as np

from superatom.models.outcome.examples import Example

LIGANDS = ("GSH", "PET", "MHA", "p-MBA")
SOLVENTS = ("water", "methanol")


def works(temperature_C: float, ph: float) -> bool:
    return temperature_C < 45 and ph > 8


def syntheses(n: int = 60, seed: int = 0) -> list[Example]:
    """Return `n` syntheses in series of four; some do not state their pH."""
    drawn = np.random.default_rng(seed)
    made = []
    for i in range(n):
        temperature, ph = float(drawn.uniform(0, 90)), float(drawn.uniform(3, 13))
        settings = {"temperature_C": temperature, "metal_mM": float(10 ** drawn.uniform(-1, 2)), "ph": ph}
        if i % 7 == 0:
            settings.pop("ph")
        made.append(
            Example(
                f"W{i:03d}", works(temperature, ph), (LIGANDS[(i // 4) % 4],), (SOLVENTS[i % 2],), "NaBH4", settings,
                series=f"series {i // 4}",
            )
        )  # fmt: skip
    return made


def volumes(n: int = 60, seed: int = 1) -> list[Example]:
    """Return mixtures of three volumes that add up to 10 mL; crystals come with much acid."""
    drawn = np.random.default_rng(seed)
    parts = 10 * drawn.dirichlet(np.ones(3), size=n)
    names = ("water_mL", "acid_mL", "metal_mL")
    return [
        Example(f"V{i:03d}", bool(p[1] > 4), settings=dict(zip(names, p.tolist(), strict=True)), series=f"run {i % 5}")
        for i, p in enumerate(parts)
    ]
