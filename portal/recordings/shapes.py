"""The places a search can ask for, in metres on the British National Grid, and the distance of
straight lines from them. Law: pure, vectorised over the lines."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from portal.recordings.footprint import SQUARE_M, squares, squares_around
from portal.recordings.tracks import Flags, Floats, Ints

# Rows times columns of one step of a many-against-many comparison: bounds the memory it takes.
_AT_ONCE = 1_000_000
# So many numbers, and those made of them, stay near the processor.
_IN_CACHE = 30_000


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

    def chosen(self, which: Ints) -> Self:
        """Only those legs, in that order."""
        return type(self)(self.x0[which], self.y0[which], self.x1[which], self.y1[which])

    def rows(self, some: slice) -> Self:
        """Some of the legs, each as a row: to be compared with every one of others."""
        return type(self)(*(c[some, None] for c in (self.x0, self.y0, self.x1, self.y1)))

    def box(self) -> Self:
        """A leg with the same box as all of them."""
        west, south = min(self.x0.min(), self.x1.min()), min(self.y0.min(), self.y1.min())
        east, north = max(self.x0.max(), self.x1.max()), max(self.y0.max(), self.y1.max())
        return type(self)(*(np.array([edge]) for edge in (west, south, east, north)))

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

    @cached_property
    def is_point(self) -> bool:
        """Whether it is a position, and no line."""
        legs = self.legs
        return bool(np.all((legs.x0 == legs.x1) & (legs.y0 == legs.y1)))

    def squares(self) -> Ints:
        """Every square that something within the radius may be in."""
        if self.is_point:
            return squares_around(float(self.legs.x0[0]), float(self.legs.y0[0]), self.radius_m)
        return _squares_along(self.legs, self.radius_m)

    def distance(self, lines: Legs, within: Floats) -> tuple[Floats, Floats]:
        """How near each line comes, in metres, and at which part (0 to 1) of it; infinity for
        some of those that do not come `within` metres."""
        if len(self.legs.x0) == 1:
            return _nearest(lines, self.legs)
        far, part = np.full(len(lines.x0), np.inf), np.zeros(len(lines.x0))
        (near,) = _meets(lines, self.legs.box(), within).nonzero()
        far[near], part[near] = _nearest(lines.chosen(near), self.legs)
        return far, part


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

    def distance(self, lines: Legs, within: Floats) -> tuple[Floats, Floats]:
        """Nought, at its start or where it enters, for a line that is inside at any moment;
        otherwise how near it comes to the edge, or infinity if that is not `within` metres."""
        far, part = np.full(len(lines.x0), np.inf), np.zeros(len(lines.x0))
        inside = self.contains(lines.x0, lines.y0)
        far[inside] = 0.0
        rest = np.flatnonzero(~inside)
        outside = lines.chosen(rest)
        far[rest], part[rest] = _nearest_of_many(outside, self.edges, within[rest])
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
    best, part = np.empty(len(lines.x0)), np.empty(len(lines.x0))
    step = max(1, _IN_CACHE // len(legs.x0))
    for begin in range(0, len(lines.x0), step):
        some = slice(begin, begin + step)
        squared, at = _to_legs(lines.rows(some), legs)
        nearest = squared.argmin(axis=1)
        each = np.arange(len(nearest))
        best[some], part[some] = squared[each, nearest], at[each, nearest]
    return np.sqrt(best), part


def _nearest_of_many(lines: Legs, legs: Legs, within: Floats) -> tuple[Floats, Floats]:
    """The same for hundreds of legs: only pairs whose boxes come within reach are reckoned."""
    best, part = np.full(len(lines.x0), np.inf), np.zeros(len(lines.x0))
    line, leg = _pairs(lines, legs, within)
    squared, at = _to_legs(lines.chosen(line), legs.chosen(leg))
    order = np.lexsort((at, squared, line))
    owner = line[order]
    first = order[np.r_[True, owner[1:] != owner[:-1]]] if len(order) else order
    best[line[first]], part[line[first]] = squared[first], at[first]
    return np.sqrt(best), part


def _pairs(lines: Legs, legs: Legs, within: Floats) -> tuple[Ints, Ints]:
    found, step = [], max(1, _AT_ONCE // max(1, len(legs.x0)))
    for begin in range(0, len(lines.x0), step):
        some = slice(begin, begin + step)
        line, leg = np.nonzero(_meets(lines.rows(some), legs, within[some, None]))
        found.append((line + begin, leg))
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    line, leg = (np.concatenate(column) for column in zip(*found, strict=True))
    return line, leg


def _meets(lines: Legs, legs: Legs, within: Floats) -> Flags:
    """Whether the box of each line comes within reach of its leg's."""
    meets = np.minimum(lines.x0, lines.x1) - within <= np.maximum(legs.x0, legs.x1)
    meets &= np.maximum(lines.x0, lines.x1) + within >= np.minimum(legs.x0, legs.x1)
    meets &= np.minimum(lines.y0, lines.y1) - within <= np.maximum(legs.y0, legs.y1)
    meets &= np.maximum(lines.y0, lines.y1) + within >= np.minimum(legs.y0, legs.y1)
    return meets


def _to_legs(lines: Legs, legs: Legs) -> tuple[Floats, Floats]:
    """Squared distance of each line from its leg, pair by pair, and where on the line it is."""
    squared, part = _to_point(lines, legs.x0, legs.y0)
    still = (legs.x0 == legs.x1) & (legs.y0 == legs.y1)
    if bool(still.all()):
        return squared, part
    others = [_to_point(lines, legs.x1, legs.y1)]
    for x, y, end in ((lines.x0, lines.y0, 0.0), (lines.x1, lines.y1, 1.0)):
        from_end, _ = _to_point(legs, x, y)
        others.append((from_end, np.full_like(from_end, end)))
    for other, where in others:
        nearer = other < squared
        squared, part = np.where(nearer, other, squared), np.where(nearer, where, part)
    crosses, where = _crossing(lines, legs)
    return np.where(crosses, 0.0, squared), np.where(crosses, where, part)


def _to_point(lines: Legs, px: Floats, py: Floats) -> tuple[Floats, Floats]:
    dx, dy = lines.x1 - lines.x0, lines.y1 - lines.y0
    length = dx * dx + dy * dy
    along = (px - lines.x0) * dx + (py - lines.y0) * dy
    part = np.minimum(np.maximum(along / np.where(length > 0, length, 1.0), 0.0), 1.0)
    x, y = lines.x0 + part * dx - px, lines.y0 + part * dy - py
    return x * x + y * y, part


def _crossing(lines: Legs, legs: Legs) -> tuple[Flags, Floats]:
    """Which lines cross their legs (touching ends are found by distance), and where."""
    dx, dy = lines.x1 - lines.x0, lines.y1 - lines.y0
    ex, ey = legs.x1 - legs.x0, legs.y1 - legs.y0
    start = ex * (lines.y0 - legs.y0) - ey * (lines.x0 - legs.x0)
    end = ex * (lines.y1 - legs.y0) - ey * (lines.x1 - legs.x0)
    here = dx * (legs.y0 - lines.y0) - dy * (legs.x0 - lines.x0)
    there = dx * (legs.y1 - lines.y0) - dy * (legs.x1 - lines.x0)
    crosses = ((start > 0) != (end > 0)) & ((here > 0) != (there > 0)) & (start != end)
    return crosses, start / np.where(start != end, start - end, 1.0)
