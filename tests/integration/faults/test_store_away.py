"""A disk that is not mounted, or gone: its folder is bare or not there. Nothing counts as lost or
as deleted, nothing is kept where the disk would hide it, and all goes on once it is back."""

import dataclasses
import io
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.audit.commands import seal
from portal.config import Settings
from portal.db import Database
from portal.disclosure.models import DownloadLink, FileKind
from portal.disclosure.offloading import tidy_copies
from portal.errors import Upstream
from portal.expiry.commands.reconciling import reconcile
from portal.expiry.naming import names_files
from portal.holds.models import OpenedCopy
from portal.house import House, open_house
from portal.outbox.commands import owe
from portal.outbox.models import JobStatus
from portal.recordings.models import Recording
from portal.requests.lifecycle import Status
from portal.sealing import rewrap_all
from portal.worker import Worker
from tests.conftest import Clock, SharedApps
from tests.factories.collecting import draw_no_pdf, let_in, path_of
from tests.factories.disclosure import (
    Ready,
    answered,
    link_of,
    published,
    ready_to_decide,
    release_with_files,
    status_of,
)
from tests.integration.faults.conftest import Sound, job_of

VIDEO = random.Random(3).randbytes(100_000)


class Mount:
    """A disk at a folder, as far as one can see without mounting anything."""

    def __init__(self, folder: Path, *, leaves_bare: bool) -> None:
        self._folder, self._leaves_bare = folder, leaves_bare
        self._elsewhere = folder.with_name(f"{folder.name}-elsewhere")

    def take_away(self) -> None:
        self._folder.rename(self._elsewhere)
        if self._leaves_bare:
            self._folder.mkdir()

    def give_back(self) -> None:
        """Fails when anything was kept meanwhile: the disk would hide it."""
        if self._leaves_bare:
            self._folder.rmdir()
        assert not self._folder.exists()
        self._elsewhere.rename(self._folder)


@pytest.fixture(params=["bare", "gone"])
def mount(request: pytest.FixtureRequest) -> Callable[[Path], Mount]:
    return lambda folder: Mount(folder, leaves_bare=request.param == "bare")


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    opened = tmp_path / "opened"
    opened.mkdir()
    return dataclasses.replace(settings, offload_folder=str(opened), proxies=1)


