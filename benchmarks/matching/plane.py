"""Plane geometry of the oracle: a plane that touches the earth, and distances on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# WGS 84.
_A, _FLATTENING = 6_378_137.0, 1 / 298.257223563
_E2 = _FLATTENING * (2 - _FLATTENING)
# How many moments of a segment are asked whether they lie well inside.
_ALONG = np.linspace(0.0, 1.0, 17).tolist()
_AT_ONCE = 20_000


@dataclass(frozen=True)
class Segments:
    """Straight lines from (x0, y0) to (x1, y1), one value each."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats

    @classmethod
    def joined(cls, parts: Sequence["Segments"]) -> Self:
        """All of them, in order."""
        return cls(*(np.concatenate([getattr(p, n) for p in parts]) for n in cls.__annotations__))

    def chosen(self, which: Ints | Flags | slice) -> "Segments":
        """Only those."""
        return Segments(self.x0[which], self.y0[which], self.x1[which], self.y1[which])

    def as_rows(self) -> "Segments":
        """One row each, to be compared with many columns."""
        return Segments(*(getattr(self, name)[:, None] for name in self.__annotations__))

    def part(self, u: Floats, v: Floats) -> "Segments":
        """Each from the part `u` of its length to the part `v`."""
        dx, dy = self.x1 - self.x0, self.y1 - self.y0
        return Segments(self.x0 + u * dx, self.y0 + u * dy, self.x0 + v * dx, self.y0 + v * dy)


@dataclass(frozen=True)
class Plane:
    """The plane that touches the WGS 84 ellipsoid at a position; x east and y north, metres."""

    lat: float
    lon: float

    @classmethod
    def touching(cls, lat: float, lon: float) -> Self:
        """The plane at that position, in degrees."""
        return cls(float(lat), float(lon))

    def metres(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """Where positions stand on the plane."""
        x, y, z = _from_the_middle_of_the_earth(lat, lon)
        x0, y0, z0 = _from_the_middle_of_the_earth(np.array(self.lat), np.array(self.lon))
        phi, lam = np.radians(self.lat), np.radians(self.lon)
        dx, dy, dz = x - x0, y - y0, z - z0
        east = -np.sin(lam) * dx + np.cos(lam) * dy
        north = np.cos(phi) * dz - np.sin(phi) * (np.cos(lam) * dx + np.sin(lam) * dy)
        return east, north

    @property
    def metres_per_degree(self) -> tuple[float, float]:
        """Metres of a degree of latitude and of longitude, here."""
        sine2 = np.sin(np.radians(self.lat)) ** 2
        across = _A / np.sqrt(1 - _E2 * sine2)
        up = across * (1 - _E2) / (1 - _E2 * sine2)
        return np.radians(1.0) * up, np.radians(1.0) * across * np.cos(np.radians(self.lat))

    def extent(self, legs: Segments) -> tuple[tuple[float, float], tuple[float, float]]:
        """Least and most latitude and longitude of segments near here, roughly."""
        up, across = self.metres_per_degree
        y, x = np.r_[legs.y0, legs.y1] / up + self.lat, np.r_[legs.x0, legs.x1] / across + self.lon
        return (float(y.min()), float(y.max())), (float(x.min()), float(x.max()))

    def rings(self, rings: Sequence[Floats]) -> Segments:
        """The edges of rings of positions (latitude, longitude), each closed."""
        parts = []
        for ring in rings:
            x, y = self.metres(ring[:, 0], ring[:, 1])
            parts.append(Segments(x, y, np.roll(x, -1), np.roll(y, -1)))
        return Segments.joined(parts)


def _from_the_middle_of_the_earth(lat: Floats, lon: Floats) -> tuple[Floats, Floats, Floats]:
    phi, lam = np.radians(lat), np.radians(lon)
    radius = _A / np.sqrt(1 - _E2 * np.sin(phi) ** 2)
    flat = radius * np.cos(phi)
    return flat * np.cos(lam), flat * np.sin(lam), radius * (1 - _E2) * np.sin(phi)


def distance_to_legs(where: Segments, legs: Segments) -> Floats:
    """Metres from each segment to the nearest of the legs; nought where they cross."""
    best = np.full(len(where.x0), np.inf)
    for some in _portions(len(best), len(legs.x0)):
        a, b = where.chosen(some).as_rows(), legs
        far = np.minimum(_to_segment(b.x0, b.y0, a), _to_segment(b.x1, b.y1, a))
        far = np.minimum(far, _to_segment(a.x0, a.y0, b))
        far = np.minimum(far, _to_segment(a.x1, a.y1, b))
        best[some] = np.where(_cross(a, b), 0.0, far).min(axis=1)
    return best


def inside(x: Floats, y: Floats, edges: Segments) -> Flags:
    """Which positions lie inside closed rings (an odd number of edges to the east)."""
    odd = np.zeros(len(x), dtype=bool)
    rise = np.where(edges.y1 == edges.y0, 1.0, edges.y1 - edges.y0)
    slope = (edges.x1 - edges.x0) / rise
    for some in _portions(len(x), len(rise)):
        px, py = x[some][:, None], y[some][:, None]
        spans = (edges.y0 <= py) != (edges.y1 <= py)
        crossed = spans & (px < edges.x0 + (py - edges.y0) * slope)
        odd[some] = np.count_nonzero(crossed, axis=1) % 2 == 1
    return odd


def depth(where: Segments, edges: Segments, *, enough: float) -> Floats:
    """How many metres inside the rings a segment gets, at one of its moments; 0 if it does not.

    What is deep `enough` at one end is not looked at any further.
    """
    best = np.maximum(_depth_at(where, 0.0, edges), _depth_at(where, 1.0, edges))
    rest = np.flatnonzero((best < enough) & (distance_to_legs(where, edges) == 0.0))
    for part in _ALONG:
        best[rest] = np.maximum(best[rest], _depth_at(where.chosen(rest), part, edges))
    return best


def _depth_at(where: Segments, part: float, edges: Segments) -> Floats:
    parts = np.full(len(where.x0), part)
    at = where.part(parts, parts)
    found = np.zeros(len(parts))
    some = np.flatnonzero(inside(at.x0, at.y0, edges))
    found[some] = distance_to_legs(at.chosen(some), edges)
    return found


def _portions(count: int, wide: int) -> Iterator[slice]:
    """So many rows in parts, each of a size that fits in a processor's cache."""
    step = max(1, _AT_ONCE // max(1, wide))
    return (slice(begin, begin + step) for begin in range(0, count, step))


def _to_segment(x: Floats, y: Floats, where: Segments) -> Floats:
    dx, dy = where.x1 - where.x0, where.y1 - where.y0
    length2 = np.maximum(dx * dx + dy * dy, 1e-12)
    u = np.clip(((x - where.x0) * dx + (y - where.y0) * dy) / length2, 0.0, 1.0)
    away: Floats = np.hypot(where.x0 + u * dx - x, where.y0 + u * dy - y)
    return away


def _cross(a: Segments, b: Segments) -> Flags:
    def side(s: Segments, x: Floats, y: Floats) -> Floats:
        turn: Floats = (s.x1 - s.x0) * (y - s.y0) - (s.y1 - s.y0) * (x - s.x0)
        return turn

    crossing: Flags = (side(a, b.x0, b.y0) * side(a, b.x1, b.y1) < 0) & (
        side(b, a.x0, a.y0) * side(b, a.x1, a.y1) < 0
    )
    return crossing
