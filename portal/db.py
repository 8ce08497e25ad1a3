"""The one door to the database: the declarative base, column kinds, and sessions.

SQLite is the embedded default and PostgreSQL the production database; both run the same models.
A session is only ever had from `Database.reading()` or `Database.writing()`, and only
`writing()` commits, so that one deed is one transaction.
"""

import json
import os
import threading
import uuid
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import NoResultFound, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from portal.engines import file_of, made_here, make_engine

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An instant. Refuses naive datetimes, stores UTC, and gives aware UTC back."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Instants go in as UTC; SQLite has no zones, so they go in bare there."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("an instant needs its time zone")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Instants come out aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table's base: constraint names are predictable, so that migrations can name them."""

    metadata = sa.MetaData(naming_convention=CONSTRAINT_NAMES)
    type_annotation_map = {
        datetime: UtcDateTime(),
        date: sa.Date(),
        uuid.UUID: sa.Uuid(),
        dict[str, Any]: sa.JSON(),
        list[Any]: sa.JSON(),
        list[str]: sa.JSON(),
        bytes: sa.LargeBinary(),
    }


def enum_by_value(cls: type[StrEnum], *, name: str = "") -> sa.Enum:
    """A column for a string enum: stored by value, with a CHECK the database keeps.

    The CHECK is named after the enum; a second column of one enum in one table gives its `name`.
    """
    return sa.Enum(
        cls,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
        name=name or _snake(cls.__name__),
        length=40,
    )


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def add_unless_there(session: Session, row: type[Base], **values: Any) -> bool:
    """Insert a row unless one with the same key exists; whether it was inserted.

    Two transactions that do this at once make one row and no error, on both databases.
    """
    return bool(add_those_not_there(session, row, [values]))


def add_those_not_there(
    session: Session, row: type[Base], rows: Sequence[dict[str, Any]]
) -> set[Any]:
    """Insert those rows that no other has the key of; returns the primary keys of the inserted.

    Two transactions that do this at once make one row of each and no error, on both databases.
    """
    if not rows:
        return set()
    key = sa.inspect(row).primary_key[0]
    # A count of rows is not to be had everywhere; what comes back is.
    added = upsert(session, row).on_conflict_do_nothing().returning(key)
    return set(session.scalars(added, rows))


def add_or_change(
    session: Session, row: type[Base], rows: Sequence[dict[str, Any]], *, key: Sequence[str]
) -> None:
    """Insert rows, at least one, that all have the same columns; one whose `key`, which is unique,
    is there already gets the new values of the other columns."""
    names, connection = list(rows[0]), session.connection()
    added = upsert(session, row)
    others = {name: added.excluded[name] for name in names if name not in key}
    if connection.dialect.name == "postgresql":
        # Thousands of statements, even in one go, take it ten times as long as one document.
        given = _as_document(row, names, rows)
        added = added.from_select(names, sa.select(*given.c))
        connection.execute(added.on_conflict_do_update(index_elements=list(key), set_=others))
    else:
        changed = added.on_conflict_do_update(index_elements=list(key), set_=others)
        connection.execute(changed, list(rows))


def _as_document(
    row: type[Base], names: Sequence[str], rows: Sequence[dict[str, Any]]
) -> sa.TableValuedAlias:
    document = sa.cast(sa.literal(json.dumps(rows, default=str), sa.Text()), postgresql.JSON())
    columns = [sa.column(name, row.__table__.c[name].type) for name in names]
    given = sa.func.json_to_recordset(document).table_valued(*columns, name="given")
    return given.render_derived(with_types=True)


