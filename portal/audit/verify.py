"""Walking the book and naming the first line that is not what was written."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audit.chain import GENESIS, Line, hash_of
from portal.audit.models import AuditEntry, AuditHead


@dataclass(frozen=True)
class Verdict:
    """What the walk found. `broken_at` is the first bad entry's number; None when all is whole."""

    entries: int
    broken_at: int | None
    reason: str

    @property
    def is_whole(self) -> bool:
        """Whether every entry is as it was written."""
        return self.broken_at is None


def verify(session: Session) -> Verdict:
    """Walk the whole chain in bounded memory and compare its end with the head."""
    head = session.scalars(sa.select(AuditHead)).one_or_none()
    entries = session.scalars(
        sa.select(AuditEntry).order_by(AuditEntry.sequence).execution_options(yield_per=1000)
    )
    with closing(entries):
        return walk(entries, head.sequence if head else 0, head.hash if head else GENESIS)


def walk(entries: Iterable[AuditEntry], head_sequence: int, head_hash: str) -> Verdict:
    """Check numbering, each hash, and that the book ends where its head says."""
    previous, count = GENESIS, 0
    for entry in entries:
        count += 1
        if entry.sequence != count:
            return Verdict(count - 1, count, f"entry {count} is missing")
        previous = hash_of(line_of(entry), previous)
        if entry.hash != previous:
            return Verdict(count, count, f"entry {count} is not what was written")
    if count < head_sequence:
        return Verdict(count, count + 1, f"entry {count + 1} is missing: the end was cut off")
    if count > head_sequence or previous != head_hash:
        return Verdict(count, count, f"entry {count} does not agree with the head of the book")
    return Verdict(count, None, "every entry is as it was written")


def line_of(entry: AuditEntry) -> Line:
    """The entry as it is hashed."""
    return Line(
        entry.sequence,
        entry.at,
        entry.actor_kind,
        entry.actor_id,
        entry.deed,
        entry.subject,
        entry.details,
    )
