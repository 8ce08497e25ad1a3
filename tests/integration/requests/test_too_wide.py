"""A request that nobody could search whole: what is kept, what is written down, what is said."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.actors import WORKER
from portal.errors import Refused
from portal.house import House
from portal.recordings.models import Candidate, Preservation, Search
from portal.recordings.searched import extents, is_whole
from portal.requests.answers import NO_MOMENT
from portal.requests.commands import searching
from portal.requests.commands.keeping_safe import keep_safe
from portal.requests.commands.searching import search_and_preserve
from portal.requests.intake import Sighting
from portal.requests.lifecycle import Event, obstacle
from portal.requests.queries import by_id, facts_of
from portal.requests.wanted import Widening
from tests.factories.applicants import HAPPENED_AT, received
from tests.factories.catalogue import LATITUDE, LONGITUDE, line, take_in

RECEIVED_AT = HAPPENED_AT + timedelta(days=10)
MONTH = (HAPPENED_AT - timedelta(days=25), HAPPENED_AT + timedelta(days=6))
HOUR = timedelta(hours=1)
WIDE = (
    "Only a part was searched, because the whole is too wide. Ask when or where it was, and "
    "search again."
)


def asked(house: House, **sighting: Any) -> UUID:
    with house.db.writing() as session:
        return received(session, at=RECEIVED_AT, **sighting).id


@pytest.fixture
def month_anywhere(house: House) -> UUID:
    """Somebody was somewhere in London, some time in a month."""
    request_id = asked(house)
    with house.db.writing() as session:
        sighting = by_id(session, request_id).sighting
        sighting.earliest_at, sighting.latest_at = MONTH
        sighting.said_time = "Time not known"
    return request_id


def a_recording_a_day(house: House) -> None:
    begins = (MONTH[0] + timedelta(days=day) for day in range(31))
    lines = (line(f"R{day}", at) for day, at in enumerate(begins))
    take_in(house.db, *lines, at=RECEIVED_AT)


def searched(house: House, request_id: UUID, **more: Any) -> Search:
    with house.db.writing() as session:
        return search_and_preserve(
            session, request_id=request_id, by=WORKER, at=RECEIVED_AT, **more
        )


def why_not(house: House, request_id: UUID) -> str | None:
    with house.db.reading() as session:
        return obstacle(Event.SEARCH_FINISHED, facts_of(session, by_id(session, request_id)))


def numbers(house: House, column: Any, request_id: UUID) -> list[int]:
    with house.db.reading() as session:
        held = sa.select(column).where(column.class_.request_id == request_id)
        return sorted(session.scalars(held))


def test_the_part_that_is_deleted_first_is_kept_at_once(house: House, month_anywhere: UUID) -> None:
    a_recording_a_day(house)
    made = searched(house, month_anywhere)
    assert made.found == 1
    assert made.criteria["part_of"] == {name: at.isoformat() for name, at in _named(MONTH)}
    # What is older than 31 days is gone already.
    assert made.criteria["from"] == (RECEIVED_AT - timedelta(days=31)).isoformat()
    kept = numbers(house, Preservation.recording_id, month_anywhere)
    assert kept == numbers(house, Candidate.recording_id, month_anywhere)
    assert len(kept) == 1


def _named(window: Any) -> Iterator[tuple[str, Any]]:
    return zip(("from", "until"), window, strict=True)


def test_the_same_part_is_searched_every_day(house: House, month_anywhere: UUID) -> None:
    a_recording_a_day(house)
    first = searched(house, month_anywhere)
    with house.db.writing() as session:
        for day in range(1, 4):
            at = RECEIVED_AT + timedelta(days=day)
            keep_safe(session, request_id=month_anywhere, by=WORKER, at=at)
    with house.db.reading() as session:
        made = session.scalars(sa.select(Search).order_by(Search.id)).all()
    assert [one.criteria for one in made] == [first.criteria] * 4
    assert len(numbers(house, Preservation.recording_id, month_anywhere)) == 1


def test_nobody_can_say_that_nothing_is_held(house: House, month_anywhere: UUID) -> None:
    assert why_not(house, month_anywhere) == "Search for video first."
    assert not is_whole(searched(house, month_anywhere))
    assert why_not(house, month_anywhere) == WIDE


def test_a_search_by_what_they_told_us_since_is_whole(house: House, month_anywhere: UUID) -> None:
    searched(house, month_anywhere)
    told = Sighting(
        HAPPENED_AT,
        HAPPENED_AT + HOUR,
        "About 5pm",
        "Marlow Street",
        latitude=LATITUDE,
        longitude=LONGITUDE,
    )
    made = searched(house, month_anywhere, elsewhere=told)
    assert why_not(house, month_anywhere) is None
    # The worker goes on with the part; that hides nothing of the whole search.
    searched(house, month_anywhere)
    assert why_not(house, month_anywhere) is None
    with house.db.reading() as session:
        records = session.scalars(sa.select(Search)).all()
    assert extents(records) == extents([made])
    assert [one.words for one in extents(records)] == [
        "5pm to 6pm on Saturday 24 October 2026, within 150 metres of Marlow Street"
    ]


def test_a_handler_who_widens_too_far_is_told(house: House) -> None:
    request_id = asked(house, latitude=LATITUDE, longitude=LONGITUDE, radius_m=1000)
    with pytest.raises(Refused, match="more recordings than anybody could look through"):
        searched(house, request_id, widening=Widening(minutes=60 * 24 * 60))


def test_more_than_may_be_proposed_is_a_part_of_what_was_asked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST_PROPOSED", 2)
    request_id = asked(house, latitude=LATITUDE, longitude=LONGITUDE, radius_m=150)
    begins = (HAPPENED_AT + timedelta(minutes=5 * number) for number in range(4))
    take_in(
        house.db,
        *(line(f"R{number}", at) for number, at in enumerate(begins)),
        at=RECEIVED_AT,
    )
    made = searched(house, request_id)
    assert (made.found, is_whole(made)) == (4, False)
    assert len(numbers(house, Candidate.recording_id, request_id)) == 2
    assert len(numbers(house, Preservation.recording_id, request_id)) == 2
    assert why_not(house, request_id) == WIDE


def test_figures_have_no_moment_and_their_search_is_whole(house: House) -> None:
    request_id = asked(house)
    with house.db.writing() as session:
        sighting = by_id(session, request_id).sighting
        sighting.earliest_at, sighting.latest_at = NO_MOMENT
    made = searched(house, request_id)
    assert (made.found, is_whole(made)) == (0, True)
