"""Whether somebody may act for the applicant: their papers beside what is checked about them."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.dates import london_day
from portal.errors import NotFound
from portal.identity.authority import NEEDS, checks_for, needs_date
from portal.identity.proof import enough_by_default
from portal.identity.queries import kept_authorities, proofs_of
from portal.letters.models import Letter
from portal.requests.commands.authorising import accept_authority, age_of, ask_authority
from portal.requests.forms.authority import AuthorityForm, LacksForm, authority_form
from portal.requests.ledger import open_asks
from portal.requests.lifecycle import BUTTONS, Event
from portal.requests.queries import by_reference
from portal.requests.staff_views.blueprint import blueprint
from portal.requests.staff_views.identity import READERS, can, proof_line
from portal.requests.staff_views.page import request_page
from portal.requests.staff_views.previewing import preview_or_issue
from portal.web.forms import refusal_told_on
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing

_JUDGES = tuple(BUTTONS[Event.AUTHORITY_ACCEPTED])


@blueprint.get("/<reference>/identity/authority")
@roles(*_JUDGES, *READERS)
def authority(reference: str) -> ResponseReturnValue:
    """By what right they act, what they sent, and the checks of that right."""
    return _page(reference, _accept_form(reference), LacksForm())


@blueprint.post("/<reference>/identity/authority/accept")
@roles(*_JUDGES)
def accept_acting(reference: str) -> ResponseReturnValue:
    """They may act, once every check is answered."""
    form = _accept_form(reference)
    if form.validate():
        with refusal_told_on(form):
            with writing() as session:
                accept_authority(
                    session,
                    request_id=by_reference(session, reference).id,
                    found=form.to_found(),
                    signed_on=form.signed_on.data if form.needs_date else None,
                    by=current_actor(),
                    at=now(),
                    known=form.to_known(),
                    enough_id=form.to_enough(),
                    shown_on=form.shown_on.data,
                )
            flash("Authority to act is accepted.", "success")
            return redirect(url_for(".authority", reference=reference), 303)
    return _page(reference, form, LacksForm(formdata=None)), 422


@blueprint.post("/<reference>/identity/authority/ask")
@roles(*_JUDGES)
def ask_acting(reference: str) -> ResponseReturnValue:
    """Ask them to show that they may act, with the reasons they will read."""
    form = LacksForm()

    def deed(session: Session) -> Letter:
        return ask_authority(
            session,
            request_id=by_reference(session, reference).id,
            lacks=form.to_lacks(),
            note=form.note.data or "",
            by=current_actor(),
            at=now(),
        )

    return preview_or_issue(
        form,
        reference,
        deed,
        page=lambda: _page(reference, _accept_form(reference, formdata=None), form),
        done=url_for(".authority", reference=reference),
        said="They are asked to show that they may act.",
    )


def _accept_form(reference: str, **kwargs: Any) -> AuthorityForm:
    """The form with the checks of their kind, and the papers to choose from. NotFound where
    nobody acts."""
    with reading() as session:
        footage_request = by_reference(session, reference)
        papers = kept_authorities(session, footage_request.id)
        age = age_of(session, footage_request.id, on=london_day(now()))
    acting = footage_request.representative
    if acting is None:
        raise NotFound("Nobody acts for the applicant.")
    asked = open_asks(footage_request.steps, Event.AUTHORITY_ASKED, Event.AUTHORITY_ACCEPTED)
    enough = enough_by_default(papers, [step.at for step in asked])
    return authority_form(
        checks_for(acting.acting, age),
        needs_date=needs_date(acting.acting),
        proofs={str(proof.id): proof_line(proof) for proof in papers},
        enough_by_default=str(enough.id) if enough else "",
        **kwargs,
    )


def _page(reference: str, form: AuthorityForm, lacks_form: LacksForm) -> str:
    with reading() as session:
        page = request_page(session, reference)
        footage_request = page["footage_request"]
        may_judge = current_actor().has(*_JUDGES) and footage_request.regime.is_sar
        return render_template(
            "requests/office/authority.html",
            **page,
            proofs=[p for p in proofs_of(session, footage_request.id) if p.kind.shows_authority],
            needs=NEEDS[footage_request.representative.acting],
            age=age_of(session, footage_request.id, on=london_day(now())),
            form=form,
            lacks_form=lacks_form,
            has_errors=bool(form.errors or lacks_form.errors),
            may_see=current_actor().has(*_JUDGES),
            may_accept=may_judge and can(footage_request, Event.AUTHORITY_ACCEPTED),
            may_ask=may_judge and can(footage_request, Event.AUTHORITY_ASKED),
        )
