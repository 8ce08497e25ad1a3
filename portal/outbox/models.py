"""The list of work owed. It exists so that nothing leaves the building except after a commit,
and so that killing any process at any moment loses nothing that was promised."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, enum_by_value
from portal.ids import new_id


class JobStatus(StrEnum):
    """A job's life: owed, settled in the end, or dead and in need of a person."""

    OWED = "owed"
    LEASED = "leased"
    SETTLED = "settled"
    DEAD = "dead"


class OutboxJob(Base):
    """One piece of work owed. `key` is unique: owing the same work twice is one job."""

    __tablename__ = "outbox_job"
    __table_args__ = (
        sa.CheckConstraint(
            "(status = 'leased') = (lease_token IS NOT NULL AND leased_until IS NOT NULL)",
            name="leased_has_lease",
        ),
        sa.Index("ix_outbox_job_claim", "status", "due_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    job: Mapped[str] = mapped_column(sa.String(40))
    payload: Mapped[dict[str, Any]]
    key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    status: Mapped[JobStatus] = mapped_column(enum_by_value(JobStatus), default=JobStatus.OWED)
    attempts: Mapped[int] = mapped_column(default=0)
    owed_at: Mapped[datetime]
    due_at: Mapped[datetime]
    lease_token: Mapped[str | None] = mapped_column(sa.String(64))
    leased_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(sa.String(200))
    # How often it may have been done again, because nobody could be asked whether it was done.
    unsure: Mapped[int] = mapped_column(default=0)


class WorkerHeartbeat(Base):
    """When a worker last went round its loop; `/readyz` and the outbox page read it."""

    __tablename__ = "worker_heartbeat"

    name: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    at: Mapped[datetime]
