"""What every staff page about one request shows above its own part: who and what it is, the two
clocks, the next steps and the tabs. Rooms above (decision, letters) call `request_page` too."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from portal.actors import Actor
from portal.audit.names import names
from portal.dates import london_day
from portal.recordings.models import Preservation
from portal.requests.answers import NO_MOMENT
from portal.requests.clock import Clock, legal_missed, promise_missed
from portal.requests.lifecycle import BUTTONS, Event, Facts, Status, next_events, obstacle
from portal.requests.models import FootageRequest
from portal.requests.queries import by_reference, clock_now, facts_of
from portal.web.guards import current_actor, guard_of
from portal.web.session import now, settings

_SOON = timedelta(days=7)
_DELETED_SOON = timedelta(days=3)


@dataclass(frozen=True)
class Step:
    """One next step. `why_not` is None when this handler may take it now."""

    label: str
    href: str
    why_not: str | None


@dataclass(frozen=True)
class TwoClocks:
    """When the answer is due, and when the video would be deleted.

    `due_is` and `deleted_is` are "late", "soon" or "". `deleted_on` is when routine deletion
    would reach the earliest video that may be wanted, None for a request that is not about
    video; `kept` recordings are safe from it.
    """

    due_on: date | None
    public_due_on: date | None
    due_is: str
    deleted_on: date | None
    deleted_is: str
    kept: int


def request_page(session: Session, reference: str) -> dict[str, Any]:
    """What `office/request_page.html` needs. NotFound when there is no such request.

    Reads only. `footage_request` comes with everything that hangs on it.
    """
    footage_request = by_reference(session, reference)
    facts = facts_of(session, footage_request)
    clock = clock_now(footage_request, footage_request.steps)
    return {
        "footage_request": footage_request,
        "clock": clock,
        "missed": _missed(footage_request, clock),
        "clocks": two_clocks(session, footage_request),
        "facts": facts,
        "next_steps": next_steps(footage_request, facts, current_actor()),
        "tabs": _tabs(reference),
        "names": names(session),
        "actor": current_actor(),
        "today": london_day(now()),
    }


def _missed(footage_request: FootageRequest, clock: Clock) -> list[str]:
    """Which dates were missed: the promise and the law's are told apart (rules 1.5)."""
    if footage_request.status is Status.CLOSED:
        return []
    ended_at = now() if footage_request.status.is_open else footage_request.answered_at or now()
    on = london_day(ended_at)
    flags = {
        "Promise missed": promise_missed(clock, on),
        "Law’s date missed": legal_missed(clock, on),
    }
    return [words for words, is_missed in flags.items() if is_missed]


def two_clocks(session: Session, footage_request: FootageRequest) -> TwoClocks:
    """The two clocks of a request as they stand today."""
    today = london_day(now())
    due_on = footage_request.staff_target_on
    is_open = footage_request.status.is_open
    deleted_on = _deleted_on(footage_request)
    kept = _kept(session, footage_request)
    return TwoClocks(
        due_on=due_on,
        public_due_on=footage_request.target_due_on,
        due_is=_nearness(due_on, today, _SOON) if is_open else "",
        deleted_on=deleted_on,
        deleted_is="" if kept else _nearness(deleted_on, today, _DELETED_SOON),
        kept=kept,
    )


def _deleted_on(footage_request: FootageRequest) -> date | None:
    earliest_at = footage_request.sighting.earliest_at
    if earliest_at <= NO_MOMENT[1]:
        return None
    return london_day(earliest_at + timedelta(days=settings().retention_days))


def _nearness(day: date | None, today: date, soon: timedelta) -> str:
    if day is None:
        return ""
    if day < today:
        return "late"
    return "soon" if day - today <= soon else ""


def _kept(session: Session, footage_request: FootageRequest) -> int:
    bars = sa.or_(Preservation.until.is_(None), Preservation.until > now())
    found = sa.select(sa.func.count()).where(Preservation.request_id == footage_request.id, bars)
    return session.scalar(found) or 0


# Each button's words and the page where it is pressed; `round` is the newest decision's number.
_BUTTONS = {
    Event.IDENTITY_ASKED: ("Ask for proof of identity", "identity"),
    Event.IDENTITY_ACCEPTED: ("Accept identity", "identity"),
    Event.CLARIFICATION_ASKED: ("Ask for clarification", "clarify"),
    Event.SEARCH_STARTED: ("Start looking for video", "find-video"),
    Event.SEARCH_FINISHED: ("Finish looking for video", "find-video"),
    Event.DECIDED: ("Decide", "decision"),
    Event.SENT_BACK: ("Send the decision back", "decision/{round}/send-back"),
    Event.SECONDED: ("Second the decision", "decision/{round}/second"),
    Event.PUBLISHED: ("Publish the answer", "decision/{round}/publish"),
    Event.CLOSED: ("Close the request", "close"),
}


def next_steps(footage_request: FootageRequest, facts: Facts, by: Actor) -> list[Step]:
    """The lifecycle's next events as this handler sees them: to press, or with why not."""
    return [
        _step(event, footage_request, facts, by)
        for event in next_events(footage_request.status)
        if not _is_beside_the_point(event, facts)
    ]


def _is_beside_the_point(event: Event, facts: Facts) -> bool:
    """FOIA s.8 asks for no identity; and what was accepted is not asked for again."""
    if event not in (Event.IDENTITY_ASKED, Event.IDENTITY_ACCEPTED):
        return False
    return facts.is_identity_accepted or not facts.regime.is_sar


def _step(event: Event, footage_request: FootageRequest, facts: Facts, by: Actor) -> Step:
    label, part = _BUTTONS[event]
    made = [step for step in footage_request.steps if step.event is Event.DECIDED]
    why_not = obstacle(event, facts) or _not_yours(event, by)
    if event is Event.SECONDED and made and made[-1].actor_id == by.id:
        why_not = why_not or "You made this decision. Somebody else must second it."
    href = part_url(footage_request.reference, part.format(round=len(made)))
    return Step(label, href, why_not)


def _not_yours(event: Event, by: Actor) -> str | None:
    if by.has(*BUTTONS[event]):
        return None
    who = sorted(role.label.lower() for role in BUTTONS[event])
    return f"For handlers with the role {' or '.join(who)}."


def part_url(reference: str, part: str = "") -> str:
    """The address of a part of a request's pages, such as `decision`."""
    overview = url_for("office.requests.overview", reference=reference)
    return f"{overview}/{part}" if part else overview


_TABS = (
    ("Overview", ""),
    ("Identity", "identity"),
    ("Find video", "find-video"),
    ("Holds", "holds"),
    ("Decision", "decision"),
    ("Letters", "letters"),
    ("Release", "release"),
    ("Messages", "messages"),
    ("History", "history"),
)


def _tabs(reference: str) -> list[dict[str, Any]]:
    """The tabs that this handler may open; the page below a tab keeps it active."""
    shown = [(text, part_url(reference, part)) for text, part in _TABS]
    deeper = [href for _, href in shown[1:] if _is_at_or_below(request.path, href)]
    active = deeper[0] if deeper else shown[0][1]
    return [
        {"text": text, "href": href, "active": href == active}
        for text, href in shown
        if may_enter(href)
    ]


def _is_at_or_below(path: str, href: str) -> bool:
    return path == href or path.startswith(f"{href}/")


def may_enter(path: str) -> bool:
    """Whether there is a page at this address that the signed-in handler may open."""
    try:
        endpoint, _ = current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return False
    guard = guard_of(current_app, endpoint)
    return guard is not None and (guard.is_public or current_actor().has(*guard.roles))
