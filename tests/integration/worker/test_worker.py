"""The worker's loop: one bad job stops no other, and a person is told of what can never work."""

import dataclasses
import os
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import COMMAND_LINE
from portal.disclosure.models import PREFIX
from portal.hall import utc_now
from portal.house import House
from portal.notifications.commands import notify
from portal.notifications.models import Notice
from portal.notifications.notices import NoticeKind
from portal.outbox.commands import Lease, beat, lease, owe, revive
from portal.outbox.models import JobStatus, OutboxJob, WorkerHeartbeat
from portal.outbox.patience import MOST_ATTEMPTS
from portal.outbox.queries import worker_seen_since
from portal.storage import FolderStorage
from portal.web.limits import STAFF_SIGN_INS, take
from portal.web.models import Attempt
from portal.worker import JOBS, REMEMBERED, Worker
from tests.conftest import Clock
from tests.factories.disclosure import published, ready_to_decide
from tests.servers.programs import WorkerProcess, environment_of, wait_until
from tests.servers.smtp import Behaviour, ScriptedSmtp

TO = "amina@example.org"


@pytest.fixture
def mailing(house: House, smtp_server: ScriptedSmtp) -> House:
    """A house whose mail server is the scripted one."""
    return with_mail(house, smtp_server)


def with_mail(house: House, server: ScriptedSmtp) -> House:
    settings = dataclasses.replace(house.settings, mail_port=server.port)
    return dataclasses.replace(house, settings=settings)


def tell(house: House, key: str = "one", to: str = TO) -> None:
    with house.db.writing() as session:
        notify(
            session, NoticeKind.MESSAGE, to=to, key=key, at=house.now(), reference="BWV-2222-3333"
        )


def job_of(house: House, key: str = "notice:one") -> OutboxJob:
    with house.db.reading() as session:
        return session.scalars(sa.select(OutboxJob).where(OutboxJob.key == key)).one()


def notice_of(house: House) -> Notice:
    with house.db.reading() as session:
        return session.scalars(sa.select(Notice)).one()


def revived(house: House, key: str = "notice:one") -> None:
    with house.db.writing() as session:
        job = session.scalars(sa.select(OutboxJob).where(OutboxJob.key == key)).one()
        revive(session, job_id=job.id, by=COMMAND_LINE, at=house.now())


def test_an_unexpected_fault_waits_and_stops_no_other_job(
    mailing: House, smtp_server: ScriptedSmtp, clock: Clock
) -> None:
    with mailing.db.writing() as session:
        owe(session, "pack", payload={"typed": "canary"}, key="broken", at=mailing.now())
        owe(session, "no such job", payload={}, key="unknown", at=mailing.now())
    tell(mailing)
    assert Worker(mailing).pay_all() == 3
    assert job_of(mailing).status is JobStatus.SETTLED
    assert len(smtp_server.messages) == 1
    for key in ("broken", "unknown"):
        job = job_of(mailing, key)
        assert (job.status, job.attempts) == (JobStatus.OWED, 1)
        assert job.due_at == mailing.now() + timedelta(seconds=5)
        assert job.last_error is not None and job.last_error.startswith("KeyError at ")
        assert "canary" not in job.last_error
    clock.forward(seconds=6)
    Worker(mailing).pay_all()
    assert job_of(mailing, "broken").due_at == mailing.now() + timedelta(seconds=10)


def test_what_never_works_ends_before_a_person(mailing: House, clock: Clock) -> None:
    with mailing.db.writing() as session:
        owe(session, "pack", payload={}, key="broken", at=mailing.now())
    for _ in range(MOST_ATTEMPTS):
        Worker(mailing).pay_all()
        clock.forward(hours=5)
    assert job_of(mailing, "broken").status is JobStatus.DEAD
    assert Worker(mailing).pay_all() == 0


