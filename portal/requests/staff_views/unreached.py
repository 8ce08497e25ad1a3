"""E-mail about a request that did not arrive: sending it again, or saying that they were told by
another way."""

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.notifications.commands import see_to, send_again
from portal.requests.queries import by_reference
from portal.requests.staff_views.addresses import part_url
from portal.requests.staff_views.blueprint import blueprint
from portal.web.forms import PlainForm
from portal.web.guards import current_actor, roles
from portal.web.session import now, writing

_TELLERS = (Role.INTAKE, Role.SEARCHER, Role.DECISION_MAKER, Role.SECONDER)


@blueprint.post("/<reference>/told-another-way")
@roles(*_TELLERS)
def told_another_way(reference: str) -> ResponseReturnValue:
    """They know now what the e-mails that did not arrive would have said."""
    if PlainForm().validate_on_submit():
        with writing() as session:
            see_to(session, about=reference, by=current_actor(), at=now())
        flash("Noted: they were told by another way.", "success")
    return redirect(part_url(reference, ""), 303)


@blueprint.post("/<reference>/send-again")
@roles(*_TELLERS)
def send_unreached_again(reference: str) -> ResponseReturnValue:
    """Send what did not arrive again, to the address that we have now."""
    if PlainForm().validate_on_submit():
        with writing() as session:
            email = by_reference(session, reference).applicant.email
            sent = send_again(session, about=reference, to=email, by=current_actor(), at=now())
        words = "1 e-mail is sent again." if sent == 1 else f"{sent} e-mails are sent again."
        flash(words if sent else "There was nothing to send again.", "success")
    return redirect(part_url(reference, ""), 303)
