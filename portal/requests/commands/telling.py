"""Saying that there is news: by e-mail that there is a letter, which itself never goes by e-mail;
and, where there is no e-mail address, that somebody phoned or wrote."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import locked
from portal.errors import NotFound, Refused
from portal.letters.models import Letter
from portal.notifications.commands import notify
from portal.notifications.notices import NoticeKind
from portal.requests.messages import Sender
from portal.requests.models import Applicant, FootageRequest, Message


def notify_applicant(
    session: Session,
    footage_request: FootageRequest,
    kind: NoticeKind,
    *,
    key: str,
    at: datetime,
    **fields: str | int,
) -> None:
    """Owe the applicant an e-mail that gives the request's reference and points to its page.

    The same `key` twice is one e-mail, and nothing is owed where there is no address: see
    `notifications.commands.notify`. `fields` are what else the kind's text says.
    """
    notify(
        session,
        kind,
        to=session.get_one(Applicant, footage_request.id).email,
        key=key,
        at=at,
        path=f"/your-request/{footage_request.reference}",
        about=footage_request.reference,
        reference=footage_request.reference,
        **fields,
    )


def tell_of_letter(
    session: Session, footage_request: FootageRequest, letter: Letter, *, at: datetime
) -> None:
    """Owe the e-mail that there is a letter. Without an address the letter goes by post."""
    notify_applicant(session, footage_request, NoticeKind.LETTER, key=f"letter:{letter.id}", at=at)


def note_told(session: Session, *, message_id: UUID, by: Actor, at: datetime) -> str:
    """Note that somebody told the applicant of a message; returns the request's reference.

    Refused when an e-mail told them, or somebody did before. NotFound when there is no such
    message of ours.
    """
    message = locked(session, Message, message_id)
    if message is None or message.sender is not Sender.US:
        raise NotFound("There is no such message.")
    if session.get_one(Applicant, message.request_id).email or message.told_at is not None:
        raise Refused("Nobody has to be told of this message.")
    message.told_at, message.told_by = at, by.id
    reference = session.get_one(FootageRequest, message.request_id).reference
    record(session, "message.told", subject=reference, by=by, at=at, message=str(message.id))
    return reference
