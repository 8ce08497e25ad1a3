"""Taking longer to weigh the public interest, with a letter read before it goes out."""

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.disclosure.commands.weighing import extend_to_weigh
from portal.disclosure.staff_views.blueprint import blueprint
from portal.disclosure.weighing_forms import WeighForm
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.requests.lifecycle import BUTTONS, Event
from portal.requests.queries import by_reference
from portal.requests.staff_views.addresses import part_url
from portal.requests.staff_views.blueprint import shown_with_dates
from portal.requests.staff_views.previewing import own_words, preview_or_issue
from portal.web.guards import current_actor, roles
from portal.web.session import now

_TEMPLATE = "disclosure/public_interest.html"


@blueprint.route("/requests/<reference>/time/public-interest", methods=["GET", "POST"])
@roles(*BUTTONS[Event.INTEREST_EXTENDED])
def public_interest(reference: str) -> ResponseReturnValue:
    """Name the exemption, give the reason, read the notice, issue it."""
    form = WeighForm()

    def deed(session: Session) -> Letter:
        return extend_to_weigh(
            session,
            request_id=by_reference(session, reference).id,
            code=form.code.data,
            **own_words(LetterKind.PIT_EXTENSION, form),
            by=current_actor(),
            at=now(),
        )

    return preview_or_issue(
        form,
        reference,
        deed,
        page=lambda: shown_with_dates(_TEMPLATE, reference, Event.INTEREST_EXTENDED, form),
        done=part_url(reference, "time"),
        said="The request has its new date.",
    )
