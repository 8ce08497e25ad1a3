"""Taking in the force's catalogue, in bounded memory.

Each batch is one transaction with one entry in the book. A bad line is reported and skipped.
A recording is known by the source's identifier: the same line again changes nothing, a changed
line updates, and what was deleted here stays deleted.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import Database
from portal.ids import new_id
from portal.outbox.commands import owe
from portal.recordings.bulk import prepare
from portal.recordings.gazetteer import known_areas
from portal.recordings.importing.chunks import LINES_PER_CHUNK, Chunk, Rejected, parted
from portal.recordings.importing.lines_of_files import json_chunks
from portal.recordings.importing.storing import Stored, store
from portal.recordings.importing.tally import ImportReport, Tally
from portal.recordings.lines import ImportLine

# Requests live in a room above this one; whether there is any is all that is asked here.
_REQUEST = sa.table("footage_request", sa.column("id", sa.Uuid))

Flagged = Callable[[Session, Sequence[int]], None]
Progress = Callable[[int], None]
Rejecting = Callable[[Sequence[Rejected]], None]
Reached = Callable[[Session, Chunk, Tally], None]


def import_lines(
    database: Database,
    lines: Iterable[str | bytes],
    *,
    by: Actor,
    at: datetime,
    flagged: Flagged,
    batch: int = LINES_PER_CHUNK,
    progress: Progress | None = None,
) -> ImportReport:
    """Take in lines of the import format (docs/import.md), a transaction for every `batch`.

    `flagged` is called in the same transaction with our numbers of the new and changed recordings
    that name a matter. `progress` is told the number of lines read so far.
    """
    chunks = json_chunks(lines, size=batch)
    return take_in(database, chunks, by=by, at=at, flagged=flagged, progress=progress)


def take_in(
    database: Database,
    chunks: Iterable[Chunk],
    *,
    by: Actor,
    at: datetime,
    flagged: Flagged,
    progress: Progress | None = None,
    rejecting: Rejecting | None = None,
    tally: Tally | None = None,
    reached: Reached | None = None,
) -> ImportReport:
    """Take in what a source was read into, a transaction for every chunk.

    `rejecting` is told of a chunk's bad lines before anything of it is written down; `reached`
    is called in the transaction that ends a chunk, with what has been done by then. `tally` has
    what was done before.
    """
    tally = tally or Tally()
    with database.reading() as session:
        known = known_areas(session)
    with at_length(database):
        for chunk in chunks:
            if rejecting:
                rejecting(chunk.rejected)
            tally.reject(chunk.rejected)
            # A chunk of nothing but bad lines has come somewhere too.
            parts = list(parted(chunk)) or [[]]
            for part in parts:
                with database.writing() as session:
                    stored = _take(session, part, by, at, flagged, known)
                    tally.take(stored, len(part))
                    if reached and part is parts[-1]:
                        reached(session, chunk, tally)
            if progress:
                progress(chunk.lines_read)
            gc.collect(1)
    return tally.report()


@contextmanager
def at_length(database: Database) -> Iterator[None]:
    """While many batches are written, one after the other.

    Python would look for circles of garbage at every few hundred lists that are parsed, and what
    is parsed has none: that was four tenths of an import's time. And while somebody has the
    database open, SQLite does not tidy up after each transaction.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        with database.engine.connect():
            yield
    finally:
        if was_enabled:
            gc.enable()


def _take(
    session: Session,
    part: list[tuple[int, ImportLine]],
    by: Actor,
    at: datetime,
    flagged: Flagged,
    known: frozenset[str],
) -> Stored:
    if not part:
        return Stored([], [], [], None, None)
    prepare(session)
    stored = store(session, [line for _, line in part], at, known)
    if stored.created or stored.updated:
        if stored.evidence:
            flagged(session, stored.evidence)
        _owe_searches(session, stored, at)
        record(
            session,
            "recordings.imported",
            subject="catalogue",
            by=by,
            at=at,
            created=len(stored.created),
            updated=len(stored.updated),
            first_line=part[0][0],
            last_line=part[-1][0],
        )
    return stored


def _owe_searches(session: Session, stored: Stored, at: datetime) -> None:
    """A camera may have been docked after somebody asked: open requests search again (rules 3).

    Where nobody has ever asked, as when a first catalogue is taken in, nothing is owed.
    """
    has_requests = session.scalar(sa.select(sa.exists(sa.select(_REQUEST.c.id))))
    if has_requests and stored.since is not None and stored.until is not None:
        owe(
            session,
            "search_again",
            payload={"since": stored.since.isoformat(), "until": stored.until.isoformat()},
            key=f"search_again:{new_id()}",
            at=at,
        )


def take_part(
    session: Session,
    part: list[tuple[int, ImportLine]],
    *,
    by: Actor,
    at: datetime,
    flagged: Flagged,
) -> Stored:
    """Take in one batch within the caller's own transaction, as the machine feed does
    (`feed.commands.taking_in`). No identifier may be in it twice."""
    return _take(session, part, by, at, flagged, known_areas(session))
