"""A citizen's clock time, with the hour that comes twice and the hour that never is."""

from datetime import UTC, datetime

from portal.recordings.london import clock_words, readings, spans_days, window_in_london


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def naive(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return at(month, day, hour, minute).replace(tzinfo=None)


def test_the_october_hour_is_two_hours() -> None:
    assert readings(naive(10, 25, 1, 30)) == (at(10, 25, 0, 30), at(10, 25, 1, 30))


def test_the_march_hour_that_never_was_is_searched_on_both_sides() -> None:
    assert readings(naive(3, 29, 1, 30)) == (at(3, 29, 0, 30), at(3, 29, 1, 30))


def test_any_other_time_is_one_instant() -> None:
    assert readings(naive(7, 1, 12)) == (at(7, 1, 11), at(7, 1, 11))
    assert readings(naive(12, 1, 12)) == (at(12, 1, 12), at(12, 1, 12))


def test_a_window_over_the_change_is_the_widest_it_can_mean() -> None:
    found = window_in_london(naive(10, 25, 1, 0), naive(10, 25, 1, 30))
    assert found == (at(10, 25, 0, 0), at(10, 25, 1, 30))


def test_times_are_said_as_a_clock_shows_them() -> None:
    assert clock_words(at(7, 1, 19, 12)) == "8:12pm"
    assert clock_words(at(12, 1, 0, 5), with_date=True) == "12:05am on 1 December 2026"


def test_a_date_is_needed_when_the_window_crosses_midnight() -> None:
    assert spans_days(at(7, 1, 22), at(7, 1, 23, 30))
    assert not spans_days(at(7, 1, 12), at(7, 1, 13))
