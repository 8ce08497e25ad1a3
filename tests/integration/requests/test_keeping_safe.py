"""The worker looks again for what handlers looked for, and disturbs nothing they see."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.actors import WORKER, Actor, Role
from portal.audit.models import AuditEntry
from portal.house import House
from portal.recordings.listing import Part, Ranking
from portal.recordings.models import Candidate, Preservation, Recording, Search
from portal.requests.commands import keeping_safe
from portal.requests.commands.keeping_safe import keep_safe
from portal.requests.commands.searching import search_and_preserve
from portal.requests.intake import Sighting
from portal.requests.wanted import Widening
from tests.factories.applicants import HAPPENED_AT, received
from tests.factories.catalogue import LATITUDE, LONGITUDE, line, take_in
from tests.factories.disclosure import handler

AT = HAPPENED_AT + timedelta(days=2)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EARLIER = HAPPENED_AT - 6 * HOUR
# About 220 m: in a search of 300 m around, and not in one of 150 m.
BESIDE = 0.002


@pytest.fixture
def request_id(house: House) -> UUID:
    with house.db.writing() as session:
        made = received(session, at=AT, latitude=LATITUDE, longitude=LONGITUDE, radius_m=300)
        return made.id


@pytest.fixture
def searcher(house: House) -> Actor:
    with house.db.writing() as session:
        return handler(session, "Sam", Role.SEARCHER, at=AT)


def seen(since: datetime, *, lasting: timedelta = HOUR) -> Sighting:
    return Sighting(
        since,
        since + lasting,
        "",
        "Marlow Street",
        latitude=LATITUDE,
        longitude=LONGITUDE,
        radius_m=300,
    )


def looked(house: House, request_id: UUID, by: Actor, **more: Any) -> Search:
    with house.db.writing() as session:
        return search_and_preserve(session, request_id=request_id, by=by, at=AT, **more)


def kept_safe(house: House, request_id: UUID, *, day: int = 1) -> None:
    with house.db.writing() as session:
        keep_safe(session, request_id=request_id, by=WORKER, at=AT + day * DAY)


def come(house: House, name: str, at: datetime, **more: Any) -> None:
    take_in(house.db, line(name, at, **more), at=AT)


def rows(house: House, *columns: Any) -> list[Any]:
    with house.db.reading() as session:
        return list(session.execute(sa.select(*columns).order_by(columns[0])))


def searches(house: House) -> list[Any]:
    return rows(house, Search.id, Search.asked_by, Search.since, Search.found)


def candidates(house: House) -> dict[str, Any]:
    found = sa.select(Recording.source_id, Candidate).join(
        Recording, Recording.id == Candidate.recording_id
    )
    with house.db.reading() as session:
        return {
            name: (one.search_id, one.rank, one.score, one.share, one.reasons)
            for name, one in session.execute(found)
        }


def kept(house: House) -> list[str]:
    found = sa.select(Recording.source_id).join(Preservation)
    with house.db.reading() as session:
        return sorted(session.scalars(found))


def test_what_comes_late_where_a_handler_looked_is_found_and_kept(
    house: House, request_id: UUID, searcher: Actor
) -> None:
    looked(house, request_id, WORKER)
    led = looked(house, request_id, searcher, elsewhere=seen(EARLIER))
    come(house, "LATE", EARLIER)
    kept_safe(house, request_id)
    assert kept(house) == ["LATE"]
    assert [tuple(row)[1:] for row in searches(house)[2:]] == [
        ("worker", EARLIER, 1),
        ("worker", HAPPENED_AT, 0),
    ]
    # On the list that the handler's search leads.
    with house.db.reading() as session:
        assert Ranking(request_id, led.id).counts(session)[Part.UNJUDGED] == 1


def test_a_search_that_finds_nothing_new_is_not_written_down_every_day(
    house: House, request_id: UUID, searcher: Actor
) -> None:
    come(house, "A", EARLIER)
    looked(house, request_id, searcher, elsewhere=seen(EARLIER))
    for day in range(1, 4):
        kept_safe(house, request_id, day=day)
    assert [since for _, _, since, _ in searches(house)] == [EARLIER, *[HAPPENED_AT] * 3]


def test_a_widening_is_searched_again_too(house: House, request_id: UUID, searcher: Actor) -> None:
    looked(house, request_id, searcher, widening=Widening(minutes=7 * 60))
    come(house, "LATE", EARLIER)
    kept_safe(house, request_id)
    assert kept(house) == ["LATE"]


def test_what_the_handler_sees_stays_as_it_is(
    house: House, request_id: UUID, searcher: Actor
) -> None:
    come(house, "NEAR", HAPPENED_AT)
    come(house, "BESIDE", HAPPENED_AT, north=BESIDE)
    looked(house, request_id, WORKER)
    led = looked(house, request_id, searcher, widening=Widening(metres=-150))
    before = candidates(house)
    come(house, "LATE", HAPPENED_AT + HOUR / 2)
    kept_safe(house, request_id)
    after = candidates(house)
    assert after.pop("LATE")[0] > led.id
    assert after == before
    with house.db.reading() as session:
        counts = Ranking(request_id, led.id).counts(session)
    assert (counts[Part.UNJUDGED], counts[Part.EARLIER]) == (2, 1)


def test_where_nobody_looked_for_anything_else_scores_are_refreshed(
    house: House, request_id: UUID, searcher: Actor
) -> None:
    come(house, "A", HAPPENED_AT)
    looked(house, request_id, searcher)
    first = candidates(house)["A"]
    come(house, "B", HAPPENED_AT)
    kept_safe(house, request_id)
    again = candidates(house)
    assert again["A"][0] == again["B"][0] > first[0]
    assert again["A"][3] < first[3]  # what is believed is shared with another


def test_equal_searches_are_made_once_and_only_the_newest_few(
    house: House, request_id: UUID, searcher: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping_safe, "MOST_REPEATED", 2)
    for hours in (30, 20, 10, 10):
        looked(house, request_id, searcher, elsewhere=seen(HAPPENED_AT - hours * HOUR))
    for hours in (30, 20, 10):
        come(house, f"{hours} before", HAPPENED_AT - hours * HOUR)
    before = len(searches(house))
    kept_safe(house, request_id)
    assert kept(house) == ["10 before", "20 before"]
    assert len(searches(house)) == before + 3


def test_a_part_is_not_searched_again(house: House, request_id: UUID, searcher: Actor) -> None:
    made = looked(house, request_id, searcher, elsewhere=seen(EARLIER))
    with house.db.writing() as session:
        one = session.get_one(Search, made.id)
        whole = {name: one.criteria[name] for name in ("from", "until")}
        one.criteria = {**one.criteria, "part_of": whole}
    come(house, "LATE", EARLIER)
    kept_safe(house, request_id)
    assert kept(house) == []


def test_a_record_that_cannot_be_read_is_said_so_and_keeps_nobody_from_searching(
    house: House, request_id: UUID, searcher: Actor
) -> None:
    made = looked(house, request_id, searcher, elsewhere=seen(EARLIER))
    with house.db.writing() as session:
        one = session.get_one(Search, made.id)
        one.criteria = {**one.criteria, "colour": "blue"}
    come(house, "EARLIER", EARLIER)
    come(house, "AS SAID", HAPPENED_AT)
    kept_safe(house, request_id)
    assert kept(house) == ["AS SAID"]
    assert "search.unreadable" in [
        deed for _, deed in rows(house, AuditEntry.sequence, AuditEntry.deed)
    ]
