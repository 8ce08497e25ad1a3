"""Owing, leasing and settling work. Every write after the lease names the lease's token, so
that a worker which was thought dead and comes back can no longer change anything."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import add_unless_there, locked
from portal.errors import NotFound
from portal.ids import new_id, new_token
from portal.outbox.models import JobStatus, OutboxJob, WorkerHeartbeat
from portal.outbox.patience import MOST_ATTEMPTS, wait_after

LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class Lease:
    """A job in one worker's hands until a time. `attempt` counts from 1."""

    job_id: UUID
    job: str
    payload: dict[str, Any]
    attempt: int
    token: str


def owe(
    session: Session,
    job: str,
    *,
    payload: dict[str, Any],
    key: str,
    at: datetime,
    due_at: datetime | None = None,
) -> None:
    """Put work on the list, in the caller's transaction. The same `key` twice is one job."""
    add_unless_there(
        session,
        OutboxJob,
        id=new_id(),
        job=job,
        payload=payload,
        key=key,
        status=JobStatus.OWED,
        attempts=0,
        owed_at=at,
        due_at=due_at or at,
    )


def lease(session: Session, *, at: datetime, lasting: timedelta = LEASE) -> Lease | None:
    """Take the job that has waited longest: one that is owed, or whose lease ran out."""
    ready = sa.or_(
        sa.and_(OutboxJob.status == JobStatus.OWED, OutboxJob.due_at <= at),
        sa.and_(OutboxJob.status == JobStatus.LEASED, OutboxJob.leased_until <= at),
    )
    job = session.scalars(
        sa.select(OutboxJob)
        .where(ready)
        .order_by(OutboxJob.due_at, OutboxJob.owed_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if job is None:
        return None
    if job.attempts >= MOST_ATTEMPTS:
        # Its worker died every time: it is laid before a person, and the next one is taken.
        job.status, job.lease_token, job.leased_until = JobStatus.DEAD, None, None
        job.last_error = "its worker died each time"
        session.flush()
        return lease(session, at=at, lasting=lasting)
    job.status, job.attempts = JobStatus.LEASED, job.attempts + 1
    job.lease_token, job.leased_until = new_token(), at + lasting
    session.flush()
    return Lease(job.id, job.job, job.payload, job.attempts, job.lease_token)


def extend(session: Session, held: Lease, *, at: datetime, lasting: timedelta = LEASE) -> bool:
    """Keep a lease for longer work. False when it was lost to another worker meanwhile."""
    return _change(session, held, leased_until=at + lasting)


def settle(session: Session, held: Lease, *, at: datetime) -> bool:
    """The work is done. False when the lease was lost: then somebody else will settle it."""
    return _change(
        session,
        held,
        status=JobStatus.SETTLED,
        settled_at=at,
        lease_token=None,
        leased_until=None,
        last_error=None,
    )


def fail(
    session: Session, held: Lease, *, reason: str, at: datetime, for_good: bool = False
) -> bool:
    """The work failed: try again later, or lay it before a person when patience has ended.

    `reason` names the kind of failure and holds no personal data.
    """
    is_dead = for_good or held.attempt >= MOST_ATTEMPTS
    return _change(
        session,
        held,
        status=JobStatus.DEAD if is_dead else JobStatus.OWED,
        due_at=at + wait_after(held.attempt),
        lease_token=None,
        leased_until=None,
        last_error=reason[:200],
    )


def _change(session: Session, held: Lease, **values: Any) -> bool:
    changed = session.execute(
        sa.update(OutboxJob)
        .where(OutboxJob.id == held.job_id, OutboxJob.lease_token == held.token)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def revive(session: Session, *, job_id: UUID, by: Actor, at: datetime) -> None:
    """Owe a dead job once more, from the dead-letter page."""
    job = locked(session, OutboxJob, job_id)
    if job is None or job.status is not JobStatus.DEAD:
        raise NotFound("There is no such dead job.")
    job.status, job.attempts, job.due_at = JobStatus.OWED, 0, at
    record(session, "outbox.revived", subject=str(job_id), by=by, at=at, job=job.job)


def count_unsure(session: Session, held: Lease) -> None:
    """Count that the work may have been done a second time: a worker died, or the line broke, at
    the moment at which it was done, and nobody can be asked."""
    session.execute(
        sa.update(OutboxJob)
        .where(OutboxJob.id == held.job_id)
        .values(unsure=OutboxJob.unsure + 1)
        .execution_options(synchronize_session=False)
    )


def set_aside(session: Session, *keys: str, at: datetime) -> None:
    """Settle dead jobs whose work a person has done by another way. Nothing where none died."""
    session.execute(
        sa.update(OutboxJob)
        .where(OutboxJob.key.in_(keys), OutboxJob.status == JobStatus.DEAD)
        .values(status=JobStatus.SETTLED, settled_at=at)
        .execution_options(synchronize_session=False)
    )


def beat(session: Session, *, name: str, at: datetime) -> None:
    """Note that the worker is alive."""
    session.merge(WorkerHeartbeat(name=name, at=at))
