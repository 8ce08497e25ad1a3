"""The rows of the index: what the recordings of one hour and one square kilometre did. Law.

A search would otherwise read a small row for each recording, and reading rows is what a search's
time goes into. So a row of the index holds many: the heads of its recordings, one after the other,
and likewise those of their fixes that say something about the square in that hour. The rows are
made from the tracks, and can be made again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from portal.recordings.tracks import POINT_BYTES, Flags, Ints, Tracks, ranges, unpack

# `area` is the pretended square of the area it is filed under, nought for none. Of the track's
# `fixes`, the row holds `count`, from the `first` on.
HEAD = np.dtype(
    [
        ("number", "<i8"),
        ("start", "<u4"),
        ("lasting", "<i4"),
        ("slack_dm", "<i4"),
        ("area", "<i4"),
        ("fixes", "<i4"),
        ("first", "<i4"),
        ("count", "<i4"),
    ]
)
# Both databases read a row of less than a page without following a chain of others.
ROW_BYTES = 3_000
# So many numbers that are not there are passed over sooner than those that are there are sorted.
_SPARSE = 64

Heads = npt.NDArray[np.void]
Points = npt.NDArray[np.int32]
Row = tuple[int, int, int, bytes, bytes]


@dataclass(frozen=True)
class Held:
    """Recordings as rows hold them: `heads`, and the fixes of one after the other."""

    heads: Heads
    points: Points

    def __len__(self) -> int:
        return len(self.heads)

    @property
    def counts(self) -> Ints:
        """How many fixes are held of each."""
        return self.heads["count"].astype(np.int64)

    def chosen(self, which: Ints) -> "Held":
        """Only those, in that order."""
        counts = self.counts
        begins = (np.cumsum(counts) - counts)[which]
        return Held(self.heads[which], self.points[ranges(begins, counts[which])])


@dataclass(frozen=True)
class Recalled:
    """What the index knows of some recordings, each once, by number. Of their tracks, only the
    fixes that say something about the squares that were looked up."""

    numbers: Ints
    areas: Ints
    tracks: Tracks


def rows(slots: Ints, squares: Ints, entries: Held) -> list[Row]:
    """The entries, in the order of slot, square and number, as rows (slot, square, part, heads,
    points). `part` is the first number in the row: no number is twice in one square's hour."""
    if not len(entries):
        return []
    sizes = entries.counts * POINT_BYTES
    is_new = np.r_[True, (slots[1:] != slots[:-1]) | (squares[1:] != squares[:-1])]
    firsts = np.flatnonzero(_or_full(is_new, sizes + HEAD.itemsize))
    heads, points = entries.heads.tobytes(), entries.points.tobytes()
    head_begins = (firsts * HEAD.itemsize).tolist()
    point_begins = (np.cumsum(sizes) - sizes)[firsts].tolist()
    return [
        (slot, square, part, heads[a:b], points[c:d])
        for slot, square, part, a, b, c, d in zip(
            slots[firsts].tolist(),
            squares[firsts].tolist(),
            entries.heads["number"][firsts].tolist(),
            head_begins,
            [*head_begins[1:], len(heads)],
            point_begins,
            [*point_begins[1:], len(points)],
            strict=True,
        )
    ]


def _or_full(is_new: Flags, sizes: Ints) -> Flags:
    """Also a new row where a square's entries have filled another `ROW_BYTES`."""
    before = np.cumsum(sizes) - sizes
    in_turn = np.diff(np.r_[np.flatnonzero(is_new), len(sizes)])
    full = (before - np.repeat(before[is_new], in_turn)) // ROW_BYTES
    return np.asarray(is_new | np.r_[False, full[1:] != full[:-1]])


def opened(heads: Iterable[bytes], points: Iterable[bytes]) -> Held:
    """What rows hold, one row after the other, with whatever is in several of them still there
    several times."""
    return Held(np.frombuffer(b"".join(heads), dtype=HEAD), unpack(b"".join(points)))


def recalled(entries: Held, since: float, until: float) -> Recalled:
    """The recordings that overlap the time (epoch seconds, both ends included), each once."""
    begin = entries.heads["start"].astype(np.int64)
    in_time = (begin <= until) & (begin + entries.heads["lasting"] >= since)
    if not in_time.all():
        entries = entries.chosen(np.flatnonzero(in_time))
    once = entries.heads[_last_of_each(entries.heads["number"])]
    numbers, start = once["number"].astype(np.int64), once["start"].astype(np.int64)
    counts = once["fixes"].astype(np.int64)
    places, points = _in_place(entries, numbers, counts)
    tracks = Tracks(start, start + once["lasting"], once["slack_dm"] / 10.0, counts, points, places)
    return Recalled(numbers, once["area"].astype(np.int64), tracks)


def _in_place(entries: Held, numbers: Ints, counts: Ints) -> tuple[Ints, Points]:
    """The fixes of all entries, each once and in the order of the tracks, and their places."""
    owner = np.searchsorted(numbers, entries.heads["number"])
    begins = (np.cumsum(counts) - counts)[owner] + entries.heads["first"]
    places = ranges(begins, entries.counts)
    row = np.full(int(counts.sum()), -1, dtype=np.int64)
    row[places] = np.arange(len(places))
    here = np.flatnonzero(row >= 0)
    return here, entries.points[row[here]]


def _last_of_each(numbers: Ints) -> Ints:
    """Where each number stands last, by number."""
    if not len(numbers):
        return np.zeros(0, dtype=np.int64)
    least = int(numbers.min())
    span = int(numbers.max()) - least + 1
    if span <= _SPARSE * len(numbers):
        last = np.full(span, -1, dtype=np.int64)
        # Where an index comes twice, numpy keeps the last value given.
        last[numbers - least] = np.arange(len(numbers))
        return last[last >= 0]
    order = np.argsort(numbers, kind="stable")
    is_last = np.r_[numbers[order][1:] != numbers[order][:-1], True]
    return order[is_last]
