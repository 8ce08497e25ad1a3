"""The office's own pages, and what every staff page needs."""

from flask import Blueprint, g, request, url_for

from portal.actors import CASEWORK, Actor, Role
from portal.office.commands.signing_in import actor_of, note_seen
from portal.office.queries import signed_in
from portal.office.sessions import NOTE_EVERY
from portal.office.views import deletions, files, people, sign_in, work
from portal.web.session import now, reading, writing


def blueprints() -> tuple[Blueprint, ...]:
    """The blueprints of this room."""
    return (
        sign_in.blueprint,
        work.blueprint,
        deletions.blueprint,
        files.blueprint,
        people.blueprint,
    )


def find_handler(browser: str) -> Actor | None:
    """The handler signed in on the browser with this hash, or None."""
    with reading() as session:
        found = signed_in(session, browser=browser, at=now())
    if found is None:
        return None
    handler, staff_session = found
    if now() - staff_session.seen_at > NOTE_EVERY:
        with writing() as session:
            note_seen(session, browser=browser, at=now())
    return actor_of(handler)


# The staff navigation: words, endpoint, and who sees it.
_PLACES: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("My work", "office.work.mine", frozenset(Role)),
    ("All requests", "office.work.every_request", frozenset(CASEWORK)),
    ("Register a request", "office.requests.register", frozenset({Role.INTAKE})),
    (
        "Reviews and complaints",
        "office.reviews.every_review",
        frozenset({Role.SENIOR_REVIEWER, Role.DATA_PROTECTION_OFFICER}),
    ),
    (
        "Restrictions",
        "office.disclosure.restrictions",
        frozenset({Role.DECISION_MAKER, Role.DATA_PROTECTION_OFFICER, Role.HOLD_OWNER}),
    ),
    ("Holds to review", "office.holds.to_review", frozenset({Role.HOLD_OWNER})),
    ("Matters", "office.holds.matters", frozenset({Role.HOLD_OWNER, Role.AUDITOR})),
    ("Handlers", "office.people.everybody", frozenset({Role.ADMINISTRATOR})),
    ("Outbox", "office.outbox.status", frozenset({Role.ADMINISTRATOR})),
    ("Files", "office.files.gone", frozenset({Role.ADMINISTRATOR})),
    ("The book", "office.audit.book", frozenset({Role.AUDITOR})),
)


def navigation() -> dict[str, object]:
    """What the staff layout shows: where one can go, and who is signed in."""
    handler: Actor | None = g.get("handler")
    if handler is None:
        return {"navigation": [], "handler": None}
    items = [
        {"text": text, "href": url_for(endpoint), "active": request.endpoint == endpoint}
        for text, endpoint, seen_by in _PLACES
        if handler.has(*seen_by)
    ]
    return {"navigation": items, "handler": handler}
