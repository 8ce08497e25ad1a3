"""Fixtures that every kind of test may ask for: databases on both engines, and a mail server."""

import dataclasses
import gc
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Config, Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.util import LRUCache
from xdist.scheduler import LoadFileScheduling

from portal.app import create_app
from portal.audit.commands import seal
from portal.config import Settings
from portal.db import Database, open_database
from portal.house import House
from portal.sealing import Sealer, Vault, ensure_keys, load_keys
from portal.signing import Signer
from portal.storage import FolderStorage
from tests.servers.postgres import PostgresForTests
from tests.servers.schema import build_schema
from tests.servers.smtp import ScriptedSmtp

MakeDatabase = Callable[[], Database]
JOURNEYS = "tests/journeys/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that have slow tests, and then those with the most: files are handed
    out to processes one by one, and a long one that came last would run while nothing else does."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    many = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in slow, -many[item.path]))


class FilesByTurns(LoadFileScheduling):  # type: ignore[misc] # it publishes no types
    """A file of tests goes to one process whole, and so do all journeys, which share a portal."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return JOURNEYS if file.startswith(JOURNEYS) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesByTurns | None:
    """Say who runs what, where `--dist loadfile` was asked for."""
    return FilesByTurns(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """Tell the collector of garbage not to go through all that is loaded, again and again."""
    gc.collect()
    gc.freeze()


class CompiledTemplates(BytecodeCache):
    """What Jinja made of each template, kept for the apps that come after the first: every app
    has an environment of its own, and compiling took a quarter of the time of the web tests."""

    def __init__(self) -> None:
        self._made: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was made of this template, if its text is still the same."""
        if bucket.key in self._made:
            bucket.bytecode_from_string(self._made[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was made of this template."""
        self._made[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def compiled_templates() -> Iterator[None]:
    """Compile each template once in a run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": CompiledTemplates()})
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_statements() -> Iterator[None]:
    """Compile each statement once in a run: every test has an engine of its own, and a new engine
    knows none. Engines of one kind share the first one's dialect and what it has compiled, as all
    the sessions of one process do in the portal."""
    create, compiled = sa.create_engine, LRUCache[Any, Any](4_000)
    known: dict[tuple[Any, ...], sa.Dialect] = {}

    def create_knowing(*given: Any, **more: Any) -> sa.Engine:
        engine = create(*given, **more)
        like = type(engine.dialect), *sorted(map(str, more.items()))
        # One that has not connected yet does not know what its database can do.
        if getattr(known.get(like), "server_version_info", None) is None:
            known[like] = engine.dialect
        engine.dialect, engine._compiled_cache = known[like], compiled
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sa, "create_engine", create_knowing)
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresForTests]:
    """A PostgreSQL server for the whole run (one for each xdist worker)."""
    server = PostgresForTests()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresForTests) -> str:
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
    """Call it for a fresh SQLite database; all are closed and deleted when the test ends."""
    with ExitStack() as closing:

        def make() -> Database:
            path = tmp_path_factory.mktemp("database") / "portal.sqlite"
            # Thousands of them would fill a disk in memory.
            closing.callback(shutil.rmtree, path.parent, ignore_errors=True)
            shutil.copyfile(sqlite_template, path)
            database = open_database(f"sqlite:///{path}", before_commit=(seal,))
            closing.callback(database.close)
            return database

        yield make


@pytest.fixture
def make_postgres_database(
    postgres_server: PostgresForTests, postgres_template: str
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


class Clock:
    """The clock of a test's house: it stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """This instant, in UTC."""
        return self.at

    def forward(self, **by: float) -> datetime:
        """Move the clock, such as `forward(days=3)`; returns the new instant."""
        self.at += timedelta(**by)
        return self.at


@pytest.fixture
def clock() -> Clock:
    """A Monday morning in London, with no bank holiday near."""
    return Clock(datetime(2026, 11, 2, 9, 30, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings for a house in a temporary folder; its mail server is nobody until one is set."""
    for name in ("sealed", "footage"):
        (tmp_path / name).mkdir()
    ensure_keys(tmp_path / "keys.txt")
    return Settings(
        database_url="sqlite://",
        base_url="http://localhost",
        secret_key="a secret for tests only, 32 characters long",
        data_folder=tmp_path / "sealed",
        footage_folder=tmp_path / "footage",
        keys_file=tmp_path / "keys.txt",
        force_name="Testshire Police",
    )


@pytest.fixture
def make_house(settings: Settings, clock: Clock) -> Callable[[Database], House]:
    """Call it with a database for a whole house on the test's clock."""

    def make(database: Database) -> House:
        sealer = Sealer(load_keys(settings.keys_file), None)
        return House(
            settings=settings,
            db=database,
            vault=Vault(FolderStorage(settings.data_folder), sealer),
            footage=FolderStorage(settings.footage_folder),
            signer=Signer(settings.secret_key),
            now=clock,
        )

    return make


@pytest.fixture
def house(make_house: Callable[[Database], House], database: Database) -> House:
    """A house on each engine in turn."""
    return make_house(database)


@pytest.fixture
def sqlite_house(make_house: Callable[[Database], House], sqlite_database: Database) -> House:
    """A house on SQLite, for a test that is not about the engine."""
    return make_house(sqlite_database)


class SharedApps:
    """Applications that are built once in a run and given one house after another.

    An application keeps nothing between two requests but its settings and its house: to build its
    routes and templates anew for every test would cost more than most tests do. It lets no
    route be added once it has served; a test that wants one builds its own (`own_app`).
    """

    def __init__(self) -> None:
        self._made: dict[Settings, tuple[Flask, Config]] = {}
        self._given: set[Settings] = set()

    @contextmanager
    def over(self, house: House) -> Iterator[Flask]:
        """The application over that house, as `create_app` would make it, until the test ends."""
        where = Path("/")
        like = dataclasses.replace(
            house.settings, data_folder=where, footage_folder=where, keys_file=where
        )
        if like in self._given:
            yield create_app(house)  # a second one in the same test
            return
        if like not in self._made:
            made = create_app(house)
            self._made[like] = made, Config(made.root_path, made.config)
        app, config = self._made[like]
        app.config.clear()
        app.config.update(config)
        app.extensions["portal"] = house
        app.extensions["downloads"] = BoundedSemaphore(house.settings.downloads_at_once)
        self._given.add(like)
        try:
            yield app
        finally:
            self._given.discard(like)


@pytest.fixture(scope="session")
def shared_apps() -> SharedApps:
    """The applications of this run."""
    return SharedApps()


@pytest.fixture
def app(shared_apps: SharedApps, sqlite_house: House) -> Iterator[Flask]:
    """The web application over a fresh SQLite house."""
    with shared_apps.over(sqlite_house) as application:
        application.config["WTF_CSRF_ENABLED"] = False
        yield application


@pytest.fixture
def own_app(sqlite_house: House) -> Flask:
    """The same, built for this test alone, which may add to it."""
    application = create_app(sqlite_house)
    application.config["WTF_CSRF_ENABLED"] = False
    return application


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript and without CSRF tokens (tests/web/test_csrf.py has those)."""
    return app.test_client()


@pytest.fixture
def make_empty_postgres(postgres_server: PostgresForTests) -> Iterator[MakeDatabase]:
    """Call it for a PostgreSQL database with no tables at all."""
    with ExitStack() as closing:

        def make() -> Database:
            name = postgres_server.make_database()
            closing.callback(postgres_server.drop_database, name)
            database = open_database(postgres_server.url(name))
            closing.callback(database.close)
            return database

        yield make
