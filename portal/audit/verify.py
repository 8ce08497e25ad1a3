"""Walking our own book, by the reckoning that a stranger uses on an export of it."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audit.chain import GENESIS, Line, entry_of
from portal.audit.models import AuditEntry, AuditHead
from portal.audit.verifier import (
    Broken,
    Head,
    Verdict,
    Witness,
    Written,
    entry_line,
    head_line,
    walk,
)

_AT_A_TIME = 1000


def verify(session: Session, witnesses: Iterable[Witness] = ()) -> Verdict:
    """Walk the whole chain in bounded memory and compare its end with the head.

    The session is a snapshot (`Database.snapshot`): an entry that is added while we walk must not
    look like one that somebody slipped in.
    """
    with closing(_book(session)) as book:
        return walk(book, witnesses)


def export(session: Session) -> Iterator[str]:
    """The lines of the whole book: each entry, then the head. The session is a snapshot."""
    for part in _book(session):
        yield head_line(part) if isinstance(part, Head) else entry_line(part)


def head_of(session: Session) -> Head:
    """The number and hash of the last entry, as the book itself keeps them."""
    head = session.get(AuditHead, 1)
    return Head(head.sequence, head.hash) if head else Head(0, GENESIS)


def _book(session: Session) -> Generator[Written | Head, None, None]:
    entries = session.scalars(
        sa.select(AuditEntry)
        .order_by(AuditEntry.sequence)
        .execution_options(yield_per=_AT_A_TIME, populate_existing=True)
    )
    last = 0
    with closing(entries):
        try:
            for entry in entries:
                yield Written(entry_of(_line(entry)), entry.hash)
                last = entry.sequence
        except (TypeError, ValueError):
            # Somebody put a thing into a column that the portal cannot have written.
            raise Broken(last + 1, f"an entry after entry {last} cannot be read") from None
    yield head_of(session)


def _line(entry: AuditEntry) -> Line:
    return Line(
        entry.sequence,
        entry.at,
        entry.actor_kind,
        entry.actor_id,
        entry.deed,
        entry.subject,
        entry.details,
    )
