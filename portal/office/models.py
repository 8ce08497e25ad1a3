"""Handlers and their signed-in sessions."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.ids import new_id


class Handler(Base):
    """Request-handling staff. The authenticator secret is sealed; the passphrase is Argon2id."""

    __tablename__ = "handler"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    sign_in_name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    passphrase_hash: Mapped[str] = mapped_column(sa.String(200))
    sealed_secret: Mapped[bytes]
    last_code_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    roles: Mapped[list[str]]
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StaffSession(Base):
    """A handler signed in on one browser, until it times out or is ended."""

    __tablename__ = "staff_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    handler_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("handler.id"), index=True)
    browser: Mapped[str] = mapped_column(sa.String(64), unique=True)
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
