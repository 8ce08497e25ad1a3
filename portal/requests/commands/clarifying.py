"""Asking what is meant: the only question that pauses a clock, or starts an FOI one anew."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.dates import london_day
from portal.db import locked_one
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.notifications.notices import NoticeKind
from portal.requests.commands.messaging import keep_from_us
from portal.requests.commands.moving import move
from portal.requests.commands.telling import notify_applicant
from portal.requests.commands.writing import write_letter
from portal.requests.foreseeing import check_ask_counts
from portal.requests.letter_writing import clarification_fields
from portal.requests.lifecycle import Event
from portal.requests.messages import Meaning
from portal.requests.models import FootageRequest


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
    body = "\n".join([*own["questions"], own["why_needed"]])
    message = keep_from_us(session, footage_request, Meaning.CLARIFICATION, body, by=by, at=at)
    notify_applicant(
        session, footage_request, NoticeKind.MESSAGE, key=f"message:{message.id}", at=at
    )
    return write_letter(session, footage_request, LetterKind.CLARIFICATION, own, by=by, at=at)
