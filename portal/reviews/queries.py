"""Reading reviews and complaints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor, ActorKind, Role
from portal.disclosure.models import Decision, DecisionLine, RestrictionReview
from portal.errors import NotFound
from portal.holds.policy import Level
from portal.recordings.models import Candidate
from portal.requests.clock import Clock
from portal.requests.endings import Ending
from portal.requests.holidays import known_holidays
from portal.requests.lifecycle import Event
from portal.requests.models import Applicant, FootageRequest, RequestStep
from portal.requests.queries import steps_of
from portal.reviews.kinds import ReviewKind, ReviewOutcome
from portal.reviews.models import Review
from portal.reviews.rules import Asked, Standing, clock_of_review, due_is, may_answer

_ENDS = (Event.ANSWERED, Event.ANSWERED_WITH_HOLD, Event.CLOSED)
# Handlers live in a room above this one; foreign keys already point at their table.
_HANDLER = sa.table(
    "handler",
    sa.column("id", sa.Uuid),
    sa.column("name", sa.String),
    sa.column("roles", sa.JSON),
    sa.column("ended_at", sa.DateTime),
)


@dataclass(frozen=True)
class QueueRow:
    """One review or complaint in the office's list."""

    id: UUID
    reference: str
    kind: ReviewKind
    applicant_name: str
    received_on: date
    due_on: date | None
    answered_at: datetime | None
    outcome: ReviewOutcome | None
    assigned_name: str

    def due_is(self, today: date) -> str:
        """How its due date is shown: `late`, `soon` or nothing."""
        return "" if self.answered_at else due_is(self.due_on, today)


def queue(session: Session, *, is_open: bool) -> list[QueueRow]:
    """The open ones, the most urgent first; or those that were answered, the newest first."""
    found = _queue()
    if is_open:
        found = found.where(Review.answered_at.is_(None)).order_by(Review.due_on, Review.id)
    else:
        found = found.where(Review.answered_at.is_not(None))
        found = found.order_by(Review.answered_at.desc(), Review.id).limit(200)
    return [_row(*row) for row in session.execute(found)]


def waiting_for(session: Session, by: Actor) -> list[QueueRow]:
    """The open ones that this handler has, or may take because nobody has them and they did not
    work on the request; the most urgent first. None for whoever may answer none."""
    kinds = [kind for kind in ReviewKind if by.has(*kind.answerers)]
    mine = sa.or_(Review.assigned_to == UUID(by.id), Review.assigned_to.is_(None))
    found = _queue().where(Review.answered_at.is_(None), Review.kind.in_(kinds), mine)
    rows = session.execute(found.order_by(Review.due_on, Review.id)).all()
    return [_row(*row) for row in rows if _is_for(session, row[0], by)]


def _is_for(session: Session, review: Review, by: Actor) -> bool:
    """Whether it is theirs already, or they may answer it."""
    if review.assigned_to is not None:
        return True
    return may_answer(review.kind, by, worked_on(session, review.request_id))


def _queue() -> sa.Select[Any]:
    return (
        sa.select(Review, FootageRequest.reference, Applicant.name, _HANDLER.c.name)
        .join(FootageRequest, FootageRequest.id == Review.request_id)
        .join(Applicant, Applicant.request_id == Review.request_id)
        .outerjoin(_HANDLER, _HANDLER.c.id == Review.assigned_to)
    )


def _row(review: Review, reference: str, applicant_name: str, assigned: str | None) -> QueueRow:
    return QueueRow(
        id=review.id,
        reference=reference,
        kind=review.kind,
        applicant_name=applicant_name,
        received_on=review.received_on,
        due_on=review.due_on,
        answered_at=review.answered_at,
        outcome=review.outcome,
        assigned_name=review.answered_by_name or assigned or "",
    )


def reviews_of(session: Session, request_id: UUID) -> Sequence[Review]:
    """Every review and complaint about a request, newest first."""
    found = sa.select(Review).where(Review.request_id == request_id)
    return session.scalars(found.order_by(Review.received_at.desc(), Review.id)).all()


def review_of(session: Session, request_id: UUID, review_id: UUID) -> Review:
    """One review of that request. NotFound when it has none such."""
    review = session.get(Review, review_id)
    if review is None or review.request_id != request_id:
        raise NotFound("There is no such review or complaint.")
    return review


