"""Receiving a request. It never waits for an e-mail address to be confirmed or for identity."""

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.dates import day_in_words, london_day
from portal.db import Base
from portal.identity.commands.passphrases import keep_first
from portal.ids import new_reference
from portal.letters.kinds import LetterKind
from portal.notifications.notices import NoticeKind
from portal.outbox.commands import owe
from portal.requests.commands.moving import add_step, keep_clock
from portal.requests.commands.telling import notify_applicant
from portal.requests.commands.writing import write_letter
from portal.requests.intake import (
    AboutWhom,
    ApplicantDetails,
    Intake,
    RepresentativeDetails,
    Sighting,
)
from portal.requests.letter_writing import ack_fields
from portal.requests.lifecycle import Event, Regime, Status
from portal.requests.models import Applicant, FootageRequest, Representative, SightingRow

PRESERVE = "preserve"


def receive(
    session: Session,
    *,
    request_id: UUID,
    intake: Intake,
    received_at: datetime,
    by: Actor,
    at: datetime,
) -> FootageRequest:
    """Write a request down, start its clock, acknowledge it, owe its preservation.

    `request_id` is the draft's id: sending the same draft twice gives the same request.
    `received_at` is the true moment of receipt (UTC); its London day is day 0 of the clock
    (UK GDPR Art 12(3); FOIA s.10(1)), working day or not.
    """
    already = session.get(FootageRequest, request_id)
    if already is not None:
        return already
    footage_request = _row(request_id, intake, received_at)
    session.add(footage_request)
    session.flush()
    session.add_all(_parts(request_id, intake))
    if intake.passphrase_hash:
        keep_first(session, subject_id=request_id, passphrase_hash=intake.passphrase_hash, at=at)
    received_on = footage_request.received_on
    status = footage_request.status
    add_step(session, footage_request, status, event=Event.RECEIVED, by=by, at=at, on=received_on)
    clock = keep_clock(session, footage_request)
    record(
        session,
        "request.received",
        subject=footage_request.reference,
        by=by,
        at=at,
        regime=footage_request.regime.value,
        channel=footage_request.channel.value,
    )
    _owe_what_follows(session, footage_request, clock.target_due_on, at)
    own = ack_fields(
        footage_request.regime,
        intake.about,
        received_on=received_on,
        clock=clock,
    )
    write_letter(session, footage_request, LetterKind.ACK, own, by=by, at=at)
    return footage_request


def _owe_what_follows(
    session: Session, footage_request: FootageRequest, due_on: date | None, at: datetime
) -> None:
    request_id = footage_request.id
    owe(
        session,
        PRESERVE,
        payload={"request_id": str(request_id)},
        key=f"preserve:{request_id}",
        at=at,
    )
    notify_applicant(
        session,
        footage_request,
        NoticeKind.ACKNOWLEDGEMENT,
        key=f"acknowledgement:{request_id}",
        at=at,
        reply_by=day_in_words(due_on) if due_on and due_on >= london_day(at) else "",
    )


def regime_for(about: AboutWhom) -> Regime:
    """Which law governs (rules 1.1): footage of a person processed for law enforcement is
    DPA 2018 Part 3 s.45; anything else that is asked for is FOIA s.1."""
    return Regime.FOI if about is AboutWhom.GENERAL else Regime.SAR_PART3


def _row(request_id: UUID, intake: Intake, received_at: datetime) -> FootageRequest:
    return FootageRequest(
        id=request_id,
        reference=new_reference(),
        regime=regime_for(intake.about),
        about=intake.about,
        channel=intake.channel,
        status=Status.RECEIVED,
        received_at=received_at,
        received_on=london_day(received_at),
        delivery=intake.wishes.delivery,
        safe_contact=intake.wishes.safe_contact,
        language=intake.wishes.language,
        adjustments=intake.wishes.adjustments,
    )


def _parts(request_id: UUID, intake: Intake) -> list[Base]:
    parts: list[Base] = [
        _applicant(request_id, intake.applicant),
        _sighting(request_id, intake.sighting),
    ]
    if intake.representative is not None:
        parts.append(_representative(request_id, intake.representative))
    return parts


def _applicant(request_id: UUID, said: ApplicantDetails) -> Applicant:
    return Applicant(
        request_id=request_id,
        name=said.name,
        date_of_birth=said.date_of_birth,
        address=said.address,
        email=said.email,
        phone=said.phone,
    )


def _representative(request_id: UUID, said: RepresentativeDetails) -> Representative:
    return Representative(
        request_id=request_id,
        name=said.name,
        relationship_to_applicant=said.relationship,
        organisation=said.organisation,
        organisation_number=said.organisation_number,
        acting=said.acting,
    )


def _sighting(request_id: UUID, said: Sighting) -> SightingRow:
    return SightingRow(
        request_id=request_id, **{**asdict(said), "line": [list(p) for p in said.line]}
    )
