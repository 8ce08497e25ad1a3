"""Writing and reading thousands of rows at once, in the way that each database does it fastest.

The tables are the models' own. What is left out is the price of an object for each row: values
come ready for the driver, and PostgreSQL takes them by COPY.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.types.string import BytesBinaryDumper
from sqlalchemy.orm import Session

from portal.recordings.footprint_rows import Row

Pairs = Sequence[tuple[int, int]]
# A row of the index as it is looked up: its square, heads and points.
Found = tuple[int, bytes, bytes]

# An instant without its zone, as SQLite keeps it.
_BARE = len("2026-11-01 20:10:00.000000")
# Any number that nothing else in this database locks by.
_IMPORT_LOCK = 5_104_026
# Enough for the leaves that a batch touches, in KiB; SQLite's 2 MB would write them twice.
_CACHE_KIB = 65_536
# So many pages are written before they are copied into the file: the same ones come again.
_PAGES_BEFORE_COPYING = 4_096


def prepare(session: Session) -> None:
    """Begin a batch: no other is written meanwhile, on either database, and there is room."""
    connection = session.connection()
    if _is_sqlite(connection):
        connection.detach()  # what is set below is for this batch alone
        connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {_PAGES_BEFORE_COPYING}")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_IMPORT_LOCK})")
        # All is looked up by its key, also while PostgreSQL has not yet counted what is there.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")


def next_numbers(session: Session, table: sa.Table, count: int) -> list[int]:
    """So many fresh values for the table's counting `id`. Call it inside a prepared batch."""
    connection = session.connection()
    if _is_sqlite(connection):
        last = session.scalar(sa.select(sa.func.max(table.c.id))) or 0
        return list(range(last + 1, last + 1 + count))
    sequence = sa.func.nextval(sa.func.pg_get_serial_sequence(table.name, "id"))
    series = sa.func.generate_series(1, count).table_valued("k")
    return list(session.scalars(sa.select(sequence).select_from(series)))


def instants(session: Session) -> Callable[[datetime], str]:
    """How to give instants to the driver, so that they are stored as the models store them."""
    return _bare if _is_sqlite(session.connection()) else _with_zone


def _bare(at: datetime) -> str:
    in_utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return in_utc.isoformat(" ", "microseconds")[:_BARE]


def _with_zone(at: datetime) -> str:
    # As text: making text of an instant is most of what the driver would do for a row.
    return at.isoformat(" ")


def insert(
    session: Session, table: sa.Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows of these columns, at least one, with values as the driver takes them."""
    connection = session.connection()
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(table.name)} ({', '.join(map(quote, names))})"
    if _is_sqlite(connection):
        marks = ", ".join("?" * len(names))
        # Every name is a column of a model; every value is bound.
        statement = f"INSERT INTO {into} VALUES ({marks})"  # noqa: S608
        connection.exec_driver_sql(statement, list(rows))
        return
    with _cursor(connection) as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def insert_tracks(session: Session, rows: Sequence[tuple[int, int, int, int, bytes]]) -> None:
    """Insert tracks: (recording id, start, end, slack in dm, points)."""
    names, kinds = ("recording_id", "start", "end", "slack_dm", "points"), "int8 int8 int8 int4"
    _insert_bytes(session, "track", names, [*kinds.split(), "bytea"], rows)


def insert_footprint(session: Session, rows: Sequence[Row]) -> None:
    """Insert rows of the index."""
    names, kinds = ("slot", "cell", "part", "heads", "points"), "int4 int4 int8 bytea bytea"
    _insert_bytes(session, "footprint", names, kinds.split(), rows)


def _insert_bytes(
    session: Session,
    table: str,
    names: Sequence[str],
    kinds: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Insert rows with long binary values, which PostgreSQL takes as they are and not as text."""
    if not rows:
        return
    connection = session.connection()
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(table)} ({', '.join(map(quote, names))})"
    if _is_sqlite(connection):
        marks = ", ".join("?" * len(names))
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", list(rows))  # noqa: S608
        return
    statement = f"COPY {into} FROM STDIN (FORMAT BINARY)"
    with _cursor(connection) as cursor, cursor.copy(statement) as copy:
        # Of the two by which the driver sends bytes, the compiled one.
        cursor.adapters.register_dumper(bytes, BytesBinaryDumper)
        copy.set_types(kinds)
        for row in rows:
            copy.write_row(row)


