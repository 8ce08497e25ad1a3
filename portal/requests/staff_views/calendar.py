"""The reply date of a request in a handler's calendar."""

from flask import make_response
from flask.typing import ResponseReturnValue

from portal.actors import CASEWORK
from portal.errors import NotFound
from portal.requests.calendars import calendar_of
from portal.requests.queries import by_reference, clock_now
from portal.requests.staff_views.blueprint import blueprint
from portal.web.guards import roles
from portal.web.session import reading, settings


@blueprint.get("/<reference>/calendar.ics")
@roles(*CASEWORK)
def calendar(reference: str) -> ResponseReturnValue:
    """The day we said we would reply by. NotFound while there is none, or none any more."""
    with reading() as session:
        footage_request = by_reference(session, reference)
        due_on = clock_now(session, footage_request, footage_request.steps).target_due_on
        if due_on is None or not footage_request.status.is_open:
            raise NotFound("There is no date to reply by.")
        file = make_response(calendar_of(session, footage_request, due_on, settings()))
    file.headers["Content-Type"] = "text/calendar; charset=utf-8"
    file.headers["Content-Disposition"] = f'attachment; filename="{reference}.ics"'
    return file
