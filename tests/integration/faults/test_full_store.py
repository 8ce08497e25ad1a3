"""The disk that keeps sealed files is full: people are told in plain words, nothing is kept by
halves, and what waits is done once there is room. The database is on another machine here."""

import dataclasses
import gc
import io
import random
import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from portal.actors import PUBLIC
from portal.cli import main, opening
from portal.config import Settings
from portal.db import Database
from portal.disclosure.models import PREFIX
from portal.errors import Upstream
from portal.house import House
from portal.identity.commands.codes import grant_visit
from portal.identity.models import Proof
from portal.identity.proof import CodePurpose
from portal.ids import digest, new_id
from portal.letters import printing
from portal.letters.commands import FORCE_FIELDS, issue
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.outbox.models import JobStatus
from portal.sealing import Sealer, Vault, generate_key, load_keys, rewrap_all
from portal.worker import Worker
from tests.conftest import Clock, SharedApps
from tests.factories.collecting import draw_no_pdf
from tests.factories.disclosure import link_of, published, ready_to_decide, release_with_files
from tests.factories.files import picture
from tests.factories.letters import complete
from tests.integration.faults.conftest import Sound, job_of
from tests.servers.disk import MEGABYTE, SmallDisk
from tests.servers.programs import environment_of

pytestmark = pytest.mark.postgresql


@pytest.fixture
def settings(settings: Settings, disk: SmallDisk) -> Settings:
    return dataclasses.replace(settings, data_folder=disk.folder / "sealed")


@pytest.fixture
def house(make_house: Callable[[Database], House], postgres_database: Database) -> House:
    made = make_house(postgres_database)
    made.settings.data_folder.mkdir()
    return made


@pytest.fixture
def app(shared_apps: SharedApps, house: House) -> Iterator[Flask]:
    with shared_apps.over(house) as application:
        application.config["WTF_CSRF_ENABLED"] = False
        yield application


@pytest.fixture
def writer(client: FlaskClient, house: House) -> FlaskClient:
    """Somebody whose browser has a draft."""
    with client.session_transaction() as cookie:
        cookie["browser"] = "mine"
    with house.db.writing() as session:
        grant_visit(
            session,
            purpose=CodePurpose.DRAFT,
            subject_id=new_id(),
            browser=digest("mine"),
            at=house.now(),
            lasting=timedelta(days=14),
        )
    return client


def send(writer: FlaskClient, content: bytes) -> TestResponse:
    data = {"kind": "passport", "file": FileStorage(io.BytesIO(content), "passport.png")}
    # Made here: the test's own browser would lay large ones down on the same disk.
    boundary, body = encode_multipart(data)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return writer.post("/proofs", data=body, content_type=kind)


def assert_told_to_come_back(answer: TestResponse) -> None:
    assert answer.status_code == 503
    assert "We cannot store files at the moment. Try again later." in answer.text
    assert "what you typed is still in the form" in answer.text


def proofs(house: House) -> int:
    with house.db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Proof)) or 0


def test_a_proof_is_not_taken_by_halves_and_is_taken_later(
    writer: FlaskClient, house: House, disk: SmallDisk, sound: Sound
) -> None:
    disk.fill()
    assert_told_to_come_back(send(writer, picture("PNG")))
    assert not house.vault.storage.writable()
    assert proofs(house) == 0
    sound(house)
    disk.clear()
    assert send(writer, picture("PNG")).status_code == 303
    assert proofs(house) == 1
    sound(house)


