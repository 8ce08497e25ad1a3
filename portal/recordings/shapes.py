"""The places a search can ask for, in metres on the British National Grid, and the distance of
straight lines from them. Law: pure, vectorised over the lines."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from portal.recordings.footprint import SQUARE_M, squares
from portal.recordings.tracks import Flags, Floats, Ints

# Rows times columns of one step of a many-against-many comparison: bounds the memory it takes.
_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Legs:
    """Straight legs from (x0, y0) to (x1, y1), one value per leg."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats

    @classmethod
    def along(cls, x: Floats, y: Floats) -> Self:
        """The legs joining those positions in order; a single position is a leg to itself."""
        if len(x) == 1:
            return cls(x, y, x, y)
        return cls(x[:-1], y[:-1], x[1:], y[1:])

    @classmethod
    def joined(cls, parts: "list[Legs]") -> Self:
        """All of those legs."""
        columns = zip(*((p.x0, p.y0, p.x1, p.y1) for p in parts), strict=True)
        return cls(*(np.concatenate(column) for column in columns))


@dataclass(frozen=True)
class Near:
    """Everywhere within `radius_m` of a point (one leg of no length) or of a line."""

    legs: Legs
    radius_m: float

    def squares(self) -> Ints:
        """Every square that something within the radius may be in."""
        return _squares_along(self.legs, self.radius_m)

    def distance(self, lines: Legs) -> tuple[Floats, Floats]:
        """How near each line comes, in metres, and at which part (0 to 1) of it."""
        return _nearest(lines, self.legs)


@dataclass(frozen=True)
class Inside:
    """Everywhere inside the rings (even-odd), such as a borough. `radius_m` is nought."""

    edges: Legs
    radius_m: float = 0.0

    def squares(self) -> Ints:
        """Every square that the area touches."""
        along = _squares_along(self.edges, 0.0)
        columns = np.arange(self.edges.x0.min() // SQUARE_M, self.edges.x0.max() // SQUARE_M + 1)
        rows = np.arange(self.edges.y0.min() // SQUARE_M, self.edges.y0.max() // SQUARE_M + 1)
        # A square that no edge touches is wholly inside or wholly outside, as its middle is.
        x, y = (m.ravel() for m in np.meshgrid((columns + 0.5) * SQUARE_M, (rows + 0.5) * SQUARE_M))
        x, y = (m[self.contains(x, y)] for m in (x, y))
        _, within = squares(x, y, x, y, np.zeros(len(x)))
        return np.unique(np.r_[along, within])

    def distance(self, lines: Legs) -> tuple[Floats, Floats]:
        """Nought, at its start or where it enters, for a line that is inside at any moment;
        otherwise how near it comes to the edge."""
        far, part = np.full(len(lines.x0), np.inf), np.zeros(len(lines.x0))
        inside = self.contains(lines.x0, lines.y0)
        far[inside] = 0.0
        rest = np.flatnonzero(~inside)
        outside = Legs(lines.x0[rest], lines.y0[rest], lines.x1[rest], lines.y1[rest])
        far[rest], part[rest] = _nearest(outside, self.edges)
        return far, part

    def contains(self, x: Floats, y: Floats) -> Flags:
        """Which of the positions lie inside."""
        e = self.edges
        inside = np.zeros(len(x), dtype=bool)
        step = max(1, _AT_ONCE // max(1, len(e.x0)))
        rise = np.where(e.y1 == e.y0, 1.0, e.y1 - e.y0)
        for begin in range(0, len(x), step):
            px, py = x[begin : begin + step, None], y[begin : begin + step, None]
            spans = (e.y0 > py) != (e.y1 > py)
            left = px < e.x0 + (py - e.y0) / rise * (e.x1 - e.x0)
            inside[begin : begin + step] = np.count_nonzero(spans & left, axis=1) % 2 == 1
        return inside


Shape = Near | Inside


def _squares_along(legs: Legs, within: float) -> Ints:
    _, square = squares(legs.x0, legs.y0, legs.x1, legs.y1, np.full(len(legs.x0), within))
    return np.unique(square)


def _nearest(lines: Legs, legs: Legs) -> tuple[Floats, Floats]:
    """The least distance of each line from any leg, and the part of the line where it is."""
    best, part = np.full(len(lines.x0), np.inf), np.zeros(len(lines.x0))
    for k in range(len(legs.x0)):
        leg = (float(legs.x0[k]), float(legs.y0[k]), float(legs.x1[k]), float(legs.y1[k]))
        squared, at = _to_leg(lines, *leg)
        nearer = squared < best
        best[nearer], part[nearer] = squared[nearer], at[nearer]
    return np.sqrt(best), part


def _to_leg(lines: Legs, px: float, py: float, qx: float, qy: float) -> tuple[Floats, Floats]:
    """Squared distance of each line from one leg p to q, and where on the line it is."""
    squared, part = _to_point(lines, px, py)
    if (px, py) == (qx, qy):
        return squared, part
    ends = [_to_point(lines, qx, qy)]
    for x, y, end in ((lines.x0, lines.y0, 0.0), (lines.x1, lines.y1, 1.0)):
        leg = Legs(*(np.full_like(x, value) for value in (px, py, qx, qy)))
        from_end, _ = _to_point(leg, x, y)
        ends.append((from_end, np.full_like(from_end, end)))
    for other, where in ends:
        nearer = other < squared
        squared, part = np.where(nearer, other, squared), np.where(nearer, where, part)
    crosses, where = _crossing(lines, px, py, qx, qy)
    return np.where(crosses, 0.0, squared), np.where(crosses, where, part)


def _to_point(lines: Legs, px: Floats | float, py: Floats | float) -> tuple[Floats, Floats]:
    dx, dy = lines.x1 - lines.x0, lines.y1 - lines.y0
    length = dx * dx + dy * dy
    along = (px - lines.x0) * dx + (py - lines.y0) * dy
    part = np.clip(along / np.where(length > 0, length, 1.0), 0.0, 1.0)
    x, y = lines.x0 + part * dx - px, lines.y0 + part * dy - py
    return x * x + y * y, part


def _crossing(lines: Legs, px: float, py: float, qx: float, qy: float) -> tuple[Flags, Floats]:
    """Which lines cross the leg (touching ends are found by distance), and where."""
    dx, dy = lines.x1 - lines.x0, lines.y1 - lines.y0
    ex, ey = qx - px, qy - py
    start = ex * (lines.y0 - py) - ey * (lines.x0 - px)
    end = ex * (lines.y1 - py) - ey * (lines.x1 - px)
    here = dx * (py - lines.y0) - dy * (px - lines.x0)
    there = dx * (qy - lines.y0) - dy * (qx - lines.x0)
    crosses = ((start > 0) != (end > 0)) & ((here > 0) != (there > 0)) & (start != end)
    return crosses, start / np.where(start != end, start - end, 1.0)