@pytest.fixture
def house(
    settings: Settings, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    """A house with its storages as they are opened for real."""
    draw_no_pdf(monkeypatch)
    real = dataclasses.replace(settings, database_url=database.url)
    made = open_house(real, now=clock, before_commit=(seal,), needs_files=names_files)
    yield made
    made.db.close()


@pytest.fixture
def app(shared_apps: SharedApps, house: House) -> Iterator[Flask]:
    with shared_apps.over(house) as application:
        application.config["WTF_CSRF_ENABLED"] = False
        yield application


@pytest.fixture
def ready(house: House) -> Ready:
    return ready_to_decide(house, contents=[VIDEO])


@pytest.fixture
def link(house: House, ready: Ready) -> DownloadLink:
    return answered(house, ready)


def work(house: House, clock: Clock) -> None:
    clock.forward(hours=1)
    Worker(house).pay_all()


def test_who_collects_is_told_to_come_back_and_then_gets_it(
    client: FlaskClient, house: House, link: DownloadLink, mount: Callable[[Path], Mount]
) -> None:
    let_in(client, house, link)
    disk = mount(house.settings.data_folder)
    disk.take_away()
    for path in (path_of(link, link.release.files[0].id), f"/f/{link.selector}/letter"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "We cannot reach our files at the moment. Try again later." in answer.text
    assert client.get("/readyz").json["parts"]["storage"] is False  # type: ignore[index]
    disk.give_back()
    assert client.get(path_of(link, link.release.files[0].id)).data == VIDEO


def test_a_file_that_was_lost_alone_is_our_fault_and_no_wrong_address(
    client: FlaskClient, house: House, link: DownloadLink
) -> None:
    let_in(client, house, link)
    copy = next(file for file in link.release.files if file.kind is FileKind.COPY)
    house.vault.forget(copy.storage_key)
    answer = client.get(path_of(link, copy.id))
    assert answer.status_code == 500
    assert "It is our fault" in answer.text


def test_nothing_is_kept_where_the_disk_would_hide_it(
    house: House, link: DownloadLink, clock: Clock, mount: Callable[[Path], Mount], sound: Sound
) -> None:
    other = ready_to_decide(house, contents=[VIDEO[::-1]])
    disk = mount(house.settings.data_folder)
    disk.take_away()
    with pytest.raises(Upstream):
        house.vault.keep("proofs", io.BytesIO(b"a passport"))
    decision_id = published(house, other)
    work(house, clock)
    assert status_of(house, other) not in (Status.ANSWERED, Status.REVIEWING)
    disk.give_back()
    work(house, clock)
    assert link_of(house, other).release.decision_id == decision_id
    sound(house)


def test_masters_that_are_out_of_reach_are_no_reason_to_decide_again(
    house: House, ready: Ready, clock: Clock, mount: Callable[[Path], Mount]
) -> None:
    disk = mount(house.settings.footage_folder)
    published(house, ready)
    disk.take_away()
    work(house, clock)
    assert status_of(house, ready) != Status.REVIEWING
    assert job_of(house, "pack").status is JobStatus.OWED
    disk.give_back()
    work(house, clock)
    assert status_of(house, ready) == Status.ANSWERED


def test_a_master_that_could_not_be_deleted_is_deleted_later(
    house: House, ready: Ready, clock: Clock, mount: Callable[[Path], Mount]
) -> None:
    with house.db.writing() as session:
        gone = session.get_one(Recording, ready.recording_ids[0])
        media, gone.media = gone.media, None
        session.flush()
        owe(session, "delete_footage", payload={"media": [media]}, key="once", at=clock())
    ready_to_decide(house, contents=[b"another that is still needed"])
    disk = mount(house.settings.footage_folder)
    disk.take_away()
    work(house, clock)
    assert job_of(house, "delete_footage").status is JobStatus.OWED
    disk.give_back()
    assert media is not None and house.footage.exists(media)
    work(house, clock)
    assert job_of(house, "delete_footage").status is JobStatus.SETTLED
    assert not house.footage.exists(media)


def test_release_files_count_as_deleted_once_they_are(
    house: House, link: DownloadLink, clock: Clock, mount: Callable[[Path], Mount]
) -> None:
    answered(house, ready_to_decide(house, contents=[b"still needed"]))
    with house.db.writing() as session:
        payload = {"release_id": str(link.release_id)}
        owe(session, "delete_release", payload=payload, key="once", at=clock())
    disk = mount(house.settings.data_folder)
    disk.take_away()
    work(house, clock)
    assert release_with_files(house, link.release_id).files_deleted_at is None
    disk.give_back()
    work(house, clock)
    assert release_with_files(house, link.release_id).files_deleted_at is not None
    assert not house.vault.storage.exists(link.release.files[0].storage_key)


def test_nothing_is_said_to_be_missing_or_to_have_its_new_key(
    house: House, link: DownloadLink, mount: Callable[[Path], Mount]
) -> None:
    for folder in (house.settings.data_folder, house.settings.footage_folder):
        disk = mount(folder)
        disk.take_away()
        with pytest.raises(Upstream):
            reconcile(house)
        disk.give_back()
    disk = mount(house.settings.data_folder)
    disk.take_away()
    with pytest.raises(Upstream):
        rewrap_all(house.vault, progress=lambda done: None)
    disk.give_back()
    assert reconcile(house).missing == []


def test_no_plain_copy_is_written_below_a_disk_that_is_away(
    house: House, link: DownloadLink, clock: Clock, mount: Callable[[Path], Mount]
) -> None:
    tidy_copies(house)
    work(house, clock)
    disk = mount(Path(house.settings.offload_folder))
    disk.take_away()
    clock.forward(days=1)
    tidy_copies(house)
    work(house, clock)
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(OpenedCopy.key.distinct()))) == 2
    disk.give_back()
    assert house.offload is not None
    assert len(list(house.offload.keys())) == 2


def test_a_new_house_may_begin_with_a_bare_folder(house: House) -> None:
    assert house.vault.storage.writable()
    assert not house.footage.exists("none.mp4")
    house.footage.delete("none.mp4")
    kept = house.vault.keep("proofs", io.BytesIO(b"a passport"))
    assert house.vault.storage.exists(kept.key)


def test_where_nobody_can_say_it_counts_as_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise sa.exc.OperationalError("SELECT 1", None, Exception("gone"))

    monkeypatch.setattr(house.db, "reading", away)
    assert not house.vault.storage.writable()
    assert list(house.settings.data_folder.iterdir()) == []
