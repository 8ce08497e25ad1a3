"""The one question that pauses the clock: written, read as a letter, issued."""

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.requests.commands.clarifying import ask
from portal.requests.forms.office import ClarifyForm
from portal.requests.letter_writing import WHEN_OR_WHERE, why_too_wide
from portal.requests.lifecycle import BUTTONS, Event
from portal.requests.queries import by_reference, is_search_too_wide
from portal.requests.staff_views.addresses import part_url
from portal.requests.staff_views.blueprint import blueprint, shown
from portal.requests.staff_views.previewing import own_words, preview_or_issue
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, settings


@blueprint.route("/<reference>/clarify", methods=["GET", "POST"])
@roles(*BUTTONS[Event.CLARIFICATION_ASKED])
def clarify(reference: str) -> ResponseReturnValue:
    """Ask what is meant, on a page that says what it does to the clock."""
    form = _form(reference)

    def deed(session: Session) -> Letter:
        return ask(
            session,
            request_id=by_reference(session, reference).id,
            **own_words(LetterKind.CLARIFICATION, form),
            by=current_actor(),
            at=now(),
        )

    return preview_or_issue(
        form,
        reference,
        deed,
        page=lambda: shown("requests/office/clarify.html", reference, form=form),
        done=part_url(reference, "messages"),
        said="The clock waits for the answer.",
    )


def _form(reference: str) -> ClarifyForm:
    """With words to begin from where a search was too wide to make whole."""
    form = ClarifyForm()
    with reading() as session:
        is_wide = is_search_too_wide(session, by_reference(session, reference).id)
    if is_wide and not form.is_submitted():
        form.questions.data = WHEN_OR_WHERE
        form.why_needed.data = why_too_wide(settings().retention_days)
    return form
