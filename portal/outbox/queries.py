"""Looking at the list of work owed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.outbox.models import JobStatus, OutboxJob, WorkerHeartbeat


def counts(session: Session) -> dict[str, int]:
    """How many jobs stand where, with every status named."""
    rows = session.execute(sa.select(OutboxJob.status, sa.func.count()).group_by(OutboxJob.status))
    found = {status.value: number for status, number in rows}
    return {status.value: found.get(status.value, 0) for status in JobStatus}


def waiting(session: Session, *, limit: int = 200) -> Sequence[OutboxJob]:
    """The jobs still owed or in a worker's hands, the longest waiting first."""
    return session.scalars(
        sa.select(OutboxJob)
        .where(OutboxJob.status.in_([JobStatus.OWED, JobStatus.LEASED]))
        .order_by(OutboxJob.due_at)
        .limit(limit)
    ).all()


def dead(session: Session, *, limit: int = 200) -> Sequence[OutboxJob]:
    """The dead-letter page: the jobs whose tries are used up, newest first."""
    return session.scalars(
        sa.select(OutboxJob)
        .where(OutboxJob.status == JobStatus.DEAD)
        .order_by(OutboxJob.due_at.desc())
        .limit(limit)
    ).all()


def unsure(session: Session, *, limit: int = 50) -> Sequence[OutboxJob]:
    """The jobs that may have been done more than once, the newest first."""
    return session.scalars(
        sa.select(OutboxJob)
        .where(OutboxJob.unsure > 0)
        .order_by(OutboxJob.owed_at.desc(), OutboxJob.id)
        .limit(limit)
    ).all()


def count_unsure(session: Session) -> int:
    """How many those are in all."""
    return session.scalar(sa.select(sa.func.count()).where(OutboxJob.unsure > 0)) or 0


def oldest_owed_at(session: Session) -> datetime | None:
    """Since when the longest waiting job has been due."""
    return session.scalar(
        sa.select(sa.func.min(OutboxJob.due_at)).where(OutboxJob.status == JobStatus.OWED)
    )


def unpaid(session: Session, job: str, *, at: datetime) -> int:
    """How many jobs of one kind were due by then and are not settled: waiting, in hand, dead, or
    failed and put off to be tried again, however late."""
    was_due = sa.or_(
        OutboxJob.status != JobStatus.OWED, OutboxJob.due_at <= at, OutboxJob.attempts > 0
    )
    # Each status by name, so that the index leads past all that was settled.
    unsettled = [status for status in JobStatus if status is not JobStatus.SETTLED]
    found = sa.select(sa.func.count()).where(
        OutboxJob.job == job, OutboxJob.status.in_(unsettled), was_due
    )
    return session.scalar(found) or 0


def worker_seen_since(session: Session, moment: datetime) -> bool:
    """Whether any worker has gone round its loop since then."""
    last = session.scalar(sa.select(sa.func.max(WorkerHeartbeat.at)))
    return last is not None and last >= moment


HEARTBEAT_AGE = timedelta(seconds=60)
