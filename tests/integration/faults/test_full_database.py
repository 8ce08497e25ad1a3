"""The disk of the database is full: nothing is lost, nothing is done twice, no file stays without
its row, and everything goes on by itself once there is room."""

import dataclasses
import io
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.actors import PUBLIC, Role
from portal.audit.commands import seal
from portal.cli import main
from portal.db import Database, open_database
from portal.disclosure.delivered import LOST_AFTER, NOTED_EVERY
from portal.disclosure.models import PREFIX, FileKind, Opening
from portal.disclosure.sending import PIECE, SendingStopped
from portal.house import House
from portal.identity.commands.proofs import receive_proof
from portal.identity.models import Proof
from portal.identity.proof import ProofKind
from portal.identity.viewing import sealed_file
from portal.ids import new_id
from portal.letters import printing
from portal.notifications.commands import notify
from portal.notifications.notices import NoticeKind
from portal.outbox.commands import LEASE, Lease
from portal.outbox.models import JobStatus
from portal.requests.models import Message
from portal.worker import JOBS, Job, Worker
from tests.conftest import Clock
from tests.factories.collecting import draw_no_pdf, let_in, path_of
from tests.factories.disclosure import (
    answered,
    handler,
    link_of,
    published,
    ready_to_decide,
    sign_in,
)
from tests.factories.files import picture
from tests.integration.faults.conftest import Sound, bytes_until, job_of
from tests.servers.disk import SmallDisk
from tests.servers.programs import environment_of
from tests.servers.record import delivery_record
from tests.servers.smtp import ScriptedSmtp

LONG = random.Random(7).randbytes(3 * PIECE)


@pytest.fixture
def sqlite_database(disk: SmallDisk, sqlite_template: Path) -> Iterator[Database]:
    path = disk.folder / "portal.sqlite"
    shutil.copyfile(sqlite_template, path)
    database = open_database(f"sqlite:///{path}", before_commit=(seal,))
    yield database
    database.close()


@pytest.fixture
def house(sqlite_house: House) -> House:
    return sqlite_house


def test_a_form_is_not_taken_and_is_taken_later(
    client: FlaskClient, house: House, disk: SmallDisk, sound: Sound
) -> None:
    disk.fill()
    answer = client.post("/ask/about-you-or-someone", data={"who": "me"})
    assert answer.status_code == 503
    assert "what you typed is still in the form" in answer.text
    assert client.get("/").status_code in (200, 503)
    assert client.get("/healthz").status_code == 200
    disk.clear()
    assert client.post("/ask/about-you-or-someone", data={"who": "me"}).status_code == 303
    sound(house)


def test_a_message_to_an_applicant_is_written_later_and_once(
    app: Flask, house: House, disk: SmallDisk, sound: Sound
) -> None:
    ready = ready_to_decide(house)
    office = app.test_client()
    with house.db.writing() as session:
        sign_in_as = handler(session, "Robin", Role.INTAKE, at=house.now())
    sign_in(office, house, sign_in_as)
    where = f"/office/requests/{ready.reference}/messages"
    said = {"body": "We have your message.", "what": "information"}
    disk.fill()
    answer = office.post(where, data=said)
    assert answer.status_code == 503
    assert "what you typed is still in the form" in answer.text
    disk.clear()
    assert office.post(where, data=said).status_code == 303
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1
    sound(house)


def test_a_proof_whose_row_finds_no_room_leaves_no_file(
    house: House, disk: SmallDisk, sound: Sound
) -> None:
    def take_in(meanwhile: Callable[[], None]) -> None:
        source = io.BytesIO(picture("PNG"))
        with (
            sealed_file(house, name="passport.png", source=source) as file,
            house.db.writing() as session,
        ):
            kind, at = ProofKind.PASSPORT, house.now()
            receive_proof(session, subject_id=new_id(), kind=kind, file=file, by=PUBLIC, at=at)
            meanwhile()

    with pytest.raises(OperationalError):
        take_in(disk.fill)
    disk.clear()
    assert list(house.vault.storage.keys("proofs/")) == []
    take_in(lambda: None)
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Proof)) == 1
    sound(house)


