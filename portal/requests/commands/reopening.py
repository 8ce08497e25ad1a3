"""Reopening after a hold: by itself, once, with a new promise."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.dates import day_in_words, london_day
from portal.db import locked_one
from portal.letters.kinds import LetterKind
from portal.notifications.notices import NoticeKind
from portal.requests.afresh import AFRESH
from portal.requests.commands.asking_anew import forget_what_is_old
from portal.requests.commands.moving import move
from portal.requests.commands.telling import notify_applicant
from portal.requests.commands.writing import write_letter
from portal.requests.knowing import ASKED_AGAIN, is_too_old
from portal.requests.letter_writing import reopened_fields
from portal.requests.lifecycle import Event, Status
from portal.requests.models import Applicant, FootageRequest

SHOW_ADDRESS = (
    "It is a long time since we knew that your e-mail address is yours. Open the page for your "
    "request and type the code that we send you: then we know. Before that we cannot give you "
    "anything."
)


def reopen_request(
    session: Session, *, request_id: UUID, by: Actor, at: datetime, ended_on: date | None = None
) -> bool:
    """Move an answered request whose holds have ended to "reopened", and tell the applicant;
    whether this did.

    The new promise is 31 days from the day the hold ended (`ended_on`; by default today). Who they
    are and how to reach them must be shown again if that is more than six months old (rules,
    section 5, rule 6). A request that stands elsewhere by now (withdrawn, or reopened already) is
    left as it is.
    """
    footage_request = locked_one(session, FootageRequest, request_id)
    if footage_request.status is not Status.ANSWERED_HELD:
        return False
    to_show = _ask_again(session, footage_request, by=by, at=at)
    move(
        session,
        request_id=request_id,
        event=Event.HOLD_ENDED,
        by=by,
        at=at,
        on=_counted_from(ended_on, london_day(at)),
        note=ASKED_AGAIN if to_show else "",
    )
    _tell(session, footage_request, to_show, by=by, at=at)
    return True


def _counted_from(ended_on: date | None, today: date) -> date:
    """The day the hold ended, however late the worker comes to it; today, where the promise that
    began then would be over before anybody heard of it."""
    if ended_on is None or not today < ended_on + AFRESH or ended_on > today:
        return today
    return ended_on


def _tell(
    session: Session,
    footage_request: FootageRequest,
    to_show: list[str],
    *,
    by: Actor,
    at: datetime,
) -> None:
    due_on = footage_request.target_due_on
    own = reopened_fields(due_on, to_show)
    write_letter(session, footage_request, LetterKind.REOPENED, own, by=by, at=at)
    notify_applicant(
        session,
        footage_request,
        NoticeKind.REOPENED,
        key=f"reopened:{footage_request.id}:{at.isoformat()}",
        at=at,
        reply_by=day_in_words(due_on) if due_on else "",
        to_show=" ".join(to_show),
    )


def _ask_again(
    session: Session, footage_request: FootageRequest, *, by: Actor, at: datetime
) -> list[str]:
    """What they must show again, in words: after so long the address may be another's. What we
    knew is forgotten, so that nothing can be decided until it is known anew."""
    today = london_day(at)
    applicant = locked_one(session, Applicant, footage_request.id)
    to_show = []
    reached_at = applicant.email_confirmed_at or footage_request.received_at
    if applicant.email and is_too_old(london_day(reached_at), today):
        applicant.email_confirmed_at = None
        record(session, "request.address_old", subject=footage_request.reference, by=by, at=at)
        to_show.append(SHOW_ADDRESS)
    return to_show + forget_what_is_old(session, footage_request, by=by, at=at)