def standing_of(session: Session, footage_request: FootageRequest) -> Standing:
    """What the rules for asking need to know of a request."""
    asked = tuple(
        Asked(one.kind, one.received_at, one.answered_at is None)
        for one in reviews_of(session, footage_request.id)
    )
    return Standing(footage_request.regime, _answered_at(session, footage_request), asked)


def _answered_at(session: Session, footage_request: FootageRequest) -> datetime | None:
    """When the request had its newest answer: the answer itself, or a closing that we chose."""
    if footage_request.status.is_open or footage_request.ending in _THEIR_OWN:
        return None
    ends = sa.select(sa.func.max(RequestStep.at)).where(
        RequestStep.request_id == footage_request.id, RequestStep.event.in_(_ENDS)
    )
    return session.scalar(ends)


_THEIR_OWN = (Ending.WITHDRAWN, Ending.REDIRECTED)


def clock_of(session: Session, review: Review) -> Clock:
    """Its clock, by the bank holidays that are known now."""
    return clock_of_review(
        review.kind, review.received_on, review.exceptional_on, known_holidays(session)
    )


@dataclass(frozen=True)
class Worker:
    """Somebody who worked on a request, and what they did."""

    id: str
    did: tuple[str, ...]


def workers_of(session: Session, request_id: UUID) -> list[Worker]:
    """Everybody who decided, seconded, judged video, reviewed a restriction, or is in the
    request's ledger as a handler. None of them may answer a review of it."""
    deeds: dict[str, list[str]] = {}
    for who, did in _deeds(session, request_id):
        if did not in deeds.setdefault(who, []):
            deeds[who].append(did)
    return [Worker(who, _told(did)) for who, did in deeds.items()]


def _told(did: Sequence[str]) -> tuple[str, ...]:
    """Without the steps of the ledger that a decision says more of."""
    twice = {one.partition(" (")[0] for one in did if " (" in one}
    return tuple(one for one in did if one not in twice)


def _deeds(session: Session, request_id: UUID) -> list[tuple[str, str]]:
    deeds = [
        (step.actor_id, step.event.label)
        for step in steps_of(session, request_id)
        if step.actor_kind == ActorKind.HANDLER.value
    ]
    for decision in decisions_of(session, request_id):
        deeds.append((str(decision.decided_by), f"Decided (decision {decision.round})"))
        if decision.seconded_by:
            deeds.append((str(decision.seconded_by), f"Seconded (decision {decision.round})"))
    judged = sa.select(Candidate.judged_by).where(
        Candidate.request_id == request_id, Candidate.judged_by.is_not(None)
    )
    deeds += [(str(who), "Judged video") for who in session.scalars(judged.distinct())]
    looked = sa.select(RestrictionReview.done_by).where(
        RestrictionReview.request_id == request_id, RestrictionReview.done_by.is_not(None)
    )
    deeds += [(str(who), "Reviewed a restriction") for who in session.scalars(looked.distinct())]
    return deeds


def worked_on(session: Session, request_id: UUID) -> frozenset[str]:
    """The ids of everybody who worked on the request."""
    return frozenset(worker.id for worker in workers_of(session, request_id))


def who_may_answer(session: Session, review: Review) -> list[Actor]:
    """Every handler who may answer this review, by name."""
    worked = worked_on(session, review.request_id)
    found = session.execute(
        sa.select(_HANDLER.c.id, _HANDLER.c.name, _HANDLER.c.roles)
        .where(_HANDLER.c.ended_at.is_(None))
        .order_by(_HANDLER.c.name)
    )
    each = (
        Actor(ActorKind.HANDLER, str(number), name, frozenset(Role(role) for role in has))
        for number, name, has in found
    )
    return [one for one in each if may_answer(review.kind, one, worked)]


def decisions_of(session: Session, request_id: UUID) -> Sequence[Decision]:
    """The request's decisions, oldest first."""
    found = sa.select(Decision).where(Decision.request_id == request_id)
    return session.scalars(found.order_by(Decision.round)).all()


def is_silent(session: Session, request_id: UUID) -> bool:
    """Whether some answer to the request did not say if video is held, so that no later letter
    may say it either (DPA 2018 s.45(6); FOIA, neither confirm nor deny)."""
    lines = sa.select(DecisionLine.decision_id).where(
        DecisionLine.level == Level.NEITHER_CONFIRM_NOR_DENY
    )
    silent = sa.exists().where(
        Decision.request_id == request_id,
        sa.or_(Decision.answer == Ending.NCND, Decision.id.in_(lines)),
    )
    return bool(session.scalar(sa.select(silent)))
