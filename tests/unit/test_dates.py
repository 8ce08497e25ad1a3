"""Days and times as Londoners say them."""

from datetime import UTC, date, datetime

import pytest

from portal.dates import day_in_words, in_london, london_day, time_in_words, weekday_in_words


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 23, 0, tzinfo=UTC), date(2026, 7, 2)),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        # The clocks go forward at 1am on 29 March 2026, and back at 2am on 25 October 2026.
        (datetime(2026, 3, 28, 23, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_the_day_is_londons(at: datetime, day: date) -> None:
    assert london_day(at) == day


def test_a_day_is_written_with_its_month_and_no_leading_zero() -> None:
    assert day_in_words(date(2026, 3, 7)) == "7 March 2026"
    assert weekday_in_words(date(2026, 3, 27)) == "Friday 27 March 2026"


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (0, 0, "midnight"),
        (0, 5, "12:05am"),
        (9, 0, "9am"),
        (10, 30, "10:30am"),
        (12, 0, "midday"),
        (12, 1, "12:01pm"),
        (17, 30, "5:30pm"),
        (23, 59, "11:59pm"),
    ],
)
def test_a_time_of_day_is_said_as_people_say_it(hour: int, minute: int, words: str) -> None:
    assert time_in_words(datetime(2026, 1, 15, hour, minute, tzinfo=UTC)) == words


def test_summer_time_is_an_hour_on() -> None:
    assert time_in_words(datetime(2026, 7, 1, 16, 30, tzinfo=UTC)) == "5:30pm"
    assert in_london(datetime(2026, 7, 1, 16, 30, tzinfo=UTC)).hour == 17


def test_the_hour_that_comes_twice_keeps_its_instants_apart() -> None:
    first = in_london(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    second = in_london(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert (first.hour, second.hour) == (1, 1)
    assert (first.fold, second.fold) == (0, 1)
