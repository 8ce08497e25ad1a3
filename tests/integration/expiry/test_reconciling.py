"""Rows and files are compared both ways: what is gone is seen, what nobody names goes in time."""

import io
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.actors import WORKER
from portal.audit.models import AuditEntry
from portal.disclosure.models import Release
from portal.expiry.commands import reconciling
from portal.expiry.commands.reconciling import note_missing, reconcile
from portal.expiry.jobs import check_storage
from portal.expiry.models import MissingFile
from portal.expiry.naming import Expected, named_files
from portal.house import House
from portal.ids import new_id
from portal.letters.models import Letter
from portal.outbox.commands import Lease
from portal.recordings.models import Recording
from portal.worker import Worker
from tests.conftest import Clock
from tests.factories.disclosure import (
    Ready,
    answered,
    ready_to_decide,
    release_with_files,
)

DAY = timedelta(days=1)


@pytest.fixture
def ready(house: House) -> Ready:
    """A request that was answered, with its release, its letters and one master file."""
    ready = ready_to_decide(house)
    answered(house, ready)
    Worker(house).pay_all()
    return ready


def release(house: House) -> Release:
    with house.db.reading() as session:
        found = session.scalars(sa.select(Release)).one()
    return release_with_files(house, found.id)


def check(house: House) -> None:
    """What the worker does once a day."""
    write_down = check_storage(house, Lease(new_id(), "check_storage", {}, 1, "token"))
    with house.db.writing() as session:
        write_down(session)


def noted(house: House) -> list[tuple[str, str, str]]:
    with house.db.reading() as session:
        rows = session.scalars(sa.select(MissingFile).order_by(MissingFile.key)).all()
    return [(row.store, row.key, row.named_by) for row in rows]


def deeds(house: House) -> list[tuple[str, str]]:
    with house.db.reading() as session:
        entries = session.execute(sa.select(AuditEntry.deed, AuditEntry.subject))
        return [(deed, subject) for deed, subject in entries if deed.startswith("file.")]


def loosen(house: House, prefix: str, content: bytes = b"left behind") -> str:
    """Seal a file that no row names."""
    return house.vault.keep(prefix, io.BytesIO(content)).key


def grow_old(house: House, key: str, *, by: timedelta) -> None:
    """Set the time a file was kept at, as the house's clock counts."""
    at = (house.now() - by).timestamp()
    os.utime(house.settings.data_folder / key, (at, at))


def test_where_all_is_well_nothing_is_said(house: House, ready: Ready) -> None:
    found = reconcile(house)
    assert (found.missing, found.loose, found.deleted) == ([], [], 0)
    with house.db.reading() as session:
        letters = session.scalars(sa.select(Letter)).all()
    assert found.named == len(release(house).files) + 2 * len(letters) + 1
    assert letters


@pytest.mark.parametrize("which", ["release", "letter", "recording"])
def test_a_file_that_is_gone_is_seen_and_named(house: House, ready: Ready, which: str) -> None:
    with house.db.reading() as session:
        letter = session.scalars(sa.select(Letter).limit(1)).one()
        footage = session.scalars(sa.select(Recording)).one()
    store, key, by = {
        "release": ("sealed", release(house).files[0].storage_key, f"release {ready.reference}"),
        "letter": ("sealed", str(letter.pdf_key), f"letter {ready.reference}"),
        "recording": ("footage", str(footage.media), f"recording {footage.id}"),
    }[which]
    (house.vault.storage if store == "sealed" else house.footage).delete(key)
    assert reconcile(house).missing == [Expected(store, key, by)]
    check(house)
    check(house)
    assert noted(house) == [(store, key, by)]
    assert deeds(house) == [("file.missing", by)]


def test_a_file_that_is_there_again_is_taken_off_the_list(house: House, ready: Ready) -> None:
    with house.db.reading() as session:
        footage = session.scalars(sa.select(Recording)).one()
    path = house.footage.path_of(str(footage.media))
    content = path.read_bytes()
    path.unlink()
    check(house)
    path.write_bytes(content)
    check(house)
    assert noted(house) == []
    assert [deed for deed, _ in deeds(house)] == ["file.missing", "file.settled"]


