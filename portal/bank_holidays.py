"""Bank holidays as data: GOV.UK's own file, and what an import of it may change.

GOV.UK (https://www.gov.uk/bank-holidays.json) names three divisions, because a subject access
request looks at England and Wales alone and freedom of information at any part of the United
Kingdom. A table here is the days of each division with their titles.
"""

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files

from portal.workdays import Holidays

Days = dict[date, str]
Table = dict[str, Days]

DIVISIONS = ("england-and-wales", "scotland", "northern-ireland")
# Every division has at least this many in a year; fewer are a part of a year, or a made-up file.
WHOLE_YEAR = 8
FIRST_YEAR, LAST_YEAR = 2000, 2099
LONGEST_TITLE = 120


@cache
def load_shipped() -> Holidays:
    """The table that comes with the portal, to start with."""
    return holidays_of(shipped_table())


@cache
def shipped_table() -> Table:
    """The same, day by day."""
    return read_govuk(json.loads((files("portal") / "data" / "bank_holidays.json").read_text()))


def holidays_of(table: Table) -> Holidays:
    """What the clock needs of a table."""
    return Holidays(
        england_and_wales=frozenset(table["england-and-wales"]),
        uk=frozenset().union(*table.values()),
        last_known_on=min(max(days) for days in table.values()),
    )


def read_govuk(document: object) -> Table:
    """Read GOV.UK's bank-holidays.json, already decoded. ValueError says what is wrong with it."""
    if not isinstance(document, dict):
        raise ValueError("Bank holidays must be one JSON object with three divisions.")
    strange = sorted(set(map(str, document)) - set(DIVISIONS))
    if strange:
        raise ValueError(f"Bank holidays have a division that is not known: {strange[0][:40]!r}.")
    return {name: _division(document, name) for name in DIVISIONS}


def _division(document: dict[str, object], name: str) -> Days:
    division = document.get(name)
    events = division.get("events") if isinstance(division, dict) else None
    if not isinstance(events, list) or not events:
        raise ValueError(f"Bank holidays have no events for {name}.")
    return {_event_date(event, name): _event_title(event, name) for event in events}


def _event_date(event: object, name: str) -> date:
    written = event.get("date") if isinstance(event, dict) else None
    try:
        # Python reads other forms of a date too; GOV.UK writes this one only.
        day = date.fromisoformat(written if isinstance(written, str) else "")
        if day.isoformat() != written:
            raise ValueError
    except ValueError:
        shown = repr(written)[:40]
        message = f"A bank holiday of {name} has no date in the form 2026-12-25: {shown}"
        raise ValueError(message) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(
            f"A bank holiday of {name} is in {day.year}: it must be {FIRST_YEAR} to {LAST_YEAR}."
        )
    return day


def _event_title(event: dict[str, object], name: str) -> str:
    title = event.get("title", "")
    if not isinstance(title, str) or len(title) > LONGEST_TITLE or not title.isprintable():
        raise ValueError(
            f"A bank holiday of {name} on {event['date']} has a title that is not one line of "
            f"at most {LONGEST_TITLE} letters."
        )
    return title


def overlaid(below: Table, above: Table) -> Table:
    """`below`, but for the years that `above` has: each division's years are one whole."""
    return {name: _overlaid(below.get(name, {}), above.get(name, {})) for name in DIVISIONS}


def _overlaid(below: Days, above: Days) -> Days:
    years = _years(above)
    return dict(sorted(({d: t for d, t in below.items() if d.year not in years} | above).items()))


def taken_in(known: Table, file: Table, *, today: date) -> Table:
    """What to store of a file: every year it has, in each division, as it is to be from now on.

    The file says what is to come, and adds what it knows of the past. It takes away only days
    that are still to come, and only from a year it has whole: a day that has passed was a
    holiday, and no file makes it a working day afterwards.
    """
    return {name: _taken_in(known[name], file[name], today) for name in DIVISIONS}


def _taken_in(known: Days, file: Days, today: date) -> Days:
    stays = {
        day: title
        for day, title in known.items()
        if day.year in _years(file) and (day < today or not _has_whole(file, day.year))
    }
    return dict(sorted((stays | file).items()))


def _has_whole(days: Days, year: int) -> bool:
    return sum(day.year == year for day in days) >= WHOLE_YEAR


def _years(days: Days) -> set[int]:
    return {day.year for day in days}


def more_in(one: Table, other: Table) -> Iterator[tuple[date, str]]:
    """The days of `one` that `other` has not, each with its division, in order."""
    missing = ((day, name) for name in DIVISIONS for day in one[name] if day not in other[name])
    return iter(sorted(missing))
