"""The time of a request: its dates and how they came about, and what can be done about them."""

from datetime import date

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import CASEWORK
from portal.dates import london_day
from portal.errors import Refused
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.requests.commands.charging import ask_fee, note_fee_paid
from portal.requests.commands.closing import offered, too_soon
from portal.requests.commands.extending import Because, extend
from portal.requests.foreseeing import clock_if, dates_if
from portal.requests.forms.acting import DisbursementsForm, ExtendForm, FeeForm, FeePaidForm
from portal.requests.lifecycle import BUTTONS, TABLE, Event, Facts
from portal.requests.models import FootageRequest
from portal.requests.queries import by_reference
from portal.requests.staff_views.addresses import is_page, part_url
from portal.requests.staff_views.blueprint import blueprint, shown, shown_again, shown_with_dates
from portal.requests.staff_views.next_steps import Step, step_of
from portal.requests.staff_views.page import request_page
from portal.requests.staff_views.previewing import own_words, preview_or_issue
from portal.requests.waiting import Waiting
from portal.requests.waiting_queries import waiting_for
from portal.web.forms import refusal_told_on
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing

_EXTEND = "requests/office/extend.html"

# The acts that this tab offers, in its order.
_ACTS = (
    Event.EXTENDED,
    Event.INTEREST_EXTENDED,
    Event.FEE_ASKED,
    Event.FEE_PAID,
    Event.REDIRECTED,
    Event.CLOSED,
    Event.TAKEN_UP,
)
_FORESEEN = {Event.EXTENDED: dates_if, Event.INTEREST_EXTENDED: dates_if, Event.FEE_ASKED: clock_if}


@blueprint.get("/<reference>/time")
@roles(*CASEWORK)
def time(reference: str) -> ResponseReturnValue:
    """The dates, the working, what we wait for, and every act of time with why not, if not."""
    today = london_day(now())
    with reading() as session:
        page = request_page(session, reference)
        footage_request = page["footage_request"]
        waiting = waiting_for(footage_request)
        return render_template(
            "requests/office/time.html",
            **page,
            waiting=waiting,
            acts=_acts(session, footage_request, page["facts"], waiting, today),
        )


@blueprint.route("/<reference>/time/extension", methods=["GET", "POST"])
@roles(*BUTTONS[Event.EXTENDED])
def extension(reference: str) -> ResponseReturnValue:
    """Take two more months, with a letter read before it goes out."""
    form = ExtendForm()

    def deed(session: Session) -> Letter:
        return extend(
            session,
            request_id=by_reference(session, reference).id,
            because=Because(form.because.data),
            how=form.how.data or "",
            **own_words(LetterKind.EXTENSION, form),
            by=current_actor(),
            at=now(),
        )

    return preview_or_issue(
        form,
        reference,
        deed,
        page=lambda: shown_with_dates(
            "requests/office/extend.html", reference, Event.EXTENDED, form
        ),
        done=part_url(reference, "time"),
        said="The request has its new date.",
    )


@blueprint.route("/<reference>/time/fee", methods=["GET", "POST"])
@roles(*BUTTONS[Event.FEE_ASKED])
def fee(reference: str) -> ResponseReturnValue:
    """Ask for a fee, with a notice read before it goes out."""
    with reading() as session:
        is_sar = by_reference(session, reference).regime.is_sar
    form = FeeForm() if is_sar else DisbursementsForm()

    def deed(session: Session) -> Letter:
        return ask_fee(
            session,
            request_id=by_reference(session, reference).id,
            pence=form.to_pence(),
            **own_words(LetterKind.FEES_NOTICE, form) | {"reasons": form.to_reasons()},
            by=current_actor(),
            at=now(),
        )

    return preview_or_issue(
        form,
        reference,
        deed,
        page=lambda: shown("requests/office/fee.html", reference, form=form),
        done=part_url(reference, "time"),
        said="We wait for the fee.",
    )


@blueprint.route("/<reference>/time/fee-paid", methods=["GET", "POST"])
@roles(*BUTTONS[Event.FEE_PAID])
def fee_paid(reference: str) -> ResponseReturnValue:
    """Note the day on which the fee was paid."""
    form = FeePaidForm()
    template = "requests/office/fee_paid.html"
    if not form.is_submitted():
        return shown(template, reference, form=form)
    if form.validate():
        with refusal_told_on(form):
            with writing() as session:
                note_fee_paid(
                    session,
                    request_id=by_reference(session, reference).id,
                    paid_on=form.paid_on.data,
                    by=current_actor(),
                    at=now(),
                )
            flash("The fee is noted. The request goes on.", "success")
            return redirect(part_url(reference, "time"), 303)
    return shown_again(template, reference, form=form)


def _acts(
    session: Session,
    footage_request: FootageRequest,
    facts: Facts,
    waiting: Waiting | None,
    today: date,
) -> list[Step]:
    """Each act that this kind of request knows and that has a page, with why not: those that can
    be done come first."""
    steps = []
    for event in _ACTS:
        step = step_of(event, footage_request, facts, current_actor())
        if _is_of_another_law(event, facts) or not is_page(step.href):
            continue
        why_not = (
            _not_here(event, footage_request)
            or step.why_not
            or _foreseen(session, event, footage_request, waiting, today)
        )
        steps.append(Step(step.label, step.href, why_not))
    return sorted(steps, key=lambda step: step.why_not is not None)


def _is_of_another_law(event: Event, facts: Facts) -> bool:
    of_sar_alone = {Event.EXTENDED: True, Event.INTEREST_EXTENDED: False}
    return event in of_sar_alone and of_sar_alone[event] is not facts.regime.is_sar


def _not_here(event: Event, footage_request: FootageRequest) -> str | None:
    if (footage_request.status, event) in TABLE:
        return None
    return f"Not while the request is “{footage_request.status.label.lower()}”."


def _foreseen(
    session: Session,
    event: Event,
    footage_request: FootageRequest,
    waiting: Waiting | None,
    today: date,
) -> str | None:
    """What the clock, or the time that we gave them, says against the act today."""
    if event is Event.CLOSED:
        fits = offered(footage_request, footage_request.steps, waiting, today)
        return too_soon(waiting, today) if fits is None else None
    if event not in _FORESEEN:
        return None
    try:
        _FORESEEN[event](session, footage_request, event, today)
    except Refused as refusal:
        return refusal.message
    return None
