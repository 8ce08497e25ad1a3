"""Requests that were answered, and reviews and complaints about them, made by their commands."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import PUBLIC, Actor, Role
from portal.house import House
from portal.ids import new_id
from portal.requests.intake import AboutWhom, Channel
from portal.reviews.commands.answering import Finding
from portal.reviews.commands.asking import ask_to_look_again
from portal.reviews.kinds import ReviewKind, ReviewOutcome
from tests.factories.disclosure import (
    Ready,
    answered,
    handler,
    keep_video,
    ready_to_decide,
)

NOT_UPHELD = Finding(ReviewOutcome.NOT_UPHELD, "We looked at all of it.", "Nothing changes.")


@dataclass(frozen=True)
class Reviewers:
    """Who may answer: a senior reviewer, and the data protection officer."""

    senior: Actor
    officer: Actor


def reviewers(house: House) -> Reviewers:
    """Two people who had nothing to do with any request yet."""
    mark = new_id().hex[:6]
    with house.db.writing() as session:
        return Reviewers(
            handler(session, f"Sena{mark}", Role.SENIOR_REVIEWER, at=house.now()),
            handler(session, f"Ottilie{mark}", Role.DATA_PROTECTION_OFFICER, at=house.now()),
        )


def answered_request(
    house: House, *, about: AboutWhom = AboutWhom.GENERAL, email: str = "amara@example.org"
) -> Ready:
    """A request about one recording: kept, decided, seconded, sent."""
    ready = ready_to_decide(house, about=about, email=email)
    with house.db.writing() as session:
        keep_video(session, ready, at=house.now())
    answered(house, ready)
    return ready


def asked(
    house: House,
    request_id: UUID,
    kind: ReviewKind = ReviewKind.INTERNAL_REVIEW,
    *,
    received_at: datetime | None = None,
) -> UUID:
    """Somebody asks us to look again; returns the review's id."""
    with house.db.writing() as session:
        return asked_in(session, house, request_id, kind, received_at=received_at)


def asked_in(
    session: Session,
    house: House,
    request_id: UUID,
    kind: ReviewKind,
    *,
    received_at: datetime | None = None,
    channel: Channel = Channel.ONLINE,
    by: Actor = PUBLIC,
) -> UUID:
    """The same, in a transaction that is there already."""
    made = ask_to_look_again(
        session,
        request_id=request_id,
        kind=kind,
        words="You did not look at the second camera.",
        channel=channel,
        received_at=received_at or house.now(),
        by=by,
        at=house.now(),
    )
    return made.id
