"""Internal reviews and complaints."""

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, enum_by_value
from portal.ids import new_id
from portal.requests.intake import Channel
from portal.reviews.kinds import ReviewKind, ReviewOutcome


class Review(Base):
    """One ask to look again, with a clock of its own. Whoever answers it is senior, and did not
    work on what is looked at; the command checks it against everybody in the request's ledger."""

    __tablename__ = "review"
    __table_args__ = (
        sa.CheckConstraint("(answered_at IS NULL) = (outcome IS NULL)", name="answered_whole"),
        sa.CheckConstraint(
            "answered_at IS NULL OR answered_by IS NOT NULL", name="answered_by_one"
        ),
        sa.CheckConstraint(
            "kind = 'internal_review' OR exceptional_on IS NULL", name="exceptional_review"
        ),
        sa.CheckConstraint("outcome <> 'too_late' OR is_late", name="late_review"),
        # One of a kind at a time: whoever has more to say adds it to the one that is open.
        sa.Index(
            "ix_review_one_open",
            "request_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("footage_request.id"), index=True)
    kind: Mapped[ReviewKind] = mapped_column(enum_by_value(ReviewKind))
    channel: Mapped[Channel] = mapped_column(enum_by_value(Channel))
    words: Mapped[str] = mapped_column(sa.Text)
    received_at: Mapped[datetime]
    received_on: Mapped[date]
    is_late: Mapped[bool] = mapped_column(default=False)
    acknowledged_at: Mapped[datetime | None]
    exceptional_on: Mapped[date | None]
    exceptional_why: Mapped[str] = mapped_column(sa.Text, default="")
    due_on: Mapped[date | None] = mapped_column(index=True)
    assigned_to: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("handler.id"), index=True)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("handler.id"))
    answered_by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    outcome: Mapped[ReviewOutcome | None] = mapped_column(enum_by_value(ReviewOutcome))
    reasons: Mapped[str] = mapped_column(sa.Text, default="")
    what_changes: Mapped[str] = mapped_column(sa.Text, default="")
