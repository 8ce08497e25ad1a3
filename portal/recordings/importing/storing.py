"""Writing one batch of checked lines: what is new, what has changed, and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.recordings.bulk import (
    insert,
    insert_footprint,
    insert_tracks,
    instants,
    next_numbers,
)
from portal.recordings.footprint_rows import Row
from portal.recordings.gazetteer import literal
from portal.recordings.indexing import (
    Geometry,
    displace,
    footprint_rows,
    geometries,
    place,
    track_rows,
)
from portal.recordings.lines import ImportLine
from portal.recordings.models import Recording, Track

# The facts of a line, as the table names them, in the order of `_facts`.
FACTS = (
    *("source_id", "camera", "shoulder_number", "started_at", "ended_at", "area"),
    *("category", "matter_reference", "incident", "media", "sha256"),
)
_RECORDING = cast(sa.Table, Recording.__table__)
_TRACK = cast(sa.Table, Track.__table__)


@dataclass(frozen=True)
class Stored:
    """What a batch changed: our numbers of the new, of the updated, and of those among them that
    name a matter, and the time they span."""

    created: list[int]
    updated: list[int]
    evidence: list[int]
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class _Prior:
    """A recording as it is in the catalogue."""

    number: int
    is_deleted: bool
    facts: tuple[Any, ...]
    held: Geometry | None


def store(
    session: Session, lines: Sequence[ImportLine], at: datetime, known: frozenset[str]
) -> Stored:
    """Write the batch; no identifier may be in it twice. What was deleted here stays deleted."""
    existing = _existing(session, lines)
    created: list[tuple[ImportLine, Geometry]] = []
    changed: list[tuple[_Prior, ImportLine, Geometry]] = []
    for line, held in zip(lines, geometries(lines), strict=True):
        prior = existing.get(line.source_id)
        if prior is None:
            created.append((line, held))
        elif not prior.is_deleted and (prior.facts, prior.held) != (_facts(line), held):
            changed.append((prior, line, held))
    _update(session, changed, at, known)
    numbers = _create(session, created, at, known)
    # A recording whose time was corrected may matter where it now is.
    written = [(number, line) for number, (line, _) in zip(numbers, created, strict=True)]
    written += [(prior.number, line) for prior, line, _ in changed]
    return Stored(
        created=numbers,
        updated=[prior.number for prior, *_ in changed],
        evidence=sorted(number for number, line in written if line.matter_reference is not None),
        since=min((line.started_at for _, line in written), default=None),
        until=max((line.ended_at for _, line in written), default=None),
    )


def _facts(line: ImportLine) -> tuple[Any, ...]:
    return (*line[:6], *line[7:])


def _existing(session: Session, lines: Sequence[ImportLine]) -> dict[str, _Prior]:
    numbers = session.scalars(
        sa.select(_RECORDING.c.id).where(
            _RECORDING.c.source_id.in_([line.source_id for line in lines])
        )
    ).all()
    if not numbers:
        return {}
    track = (_TRACK.c.start, _TRACK.c.end, _TRACK.c.slack_dm, _TRACK.c.points)
    rows = session.execute(
        sa.select(
            _RECORDING.c.id,
            _RECORDING.c.deleted_at,
            *(_RECORDING.c[name] for name in FACTS),
            *track,
        )
        .outerjoin(_TRACK, _TRACK.c.recording_id == _RECORDING.c.id)
        .where(_RECORDING.c.id.in_(literal(numbers)))
        .order_by(_RECORDING.c.id)
        # A deletion that is under way must be seen, not written over.
        .with_for_update(of=_RECORDING)
    )
    return {row.source_id: _prior(tuple(row)) for row in rows}


def _prior(row: tuple[Any, ...]) -> _Prior:
    number, deleted_at, *facts = row[:-4]
    start, end, slack_dm, points = row[-4:]
    held = None if points is None else Geometry(start, end, slack_dm, bytes(points))
    return _Prior(number, deleted_at is not None, tuple(facts), held)


def _update(
    session: Session,
    changed: Sequence[tuple[_Prior, ImportLine, Geometry]],
    at: datetime,
    known: frozenset[str],
) -> None:
    if not changed:
        return
    session.connection().execute(
        sa.update(_RECORDING).where(_RECORDING.c.id == sa.bindparam("number")),
        [
            {
                "number": prior.number,
                "imported_at": at,
                **dict(zip(FACTS, _facts(line), strict=True)),
            }
            for prior, line, _ in changed
        ],
    )
    # Most corrections are of a category or a reference, and leave the recording where it was.
    area = FACTS.index("area")
    moved = [
        (prior, line, held)
        for prior, line, held in changed
        if prior.held != held or prior.facts[area] != line.area
    ]
    displace(
        session,
        [(p.number, p.facts[area], p.held) for p, *_ in moved if p.held is not None],
    )
    place(session, [(prior.number, line.area, held) for prior, line, held in moved], known)


@dataclass(frozen=True)
class Batch:
    """New recordings as the tables take them: what is left to do is to write them down."""

    recordings: Sequence[tuple[Any, ...]]
    tracks: Sequence[tuple[int, int, int, int, bytes]]
    footprint: Sequence[Row]


def write(session: Session, batch: Batch) -> None:
    """Insert the recordings, where they were, and the index."""
    insert(session, _RECORDING, ("id", *FACTS, "imported_at"), batch.recordings)
    insert_tracks(session, batch.tracks)
    insert_footprint(session, batch.footprint)


def batch_of(
    numbers: Sequence[int],
    created: Sequence[tuple[ImportLine, Geometry]],
    at: datetime,
    known: frozenset[str],
    stored: Callable[[datetime], str],
) -> Batch:
    """New recordings by their numbers. `known` has the keys of the areas whose ground is known;
    `stored` makes instants into what the driver takes (`bulk.instants`)."""
    taken_in = stored(at)
    recordings = []
    for number, (line, _) in zip(numbers, created, strict=True):
        name, camera, shoulder, started_at, ended_at, area, _fixes, category, *others = line
        began, ended = stored(started_at), stored(ended_at)
        recordings.append(
            (number, name, camera, shoulder, began, ended, area, category.value, *others, taken_in)
        )
    placed = [
        (number, line.area, held) for number, (line, held) in zip(numbers, created, strict=True)
    ]
    return Batch(recordings, track_rows(placed), footprint_rows(placed, known))


def _create(
    session: Session,
    created: Sequence[tuple[ImportLine, Geometry]],
    at: datetime,
    known: frozenset[str],
) -> list[int]:
    """Insert the recordings; returns their numbers in the order of the lines."""
    if not created:
        return []
    numbers = next_numbers(session, _RECORDING, len(created))
    write(session, batch_of(numbers, created, at, known, instants(session)))
    return numbers
