"""The handlers' pages of reviews and complaints: the queue, one of them, and its answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import CASEWORK, Role
from portal.dates import london_day
from portal.requests.forms.registering import CHANNELS
from portal.requests.intake import Channel
from portal.requests.lifecycle import TABLE, Event
from portal.requests.queries import by_reference
from portal.requests.staff_views.addresses import may_enter, part_url
from portal.requests.staff_views.blueprint import note_viewing_of
from portal.requests.staff_views.page import request_page
from portal.requests.staff_views.previewing import preview_or_issue
from portal.requests.staff_views.telling import letter_reaches, message_reaches
from portal.reviews.commands import answering, handling
from portal.reviews.commands.asking import ask_to_look_again
from portal.reviews.forms import (
    NOBODY,
    AnswerForm,
    AssignForm,
    LongerForm,
    ProgressForm,
    RegisterForm,
)
from portal.reviews.models import Review
from portal.reviews.queries import (
    clock_of,
    decisions_of,
    is_silent,
    queue,
    review_of,
    reviews_of,
    standing_of,
    who_may_answer,
    workers_of,
)
from portal.reviews.rules import (
    bar_on_answering,
    due_is,
    why_not_ask,
    why_not_exceptional,
)
from portal.web.forms import refusal_told_on
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing

blueprint = Blueprint("reviews", __name__)

_ANSWERERS = (Role.SENIOR_REVIEWER, Role.DATA_PROTECTION_OFFICER)
_REGISTRARS = (Role.INTAKE, *_ANSWERERS)
_CAME_BY = {Channel.ONLINE.value: "On the website", **CHANNELS}
_OF_ONE = "/requests/<reference>/reviews"
_ONE = _OF_ONE + "/<uuid:review_id>"


@blueprint.before_request
def note_who_looks() -> None:
    """Looking at a review is looking at the request: the book says who did."""
    reference = (request.view_args or {}).get("reference")
    if request.method == "GET" and reference:
        note_viewing_of(reference)


@blueprint.get("/reviews")
@roles(*CASEWORK)
def every_review() -> str:
    """What is open, the most urgent first; and what was answered."""
    is_open = request.args.get("show") != "answered"
    with reading() as session:
        rows = queue(session, is_open=is_open)
    return render_template(
        "reviews/queue.html", rows=rows, is_open=is_open, today=london_day(now())
    )


@blueprint.get(_OF_ONE)
@roles(*CASEWORK)
def of_request(reference: str) -> str:
    """Every review and complaint about one request."""
    with reading() as session:
        page = request_page(session, reference)
        footage_request = page["footage_request"]
        standing = standing_of(session, footage_request)
        return render_template(
            "reviews/of_request.html",
            **page,
            reviews=reviews_of(session, footage_request.id),
            kind=standing.kind,
            why_not=why_not_ask(standing.kind, standing),
            may_register=current_actor().has(*_REGISTRARS),
        )


@blueprint.route(f"{_OF_ONE}/new", methods=["GET", "POST"])
@roles(*_REGISTRARS)
def register(reference: str) -> ResponseReturnValue:
    """Write down one that came by telephone, by post or over a counter."""
    form = RegisterForm(at=now())
    if form.validate_on_submit():
        with refusal_told_on(form, form.received_on):
            review_id = _register(reference, form)
            flash(f"It is registered. {_reaches(letter_reaches, reference)}", "success")
            return redirect(url_for(".one", reference=reference, review_id=review_id), 303)
    with reading() as session:
        page = request_page(session, reference)
        standing = standing_of(session, page["footage_request"])
        kind, why_not = standing.kind, why_not_ask(standing.kind, standing)
        text = render_template(
            "reviews/register.html", **page, form=form, kind=kind, why_not=why_not
        )
    return text, 422 if form.errors else 200


def _register(reference: str, form: RegisterForm) -> UUID:
    with writing() as session:
        footage_request = by_reference(session, reference)
        made = ask_to_look_again(
            session,
            request_id=footage_request.id,
            kind=standing_of(session, footage_request).kind,
            words=form.words.data,
            received_at=form.received_at,
            channel=form.to_channel(),
            by=current_actor(),
            at=now(),
        )
        return made.id


@blueprint.get(_ONE)
@roles(*CASEWORK)
def one(reference: str, review_id: UUID) -> str:
    """The person's words, the decisions and who worked on it, the working, and what to do."""
    return _shown("reviews/one.html", reference, review_id)


