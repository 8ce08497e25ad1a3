"""What a search must answer, reckoned the slow way: exact fractions, one track at a time, no
index. It shares no code with the search, only the words of the import format."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

Number = int | Fraction
Point = tuple[Number, Number]
Fix = tuple[Number, Number, Number]

LONGEST_LINE_S = 300


@dataclass(frozen=True)
class Film:
    """A recording: its times in seconds, and fixes (t, x, y) in seconds and decimetres."""

    start: int
    end: int
    fixes: tuple[Fix, ...]


def nearest_squared(
    film: Film, since: int, until: int, legs: Sequence[tuple[Point, Point]]
) -> Fraction | None:
    """The least squared distance in dm² from any leg, inside both times; None where unknown."""
    lo, hi = max(film.start, since), min(film.end, until)
    found = [between(a, b, p, q) for a, b in stretches(film, lo, hi) for p, q in legs]
    return min(found, default=None)


def stretches(film: Film, lo: int, hi: int) -> list[tuple[Point, Point]]:
    """The straight stretches that the camera is known to have moved along from lo to hi."""
    made: list[tuple[Point, Point]] = [((x, y), (x, y)) for t, x, y in film.fixes if lo <= t <= hi]
    for (t0, x0, y0), (t1, x1, y1) in zip(film.fixes, film.fixes[1:], strict=False):
        begin, end = max(t0, lo), min(t1, hi)
        if t1 - t0 > LONGEST_LINE_S or begin > end:
            continue
        if t0 == t1:
            made.append(((x0, y0), (x1, y1)))
            continue
        made.append(
            (
                _at(Fraction(begin - t0) / Fraction(t1 - t0), x0, y0, x1, y1),
                _at(Fraction(end - t0) / Fraction(t1 - t0), x0, y0, x1, y1),
            )
        )
    return made


def _at(part: Fraction, x0: Number, y0: Number, x1: Number, y1: Number) -> Point:
    return x0 + part * (x1 - x0), y0 + part * (y1 - y0)


def between(a: Point, b: Point, p: Point, q: Point) -> Fraction:
    """Squared distance of two stretches."""
    if cross(a, b, p, q):
        return Fraction(0)
    return min(to_point(a, b, p), to_point(a, b, q), to_point(p, q, a), to_point(p, q, b))


def to_point(a: Point, b: Point, p: Point) -> Fraction:
    """Squared distance of a stretch from a point."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    part = Fraction(0)
    if length:
        along = Fraction((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / Fraction(length)
        part = min(Fraction(1), max(Fraction(0), along))
    x, y = a[0] + part * dx - p[0], a[1] + part * dy - p[1]
    return Fraction(x * x + y * y)


def cross(a: Point, b: Point, p: Point, q: Point) -> bool:
    """Whether two stretches cross in their insides."""
    first = _side(p, q, a) * _side(p, q, b)
    second = _side(a, b, p) * _side(a, b, q)
    return first < 0 and second < 0


def _side(a: Point, b: Point, p: Point) -> Number:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def inside(ring: Sequence[Point], p: Point) -> bool:
    """Whether a point is inside a ring (even-odd)."""
    odd = False
    for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y0 > p[1]) != (y1 > p[1]):
            at = x0 + Fraction(p[1] - y0) / Fraction(y1 - y0) * (x1 - x0)
            odd ^= p[0] < at
    return odd
