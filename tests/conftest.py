"""Fixtures that every kind of test may ask for: databases on both engines, and a mail server."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from portal.audit.commands import seal
from portal.db import Database, open_database
from tests.servers.postgres import PostgresServer
from tests.servers.schema import build_schema
from tests.servers.smtp import ScriptedSmtp

MakeDatabase = Callable[[], Database]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole run (one for each xdist worker)."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """The name of a PostgreSQL database with every table and no rows, to be cloned."""
    name = postgres_server.make_database()
    build_schema(postgres_server.url(name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no rows, to be copied."""
    path = tmp_path_factory.mktemp("template") / "portal.sqlite"
    build_schema(f"sqlite:///{path}")
    return path


@pytest.fixture
def make_sqlite_database(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeDatabase]:
    """Call it for a fresh SQLite database; all are closed when the test ends."""
    with ExitStack() as closing:

        def make() -> Database:
            path = tmp_path_factory.mktemp("database") / "portal.sqlite"
            shutil.copyfile(sqlite_template, path)
            database = open_database(f"sqlite:///{path}", before_commit=(seal,))
            closing.callback(database.close)
            return database

        yield make


@pytest.fixture
def make_postgres_database(
    postgres_server: PostgresServer, postgres_template: str
) -> Iterator[MakeDatabase]:
    """Call it for a fresh PostgreSQL database; all are dropped when the test ends."""
    with ExitStack() as closing:

        def make() -> Database:
            name = postgres_server.make_database(template=postgres_template)
            closing.callback(postgres_server.drop_database, name)
            database = open_database(postgres_server.url(name), before_commit=(seal,))
            closing.callback(database.close)
            return database

        yield make


@pytest.fixture
def sqlite_database(make_sqlite_database: MakeDatabase) -> Database:
    """A fresh SQLite database, for a test that is not about the engine."""
    return make_sqlite_database()


@pytest.fixture
def postgres_database(make_postgres_database: MakeDatabase) -> Database:
    """A fresh PostgreSQL database, for what only it can do."""
    return make_postgres_database()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh database, once on each engine: every integration test asks for this one."""
    fixture = {"sqlite": "sqlite_database", "postgresql": "postgres_database"}[request.param]
    made: Database = request.getfixturevalue(fixture)
    return made


@pytest.fixture
def smtp_server() -> Iterator[ScriptedSmtp]:
    """A mail server that accepts everything, until it is told otherwise."""
    server = ScriptedSmtp()
    server.start()
    try:
        yield server
    finally:
        server.stop()
