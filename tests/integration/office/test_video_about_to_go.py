"""Which open requests lose video soon: those of which nothing is kept, or only a part."""

from datetime import date, timedelta
from uuid import UUID

from portal.actors import WORKER
from portal.dates import london_day
from portal.house import House
from portal.office.queries import about_to_be_deleted
from portal.requests.commands.searching import search_and_preserve
from portal.requests.queries import by_id
from tests.factories.applicants import HAPPENED_AT, received
from tests.factories.catalogue import line, take_in

AT = HAPPENED_AT + timedelta(days=8)
RETENTION = timedelta(days=31)
FIRST_DAY = london_day(HAPPENED_AT + RETENTION)
LAST_DAY = london_day(HAPPENED_AT + RETENTION + timedelta(days=7))


def asked(house: House, *, lasting: timedelta) -> UUID:
    """A request for all of London, searched by the worker."""
    with house.db.writing() as session:
        made = received(session, at=AT)
        by_id(session, made.id).sighting.latest_at = HAPPENED_AT + lasting
        search_and_preserve(session, request_id=made.id, by=WORKER, at=AT)
    return made.id


def listed(house: House, today: date) -> list[tuple[UUID, int, date | None]]:
    with house.db.reading() as session:
        found = about_to_be_deleted(
            session, today=today, within=timedelta(days=3), retention=RETENTION
        )
    return [(row.id, row.preserved, row.rest_deleted_on) for row in found]


def test_what_was_searched_in_part_is_listed_though_some_is_kept(house: House) -> None:
    take_in(house.db, line("R", HAPPENED_AT), at=AT)
    asked(house, lasting=timedelta(hours=1))
    wide = asked(house, lasting=timedelta(days=7))
    row = (wide, 1, LAST_DAY)
    assert listed(house, FIRST_DAY - timedelta(days=4)) == []
    assert listed(house, FIRST_DAY - timedelta(days=3)) == [row]
    assert listed(house, LAST_DAY) == [row]
    assert listed(house, LAST_DAY + timedelta(days=1)) == []


def test_what_was_searched_whole_is_listed_while_nothing_is_kept(house: House) -> None:
    hour = asked(house, lasting=timedelta(hours=1))
    assert listed(house, FIRST_DAY) == [(hour, 0, None)]
    assert listed(house, FIRST_DAY + timedelta(days=1)) == []
