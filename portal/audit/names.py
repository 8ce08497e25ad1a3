"""Who did what, by name. Handlers and machines live in rooms far above this one; this reads two
columns of their tables and nothing else."""

import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import COMMAND_LINE, PUBLIC, WORKER

_HANDLER = sa.table("handler", sa.column("id", sa.Uuid), sa.column("name", sa.String))
_CLIENT = sa.table("api_client", sa.column("key_id", sa.String), sa.column("name", sa.String))
_FIXED = {
    PUBLIC.id: "the applicant",
    WORKER.id: "the portal itself",
    COMMAND_LINE.id: "the command line",
}


@dataclass(frozen=True)
class Names:
    """The names of everybody who may stand in a ledger or in the book."""

    known: dict[str, str]

    def of(self, actor_id: uuid.UUID | str | None) -> str:
        """The name behind an actor's id; "" for nobody."""
        named = str(actor_id or "")
        return _FIXED.get(named) or self.known.get(named, named)


def names(session: Session) -> Names:
    """The names of all handlers and of the systems that call us, those who have left too."""
    handlers = session.execute(sa.select(_HANDLER.c.id, _HANDLER.c.name))
    clients = session.execute(sa.select(_CLIENT.c.key_id, _CLIENT.c.name))
    return Names(
        {str(identifier): name for rows in (handlers, clients) for identifier, name in rows}
    )
