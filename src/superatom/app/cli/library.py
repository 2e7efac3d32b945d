"""``superatom library clusters|ligands|recipes|reagents``: what is known, filtered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Annotated, Any

import typer

from superatom.app.cli.options import Json, Ligands, write_json, write_text

app = typer.Typer(
    help="Look up clusters, ligands, recipes and reagents, each with its source.", no_args_is_help=True,
    rich_markup_mode=None,
)  # fmt: skip

Text = Annotated[str | None, typer.Option("--text", help="A word anywhere in the entry.")]
LigandName = Annotated[str | None, typer.Option("--ligand", help="A ligand, by any of its names.")]
LigandClass = Annotated[str | None, typer.Option("--ligand-class", help="thiolate, phosphine, alkynyl ...")]


@app.command()
def clusters(
    *,
    metal: Annotated[str | None, typer.Option(help="Holds this metal.")] = None,
    electrons: Annotated[int | None, typer.Option(help="Valence electrons.")] = None,
    ligand: LigandName = None,
    ligand_class: LigandClass = None,
    charge: Annotated[int | None, typer.Option(help="Net charge in e.")] = None,
    n_metals: Annotated[int | None, typer.Option(help="Number of metal atoms.")] = None,
    status: Annotated[str | None, typer.Option(help="synthesised, predicted ...")] = None,
    text: Text = None,
    as_json: Json = False,
    ligands: Ligands = None,
) -> None:
    """List known clusters: superatom library clusters --metal Au --electrons 8."""
    del ligands
    from superatom.data import library

    found = library.clusters(
        metal=metal, electrons=electrons, ligand=ligand, ligand_class=ligand_class, charge=charge, n_metals=n_metals,
        status=status, text=text,
    )  # fmt: skip
    _answer(
        found,
        lambda c: {
            "id": c.id, "formula": c.formula, "e": c.cluster.valence_electrons if c.cluster else None,
            "kernel": c.kernel, "source": c.source.citation,
        },
        as_json=as_json,
        extra=lambda c: {"valence_electrons": c.cluster.valence_electrons if c.cluster else None},
    )  # fmt: skip


@app.command("ligands")
def ligands_(
    *, ligand_class: LigandClass = None, text: Text = None, as_json: Json = False, ligands: Ligands = None
) -> None:
    """List ligands: name, full name, class, electrons withdrawn from the superatom shell."""
    del ligands
    from superatom.data import library

    _answer(
        library.ligands(ligand_class=ligand_class, text=text),
        lambda x: {"name": x.name, "full name": x.full_name, "class": x.ligand_class, "type": x.bond_type,
                   "e taken": x.electrons_withdrawn},
        as_json=as_json,
    )  # fmt: skip


@app.command()
def recipes(
    *,
    target: Annotated[str | None, typer.Option(help="A formula, or text found in the target.")] = None,
    ligand: LigandName = None,
    text: Text = None,
    as_json: Json = False,
    ligands: Ligands = None,
) -> None:
    """List reported experiments, failures included, with the settings their source states."""
    del ligands
    from superatom.data import library

    found = [r for r in library.recipes(target=target, ligand=ligand) if _mentions(r, text)]
    _answer(
        found,
        lambda r: {"id": r.id, "target": r.target, "settings": _settings(r.conditions),
                   "outcome": _outcome(r.outcome), "source": r.source.citation},
        as_json=as_json,
    )  # fmt: skip


@app.command()
def reagents(
    *,
    role: Annotated[str | None, typer.Option(help="metal_salt, reductant, base, solvent ...")] = None,
    text: Text = None,
    as_json: Json = False,
) -> None:
    """List reagents: salts, reductants, acids and bases, additives, with molar mass and hazards."""
    from superatom.data.reagents import ROLES, reagent_table
    from superatom.errors import UnknownNameError, did_you_mean

    if role is not None and role not in ROLES:
        hint = did_you_mean(role, list(ROLES))
        raise UnknownNameError(f"unknown role {role!r}; legal: {', '.join(ROLES)}.{hint}")
    found = [r for r in reagent_table() if (role is None or r.has_role(role)) and _mentions(r, text)]
    _answer(
        found,
        lambda r: {"name": r.name, "full name": r.full_name, "roles": ", ".join(r.roles).replace("_", " "),
                   "g/mol": f"{r.molar_mass:.2f}", "hazards": "; ".join(r.hazards)},
        as_json=as_json,
        extra=lambda r: {"molar_mass_g_per_mol": round(r.molar_mass, 3)},
    )  # fmt: skip


def _answer(
    found: Iterable[Any],
    row: Callable[[Any], dict[str, Any]],
    *,
    as_json: bool,
    extra: Callable[[Any], dict[str, Any]] = lambda _: {},
) -> None:
    """Write entries whole as JSON, or the columns that fit a terminal as a table."""
    entries = list(found)
    if as_json:
        write_json([{**to_plain(entry), **extra(entry)} for entry in entries])
        return
    from superatom.app.report.text import show_rows

    write_text(lambda console: show_rows(console, [row(entry) for entry in entries]))


def to_plain(value: Any) -> Any:
    """Return a value of the house as JSON-ready data: fields by name, clusters as formulas, quantities as written.

    >>> from superatom.data.records import Quantity
    >>> to_plain({"t": Quantity.parse("3", "h"), "solvents": ("THF",)})
    {'t': '3 h', 'solvents': ['THF']}
    """
    from superatom.data.records import Quantity
    from superatom.structures.nanocluster import Nanocluster

    if isinstance(value, Nanocluster | Quantity):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [to_plain(item) for item in value]
    return value


def _mentions(entry: Any, text: str | None) -> bool:
    return text is None or text.lower() in str(to_plain(entry)).lower()


def _settings(conditions: Any) -> str:
    shown = {name: value for name, value in to_plain(conditions).items() if value and name != "other"}
    words = [", ".join(v) if isinstance(v, list) else str(v) for v in shown.values()]
    return "; ".join([*words, conditions.other] if conditions.other else words)


def _outcome(outcome: Any) -> str:
    word = {True: "worked", False: "failed", None: "not labelled"}[outcome.success]
    return f"{word}: {outcome.product}" if outcome.product else word
