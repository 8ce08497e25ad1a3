"""The database is taken away and given back, while pages are asked for, a file is sent, the worker
works and commands are run: all say so, nothing is lost or done twice, all go on by themselves."""

import dataclasses
import logging
import random
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from portal.actors import Role
from portal.audit.commands import seal
from portal.cli import main, opening
from portal.db import open_database
from portal.disclosure.models import DownloadLink, FileKind
from portal.disclosure.sending import PIECE, SendingStopped
from portal.hall import utc_now
from portal.house import House
from portal.ids import new_token
from portal.notifications.commands import notify
from portal.notifications.notices import NoticeKind
from portal.outbox.models import JobStatus, OutboxJob
from portal.requests.models import FootageRequest
from portal.worker import Worker
from tests.conftest import SharedApps
from tests.factories.collecting import draw_no_pdf, let_in, path_of
from tests.factories.disclosure import answered, handler, ready_to_decide, sign_in
from tests.integration.faults.conftest import Sound, bytes_until
from tests.servers.postgres import PostgresForTests, PostgresServer
from tests.servers.programs import environment_of, wait_until
from tests.servers.record import delivery_record
from tests.servers.smtp import ScriptedSmtp

LONG = random.Random(7).randbytes(3 * PIECE)
Away = Callable[[], AbstractContextManager[object]]


@contextmanager
def stopped(server: PostgresForTests) -> Iterator[None]:
    """Stopped by its own id, and started again over the same data."""
    PostgresServer.stop(server)
    try:
        yield
    finally:
        server.start()


@contextmanager
def moved_away(path: Path, instead: bytes | None) -> Iterator[None]:
    """The files of a SQLite database under other names, with something else in their place."""
    aside = path.parent / "aside"
    aside.mkdir()
    mine = sorted(path.parent.glob(f"{path.name}*"))
    for file in mine:
        file.rename(aside / file.name)
    if instead is not None:
        path.write_bytes(instead)
    try:
        yield
    finally:
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        for file in mine:
            (aside / file.name).rename(file)
        aside.rmdir()


def file_of(house: House) -> Path:
    """Where a SQLite database lies."""
    return Path(str(house.db.engine.url.database))


@pytest.fixture(
    params=[pytest.param("stopped", marks=pytest.mark.postgresql), "gone", "no database any more"]
)
def way(request: pytest.FixtureRequest) -> str:
    """How the database is taken away."""
    return str(request.param)


@pytest.fixture
def house(way: str, request: pytest.FixtureRequest, make_house: Callable[..., House]) -> House:
    engine = "postgres_database" if way == "stopped" else "sqlite_database"
    return make_house(request.getfixturevalue(engine))


@pytest.fixture
def away(way: str, house: House, request: pytest.FixtureRequest) -> Away:
    """Call it with `with`: within, there is no database."""
    if way == "stopped":
        server: PostgresForTests = request.getfixturevalue("postgres_server")
        return lambda: stopped(server)
    instead = None if way == "gone" else random.Random(1).randbytes(65_536)
    return lambda: moved_away(file_of(house), instead)


@pytest.fixture
def app(shared_apps: SharedApps, house: House) -> Iterator[Flask]:
    with shared_apps.over(house) as application:
        application.config["WTF_CSRF_ENABLED"] = False
        yield application


# Pages


def test_pages_say_so_and_work_again(app: Flask, house: House, away: Away, sound: Sound) -> None:
    visitor, office = app.test_client(), app.test_client()
    with house.db.writing() as session:
        robin = handler(session, "Robin", Role.INTAKE, at=house.now())
    sign_in(office, house, robin)
    asked = [
        partial(visitor.get, "/"),
        partial(visitor.get, f"/f/{new_token()}"),
        partial(visitor.post, "/ask/about-you-or-someone", data={"who": "me"}),
        partial(office.get, "/office/requests"),
    ]
    before = [ask().status_code for ask in asked]
    with away():
        for ask in asked:
            page = ask()
            assert page.status_code == 503
            assert "this service is not working right now" in page.text
            assert "what you typed is still in the form" in page.text
        key = {"Authorization": f"Bearer {new_token()}.{new_token()}"}
        called = visitor.get("/api/v1/preservations", headers=key)
        assert (called.status_code, called.content_type) == (503, "application/problem+json")
        assert called.headers["Retry-After"]
        ready = visitor.get("/readyz")
        assert ready.status_code == 503
        assert '"database":false' in ready.text
        assert visitor.get("/healthz").status_code == 200
    assert [ask().status_code for ask in asked] == before
    assert 503 not in before
    sound(house)


# A file on its way


@pytest.fixture
def link(house: House, monkeypatch: pytest.MonkeyPatch) -> DownloadLink:
    draw_no_pdf(monkeypatch)
    return answered(house, ready_to_decide(house, contents=[LONG]))


@pytest.fixture
def path(client: FlaskClient, house: House, link: DownloadLink) -> str:
    """Where a video is that this browser may have."""
    let_in(client, house, link)
    copy = next(file for file in link.release.files if file.kind is FileKind.COPY)
    return path_of(link, copy.id)


def test_a_file_on_its_way_stops_within_a_mebibyte_and_the_next_begins_at_once(
    client: FlaskClient, house: House, path: str, away: Away, sound: Sound
) -> None:
    places = client.application.extensions["downloads"]
    running = client.get(path, buffered=False)
    chunks = running.iter_encoded()
    came = len(next(chunks))
    with away():
        assert came + bytes_until(chunks, SendingStopped) <= PIECE
        running.close()
        assert client.get(path).status_code == 503
    assert places._value == house.settings.downloads_at_once
    again = client.get(path)
    assert again.data == LONG
    again.close()
    sound(house)


