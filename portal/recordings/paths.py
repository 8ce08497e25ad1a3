"""Where cameras went during a time, as lines to draw: never a line where nothing is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.recordings.models import Track
from portal.recordings.projection import to_degrees, to_grid
from portal.recordings.tracks import (
    IMPOSSIBLE_HOP_M,
    IMPOSSIBLE_SPEED,
    LONGEST_LINE_S,
    Flags,
    Floats,
    unpack,
)

# More would not be seen, and would make the page slow.
MOST_POSITIONS = 400
_MOST_SEGMENTS = 200
_FINEST_M = 5.0

Position = tuple[float, float]


@dataclass(frozen=True)
class Path:
    """Where one camera went: lines of (latitude, longitude), cut where it was not known where it
    was; a line of one position is a lone fix. `spot` is where it was nearest to what was asked."""

    lines: Sequence[Sequence[Position]]
    spot: Position


def paths_of(
    session: Session,
    recording_ids: Iterable[int],
    *,
    between: tuple[datetime, datetime],
    asked: Sequence[Sequence[Position]],
) -> dict[int, Path]:
    """The paths of those recordings that have positions between the two instants.

    `asked` is the place or the lines that were asked for; without any, `spot` is the middle.
    """
    since, until = (at.timestamp() for at in between)
    near = _grounds(asked)
    found = session.scalars(sa.select(Track).where(Track.recording_id.in_(list(recording_ids))))
    made = {track.recording_id: _path(track, since, until, near) for track in found}
    return {number: path for number, path in made.items() if path is not None}


def _grounds(asked: Sequence[Sequence[Position]]) -> Floats | None:
    """The asked lines as segments on the grid: rows of (x0, y0, x1, y1)."""
    rows = []
    for line in asked:
        lat, lon = np.array(line, dtype=np.float64).T
        spots = _thinned(np.stack(to_grid(lat, lon), axis=1), _MOST_SEGMENTS)
        begin, end = (spots, spots) if len(spots) == 1 else (spots[:-1], spots[1:])
        rows.append(np.concatenate([begin, end], axis=1))
    return np.concatenate(rows) if rows else None


def _path(track: Track, since: float, until: float, near: Floats | None) -> Path | None:
    points = unpack(track.points)
    if not len(points):
        return None
    t, x, y = track.start + points[:, 0] / 1000.0, points[:, 1] / 10.0, points[:, 2] / 10.0
    for edge in (since, until):
        t, x, y = _with_edge(t, x, y, edge)
    inside = (since <= t) & (t <= until)
    t, x, y = t[inside], x[inside], y[inside]
    if not len(t):
        return None
    cuts = np.flatnonzero(~_joined(t, x, y)) + 1
    whole = np.split(np.stack([x, y], axis=1), cuts)
    # A receiver's nonsense can stand where the grid has no place on the globe.
    lines = [_thinned(line, MOST_POSITIONS) for line in map(_on_the_globe, whole) if len(line)]
    if not lines:
        return None
    spot = _middle(lines) if near is None else _nearest(lines, near)
    return Path([_degrees(line) for line in lines], _degrees(spot[None, :])[0])


def _on_the_globe(line: Floats) -> Floats:
    return line[np.isfinite(to_degrees(line[:, 0], line[:, 1])).all(axis=0)]


def _joined(t: Floats, x: Floats, y: Floats) -> Flags:
    """Which neighbouring fixes have a line between them, as the search believes it."""
    lasting, hop = np.diff(t), np.hypot(np.diff(x), np.diff(y))
    broken = (hop > IMPOSSIBLE_HOP_M) & (hop > IMPOSSIBLE_SPEED * lasting)
    joined: Flags = (lasting <= LONGEST_LINE_S) & ~broken
    return joined


def _with_edge(t: Floats, x: Floats, y: Floats, edge: float) -> tuple[Floats, Floats, Floats]:
    """With a fix at that instant, where a line goes through it."""
    after = int(np.searchsorted(t, edge))
    pair = slice(after - 1, after + 1)
    if not 0 < after < len(t) or t[after] == edge or not _joined(t[pair], x[pair], y[pair])[0]:
        return t, x, y
    at = (float(np.interp(edge, t, part)) for part in (x, y))
    return (
        np.insert(t, after, edge),
        np.insert(x, after, next(at)),
        np.insert(y, after, next(at)),
    )


def _thinned(line: Floats, most: int) -> Floats:
    step = -(-len(line) // most)
    return line if step == 1 else np.concatenate([line[:-1:step], line[-1:]])


def _middle(lines: Sequence[Floats]) -> Floats:
    line = lines[len(lines) // 2]
    middle: Floats = line[len(line) // 2]
    return middle


def _nearest(lines: Sequence[Floats], near: Floats) -> Floats:
    """The position of the lines, to a few metres, that is nearest to any of the segments."""
    fine = np.concatenate([_finely(line) for line in lines])
    begin, along = near[:, :2], near[:, 2:] - near[:, :2]
    length = np.maximum((along**2).sum(axis=1), 1e-9)
    reach = ((fine[:, None, :] - begin) * along).sum(axis=2) / length
    foot = begin + np.clip(reach, 0.0, 1.0)[:, :, None] * along
    far = np.hypot(*np.moveaxis(fine[:, None, :] - foot, 2, 0)).min(axis=1)
    nearest: Floats = fine[int(far.argmin())]
    return nearest


def _finely(line: Floats) -> Floats:
    """The line with positions every few metres, a thousand at most."""
    gone = np.r_[0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))] if len(line) > 1 else None
    if gone is None or gone[-1] <= 0:
        return line[:1]
    at = np.linspace(0.0, gone[-1], min(1000, int(gone[-1] / _FINEST_M) + 2))
    return np.stack([np.interp(at, gone, line[:, 0]), np.interp(at, gone, line[:, 1])], axis=1)


def _degrees(line: Floats) -> list[Position]:
    lat, lon = to_degrees(line[:, 0], line[:, 1])
    return [(round(a, 6), round(b, 6)) for a, b in zip(lat.tolist(), lon.tolist(), strict=True)]
