"""They told us by phone, post or at a counter: what those without the website can do too."""

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.requests.commands.relaying import relay
from portal.requests.forms.told_us import ToldUsForm
from portal.requests.queries import by_reference
from portal.requests.staff_views.addresses import part_url
from portal.requests.staff_views.blueprint import blueprint, shown, shown_again
from portal.web.forms import refusal_told_on
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing

_TEMPLATE = "requests/office/told_us.html"


@blueprint.route("/<reference>/messages/told-us", methods=["GET", "POST"])
@roles(Role.INTAKE, Role.SEARCHER, Role.DECISION_MAKER, Role.SECONDER)
def told_us(reference: str) -> ResponseReturnValue:
    """Write down an answer, that they want less, or that they want no answer any more."""
    form = _form(reference)
    if not form.is_submitted():
        return shown(_TEMPLATE, reference, form=form)
    if form.validate():
        with refusal_told_on(form):
            with writing() as session:
                relay(
                    session,
                    request_id=by_reference(session, reference).id,
                    told=form.to_told(),
                    words=form.words.data,
                    channel=form.to_channel(),
                    on=form.told_on.data,
                    by=current_actor(),
                    at=now(),
                )
            flash("What they told us is written down.", "success")
            return redirect(part_url(reference, "messages"), 303)
    return shown_again(_TEMPLATE, reference, form=form)


def _form(reference: str) -> ToldUsForm:
    with reading() as session:
        return ToldUsForm(by_reference(session, reference).status)
