"""The catalogue of what was filmed, where each camera went, and what searches found.

A recording's facts, its track and its footprint are three tables on purpose: a search reads
only footprints and tracks, and the facts of the few recordings it answers with.
"""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, enum_by_value
from portal.recordings.kinds import CandidateStatus, Category, Certainty, PlaceKind

__all__ = [
    "BoroughSquare",
    "Candidate",
    "CandidateStatus",
    "Category",
    "Certainty",
    "Footprint",
    "Place",
    "PlaceKind",
    "Preservation",
    "Recording",
    "Search",
    "Track",
    "UnfinishedImport",
]

# SQLite only counts up by itself in a column that is exactly INTEGER.
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Recording(Base):
    """One piece of footage. `id` is ours and small, because the footprint repeats it;
    `source_id` is the evidence system's. The row outlives the footage: see `deleted_at`."""

    __tablename__ = "recording"
    __table_args__ = (
        sa.CheckConstraint("ended_at > started_at", name="ends_after_start"),
        sa.CheckConstraint(
            "deleted_at IS NULL OR deleted_why IS NOT NULL", name="deleted_with_reason"
        ),
        # Most recordings are evidence in nothing.
        sa.Index(
            "ix_recording_matter_reference",
            "matter_reference",
            sqlite_where=sa.text("matter_reference IS NOT NULL"),
            postgresql_where=sa.text("matter_reference IS NOT NULL"),
        ),
        # A file that two recordings name must outlive the first of them.
        sa.Index(
            "ix_recording_media",
            "media",
            sqlite_where=sa.text("media IS NOT NULL"),
            postgresql_where=sa.text("media IS NOT NULL"),
        ),
        # The living by their start: what routine deletion comes to, and what is evidence. The rows
        # of all that was ever deleted are in neither.
        *(
            sa.Index(
                f"ix_recording_{category.value}_started_at",
                "started_at",
                sqlite_where=sa.text(f"deleted_at IS NULL AND category = '{category.value}'"),
                postgresql_where=sa.text(f"deleted_at IS NULL AND category = '{category.value}'"),
            )
            for category in Category
        ),
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    source_id: Mapped[str] = mapped_column(sa.String(200), unique=True)
    camera: Mapped[str] = mapped_column(sa.String(100))
    shoulder_number: Mapped[str | None] = mapped_column(sa.String(40))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    area: Mapped[str | None] = mapped_column(sa.String(100))
    category: Mapped[Category] = mapped_column(enum_by_value(Category))
    matter_reference: Mapped[str | None] = mapped_column(sa.String(100))
    incident: Mapped[str | None] = mapped_column(sa.String(100))
    media: Mapped[str | None] = mapped_column(sa.String(500))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    imported_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    deleted_why: Mapped[str | None] = mapped_column(sa.String(500))

    @property
    def is_deleted(self) -> bool:
        """Whether the footage is gone and only this row is left."""
        return self.deleted_at is not None

    @property
    def has_media(self) -> bool:
        """Whether there is a file to watch or to release."""
        return self.media is not None and self.deleted_at is None


class Track(Base):
    """Where the camera went. Every recording that still exists has one, with no points if it
    had no positions.

    `start` and `end` are the recording's, in whole UTC epoch seconds, outwards. `points` is
    little-endian int32 (t, x, y) per fix: milliseconds after `start`, and decimetres on the
    British National Grid. `slack_dm` is the accuracy of its worst fix where that is poor.
    """

    __tablename__ = "track"

    # No foreign key: to check it took PostgreSQL a third of an import (ADR 0024).
    recording_id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    start: Mapped[int] = mapped_column(sa.BigInteger)
    end: Mapped[int] = mapped_column(sa.BigInteger)
    slack_dm: Mapped[int] = mapped_column(default=0)
    points: Mapped[bytes]


class Footprint(Base):
    """What was where: the recordings that were in one square kilometre in one hour, with their
    tracks beside them, so that a search reads few rows. Written by `recordings.indexing` alone.

    `part` is the least recording id in the row. There is no foreign key and no index on
    recordings, on purpose: rows are written again by their hours and squares, in the transaction
    that adds, moves or deletes a recording. All of it can be made again from the tracks.
    """

    __tablename__ = "footprint"

    slot: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    cell: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    part: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    heads: Mapped[bytes]
    points: Mapped[bytes]


class Search(Base):
    """What was looked for, by whom, when, and how much was found: kept even when it was nothing.

    `since` and `until` are the window of the `criteria`, for queries. `complete_up_to` is the time
    up to which the catalogue was thought complete when it ran.
    """

    __tablename__ = "recording_search"
    __table_args__ = (
        # Whole, so that whose windows a time touches is told without the rows and their criteria.
        sa.Index("ix_recording_search_window", "request_id", "until", "since", "asked_by"),
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    request_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("footage_request.id"))
    criteria: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    until: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]
    found: Mapped[int]
    complete_up_to: Mapped[datetime | None]


