"""Writing thousands of rows at once, in the way that each database takes them fastest.

The tables are the models' own. What is left out is the price of an object for each row: values
come ready for the driver, and PostgreSQL takes them by COPY.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.orm import Session

Ints = npt.NDArray[np.int64]

# One row of `footprint` as PostgreSQL's binary COPY takes it: the number of fields, and before
# each field its length.
_ROW = np.dtype(
    [("fields", ">i2")]
    + [(f"{name}_{part}", kind) for name, size in (("slot", 4), ("cell", 4), ("number", 8))
       for part, kind in (("bytes", ">i4"), ("value", f">i{size}"))]
)  # fmt: skip
_BINARY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_BINARY_TAIL = b"\xff\xff"
# An instant without its zone, as SQLite keeps it.
_BARE = len("2026-11-01 20:10:00.000000")
# Any number that nothing else in this database locks by.
_IMPORT_LOCK = 5_104_026
# Enough for the leaves that a batch touches, in KiB; SQLite's 2 MB would write them twice.
_CACHE_KIB = 65_536


def prepare(session: Session) -> None:
    """Begin a batch: no other is written meanwhile, on either database, and there is room."""
    connection = session.connection()
    if _is_sqlite(connection):
        connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KIB}")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_IMPORT_LOCK})")


def next_numbers(session: Session, table: sa.Table, count: int) -> list[int]:
    """So many fresh values for the table's counting `id`. Call it inside a prepared batch."""
    connection = session.connection()
    if _is_sqlite(connection):
        last = session.scalar(sa.select(sa.func.max(table.c.id))) or 0
        return list(range(last + 1, last + 1 + count))
    sequence = sa.func.nextval(sa.func.pg_get_serial_sequence(table.name, "id"))
    series = sa.func.generate_series(1, count).table_valued("k")
    return list(session.scalars(sa.select(sequence).select_from(series)))


def instants(session: Session) -> Callable[[datetime], Any]:
    """How to give instants to the driver, so that they are stored as the models store them."""
    return _bare if _is_sqlite(session.connection()) else _in_utc


def _bare(at: datetime) -> str:
    in_utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return in_utc.isoformat(" ", "microseconds")[:_BARE]


def _in_utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


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


def insert_footprint(session: Session, slots: Ints, cells: Ints, numbers: Ints) -> None:
    """Insert rows of the index, given as columns."""
    connection = session.connection()
    if _is_sqlite(connection):
        statement = "INSERT INTO footprint (slot, cell, recording_id) VALUES (?, ?, ?)"
        connection.exec_driver_sql(statement, _rows(slots, cells, numbers))
        return
    rows = np.empty(len(slots), dtype=_ROW)
    rows["fields"] = 3
    for name, column, size in (("slot", slots, 4), ("cell", cells, 4), ("number", numbers, 8)):
        rows[f"{name}_bytes"] = size
        rows[f"{name}_value"] = column
    statement = "COPY footprint (slot, cell, recording_id) FROM STDIN (FORMAT BINARY)"
    with _cursor(connection) as cursor, cursor.copy(statement) as copy:
        copy.write(_BINARY_HEAD + rows.tobytes() + _BINARY_TAIL)


def delete_footprint(session: Session, slots: Ints, cells: Ints, numbers: Ints) -> None:
    """Delete rows of the index, given as columns; those that are not there are passed by."""
    connection = session.connection()
    if _is_sqlite(connection):
        statement = "DELETE FROM footprint WHERE slot = ? AND cell = ? AND recording_id = ?"
        connection.exec_driver_sql(statement, _rows(slots, cells, numbers))
        return
    columns = (slots.tolist(), cells.tolist(), numbers.tolist())
    connection.exec_driver_sql(
        "DELETE FROM footprint USING "
        "unnest(%s::integer[], %s::integer[], %s::bigint[]) AS gone (slot, cell, recording_id) "
        "WHERE footprint.slot = gone.slot AND footprint.cell = gone.cell "
        "AND footprint.recording_id = gone.recording_id",
        columns,
    )


def _rows(*columns: Ints) -> list[tuple[int, ...]]:
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _is_sqlite(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _cursor(connection: sa.Connection) -> Any:
    """The driver's own cursor, in the same transaction."""
    driver: Any = connection.connection.driver_connection
    return driver.cursor()
