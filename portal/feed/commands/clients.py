"""Giving a system its key, and ending it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor, Scope
from portal.audit.commands import record
from portal.errors import NotFound, Refused
from portal.feed.keys import Key, new_key
from portal.feed.models import ApiClient
from portal.ids import digest

_LONGEST_NAME = 120


@dataclass(frozen=True)
class NewKey:
    """What is shown once: the client, and its key."""

    client: ApiClient
    key: Key


def add_client(
    session: Session, *, name: str, scopes: Iterable[Scope], by: Actor, at: datetime
) -> NewKey:
    """Give a system a key of its own. The secret is in the answer and is kept nowhere.

    Two keys may have one name: while a key is being changed, the old one and the new one work.
    Refused without a name that can be printed, or without a scope.
    """
    name, allowed = name.strip(), sorted({scope.value for scope in scopes})
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Refused(f"Enter a name of 1 to {_LONGEST_NAME} characters.")
    if not allowed:
        raise Refused("Say what the key is for: give it at least one scope.")
    key = new_key()
    client = ApiClient(
        key_id=key.key_id,
        name=name,
        secret_sha256=digest(key.secret),
        scopes=allowed,
        made_at=at,
        made_by=by.id,
    )
    session.add(client)
    session.flush()
    record(session, "client.added", subject=key.key_id, by=by, at=at, scopes=" ".join(allowed))
    return NewKey(client, key)


def end_client(session: Session, *, key_id: str, by: Actor, at: datetime) -> ApiClient:
    """End a key at once: the next call with it is refused. Its deeds stay in the book.

    Ending it again changes nothing. NotFound when no client has it.
    """
    client = session.scalars(
        sa.select(ApiClient).where(ApiClient.key_id == key_id).with_for_update()
    ).one_or_none()
    if client is None:
        raise NotFound("There is no key with this id.")
    if client.ended_at is None:
        client.ended_at, client.ended_by = at, by.id
        session.flush()
        record(session, "client.ended", subject=key_id, by=by, at=at)
    return client
