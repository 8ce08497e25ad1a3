"""The letters we wrote to an applicant, on their own page: shown to a signed-in visit alone.

The decision is not among them. It stays behind the link and the code of its release, and this
list is the same whether something is held, nothing is, or neither may be said.
"""

from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from portal.letters.commands import note_viewed
from portal.letters.composing import title_of
from portal.letters.opening import Form, open_letter
from portal.letters.queries import letter_of, letters_of
from portal.requests.views.own import blueprint, own_id
from portal.web.guards import current_actor, public
from portal.web.session import house, now, writing


def own_letters(session: Session, request_id: UUID) -> dict[str, object]:
    """What the page's list of letters needs."""
    return {"letters": letters_of(session, request_id), "title_of": title_of}


@blueprint.get("/your-request/<reference>/letters/<uuid:letter_id>.<any(html, pdf):form>")
@public
def letter(reference: str, letter_id: UUID, form: str) -> Response:
    """One letter, to read in the browser or to keep. The book notes that it was opened."""
    request_id = own_id(reference)
    with writing() as session:
        found = letter_of(session, request_id, letter_id)
        opened = open_letter(house(), found, Form(form))
        note_viewed(session, letter=found, by=current_actor(), at=now())
    return Response(opened.content, mimetype=opened.media_type, headers=opened.headers)
