"""The footprint and the kernel together against an oracle, on the cases that broke others."""

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from portal.recordings.footprint import ANYWHERE, slots
from portal.recordings.footprint_rows import Row, opened, recalled
from portal.recordings.laying import Filed, laid
from portal.recordings.matching import Window, judge
from portal.recordings.shapes import Inside, Legs, Near, Shape
from portal.recordings.tracks import Tracks, pack, together
from tests.unit.recordings.oracle import (
    LONGEST_LINE_S,
    Film,
    Point,
    between,
    inside,
    nearest_squared,
    stretches,
)

# An hour's edge, which is a month's edge too, and the end of summer time is an hour earlier.
EDGE_S = 1_793_491_200 // 3600 * 3600
SQUARE_DM = 10_000
FRAME_X_DM, FRAME_Y_DM = 7_000_000, 13_000_000
# Float roots: within a millimetre of the radius either answer is right, AT the radius only yes.
SPARE_DM = Fraction(1, 100)


def edgy(luck: random.Random, middle: int) -> int:
    """A coordinate that likes the edges of squares."""
    return middle + luck.choice(
        [0, 1, -1, SQUARE_DM, -SQUARE_DM, 5_000, luck.randrange(-25_000, 25_000)]
    )


def centres(luck: random.Random) -> Point:
    """Where it happens: in the frame, on its edges and corners, and far outside."""
    return luck.choice(
        [
            (5_310_000, 1_750_000),
            (5_310_000, 1_750_000),
            (0, 0),
            (FRAME_X_DM, FRAME_Y_DM),
            (-40_000, 1_750_000),
            (FRAME_X_DM + 90_000, 40_000),
            (6_200_000, -55_000_000),  # about 0 degrees north, 0 degrees east
        ]
    )


def films(luck: random.Random, centre: Point, count: int) -> list[Film]:
    return [film(luck, centre) for _ in range(count)]


def film(luck: random.Random, centre: Point) -> Film:
    start = EDGE_S + luck.choice([0, -3600, -60, luck.randrange(-7200, 7200)])
    end = start + luck.choice([1, 60, 3600, luck.randrange(1, 9000)])
    t, x, y = start + luck.choice([0, 0, -30, 40]), *(edgy(luck, int(c)) for c in centre)
    fixes = [(t, x, y)]
    while len(fixes) < luck.choice([1, 2, 8, 30]) and t < end + 60:
        t += luck.choice([0, 1, 10, 30, 60, 299, 300, 301, 900])
        x, y = luck.choice(
            [
                (x, y),
                (x + luck.randrange(-600, 600), y + luck.randrange(-600, 600)),
                (x + luck.choice([-SQUARE_DM, SQUARE_DM]), y),
                (x, y + luck.choice([-SQUARE_DM, SQUARE_DM])),
                (x + SQUARE_DM, y + SQUARE_DM),
                (x - 3_333, y + 9_999),
            ]
        )
        fixes.append((t, x, y))
    return Film(start, end, tuple(f for f in fixes if f[0] <= end + 120))


def stored(held: list[Film]) -> Tracks:
    return together(
        [
            (
                one.start,
                one.end,
                0,
                pack(
                    [float(t - one.start) * 1000 for t, _, _ in one.fixes],
                    [float(x) / 10 for _, x, _ in one.fixes],
                    [float(y) / 10 for _, _, y in one.fixes],
                ),
            )
            for one in held
        ]
    )


def times(luck: random.Random, held: list[Film]) -> Window:
    one = luck.choice(held)
    edges = [one.start, one.end, EDGE_S, *(int(t) for t, _, _ in one.fixes)]
    since = luck.choice(edges) + luck.choice([0, 0, 0, 1, -1, -600])
    lasting = luck.choice([0, 0, 1, 300, 3600, 20_000])
    return Window(since, since + lasting)


def points(luck: random.Random, held: list[Film], count: int) -> list[Point]:
    """Points on tracks, at a fix plus a whole number of metres, and near by."""
    made: list[Point] = []
    for _ in range(count):
        _, x, y = luck.choice(luck.choice(held).fixes)
        made.append((x + luck.choice([0, 0, 300, -400]), y + luck.choice([0, 400, -300])))
    return made


def radii(luck: random.Random) -> int:
    return luck.choice([0, 30, 40, 50, 100, 1000, 1500, luck.randrange(0, 2500)])


def legs_of(line: list[Point]) -> list[tuple[Point, Point]]:
    return list(pairwise(line)) or [(line[0], line[0])]


def metres(line: list[Point]) -> Legs:
    return Legs.along(
        np.array([float(x) / 10 for x, _ in line]), np.array([float(y) / 10 for _, y in line])
    )


Index = dict[tuple[int, int], list[Row]]


def answers(tracks: Tracks, index: Index, asked: Window, shape: Shape) -> tuple[set[int], set[int]]:
    """(tracked, may be) by way of the index's rows, as the search does it; the same as of the
    tracks themselves."""
    rows = [
        row
        for slot in slots(asked.since, asked.until)
        for square in [*shape.squares().tolist(), ANYWHERE]
        for row in index.get((slot, square), ())
    ]
    seen = recalled(opened([r[3] for r in rows], [r[4] for r in rows]), asked.since, asked.until)
    found = judge(seen.tracks, asked, shape)
    whole = judge(tracks, asked, shape)
    of = seen.numbers
    for name in ("doubt", "distance_m", "at"):
        ours, theirs = getattr(found, name), getattr(whole, name)[of]
        placed = whole.tracked[of] | whole.may_be[of]
        np.testing.assert_array_equal(ours[placed], theirs[placed])
    tracked, may_be = (set(of[f].tolist()) for f in (found.tracked, found.may_be))
    for numbers, flags in ((tracked, whole.tracked), (may_be, whole.may_be)):
        assert numbers == set(np.flatnonzero(flags).tolist())
    return tracked, may_be


