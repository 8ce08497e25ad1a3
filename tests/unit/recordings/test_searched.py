"""What a letter may say was searched, from the records of the searches alone."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.recordings.criteria import (
    Anywhere,
    AreaAsked,
    Criteria,
    LineAsked,
    PlaceAsked,
    PointAsked,
)
from portal.recordings.searched import extents, last_words, window_words

FIVE = datetime(2026, 11, 20, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)
POINT = PointAsked(51.46, -0.11, 150)


@dataclass
class Search:
    """A search as it was written down."""

    criteria: dict[str, Any]
    at: datetime = FIVE + timedelta(days=1)
    complete_up_to: datetime | None = None


def asked(place: PlaceAsked = POINT, more: timedelta = timedelta(0)) -> Criteria:
    return Criteria(FIVE - more, FIVE + HOUR + more, place, place_name="Brixton Road, Lambeth")


def searched(*made: Criteria) -> list[str]:
    return [one.words for one in extents([Search(one.as_json()) for one in made])]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (POINT, "within 150 metres of Brixton Road, Lambeth"),
        (PointAsked(51.46, -0.11, 1150), "within 1.15 kilometres of Brixton Road, Lambeth"),
        (PointAsked(51.46, -0.11, 1000), "within 1 kilometre of Brixton Road, Lambeth"),
        (
            LineAsked(((51.46, -0.11), (51.47, -0.11)), 50),
            "within 50 metres of Brixton Road, Lambeth",
        ),
        (AreaAsked("Lambeth"), "in all of Lambeth"),
        (Anywhere(), "everywhere that our officers were"),
    ],
)
def test_a_search_is_said_in_words_and_never_in_degrees(place: PlaceAsked, words: str) -> None:
    assert searched(asked(place)) == [f"5pm to 6pm on Friday 20 November 2026, {words}"]


def test_the_same_search_every_day_is_said_once() -> None:
    assert len(searched(*[asked()] * 35)) == 1


def test_a_wider_search_stands_for_the_narrower_ones() -> None:
    wider = asked(PointAsked(51.46, -0.11, 650), HOUR)
    assert searched(asked(), wider, asked(more=HOUR / 2)) == [
        "4pm to 7pm on Friday 20 November 2026, within 650 metres of Brixton Road, Lambeth"
    ]
    assert searched(asked(), asked(Anywhere(), HOUR)) == [
        "4pm to 7pm on Friday 20 November 2026, everywhere that our officers were"
    ]


def test_one_place_under_two_names_is_said_once_by_the_first() -> None:
    first, second = asked(), replace(asked(), place_name="Brixton Road")
    assert searched(first, second) == searched(first)
    assert searched(second, first) == searched(second)
    assert searched(second) == [
        "5pm to 6pm on Friday 20 November 2026, within 150 metres of Brixton Road"
    ]
    area = asked(Anywhere())
    assert searched(first, second, area, replace(area, place_name="London")) == searched(area)


def test_searches_of_which_none_covers_the_other_are_all_said() -> None:
    further = asked(PointAsked(51.46, -0.11, 650))
    elsewhere = asked(PointAsked(51.50, -0.11, 150))
    assert len(searched(asked(more=HOUR), further, elsewhere, asked(AreaAsked("Lambeth")))) == 4


def test_of_a_part_nothing_is_said() -> None:
    part = replace(asked(Anywhere()), part_of=(FIVE - HOUR, FIVE + 5 * HOUR))
    assert searched(part, asked()) == searched(asked())
    assert searched(part) == last_words([Search(part.as_json())]) == []


def test_when_it_was_searched_and_how_complete_the_list_was() -> None:
    then = datetime(2026, 12, 1, 9, tzinfo=UTC)
    made = [
        Search(asked().as_json(), then, then - timedelta(hours=22)),
        Search(asked().as_json()),
    ]
    assert last_words(made) == [
        "We last searched on 1 December 2026.",
        "Our list of video was then complete up to 11am on Monday 30 November 2026.",
    ]
    assert last_words(made[1:]) == ["We last searched on 21 November 2026."]


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ((11, 20, 0), (11, 21, 0), "all of Friday 20 November 2026"),
        # Days of summer time begin and end an hour before UTC's; the last of them has 25 hours.
        (
            (10, 23, 23),
            (10, 26, 0),
            "Saturday 24 October 2026 to Sunday 25 October 2026, all day",
        ),
        (
            (11, 20, 23),
            (11, 21, 1),
            "11pm on Friday 20 November 2026 to 1am on Saturday 21 November 2026",
        ),
    ],
)
def test_days_and_nights_are_said_as_people_say_them(
    since: tuple[int, ...], until: tuple[int, ...], words: str
) -> None:
    first, last = (datetime(2026, *given, tzinfo=UTC) for given in (since, until))  # type: ignore[misc, arg-type]
    assert window_words(first, last) == words
