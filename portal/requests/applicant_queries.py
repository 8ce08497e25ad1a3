"""Reading what an applicant may see of their request."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.holds.models import Hold
from portal.holds.policy import Level, strictest
from portal.identity.queries import kept_proofs
from portal.ids import digest, tidy_reference
from portal.recordings.models import Candidate, CandidateStatus
from portal.requests.applicant_page import (
    ApplicantPage,
    history,
    is_late,
    is_proof_in,
    may_withdraw,
    no_date,
    open_question,
    shown_status,
    takes_proof,
    turn,
    words,
)
from portal.requests.knowing import is_asked_again
from portal.requests.lifecycle import Event, PublicStatus, Status
from portal.requests.models import FootageRequest
from portal.requests.queries import clock_now, steps_of

# Noted with an answer that says we look again; it is not noted where that may not be told.
TOLD_TO_LOOK_AGAIN = "The answer says that we will look again."
_ANSWERED = (PublicStatus.ANSWERED, PublicStatus.ANSWERED_AND_AGAIN)


def applicant_page(session: Session, footage_request: FootageRequest) -> ApplicantPage:
    """The page of a request that was read whole (`queries.by_reference`)."""
    is_open = is_hold_open_to_applicant(session, footage_request)
    proofs = kept_proofs(session, footage_request.id)
    proof_in = is_proof_in(footage_request, footage_request.steps, proofs_kept=len(proofs))
    status = shown_status(footage_request, is_hold_open_to_applicant=is_open, is_proof_in=proof_in)
    clock = clock_now(session, footage_request, footage_request.steps)
    is_ended = status in _ANSWERED or status is PublicStatus.CLOSED
    return ApplicantPage(
        reference=footage_request.reference,
        regime_label=footage_request.regime.label,
        status=status,
        turn=turn(
            footage_request,
            status,
            is_proof_in=proof_in,
            is_to_show_again=not proofs and _is_to_show_again(footage_request),
            is_right_to_show_again=not proofs and _is_right_to_show_again(footage_request),
        ),
        reply_by_on=None if is_ended else clock.target_due_on,
        is_late=not is_ended and is_late(clock.target_due_on, footage_request.steps),
        no_date="" if is_ended else no_date(footage_request, clock, is_proof_in=proof_in),
        working=clock.working,
        history=history(footage_request.steps),
        words=words(footage_request.messages),
        question=open_question(footage_request, footage_request.messages),
        proofs_sent=len(proofs),
        has_email=bool(footage_request.applicant.email),
        is_email_confirmed=footage_request.applicant.email_confirmed_at is not None,
        takes_proof=takes_proof(footage_request),
        may_withdraw=may_withdraw(footage_request, is_hold_open_to_applicant=is_open),
        is_answered=status in _ANSWERED,
    )


def _is_to_show_again(footage_request: FootageRequest) -> bool:
    is_unknown = footage_request.regime.is_sar and footage_request.identity_accepted_at is None
    return is_unknown and _is_asked_again(footage_request)


def _is_right_to_show_again(footage_request: FootageRequest) -> bool:
    is_unknown = (
        footage_request.regime.is_sar
        and footage_request.representative is not None
        and footage_request.authority_accepted_at is None
    )
    return is_unknown and _is_asked_again(footage_request)


def _is_asked_again(footage_request: FootageRequest) -> bool:
    return footage_request.status.is_open and is_asked_again(footage_request.steps)


def is_hold_open_to_applicant(session: Session, footage_request: FootageRequest) -> bool:
    """Whether the applicant was told that we will look again.

    A recording held at level L3 is as if it were not there, and the strictest of its holds
    governs a recording: the same rule as for the letter, so that the two never disagree. Holds
    count as they stood when we answered: a status that flickered when an L3 hold ended, before
    its request reopened, would tell that there was one. Unknown means no. What was limited for
    now on another ground than a hold stands in the ledger.
    """
    answered_at = footage_request.answered_at
    if footage_request.status is not Status.ANSWERED_HELD or answered_at is None:
        return False
    steps = steps_of(session, footage_request.id)
    answers = [step.note for step in steps if step.event is Event.ANSWERED_WITH_HOLD]
    if answers[-1:] == [TOLD_TO_LOOK_AGAIN]:
        return True
    held = session.execute(
        sa.select(Hold.recording_id, Hold.level)
        .join(Candidate, Candidate.recording_id == Hold.recording_id)
        .where(
            Candidate.request_id == footage_request.id,
            Candidate.status == CandidateStatus.CONFIRMED,
            Hold.placed_at <= answered_at,
            sa.or_(Hold.lifted_at.is_(None), Hold.lifted_at >= answered_at),
        )
    )
    levels: dict[int, list[Level]] = {}
    for recording_id, level in held:
        levels.setdefault(recording_id, []).append(level)
    governing = (strictest(each) for each in levels.values())
    return any(level is not Level.NEITHER_CONFIRM_NOR_DENY for level in governing)


def request_id_for(session: Session, reference: str) -> UUID:
    """The id of the request with this reference; for one that is not there, an id that is
    nobody's, always the same: what follows then takes the same path for both."""
    known = session.scalar(
        sa.select(FootageRequest.id).where(FootageRequest.reference == reference)
    )
    return known or UUID(digest(f"nobody’s request: {tidy_reference(reference)}")[:32])
