"""What a citizen's clock time can mean. Law: the only place of this room that knows local time."""

from datetime import UTC, datetime, timedelta

from portal.dates import LONDON


def readings(local: datetime) -> tuple[datetime, datetime]:
    """The earliest and the latest instant that a naive London clock time can mean.

    They differ for the hour that comes twice in October, and for the hour that never was in
    March (somebody's clock was an hour off, either way); otherwise they are the same.
    """
    meant = (local.replace(tzinfo=LONDON, fold=fold).astimezone(UTC) for fold in (0, 1))
    first, second = sorted(meant)
    return first, second


def window_in_london(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """Two naive London clock times as the widest window of instants they can mean, in UTC."""
    return readings(since)[0], readings(until)[1]


def clock_words(at: datetime, *, with_date: bool = False) -> str:
    """An instant as London's clock showed it: "8:12pm", or "8:12pm on 1 November 2026"."""
    local = at.astimezone(LONDON)
    clock = f"{local:%I:%M}".lstrip("0") + f"{local:%p}".lower()
    return f"{clock} on {local.day} {local:%B %Y}" if with_date else clock


def spans_days(since: datetime, until: datetime) -> bool:
    """Whether a clock time alone would be ambiguous between the two instants."""
    return until - since >= timedelta(hours=12) or (
        since.astimezone(LONDON).date() != until.astimezone(LONDON).date()
    )
