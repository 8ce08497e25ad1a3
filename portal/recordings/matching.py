"""Which tracks came within a place during a window, when, and how near. Law.

`"tracked"` is exact: at some moment inside both the window and the recording, the position
interpolated between two fixes was within the radius. Whatever the track leaves open (no fix,
a gap, poor fixes) is `"uncertain"` if it could have been there, and is never dropped.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

import numpy as np

from portal.recordings.shapes import Legs, Shape
from portal.recordings.tracks import Flags, Floats, Ints, Pieces, Tracks, clipped, pieces, selected

# A camera exactly at the radius is within it, whatever the last bit of the root says.
_TOUCHING_M = 1e-6


@dataclass(frozen=True)
class Window:
    """From one instant to another, both included, in UTC epoch seconds."""

    since: float
    until: float

    @classmethod
    def between(cls, since: datetime, until: datetime) -> "Window":
        """The window between two instants."""
        return cls(since.timestamp(), until.timestamp())

    @property
    def lasting(self) -> float:
        """Its length in seconds."""
        return self.until - self.since

    @property
    def middle_at(self) -> datetime:
        """The instant in its middle."""
        return datetime.fromtimestamp((self.since + self.until) / 2, UTC)


class Doubt(IntEnum):
    """Why a recording is only uncertain; the smallest applies. `ELSEWHERE`: the track says no,
    and only the area it is filed under says yes. `NO_GROUND`: there was no place to compare."""

    NONE = 0
    POOR_FIXES = 1
    GAP = 2
    NO_FIXES = 3
    ELSEWHERE = 4
    NO_GROUND = 5


@dataclass(frozen=True)
class Verdict:
    """What the tracks say about the place, one value per track.

    `distance_m` and `at` (epoch seconds) are of the nearest certain position in the window, or
    infinity and NaN where none says anything about the place. `doubt` is meaningful where
    `tracked` is not set. `may_be` marks those that could have been there though the track does not
    say so. `seen` are the pieces that came within the place, for certain.
    """

    tracked: Flags
    may_be: Flags
    doubt: Ints
    distance_m: Floats
    at: Floats
    seen: Pieces


def judge(tracks: Tracks, window: Window, shape: Shape | None) -> Verdict:
    """Compare every track with the place (None: anywhere) in the window."""
    since = np.maximum(tracks.start.astype(np.float64), window.since)
    until = np.minimum(tracks.end.astype(np.float64), window.until)
    seen = clipped(pieces(tracks, window.since, window.until), since, until)
    if shape is None:
        return _anywhere(tracks, since <= until, seen)
    reach = shape.radius_m + _TOUCHING_M
    slack = seen.slack + tracks.slack_m[seen.owner]
    far, part = shape.distance(Legs(seen.x0, seen.y0, seen.x1, seen.y1), reach + slack)
    return _verdict(tracks, since <= until, seen, far, part, reach, slack)


def _verdict(
    tracks: Tracks,
    in_time: Flags,
    seen: Pieces,
    far: Floats,
    part: Floats,
    reach: float,
    slack: Floats,
) -> Verdict:
    there = seen.certain & (far <= reach)
    tracked = _any(len(tracks), seen.owner[there])
    poor = _any(len(tracks), seen.owner[seen.certain & (far <= reach + slack)])
    gap = _any(len(tracks), seen.owner[~seen.certain & (far <= reach + slack)])
    bare = (tracks.counts == 0) & in_time
    doubt = np.full(len(tracks), int(Doubt.ELSEWHERE))
    # The smallest that applies is written last.
    doubt[bare], doubt[gap] = Doubt.NO_FIXES, Doubt.GAP
    doubt[poor], doubt[tracked] = Doubt.POOR_FIXES, Doubt.NONE
    distance, at = _closest(len(tracks), seen, far, part, seen.certain & (far <= reach + slack))
    # How near one came that was only lost from sight near by says nothing about the place.
    is_placed = doubt <= Doubt.POOR_FIXES
    distance, at = np.where(is_placed, distance, np.inf), np.where(is_placed, at, np.nan)
    may_be = (poor | gap | bare) & ~tracked
    return Verdict(tracked, may_be, doubt, distance, at, selected(seen, there))


def _anywhere(tracks: Tracks, in_time: Flags, seen: Pieces) -> Verdict:
    none = np.zeros(len(tracks), dtype=bool)
    doubt = np.where(tracks.counts == 0, Doubt.NO_FIXES, Doubt.NO_GROUND).astype(np.int64)
    nowhere = np.full(len(tracks), np.inf)
    return Verdict(
        none, in_time, doubt, nowhere, nowhere * np.nan, selected(seen, none[seen.owner])
    )


def _any(count: int, owners: Ints) -> Flags:
    found = np.zeros(count, dtype=bool)
    found[owners] = True
    return found


def _closest(
    count: int, seen: Pieces, far: Floats, part: Floats, which: Flags
) -> tuple[Floats, Floats]:
    """The nearest position of each track in those pieces, and the first moment it was there."""
    (sure,) = which.nonzero()
    t0 = seen.t0[sure]
    at = t0 + part[sure] * (seen.t1[sure] - t0)
    # Written over and over, the last stays: the nearest, and of those the first.
    order = np.lexsort((at, far[sure]))[::-1]
    owner = seen.owner[sure][order]
    distance, when = np.full(count, np.inf), np.full(count, np.nan)
    distance[owner], when[owner] = far[sure][order], at[order]
    return distance, when


def of_tracks(seen: Pieces, which: Flags) -> Pieces:
    """The pieces of the chosen tracks, with their owners numbered anew."""
    held = selected(seen, which[seen.owner])
    renumbered = np.cumsum(which) - 1
    values = {name: getattr(held, name) for name in Pieces.__dataclass_fields__}
    return Pieces(**(values | {"owner": renumbered[held.owner].astype(np.int64)}))
