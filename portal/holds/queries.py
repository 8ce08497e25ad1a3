"""What holds there are, and the gate: may this recording go?

Every way out of the building asks `bar` (or, when it writes, `locked_bar`), and nothing else.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.db import locked
from portal.errors import NotFound
from portal.holds.keeping_queries import preserved_ones
from portal.holds.models import Hold, HoldReview, Matter
from portal.holds.override_queries import overridden_holds
from portal.holds.policy import (
    Asker,
    Bar,
    HoldFact,
    HoldKind,
    Level,
    RecordingFacts,
    bar_on_release,
    bars,
)
from portal.recordings.kinds import Category
from portal.recordings.models import Recording

# An open hold, as the policy asks for it.
_OpenHold = sa.Row[UUID, int, Level, HoldKind]


def bar(session: Session, recording_id: int, *, to: Asker | None = None) -> Bar | None:
    """Why this recording may not go to this asker now, or None when it may. Without an asker:
    why it may not go to everybody."""
    return first_bar(session, [recording_id], to=to)


def locked_bar(session: Session, recording_id: int, *, to: Asker | None = None) -> Bar | None:
    """The same, with the recording locked until the transaction ends: placing a hold takes the
    same lock, so a hold and a release can never pass each other."""
    locked(session, Recording, recording_id)
    return bar(session, recording_id, to=to)


def first_bar(
    session: Session, recording_ids: Collection[int], *, to: Asker | None = None
) -> Bar | None:
    """Why these recordings may not go together, or None when every one of them may: what is asked
    takes as many questions for a hundred as for one."""
    found = session.scalars(sa.select(Recording).where(Recording.id.in_(recording_ids)))
    known = {one.id: one for one in found}
    held = _open_on(session, recording_ids)
    overridden = overridden_holds(session, held, to)
    for number in recording_ids:
        if number not in known:
            return Bar.UNKNOWN
        facts = _facts(known[number], held.get(number, ()), overridden=overridden)
        if (why := bar_on_release(facts, to)) is not None:
            return why
    return None


def barring_holds(
    session: Session, recording_ids: Iterable[int], *, to: Asker
) -> dict[int, list[Hold]]:
    """Of the open holds on each of these recordings those that bar it from going to this asker,
    with their matters. A recording that none bars is not in it."""
    found = open_holds(session, recording_ids)
    overridden = overridden_holds(session, found, to)
    barring = {
        number: [one for one in held if bars(_fact(one, overridden), to)]
        for number, held in found.items()
    }
    return {number: held for number, held in barring.items() if held}


def facts_of_each(
    session: Session, recordings: Sequence[Recording], *, now: datetime
) -> list[RecordingFacts]:
    """What the policy needs to know of recordings that may be deleted, in their order."""
    numbers = [one.id for one in recordings]
    held = _open_on(session, numbers)
    kept = preserved_ones(session, numbers, now=now)
    return [_facts(one, held.get(one.id, ()), is_preserved=one.id in kept) for one in recordings]


_OPEN = sa.select(Hold.id, Hold.recording_id, Hold.level, Hold.kind).where(Hold.lifted_at.is_(None))


def _open_on(session: Session, numbers: Collection[int]) -> dict[int, list[_OpenHold]]:
    held: dict[int, list[_OpenHold]] = {}
    for row in session.execute(_OPEN.where(Hold.recording_id.in_(numbers))):
        held.setdefault(row.recording_id, []).append(row)
    return held


def _facts(
    recording: Recording,
    held: Sequence[_OpenHold],
    *,
    overridden: Collection[UUID] = (),
    is_preserved: bool = False,
) -> RecordingFacts:
    return RecordingFacts(
        started_at=recording.started_at,
        is_evidential=recording.category is Category.EVIDENTIAL,
        is_deleted=recording.is_deleted,
        holds=tuple(_fact(one, overridden) for one in held),
        is_preserved=is_preserved,
    )


def _fact(hold: Hold | _OpenHold, overridden: Collection[UUID]) -> HoldFact:
    """Of a hold that is open."""
    return HoldFact(True, hold.level, hold.kind, is_overridden=hold.id in overridden)


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


@dataclass(frozen=True)
class HoldRow:
    """One hold in a list, with the names of its recording and its matter."""

    hold: Hold
    recording: str
    matter: str


def hold_rows(
    session: Session,
    *,
    matter: str | None = None,
    recording: str | None = None,
    due_by: date | None = None,
    with_ended: bool = False,
    limit: int | None = None,
) -> list[HoldRow]:
    """The holds, the one to look at again first in front; those of one matter or recording, by
    their own names, and those to look at by a day. NotFound when there is no such matter."""
    found = _NAMED.order_by(
        Hold.review_due_on, Recording.started_at, Recording.id, Matter.reference
    ).limit(limit)
    if matter is not None:
        found = found.where(Hold.matter_id == matter_by_reference(session, matter).id)
    if recording is not None:
        found = found.where(Recording.source_id == recording)
    if due_by is not None:
        found = found.where(Hold.review_due_on <= due_by, Hold.lifted_at.is_(None))
    if not with_ended:
        found = found.where(Hold.lifted_at.is_(None))
    return [HoldRow(*row) for row in session.execute(found)]


def hold_row(session: Session, hold_id: UUID) -> HoldRow:
    """One hold with its names. NotFound when there is none."""
    row = session.execute(_NAMED.where(Hold.id == hold_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such hold.")
    return HoldRow(*row)


_NAMED = (
    sa.select(Hold, Recording.source_id, Matter.reference)
    .join(Recording, Recording.id == Hold.recording_id)
    .join(Matter, Matter.id == Hold.matter_id)
)


def holds_due(session: Session, day: date) -> int:
    """How many open holds must be looked at again by that day."""
    found = sa.select(sa.func.count()).where(Hold.lifted_at.is_(None), Hold.review_due_on <= day)
    return session.scalar(found) or 0


def looks_at(session: Session, hold_id: UUID) -> Sequence[HoldReview]:
    """The looks that were taken at a hold, newest first."""
    return session.scalars(
        sa.select(HoldReview)
        .where(HoldReview.hold_id == hold_id)
        .order_by(HoldReview.number.desc())
    ).all()
