"""The drawn timeline: what it shows of windows, of long recordings and of the clocks going back."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.recordings.kinds import CandidateStatus, Category, Certainty
from portal.recordings.models import Candidate, Recording
from portal.requests.staff_views.candidates import CandidateRow
from portal.requests.staff_views.timeline import LEFT, RIGHT, WIDTH, timeline

AT = datetime(2026, 3, 27, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _row(number: int, since: datetime, until: datetime) -> CandidateRow:
    recording = Recording(
        camera="BWC-1", started_at=since, ended_at=until, category=Category.NON_EVIDENTIAL
    )
    candidate = Candidate(place=Certainty.TRACKED, status=CandidateStatus.PROPOSED)
    return CandidateRow(number, candidate, recording, [], "", False)


def test_the_asked_window_lies_within_the_searched_one() -> None:
    picture = timeline([], asked=(AT, AT + HOUR), searched=(AT - HOUR, AT + 2 * HOUR))

    assert picture.searched.x < picture.asked.x
    assert picture.asked.width == pytest.approx(picture.searched.width / 3, abs=0.2)


def test_a_long_recording_is_cut_and_says_so() -> None:
    rows = [_row(1, AT - 10 * HOUR, AT + 10 * HOUR), _row(2, AT, AT + HOUR / 2)]

    long, short = timeline(rows, asked=(AT, AT + HOUR), searched=(AT, AT + HOUR)).bars

    assert (long.is_cut_left, long.is_cut_right) == (True, True)
    assert (short.is_cut_left, short.is_cut_right) == (False, False)
    assert long.span.x == LEFT and long.span.x + long.span.width == WIDTH - RIGHT


def test_the_axis_says_the_hour_that_came_twice_twice() -> None:
    """25 October 2026: 1am came at 00:00 UTC and again at 01:00 UTC."""
    since = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)

    marks = timeline([], asked=(since, since + 3 * HOUR), searched=(since, since + 3 * HOUR)).marks

    assert [mark.label for mark in marks].count("1am") == 2


@given(
    minutes=st.integers(0, 366 * 24 * 60),
    count=st.integers(0, 40),
    begins=st.integers(-100_000, 100_000),
)
def test_everything_stays_on_the_paper(minutes: int, count: int, begins: int) -> None:
    window = (AT, AT + timedelta(minutes=minutes))
    start = AT + timedelta(minutes=begins)
    rows = [_row(n, start, start + HOUR) for n in range(1, count + 1)]

    picture = timeline(rows, asked=window, searched=window)

    assert len(picture.bars) == count
    assert all(LEFT <= bar.span.x <= WIDTH - RIGHT for bar in picture.bars)
    assert all(a.x < b.x for a, b in pairwise(picture.marks))
    assert len(picture.marks) <= 15
