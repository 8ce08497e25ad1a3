"""Decisions, releases, links, and every opening of them."""

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, enum_by_value
from portal.disclosure.exemptions import Answer, Outcome
from portal.ids import new_id


class Decision(Base):
    """What is released and withheld. Two different people stand behind it: the database says so."""

    __tablename__ = "decision"
    __table_args__ = (
        sa.CheckConstraint("seconded_by <> decided_by", name="two_people"),
        sa.CheckConstraint(
            "(seconded_by IS NULL) = (seconded_at IS NULL)", name="seconded_whole"
        ),
        sa.CheckConstraint(
            "published_at IS NULL OR seconded_at IS NOT NULL", name="seconded_before_published"
        ),
        sa.UniqueConstraint("request_id", "round"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("footage_request.id"), index=True)
    round: Mapped[int]
    answer: Mapped[Answer] = mapped_column(enum_by_value(Answer))
    note_to_applicant: Mapped[str] = mapped_column(sa.Text, default="")
    decided_by: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("handler.id"))
    decided_at: Mapped[datetime]
    seconded_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("handler.id"))
    seconded_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    sent_back_at: Mapped[datetime | None]
    sent_back_why: Mapped[str] = mapped_column(sa.Text, default="")

    lines: Mapped[list["DecisionLine"]] = relationship(
        order_by="DecisionLine.number", lazy="raise", cascade="all, delete-orphan"
    )


class DecisionLine(Base):
    """What is decided for one recording, on which ground, and the test that was applied."""

    __tablename__ = "decision_line"
    __table_args__ = (
        sa.UniqueConstraint("decision_id", "recording_id"),
        sa.CheckConstraint("outcome = 'release' OR ground <> ''", name="withheld_has_ground"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    decision_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("decision.id"), index=True)
    recording_id: Mapped[int] = mapped_column(sa.ForeignKey("recording.id"), index=True)
    number: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(enum_by_value(Outcome))
    ground: Mapped[str] = mapped_column(sa.String(40), default="")
    test: Mapped[str] = mapped_column(sa.Text, default="")


class Release(Base):
    """The sealed package made for a decision."""

    __tablename__ = "release"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    decision_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("decision.id"), unique=True)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("footage_request.id"), index=True)
    packed_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    files: Mapped[list["ReleaseFile"]] = relationship(order_by="ReleaseFile.number", lazy="raise")
    link: Mapped["DownloadLink"] = relationship(back_populates="release", lazy="raise")


class FileKind(StrEnum):
    """What a file in a release is."""

    COPY = "copy"
    LETTER_PDF = "letter_pdf"
    LETTER_HTML = "letter_html"
    MANIFEST = "manifest"
    PACKAGE = "package"


class ReleaseFile(Base):
    """One file of a release. `recording_id` is set on copies: the gate is asked about it."""

    __tablename__ = "release_file"
    __table_args__ = (
        sa.UniqueConstraint("release_id", "name"),
        sa.CheckConstraint("(kind = 'copy') = (recording_id IS NOT NULL)", name="copy_has_source"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    release_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("release.id"), index=True)
    number: Mapped[int]
    kind: Mapped[FileKind] = mapped_column(enum_by_value(FileKind))
    name: Mapped[str] = mapped_column(sa.String(120))
    content_type: Mapped[str] = mapped_column(sa.String(60))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    storage_key: Mapped[str] = mapped_column(sa.String(200))
    recording_id: Mapped[int | None] = mapped_column(sa.ForeignKey("recording.id"), index=True)


class DownloadLink(Base):
    """The way to a release until a day. It grants nothing by itself."""

    __tablename__ = "download_link"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    release_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("release.id"), unique=True)
    selector: Mapped[str] = mapped_column(sa.String(40), unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(sa.String(64))
    revoked_why: Mapped[str] = mapped_column(sa.Text, default="")

    release: Mapped[Release] = relationship(back_populates="link", lazy="raise")


class Opening(Base):
    """One time that somebody opened something of a release, or tried to."""

    __tablename__ = "opening"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("download_link.id"), index=True)
    file_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("release_file.id"))
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(sa.String(40))
    first_byte: Mapped[int | None] = mapped_column(sa.BigInteger)
    bytes_sent: Mapped[int | None] = mapped_column(sa.BigInteger)
