"""Deciding per recording, seconding, sending back, publishing."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import Role
from portal.dates import london_day
from portal.disclosure.commands import decide as decide_now
from portal.disclosure.commands import publish as publish_now
from portal.disclosure.commands import second as second_now
from portal.disclosure.commands import send_back as send_back_now
from portal.disclosure.decision_forms import (
    Asked,
    DecisionForm,
    decision_form,
    information_form,
)
from portal.disclosure.exemptions import CATALOGUE, PublicInterest, hold_grounds
from portal.disclosure.forms import WhyForm
from portal.disclosure.letter_choice import letter_for
from portal.disclosure.models import Decision
from portal.disclosure.queries.decisions import (
    Standing,
    by_round,
    interest_of,
    lines_of,
    recordings_of,
    rounds,
    standings,
)
from portal.disclosure.queries.seconding import second_facts
from portal.disclosure.seconding import obstacle_to_second, officer_needed
from portal.disclosure.staff_views.blueprint import READERS, blueprint
from portal.letters.composing import title_of
from portal.requests.answers import is_about_video
from portal.requests.lifecycle import TABLE, Event, Regime, Status, obstacle
from portal.requests.models import FootageRequest
from portal.requests.queries import by_reference, facts_of
from portal.requests.staff_views.page import request_page
from portal.web.forms import PlainForm
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing

# A number no database could hold is no round either.
ROUND = "/requests/<reference>/decision/<int(max=2147483647):number>"
_SECONDERS = (Role.SECONDER, Role.DATA_PROTECTION_OFFICER)


@blueprint.route("/requests/<reference>/decision", methods=["GET", "POST"])
@roles(*READERS)
def decision(reference: str) -> ResponseReturnValue:
    """The decision: the form when there is one to make, and the rounds so far. A ground whose
    questions were not on the page yet brings the page back with them, and decides nothing."""
    with reading() as session:
        footage_request = by_reference(session, reference)
        asked = standings(session, footage_request.id)
        made = rounds(session, footage_request.id)
        hindrance = _hindrance(session, footage_request)
    form = _form(footage_request, asked, made)
    is_sent = hindrance is None and request.method == "POST"
    if is_sent and not form.has_unseen and form.validate_on_submit():
        return _decide(footage_request, form)
    with reading() as session:
        page = render_template(
            "disclosure/decision.html",
            **request_page(session, reference),
            form=form,
            standings=asked,
            rounds=made,
            decision=made[-1] if made else None,
            second_obstacle=_second_obstacle(session, made[-1]) if made else None,
            hindrance=hindrance,
            may_answer_whole=may_answer_whole(footage_request),
            has_new_questions=is_sent and form.has_unseen,
        )
    return page, 422 if form.errors else 200


def _form(
    footage_request: FootageRequest, asked: Sequence[Standing], made: Sequence[Decision]
) -> DecisionForm:
    if not is_about_video(footage_request.sighting.earliest_at):
        return information_form(footage_request.regime)
    before = interest_of(made[-1]) if made else PublicInterest()
    typed = request.form.to_dict()
    regime = footage_request.regime
    return decision_form(regime, [_asked(regime, each) for each in asked], typed, before)


def may_answer_whole(footage_request: FootageRequest) -> bool:
    """Whether this handler can answer the request as a whole now."""
    can = (footage_request.status, Event.REFUSED) in TABLE
    return can and current_actor().has(Role.DECISION_MAKER)


def _decide(footage_request: FootageRequest, form: DecisionForm) -> ResponseReturnValue:
    with writing() as session:
        made = decide_now(
            session,
            request_id=footage_request.id,
            lines=form.to_lines(),
            note_to_applicant=form.note.data or "",
            interest=form.to_interest(),
            by=current_actor(),
            at=now(),
            is_information_given=form.is_information_given,
        )
        return after_deciding(session, footage_request, made)


def after_deciding(
    session: Session, footage_request: FootageRequest, made: Decision
) -> ResponseReturnValue:
    """On to the round just made, with who must second it."""
    why = officer_needed(second_facts(session, made, on=london_day(now())))
    flash(f"Decided. {why or 'A different handler must second it.'}", "success")
    return redirect(_round(footage_request, made), 303)


@blueprint.get(ROUND)
@roles(*READERS)
def decided(reference: str, number: int) -> str:
    """One round: everything that was decided, and what can be done with it now."""
    with reading() as session:
        return _summary(session, reference, number, "disclosure/decided.html")


@blueprint.route(ROUND + "/second", methods=["GET", "POST"])
@roles(*_SECONDERS)
def second(reference: str, number: int) -> ResponseReturnValue:
    """Second somebody else's decision, after a look at all of it."""
    if request.method == "GET" or not PlainForm().validate_on_submit():
        with reading() as session:
            return _summary(session, reference, number, "disclosure/second.html", PlainForm())
    with writing() as session:
        footage_request = by_reference(session, reference)
        found = by_round(session, footage_request.id, number)
        second_now(session, decision_id=found.id, by=current_actor(), at=now())
    flash("Seconded. It can be published now.", "success")
    return redirect(_round(footage_request, found), 303)


