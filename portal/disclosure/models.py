"""Decisions, releases, links, and every opening of them."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, enum_by_value
from portal.disclosure.exemptions import Outcome
from portal.disclosure.links import MOST_SESSIONS
from portal.holds.policy import Level
from portal.ids import new_id
from portal.requests.endings import Ending
from portal.requests.lifecycle import Regime
from portal.sealing import Named

# What its sealed files are for.
PREFIX = "releases"


class Finding(StrEnum):
    """What a review of a restriction found."""

    CONTINUE = "continue"
    NARROW = "narrow"
    END = "end"

    @property
    def label(self) -> str:
        """The finding as handlers read it."""
        return _FINDING_LABELS[self]


_FINDING_LABELS = {
    Finding.CONTINUE: "It is still needed, as it is",
    Finding.NARROW: "Part of it is no longer needed",
    Finding.END: "It is no longer needed",
}


class Decision(Base):
    """What is released and withheld. Two different people stand behind it: the database says so.

    Their names are kept as they were on the day, because a letter names the person who decided.
    """

    __tablename__ = "decision"
    __table_args__ = (
        sa.CheckConstraint("seconded_by <> decided_by", name="two_people"),
        sa.CheckConstraint("(seconded_by IS NULL) = (seconded_at IS NULL)", name="seconded_whole"),
        sa.CheckConstraint(
            "published_at IS NULL OR seconded_at IS NOT NULL", name="seconded_before_published"
        ),
        sa.UniqueConstraint("request_id", "round"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("footage_request.id"), index=True)
    round: Mapped[int]
    # The law it was decided under: the request may be under another by now.
    regime: Mapped[Regime] = mapped_column(enum_by_value(Regime))
    answer: Mapped[Ending] = mapped_column(enum_by_value(Ending, name="answer"))
    note_to_applicant: Mapped[str] = mapped_column(sa.Text, default="")
    # A ground that answers the whole request (cost, vexatious, neither confirm nor deny, …), and
    # what was recorded for it; empty where the answer is drawn from the lines.
    whole_ground: Mapped[str] = mapped_column(sa.String(40), default="")
    whole_record: Mapped[dict[str, Any]] = mapped_column(default=dict)
    interest_for: Mapped[str] = mapped_column(sa.Text, default="")
    interest_against: Mapped[str] = mapped_column(sa.Text, default="")
    interest_conclusion: Mapped[str] = mapped_column(sa.Text, default="")
    decided_by: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("handler.id"))
    decided_by_name: Mapped[str] = mapped_column(sa.String(120))
    decided_at: Mapped[datetime]
    seconded_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("handler.id"))
    seconded_by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    seconded_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    sent_back_at: Mapped[datetime | None]
    sent_back_why: Mapped[str] = mapped_column(sa.Text, default="")

    lines: Mapped[list["DecisionLine"]] = relationship(
        order_by="DecisionLine.number", lazy="raise", cascade="all, delete-orphan"
    )


class DecisionLine(Base):
    """What is decided for one recording, on which ground, and the test that was applied.

    `level` is what the applicant may be told of the hold, and `media` and `sha256` are the file
    that was decided on, as they stood then.
    """

    __tablename__ = "decision_line"
    __table_args__ = (
        sa.UniqueConstraint("decision_id", "recording_id"),
        sa.CheckConstraint("outcome = 'release' OR ground <> ''", name="withheld_has_ground"),
        sa.CheckConstraint("(outcome = 'held') = (level IS NOT NULL)", name="held_has_level"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    decision_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("decision.id"), index=True)
    recording_id: Mapped[int] = mapped_column(sa.ForeignKey("recording.id"), index=True)
    number: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(enum_by_value(Outcome))
    ground: Mapped[str] = mapped_column(sa.String(40), default="")
    # The test that was applied: the answers to the ground's own questions, by their names.
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    level: Mapped[Level | None] = mapped_column(enum_by_value(Level))
    media: Mapped[str | None] = mapped_column(sa.String(500))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))


class RestrictionReview(Base):
    """One look, every 90 days, at what an answer held back (rules, section 5, rule 5)."""

    __tablename__ = "restriction_review"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    decision_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("decision.id"), index=True)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("footage_request.id"), index=True)
    due_on: Mapped[date] = mapped_column(index=True)
    done_at: Mapped[datetime | None]
    done_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("handler.id"))
    finding: Mapped[Finding | None] = mapped_column(enum_by_value(Finding))
    reason: Mapped[str] = mapped_column(sa.Text, default="")


class Release(Base):
    """The sealed package made for a decision. Its files are kept until `expires_at`, longer than
    its first link, so that somebody who was too late can have another."""

    __tablename__ = "release"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    decision_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("decision.id"), unique=True)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("footage_request.id"), index=True)
    packed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    files_deleted_at: Mapped[datetime | None]
    # When a handler put it in an envelope, for somebody who has no e-mail address.
    posted_at: Mapped[datetime | None]
    posted_by: Mapped[str | None] = mapped_column(sa.String(64))

    files: Mapped[list["ReleaseFile"]] = relationship(order_by="ReleaseFile.number", lazy="raise")
    links: Mapped[list["DownloadLink"]] = relationship(
        back_populates="release", order_by="DownloadLink.made_at", lazy="raise"
    )


class FileKind(StrEnum):
    """What a file in a release is."""

    COPY = "copy"
    LETTER_PDF = "letter_pdf"
    LETTER_HTML = "letter_html"
    CONTENTS = "contents"
    MANIFEST = "manifest"
    PACKAGE = "package"

    @property
    def is_footage(self) -> bool:
        """Whether video is in it. Any kind that is not known to be without counts as one."""
        return self not in (
            FileKind.LETTER_PDF,
            FileKind.LETTER_HTML,
            FileKind.CONTENTS,
            FileKind.MANIFEST,
        )


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
    seal: Mapped[str | None] = mapped_column(sa.String(64))
    recording_id: Mapped[int | None] = mapped_column(sa.ForeignKey("recording.id"), index=True)

    @property
    def named(self) -> Named:
        """What the vault opens it by."""
        return Named(PREFIX, self.storage_key, self.sha256, self.seal, self.size)


class DownloadLink(Base):
    """The way to a release until a day. It grants nothing by itself. A release has at most one
    that is not revoked: a new one ends the one before."""

    __tablename__ = "download_link"
    __table_args__ = (
        sa.Index(
            "ix_download_link_one_standing",
            "release_id",
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        ),
        sa.CheckConstraint("sessions <= most_sessions", name="sessions_limited"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    release_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("release.id"), index=True)
    selector: Mapped[str] = mapped_column(sa.String(40), unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(sa.String(64))
    revoked_why: Mapped[str] = mapped_column(sa.Text, default="")
    # How often the video was unlocked with it, and how often it may be: counted under its lock.
    sessions: Mapped[int] = mapped_column(default=0)
    most_sessions: Mapped[int] = mapped_column(default=MOST_SESSIONS)

    release: Mapped[Release] = relationship(back_populates="links", lazy="raise_on_sql")


class OpeningKind(StrEnum):
    """What was done at a link."""

    CODE_SENT = "code_sent"
    CODE_WRONG = "code_wrong"
    ENTERED = "entered"
    PASSPHRASE_WRONG = "passphrase_wrong"  # noqa: S105 - a word, no secret
    UNLOCKED = "unlocked"
    READ = "read"
    PLAYED = "played"
    DOWNLOADED = "downloaded"

    @property
    def label(self) -> str:
        """The deed as the applicant and handlers read it."""
        return _OPENING_LABELS[self]


_OPENING_LABELS = {
    OpeningKind.CODE_SENT: "A code was sent",
    OpeningKind.CODE_WRONG: "A wrong code was typed",
    OpeningKind.ENTERED: "The right code was typed",
    OpeningKind.PASSPHRASE_WRONG: "A wrong passphrase was typed",
    OpeningKind.UNLOCKED: "The video was unlocked",
    OpeningKind.READ: "Read",
    OpeningKind.PLAYED: "Played",
    OpeningKind.DOWNLOADED: "Downloaded",
}


class Opening(Base):
    """One time that somebody opened something of a release, or tried to.

    The lines about files are the ledger of what went out: `first_byte` to `last_byte` were asked
    for and `bytes_sent` of them are known to have gone. While `is_running`, more may be going; how
    many is written down again from time to time (`noted_at`) and when the sending ends. Of what
    `is_passed_on`, another server sent as much as it did, and nobody tells us how much.
    """

    __tablename__ = "opening"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("download_link.id"), index=True)
    file_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("release_file.id"))
    at: Mapped[datetime]
    what: Mapped[OpeningKind] = mapped_column(enum_by_value(OpeningKind))
    first_byte: Mapped[int | None] = mapped_column(sa.BigInteger)
    last_byte: Mapped[int | None] = mapped_column(sa.BigInteger)
    bytes_sent: Mapped[int | None] = mapped_column(sa.BigInteger)
    noted_at: Mapped[datetime | None]
    is_running: Mapped[bool] = mapped_column(default=False)
    is_passed_on: Mapped[bool] = mapped_column(default=False)


class HandoverWay(StrEnum):
    """How copies reach somebody without a link."""

    POST = "post"
    IN_PERSON = "in_person"
    VIEWING = "viewing"

    @property
    def label(self) -> str:
        """The way as handlers read it."""
        return _WAY_LABELS[self]


_WAY_LABELS = {
    HandoverWay.POST: "By post, on a disc or stick",
    HandoverWay.IN_PERSON: "Handed over in person, on a disc or stick",
    HandoverWay.VIEWING: "Watched at a police station",
}


class Handover(Base):
    """Copies of a release that people handed over, sent by post or showed. Two different people
    stand behind it, as behind the decision: the database says so. `copies` are the ids of the
    files, and `shown` what showed who it was for."""

    __tablename__ = "handover"
    __table_args__ = (
        sa.CheckConstraint("agreed_by <> prepared_by", name="two_people"),
        sa.CheckConstraint(
            "(agreed_by IS NULL) = (agreed_at IS NULL)"
            " AND (handed_by IS NULL) = (handed_at IS NULL)",
            name="people_whole",
        ),
        sa.CheckConstraint(
            "handed_at IS NULL OR (agreed_at IS NOT NULL AND stopped_at IS NULL)",
            name="agreed_first",
        ),
        sa.CheckConstraint("handed_at IS NULL OR shown <> ''", name="shown"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    release_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("release.id"), index=True)
    way: Mapped[HandoverWay] = mapped_column(enum_by_value(HandoverWay))
    copies: Mapped[list[Any]] = mapped_column(default=list)
    prepared_by: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("handler.id"))
    prepared_at: Mapped[datetime]
    agreed_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("handler.id"))
    agreed_at: Mapped[datetime | None]
    handed_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("handler.id"))
    handed_at: Mapped[datetime | None]
    shown: Mapped[str] = mapped_column(sa.Text, default="")
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("handler.id"))
