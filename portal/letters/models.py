"""Letters that were issued."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, enum_by_value
from portal.ids import new_id
from portal.letters.kinds import LetterKind
from portal.sealing import Named

# What its sealed files are for.
PREFIX = "letters"


class Letter(Base):
    """A formal letter as it was issued: its fields, and the fingerprints of what was made of them.

    `subject_id` is the request it belongs to. The files are made by the worker; until then the
    keys are empty. `posted_at` is set when a handler has put it in an envelope.
    """

    __tablename__ = "letter"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    subject_id: Mapped[uuid.UUID] = mapped_column(index=True)
    kind: Mapped[LetterKind] = mapped_column(enum_by_value(LetterKind))
    fields: Mapped[dict[str, Any]]
    html_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    pdf_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    html_key: Mapped[str | None] = mapped_column(sa.String(200))
    pdf_key: Mapped[str | None] = mapped_column(sa.String(200))
    html_seal: Mapped[str | None] = mapped_column(sa.String(64))
    pdf_seal: Mapped[str | None] = mapped_column(sa.String(64))
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(sa.String(64))
    is_to_post: Mapped[bool] = mapped_column(default=False)
    posted_at: Mapped[datetime | None]
    posted_by: Mapped[str | None] = mapped_column(sa.String(64))

    @property
    def page(self) -> Named | None:
        """What the vault opens the page by; None while it is being made."""
        return _named(self.html_key, self.html_sha256, self.html_seal)

    @property
    def pdf(self) -> Named | None:
        """The same for the PDF."""
        return _named(self.pdf_key, self.pdf_sha256, self.pdf_seal)


def _named(key: str | None, sha256: str | None, seal: str | None) -> Named | None:
    return None if key is None or sha256 is None else Named(PREFIX, key, sha256, seal)
