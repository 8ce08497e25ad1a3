"""E-mail about a request that did not arrive: saying that they were told by another way."""

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.notifications.commands import see_to
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