def indexed(tracks: Tracks) -> Index:
    count = len(tracks)
    filed = Filed(np.arange(count), [None] * count, tracks, np.zeros(count, dtype=np.int64))
    index: Index = {}
    for row in laid(filed, frozenset()):
        index.setdefault(row[:2], []).append(row)
    return index


def cities(seed: int, count: int) -> Iterator[tuple[random.Random, list[Film], Tracks]]:
    luck = random.Random(seed)
    for _ in range(count):
        held = films(luck, centres(luck), 12)
        yield luck, held, stored(held)


@pytest.mark.parametrize("seed", range(8))
def test_points_and_lines_are_answered_exactly(seed: int) -> None:
    asked = told = 0
    for luck, held, tracks in cities(seed, 15):
        index = indexed(tracks)
        for _ in range(20):
            window, radius = times(luck, held), radii(luck)
            line = points(luck, held, luck.choice([1, 1, 2, 3]))
            tracked, _ = answers(tracks, index, window, Near(metres(line), float(radius)))
            for k, one in enumerate(held):
                near = nearest_squared(one, int(window.since), int(window.until), legs_of(line))
                reach = radius * 10
                if near is not None and near <= reach**2:
                    assert k in tracked, (one, line, window, radius)
                    told += 1
                elif near is None or near > (reach + SPARE_DM) ** 2:
                    assert k not in tracked, (one, line, window, radius)
                asked += 1
    assert asked == 8 * 450
    assert told > 100


@pytest.mark.parametrize("seed", range(4))
def test_areas_are_answered_exactly(seed: int) -> None:
    told = 0
    for luck, held, tracks in cities(100 + seed, 12):
        index = indexed(tracks)
        for _ in range(10):
            window = times(luck, held)
            ring = points(luck, held, 1)
            x, y = ring[0]
            size = luck.choice([3_000, SQUARE_DM, 35_000])
            ring = [(x, y), (x + size, y + 7), (x + size // 2, y + size // 3), (x - 11, y + size)]
            shape = Inside(metres([*ring, ring[0]]))
            tracked, _ = answers(tracks, index, window, shape)
            for k, one in enumerate(held):
                verdict = in_ring(one, window, ring)
                if verdict is not None:
                    assert (k in tracked) == verdict, (one, ring, window)
                    told += verdict
    assert told > 10


def in_ring(one: Film, window: Window, ring: list[Point]) -> bool | None:
    """Whether it was inside; None when it only touches the edge, where either is right."""
    lo, hi = max(one.start, int(window.since)), min(one.end, int(window.until))
    edges = legs_of([*ring, ring[0]])
    parts = stretches(one, lo, hi)
    if any(inside(ring, a) and min(between(a, a, p, q) for p, q in edges) > 0 for a, _ in parts):
        return True
    nearest = min((between(a, b, p, q) for a, b in parts for p, q in edges), default=None)
    if nearest is None or nearest > SPARE_DM**2:
        return any(inside(ring, a) for a, _ in parts)
    # It comes to the edge: a crossing is inside for a moment, a touch may be either.
    return None if not _crosses(parts, edges) else True


def _crosses(parts: list[tuple[Point, Point]], edges: list[tuple[Point, Point]]) -> bool:
    def side(a: Point, b: Point, p: Point) -> Fraction:
        return Fraction((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]))

    return any(
        side(p, q, a) * side(p, q, b) < 0 and side(a, b, p) * side(a, b, q) < 0
        for a, b in parts
        for p, q in edges
    )


@pytest.mark.parametrize("seed", range(4))
def test_what_may_have_been_there_in_a_gap_is_offered(seed: int) -> None:
    """Any place that could be reached in a gap at top speed is offered, and never as tracked."""
    luck = random.Random(200 + seed)
    offered = 0
    for _ in range(300):
        gap = luck.randrange(LONGEST_LINE_S + 1, 3000)
        x, y = 5_310_000, 1_750_000
        hop = luck.randrange(0, gap * 100)
        one = Film(EDGE_S, EDGE_S + gap, ((EDGE_S, x, y), (EDGE_S + gap, x + hop, y)))
        tracks = stored([one])
        # Straight to the side and on, at less than top speed: 14 m/s all the way.
        turn = gap * 140 / 2
        aside = int(max(0.0, turn**2 - (hop / 2) ** 2) ** 0.5)
        place: Point = (x + hop // 2, y + luck.choice([-1, 1]) * aside)
        window = Window(EDGE_S + gap // 2, EDGE_S + gap // 2 + 1)
        tracked, may_be = answers(tracks, indexed(tracks), window, Near(metres([place]), 10.0))
        assert not tracked
        assert may_be == {0}
        offered += 1
    assert offered == 300


def test_a_receiver_that_says_nought_nought_is_offered_along_the_way_and_not_believed() -> None:
    x, y = 5_310_000, 1_750_000
    fixes = ((EDGE_S, x, y), (EDGE_S + 60, 6_200_000, -55_000_000), (EDGE_S + 120, x, y))
    tracks = stored([Film(EDGE_S, EDGE_S + 120, fixes)])
    window = Window(EDGE_S, EDGE_S + 120)
    on_the_way = Near(metres([(x + (6_200_000 - x) // 100, y - 56_750_000 // 100)]), 500.0)
    assert answers(tracks, indexed(tracks), window, on_the_way) == (set(), {0})
    for place in ((x, y), (6_200_000, -55_000_000)):
        at_a_fix = Near(metres([place]), 1.0)
        assert answers(tracks, indexed(tracks), window, at_a_fix) == ({0}, set())
