"""Taking in one file of lines, going on where an earlier import of it was stopped."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.db import Database
from portal.recordings.importing.chunks import Chunk
from portal.recordings.importing.lines_of_files import FileLines
from portal.recordings.importing.runs import Stopped, come_so_far, finish, opening_of, stopped_at
from portal.recordings.importing.side_file import SideFile
from portal.recordings.importing.taking import Flagged, Progress, take_in
from portal.recordings.importing.tally import ImportReport, Tally

# How a file's lines are read into chunks, from wherever they stand.
Reading = Callable[[FileLines], Iterator[Chunk]]


def import_file(
    database: Database,
    stream: BinaryIO,
    reading: Reading,
    *,
    how: str,
    by: Actor,
    at: datetime,
    flagged: Flagged,
    side_file: SideFile | None,
    progress: Progress | None = None,
) -> ImportReport:
    """Take in a file that can be read from its beginning again.

    When an import of the same file, read in the same way (`how`), was stopped before its end,
    this one goes on after the last batch that was written: it is known by everything it had read,
    so that a file which was changed meanwhile is taken in from its beginning.
    """
    opening = opening_of(stream, how=how)
    lines, before = _from_where_it_stopped(stream, stopped_at(database, opening))
    after = lines.mark.taken_lines

    def reached(session: Session, chunk: Chunk, tally: Tally) -> None:
        if chunk.mark:
            come_so_far(session, opening, chunk.mark, tally, at=at)

    if side_file:
        side_file.begin(after=after)
    report = take_in(
        database,
        reading(lines),
        by=by,
        at=at,
        flagged=flagged,
        progress=progress,
        rejecting=side_file.add if side_file else None,
        tally=before,
        reached=reached,
    )
    finish(database, opening)
    return replace(report, continued_after_line=after)


def _from_where_it_stopped(
    stream: BinaryIO, stopped: Stopped | None
) -> tuple[FileLines, Tally | None]:
    lines = FileLines(stream)
    if stopped is not None and lines.go_on_from(stopped.mark):
        return lines, stopped.tally
    return lines, None