def test_the_disk_on_which_an_upload_waits_may_be_full_too(
    writer: FlaskClient,
    house: House,
    disk: SmallDisk,
    sound: Sound,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A large file is laid down while it comes in, before anybody looks at it."""
    large = picture("PNG") + random.Random(3).randbytes(MEGABYTE)
    (disk.folder / "waiting").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(disk.folder / "waiting"))
    disk.fill()
    with warnings.catch_warnings():
        # The framework leaves what it could not lay down to the collector of garbage.
        warnings.simplefilter("ignore", ResourceWarning)
        assert_told_to_come_back(send(writer, large))
        gc.collect()
    disk.clear()
    assert send(writer, large).status_code == 303
    assert list((disk.folder / "waiting").iterdir()) == []
    sound(house)


def test_a_release_is_packed_once_there_is_room_and_no_try_takes_any(
    house: House,
    disk: SmallDisk,
    clock: Clock,
    sound: Sound,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The copies find room, and the package does not: each try would else leave its copies."""
    draw_no_pdf(monkeypatch)
    monkeypatch.setattr(printing, "render_pdf", str.encode)
    chance = random.Random(1)
    ready = ready_to_decide(house, contents=[chance.randbytes(2 * MEGABYTE) for _ in range(2)])
    published(house, ready)
    disk.leave(6 * MEGABYTE, largest=3 * MEGABYTE)
    for attempt in (1, 2):
        Worker(house).pay_all()
        job = job_of(house, "pack")
        assert (job.status, job.attempts) == (JobStatus.OWED, attempt)
        assert job.last_error == "Upstream: We cannot store files at the moment. Try again later."
        assert list(house.vault.storage.keys(f"{PREFIX}/")) == []
        clock.forward(seconds=20)
    disk.clear()
    Worker(house).pay_all()
    release = release_with_files(house, link_of(house, ready).release_id)
    for file in release.files:
        with house.vault.open(file.named) as reader:
            assert digest(reader.read()) == file.sha256
    sound(house)


def test_a_letter_is_printed_once_there_is_room(
    house: House, disk: SmallDisk, clock: Clock, sound: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page finds room, and the PDF does not."""
    monkeypatch.setattr(printing, "render_pdf", lambda html: bytes(MEGABYTE))
    letter_id = issue_one(house)
    disk.leave(MEGABYTE // 2, largest=MEGABYTE // 2)
    Worker(house).pay_all()
    assert job_of(house, "print_letter").status is JobStatus.OWED
    assert list(house.vault.storage.keys("letters/")) == []
    disk.clear()
    clock.forward(seconds=20)
    Worker(house).pay_all()
    assert job_of(house, "print_letter").status is JobStatus.SETTLED
    with house.db.reading() as session:
        assert session.get_one(Letter, letter_id).pdf is not None
    sound(house)


def issue_one(house: House) -> object:
    own = complete(LetterKind.DELAY)
    fields = {name: value for name, value in own.items() if name not in FORCE_FIELDS}
    with house.db.writing() as session:
        return issue(
            session,
            subject_id=new_id(),
            reference=str(own["reference"]),
            kind=LetterKind.DELAY,
            fields=fields,
            is_to_post=False,
            by=PUBLIC,
            at=house.now(),
        ).id


def test_new_keys_are_put_on_later_and_no_file_is_lost(
    house: House, disk: SmallDisk, sound: Sound
) -> None:
    kept = house.vault.keep("releases", io.BytesIO(random.Random(2).randbytes(MEGABYTE)))
    keys = house.settings.keys_file
    keys.write_text(f"{load_keys(keys)[0]}\n{generate_key()}\n")
    anew = Vault(house.vault.storage, Sealer(load_keys(keys)))
    disk.fill()
    with pytest.raises(Upstream, match="cannot store"):
        rewrap_all(anew, progress=lambda count: None)
    with anew.open(kept) as reader:
        assert digest(reader.read()) == kept.sha256
    disk.clear()
    assert rewrap_all(anew, progress=lambda count: None).anew == 1
    with anew.open(kept) as reader:
        assert digest(reader.read()) == kept.sha256
    house.vault.forget(kept.key)
    sound(house)


@pytest.mark.parametrize("words", [("audit", "export"), ("storage", "check", "--list")])
def test_a_command_that_finds_no_room_says_so_in_a_line(
    house: House, disk: SmallDisk, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "open_portal", lambda settings: house)
    environment = environment_of(house.settings, house.db.url)
    wanted = (*words, str(disk.folder / "list.jsonl"))
    house.vault.keep("releases", io.BytesIO(b"something to list"))
    disk.fill()
    told = CliRunner().invoke(main, wanted, env=environment)
    assert told.exit_code == 1
    assert "No space left on device" in told.output or "File too large" in told.output
    assert isinstance(told.exception, SystemExit)
    disk.clear()
    assert CliRunner().invoke(main, wanted, env=environment).exit_code == 0
