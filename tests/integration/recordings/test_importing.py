"""Taking in the catalogue: whole, once, and with a clear word about every bad line."""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import COMMAND_LINE
from portal.audit.models import AuditEntry
from portal.db import Database
from portal.recordings.importing import ImportReport, import_lines, lines_of
from portal.recordings.models import Category, Footprint, Recording, Track
from portal.recordings.tracks import unpack
from tests.factories.catalogue import squares_of

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
EXAMPLE: dict[str, Any] = {
    "id": "MPS-2026-11-01-0042",
    "camera": "BWC-00917",
    "officer": "L1234",
    "started_at": "2026-11-01T20:10:00Z",
    "ended_at": "2026-11-01T20:24:30Z",
    "area": "Lambeth",
    "track": [
        ["2026-11-01T20:10:00Z", 51.46230, -0.11450, 6.0],
        ["2026-11-01T20:12:00Z", 51.46301, -0.11322, 6.0],
    ],
    "category": "non_evidential",
    "matter": None,
    "incident": "CAD 5512/01NOV26",
    "media": "2026/11/01/0042.mp4",
    "sha256": None,
}


def line(**changes: Any) -> str:
    return json.dumps(EXAMPLE | changes)


def take_in(
    database: Database,
    lines: Iterable[str | bytes],
    *,
    at: datetime = AT,
    batch: int = 500,
    flagged: Callable[[Session, Sequence[int]], None] = lambda *_: None,
    progress: Callable[[int], None] | None = None,
) -> ImportReport:
    return import_lines(
        database, lines, by=COMMAND_LINE, at=at, flagged=flagged, batch=batch, progress=progress
    )


def count(database: Database, table: Any) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_the_example_of_the_format_is_taken_in_whole(database: Database) -> None:
    report = take_in(database, [line()])
    assert (report.created, report.updated, report.unchanged, report.rejected) == (1, 0, 0, ())
    with database.reading() as session:
        recording = session.scalars(sa.select(Recording)).one()
        track = session.get(Track, recording.id)
        squares = session.execute(sa.select(Footprint.slot, Footprint.cell)).all()
        assert recording.source_id == "MPS-2026-11-01-0042"
        assert recording.shoulder_number == "L1234"
        assert recording.started_at == datetime(2026, 11, 1, 20, 10, tzinfo=UTC)
        assert recording.category is Category.NON_EVIDENTIAL
        assert recording.imported_at == AT
        assert track is not None
        assert track.end - track.start == 870
        assert unpack(track.points)[:, 0].tolist() == [0, 120_000]
        # Brixton on the National Grid: TQ 31 75, so square 531, 175.
        assert unpack(track.points)[0, 1] // 10_000 == 531
        assert unpack(track.points)[0, 2] // 10_000 == 175
        slot = int(recording.started_at.timestamp()) // 3600
        assert (slot, 175 * 4096 + 531) in [tuple(row) for row in squares]


def test_the_same_file_twice_changes_nothing(database: Database) -> None:
    lines = [line(id=f"r{k}") for k in range(7)]
    take_in(database, lines)
    before = count(database, AuditEntry), count(database, Footprint)
    report = take_in(database, lines, at=AT + timedelta(hours=1))
    assert (report.created, report.updated, report.unchanged) == (0, 0, 7)
    assert (count(database, AuditEntry), count(database, Footprint)) == before
    with database.reading() as session:
        assert set(session.scalars(sa.select(Recording.imported_at))) == {AT}


def test_a_changed_line_updates_the_facts_the_track_and_the_footprint(database: Database) -> None:
    take_in(database, [line(), line(id="other")])
    moved = [["2026-11-02T03:10:00+01:00", 51.5, -0.3], ["2026-11-02T02:11:00Z", 51.5, -0.3]]
    later = line(
        started_at="2026-11-02T02:10:00Z",
        ended_at="2026-11-02T02:11:30Z",
        track=moved,
        category="evidential",
        area=None,
    )
    report = take_in(database, [later], at=AT + timedelta(hours=1))
    assert (report.created, report.updated, report.unchanged) == (0, 1, 0)
    with database.reading() as session:
        recording = session.scalars(
            sa.select(Recording).where(Recording.source_id == EXAMPLE["id"])
        ).one()
        squares = squares_of(session, recording.id)
        assert recording.category is Category.EVIDENTIAL
        assert recording.imported_at == AT + timedelta(hours=1)
        slot = int(datetime(2026, 11, 2, 2, tzinfo=UTC).timestamp()) // 3600
        assert len(squares) == 1
        assert {hour for hour, _ in squares} == {slot}


def test_every_track_is_that_of_a_recording(database: Database) -> None:
    take_in(database, [line(), line(id="other"), line(id="no positions", track=[])])
    moved = [["2026-11-01T20:10:00Z", 51.5, -0.3]]
    take_in(database, [line(track=moved), line(id="new")])
    with database.reading() as session:
        numbers = set(session.scalars(sa.select(Recording.id)))
        assert len(numbers) == 4
        assert set(session.scalars(sa.select(Track.recording_id))) == numbers


