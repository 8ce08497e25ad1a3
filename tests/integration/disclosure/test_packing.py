"""Publishing and packing: one whole answer, past one gate, whatever happens meanwhile."""

import hashlib
import io
import os
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

import pikepdf
import pytest
import sqlalchemy as sa

from portal.audit.models import AuditEntry
from portal.disclosure.commands import publish
from portal.disclosure.models import DownloadLink, FileKind, Release, ReleaseFile
from portal.disclosure.packing import pack, sweep_orphaned_releases
from portal.disclosure.queries.decisions import standings
from portal.errors import Refused
from portal.holds.policy import Level
from portal.house import House
from portal.notifications.models import Notice
from portal.outbox.models import JobStatus, OutboxJob
from portal.requests.commands import move
from portal.requests.commands.reopening import reopen_request
from portal.requests.endings import Ending
from portal.requests.lifecycle import Event
from portal.requests.models import FootageRequest
from portal.worker import Worker
from tests.conftest import Clock
from tests.factories.disclosure import (
    EMAIL,
    Ready,
    answered,
    decided,
    decision_of,
    held_line,
    lease_of,
    lift_hold,
    link_of,
    pay_pack,
    place_hold,
    published,
    ready_to_decide,
    release_line,
    seconded,
    status_of,
    withhold_line,
)


def read(house: House, file: ReleaseFile) -> bytes:
    with house.vault.open(file.named) as source:
        return source.read()


def file(link: DownloadLink, kind: FileKind) -> ReleaseFile:
    return next(each for each in link.release.files if each.kind is kind)


def deeds(house: House) -> list[str]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(AuditEntry.deed).order_by(AuditEntry.sequence)))


def test_publishing_owes_the_package_once(house: House) -> None:
    ready = ready_to_decide(house)
    made = seconded(house, ready)
    with house.db.writing() as session:
        outcome = publish(session, decision_id=made, by=ready.staff.seconder, at=house.now())
    assert not outcome.is_stopped
    with pytest.raises(Refused, match="being packed"), house.db.writing() as session:
        publish(session, decision_id=made, by=ready.staff.seconder, at=house.now())
    with house.db.reading() as session:
        jobs = session.scalars(sa.select(OutboxJob).where(OutboxJob.job == "pack")).all()
    assert [(job.key, job.payload) for job in jobs] == [
        (f"pack:{made}", {"decision_id": str(made)})
    ]


def test_what_is_not_seconded_cannot_be_published(house: House) -> None:
    ready = ready_to_decide(house)
    made = decided(house, ready)
    with pytest.raises(Refused), house.db.writing() as session:
        publish(session, decision_id=made, by=ready.staff.seconder, at=house.now())


def test_a_hold_between_seconding_and_publishing_stops_the_release(house: House) -> None:
    ready = ready_to_decide(house)
    made = seconded(house, ready)
    place_hold(house, ready.recording_ids[0])
    with house.db.writing() as session:
        outcome = publish(session, decision_id=made, by=ready.staff.seconder, at=house.now())
    assert outcome.is_stopped
    assert "hold" in outcome.change.explanation
    assert status_of(house, ready) == "reviewing"
    assert decision_of(house, made).sent_back_at == house.now()
    with house.db.reading() as session:
        assert not session.scalars(sa.select(OutboxJob).where(OutboxJob.job == "pack")).all()
    assert deeds(house)[-1] == "decision.stopped"


def test_the_whole_answer(house: House) -> None:
    ready = ready_to_decide(house, contents=[b"first " * 300_000, b"second " * 10])
    link = answered(house, ready)
    assert status_of(house, ready) == "answered"
    names = [each.name for each in link.release.files]
    assert names == [
        f"{ready.reference}-video-1.mp4",
        f"{ready.reference}-video-2.mp4",
        f"{ready.reference}-letter.pdf",
        f"{ready.reference}-letter.html",
        f"{ready.reference}-what-is-in-it.txt",
        f"{ready.reference}-SHA256SUMS.txt",
        f"{ready.reference}.zip",
    ]
    for each in link.release.files:
        content = read(house, each)
        assert (len(content), hashlib.sha256(content).hexdigest()) == (each.size, each.sha256)
    copies = [read(house, each) for each in link.release.files if each.kind is FileKind.COPY]
    assert tuple(copies) == ready.contents
    with house.db.reading() as session:
        assert session.get_one(FootageRequest, ready.request_id).answered_at == house.now()
    assert "release.packed" in deeds(house)


