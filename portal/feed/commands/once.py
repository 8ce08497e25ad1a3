"""One call, one deed, however often it is sent.

The row that names the call is inserted first, in the deed's own transaction. A twin that comes at
the same moment waits for that row (PostgreSQL) or for the whole transaction (SQLite), and then
finds the answer in it; had the first one failed for a reason nobody foresaw, there is no row, and
the twin does the deed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.db import add_unless_there
from portal.feed.models import IdempotencyKey
from portal.feed.problems import KEY_REUSED
from portal.web.problems import Problem

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class OneCall:
    """A call under its Idempotency-Key. `request_sha256` is of method, address and body."""

    client_id: UUID
    key: str
    request_sha256: str
    at: datetime


@dataclass(frozen=True)
class Answer:
    """What a call is answered: a status, and the text of the JSON."""

    status: int
    text: str


def answered_once(
    session: Session, call: OneCall, deed: Callable[[Session], Answer]
) -> tuple[Answer, bool]:
    """Do the deed unless this call was answered before; the answer, and whether it is a repeat.

    Raises a 422 `Problem` when the key was used for another call in the last 24 hours.
    """
    row = _taken(session, call)
    if row.status is not None and row.response is not None:
        return Answer(row.status, row.response), True
    answer = deed(session)
    row.status, row.response = answer.status, answer.text
    session.flush()
    return answer, False


def keep_refusal(session: Session, call: OneCall, refusal: Answer) -> tuple[Answer, bool]:
    """Remember that a call was refused, so that the same call gets the same answer.

    The refused deed's own transaction is gone with everything in it. When a twin was quicker,
    its answer is the one that counts.
    """
    return answered_once(session, call, lambda _: refusal)


def _taken(session: Session, call: OneCall) -> IdempotencyKey:
    """This call's row: the one from before, or a fresh one with no answer yet."""
    session.execute(
        sa.delete(IdempotencyKey).where(
            IdempotencyKey.client_id == call.client_id, IdempotencyKey.expires_at <= call.at
        )
    )
    add_unless_there(
        session,
        IdempotencyKey,
        client_id=call.client_id,
        key=call.key,
        request_sha256=call.request_sha256,
        made_at=call.at,
        expires_at=call.at + KEPT_FOR,
    )
    row = session.get_one(IdempotencyKey, (call.client_id, call.key))
    if row.request_sha256 != call.request_sha256:
        raise Problem(KEY_REUSED)
    return row
