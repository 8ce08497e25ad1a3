"""The letters that must go into an envelope: print, post, and say that it was done."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.letters.commands import mark_posted
from portal.letters.composing import title_of
from portal.letters.queries import letters_to_post
from portal.requests.queries import addresses_of
from portal.requests.staff_views.blueprint import blueprint
from portal.web.forms import PlainForm
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing

POSTERS = (Role.INTAKE, Role.SEARCHER, Role.DECISION_MAKER, Role.SECONDER)


@blueprint.get("/letters-to-post")
@roles(*POSTERS)
def to_post() -> ResponseReturnValue:
    """Every letter to somebody without an e-mail address that has not been posted."""
    with reading() as session:
        letters = letters_to_post(session)
        addresses = addresses_of(session, {letter.subject_id for letter in letters})
        return render_template(
            "requests/office/letters_to_post.html",
            letters=letters,
            addresses=addresses,
            title_of=title_of,
            form=PlainForm(),
        )


@blueprint.post("/letters-to-post/<uuid:letter_id>")
@roles(*POSTERS)
def posted(letter_id: UUID) -> ResponseReturnValue:
    """It is in the post."""
    with writing() as session:
        letter = mark_posted(session, letter_id=letter_id, by=current_actor(), at=now())
    flash(f"The letter about {letter.fields['reference']} is marked as posted.", "success")
    return redirect(url_for(".to_post"), 303)
