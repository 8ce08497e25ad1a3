"""What will be deleted, and above all what must not be."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.actors import COMMAND_LINE, PUBLIC, WORKER, Role
from portal.holds.commands import run_retention
from portal.holds.keeping_queries import KeptBy
from portal.house import House
from portal.ids import new_id
from portal.office.deletion_queries import Deletions, deletions, wanted_soon
from portal.recordings.commands import reject, release_preservations
from portal.recordings.models import Candidate, Preservation
from portal.requests.commands import receive
from portal.requests.commands.withdrawing import withdraw
from portal.requests.intake import AboutWhom, ApplicantDetails, Intake, Sighting
from portal.requests.models import FootageRequest
from portal.worker import Worker
from tests.conftest import Clock
from tests.factories.catalogue import LATITUDE, LONGITUDE, line, recording, take_in
from tests.web.conftest import SignedIn

MONTH = timedelta(days=31)
TODAY = date(2026, 11, 2)


def in_days(days: int) -> datetime:
    """When something was recorded that is deleted so many days from now, in the afternoon."""
    return datetime(2026, 11, 2, 14, tzinfo=UTC) + timedelta(days=days) - MONTH


def ask(house: House, source_id: str) -> FootageRequest:
    """Somebody asks for what a recording shows, and the worker keeps it for them."""
    at = recording(house.db, source_id).started_at
    sighting = Sighting(
        earliest_at=at - timedelta(minutes=30),
        latest_at=at + timedelta(minutes=30),
        said_time="about then",
        place="by the station",
        latitude=LATITUDE,
        longitude=LONGITUDE,
    )
    with house.db.writing() as session:
        made = receive(
            session,
            request_id=new_id(),
            intake=Intake(AboutWhom.ME, ApplicantDetails("Amara Lindström"), sighting),
            received_at=house.now(),
            by=PUBLIC,
            at=house.now(),
        )
    Worker(house).pay_all()
    return made


def let_go(house: House, request_id: UUID) -> None:
    """What an end of a request does, here without the end: nothing keeps what it needs."""
    with house.db.writing() as session:
        release_preservations(
            session, request_id=request_id, until=house.now(), by=WORKER, at=house.now()
        )


def seen(house: House) -> Deletions:
    with house.db.reading() as session:
        return deletions(session, today=TODAY, days=14, retention=MONTH, now=house.now())


def urgent(house: House) -> int:
    with house.db.reading() as session:
        return wanted_soon(
            session, today=TODAY, within=timedelta(days=3), retention=MONTH, now=house.now()
        )


def test_each_day_says_what_goes_and_what_keeps_the_rest(house: House, clock: Clock) -> None:
    take_in(
        house.db,
        line("overdue", in_days(-1)),
        line("today", in_days(0)),
        line("in-3", in_days(3)),
        line("in-3-too", in_days(3) + timedelta(minutes=5), north=0.1),
        line("in-3-held", in_days(3), north=0.1, matter="OP-1"),
        line("in-3-evidence", in_days(3), north=0.1, category="evidential"),
        line("in-3-held-evidence", in_days(3), north=0.1, category="evidential", matter="OP-1"),
        line("in-13", in_days(13)),
        line("in-14", in_days(14)),
        at=clock(),
    )
    ask(house, "in-3")
    found = seen(house)
    assert [one.day for one in found.days] == [TODAY + timedelta(days=n) for n in range(14)]
    assert [one.fate.deleted for one in found.days] == [1, 0, 0, 1, *[0] * 9, 1]
    assert found.days[3].fate.kept == {
        KeptBy.HOLD: 2,
        KeptBy.PRESERVATION: 1,
        KeptBy.CATEGORY: 1,
    }
    assert (found.overdue, found.wanted, urgent(house)) == (1, [], 0)


def test_what_is_foretold_is_what_routine_deletion_does(house: House, clock: Clock) -> None:
    take_in(
        house.db,
        *(line(f"r{n}", in_days(0) + timedelta(hours=7 * n)) for n in range(20)),
        at=clock(),
    )
    ask(house, "r5")
    foretold = [one.fate.deleted for one in seen(house).days[:6]]
    clock.at = datetime(2026, 11, 2, tzinfo=UTC)
    done = []
    for _ in foretold:
        clock.forward(days=1)
        Worker(house).pay_all()
        report = run_retention(
            house.db, retention=MONTH, by=COMMAND_LINE, now=house.now, really=True
        )
        done.append(report.deleted)
    assert done == foretold
    assert sum(done) > 10


def test_what_an_open_request_needs_and_nothing_keeps_is_named(house: House, clock: Clock) -> None:
    take_in(house.db, line("kept", in_days(2)), line("wanted", in_days(6)), at=clock())
    ask(house, "kept")
    made = ask(house, "wanted")
    let_go(house, made.id)
    (row,) = seen(house).wanted
    assert (row.reference, row.source_id, row.is_confirmed) == (made.reference, "wanted", False)
    assert [one.wanted for one in seen(house).days] == [*[0] * 6, 1, *[0] * 7]
    assert urgent(house) == 0
    clock.forward(days=3)
    with house.db.reading() as session:
        assert wanted_soon(
            session,
            today=TODAY + timedelta(days=3),
            within=timedelta(days=3),
            retention=MONTH,
            now=house.now(),
        )


def test_what_another_request_keeps_or_nobody_needs_is_not_named(
    house: House, clock: Clock
) -> None:
    take_in(
        house.db,
        line("shared", in_days(2)),
        line("rejected", in_days(4)),
        line("withdrawn", in_days(6)),
        line("held", in_days(8)),
        at=clock(),
    )
    let_go(house, ask(house, "shared").id)
    ask(house, "shared")
    rejecting = ask(house, "rejected")
    with house.db.writing() as session:
        candidate = session.scalars(
            sa.select(Candidate).where(Candidate.request_id == rejecting.id)
        ).one()
        reject(session, candidate_id=candidate.id, by=PUBLIC, at=clock(), why="Another street")
    let_go(house, rejecting.id)
    ended = ask(house, "withdrawn")
    with house.db.writing() as session:
        withdraw(session, request_id=ended.id, by=PUBLIC, at=clock())
        session.execute(
            sa.update(Preservation)
            .where(Preservation.request_id == ended.id)
            .values(until=clock(), released_at=clock())
        )
    let_go(house, ask(house, "held").id)
    take_in(house.db, line("held", in_days(8), matter="OP-1"), at=clock())
    assert seen(house).wanted == []
    assert not any(one.wanted for one in seen(house).days)


@pytest.fixture
def threatened(sqlite_house: House, clock: Clock) -> FootageRequest:
    """A request whose only recording goes in two days."""
    take_in(sqlite_house.db, line("wanted-1", in_days(2)), at=clock())
    made = ask(sqlite_house, "wanted-1")
    let_go(sqlite_house, made.id)
    return made


def link_of(client: FlaskClient) -> str:
    found = re.search(r'href="/office/recordings/deletions">([^<]*)<', client.get("/office/").text)
    assert found
    return found[1]


def test_my_work_warns_of_what_goes_in_three_days(
    signed_in: SignedIn, threatened: FootageRequest, sqlite_house: House
) -> None:
    client = signed_in(Role.SEARCHER)
    assert (
        "1 recording that an open request may need will be deleted" in client.get("/office/").text
    )
    assert link_of(client) == "Keep it, or see what will be deleted in the next 14 days"
    page = client.get("/office/recordings/deletions")
    assert page.status_code == 200
    for words in (threatened.reference, "wanted-1", "4 November 2026", "Not looked at yet"):
        assert words in page.text


def test_without_danger_my_work_only_leads_there(signed_in: SignedIn) -> None:
    client = signed_in(Role.SEARCHER)
    assert link_of(client) == "See what will be deleted in the next 14 days"
    page = client.get("/office/recordings/deletions").text
    assert "Everything that was found for an open request is kept." in page


def test_only_who_deals_with_requests_may_look(signed_in: SignedIn) -> None:
    assert signed_in(Role.ADMINISTRATOR).get("/office/recordings/deletions").status_code == 403
