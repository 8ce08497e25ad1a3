"""Plain copies for another server to send: which there are, and when they go."""

import errno
import hashlib
import logging
import os
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest
import sqlalchemy as sa

from portal.actors import COMMAND_LINE, PUBLIC
from portal.audit.models import AuditEntry
from portal.disclosure.commands import renew, revoke
from portal.disclosure.models import DownloadLink, ReleaseFile
from portal.disclosure.offloading import KEY, LOOSE_AFTER, close_copies, open_copy, tidy_copies
from portal.errors import Upstream
from portal.expiry.commands.reconciling import reconcile
from portal.expiry.models import MissingFile
from portal.holds.commands import (
    CourtOrder,
    Placing,
    agree_override,
    ask_override,
    end_override,
    open_matter,
    place_each,
    run_retention,
)
from portal.holds.commands.shutting import CLOSE_COPIES
from portal.holds.models import OpenedCopy
from portal.holds.policy import HoldKind, Level
from portal.house import House
from portal.ids import new_id
from portal.outbox.commands import Lease, owe
from portal.outbox.models import JobStatus, OutboxJob
from portal.recordings.models import Recording
from portal.requests.asking import asker_of
from portal.sealing import Damaged, vault
from portal.storage import FolderStorage
from portal.storage import folder as folders
from portal.worker import JOBS, Worker
from tests.conftest import Clock
from tests.factories.collecting import draw_no_pdf
from tests.factories.disclosure import (
    HOLD_OWNER,
    Ready,
    answered,
    lift_hold,
    link_of,
    place_hold,
    ready_to_decide,
)
from tests.factories.offloading import CONTENT, copy_of, keys, large_files, lying, pay, with_folder
from tests.servers.disk import MEGABYTE, small_disk

OTHER = b"another video " * 4_000


@pytest.fixture
def offloading(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    draw_no_pdf(monkeypatch)
    return with_folder(house)


@pytest.fixture
def ready(offloading: House) -> Ready:
    return ready_to_decide(offloading, contents=[CONTENT, OTHER])


@pytest.fixture
def link(offloading: House, ready: Ready) -> DownloadLink:
    """An answer whose plain copies lie there."""
    made = answered(offloading, ready)
    pay(offloading)
    assert sorted(keys(offloading).values()) == lying(offloading)
    assert len(lying(offloading)) == 3
    return made


def lease(job: str, **payload: Any) -> Lease:
    return Lease(new_id(), job, payload, 1, "token")


def jobs(house: House, job: str) -> list[OutboxJob]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(OutboxJob).where(OutboxJob.job == job)))


def deeds(house: House, beginning: str) -> list[tuple[str, str]]:
    with house.db.reading() as session:
        rows = session.execute(
            sa.select(AuditEntry.deed, AuditEntry.subject).order_by(AuditEntry.sequence)
        )
        return [(deed, subject) for deed, subject in rows if deed.startswith(beginning)]


def tidy(house: House) -> None:
    tidy_copies(house)
    pay(house)


# Which there are


def test_each_large_file_has_a_copy_of_its_very_content(
    offloading: House, link: DownloadLink, ready: Ready
) -> None:
    files = large_files(link)
    assert {file.id for file in files} == keys(offloading).keys()
    for file in files:
        assert offloading.offload is not None
        with offloading.offload.open(keys(offloading)[file.id]) as opened:
            assert hashlib.sha256(opened.read()).hexdigest() == file.sha256
    assert deeds(offloading, "copy.") == [("copy.opened", ready.reference)] * 3


def test_their_names_say_nothing_and_nginxs_group_may_read_them(
    offloading: House, link: DownloadLink
) -> None:
    place = offloading.offload
    assert isinstance(place, FolderStorage)
    for name in lying(offloading):
        assert name.removeprefix(KEY).isalnum()
        assert len(bytes.fromhex(name.removeprefix(KEY))) == 16
        assert stat.S_IMODE(place.path_of(name).stat().st_mode) == 0o640


def test_without_a_place_there_is_none_and_nothing_is_owed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_no_pdf(monkeypatch)
    ready = ready_to_decide(house, contents=[CONTENT])
    answered(house, ready)
    place_hold(house, ready.recording_ids[0])
    tidy(house)
    assert jobs(house, "open_copy") == jobs(house, CLOSE_COPIES) == []


