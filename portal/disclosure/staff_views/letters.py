"""The letters of a request that went out, and the decision's before it does."""

from uuid import UUID

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.audit.commands import record
from portal.dates import london_day
from portal.disclosure.letter_writing import letter_of
from portal.disclosure.links import last_day
from portal.disclosure.models import FileKind, Release
from portal.disclosure.queries.decisions import by_round
from portal.disclosure.queries.letters import letter_facts
from portal.disclosure.queries.releases import file_of, release_of
from portal.disclosure.queries.sent import sent_letters
from portal.disclosure.staff_views.blueprint import READERS, blueprint
from portal.disclosure.staff_views.posting import POSTERS
from portal.errors import NotFound
from portal.letters.commands import note_viewed
from portal.letters.composing import letter_headers, render_html
from portal.letters.opening import Form, open_letter
from portal.letters.queries import letter_of as letter_of_request
from portal.requests.queries import by_reference
from portal.requests.staff_views.page import request_page
from portal.web.guards import current_actor, roles
from portal.web.session import house, now, reading, settings, writing


@blueprint.get("/requests/<reference>/decision/<int(max=2147483647):number>/letter")
@roles(*READERS)
def preview(reference: str, number: int) -> Response:
    """The letter as it would go out today. The fingerprints come when the copies are made."""
    with reading() as session:
        facts = letter_facts(
            session,
            by_round(session, by_reference(session, reference).id, number),
            settings=settings(),
            dated_on=london_day(now()),
            expires_on=last_day(now(), settings().link_days),
            fingerprints={},
        )
    page = render_html(*letter_of(facts))
    return Response(page, mimetype="text/html", headers=letter_headers())


@blueprint.get("/requests/<reference>/letters")
@roles(*READERS)
def letters(reference: str) -> str:
    """Every letter that went out: the decisions' and all others, newest first."""
    with reading() as session:
        page = request_page(session, reference)
        return render_template(
            "disclosure/letters.html",
            **page,
            letters=sent_letters(session, page["footage_request"].id),
            may_post=current_actor().has(*POSTERS),
        )


@blueprint.get("/requests/<reference>/letters/issued/<uuid:letter_id>.<any(html, pdf):form>")
@roles(*READERS)
def issued_letter(reference: str, letter_id: UUID, form: str) -> Response:
    """A letter that is no decision, as it went out. The book notes who looked."""
    with writing() as session:
        found = letter_of_request(session, by_reference(session, reference).id, letter_id)
        opened = open_letter(house(), found, Form(form))
        note_viewed(session, letter=found, by=current_actor(), at=now())
    return Response(opened.content, mimetype=opened.media_type, headers=opened.headers)


@blueprint.get("/requests/<reference>/letters/<uuid:release_id>.<any(html, pdf):form>")
@roles(*READERS)
def letter(reference: str, release_id: UUID, form: str) -> ResponseReturnValue:
    """A letter that went out, as it went out. The book notes who looked."""
    kind = FileKind.LETTER_PDF if form == "pdf" else FileKind.LETTER_HTML
    with writing() as session:
        file = file_of(_release(session, reference, release_id), kind)
        record(
            session,
            "letter.viewed",
            subject=reference,
            by=current_actor(),
            at=now(),
            file=str(file.id),
        )
    with house().vault.open(file.named) as source:
        content = source.read()
    how = {"Content-Disposition": f'attachment; filename="{file.name}"'} if form == "pdf" else {}
    headers = letter_headers() | how
    return Response(content, mimetype=file.content_type, headers=headers)


def _release(session: Session, reference: str, release_id: UUID) -> Release:
    release = release_of(session, release_id)
    if release.request_id != by_reference(session, reference).id:
        raise NotFound("There is no such letter.")
    return release
