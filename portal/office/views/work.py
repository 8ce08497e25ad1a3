"""My work, and the list of all requests."""

import csv
import io
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import CASEWORK, Role
from portal.dates import london_day
from portal.disclosure.queries.looks import looks_for
from portal.disclosure.queries.posting import to_post
from portal.disclosure.queries.restrictions import due_by as restrictions_due
from portal.disclosure.staff_views.posting import POSTERS
from portal.expiry.queries import missing_files
from portal.holds.queries import holds_due
from portal.office.deletion_queries import wanted_soon
from portal.office.forms import RequestFilterForm
from portal.office.queries import (
    about_to_be_deleted,
    due_by,
    nobodys,
    requests_page,
    waiting_for_second,
    where_e_mail_came_back,
    where_nothing_came,
    with_proof_to_check,
    written_to_after_closing,
)
from portal.office.queries import mine as assigned_to
from portal.office.queues import DELETED_SOON, PAGE_SIZE, SOON, SORTS, QueueRow, Wanted
from portal.requests.untold_queries import untold
from portal.reviews.queries import QueueRow as ReviewRow
from portal.reviews.queries import waiting_for
from portal.web.guards import ANY_HANDLER, current_actor, roles
from portal.web.session import now, reading, settings

blueprint = Blueprint("work", __name__)


@blueprint.get("/")
@roles(*ANY_HANDLER)
def mine() -> ResponseReturnValue:
    """What is mine, whose answer is looked at again, what is new, what has proof to check, whom
    no e-mail reaches, what never came or came too late, what is about to be deleted, what waits
    for me to second, and what is due."""
    today = london_day(now())
    with reading() as session:
        files_gone = len(missing_files(session)) if current_actor().has(Role.ADMINISTRATOR) else 0
        if not current_actor().has(*CASEWORK):
            return render_template("office/no_casework.html", files_gone=files_gone)
        return render_template(
            "office/my_work.html",
            today=today,
            files_gone=files_gone,
            assigned=assigned_to(session, me=_me(), retention=_retention()),
            nobodys=nobodys(session, retention=_retention()),
            proof_to_check=with_proof_to_check(session, retention=_retention()),
            came_back=where_e_mail_came_back(session, retention=_retention()),
            nothing_came=where_nothing_came(session, today=today, retention=_retention()),
            came_late=written_to_after_closing(session, retention=_retention()),
            due=due_by(session, today + SOON, retention=_retention()),
            to_second=_to_second(session),
            looks=looks_for(session, current_actor(), at=now()),
            reviews=_reviews(session),
            restrictions_due=_restrictions_due(session, today + SOON),
            holds_due=_holds_due(session, today + SOON),
            to_post=len(to_post(session)) if current_actor().has(*POSTERS) else 0,
            to_tell=len(untold(session)) if current_actor().has(*POSTERS) else 0,
            wanted_soon=wanted_soon(
                session, today=today, within=DELETED_SOON, retention=_retention(), now=now()
            ),
            deleted_soon=about_to_be_deleted(
                session, today=today, within=DELETED_SOON, retention=_retention()
            ),
        )


@blueprint.get("/requests")
@roles(*CASEWORK)
def every_request() -> ResponseReturnValue:
    """The list, filtered and sorted by the server, two clocks in each row."""
    form = RequestFilterForm(request.args)
    wanted = _wanted(form)
    # The choices that are in force are the ones shown as chosen, whatever the address said.
    form.status.data, form.regime.data = wanted.status, wanted.regime
    form.assigned.data = wanted.assigned
    with reading() as session:
        rows, count = requests_page(session, wanted, me=_me(), retention=_retention())
    return render_template(
        "office/requests.html",
        form=form,
        rows=rows,
        count=count,
        wanted=wanted,
        pages=max(1, -(-count // PAGE_SIZE)),
        today=london_day(now()),
        address=_address,
        csv_address=url_for(".every_request_csv", **_kept(), page=wanted.page),
    )


@blueprint.get("/requests.csv")
@roles(*CASEWORK)
def every_request_csv() -> ResponseReturnValue:
    """The same page of the list as a CSV file."""
    wanted = _wanted(RequestFilterForm(request.args))
    with reading() as session:
        rows, _ = requests_page(session, wanted, me=_me(), retention=_retention())
    return Response(
        _as_csv(rows),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=requests.csv"},
    )


def _restrictions_due(session: Session, day: date) -> int:
    return restrictions_due(session, day) if current_actor().has(Role.DECISION_MAKER) else 0


def _holds_due(session: Session, day: date) -> int:
    return holds_due(session, day) if current_actor().has(Role.HOLD_OWNER) else 0


def _reviews(session: Session) -> list[ReviewRow] | None:
    if not current_actor().has(Role.SENIOR_REVIEWER, Role.DATA_PROTECTION_OFFICER):
        return None
    return waiting_for(session, current_actor())


def _to_second(session: Session) -> list[QueueRow]:
    if not current_actor().has(Role.SECONDER, Role.DATA_PROTECTION_OFFICER):
        return []
    return waiting_for_second(session, me=_me(), retention=_retention())


def _wanted(form: RequestFilterForm) -> Wanted:
    page = request.args.get("page", "1")
    sort = request.args.get("sort", "due")
    return Wanted(
        status=_chosen(form.status, "open"),
        regime=_chosen(form.regime, "all"),
        assigned=_chosen(form.assigned, "anyone"),
        text=(form.reference.data or "")[:80],
        sort=sort if sort in SORTS else "due",
        page=max(int(page), 1) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


def _chosen(field: object, otherwise: str) -> str:
    offered = {choice.value for choice in field.iter_choices()}  # type: ignore[attr-defined]
    value = getattr(field, "data", None)
    return str(value) if value in offered else otherwise


def _address(**changes: Any) -> str:
    """The address of this list with something changed: another page, another order."""
    return url_for(".every_request", **{**_kept(), **changes})


def _kept() -> dict[str, Any]:
    return {name: value for name, value in request.args.items() if name in _SHOWN}


def _as_csv(rows: list[QueueRow]) -> str:
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(["Reference", "Law", "Status", "Received", "Reply by", "Video deleted"])
    for row in rows:
        lines.writerow(
            [
                row.reference,
                row.regime.label,
                row.status.label,
                row.received_on,
                row.target_due_on or "",
                "" if row.preserved else row.footage_deleted_on or "",
            ]
        )
    return written.getvalue()


# What an address of the list may carry over; anything else somebody added is dropped.
_SHOWN = frozenset({"status", "regime", "assigned", "reference", "sort"})


def _me() -> UUID:
    return UUID(current_actor().id)


def _retention() -> timedelta:
    return timedelta(days=settings().retention_days)
