"""What is done to recordings: a search is written down, candidates are judged, footage is kept
from deletion, and footage is deleted."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import UtcDateTime, add_or_change, in_turn, locked, upsert
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
from portal.recordings.queries import candidate_numbers, complete_up_to, media_in_use

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
    known_stay: bool = False,
    count: int | None = None,
) -> Search:
    """Write down what was looked for and found, even if it was nothing.

    `count` is how many were found where `found` is only the likeliest of them.
    For a request, what was found becomes its candidates: new ones are proposed, those known
    already get the new score and reasons and keep what a handler said of them. With `known_stay`
    they keep their score, reasons and search too.
    """
    count = len(found) if count is None else count
    made = Search(
        request_id=request_id,
        criteria=criteria.as_json(),
        since=criteria.since,
        until=criteria.until,
        asked_by=by.id,
        at=at,
        found=count,
        complete_up_to=complete_up_to(session),
    )
    session.add(made)
    session.flush()
    if request_id is not None:
        _propose(session, request_id, made.id, found, known_stay=known_stay)
    subject = str(request_id) if request_id else f"search {made.id}"
    record(session, "recordings.searched", subject=subject, by=by, at=at, found=count)
    return made


def _propose(
    session: Session,
    request_id: UUID,
    search_id: int,
    found: Sequence[Found],
    *,
    known_stay: bool,
) -> None:
    known = candidate_numbers(session, request_id) if known_stay else frozenset()
    rows = [
        {
            "request_id": request_id,
            "recording_id": one.recording_id,
            **_candidate_facts(one, search_id, rank),
        }
        for rank, one in enumerate(found, 1)
        if one.recording_id not in known
    ]
    # In the order in which the gate locks recordings, so that neither waits for the other.
    rows.sort(key=itemgetter("recording_id"))
    session.flush()
    for some in in_turn(rows, _AT_ONCE):
        add_or_change(session, Candidate, some, key=("request_id", "recording_id"))


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
    reason = _reason(why)
    candidate = _locked_candidate(session, candidate_id)
    return _judge(session, candidate, CandidateStatus.REJECTED, by, at, reason)


def reject_unjudged(
    session: Session, *, candidate_ids: Iterable[int], why: str, by: Actor, at: datetime
) -> int:
    """Reject those of the candidates that nobody has judged, for one reason; returns how many.

    There may be thousands: the rows are written at once, and the book has a line for each.
    """
    reason = _reason(why)
    count = 0
    for numbers in in_turn(sorted(set(candidate_ids)), _AT_ONCE):
        rejected = session.execute(
            sa.update(Candidate)
            .where(Candidate.id.in_(numbers), Candidate.status == CandidateStatus.PROPOSED)
            .values(
                status=CandidateStatus.REJECTED, judged_by=by.id, judged_at=at, judged_why=reason
            )
            .returning(Candidate.request_id, Candidate.recording_id)
        ).all()
        for request_id, recording_id in rejected:
            _note(session, CandidateStatus.REJECTED, request_id, recording_id, by, at)
        count += len(rejected)
    return count


def _reason(why: str) -> str:
    """Why something is rejected, in as many words as are kept."""
    if not why.strip():
        raise Refused("Enter why this recording is not the one.")
    return _bounded(why)


def _bounded(why: str) -> str:
    if len(why.strip()) > _LONGEST_WHY:
        raise Refused("Shorten the reason to 1,000 characters.")
    return why.strip()


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
    candidate.judged_why = _bounded(why) or None
    candidate.status, candidate.judged_by, candidate.judged_at = status, by.id, at
    session.flush()
    _note(session, status, candidate.request_id, candidate.recording_id, by, at)
    return candidate


def _note(
    session: Session,
    status: CandidateStatus,
    request_id: UUID,
    recording_id: int,
    by: Actor,
    at: datetime,
) -> None:
    deed, subject = f"candidate.{status.value}", str(request_id)
    record(session, deed, subject=subject, by=by, at=at, recording=recording_id)


def preserve(
    session: Session, *, request_id: UUID, recording_ids: Iterable[int], by: Actor, at: datetime
) -> int:
    """Bar the deletion of these recordings for a request; returns how many are newly barred.

    What is deleted already is passed by, and what is preserved already stays as it is. One whose
    preservation had been released is preserved again.
    """
    session.flush()
    count = sum(
        _preserve(session, request_id, numbers, at)
        for numbers in in_turn(sorted(set(recording_ids)), _AT_ONCE)
    )
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


def _preserve(session: Session, request_id: UUID, numbers: Sequence[int], at: datetime) -> int:
    kept = sa.exists().where(
        Preservation.request_id == request_id,
        Preservation.recording_id == Recording.id,
        Preservation.until.is_(None),
    )
    # Deleting takes the same lock: either it sees this preservation, or this sees it gone.
    living = (
        sa.select(sa.literal(request_id, sa.Uuid()), Recording.id, sa.literal(at, UtcDateTime()))
        .where(Recording.id.in_(numbers), Recording.deleted_at.is_(None), ~kept)
        .order_by(Recording.id)
        .with_for_update(read=True, of=Recording)
    )
    again = {"placed_at": at, "until": None, "released_at": None}
    placed = (
        upsert(session, Preservation)
        .from_select(["request_id", "recording_id", "placed_at"], living)
        .on_conflict_do_update(index_elements=["request_id", "recording_id"], set_=again)
        .returning(Preservation.recording_id)
    )
    return len(session.scalars(placed).all())


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


def forget(
    session: Session, recordings: Sequence[Recording], *, why: str, by: Actor, at: datetime
) -> int:
    """Delete recordings' footage: tracks and footprints now, files by a job that is owed.

    WHETHER they may be deleted is for the holds room's policy, asked in the same transaction with
    the recordings locked, in a batch that `bulk.prepare` began. The rows stay, so that it is known
    what was deleted, when and why; each has its line in the book. What is deleted already is
    passed by; returns how many were not.
    """
    living = [one for one in recordings if not one.is_deleted]
    if not living:
        return 0
    if not why.strip():
        raise Refused("A deletion needs its reason.")
    erase(session, living)
    _mark_deleted(session, living, why.strip()[:500], at)
    _owe_files(session, living, at)
    for one in living:
        record(session, "recording.deleted", subject=str(one.id), by=by, at=at, why=why.strip())
    return len(living)


def _mark_deleted(
    session: Session, recordings: Sequence[Recording], why: str, at: datetime
) -> None:
    facts = {"deleted_at": at, "deleted_why": why}
    session.flush()
    session.execute(
        sa.update(Recording)
        .where(Recording.id.in_([one.id for one in recordings]))
        .values(facts)
        .execution_options(synchronize_session=False)
    )
    for one in recordings:
        for name, value in facts.items():
            set_committed_value(one, name, value)


def _owe_files(session: Session, recordings: Sequence[Recording], at: datetime) -> None:
    """One job for all the files that no living recording names. A recording is deleted once, so
    the first of them is a key that no other job has."""
    files = {one.media for one in recordings if one.media is not None}
    free = files - media_in_use(session, files)
    if free:
        owe(
            session,
            "delete_footage",
            payload={"media": sorted(free)},
            key=f"delete_footage:{min(one.id for one in recordings)}",
            at=at,
        )
