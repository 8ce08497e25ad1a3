"""E-mails, rendered once and stored, so that a second sending is the same to the byte."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, enum_by_value
from portal.ids import new_id
from portal.notifications.notices import Failure, NoticeKind


class Notice(Base):
    """One e-mail we owe or have sent. `key` is unique: the same news is sent once."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.CheckConstraint("(failed_at IS NULL) = (failure IS NULL)", name="failed_says_why"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    kind: Mapped[NoticeKind] = mapped_column(enum_by_value(NoticeKind))
    to: Mapped[str] = mapped_column(sa.String(320))
    fields: Mapped[dict[str, Any]]
    subject: Mapped[str | None] = mapped_column(sa.Text)
    body: Mapped[str | None] = mapped_column(sa.Text)
    message_id: Mapped[str] = mapped_column(sa.String(200), unique=True)
    written_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    # The token of the lease under which handing it over was begun, until it is known how that
    # ended. A worker that lost its lease can say nothing about another's handing over.
    leaving: Mapped[str | None] = mapped_column(sa.String(64))
    # How many copies may have gone beyond the one, at most.
    deliveries_unsure: Mapped[int] = mapped_column(default=0)
    # The reference of the request it is about; "" for what is about none.
    about: Mapped[str] = mapped_column(sa.String(13), default="", index=True)
    failed_at: Mapped[datetime | None]
    failure: Mapped[Failure | None] = mapped_column(enum_by_value(Failure))
    # When somebody told them by another way, so that nothing is left to be done.
    seen_to_at: Mapped[datetime | None]
    seen_to_by: Mapped[str | None] = mapped_column(sa.String(64))
