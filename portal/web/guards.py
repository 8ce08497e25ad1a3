"""Who may enter. Every view says so with a decorator; a view that says nothing lets nobody in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, request, session

from portal.actors import PUBLIC, Actor, Role, Scope
from portal.errors import NotAllowed, NotFound
from portal.ids import digest, new_token
from portal.web.problems import SCOPE_NEEDED, Problem

View = TypeVar("View", bound=Callable[..., Any])
_GUARD = "portal_guard"
# What a machine's key is for, as the challenge names it.
REALM = "machine feed"


@dataclass(frozen=True)
class Guard:
    """A view's rule: open to the public, to handlers with one of the roles, or to machines whose
    key has the scope. It is one of the three and never two."""

    is_public: bool
    roles: frozenset[Role] = frozenset()
    scope: Scope | None = None

    def __str__(self) -> str:
        return self.scope or ("public" if self.is_public else ", ".join(sorted(self.roles)))


def public(view: View) -> View:
    """Anyone may enter. What they may see there is asked inside (a visit, a draft)."""
    setattr(view, _GUARD, Guard(is_public=True))
    return view


def roles(*allowed: Role) -> Callable[[View], View]:
    """Only handlers with at least one of these roles may enter."""

    def declare(view: View) -> View:
        setattr(view, _GUARD, Guard(is_public=False, roles=frozenset(allowed)))
        return view

    return declare


def machines(scope: Scope) -> Callable[[View], View]:
    """Only machines enter, with a key of their own that has this scope. No cookie is looked at,
    so nobody who is signed in on a browser can be made to call it."""

    def declare(view: View) -> View:
        setattr(view, _GUARD, Guard(is_public=False, scope=scope))
        return view

    return declare


ANY_HANDLER = tuple(Role)


def guard_of(app: Flask, endpoint: str) -> Guard | None:
    """The rule of an endpoint, or None when it declares none."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return Guard(is_public=True)
    return cast(Guard | None, getattr(app.view_functions[endpoint], _GUARD, None))


def install(
    app: Flask,
    find_handler: Callable[[str], Actor | None],
    admit_machine: Callable[[str], Actor],
) -> None:
    """Guard every request. `find_handler` gives the handler signed in on a browser key's hash;
    `admit_machine` gives the machine whose key is in an Authorization header, or raises."""

    @app.before_request
    def enter() -> None:
        if request.endpoint is None:
            return
        _refuse_nul(request.view_args or {})
        guard = guard_of(current_app, request.endpoint)
        if guard is None:
            raise NotFound()
        if guard.scope is not None:
            _let_machine_in(guard.scope, admit_machine)
        elif not guard.is_public:
            _let_handler_in(guard, find_handler)


def _refuse_nul(parts: dict[str, Any]) -> None:
    """No address of ours has NUL in it, and PostgreSQL takes none: there is no such page."""
    if any("\0" in part for part in parts.values() if isinstance(part, str)):
        raise NotFound()


def _let_handler_in(guard: Guard, find_handler: Callable[[str], Actor | None]) -> None:
    key = session.get("browser")
    handler = find_handler(digest(key)) if isinstance(key, str) else None
    if handler is None:
        raise SignInFirst()
    g.handler = handler
    handler.must_have(*guard.roles)


def _let_machine_in(scope: Scope, admit_machine: Callable[[str], Actor]) -> None:
    machine = admit_machine(request.headers.get("Authorization", ""))
    if scope not in machine.scopes:
        challenge = f'Bearer realm="{REALM}", error="insufficient_scope", scope="{scope.value}"'
        raise Problem(
            SCOPE_NEEDED,
            f"This call needs a key with the scope {scope.value}.",
            headers={"WWW-Authenticate": challenge},
        )
    g.machine = machine


class SignInFirst(NotAllowed):
    """Nobody is signed in on this browser; the error table sends them to the sign-in page."""


def current_actor() -> Actor:
    """The signed-in handler on a staff page, the machine that calls, or the public."""
    return cast(Actor, g.get("handler") or g.get("machine") or PUBLIC)


def browser() -> str:
    """The hash that names this browser in the database. Makes the browser's key when it has none.

    The cookie holds only this random key; what it may open is written in the database, where
    it can be ended.
    """
    key = session.get("browser")
    if not isinstance(key, str):
        key = session["browser"] = new_token(256)
    return digest(key)


def renew_browser() -> str:
    """Give the browser a new key, so that one planted before signing in is worth nothing."""
    session.clear()
    return browser()