def upsert(session: Session, row: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what to do with a row that is there already, for this database."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(row)


Item = TypeVar("Item")


def in_turn(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items, so many at a time: a statement takes only so many values."""
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]


Row = TypeVar("Row", bound=Base)


def locked(session: Session, row: type[Row], key: Any) -> Row | None:
    """The row with this key as it is now, locked until the transaction ends; None if there is none.

    A row this session has read before is read again: what was true before the lock may not be
    true under it. Loaded relations are left as they are.
    """
    session.flush()
    found = session.get(row, key, with_for_update=True)
    if found is not None:
        session.refresh(found, attribute_names=sa.inspect(row).column_attrs.keys())
    return found


def locked_one(session: Session, row: type[Row], key: Any) -> Row:
    """The same, for a row that must exist."""
    found = locked(session, row, key)
    if found is None:
        raise NoResultFound(f"no {row.__tablename__} with this key")
    return found


class Database:
    """An engine and the two ways to have a session on it."""

    def __init__(
        self, engine: sa.Engine, before_commit: Sequence[Callable[[Session], None]] = ()
    ) -> None:
        self.engine = engine
        self._before_commit = tuple(before_commit)
        self._watch = _Watch(engine)
        self._readers = sessionmaker(engine, expire_on_commit=False)
        # SQLite must take its write lock at the start: a read lock that is upgraded later
        # fails at once, without waiting, when another writer came first.
        self._writers = sessionmaker(
            engine.execution_options(portal_writing=True), expire_on_commit=False
        )

    @property
    def url(self) -> str:
        """The address, with its password: for tools of this house only, never for a log."""
        return self.engine.url.render_as_string(hide_password=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that can only look: whatever was done in it is rolled back."""
        with self._readers() as session:
            try:
                yield session
            finally:
                # A rollback forgets what was loaded; what was read is still to be shown.
                session.expunge_all()
                session.rollback()

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """The same, of one instant: no statement in it sees what was committed after the first."""
        with self.reading() as session:
            if self.engine.dialect.name == "postgresql":
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One deed. Commits when the block ends, and rolls everything back if it raises."""
        with self._writers() as session:
            try:
                yield session
                for finish in self._before_commit:
                    finish(session)
                session.commit()
            except BaseException:
                session.rollback()
                raise

    def state(self) -> Hashable:
        """A word for what is committed now. The same word twice means that no transaction that
        wrote anything ended in between: what was read after the first still holds.

        For those who would ask the same many times a second; it takes a few microseconds on
        SQLite, and one short question on PostgreSQL.
        """
        return self._watch.state()

    def close(self) -> None:
        """Let go of every connection."""
        self._watch.close()
        self.engine.dispose()


class _Watch:
    """One connection that is kept, in each process, for asking what is committed."""

    def __init__(self, engine: sa.Engine) -> None:
        # SQLite counts the commits of others that a connection can see; PostgreSQL says which
        # transactions have ended: none of them can be undone or come back.
        self._question = {
            "sqlite": "PRAGMA data_version",
            "postgresql": "SELECT pg_current_snapshot()::text",
        }[engine.dialect.name]
        self._engine = engine
        self._file = file_of(engine.url)
        self._asking = threading.Lock()
        self._connection: sa.Connection | None = None
        self._made_in: tuple[int, ...] = ()
        self._number = 0

    def state(self) -> Hashable:
        with self._asking:
            here = made_here(self._file)
            if self._connection is not None and self._made_in == here:
                # It may be a connection from before the database was started again.
                with suppress(OperationalError):
                    return self._answer()
            self._connect(here)
            return self._answer()

    def _answer(self) -> Hashable:
        assert self._connection is not None  # noqa: S101 - just connected
        driver = self._engine.dialect.loaded_dbapi
        try:
            found = self._connection.connection.cursor().execute(self._question).fetchone()[0]
        except BaseException as fault:
            self._let_go()
            if isinstance(fault, driver.Error):
                raise OperationalError(self._question, None, fault) from fault
            raise
        return self._made_in, self._number, found

    def _connect(self, here: tuple[int, ...]) -> None:
        self._let_go()
        # Words of two connections are never the same.
        self._made_in, self._number = here, self._number + 1
        options = {"isolation_level": "AUTOCOMMIT"}
        self._connection = self._engine.connect().execution_options(**options)

    def _let_go(self) -> None:
        # One made before a fork is the parent's.
        if self._connection is not None and self._made_in[0] == os.getpid():
            self._connection.invalidate()
            self._connection.close()
        self._connection = None

    def close(self) -> None:
        with self._asking:
            self._let_go()


def open_database(
    url: str,
    *,
    before_commit: Sequence[Callable[[Session], None]] = (),
    may_make_it: bool = False,
) -> Database:
    """Open the database at `url` (`sqlite:///path` or `postgresql://…`).

    A file that is not there is only made by whoever `may_make_it`, which are the migrations.

    `before_commit` functions run inside every writing transaction, last of all; the hall
    passes the book's seal here, so that its lock is always the last one taken.
    """
    return Database(make_engine(sa.make_url(url), may_make_it=may_make_it), before_commit)
