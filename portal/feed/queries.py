"""Who is calling, what keys there are, and what we keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor, ActorKind, Scope
from portal.errors import NotFound, Upstream
from portal.feed.keys import NOBODYS, Key, is_secret
from portal.feed.models import ApiClient
from portal.feed.outcomes import Keeping
from portal.holds.models import Hold
from portal.outbox.queries import unpaid
from portal.recordings.models import Preservation, Recording
from portal.requests.commands.searching_again import GATHERING


def client_with(session: Session, key: Key) -> ApiClient | None:
    """The client whose key this is and which has not been ended, or None."""
    client = session.scalars(
        sa.select(ApiClient).where(ApiClient.key_id == key.key_id)
    ).one_or_none()
    is_right = is_secret(key.secret, client.secret_sha256 if client else NOBODYS)
    return client if is_right and client and client.ended_at is None else None


def actor_of(client: ApiClient) -> Actor:
    """The client as the one who acts."""
    scopes = frozenset(scope for scope in Scope if scope.value in client.scopes)
    return Actor(ActorKind.MACHINE, client.key_id, client.name, scopes=scopes)


def client_of(session: Session, actor: Actor) -> ApiClient:
    """The client that acts."""
    return session.scalars(sa.select(ApiClient).where(ApiClient.key_id == actor.id)).one()


def clients(session: Session) -> Sequence[ApiClient]:
    """Every key there is or was, in the order in which they were made."""
    return session.scalars(sa.select(ApiClient).order_by(ApiClient.made_at, ApiClient.key_id)).all()


@dataclass(frozen=True)
class Kept:
    """A recording that must not be deleted at its source. No matter, no level, no request."""

    source_id: str
    reasons: tuple[Keeping, ...]


@dataclass(frozen=True)
class Page:
    """Some of what is kept; `last` is the number after which to go on, None at the end."""

    rows: list[Kept]
    last: int | None


def kept(session: Session, *, after: int, limit: int, now: datetime) -> Page:
    """Living recordings that a hold or a preservation keeps, by number, `limit` at most.

    Both tables are read along their index on the recording and only as far as the page goes, so
    that a page costs the same however large the catalogue is.
    """
    by_hold = _next(session, _held().where(Hold.recording_id > after), limit + 1)
    by_request = _next(session, _preserved(now).where(Preservation.recording_id > after), limit + 1)
    numbers = sorted(by_hold | by_request)
    shown = numbers[:limit]
    rows = session.execute(
        sa.select(Recording.id, Recording.source_id)
        .where(Recording.id.in_(shown), Recording.deleted_at.is_(None))
        .order_by(Recording.id)
    )
    found = [Kept(row.source_id, _reasons(row.id, by_hold, by_request)) for row in rows]
    return Page(found, shown[-1] if len(numbers) > limit else None)


def kept_one(session: Session, source_id: str, *, now: datetime) -> Page:
    """The same of one living recording: a page of it, or of nothing. NotFound where we do not
    have it: whether somebody asks for it cannot be known then."""
    number = session.scalar(sa.select(Recording.id).where(Recording.source_id == source_id))
    if number is None:
        raise NotFound("We have no such recording.")
    page = kept(session, after=number - 1, limit=1, now=now)
    return Page([one for one in page.rows if one.source_id == source_id], None)


def _held() -> sa.Select[int]:
    return sa.select(Hold.recording_id).where(Hold.lifted_at.is_(None))


def _preserved(now: datetime) -> sa.Select[int]:
    return sa.select(Preservation.recording_id).where(
        sa.or_(Preservation.until.is_(None), Preservation.until > now)
    )


def _reasons(
    number: int, by_hold: frozenset[int], by_request: frozenset[int]
) -> tuple[Keeping, ...]:
    held = (Keeping.HELD,) if number in by_hold else ()
    return (*held, Keeping.PRESERVED) if number in by_request else held


def _next(session: Session, found: sa.Select[int], limit: int) -> frozenset[int]:
    """The first few numbers, each once."""
    number = found.selected_columns[0]
    return frozenset(session.scalars(found.distinct().order_by(number).limit(limit)))


def refuse_while_incomplete(session: Session, *, now: datetime) -> None:
    """A request that came in keeps its video once it was searched for, and so does one that is
    searched for again because recordings were taken in. Until then the list may lack it, and
    whoever deletes by the list must wait: Upstream (503)."""
    soon = now + GATHERING
    if any(unpaid(session, job, at=soon) for job in ("preserve", "search_again")):
        raise Upstream(
            "A request is being searched for, so this list is not complete yet. Delete nothing, "
            "and ask again in a minute."
        )
