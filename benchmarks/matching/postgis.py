"""What an engineer would pick instead: PostGIS, with trajectories under a GiST index with time.

A row for each recording, its track a MULTILINESTRING M on the British National Grid (EPSG 27700),
parted at gaps of more than five minutes and at impossible jumps, with the time as M: PostGIS's own
trajectory. One GiST index has the recording's time (`tstzrange`) and the track's box. A question
is that index with a box in space and time, then the track cut to the window (`ST_LocateBetween`)
and its distance from the place. The other usual choice, the n-dimensional GiST over x, y and M
(`gist_geometry_ops_nd`), took more than twice as long for the same questions.

It answers with the tracked recordings. What a track leaves open it does not know.
"""

import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg

from benchmarks.matching.city import Block
from benchmarks.matching.server import NotInstalled
from portal.recordings.criteria import AreaAsked, Criteria, LineAsked
from portal.recordings.projection import to_grid
from portal.recordings.tracks import (
    IMPOSSIBLE_HOP_M,
    IMPOSSIBLE_SPEED,
    LONGEST_LINE_S,
    Floats,
    Ints,
)

GRID = 27700
_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TAIL = b"\xff\xff"
_M, _SRID = 0x4000_0000, 0x2000_0000
_LINE, _MULTILINE = 2 | _M, 5 | _M | _SRID
# A range with both its ends, as PostgreSQL sends it: microseconds since the year 2000.
_BOTH_ENDS, _YEAR_2000 = 6, 946_684_800.0
_ROW = struct.Struct(">hiiidid" + "iBiqiq")

TABLE = """
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE TABLE trajectory (
    id integer NOT NULL, begins double precision NOT NULL, ends double precision NOT NULL,
    during tstzrange NOT NULL, track geometry(MULTILINESTRINGM, 27700)
);
"""
# Keys are made after the load, as one does for a load of millions.
INDEXES = """
ALTER TABLE trajectory ADD PRIMARY KEY (id);
CREATE INDEX trajectory_during_track ON trajectory USING gist (during, track);
"""
_SEARCH = """
SELECT id FROM trajectory
WHERE during && tstzrange(%(from)s, %(to)s, '[]')
  AND track && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 27700)
  AND ST_DWithin(track, %(place)s::geometry, %(radius)s)
  AND ST_DWithin(
        ST_LocateBetween(track, greatest(%(since)s, begins), least(%(until)s, ends)),
        %(place)s::geometry, %(radius)s
    )
"""


@dataclass(frozen=True)
class Loaded:
    """What loading measured: recordings a second, indexes included, and bytes on the disk."""

    recordings: int
    rate: float
    bytes: int


def check(url: str) -> None:
    """Raises `NotInstalled` where the server has no PostGIS."""
    with psycopg.connect(url) as connection:
        known = connection.execute("SELECT FROM pg_available_extensions WHERE name = 'postgis'")
        if known.fetchone() is None:
            raise NotInstalled("PostGIS is not installed: run `make setup-bench`.")


def load(url: str, blocks: Sequence[Block]) -> Loaded:
    """Load an empty database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLE)
        seconds = sum(_copy(connection, block) for block in blocks)
        began = time.perf_counter()
        connection.execute(INDEXES)
        seconds += time.perf_counter() - began
        connection.execute("VACUUM ANALYZE trajectory")
        row = connection.execute("SELECT pg_total_relation_size('trajectory')").fetchone()
    count = sum(len(block) for block in blocks)
    return Loaded(count, count / seconds, int(row[0]) if row else 0)


def _copy(connection: psycopg.Connection, block: Block) -> float:
    """Copy a block in; returns the seconds that took. Making the rows ready does not count."""
    rows = _HEAD + b"".join(_rows(block)) + _TAIL
    began = time.perf_counter()
    with connection.cursor() as cursor:
        statement = "COPY trajectory (id, begins, ends, during, track) FROM STDIN (FORMAT BINARY)"
        with cursor.copy(statement) as copy:
            copy.write(rows)
    return time.perf_counter() - began


def _rows(block: Block) -> Iterator[bytes]:
    """The block as PostgreSQL's binary COPY takes it."""
    numbers = range(block.first, block.first + len(block))
    times = zip(block.start.tolist(), block.end.tolist(), strict=True)
    for number, (begins, ends), geometry in zip(numbers, times, _geometries(block), strict=True):
        since, until = (round((t - _YEAR_2000) * 1e6) for t in (begins, ends))
        during = (1 + 12 + 12, _BOTH_ENDS, 8, since, 8, until)
        yield _ROW.pack(5, 4, number, 8, begins, 8, ends, *during)
        yield struct.pack(">i", -1 if geometry is None else len(geometry)) + (geometry or b"")


