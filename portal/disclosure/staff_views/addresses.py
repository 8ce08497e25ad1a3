"""Another e-mail address for an applicant: one handler proposes it, a second one agrees."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.disclosure.commands import agree_address, propose_address, stop_address
from portal.disclosure.forms import NewAddressForm, WhyForm
from portal.disclosure.queries.addresses import old_address
from portal.disclosure.staff_views.blueprint import READERS, blueprint
from portal.identity.addresses import WAIT, counts_from, is_stale
from portal.identity.queries import change_facts, changes_of, waiting_address
from portal.requests.queries import by_reference
from portal.requests.staff_views.page import request_page
from portal.web.forms import PlainForm, refusal_told_on
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing

_PAGE = "/requests/<reference>/identity/address"
_PROPOSERS = (Role.INTAKE, Role.DECISION_MAKER)


@blueprint.get(_PAGE)
@roles(*READERS)
def new_address(reference: str) -> str:
    """The address that waits, who has looked and the next step; or the form to propose one."""
    return _page(reference, NewAddressForm())


@blueprint.post(_PAGE)
@roles(*_PROPOSERS)
def propose_new_address(reference: str) -> ResponseReturnValue:
    """Note the new address, and how we made sure that it is theirs."""
    form = NewAddressForm()
    if form.validate():
        with refusal_told_on(form):
            with writing() as session:
                propose_address(
                    session,
                    request_id=by_reference(session, reference).id,
                    email=form.email.data or "",
                    way=form.to_way(),
                    shown=form.shown.data or "",
                    by=current_actor(),
                    at=now(),
                )
            flash("Noted. Another handler must agree now.", "success")
            return redirect(url_for(".new_address", reference=reference), 303)
    return _page(reference, form), 422


@blueprint.post(_PAGE + "/<uuid:change_id>/agree")
@roles(Role.SECONDER)
def agree_new_address(reference: str, change_id: UUID) -> ResponseReturnValue:
    """Agree, as somebody else, to the very address that was on the page."""
    if PlainForm().validate_on_submit():
        with writing() as session:
            agree_address(
                session,
                request_id=by_reference(session, reference).id,
                change_id=change_id,
                by=current_actor(),
                at=now(),
            )
        flash(f"We write to the new address in {WAIT.days} days, unless it is stopped.", "success")
    return redirect(url_for(".new_address", reference=reference), 303)


@blueprint.route(_PAGE + "/stop", methods=["GET", "POST"])
@roles(*_PROPOSERS, Role.SECONDER)
def stop_new_address(reference: str) -> ResponseReturnValue:
    """Stop it, with a reason."""
    form = WhyForm()
    if form.validate_on_submit():
        with writing() as session:
            request_id = by_reference(session, reference).id
            why = form.why.data or ""
            is_stopped = stop_address(
                session, request_id=request_id, why=why, by=current_actor(), at=now()
            )
        words = "The new address is stopped." if is_stopped else "There was no address to stop."
        flash(words, "success")
        return redirect(url_for(".new_address", reference=reference), 303)
    with reading() as session:
        page = request_page(session, reference)
    shown = render_template("disclosure/stop_new_address.html", **page, form=form)
    return shown, 422 if form.errors else 200


def _page(reference: str, form: NewAddressForm) -> str:
    with reading() as session:
        page = request_page(session, reference)
        footage_request = page["footage_request"]
        waiting = waiting_address(session, footage_request.id)
        agreed_at = waiting.agreed_at if waiting else None
        actor = current_actor()
        return render_template(
            "disclosure/new_address.html",
            **page,
            waiting=waiting,
            counts_from=counts_from(agreed_at) if agreed_at else None,
            is_stale=waiting is not None and is_stale(change_facts(waiting), now()),
            before=[c for c in changes_of(session, footage_request.id) if c is not waiting],
            old_address=old_address(session, footage_request).value,
            form=form,
            agreeing=PlainForm(formdata=None),
            may_propose=actor.has(*_PROPOSERS),
            may_stop=actor.has(*_PROPOSERS, Role.SECONDER),
            may_agree=waiting is not None
            and actor.has(Role.SECONDER)
            and actor.id != waiting.proposed_by,
            days=WAIT.days,
        )
