"""Stopping another e-mail address that somebody asked us to write to."""

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue

from portal.actors import PUBLIC
from portal.disclosure.commands import stop_address
from portal.disclosure.views.blueprint import blueprint
from portal.identity.addresses import WAIT
from portal.identity.queries import waiting_address
from portal.requests.views.own import seen_id
from portal.web.forms import PlainForm
from portal.web.guards import public
from portal.web.session import now, reading, writing


@blueprint.route("/your-request/<reference>/stop-address", methods=["GET", "POST"])
@public
def stop_address_of_request(reference: str) -> ResponseReturnValue:
    """Stop the new address that waits, from the request's page. Asks first."""
    with reading() as session:
        request_id = seen_id(session, reference)
        waiting = waiting_address(session, request_id) if request_id is not None else None
    own_page = f"/your-request/{reference}"
    if request_id is None or waiting is None:
        return redirect(own_page, 303)
    form = PlainForm()
    if form.validate_on_submit():
        why = "The applicant said: this was not me."
        with writing() as session:
            is_stopped = stop_address(session, request_id=request_id, why=why, by=PUBLIC, at=now())
        if is_stopped:
            flash("We have stopped it. We go on writing to this e-mail address.", "success")
        return redirect(own_page, 303)
    page = render_template("disclosure/stop_address.html", form=form, back=own_page, days=WAIT.days)
    return page, 200
