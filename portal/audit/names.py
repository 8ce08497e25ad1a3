"""Who did what, by name. Handlers live in a room far above this one; the database's foreign keys
already point at their table, and this reads two of its columns and nothing else."""

import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import COMMAND_LINE, PUBLIC, WORKER

_HANDLER = sa.table("handler", sa.column("id", sa.Uuid), sa.column("name", sa.String))
_FIXED = {
    PUBLIC.id: "the applicant",
    WORKER.id: "the portal itself",
    COMMAND_LINE.id: "the command line",
}


@dataclass(frozen=True)
class Names:
    """The names of everybody who may stand in a ledger or in the book."""

    handlers: dict[str, str]

    def of(self, actor_id: uuid.UUID | str | None) -> str:
        """The name behind an actor's id; "" for nobody."""
        known = str(actor_id or "")
        return _FIXED.get(known) or self.handlers.get(known, known)


def names(session: Session) -> Names:
    """The names of all handlers, those who have left too."""
    found = session.execute(sa.select(_HANDLER.c.id, _HANDLER.c.name))
    return Names({str(handler_id): name for handler_id, name in found})
