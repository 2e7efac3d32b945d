"""An empty sheet to fill in, with a second one that says what goes where; both made from the field table."""

from __future__ import annotations

from superatom.data.sheets.columns import Column
from superatom.data.sheets.fields import Field, Kind, families, fields
from superatom.units import plain_number

_LEFT_OUT = frozenset({"evidence", "read_in", "doi_is_read"})  # of the curators of cited recipes
_STEPS = 2
_EXAMPLES = ("HAuCl4", "ligand", "NaBH4")


def template_headers() -> list[str]:
    """Return the headers of an empty sheet: every field, two steps, three amounts.

    >>> template_headers()[:3]
    ['target', 'ligands', 'ligand_ratio']
    """
    headers: list[str] = []
    for field in fields():
        if field.name in _LEFT_OUT or field.name in ("property", "extra"):
            continue
        if field.name == "amount":
            headers += [Column(families()["amount"], example, "mg").header for example in _EXAMPLES]
        elif field.is_of_step:
            continue
        else:
            headers.append(field.name)
    steps = [f"step {i}: {field.name}" for i in range(1, _STEPS + 1) for field in fields() if field.is_of_step]
    cut = headers.index("outcome_class")
    return [*headers[:cut], *steps, *headers[cut:]]


def fields_sheet() -> list[list[str | float | int]]:
    """Return a table of every field: column, what it is, unit, what is legal and to write, other headers."""
    header: list[str | float | int] = ["column", "what it is", "unit", "legal", "what to write", "also understood as"]
    rows: list[list[str | float | int]] = [header]
    rows += [[_shown(f), f.title, f.unit, _legal(f), f.hint, ", ".join(f.aliases)] for f in fields()]
    return rows


def template(ending: str) -> bytes:
    """Return a template as .csv (headers alone) or .xlsx (with the sheet of fields).

    Raises `ReferenceDataError` for another ending.
    """
    from superatom.errors import ReferenceDataError

    if ending == ".csv":
        from superatom.data.sheets.delimited import to_delimited

        return to_delimited([template_headers()]).encode("utf-8-sig")
    if ending == ".xlsx":
        from superatom.data.sheets.workbook import to_workbook

        return to_workbook([("records", [template_headers()]), ("fields", fields_sheet())])
    raise ReferenceDataError(f"a template ends in {ending or 'nothing'!r}; legal: .csv, .xlsx")


def _shown(field: Field) -> str:
    if field.is_of_step:
        return f"step 1: {field.name}"
    if not field.is_family:
        return field.name
    return f"{field.name}: NAME" + (" [UNIT]" if field.kind is Kind.NUMBER else "")


def _legal(field: Field) -> str:
    if field.choices:
        return ", ".join(choice for choice, _ in field.choices)
    if field.kind is Kind.NUMBER:
        usual = f"; usual {' to '.join(map(plain_number, field.plausible))}" if field.plausible else ""
        return f"25, 20-30, <30, ~25, with or without a unit{usual}"
    return "several with semicolons" if field.kind is Kind.LIST else "words"
