"""Asking what is meant: the only question that pauses a clock, or starts an FOI one anew."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.dates import london_day
from portal.db import locked_one
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.notifications.commands import notify
from portal.notifications.notices import NoticeKind
from portal.requests.commands.moving import move
from portal.requests.commands.writing import write_letter
from portal.requests.foreseeing import check_ask_counts
from portal.requests.letter_writing import clarification_fields
from portal.requests.lifecycle import Event
from portal.requests.messages import Meaning, Sender
from portal.requests.models import Applicant, FootageRequest, Message


def ask(
    session: Session,
    *,
    request_id: UUID,
    questions: str,
    why_needed: str,
    by: Actor,
    at: datetime,
) -> Letter:
    """Ask the applicant something without which nobody could look for the video, and say why.

    DPA 2018 s.54(3C), UK GDPR Art 12A: the days from the question to the answer do not count,
    and only a question needed to know what is asked for does that (rules R10). FOIA s.1(3): the
    time starts anew with the answer. The same words are a message on their page, and a letter
    that says when we ask again and when we close. The e-mail only says that there is a message.
    Refused, with nothing written, when the time has ended: no question pauses it any more.
    """
    standing = locked_one(session, FootageRequest, request_id)
    check_ask_counts(session, standing, Event.CLARIFICATION_ASKED, london_day(at))
    footage_request = move(
        session, request_id=request_id, event=Event.CLARIFICATION_ASKED, by=by, at=at
    )
    own = clarification_fields(questions, why_needed, asked_on=london_day(at))
    message = Message(
        request_id=request_id,
        sender=Sender.US,
        meaning=Meaning.CLARIFICATION,
        body="\n".join([*own["questions"], own["why_needed"]]),
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
    return write_letter(session, footage_request, LetterKind.CLARIFICATION, own, by=by, at=at)
