"""Matters and the holds that serve them."""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, enum_by_value
from portal.holds.looking import HoldFinding
from portal.holds.policy import HoldKind, Level, Segment
from portal.ids import new_id


class Matter(Base):
    """The investigation, prosecution, complaint, inquest or claim that holds serve. It closes
    once, and its holds end with it."""

    __tablename__ = "matter"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(80), unique=True)
    kind: Mapped[HoldKind] = mapped_column(enum_by_value(HoldKind))
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(sa.String(64))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(sa.String(64))
    closed_why: Mapped[str] = mapped_column(sa.Text, default="")

    holds: Mapped[list["Hold"]] = relationship(back_populates="matter", lazy="raise")


class Hold(Base):
    """A bar on the release, and on the deletion, of one recording."""

    __tablename__ = "hold"
    __table_args__ = (
        sa.Index(
            "ix_hold_one_open",
            "recording_id",
            "matter_id",
            unique=True,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    recording_id: Mapped[int] = mapped_column(sa.ForeignKey("recording.id"), index=True)
    matter_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("matter.id"), index=True)
    kind: Mapped[HoldKind] = mapped_column(enum_by_value(HoldKind))
    level: Mapped[Level] = mapped_column(enum_by_value(Level))
    reason: Mapped[str] = mapped_column(sa.Text)
    # Pairs of seconds from the start of the recording; none is a hold on the whole.
    segments: Mapped[list[Any]] = mapped_column(default=list)
    placed_at: Mapped[datetime]
    placed_by: Mapped[str] = mapped_column(sa.String(64))
    review_due_on: Mapped[date]
    # How often it was looked at again.
    looks: Mapped[int] = mapped_column(default=0)
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(sa.String(64))
    lifted_why: Mapped[str] = mapped_column(sa.Text, default="")

    matter: Mapped[Matter] = relationship(back_populates="holds", lazy="raise")

    @property
    def parts(self) -> tuple[Segment, ...]:
        """The parts of the recording that it is about; none when it is about the whole."""
        return tuple(Segment(*pair) for pair in self.segments)

    def is_overdue(self, today: date) -> bool:
        """Whether it is open and should have been looked at again before today."""
        return self.lifted_at is None and self.review_due_on < today


class HoldOverride(Base):
    """A court's order that a held recording goes to one request all the same, past the holds that
    barred it then. Two people stand behind it, one of them the data protection officer."""

    __tablename__ = "hold_override"
    __table_args__ = (
        sa.CheckConstraint("agreed_by <> asked_by", name="two_people"),
        sa.CheckConstraint("(agreed_by IS NULL) = (agreed_at IS NULL)", name="agreed_whole"),
        sa.CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name="ended_whole"),
        sa.Index(
            "ix_hold_override_one_standing",
            "request_id",
            "recording_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    recording_id: Mapped[int] = mapped_column(sa.ForeignKey("recording.id"))
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("footage_request.id"))
    # The ids of the holds that it lets pass: one that is placed later bars.
    holds: Mapped[list[str]]
    order_reference: Mapped[str] = mapped_column(sa.String(120))
    reason: Mapped[str] = mapped_column(sa.Text)
    asked_by: Mapped[str] = mapped_column(sa.String(64))
    asked_by_officer: Mapped[bool]
    asked_at: Mapped[datetime]
    agreed_by: Mapped[str | None] = mapped_column(sa.String(64))
    agreed_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(sa.String(64))
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(sa.Text, default="")


class OpenedCopy(Base):
    """A plain copy of a file that is made from this recording, lying where another server sends it
    from (ADR 0022). A file made from several recordings has a row for each, all with its key.

    It is known here, beside the gate, so that whoever shuts the gate for a recording owes the
    copy's deletion in the same transaction: see `commands.shutting`.
    """

    __tablename__ = "opened_copy"

    file_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("release_file.id"), primary_key=True)
    recording_id: Mapped[int] = mapped_column(
        sa.ForeignKey("recording.id"), primary_key=True, index=True
    )
    key: Mapped[str] = mapped_column(sa.String(80), index=True)
    opened_at: Mapped[datetime]


class HoldReview(Base):
    """One look at a hold, every 90 days, with what it is about from then on."""

    __tablename__ = "hold_review"
    __table_args__ = (sa.UniqueConstraint("hold_id", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    hold_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("hold.id"))
    number: Mapped[int]
    finding: Mapped[HoldFinding] = mapped_column(enum_by_value(HoldFinding))
    reason: Mapped[str] = mapped_column(sa.Text)
    level: Mapped[Level] = mapped_column(enum_by_value(Level))
    segments: Mapped[list[Any]] = mapped_column(default=list)
    was_due_on: Mapped[date]
    next_due_on: Mapped[date | None]
    done_at: Mapped[datetime]
    done_by: Mapped[str] = mapped_column(sa.String(64))
