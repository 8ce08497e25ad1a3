"""Court orders: two people let a held recording go to one request, and take it back."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from portal.errors import NotFound
from portal.holds.commands import agree_override, ask_override, end_override
from portal.holds.models import HoldOverride
from portal.holds.override_queries import override_in
from portal.holds.overriding import ROLES
from portal.recordings.models import Recording
from portal.recordings.queries import matches_of
from portal.requests.asking import asker_of
from portal.requests.forms.holds import CourtOrderForm, EndOrderForm
from portal.requests.queries import by_reference
from portal.requests.staff_views.blueprint import blueprint
from portal.requests.staff_views.page import request_page
from portal.web.forms import PlainForm, refusal_told_on
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing

ORDER = "/<reference>/holds/court-orders/<uuid:override_id>"


@blueprint.route(
    "/<reference>/holds/<int(max=9223372036854775807):recording_id>/court-order",
    methods=["GET", "POST"],
)
@roles(*ROLES)
def ask_court_order(reference: str, recording_id: int) -> ResponseReturnValue:
    """Write down that a court ordered a held recording to go to this applicant."""
    form = CourtOrderForm()
    with reading() as session:
        request_id = by_reference(session, reference).id
        found = [one for _, one in matches_of(session, request_id) if one.id == recording_id]
    if not found:
        raise NotFound("There is no such confirmed recording.")
    if form.validate_on_submit():
        with refusal_told_on(form, form.reference):
            with writing() as session:
                ask_override(
                    session,
                    recording_id=recording_id,
                    to=asker_of(session, request_id),
                    order=form.to_order(),
                    by=current_actor(),
                    at=now(),
                )
            flash("It is written down. Somebody else must agree before anything goes.", "success")
            return _back(reference)
    return _page("requests/office/court_order.html", reference, found[0], form)


@blueprint.route(f"{ORDER}/agree", methods=["GET", "POST"])
@roles(*ROLES)
def agree_court_order(reference: str, override_id: UUID) -> ResponseReturnValue:
    """Be the second behind a court order, on a full page that says what follows."""
    form = PlainForm()
    with reading() as session:
        request_id = by_reference(session, reference).id
        order = override_in(session, request_id, override_id)
        recording = session.get_one(Recording, order.recording_id)
    if form.validate_on_submit():
        with refusal_told_on(form):
            with writing() as session:
                to = asker_of(session, request_id)
                agree_override(
                    session, override_id=override_id, to=to, by=current_actor(), at=now()
                )
            flash("Agreed. The hold does not bar this recording from this request now.", "success")
            return _back(reference)
    return _page("requests/office/agree_order.html", reference, recording, form, order)


@blueprint.route(f"{ORDER}/end", methods=["GET", "POST"])
@roles(*ROLES)
def end_court_order(reference: str, override_id: UUID) -> ResponseReturnValue:
    """Take a court order back."""
    form = EndOrderForm()
    with reading() as session:
        order = override_in(session, by_reference(session, reference).id, override_id)
        recording = session.get_one(Recording, order.recording_id)
    if form.validate_on_submit():
        with refusal_told_on(form, form.why):
            with writing() as session:
                end_override(
                    session,
                    override_id=override_id,
                    why=form.why.data,
                    by=current_actor(),
                    at=now(),
                )
            flash("Ended. The hold bars this recording again.", "success")
            return _back(reference)
    return _page("requests/office/end_order.html", reference, recording, form, order)


def _back(reference: str) -> ResponseReturnValue:
    return redirect(url_for(".holds", reference=reference), 303)


def _page(
    template: str,
    reference: str,
    recording: Recording,
    form: FlaskForm,
    order: HoldOverride | None = None,
) -> ResponseReturnValue:
    with reading() as session:
        shown = render_template(
            template,
            **request_page(session, reference),
            recording=recording,
            form=form,
            order=order,
        )
    return shown, 422 if form.errors else 200
