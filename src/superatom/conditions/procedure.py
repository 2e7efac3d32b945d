"""The order of addition of a step in plain sentences, from its kind, its lines and the advised settings.

The order is that of common practice for the transformation (solvent and metal first, reductant last, acid or base
where the cited trend puts it); temperatures and times are those of the settings, with their basis.
"""

from __future__ import annotations

from superatom.conditions.levers import Lever, LeverAdvice, StepSettings, show
from superatom.data.records import Step, Transformation

_CLUSTER_FIRST = {
    Transformation.LIGAND_EXCHANGE,
    Transformation.MOTIF_EXCHANGE,
    Transformation.METAL_EXCHANGE,
    Transformation.SURFACE_TRANSFORMATION,
    Transformation.ISOELECTRONIC_CONVERSION,
    Transformation.OXIDATIVE_ETCHING,
    Transformation.SIZE_FOCUSING,
    Transformation.INTERCLUSTER_REACTION,
    Transformation.CHARGE_CHANGE,
}


def order_of_addition(step: Step, settings: StepSettings, lines: list[tuple[str, str]]) -> tuple[str, ...]:
    """Return the sentences, in the order they are done; `lines` are (reagent, role) pairs of the sheet."""
    by_role: dict[str, list[str]] = {}
    for reagent, role in lines:
        by_role.setdefault(role, []).append(reagent)
    if step.transformation is Transformation.COMPLEXATION:
        said = _complexation(settings, by_role)
    elif step.transformation in _CLUSTER_FIRST:
        said = _conversion(settings, by_role)
    else:
        said = _reduction(step, settings, by_role)
    return tuple(said)


def _complexation(settings: StepSettings, by_role: dict[str, list[str]]) -> list[str]:
    solvents = _listed(by_role.get("solvent", []), "solvent")
    said = [f"Dissolve {_listed(by_role.get('metal salt', []), 'the metal salt')} in {solvents}."]
    if additive := by_role.get("additive"):
        said.append(f"Add {_listed(additive, '')}; for a phase transfer stir until the aqueous layer is colourless.")
    if "NaBH4" not in settings[Lever.PH.value].recommendation:  # that base belongs to the reduction
        said += _adjust(settings, "before the ligand")
    said += _temperature(settings, "before the ligand")
    said.append(f"Add {_listed(by_role.get('ligand', []), 'the ligand')}, under the stirring given below.")
    said += _stirring(settings)
    said += _time(settings, "Let the complex form for")
    said.append(
        "Note the colour (gold with thiols: yellow to colourless or white as Au(III) becomes Au(I)); take a UV-vis."
    )
    return said


def _reduction(step: Step, settings: StepSettings, by_role: dict[str, list[str]]) -> list[str]:
    start = [*by_role.get("metal complex", []), *by_role.get("metal salt", []), *by_role.get("cluster", [])]
    said = [f"Start from the solution or suspension of {_listed(start, 'the metal complex')}."]
    if ligand := by_role.get("ligand"):
        said.append(f"Add {_listed(ligand, '')}.")
    if additive := by_role.get("additive"):
        said.append(f"{_listed(additive, '')} must be in the flask now, if not added with the complex.")
    said += _adjust(settings, "before the reductant")
    said += _temperature(settings, "before the reductant")
    said += _stirring(settings)
    reductants = by_role.get("reductant", [])
    if "CO" in reductants:
        said.append("Lead CO through or over the solution in the hood, then close the flask under it.")
    elif any("BH4" in name for name in reductants):
        said.append(
            f"Dissolve {_listed(reductants, '')} in ice-cold water just before use and add it last, all at once for "
            "the thermodynamic product or in equal portions for smaller, electron-poor ones; vent the hydrogen."
        )
    elif reductants or step.reductant:
        said.append(f"Add {_listed(reductants, step.reductant)} last.")
    said += _time(settings, "Stir for")
    said.append("Follow by UV-vis (bands of the target), then by mass spectrometry; stop when they no longer change.")
    return said


def _conversion(settings: StepSettings, by_role: dict[str, list[str]]) -> list[str]:
    start = [*by_role.get("cluster", []), *by_role.get("starting mixture", []), *by_role.get("metal complex", [])]
    solvents = _listed(by_role.get("solvent", []), "a solvent that dissolves it")
    said = [f"Dissolve {_listed(start, 'the starting cluster')} in {solvents}."]
    said += _adjust(settings, "before anything else")
    rest = [r for role in ("metal salt", "additive", "ligand", "molecule") for r in by_role.get(role, [])]
    if rest:
        said.append(f"Add {_listed(rest, '')}, the ligand last.")
    said += _temperature(settings, "and hold it")
    said += _stirring(settings)
    if reductant := by_role.get("reductant"):
        said.append(f"Add {_listed(reductant, '')} last.")
    said += _time(settings, "React for")
    said.append("Take UV-vis or mass spectra from early on: over-running goes on to the next stable size.")
    return said


def _temperature(settings: StepSettings, when: str) -> list[str]:
    advice = settings[Lever.TEMPERATURE.value]
    if advice.value is not None:
        return [f"Bring to {show(advice.value)} {when} ({_basis(advice)})."]
    return [f"Temperature {when}: {advice.recommendation}."]


def _stirring(settings: StepSettings) -> list[str]:
    advice = settings[Lever.STIRRING.value]
    if advice.value is not None:
        return [f"Stir at {show(advice.value)} ({_basis(advice)})."]
    return [f"Stirring: {advice.recommendation}."]


def _time(settings: StepSettings, verb: str) -> list[str]:
    advice = settings[Lever.TIME.value]
    if advice.value is not None:
        return [f"{verb} {show(advice.value)} ({_basis(advice)})."]
    return [f"Time: {advice.recommendation}."]


def _adjust(settings: StepSettings, when: str) -> list[str]:
    advice = settings[Lever.PH.value]
    if advice.value is not None:
        return [f"Adjust to {show(advice.value)} {when} ({_basis(advice)})."]
    if advice.basis in ("records", "trend"):
        return [f"Acid or base {when}: {advice.recommendation}."]
    return []


def _basis(advice: LeverAdvice) -> str:
    source = {"records": "records", "trend": "trend", "stoichiometry": "counted", "screening": "screening"}[
        advice.basis
    ]
    return f"{source}, {advice.strength}"


def _listed(names: list[str], otherwise: str) -> str:
    return " and ".join(dict.fromkeys(names)) or otherwise
