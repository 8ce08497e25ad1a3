"""The overview of a request: what was asked, what comes next, and whose it is."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.actors import CASEWORK, Role
from portal.requests.commands.assigning import assign as give
from portal.requests.queries import by_reference
from portal.requests.staff_views.blueprint import blueprint, shown
from portal.web.forms import PlainForm
from portal.web.guards import current_actor, roles
from portal.web.session import now, writing

_WORKERS = (Role.INTAKE, Role.SEARCHER, Role.DECISION_MAKER, Role.SECONDER)


@blueprint.get("/<reference>")
@roles(*CASEWORK)
def overview(reference: str) -> ResponseReturnValue:
    """What was asked and what comes next."""
    can_assign = current_actor().has(*_WORKERS)
    return shown(
        "requests/office/overview.html", reference, plain=PlainForm(), can_assign=can_assign
    )


@blueprint.post("/<reference>/assign")
@roles(*_WORKERS)
def assign(reference: str) -> ResponseReturnValue:
    """Take the request, or let it go when it was mine."""
    if PlainForm().validate_on_submit():
        me = UUID(current_actor().id)
        with writing() as session:
            footage_request = by_reference(session, reference)
            to = None if footage_request.assigned_to == me else me
            give(session, request_id=footage_request.id, to=to, by=current_actor(), at=now())
        flash("This request is yours now." if to else "This request is nobody’s now.", "success")
    return redirect(url_for(".overview", reference=reference), 303)
