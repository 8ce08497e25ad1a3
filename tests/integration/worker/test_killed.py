"""A worker killed outright, again and again, loses nothing and does nothing twice."""

import dataclasses
import hashlib
import io
import random
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.app import create_app
from portal.audit.models import AuditEntry
from portal.audit.verify import verify
from portal.db import Database
from portal.demo.keeping import Mailbox, delivery_key
from portal.disclosure.models import DownloadLink, FileKind, Release, ReleaseFile
from portal.hall import utc_now
from portal.house import House
from portal.notifications.commands import notify
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.outbox.models import JobStatus, OutboxJob
from tests.factories.disclosure import Ready, published, ready_to_decide
from tests.servers.programs import WorkerProcess, environment_of, mailbox_program, wait_until
from tests.servers.smtp import Behaviour, ScriptedSmtp

pytestmark = pytest.mark.slow

MakeHouse = Callable[[Database], House]
# Two workers at a time, each killed at a moment of its own: on both engines twenty deaths in all.
ROUNDS, AT_ONCE = 5, 2
LEASE = 2.0
NOTICES = 40
MEGABYTE = 1024 * 1024
# How far into a job the kill comes, at most: about as long as a job of the kind takes.
WITHIN = {
    "send_notice": 0.06,
    "pack": 1.5,
    "print_letter": 1.0,
    "preserve": 0.06,
    "search_again": 0.06,
    "tidy_up": 0.06,
}


def real(house: House, **settings: object) -> House:
    """The house on the real clock, with these settings."""
    changed = dataclasses.replace(house.settings, **settings)  # type: ignore[arg-type]
    return dataclasses.replace(house, settings=changed, now=utc_now)


def owe_notices(house: House, count: int, name: str) -> None:
    with house.db.writing() as session:
        for number in range(count):
            notify(
                session,
                NoticeKind.MESSAGE,
                to=f"{name}{number}@example.org",
                key=f"{name}:{number}",
                at=house.now(),
                path="/your-request/BWV-2222-3333",
                reference="BWV-2222-3333",
            )


def jobs(house: House) -> list[OutboxJob]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(OutboxJob)))


def is_all_settled(house: House) -> bool:
    """Whether nothing is owed but what is owed for another day."""
    return all(
        job.status is JobStatus.SETTLED
        for job in jobs(house)
        if job.status is not JobStatus.OWED or job.due_at <= house.now() or job.attempts
    )


def notices(house: House) -> list[Notice]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Notice)))


def a_worker(house: House) -> WorkerProcess:
    return WorkerProcess(environment_of(house.settings, house.db.url), lease=LEASE)


def killed_in_the_middle(house: House, seed: int, *, of_first: int = 5) -> str:
    """One life of a worker, killed inside one of its first jobs; returns the job's kind."""
    chance = random.Random(seed)
    count = chance.randint(1, of_first)
    with a_worker(house) as worker:
        wait_until(lambda: worker.taken() >= count or not worker.is_running())
        job = str([line for line in worker.lines if line["message"] == "job taken"][-1]["job"])
        time.sleep(chance.uniform(0, WITHIN[job]))
        worker.kill()
    assert worker.others == []
    return job


def live_until_settled(house: House) -> None:
    with a_worker(house) as worker:
        wait_until(lambda: is_all_settled(house))
        assert worker.stop() == 0
    assert worker.others == []


def decided_with_large_copies(house: House, chance: random.Random) -> tuple[Ready, UUID]:
    ready = ready_to_decide(
        house,
        contents=[chance.randbytes(3 * MEGABYTE), chance.randbytes(MEGABYTE + 7)],
        email=f"applicant{chance.randrange(10**9)}@example.org",
    )
    return ready, published(house, ready)


def in_mixed_order(house: House, chance: random.Random) -> None:
    """Make all of it due, the packages first, so that the first deaths are in the middle of one,
    and the rest in the order that chance gives."""
    with house.db.writing() as session:
        for job in session.scalars(sa.select(OutboxJob).where(OutboxJob.due_at <= house.now())):
            hours = 2 if job.job == "pack" else 1
            job.due_at -= timedelta(hours=hours, seconds=chance.uniform(0, 60))


def read(house: House, file: ReleaseFile) -> bytes:
    with house.vault.open(file.named) as source:
        return source.read()


