"""Requests as applicants send them, and the handler who deals with them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import PUBLIC, Actor, Role
from portal.identity.commands.codes import grant_visit
from portal.identity.proof import CodePurpose, Doubt
from portal.ids import new_id
from portal.requests.commands.proving import ask_identity
from portal.requests.commands.receiving import receive
from portal.requests.intake import AboutWhom, ApplicantDetails, Intake, Sighting
from portal.requests.models import FootageRequest
from tests.factories.disclosure import handler

HAPPENED_AT = datetime(2026, 10, 24, 16, 0, tzinfo=UTC)
EMAIL = "amina@example.org"


def intake(*, about: AboutWhom = AboutWhom.ME, email: str = EMAIL, **sighting: Any) -> Intake:
    """One whole ask."""
    seen = Sighting(
        earliest_at=HAPPENED_AT,
        latest_at=HAPPENED_AT + timedelta(hours=1),
        said_time="5pm to 6pm",
        place="Marlow Street",
        **sighting,
    )
    return Intake(about, ApplicantDetails("Amina Example", email), seen)


def received(session: Session, *, at: datetime, **given: Any) -> FootageRequest:
    """A request that was received at that instant."""
    return receive(
        session, request_id=new_id(), intake=intake(**given), received_at=at, by=PUBLIC, at=at
    )


def intake_handler(session: Session, *, at: datetime) -> Actor:
    """A handler who judges proofs."""
    return handler(session, f"Ines{new_id().hex[:6]}", Role.INTAKE, at=at)


def asked_who_they_are(
    session: Session,
    request_id: UUID,
    *doubts: Doubt,
    by: Actor,
    at: datetime,
    note: str = "",
) -> None:
    """The applicant is asked to show who they are: by default because nothing was sent."""
    wanted = doubts or (Doubt.NOTHING_SENT,)
    ask_identity(session, request_id=request_id, doubts=wanted, note=note, by=by, at=at)


def seen_by(
    session: Session, footage_request: FootageRequest, browser: str, *, at: datetime
) -> None:
    """This browser has shown that the request is its own."""
    grant_visit(
        session,
        purpose=CodePurpose.REQUEST,
        subject_id=footage_request.id,
        browser=browser,
        at=at,
    )
