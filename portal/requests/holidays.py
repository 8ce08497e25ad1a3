"""Reading the bank holidays that every clock in the house goes by."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.bank_holidays import DIVISIONS, Table, holidays_of, overlaid, shipped_table
from portal.requests.models import BankHoliday
from portal.workdays import Holidays


def known_holidays(session: Session) -> Holidays:
    """The bank holidays in force: what was imported, over what came with the portal.

    In each division a year that was imported is taken as imported; every other year is the
    shipped table's. So an import can never lose the years it does not have.
    """
    return holidays_of(known_table(session))


def known_table(session: Session) -> Table:
    """The same, day by day with titles."""
    return overlaid(shipped_table(), stored_table(session))


def stored_table(session: Session) -> Table:
    """What was imported, and nothing else; empty divisions until there was an import."""
    rows = session.execute(sa.select(BankHoliday.division, BankHoliday.on, BankHoliday.title))
    table: Table = {name: {} for name in DIVISIONS}
    for division, on, title in rows:
        table[division][on] = title
    return table
