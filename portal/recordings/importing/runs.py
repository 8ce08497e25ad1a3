"""Going on with a file where an import of it was stopped."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.db import Database
from portal.recordings.importing.chunks import Mark
from portal.recordings.importing.tally import Tally
from portal.recordings.models import UnfinishedImport

_OPENING = 65_536


def opening_of(stream: BinaryIO, *, how: str) -> str:
    """By what a file is known again: its beginning, and how it is read. Leaves it at the start."""
    beginning = stream.read(_OPENING)
    stream.seek(0)
    return hashlib.sha256(how.encode() + b"\0" + beginning).hexdigest()


@dataclass(frozen=True)
class Stopped:
    """Where an earlier import of a file was stopped, and what it had done."""

    mark: Mark
    tally: Tally


def stopped_at(database: Database, opening: str) -> Stopped | None:
    """The unfinished import of a file with this opening, if there is one."""
    with database.reading() as session:
        row = session.get(UnfinishedImport, opening)
    if row is None:
        return None
    tally = Tally(row.created, row.updated, row.unchanged, row.rejected)
    return Stopped(Mark(row.taken_bytes, row.taken_lines, row.sha256), tally)


def come_so_far(session: Session, opening: str, mark: Mark, tally: Tally, *, at: datetime) -> None:
    """Note how far the import has come, in the transaction that brings it there."""
    session.merge(
        UnfinishedImport(
            opening=opening,
            taken_bytes=mark.taken_bytes,
            taken_lines=mark.taken_lines,
            sha256=mark.sha256,
            created=tally.created,
            updated=tally.updated,
            unchanged=tally.unchanged,
            rejected=tally.rejected_count,
            at=at,
        )
    )


def finish(database: Database, opening: str) -> None:
    """The file has been taken in whole: the next import of it begins at its beginning."""
    with database.writing() as session:
        session.execute(sa.delete(UnfinishedImport).where(UnfinishedImport.opening == opening))
