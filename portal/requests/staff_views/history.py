"""What happened to a request: its ledger, and what the book says about it."""

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import CASEWORK
from portal.audit.models import AuditEntry
from portal.audit.queries import about
from portal.requests.models import FootageRequest
from portal.requests.staff_views.blueprint import blueprint
from portal.requests.staff_views.page import request_page
from portal.web.guards import roles
from portal.web.session import reading


@blueprint.get("/<reference>/history")
@roles(*CASEWORK)
def history(reference: str) -> ResponseReturnValue:
    """The ledger as a timeline, the book as a table."""
    with reading() as session:
        page = request_page(session, reference)
        entries = _entries(session, page["footage_request"])
        return render_template("requests/office/history.html", **page, entries=entries)


def _entries(session: Session, footage_request: FootageRequest) -> list[AuditEntry]:
    """Newest first. Rooms below know a request by its id, those above by its reference."""
    found = [
        *about(session, footage_request.reference),
        *about(session, str(footage_request.id)),
    ]
    return sorted(found, key=lambda entry: entry.sequence, reverse=True)
