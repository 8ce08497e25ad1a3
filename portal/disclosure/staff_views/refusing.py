"""Answering a whole request on one ground: refusing it, or neither confirming nor denying."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.disclosure.commands import answer_whole
from portal.disclosure.commands.refusing import short_road
from portal.disclosure.staff_views.blueprint import blueprint
from portal.disclosure.staff_views.deciding import after_deciding, may_answer_whole
from portal.disclosure.whole_forms import WholeForm, whole_form
from portal.errors import Refused
from portal.requests.answers import is_about_video
from portal.requests.models import FootageRequest
from portal.requests.queries import by_reference
from portal.requests.staff_views.page import request_page
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing


@blueprint.route("/requests/<reference>/decision/refuse", methods=["GET", "POST"])
@roles(Role.DECISION_MAKER)
def refuse(reference: str) -> ResponseReturnValue:
    """Choose the ground, answer its questions, decide. A ground whose questions were not on the
    page yet brings the page back with them, and decides nothing; so does what the law refuses,
    with the words why."""
    with reading() as session:
        footage_request = by_reference(session, reference)
        neither_obstacle = short_road(session, footage_request)
    is_video = is_about_video(footage_request.sighting.earliest_at)
    form = whole_form(footage_request.regime, request.form.to_dict(), is_about_video=is_video)
    is_sent = request.method == "POST" and may_answer_whole(footage_request)
    status = 200
    if is_sent and not form.has_unseen:
        status = 422
        if form.validate_on_submit():
            try:
                return _decide(footage_request, form)
            except Refused as refusal:  # told on the form's own page: nothing typed is lost
                form.form_errors.append(refusal.message)
                status = 409
    with reading() as session:
        page = render_template(
            "disclosure/refuse.html",
            **request_page(session, reference),
            form=form,
            may_answer_whole=may_answer_whole(footage_request),
            neither_obstacle=neither_obstacle,
            has_new_questions=is_sent and form.has_unseen,
        )
    return page, status


def _decide(footage_request: FootageRequest, form: WholeForm) -> ResponseReturnValue:
    with writing() as session:
        made = answer_whole(
            session,
            request_id=footage_request.id,
            whole=form.to_whole(),
            reasons=form.reasons,
            interest=form.to_interest(),
            by=current_actor(),
            at=now(),
        )
        return after_deciding(session, footage_request, made)
