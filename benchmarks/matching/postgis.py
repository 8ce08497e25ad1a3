"""What an engineer would pick instead: PostGIS, with trajectories under a GiST index with time.

A row for each recording, its track a MULTILINESTRING M on the British National Grid (EPSG 27700),
parted at gaps of more than five minutes and at impossible jumps, with the time as M: PostGIS's own
trajectory. One GiST index has the recording's time (`tstzrange`) and the track's box. A question
is that index with a box in space and time, then the track cut to the window (`ST_LocateBetween`)
and its distance from the place. The other usual choice, the n-dimensional GiST over x, y and M
(`gist_geometry_ops_nd`), took more than twice as long for the same questions.

What a track leaves open has rows of its own (`doubt`): each gap, each time before the first fix or
after the last, and the whole track where a fix was poor, with how far off it may have been, found
by the box that makes. With those and the area that each recording is filed under, PostGIS gives
the same answers as the portal, tracked and uncertain; it gives no score and no order.
"""

import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg

from benchmarks.matching.city import Block
from benchmarks.matching.ground import AREAS
from benchmarks.matching.limit import packed
from portal.recordings.criteria import AreaAsked, Criteria, LineAsked
from portal.recordings.projection import to_grid
from portal.recordings.tracks import (
    IMPOSSIBLE_HOP_M,
    IMPOSSIBLE_SPEED,
    LONGEST_LINE_S,
    Flags,
    Floats,
    Ints,
    pieces,
)
from tests.servers.postgres import NotInstalled

GRID = 27700
_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TAIL = b"\xff\xff"
_M, _SRID = 0x4000_0000, 0x2000_0000
_LINE, _MULTILINE = 2 | _M, 5 | _M | _SRID
# A range with both its ends, as PostgreSQL sends it: microseconds since the year 2000.
_BOTH_ENDS, _YEAR_2000 = 6, 946_684_800.0
_RANGE = "iBiqiq"
_ROW = struct.Struct(">hii" + "ii" + "idid" + _RANGE)
_UNFILED = struct.Struct(">hii" + "i" + "idid" + _RANGE)
_DOUBT = struct.Struct(">hii" + _RANGE + "id")

TABLE = """
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE trajectory (
    id integer NOT NULL, area integer, begins double precision NOT NULL,
    ends double precision NOT NULL, during tstzrange NOT NULL,
    track geometry(MULTILINESTRINGM, 27700)
);
CREATE TABLE doubt (
    id integer NOT NULL, during tstzrange NOT NULL, reach double precision NOT NULL,
    near geometry(LINESTRING, 27700) NOT NULL, track geometry(MULTILINESTRINGM, 27700) NOT NULL
);
CREATE TABLE borough (area integer NOT NULL, ground geometry(POLYGON, 27700) NOT NULL);
"""
# Keys are made after the load, as one does for a load of millions.
INDEXES = """
ALTER TABLE trajectory ADD PRIMARY KEY (id);
CREATE INDEX trajectory_during_track ON trajectory USING gist (during, track);
CREATE INDEX trajectory_area_during ON trajectory USING gist (area, during);
CREATE INDEX trajectory_bare ON trajectory USING gist (during) WHERE track IS NULL;
CREATE INDEX doubt_during_near ON doubt USING gist (during, near);
"""
_TRACKED = """
WITH tracked AS MATERIALIZED (
    SELECT id FROM trajectory
    WHERE during && tstzrange(%(from)s, %(to)s, '[]')
      AND track && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 27700)
      AND ST_DWithin(track, %(place)s::geometry, %(radius)s)
      AND ST_DWithin(
            ST_LocateBetween(track, greatest(%(since)s, begins), least(%(until)s, ends)),
            %(place)s::geometry, %(radius)s
        )
), open AS (
    SELECT id FROM doubt
    WHERE during && tstzrange(%(from)s, %(to)s, '[]')
      AND near && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 27700)
      AND ST_DWithin(
            ST_LocateBetween(track, %(since)s, %(until)s), %(place)s::geometry, %(radius)s + reach
        )
    UNION SELECT id FROM trajectory
    WHERE track IS NULL AND during && tstzrange(%(from)s, %(to)s, '[]')
      AND (area IS NULL OR {bare})
    {filed}
)
SELECT id, true FROM tracked
UNION ALL SELECT id, false FROM open WHERE id NOT IN (SELECT id FROM tracked)
"""
_NEAR = (
    "area IN (SELECT area FROM borough WHERE ST_DWithin(ground, %(place)s::geometry, %(radius)s))"
)
_FILED = """
    UNION SELECT id FROM trajectory
    WHERE area = %(area)s AND during && tstzrange(%(from)s, %(to)s, '[]')
"""
SEARCH = _TRACKED.format(bare=_NEAR, filed="")
SEARCH_AREA = _TRACKED.format(bare="false", filed=_FILED)


@dataclass(frozen=True)
class Found:
    """An answer: indices of recordings, and which of them are tracked."""

    found: Ints
    tracked: Flags


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


