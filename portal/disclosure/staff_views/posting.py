"""Who cannot be told by e-mail: print, post or phone, and say that it was done."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.disclosure.commands.posting import mark_answer_posted
from portal.disclosure.queries.posting import to_post as waiting_to_post
from portal.disclosure.staff_views.blueprint import blueprint
from portal.letters.commands import mark_posted
from portal.requests.commands.telling import note_told
from portal.requests.untold_queries import untold
from portal.web.forms import PlainForm
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing

POSTERS = (Role.INTAKE, Role.SEARCHER, Role.DECISION_MAKER, Role.SECONDER)


@blueprint.get("/requests/letters-to-post")
@roles(*POSTERS)
def to_post() -> ResponseReturnValue:
    """Every letter and answer to somebody without an e-mail address that has not been posted, and
    every message that somebody has to tell them of."""
    with reading() as session:
        return render_template(
            "disclosure/letters_to_post.html",
            letters=waiting_to_post(session),
            messages=untold(session),
            form=PlainForm(),
        )


@blueprint.post("/requests/letters-to-post/<uuid:letter_id>")
@roles(*POSTERS)
def posted(letter_id: UUID) -> ResponseReturnValue:
    """The letter is in the post."""
    with writing() as session:
        letter = mark_posted(session, letter_id=letter_id, by=current_actor(), at=now())
    return _marked(f"The letter about {letter.fields['reference']}")


@blueprint.post("/requests/letters-to-post/answers/<uuid:release_id>")
@roles(*POSTERS)
def answer_posted(release_id: UUID) -> ResponseReturnValue:
    """The answer is in the post: its letter, and its copies if it has any."""
    with writing() as session:
        reference = mark_answer_posted(session, release_id=release_id, by=current_actor(), at=now())
    return _marked(f"The answer to {reference}")


@blueprint.post("/requests/letters-to-post/messages/<uuid:message_id>")
@roles(*POSTERS)
def told(message_id: UUID) -> ResponseReturnValue:
    """Somebody phoned, or wrote."""
    with writing() as session:
        reference = note_told(session, message_id=message_id, by=current_actor(), at=now())
    flash(f"The person who asked in {reference} is marked as told.", "success")
    return redirect(url_for(".to_post"), 303)


def _marked(what: str) -> ResponseReturnValue:
    flash(f"{what} is marked as posted.", "success")
    return redirect(url_for(".to_post"), 303)
