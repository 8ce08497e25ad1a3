"""What a letter says was asked for: when, where and what, in the applicant's words."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.requests.answers import NO_MOMENT
from portal.requests.letter_fields import request_summary

AT = datetime(2026, 7, 1, 19, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("earliest_at", "latest_at", "day"),
    [
        (AT - HOUR, AT + HOUR, "1 July 2026"),
        # London is an hour ahead: a window around half past midnight is of the next day.
        (AT + 4 * HOUR, AT + 5 * HOUR, "2 July 2026"),
        # Give or take two hours around 11pm reaches into the next day, which they did not name.
        (AT + HOUR, AT + 5 * HOUR, "1 July 2026"),
        (AT, AT + 48 * HOUR, "1 July 2026 to 3 July 2026"),
    ],
)
def test_the_day_they_named(earliest_at: datetime, latest_at: datetime, day: str) -> None:
    told = request_summary(earliest_at, latest_at, "about 8pm", "Marlow Street", "I was stopped.")
    assert told == f"{day}, about 8pm, Marlow Street\n\nI was stopped."


def test_figures_have_no_day_and_no_place() -> None:
    told = request_summary(*NO_MOMENT, "Not about one time", "", "How many cameras?")
    assert told == "How many cameras?"


def test_a_part_that_was_not_said_leaves_no_gap() -> None:
    assert request_summary(AT, AT + HOUR, "", "Marlow Street", "") == "1 July 2026, Marlow Street"
