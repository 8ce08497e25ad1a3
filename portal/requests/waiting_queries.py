"""Which requests wait for something that has not come, which are late, and where it came after
all."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload

from portal.requests.endings import Ending
from portal.requests.lifecycle import TABLE, WAITING, Event, Status
from portal.requests.messages import Sender
from portal.requests.models import FootageRequest, Message, RequestStep
from portal.requests.waiting import Waiting, is_delay_due, waiting_of


def waiting_for(footage_request: FootageRequest) -> Waiting | None:
    """What this request waits for from its applicant, by its ledger, which is loaded."""
    return waiting_of(footage_request.status, footage_request.regime, footage_request.steps)


def to_remind(session: Session, *, today: date) -> list[UUID]:
    """The requests whose applicant is to be reminded today."""
    return [one for one, waiting in _waiting(session) if waiting.is_reminder_due(today)]


def nothing_came(session: Session, *, today: date) -> list[UUID]:
    """The requests for which nothing came by the day that we gave; a person may close them."""
    return [one for one, waiting in _waiting(session) if waiting.is_over(today)]


def to_tell_of_delay(session: Session, *, today: date) -> list[UUID]:
    """The requests that are late, and whose applicant is to be told so today."""
    late = _with_steps(
        FootageRequest.status.in_(_CAN_BE_LATE), FootageRequest.target_due_on < today
    )
    return [
        one.id
        for one in session.scalars(late)
        if is_delay_due(one.status, one.target_due_on, one.steps, today)
    ]


def came_after_closing(session: Session) -> Sequence[UUID]:
    """The requests closed for want of something whose applicant has written since, with nobody
    answering since, or has sent proof."""
    closing, told = aliased(RequestStep), aliased(Message)
    closed_at = (
        sa.select(sa.func.max(closing.at))
        .where(closing.request_id == FootageRequest.id, closing.event == Event.CLOSED)
        .correlate(FootageRequest)
        .scalar_subquery()
    )
    answered = sa.exists().where(
        told.request_id == FootageRequest.id,
        told.sender == Sender.US,
        told.sent_at > Message.sent_at,
    )
    wrote = sa.exists().where(
        Message.request_id == FootageRequest.id,
        Message.sender == Sender.APPLICANT,
        Message.sent_at >= closed_at,
        ~answered.correlate(FootageRequest, Message),
    )
    proved = sa.exists().where(
        RequestStep.request_id == FootageRequest.id,
        RequestStep.event == Event.PROOF_RECEIVED,
        RequestStep.status_after == Status.CLOSED,
        RequestStep.at >= closed_at,
    )
    endings = [ending for ending in Ending if ending.can_be_taken_up]
    return session.scalars(
        sa.select(FootageRequest.id).where(
            FootageRequest.status == Status.CLOSED,
            FootageRequest.ending.in_(endings),
            wrote | proved,
        )
    ).all()


_CAN_BE_LATE = [status for status in Status if (status, Event.DELAY_TOLD) in TABLE]


def _waiting(session: Session) -> Iterator[tuple[UUID, Waiting]]:
    for one in session.scalars(_with_steps(FootageRequest.status.in_(WAITING))):
        waiting = waiting_for(one)
        if waiting is not None:
            yield one.id, waiting


def _with_steps(*wanted: sa.ColumnElement[bool]) -> sa.Select[FootageRequest]:
    return sa.select(FootageRequest).where(*wanted).options(selectinload(FootageRequest.steps))
