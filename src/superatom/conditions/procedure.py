"""The order of addition of a step in plain sentences, from its kind, its lines and the advised settings.

The order is that of common practice for the transformation (solvent and metal first, reductant last, acid or base
where the cited trend puts it); temperatures and times are those of the settings, with their basis.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Self

from superatom.conditions.levers import Lever, LeverAdvice, StepSettings, show
from superatom.data.records import Step, Transformation

_THROUGH_TRANSFER = "must come through the phase transfer with the gold salt; the organic solvent does not dissolve it"
_CHLORIDO = re.compile(r"(?:Pt|Pd|Au)Cl")
CONVERSIONS = {
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


class Kind(Enum):
    """What a sentence of a procedure does, as far as the sheets of a route need to know it of each other."""

    OTHER = auto()
    PHASE_TRANSFER = auto()  # the metal salt goes from water into the organic solvent
    LAYER_OFF = auto()  # the aqueous layer is taken off after that
    WITH_THE_GOLD = auto()  # a salt must go through the phase transfer of an earlier step
    WORK_UP = auto()


class Action(str):
    """One sentence of a procedure with what it does, `kind`.

    It is a text to whoever shows it or stores it. What sheets of a route owe to each other (`chain`) is found by the
    kind, so that a sentence can be reworded.

    >>> Action("Take off the aqueous layer.", Kind.LAYER_OFF).kind.name, Action("Note the colour.").kind.name
    ('LAYER_OFF', 'OTHER')
    """

    __slots__ = ("kind",)
    kind: Kind

    def __new__(cls, text: str, kind: Kind = Kind.OTHER) -> Self:
        """Return the sentence `text`, marked with what it does."""
        action = super().__new__(cls, text)
        action.kind = kind
        return action


def goes_with_the_gold(salt: str) -> bool:
    """Whether a metal salt is a chlorido complex, which only the phase transfer brings into an organic solvent.

    >>> goes_with_the_gold("H2PtCl6·6H2O"), goes_with_the_gold("AgNO3")
    (True, False)
    """
    return bool(_CHLORIDO.search(salt))


def order_of_addition(
    step: Step,
    settings: StepSettings,
    lines: list[tuple[str, str]],
    *,
    inert: str = "",
    layer_off: str = "",
    borohydride_in: str = "water",
) -> tuple[Action, ...]:
    """Return the sentences, in the order they are done; `lines` are (reagent, role) pairs of the sheet.

    `inert` names what must be kept from air; `layer_off` the record in which the aqueous layer is taken off after a
    phase transfer, `borohydride_in` the solvent of a borohydride.
    """
    by_role: dict[str, list[str]] = {}
    for reagent, role in lines:
        by_role.setdefault(role, []).append(reagent)
    said = [f"Degas the solvents and work under N2 or Ar: air oxidises {inert}."] if inert else []
    if step.transformation is Transformation.COMPLEXATION:
        said += _complexation(step, settings, by_role, layer_off)
    elif step.transformation in CONVERSIONS:
        said += _conversion(settings, by_role)
    else:
        said += _reduction(step, settings, by_role, borohydride_in)
    return tuple(one if isinstance(one, Action) else Action(one) for one in said)


def _complexation(step: Step, settings: StepSettings, by_role: dict[str, list[str]], layer_off: str) -> list[str]:
    salts, solvents = _listed(by_role.get("metal salt", []), "the metal salt"), by_role.get("solvent", [])
    additive = by_role.get("additive")
    if additive and "water" in solvents and len(solvents) > 1:
        others = _listed([name for name in solvents if name != "water"], "")
        both = f"Dissolve {salts} in water and {_listed(additive, '')} in {others}"
        stirred = f"{both}; stir them together hard until the aqueous layer is colourless."
        said: list[str] = [Action(stirred, Kind.PHASE_TRANSFER)]
        if layer_off:
            said.append(Action(f"Take off the aqueous layer before the ligand, as in {layer_off}.", Kind.LAYER_OFF))
    else:
        said = [f"Dissolve {salts} in {_listed(solvents, 'solvent')}."]
        said += [f"Add {_listed(additive, '')}."] if additive else []
    ligand = _listed(by_role.get("ligand", []), "the ligand")
    # a base dissolves the ligand; on the bare metal salt it would throw down hydroxide or oxide
    base = [name for name in by_role.get("base or acid", []) if name.endswith("OH")]
    ph = settings[Lever.PH.value]
    asks_for_base = bool(ph.substance("base")) and "base or acid" not in by_role
    if not base and not asks_for_base and not ph.is_before_reductant:
        said += _adjust(settings, "before the ligand", by_role)
    said += _temperature(settings, "before the ligand")
    dissolved = f", dissolved with {_listed(base, '')} in part of the solvent" if base else ""
    said.append(f"Add {ligand}{dissolved}, under the stirring given below.")
    if asks_for_base and ph.value is not None:
        said += _adjust(settings, "once the ligand is in", by_role)
    if base:
        said.append(f"Check the pH then: {ph.recommendation}.")
    said += _stirring(settings)
    said += _time(settings, "Let the complex form for")
    shell = step.product.cluster.ligands if step.product.cluster is not None else ()
    is_gold_thiolate = "Au" in dict(step.product.units) and any(x.ligand_class == "thiolate" for x, _ in shell)
    colour = " (yellow to colourless or white as the thiol takes Au(III) to Au(I))" if is_gold_thiolate else ""
    said.append(f"Note the colour{colour}; take a UV-vis.")
    return said


def _reduction(step: Step, settings: StepSettings, by_role: dict[str, list[str]], borohydride_in: str) -> list[str]:
    made = [*by_role.get("metal complex", []), *by_role.get("cluster", [])]
    salts, solvents = by_role.get("metal salt", []), _listed(by_role.get("solvent", [])[:1], "the solvent")
    if made:
        said = [f"Start from the solution or suspension of {_listed(made, '')}."]
        with_gold = [salt for salt in salts if goes_with_the_gold(salt) and "additive" in by_role]
        if with_gold:
            said.append(Action(f"{_listed(with_gold, '')} {_THROUGH_TRANSFER}.", Kind.WITH_THE_GOLD))
        said += [f"Add {_listed(rest, '')}."] if (rest := [s for s in salts if s not in with_gold]) else []
    else:
        said = [f"Dissolve or suspend {_listed(salts, 'the metal salt')} in {solvents}."]
    if ligand := by_role.get("ligand"):
        said.append(f"Add {_listed(ligand, '')}.")
    if additive := by_role.get("additive"):
        said.append(f"{_listed(additive, '')} must be in the flask now, if not added with the complex.")
    said += _adjust(settings, "before the reductant", by_role)
    said += _temperature(settings, "before the reductant")
    said += _stirring(settings)
    reductants = by_role.get("reductant", [])
    if "CO" in reductants:
        said.append("Lead CO through or over the solution in the hood, then close the flask under it.")
    elif any("BH4" in name for name in reductants):
        said.append(
            f"Dissolve {_listed(reductants, '')} in ice-cold {borohydride_in} just before use and add it last: all at "
            "once for the thermodynamic product, in equal portions for smaller, electron-poor ones; vent the hydrogen."
        )
    elif reductants or step.reductant:
        added = _listed(reductants, step.reductant)
        gas = " and vent the hydrogen" if "SiH" in added else ""
        said.append(f"Add {added} last{gas}.")
    said += _time(settings, "Stir for")
    said.append("Follow by UV-vis (bands of the target), then by mass spectrometry; stop when they no longer change.")
    return said


def _conversion(settings: StepSettings, by_role: dict[str, list[str]]) -> list[str]:
    start = [*by_role.get("cluster", []), *by_role.get("starting mixture", []), *by_role.get("metal complex", [])]
    solvents = _listed(by_role.get("solvent", []), "a solvent that dissolves it")
    said = [f"Dissolve {_listed(start, 'the starting cluster')} in {solvents}."]
    said += _adjust(settings, "at the start", by_role)
    rest = [r for role in ("metal salt", "additive", "ligand", "molecule") for r in by_role.get(role, [])]
    if rest:
        last = ", the ligand last" if len(rest) > 1 and "ligand" in by_role else ""
        said.append(f"Add {_listed(rest, '')}{last}.")
    if "O2" in by_role.get("oxidant", []):
        said.append(
            "Work in air, not under inert gas: the headspace holds more oxygen than the equation takes. Heat only "
            "under a reflux condenser or in a part-filled vial with a vented cap, in the hood."
        )
    said += _temperature(settings, "for the reaction")
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


def _adjust(settings: StepSettings, when: str, by_role: dict[str, list[str]]) -> list[str]:
    advice = settings[Lever.PH.value]
    named = _listed(by_role.get("base or acid", []), "")
    using = f" with {named}" if named else ""
    if advice.value is not None:
        return [f"Adjust to {show(advice.value)}{using} {when} ({_basis(advice)})."]
    if advice.basis in ("records", "trend"):
        return [f"{f'Add {named}' if named else 'Acid or base'} {when}: {advice.recommendation}."]
    points = [p for p in advice.screening or () if isinstance(p, float)]
    if points and named:
        tried = ", ".join(f"{p:g}" for p in points)
        return [f"Bring to pH {points[len(points) // 2]:g}{using} {when} (nothing is known; to screen: pH {tried})."]
    return [f"Add {named} {when}."] if named else []


def _basis(advice: LeverAdvice) -> str:
    source = {"records": "records", "trend": "trend", "stoichiometry": "counted", "screening": "screening"}[
        advice.basis
    ]
    return f"{source}, {advice.strength}"


def _listed(names: list[str], otherwise: str) -> str:
    return " and ".join(dict.fromkeys(names)) or otherwise
