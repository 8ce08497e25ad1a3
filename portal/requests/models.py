"""The request and what hangs on it. `request_step` is the ledger: append-only, and the truth for
clock and statistics. The `…_on` dates on the request are a cached sum of it."""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, enum_by_value
from portal.identity.authority import Acting
from portal.ids import new_id
from portal.requests.endings import Ending
from portal.requests.intake import AboutWhom, Channel, DeliveryFormat, Occasion
from portal.requests.lifecycle import Event, Regime, Status
from portal.requests.messages import Meaning, Sender


class RequestDraft(Base):
    """Answers not yet sent. Its id becomes the request's id, so that a proof uploaded before
    sending needs no moving, and sending twice cannot make two requests."""

    __tablename__ = "request_draft"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    browser: Mapped[str] = mapped_column(sa.String(64), index=True)
    email: Mapped[str | None] = mapped_column(sa.String(320), index=True)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class FootageRequest(Base):
    """One ask, under one regime, with one clock."""

    __tablename__ = "footage_request"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(13), unique=True)
    regime: Mapped[Regime] = mapped_column(enum_by_value(Regime))
    about: Mapped[AboutWhom] = mapped_column(enum_by_value(AboutWhom))
    channel: Mapped[Channel] = mapped_column(enum_by_value(Channel))
    status: Mapped[Status] = mapped_column(enum_by_value(Status), index=True)
    received_at: Mapped[datetime]
    received_on: Mapped[date]
    start_on: Mapped[date | None]
    legal_due_on: Mapped[date | None]
    promise_due_on: Mapped[date | None]
    target_due_on: Mapped[date | None] = mapped_column(index=True)
    staff_target_on: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    identity_accepted_at: Mapped[datetime | None]
    authority_accepted_at: Mapped[datetime | None]
    ending: Mapped[Ending | None] = mapped_column(enum_by_value(Ending))
    # Somebody asked us to look again and has no answer yet: no video is let go meanwhile.
    is_under_review: Mapped[bool] = mapped_column(default=False)
    # The other half of an ask for both: one person, two laws, two requests (rules 1.1).
    linked_to: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("footage_request.id"), index=True
    )
    assigned_to: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("handler.id"), index=True)
    delivery: Mapped[DeliveryFormat] = mapped_column(enum_by_value(DeliveryFormat))
    safe_contact: Mapped[str] = mapped_column(sa.Text, default="")
    language: Mapped[str] = mapped_column(sa.Text, default="")
    adjustments: Mapped[str] = mapped_column(sa.Text, default="")

    applicant: Mapped["Applicant"] = relationship(back_populates="footage_request", lazy="raise")
    representative: Mapped["Representative | None"] = relationship(lazy="raise")
    sighting: Mapped["SightingRow"] = relationship(lazy="raise")
    steps: Mapped[list["RequestStep"]] = relationship(order_by="RequestStep.number", lazy="raise")
    messages: Mapped[list["Message"]] = relationship(order_by="Message.sent_at", lazy="raise")


class Applicant(Base):
    """The person who asks. One row per request: requests of unverified people never merge."""

    __tablename__ = "applicant"

    request_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("footage_request.id"), primary_key=True
    )
    name: Mapped[str] = mapped_column(sa.Text)
    date_of_birth: Mapped[date | None]
    address: Mapped[str] = mapped_column(sa.Text, default="")
    email: Mapped[str] = mapped_column(sa.String(320), default="")
    email_confirmed_at: Mapped[datetime | None]
    phone: Mapped[str] = mapped_column(sa.String(40), default="")

    footage_request: Mapped[FootageRequest] = relationship(back_populates="applicant", lazy="raise")


class Representative(Base):
    """One who acts for the applicant, with written authority."""

    __tablename__ = "representative"

    request_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("footage_request.id"), primary_key=True
    )
    name: Mapped[str] = mapped_column(sa.Text)
    relationship_to_applicant: Mapped[str] = mapped_column(sa.Text)
    organisation: Mapped[str] = mapped_column(sa.Text, default="")
    # A firm's number on its regulator's list.
    organisation_number: Mapped[str] = mapped_column(sa.String(40), default="")
    acting: Mapped[Acting] = mapped_column(enum_by_value(Acting), default=Acting.OTHER)
    # What was checked before the authority was accepted, by the name of the check.
    checks: Mapped[dict[str, Any]] = mapped_column(default=dict)


class SightingRow(Base):
    """Where and when the applicant says it happened (see `intake.Sighting`)."""

    __tablename__ = "sighting"
    __table_args__ = (sa.CheckConstraint("earliest_at < latest_at", name="window_runs_forward"),)

    request_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("footage_request.id"), primary_key=True
    )
    earliest_at: Mapped[datetime]
    latest_at: Mapped[datetime]
    said_time: Mapped[str] = mapped_column(sa.Text)
    place: Mapped[str] = mapped_column(sa.Text)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    line: Mapped[list[Any]] = mapped_column(default=list)
    radius_m: Mapped[int]
    borough: Mapped[str] = mapped_column(sa.String(80), default="")
    occasion: Mapped[Occasion] = mapped_column(enum_by_value(Occasion))
    what_happened: Mapped[str] = mapped_column(sa.Text, default="")
    shoulder_number: Mapped[str] = mapped_column(sa.String(40), default="")
    incident_reference: Mapped[str] = mapped_column(sa.String(80), default="")
    crime_reference: Mapped[str] = mapped_column(sa.String(80), default="")
    custody_number: Mapped[str] = mapped_column(sa.String(80), default="")
    vehicle: Mapped[str] = mapped_column(sa.String(80), default="")
    appearance: Mapped[str] = mapped_column(sa.Text, default="")


class RequestStep(Base):
    """One recorded move. `on` is the day that counts in law; `at` is when it was written down."""

    __tablename__ = "request_step"
    __table_args__ = (sa.UniqueConstraint("request_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("footage_request.id"), index=True)
    number: Mapped[int]
    event: Mapped[Event] = mapped_column(enum_by_value(Event))
    status_before: Mapped[Status | None] = mapped_column(
        enum_by_value(Status, name="status_before")
    )
    status_after: Mapped[Status] = mapped_column(enum_by_value(Status, name="status_after"))
    at: Mapped[datetime]
    on: Mapped[date]
    actor_kind: Mapped[str] = mapped_column(sa.String(20))
    actor_id: Mapped[str] = mapped_column(sa.String(64))
    note: Mapped[str] = mapped_column(sa.Text, default="")


class Message(Base):
    """A word between the applicant and us. E-mail only ever says that there is one."""

    __tablename__ = "message"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("footage_request.id"), index=True)
    sender: Mapped[Sender] = mapped_column(enum_by_value(Sender))
    meaning: Mapped[Meaning] = mapped_column(enum_by_value(Meaning))
    body: Mapped[str] = mapped_column(sa.Text)
    sent_at: Mapped[datetime]
    handler_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("handler.id"))
    # When a handler phoned or wrote, because no e-mail could say that there is a message.
    told_at: Mapped[datetime | None]
    told_by: Mapped[str | None] = mapped_column(sa.String(64))


class BankHoliday(Base):
    """A day on which a nation of the United Kingdom is closed, as GOV.UK publishes it."""

    __tablename__ = "bank_holiday"

    division: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(120), default="")
