"""Who may use the machine feed, and what has been answered to each call."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.ids import new_id


class ApiClient(Base):
    """One system of the force, with one key. The secret half of the key is nowhere: only its
    SHA-256 is kept, which is enough because it is 256 random bits and no word that can be guessed.
    """

    __tablename__ = "api_client"
    __table_args__ = (
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    key_id: Mapped[str] = mapped_column(sa.String(32), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    secret_sha256: Mapped[str] = mapped_column(sa.String(64))
    scopes: Mapped[list[str]]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(sa.String(64))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(sa.String(64))


class IdempotencyKey(Base):
    """A call that was made under an Idempotency-Key, and what it was answered.

    The row and the deed are one transaction, so that either both are there or neither. `status`
    and `response` are unset only inside that transaction.
    """

    __tablename__ = "idempotency_key"

    client_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("api_client.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(128), primary_key=True)
    request_sha256: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[int | None]
    response: Mapped[str | None] = mapped_column(sa.Text)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
