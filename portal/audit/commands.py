"""Writing in the book.

`record` notes a deed during a transaction; `seal` numbers and chains all noted deeds as the
last act before the commit. Sealing last means the head's lock is always the last one taken:
two transactions can never wait for each other, and the lock is held for a moment only.
"""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.chain import GENESIS, Detail, Line, hash_of
from portal.audit.models import AuditEntry, AuditHead
from portal.db import add_unless_there

_PENDING = "portal.audit.pending"
_HEAD = sa.select(AuditHead).with_for_update()
_DEED = re.compile(r"[a-z_]+\.[a-z_]+")


def record(
    session: Session, deed: str, *, subject: str, by: Actor, at: datetime, **details: Detail
) -> None:
    """Note a deed, such as `request.received`, about a subject, such as a request's reference.

    Details hold identifiers and counts, never personal data: the book is kept for ever.
    """
    if not _DEED.fullmatch(deed):
        raise ValueError(f"a deed is written room.past_participle, not {deed!r}")
    line = Line(0, at, by.kind.value, by.id, deed, subject, details)
    session.info.setdefault(_PENDING, []).append(line)


def seal(session: Session) -> None:
    """Number, chain and insert the deeds noted in this transaction. The hall runs it at commit."""
    pending: list[Line] = session.info.pop(_PENDING, [])
    if not pending:
        return
    session.flush()  # every other lock comes before the head's
    head = _locked_head(session)
    rows = []
    for noted in pending:
        line = replace(noted, sequence=head.sequence + 1)
        head.hash = hash_of(line, head.hash)
        head.sequence = line.sequence
        rows.append(_row(line, head.hash))
    session.flush()
    session.connection().execute(sa.insert(AuditEntry), rows)


def _locked_head(session: Session) -> AuditHead:
    head = session.scalars(_HEAD).one_or_none()
    if head is None:
        add_unless_there(session, AuditHead, id=1, sequence=0, hash=GENESIS)
        head = session.scalars(_HEAD).one()
    return head


def _row(line: Line, hashed: str) -> dict[str, Any]:
    return {
        "sequence": line.sequence,
        "at": line.at,
        "actor_kind": line.actor_kind,
        "actor_id": line.actor_id,
        "deed": line.deed,
        "subject": line.subject,
        "details": dict(line.details),
        "hash": hashed,
    }
