"""Routine deletion takes what nothing keeps, and nothing else."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from portal.actors import COMMAND_LINE, PUBLIC
from portal.audit.models import AuditEntry
from portal.errors import Refused
from portal.holds.commands import RetentionReport, close_matter, run_retention
from portal.holds.queries import matter_by_reference
from portal.house import House
from portal.ids import new_id
from portal.recordings.models import Footprint, Preservation, Track
from portal.requests.commands import receive
from portal.requests.commands.searching import search_and_preserve
from portal.requests.commands.withdrawing import withdraw
from portal.requests.intake import AboutWhom, ApplicantDetails, Intake, Sighting
from portal.requests.models import FootageRequest
from portal.worker import Worker
from tests.conftest import Clock
from tests.factories.catalogue import LATITUDE, LONGITUDE, line, recording, take_in

MONTH = timedelta(days=31)


def run(house: House, *, really: bool = True) -> RetentionReport:
    return run_retention(house.db, retention=MONTH, by=COMMAND_LINE, at=house.now(), really=really)


def is_deleted(house: House, source_id: str) -> bool:
    return recording(house.db, source_id).is_deleted


def ask(house: House, sighting: Sighting) -> None:
    """Somebody sends the form, and the worker does what that owes."""
    with house.db.writing() as session:
        receive(
            session,
            request_id=new_id(),
            intake=Intake(AboutWhom.ME, ApplicantDetails("Amara Lindström"), sighting),
            received_at=house.now(),
            by=PUBLIC,
            at=house.now(),
        )
    Worker(house).pay_all()


def sighting_around(house: House, source_id: str, **given: Any) -> Sighting:
    started_at = recording(house.db, source_id).started_at
    return Sighting(
        earliest_at=started_at - timedelta(minutes=30),
        latest_at=started_at + timedelta(minutes=30),
        said_time="about then",
        place="by the station",
        latitude=LATITUDE,
        longitude=LONGITUDE,
        **given,
    )


def test_a_recording_on_day_30_survives_day_32_because_a_request_came(
    house: House, clock: Clock
) -> None:
    take_in(
        house.db,
        line("asked-for", clock()),
        line("elsewhere", clock(), north=0.1),
        at=clock(),
    )
    clock.forward(days=30)
    ask(house, sighting_around(house, "asked-for"))
    clock.forward(days=2)
    Worker(house).pay_all()
    report = run(house)
    assert report.deleted == 1
    assert not is_deleted(house, "asked-for")
    assert is_deleted(house, "elsewhere")
    assert report.kept["by_preservation"] == 1


def test_a_recording_is_not_deleted_a_second_before_its_time(house: House, clock: Clock) -> None:
    take_in(house.db, line("young", clock()), at=clock())
    clock.forward(days=31, seconds=-1)
    assert run(house).deleted == 0
    clock.forward(seconds=1)
    assert run(house).deleted == 1


def test_without_really_nothing_is_deleted(house: House, clock: Clock) -> None:
    take_in(house.db, line("old", clock()), at=clock())
    clock.forward(days=40)
    report = run(house, really=False)
    assert (report.deleted, report.is_dry_run) == (1, True)
    assert not is_deleted(house, "old")


def test_evidence_and_held_recordings_stay(house: House, clock: Clock) -> None:
    take_in(
        house.db,
        line("evidential", clock(), category="evidential"),
        line("held", clock(), matter="OP-1"),
        at=clock(),
    )
    clock.forward(days=400)
    report = run(house)
    assert report.deleted == 0
    assert (report.kept["by_category"], report.kept["by_hold"]) == (1, 1)


def test_when_the_matter_closes_routine_deletion_may_take_it(house: House, clock: Clock) -> None:
    take_in(house.db, line("held", clock(), matter="OP-1"), at=clock())
    clock.forward(days=40)
    with house.db.writing() as session:
        matter = matter_by_reference(session, "OP-1")
        close_matter(session, matter=matter, why="No further action", by=COMMAND_LINE, at=clock())
    assert run(house).deleted == 1


def test_deletion_takes_track_and_footprint_and_file_and_is_written_in_the_book(
    house: House, clock: Clock
) -> None:
    house.footage.path_of("old.mp4").write_bytes(b"film")
    take_in(house.db, line("old", clock(), media="old.mp4"), at=clock())
    clock.forward(days=32)
    run(house)
    Worker(house).pay_all()
    assert not house.footage.exists("old.mp4")
    with house.db.reading() as session:
        for table in (Track, Footprint):
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.deed == "recording.deleted")
        ).one()
    assert "31 days" in entry.details["why"]
    assert recording(house.db, "old").deleted_why


def test_a_preservation_that_ended_keeps_no_longer(house: House, clock: Clock) -> None:
    take_in(house.db, line("asked-for", clock()), at=clock())
    ask(house, sighting_around(house, "asked-for"))
    clock.forward(days=40)
    Worker(house).pay_all()
    with house.db.writing() as session:
        session.execute(sa.update(Preservation).values(until=clock(), released_at=clock()))
    assert run(house).deleted == 1


@pytest.mark.parametrize("count", [1, 199, 200, 201, 405])
def test_every_page_is_taken(sqlite_house: House, clock: Clock, count: int) -> None:
    take_in(
        sqlite_house.db,
        *[line(f"old-{number}", clock(), track=[]) for number in range(count)],
        at=clock(),
    )
    clock.forward(days=32)
    assert run(sqlite_house).deleted == count
    assert run(sqlite_house).deleted == 0


def test_nothing_is_deleted_while_a_search_for_a_request_is_owed(
    house: House, clock: Clock
) -> None:
    take_in(house.db, line("asked-for", clock()), at=clock())
    clock.forward(days=30)
    sighting = sighting_around(house, "asked-for")
    with house.db.writing() as session:
        receive(
            session,
            request_id=new_id(),
            intake=Intake(AboutWhom.ME, ApplicantDetails("Amara Lindström"), sighting),
            received_at=clock(),
            by=PUBLIC,
            at=clock(),
        )
    clock.forward(days=2)
    with pytest.raises(Refused, match="still owed"):
        run(house)
    assert not is_deleted(house, "asked-for")
    Worker(house).pay_all()
    assert run(house).deleted == 0


def test_a_request_that_has_ended_is_not_searched_for_again(house: House, clock: Clock) -> None:
    take_in(house.db, line("asked-for", clock()), at=clock())
    ask(house, sighting_around(house, "asked-for"))
    with house.db.writing() as session:
        request_id = session.scalars(sa.select(FootageRequest.id)).one()
        withdraw(session, request_id=request_id, by=PUBLIC, at=clock())
    ends_at = preserved_until(house)
    assert ends_at is not None
    clock.forward(days=1)
    Worker(house).pay_all()
    assert preserved_until(house) == ends_at
    with pytest.raises(Refused), house.db.writing() as session:
        search_and_preserve(session, request_id=request_id, by=PUBLIC, at=clock())
    clock.at = ends_at
    assert run(house).deleted == 1


def preserved_until(house: House) -> datetime | None:
    with house.db.reading() as session:
        return session.scalars(sa.select(Preservation.until)).one()
