"""Taking in GOV.UK's bank holidays."""

import json
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.bank_holidays import Table, more_in, overlaid, read_govuk, taken_in
from portal.dates import london_day
from portal.errors import Refused
from portal.ids import digest
from portal.requests.holidays import known_table, stored_table
from portal.requests.models import BankHoliday

# GOV.UK's own is some 30 kB.
LARGEST_FILE = 1_000_000
_NAMED_IN_THE_BOOK = 40

DivisionDay = tuple[date, str]


@dataclass(frozen=True)
class Imported:
    """What an import changed of the days that every clock goes by."""

    days: int
    added: tuple[DivisionDay, ...]
    removed: tuple[DivisionDay, ...]
    sha256: str


def parse_file(content: bytes) -> Table:
    """GOV.UK's bank-holidays.json as a table. Refused, saying why, for anything else."""
    if len(content) > LARGEST_FILE:
        raise Refused("The file is too large to be GOV.UK’s bank holidays.")
    try:
        return read_govuk(json.loads(content.decode("utf-8-sig")))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise Refused("The file is not JSON in UTF-8. Get it anew from GOV.UK.") from None
    except ValueError as fault:
        raise Refused(str(fault)) from None


def import_holidays(session: Session, *, content: bytes, by: Actor, at: datetime) -> Imported:
    """Store a file of bank holidays, and say so in the book. The same file again changes nothing.

    Every year the file has is stored as it is to be from now on; the shipped table stays for the
    others. Dates of requests are not touched here: `recounting.recount_open` follows, after the
    commit, so that whoever counts meanwhile counts by the new days. Refused for a bad file.
    """
    file = parse_file(content)
    _let_nobody_else_import(session)
    before, stored = known_table(session), stored_table(session)
    wanted = overlaid(stored, taken_in(before, file, today=london_day(at)))
    _store(session, stored, wanted)
    after = known_table(session)
    imported = Imported(
        days=sum(len(days) for days in file.values()),
        added=tuple(more_in(after, before)),
        removed=tuple(more_in(before, after)),
        sha256=digest(content),
    )
    if wanted != stored:
        _enter_in_book(session, imported, by, at)
    return imported


def _let_nobody_else_import(session: Session) -> None:
    """Readers go on reading; a second import waits for the first."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("LOCK TABLE bank_holiday IN SHARE ROW EXCLUSIVE MODE"))


def _store(session: Session, stored: Table, wanted: Table) -> None:
    for division, days in wanted.items():
        for on in stored[division].keys() - days.keys():
            session.delete(session.get_one(BankHoliday, (division, on)))
        for on, title in days.items():
            if stored[division].get(on) != title:
                session.merge(BankHoliday(division=division, on=on, title=title))
    session.flush()


def _enter_in_book(session: Session, imported: Imported, by: Actor, at: datetime) -> None:
    record(
        session,
        "holidays.imported",
        subject="bank-holidays",
        by=by,
        at=at,
        sha256=imported.sha256,
        days=imported.days,
        added=len(imported.added),
        removed=len(imported.removed),
        days_added=_named(imported.added),
        days_removed=_named(imported.removed),
    )


def _named(days: tuple[DivisionDay, ...]) -> str:
    """The days, newest first as the newest are those that move dates, and how many more."""
    named = [f"{day.isoformat()} {division}" for day, division in reversed(days)]
    more = len(named) - _NAMED_IN_THE_BOOK
    return ", ".join(named[:_NAMED_IN_THE_BOOK]) + (f" and {more} earlier" if more > 0 else "")
