"""Gathering the facts a decision letter is written from."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from portal.audit.models import AuditHead
from portal.config import Settings
from portal.disclosure.exemptions import Outcome
from portal.disclosure.letter_writing import LetterFacts
from portal.disclosure.models import Decision
from portal.disclosure.names import stem_of, video_name
from portal.disclosure.queries.decisions import (
    answer_number,
    interest_of,
    lines_of,
    recordings_of,
    whole_of,
)
from portal.letters.commands import force_fields
from portal.letters.kinds import ClipLine
from portal.recordings.models import Recording
from portal.recordings.queries import searches_of
from portal.recordings.searched import extents, last_words
from portal.requests.queries import by_id

UNKNOWN_YET = "worked out when the copy is made"


def letter_facts(
    session: Session,
    decision: Decision,
    *,
    settings: Settings,
    dated_on: date,
    expires_on: date,
    fingerprints: Mapping[int, str],
) -> LetterFacts:
    """The facts of a decision's letter. `fingerprints` are the copies' SHA-256 by recording; a
    letter that is only looked at before packing has none yet."""
    footage_request = by_id(session, decision.request_id)
    said, acting = footage_request.sighting, footage_request.representative
    searches = searches_of(session, footage_request.id)[::-1]
    return LetterFacts(
        reference=footage_request.reference,
        regime=decision.regime,
        applicant_name=footage_request.applicant.name,
        place=said.place,
        said_time=said.said_time,
        earliest_at=said.earliest_at,
        latest_at=said.latest_at,
        what_happened=said.what_happened,
        shoulder_number=said.shoulder_number,
        crime_reference=said.crime_reference,
        answer=decision.answer,
        lines=lines_of(decision),
        whole=whole_of(decision),
        interest=interest_of(decision),
        note_to_applicant=decision.note_to_applicant,
        decided_by=decision.decided_by_name,
        dated_on=dated_on,
        expires_on=expires_on,
        clips=_clips(session, decision, footage_request.reference, fingerprints),
        force=force_fields(settings),
        retention_days=settings.retention_days,
        book_head=_book_head(session),
        representative_name=acting.name if acting else "",
        searched=tuple(extent.words for extent in extents(searches)),
        last_searched=tuple(last_words(searches)),
    )


def released(session: Session, decision: Decision) -> list[Recording]:
    """The recordings a decision lets go, in the order of its lines."""
    recordings = recordings_of(session, decision)
    lines = (line for line in decision.lines if line.outcome is Outcome.RELEASE)
    return [recordings[line.recording_id] for line in lines]


def _clips(
    session: Session, decision: Decision, reference: str, fingerprints: Mapping[int, str]
) -> tuple[ClipLine, ...]:
    stem = stem_of(reference, answer_number(session, decision))
    return tuple(
        ClipLine(
            file_name=video_name(stem, number, recording.media or ""),
            started_at=recording.started_at,
            duration_s=round((recording.ended_at - recording.started_at).total_seconds()),
            camera=_filmed_by(recording),
            sha256=fingerprints.get(recording.id, UNKNOWN_YET),
        )
        for number, recording in enumerate(released(session, decision), 1)
    )


def _filmed_by(recording: Recording) -> str:
    return f"Officer {recording.shoulder_number}" if recording.shoulder_number else recording.camera


def _book_head(session: Session) -> str:
    """The last entry's number and fingerprint, so that the book cannot be rewritten unnoticed."""
    head = session.get(AuditHead, 1)
    return f"{head.sequence} {head.hash}" if head is not None else ""
