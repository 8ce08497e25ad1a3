"""Reading the office: who is signed in, and what waits for whom."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.dates import london_day
from portal.disclosure.models import Decision
from portal.identity.models import Proof
from portal.ids import tidy_reference
from portal.notifications.queries import references_unreached
from portal.office.models import Handler, StaffSession
from portal.office.queues import PAGE_SIZE, QueueRow, Wanted
from portal.office.sessions import SESSION_IDLE
from portal.recordings.models import Preservation
from portal.requests.answers import NO_MOMENT
from portal.requests.lifecycle import Event, Regime, Status
from portal.requests.models import Applicant, FootageRequest, RequestStep, SightingRow
from portal.requests.queries import searched_in_part
from portal.requests.waiting_queries import came_after_closing, nothing_came


def signed_in(
    session: Session, *, browser: str, at: datetime
) -> tuple[Handler, StaffSession] | None:
    """The handler signed in on this browser, if the session is neither over nor idle too long."""
    row = session.execute(
        sa.select(Handler, StaffSession)
        .join(StaffSession, StaffSession.handler_id == Handler.id)
        .where(
            StaffSession.browser == browser,
            StaffSession.ended_at.is_(None),
            StaffSession.expires_at > at,
            StaffSession.seen_at > at - SESSION_IDLE,
            Handler.ended_at.is_(None),
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def handlers(session: Session) -> Sequence[Handler]:
    """Everybody who has or had a place in the office, by name."""
    return session.scalars(sa.select(Handler).order_by(Handler.name)).all()


def requests_page(
    session: Session, wanted: Wanted, *, me: UUID, retention: timedelta
) -> tuple[list[QueueRow], int]:
    """One page of the list of requests, and how many there are in all."""
    found = _filtered(_rows(), wanted, me)
    count = session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0
    # Whatever the order, the reference makes it certain: no row on two pages, none on no page.
    page = found.order_by(*_ORDERS[wanted.sort], FootageRequest.reference).limit(PAGE_SIZE)
    page = page.offset((wanted.page - 1) * PAGE_SIZE)
    return [_row(row, retention) for row in session.execute(page)], count


def waiting_for_second(session: Session, *, me: UUID, retention: timedelta) -> list[QueueRow]:
    """Decisions that wait for a second handler who is not the one that decided."""
    decided_by_me = sa.exists().where(
        Decision.request_id == FootageRequest.id,
        Decision.decided_by == me,
        Decision.seconded_at.is_(None),
        Decision.sent_back_at.is_(None),
    )
    found = _rows().where(FootageRequest.status == Status.DECIDED, ~decided_by_me)
    return [_row(row, retention) for row in session.execute(found.order_by(*_ORDERS["due"]))]


def due_by(session: Session, day: date, *, retention: timedelta) -> list[QueueRow]:
    """Open requests whose reply is due by that day, the most urgent first."""
    found = _rows().where(FootageRequest.status.in_(_OPEN), FootageRequest.target_due_on <= day)
    return [_row(row, retention) for row in session.execute(found.order_by(*_ORDERS["due"]))]


def mine(session: Session, *, me: UUID, retention: timedelta) -> list[QueueRow]:
    """Open requests assigned to me."""
    found = _rows().where(FootageRequest.status.in_(_OPEN), FootageRequest.assigned_to == me)
    return [_row(row, retention) for row in session.execute(found.order_by(*_ORDERS["due"]))]


def nobodys(session: Session, *, retention: timedelta) -> list[QueueRow]:
    """New and reopened requests that are assigned to nobody, or to somebody who has left."""
    found = _rows().where(
        FootageRequest.status.in_([Status.RECEIVED, Status.REOPENED]),
        sa.or_(FootageRequest.assigned_to.is_(None), Handler.ended_at.is_not(None)),
    )
    return [_row(row, retention) for row in session.execute(found.order_by(*_ORDERS["due"]))]


def with_proof_to_check(session: Session, *, retention: timedelta) -> list[QueueRow]:
    """Open requests whose applicant sent proof of identity that waits for us, oldest first."""
    found = _rows().where(_PROOF_TO_CHECK).order_by(FootageRequest.received_at)
    return [_row(row, retention) for row in session.execute(found)]


def where_nothing_came(session: Session, *, today: date, retention: timedelta) -> list[QueueRow]:
    """Requests for which nothing came by the day that we gave: a person may close them."""
    return _these(session, nothing_came(session, today=today), retention)


def where_e_mail_came_back(session: Session, *, retention: timedelta) -> list[QueueRow]:
    """Requests about which an e-mail did not arrive, and nobody has told them by another way."""
    rows = _rows().where(FootageRequest.reference.in_(references_unreached(session)))
    found = session.execute(rows.order_by(FootageRequest.received_at))
    return [_row(row, retention) for row in found]


def written_to_after_closing(session: Session, *, retention: timedelta) -> list[QueueRow]:
    """Requests closed for want of something, whose applicant has written since."""
    return _these(session, came_after_closing(session), retention)


def _these(session: Session, ids: Sequence[UUID], retention: timedelta) -> list[QueueRow]:
    found = _rows().where(FootageRequest.id.in_(ids)).order_by(FootageRequest.received_at)
    return [_row(row, retention) for row in session.execute(found)] if ids else []


def about_to_be_deleted(
    session: Session, *, today: date, within: timedelta, retention: timedelta
) -> list[QueueRow]:
    """Open requests whose video would be deleted soon, and of which nothing was kept yet, or only
    a part because the whole is too wide to search."""
    rows = session.execute(
        _rows().where(FootageRequest.status.in_(_OPEN)).order_by(SightingRow.earliest_at)
    )
    found = (_row(row, retention) for row in rows)
    return [row for row in found if row.loses_video(today, today + within)]


_OPEN = [status for status in Status if status.is_open]
_PRESERVED = (
    sa.select(sa.func.count())
    .where(Preservation.request_id == FootageRequest.id, Preservation.released_at.is_(None))
    .scalar_subquery()
)
# The end of what an open request asks for, where only a part of it was searched.
_PARTLY_UNTIL = sa.case(
    (sa.and_(FootageRequest.status.in_(_OPEN), searched_in_part()), SightingRow.latest_at)
)
_ASKED, _CAME = aliased(RequestStep), aliased(RequestStep)
# We asked, and no proof has come since: then the proofs from before were not enough.
_WAITS_FOR_PROOF = sa.exists().where(
    _ASKED.request_id == FootageRequest.id,
    _ASKED.event == Event.IDENTITY_ASKED,
    ~sa.exists().where(
        _CAME.request_id == _ASKED.request_id,
        _CAME.event == Event.PROOF_RECEIVED,
        _CAME.number > _ASKED.number,
    ),
)
_PROOF_TO_CHECK = sa.and_(
    FootageRequest.status.in_(_OPEN),
    FootageRequest.regime.in_([regime for regime in Regime if regime.is_sar]),
    FootageRequest.identity_accepted_at.is_(None),
    sa.exists().where(Proof.subject_id == FootageRequest.id, Proof.storage_key.is_not(None)),
    ~_WAITS_FOR_PROOF,
)
_ORDERS: dict[str, tuple[sa.ColumnElement[Any], ...]] = {
    "due": (FootageRequest.target_due_on.is_(None), FootageRequest.target_due_on.asc()),
    "received": (FootageRequest.received_at.desc(),),
    "reference": (FootageRequest.reference.asc(),),
    "status": (FootageRequest.status.asc(), FootageRequest.target_due_on.asc()),
}


def _rows() -> sa.Select[Any]:
    return (
        sa.select(
            FootageRequest,
            Applicant.name,
            SightingRow.earliest_at,
            _PARTLY_UNTIL,
            _PRESERVED,
            Handler.name,
            _PROOF_TO_CHECK,
        )
        .join(Applicant, Applicant.request_id == FootageRequest.id)
        .join(SightingRow, SightingRow.request_id == FootageRequest.id)
        .outerjoin(Handler, Handler.id == FootageRequest.assigned_to)
    )


_STATUSES: dict[str, list[Status]] = {
    "open": _OPEN,
    "answered": [Status.ANSWERED, Status.ANSWERED_HELD],
    "closed": [Status.CLOSED],
    "all": list(Status),
}
_REGIMES: dict[str, list[Regime]] = {
    "all": list(Regime),
    "foi": [Regime.FOI],
    "sar": [regime for regime in Regime if regime.is_sar],
}


def _filtered(found: sa.Select[Any], wanted: Wanted, me: UUID) -> sa.Select[Any]:
    found = found.where(
        FootageRequest.status.in_(_STATUSES[wanted.status]),
        FootageRequest.regime.in_(_REGIMES[wanted.regime]),
    )
    if wanted.assigned != "anyone":
        found = found.where(FootageRequest.assigned_to == (me if wanted.assigned == "me" else None))
    if wanted.text:
        found = found.where(_mentions(wanted.text))
    return found


def _mentions(text: str) -> sa.ColumnElement[bool]:
    reference = tidy_reference(text)
    if reference:
        return FootageRequest.reference == reference
    return sa.or_(
        FootageRequest.reference.icontains(text, autoescape=True),
        Applicant.name.icontains(text, autoescape=True),
    )


def _row(row: Any, retention: timedelta) -> QueueRow:
    footage_request, applicant_name, earliest_at, partly_until, preserved, assigned_name, proof = (
        row
    )
    return QueueRow(
        id=footage_request.id,
        reference=footage_request.reference,
        regime=footage_request.regime,
        status=footage_request.status,
        applicant_name=applicant_name,
        received_on=footage_request.received_on,
        staff_target_on=footage_request.staff_target_on,
        target_due_on=footage_request.target_due_on,
        footage_deleted_on=_deleted_on(earliest_at, retention),
        rest_deleted_on=partly_until and _deleted_on(partly_until, retention),
        preserved=preserved,
        assigned_to=footage_request.assigned_to,
        assigned_name=assigned_name or "",
        is_proof_to_check=bool(proof),
    )


def _deleted_on(earliest_at: datetime, retention: timedelta) -> date | None:
    return None if earliest_at == NO_MOMENT[0] else london_day(earliest_at + retention)
