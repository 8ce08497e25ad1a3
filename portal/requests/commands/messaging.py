"""Messages between the applicant and us. E-mail only ever says that there is one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor, ActorKind
from portal.audit.commands import record
from portal.errors import Refused
from portal.notifications.notices import NoticeKind
from portal.requests.commands.moving import move
from portal.requests.commands.telling import notify_applicant
from portal.requests.lifecycle import Event, Status
from portal.requests.messages import Meaning, Sender
from portal.requests.models import FootageRequest, Message
from portal.requests.queries import lock_request


def write_to_us(
    session: Session, *, request_id: UUID, body: str, by: Actor, at: datetime
) -> Message:
    """The applicant says something more. It moves nothing, whatever the request's status."""
    footage_request = lock_request(session, request_id)
    message = _keep(session, footage_request, Sender.APPLICANT, Meaning.INFORMATION, body, by, at)
    record(session, "message.received", subject=footage_request.reference, by=by, at=at)
    return message


def answer_clarification(
    session: Session,
    *,
    request_id: UUID,
    body: str,
    by: Actor,
    at: datetime,
    on: date | None = None,
) -> Message:
    """The applicant answers our question: a SAR's days count again from the day after (DPA 2018
    s.54(3C)), an FOI request's begin anew (FOIA s.1(3)).

    `on` is the day it came, by default today. An answer to a question that is no longer open is
    kept as a message like any other.
    """
    footage_request = lock_request(session, request_id)
    if footage_request.status is not Status.AWAITING_CLARIFICATION:
        return write_to_us(session, request_id=request_id, body=body, by=by, at=at)
    message = _keep(session, footage_request, Sender.APPLICANT, Meaning.CLARIFICATION, body, by, at)
    move(session, request_id=request_id, event=Event.CLARIFICATION_ANSWERED, by=by, at=at, on=on)
    return message


# What a handler's message can be. The meanings that can stop or move a clock have commands of
# their own, which also ask and count.
HARMLESS = (Meaning.INFORMATION, Meaning.FORMAT)


def write_to_applicant(
    session: Session,
    *,
    request_id: UUID,
    body: str,
    by: Actor,
    at: datetime,
    meaning: Meaning = Meaning.INFORMATION,
) -> Message:
    """A handler says something, or asks in which format the answer should come.

    It pauses nothing, whatever it asks (rules R10): `clarifying.ask` is for what may. Refused
    for any other meaning.
    """
    if meaning not in HARMLESS:
        raise Refused("This kind of message has a page of its own, because it can move a date.")
    footage_request = lock_request(session, request_id)
    return tell_applicant(session, footage_request, body, by=by, at=at, meaning=meaning)


def tell_applicant(
    session: Session,
    footage_request: FootageRequest,
    body: str,
    *,
    by: Actor,
    at: datetime,
    meaning: Meaning = Meaning.INFORMATION,
) -> Message:
    """A message, and the e-mail that there is one. Where it goes with a deed, that has its own
    step in the ledger."""
    message = _keep(session, footage_request, Sender.US, meaning, body, by, at)
    record(
        session,
        "message.sent",
        subject=footage_request.reference,
        by=by,
        at=at,
        meaning=meaning.value,
    )
    notify_applicant(
        session, footage_request, NoticeKind.MESSAGE, key=f"message:{message.id}", at=at
    )
    return message


def keep_from_applicant(
    session: Session,
    footage_request: FootageRequest,
    meaning: Meaning,
    body: str,
    *,
    by: Actor,
    at: datetime,
) -> Message:
    """The applicant's words that go with a deed of theirs, which has its own step."""
    return _keep(session, footage_request, Sender.APPLICANT, meaning, body, by, at)


def keep_from_us(
    session: Session,
    footage_request: FootageRequest,
    meaning: Meaning,
    body: str,
    *,
    by: Actor,
    at: datetime,
) -> Message:
    """Our words that go with a deed which has its own step and its own e-mail."""
    return _keep(session, footage_request, Sender.US, meaning, body, by, at)


def _keep(
    session: Session,
    footage_request: FootageRequest,
    sender: Sender,
    meaning: Meaning,
    body: str,
    by: Actor,
    at: datetime,
) -> Message:
    message = Message(
        request_id=footage_request.id,
        sender=sender,
        meaning=meaning,
        body=body.strip(),
        sent_at=at,
        handler_id=UUID(by.id) if by.kind is ActorKind.HANDLER else None,
    )
    session.add(message)
    session.flush()
    return message
