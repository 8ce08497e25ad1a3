"""In which hours a recording was in which square kilometres: what the index holds. Law.

Import and search call the same `squares` and the same clamping, so that whatever lies within a
search's reach, its square is among those looked up. Every list of squares here may be too long,
and must never be too short: the track decides afterwards.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from math import floor
from zlib import crc32

import numpy as np

from portal.recordings.tracks import Floats, Ints, Tracks, clipped, pieces_and_fixes

SLOT_S = 3600
SQUARE_M = 1000.0
# The British National Grid's frame. What lies outside belongs to the squares along its edge.
COLUMNS, ROWS, WIDTH = 700, 1300, 4096
# The square of those that may have been anywhere: every search looks there too.
ANYWHERE = -1
# Every square there is, pretended ones as well.
EVERYWHERE = (-(2**31), 2**31 - 1)
# A recording that may have been anywhere within this is not worth thousands of squares.
WIDEST_SLACK_M = 5_000.0
# Covers rounding at the edge of a square; an extra square costs little, a missing one footage.
_MARGIN_M = 0.1
_HASHES = 0x1FFFFFFF


def key_of(name: str) -> str:
    """An area's name as it is compared: case and spacing do not matter."""
    return " ".join(name.split()).casefold()


@lru_cache(maxsize=4_096)
def area_square(area: str) -> int:
    """The pretended square of everything the evidence system says is from that area."""
    return -2 - 2 * (crc32(key_of(area).encode()) & _HASHES)


@lru_cache(maxsize=4_096)
def unplaced_square(area: str) -> int:
    """The pretended square of that area's recordings without a single position."""
    return -3 - 2 * (crc32(key_of(area).encode()) & _HASHES)


def area_of(unplaced: int) -> int:
    """The pretended square of the area with this `unplaced_square`."""
    return unplaced + 1


def slots(since: float, until: float) -> range:
    """The hours (UTC, since the epoch) that a time touches, both ends included."""
    return range(floor(since / SLOT_S), floor(until / SLOT_S) + 1)


def runs(squares: Ints) -> list[tuple[int, int]]:
    """Squares as runs of neighbours in a row, each from its first to its last, both included."""
    held = np.sort(squares)
    (breaks,) = (held[1:] - held[:-1] > 1).nonzero()
    firsts, lasts = held[breaks + 1].tolist(), held[breaks].tolist()
    return list(zip([int(held[0]), *firsts], [*lasts, int(held[-1])], strict=True))


def squares(x0: Floats, y0: Floats, x1: Floats, y1: Floats, within: Floats) -> tuple[Ints, Ints]:
    """Every square that comes within `within` metres of each line: (index of line, square).

    Row by row: the part of the line near a row of squares spans so many columns.
    """
    within = within + _MARGIN_M
    low, high = np.minimum(y0, y1) - within, np.maximum(y0, y1) + within
    first = _index(low, ROWS)
    line, step = _counted(_index(high, ROWS) - first + 1)
    row = first[line] + step
    bottom = np.where(row == 0, -np.inf, row * SQUARE_M) - within[line]
    top = np.where(row == ROWS - 1, np.inf, (row + 1) * SQUARE_M) + within[line]
    a = _x_at(bottom, x0[line], y0[line], x1[line], y1[line], otherwise=0.0)
    b = _x_at(top, x0[line], y0[line], x1[line], y1[line], otherwise=1.0)
    left = _index(np.minimum(a, b) - within[line], COLUMNS)
    which, step = _counted(_index(np.maximum(a, b) + within[line], COLUMNS) - left + 1)
    return line[which], row[which] * WIDTH + left[which] + step


def squares_around(x: float, y: float, within: float) -> Ints:
    """The same of a position, which nearly every search is about: a box of them."""
    within = within + _MARGIN_M
    columns, rows = (
        [min(max(floor(edge / SQUARE_M), 0), count - 1) for edge in (at - within, at + within)]
        for at, count in ((x, COLUMNS), (y, ROWS))
    )
    column, row = (np.arange(first, last + 1) for first, last in (columns, rows))
    found: Ints = (row[:, None] * WIDTH + column).ravel()
    return found


