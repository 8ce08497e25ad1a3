"""What is done to recordings: a search is written down, candidates are judged, footage is kept
from deletion, and footage is deleted."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import locked
from portal.errors import NotFound, Refused
from portal.outbox.commands import owe
from portal.recordings.criteria import Criteria
from portal.recordings.describing import Found
from portal.recordings.indexing import erase
from portal.recordings.models import (
    Candidate,
    CandidateStatus,
    Preservation,
    Recording,
    Search,
)
from portal.recordings.queries import complete_up_to, is_media_in_use

_AT_ONCE = 1_000
_LONGEST_WHY = 1_000


def record_search(
    session: Session,
    *,
    request_id: UUID | None,
    criteria: Criteria,
    found: Sequence[Found],
    by: Actor,
    at: datetime,
) -> Search:
    """Write down what was looked for and found, even if it was nothing.

    For a request, what was found becomes its candidates: new ones are proposed, those known
    already get the new score and reasons and keep what a handler said of them.
    """
    made = Search(
        request_id=request_id,
        criteria=criteria.as_json(),
        asked_by=by.id,
        at=at,
        found=len(found),
        complete_up_to=complete_up_to(session),
    )
    session.add(made)
    session.flush()
    if request_id is not None:
        _propose(session, request_id, made.id, found)
    subject = str(request_id) if request_id else f"search {made.id}"
    record(session, "recordings.searched", subject=subject, by=by, at=at, found=len(found))
    return made


def _propose(session: Session, request_id: UUID, search_id: int, found: Sequence[Found]) -> None:
    known = {
        candidate.recording_id: candidate
        for candidate in session.scalars(
            sa.select(Candidate).where(Candidate.request_id == request_id)
        )
    }
    fresh = []
    for rank, one in enumerate(found, 1):
        facts = _candidate_facts(one, search_id, rank)
        if one.recording_id in known:
            for name, value in facts.items():
                setattr(known[one.recording_id], name, value)
        else:
            fresh.append({"request_id": request_id, "recording_id": one.recording_id, **facts})
    session.flush()
    if fresh:
        # In the order in which the gate locks recordings, so that neither waits for the other.
        fresh.sort(key=itemgetter("recording_id"))
        session.execute(sa.insert(Candidate), fresh)


def _candidate_facts(found: Found, search_id: int, rank: int) -> dict[str, Any]:
    return {
        "search_id": search_id,
        "rank": rank,
        "score": found.score,
        "share": found.share,
        "place": found.place,
        "distance_m": found.distance_m,
        "overlap_s": found.overlap_s,
        "reasons": list(found.reasons),
    }


def confirm(
    session: Session, *, candidate_id: int, by: Actor, at: datetime, why: str = ""
) -> Candidate:
    """A handler says that this is what the applicant means: the candidate is a match."""
    candidate = _locked_candidate(session, candidate_id)
    if session.get_one(Recording, candidate.recording_id).is_deleted:
        raise Refused("This recording has been deleted and cannot be confirmed.")
    return _judge(session, candidate, CandidateStatus.CONFIRMED, by, at, why)


def reject(session: Session, *, candidate_id: int, by: Actor, at: datetime, why: str) -> Candidate:
    """A handler says that this is not what the applicant means, and why."""
    if not why.strip():
        raise Refused("Enter why this recording is not the one.")
    candidate = _locked_candidate(session, candidate_id)
    return _judge(session, candidate, CandidateStatus.REJECTED, by, at, why)


def _locked_candidate(session: Session, candidate_id: int) -> Candidate:
    candidate = locked(session, Candidate, candidate_id)
    if candidate is None:
        raise NotFound("There is no such candidate.")
    return candidate


def _judge(
    session: Session,
    candidate: Candidate,
    status: CandidateStatus,
    by: Actor,
    at: datetime,
    why: str,
) -> Candidate:
    if len(why.strip()) > _LONGEST_WHY:
        raise Refused("Shorten the reason to 1,000 characters.")
    candidate.status, candidate.judged_by, candidate.judged_at = status, by.id, at
    candidate.judged_why = why.strip() or None
    session.flush()
    record(
        session,
        f"candidate.{status.value}",
        subject=str(candidate.request_id),
        by=by,
        at=at,
        recording=candidate.recording_id,
    )
    return candidate


def preserve(
    session: Session, *, request_id: UUID, recording_ids: Iterable[int], by: Actor, at: datetime
) -> int:
    """Bar the deletion of these recordings for a request; returns how many are newly barred.

    What is deleted already is passed by, and what is preserved already stays as it is. One whose
    preservation had been released is preserved again.
    """
    count = 0
    for numbers in _in_turn(sorted(set(recording_ids))):
        # Deleting takes the same lock: either it sees this preservation, or this sees it gone.
        living = session.scalars(
            sa.select(Recording.id)
            .where(Recording.id.in_(numbers), Recording.deleted_at.is_(None))
            .order_by(Recording.id)
            .with_for_update(read=True)
        ).all()
        count += _preserve(session, request_id, living, at)
    if count:
        record(
            session,
            "recordings.preserved",
            subject=str(request_id),
            by=by,
            at=at,
            recordings=count,
        )
    return count


def _in_turn(numbers: list[int]) -> Iterator[list[int]]:
    for begin in range(0, len(numbers), _AT_ONCE):
        yield numbers[begin : begin + _AT_ONCE]


def _preserve(session: Session, request_id: UUID, numbers: Sequence[int], at: datetime) -> int:
    held = {
        one.recording_id: one
        for one in session.scalars(
            sa.select(Preservation).where(
                Preservation.request_id == request_id, Preservation.recording_id.in_(numbers)
            )
        )
    }
    again = [one for one in held.values() if one.until is not None]
    for one in again:
        one.placed_at, one.until, one.released_at = at, None, None
    fresh = [
        {"request_id": request_id, "recording_id": number, "placed_at": at}
        for number in numbers
        if number not in held
    ]
    session.flush()
    if fresh:
        session.execute(sa.insert(Preservation), fresh)
    return len(fresh) + len(again)


def release_preservations(
    session: Session, *, request_id: UUID, until: datetime, by: Actor, at: datetime
) -> int:
    """End a request's preservations at `until`, when the time for a review or complaint is over.

    Returns how many were ended; those ended before keep the day they were given.
    """
    held = session.scalars(
        sa.select(Preservation)
        .where(Preservation.request_id == request_id, Preservation.until.is_(None))
        .with_for_update()
    ).all()
    for one in held:
        one.until, one.released_at = until, at
    session.flush()
    if held:
        record(
            session,
            "recordings.released_from_preservation",
            subject=str(request_id),
            by=by,
            at=at,
            recordings=len(held),
            until=until.isoformat(),
        )
    return len(held)


def forget(session: Session, recording: Recording, *, why: str, by: Actor, at: datetime) -> None:
    """Delete a recording's footage: its track and footprint now, its file by a job that is owed.

    WHETHER it may be deleted is for the holds room's policy, asked in the same transaction with
    the recording locked. The row stays, so that it is known what was deleted, when and why.
    """
    if recording.is_deleted:
        return
    if not why.strip():
        raise Refused("A deletion needs its reason.")
    erase(session, [recording])
    recording.deleted_at, recording.deleted_why = at, why.strip()[:500]
    session.flush()
    media = recording.media
    if media is not None and not is_media_in_use(session, media, besides=recording.id):
        owe(
            session,
            "delete_footage",
            payload={"recording_id": recording.id, "media": media},
            key=f"delete_footage:{recording.id}",
            at=at,
        )
    record(session, "recording.deleted", subject=str(recording.id), by=by, at=at, why=why.strip())
