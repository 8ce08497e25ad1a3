"""What a list of timed fixes says about where a camera was, and what it does not say. Law.

Stored: int32 (t, x, y) per fix, in milliseconds after the track's start and decimetres on the
British National Grid. Reckoned with: float64 seconds and metres, which hold both exactly enough
(a decimetre in 20,000 km and a millisecond in a century are far above the last bit).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# A gap between two fixes that is longer is unknown, not a straight line (import format).
LONGEST_LINE_S = 300.0
# How fast a police vehicle may go for minutes on end in a city.
TOP_SPEED = 15.0
# Faster than sound and out of the county is a broken fix (a receiver's 0° N 0° E): that line is
# offered, and not believed. Anything less is a line, as the import format says.
IMPOSSIBLE_SPEED, IMPOSSIBLE_HOP_M = 340.0, 50_000.0
# Before the first fix and after the last, the camera is taken to stand still for so long.
STANDING_S = 60.0
# Receivers differ by a few metres all the time; only worse than this counts as doubt.
GOOD_ACCURACY_M = 50.0

_POINT = np.dtype("<i4")
# Of one fix, as it is stored.
POINT_BYTES = 3 * _POINT.itemsize


@dataclass(frozen=True)
class Tracks:
    """Many tracks at once: `counts[i]` is how many fixes track i has, one after the other.

    `points` has a row for each fix. Where not all are at hand, `places` says which they are: the
    fix's place among all fixes of all tracks, in order.
    """

    start: Ints
    end: Ints
    slack_m: Floats
    counts: Ints
    points: npt.NDArray[np.int32]
    places: Ints | None = None

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True)
class Pieces:
    """Stretches of time in which the camera moved from (x0, y0) to (x1, y1), give or take
    `slack` metres. Only a `certain` piece can place a recording; the others only suggest."""

    owner: Ints
    t0: Floats
    t1: Floats
    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    slack: Floats
    certain: Flags


def pack(t_ms: npt.ArrayLike, x_m: npt.ArrayLike, y_m: npt.ArrayLike) -> bytes:
    """Fixes as they are stored."""
    columns = (np.asarray(t_ms), np.asarray(x_m) * 10.0, np.asarray(y_m) * 10.0)
    return np.stack([np.rint(c) for c in columns], axis=1).astype(_POINT).tobytes()


def unpack(points: bytes) -> npt.NDArray[np.int32]:
    """Stored fixes as rows of (t, x, y)."""
    return np.frombuffer(points, dtype=_POINT).reshape(-1, 3)


def together(rows: Sequence[tuple[int, int, int, bytes]]) -> Tracks:
    """Many stored tracks, each (start, end, slack_dm, points), as one `Tracks`."""
    start, end, slack_dm, points = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Tracks(
        start=np.array(start, dtype=np.int64),
        end=np.array(end, dtype=np.int64),
        slack_m=np.array(slack_dm, dtype=np.float64) / 10.0,
        counts=np.array([len(p) // POINT_BYTES for p in points], dtype=np.int64),
        points=unpack(b"".join(points)),
    )


def pieces(tracks: Tracks, since: float, until: float) -> Pieces:
    """Everything the tracks say about that time (epoch seconds, both ends included), as pieces: the
    lines between fixes, and what lies in doubt.

    Of a track that is not at hand whole, only what neighbouring fixes that are say.
    """
    return pieces_and_fixes(tracks, since, until)[0]


def pieces_and_fixes(
    tracks: Tracks, since: float = -inf, until: float = inf
) -> tuple[Pieces, Ints]:
    """The same, and for each piece which row of `points` it begins with: with the next one, where
    that is of the same track, the row says all of the piece."""
    fixes = _Fixes.of(tracks)
    if not len(fixes.owner):
        none = np.zeros(0)
        return still(fixes.owner, none, none, none, none, none, certain=True), fixes.owner
    parts = [*_between(fixes, since, until), *_ends(tracks, fixes, since, until)]
    told, rows = zip(*parts, strict=True)
    return joined(told), np.concatenate(rows)


@dataclass(frozen=True)
class _Fixes:
    """Fixes in seconds and metres; `is_next` marks those that follow the row before them, and
    `is_first` and `is_last` the ends of whole tracks."""

    owner: Ints
    t: Floats
    x: Floats
    y: Floats
    is_next: Flags
    is_first: Flags
    is_last: Flags

    @classmethod
    def of(cls, tracks: Tracks) -> "_Fixes":
        """The fixes at hand."""
        ends = np.cumsum(tracks.counts)
        owner = np.repeat(np.arange(len(tracks), dtype=np.int64), tracks.counts)
        place = np.arange(len(owner), dtype=np.int64)
        if tracks.places is not None:
            place = tracks.places
            owner = owner[place]
        return cls(
            owner,
            tracks.start[owner] + tracks.points[:, 0] / 1000.0,
            tracks.points[:, 1] / 10.0,
            tracks.points[:, 2] / 10.0,
            is_next=(owner[1:] == owner[:-1]) & (place[1:] == place[:-1] + 1),
            is_first=place == (ends - tracks.counts)[owner],
            is_last=place == ends[owner] - 1,
        )


_Told = tuple[Pieces, Ints]


def _between(fixes: _Fixes, since: float, until: float) -> list[_Told]:
    """The pieces between neighbouring fixes, and the fixes that stand alone between gaps."""
    owner, t, x, y = fixes.owner, fixes.t, fixes.x, fixes.y
    begun, over = t <= until, t < since
    (first,) = (fixes.is_next & begun[:-1] & ~over[1:]).nonzero()
    then = first + 1
    lasting = t[then] - t[first]
    hop = np.hypot(x[then] - x[first], y[then] - y[first])
    gap = lasting > LONGEST_LINE_S
    broken = (hop > IMPOSSIBLE_HOP_M) & (hop > IMPOSSIBLE_SPEED * lasting)
    # Wherever it went in the gap, it was within half of what it could drive of the middle.
    x_mid, y_mid = (x[first] + x[then]) / 2.0, (y[first] + y[then]) / 2.0
    reach = np.where(gap, np.maximum(lasting / 2.0 * TOP_SPEED, hop / 2.0), 0.0)
    lines = Pieces(
        owner=owner[first],
        t0=t[first],
        t1=t[then],
        x0=np.where(gap, x_mid, x[first]),
        y0=np.where(gap, y_mid, y[first]),
        x1=np.where(gap, x_mid, x[then]),
        y1=np.where(gap, y_mid, y[then]),
        slack=reach,
        certain=~gap & ~broken,
    )
    is_alone = begun & ~over
    is_alone[first[lines.certain]] = False
    is_alone[then[lines.certain]] = False
    (alone,) = is_alone.nonzero()
    instants = still(
        owner[alone], t[alone], t[alone], x[alone], y[alone], 0.0 * t[alone], certain=True
    )
    return [(lines, first), (instants, alone)]


def _ends(tracks: Tracks, fixes: _Fixes, since: float, until: float) -> list[_Told]:
    """The times before the first fix and after the last, when nothing says where it was."""
    made = []
    owner, t = fixes.owner, fixes.t
    heads, tails = np.flatnonzero(fixes.is_first), np.flatnonzero(fixes.is_last)
    for fix, t0, t1 in (
        (heads, tracks.start[owner[heads]].astype(np.float64), t[heads]),
        (tails, t[tails], tracks.end[owner[tails]].astype(np.float64)),
    ):
        lasting = t1 - t0
        # Start and end are whole seconds, so less than one is only rounding.
        some = (lasting >= 1.0) & (t0 <= until) & (t1 >= since)
        reach = np.where(lasting > STANDING_S, lasting * TOP_SPEED, 0.0)
        at = fix[some]
        held = still(
            owner[at], t0[some], t1[some], fixes.x[at], fixes.y[at], reach[some], certain=False
        )
        made.append((held, at))
    return made


def still(
    owner: Ints, t0: Floats, t1: Floats, x: Floats, y: Floats, slack: Floats, *, certain: bool
) -> Pieces:
    """Pieces without movement: somewhere within `slack` metres of a position."""
    return Pieces(owner, t0, t1, x, y, x, y, slack, np.full(len(owner), certain))


def joined(parts: Sequence[Pieces]) -> Pieces:
    """All of those pieces."""
    names = Pieces.__dataclass_fields__
    return Pieces(**{n: np.concatenate([getattr(part, n) for part in parts]) for n in names})


def ranges(begins: Ints, counts: Ints) -> Ints:
    """begin, begin + 1, … for each, as many as its count, one after the other."""
    ends = np.cumsum(counts)
    steps = np.arange(ends[-1] if len(ends) else 0, dtype=np.int64)
    found: Ints = steps + np.repeat(begins - (ends - counts), counts)
    return found


def selected(held: Pieces, which: npt.NDArray[np.bool_] | Ints) -> Pieces:
    """Only those pieces."""
    return Pieces(**{n: getattr(held, n)[which] for n in Pieces.__dataclass_fields__})


def clipped(held: Pieces, since: Floats, until: Floats) -> Pieces:
    """The pieces cut to their owners' times, both ends included; those outside are left out.

    `since` and `until` have one value per track. A piece of no length in time is kept whole.
    """
    lo, hi = np.maximum(held.t0, since[held.owner]), np.minimum(held.t1, until[held.owner])
    some = lo <= hi
    held, lo, hi = selected(held, some), lo[some], hi[some]
    lasting = held.t1 - held.t0
    safe = np.where(lasting > 0, lasting, 1.0)
    u = np.where(lasting > 0, (lo - held.t0) / safe, 0.0)
    v = np.where(lasting > 0, (hi - held.t0) / safe, 1.0)
    dx, dy = held.x1 - held.x0, held.y1 - held.y0
    return Pieces(
        held.owner,
        lo,
        hi,
        # Exact at the fixes themselves, so that "exactly at the radius" stays so.
        np.where(u == 0.0, held.x0, held.x0 + u * dx),
        np.where(u == 0.0, held.y0, held.y0 + u * dy),
        np.where(v == 1.0, held.x1, held.x0 + v * dx),
        np.where(v == 1.0, held.y1, held.y0 + v * dy),
        held.slack,
        held.certain,
    )