def assert_release_is_whole(house: House, ready: Ready, decision_id: UUID) -> None:
    with house.db.reading() as session:
        release = session.scalars(
            sa.select(Release).where(Release.decision_id == decision_id)
        ).one()
        link = session.scalars(
            sa.select(DownloadLink).where(DownloadLink.release_id == release.id)
        ).one()
        files = session.scalars(
            sa.select(ReleaseFile).where(ReleaseFile.release_id == release.id)
        ).all()
    for file in files:
        content = read(house, file)
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)
    assert {read(house, one) for one in files if one.kind is FileKind.COPY} == set(ready.contents)
    (package,) = (one for one in files if one.kind is FileKind.PACKAGE)
    assert_package_agrees_with_its_manifest(read(house, package), ready)
    page = create_app(house).test_client().get(f"/f/{link.selector}")
    assert page.status_code == 200


def assert_package_agrees_with_its_manifest(package: bytes, ready: Ready) -> None:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        inside = {Path(name).name: archive.read(name) for name in archive.namelist()}
    manifest = inside.pop(f"{ready.reference}-SHA256SUMS.txt").decode()
    lines = [line.split(maxsplit=1) for line in manifest.splitlines() if line[:1] not in ("", "#")]
    listed = {name: fingerprint for fingerprint, name in lines}
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in inside.items()}
    assert {hashlib.sha256(content).hexdigest() for content in ready.contents} <= set(
        listed.values()
    )


def assert_book_is_whole_and_says_each_once(house: House, releases: int) -> None:
    with house.db.reading() as session:
        assert verify(session).is_whole
        entries = session.execute(sa.select(AuditEntry.deed, AuditEntry.subject))
        said = Counter((deed, subject) for deed, subject in entries)
    times = {
        deed: [count for (one, _), count in said.items() if one == deed]
        for deed in ("notice.delivered", "release.packed")
    }
    assert set(times["notice.delivered"]) == {1}
    assert times["release.packed"] == [1] * releases


def test_killed_while_packing_and_mailing_loses_nothing_and_doubles_nothing(
    make_house: MakeHouse, database: Database, tmp_path: Path
) -> None:
    chance = random.Random(20_261_102)
    with mailbox_program(tmp_path / "mail") as mailbox:
        house = real(
            make_house(database),
            mail_port=mailbox.smtp_port,
            mail_lookup_url=f"{mailbox.pages}/delivered",
        )
        made = [decided_with_large_copies(house, chance) for _ in range(3)]
        owe_notices(house, NOTICES, "neighbour")
        in_mixed_order(house, chance)
        killed: Counter[str] = Counter()
        for number in range(ROUNDS):
            seeds = range(AT_ONCE * number, AT_ONCE * (number + 1))
            with ThreadPoolExecutor(AT_ONCE) as pool:
                lives = partial(killed_in_the_middle, house, of_first=5 if number else 1)
                killed.update(pool.map(lives, seeds))
        live_until_settled(house)

        arrived = Mailbox(mailbox.folder)
        written = notices(house)
        assert len(written) == NOTICES + 2 * len(made)
        copies = {one.message_id: arrived.copies(delivery_key(one.message_id)) for one in written}
        assert set(copies.values()) == {1}, killed
        assert len(arrived.newest_first()) == len(written)
    assert all(one.delivered_at and not one.deliveries_unsure for one in written)
    for ready, decision_id in made:
        assert_release_is_whole(house, ready, decision_id)
    assert_book_is_whole_and_says_each_once(house, len(made))
    assert killed["pack"] and killed["send_notice"], killed


def test_where_the_mail_server_cannot_be_asked_a_second_copy_is_the_same_and_counted(
    make_house: MakeHouse, database: Database, smtp_server: ScriptedSmtp
) -> None:
    house = real(make_house(database), mail_port=smtp_server.port)
    owe_notices(house, 6, "neighbour")
    smtp_server.will(Behaviour.ACCEPT, Behaviour.HANG_AFTER_ACCEPTING)
    with a_worker(house) as worker:
        wait_until(lambda: len(smtp_server.messages) == 2)
        worker.kill()  # the server has the second message, and the worker never heard so
    killed_in_the_middle(house, 7)
    live_until_settled(house)

    copies = Counter(one.message_id for one in smtp_server.messages)
    for notice in notices(house):
        mine = [one for one in smtp_server.messages if one.message_id == notice.message_id]
        assert mine, "lost"
        assert len({one.content for one in mine}) == 1
        assert len({one.recipients for one in mine}) == 1
        assert notice.deliveries_unsure or len(mine) == 1
        assert notice.delivered_at
    assert len(copies) == 6
    assert 2 in copies.values()
