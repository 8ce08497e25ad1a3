"""What is left of a request that was deleted, and files that are gone although a row names them."""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class ForgottenRequest(Base):
    """The statistics of a request whose case was deleted (rules, section 10, step 19).

    It says which law, which days and which outcome, and nothing about a person: no name, no place
    but the borough, no word that anybody wrote. The words are plain text on purpose: they outlive
    the lists they were chosen from. `steps` are pairs of what happened and the day that counts.
    """

    __tablename__ = "forgotten_request"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(13), unique=True)
    regime: Mapped[str] = mapped_column(sa.String(40))
    about: Mapped[str] = mapped_column(sa.String(40))
    channel: Mapped[str] = mapped_column(sa.String(40))
    borough: Mapped[str] = mapped_column(sa.String(80))
    received_on: Mapped[date]
    start_on: Mapped[date | None]
    legal_due_on: Mapped[date | None]
    target_due_on: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    ending: Mapped[str | None] = mapped_column(sa.String(40))
    steps: Mapped[list[Any]]
    grounds: Mapped[list[Any]]
    reviews: Mapped[list[Any]]
    forgotten_at: Mapped[datetime] = mapped_column(index=True)


class MissingFile(Base):
    """A file that a row names and that is not there, found by the daily look."""

    __tablename__ = "missing_file"

    store: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(500), primary_key=True)
    named_by: Mapped[str] = mapped_column(sa.String(80))
    found_at: Mapped[datetime]
