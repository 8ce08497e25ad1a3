"""Handlers, as an administrator sees them."""

import base64
import io

import segno
from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.errors import NotFound, Refused
from portal.office.commands.handlers import Enrolment, add_handler, end_handler
from portal.office.forms import HandlerForm
from portal.office.models import Handler
from portal.office.queries import handlers
from portal.web.forms import PlainForm, refusal_told_on
from portal.web.guards import current_actor, roles
from portal.web.session import house, now, reading, writing

blueprint = Blueprint("people", __name__, url_prefix="/handlers")


@blueprint.get("")
@roles(Role.ADMINISTRATOR)
def everybody() -> ResponseReturnValue:
    """The list of handlers."""
    with reading() as session:
        return render_template("office/handlers.html", handlers=handlers(session), form=PlainForm())


@blueprint.route("/new", methods=["GET", "POST"])
@roles(Role.ADMINISTRATOR)
def new() -> ResponseReturnValue:
    """Add a handler; their secret is shown once, on the page that answers."""
    form = HandlerForm()
    if form.validate_on_submit():
        with refusal_told_on(form, form.sign_in_name):
            made = _added(form)
            picture = _qr_code(made.address)
            return render_template("office/handler_added.html", made=made, picture=picture)
    return render_template("office/new_handler.html", form=form), 422 if form.errors else 200


@blueprint.post("/<uuid:handler_id>/end")
@roles(Role.ADMINISTRATOR)
def end(handler_id: object) -> ResponseReturnValue:
    """End somebody's access."""
    if str(handler_id) == current_actor().id:
        raise Refused("You cannot end your own access. Ask another administrator.")
    if PlainForm().validate_on_submit():
        with writing() as session:
            handler = session.get(Handler, handler_id)
            if handler is None:
                raise NotFound("There is no such handler.")
            end_handler(session, handler=handler, by=current_actor(), at=now())
    return redirect(url_for(".everybody"), 303)


def _added(form: HandlerForm) -> Enrolment:
    with writing() as session:
        return add_handler(
            session,
            sign_in_name=form.sign_in_name.data or "",
            name=form.name.data or "",
            passphrase=form.passphrase.data or "",
            roles=[Role(role) for role in form.roles.data or []],
            sealer=house().vault.sealer,
            by=current_actor(),
            at=now(),
        )


def _qr_code(address: str) -> str:
    """The address as a picture in a `data:` address, so that it is never stored or fetched."""
    target = io.BytesIO()
    segno.make(address).save(target, kind="png", scale=5)
    return "data:image/png;base64," + base64.b64encode(target.getvalue()).decode()
