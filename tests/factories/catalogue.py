"""Recordings taken in by the door a real force's come through."""

import json
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import COMMAND_LINE
from portal.db import Database
from portal.holds.commands import follow_evidence_flags
from portal.recordings.footprint_rows import opened
from portal.recordings.importing import ImportReport, import_lines
from portal.recordings.models import Footprint, Recording

# Somewhere in Lambeth.
LATITUDE, LONGITUDE = 51.4623, -0.1145


def line(source_id: str, started_at: datetime, *, north: float = 0.0, **given: Any) -> str:
    """One line of the import format: ten minutes of standing still, `north` degrees from there."""
    ended_at = started_at + timedelta(minutes=10)
    fixes = [
        [at.isoformat(), LATITUDE + north, LONGITUDE, 5.0]
        for at in _every_minute(started_at, ended_at)
    ]
    return json.dumps(
        {
            "id": source_id,
            "camera": "BWC-1",
            "officer": "L1234",
            "started_at": started_at.isoformat(),
            "ended_at": ended_at.isoformat(),
            "area": "Lambeth",
            "track": fixes,
            "category": "non_evidential",
            "matter": None,
            "incident": None,
            "media": None,
            "sha256": None,
            **given,
        }
    )


def _every_minute(since: datetime, until: datetime) -> list[datetime]:
    minutes = int((until - since).total_seconds() // 60)
    return [since + timedelta(minutes=minute) for minute in range(minutes + 1)]


def take_in(database: Database, *lines: str, at: datetime) -> ImportReport:
    """Import lines as the command line does."""
    return import_lines(database, lines, by=COMMAND_LINE, at=at, flagged=follow_evidence_flags)


def by_source_id(session: Session, source_id: str) -> Recording | None:
    """The recording that the evidence system knows by that identifier."""
    return session.scalars(
        sa.select(Recording).where(Recording.source_id == source_id)
    ).one_or_none()


def recording(database: Database, source_id: str) -> Recording:
    """The recording with this identifier."""
    with database.reading() as session:
        found = by_source_id(session, source_id)
    assert found is not None
    return found


def squares_of(session: Session, recording_id: int) -> set[tuple[int, int]]:
    """The (hour, square) pairs in which the index has the recording."""
    return {
        (row.slot, row.cell)
        for row in session.scalars(sa.select(Footprint))
        if recording_id in opened([row.heads], [row.points]).heads["number"]
    }
