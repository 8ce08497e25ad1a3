"""Connections to SQLite's file are kept for the next who asks, and never used where they would
lie: for another file of that name, in another process, or with what a batch set for itself."""

import multiprocessing
import os
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.db import Database
from portal.recordings.bulk import prepare


def file_of(database: Database) -> Path:
    return Path(str(database.engine.url.database))


def driver_of(session: Session) -> int:
    return id(session.connection().connection.dbapi_connection)


def set_note(database: Database, number: int) -> None:
    with database.writing() as session:
        session.execute(sa.text("CREATE TABLE IF NOT EXISTS note (number INTEGER)"))
        session.execute(sa.text("DELETE FROM note"))
        session.execute(sa.text("INSERT INTO note VALUES (:number)"), {"number": number})


def note(database: Database) -> int | None:
    with database.reading() as session:
        found: int | None = session.scalar(sa.text("SELECT number FROM note"))
        return found


def test_the_next_who_asks_has_the_same_one(sqlite_database: Database) -> None:
    with sqlite_database.reading() as session:
        first = driver_of(session)
    with sqlite_database.reading() as session:
        assert driver_of(session) == first


def test_a_file_that_took_the_place_of_another_is_read_at_once(
    sqlite_database: Database, tmp_path: Path
) -> None:
    set_note(sqlite_database, 1)
    sqlite_database.close()  # all of it is in the one file now
    file, other = file_of(sqlite_database), tmp_path / "other.db"
    shutil.copyfile(file, other)
    set_note(sqlite_database, 2)
    assert note(sqlite_database) == 2
    for left in (f"{file}-wal", f"{file}-shm"):
        Path(left).unlink(missing_ok=True)
    other.replace(file)
    assert note(sqlite_database) == 1


def test_a_file_that_is_gone_is_an_error_and_no_new_one(sqlite_database: Database) -> None:
    set_note(sqlite_database, 1)
    file = file_of(sqlite_database)
    file.rename(away := file.with_suffix(".away"))
    with pytest.raises(OperationalError):
        note(sqlite_database)
    assert not file.exists()
    away.rename(file)
    assert note(sqlite_database) == 1


def test_a_child_has_its_own(sqlite_database: Database) -> None:
    set_note(sqlite_database, 1)

    def write() -> None:
        set_note(sqlite_database, 2)
        os._exit(0)

    child = multiprocessing.get_context("fork").Process(target=write)
    child.start()
    child.join(30)
    assert child.exitcode == 0
    assert note(sqlite_database) == 2
    set_note(sqlite_database, 3)
    assert note(sqlite_database) == 3


def test_what_a_batch_sets_for_itself_is_for_no_other(sqlite_database: Database) -> None:
    question = sa.text("PRAGMA cache_size")
    with sqlite_database.reading() as session:
        usual = session.scalar(question)
    with sqlite_database.writing() as session:
        prepare(session)
        assert session.scalar(question) != usual
    with sqlite_database.reading() as session:
        assert session.scalar(question) == usual