@blueprint.route(ROUND + "/send-back", methods=["GET", "POST"])
@roles(*_SECONDERS)
def send_back(reference: str, number: int) -> ResponseReturnValue:
    """Send a decision back with a reason."""
    form = WhyForm()
    if not form.validate_on_submit():
        with reading() as session:
            page = _summary(session, reference, number, "disclosure/send_back.html", form)
        return page, 422 if form.errors else 200
    with writing() as session:
        footage_request = by_reference(session, reference)
        found = by_round(session, footage_request.id, number)
        why = form.why.data or ""
        send_back_now(session, decision_id=found.id, why=why, by=current_actor(), at=now())
    flash("Sent back. It must be decided again.", "success")
    return redirect(url_for(".decision", reference=reference), 303)


@blueprint.route(ROUND + "/publish", methods=["GET", "POST"])
@roles(Role.DECISION_MAKER, Role.SECONDER)
def publish(reference: str, number: int) -> ResponseReturnValue:
    """Publish a seconded decision; when something stops it, say so."""
    if request.method == "GET" or not PlainForm().validate_on_submit():
        with reading() as session:
            return _summary(session, reference, number, "disclosure/publish.html", PlainForm())
    with writing() as session:
        footage_request = by_reference(session, reference)
        found = by_round(session, footage_request.id, number)
        outcome = publish_now(session, decision_id=found.id, by=current_actor(), at=now())
    if outcome.is_stopped:
        flash(f"Not published. {outcome.change.explanation}", "warning")
        return redirect(url_for(".decision", reference=reference), 303)
    flash("Published. The answer is being packed, and goes out by itself.", "success")
    return redirect(_round(footage_request, found), 303)


def _hindrance(session: Session, footage_request: FootageRequest) -> str | None:
    """Why nothing can be decided now, or None when it can."""
    if not current_actor().has(Role.DECISION_MAKER):
        return "Only a decision-maker can decide."
    if footage_request.status is not Status.REVIEWING:
        return f"This request is at “{footage_request.status.label.lower()}”."
    return obstacle(Event.DECIDED, facts_of(session, footage_request))


def _asked(regime: Regime, standing: Standing) -> Asked:
    last, number = standing.last, standing.recording.id
    held = hold_grounds(regime, standing.kinds) if standing.is_held else ()
    if last is None or (last.level is not None) != standing.is_held:
        return Asked(number, standing.is_held, held_grounds=held)
    return Asked(
        number, standing.is_held, last.outcome.value, last.ground, last.answers, held_grounds=held
    )


def _second_obstacle(session: Session, found: Decision) -> str | None:
    facts = second_facts(session, found, on=london_day(now()))
    return obstacle_to_second(current_actor(), decided_by=str(found.decided_by), facts=facts)


def _summary(
    session: Session, reference: str, number: int, template: str, form: object = None
) -> str:
    page = request_page(session, reference)
    footage_request = page["footage_request"]
    found = by_round(session, footage_request.id, number)
    return render_template(
        template,
        **page,
        decision=found,
        recordings=recordings_of(session, found),
        grounds={each.code: each for each in CATALOGUE[found.regime]},
        letter_title=title_of(letter_for(found.regime, found.answer, lines_of(found))),
        second_obstacle=_second_obstacle(session, found),
        is_newest=number == len(rounds(session, footage_request.id)),
        form=form,
    )


def _round(footage_request: FootageRequest, made: Decision) -> str:
    return url_for(".decided", reference=footage_request.reference, number=made.round)
