"""Proofs of a request that was sent: the same pages as before sending, and the request is told."""

from uuid import UUID

from flask import Response as Page
from flask import redirect, url_for
from werkzeug.wrappers import Response

from portal.identity.forms import ProofForm
from portal.identity.pages import Proofs, check_page, list_page, picture_page, take_back, take_in
from portal.requests.applicant_page import takes_proof
from portal.requests.commands.proving import proof_received
from portal.requests.views.own import blueprint, own_id, own_request
from portal.web.guards import current_actor, public
from portal.web.session import now, reading

Answered = str | Response | tuple[str, int]


@blueprint.route("/your-request/<reference>/proofs", methods=["GET", "POST"])
@public
def upload(reference: str) -> Answered:
    """What was sent so far, and a form for one file more, while we need any."""
    with reading() as session:
        footage_request = own_request(session, reference)
    if not takes_proof(footage_request):
        return redirect(url_for(".page", reference=reference), 303)
    form = ProofForm(is_for_another=footage_request.representative is not None)
    if form.validate_on_submit():
        proof_id = take_in(
            form,
            lambda session, file: proof_received(
                session,
                request_id=footage_request.id,
                kind=form.to_kind(),
                file=file,
                by=current_actor(),
                at=now(),
            ),
        )
        if proof_id is not None:
            return redirect(url_for(".check_file", reference=reference, proof_id=proof_id), 303)
    return list_page(form, _proofs(reference, footage_request.id))


@blueprint.get("/your-request/<reference>/proofs/<uuid:proof_id>")
@public
def check_file(reference: str, proof_id: UUID) -> str:
    """Show what was sent."""
    return check_page(_proofs(reference, own_id(reference)), proof_id)


@blueprint.get("/your-request/<reference>/proofs/<uuid:proof_id>/page/<int:page>")
@public
def show_page(reference: str, proof_id: UUID, page: int) -> Page:
    """One page of a proof, as a picture."""
    return picture_page(own_id(reference), proof_id, page)


@blueprint.post("/your-request/<reference>/proofs/<uuid:proof_id>/remove")
@public
def remove_file(reference: str, proof_id: UUID) -> Response:
    """Take a file back."""
    take_back(own_id(reference), proof_id)
    return redirect(url_for(".upload", reference=reference), 303)


def _proofs(reference: str, request_id: UUID) -> Proofs:
    here = url_for(".page", reference=reference)
    return Proofs(
        request_id, room="your_request", going_on=here, back=here, args={"reference": reference}
    )