def load(url: str, blocks: Sequence[Block], ground: Mapping[str, Sequence[Floats]]) -> Loaded:
    """Load an empty database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLE)
        for name, rings in ground.items():
            connection.execute(
                "INSERT INTO borough VALUES (%s, %s::geometry)",
                (AREAS.index(name), f"SRID={GRID};{_wkt(rings)}"),
            )
        seconds = sum(_copy(connection, *held) for block in blocks for held in _tables(block))
        began = time.perf_counter()
        connection.execute(INDEXES)
        seconds += time.perf_counter() - began
        connection.execute("VACUUM ANALYZE")
        row = connection.execute(
            "SELECT pg_total_relation_size('trajectory') + pg_total_relation_size('doubt')"
        ).fetchone()
    count = sum(len(block) for block in blocks)
    return Loaded(count, count / seconds, int(row[0]) if row else 0)


def _tables(block: Block) -> Iterator[tuple[str, bytes]]:
    yield "trajectory (id, area, begins, ends, during, track)", b"".join(_rows(block))
    yield "doubt (id, during, reach, near, track)", b"".join(_doubts(block))


def _copy(connection: psycopg.Connection, into: str, rows: bytes) -> float:
    """Copy rows in; returns the seconds that took. Making them ready does not count."""
    began = time.perf_counter()
    statement = f"COPY {into} FROM STDIN (FORMAT BINARY)".encode()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_HEAD + rows + _TAIL)
    return time.perf_counter() - began


def _rows(block: Block) -> Iterator[bytes]:
    """The recordings as PostgreSQL's binary COPY takes them."""
    numbers = range(block.first, block.first + len(block))
    columns = (block.area.tolist(), block.start.tolist(), block.end.tolist())
    for number, area, begins, ends, track in zip(
        numbers, *columns, _geometries(block), strict=True
    ):
        times = (8, begins, 8, ends, *_during(begins, ends))
        if area < 0:
            yield _UNFILED.pack(6, 4, number, -1, *times)
        else:
            yield _ROW.pack(6, 4, number, 4, area, *times)
        yield _field(track)


def _doubts(block: Block) -> Iterator[bytes]:
    """What the tracks leave open, likewise: the portal's own pieces, made ready beforehand."""
    tracks = packed(block)
    said = pieces(tracks, -np.inf, np.inf)
    unsure = np.flatnonzero(~said.certain)
    reach = (said.slack + tracks.slack_m[said.owner])[unsure].tolist()
    ends = [said.x0, said.y0, said.t0, said.x1, said.y1, said.t1]
    points = np.stack(ends, axis=1)[unsure].reshape(-1, 2, 3)
    for number, metres, line in zip(said.owner[unsure].tolist(), reach, points, strict=True):
        yield from _doubt(block.first + number, metres, line, _multi([line]))
    poor = np.flatnonzero(tracks.slack_m > 0)
    first = np.cumsum(block.counts) - block.counts
    x, y = to_grid(block.lat, block.lon)
    every = np.stack([x, y, block.at], axis=1)
    for index in poor.tolist():
        line = every[first[index] : first[index] + block.counts[index]]
        yield from _doubt(block.first + index, tracks.slack_m[index], line, _geometry(line))


def _doubt(number: int, reach: float, line: Floats, track: bytes) -> Iterator[bytes]:
    low, high = line[:, :2].min(axis=0) - reach, line[:, :2].max(axis=0) + reach
    near = struct.pack("<BIII", 1, 2 | _SRID, GRID, 2) + np.r_[low, high].astype("<f8").tobytes()
    yield _DOUBT.pack(5, 4, number, *_during(float(line[0, 2]), float(line[-1, 2])), 8, reach)
    yield _field(near) + _field(track)


def _field(value: bytes | None) -> bytes:
    return struct.pack(">i", -1 if value is None else len(value)) + (value or b"")


def _during(begins: float, ends: float) -> tuple[int, ...]:
    since, until = (round((t - _YEAR_2000) * 1e6) for t in (begins, ends))
    return (1 + 12 + 12, _BOTH_ENDS, 8, since, 8, until)


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
    return _multi(parts)


def _multi(parts: Sequence[Floats]) -> bytes:
    return struct.pack("<BIII", 1, _MULTILINE, GRID, len(parts)) + b"".join(map(_line, parts))


def _line(points: Floats) -> bytes:
    # A line needs two points: one that stands alone is there twice.
    if len(points) == 1:
        points = np.concatenate([points, points])
    return struct.pack("<BII", 1, _LINE, len(points)) + points.astype("<f8").tobytes()


class PostGis:
    """One connection, asked one question after another."""

    def __init__(self, connection: psycopg.Connection, ground: dict[str, list[Floats]]) -> None:
        self._connection = connection
        self._grounds = {name: _wkt(rings) for name, rings in ground.items()}
        self._boxes = {name: _box(np.concatenate(rings)) for name, rings in ground.items()}

    def find(self, criteria: Criteria) -> Found:
        """Every recording that answers the question, in no order."""
        search = SEARCH_AREA if isinstance(criteria.place, AreaAsked) else SEARCH
        with self._connection.cursor(binary=True) as cursor:
            cursor.execute(search, self._asked(criteria))
            held = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 2)
        return Found(held[:, 0], held[:, 1].astype(bool))

    def _asked(self, criteria: Criteria) -> dict[str, Any]:
        place: Any = criteria.place
        if isinstance(place, AreaAsked):
            wkt, radius, box = self._grounds[place.name], 0.0, self._boxes[place.name]
            area = AREAS.index(place.name)
        else:
            held = place.positions if isinstance(place, LineAsked) else [(place.lat, place.lon)]
            positions = np.array(held)
            wkt, radius, box = _wkt_of_line(positions), place.radius_m, _box(positions)
            area = -1
        west, south, east, north = box
        return {
            "from": criteria.since, "to": criteria.until,
            "since": criteria.since.timestamp(), "until": criteria.until.timestamp(),
            "west": west - radius, "south": south - radius,
            "east": east + radius, "north": north + radius,
            "place": f"SRID={GRID};{wkt}", "radius": radius, "area": area,
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
