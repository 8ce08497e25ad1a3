"""Writing searches down, judging candidates, preserving, releasing and deleting."""

import uuid
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal.actors import COMMAND_LINE, WORKER, Actor, ActorKind
from portal.audit.models import AuditEntry
from portal.db import Database
from portal.errors import NotFound, Refused
from portal.ids import new_id, new_reference
from portal.outbox.models import OutboxJob
from portal.recordings.commands import (
    confirm,
    forget,
    preserve,
    record_search,
    reject,
    reject_unjudged,
    release_preservations,
)
from portal.recordings.criteria import Criteria, PointAsked
from portal.recordings.describing import Found, found_by
from portal.recordings.importing import import_lines
from portal.recordings.listing import Following, Part, Ranking
from portal.recordings.models import CandidateStatus, Recording, Track
from portal.recordings.queries import (
    candidates_of,
    complete_up_to,
    matches_of,
    preservations_of,
    preserved,
    recording,
    recordings,
    searches_of,
)
from portal.requests.intake import AboutWhom, Channel, DeliveryFormat
from portal.requests.lifecycle import Regime, Status
from portal.requests.models import FootageRequest
from tests.factories.catalogue import by_source_id, squares_of
from tests.integration.recordings.test_searching import AT, LAT, LON, NINE, aside, line

HANDLER = Actor(ActorKind.HANDLER, "h-1", "A handler")
CRITERIA = Criteria(NINE, NINE + timedelta(minutes=10), PointAsked(LAT, LON, 150))
DAY = timedelta(days=1)


@pytest.fixture
def request_id(database: Database) -> uuid.UUID:
    """A request that this room's rows can point at."""
    return a_request(database)


def a_request(database: Database) -> uuid.UUID:
    made = FootageRequest(
        id=new_id(),
        reference=new_reference(),
        regime=Regime.SAR_PART3,
        about=next(iter(AboutWhom)),
        channel=next(iter(Channel)),
        status=Status.RECEIVED,
        received_at=AT,
        received_on=date(2026, 11, 6),
        delivery=next(iter(DeliveryFormat)),
    )
    with database.writing() as session:
        session.add(made)
    return made.id


def fill(database: Database, *names: str, **more: object) -> list[int]:
    lines = [
        line(name, [[0, *aside(20 * k)], [300, *aside(20 * k)]], **more)  # type: ignore[arg-type]
        for k, name in enumerate(names)
    ]
    report = import_lines(database, lines, by=COMMAND_LINE, at=AT, flagged=lambda *_: None)
    assert report.rejected == ()
    with database.reading() as session:
        return list(session.scalars(sa.select(Recording.id).order_by(Recording.id)))


def find(database: Database) -> list[Found]:
    with database.reading() as session:
        return found_by(session, CRITERIA)


def searched(database: Database, request_id: uuid.UUID | None) -> int:
    with database.writing() as session:
        made = record_search(
            session,
            request_id=request_id,
            criteria=CRITERIA,
            found=found_by(session, CRITERIA),
            by=WORKER,
            at=AT,
        )
        return made.id


def deeds(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(sa.select(AuditEntry.deed).order_by(AuditEntry.sequence)))


def test_a_search_that_finds_nothing_is_written_down(
    database: Database, request_id: uuid.UUID
) -> None:
    searched(database, request_id)
    with database.reading() as session:
        (made,) = searches_of(session, request_id)
        assert made.found == 0
        assert made.complete_up_to is None
        assert made.asked_by == "worker"
        assert made.criteria["point"] == {"lat": LAT, "lon": LON, "radius_m": 150}
    assert deeds(database) == ["recordings.searched"]


def test_what_is_found_becomes_candidates_in_order(
    database: Database, request_id: uuid.UUID
) -> None:
    fill(database, "a", "b", "c")
    number = searched(database, request_id)
    with database.reading() as session:
        held = candidates_of(session, request_id)
        assert [found.source_id for _, found in held] == ["a", "b", "c"]
        assert [candidate.rank for candidate, _ in held] == [1, 2, 3]
        first = held[0][0]
        assert (first.search_id, first.status) == (number, CandidateStatus.PROPOSED)
        assert first.reasons[0].startswith("Passed 0 m from the place at 9:00pm")


