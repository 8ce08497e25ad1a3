"""A camera is docked late: the open requests that its recordings could matter to search again."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from portal.actors import Role
from portal.house import House
from portal.outbox.models import OutboxJob
from portal.recordings.models import Candidate, Preservation, Search
from portal.requests.commands.searching import search_and_preserve
from portal.requests.intake import Sighting
from portal.requests.lifecycle import Status
from portal.requests.models import SightingRow
from portal.worker import Worker
from tests.conftest import Clock
from tests.factories.applicants import HAPPENED_AT, received
from tests.factories.catalogue import LATITUDE, LONGITUDE, line, take_in
from tests.factories.disclosure import handler

IN_THE_WINDOW = HAPPENED_AT + timedelta(minutes=20)


def asked(house: House, *, at: datetime) -> Any:
    with house.db.writing() as session:
        made = received(session, at=at, latitude=LATITUDE, longitude=LONGITUDE, radius_m=200)
    Worker(house).pay_all()
    return made.id


def seen(at: datetime) -> Sighting:
    """What a handler looks for instead."""
    return Sighting(
        earliest_at=at,
        latest_at=at + timedelta(hours=1),
        said_time="",
        place="Marlow Street",
        latitude=LATITUDE,
        longitude=LONGITUDE,
        radius_m=200,
    )


def count(house: House, table: Any) -> int:
    with house.db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def late_searches(house: House) -> int:
    with house.db.reading() as session:
        keys = session.scalars(sa.select(OutboxJob.key).where(OutboxJob.job == "preserve"))
        return sum(":late:" in key for key in keys)


def test_a_recording_that_comes_late_is_found_and_kept_within_seconds(
    house: House, clock: Clock
) -> None:
    asked(house, at=clock())
    assert count(house, Candidate) == 0
    clock.forward(hours=2)
    take_in(house.db, line("LATE", IN_THE_WINDOW), at=clock())
    Worker(house).pay_all()
    clock.forward(seconds=6)
    Worker(house).pay_all()
    assert (count(house, Candidate), count(house, Preservation)) == (1, 1)


def test_recordings_of_another_time_search_for_nobody(house: House, clock: Clock) -> None:
    asked(house, at=clock())
    searched = count(house, Search)
    take_in(house.db, line("OTHER", HAPPENED_AT - timedelta(days=2)), at=clock())
    Worker(house).pay_all()
    clock.forward(seconds=6)
    Worker(house).pay_all()
    assert late_searches(house) == 0
    assert count(house, Search) == searched


def test_what_a_handler_searched_for_too_is_found_late(house: House, clock: Clock) -> None:
    request_id = asked(house, at=clock())
    with house.db.writing() as session:
        searcher = handler(session, "Sam", Role.SEARCHER, at=clock())
        for hours in (0, 12):
            search_and_preserve(
                session,
                request_id=request_id,
                elsewhere=seen(HAPPENED_AT - timedelta(days=2, hours=hours)),
                by=searcher,
                at=clock(),
            )
    searched = count(house, Search)
    take_in(house.db, line("NEVER", HAPPENED_AT - timedelta(days=9)), at=clock())
    Worker(house).pay_all()
    assert late_searches(house) == 0
    take_in(house.db, line("LATE", HAPPENED_AT - timedelta(days=2, hours=12)), at=clock())
    Worker(house).pay_all()
    assert late_searches(house) == 1
    clock.forward(seconds=6)
    Worker(house).pay_all()
    assert (count(house, Candidate), count(house, Preservation)) == (1, 1)
    # That of the sighting, and the one that found something.
    assert count(house, Search) == searched + 2


def test_what_only_the_worker_searched_once_searches_no_more(house: House, clock: Clock) -> None:
    """The applicant has named another day since: nobody asks for the first one now."""
    request_id = asked(house, at=clock())
    with house.db.writing() as session:
        sighting = session.get_one(SightingRow, request_id)
        sighting.earliest_at += timedelta(days=1)
        sighting.latest_at += timedelta(days=1)
    take_in(house.db, line("A", IN_THE_WINDOW), at=clock())
    Worker(house).pay_all()
    assert late_searches(house) == 0


def test_several_batches_are_found_by_one_search(house: House, clock: Clock) -> None:
    asked(house, at=clock())
    for name in "ABC":
        take_in(house.db, line(name, IN_THE_WINDOW), at=clock())
        Worker(house).pay_all()
    assert late_searches(house) == 1
    clock.forward(seconds=6)
    Worker(house).pay_all()
    assert count(house, Candidate) == 3
    take_in(house.db, line("D", IN_THE_WINDOW), at=clock())
    Worker(house).pay_all()
    assert late_searches(house) == 2


def test_a_corrected_time_searches_where_the_recording_now_is(house: House, clock: Clock) -> None:
    take_in(house.db, line("A", HAPPENED_AT - timedelta(days=2)), at=clock())
    asked(house, at=clock())
    take_in(house.db, line("A", IN_THE_WINDOW), at=clock())
    Worker(house).pay_all()
    clock.forward(seconds=6)
    Worker(house).pay_all()
    assert count(house, Candidate) == 1


def test_what_is_closed_or_older_than_35_days_is_left_alone(house: House, clock: Clock) -> None:
    closed = asked(house, at=clock())
    old = asked(house, at=clock())
    with house.db.writing() as session:
        session.execute(
            sa.text("UPDATE footage_request SET status = :status WHERE id = :id").bindparams(
                sa.bindparam("id", type_=sa.Uuid()), status=Status.CLOSED.value
            ),
            {"id": closed},
        )
    clock.forward(days=34)
    with house.db.reading() as session:
        waiting = session.scalar(sa.select(sa.func.count()).select_from(OutboxJob)) or 0
    assert waiting and old != closed
    take_in(house.db, line("A", IN_THE_WINDOW), at=clock())
    Worker(house).pay_all()
    assert late_searches(house) == 1
    clock.forward(days=2)
    take_in(house.db, line("B", IN_THE_WINDOW), at=clock())
    Worker(house).pay_all()
    assert late_searches(house) == 1
