"""Who does a deed. Every command takes its actor as `by`, and the book writes it down."""

from dataclasses import dataclass, field
from enum import StrEnum

from portal.errors import NotAllowed


class Role(StrEnum):
    """What a handler may do. A handler can have several roles."""

    INTAKE = "intake"
    SEARCHER = "searcher"
    DECISION_MAKER = "decision_maker"
    SECONDER = "seconder"
    HOLD_OWNER = "hold_owner"
    SENIOR_REVIEWER = "senior_reviewer"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The role as handlers read it."""
        return _ROLE_LABELS.get(self.value) or self.value.replace("_", "-").capitalize()


_ROLE_LABELS = {
    Role.SENIOR_REVIEWER.value: "Senior reviewer",
    Role.DATA_PROTECTION_OFFICER.value: "Data protection officer",
}

# Whoever works on requests or audits them. Administrators keep the accounts and see no request.
CASEWORK = (
    Role.INTAKE,
    Role.SEARCHER,
    Role.DECISION_MAKER,
    Role.SECONDER,
    Role.HOLD_OWNER,
    Role.SENIOR_REVIEWER,
    Role.DATA_PROTECTION_OFFICER,
    Role.AUDITOR,
)


class ActorKind(StrEnum):
    """Where a deed came from."""

    PUBLIC = "public"
    HANDLER = "handler"
    WORKER = "worker"
    COMMAND_LINE = "command_line"
    MACHINE = "machine"


class Scope(StrEnum):
    """What another system may do through the machine feed. A key can have several scopes."""

    RECORDINGS_WRITE = "recordings:write"
    MATTERS_WRITE = "matters:write"
    PRESERVATIONS_READ = "preservations:read"


@dataclass(frozen=True)
class Actor:
    """The one who acts. `id` is a handler's id, the id of a machine's key, or a fixed word for the
    other kinds."""

    kind: ActorKind
    id: str
    name: str
    roles: frozenset[Role] = field(default=frozenset())
    scopes: frozenset[Scope] = field(default=frozenset())

    def has(self, *roles: Role) -> bool:
        """Whether the actor has at least one of the roles."""
        return not self.roles.isdisjoint(roles)

    def must_have(self, *roles: Role) -> None:
        """NotAllowed unless the actor has at least one of the roles."""
        if not self.has(*roles):
            raise NotAllowed("Your roles do not let you do this. Ask an administrator.")


PUBLIC = Actor(ActorKind.PUBLIC, "public", "A member of the public")
WORKER = Actor(ActorKind.WORKER, "worker", "The worker")
COMMAND_LINE = Actor(ActorKind.COMMAND_LINE, "command line", "The command line")