def _index(metres: Floats, count: int) -> Ints:
    return np.clip(np.floor(metres / SQUARE_M), 0, count - 1).astype(np.int64)


def _counted(counts: Ints) -> tuple[Ints, Ints]:
    """Each index repeated its number of times, and 0, 1, 2, … within each."""
    index = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    begins = np.cumsum(counts) - counts
    return index, np.arange(len(index), dtype=np.int64) - begins[index]


def _x_at(y: Floats, x0: Floats, y0: Floats, x1: Floats, y1: Floats, *, otherwise: float) -> Floats:
    """Where the line is at that height, held to its ends; a level line gives one end."""
    rise = y1 - y0
    level = rise == 0.0
    part = np.where(level, otherwise, (y - y0) / np.where(level, 1.0, rise))
    found: Floats = x0 + np.clip(part, 0.0, 1.0) * (x1 - x0)
    return found


def footprint(
    tracks: Tracks, areas: Sequence[str | None], known_areas: frozenset[str] = frozenset()
) -> tuple[Ints, Ints, Ints]:
    """The index rows of many recordings: (index of track, slot, square), each once.

    `areas` has each recording's area; `known_areas` has the keys of those whose ground the
    gazetteer knows. A recording without a position is sought there, or else everywhere.
    """
    parts = [ground(tracks)[:3], of_names(tracks, areas, known_areas)]
    track, slot, square = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _once(track, slot, square)


def ground(tracks: Tracks) -> tuple[Ints, Ints, Ints, Ints]:
    """Every square that the tracks touch within their own times, or may have touched: (index of
    track, slot, square, the fix in `points` that says so with the next one), in no order and
    several times."""
    told, fix = pieces_and_fixes(tracks)
    # Numbered one by one for the cutting, so that it is known afterwards which are left.
    each = replace(told, owner=np.arange(len(fix)))
    start, end = (edge[told.owner].astype(float) for edge in (tracks.start, tracks.end))
    said = clipped(each, start, end)
    slack = said.slack + tracks.slack_m[told.owner[said.owner]]
    wide = slack > WIDEST_SLACK_M
    near = np.flatnonzero(~wide)
    line, square = squares(said.x0[near], said.y0[near], said.x1[near], said.y1[near], slack[near])
    piece = np.r_[near[line], np.flatnonzero(wide)]
    square = np.r_[square, np.full(int(wide.sum()), ANYWHERE, dtype=np.int64)]
    piece, slot, square = _in_hours(piece, square, said.t0[piece], said.t1[piece])
    return told.owner[said.owner[piece]], slot, square, fix[said.owner[piece]]


def of_names(
    tracks: Tracks, areas: Sequence[str | None], known_areas: frozenset[str]
) -> tuple[Ints, Ints, Ints]:
    """The pretended squares: (index of track, slot, square). Those of the areas they are filed
    under, and of what has no position."""
    owner, square = [], []
    for index, area in enumerate(areas):
        if area is not None:
            owner.append(index)
            square.append(area_square(area))
        if tracks.counts[index] == 0:
            owner.append(index)
            is_known = area is not None and key_of(area) in known_areas
            square.append(unplaced_square(area) if area and is_known else ANYWHERE)
    which = np.array(owner, dtype=np.int64)
    return _in_hours(
        which,
        np.array(square, dtype=np.int64),
        tracks.start[which].astype(float),
        tracks.end[which].astype(float),
    )


def _in_hours(owner: Ints, square: Ints, t0: Floats, t1: Floats) -> tuple[Ints, Ints, Ints]:
    first = np.floor(t0 / SLOT_S).astype(np.int64)
    last = np.floor(t1 / SLOT_S).astype(np.int64)
    which, step = _counted(last - first + 1)
    return owner[which], first[which] + step, square[which]


def _once(track: Ints, slot: Ints, square: Ints) -> tuple[Ints, Ints, Ints]:
    if not len(track):
        return track, slot, square
    order = np.lexsort((square, slot, track))
    track, slot, square = track[order], slot[order], square[order]
    is_new = np.r_[
        True,
        (track[1:] != track[:-1]) | (slot[1:] != slot[:-1]) | (square[1:] != square[:-1]),
    ]
    return track[is_new], slot[is_new], square[is_new]