def test_an_answer_without_video_has_none(
    offloading: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(offloading, ready_to_decide(offloading, contents=[]))
    tidy(offloading)
    assert (lying(offloading), keys(offloading), jobs(offloading, "open_copy")) == ([], {}, [])


def test_a_file_that_is_not_what_its_row_says_is_never_seen_there(
    offloading: House, link: DownloadLink, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the vault takes it for the right one."""
    file = copy_of(link)
    empty_the_place(offloading)
    wrong = replace(other_of(link).named, sha256=file.sha256)
    monkeypatch.setattr(ReleaseFile, "named", property(lambda self: wrong))
    monkeypatch.setattr(vault, "_is_the_one", lambda reader, named: True)
    with pytest.raises(Damaged):
        open_copy(offloading, lease("open_copy", file_id=str(file.id)))
    assert lying(offloading) == []


def other_of(link: DownloadLink) -> ReleaseFile:
    return next(file for file in large_files(link) if file.id != copy_of(link).id)


def empty_the_place(house: House) -> None:
    assert house.offload is not None
    for key in lying(house):
        house.offload.delete(key)
    with house.db.writing() as session:
        session.execute(sa.delete(OpenedCopy))


def test_of_a_damaged_file_no_byte_is_seen_there_and_staff_hear_of_it(
    offloading: House, link: DownloadLink, ready: Ready
) -> None:
    file = copy_of(link)
    empty_the_place(offloading)
    sealed = offloading.settings.data_folder / file.storage_key
    content = bytearray(sealed.read_bytes())
    content[len(content) // 2] ^= 1  # neither its head nor its end: it opens
    sealed.write_bytes(content)
    with offloading.db.writing() as session:
        payload = {"file_id": str(file.id)}
        owe(session, "open_copy", payload=payload, key="again", at=offloading.now())
    pay(offloading)
    assert lying(offloading) == []
    with offloading.db.reading() as session:
        found = session.execute(sa.select(MissingFile.key, MissingFile.named_by)).all()
    assert found == [(file.storage_key, f"release {ready.reference}")]


def test_two_workers_make_one_copy(offloading: House, link: DownloadLink) -> None:
    empty_the_place(offloading)
    held = lease("open_copy", file_id=str(copy_of(link).id))
    both = [open_copy(offloading, held) for _ in range(2)]
    assert len(lying(offloading)) == 2
    for write_down in both:
        with offloading.db.writing() as session:
            write_down(session)
    assert lying(offloading) == [keys(offloading)[copy_of(link).id]]


def test_a_full_disk_leaves_nothing_and_is_tried_again(
    offloading: House, ready: Ready, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    def full(_target: BinaryIO) -> None:
        raise OSError(errno.ENOSPC, "no room")

    answered(offloading, ready)
    with monkeypatch.context() as patch:
        patch.setattr(folders, "_bring_down", full)
        pay(offloading)
    assert (lying(offloading), keys(offloading)) == ([], {})
    assert {job.status for job in jobs(offloading, "open_copy")} == {JobStatus.OWED}
    clock.forward(minutes=5)
    pay(offloading)
    assert len(lying(offloading)) == 3


def test_on_a_disk_that_fills_half_way_no_part_of_a_copy_stays(
    offloading: House, ready: Ready, clock: Clock, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "small", size=MEGABYTE) as disk:
        place = FolderStorage(disk.folder / "opened", mode=0o640)
        place.root.mkdir()
        full = replace(offloading, offload=place)
        answered(full, ready)
        disk.leave(len(CONTENT) // 2, largest=len(CONTENT) // 2)
        pay(full)
        assert (lying(full), keys(full)) == ([], {})
        assert list((place.root / ".unfinished").iterdir()) == []
        disk.clear()
        clock.forward(minutes=5)
        pay(full)
        assert sorted(keys(full).values()) == lying(full)
        assert len(lying(full)) == 3


# When they go


def test_a_hold_takes_away_what_is_made_from_its_recording_and_nothing_else(
    offloading: House, link: DownloadLink, ready: Ready
) -> None:
    hold_id = place_hold(offloading, ready.recording_ids[0])
    assert len(jobs(offloading, CLOSE_COPIES)) == 1
    pay(offloading)
    free = next(f for f in large_files(link) if f.recording_id == ready.recording_ids[1])
    assert keys(offloading).keys() == {free.id}
    assert lying(offloading) == [keys(offloading)[free.id]]
    assert deeds(offloading, "copy.closed") == [("copy.closed", ready.reference)] * 2
    lift_hold(offloading, hold_id)
    tidy(offloading)
    assert len(lying(offloading)) == 1  # once a day is enough


def test_what_a_hold_took_away_comes_back_the_day_after_it_ended(
    offloading: House, link: DownloadLink, ready: Ready, clock: Clock
) -> None:
    hold_id = place_hold(offloading, ready.recording_ids[0])
    pay(offloading)
    lift_hold(offloading, hold_id)
    clock.forward(days=1)
    tidy(offloading)
    assert len(lying(offloading)) == 3


def test_many_holds_at_once_owe_one_job(
    offloading: House, link: DownloadLink, ready: Ready
) -> None:
    with offloading.db.writing() as session:
        matter = open_matter(
            session,
            reference="CR/many",
            kind=HoldKind.INVESTIGATION,
            by=HOLD_OWNER,
            at=offloading.now(),
        )
        rows = [session.get_one(Recording, number) for number in ready.recording_ids]
        each = [Placing(row.id, row.source_id, matter, Level.OPEN) for row in rows]
        place_each(session, each, reason="Evidence.", by=HOLD_OWNER, at=offloading.now())
    assert len(jobs(offloading, CLOSE_COPIES)) == 1
    pay(offloading)
    assert (lying(offloading), keys(offloading)) == ([], {})


def test_a_court_order_that_is_taken_back_takes_the_copy_with_it(
    offloading: House, link: DownloadLink, ready: Ready, clock: Clock
) -> None:
    place_hold(offloading, ready.recording_ids[0])
    pay(offloading)
    order = CourtOrder("County Court, order 12/2026", "It names this recording.")
    at = offloading.now()
    with offloading.db.writing() as session:
        to = asker_of(session, ready.request_id)
        number = ready.recording_ids[0]
        by = ready.staff.decider
        made = ask_override(session, recording_id=number, to=to, order=order, by=by, at=at)
        agree_override(session, override_id=made.id, to=to, by=ready.staff.officer, at=at)
        override_id = made.id
    clock.forward(days=1)
    tidy(offloading)
    assert len(lying(offloading)) == 3
    with offloading.db.writing() as session:
        end_override(
            session, override_id=override_id, why="Set aside.", by=ready.staff.officer, at=clock.at
        )
    pay(offloading)
    assert len(lying(offloading)) == 1


def test_a_recording_that_is_deleted_takes_its_copy_with_it(
    offloading: House, link: DownloadLink
) -> None:
    run_retention(
        offloading.db,
        retention=timedelta(days=1),
        by=COMMAND_LINE,
        now=offloading.now,
        really=True,
    )
    assert len(jobs(offloading, CLOSE_COPIES)) == 1
    pay(offloading)
    assert lying(offloading) == []


def test_a_closed_link_takes_all_of_them_away(
    offloading: House, link: DownloadLink, ready: Ready
) -> None:
    with offloading.db.writing() as session:
        revoke(session, link_id=link.id, why="Not me.", by=PUBLIC, at=offloading.now())
    pay(offloading)
    assert (lying(offloading), keys(offloading)) == ([], {})


def test_a_new_link_to_the_same_files_keeps_them(
    offloading: House, link: DownloadLink, ready: Ready
) -> None:
    before = lying(offloading)
    with offloading.db.writing() as session:
        renew(
            session,
            release_id=link.release_id,
            days=28,
            by=ready.staff.decider,
            at=offloading.now(),
        )
    pay(offloading)
    assert lying(offloading) == before


def test_a_link_that_ran_out_takes_them_away_within_the_hour_and_a_new_one_brings_them_back(
    offloading: House, link: DownloadLink, ready: Ready, clock: Clock
) -> None:
    clock.at = link.expires_at
    tidy(offloading)
    assert (lying(offloading), keys(offloading)) == ([], {})
    with offloading.db.writing() as session:
        renew(session, release_id=link.release_id, days=28, by=ready.staff.decider, at=clock.at)
    tidy(offloading)
    assert len(lying(offloading)) == 3


def test_a_hold_that_comes_while_a_copy_is_written_leaves_no_copy(
    offloading: House, ready: Ready
) -> None:
    link = answered(offloading, ready)
    writing = [
        open_copy(offloading, lease("open_copy", file_id=str(file.id)))
        for file in large_files(link)
    ]
    assert len(lying(offloading)) == 3
    place_hold(offloading, ready.recording_ids[0])
    for write_down in writing:
        with offloading.db.writing() as session:
            write_down(session)
    free = next(f for f in large_files(link) if f.recording_id == ready.recording_ids[1])
    assert {free.id: lying(offloading)[0]} == keys(offloading)


def test_a_copy_of_a_request_that_was_deleted_meanwhile_does_not_stay(
    offloading: House, ready: Ready
) -> None:
    link = answered(offloading, ready)
    write_down = open_copy(offloading, lease("open_copy", file_id=str(copy_of(link).id)))
    with offloading.db.writing() as session:
        session.execute(sa.delete(ReleaseFile).where(ReleaseFile.id == copy_of(link).id))
        write_down(session)
    assert lying(offloading) == []


# Rows and copies


def test_what_no_row_names_goes_after_an_hour_and_what_others_put_there_stays(
    offloading: House, link: DownloadLink, clock: Clock
) -> None:
    place = offloading.offload
    assert isinstance(place, FolderStorage)
    ages = {KEY + "0" * 32: timedelta(0), KEY + "1" * 32: LOOSE_AFTER, "theirs": LOOSE_AFTER}
    for name, age in ages.items():
        place.path_of(name).write_bytes(b"left behind")
        at = (clock.at - age).timestamp() - 1
        os.utime(place.path_of(name), (at, at))
    found = [(one.stored.key, one.may_go, one.store) for one in reconcile(offloading).loose]
    assert sorted(found) == [
        (KEY + "0" * 32, False, "opened"),
        (KEY + "1" * 32, True, "opened"),
    ]
    tidy_copies(offloading)
    assert set(lying(offloading)) - set(keys(offloading).values()) == {KEY + "0" * 32, "theirs"}
    clock.forward(hours=1)
    assert reconcile(offloading, really=True).deleted == 1
    assert set(lying(offloading)) - set(keys(offloading).values()) == {"theirs"}


def test_a_copy_that_is_gone_is_made_again_the_next_day(
    offloading: House, link: DownloadLink, clock: Clock
) -> None:
    assert offloading.offload is not None
    offloading.offload.delete(keys(offloading)[copy_of(link).id])
    assert reconcile(offloading).missing == []
    clock.forward(days=1)
    tidy(offloading)
    assert sorted(keys(offloading).values()) == lying(offloading)
    assert len(lying(offloading)) == 3


def test_files_from_before_it_was_turned_on_get_their_copies(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_no_pdf(monkeypatch)
    answered(house, ready_to_decide(house, contents=[CONTENT]))
    pay(house)
    offloading = with_folder(house)
    tidy(offloading)
    assert len(lying(offloading)) == 2


def test_turned_off_the_portal_lets_go_of_them_and_says_that_they_are_left(
    house: House, offloading: House, link: DownloadLink, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        tidy_copies(house)
    assert "delete them there" in caplog.text
    assert keys(house) == {}
    assert len(deeds(house, "copy.closed")) == 3
    assert len(lying(offloading)) == 3
    caplog.clear()
    tidy_copies(house)
    assert caplog.text == ""


def test_a_place_that_cannot_be_reached_stops_nothing_else(
    offloading: House, link: DownloadLink, caplog: pytest.LogCaptureFixture
) -> None:
    class Away(FolderStorage):
        def exists(self, key: str) -> bool:
            raise Upstream("away")

    away = replace(offloading, offload=Away(Path("/nowhere")))
    with caplog.at_level(logging.ERROR):
        tidy_copies(away)
    assert "were not looked at" in caplog.text
    assert len(keys(offloading)) == 3


def test_closing_again_and_what_was_closed_long_ago_do_no_harm(
    offloading: House, link: DownloadLink, ready: Ready
) -> None:
    place_hold(offloading, ready.recording_ids[0])
    files = [str(file.id) for file in large_files(link)]
    for _ in range(2):
        write_down = close_copies(offloading, lease(CLOSE_COPIES, files=[*files, str(new_id())]))
        with offloading.db.writing() as session:
            write_down(session)
    assert len(deeds(offloading, "copy.closed")) == 2
    assert len(lying(offloading)) == 1


def test_a_worker_that_is_killed_between_the_copy_and_its_row_leaves_what_is_swept(
    offloading: House, ready: Ready, clock: Clock
) -> None:
    link = answered(offloading, ready)

    def dies(house: House, held: Lease) -> Any:
        write_down = open_copy(house, held)

        def never(session: Any) -> None:
            write_down(session)
            raise OSError("the machine stopped")

        return never

    Worker(offloading, jobs={**JOBS, "open_copy": dies}).pay_all()
    left = lying(offloading)
    assert (len(left), keys(offloading)) == (3, {})
    assert isinstance(offloading.offload, FolderStorage)
    for name in left:
        at = clock.at.timestamp()
        os.utime(offloading.offload.path_of(name), (at, at))
    clock.forward(hours=2)
    tidy(offloading)
    assert not set(left) & set(lying(offloading))
    assert keys(offloading).keys() == {file.id for file in large_files(link)}
    assert link_of(offloading, ready).id == link.id
