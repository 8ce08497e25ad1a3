"""The demonstration's handlers. Their passphrases are printed: never add them to a real portal."""

import json
from pathlib import Path
from typing import Any

from portal.actors import COMMAND_LINE, Role
from portal.house import House
from portal.office.commands.handlers import add_handler

_PEOPLE: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("handler", "First handler", (Role.INTAKE, Role.SEARCHER, Role.DECISION_MAKER)),
    ("second", "Second handler", (Role.SEARCHER, Role.DECISION_MAKER, Role.SECONDER)),
    ("holds", "Owner of holds", (Role.HOLD_OWNER,)),
    ("senior", "Senior reviewer", (Role.SENIOR_REVIEWER,)),
    ("dpo", "Data protection officer", (Role.DATA_PROTECTION_OFFICER, Role.SECONDER)),
    ("auditor", "Auditor", (Role.AUDITOR,)),
    ("admin", "Administrator", (Role.ADMINISTRATOR,)),
)


def add_people(house: House, sign_ins: Path) -> None:
    """Add the handlers, and write how they sign in to a file that only we can read."""
    with house.db.writing() as session:
        people = [_add(house, session, *person) for person in _PEOPLE]
    sign_ins.touch(mode=0o600)
    sign_ins.write_text(json.dumps(people, indent=1), encoding="utf-8")


def _add(house: House, session: Any, name: str, title: str, roles: tuple[Role, ...]) -> Any:
    passphrase = f"demonstration {name} passphrase"
    made = add_handler(
        session,
        sign_in_name=name,
        name=title,
        passphrase=passphrase,
        roles=roles,
        sealer=house.vault.sealer,
        by=COMMAND_LINE,
        at=house.now(),
    )
    return {
        "name": title,
        "handler": name,
        "passphrase": passphrase,
        "totp_secret": made.secret,
        "roles": [role.value for role in roles],
    }
