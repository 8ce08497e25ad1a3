"""Days and times as Londoners say them. Instants are UTC everywhere else."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def london_day(at: datetime) -> date:
    """The calendar day in London at an instant: 23:30 UTC in summer is the next day there."""
    return at.astimezone(LONDON).date()


def in_london(at: datetime) -> datetime:
    """The instant on London's clocks."""
    return at.astimezone(LONDON)


def day_in_words(day: date) -> str:
    """A day as it is written, such as `27 March 2026`."""
    return f"{day.day} {day:%B %Y}"


def weekday_in_words(day: date) -> str:
    """A day with its weekday, such as `Friday 27 March 2026`."""
    return f"{day:%A} {day_in_words(day)}"


def time_in_words(at: datetime) -> str:
    """A time of day in London, such as `5:30pm`, `10am` or `midday`."""
    return clock_in_words(in_london(at).time())


def clock_in_words(at: time) -> str:
    """What a clock shows, in the same words."""
    if at.minute == 0 and at.hour in (0, 12):
        return "midday" if at.hour else "midnight"
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'pm' if at.hour >= 12 else 'am'}"
