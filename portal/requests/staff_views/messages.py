"""Messages with the applicant. They pause nothing; `clarifying` asks what can."""

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.requests.commands.messaging import write_to_applicant
from portal.requests.forms.office import MessageForm
from portal.requests.messages import Meaning
from portal.requests.queries import by_reference
from portal.requests.staff_views.addresses import part_url
from portal.requests.staff_views.blueprint import blueprint, shown, shown_again
from portal.requests.staff_views.telling import message_reaches
from portal.web.guards import current_actor, roles
from portal.web.session import now, writing

_WRITERS = (Role.INTAKE, Role.SEARCHER, Role.DECISION_MAKER, Role.SECONDER)


@blueprint.get("/<reference>/messages")
@roles(*_WRITERS, Role.SENIOR_REVIEWER, Role.DATA_PROTECTION_OFFICER, Role.AUDITOR)
def messages(reference: str) -> ResponseReturnValue:
    """Every message, and a box for the next."""
    return shown(
        "requests/office/messages.html",
        reference,
        form=MessageForm(),
        can_write=current_actor().has(*_WRITERS),
    )


@blueprint.post("/<reference>/messages")
@roles(*_WRITERS)
def send_message(reference: str) -> ResponseReturnValue:
    """Say something to the applicant. It pauses nothing."""
    form = MessageForm()
    if not form.validate():
        return shown_again("requests/office/messages.html", reference, form=form, can_write=True)
    with writing() as session:
        reaches = message_reaches(session, reference)
        write_to_applicant(
            session,
            request_id=by_reference(session, reference).id,
            body=form.body.data,
            by=current_actor(),
            at=now(),
            meaning=Meaning(form.what.data),
        )
    flash(reaches, "success")
    return redirect(part_url(reference, "messages"), 303)
