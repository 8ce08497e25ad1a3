"""Taking in a request to look again, or a complaint, by whatever way it came."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.dates import london_day
from portal.errors import Refused
from portal.letters.kinds import LetterKind
from portal.requests.commands.keeping import keep_again
from portal.requests.commands.telling import tell_of_letter
from portal.requests.commands.writing import write_letter
from portal.requests.holidays import known_holidays
from portal.requests.intake import Channel
from portal.requests.models import FootageRequest
from portal.requests.queries import lock_request
from portal.reviews.kinds import ReviewKind
from portal.reviews.models import Review
from portal.reviews.queries import standing_of
from portal.reviews.rules import Standing, clock_of_review, is_late, why_not_ask


def ask_to_look_again(
    session: Session,
    *,
    request_id: UUID,
    kind: ReviewKind,
    words: str,
    received_at: datetime,
    by: Actor,
    at: datetime,
    channel: Channel = Channel.ONLINE,
) -> Review:
    """Take it in, start its clock, keep the request's video, and acknowledge it at once.

    DPA 2018 s.164A(3): a complaint is acknowledged within 30 days; here in the same transaction.
    `received_at` is when it truly came, by whatever `channel`. Refused, in words, when it cannot
    be asked for now, and for a time that is to come or before the answer it is about.
    """
    footage_request = lock_request(session, request_id)
    standing = standing_of(session, footage_request)
    hindrance = why_not_ask(kind, standing) or _wrong_time(kind, standing, received_at, at)
    if hindrance:
        raise Refused(hindrance)
    review = _row(session, footage_request, kind, standing, words, channel, received_at, at)
    footage_request.is_under_review = True
    keep_again(session, footage_request, by=by, at=at)
    record(
        session,
        f"{kind.value}.received",
        subject=footage_request.reference,
        by=by,
        at=at,
        review=str(review.id),
        channel=channel.value,
    )
    _acknowledge(session, footage_request, review, by, at)
    return review


def _wrong_time(
    kind: ReviewKind, standing: Standing, received_at: datetime, at: datetime
) -> str | None:
    if received_at > at:
        return "The day it reached us must be today or in the past."
    answered_on = standing.answered_on if kind is ReviewKind.INTERNAL_REVIEW else None
    if answered_on is not None and london_day(received_at) < answered_on:
        return "It reached us before our answer, so it is not about that."
    return None


def _row(
    session: Session,
    footage_request: FootageRequest,
    kind: ReviewKind,
    standing: Standing,
    words: str,
    channel: Channel,
    received_at: datetime,
    at: datetime,
) -> Review:
    received_on, holidays = london_day(received_at), known_holidays(session)
    review = Review(
        request_id=footage_request.id,
        kind=kind,
        channel=channel,
        words=words.strip(),
        received_at=received_at,
        received_on=received_on,
        is_late=is_late(kind, received_on, standing.answered_on, holidays),
        acknowledged_at=at,
        due_on=clock_of_review(kind, received_on, None, holidays).legal_due_on,
    )
    session.add(review)
    session.flush()
    return review


def _acknowledge(
    session: Session, footage_request: FootageRequest, review: Review, by: Actor, at: datetime
) -> None:
    fields: dict[str, Any] = {
        "complained_on": review.received_on,
        "what_we_check": _CHECKED[review.kind] + ([_LATE] if review.is_late else []),
        "reply_by": review.due_on,
    }
    letter = write_letter(session, footage_request, LetterKind.COMPLAINT_ACK, fields, by=by, at=at)
    tell_of_letter(session, footage_request, letter, at=at)


_CHECKED = {
    ReviewKind.INTERNAL_REVIEW: [
        "Whether we looked in the right places for what you asked for.",
        "Whether each reason we gave for not giving you something was right.",
        "Whether we answered in time and in the right way.",
    ],
    ReviewKind.COMPLAINT: [
        "What you say went wrong.",
        "Whether we followed data protection law when we dealt with your information.",
        "What we can do to put it right.",
    ],
}
_LATE = (
    "You asked more than 40 working days after our answer. Somebody will first decide whether we "
    "can still look again, and we will tell you."
)
