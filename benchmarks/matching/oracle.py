"""What is right: every recording compared with every question, with arithmetic of its own.

Nothing here is shared with the portal. Degrees become metres on a plane that touches the earth at
the place asked for (from the ellipsoid's own formulas, millimetres out at ten kilometres), not on
the British National Grid; there are no hours and no squares; and the rules are written down again
from docs/matching.md, "Tracked, or uncertain". All recordings of the time are looked at, except
those whose whole track lies farther away than they can have been.

Within 1 m and 1 s of the boundary either answer is right (docs/import.md): what *must* be found is
reckoned with the radius and the window made that much smaller, what *may* be found with them that
much larger.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.matching.city import Block
from benchmarks.matching.plane import Plane, Segments, depth, distance_to_legs, inside
from portal.recordings.criteria import Anywhere, AreaAsked, Criteria, LineAsked, PlaceAsked

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Rings = Sequence[Floats]  # each (positions, 2): latitude, longitude

# "Within 1 m and 1 s of the boundary either answer is right."
TOLERANCE_M, TOLERANCE_S = 1.0, 1.0
# docs/matching.md: "more than 5 minutes between two fixes", "what can be driven (15 m/s)", "the
# first minute counts as standing still", "fixes less accurate than 50 m", "over 50 km".
GAP_S, DRIVEN_M_PER_S, STANDING_S, POOR_M, FAR_M = 300.0, 15.0, 60.0, 50.0, 50_000.0
# Half a metre of rounding and the plane's own error, in the first sieve only.
_MARGIN_M = 20.0
# A borough "touches the squares near the place": those of a box around the radius, so up to the
# box's corner and the diagonal of a square away.
_CORNER, _SQUARES_M = 1.415, 1_500.0
# "Distances agree to 1 m or 0.2 %", and what was driven in a gap is kilometres.
_OF_WHAT_WAS_DRIVEN = 0.002
_METRES_OF_A_DEGREE = 111_000.0


@dataclass(frozen=True)
class Expected:
    """Which recordings (by index) an answer must and may have: as tracked, and at all."""

    must_track: Ints
    may_track: Ints
    must_offer: Ints
    may_offer: Ints


@dataclass(frozen=True)
class Fault:
    """One way in which an answer is wrong, and some of the recordings."""

    what: str
    indices: tuple[int, ...]

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.indices[:5]))
        return f"{self.what} ({len(self.indices)}): {shown}"


@dataclass(frozen=True)
class _Pieces:
    """Stretches of tracks on a plane. `slack_m` is how far off the camera may have been."""

    owner: Ints
    t0: Floats
    t1: Floats
    where: Segments
    slack_m: Floats
    certain: Flags
    far: Flags


class Oracle:
    """The whole catalogue, and the ground of each area (by its name): rings of positions."""

    def __init__(
        self, whole: Block, areas: Sequence[str], ground: Mapping[str, Rings], *, sieve: bool = True
    ) -> None:
        self._all = whole
        self._areas = areas
        self._ground = {_key(name): rings for name, rings in ground.items()}
        self._known = [
            (name, self._ground[_key(name)]) for name in areas if _key(name) in self._ground
        ]
        self._outlines = np.array([_outline(rings) for _, rings in self._known]).reshape(-1, 4).T
        self._begins = np.cumsum(whole.counts) - whole.counts
        self._slack_m = _worst_accuracy(whole)
        self._box = _boxes(whole, self._begins, self._slack_m) if sieve else None

    def expected(self, criteria: Criteria) -> Expected:
        """What the answer to a question must and may have.

        A line from one side of the world to the other is a different one on every map: what is
        near its other parts must be found, and anything else may be.
        """
        parts = list(_without_far_legs(criteria.place))
        found = [self._expected(replace(criteria, place=part)) for part in parts]
        if len(parts) == 1:
            return found[0]
        must_track, must_offer = (
            np.unique(np.concatenate([getattr(one, name) for one in found]))
            for name in ("must_track", "must_offer")
        )
        anybody = self._expected(replace(criteria, place=Anywhere())).may_offer
        return Expected(must_track, anybody, must_offer, anybody)

    def _expected(self, criteria: Criteria) -> Expected:
        since, until = criteria.since.timestamp(), criteria.until.timestamp()
        who = self._overlapping(since - TOLERANCE_S, until + TOLERANCE_S)
        surely = self._overlapping(since + TOLERANCE_S, until - TOLERANCE_S)
        must_file, may_file = self._without_track(criteria.place, who)
        filed = np.intersect1d(who[must_file], surely, assume_unique=True), who[may_file]
        none = np.zeros(0, dtype=np.int64)
        rings = self._rings_of(criteria.place)
        if isinstance(criteria.place, Anywhere) or rings == ():
            return Expected(none, none, *filed)
        must, may = self._by_track(criteria.place, rings, who, since, until)
        return Expected(
            must[0], may[0], np.union1d(must[1], filed[0]), np.union1d(may[1], filed[1])
        )

    def _overlapping(self, since: float, until: float) -> Ints:
        """Every recording that overlaps a time, both ends included."""
        if until < since:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero((self._all.start <= until) & (self._all.end >= since))

    def _rings_of(self, place: PlaceAsked) -> Rings | None:
        """The ground asked for: None for a point or line, () for an area that nobody knows."""
        if isinstance(place, AreaAsked):
            return self._ground.get(_key(place.name), ())
        return None

    def _without_track(self, place: PlaceAsked, who: Ints) -> tuple[Flags, Flags]:
        """Which of these are offered whatever the track says, and which may be."""
        bare, area = self._all.counts[who] == 0, self._all.area[who]
        if isinstance(place, Anywhere):
            every = np.ones(len(who), dtype=bool)
            return every, every
        unknown = area < 0
        if isinstance(place, AreaAsked):
            filed = self._filed([n for n in self._areas if _key(n) == _key(place.name)], area)
            strange = self._filed([n for n in self._areas if _key(n) not in self._ground], area)
            return filed | (bare & unknown), filed | (bare & (unknown | strange))
        near, perhaps = self._areas_near(place)
        must = bare & (unknown | self._filed(near, area))
        return must, bare & (unknown | self._filed(perhaps, area))

    def _filed(self, names: Iterable[str], area: Ints) -> Flags:
        wanted = [index for index, name in enumerate(self._areas) if name in set(names)]
        found: Flags = np.isin(area, wanted)
        return found

    def _areas_near(self, place: Any) -> tuple[list[str], list[str]]:
        """Areas within the radius, and those that share a square with it, perhaps. One whose
        ground nobody knows may be anywhere."""
        plane, legs = _plane_and_legs(place)
        near = [name for name in self._areas if _key(name) not in self._ground]
        perhaps = list(near)
        farthest = place.radius_m * _CORNER + _SQUARES_M
        box = self._widened(plane, legs, np.array([farthest]))
        for index in np.flatnonzero(_touches(box, *self._outlines)).tolist():
            name, rings = self._known[index]
            far = float(_distance_to_ground(legs, plane.rings(rings)).min())
            near += [name] * (far <= place.radius_m)
            perhaps += [name] * (far <= farthest)
        return near, perhaps

    def _by_track(
        self, place: Any, rings: Rings | None, who: Ints, since: float, until: float
    ) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
        """(tracked, offered) by the track: what must be, and what may be."""
        if rings is None:
            plane, legs = _plane_and_legs(place)
            radius_m = place.radius_m
        else:
            plane = Plane.touching(*np.concatenate(rings).mean(axis=0))
            legs, radius_m = plane.rings(rings), 0.0
        who = self._near(who, plane, legs, radius_m)
        held = self._pieces(who, plane)
        made = []
        for sign in (-1.0, 1.0):
            lo = np.maximum(self._all.start[who], since - sign * TOLERANCE_S)
            hi = np.minimum(self._all.end[who], until + sign * TOLERANCE_S)
            cut = _clipped(held, lo, hi)
            reach = radius_m + sign * TOLERANCE_M
            if rings is None:
                far = distance_to_legs(cut.where, legs)
            elif sign < 0:
                deep = depth(cut.where, legs, enough=TOLERANCE_M)
                far = np.where(deep > 0, -deep, _distance_to_ground(cut.where, legs))
            else:
                far = _distance_to_ground(cut.where, legs)
            tracked = cut.certain & (far <= reach)
            # A line to the other side of the world is a different one on every map: it may be
            # offered, and need not be.
            slack_m = cut.slack_m * (1.0 + sign * _OF_WHAT_WAS_DRIVEN)
            offered = np.where(cut.far, sign > 0, far <= reach + slack_m)
            made.append(tuple(who[np.unique(cut.owner[f])] for f in (tracked, offered | tracked)))
        return made[0], made[1]

    def _near(self, who: Ints, plane: Plane, legs: Segments, radius_m: float) -> Ints:
        """Those with a track that can have come near: by their box in degrees."""
        who = who[self._all.counts[who] > 0]
        if self._box is None:
            return who
        *edges, reach_m = (column[who] for column in self._box)
        return who[_touches(self._widened(plane, legs, radius_m + reach_m), *edges)]

    @staticmethod
    def _widened(plane: Plane, legs: Segments, reach_m: Floats) -> tuple[Floats, ...]:
        """South, north, west, east of the legs in degrees, and so much farther each way."""
        (south, north), (west, east) = plane.extent(legs)
        # A degree of longitude shrinks northwards; one part in fifty covers any city.
        metres = (reach_m + TOLERANCE_M + _MARGIN_M) * 1.02
        up, across = metres / plane.metres_per_degree[0], metres / plane.metres_per_degree[1]
        return south - up, north + up, west - across, east + across

    def _pieces(self, who: Ints, plane: Plane) -> _Pieces:
        counts = self._all.counts[who]
        owner = np.repeat(np.arange(len(who)), counts)
        first = np.cumsum(counts) - counts
        fix = self._begins[who][owner] + np.arange(len(owner)) - first[owner]
        t = self._all.at[fix]
        x, y = plane.metres(self._all.lat[fix], self._all.lon[fix])
        parts = [_fixes(owner, t, x, y), _legs(owner, t, x, y)]
        last = first + counts - 1
        index = np.arange(len(who))
        parts.append(_end(index, self._all.start[who], t[first], x[first], y[first]))
        parts.append(_end(index, t[last], self._all.end[who], x[last], y[last]))
        held = _joined(parts)
        return _Pieces(
            held.owner, held.t0, held.t1, held.where,
            held.slack_m + self._slack_m[who][held.owner], held.certain, held.far,
        )  # fmt: skip


def faults(expected: Expected, found: Ints, tracked: Flags) -> list[Fault]:
    """What is wrong with an answer: indices of recordings, and which of them are tracked."""
    said = found[tracked]
    wrong = (
        ("missing from the answer", np.setdiff1d(expected.must_offer, found)),
        ("not said to be tracked", np.setdiff1d(expected.must_track, said)),
        ("tracked but was not there", np.setdiff1d(said, expected.may_track)),
        ("offered though it cannot have been there", np.setdiff1d(found, expected.may_offer)),
    )
    made = [Fault(what, tuple(indices.tolist())) for what, indices in wrong if len(indices)]
    if len(np.unique(found)) < len(found):
        made.append(Fault("found twice", ()))
    return made


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _without_far_legs(place: PlaceAsked) -> Iterator[PlaceAsked]:
    """The place, or a line without those of its legs that are too long for a plane."""
    if not isinstance(place, LineAsked) or len(place.positions) == 1:
        yield place
        return
    held = [place.positions[0]]
    for a, b in pairwise(place.positions):
        if np.hypot(a[0] - b[0], a[1] - b[1]) * _METRES_OF_A_DEGREE > FAR_M:
            yield LineAsked(tuple(held), place.radius_m)
            held = []
        held.append(b)
    yield LineAsked(tuple(held), place.radius_m)


def _plane_and_legs(place: Any) -> tuple[Plane, Segments]:
    positions = place.positions if isinstance(place, LineAsked) else [(place.lat, place.lon)]
    lat, lon = np.array(positions, dtype=np.float64).T
    plane = Plane.touching(float(lat.mean()), float(lon.mean()))
    x, y = plane.metres(lat, lon)
    if len(x) == 1:
        return plane, Segments(x, y, x, y)
    return plane, Segments(x[:-1], y[:-1], x[1:], y[1:])


def _distance_to_ground(where: Segments, edges: Segments) -> Floats:
    """Metres from each segment to the ground inside the edges; nought where it touches it."""
    far = distance_to_legs(where, edges)
    far[inside(where.x0, where.y0, edges)] = 0.0
    return far


def _outline(rings: Rings) -> tuple[float, ...]:
    lat, lon = np.concatenate(rings).T
    return float(lat.min()), float(lat.max()), float(lon.min()), float(lon.max())


def _touches(box: Sequence[Floats], south: Any, north: Any, west: Any, east: Any) -> Flags:
    touching: Flags = (south <= box[1]) & (north >= box[0]) & (west <= box[3]) & (east >= box[2])
    return touching


def _worst_accuracy(whole: Block) -> Floats:
    slack_m = np.zeros(len(whole.start))
    owner = np.repeat(np.arange(len(whole.start)), whole.counts)
    poor = np.flatnonzero(whole.accuracy_m > POOR_M)
    np.maximum.at(slack_m, owner[poor], whole.accuracy_m[poor])
    return slack_m


def _boxes(whole: Block, begins: Ints, slack_m: Floats) -> tuple[Floats, ...]:
    """South, north, west, east of every track, and how far beyond that it may have been."""
    some = np.flatnonzero(whole.counts > 0)
    first, last = begins[some], begins[some] + whole.counts[some] - 1
    columns = [np.full(len(whole.start), np.nan) for _ in range(4)]
    for column, values, reduce in zip(
        columns, (whole.lat, whole.lat, whole.lon, whole.lon),
        (np.minimum, np.maximum) * 2, strict=True,
    ):  # fmt: skip
        if len(some):
            column[some] = reduce.reduceat(values, first)
    longest = np.zeros(len(whole.start))
    if len(some):
        lasting = np.diff(whole.at, append=whole.at[-1])
        lasting[last] = 0.0
        ends = np.maximum(whole.at[first] - whole.start[some], whole.end[some] - whole.at[last])
        longest[some] = np.maximum(np.maximum.reduceat(lasting, first), ends)
    south, north, west, east = columns
    # One that seems to have been on the other side of the world may have been anywhere between.
    is_far = np.maximum(north - south, east - west) * _METRES_OF_A_DEGREE > FAR_M
    return (*columns, np.where(is_far, np.inf, longest * DRIVEN_M_PER_S + slack_m))


def _fixes(owner: Ints, t: Floats, x: Floats, y: Floats) -> _Pieces:
    none = np.zeros(len(owner))
    sure = np.ones(len(owner), dtype=bool)
    return _Pieces(owner, t, t, Segments(x, y, x, y), none, sure, ~sure)


def _legs(owner: Ints, t: Floats, x: Floats, y: Floats) -> _Pieces:
    a = np.flatnonzero(owner[1:] == owner[:-1])
    b = a + 1
    lasting, hop = t[b] - t[a], np.hypot(x[b] - x[a], y[b] - y[a])
    gap, far = lasting > GAP_S, hop > FAR_M
    middle_x, middle_y = (x[a] + x[b]) / 2, (y[a] + y[b]) / 2
    where = Segments(
        np.where(gap, middle_x, x[a]), np.where(gap, middle_y, y[a]),
        np.where(gap, middle_x, x[b]), np.where(gap, middle_y, y[b]),
    )  # fmt: skip
    reach = np.where(gap, np.maximum(lasting / 2 * DRIVEN_M_PER_S, hop / 2), 0.0)
    return _Pieces(owner[a], t[a], t[b], where, reach, ~gap & ~far, far)


def _end(owner: Ints, t0: Any, t1: Any, x: Floats, y: Floats) -> _Pieces:
    lasting = np.asarray(t1 - t0, dtype=np.float64)
    some = np.flatnonzero(lasting >= 1.0)
    reach = np.where(lasting > STANDING_S, lasting * DRIVEN_M_PER_S, 0.0)[some]
    x, y, never = x[some], y[some], np.zeros(len(some), dtype=bool)
    t0, t1 = (np.asarray(t, dtype=np.float64)[some] for t in (t0, t1))
    return _Pieces(owner[some], t0, t1, Segments(x, y, x, y), reach, never, never)


def _joined(parts: Sequence[_Pieces]) -> _Pieces:
    def column(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts])

    return _Pieces(
        column("owner"), column("t0"), column("t1"),
        Segments.joined([part.where for part in parts]),
        column("slack_m"), column("certain"), column("far"),
    )  # fmt: skip


def _clipped(held: _Pieces, since: Floats, until: Floats) -> _Pieces:
    """The pieces cut to a time for each owner; those outside it are left out."""
    lo, hi = np.maximum(held.t0, since[held.owner]), np.minimum(held.t1, until[held.owner])
    kept = np.flatnonzero(lo <= hi)
    t0, lasting = held.t0[kept], np.maximum(held.t1 - held.t0, 1e-9)[kept]
    u, v = (lo[kept] - t0) / lasting, (hi[kept] - t0) / lasting
    # A moment has no parts: it begins at its beginning and ends at its end.
    still = held.t1[kept] == t0
    where = held.where.chosen(kept).part(np.where(still, 0.0, u), np.where(still, 1.0, v))
    return _Pieces(
        held.owner[kept], lo[kept], hi[kept], where,
        held.slack_m[kept], held.certain[kept], held.far[kept],
    )  # fmt: skip
