"""Writing and erasing where recordings were: the track and its footprint, always together."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import cast

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.recordings.bulk import delete_footprint, insert, insert_footprint
from portal.recordings.footprint import ANYWHERE, footprint, unplaced_square
from portal.recordings.lines import ImportLine
from portal.recordings.models import Place, PlaceKind, Recording, Track
from portal.recordings.projection import to_grid
from portal.recordings.tracks import GOOD_ACCURACY_M, POINT_BYTES, Floats, Ints, pack, together


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


def known_areas(session: Session) -> frozenset[str]:
    """The keys of the areas whose ground the gazetteer knows."""
    return frozenset(
        session.scalars(sa.select(Place.search_name).where(Place.kind == PlaceKind.BOROUGH))
    )


def place(
    session: Session,
    placed: Sequence[tuple[int, str | None, Geometry]],
    known: frozenset[str],
) -> None:
    """Write tracks and footprints: each (recording id, its area, its track)."""
    if not placed:
        return
    insert(
        session,
        cast(sa.Table, Track.__table__),
        ("recording_id", "start", "end", "slack_dm", "points"),
        [(number, *held.row) for number, _, held in placed],
    )
    which, slots, squares = footprint(
        together([held.row for *_, held in placed]), [area for _, area, _ in placed], known
    )
    numbers = np.array([number for number, *_ in placed])[which]
    # In the key's order, so that the B-tree grows at few places at once.
    order = np.lexsort((numbers, squares, slots))
    insert_footprint(session, slots[order], squares[order], numbers[order])


def displace(session: Session, placed: Sequence[tuple[int, str | None, Geometry]]) -> None:
    """Delete tracks and footprints, as they were: each (recording id, its area, its track).

    The footprint's keys are reckoned anew from the track. A row left behind by an older reckoning
    would do no harm, because a search takes nothing that has no track there.
    """
    if not placed:
        return
    areas = [area for _, area, _ in placed]
    which, slots, squares = footprint(together([held.row for *_, held in placed]), areas)
    # What was known of the areas at the time is not: both places of the unplaced are emptied.
    anywhere = np.full(len(which), ANYWHERE)
    unplaced = np.array([ANYWHERE if area is None else unplaced_square(area) for area in areas])
    numbers = np.array([number for number, *_ in placed])
    delete_footprint(
        session,
        np.tile(slots, 3),
        np.concatenate([squares, anywhere, unplaced[which]]),
        np.tile(numbers[which], 3),
    )
    session.execute(
        sa.delete(Track)
        .where(Track.recording_id.in_(numbers.tolist()))
        .execution_options(synchronize_session="fetch")
    )


def erase(session: Session, recording: Recording) -> None:
    """Delete the recording's track and footprint, if it still has them."""
    track = session.get(Track, recording.id)
    if track is not None:
        held = Geometry(track.start, track.end, track.slack_dm, track.points)
        displace(session, [(recording.id, recording.area, held)])
