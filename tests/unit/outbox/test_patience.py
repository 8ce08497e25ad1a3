"""Waiting: longer each time, and never for ever."""

from datetime import timedelta

from portal.outbox.patience import MOST_ATTEMPTS, wait_after


def test_the_first_waits_double_from_five_seconds() -> None:
    assert [wait_after(n).total_seconds() for n in range(1, 6)] == [5, 10, 20, 40, 80]


def test_no_wait_is_longer_than_four_hours() -> None:
    assert wait_after(MOST_ATTEMPTS) == timedelta(hours=4)
    assert wait_after(10_000) == timedelta(hours=4)


def test_patience_outlasts_a_weekend() -> None:
    spent = sum((wait_after(n) for n in range(1, MOST_ATTEMPTS)), timedelta())
    assert timedelta(days=2.5) < spent < timedelta(days=3)
