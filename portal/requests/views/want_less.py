"""Wanting less than was asked for: it can make the answer faster, and never takes a right away."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.requests.commands.narrowing import narrow
from portal.requests.forms.your_request import WordsForm
from portal.requests.lifecycle import TABLE, Event
from portal.requests.views.own import blueprint, limit, own_request
from portal.requests.views.your_request import MESSAGES
from portal.web.guards import current_actor, public
from portal.web.session import now, reading, writing

Answered = str | Response | tuple[str, int]


@blueprint.route("/your-request/<reference>/want-less", methods=["GET", "POST"])
@public
def want_less(reference: str) -> Answered:
    """Say what is no longer needed. A page that cannot be used any more leads back."""
    with reading() as session:
        footage_request = own_request(session, reference)
    if (footage_request.status, Event.NARROWED) not in TABLE:
        return redirect(url_for(".page", reference=reference), 303)
    form = WordsForm("Enter what you no longer need")
    form.body.label.text = "What do you no longer need?"
    if form.validate_on_submit():
        limit(MESSAGES)
        with writing() as session:
            narrow(
                session,
                request_id=footage_request.id,
                body=form.body.data,
                by=current_actor(),
                at=now(),
            )
        flash("We know that you want less.", "success")
        return redirect(url_for(".page", reference=reference), 303)
    page = render_template(
        "your_request/want_less.html",
        reference=reference,
        form=form,
        is_foi=not footage_request.regime.is_sar,
    )
    return page, 422 if form.is_submitted() else 200
