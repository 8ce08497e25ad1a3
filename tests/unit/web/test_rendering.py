"""Dates, times and sizes as the pages say them, on London's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from portal.web import rendering

WINTER = datetime(2026, 3, 27, 17, 30, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 23, 0, tzinfo=UTC)


def test_days() -> None:
    assert rendering.day(WINTER) == "27 March 2026"
    assert rendering.day(SUMMER) == "2 July 2026"  # already tomorrow in London
    assert rendering.weekday_day(date(2026, 3, 27)) == "Friday 27 March 2026"
    assert rendering.day(None) == rendering.weekday_day(None) == ""


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (WINTER, "5:30pm"),
        (SUMMER, "midnight"),
        (time(9), "9am"),
        (time(12), "midday"),
        (time(12, 5), "12:05pm"),
        (time(0, 30), "12:30am"),
        (None, ""),
    ],
)
def test_clock_times(at: time | datetime | None, said: str) -> None:
    assert rendering.clock_time(at) == said


def test_moments() -> None:
    assert rendering.moment(WINTER) == "27 March 2026 at 5:30pm"
    assert rendering.moment(SUMMER) == "2 July 2026 at midnight"
    assert rendering.machine_time(SUMMER) == "2026-07-01T23:00:00Z"


@pytest.mark.parametrize("show", [rendering.day, rendering.moment, rendering.machine_time])
def test_an_instant_without_a_zone_is_refused(show: object) -> None:
    with pytest.raises(ValueError, match="time zone"):
        show(datetime(2026, 3, 27))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (4_200_000, "4.2 MB"), (1000, "1 KB"),
     (999_999, "1 MB"), (5 * 10**12, "5 TB"), (None, "")],
)  # fmt: skip
def test_sizes(count: int | None, said: str) -> None:
    assert rendering.size(count) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [(0, "0 seconds"), (42, "42 seconds"), (3900, "1 hour 5 minutes"), (61.4, "1 minute 1 second"),
     (timedelta(days=2, hours=1, minutes=9), "2 days 1 hour"), (None, "")],
)  # fmt: skip
def test_durations(span: timedelta | float | None, said: str) -> None:
    assert rendering.duration(span) == said


def test_pages_left_out_are_marked() -> None:
    items = rendering.page_items(5, 9, lambda number: f"?page={number}")
    assert [item.get("number", "…") for item in items] == [1, "…", 4, 5, 6, "…", 9]
    assert [item["number"] for item in items if item.get("current")] == [5]


def test_slug() -> None:
    assert rendering.slug("Due this week (3)") == "due-this-week-3"
    assert rendering.slug("…") == "unnamed"