def test_only_what_really_changed_is_an_update(database: Database) -> None:
    take_in(database, [line(), line(id="b")])
    report = take_in(database, [line(), line(id="b", incident="CAD 1")])
    assert (report.created, report.updated, report.unchanged) == (0, 1, 1)


def test_an_identifier_twice_in_one_file_ends_as_the_later_line_says(database: Database) -> None:
    report = take_in(database, [line(camera="A"), line(id="b"), line(camera="B")])
    assert (report.created, report.updated) == (2, 1)
    with database.reading() as session:
        cameras = session.scalars(sa.select(Recording.camera).order_by(Recording.id)).all()
        assert cameras[0] == "B"


def test_footage_deleted_here_is_never_brought_back(database: Database) -> None:
    take_in(database, [line()])
    with database.writing() as session:
        recording = session.scalars(sa.select(Recording)).one()
        recording.deleted_at, recording.deleted_why = AT, "31 days"
        session.execute(sa.delete(Track))
        session.execute(sa.delete(Footprint))
    report = take_in(database, [line(camera="changed")])
    assert (report.created, report.updated, report.unchanged) == (0, 0, 1)
    assert count(database, Track) == 0
    assert count(database, Footprint) == 0


def test_an_evidence_flag_is_passed_on_in_the_same_transaction(database: Database) -> None:
    seen = []

    def flagged(session: Session, numbers: Sequence[int]) -> None:
        assert session.in_transaction()
        for number in numbers:
            recording = session.get_one(Recording, number)
            seen.append((recording.source_id, recording.matter_reference))

    take_in(database, [line(matter="R v Doe 1"), line(id="b")], flagged=flagged)
    take_in(database, [line(matter="R v Doe 1"), line(id="b")], flagged=flagged)
    take_in(database, [line(matter="R v Doe 1"), line(id="b", matter="OP-2")], flagged=flagged)
    assert seen == [(EXAMPLE["id"], "R v Doe 1"), ("b", "OP-2")]


def test_a_batch_whose_flag_cannot_be_placed_is_not_taken_in(database: Database) -> None:
    def flagged(*_: Any) -> None:
        raise RuntimeError("no holds today")

    with pytest.raises(RuntimeError):
        take_in(database, [line(matter="M")], flagged=flagged)
    assert count(database, Recording) == 0
    assert count(database, AuditEntry) == 0


def test_each_batch_is_its_own_transaction_with_one_entry_in_the_book(database: Database) -> None:
    told: list[int] = []
    report = take_in(
        database, (line(id=f"r{k}") for k in range(25)), batch=10, progress=told.append
    )
    assert report.created == 25
    assert told[-1] == 25
    with database.reading() as session:
        entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.sequence)).all()
        assert [entry.details["created"] for entry in entries] == [10, 10, 5]
        assert {entry.deed for entry in entries} == {"recordings.imported"}


def test_bad_lines_are_skipped_and_named_and_the_rest_is_kept(database: Database) -> None:
    lines: list[str | bytes] = [
        "{",
        line(),
        b"\xff\xfe",
        "",
        line(id="b", camera=None),
        line(id="c"),
    ]
    report = take_in(database, lines)
    assert report.created == 2
    assert [bad.line_number for bad in report.rejected] == [1, 3, 5]
    assert report.rejected_count == 3
    assert "not JSON" in report.rejected[0].message
    assert "UTF-8" in report.rejected[1].message
    assert report.rejected[2].message == "camera is missing"


def test_a_line_that_never_ends_is_refused_without_being_held(database: Database) -> None:
    endless = b'{"id":"' + b"x" * 9_000_000 + b"\n"
    stream = io.BytesIO(line().encode() + b"\n" + endless + line(id="b").encode())
    report = take_in(database, lines_of(stream))
    assert report.created == 2
    assert [bad.line_number for bad in report.rejected] == [2]
    assert "longer than" in report.rejected[0].message


def test_a_file_from_windows_is_read_all_the_same(database: Database) -> None:
    stream = io.BytesIO(b"\xef\xbb\xbf" + line().encode() + b"\r\n\r\n")
    report = take_in(database, lines_of(stream))
    assert (report.created, report.rejected_count) == (1, 0)


def test_a_recording_without_a_position_has_a_track_without_points(database: Database) -> None:
    take_in(database, [line(track=[], area=None), line(id="b", track=[])])
    with database.reading() as session:
        tracks = session.scalars(sa.select(Track)).all()
        assert [track.points for track in tracks] == [b"", b""]
        held = [len(squares_of(session, track.recording_id)) for track in tracks]
        assert held == [1, 2]  # anywhere; Lambeth's list and anywhere
