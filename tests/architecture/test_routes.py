"""Every route says who may enter, every staff page hangs under the office, and machines have a
door of their own."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from portal.actors import Scope
from portal.web.guards import Guard, guard_of
from portal.web.problems import MACHINES
from tests.architecture.source import modules

# The only pages of the office that somebody who is not signed in can see.
OPEN_IN_THE_OFFICE = "office.sign_in."


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


def _guarded() -> list[Callable[..., Any]]:
    """Every function of the portal that declares a guard."""
    return [
        thing
        for module in modules()
        for thing in vars(module).values()
        if getattr(thing, "__module__", None) == module.__name__
        and isinstance(getattr(thing, "portal_guard", None), Guard)
    ]
