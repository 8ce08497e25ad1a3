"""Every door of the house: each route says who may enter, and nobody else does."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal.actors import Role
from portal.web.guards import Guard, guard_of
from tests.web.conftest import SignedIn

# Entering this one ends the session that the test needs; every role may.
_SIGNING_OUT = {"office.sign_in.leave"}
_VALUES = {"UUIDConverter": uuid4(), "IntegerConverter": 1}


def _doors(app: Flask) -> Iterator[tuple[Rule, str, Guard]]:
    """Every route with every method it takes, and its rule."""
    for rule in app.url_map.iter_rules():
        guard = guard_of(app, rule.endpoint)
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE", "PATCH"}):
            if guard is not None:
                yield rule, method, guard


def _address(app: Flask, rule: Rule) -> str:
    values = {
        name: _VALUES.get(
            type(rule._converters[name]).__name__,
            _any_of(rule, name),
        )
        for name in rule.arguments
    }
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def _any_of(rule: Rule, name: str) -> str:
    """A value for a text, or the first of a fixed list (`any(html, pdf)`)."""
    items = getattr(rule._converters[name], "items", None)
    return sorted(items)[0] if items else "BWV-2222-2222"


def test_every_route_says_who_may_enter(app: Flask) -> None:
    """A view that says nothing would let nobody in; find it here, not in production."""
    silent = [r.endpoint for r in app.url_map.iter_rules() if guard_of(app, r.endpoint) is None]

    assert silent == []


def test_every_staff_route_names_roles(app: Flask) -> None:
    """Under /office there is no public page but those of signing in."""
    open_to_all = {
        rule.endpoint
        for rule, _, guard in _doors(app)
        if rule.rule.startswith("/office") and (guard.is_public or not guard.roles)
    }

    assert all(endpoint.startswith("office.sign_in.") for endpoint in open_to_all)


def test_a_stranger_is_sent_to_sign_in(app: Flask) -> None:
    """Whatever the address and the method, and nothing is said about what lies behind."""
    client = app.test_client()
    doors = [door for door in _doors(app) if door[2].roles]

    answers = {
        f"{method} {rule}": client.open(_address(app, rule), method=method)
        for rule, method, _ in doors
    }

    assert len(answers) > 40
    for door, answer in answers.items():
        assert answer.status_code == 303, door
        assert answer.location.startswith("/office/sign-in"), door


@pytest.mark.parametrize("role", list(Role))
def test_a_handler_enters_by_their_roles_only(app: Flask, signed_in: SignedIn, role: Role) -> None:
    """For one role: refused (403) exactly where the route does not name it."""
    client = signed_in(role)
    for rule, method, guard in _doors(app):
        if not guard.roles or rule.endpoint in _SIGNING_OUT:
            continue
        answer = client.open(_address(app, rule), method=method)
        is_refused = answer.status_code == 403

        assert is_refused == (role not in guard.roles), f"{role} {method} {rule}"
