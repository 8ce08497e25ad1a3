"""May it go? The gate's facts, read from the tables, for every way out to ask."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.holds.models import Hold
from portal.holds.policy import Bar, HoldFact, RecordingFacts, bar_on_release
from portal.recordings.models import Category, Recording


def holds_of(session: Session, recording_id: int) -> Sequence[Hold]:
    """Every hold on a recording with its matter, open and lifted, oldest first."""
    return session.scalars(
        sa.select(Hold)
        .where(Hold.recording_id == recording_id)
        .options(joinedload(Hold.matter))
        .order_by(Hold.placed_at, Hold.id)
    ).all()


def bar(session: Session, recording_id: int) -> Bar | None:
    """Why this recording may not leave the building now, or None when it may.

    Reads the tables afresh. A recording that nobody knows is barred.
    """
    recording = session.get(Recording, recording_id, populate_existing=True)
    return _bar(session, recording)


def locked_bar(session: Session, recording_id: int) -> Bar | None:
    """As `bar`, under a lock on the recording until the transaction ends.

    Placing and lifting a hold take the same lock, so a release and a hold come one after the
    other. Several recordings are locked in the order of their ids, and before any request.
    """
    recording = session.get(Recording, recording_id, populate_existing=True, with_for_update=True)
    return _bar(session, recording)


def _bar(session: Session, recording: Recording | None) -> Bar | None:
    if recording is None:
        return Bar.UNKNOWN
    facts = tuple(
        HoldFact(is_open=lifted_at is None, level=level)
        for lifted_at, level in session.execute(
            sa.select(Hold.lifted_at, Hold.level).where(Hold.recording_id == recording.id)
        )
    )
    return bar_on_release(
        RecordingFacts(
            started_at=recording.started_at,
            is_evidential=recording.category is Category.EVIDENTIAL,
            is_deleted=recording.is_deleted,
            holds=facts,
        )
    )
