"""Routine deletion takes what nothing keeps, and nothing else."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import COMMAND_LINE, PUBLIC
from portal.audit.models import AuditEntry
from portal.db import Database
from portal.errors import Refused
from portal.holds.commands import (
    RetentionReport,
    close_matter,
    open_matter,
    place,
    retention,
    run_retention,
)
from portal.holds.keeping_queries import Due, KeptBy
from portal.holds.policy import HoldKind, Level
from portal.holds.queries import matter_by_reference
from portal.house import House
from portal.ids import new_id
from portal.outbox.commands import owe
from portal.outbox.models import OutboxJob
from portal.recordings.bulk import prepare
from portal.recordings.commands import forget
from portal.recordings.models import Footprint, Preservation, Recording, Track
from portal.requests.commands import receive
from portal.requests.commands.searching import search_and_preserve
from portal.requests.commands.withdrawing import withdraw
from portal.requests.intake import AboutWhom, ApplicantDetails, Intake, Sighting
from portal.requests.models import FootageRequest
from portal.worker import Worker
from tests.conftest import Clock
from tests.factories.catalogue import LATITUDE, LONGITUDE, by_source_id, line, recording
from tests.factories.catalogue import take_in as import_lines

MONTH = timedelta(days=31)


def run(house: House, *, really: bool = True, **more: Any) -> RetentionReport:
    return run_retention(
        house.db, retention=MONTH, by=COMMAND_LINE, now=house.now, really=really, **more
    )


def take_in(house: House, *lines: str) -> None:
    """Import lines, and have the searches made that those owe."""
    import_lines(house.db, *lines, at=house.now())
    Worker(house).pay_all()


def is_deleted(house: House, source_id: str) -> bool:
    return recording(house.db, source_id).is_deleted


def send(house: House, sighting: Sighting) -> None:
    """Somebody sends the form; its search is owed and not yet made."""
    with house.db.writing() as session:
        receive(
            session,
            request_id=new_id(),
            intake=Intake(AboutWhom.ME, ApplicantDetails("Amara Lindström"), sighting),
            received_at=house.now(),
            by=PUBLIC,
            at=house.now(),
        )


def ask(house: House, sighting: Sighting) -> None:
    """Somebody sends the form, and the worker does what that owes."""
    send(house, sighting)
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
        house,
        line("asked-for", clock()),
        line("elsewhere", clock(), north=0.1),
    )
    clock.forward(days=30)
    ask(house, sighting_around(house, "asked-for"))
    clock.forward(days=2)
    Worker(house).pay_all()
    report = run(house)
    assert report.deleted == 1
    assert not is_deleted(house, "asked-for")
    assert is_deleted(house, "elsewhere")
    assert report.kept[KeptBy.PRESERVATION] == 1


def test_a_recording_is_not_deleted_a_second_before_its_time(house: House, clock: Clock) -> None:
    take_in(house, line("young", clock()))
    clock.forward(days=31, seconds=-1)
    assert run(house).deleted == 0
    clock.forward(seconds=1)
    assert run(house).deleted == 1


def test_without_really_nothing_is_deleted(house: House, clock: Clock) -> None:
    take_in(house, line("old", clock()))
    clock.forward(days=40)
    report = run(house, really=False)
    assert (report.deleted, report.is_dry_run) == (1, True)
    assert not is_deleted(house, "old")


def test_evidence_and_held_recordings_stay(house: House, clock: Clock) -> None:
    take_in(
        house,
        line("evidential", clock(), category="evidential"),
        line("held", clock(), matter="OP-1"),
    )
    clock.forward(days=400)
    report = run(house)
    assert report.deleted == 0
    assert (report.kept[KeptBy.CATEGORY], report.kept[KeptBy.HOLD]) == (1, 1)


def test_when_the_matter_closes_routine_deletion_may_take_it(house: House, clock: Clock) -> None:
    take_in(house, line("held", clock(), matter="OP-1"))
    clock.forward(days=40)
    with house.db.writing() as session:
        matter = matter_by_reference(session, "OP-1")
        close_matter(session, matter=matter, why="No further action", by=COMMAND_LINE, at=clock())
    assert run(house).deleted == 1


def test_deletion_takes_track_and_footprint_and_file_and_is_written_in_the_book(
    house: House, clock: Clock
) -> None:
    house.footage.path_of("old.mp4").write_bytes(b"film")
    take_in(house, line("old", clock(), media="old.mp4"))
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
    take_in(house, line("asked-for", clock()))
    ask(house, sighting_around(house, "asked-for"))
    clock.forward(days=40)
    Worker(house).pay_all()
    with house.db.writing() as session:
        session.execute(sa.update(Preservation).values(until=clock(), released_at=clock()))
    assert run(house).deleted == 1


@pytest.mark.parametrize("count", [1, 499, 500, 501, 1_005])
def test_every_page_is_taken(sqlite_house: House, clock: Clock, count: int) -> None:
    take_in(
        sqlite_house,
        *[line(f"old-{number}", clock(), track=[]) for number in range(count)],
    )
    clock.forward(days=32)
    assert run(sqlite_house).deleted == count
    assert run(sqlite_house).deleted == 0


def test_nothing_is_deleted_while_a_search_for_a_request_is_owed(
    house: House, clock: Clock
) -> None:
    take_in(house, line("asked-for", clock()))
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
    take_in(house, line("asked-for", clock()))
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


def test_nothing_is_deleted_before_an_import_had_its_searches(house: House, clock: Clock) -> None:
    """A camera that was docked late brings video that somebody may have asked for already."""
    late = clock() - timedelta(days=32)
    take_in(house, line("elsewhere", late))
    ask(house, sighting_around(house, "elsewhere"))
    clock.forward(minutes=5)
    import_lines(house.db, line("late", late), at=clock())
    with pytest.raises(Refused, match="1 searches"):
        run(house)
    Worker(house).pay_all()
    with pytest.raises(Refused, match="1 searches"):
        run(house)
    clock.forward(seconds=5)
    Worker(house).pay_all()
    assert run(house).deleted == 0
    assert not is_deleted(house, "late")


def test_a_run_waits_for_searches_where_it_may(house: House, clock: Clock) -> None:
    import_lines(house.db, line("old", clock() - MONTH), at=clock())
    assert run(house, wait=lambda waited: Worker(house).pay_all() > 0).deleted == 1


def in_pages_of_two(house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six recordings past their time, and runs that delete two of them at once."""
    monkeypatch.setattr(retention, "_PAGE", 2)
    take_in(house, *[line(f"r{n}", clock() + timedelta(hours=4 * n)) for n in range(6)])
    clock.forward(days=34)


