"""The rows of the index: what the recordings of one hour and one square kilometre did. Law.

A search would otherwise read a small row for each recording, and reading rows is what a search's
time goes into. So a row of the index is a bundle: the heads of its recordings, one after the
other, and their tracks likewise. A track is in the bundle of each square it touches, whole.
Bundles are made from the tracks, and can be made again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from portal.recordings.tracks import POINT_BYTES, Flags, Ints, Tracks, unpack

# `area` is the pretended square of the area it is filed under, nought for none. `fixes` is how
# many the track has, and `NOT_HERE` in an area's list of what is filed under it.
HEAD = np.dtype(
    [
        ("number", "<i8"),
        ("start", "<i8"),
        ("lasting", "<i4"),
        ("slack_dm", "<i4"),
        ("area", "<i4"),
        ("fixes", "<i4"),
    ]
)
NOT_HERE = -1
# Both databases read a row of less than a page without following a chain of others.
ROW_BYTES = 3_000

Heads = npt.NDArray[np.void]
Row = tuple[int, int, int, bytes, bytes]


@dataclass(frozen=True)
class Held:
    """Recordings as bundles hold them: `heads`, and `points` one track after the other."""

    heads: Heads
    points: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.heads)

    def chosen(self, which: Ints) -> "Held":
        """Only those, in that order."""
        counts = np.maximum(self.heads["fixes"], 0).astype(np.int64)
        begins = (np.cumsum(counts) - counts)[which]
        counts = counts[which]
        ends = np.cumsum(counts)
        inside = np.arange(ends[-1] if len(ends) else 0, dtype=np.int64)
        points = np.repeat(begins - (ends - counts), counts) + inside
        return Held(self.heads[which], self.points[points])

    def tracks(self) -> Tracks:
        """Their tracks; what is not here has none."""
        heads = self.heads
        start = heads["start"].astype(np.int64)
        return Tracks(
            start=start,
            end=start + heads["lasting"],
            slack_m=heads["slack_dm"] / 10.0,
            counts=np.maximum(heads["fixes"], 0).astype(np.int64),
            points=self.points,
        )


def held(numbers: Ints, areas: Ints, tracks: Tracks, slack_dm: Ints) -> Held:
    """Recordings by our numbers, the pretended squares of their areas, and their tracks."""
    heads = np.empty(len(numbers), dtype=HEAD)
    heads["number"], heads["area"] = numbers, areas
    heads["start"], heads["lasting"] = tracks.start, tracks.end - tracks.start
    heads["slack_dm"], heads["fixes"] = slack_dm, tracks.counts
    return Held(heads, tracks.points)


def rows(slots: Ints, squares: Ints, entries: Held) -> list[Row]:
    """The entries, in the order of slot, square and number, as rows (slot, square, part, heads,
    points). `part` is the first number in the row: no number is twice in one square's hour."""
    if not len(entries):
        return []
    sizes = np.maximum(entries.heads["fixes"], 0).astype(np.int64) * POINT_BYTES
    is_new = np.r_[True, (slots[1:] != slots[:-1]) | (squares[1:] != squares[:-1])]
    firsts = np.flatnonzero(_or_full(is_new, sizes + HEAD.itemsize))
    heads, points = entries.heads.tobytes(), entries.points.tobytes()
    head_ends = [*(firsts[1:] * HEAD.itemsize).tolist(), len(heads)]
    point_begins = (np.cumsum(sizes) - sizes)[firsts].tolist()
    point_ends = [*point_begins[1:], len(points)]
    return [
        (slot, square, part, heads[a:b], points[c:d])
        for slot, square, part, a, b, c, d in zip(
            slots[firsts].tolist(),
            squares[firsts].tolist(),
            entries.heads["number"][firsts].tolist(),
            (firsts * HEAD.itemsize).tolist(),
            head_ends,
            point_begins,
            point_ends,
            strict=True,
        )
    ]


def _or_full(is_new: Flags, sizes: Ints) -> Flags:
    """Also a new row where a square's entries have filled another `ROW_BYTES`."""
    before = np.cumsum(sizes) - sizes
    in_square = before - np.repeat(
        before[is_new], np.diff(np.r_[np.flatnonzero(is_new), len(sizes)])
    )
    full = in_square // ROW_BYTES
    return np.asarray(is_new | np.r_[False, full[1:] != full[:-1]])


def opened(bundles: Iterable[Sequence[bytes]]) -> Held:
    """What rows (heads, points) hold, one row after the other, with whatever is in several of
    them still there several times."""
    read = list(bundles)
    return Held(
        np.frombuffer(b"".join([row[0] for row in read]), dtype=HEAD),
        unpack(b"".join([row[1] for row in read])),
    )


def once(entries: Held, since: float, until: float) -> Held:
    """Each recording that overlaps the time, once, by number; with its track if any entry has it.

    Times are epoch seconds, both ends included.
    """
    heads = entries.heads
    start = heads["start"]
    which = np.flatnonzero((start <= until) & (start + heads["lasting"] >= since))
    # Those that have their track come last, and the last of a number is the one that stays.
    has_track = heads["fixes"][which] != NOT_HERE
    which = np.r_[which[~has_track], which[has_track]]
    return entries.chosen(which[_last_of_each(heads["number"][which])])


# So many numbers that are not there are passed over sooner than those that are there are sorted.
_SPARSE = 64


def _last_of_each(numbers: Ints) -> Ints:
    """Where each number stands last, by number."""
    if not len(numbers):
        return np.zeros(0, dtype=np.int64)
    least = int(numbers.min())
    span = int(numbers.max()) - least + 1
    if span <= _SPARSE * (len(numbers) + 1_000):
        last = np.full(span, -1, dtype=np.int64)
        # Where an index comes twice, numpy keeps the last value given.
        last[numbers - least] = np.arange(len(numbers))
        return last[last >= 0]
    order = np.argsort(numbers, kind="stable")
    is_last = np.r_[numbers[order][1:] != numbers[order][:-1], True]
    return order[is_last]
