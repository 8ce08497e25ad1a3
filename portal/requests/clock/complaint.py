"""The acknowledgement of a data protection complaint.

DPA 2018 s.164A (in force 19 June 2026): the controller must acknowledge receipt of a complaint
"within the period of 30 days beginning when the complaint is received".
"""

from datetime import date, timedelta

from portal.requests.clock.ledger import Ledger
from portal.requests.clock.result import Sum

ACKNOWLEDGE = timedelta(days=30)


def sum_complaint(ledger: Ledger, _holidays: frozenset[date], _as_of: date | None) -> Sum:
    """Thirty calendar days, not rolled: the portal acknowledges at once and needs no Monday."""
    due_on = ledger.received_on + ACKNOWLEDGE
    return Sum(start_on=ledger.received_on, raw_on=due_on, legal_due_on=due_on)
