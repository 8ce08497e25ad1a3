"""The list of work owed: one job a key, one worker a job, and a lost lease changes nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.actors import COMMAND_LINE
from portal.db import Database
from portal.errors import NotFound
from portal.outbox.commands import LEASE, Lease, beat, extend, fail, lease, owe, revive, settle
from portal.outbox.models import JobStatus, OutboxJob
from portal.outbox.patience import MOST_ATTEMPTS
from portal.outbox.queries import counts, dead, oldest_owed_at, waiting, worker_seen_since

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def owe_one(database: Database, key: str = "k", at: datetime = AT) -> None:
    with database.writing() as session:
        owe(session, "send_notice", payload={"n": 1}, key=key, at=at)


def take(database: Database, at: datetime = AT) -> Lease | None:
    with database.writing() as session:
        return lease(session, at=at)


def taken(database: Database, at: datetime = AT) -> Lease:
    held = take(database, at)
    assert held is not None
    return held


def only_job(database: Database) -> OutboxJob:
    with database.reading() as session:
        return session.scalars(sa.select(OutboxJob)).one()


def test_owing_the_same_key_twice_is_one_job(database: Database) -> None:
    owe_one(database)
    owe_one(database)
    assert only_job(database).status is JobStatus.OWED


def test_work_owed_in_a_rolled_back_transaction_is_not_owed(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            owe(session, "send_notice", payload={}, key="k", at=AT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert take(database) is None


def test_a_job_is_not_taken_before_it_is_due(database: Database) -> None:
    owe_one(database, at=AT + timedelta(seconds=1))
    assert take(database) is None
    assert take(database, AT + timedelta(seconds=1)) is not None


def test_a_leased_job_is_nobody_elses_until_the_lease_runs_out(database: Database) -> None:
    owe_one(database)
    first = taken(database)
    assert take(database, AT + LEASE - timedelta(seconds=1)) is None
    again = taken(database, AT + LEASE)
    assert (again.job_id, again.attempt) == (first.job_id, 2)


def test_a_lost_lease_can_change_nothing(database: Database) -> None:
    owe_one(database)
    lost = taken(database)
    now_held = taken(database, AT + LEASE)
    with database.writing() as session:
        assert not settle(session, lost, at=AT)
        assert not fail(session, lost, reason="late", at=AT)
        assert not extend(session, lost, at=AT)
        assert settle(session, now_held, at=AT)
    assert only_job(database).status is JobStatus.SETTLED


def test_a_longer_lease_keeps_others_away(database: Database) -> None:
    owe_one(database)
    held = taken(database)
    with database.writing() as session:
        assert extend(session, held, at=AT + LEASE)
    assert take(database, AT + LEASE + timedelta(seconds=1)) is None


def test_a_failed_job_waits_and_comes_back(database: Database) -> None:
    owe_one(database)
    held = taken(database)
    with database.writing() as session:
        fail(session, held, reason="Upstream", at=AT)
    assert take(database, AT + timedelta(seconds=4)) is None
    assert taken(database, AT + timedelta(seconds=5)).attempt == 2
    assert only_job(database).last_error == "Upstream"


def test_patience_ends_at_the_dead_letter_page_and_a_person_can_revive(database: Database) -> None:
    owe_one(database)
    at = AT
    for _ in range(MOST_ATTEMPTS):
        held = taken(database, at)
        with database.writing() as session:
            fail(session, held, reason="Upstream", at=at)
        at += timedelta(days=1)
    assert take(database, at) is None
    job = only_job(database)
    with database.reading() as session:
        assert [one.id for one in dead(session)] == [job.id]
    with database.writing() as session:
        revive(session, job_id=job.id, by=COMMAND_LINE, at=at)
    assert taken(database, at).attempt == 1


def test_what_can_never_work_dies_at_once(database: Database) -> None:
    owe_one(database)
    held = taken(database)
    with database.writing() as session:
        fail(session, held, reason="Refused", at=AT, for_good=True)
    assert only_job(database).status is JobStatus.DEAD


def test_only_the_dead_are_revived(database: Database) -> None:
    owe_one(database)
    for job_id in (only_job(database).id, UUID(int=0)):
        with pytest.raises(NotFound), database.writing() as session:
            revive(session, job_id=job_id, by=COMMAND_LINE, at=AT)


def test_a_lease_without_its_token_is_refused_by_the_database(database: Database) -> None:
    owe_one(database)
    with pytest.raises(sa.exc.IntegrityError), database.writing() as session:
        session.execute(sa.update(OutboxJob).values(status=JobStatus.LEASED))


def test_many_workers_never_share_a_job(database: Database) -> None:
    for number in range(40):
        owe_one(database, key=str(number))

    def work(_worker: int) -> list[UUID]:
        mine = []
        while (held := take(database)) is not None:
            mine.append(held.job_id)
        return mine

    with ThreadPoolExecutor(6) as pool:
        shares = list(pool.map(work, range(6)))
    all_taken = [job_id for share in shares for job_id in share]
    assert len(all_taken) == len(set(all_taken)) == 40


def test_the_status_counts_every_kind(database: Database) -> None:
    for key in ("a", "b", "c"):
        owe_one(database, key=key)
    held = taken(database)
    with database.writing() as session:
        settle(session, held, at=AT)
    taken(database)
    with database.reading() as session:
        assert counts(session) == {"owed": 1, "leased": 1, "settled": 1, "dead": 0}
        assert len(waiting(session)) == 2
        assert oldest_owed_at(session) == AT


def test_a_heartbeat_is_seen(database: Database) -> None:
    with database.reading() as session:
        assert not worker_seen_since(session, AT)
    for at in (AT, AT + timedelta(seconds=10)):
        with database.writing() as session:
            beat(session, name="here:1", at=at)
    with database.reading() as session:
        assert worker_seen_since(session, AT + timedelta(seconds=10))
        assert not worker_seen_since(session, AT + timedelta(seconds=11))


def test_a_job_that_kills_every_worker_is_laid_before_a_person(database: Database) -> None:
    owe_one(database, key="poison")
    at = AT
    for _ in range(MOST_ATTEMPTS):
        taken(database, at)
        at += LEASE
    owe_one(database, key="after it", at=at)
    assert taken(database, at).attempt == 1
    with database.reading() as session:
        assert [job.key for job in dead(session)] == ["poison"]
