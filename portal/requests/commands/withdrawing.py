"""Ending a request because the applicant no longer wants an answer."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.errors import Refused
from portal.identity.commands.proofs import delete_pictures
from portal.notifications.notices import NoticeKind
from portal.requests.applicant_page import may_withdraw
from portal.requests.applicant_queries import is_hold_open_to_applicant
from portal.requests.commands.keeping import let_go
from portal.requests.commands.messaging import tell_applicant
from portal.requests.commands.moving import move
from portal.requests.commands.telling import notify_applicant
from portal.requests.endings import Ending
from portal.requests.lifecycle import Event
from portal.requests.models import Applicant, FootageRequest
from portal.requests.queries import lock_request

# Where no e-mail says it, a person does: it may not have been them who ended it.
_ENDED = "We ended your request, as you asked us to. Tell us if that is wrong."


def withdraw(
    session: Session, *, request_id: UUID, by: Actor, at: datetime, on: date | None = None
) -> FootageRequest:
    """End the request, tell the applicant, delete their proofs, and keep the video three more
    months in case it was not them. `on` is the day they said so, by default today.

    Refused, in the same words whatever the reason, when it can no longer be ended.
    """
    footage_request = lock_request(session, request_id)
    is_open = is_hold_open_to_applicant(session, footage_request)
    if not may_withdraw(footage_request, is_hold_open_to_applicant=is_open):
        raise Refused("This request cannot be ended now. Send us a message instead.")
    move(
        session,
        request_id=request_id,
        event=Event.WITHDRAWN,
        by=by,
        at=at,
        on=on,
        ending=Ending.WITHDRAWN,
    )
    let_go(session, footage_request, by=by, at=at)
    delete_pictures(session, subject_id=request_id, at=at, due_at=at)
    if not session.get_one(Applicant, request_id).email:
        tell_applicant(session, footage_request, _ENDED, by=by, at=at)
    notify_applicant(
        session, footage_request, NoticeKind.WITHDRAWN, key=f"withdrawn:{request_id}", at=at
    )
    return footage_request
