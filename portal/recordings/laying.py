"""Which rows of the index a recording belongs in, and which of its fixes each holds. Law."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from portal.recordings.footprint import area_square, ground, of_names
from portal.recordings.footprint_rows import HEAD, Held, Row, rows
from portal.recordings.tracks import Ints, Tracks, ranges

# A recording that is filed under no area.
NO_AREA = 0
# In place of a fix: a pretended square holds none.
_NO_FIX = -1


@dataclass(frozen=True)
class Filed:
    """Recordings by our numbers, with the areas they are filed under, their tracks, and
    `slack_dm` as it is stored."""

    numbers: Ints
    areas: Sequence[str | None]
    tracks: Tracks
    slack_dm: Ints


def laid(filed: Filed, known_areas: frozenset[str]) -> list[Row]:
    """The rows of the index for these recordings: in each square's hour, the fixes from the first
    to the last that say something about it."""
    owner, slot, square, fix = ground(filed.tracks)
    named, named_slot, named_square = of_names(filed.tracks, filed.areas, known_areas)
    owner, slot, square = np.r_[owner, named], np.r_[slot, named_slot], np.r_[square, named_square]
    fix = np.r_[fix, np.full(len(named), _NO_FIX, dtype=np.int64)]
    order = np.lexsort((fix, filed.numbers[owner], square, slot))
    owner, slot, square, fix = (column[order] for column in (owner, slot, square, fix))
    is_first = np.ones(len(owner), dtype=bool)
    is_first[1:] = (slot[1:] != slot[:-1]) | (square[1:] != square[:-1]) | (owner[1:] != owner[:-1])
    first = np.flatnonzero(is_first)
    last = np.r_[first[1:], len(owner)] - 1
    return rows(slot[first], square[first], _held(filed, owner[first], fix[first], fix[last]))


def _held(filed: Filed, owner: Ints, low: Ints, high: Ints) -> Held:
    """Each entry, with the fixes from `low` to the one after `high`, of the same track."""
    tracks = filed.tracks
    ends = np.cumsum(tracks.counts)
    counts = np.where(low == _NO_FIX, 0, np.minimum(high + 2, ends[owner]) - low)
    areas = np.array([area_square(name) if name else NO_AREA for name in filed.areas])
    heads = np.empty(len(owner), dtype=HEAD)
    heads["number"], heads["area"] = filed.numbers[owner], areas[owner]
    heads["start"], heads["lasting"] = tracks.start[owner], (tracks.end - tracks.start)[owner]
    heads["slack_dm"], heads["fixes"] = filed.slack_dm[owner], tracks.counts[owner]
    heads["first"] = np.where(low == _NO_FIX, 0, low - (ends - tracks.counts)[owner])
    heads["count"] = counts
    return Held(heads, tracks.points[ranges(low, counts)])