def test_what_is_asked_for_during_a_run_is_kept(
    house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_pages_of_two(house, clock, monkeypatch)
    sighting = sighting_around(house, "r4")

    def a_request_comes(count: int) -> None:
        if count == 2:
            clock.forward(minutes=1)
            send(house, sighting)

    with pytest.raises(Refused, match="1 searches"):
        run(house, progress=a_request_comes)
    assert [is_deleted(house, f"r{n}") for n in range(6)] == [True] * 2 + [False] * 4
    Worker(house).pay_all()
    assert run(house).deleted == 3
    assert not is_deleted(house, "r4")


def test_a_request_that_comes_while_a_page_goes_stops_that_page(
    make_house: Callable[[Database], House],
    postgres_database: Database,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SQLite has one writer at a time, so that there a request waits for the page."""
    house = make_house(postgres_database)
    take_in(house, line("old", clock()))
    clock.forward(days=34)
    sighting = sighting_around(house, "old")

    def forget_meanwhile(*given: Any, **more: Any) -> int:
        send(house, sighting)
        return forget(*given, **more)

    monkeypatch.setattr(retention, "forget", forget_meanwhile)
    with pytest.raises(Refused, match="1 searches"):
        run(house)
    assert not is_deleted(house, "old")


def test_a_search_that_failed_is_owed_however_late_it_is_tried_again(
    house: House, clock: Clock
) -> None:
    take_in(house, line("asked-for", clock()))
    clock.forward(days=32)
    send(house, sighting_around(house, "asked-for"))
    with house.db.writing() as session:
        job = sa.update(OutboxJob).where(OutboxJob.job == "preserve")
        session.execute(job.values(attempts=12, due_at=clock() + timedelta(hours=4)))
    with pytest.raises(Refused, match="1 searches"):
        run(house)


def test_each_page_may_wait_afresh(
    house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a feed that brings something all night does not use up the patience of the run."""
    in_pages_of_two(house, clock, monkeypatch)
    ask(house, sighting_around(house, "r5"))
    told: list[int] = []

    def wait(waited: int) -> bool:
        told.append(waited)
        clock.forward(seconds=5)
        Worker(house).pay_all()
        return True

    def the_feed_brings_one(count: int) -> None:
        import_lines(house.db, line(f"new-{count}", clock() - timedelta(days=1)), at=clock())

    assert run(house, progress=the_feed_brings_one, wait=wait).deleted == 5
    assert told == [0, 0, 0]


def test_what_would_go_and_what_stays_is_told_with_its_reason(house: House, clock: Clock) -> None:
    take_in(
        house,
        line("first", clock(), north=0.1),
        line("second", clock() + timedelta(days=1)),
        line("third", clock() + timedelta(days=1)),
        line("held", clock(), matter="OP-1"),
        line("asked-for", clock()),
        line("evidence", clock(), category="evidential", north=0.1),
        line("held-evidence", clock(), category="evidential", matter="OP-1"),
        line("young", clock() + timedelta(days=20)),
    )
    ask(house, sighting_around(house, "asked-for"))
    clock.forward(days=40)
    Worker(house).pay_all()
    expected = {
        "first": "not evidence, and older than 31 days",
        "second": "not evidence, and older than 31 days",
        "third": "not evidence, and older than 31 days",
        "held": KeptBy.HOLD,
        "held-evidence": KeptBy.HOLD,
        "asked-for": KeptBy.PRESERVATION,
    }
    for really in (False, True):
        told: dict[str, str | None] = {}

        def tell(one: Due, why: str, kept_by: KeptBy | None, told: dict = told) -> None:  # type: ignore[type-arg]
            told[one.source_id] = kept_by or why

        report = run(house, really=really, listing=tell)
        assert told == expected
        assert report.by_day == {date(2026, 11, 2): 1, date(2026, 11, 3): 2}
        assert report.kept == {KeptBy.HOLD: 2, KeptBy.PRESERVATION: 1, KeptBy.CATEGORY: 1}
        assert is_deleted(house, "first") is really


def test_a_run_has_its_own_line_in_the_book(house: House, clock: Clock) -> None:
    take_in(house, line("old", clock()), line("held", clock(), matter="OP-1"))
    clock.forward(days=32)
    run(house, really=False)
    run(house)
    with house.db.reading() as session:
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.deed == "retention.carried_out")
        ).one()
    assert entry.details == {
        **{"days": 31, "deleted": 1},
        **{"kept_by_hold": 1, "kept_by_preservation": 0, "kept_by_category": 0},
    }