def test_nothing_plain_lies_in_the_vault(house: House) -> None:
    ready = ready_to_decide(house, contents=[b"a canary in plain words " * 100])
    answered(house, ready)
    for path in Path(house.settings.data_folder).rglob("*"):
        assert not path.is_file() or b"canary" not in path.read_bytes()


def test_the_package_is_whole_and_checks_itself(house: House, tmp_path: Path) -> None:
    ready = ready_to_decide(house, contents=[b"first " * 300_000, b"second"])
    link = answered(house, ready)
    with zipfile.ZipFile(io.BytesIO(read(house, file(link, FileKind.PACKAGE)))) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    folder = tmp_path / ready.reference
    inside = {path.name: path.read_bytes() for path in folder.iterdir()}
    alone = {each.name: read(house, each) for each in link.release.files}
    del alone[f"{ready.reference}.zip"]
    assert inside == alone
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", f"{ready.reference}-SHA256SUMS.txt"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.count(": OK") == len(inside) - 1
    package = tmp_path / "whole.zip"
    package.write_bytes(read(house, file(link, FileKind.PACKAGE)))
    for tool in (["unzip", "-tq"], ["7zz", "t"]):
        if shutil.which(tool[0]):
            subprocess.run([*tool, package], check=True, capture_output=True)


def test_the_letter_names_the_copies_and_is_a_pdf_and_a_page(house: House) -> None:
    ready = ready_to_decide(house)
    link = answered(house, ready)
    html = read(house, file(link, FileKind.LETTER_HTML)).decode()
    assert file(link, FileKind.COPY).sha256 in html
    assert ready.staff.decider.name in html
    assert "Amara Lindström" in html
    with pikepdf.open(io.BytesIO(read(house, file(link, FileKind.LETTER_PDF)))) as pdf:
        assert len(pdf.pages) >= 1


def test_the_e_mail_says_where_and_until_when_and_nothing_else(house: House) -> None:
    ready = ready_to_decide(house)
    link = answered(house, ready)
    with house.db.reading() as session:
        notice = session.scalars(sa.select(Notice).where(Notice.kind == "answer_ready")).one()
    assert notice.to == EMAIL
    assert notice.fields == {
        "path": f"/f/{link.selector}",
        "reference": ready.reference,
        "collect_by": "30 November 2026",
    }


def test_packing_twice_makes_one_release(house: House) -> None:
    ready = ready_to_decide(house)
    made = published(house, ready)
    first = pack(house, lease_of(made))
    second = pack(house, lease_of(made))
    for write_down in (first, second):
        with house.db.writing() as session:
            write_down(session)
    pay_pack(house, made)
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Release)) == 1
        notices = session.scalars(sa.select(Notice).where(Notice.kind == "answer_ready")).all()
    assert len(notices) == 1


def test_a_hold_before_packing_stops_it_and_copies_nothing(house: House) -> None:
    ready = ready_to_decide(house)
    made = published(house, ready)
    place_hold(house, ready.recording_ids[0])
    pay_pack(house, made)
    assert status_of(house, ready) == "reviewing"
    assert list(house.vault.storage.keys("releases/")) == []
    assert "decision.stopped" in deeds(house)


def test_a_hold_during_packing_stops_it_at_the_end(house: House) -> None:
    ready = ready_to_decide(house)
    made = published(house, ready)
    write_down = pack(house, lease_of(made))
    place_hold(house, ready.recording_ids[0])
    with house.db.writing() as session:
        write_down(session)
    assert status_of(house, ready) == "reviewing"
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Release)) == 0
        assert not session.scalars(sa.select(Notice).where(Notice.kind == "answer_ready")).all()


