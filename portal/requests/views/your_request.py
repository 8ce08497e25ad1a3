"""The applicant's own page: where their request stands, and what they can do about it."""

from datetime import timedelta

from flask import Response as Page
from flask import flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.errors import NotFound
from portal.requests.applicant_queries import applicant_page
from portal.requests.calendars import calendar_of
from portal.requests.commands.messaging import answer_clarification, write_to_us
from portal.requests.commands.withdrawing import withdraw
from portal.requests.forms.your_request import WordsForm
from portal.requests.lifecycle import Status
from portal.requests.views.kinds import beside
from portal.requests.views.letters import own_letters
from portal.requests.views.own import blueprint, limit, own_id, own_request, seen_id
from portal.web.forms import PlainForm
from portal.web.guards import current_actor, public
from portal.web.limits import Limit
from portal.web.session import now, reading, settings, writing

MESSAGES = Limit("messages", 20, timedelta(hours=1))

Answered = str | Response | tuple[str, int]


@blueprint.get("/your-request/<reference>")
@public
def page(reference: str) -> Answered:
    """The page; whoever has not shown that it is theirs is asked to, request or no request."""
    with reading() as session:
        if seen_id(session, reference) is None:
            return redirect(url_for(".show_it_is_you", reference=reference), 303)
        own = own_request(session, reference)
        shown, more = applicant_page(session, own), beside(session, own)
        more |= own_letters(session, own.id)
    return render_template("your_request/page.html", page=shown, reference=reference, **more)


@blueprint.route("/your-request/<reference>/message", methods=["GET", "POST"])
@public
def write_message(reference: str) -> Answered:
    """Tell us something more."""
    request_id = own_id(reference)
    form = WordsForm("Enter your message")
    if form.validate_on_submit():
        limit(MESSAGES)
        with writing() as session:
            write_to_us(
                session, request_id=request_id, body=form.body.data, by=current_actor(), at=now()
            )
        return _back(reference, "We have your message.")
    return _form_page("your_request/message.html", reference, form)


@blueprint.route("/your-request/<reference>/answer-question", methods=["GET", "POST"])
@public
def answer_question(reference: str) -> Answered:
    """Answer the question we asked. That sets the clock going again."""
    with reading() as session:
        shown = applicant_page(session, own_request(session, reference))
    if shown.question is None:
        return redirect(url_for(".page", reference=reference), 303)
    form = WordsForm("Enter your answer")
    form.body.label.text = "Your answer"
    if form.validate_on_submit():
        limit(MESSAGES)
        with writing() as session:
            answer_clarification(
                session,
                request_id=own_id(reference),
                body=form.body.data,
                by=current_actor(),
                at=now(),
            )
        return _back(reference, "We have your answer. We are going on.")
    return _form_page("your_request/answer_question.html", reference, form, question=shown.question)


@blueprint.route("/your-request/<reference>/withdraw", methods=["GET", "POST"])
@public
def end_request(reference: str) -> Answered:
    """Ask, on a page of its own, whether they are sure; then end the request."""
    with reading() as session:
        footage_request = own_request(session, reference)
        shown = applicant_page(session, footage_request)
    if footage_request.status is Status.CLOSED:
        return redirect(url_for(".page", reference=reference), 303)
    form = PlainForm()
    if form.validate_on_submit():
        with writing() as session:
            withdraw(session, request_id=footage_request.id, by=current_actor(), at=now())
        return _back(reference, "You have ended your request.")
    if not shown.may_withdraw:
        return redirect(url_for(".page", reference=reference), 303)
    return _form_page("your_request/withdraw.html", reference, form)


@blueprint.get("/your-request/<reference>/calendar.ics")
@public
def calendar(reference: str) -> Page:
    """The day we will reply by, for their calendar; it moves there when the date moves here."""
    with reading() as session:
        footage_request = own_request(session, reference)
        reply_by_on = applicant_page(session, footage_request).reply_by_on
        if reply_by_on is None:
            raise NotFound()
        file = make_response(calendar_of(session, footage_request, reply_by_on, settings()))
    file.headers["Content-Type"] = "text/calendar; charset=utf-8"
    file.headers["Content-Disposition"] = f'attachment; filename="{reference}.ics"'
    return file


def _back(reference: str, words: str) -> Response:
    flash(words, "success")
    return redirect(url_for(".page", reference=reference), 303)


def _form_page(
    template: str, reference: str, form: PlainForm | WordsForm, **more: object
) -> tuple[str, int]:
    status = 422 if form.is_submitted() else 200
    return render_template(template, reference=reference, form=form, **more), status