def test_a_hold_that_is_being_placed_wins(
    make_house: Callable[[Database], House], postgres_database: Database, clock: Clock
) -> None:
    house = make_house(postgres_database)
    take_in(house, line("free", clock()), line("held", clock()))
    clock.forward(days=32)
    with ThreadPoolExecutor(1) as pool:
        with house.db.writing() as session:
            matter = open_matter(
                session,
                reference="OP-1",
                kind=HoldKind.INVESTIGATION,
                by=COMMAND_LINE,
                at=house.now(),
            )
            place(
                session,
                recording_id=recording(house.db, "held").id,
                matter=matter,
                kind=HoldKind.INVESTIGATION,
                level=Level.OPEN,
                reason="It is evidence.",
                by=COMMAND_LINE,
                at=house.now(),
            )
            deleting = pool.submit(run, house)
            wait_for_somebody_to_wait(house)
        assert deleting.result().deleted == 1
    assert is_deleted(house, "free")
    assert not is_deleted(house, "held")


def wait_for_somebody_to_wait(house: House) -> None:
    """Until another connection waits for a lock that this one has."""
    waiting = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    for _ in range(500):
        with house.db.reading() as session:
            if session.scalar(waiting):
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_a_file_that_a_later_recording_names_too_stays(house: House, clock: Clock) -> None:
    for name in ("old.mp4", "shared.mp4"):
        house.footage.path_of(name).write_bytes(b"film")
    take_in(
        house,
        line("old", clock(), media="old.mp4"),
        line("shares", clock(), media="shared.mp4"),
    )
    clock.forward(days=32)
    assert run(house).deleted == 2
    import_lines(house.db, line("later", clock(), media="shared.mp4"), at=clock())
    Worker(house).pay_all()
    assert not house.footage.exists("old.mp4")
    assert house.footage.exists("shared.mp4")


def test_a_file_that_an_import_names_while_it_is_to_go_stays(house: House, clock: Clock) -> None:
    house.footage.path_of("shared.mp4").write_bytes(b"film")
    take_in(house, line("old", clock(), media="shared.mp4"), line("new", clock(), north=0.1))
    clock.forward(days=32)
    with house.db.writing() as session:
        forget(session, [by_name(session, "old")], why="Its time", by=COMMAND_LINE, at=clock())
    with ThreadPoolExecutor(1) as pool:
        with house.db.writing() as session:
            prepare(session)  # as an import begins
            by_name(session, "new").media = "shared.mp4"
            session.flush()
            deleting = pool.submit(Worker(house).pay_all)
            with pytest.raises(TimeoutError):
                deleting.result(timeout=0.5)
        assert deleting.result() == 1
    assert house.footage.exists("shared.mp4")


def by_name(session: Session, source_id: str) -> Recording:
    found = by_source_id(session, source_id)
    assert found is not None
    return found


def test_a_job_of_before_that_names_one_file_is_still_paid(house: House, clock: Clock) -> None:
    house.footage.path_of("old.mp4").write_bytes(b"film")
    with house.db.writing() as session:
        owe(
            session,
            "delete_footage",
            payload={"recording_id": 1, "media": "old.mp4"},
            key="delete_footage:1",
            at=clock(),
        )
    Worker(house).pay_all()
    assert not house.footage.exists("old.mp4")
