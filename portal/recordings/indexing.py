"""Writing and erasing where recordings were: the track and its footprint, always together.

Whoever calls `place`, `displace` or `erase` has begun the batch with `bulk.prepare`: two that write
the same hour and square at once would lose what the other wrote.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.recordings.bulk import insert_footprint, insert_tracks, prepare, take_out_footprint
from portal.recordings.footprint import footprint, key_of
from portal.recordings.footprint_rows import HEAD, Row, opened, rows
from portal.recordings.gazetteer import known_areas, literal
from portal.recordings.laying import Filed, laid
from portal.recordings.lines import ImportLine
from portal.recordings.models import Footprint, Recording, Track
from portal.recordings.projection import to_grid
from portal.recordings.tracks import GOOD_ACCURACY_M, POINT_BYTES, Floats, Ints, pack, together

_TILES_AT_ONCE = 2_000
_TRACKS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Geometry:
    """A track as it is stored: whole epoch seconds, decimetres of doubt, packed points."""

    start: int
    end: int
    slack_dm: int
    points: bytes

    @property
    def row(self) -> tuple[int, int, int, bytes]:
        """As `tracks.together` takes it."""
        return self.start, self.end, self.slack_dm, self.points


def geometries(lines: Sequence[ImportLine]) -> list[Geometry]:
    """The tracks of many lines, projected in one go. At least one line."""
    start = [floor(line.started_at.timestamp()) for line in lines]
    end = [ceil(line.ended_at.timestamp()) for line in lines]
    counts = np.array([len(line.fixes.rows) for line in lines], dtype=np.int64)
    owner = np.repeat(np.arange(len(lines)), counts)
    at, lat, lon, accuracy_m = np.concatenate([line.fixes.rows for line in lines]).T
    points = pack((at - np.array(start, dtype=np.float64)[owner]) * 1000.0, *to_grid(lat, lon))
    slack_dm = _slack_dm(len(lines), owner, accuracy_m)
    ends = (np.cumsum(counts) * POINT_BYTES).tolist()
    return [
        Geometry(*facts, points[begin:until])
        for facts, begin, until in zip(
            zip(start, end, slack_dm, strict=True), [0, *ends[:-1]], ends, strict=True
        )
    ]


def _slack_dm(count: int, owner: Ints, accuracy_m: Floats) -> list[int]:
    """Decimetres of doubt of each track: its worst fix, where that is poor."""
    slack_m = np.zeros(count)
    poor = np.flatnonzero(accuracy_m > GOOD_ACCURACY_M)
    np.maximum.at(slack_m, owner[poor], accuracy_m[poor])
    found: list[int] = np.ceil(slack_m * 10.0).astype(np.int64).tolist()
    return found


Placed = Sequence[tuple[int, str | None, Geometry]]


def place(session: Session, placed: Placed, known: frozenset[str]) -> None:
    """Write tracks and footprints: each (recording id, its area, its track)."""
    if not placed:
        return
    insert_tracks(session, track_rows(placed))
    insert_footprint(session, footprint_rows(placed, known))


def track_rows(placed: Placed) -> list[tuple[int, int, int, int, bytes]]:
    """The rows of the tracks."""
    return [(number, *held.row) for number, _, held in placed]


def footprint_rows(placed: Placed, known: frozenset[str]) -> list[Row]:
    """The rows of the index that recordings belong in."""
    return laid(
        Filed(
            np.array([number for number, *_ in placed], dtype=np.int64),
            [area for _, area, _ in placed],
            together([geometry.row for *_, geometry in placed]),
            np.array([geometry.slack_dm for *_, geometry in placed], dtype=np.int64),
        ),
        known,
    )


def displace(session: Session, placed: Placed) -> None:
    """Delete tracks and footprints, as they were: each (recording id, its area, its track).

    Where they are in the index is reckoned anew from the track.
    """
    if not placed:
        return
    numbers = np.array([number for number, *_ in placed], dtype=np.int64)
    tiles = _tiles(placed)
    for begin in range(0, len(tiles), _TILES_AT_ONCE):
        _take_out(session, tiles[begin : begin + _TILES_AT_ONCE], numbers)
    session.execute(
        sa.delete(Track)
        .where(Track.recording_id.in_(literal(numbers.tolist())))
        .execution_options(synchronize_session="fetch")
    )


def _tiles(placed: Placed) -> list[tuple[int, int]]:
    """Every (slot, square) in which these recordings are, whatever was known of their areas."""
    tracks = together([geometry.row for *_, geometry in placed])
    areas = [area for _, area, _ in placed]
    names = frozenset(key_of(area) for area in areas if area)
    found = [footprint(tracks, areas, known)[1:] for known in (frozenset[str](), names)]
    return sorted({pair for s, c in found for pair in zip(s.tolist(), c.tolist(), strict=True)})


def _take_out(session: Session, tiles: list[tuple[int, int]], numbers: Ints) -> None:
    """Write these squares' hours again without those recordings, their rows filled up."""
    taken = take_out_footprint(session, tiles)
    entries = opened([row[2] for row in taken], [row[3] for row in taken])
    sizes = [len(row[2]) // HEAD.itemsize for row in taken]
    slots, squares = (
        np.repeat(np.array([row[k] for row in taken], dtype=np.int64), sizes) for k in (0, 1)
    )
    order = np.lexsort((entries.heads["number"], squares, slots))
    stay = order[~np.isin(entries.heads["number"][order], numbers)]
    insert_footprint(session, rows(slots[stay], squares[stay], entries.chosen(stay)))


def erase(session: Session, recordings: Sequence[Recording]) -> None:
    """Delete the recordings' tracks and footprints, of those that still have them."""
    areas = {one.id: one.area for one in recordings}
    tracks = session.scalars(sa.select(Track).where(Track.recording_id.in_(literal(areas))))
    displace(
        session,
        [
            (one.recording_id, areas[one.recording_id], Geometry(*_columns(one)))
            for one in tracks.all()
        ],
    )


def _columns(track: Track) -> tuple[int, int, int, bytes]:
    return track.start, track.end, track.slack_dm, track.points


def index_all(session: Session) -> None:
    """Make the whole index from the tracks, in place of what there is of it."""
    prepare(session)
    session.execute(sa.delete(Footprint))
    known, last = known_areas(session), 0
    while found := session.execute(_next_tracks(last)).all():
        placed = [(row[0], row[1], Geometry(*row[2:])) for row in found]
        insert_footprint(session, footprint_rows(placed, known))
        last = found[-1][0]


def _next_tracks(after: int) -> sa.Select[*tuple[Any, ...]]:
    facts = (Track.recording_id, Recording.area, Track.start, Track.end, Track.slack_dm)
    return (
        sa.select(*facts, Track.points)
        .join(Recording, Recording.id == Track.recording_id)
        .where(Track.recording_id > after)
        .order_by(Track.recording_id)
        .limit(_TRACKS_AT_ONCE)
    )
