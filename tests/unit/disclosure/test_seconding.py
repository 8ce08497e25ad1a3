"""Who may second what."""

from datetime import date
from itertools import product

import pytest

from portal.actors import Actor, ActorKind, Role
from portal.disclosure.seconding import (
    SecondFacts,
    is_child,
    obstacle_to_second,
    officer_needed,
)
from portal.identity.authority import Acting

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("acting", "born_on", "expected"),
    [
        (None, None, False),
        (None, date(2008, 11, 22), False),
        (None, date(2008, 11, 23), True),
        (None, date(2008, 12, 1), True),
        (None, date(1980, 1, 1), False),
        (Acting.PARENT, None, True),
        (Acting.PARENT, date(1980, 1, 1), True),
        (Acting.SOLICITOR, None, False),
        (Acting.SOLICITOR, date(2020, 1, 1), True),
    ],
)
def test_whose_footage_is_a_childs(
    acting: Acting | None, born_on: date | None, expected: bool
) -> None:
    assert is_child(acting, born_on, on=TODAY) is expected


def test_a_leap_day_child_comes_of_age_on_the_first_of_march() -> None:
    born_on = date(2008, 2, 29)
    assert is_child(None, born_on, on=date(2026, 2, 28))
    assert not is_child(None, born_on, on=date(2026, 3, 1))


def actor(name: str, *roles: Role) -> Actor:
    return Actor(ActorKind.HANDLER, name, name, frozenset(roles))


@pytest.mark.parametrize("facts", [SecondFacts(*each) for each in product((True, False), repeat=3)])
def test_the_officer_seconds_what_nobody_else_may(facts: SecondFacts) -> None:
    """Rules, section 10, row 12: the officer approves children, L3 and neither confirm nor deny."""
    is_delicate = facts.is_child or facts.has_secret_hold or facts.is_neither
    assert bool(officer_needed(facts)) is is_delicate
    officer = actor("Ola", Role.DATA_PROTECTION_OFFICER)
    assert obstacle_to_second(officer, decided_by="Dana", facts=facts) is None
    another = actor("Sol", Role.SECONDER)
    hindrance = obstacle_to_second(another, decided_by="Dana", facts=facts)
    assert (hindrance is None) is not is_delicate
    assert hindrance is None or "data protection officer" in hindrance
    own = obstacle_to_second(officer, decided_by="Ola", facts=facts)
    assert own == "You made this decision. Somebody else must second it."


def test_why_it_must_be_the_officer() -> None:
    assert "child" in officer_needed(SecondFacts(True, True, True))
    assert "neither" in officer_needed(SecondFacts(False, True, True))
    assert "L3" in officer_needed(SecondFacts(False, True, False))
