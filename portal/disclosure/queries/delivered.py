"""Reading the ledger of what went out of a file."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.disclosure.delivered import Delivered, Piece, had_of, is_running
from portal.disclosure.models import DownloadLink, Opening, Release, ReleaseFile


def delivered_files(session: Session, release: Release, at: datetime) -> dict[UUID, Delivered]:
    """What of each file of a release went out, through any of its links."""
    rows = session.scalars(
        sa.select(Opening)
        .join(DownloadLink, DownloadLink.id == Opening.link_id)
        .where(DownloadLink.release_id == release.id, Opening.first_byte.is_not(None))
    ).all()
    return {file.id: _delivered(file, rows, at) for file in release.files}


def pieces_through(
    session: Session, link_id: UUID, file_id: UUID, at: datetime
) -> tuple[Piece, ...]:
    """What went out of a file through one link."""
    rows = session.scalars(
        sa.select(Opening).where(
            Opening.link_id == link_id,
            Opening.file_id == file_id,
            Opening.first_byte.is_not(None),
        )
    )
    return tuple(_piece(row, at) for row in rows)


def _delivered(file: ReleaseFile, rows: Sequence[Opening], at: datetime) -> Delivered:
    own = [row for row in rows if row.file_id == file.id]
    had = had_of((_piece(row, at) for row in own), file.size)
    ours = [row for row in own if not row.is_passed_on]
    sent = (row.noted_at or row.at for row in ours if row.bytes_sent or not file.size)
    passed = (row.at for row in own if row.is_passed_on)
    return Delivered(file.size, had, max(sent, default=None), max(passed, default=None))


def _piece(row: Opening, at: datetime) -> Piece:
    first, sent = row.first_byte or 0, row.bytes_sent or 0
    asked = sent if row.last_byte is None else row.last_byte - first + 1
    running = row.is_running and is_running(row.noted_at, at)
    return Piece(first, asked, sent, running, row.is_passed_on)