def then(job: str, meanwhile: Callable[[], None]) -> dict[str, Job]:
    """The worker's jobs, with something that happens when the slow part of one is done."""

    def interrupted(house: House, held: Lease) -> Callable[[Session], object]:
        write_down = JOBS[job](house, held)
        meanwhile()
        return write_down

    return {**JOBS, job: interrupted}


def pay_until_it_fails(house: House, jobs: dict[str, Job]) -> None:
    worker = Worker(house, jobs=jobs)
    with pytest.raises(OperationalError):
        worker.pay_all()


def test_a_release_whose_row_finds_no_room_leaves_no_files_and_is_packed_later(
    house: House,
    disk: SmallDisk,
    clock: Clock,
    sound: Sound,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw_no_pdf(monkeypatch)
    monkeypatch.setattr(printing, "render_pdf", str.encode)
    ready = ready_to_decide(house)
    published(house, ready)
    pay_until_it_fails(house, then("pack", disk.fill))
    assert list(house.vault.storage.keys(f"{PREFIX}/")) == []
    disk.clear()
    assert job_of(house, "pack").status is JobStatus.LEASED
    clock.forward(seconds=LEASE.total_seconds() + 1)
    Worker(house).pay_all()
    assert job_of(house, "pack").status is JobStatus.SETTLED
    assert link_of(house, ready).release.files
    sound(house)


def test_an_e_mail_that_went_is_asked_for_and_not_sent_again(
    house: House, disk: SmallDisk, clock: Clock, sound: Sound, smtp_server: ScriptedSmtp
) -> None:
    with ExitStack() as closing:
        kept = delivery_record(lambda: [one.message_id for one in smtp_server.messages])
        settings = dataclasses.replace(
            house.settings,
            mail_port=smtp_server.port,
            mail_lookup_url=closing.enter_context(kept),
        )
        house = dataclasses.replace(house, settings=settings)
        with house.db.writing() as session:
            to, reference = "amina@example.org", "BWV-2222-3333"
            kind, at = NoticeKind.MESSAGE, house.now()
            notify(session, kind, to=to, key="one", at=at, reference=reference)
        pay_until_it_fails(house, then("send_notice", disk.fill))
        assert len(smtp_server.messages) == 1
        disk.clear()
        clock.forward(seconds=LEASE.total_seconds() + 1)
        Worker(house).pay_all()
    job = job_of(house, "send_notice")
    assert (job.status, job.unsure) == (JobStatus.SETTLED, 0)
    assert len(smtp_server.messages) == 1
    sound(house)


def test_a_download_that_cannot_be_noted_does_not_begin_and_does_not_go_on(
    client: FlaskClient,
    house: House,
    disk: SmallDisk,
    clock: Clock,
    sound: Sound,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw_no_pdf(monkeypatch)
    link = answered(house, ready_to_decide(house, contents=[LONG]))
    let_in(client, house, link)
    copy = next(file for file in link.release.files if file.kind is FileKind.COPY)
    path = path_of(link, copy.id)
    places = client.application.extensions["downloads"]

    running = client.get(path, buffered=False)
    chunks = running.iter_encoded()
    came = len(next(chunks))
    disk.fill()
    clock.forward(seconds=NOTED_EVERY.total_seconds() + 1)
    assert came + bytes_until(chunks, SendingStopped) <= PIECE
    running.close()
    assert places._value == house.settings.downloads_at_once
    assert client.get(path).status_code == 503
    assert places._value == house.settings.downloads_at_once

    disk.clear()
    clock.forward(seconds=LOST_AFTER.total_seconds() + 1)
    again = client.get(path)
    assert again.data == LONG
    again.close()
    with house.db.reading() as session:
        sent = session.scalars(sa.select(Opening.bytes_sent).order_by(Opening.id)).all()
    assert sent == [0, len(LONG)]
    sound(house)


def test_a_command_says_in_a_line_that_the_disk_is_full(
    house: House, disk: SmallDisk, sound: Sound
) -> None:
    environment = environment_of(house.settings, house.db.url)
    disk.fill()
    told = CliRunner().invoke(main, ["audit", "export", "-"], env=environment)
    assert told.exit_code == 1
    assert "The database did not do this (SQLITE_" in told.output
    assert isinstance(told.exception, SystemExit)
    disk.clear()
    assert CliRunner().invoke(main, ["audit", "export", "-"], env=environment).exit_code == 0
    sound(house)