@blueprint.post(f"{_ONE}/assign")
@roles(*_ANSWERERS)
def assign(reference: str, review_id: UUID) -> ResponseReturnValue:
    """Take it, or give it to somebody who may answer it."""
    with reading() as session:
        review = review_of(session, by_reference(session, reference).id, review_id)
        form = AssignForm(who_may_answer(session, review))
    if not form.validate_on_submit():
        return _shown("reviews/one.html", reference, review_id, assign_form=form), 422
    with writing() as session:
        handling.assign(
            session, review_id=review.id, to=form.to_handler(), by=current_actor(), at=now()
        )
    flash("Noted whose it is.", "success")
    return _back(reference, review_id)


@blueprint.route(f"{_ONE}/longer", methods=["GET", "POST"])
@roles(Role.SENIOR_REVIEWER)
def longer(reference: str, review_id: UUID) -> ResponseReturnValue:
    """Say that an internal review is an exceptional case, and why."""
    form = LongerForm()
    if not form.validate_on_submit():
        return _form_page("reviews/longer.html", reference, review_id, form)
    with writing() as session:
        handling.find_exceptional(
            session,
            review_id=_own(session, reference, review_id).id,
            why=form.why.data,
            by=current_actor(),
            at=now(),
        )
    flash(f"It has its new date. {_reaches(message_reaches, reference)}", "success")
    return _back(reference, review_id)


@blueprint.route(f"{_ONE}/progress", methods=["GET", "POST"])
@roles(*_ANSWERERS)
def progress(reference: str, review_id: UUID) -> ResponseReturnValue:
    """Tell the applicant how far we are."""
    form = ProgressForm()
    if not form.validate_on_submit():
        return _form_page("reviews/progress.html", reference, review_id, form)
    with writing() as session:
        handling.tell_progress(
            session,
            review_id=_own(session, reference, review_id).id,
            body=form.body.data,
            by=current_actor(),
            at=now(),
        )
    flash(_reaches(message_reaches, reference), "success")
    return _back(reference, review_id)


@blueprint.route(f"{_ONE}/answer", methods=["GET", "POST"])
@roles(*_ANSWERERS)
def answer(reference: str, review_id: UUID) -> ResponseReturnValue:
    """Say what we found; read the letter; issue it."""
    with reading() as session:
        footage_request = by_reference(session, reference)
        review = review_of(session, footage_request.id, review_id)
        if review.answered_at is not None:
            # A page that was left open, or the same button twice.
            return _back(reference, review_id)
        handling.check_may_answer(session, review, current_actor())
    form = AnswerForm(
        review.kind,
        is_late=review.is_late,
        can_open_again=(footage_request.status, Event.REVIEW_UPHELD) in TABLE,
    )
    return preview_or_issue(
        form,
        reference,
        lambda session: answering.answer(
            session,
            review_id=review_id,
            finding=form.to_finding(),
            by=current_actor(),
            at=now(),
        ),
        page=lambda: _shown("reviews/answer.html", reference, review_id, form=form),
        done=url_for(".one", reference=reference, review_id=review_id),
        said="The letter is issued.",
    )


def _reaches(how: Callable[[Session, str], str], reference: str) -> str:
    with reading() as session:
        return how(session, reference)


def _own(session: Session, reference: str, review_id: UUID) -> Review:
    return review_of(session, by_reference(session, reference).id, review_id)


def _form_page(template: str, reference: str, review_id: UUID, form: Any) -> tuple[str, int]:
    return _shown(template, reference, review_id, form=form), 422 if form.errors else 200


def _shown(template: str, reference: str, review_id: UUID, **more: Any) -> str:
    """A page about one review, from one reading of the database."""
    actor, today = current_actor(), london_day(now())
    with reading() as session:
        page = request_page(session, reference)
        review = review_of(session, page["footage_request"].id, review_id)
        workers, clock = workers_of(session, review.request_id), clock_of(session, review)
        hindrance = bar_on_answering(review.kind, actor, {each.id for each in workers})
        given = {
            "review": review,
            "review_clock": clock,
            "review_due_is": "" if review.answered_at else due_is(review.due_on, today),
            "workers": workers,
            "decisions": decisions_of(session, review.request_id),
            "hindrance": hindrance,
            "is_silent": is_silent(session, review.request_id),
            "is_open": review.answered_at is None,
            "may_assign": actor.has(*review.kind.answerers),
            "assign_form": AssignForm(
                who_may_answer(session, review), to=str(review.assigned_to or NOBODY)
            ),
            "why_not_longer": why_not_exceptional(review.kind, clock, today),
            "channels": _CAME_BY,
            "may_enter_decision": may_enter(part_url(reference, "decision")),
        }
        return render_template(template, **page, **{**given, **more})


def _back(reference: str, review_id: UUID) -> ResponseReturnValue:
    return redirect(url_for(".one", reference=reference, review_id=review_id), 303)