def test_searching_again_keeps_judgements_and_refreshes_scores(
    database: Database, request_id: uuid.UUID
) -> None:
    fill(database, "a", "b")
    searched(database, request_id)
    with database.writing() as session:
        (a, _), (b, _) = candidates_of(session, request_id)
        confirm(session, candidate_id=a.id, by=HANDLER, at=AT)
        reject(session, candidate_id=b.id, by=HANDLER, at=AT, why=" Another street ")
    fill(database, "c")
    number = searched(database, request_id)
    with database.reading() as session:
        held = {
            found.source_id: candidate for candidate, found in candidates_of(session, request_id)
        }
        assert [held[name].status.value for name in "abc"] == ["confirmed", "rejected", "proposed"]
        assert held["b"].judged_why == "Another street"
        assert {candidate.search_id for candidate in held.values()} == {number}
        assert [found.source_id for _, found in matches_of(session, request_id)] == ["a"]
    assert deeds(database).count("candidate.confirmed") == 1


def test_several_are_rejected_at_once_and_each_has_its_line_in_the_book(
    database: Database, request_id: uuid.UUID
) -> None:
    fill(database, "a", "b", "c")
    searched(database, request_id)
    with database.writing() as session:
        (a, _), (b, _), (c, _) = candidates_of(session, request_id)
        confirm(session, candidate_id=a.id, by=HANDLER, at=AT)
        for why in (" ", "x" * 1001):
            with pytest.raises(Refused):
                reject_unjudged(session, candidate_ids=[a.id, b.id], why=why, by=HANDLER, at=AT)
        count = reject_unjudged(
            session, candidate_ids=[a.id, b.id, c.id], why=" Too far ", by=HANDLER, at=AT
        )
        assert count == 2
    with database.reading() as session:
        held = [one for one, _ in candidates_of(session, request_id)]
        assert [one.status.value for one in held] == ["confirmed", "rejected", "rejected"]
        assert [one.judged_why for one in held] == [None, "Too far", "Too far"]
        assert {one.judged_by for one in held} == {HANDLER.id}
    assert deeds(database).count("candidate.rejected") == 2


def test_the_list_is_read_a_page_at_a_time(database: Database, request_id: uuid.UUID) -> None:
    fill(database, "a", "b", "c", "d")
    first = searched(database, request_id)
    with database.writing() as session:
        (a, _), (b, _), (c, _), (d, _) = candidates_of(session, request_id)
        confirm(session, candidate_id=b.id, by=HANDLER, at=AT)
        ranking = Ranking(request_id, first)
        assert ranking.counts(session) == {
            Part.UNJUDGED: 3,
            Part.EARLIER: 0,
            Part.CONFIRMED: 1,
            Part.REJECTED: 0,
        }
        page = ranking.page(session, Part.UNJUDGED, begin=1, most=2)
        assert [(one.number, one.recording.source_id) for one in page] == [(3, "c"), (4, "d")]
        assert ranking.number_of(session, b.id) == 2
        assert ranking.following(session, Part.UNJUDGED, 2) == Following(c.id, 1)
        assert ranking.following(session, Part.UNJUDGED, 4) == Following(c.id, 1)
        assert ranking.following(session, Part.REJECTED, 1) is None
        assert ranking.newest(session, Part.UNJUDGED) == max(a.id, c.id, d.id)
        assert ranking.newest(session, Part.EARLIER) == 0
        first, second, third = sorted([a.id, c.id, d.id])
        assert ranking.ids(session, Part.UNJUDGED, newest=third) == [first, second, third]
        assert ranking.ids(session, Part.UNJUDGED, newest=third - 1) == [first, second]


def test_what_only_an_earlier_search_found_comes_after_what_the_last_one_did(
    database: Database, request_id: uuid.UUID
) -> None:
    fill(database, "a", "b", "c")
    searched(database, request_id)
    with database.writing() as session:
        found = found_by(session, CRITERIA)
        later = record_search(
            session, request_id=request_id, criteria=CRITERIA, found=found[1:], by=HANDLER, at=AT
        )
        ranking = Ranking(request_id, later.id)
        listed = ranking.page(session, Part.UNJUDGED, begin=0, most=9)
        (left,) = ranking.page(session, Part.EARLIER, begin=0, most=9)
        assert [(one.number, one.recording.source_id) for one in listed] == [(1, "b"), (2, "c")]
        assert (left.number, left.recording.source_id) == (3, "a")


def test_a_search_without_a_request_makes_no_candidates(database: Database) -> None:
    fill(database, "a")
    searched(database, None)
    assert deeds(database)[-1] == "recordings.searched"


