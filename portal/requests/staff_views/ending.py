"""Ending a request without an answer, and opening it again: each on a full page."""

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.dates import london_day
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.requests.commands.closing import ClosedBecause, Lack, close_duplicate, offered, too_soon
from portal.requests.commands.closing import close as close_request
from portal.requests.commands.redirecting import redirect_elsewhere
from portal.requests.commands.taking_up import take_up
from portal.requests.forms.acting import CloseForm, DuplicateForm, NotValidForm, RedirectForm
from portal.requests.lifecycle import BUTTONS, Event, Status
from portal.requests.messages import Sender
from portal.requests.models import FootageRequest
from portal.requests.queries import by_reference
from portal.requests.staff_views.addresses import part_url
from portal.requests.staff_views.blueprint import blueprint, shown, shown_again
from portal.requests.staff_views.previewing import own_words, preview_or_issue
from portal.requests.staff_views.telling import message_reaches
from portal.requests.waiting import Waiting
from portal.requests.waiting_queries import waiting_for
from portal.web.forms import PlainForm, refusal_told_on
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing

_CLOSE = "requests/office/close.html"


@blueprint.route("/<reference>/close", methods=["GET", "POST"])
@roles(*BUTTONS[Event.CLOSED])
def close(reference: str) -> ResponseReturnValue:
    """Close for the one reason that fits, with a letter read before it goes out."""
    with reading() as session:
        footage_request = by_reference(session, reference)
    if footage_request.status is Status.CLOSED:
        return redirect(part_url(reference), 303)  # a second press of the button
    waiting = waiting_for(footage_request)
    because = offered(footage_request, footage_request.steps, waiting, london_day(now()))
    if because is None:
        why_not = too_soon(waiting, london_day(now()))
        return shown(_CLOSE, reference, form=PlainForm(), because=None, why_not=why_not)
    form = NotValidForm() if because is ClosedBecause.NOT_VALID else CloseForm()

    def deed(session: Session) -> Letter:
        return close_request(
            session,
            request_id=by_reference(session, reference).id,
            because=because,
            **own_words(LetterKind.CLOSING, form),
            lacks=[Lack(one) for one in form.lacks.data or ()] if "lacks" in form else (),
            by=current_actor(),
            at=now(),
        )

    return preview_or_issue(
        form,
        reference,
        deed,
        page=lambda: shown(
            _CLOSE,
            reference,
            form=form,
            because=because,
            waiting=waiting,
            has_written=_has_written(footage_request, waiting),
        ),
        done=part_url(reference),
        said="The request is closed.",
    )


@blueprint.route("/<reference>/duplicate", methods=["GET", "POST"])
@roles(*BUTTONS[Event.CLOSED])
def duplicate(reference: str) -> ResponseReturnValue:
    """Close a request that asks for the same as another one of the same person."""
    form = DuplicateForm()
    template = "requests/office/duplicate.html"
    if not form.is_submitted():
        return shown(template, reference, form=form)
    if form.validate():
        with refusal_told_on(form):
            with writing() as session:
                reaches = message_reaches(session, reference)
                close_duplicate(
                    session,
                    request_id=by_reference(session, reference).id,
                    other=form.to_other(),
                    by=current_actor(),
                    at=now(),
                )
            flash(f"The request is closed. {reaches}", "success")
            return redirect(part_url(reference), 303)
    return shown_again(template, reference, form=form)


@blueprint.route("/<reference>/redirect", methods=["GET", "POST"])
@roles(*BUTTONS[Event.REDIRECTED])
def redirect_request(reference: str) -> ResponseReturnValue:
    """Say whom to ask instead, and close."""
    form = RedirectForm()
    template = "requests/office/redirect.html"
    if not form.is_submitted():
        return shown(template, reference, form=form)
    if not form.validate():
        return shown_again(template, reference, form=form)
    with writing() as session:
        reaches = message_reaches(session, reference)
        redirect_elsewhere(
            session,
            request_id=by_reference(session, reference).id,
            whom=form.whom.data,
            contact=form.contact.data,
            by=current_actor(),
            at=now(),
        )
    flash(f"The request is closed. {reaches}", "success")
    return redirect(part_url(reference), 303)


@blueprint.route("/<reference>/open-again", methods=["GET", "POST"])
@roles(*BUTTONS[Event.TAKEN_UP])
def open_again(reference: str) -> ResponseReturnValue:
    """Open a request again in which something came after it was closed."""
    form = PlainForm()
    if not form.is_submitted():
        return shown("requests/office/open_again.html", reference, form=form)
    if form.validate():
        with writing() as session:
            reaches = message_reaches(session, reference)
            take_up(
                session,
                request_id=by_reference(session, reference).id,
                by=current_actor(),
                at=now(),
            )
        flash(f"The request is open again. {reaches}", "success")
    return redirect(part_url(reference), 303)


def _has_written(footage_request: FootageRequest, waiting: Waiting | None) -> bool:
    """Whether the applicant has written since we asked: that has to be read before closing."""
    if waiting is None:
        return False
    return any(
        message.sender is Sender.APPLICANT and london_day(message.sent_at) >= waiting.asked_on
        for message in footage_request.messages
    )
