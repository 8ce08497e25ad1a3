"""Every route says who may enter, every staff page hangs under the office, and machines have a
door of their own."""

import ast
from collections.abc import Callable
from typing import Any

from flask import Flask

from portal.actors import Scope
from portal.feed.views.admitting import admit
from portal.web.guards import Guard, guard_of
from portal.web.problems import MACHINES
from tests.architecture.reach import Place, definitions, place_of, reached
from tests.architecture.source import modules

# The only pages of the office that somebody who is not signed in can see.
OPEN_IN_THE_OFFICE = "office.sign_in."
# What compares something that was typed with a secret, or sends a new one.
TRIES: set[Place] = {
    ("portal/feed/queries.py", "client_with"),
    ("portal/identity/commands/codes.py", "check_code"),
    ("portal/identity/commands/codes.py", "issue_code"),
    ("portal/identity/hashing.py", "is_same"),
    ("portal/office/commands/signing_in.py", "check_passphrase"),
    ("portal/office/commands/signing_in.py", "sign_in"),
}
LIMIT: Place = ("portal/web/limits.py", "take")


def routes(app: Flask) -> list[tuple[str, str, Guard | None]]:
    """Address, endpoint and guard of every route."""
    return [
        (rule.rule, rule.endpoint, guard_of(app, rule.endpoint))
        for rule in app.url_map.iter_rules()
    ]


def test_every_route_declares_its_guard(app: Flask) -> None:
    assert [endpoint for _, endpoint, guard in routes(app) if guard is None] == []


def test_a_guard_is_public_or_names_roles_or_names_a_scope(app: Flask) -> None:
    for _, endpoint, guard in routes(app):
        assert guard is not None
        kinds = (guard.is_public, bool(guard.roles), guard.scope is not None)
        assert sum(kinds) == 1, endpoint


def test_machines_enter_under_their_address_and_nobody_else_does(app: Flask) -> None:
    """What is under /api is answered in problem documents and takes no cookie: a page there
    would be unguarded, and a machine's call elsewhere would be answered with pages."""
    under = {endpoint: guard for address, endpoint, guard in routes(app) if is_machines(address)}
    assert {endpoint for endpoint, guard in under.items() if guard and guard.is_public} == {
        "feed.describe"
    }
    assert all(guard and not guard.roles for guard in under.values())
    elsewhere = [
        endpoint
        for address, endpoint, guard in routes(app)
        if guard and guard.scope and not is_machines(address)
    ]
    assert elsewhere == []
    for scope in Scope:
        assert any(guard and guard.scope is scope for guard in under.values()), scope


def is_machines(address: str) -> bool:
    return address.startswith(f"{MACHINES}/")


def test_every_page_of_the_office_but_the_way_in_asks_for_a_role(app: Flask) -> None:
    open_pages = {
        endpoint
        for address, endpoint, guard in routes(app)
        if address.startswith("/office") and guard is not None and guard.is_public
    }
    assert open_pages
    assert {page for page in open_pages if not page.startswith(OPEN_IN_THE_OFFICE)} == set()


def test_staff_pages_lie_in_the_office_and_public_pages_do_not(app: Flask) -> None:
    for address, endpoint, _ in routes(app):
        view = app.view_functions[endpoint]
        is_staff = ".staff_views" in view.__module__ or view.__module__.startswith("portal.office")
        assert address.startswith("/office") == is_staff, f"{address} in {view.__module__}"
        assert endpoint.startswith("office.") == is_staff, endpoint


def test_every_view_that_was_written_has_an_address(app: Flask) -> None:
    reached = set(app.view_functions.values())
    lost = [f"{view.__module__}.{view.__name__}" for view in _guarded() if view not in reached]
    assert lost == []


def test_whoever_can_try_a_secret_is_limited(app: Flask) -> None:
    """Each route that compares what was typed with a secret, or sends one, comes to the limits; and
    so does the door for machines, which is passed before any of their routes."""
    views = {*app.view_functions.values(), admit}
    places = {place for view in views if (place := place_of(view)) is not None}
    trying = {place for place in places if reached(place) & TRIES}
    assert {place for place in trying if LIMIT not in reached(place)} == set()
    assert frozenset[Place]().union(*map(reached, trying)) >= TRIES, "one that no route comes to"


def test_every_comparison_with_a_secret_is_one_of_those_that_are_limited() -> None:
    known = frozenset[Place]().union(*map(reached, TRIES))
    assert comparing() and comparing() <= known


def comparing() -> set[Place]:
    """Every function that verifies a hash of what somebody chose or was sent, or compares secrets
    in even time; but for those that look whether a file is the one that was sealed."""
    return {
        place
        for place, node in definitions().items()
        for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute)
        and not place[0].startswith("portal/sealing/")
        and (inner.attr == "compare_digest" or ast.unparse(inner).endswith("HASHER.verify"))
    }


def _guarded() -> list[Callable[..., Any]]:
    """Every function of the portal that declares a guard."""
    return [
        thing
        for module in modules()
        for thing in vars(module).values()
        if getattr(thing, "__module__", None) == module.__name__
        and isinstance(getattr(thing, "portal_guard", None), Guard)
    ]
