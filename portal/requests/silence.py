"""When we ask again and when we close, if nothing comes. Law: pure.

Rules R9 and 10 (4b, 5a): chase once, then close after a stated reasonable time, and say that the
request can be opened again. These are the only places where the two lengths are written.
"""

from datetime import date, timedelta

from portal.workdays import months_after

CHASE_AFTER = timedelta(days=14)
CLOSE_AFTER_MONTHS = 1


def chase_on(asked_on: date) -> date:
    """The day on which we ask once more: 14 days after we asked."""
    return asked_on + CHASE_AFTER


def close_on(asked_on: date) -> date:
    """The last day to hear from them: one month after we asked. After it we close."""
    return months_after(asked_on, CLOSE_AFTER_MONTHS)