def test_a_hold_that_ends_during_packing_is_decided_again_and_not_forgotten(house: House) -> None:
    ready = ready_to_decide(house, contents=[b"a", b"b"])
    one, two = ready.recording_ids
    placed = place_hold(house, two)
    made = published(house, ready, [release_line(one), held_line(house, ready, two)])
    write_down = pack(house, lease_of(made))
    lift_hold(house, placed)
    with house.db.writing() as session:
        write_down(session)
    assert status_of(house, ready) == "reviewing"
    assert "has ended" in decision_of(house, made).sent_back_why
    answered(house, ready)
    assert status_of(house, ready) == "answered"


@pytest.mark.parametrize("becomes", [b"another one!", None])
def test_a_master_that_was_changed_or_is_gone_sends_the_decision_back(
    house: House, becomes: bytes | None
) -> None:
    ready = ready_to_decide(house, contents=[b"the true one"])
    made = published(house, ready)
    master = next(Path(house.settings.footage_folder).glob("*.mp4"))
    master.unlink() if becomes is None else master.write_bytes(becomes)
    Worker(house).pay_all()
    assert list(house.vault.storage.keys("releases/")) == []
    assert status_of(house, ready) == "reviewing"
    stopped = decision_of(house, made)
    assert stopped.sent_back_at == house.now()
    assert f"The video file of recording {ready.recording_ids[0]} could" in stopped.sent_back_why
    assert deeds(house)[-1] == "decision.stopped"
    with house.db.reading() as session:
        job = session.scalars(sa.select(OutboxJob).where(OutboxJob.job == "pack")).one()
    assert job.status is JobStatus.SETTLED
    answered(house, ready, [withhold_line(ready.recording_ids[0])])
    assert status_of(house, ready) == "answered"


def test_what_another_worker_packed_is_not_sent_back(house: House) -> None:
    ready = ready_to_decide(house, contents=[b"the true one"])
    made = published(house, ready)
    master = next(Path(house.settings.footage_folder).glob("*.mp4"))
    master.rename(master.with_suffix(".away"))
    give_up = pack(house, lease_of(made))
    master.with_suffix(".away").rename(master)
    pay_pack(house, made)
    with house.db.writing() as session:
        give_up(session)
    assert status_of(house, ready) == "answered"
    assert decision_of(house, made).sent_back_at is None


def test_a_part_that_is_held_goes_out_as_a_restriction_with_the_rest(house: House) -> None:
    ready = ready_to_decide(house, contents=[b"free", b"held"])
    one, two = ready.recording_ids
    place_hold(house, two)
    link = answered(house, ready, [release_line(one), held_line(house, ready, two)])
    assert status_of(house, ready) == "answered_held"
    copies = [each for each in link.release.files if each.kind is FileKind.COPY]
    assert [each.recording_id for each in copies] == [one]
    html = read(house, file(link, FileKind.LETTER_HTML)).decode()
    assert "evidence in a case that is still open" in html
    assert "reopen your request" in html


def test_a_neither_confirm_nor_deny_answer_looks_like_nothing_held(house: House) -> None:
    secret = ready_to_decide(house, contents=[b"held"])
    place_hold(house, secret.recording_ids[0], level=Level.NEITHER_CONFIRM_NOR_DENY)
    lines = [held_line(house, secret, secret.recording_ids[0])]
    hidden = answered(house, secret, lines)
    nothing = ready_to_decide(house, contents=[])
    empty = answered(house, nothing)
    shown = [
        [(each.kind, each.content_type, each.name.replace(ready.reference, "")) for each in files]
        for ready, files in ((secret, hidden.release.files), (nothing, empty.release.files))
    ]
    assert shown[0] == shown[1]
    assert len(shown[0]) == 5
    with house.db.reading() as session:
        notices = session.scalars(sa.select(Notice).where(Notice.kind == "answer_ready")).all()
    assert {notice.fields["collect_by"] for notice in notices} == {"30 November 2026"}
    told = [
        read(house, file(link, FileKind.CONTENTS)).decode().replace(ready.reference, "")
        for ready, link in ((secret, hidden), (nothing, empty))
    ]
    assert told[0] == told[1]
    letter = read(house, file(hidden, FileKind.LETTER_HTML)).decode()
    assert "neither confirm nor deny" in letter
    assert "reopen" not in letter


