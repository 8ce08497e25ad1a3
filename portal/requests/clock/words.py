"""Days in words a citizen uses: "Monday 6 April 2026", "9 to 16 March"."""

from datetime import date

from portal.dates import weekday_in_words


def long_day(day: date) -> str:
    """Monday 6 April 2026."""
    return weekday_in_words(day)


def short_day(day: date, year: int) -> str:
    """Monday 6 April: the year is left out where it is `year`, the one we speak of."""
    words = long_day(day)
    return words.removesuffix(f" {year}")


def span(first: date, last: date, year: int) -> str:
    """9 to 16 March; 30 March to 2 April; 28 December 2026 to 4 January 2027; or one day."""
    end = _plain(last, year if first.year == last.year else 0)
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    begin = f"{first.day} {month(first)}" if first.year == last.year else _plain(first, 0)
    return f"{begin} to {end}"


def month(day: date) -> str:
    """The name of the day's month."""
    return f"{day:%B}"


def days(count: int) -> str:
    """1 day; 8 days."""
    return f"{count} {'day' if count == 1 else 'days'}"


def _plain(day: date, year: int) -> str:
    words = f"{day.day} {month(day)}"
    return words if day.year == year else f"{words} {day.year}"
