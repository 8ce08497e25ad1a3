"""The pages on which proofs are sent, for whoever hangs them up: this room for a draft, the room
above for a request. `room` and `args` name the endpoints that the pages link to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from flask import Response, flash, make_response, render_template
from sqlalchemy.orm import Session

from portal.errors import NotFound, Refused
from portal.identity.commands.proofs import note_viewed, remove_proof
from portal.identity.files import MOST_PROOFS
from portal.identity.forms import ProofForm
from portal.identity.models import Proof
from portal.identity.queries import kept_proofs, proof_by_id
from portal.identity.viewing import SealedFile, picture_of, sealed_file
from portal.web.forms import PlainForm
from portal.web.guards import current_actor
from portal.web.limits import Limit, take, visitor
from portal.web.session import house, now, reading, settings, writing

# Opening a file costs a process: a person sends ten, not a hundred.
UPLOADS = Limit("uploads", 40, timedelta(hours=1))


@dataclass(frozen=True)
class Proofs:
    """Whose proofs these are, and where their pages lead."""

    subject_id: UUID
    room: str
    going_on: str
    back: str
    args: dict[str, str] = field(default_factory=dict)


def take_in(form: ProofForm, keep: Callable[[Session, SealedFile], Proof]) -> UUID | None:
    """Read and seal the uploaded file, and write it down with `keep`. None when it was refused:
    the reason then stands beside the field."""
    with writing() as session:
        take(session, UPLOADS, visitor(), at=now())
    name, source = form.to_file()
    try:
        with (
            sealed_file(house(), name=name, source=source) as file,
            writing() as session,
        ):
            return keep(session, file).id
    except Refused as refusal:
        form.file.errors = [refusal.message]
        return None


def list_page(form: ProofForm, proofs: Proofs) -> tuple[str, int]:
    """What was sent so far, and the form."""
    with reading() as session:
        kept = kept_proofs(session, proofs.subject_id)
    page = render_template(
        "identity/proofs.html",
        form=form,
        proofs=kept,
        is_full=len(kept) >= MOST_PROOFS,
        megabytes=settings().upload_megabytes,
        room=proofs.room,
        args=proofs.args,
        going_on=proofs.going_on,
        back=proofs.back,
    )
    return page, 422 if form.is_submitted() else 200


def check_page(proofs: Proofs, proof_id: UUID) -> str:
    """What was sent, so that a blurred picture is seen by the one who can take another."""
    with reading() as session:
        proof = proof_by_id(session, subject_id=proofs.subject_id, proof_id=proof_id)
    if proof.storage_key is None:
        raise NotFound()
    return render_template(
        "identity/check_file.html",
        proof=proof,
        form=PlainForm(),
        room=proofs.room,
        args=proofs.args,
    )


def picture_page(subject_id: UUID, proof_id: UUID, page: int) -> Response:
    """One page of a proof as a picture that we drew. Every look is written in the book."""
    with reading() as session:
        proof = proof_by_id(session, subject_id=subject_id, proof_id=proof_id)
    picture = picture_of(house(), proof, page)
    with writing() as session:
        note_viewed(session, proof=proof, page=page, by=current_actor(), at=now())
    answer = make_response(picture.content)
    answer.headers["Content-Type"] = picture.media_type
    answer.headers["Content-Disposition"] = "inline"
    return answer


def take_back(subject_id: UUID, proof_id: UUID) -> None:
    """Remove a file, if the button's form is ours."""
    if not PlainForm().validate_on_submit():
        return
    with writing() as session:
        remove_proof(
            session, subject_id=subject_id, proof_id=proof_id, by=current_actor(), at=now()
        )
    flash("We have removed the file.", "success")
