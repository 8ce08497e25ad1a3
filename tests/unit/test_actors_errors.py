"""Who acts, and what can go wrong on purpose."""

import pytest

from portal import errors
from portal.actors import COMMAND_LINE, PUBLIC, WORKER, Actor, ActorKind, Role
from portal.sealing import Damaged
from portal.web.errors import NUMBERS, PAGES, number_of

KINDS = [
    (errors.NotFound, 404),
    (errors.NotAllowed, 403),
    (errors.Refused, 409),
    (errors.Gone, 410),
    (errors.TooMany, 429),
    (errors.Upstream, 503),
]


def test_an_actor_has_a_role_when_it_has_one_of_them() -> None:
    actor = Actor(ActorKind.HANDLER, "1", "Ada", frozenset({Role.INTAKE, Role.SEARCHER}))
    assert actor.has(Role.INTAKE)
    assert actor.has(Role.SECONDER, Role.SEARCHER)
    assert not actor.has(Role.SECONDER)
    assert not actor.has()


@pytest.mark.parametrize("actor", [PUBLIC, WORKER, COMMAND_LINE])
def test_those_who_are_no_handlers_have_no_role(actor: Actor) -> None:
    assert actor.roles == frozenset()
    assert not actor.has(*Role)
    assert actor.kind is not ActorKind.HANDLER


def test_roles_are_read_as_words() -> None:
    assert Role.DECISION_MAKER.label == "Decision-maker"
    assert Role.INTAKE.label == "Intake"


@pytest.mark.parametrize(("kind", "number"), KINDS)
def test_each_kind_of_failure_has_its_number_and_its_page(
    kind: type[errors.PortalError], number: int
) -> None:
    assert number_of(kind("why")) == number
    assert number in PAGES
    assert str(kind("why")) == kind("why").message == "why"
    assert kind().message == ""


def test_every_kind_of_the_tree_is_in_the_table() -> None:
    assert {kind for kind, _ in KINDS} == set(NUMBERS)


def test_a_kind_that_nobody_put_in_the_table_is_our_fault() -> None:
    assert number_of(Damaged("The file is damaged.")) == 500


def test_a_kind_below_another_takes_its_parents_number() -> None:
    class OnALeash(errors.Refused):
        pass

    assert number_of(OnALeash()) == 409


def test_too_many_says_how_long_to_wait() -> None:
    assert errors.TooMany("slowly", 60).retry_after == 60
    assert errors.TooMany().retry_after == 900
