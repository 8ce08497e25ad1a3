"""Two people stand behind a court order, one of them the data protection officer."""

import pytest

from portal.actors import Actor, ActorKind, Role
from portal.holds.overriding import why_not_agree


def who(name: str, *roles: Role) -> Actor:
    return Actor(ActorKind.HANDLER, name, name, frozenset(roles))


DECIDER, OFFICER = Role.DECISION_MAKER, Role.DATA_PROTECTION_OFFICER


@pytest.mark.parametrize(
    ("by", "was_officer", "words"),
    [
        (who("one", OFFICER, DECIDER), True, "Somebody else"),
        (who("one", DECIDER), False, "Somebody else"),
        (who("two", DECIDER), False, "data protection officer"),
        (who("two", OFFICER), False, ""),
        (who("two", DECIDER), True, ""),
        (who("two", OFFICER), True, ""),
    ],
)
def test_who_may_agree(by: Actor, was_officer: bool, words: str) -> None:
    found = why_not_agree(by, asked_by="one", was_officer=was_officer)
    assert words in found
    assert bool(found) is bool(words)