def test_a_recipient_that_does_not_exist_goes_to_the_dead_letters_at_once(
    mailing: House, smtp_server: ScriptedSmtp
) -> None:
    smtp_server.refuse_recipient(TO)
    tell(mailing)
    tell(mailing, "two", "ben@example.org")
    Worker(mailing).pay_all()
    job = job_of(mailing)
    assert (job.status, job.attempts) == (JobStatus.DEAD, 1)
    assert job.last_error == "the mail server refused the message with 550"
    assert [one.recipients for one in smtp_server.messages] == [("ben@example.org",)]


def test_a_full_mailbox_is_tried_again_until_it_takes_the_message(
    mailing: House, smtp_server: ScriptedSmtp, clock: Clock
) -> None:
    smtp_server.will("452 4.2.2 Mailbox full", "451 4.3.0 Try again later")
    tell(mailing)
    for attempt in (1, 2):
        Worker(mailing).pay_all()
        job = job_of(mailing)
        assert (job.status, job.attempts) == (JobStatus.OWED, attempt)
        assert Worker(mailing).pay_all() == 0
        clock.forward(seconds=20)
    Worker(mailing).pay_all()
    assert job_of(mailing).status is JobStatus.SETTLED
    assert len(smtp_server.messages) == 1
    assert len({one.content for one in smtp_server.attempts}) == 1


def test_a_mail_server_that_is_away_is_waited_for(mailing: House, clock: Clock) -> None:
    away = dataclasses.replace(mailing, settings=dataclasses.replace(mailing.settings, mail_port=1))
    tell(away)
    Worker(away).pay_all()
    assert job_of(away).last_error == "NotTaken: the mail server could not be reached"
    clock.forward(seconds=6)
    Worker(mailing).pay_all()
    assert job_of(mailing).status is JobStatus.SETTLED


def test_a_revived_message_that_may_have_arrived_is_counted(
    mailing: House, smtp_server: ScriptedSmtp, clock: Clock
) -> None:
    smtp_server.will(*[Behaviour.DROP_AFTER_ACCEPTING] * MOST_ATTEMPTS)
    tell(mailing)
    for _ in range(MOST_ATTEMPTS):
        Worker(mailing).pay_all()
        clock.forward(hours=5)
    assert job_of(mailing).status is JobStatus.DEAD
    revived(mailing)
    Worker(mailing).pay_all()
    assert notice_of(mailing).deliveries_unsure == MOST_ATTEMPTS == len(smtp_server.messages) - 1
    assert len({one.content for one in smtp_server.messages}) == 1


def test_a_lost_lease_writes_nothing_down(mailing: House, clock: Clock) -> None:
    tell(mailing)

    def overtaken(house: House, held: Lease) -> Callable[[Session], object]:
        clock.forward(hours=1)
        with house.db.writing() as session:
            assert lease(session, at=house.now()) is not None  # somebody else has it now
        return JOBS["send_notice"](house, held)

    assert Worker(mailing, jobs={"send_notice": overtaken}).pay_one()
    assert job_of(mailing).status is JobStatus.LEASED
    assert notice_of(mailing).delivered_at is None


class WriterThatIsKilled:
    """Somebody who began to write a file, and whose end was never reached."""

    def __init__(self, storage: FolderStorage) -> None:
        folder = storage.root / ".unfinished"
        before = set(folder.glob("*"))
        self._writing = storage.writing(f"{PREFIX}/{len(before)}.age")
        self._writing.__enter__().write(b"half of it")
        (self.half_written,) = set(folder.glob("*")) - before


def test_every_hour_what_is_no_longer_needed_goes(sqlite_house: House, clock: Clock) -> None:
    house = sqlite_house
    storage = FolderStorage(house.settings.data_folder)
    key = f"{PREFIX}/orphan.age"
    with storage.writing(key) as target:
        target.write(b"left by a killed worker")
    killed = WriterThatIsKilled(storage)
    old = (house.now() - REMEMBERED - timedelta(hours=1)).timestamp()
    for path in (storage.path_of(key), killed.half_written):
        os.utime(path, (old, old))
    still_writing = WriterThatIsKilled(storage)
    young = house.now().timestamp()
    os.utime(still_writing.half_written, (young, young))
    with house.db.writing() as session:
        take(session, STAFF_SIGN_INS, "somebody", at=house.now() - REMEMBERED - timedelta(hours=1))
        take(session, STAFF_SIGN_INS, "somebody", at=house.now())
        beat(session, name="long gone", at=house.now() - REMEMBERED - timedelta(hours=1))
        beat(session, name="here", at=house.now())
        owe(session, "tidy_up", payload={}, key="tidy", at=house.now())
    Worker(house).pay_all()
    assert not storage.exists(key)
    assert not killed.half_written.exists()
    assert still_writing.half_written.exists()
    with house.db.reading() as session:
        assert [one.at for one in session.scalars(sa.select(Attempt))] == [house.now()]
        assert [one.name for one in session.scalars(sa.select(WorkerHeartbeat))] == ["here"]