class Candidate(Base):
    """A recording a search found for a request. Once a handler confirms it, it is a match."""

    __tablename__ = "candidate"
    __table_args__ = (
        sa.UniqueConstraint("request_id", "recording_id"),
        sa.CheckConstraint(
            "status = 'proposed' OR (judged_by IS NOT NULL AND judged_at IS NOT NULL)",
            name="judged_by_somebody",
        ),
        sa.CheckConstraint(
            "status <> 'rejected' OR judged_why IS NOT NULL", name="rejected_with_reason"
        ),
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("footage_request.id"))
    search_id: Mapped[int] = mapped_column(sa.ForeignKey("recording_search.id"))
    recording_id: Mapped[int] = mapped_column(sa.ForeignKey("recording.id"), index=True)
    rank: Mapped[int]
    score: Mapped[float]
    share: Mapped[float]
    place: Mapped[Certainty] = mapped_column(enum_by_value(Certainty))
    distance_m: Mapped[float | None]
    overlap_s: Mapped[float]
    reasons: Mapped[list[str]]
    status: Mapped[CandidateStatus] = mapped_column(
        enum_by_value(CandidateStatus), default=CandidateStatus.PROPOSED
    )
    judged_by: Mapped[str | None] = mapped_column(sa.String(64))
    judged_at: Mapped[datetime | None]
    judged_why: Mapped[str | None] = mapped_column(sa.String(1000))


class Preservation(Base):
    """A bar on deleting a recording because a request is open.

    It bars while `until` is unset or still to come. Closing the request sets `released_at` (when
    that was said) and `until` (when the time for a review or complaint ends).
    """

    __tablename__ = "preservation"
    __table_args__ = (
        sa.UniqueConstraint("request_id", "recording_id"),
        sa.CheckConstraint(
            "released_at IS NULL OR until IS NOT NULL", name="released_until_a_time"
        ),
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("footage_request.id"))
    recording_id: Mapped[int] = mapped_column(sa.ForeignKey("recording.id"), index=True)
    placed_at: Mapped[datetime]
    until: Mapped[datetime | None]
    released_at: Mapped[datetime | None]

    def bars_deletion(self, at: datetime) -> bool:
        """Whether the recording must still be kept at that instant."""
        return self.until is None or self.until > at


class Place(Base):
    """One entry of the gazetteer. `lines` is a list of lines, each a list of [lat, lon] in
    WGS 84 degrees: a street's lines, a borough's rings; a point has one line of one position."""

    __tablename__ = "place"
    __table_args__ = (
        sa.UniqueConstraint("kind", "search_name", "borough"),
        # Streets in a square are found along their parallel.
        sa.Index("ix_place_kind_lat", "kind", "lat"),
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    kind: Mapped[PlaceKind] = mapped_column(enum_by_value(PlaceKind))
    name: Mapped[str] = mapped_column(sa.String(200))
    search_name: Mapped[str] = mapped_column(sa.String(200), index=True)
    borough: Mapped[str] = mapped_column(sa.String(100), default="")
    lines: Mapped[list[Any]]
    lat: Mapped[float]
    lon: Mapped[float]


class BoroughSquare(Base):
    """A square kilometre that a borough touches, so that a search at a place knows which
    boroughs' recordings without positions may have been there: `unplaced` is the pretended square
    where the index has them."""

    __tablename__ = "borough_square"

    cell: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    borough: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    unplaced: Mapped[int] = mapped_column(sa.Integer)


class UnfinishedImport(Base):
    """How far an import of a file has come, written with each of its batches: after a kill, the
    same file goes on from there. The row is deleted when the file has been taken in whole.

    `opening` is the SHA-256 of the file's beginning and of how it is read, by which a file is
    known again; `sha256` is that of all that was taken, which must still be what the file begins
    with. The counts are what was done so far.
    """

    __tablename__ = "unfinished_import"

    opening: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    taken_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    taken_lines: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    created: Mapped[int] = mapped_column(sa.BigInteger)
    updated: Mapped[int] = mapped_column(sa.BigInteger)
    unchanged: Mapped[int] = mapped_column(sa.BigInteger)
    rejected: Mapped[int] = mapped_column(sa.BigInteger)
    at: Mapped[datetime]
