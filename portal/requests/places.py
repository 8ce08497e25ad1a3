"""A place as it is offered for choosing, and kept in the draft. Law: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import cos, hypot, radians

Position = tuple[float, float]
# What one search takes (see `recordings.criteria.MOST_POSITIONS`).
MOST_POSITIONS = 2_000
# A whole district is searched at least so far around its postcodes, each of which is the middle
# of some houses: where the streets between them run is not known.
DISTRICT_LEAST_M = 150
_METRES_PER_DEGREE = 111_200.0


@dataclass(frozen=True)
class PlaceOnOffer:
    """One place of the gazetteer. `line` is (latitude, longitude) pairs in WGS 84 degrees; a
    borough has no point (`lat` and `lon` are None), and is searched whole. `least_m` is how far
    around it is searched at least, however near they say it was."""

    value: str
    name: str
    borough: str
    lat: float | None
    lon: float | None
    line: tuple[Position, ...] = ()
    least_m: int = 0

    @property
    def label(self) -> str:
        """How it is told from others of its name."""
        return self.name if self.borough in ("", self.name) else f"{self.name}, {self.borough}"


def one_line(lines: list[list[list[float]]]) -> tuple[Position, ...]:
    """A street's lines end to end. The legs that join them only widen the search, and never
    lose any of it. A single position is no line.

    Of more positions than one search takes, those are left out that are within a metre of the
    line without them; within 2, 4, … metres if that is not enough.
    """
    points = [(lat, lon) for line in lines for lat, lon in line]
    if len(points) < 2:
        return ()
    within_m, kept = 1.0, points
    while len(kept) > MOST_POSITIONS:
        kept, within_m = _thinned(points, within_m), within_m * 2
    return tuple(kept)


def round_the_houses(positions: Sequence[Position]) -> tuple[Position, ...]:
    """A line through every one of the positions, in rows of a hundred metres or so, each row from
    the end of the last: what lies between them is searched with them. Fewer than two are no
    line."""
    rows = [list(row) for _, row in groupby(sorted(set(positions)), lambda at: round(at[0], 3))]
    line = [
        position
        for number, row in enumerate(rows)
        for position in sorted(row, key=lambda at: at[1], reverse=number % 2 == 1)
    ]
    return one_line([[list(position) for position in line]])


def _thinned(points: Sequence[Position], within_m: float) -> list[Position]:
    """The ends, and whatever is further than that from the line through the others that stay."""
    kept, spans = {0, len(points) - 1}, [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        leg = points[first], points[last]
        away = [(_metres_from(*leg, points[at]), at) for at in range(first + 1, last)]
        furthest_m, at = max(away, default=(0.0, first))
        if furthest_m > within_m:
            kept.add(at)
            spans += [(first, at), (at, last)]
    return [points[at] for at in sorted(kept)]


def _metres_from(start: Position, end: Position, position: Position) -> float:
    """About how far a position is from a leg of a street: on a plane, which is good to some
    centimetres within a city."""
    shrink = cos(radians(start[0]))
    (dy, dx), (y, x) = ((at[0] - start[0], (at[1] - start[1]) * shrink) for at in (end, position))
    along = dx * dx + dy * dy
    share = min(1.0, max(0.0, (x * dx + y * dy) / along)) if along else 0.0
    return hypot(x - share * dx, y - share * dy) * _METRES_PER_DEGREE
