"""What holds there are, and the gate: may this recording go?

Every way out of the building asks `bar` (or, when it writes, `locked_bar`), and nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.db import locked
from portal.errors import NotFound
from portal.holds.models import Hold, Matter
from portal.holds.policy import Bar, HoldFact, RecordingFacts, bar_on_release
from portal.recordings.kinds import Category
from portal.recordings.models import Preservation, Recording


def bar(session: Session, recording_id: int) -> Bar | None:
    """Why this recording may not leave the building now, or None when it may."""
    return _bar(session, session.get(Recording, recording_id))


def locked_bar(session: Session, recording_id: int) -> Bar | None:
    """The same, with the recording locked until the transaction ends: placing a hold takes the
    same lock, so a hold and a release can never pass each other."""
    return _bar(session, locked(session, Recording, recording_id))


def _bar(session: Session, recording: Recording | None) -> Bar | None:
    if recording is None:
        return Bar.UNKNOWN
    return bar_on_release(facts_of(session, recording))


def facts_of(
    session: Session, recording: Recording, *, now: datetime | None = None
) -> RecordingFacts:
    """What the policy needs to know of a recording; its preservations only if `now` is given."""
    held = session.scalars(
        sa.select(Hold).where(Hold.recording_id == recording.id, Hold.lifted_at.is_(None))
    )
    return RecordingFacts(
        started_at=recording.started_at,
        is_evidential=recording.category is Category.EVIDENTIAL,
        is_deleted=recording.is_deleted,
        holds=tuple(HoldFact(is_open=True, level=hold.level) for hold in held),
        is_preserved=now is not None and _is_preserved(session, recording.id, now),
    )


def _is_preserved(session: Session, recording_id: int, now: datetime) -> bool:
    found = sa.select(Recording.id).where(Recording.id == recording_id, preserved(now))
    return session.scalar(found) is not None


def holds_of(session: Session, recording_id: int) -> Sequence[Hold]:
    """Every hold on a recording with its matter, newest first, ended ones too."""
    return session.scalars(
        sa.select(Hold)
        .where(Hold.recording_id == recording_id)
        .options(joinedload(Hold.matter))
        .order_by(Hold.placed_at.desc())
    ).all()


def open_holds(session: Session, recording_ids: Iterable[int]) -> dict[int, list[Hold]]:
    """The open holds on each of these recordings, with their matters."""
    found = session.scalars(
        sa.select(Hold)
        .where(Hold.recording_id.in_(list(recording_ids)), Hold.lifted_at.is_(None))
        .options(joinedload(Hold.matter))
        .order_by(Hold.placed_at)
    )
    by_recording: dict[int, list[Hold]] = {}
    for hold in found:
        by_recording.setdefault(hold.recording_id, []).append(hold)
    return by_recording


def matter_by_reference(session: Session, reference: str) -> Matter:
    """The matter with this reference. NotFound when there is none."""
    matter = session.scalars(sa.select(Matter).where(Matter.reference == reference)).one_or_none()
    if matter is None:
        raise NotFound("There is no matter with this reference.")
    return matter


@dataclass(frozen=True)
class MatterRow:
    """One matter in the list, with how many recordings it holds."""

    matter: Matter
    open_holds: int


def matters(session: Session, *, with_closed: bool = False) -> list[MatterRow]:
    """The matters, newest first."""
    count = sa.func.count(Hold.id).filter(Hold.lifted_at.is_(None))
    found = (
        sa.select(Matter, count)
        .outerjoin(Hold)
        .group_by(Matter.id)
        .order_by(Matter.opened_at.desc(), Matter.reference)
    )
    if not with_closed:
        found = found.where(Matter.closed_at.is_(None))
    return [MatterRow(matter, number) for matter, number in session.execute(found)]


def recordings_of(session: Session, matter: Matter) -> Sequence[tuple[Hold, Recording]]:
    """The recordings a matter holds or held, in the order of their start."""
    rows = session.execute(
        sa.select(Hold, Recording)
        .join(Recording, Recording.id == Hold.recording_id)
        .where(Hold.matter_id == matter.id)
        .order_by(Recording.started_at)
    )
    return [(hold, recording) for hold, recording in rows]


def due_for_deletion(
    session: Session, *, started_before: datetime, now: datetime, after: int, limit: int
) -> Sequence[Recording]:
    """Recordings old enough to delete that nothing keeps, in pages by id.

    The same rule as `policy.may_delete`, as one query; the caller asks the policy again.
    """
    held = sa.exists().where(Hold.recording_id == Recording.id, Hold.lifted_at.is_(None))
    return session.scalars(
        sa.select(Recording)
        .where(
            Recording.id > after,
            Recording.started_at <= started_before,
            Recording.deleted_at.is_(None),
            Recording.category == Category.NON_EVIDENTIAL,
            ~held,
            ~preserved(now),
        )
        .order_by(Recording.id)
        .limit(limit)
    ).all()


def preserved(now: datetime) -> sa.Exists:
    """Whether a preservation keeps the recording of the enclosing query."""
    return sa.exists().where(
        Preservation.recording_id == Recording.id,
        sa.or_(Preservation.until.is_(None), Preservation.until > now),
    )


def kept_despite_age(
    session: Session, *, started_before: datetime, now: datetime
) -> dict[str, int]:
    """How many recordings past their retention are kept, and by what."""
    held = sa.exists().where(Hold.recording_id == Recording.id, Hold.lifted_at.is_(None))
    old = sa.select(sa.func.count()).where(
        Recording.started_at <= started_before, Recording.deleted_at.is_(None)
    )
    evidential = Recording.category == Category.EVIDENTIAL
    return {
        "by_hold": session.scalar(old.where(held)) or 0,
        "by_preservation": session.scalar(old.where(~held, preserved(now))) or 0,
        "by_category": session.scalar(old.where(~held, ~preserved(now), evidential)) or 0,
    }