def test_a_rejection_needs_its_reason_and_a_candidate(
    database: Database, request_id: uuid.UUID
) -> None:
    with database.writing() as session:
        with pytest.raises(Refused):
            reject(session, candidate_id=1, by=HANDLER, at=AT, why="  ")
        with pytest.raises(NotFound):
            reject(session, candidate_id=1, by=HANDLER, at=AT, why="No")
        with pytest.raises(NotFound):
            confirm(session, candidate_id=1, by=HANDLER, at=AT)


def test_preserving_is_idempotent_and_passes_the_deleted_by(
    database: Database, request_id: uuid.UUID
) -> None:
    a, b = fill(database, "a", "b")
    with database.writing() as session:
        forget(session, [recording(session, b)], why="31 days", by=WORKER, at=AT)
    for expected in (1, 0):
        with database.writing() as session:
            count = preserve(
                session, request_id=request_id, recording_ids=[b, a, a], by=WORKER, at=AT
            )
            assert count == expected
    with database.reading() as session:
        assert preserved(session, a, at=AT + 1000 * DAY)
        assert not preserved(session, b, at=AT)
    assert deeds(database).count("recordings.preserved") == 1


def test_a_released_preservation_bars_until_its_day_and_can_be_placed_again(
    database: Database, request_id: uuid.UUID
) -> None:
    (a,) = fill(database, "a")
    other = a_request(database)
    with database.writing() as session:
        preserve(session, request_id=request_id, recording_ids=[a], by=WORKER, at=AT)
        count = release_preservations(
            session, request_id=request_id, until=AT + 90 * DAY, by=HANDLER, at=AT
        )
        assert count == 1
    with database.writing() as session:
        assert preserved(session, a, at=AT + 89 * DAY)
        assert not preserved(session, a, at=AT + 90 * DAY)
        again = release_preservations(
            session, request_id=request_id, until=AT + 5 * DAY, by=HANDLER, at=AT
        )
        assert again == 0
        preserve(session, request_id=other, recording_ids=[a], by=WORKER, at=AT)
        assert preserved(session, a, at=AT + 90 * DAY)
        assert len(preservations_of(session, a)) == 2
        release_preservations(session, request_id=other, until=AT, by=HANDLER, at=AT)
        preserve(session, request_id=request_id, recording_ids=[a], by=WORKER, at=AT)
        assert preserved(session, a, at=AT + 1000 * DAY)


def test_deleting_leaves_the_row_and_owes_the_file(database: Database) -> None:
    a, b = fill(database, "a", "b", area="Lambeth", media="2026/a.mp4")
    fill(database, "c", media=None)
    with database.writing() as session:
        forget(session, [recording(session, a)], why="31 days", by=WORKER, at=AT)
    with database.reading() as session:
        gone = recording(session, a)
        assert (gone.is_deleted, gone.deleted_at, gone.deleted_why) == (True, AT, "31 days")
        assert session.get(Track, a) is None
        assert not squares_of(session, a)
        assert squares_of(session, b)
        # The other recording still needs the file that both name.
        assert not session.scalars(
            sa.select(OutboxJob).where(OutboxJob.job == "delete_footage")
        ).all()
    with database.writing() as session:
        forget(session, [recording(session, b)], why="31 days", by=WORKER, at=AT)
        forget(session, [recording(session, b)], why="31 days", by=WORKER, at=AT)
    with database.reading() as session:
        (job,) = session.scalars(
            sa.select(OutboxJob).where(OutboxJob.job == "delete_footage")
        ).all()
        assert job.payload == {"media": ["2026/a.mp4"]}
    assert deeds(database).count("recording.deleted") == 2


def test_a_deleted_recording_cannot_be_confirmed(database: Database, request_id: uuid.UUID) -> None:
    (a,) = fill(database, "a")
    searched(database, request_id)
    with database.writing() as session:
        forget(session, [recording(session, a)], why="31 days", by=WORKER, at=AT)
    with database.writing() as session:
        ((candidate, _),) = candidates_of(session, request_id)
        with pytest.raises(Refused, match="has been deleted"):
            confirm(session, candidate_id=candidate.id, by=HANDLER, at=AT)


def test_the_catalogue_says_up_to_when_it_is_complete(database: Database) -> None:
    with database.reading() as session:
        assert complete_up_to(session) is None
    fill(database, "a")
    with database.reading() as session:
        assert complete_up_to(session) == NINE


def test_recordings_are_read_back(database: Database) -> None:
    (a,) = fill(database, "a")
    with database.reading() as session:
        assert recording(session, a).source_id == "a"
        assert set(recordings(session, [a, 999])) == {a}
        assert by_source_id(session, "b") is None
        with pytest.raises(NotFound):
            recording(session, 999)
    assert find(database)[0].recording_id == a
