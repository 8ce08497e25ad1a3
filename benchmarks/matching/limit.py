"""The limit: the same search over sorted arrays in memory. No database, no SQL, no copy.

What a database can at best do is find the same entries of the same index, so the index here is the
portal's own (hour, square), sorted, and a question is two binary searches for each of its hours and
squares. The exact comparison is the portal's own too (`portal.recordings.matching.judge`): what the
portal takes longer than this, it takes to get rows out of a database and an answer into shape.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.matching.city import Block
from portal.recordings.criteria import Anywhere, AreaAsked, Criteria, LineAsked
from portal.recordings.footprint import (
    ANYWHERE,
    area_square,
    footprint,
    key_of,
    slots,
    unplaced_square,
)
from portal.recordings.matching import Doubt, Verdict, Window, judge, of_tracks
from portal.recordings.projection import to_grid
from portal.recordings.scoring import default_said, time_and_place_bits
from portal.recordings.shapes import Inside, Legs, Near, Shape
from portal.recordings.tracks import GOOD_ACCURACY_M, Flags, Floats, Ints, Tracks

_SQUARE_BITS = 32
_SQUARE_OFFSET = 1 << 31
_INDEXED_AT_ONCE = 50_000


@dataclass(frozen=True)
class Answer:
    """Indices of recordings, and which of them are tracked; ranked only if that was asked."""

    found: Ints
    tracked: Flags


class Limit:
    """The whole catalogue, and the ground of each area (by its name): rings of positions."""

    def __init__(
        self, whole: Block, areas: Sequence[str], ground: Mapping[str, Sequence[Floats]]
    ) -> None:
        self._areas = list(areas)
        self._keys = [key_of(area) for area in areas]
        self._ground = {key_of(name): _inside(rings) for name, rings in ground.items()}
        self._squares = {key: set(area.squares().tolist()) for key, area in self._ground.items()}
        self._tracks = packed(whole)
        self._begins = np.cumsum(self._tracks.counts) - self._tracks.counts
        self._area = whole.area
        self._officer = whole.officer
        self._index, self._owner = self._sorted()

    @property
    def bytes(self) -> int:
        """How much memory the arrays take."""
        held = self._tracks
        arrays = (held.start, held.end, held.slack_m, held.counts, held.points, self._begins)
        return sum(a.nbytes for a in (*arrays, self._area, self._index, self._owner))

    def find(self, criteria: Criteria) -> Answer:
        """Every recording that answers the question, in no order."""
        found, verdict, kept, *_ = self._judged(criteria)
        return Answer(found[kept], verdict.tracked[kept])

    def rank(self, criteria: Criteria) -> Answer:
        """The same, the likeliest first."""
        found, verdict, kept, shape, window = self._judged(criteria)
        said = criteria.said or default_said(
            window, shape, criteria.shoulder_number, criteria.reference
        )
        numbers, tracked = found[kept], verdict.tracked[kept]
        bits = time_and_place_bits(
            of_tracks(verdict.seen, kept),
            self._tracks.start[numbers].astype(np.float64),
            self._tracks.end[numbers].astype(np.float64),
            tracked,
            window,
            shape,
            said,
        )
        order = np.lexsort((numbers, -(bits[0] + bits[1]), ~tracked))
        return Answer(numbers[order], tracked[order])

    def _judged(self, criteria: Criteria) -> tuple[Ints, Verdict, Flags, Shape | None, Window]:
        window = Window.between(criteria.since, criteria.until)
        shape, squares, near = self._where(criteria)
        found = self._gathered(window, squares)
        held = self._of(found)
        verdict = judge(held, window, shape)
        return found, verdict, self._kept(criteria, found, verdict, near), shape, window

    def _where(self, criteria: Criteria) -> tuple[Shape | None, Ints | None, list[int]]:
        """The shape, the squares to look in, and the areas whose unplaced may be there."""
        place = criteria.place
        if isinstance(place, Anywhere):
            return None, None, []
        if isinstance(place, AreaAsked):
            area = self._ground.get(key_of(place.name))
            inside = area.squares() if area else np.zeros(0, dtype=np.int64)
            return area, np.r_[inside, area_square(place.name), ANYWHERE], []
        positions = place.positions if isinstance(place, LineAsked) else [(place.lat, place.lon)]
        lat, lon = np.array(positions, dtype=np.float64).T
        shape = Near(Legs.along(*to_grid(lat, lon)), place.radius_m)
        squares = shape.squares()
        here = squares.tolist()
        touching = [key for key, area in self._squares.items() if not area.isdisjoint(here)]
        unplaced = [unplaced_square(key) for key in touching]
        near = [i for i, key in enumerate(self._keys) if key in touching or key not in self._ground]
        return shape, np.r_[squares, np.array(unplaced, dtype=np.int64), ANYWHERE], near

    def _gathered(self, window: Window, squares: Ints | None) -> Ints:
        """The recordings of those hours and squares that overlap the window, each once."""
        hours = slots(window.since, window.until)
        if squares is None:
            keys = np.array([hours.start << _SQUARE_BITS, hours.stop << _SQUARE_BITS])
            lo, hi = np.searchsorted(self._index, keys)[:, None]
        else:
            of_hours = np.arange(hours.start, hours.stop)[:, None] << _SQUARE_BITS
            wanted = (of_hours + np.unique(squares + _SQUARE_OFFSET)).ravel()
            lo = np.searchsorted(self._index, wanted)
            hi = np.searchsorted(self._index, wanted, side="right")
        some = np.flatnonzero(hi > lo)
        found = self._owner[_ranges(lo[some], hi[some] - lo[some])]
        held = self._tracks
        found = found[(held.start[found] <= window.until) & (held.end[found] >= window.since)]
        return np.unique(found).astype(np.int64)

    def _of(self, found: Ints) -> Tracks:
        held = self._tracks
        counts = held.counts[found]
        return Tracks(
            held.start[found],
            held.end[found],
            held.slack_m[found],
            counts,
            held.points[_ranges(self._begins[found], counts)],
        )

    def _kept(self, criteria: Criteria, found: Ints, verdict: Verdict, near: list[int]) -> Flags:
        place, area = criteria.place, self._area[found]
        if isinstance(place, Anywhere):
            return verdict.tracked | verdict.may_be
        if isinstance(place, AreaAsked):
            asked = [i for i, key in enumerate(self._keys) if key == key_of(place.name)]
            leaves_open = np.isin(verdict.doubt, (Doubt.GAP, Doubt.POOR_FIXES))
            of_none = (area < 0) & verdict.may_be
            return verdict.tracked | np.isin(area, asked) | leaves_open | of_none
        bare = verdict.doubt == Doubt.NO_FIXES
        placed: Flags = np.where(bare, (area < 0) | np.isin(area, near), verdict.may_be)
        return verdict.tracked | placed

    def _sorted(self) -> tuple[Ints, npt.NDArray[np.int32]]:
        """The index: (hour, square) in one number, sorted, and whose each entry is."""
        keys, owners = [], []
        known = frozenset(self._ground)
        for begin in range(0, len(self._tracks), _INDEXED_AT_ONCE):
            some = np.arange(begin, min(begin + _INDEXED_AT_ONCE, len(self._tracks)))
            areas = [self._areas[i] if i >= 0 else None for i in self._area[some].tolist()]
            which, slot, square = footprint(self._of(some), areas, known)
            keys.append((slot << _SQUARE_BITS) + square + _SQUARE_OFFSET)
            owners.append((which + begin).astype(np.int32))
        key, owner = np.concatenate(keys), np.concatenate(owners)
        order = np.argsort(key, kind="stable")
        return key[order], owner[order]


def _ranges(begins: Ints, counts: Ints) -> Ints:
    """begin, begin + 1, … for each, as many as its count."""
    until = np.cumsum(counts)
    steps = np.arange(until[-1] if len(until) else 0)
    found: Ints = steps + np.repeat(begins - (until - counts), counts)
    return found


def packed(whole: Block) -> Tracks:
    """The tracks as the portal stores them: milliseconds and decimetres."""
    x, y = to_grid(whole.lat, whole.lon)
    owner = np.repeat(np.arange(len(whole.start)), whole.counts)
    t = (whole.at - whole.start[owner]) * 1000.0
    points = np.stack([np.rint(t), np.rint(x * 10), np.rint(y * 10)], axis=1).astype(np.int32)
    slack_m = np.zeros(len(whole.start))
    poor = np.flatnonzero(whole.accuracy_m > GOOD_ACCURACY_M)
    np.maximum.at(slack_m, owner[poor], whole.accuracy_m[poor])
    start, end = (column.astype(np.int64) for column in (whole.start, whole.end))
    return Tracks(start, end, slack_m, whole.counts.astype(np.int64), points)


def _inside(rings: Iterable[Any]) -> Inside:
    parts = []
    for ring in rings:
        closed = np.concatenate([ring, ring[:1]])
        parts.append(Legs.along(*to_grid(closed[:, 0], closed[:, 1])))
    return Inside(Legs.joined(parts))
