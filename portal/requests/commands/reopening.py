"""Reopening after a hold: by itself, once, with a new promise."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.dates import day_in_words, london_day
from portal.db import locked_one
from portal.letters.kinds import LetterKind
from portal.notifications.notices import NoticeKind
from portal.requests.commands.moving import move
from portal.requests.commands.telling import notify_applicant
from portal.requests.commands.writing import write_letter
from portal.requests.letter_writing import reopened_fields
from portal.requests.lifecycle import Event, Status
from portal.requests.models import FootageRequest
from portal.workdays import months_after

KNOWN_MONTHS = 6


def reopen_request(session: Session, *, request_id: UUID, by: Actor, at: datetime) -> None:
    """Move an answered request whose holds have ended to "reopened", and tell the applicant.

    The new promise is 31 days from today, and who they are is checked again if that is more than
    six months old (rules, section 5, rule 6). A request that stands
    elsewhere by now (withdrawn, or reopened already) is left as it is.
    """
    footage_request = locked_one(session, FootageRequest, request_id)
    if footage_request.status is not Status.ANSWERED_HELD:
        return
    move(session, request_id=request_id, event=Event.HOLD_ENDED, by=by, at=at)
    _forget_old_identity(session, footage_request, by=by, at=at)
    due_on = footage_request.target_due_on
    write_letter(
        session, footage_request, LetterKind.REOPENED, reopened_fields(due_on), by=by, at=at
    )
    notify_applicant(
        session,
        footage_request,
        NoticeKind.REOPENED,
        key=f"reopened:{request_id}:{at.isoformat()}",
        at=at,
        reply_by=day_in_words(due_on) if due_on else "",
    )


def _forget_old_identity(
    session: Session, footage_request: FootageRequest, *, by: Actor, at: datetime
) -> None:
    """After so long the address may be another's: a handler accepts it anew before a decision."""
    accepted_at = footage_request.identity_accepted_at
    if accepted_at is None or months_after(london_day(accepted_at), KNOWN_MONTHS) >= london_day(at):
        return
    footage_request.identity_accepted_at = None
    record(session, "request.identity_old", subject=footage_request.reference, by=by, at=at)
