"""A worker killed outright, again and again, loses nothing and does nothing twice.

`OUTBOX_KILLS` says how often in all; `make soak-outbox` kills a thousand times.
"""

import hashlib
import io
import os
import random
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
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
from portal.disclosure.models import DownloadLink, FileKind, Release, ReleaseFile
from portal.house import House
from portal.outbox.models import JobStatus, OutboxJob
from tests.factories.disclosure import Ready, published, ready_to_decide
from tests.servers.forking import WorkerForge
from tests.servers.programs import environment_of, wait_until
from tests.servers.smtp import ScriptedSmtp
from tests.soak.dying import LEASE, Post, Soak, notify_post, real, smtp_post

pytestmark = pytest.mark.slow

MakeHouse = Callable[[Database], House]
MEGABYTE = 1024 * 1024
# On both engines: six ways of sending, and packing.
KILLS = -(-int(os.environ.get("OUTBOX_KILLS", "40")) // 14)
SEED = int(os.environ.get("OUTBOX_SEED", "20261102"))

OpenPost = Callable[[random.Random], AbstractContextManager[Post]]
ASKED: OpenPost = partial(smtp_post, can_be_asked=True)
BARE: OpenPost = partial(smtp_post, can_be_asked=False)
WAYS = [
    pytest.param(ASKED, 1, id="smtp-one-worker"),
    pytest.param(ASKED, 4, id="smtp-four-workers"),
    pytest.param(notify_post, 1, id="notify-one-worker"),
    pytest.param(notify_post, 4, id="notify-four-workers"),
    pytest.param(BARE, 1, id="bare-smtp-one-worker"),
    pytest.param(BARE, 4, id="bare-smtp-four-workers"),
]


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerForge]:
    """Where workers come from in a moment."""
    with WorkerForge(tmp_path_factory.mktemp("workers")) as forge:
        yield forge


@pytest.mark.parametrize(("open_post", "workers"), WAYS)
def test_killed_while_mailing_nothing_is_lost_and_nothing_doubled_unseen(
    make_house: MakeHouse, database: Database, forge: WorkerForge, open_post: OpenPost, workers: int
) -> None:
    chance = random.Random(SEED)
    with open_post(random.Random(SEED + 1)) as post:
        house = make_house(database)
        toll = Soak(house, post, forge, chance, workers=workers).run(KILLS)
    print(f"\n{toll}")  # noqa: T201 - what `make soak-outbox` is for
    assert toll.kills == KILLS
    assert (toll.lost, toll.different, toll.uncounted) == (0, 0, 0), toll
    assert toll.doubled == 0 or not post.can_be_asked, toll
    assert toll.e_mails > toll.refused, toll
    assert_book_says_each_once(house, "notice.delivered", times=toll.e_mails - toll.refused)


def assert_book_says_each_once(house: House, deed: str, *, times: int) -> None:
    with house.db.reading() as session:
        assert verify(session).is_whole
        said = session.scalars(sa.select(AuditEntry.subject).where(AuditEntry.deed == deed))
        counted = Counter(said)
    assert len(counted) == times
    assert set(counted.values()) <= {1}


# Packing: a release is whole however often its worker died over it.


def test_killed_while_packing_a_release_is_whole_and_packed_once(
    make_house: MakeHouse, database: Database, forge: WorkerForge, smtp_server: ScriptedSmtp
) -> None:
    chance = random.Random(SEED)
    house = real(make_house(database), mail_port=smtp_server.port)
    # So many that none is killed as often as patience lasts.
    made = [decided_with_large_copies(house, chance) for _ in range(1 + KILLS // 10)]
    killed: Counter[str] = Counter()
    for _ in range(KILLS):
        killed[killed_in_the_middle(house, forge, chance)] += 1
    last = forge.worker(environment_of(house.settings, house.db.url), lease=LEASE)
    wait_until(lambda: is_all_settled(house))
    assert last.stop() == 0
    for ready, decision_id in made:
        assert_release_is_whole(house, ready, decision_id)
    assert_book_says_each_once(house, "release.packed", times=len(made))
    assert killed["pack"], killed


def killed_in_the_middle(house: House, forge: WorkerForge, chance: random.Random) -> str:
    """One life of a worker, killed inside its first job; returns the job's kind."""
    pack_first(house, chance)
    worker = forge.worker(environment_of(house.settings, house.db.url), lease=LEASE)
    wait_until(lambda: worker.said("job taken"))
    time.sleep(chance.uniform(0, 1.0))
    worker.kill()
    with house.db.writing() as session:
        # Nobody lives: what the dead held is free at once, and not when its lease runs out.
        held = sa.update(OutboxJob).where(OutboxJob.status == JobStatus.LEASED)
        session.execute(held.values(leased_until=house.now() - timedelta(hours=3)))
    return [str(line["job"]) for line in worker.lines() if line["message"] == "job taken"][-1]


def pack_first(house: House, chance: random.Random) -> None:
    """Make the packages due first, in any order, so that each death is in the middle of one."""
    with house.db.writing() as session:
        for job in session.scalars(sa.select(OutboxJob).where(OutboxJob.job == "pack")):
            job.due_at = house.now() - timedelta(hours=2, seconds=chance.uniform(0, 60))


def is_all_settled(house: House) -> bool:
    """Whether nothing is owed but what is owed for another day."""
    with house.db.reading() as session:
        found = session.scalars(sa.select(OutboxJob)).all()
    return all(
        job.status is JobStatus.SETTLED
        for job in found
        if job.status is not JobStatus.OWED or job.due_at <= house.now() or job.attempts
    )


def decided_with_large_copies(house: House, chance: random.Random) -> tuple[Ready, UUID]:
    ready = ready_to_decide(
        house,
        contents=[chance.randbytes(3 * MEGABYTE), chance.randbytes(MEGABYTE + 7)],
        email=f"applicant{chance.randrange(10**9)}@example.org",
    )
    return ready, published(house, ready)


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
