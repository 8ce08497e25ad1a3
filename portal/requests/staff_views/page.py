"""What every staff page about one request shows above its own part: who and what it is, the two
clocks, the next steps and the tabs. Rooms above (decision, letters) call `request_page` too."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session

from portal.audit.names import names
from portal.dates import london_day
from portal.notifications.models import Notice
from portal.notifications.notices import Failure
from portal.notifications.queries import unreached_about
from portal.recordings.models import Preservation
from portal.requests.afresh import first_answered_on
from portal.requests.answers import NO_MOMENT
from portal.requests.clock import Clock, legal_missed, promise_missed
from portal.requests.lifecycle import Facts, Status
from portal.requests.models import FootageRequest
from portal.requests.queries import by_reference, clock_now, facts_of
from portal.requests.staff_views.addresses import may_enter, part_url
from portal.requests.staff_views.next_steps import next_steps
from portal.web.guards import current_actor
from portal.web.session import now, settings

_SOON = timedelta(days=7)
_DELETED_SOON = timedelta(days=3)


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
    clock = clock_now(session, footage_request, footage_request.steps)
    email, unreached = footage_request.applicant.email, unreached_about(session, reference)
    # What came back from an address that we no longer write to says nothing about the new one.
    is_unreachable = any(notice.to == email for notice in unreached)
    steps = next_steps(footage_request, facts, current_actor())
    return {
        "footage_request": footage_request,
        "clock": clock,
        "flags": [
            *_flags(footage_request, clock, facts),
            *(["E-mail does not reach them"] if is_unreachable else []),
        ],
        "unreached": unreached,
        "is_unreachable": is_unreachable,
        "can_send_again": any(_can_go_again(notice, email) for notice in unreached),
        "clocks": two_clocks(session, footage_request),
        "facts": facts,
        "next_steps": steps.next,
        "other_steps": steps.others,
        "tabs": _tabs(reference),
        "names": names(session),
        "actor": current_actor(),
        "today": london_day(now()),
    }


def _can_go_again(notice: Notice, email: str) -> bool:
    """Whether sending it again could help: not to an address that does not exist."""
    might_arrive = notice.to != email or notice.failure is not Failure.ADDRESS
    return bool(email) and notice.kind.goes_again and might_arrive


def _flags(footage_request: FootageRequest, clock: Clock, facts: Facts) -> list[str]:
    """What must not be overlooked: dates that were missed, the promise's and the law's told apart
    (rules 1.5), and video that is deleted day by day because nobody could search for it all."""
    if footage_request.status is Status.CLOSED:
        return []
    is_urgent = facts.is_search_too_wide and footage_request.status.is_open
    return [*_missed(footage_request, clock), *(["Not searched whole"] if is_urgent else [])]


def _missed(footage_request: FootageRequest, clock: Clock) -> list[str]:
    on = first_answered_on(footage_request.steps) or london_day(now())
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


_TABS = (
    ("Overview", ""),
    ("Identity", "identity"),
    ("Law", "law"),
    ("Time", "time"),
    ("Find video", "find-video"),
    ("Holds", "holds"),
    ("Decision", "decision"),
    ("Letters", "letters"),
    ("Release", "release"),
    ("Reviews", "reviews"),
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