# The boroughs that touch the squares have their recordings without positions in squares of their
# own. They are looked up in the same breath: to ask for the boroughs first would double what a
# small search spends on going to the database and back.
_RUNS_ALONE = "reach (low, high) AS (SELECT low, high FROM run)"
_BOROUGHS_TOO = (
    "reach (low, high) AS MATERIALIZED (SELECT low, high FROM run UNION SELECT unplaced, unplaced "
    "FROM run CROSS JOIN borough_square WHERE cell BETWEEN low AND high)"
)
# Arrays within a SELECT hide their length: a plan that is kept then looks as good as a new one each
# time, and is kept. OFFSET 0 leaves the planner no other way than the key, whatever it has counted.
_FOOTPRINT_IN = """
    WITH run (low, high) AS (
        SELECT * FROM unnest((SELECT %s::integer[]), (SELECT %s::integer[]))
    ), {reaches}
    SELECT near.cell, near.heads, near.points
    FROM unnest((SELECT %s::integer[])) AS hour (slot) CROSS JOIN reach CROSS JOIN LATERAL (
        SELECT cell, heads, points FROM footprint
        WHERE footprint.slot = hour.slot AND footprint.cell BETWEEN reach.low AND reach.high
        OFFSET 0
    ) AS near
"""


def footprint_in(
    session: Session, slots: Sequence[int], runs: Pairs, *, boroughs_too: bool
) -> list[Found]:
    """The index's rows in any of the hours and any of the runs of squares, each from its first to
    its last. With `boroughs_too`, also those of recordings without positions from the boroughs
    that touch these."""
    connection = session.connection()
    if not slots or not runs:
        return []
    reaches = _BOROUGHS_TOO if boroughs_too else _RUNS_ALONE
    if _is_sqlite(connection):
        # Whole numbers, written out: thousands would be too many to bind.
        hours = ", ".join(f"({slot:d})" for slot in slots)
        pairs = ", ".join(f"({low:d}, {high:d})" for low, high in runs)
        found = connection.exec_driver_sql(
            f"WITH hour (slot) AS (VALUES {hours}), run (low, high) AS (VALUES {pairs}), {reaches} "  # noqa: S608
            "SELECT cell, heads, points FROM hour CROSS JOIN reach CROSS JOIN footprint "
            "WHERE footprint.slot = hour.slot AND footprint.cell BETWEEN reach.low AND reach.high"
        )
        return _all_of(found)
    # As text, which costs the driver less than lists of numbers.
    texts = [f"{{{','.join(map(str, numbers))}}}" for numbers in (*zip(*runs, strict=True), slots)]
    with _cursor(connection, binary=True) as cursor:
        cursor.execute(_FOOTPRINT_IN.format(reaches=reaches), texts)
        rows: list[Found] = cursor.fetchall()
    return rows


def _all_of(found: sa.CursorResult[Any]) -> list[Found]:
    """The driver's own rows, in one go."""
    rows = list(found.cursor.fetchall())
    found.close()
    return rows


def take_out_footprint(session: Session, tiles: Pairs) -> list[tuple[int, int, bytes, bytes]]:
    """Delete every row of the index in these (slot, square), and return what they held."""
    connection = session.connection()
    if _is_sqlite(connection):
        pairs = ", ".join(f"({slot:d}, {cell:d})" for slot, cell in tiles)
        found = connection.exec_driver_sql(
            f"DELETE FROM footprint WHERE (slot, cell) IN (VALUES {pairs}) "  # noqa: S608
            "RETURNING slot, cell, heads, points"
        )
        return [(slot, cell, heads, points) for slot, cell, heads, points in found]
    slots, cells = zip(*tiles, strict=True)
    with _cursor(connection, binary=True) as cursor:
        cursor.execute(
            "DELETE FROM footprint USING unnest(%s::integer[], %s::integer[]) AS gone (slot, cell) "
            "WHERE footprint.slot = gone.slot AND footprint.cell = gone.cell "
            "RETURNING footprint.slot, footprint.cell, footprint.heads, footprint.points",
            (list(slots), list(cells)),
        )
        rows: list[tuple[int, int, bytes, bytes]] = cursor.fetchall()
    return rows


def _is_sqlite(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"


@contextmanager
def _cursor(connection: sa.Connection, *, binary: bool = False) -> Iterator[Any]:
    """PostgreSQL's own cursor, in the same transaction; `binary` brings bytes as they are.

    A database that goes away is told in the same words as everywhere else.
    """
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor(binary=binary) as cursor:
            yield cursor
    except psycopg.OperationalError as fault:
        if driver.closed:
            connection.invalidate(fault)
        raise sa.exc.OperationalError("the catalogue", None, fault) from fault
