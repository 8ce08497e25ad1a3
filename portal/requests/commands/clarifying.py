"""Asking what is meant: the only question that pauses a clock, or starts an FOI one anew."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.notifications.commands import notify
from portal.notifications.notices import NoticeKind
from portal.requests.commands.moving import move
from portal.requests.lifecycle import Event
from portal.requests.messages import Meaning, Sender
from portal.requests.models import Applicant, Message


def ask(session: Session, *, request_id: UUID, question: str, by: Actor, at: datetime) -> Message:
    """Ask the applicant something without which nobody could look for the video.

    DPA 2018 s.54(3C), UK GDPR Art 12A: the days from the question to the answer do not count,
    and only a question needed to know what is asked for does that (rules R10). FOIA s.1(3): the
    time starts anew with the answer. The e-mail only says that there is a message.
    """
    footage_request = move(
        session, request_id=request_id, event=Event.CLARIFICATION_ASKED, by=by, at=at
    )
    message = Message(
        request_id=request_id,
        sender=Sender.US,
        meaning=Meaning.CLARIFICATION,
        body=question.strip(),
        sent_at=at,
        handler_id=UUID(by.id),
    )
    session.add(message)
    session.flush()
    notify(
        session,
        NoticeKind.MESSAGE,
        to=session.get_one(Applicant, request_id).email,
        key=f"message:{message.id}",
        at=at,
        path=f"/your-request/{footage_request.reference}",
        reference=footage_request.reference,
    )
    return message
