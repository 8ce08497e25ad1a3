"""The blueprint of the staff's request pages, and what happens at the door of each of them."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from portal.dates import london_day
from portal.errors import NotFound, Refused
from portal.ids import tidy_reference
from portal.requests.commands.viewing import is_viewing_noted, note_viewing
from portal.requests.foreseeing import dates_if
from portal.requests.lifecycle import Event
from portal.requests.queries import by_reference
from portal.requests.staff_views.page import request_page
from portal.web.guards import current_actor
from portal.web.session import now, reading, writing

blueprint = Blueprint("requests", __name__, url_prefix="/requests")


@blueprint.before_request
def note_who_looks() -> None:
    """Every GET of a request's page is a viewing, written down once an hour. What is no reference
    at all never reaches the database: not every text is one that it can hold."""
    reference = (request.view_args or {}).get("reference")
    if reference is None:
        return
    if tidy_reference(reference) != reference:
        raise NotFound("There is no such request.")
    if request.method == "GET":
        note_viewing_of(reference)


def note_viewing_of(reference: str) -> None:
    """Write in the book that the signed-in handler looks at this request. NotFound if none."""
    by, at = current_actor(), now()
    with reading() as session:
        by_reference(session, reference)
        if is_viewing_noted(session, reference=reference, by=by, at=at):
            return
    with writing() as session:
        note_viewing(session, reference=reference, by=by, at=at)


def shown(template: str, reference: str, **more: object) -> str:
    """A staff page about one request, from one reading of the database."""
    with reading() as session:
        return render_template(template, **request_page(session, reference), **more)


def shown_with_dates(template: str, reference: str, event: Event, form: FlaskForm) -> str:
    """The page of an act that gives a new date: the old one and the new, or why there is none."""
    dates, why_not = None, ""
    with reading() as session:
        footage_request = by_reference(session, reference)
        try:
            dates = dates_if(session, footage_request, event, london_day(now()))
        except Refused as refusal:
            why_not = refusal.message
    return shown(template, reference, form=form, dates=dates, why_not=why_not)


def shown_again(template: str, reference: str, **more: object) -> ResponseReturnValue:
    """The same after a form was found wrong: what was typed stays."""
    return shown(template, reference, **more), 422
