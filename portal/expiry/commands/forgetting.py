"""Deleting the cases of requests that ended long ago. A line of statistics stays of each.

DPA 2018 s.39(1) and UK GDPR Art 5(1)(e): personal data is kept no longer than is necessary, and
s.39(2) wants a time set for that. Rules, section 2, asks to choose one and publish it, and section
10, step 19, to keep the statistics.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.db import Database
from portal.disclosure.models import Decision, DecisionLine
from portal.expiry.hanging import erase
from portal.expiry.models import ForgottenRequest
from portal.expiry.queries import left_behind, notices_about, old_notices, past_their_time
from portal.notifications.models import Notice
from portal.requests.models import FootageRequest, RequestStep, SightingRow
from portal.reviews.models import Review

_PAGE = 50
# Told of each request that goes: its reference, its ending, and the day it was received.
Listing = Callable[[FootageRequest], None]


@dataclass(frozen=True)
class Forgotten:
    """How many went, or would go: requests, the rows of their cases, and old e-mails."""

    requests: int
    rows: int
    notices: int


@dataclass(frozen=True)
class Run:
    """One run: since when nothing may have happened (`kept_for`), by whom, and at which moment."""

    database: Database
    kept_for: timedelta
    by: Actor
    at: datetime


def would_forget(run: Run, listing: Listing = lambda one: None) -> Forgotten:
    """What `forget_requests` would delete now; deletes nothing."""
    with run.database.reading() as session:
        over = past_their_time(session, kept_for=run.kept_for, at=run.at)
        for one in over:
            listing(one)
        notices = old_notices(session, before=run.at - run.kept_for)
        return Forgotten(len(over), 0, len(notices))


def forget_requests(
    run: Run,
    listing: Listing = lambda one: None,
    progress: Callable[[int], None] = lambda count: None,
) -> Forgotten:
    """Delete every request in which nothing has happened for that long, with all that hangs on it,
    and the e-mails of that time; what is left of a request is its line of statistics.

    Each page is a transaction. A file whose row is gone is deleted by the worker's next tidying.
    """
    requests = rows = 0
    while gone := _page(run):
        for one, number in gone:
            listing(one)
            rows += number
        requests += len(gone)
        progress(requests)
    with run.database.writing() as session:
        notices = _rest(session, run)
        _write_down(session, run, requests, notices)
    return Forgotten(requests, rows, notices)


def _page(run: Run) -> list[tuple[FootageRequest, int]]:
    with run.database.writing() as session:
        over = past_their_time(session, kept_for=run.kept_for, at=run.at, limit=_PAGE)
        locked = _locked(session, [one.id for one in over])
        # Asked again under the lock: one of them may have been opened meanwhile.
        still = {one.id for one in past_their_time(session, kept_for=run.kept_for, at=run.at)}
        gone = [one for one in locked if one.id in still]
        _unlink(session, [one.id for one in gone])
        return [(one, forget_request(session, one, by=run.by, at=run.at)) for one in gone]


def _locked(session: Session, ids: Sequence[UUID]) -> Sequence[FootageRequest]:
    return session.scalars(
        sa.select(FootageRequest)
        .where(FootageRequest.id.in_(ids))
        .order_by(FootageRequest.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _unlink(session: Session, ids: Sequence[UUID]) -> None:
    session.execute(
        sa.update(FootageRequest)
        .where(FootageRequest.linked_to.in_(ids))
        .values(linked_to=None)
        .execution_options(synchronize_session=False)
    )


def forget_request(
    session: Session, footage_request: FootageRequest, *, by: Actor, at: datetime
) -> int:
    """Delete one request, everything that hangs on it and the e-mails about it, and keep its
    statistics. Whether its time is over is for the caller to know; returns how many rows went."""
    session.add(_statistics(session, footage_request, at))
    rows = erase(session, sa.inspect(FootageRequest).local_table, [(footage_request.id,)])  # type: ignore[arg-type]
    reference = footage_request.reference
    rows += _erase_notices(session, notices_about(session, reference))
    record(session, "request.forgotten", subject=reference, by=by, at=at, rows=rows)
    session.expunge(footage_request)
    return rows


def _statistics(session: Session, one: FootageRequest, at: datetime) -> ForgottenRequest:
    steps = sa.select(RequestStep.event, RequestStep.on).where(RequestStep.request_id == one.id)
    decided = sa.select(Decision.id, Decision.whole_ground).where(Decision.request_id == one.id)
    decisions = session.execute(decided).all()
    lines = sa.select(DecisionLine.ground).where(
        DecisionLine.decision_id.in_([decision.id for decision in decisions])
    )
    grounds = {*session.scalars(lines), *(decision.whole_ground for decision in decisions)} - {""}
    reviews = sa.select(Review.kind, Review.outcome).where(Review.request_id == one.id)
    borough = sa.select(SightingRow.borough).where(SightingRow.request_id == one.id)
    return ForgottenRequest(
        id=one.id,
        reference=one.reference,
        regime=one.regime.value,
        about=one.about.value,
        channel=one.channel.value,
        borough=session.scalar(borough) or "",
        received_on=one.received_on,
        start_on=one.start_on,
        legal_due_on=one.legal_due_on,
        target_due_on=one.target_due_on,
        answered_at=one.answered_at,
        ending=one.ending and one.ending.value,
        steps=[
            [event.value, on.isoformat()]
            for event, on in session.execute(steps.order_by(RequestStep.number))
        ],
        grounds=sorted(grounds),
        reviews=[
            [kind.value, outcome and outcome.value]
            for kind, outcome in session.execute(reviews.order_by(Review.received_at))
        ],
        forgotten_at=at,
    )


def _rest(session: Session, run: Run) -> int:
    """E-mails of that time, and what a draft or request that is gone has left behind."""
    for table, keys in left_behind(session, at=run.at).items():
        erase(session, table, keys)
    return _erase_notices(session, old_notices(session, before=run.at - run.kept_for))


def forget_codes(session: Session, *, before: datetime) -> int:
    """Delete the e-mails that carried a code and were written before then, so that no address
    stays of somebody who never sent their request; returns how many."""
    return _erase_notices(session, old_notices(session, before=before, is_secret=True))


def _erase_notices(session: Session, ids: Sequence[UUID]) -> int:
    erase(session, sa.inspect(Notice).local_table, [(one,) for one in ids])  # type: ignore[arg-type]
    return len(ids)


def _write_down(session: Session, run: Run, requests: int, notices: int) -> None:
    """One line for the whole run, after those of its deletions; also when there were none."""
    record(
        session,
        "requests.retention_carried_out",
        subject="requests",
        by=run.by,
        at=run.at,
        days=run.kept_for.days,
        requests=requests,
        notices=notices,
    )
