"""Registering a request that came by another door than the website."""

from uuid import UUID, uuid5

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.requests.commands.registering import register as receive_it
from portal.requests.forms.registering import RegisterForm
from portal.requests.offers import boroughs_on_offer, places_on_offer
from portal.requests.staff_views.blueprint import blueprint
from portal.web.fields import clean
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing

# Names of requests made from what was typed: the same form sent twice is one request.
_SAME_FORM = UUID("0f3c2a52-5a37-4c5f-8d0e-6a3f5a2e9c11")


@blueprint.route("/new", methods=["GET", "POST"])
@roles(Role.INTAKE)
def register() -> ResponseReturnValue:
    """One page with everything; a place with several meanings is asked again."""
    form = _form()
    if not form.is_submitted():
        return render_template("requests/office/register.html", form=form)
    if not form.validate():
        return render_template("requests/office/register.html", form=form), 422
    with writing() as session:
        made = receive_it(
            session,
            request_id=_id_of_this_form(),
            intake=form.to_intake(),
            other=form.to_other_intake(),
            received_at=form.received_at,
            by=current_actor(),
            at=now(),
        )
    flash(f"The request is registered. Its reference is {made.reference}.", "success")
    if made.linked_to is not None:
        flash("They asked for two things, so there is a second request: see Law.", "important")
    return redirect(url_for(".overview", reference=made.reference), 303)


def _form() -> RegisterForm:
    typed = clean(request.form.get("place", ""), lines=False)[:200]
    with reading() as session:
        return RegisterForm(
            at=now(),
            boroughs=boroughs_on_offer(session),
            places=places_on_offer(session, typed) if typed else (),
        )


def _id_of_this_form() -> UUID:
    typed = [(name, texts) for name, texts in request.form.lists() if name != "csrf_token"]
    return uuid5(_SAME_FORM, f"{current_actor().id}:{sorted(typed)!r}")
