"""What the verbs of ``superatom records`` share: their options, and reading ``FIELD=VALUE``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from unicodedata import category

import typer

from superatom.errors import SuperatomError

if TYPE_CHECKING:
    from superatom.data.stores.store import Store
    from superatom.data.stores.values import Stored
    from superatom.data.synthesis_records import Origin

Library = Annotated[
    str | None,
    typer.Option("--library", metavar="URL", help="A file, sqlite:///... or postgresql://...; default: your own file."),
]
Id = Annotated[str, typer.Argument(metavar="ID", help="A record, as `superatom records list` calls it.")]
OriginName = Annotated[str | None, typer.Option("--origin", help="own or literature.")]
Target = Annotated[str | None, typer.Option("--target", help="A formula, or words of the target.")]
LigandName = Annotated[str | None, typer.Option("--ligand", help="A ligand, by any of its names.")]
Text = Annotated[str | None, typer.Option("--text", help="A word anywhere in the record.")]
Withdrawn = Annotated[bool, typer.Option("--withdrawn", help="The records taken out of use instead.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in words; kept with the new version.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there already.")]


def opened(library: str | None) -> Store:
    """Open a library that is there: a mistyped name makes no new one."""
    from superatom.data.stores.opening import open_store

    return open_store(library, is_new_legal=False)


def found(
    store: Store, origin: str | None, target: str | None, ligand: str | None, text: str | None, *, withdrawn: bool
) -> list[Stored]:
    """Return the records asked for."""
    wanted = origin_named(origin)
    return list(store.iterate(origin=wanted, target=target, ligand=ligand, text=text, is_withdrawn=withdrawn))


def origin_named(word: str | None) -> Origin | None:
    """Return the origin meant by a word; raises `UnknownNameError`."""
    from superatom.data.sheets.fields import choice_of, field_named
    from superatom.data.synthesis_records import Origin
    from superatom.errors import UnknownNameError

    if word is None:
        return None
    if (chosen := choice_of(field_named("origin"), word)) is None:
        raise UnknownNameError(f"{word!r} is no origin; legal: {', '.join(Origin)}")
    return Origin(chosen)


def column_changes(given: Iterable[str], columns: Iterable[str]) -> dict[str, str]:
    """Return the field of each ``COLUMN=FIELD``; a column may hold an equals sign itself."""
    known = set(columns)
    return _once(_cut_at_column(text, known) for text in given)


def pairs(given: Iterable[str]) -> dict[str, str]:
    """Return the value of each ``FIELD=VALUE``."""
    return _once(map(_pair, given))


def remark(remarks: Iterable[str]) -> None:
    """Say what the user should know, on standard error."""
    for one in remarks:
        typer.echo(f"superatom: {visible(one)}", err=True)


def check_new(path: Path, *, overwrite: bool) -> None:
    """Refuse a file that is there already, unless it may be replaced; a pipe or device is written to."""
    if path.is_file() and not overwrite:
        raise SuperatomError(f"{path} is there already; name another file, or say --overwrite")


def visible(text: str) -> str:
    """Return text without characters that steer a terminal; each is shown as Python writes it.

    >>> visible("red" + chr(27)) == "red" + repr(chr(27))[1:-1]
    True
    """
    return "".join(repr(c)[1:-1] if category(c)[0] == "C" and c not in "\n\t" else c for c in text)


def _cut_at_column(text: str, known: set[str]) -> tuple[str, str]:
    places = [i for i, character in enumerate(text) if character == "="]
    if not places:
        raise SuperatomError(f"--map {text!r} is no COLUMN=FIELD, such as 'Temp=temperature_C [K]'")
    cut = next((i for i in places if text[:i] in known), places[0])
    return text[:cut], text[cut + 1 :]


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise SuperatomError(f"{text!r} is no FIELD=VALUE, such as temperature_C=25")
    return name.strip(), value


def _once(given: Iterable[tuple[str, str]]) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, value in given:
        if said.setdefault(name, value) != value:
            raise SuperatomError(f"{name!r} is given twice, as {said[name]!r} and {value!r}; give it once")
    return said