def real(house: House, **settings: object) -> House:
    changed = dataclasses.replace(house.settings, **settings)  # type: ignore[arg-type]
    return dataclasses.replace(house, settings=changed, now=utc_now)


@pytest.mark.slow
def test_told_to_stop_it_finishes_the_job_in_hand_and_takes_no_other(house: House) -> None:
    house = real(house, mail_port=1)
    ready = ready_to_decide(house, contents=[bytes(2 * 1024 * 1024)])
    decision_id = published(house, ready)
    with house.db.writing() as session:
        for job in session.scalars(sa.select(OutboxJob).where(OutboxJob.job == "pack")):
            job.due_at -= timedelta(hours=1)
    with WorkerProcess(environment_of(house.settings, house.db.url)) as worker:
        wait_until(lambda: worker.taken("pack") == 1)
        assert worker.stop() == 0
    assert worker.taken() == 1
    job = job_of(house, f"pack:{decision_id}")
    assert (job.status, job.last_error) == (JobStatus.SETTLED, None)
    with house.db.reading() as session:
        others = sa.select(OutboxJob).where(OutboxJob.job != "pack")
        assert {job.status for job in session.scalars(others)} == {JobStatus.OWED}


@pytest.mark.slow
def test_two_workers_share_the_list(house: House, smtp_server: ScriptedSmtp) -> None:
    house = real(house, mail_port=smtp_server.port)
    environment = environment_of(house.settings, house.db.url)
    with WorkerProcess(environment) as one, WorkerProcess(environment) as other:
        wait_until(lambda: heartbeats(house) == 2)
        with house.db.writing() as session:
            for number in range(60):
                notify(
                    session,
                    NoticeKind.MESSAGE,
                    to=TO,
                    key=str(number),
                    at=house.now(),
                    reference="BWV-2222-3333",
                )
        wait_until(lambda: all_sent(house))
        assert (one.stop(), other.stop()) == (0, 0)
    shares = [worker.taken("send_notice") for worker in (one, other)]
    assert sum(shares) == 60
    assert min(shares) >= 1
    assert len({one.message_id for one in smtp_server.messages}) == len(smtp_server.messages) == 60


def heartbeats(house: House) -> int:
    with house.db.reading() as session:
        return len(session.scalars(sa.select(WorkerHeartbeat)).all())


def all_sent(house: House) -> bool:
    with house.db.reading() as session:
        waiting = sa.select(OutboxJob).where(
            OutboxJob.job == "send_notice", OutboxJob.status != JobStatus.SETTLED
        )
        return not session.scalars(waiting).all()


@pytest.mark.slow
def test_a_worker_says_that_it_lives_while_a_job_is_long(
    sqlite_house: House, smtp_server: ScriptedSmtp
) -> None:
    house = real(sqlite_house, mail_port=smtp_server.port)
    smtp_server.will(Behaviour.HANG_BEFORE_ACCEPTING)
    tell(house)
    with WorkerProcess(environment_of(house.settings, house.db.url), lease=1) as worker:
        wait_until(lambda: smtp_server.attempts)
        begun = house.now()
        wait_until(lambda: seen_since(house, begun))
        assert worker.taken("send_notice") == 1
        assert job_of(house).status is JobStatus.LEASED


def seen_since(house: House, moment: datetime) -> bool:
    with house.db.reading() as session:
        return worker_seen_since(session, moment)