def test_files_of_a_release_whose_time_is_over_are_not_missed(
    house: House, ready: Ready, clock: Clock
) -> None:
    made = release(house)
    clock.at = made.expires_at
    house.vault.forget(made.files[0].storage_key)  # a worker was killed half way through
    assert reconcile(house).missing == []


def test_what_is_deleted_while_we_look_is_not_missed(
    house: House, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row lets go of the file between our reading the row and our asking for the file."""
    with house.db.reading() as session:
        letter = session.scalars(sa.select(Letter).limit(1)).one()
    key = str(letter.html_key)
    looks = iter([True])

    def named_then_let_go(session: object, **given: object) -> Iterator[Expected]:
        found = list(named_files(session, **given))  # type: ignore[arg-type]
        if next(looks, False):
            with house.db.writing() as other:
                other.get_one(Letter, letter.id).html_key = None
            house.vault.forget(key)
        yield from found

    monkeypatch.setattr(reconciling, "named_files", named_then_let_go)
    assert reconcile(house).missing == []
    assert next(looks, "used") == "used"


@pytest.mark.parametrize("prefix", ["releases", "proofs", "letters"])
def test_a_sealed_file_that_no_row_names_goes_after_a_day(sqlite_house: House, prefix: str) -> None:
    key = loosen(sqlite_house, prefix)
    grow_old(sqlite_house, key, by=DAY - timedelta(minutes=1))
    found = reconcile(sqlite_house, really=True)
    assert [(one.stored.key, one.may_go) for one in found.loose] == [(key, False)]
    assert found.deleted == 0
    grow_old(sqlite_house, key, by=DAY + timedelta(minutes=1))
    assert reconcile(sqlite_house).deleted == 0
    assert sqlite_house.vault.storage.exists(key)
    assert reconcile(sqlite_house, really=True).deleted == 1
    assert not sqlite_house.vault.storage.exists(key)


def test_what_others_put_there_is_listed_and_never_deleted(sqlite_house: House) -> None:
    sqlite_house.vault.storage.put("somebody/else.txt", io.BytesIO(b"theirs"))
    grow_old(sqlite_house, "somebody/else.txt", by=100 * DAY)
    found = reconcile(sqlite_house, really=True)
    assert [(one.stored.key, one.is_ours, one.may_go) for one in found.loose] == [
        ("somebody/else.txt", False, False)
    ]
    assert sqlite_house.vault.storage.exists("somebody/else.txt")


def test_a_file_that_a_row_names_never_goes_however_old(house: House, ready: Ready) -> None:
    for key in list(house.vault.storage.keys()):
        grow_old(house, key, by=1000 * DAY)
    found = reconcile(house, really=True)
    assert (found.loose, found.deleted, found.missing) == ([], 0, [])


def test_a_file_half_written_is_not_seen(sqlite_house: House) -> None:
    with sqlite_house.vault.storage.writing("releases/half.age") as target:
        target.write(b"half")
        target.flush()
        assert reconcile(sqlite_house, really=True).loose == []
    assert sqlite_house.vault.storage.exists("releases/half.age")


def test_loose_files_are_told_from_named_ones_chunk_by_chunk(
    house: House, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "_AT_ONCE", 2)
    keys = {loosen(house, "proofs", bytes([number])) for number in range(5)}
    assert {one.stored.key for one in reconcile(house).loose} == keys


def test_noting_the_same_twice_is_one_note(sqlite_house: House) -> None:
    one = Expected("sealed", "releases/gone.age", "release BWV-0000-0000")
    for _ in range(2):
        with sqlite_house.db.writing() as session:
            note_missing(session, [one], by=WORKER, at=sqlite_house.now())
    assert noted(sqlite_house) == [("sealed", "releases/gone.age", "release BWV-0000-0000")]


def test_the_worker_is_owed_it_once_a_day(
    sqlite_house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Path] = []
    jobs = {"check_storage": _counted(ran)}
    worker = Worker(sqlite_house, jobs=jobs)
    for hours in (0, 1, 23):
        clock.forward(hours=hours)
        worker._last_beat = None
        worker._beat()
        worker.pay_all()
    assert len(ran) == 2


def _counted(ran: list[Path]) -> Callable[[House, Lease], Callable[[object], None]]:
    def check(house: House, held: Lease) -> Callable[[object], None]:
        ran.append(house.settings.data_folder)
        return lambda session: None

    return check