# The worker


@contextmanager
def at_work(house: House, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """A worker that works as the command line's does, until the block ends. It has a thread of
    its own, which may take no signals: a server's life hangs on the thread that started it."""
    patch.setattr(signal, "signal", lambda number, handler: None)
    worker = Worker(house, lasting=timedelta(seconds=2))
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(worker.run)
        try:
            yield
        finally:
            worker._stop(signal.SIGTERM, None)
        working.result()


def mailing(house: House, server: ScriptedSmtp, record: str) -> House:
    settings = dataclasses.replace(
        house.settings, mail_port=server.port, mail_seconds=2, mail_lookup_url=record
    )
    return dataclasses.replace(house, settings=settings, now=utc_now)


def tell_so_many(house: House, number: int) -> None:
    with house.db.writing() as session:
        for each in range(number):
            to, reference, at = f"neighbour{each}@example.org", "BWV-2222-3333", house.now()
            kind = NoticeKind.MESSAGE
            notify(session, kind, to=to, key=str(each), at=at, reference=reference)


def is_all_sent(house: House) -> bool:
    undone = sa.and_(OutboxJob.job == "send_notice", OutboxJob.status != JobStatus.SETTLED)
    with house.db.writing() as session:
        # Only waits are shortened.
        session.execute(sa.update(OutboxJob).where(undone).values(due_at=house.now()))
        return not session.scalar(sa.select(sa.func.count()).where(undone))


@pytest.fixture
def said() -> Iterator[list[str]]:
    """What the worker has logged."""
    words: list[str] = []
    handler, log = logging.Handler(), logging.getLogger("portal.worker")
    handler.emit = lambda record: words.append(record.msg)  # type: ignore[method-assign]
    log.addHandler(handler)
    yield words
    log.removeHandler(handler)


def test_the_worker_waits_and_loses_and_doubles_nothing(
    house: House,
    away: Away,
    sound: Sound,
    smtp_server: ScriptedSmtp,
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with delivery_record(lambda: [one.message_id for one in list(smtp_server.messages)]) as record:
        house = mailing(house, smtp_server, record)
        tell_so_many(house, 12)
        with at_work(house, monkeypatch):
            wait_until(lambda: len(smtp_server.messages) >= 2)
            with away():
                wait_until(lambda: "database did not answer" in said)
            wait_until(lambda: is_all_sent(house))
    kept = Counter(one.message_id for one in smtp_server.messages)
    assert (len(kept), set(kept.values())) == (12, {1})
    sound(house)


# Commands


def test_a_command_says_so_in_a_line(
    house: House, away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "open_portal", lambda settings: house)
    environment = environment_of(house.settings, house.db.url)
    words = ["outbox", "status"]
    with away():
        told = CliRunner().invoke(main, words, env=environment)
    assert told.exit_code == 1
    assert isinstance(told.exception, SystemExit)
    assert "The database did not do this" in told.output
    assert len(told.output.splitlines()) == 1
    assert CliRunner().invoke(main, words, env=environment).exit_code == 0


# Locked for long


@pytest.fixture
def impatient(sqlite_house: House) -> House:
    """A house on SQLite that waits for its turn a fifth of a second, and not fifteen."""

    @event.listens_for(sqlite_house.db.engine, "connect")
    def wait_less(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA busy_timeout=200")

    return sqlite_house


@contextmanager
def locked(house: House) -> Iterator[None]:
    """Somebody else writes, and takes long."""
    with closing(sqlite3.connect(file_of(house), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_database_that_is_locked_for_long_is_read_and_written_later(
    shared_apps: SharedApps, impatient: House, sound: Sound, smtp_server: ScriptedSmtp
) -> None:
    settings = dataclasses.replace(impatient.settings, mail_port=smtp_server.port)
    house = dataclasses.replace(impatient, settings=settings)
    tell_so_many(house, 1)
    with shared_apps.over(house) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        answer = {"data": {"who": "me"}}
        with locked(house):
            assert client.get("/").status_code == 200
            assert client.post("/ask/about-you-or-someone", **answer).status_code == 503
            with pytest.raises(OperationalError, match="locked"):
                Worker(house).pay_one()
        assert client.post("/ask/about-you-or-someone", **answer).status_code == 303
    Worker(house).pay_all()
    assert len(smtp_server.messages) == 1
    sound(house)


# Put back


def test_what_was_committed_outlives_the_file_being_moved_without_its_journal(
    sqlite_house: House, sound: Sound
) -> None:
    """An empty database that is made in its place would end the journal, and all that is in it."""
    house = sqlite_house
    ready = ready_to_decide(house, contents=[])
    file = file_of(house)
    held = sqlite3.connect(file)  # whoever has it open keeps the journal from being brought in
    held.execute("SELECT * FROM alembic_version").fetchall()
    moved = file.rename(file.with_name("moved"))
    another = dataclasses.replace(house, db=open_database(house.db.url, before_commit=(seal,)))
    for each in (house, another):
        with pytest.raises(OperationalError), each.db.writing() as session:
            session.get_one(FootageRequest, ready.request_id)
    assert not file.exists()
    moved.rename(file)
    held.close()
    with another.db.reading() as session:
        assert session.get_one(FootageRequest, ready.request_id).reference == ready.reference
    sound(another)
    another.db.close()