def _geometries(block: Block) -> Iterator[bytes | None]:
    """Each track in PostGIS's extended well-known binary; None where there is none."""
    x, y = to_grid(block.lat, block.lon)
    points = np.stack([x, y, block.at], axis=1).astype("<f8")
    first = 0
    for count in block.counts.tolist():
        yield _geometry(points[first : first + count]) if count else None
        first += count


def _geometry(points: Floats) -> bytes:
    hop, lasting = np.hypot(*np.diff(points[:, :2], axis=0).T), np.diff(points[:, 2])
    is_jump = (hop > IMPOSSIBLE_HOP_M) & (hop > IMPOSSIBLE_SPEED * lasting)
    cuts = np.flatnonzero((lasting > LONGEST_LINE_S) | is_jump) + 1
    parts = np.split(points, cuts) if len(cuts) else [points]
    return struct.pack("<BIII", 1, _MULTILINE, GRID, len(parts)) + b"".join(map(_line, parts))


def _line(points: Floats) -> bytes:
    # A line needs two points: one that stands alone is there twice.
    if len(points) == 1:
        points = np.concatenate([points, points])
    return struct.pack("<BII", 1, _LINE, len(points)) + points.tobytes()


class PostGis:
    """One connection, asked one question after another."""

    def __init__(self, connection: psycopg.Connection, ground: dict[str, list[Floats]]) -> None:
        self._connection = connection
        self._grounds = {name: _wkt(rings) for name, rings in ground.items()}
        self._boxes = {name: _box(np.concatenate(rings)) for name, rings in ground.items()}

    def find(self, criteria: Criteria) -> Ints:
        """The indices of the recordings whose tracks came within the place, in no order."""
        with self._connection.cursor(binary=True) as cursor:
            cursor.execute(_SEARCH, self._asked(criteria))
            return np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)

    def _asked(self, criteria: Criteria) -> dict[str, Any]:
        place: Any = criteria.place
        if isinstance(place, AreaAsked):
            wkt, radius, box = self._grounds[place.name], 0.0, self._boxes[place.name]
        else:
            held = place.positions if isinstance(place, LineAsked) else [(place.lat, place.lon)]
            positions = np.array(held)
            wkt, radius, box = _wkt_of_line(positions), place.radius_m, _box(positions)
        west, south, east, north = box
        return {
            "from": criteria.since, "to": criteria.until,
            "since": criteria.since.timestamp(), "until": criteria.until.timestamp(),
            "west": west - radius, "south": south - radius,
            "east": east + radius, "north": north + radius,
            "place": f"SRID={GRID};{wkt}", "radius": radius,
        }  # fmt: skip


def _box(positions: Floats) -> tuple[float, float, float, float]:
    x, y = to_grid(positions[:, 0], positions[:, 1])
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _pairs(positions: Floats) -> str:
    x, y = to_grid(positions[:, 0], positions[:, 1])
    return ", ".join(f"{a:.4f} {b:.4f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))


def _wkt_of_line(positions: Floats) -> str:
    return f"{'POINT' if len(positions) == 1 else 'LINESTRING'}({_pairs(positions)})"


def _wkt(rings: Sequence[Floats]) -> str:
    closed = (_pairs(np.concatenate([ring, ring[:1]])) for ring in rings)
    return f"POLYGON({', '.join(f'({ring})' for ring in closed)})"
