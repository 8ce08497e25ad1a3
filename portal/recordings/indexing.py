"""Writing and erasing where recordings were: the track and its footprint, always together."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import cast

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.recordings.footprint import ANYWHERE, footprint, unplaced_square
from portal.recordings.lines import ImportLine
from portal.recordings.models import Footprint, Place, PlaceKind, Recording, Track
from portal.recordings.projection import to_grid
from portal.recordings.tracks import GOOD_ACCURACY_M, pack, together


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
    """The tracks of many lines, projected in one go."""
    every = [line.fixes for line in lines]
    x, y = to_grid(
        np.array([lat for fixes in every for lat in fixes.lat]),
        np.array([lon for fixes in every for lon in fixes.lon]),
    )
    made, begin = [], 0
    for line in lines:
        end = begin + len(line.fixes.at)
        made.append(_geometry(line, x[begin:end], y[begin:end]))
        begin = end
    return made


def _geometry(line: ImportLine, x: np.ndarray, y: np.ndarray) -> Geometry:
    start, end = floor(line.started_at.timestamp()), ceil(line.ended_at.timestamp())
    poor = [metres for metres in line.fixes.accuracy_m if metres > GOOD_ACCURACY_M]
    t_ms = (np.array(line.fixes.at, dtype=np.float64) - start) * 1000.0
    return Geometry(start, end, ceil(max(poor, default=0.0) * 10), pack(t_ms, x, y))


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
    connection = session.connection()
    connection.execute(
        sa.insert(cast(sa.Table, Track.__table__)),
        [
            {
                "recording_id": number,
                "start": held.start,
                "end": held.end,
                "slack_dm": held.slack_dm,
                "points": held.points,
            }
            for number, _, held in placed
        ],
    )
    which, slots, squares = footprint(
        together([held.row for *_, held in placed]), [area for _, area, _ in placed], known
    )
    numbers = np.array([number for number, *_ in placed])[which]
    # In the key's order, so that the B-tree grows at few places at once.
    order = np.lexsort((numbers, squares, slots))
    columns = (column[order].tolist() for column in (slots, squares, numbers))
    connection.execute(
        sa.insert(cast(sa.Table, Footprint.__table__)),
        [{"slot": s, "cell": c, "recording_id": n} for s, c, n in zip(*columns, strict=True)],
    )


def erase(session: Session, recording: Recording) -> None:
    """Delete the recording's track and footprint, if it still has them.

    The keys are reckoned anew from the track. A row left behind by an older reckoning would do
    no harm, because a search takes nothing that has no track.
    """
    track = session.get(Track, recording.id)
    if track is None:
        return
    held = together([(track.start, track.end, track.slack_dm, track.points)])
    _, slots, squares = footprint(held, [recording.area])
    cells = {*squares.tolist(), ANYWHERE}
    if recording.area is not None:
        cells.add(unplaced_square(recording.area))
    session.execute(
        sa.delete(Footprint)
        .where(
            Footprint.slot.in_(set(slots.tolist())),
            Footprint.cell.in_(cells),
            Footprint.recording_id == recording.id,
        )
        .execution_options(synchronize_session=False)
    )
    session.delete(track)
    session.flush()
