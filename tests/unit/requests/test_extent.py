"""From the form's answers to the search itself: which instants, which ground, how sure."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.recordings.criteria import (
    Anywhere,
    AreaAsked,
    Criteria,
    LineAsked,
    PlaceAsked,
    PointAsked,
)
from portal.requests.answers import to_intake, window_in_words
from portal.requests.extent import PARTS, is_too_wide, part_of_day, window_of
from portal.requests.wanted import Widening, criteria_for, time_spread
from tests.unit.requests.test_answers import PLACE, SAR, utc

MINUTE = timedelta(minutes=1)
POINT = PLACE | {"line": []}
NEAR_THE_TUBE = {"which-place": POINT, "how-near": {"metres": "150"}}


def exact(day: str, at: str, sure: str = "30", **more: Any) -> dict[str, Any]:
    return {
        "when": {"known": "exact", "day": day, "is_old": False},
        "time": {"at": at, "sure": sure, **more},
    }


def searched(answers: dict[str, Any]) -> Criteria:
    """The whole way from the form to the search."""
    return criteria_for(to_intake(SAR | answers).sighting, Widening())


@pytest.mark.parametrize(
    ("day", "since", "until"),
    [
        # 25 October 2026: half past one comes twice, and both are searched.
        ("2026-10-25", utc(2026, 10, 25, 0, 0), utc(2026, 10, 25, 2, 0)),
        # 29 March 2026: half past one never was; a clock was an hour off, either way.
        ("2026-03-29", utc(2026, 3, 29, 0, 0), utc(2026, 3, 29, 2, 0)),
        ("2026-11-20", utc(2026, 11, 20, 1, 0), utc(2026, 11, 20, 2, 0)),
    ],
)
def test_every_reading_of_the_clock_reaches_the_search(
    day: str, since: datetime, until: datetime
) -> None:
    made = searched(exact(day, "01:30"))
    assert (made.since, made.until) == (since, until)


@pytest.mark.parametrize(
    ("night", "since", "until"),
    [
        ("before", utc(2026, 11, 21, 0, 30), utc(2026, 11, 21, 1, 30)),
        ("after", utc(2026, 11, 22, 0, 30), utc(2026, 11, 22, 1, 30)),
        ("unknown", utc(2026, 11, 21, 0, 30), utc(2026, 11, 22, 1, 30)),
    ],
)
def test_saturday_at_one_is_of_either_night(night: str, since: datetime, until: datetime) -> None:
    saturday = exact("2026-11-21", "01:00", is_night=True) | {"which-night": {"night": night}}
    made = searched(saturday)
    assert (made.since, made.until) == (since, until)


def test_a_night_that_was_chosen_for_another_time_counts_no_more() -> None:
    at_nine = exact("2026-11-21", "21:00", is_night=False) | {"which-night": {"night": "after"}}
    assert searched(at_nine).since == utc(2026, 11, 21, 20, 30)


@pytest.mark.parametrize(
    ("part", "day", "since", "until"),
    [
        ("morning", "2026-11-20", utc(2026, 11, 20, 6), utc(2026, 11, 20, 12)),
        ("evening", "2026-07-10", utc(2026, 7, 10, 17), utc(2026, 7, 10, 23)),
        # "Saturday night" is Sunday's small hours too; the night the clocks go back is longer.
        ("night", "2026-11-21", utc(2026, 11, 21, 21), utc(2026, 11, 22, 5)),
        ("night", "2026-10-24", utc(2026, 10, 24, 20), utc(2026, 10, 25, 5)),
    ],
)
def test_a_part_of_the_day_is_searched_whole(
    part: str, day: str, since: datetime, until: datetime
) -> None:
    answers = exact(day, "", "part", part=part)
    made = searched(answers)
    assert (made.since, made.until) == (since, until)
    # No moment of it is likelier than another.
    assert made.said is not None
    assert made.said.spread == until - since


def test_a_night_is_played_back() -> None:
    answers = SAR | exact("2026-11-21", "", "part", part="night")
    assert window_in_words(answers) == (
        "from 9pm on Saturday 21 November 2026 to 5am on Sunday 22 November 2026"
    )
    assert to_intake(answers).sighting.said_time == "At night, from 9pm to 5am the next morning"


@given(
    day=st.dates(date(2016, 1, 1), date(2036, 12, 31)),
    part=st.sampled_from(sorted(PARTS)),
)
def test_a_part_of_a_day_is_some_hours_of_it_and_of_the_next_night(day: date, part: str) -> None:
    since, until = part_of_day(day, part)
    assert timedelta(hours=5) <= until - since <= timedelta(hours=9)


@pytest.mark.parametrize(
    ("sure", "spread"),
    [("15", 4 * MINUTE), ("30", 8 * MINUTE), ("60", 16 * MINUTE), ("120", 32 * MINUTE)],
)
def test_how_sure_they_are_is_how_far_out_they_may_be(sure: str, spread: timedelta) -> None:
    made = searched(exact("2026-11-20", "21:00", sure) | NEAR_THE_TUBE)
    assert made.said is not None
    assert made.said.at == utc(2026, 11, 20, 21)
    assert made.said.spread == spread


@pytest.mark.parametrize(("metres", "spread_m"), [("50", 40.0), ("150", 120.0), ("500", 400.0)])
def test_how_near_they_are_sure_of_is_how_far_off_they_may_be(metres: str, spread_m: float) -> None:
    made = searched(NEAR_THE_TUBE | {"how-near": {"metres": metres}})
    assert made.said is not None
    assert made.said.place_spread_m == spread_m
    assert made.place == PointAsked(51.5, -0.12, float(metres))


@pytest.mark.parametrize(("metres", "searched_m"), [("50", 150.0), ("150", 150.0), ("500", 500.0)])
def test_a_district_is_searched_at_least_as_far_as_it_must_be(
    metres: str, searched_m: float
) -> None:
    district = {"which-place": POINT | {"least_m": 150}, "how-near": {"metres": metres}}
    assert searched(district).place == PointAsked(51.5, -0.12, searched_m)


@pytest.mark.parametrize("hours", [23, 24, 25, 24 * 31])
def test_in_whole_days_no_moment_is_likelier(hours: int) -> None:
    lasting = timedelta(hours=hours)
    assert time_spread(utc(2026, 11, 20), utc(2026, 11, 20) + lasting) == lasting


@pytest.mark.parametrize(
    ("answers", "place"),
    [
        ({}, LineAsked(((51.5, -0.12), (51.51, -0.12)), 500.0)),
        (
            {"which-place": PLACE | {"lat": None, "lon": None, "line": [], "name": "Lambeth"}},
            AreaAsked("Lambeth"),
        ),
        (
            {
                "which-place": {"typed": "x", "choice": "describe"},
                "which-borough": {"details": "", "borough": ""},
            },
            Anywhere(),
        ),
    ],
)
def test_every_kind_of_place_reaches_the_search(answers: dict[str, Any], place: PlaceAsked) -> None:
    made = searched(answers)
    assert made.place == place
    assert made.place_name


def test_numbers_weigh_and_are_kept() -> None:
    numbers = {
        "shoulder_number": "LX 123",
        "incident_reference": "CAD 5512",
        "crime_reference": "01/2026",
        "custody_number": "77",
        "vehicle": "AB12 CDE",
    }
    seen = to_intake(SAR | {"references": numbers}).sighting
    assert seen.vehicle == "AB12 CDE"
    said = searched({"references": numbers}).said
    assert said is not None
    assert (said.shoulder_number, said.references) == ("LX 123", ("CAD 5512", "01/2026", "77"))
    plain = searched({"references": dict.fromkeys(numbers, "")})
    assert (plain.since, plain.until, plain.place) == (
        searched({}).since,
        searched({}).until,
        searched({}).place,
    )


@pytest.mark.parametrize("answers", [{}, {"when": {}}, {"when": {"known": "range"}}, SAR])
def test_what_is_not_answered_yet_is_not_too_wide(answers: dict[str, Any]) -> None:
    assert not is_too_wide(answers)


def test_the_window_of_an_old_draft_needs_no_word_of_nights() -> None:
    answers = exact("2026-11-20", "17:30")
    assert window_of(answers) == (
        datetime(2026, 11, 20, 17, tzinfo=UTC),
        datetime(2026, 11, 20, 18, tzinfo=UTC),
    )
