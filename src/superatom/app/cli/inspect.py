"""``superatom inspect X ...``: what a formula or a structure file holds, one or many."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from superatom.app.cli.options import Json, Ligands, write_json, write_text
from superatom.errors import ChemistryError, StructureError, SuperatomError

# endings that mean a file is meant, even when it is not there
FILE_ENDINGS = frozenset({".cif", ".xyz", ".extxyz", ".mol2", ".pdb", ".gro", ".vasp", ".poscar", ".txt"})


def inspect(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="X...", help="Formulas or structure files; - reads them from standard input."),
    ],
    *,
    charge: Annotated[int | None, typer.Option(help="Net charge in e, where formula or file states none.")] = None,
    as_json: Json = False,
    ligands: Ligands = None,
) -> None:
    """Say what a cluster is: composition, electrons, accessibility; core, staples, symmetry of a structure."""
    del ligands  # its callback has acted
    names = list(_names(inputs))
    if not names:
        raise ChemistryError("standard input holds nothing to inspect; give one formula or file name a line")
    if len(names) == 1:
        _show([_inspected(names[0], charge)], as_json=as_json, is_batch=False)
        return
    found, failed = [], 0
    for name in names:
        try:
            found.append(_inspected(name, charge))
        except SuperatomError as error:
            failed += 1
            found.append({"input": name, "error": str(error)})
            typer.echo(f"superatom: {error}", err=True)
    _show(found, as_json=as_json, is_batch=True)
    if failed:
        typer.echo(f"superatom: {failed} of {len(names)} could not be read", err=True)
        raise typer.Exit(2)


def _names(inputs: list[str]) -> Iterator[str]:
    for name in inputs:
        if name == "-":
            yield from (line.strip() for line in sys.stdin if line.strip())
        else:
            yield name


def _inspected(name: str, charge: int | None) -> dict[str, Any]:
    from superatom.app.inspection import inspect_formula, inspect_structure

    path = Path(name)
    if path.suffix.lower() in FILE_ENDINGS or _is_file(path):
        if not _is_file(path):
            raise StructureError(f"{name!r} is no file here; give a structure file that exists, or a formula")
        return {"input": name, **inspect_structure(path, charge=charge)}
    return inspect_formula(name, charge=charge)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a formula too long, or with characters no file name has
        return False


def _show(found: list[dict[str, Any]], *, as_json: bool, is_batch: bool) -> None:
    if as_json:
        write_json(found if is_batch else found[0])
        return
    from superatom.app.report.text import show_card

    for i, card in enumerate(card for card in found if "error" not in card):
        if i:
            typer.echo("")
        write_text(lambda console, card=card: show_card(console, card))  # type: ignore[misc]
