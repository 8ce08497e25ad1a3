"""Proofs of a request that is not sent yet. The room above has the same pages for one that is.

There is one draft in a browser, so no address names it: nobody can point at another's.
"""

from uuid import UUID

from flask import Blueprint, redirect, url_for
from flask import Response as Page
from werkzeug.wrappers import Response

from portal.errors import NotFound
from portal.identity.commands.proofs import receive_proof
from portal.identity.forms import ProofForm
from portal.identity.pages import Proofs, check_page, list_page, picture_page, take_back, take_in
from portal.identity.queries import subject_for
from portal.web.guards import browser, current_actor, public
from portal.web.session import now, reading

blueprint = Blueprint("identity", __name__, url_prefix="/proofs")

Answered = str | Response | tuple[str, int]


@blueprint.route("", methods=["GET", "POST"])
@public
def upload() -> Answered:
    """What was sent so far, and a form for one file more."""
    subject_id = _draft()
    if subject_id is None:
        return redirect(url_for("requests.ask_first"), 303)
    form = ProofForm()
    if form.validate_on_submit():
        proof_id = take_in(
            form,
            lambda session, file: receive_proof(
                session,
                subject_id=subject_id,
                kind=form.to_kind(),
                file=file,
                by=current_actor(),
                at=now(),
            ),
        )
        if proof_id is not None:
            return redirect(url_for(".check_file", proof_id=proof_id), 303)
    return list_page(form, _proofs(subject_id))


@blueprint.get("/<uuid:proof_id>")
@public
def check_file(proof_id: UUID) -> str:
    """Show what was sent."""
    return check_page(_proofs(_own()), proof_id)


@blueprint.get("/<uuid:proof_id>/page/<int:page>")
@public
def show_page(proof_id: UUID, page: int) -> Page:
    """One page of a proof, as a picture."""
    return picture_page(_own(), proof_id, page)


@blueprint.post("/<uuid:proof_id>/remove")
@public
def remove_file(proof_id: UUID) -> Response:
    """Take a file back."""
    take_back(_own(), proof_id)
    return redirect(url_for(".upload"), 303)


def _draft() -> UUID | None:
    with reading() as session:
        return subject_for(session, browser=browser(), at=now())


def _own() -> UUID:
    subject_id = _draft()
    if subject_id is None:
        raise NotFound()
    return subject_id


def _proofs(subject_id: UUID) -> Proofs:
    # The way on is always the first question without an answer: no address is taken from outside.
    return Proofs(
        subject_id,
        room="identity",
        going_on=url_for("requests.ask_first"),
        back=url_for("requests.ask", question="proof"),
    )
