"""Who the applicant is: what was typed beside what they sent, and what a handler makes of it."""

from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import Role
from portal.dates import london_day, weekday_in_words
from portal.errors import NotFound
from portal.identity.commands.proofs import note_viewed
from portal.identity.models import Proof
from portal.identity.proof import enough_by_default
from portal.identity.queries import checks_of, kept_documents, proofs_of
from portal.identity.viewing import picture_of
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.requests.commands.authorising import age_of
from portal.requests.commands.proving import accept_identity, ask_identity
from portal.requests.foreseeing import dates_if_asked_again
from portal.requests.forms.office import AcceptForm, DoubtsForm
from portal.requests.ledger import open_asks
from portal.requests.lifecycle import BUTTONS, TABLE, Event
from portal.requests.models import FootageRequest
from portal.requests.queries import by_reference
from portal.requests.staff_views.blueprint import blueprint
from portal.requests.staff_views.page import request_page
from portal.requests.staff_views.previewing import own_words, preview_or_issue
from portal.web.forms import refusal_told_on
from portal.web.guards import current_actor, roles
from portal.web.session import house, now, reading, writing

_JUDGES = tuple(BUTTONS[Event.IDENTITY_ACCEPTED])
READERS = (Role.SECONDER, Role.SENIOR_REVIEWER, Role.DATA_PROTECTION_OFFICER, Role.AUDITOR)


@blueprint.get("/<reference>/identity")
@roles(*_JUDGES, *READERS)
def identity(reference: str) -> ResponseReturnValue:
    """The proofs and what was decided about them. Pictures are for those who judge them."""
    return _page(reference, _accept_form(reference), DoubtsForm()), 200


@blueprint.post("/<reference>/identity/accept")
@roles(*_JUDGES)
def accept(reference: str) -> ResponseReturnValue:
    """We know who they are."""
    form = _accept_form(reference)
    if form.validate():
        with refusal_told_on(form):
            with writing() as session:
                accept_identity(
                    session,
                    request_id=by_reference(session, reference).id,
                    by=current_actor(),
                    at=now(),
                    known=form.to_known(),
                    enough_id=form.to_enough(),
                    shown_on=form.shown_on.data,
                )
            flash("Identity is accepted. Pictures of documents will be deleted.", "success")
            return redirect(url_for(".identity", reference=reference), 303)
    return _page(reference, form, DoubtsForm(formdata=None)), 422


@blueprint.post("/<reference>/identity/ask")
@roles(*_JUDGES)
def ask_for_proof(reference: str) -> ResponseReturnValue:
    """Ask the applicant to show who they are, with the reasons they will read."""
    form = DoubtsForm()

    def deed(session: Session) -> Letter:
        return ask_identity(
            session,
            request_id=by_reference(session, reference).id,
            doubts=form.to_doubts(),
            **own_words(LetterKind.ID_REQUEST, form),
            by=current_actor(),
            at=now(),
        )

    return preview_or_issue(
        form,
        reference,
        deed,
        page=lambda: _page(reference, _accept_form(reference, formdata=None), form),
        done=url_for(".identity", reference=reference),
        said="The applicant is asked to show who they are.",
    )


@blueprint.get("/<reference>/identity/<uuid:proof_id>/<int(max=99):page>")
@roles(*_JUDGES)
def proof_picture(reference: str, proof_id: UUID, page: int) -> ResponseReturnValue:
    """One page of a proof as a picture. Each look at one is in the book."""
    with reading() as session:
        proof = _proof(proof_id, proofs_of(session, by_reference(session, reference).id))
    picture = picture_of(house(), proof, page)
    with writing() as session:
        note_viewed(session, proof=proof, page=page, by=current_actor(), at=now())
    return Response(
        picture.content, mimetype=picture.media_type, headers={"Cache-Control": "no-store"}
    )


def _proof(proof_id: UUID, proofs: Any) -> Proof:
    for proof in proofs:
        if proof.id == proof_id:
            return proof  # type: ignore[no-any-return]
    raise NotFound("There is no such proof.")


def _accept_form(reference: str, **kwargs: Any) -> AcceptForm:
    """The form with the proofs to choose from, and the one that we take for enough."""
    with reading() as session:
        footage_request = by_reference(session, reference)
        documents = kept_documents(session, footage_request.id)
    asked_at = [step.at for step in open_asks(footage_request.steps)]
    enough = enough_by_default(documents, asked_at)
    return AcceptForm(
        {str(proof.id): proof_line(proof) for proof in documents},
        enough_by_default=str(enough.id) if enough else "",
        **kwargs,
    )


def proof_line(proof: Proof) -> str:
    """A proof or a paper among those to choose from: what it is, and the day it came."""
    return f"{proof.kind.label}, came {weekday_in_words(london_day(proof.received_at))}"


def _page(reference: str, accept_form: AcceptForm, doubts_form: DoubtsForm) -> str:
    with reading() as session:
        page = request_page(session, reference)
        footage_request = page["footage_request"]
        may_judge = current_actor().has(*_JUDGES) and footage_request.regime.is_sar
        return render_template(
            "requests/office/identity.html",
            **page,
            proofs=proofs_of(session, footage_request.id),
            checks=checks_of(session, footage_request.id),
            age=age_of(session, footage_request.id, on=london_day(now())),
            accept_form=accept_form,
            doubts_form=doubts_form,
            has_errors=bool(accept_form.errors or doubts_form.errors),
            may_see=current_actor().has(*_JUDGES),
            may_accept=may_judge and can(footage_request, Event.IDENTITY_ACCEPTED),
            may_ask=may_judge and can(footage_request, Event.IDENTITY_ASKED),
            if_again=dates_if_asked_again(session, footage_request, london_day(now())),
        )


def can(footage_request: FootageRequest, event: Event) -> bool:
    """Whether the request stands where this can happen."""
    return (footage_request.status, event) in TABLE