def test_after_reopening_only_what_was_not_released_is_decided(house: House, clock: Clock) -> None:
    ready = ready_to_decide(house, contents=[b"free", b"held", b"withheld"])
    one, two, three = ready.recording_ids
    placed = place_hold(house, two)
    lines = [release_line(one), held_line(house, ready, two), withhold_line(three)]
    first = answered(house, ready, lines)
    clock.forward(days=40)
    lift_hold(house, placed)
    with house.db.writing() as session:
        by, at = ready.staff.decider, house.now()
        reopen_request(session, request_id=ready.request_id, by=by, at=at)
        move(session, request_id=ready.request_id, event=Event.SEARCH_FINISHED, by=by, at=at)
        left = standings(session, ready.request_id)
    assert [each.recording.id for each in left] == [two, three]
    assert [each.last.outcome.value for each in left if each.last] == ["held", "withhold"]
    again = answered(house, ready, [release_line(two), withhold_line(three)])
    assert status_of(house, ready) == "answered"
    assert again.selector != first.selector
    copies = [each for each in again.release.files if each.kind is FileKind.COPY]
    assert [each.recording_id for each in copies] == [two]
    _names_are_told_apart(house, ready, first, again)


def _names_are_told_apart(
    house: House, ready: Ready, first: DownloadLink, again: DownloadLink
) -> None:
    """Two answers saved in one folder: no name comes twice, and each list checks its own."""
    names = [each.name for each in again.release.files]
    assert not set(names) & {each.name for each in first.release.files}
    stem = f"{ready.reference}-answer-2"
    assert all(name.startswith((f"{stem}-", f"{stem}.")) for name in names)
    listed = read(house, file(again, FileKind.MANIFEST)).decode()
    assert f"sha256sum -c {stem}-SHA256SUMS.txt" in listed
    for text in (listed, read(house, file(again, FileKind.LETTER_HTML)).decode()):
        assert f"{stem}-video-1.mp4" in text
        assert f"{ready.reference}-video-1.mp4" not in text


def test_orphans_are_swept_and_what_has_a_row_is_kept(house: House) -> None:
    ready = ready_to_decide(house)
    made = published(house, ready)
    pack(house, lease_of(made))  # the worker is killed before it writes down
    pay_pack(house, made)
    kept = {each.storage_key for each in link_of(house, ready).release.files}
    assert len(list(house.vault.storage.keys("releases/"))) == 2 * len(kept)
    long_ago = time.time() - 400 * 86400
    for key in house.vault.storage.keys("releases/"):
        os.utime(Path(house.settings.data_folder) / key, (long_ago, long_ago))
    assert sweep_orphaned_releases(house) == len(kept)
    assert set(house.vault.storage.keys("releases/")) == kept


def test_a_letter_without_an_e_mail_address_is_packed_all_the_same(house: House) -> None:
    ready = ready_to_decide(house, email="")
    answered(house, ready)
    assert status_of(house, ready) == "answered"
    with house.db.reading() as session:
        assert not session.scalars(sa.select(Notice)).all()


@pytest.mark.parametrize(
    ("level", "answer"),
    [(None, Ending.DISCLOSED_FULL), (Level.NEITHER_CONFIRM_NOR_DENY, Ending.DISCLOSED_FULL)],
)
def test_a_secret_hold_beside_a_release_leaves_no_trace_in_the_letter(
    house: House, level: Level | None, answer: Ending
) -> None:
    ready = ready_to_decide(house, contents=[b"free", b"secret"] if level else [b"free"])
    lines = [release_line(ready.recording_ids[0])]
    if level:
        place_hold(house, ready.recording_ids[1], level=level)
        lines.append(held_line(house, ready, ready.recording_ids[1]))
    made = published(house, ready, lines)
    pay_pack(house, made)
    assert decision_of(house, made).answer is answer
    letter = read(house, file(link_of(house, ready), FileKind.LETTER_HTML)).decode()
    assert "Your video is ready" in letter
    assert "evidence" not in letter.partition("<main>")[2].partition("</main>")[0]
