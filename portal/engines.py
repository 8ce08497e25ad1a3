"""Connections to a database: SQLite's file or PostgreSQL's server, and which are none of ours."""

import os
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError, OperationalError


def make_engine(url: sa.URL, *, may_make_it: bool) -> sa.Engine:
    """What connects to the database at `url`. A fault names its statement and never its values:
    they can be what somebody typed."""
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(
            url,
            pool_pre_ping=True,
            pool_size=8,
            max_overflow=8,
            hide_parameters=True,
            connect_args=_patience(url),
        )
    file = file_of(url)
    to_what_is_there = {"factory": _ToWhatIsThere} if file and not may_make_it else {}
    # Kept, because opening the file and reading its tables takes longer than most questions.
    engine = sa.create_engine(
        url, pool_size=8, max_overflow=-1, hide_parameters=True, connect_args=to_what_is_there
    )
    _prepare_sqlite(engine, file)
    return engine


class _ToWhatIsThere(sqlite3.Connection):
    """A connection to a file that is there: none is made. An empty one in the place of one that was
    moved away would end what its journal still holds."""

    def __init__(self, database: str, *given: Any, **more: Any) -> None:
        place = f"{Path(database).absolute().as_uri()}?mode=rw"
        super().__init__(place, *given, **more | {"uri": True})


def _patience(url: sa.URL) -> dict[str, int]:
    """How long a server may be silent before it counts as gone (seconds, but for the last, which
    is in milliseconds). Without these a machine that was switched off is waited for by the hour.
    What the address itself says comes first."""
    patience = {
        "connect_timeout": 10,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
    }
    return {name: value for name, value in patience.items() if name not in url.query}


def file_of(url: sa.URL) -> Path | None:
    """Where SQLite keeps it; None when it is in memory, or PostgreSQL's."""
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if is_file else None


def made_here(file: Path | None) -> tuple[int, ...]:
    """This process, and the file that has the name now. A connection to one that was moved away,
    or that another took the place of, would say for ever that nothing was committed; one from
    before a fork is the parent's."""
    if file is None:
        return (os.getpid(),)
    try:
        found = file.stat()
    except OSError as fault:
        raise OperationalError("stat", None, fault) from fault
    return os.getpid(), found.st_dev, found.st_ino


def _prepare_sqlite(engine: sa.Engine, file: Path | None) -> None:
    @event.listens_for(engine, "checkout")
    def on_checkout(_connection: Any, record: Any, borrowed: Any) -> None:
        if record.info["made_in"] == made_here(file):
            return
        if record.info["made_in"][0] != os.getpid():  # the parent's: not for us to close
            record.dbapi_connection = borrowed.dbapi_connection = None
        raise DisconnectionError("made elsewhere")

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        # We begin transactions ourselves (below); the driver must not guess.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            # Of a new file alone: rows of the recordings' index are long, and come together.
            "page_size=16384",
            "journal_mode=WAL",
            "foreign_keys=ON",
            "busy_timeout=15000",
            "synchronous=FULL",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        record.info["made_in"] = made_here(file)

    @event.listens_for(engine, "begin")
    def on_begin(connection: sa.Connection) -> None:
        writing = connection.get_execution_options().get("portal_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
