"""Working days: weekends, the two old common-law holidays, and the bank holidays that are known.

Days beyond the known ones are never guessed: a day we do not know to be a holiday counts as a
working day, so that what we do not know can only make us answer sooner.
"""

from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import islice

ONE_DAY = timedelta(days=1)
SATURDAY = 5  # as date.weekday() counts


@dataclass(frozen=True)
class Holidays:
    """Bank holidays of England and Wales, and of any nation of the United Kingdom together.

    `last_known_on` is the day up to which all three divisions are known.
    """

    england_and_wales: frozenset[date]
    uk: frozenset[date]
    last_known_on: date

    def covers(self, day: date) -> bool:
        """True where the table knows the whole year of `day` (GOV.UK publishes whole years)."""
        return day.year <= self.last_known_on.year

    def months_ahead(self, today: date) -> int:
        """Whole months from `today` to the last known holiday, never less than 0."""
        months = 12 * (self.last_known_on.year - today.year)
        months += self.last_known_on.month - today.month
        # A day that the last month does not have is reached on that month's last day.
        if self.last_known_on < months_after(today, months):
            months -= 1
        return max(0, months)


def is_working_day(day: date, holidays: Collection[date]) -> bool:
    """Not a weekend, Christmas Day, Good Friday or one of `holidays`.

    FOIA s.10(6): "any day other than a Saturday, a Sunday, Christmas Day, Good Friday or a day
    which is a bank holiday". Christmas Day and Good Friday stand apart from the table because they
    are holidays by common law, not by the Banking and Financial Dealings Act 1971.
    """
    return not (day.weekday() >= SATURDAY or is_holiday(day, holidays))


def is_holiday(day: date, holidays: Collection[date]) -> bool:
    """Christmas Day, Good Friday or one of `holidays`, on whatever day of the week."""
    return day in holidays or (day.month, day.day) == (12, 25) or day == good_friday(day.year)


def next_working_day(day: date, holidays: Collection[date]) -> date:
    """`day` itself if it is a working day, or else the first one after it."""
    while not is_working_day(day, holidays):
        day += ONE_DAY
    return day


def previous_working_day(day: date, holidays: Collection[date]) -> date:
    """`day` itself if it is a working day, or else the last one before it."""
    while not is_working_day(day, holidays):
        day -= ONE_DAY
    return day


def working_days_after(start: date, holidays: Collection[date]) -> Iterator[date]:
    """Every working day after `start`, in order, without end; `start` is day 0."""
    day = start
    while True:
        day = next_working_day(day + ONE_DAY, holidays)
        yield day


def add_working_days(start: date, n: int, holidays: Collection[date]) -> date:
    """The `n`th working day following `start` (day 0, working day or not); `n` is at least 1."""
    if n < 1:
        raise ValueError("Count at least one working day.")
    return next(islice(working_days_after(start, holidays), n - 1, None))


def months_after(day: date, months: int) -> date:
    """The same date `months` later, or the last day of that month if it has no such date.

    Regulation 1182/71 Art 3(2)(c): a period in months ends on "the same date, as the day from which
    the period runs", and if that day "does not occur in the last month, the period shall end with
    the expiry of the last hour of the last day of that month".
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


@cache
def good_friday(year: int) -> date:
    """Two days before Easter Sunday (Gregorian; the rule of the Calendar (New Style) Act 1750)."""
    golden, century = year % 19, year // 100
    epact = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon = epact - (epact // 28) * (1 - (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    sunday = date(year, 3, 28) + timedelta(days=moon - weekday)
    return sunday - timedelta(days=2)
