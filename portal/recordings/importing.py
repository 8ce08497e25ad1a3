"""Taking in the force's catalogue, line by line, in bounded memory.

Each batch is one transaction with one entry in the book. A bad line is reported and skipped.
A recording is known by the source's identifier: the same line again changes nothing, a changed
line updates, and what was deleted here stays deleted.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import Database
from portal.recordings.indexing import Geometry, erase, geometries, known_areas, place
from portal.recordings.lines import LONGEST_LINE, BadLine, ImportLine, read_line
from portal.recordings.models import Recording, Track

Flagged = Callable[[Session, Recording, str], None]
Progress = Callable[[int], None]

# A line may hold tens of thousands of fixes; a batch ends early rather than grow without limit.
_FIXES_PER_BATCH = 200_000
# More messages than anybody reads would only fill the memory.
_MOST_MESSAGES = 10_000


@dataclass(frozen=True)
class Rejected:
    """A line that was skipped; lines count from 1."""

    line_number: int
    message: str


@dataclass(frozen=True)
class ImportReport:
    """What an import did. `rejected` has the first 10,000 bad lines, `rejected_count` all."""

    created: int
    updated: int
    unchanged: int
    rejected: tuple[Rejected, ...]
    rejected_count: int


@dataclass
class _Tally:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected_count: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    lines_read: int = 0

    def reject(self, line_number: int, message: str) -> None:
        self.rejected_count += 1
        if len(self.rejected) < _MOST_MESSAGES:
            self.rejected.append(Rejected(line_number, message))

    def report(self) -> ImportReport:
        return ImportReport(
            self.created,
            self.updated,
            self.unchanged,
            tuple(self.rejected),
            self.rejected_count,
        )


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a file without ever holding more than one, nor more of it than is allowed:
    one that is too long is cut where the import will see that it is, and the rest passed over."""
    while line := stream.readline(LONGEST_LINE + 2):
        yield line
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST_LINE)


def import_lines(
    database: Database,
    lines: Iterable[str | bytes],
    *,
    by: Actor,
    at: datetime,
    flagged: Flagged,
    batch: int = 500,
    progress: Progress | None = None,
) -> ImportReport:
    """Take in lines of the import format (docs/import.md), a transaction for every `batch`.

    `flagged` is called in the same transaction for every new or changed recording that names a
    matter. `progress` is told the number of lines read so far.
    """
    tally = _Tally()
    with database.reading() as session:
        known = known_areas(session)
    for held in _batches(lines, batch, tally):
        with database.writing() as session:
            created, updated = _store(session, [line for _, line in held], at, flagged, known)
            if created or updated:
                record(
                    session,
                    "recordings.imported",
                    subject="catalogue",
                    by=by,
                    at=at,
                    created=created,
                    updated=updated,
                    first_line=held[0][0],
                    last_line=held[-1][0],
                )
        tally.created += created
        tally.updated += updated
        tally.unchanged += len(held) - created - updated
        if progress:
            progress(tally.lines_read)
    return tally.report()


def _batches(
    lines: Iterable[str | bytes], size: int, tally: _Tally
) -> Iterator[list[tuple[int, ImportLine]]]:
    """Checked lines in batches, no identifier twice in one: the later line must see the first."""
    held: dict[str, tuple[int, ImportLine]] = {}
    fixes = 0
    for number, line in enumerate(lines, 1):
        tally.lines_read = number
        if not line.strip():
            continue
        try:
            checked = read_line(line)
        except BadLine as fault:
            tally.reject(number, str(fault))
            continue
        if held and (checked.source_id in held or len(held) >= size or fixes >= _FIXES_PER_BATCH):
            yield list(held.values())
            held, fixes = {}, 0
        held[checked.source_id] = (number, checked)
        fixes += len(checked.fixes.at)
    if held:
        yield list(held.values())


def _store(
    session: Session,
    lines: list[ImportLine],
    at: datetime,
    flagged: Flagged,
    known: frozenset[str],
) -> tuple[int, int]:
    """Write one batch; returns how many were created and how many updated."""
    existing = _existing(session, lines)
    created: list[tuple[ImportLine, Geometry]] = []
    placed: list[tuple[int, str | None, Geometry]] = []
    touched: list[Recording] = []
    for line, geometry in zip(lines, geometries(lines), strict=True):
        prior, track = existing.get(line.source_id, (None, None))
        if prior is None:
            created.append((line, geometry))
        elif not prior.is_deleted and not _is_same(prior, track, line, geometry):
            _update(session, prior, line, at)
            placed.append((prior.id, line.area, geometry))
            touched.append(prior)
    updated = len(touched)
    numbers = _create(session, [line for line, _ in created], at)
    placed += [
        (number, line.area, geometry)
        for number, (line, geometry) in zip(numbers, created, strict=True)
    ]
    place(session, placed, known)
    touched += _flagged_among(session, numbers)
    for recording in touched:
        if recording.matter_reference is not None:
            flagged(session, recording, recording.matter_reference)
    return len(created), updated


def _existing(
    session: Session, lines: list[ImportLine]
) -> dict[str, tuple[Recording, Track | None]]:
    rows = session.execute(
        sa.select(Recording, Track)
        .outerjoin(Track, Track.recording_id == Recording.id)
        .where(Recording.source_id.in_([line.source_id for line in lines]))
        .order_by(Recording.id)
        # A deletion that is under way must be seen, not written over.
        .with_for_update(of=Recording)
    )
    return {recording.source_id: (recording, track) for recording, track in rows}


def _facts(line: ImportLine) -> dict[str, Any]:
    return {
        "source_id": line.source_id,
        "camera": line.camera,
        "shoulder_number": line.shoulder_number,
        "started_at": line.started_at,
        "ended_at": line.ended_at,
        "area": line.area,
        "category": line.category,
        "matter_reference": line.matter_reference,
        "incident": line.incident,
        "media": line.media,
        "sha256": line.sha256,
    }


def _is_same(prior: Recording, track: Track | None, line: ImportLine, held: Geometry) -> bool:
    if track is None or (track.start, track.end, track.slack_dm, track.points) != held.row:
        return False
    return all(getattr(prior, name) == value for name, value in _facts(line).items())


def _update(session: Session, prior: Recording, line: ImportLine, at: datetime) -> None:
    erase(session, prior)
    for name, value in _facts(line).items():
        setattr(prior, name, value)
    prior.imported_at = at
    session.flush()


def _create(session: Session, lines: list[ImportLine], at: datetime) -> list[int]:
    """Insert the recordings; returns their numbers in the order of the lines."""
    if not lines:
        return []
    table = cast(sa.Table, Recording.__table__)
    rows = [_facts(line) | {"imported_at": at} for line in lines]
    session.connection().execute(sa.insert(table), rows)
    names = [line.source_id for line in lines]
    numbered = session.execute(
        sa.select(Recording.source_id, Recording.id).where(Recording.source_id.in_(names))
    )
    numbers = {row.source_id: row.id for row in numbered}
    return [numbers[name] for name in names]


def _flagged_among(session: Session, numbers: list[int]) -> list[Recording]:
    return list(
        session.scalars(
            sa.select(Recording)
            .where(Recording.id.in_(numbers), Recording.matter_reference.is_not(None))
            .order_by(Recording.id)
        )
    )
