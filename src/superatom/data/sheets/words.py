"""What the words of some cells mean: a date, a DOI, solvents with their ratio."""

from __future__ import annotations

import datetime as dt
import re

from superatom.data.solvents import is_solvent
from superatom.errors import ReferenceDataError

_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(?P<doi>10\.\d{4,9}/\S+)", re.IGNORECASE)
_RATIO = re.compile(
    r"(?P<names>.+?)\s*[(,]?\s*(?P<ratio>\d+(?:\.\d+)?(?:\s*[:/]\s*\d+(?:\.\d+)?)+)"
    r"\s*(?:,?\s*v/v(?:/v)?|by volume)?\)?",
    re.IGNORECASE,
)
_LEGAL = "legal: 2026-11-21"
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")  # days since 1899-12-30, as Excel counts: the years 1954 to 2119
_SPELT_OUT = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%d. %B %Y", "%d-%b-%Y")


def read_date(text: str, today: dt.date) -> tuple[str, str]:
    """Return a date as ISO 8601 where it can be one day only, else as entered, and what is to be said of it.

    Raises `ReferenceDataError` for a day that no calendar has, and for the number that Excel keeps of a date.

    >>> read_date("21.11.2026", dt.date(2026, 12, 1))
    ('2026-11-21', "'21.11.2026' is read as 2026-11-21")
    >>> read_date("12/03/2024", dt.date(2026, 12, 1))[1]
    "'12/03/2024' may be 12 March or 3 December; write it as 2024-03-12 or 2024-12-03"
    """
    if _SERIAL.fullmatch(text):
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(float(text)))
        raise ReferenceDataError(f"{text!r} is how Excel counts days (it would be {day}); {_LEGAL}")
    days = _days(text)
    if days is None:
        if re.fullmatch(r"\d{4}(-\d\d)?", text):
            return text, ""
        return text, f"{text!r} is no date and kept as text; {_LEGAL}"
    if not days:
        raise ReferenceDataError(f"{text!r} is no day of the calendar; {_LEGAL}")
    if len(days) > 1:
        first, second = (f"{day.day} {day:%B}" for day in days)
        return text, f"{text!r} may be {first} or {second}; write it as {days[0]} or {days[1]}"
    [day] = days
    if day > today:
        return text, f"{text!r} lies in the future"
    is_iso = text.startswith(day.isoformat())
    return (text, "") if is_iso else (day.isoformat(), f"{text!r} is read as {day}")


def read_doi(text: str) -> str:
    """Return the DOI in a text, without its address, or an empty text.

    >>> read_doi("https://doi.org/10.1039/d5nh00353a"), read_doi("a paper")
    ('10.1039/d5nh00353a', '')
    """
    match = _DOI.fullmatch(text)
    return match["doi"].rstrip(".,;") if match else ""


def read_solvents(text: str) -> tuple[tuple[str, ...], str] | None:
    """Return several solvents written in one with their ratio, where each is known; None for anything else.

    >>> read_solvents("DCM/MeOH 1:1"), read_solvents("CC/C=C/S")
    ((('DCM', 'MeOH'), '1:1'), None)
    """
    match = _RATIO.fullmatch(text.strip())
    names, ratio = (match["names"], re.sub(r"\s*[:/]\s*", ":", match["ratio"])) if match else (text.strip(), "")
    for separator in (r"\s*/\s*", r"\s*:\s*", r"\s+and\s+", r"\s*\+\s*", r"\s*-\s*"):
        found = tuple(re.split(separator, names))
        if len(found) > 1 and all(map(is_solvent, found)) and (not ratio or len(found) == ratio.count(":") + 1):
            return found, ratio
    return None


def _days(text: str) -> list[dt.date] | None:
    """Return the days that a text may mean, none for an impossible one; None for a text that is no date at all."""
    if match := re.fullmatch(r"(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)(?:[T ].*)?", text):
        return _possible([(match[1], match[2], match[3])])
    if match := re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", text):  # with points, the day stands first
        return _possible([(match[3], match[2], match[1])])
    if match := re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", text):
        return _possible([(match[3], match[2], match[1]), (match[3], match[1], match[2])])
    for form in _SPELT_OUT:
        try:
            return [dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date()]
        except ValueError:
            continue
    return None


def _possible(written: list[tuple[str, str, str]]) -> list[dt.date]:
    found = []
    for year, month, day in written:
        try:
            found.append(dt.date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
