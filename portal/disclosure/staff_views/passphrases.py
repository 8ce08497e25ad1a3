"""A new passphrase that an applicant chose: who they are is looked at by one handler, and by a
second."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import Role
from portal.disclosure.commands import (
    accept_passphrase,
    second_passphrase,
    stop_passphrase,
)
from portal.disclosure.forms import ShownForm, WhyForm
from portal.disclosure.staff_views.blueprint import READERS, blueprint
from portal.errors import Refused
from portal.identity.passphrases import WAIT
from portal.identity.queries import waiting_passphrase
from portal.requests.queries import by_reference
from portal.requests.staff_views.page import request_page
from portal.web.forms import PlainForm
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing

_PAGE = "/requests/<reference>/release/new-passphrase"


@blueprint.get(_PAGE)
@roles(*READERS)
def new_passphrase(reference: str) -> str:
    """What was asked for, who has looked, and the next step."""
    return _page(reference, ShownForm())


@blueprint.post(_PAGE + "/accept")
@roles(Role.INTAKE, Role.DECISION_MAKER)
def accept_new(reference: str) -> ResponseReturnValue:
    """Note how they showed again who they are."""
    form = ShownForm()
    if not form.validate_on_submit():
        return _page(reference, form), 422
    with writing() as session:
        request_id, passphrase_id = _asked(session, reference)
        accept_passphrase(
            session,
            request_id=request_id,
            passphrase_id=passphrase_id,
            shown=form.shown.data or "",
            by=current_actor(),
            at=now(),
        )
    return _done(reference, "Noted. Another handler must agree now.")


@blueprint.post(_PAGE + "/second")
@roles(Role.SECONDER)
def second_new(reference: str) -> ResponseReturnValue:
    """Agree, as somebody else."""
    if PlainForm().validate_on_submit():
        with writing() as session:
            request_id, passphrase_id = _asked(session, reference)
            second_passphrase(
                session,
                request_id=request_id,
                passphrase_id=passphrase_id,
                by=current_actor(),
                at=now(),
            )
        flash(f"The new passphrase works in {WAIT.days} days. They have been told.", "success")
    return redirect(url_for(".new_passphrase", reference=reference), 303)


@blueprint.route(_PAGE + "/stop", methods=["GET", "POST"])
@roles(Role.INTAKE, Role.DECISION_MAKER, Role.SECONDER)
def stop_new(reference: str) -> ResponseReturnValue:
    """Stop it, with a reason."""
    form = WhyForm()
    if form.validate_on_submit():
        with writing() as session:
            request_id = by_reference(session, reference).id
            why = form.why.data or ""
            stop_passphrase(session, request_id=request_id, why=why, by=current_actor(), at=now())
        return _done(reference, "The new passphrase is stopped.")
    with reading() as session:
        page = request_page(session, reference)
    shown = render_template("disclosure/stop_new.html", **page, form=form)
    return shown, 422 if form.errors else 200


def _page(reference: str, form: ShownForm) -> str:
    with reading() as session:
        page = request_page(session, reference)
        waiting = waiting_passphrase(session, page["footage_request"].id, now())
        return render_template(
            "disclosure/new_passphrase_seen.html",
            **page,
            waiting=waiting,
            form=form,
            agreeing=PlainForm(formdata=None),
            may_second=current_actor().has(Role.SECONDER),
            days=WAIT.days,
        )


def _asked(session: Session, reference: str) -> tuple[UUID, UUID]:
    request_id = by_reference(session, reference).id
    waiting = waiting_passphrase(session, request_id, now())
    if waiting is None:
        raise Refused("No new passphrase waits for this request.")
    return request_id, waiting.id


def _done(reference: str, words: str) -> ResponseReturnValue:
    flash(words, "success")
    return redirect(url_for(".new_passphrase", reference=reference), 303)
