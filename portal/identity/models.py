"""Codes, visits, proofs and what was decided about them.

`subject_id` is the id of what the code or visit opens (a draft, a request, a link): those rooms
lie above this one, so the database keeps no foreign key here.
"""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, enum_by_value
from portal.identity.addresses import Way
from portal.identity.proof import CodePurpose, Judged, ProofKind, Verdict
from portal.ids import new_id
from portal.sealing import Named

# What its sealed files are for.
PREFIX = "proofs"


class OneTimeCode(Base):
    """A code somebody was sent: hashed, short-lived, bound to the browser that asked for it."""

    __tablename__ = "one_time_code"
    __table_args__ = (sa.Index("ix_one_time_code_subject", "purpose", "subject_id", "issued_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    purpose: Mapped[CodePurpose] = mapped_column(enum_by_value(CodePurpose))
    subject_id: Mapped[uuid.UUID]
    browser: Mapped[str] = mapped_column(sa.String(64))
    code_hash: Mapped[str] = mapped_column(sa.String(200))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class Visit(Base):
    """This browser has shown that it may see this subject, until a time."""

    __tablename__ = "visit"
    __table_args__ = (sa.Index("ix_visit_browser", "browser", "purpose", "subject_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    purpose: Mapped[CodePurpose] = mapped_column(enum_by_value(CodePurpose))
    subject_id: Mapped[uuid.UUID]
    browser: Mapped[str] = mapped_column(sa.String(64))
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Proof(Base):
    """A file that shows who the applicant is. The file is sealed; the row outlives it."""

    __tablename__ = "proof"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    subject_id: Mapped[uuid.UUID] = mapped_column(index=True)
    kind: Mapped[ProofKind] = mapped_column(enum_by_value(ProofKind))
    content_type: Mapped[str] = mapped_column(sa.String(40))
    size: Mapped[int]
    pages: Mapped[int] = mapped_column(default=1)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    storage_key: Mapped[str | None] = mapped_column(sa.String(200))
    seal: Mapped[str | None] = mapped_column(sa.String(64))
    received_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    @property
    def named(self) -> Named | None:
        """What the vault opens it by; None when the file was deleted."""
        if self.storage_key is None:
            return None
        return Named(PREFIX, self.storage_key, self.sha256, self.seal)


class IdentityCheck(Base):
    """What a handler decided about the proofs: the fact stays when the pictures are deleted."""

    __tablename__ = "identity_check"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    subject_id: Mapped[uuid.UUID] = mapped_column(index=True)
    judged: Mapped[Judged] = mapped_column(enum_by_value(Judged), default=Judged.IDENTITY)
    verdict: Mapped[Verdict] = mapped_column(enum_by_value(Verdict))
    doubts: Mapped[list[Any]] = mapped_column(default=list)
    proof_kinds: Mapped[list[Any]] = mapped_column(default=list)
    sufficient_on: Mapped[date | None]
    checked_by: Mapped[str] = mapped_column(sa.String(64))
    checked_at: Mapped[datetime]


class Passphrase(Base):
    """A passphrase that opens somebody's video, besides the code (see `passphrases`).

    The first is chosen when they ask. A later one counts when two people have accepted new proof
    of who it is, and some days after. It is kept apart, so that no page loads it by the way.
    """

    __tablename__ = "passphrase"
    __table_args__ = (
        sa.CheckConstraint("seconded_by <> accepted_by", name="two_people"),
        sa.CheckConstraint("seconded_at IS NULL OR accepted_at IS NOT NULL", name="in_order"),
        sa.CheckConstraint(
            "counts_from IS NULL OR is_first OR seconded_at IS NOT NULL", name="seconded_first"
        ),
        sa.CheckConstraint(
            "(accepted_by IS NULL) = (accepted_at IS NULL)"
            " AND (seconded_by IS NULL) = (seconded_at IS NULL)",
            name="people_whole",
        ),
        sa.Index(
            "ix_passphrase_one_asked",
            "subject_id",
            unique=True,
            sqlite_where=sa.text("counts_from IS NULL AND stopped_at IS NULL"),
            postgresql_where=sa.text("counts_from IS NULL AND stopped_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    subject_id: Mapped[uuid.UUID] = mapped_column(index=True)
    passphrase_hash: Mapped[str] = mapped_column(sa.String(200))
    is_first: Mapped[bool]
    chosen_at: Mapped[datetime]
    counts_from: Mapped[datetime | None]
    # How they showed again who they are, and who saw it; then who looked at that.
    shown: Mapped[str] = mapped_column(sa.Text, default="")
    accepted_by: Mapped[str | None] = mapped_column(sa.String(64))
    accepted_at: Mapped[datetime | None]
    seconded_by: Mapped[str | None] = mapped_column(sa.String(64))
    seconded_at: Mapped[datetime | None]
    stopped_by: Mapped[str | None] = mapped_column(sa.String(64))
    stopped_at: Mapped[datetime | None]
    stopped_why: Mapped[str] = mapped_column(sa.Text, default="")


class AddressChange(Base):
    """Another e-mail address for somebody who cannot read the one we have (see `addresses`).

    One handler proposes it, another agrees, and it takes effect some days after. It goes with its
    request.
    """

    __tablename__ = "address_change"
    __table_args__ = (
        sa.CheckConstraint("agreed_by <> proposed_by", name="two_people"),
        sa.CheckConstraint(
            "(agreed_by IS NULL) = (agreed_at IS NULL)"
            " AND (stopped_by IS NULL) = (stopped_at IS NULL)",
            name="people_whole",
        ),
        sa.CheckConstraint(
            "applied_at IS NULL OR (agreed_at IS NOT NULL AND stopped_at IS NULL)",
            name="agreed_first",
        ),
        sa.Index(
            "ix_address_change_one_waiting",
            "subject_id",
            unique=True,
            sqlite_where=sa.text("applied_at IS NULL AND stopped_at IS NULL"),
            postgresql_where=sa.text("applied_at IS NULL AND stopped_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    subject_id: Mapped[uuid.UUID] = mapped_column(index=True)
    email: Mapped[str] = mapped_column(sa.String(320))
    # How they made sure, and what they saw or heard.
    way: Mapped[Way] = mapped_column(enum_by_value(Way))
    shown: Mapped[str] = mapped_column(sa.Text)
    proposed_by: Mapped[str] = mapped_column(sa.String(64))
    proposed_at: Mapped[datetime]
    agreed_by: Mapped[str | None] = mapped_column(sa.String(64))
    agreed_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    stopped_by: Mapped[str | None] = mapped_column(sa.String(64))
    stopped_at: Mapped[datetime | None]
    stopped_why: Mapped[str] = mapped_column(sa.Text, default="")
