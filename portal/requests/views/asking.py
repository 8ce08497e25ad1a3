"""The start page, and every question through one view."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.errors import NotFound
from portal.identity.authority import NEEDS
from portal.requests import journey
from portal.requests.answers import window_in_words
from portal.requests.commands.drafting import keep_answer, open_draft
from portal.requests.forms.question import Known, QuestionForm
from portal.requests.models import RequestDraft
from portal.requests.offers import boroughs_on_offer, places_on_offer
from portal.requests.places import PlaceOnOffer
from portal.requests.views.blueprint import blueprint
from portal.requests.views.pages import PAGES
from portal.web.guards import browser, public
from portal.web.session import now, reading, settings, writing

# The pages that say when we will look.
_SAYING_WHEN = ("place", "too-much-video")
Answered = str | Response | tuple[str, int]


@blueprint.get("/")
@public
def start() -> str:
    """What you can ask for, what you need, and when we answer."""
    with reading() as session:
        draft = open_draft(session, browser=browser(), at=now())
    return render_template("requests/start.html", has_draft=draft is not None)


@blueprint.get("/ask")
@public
def ask_first() -> Response:
    """The first question without an answer, or the check when there is none."""
    with reading() as session:
        answers = _answers(open_draft(session, browser=browser(), at=now()))
    return redirect(address_of(journey.missing(answers)), 303)


@blueprint.route("/ask/<question>", methods=["GET", "POST"])
@public
def ask(question: str) -> Answered:
    """One question. A GET shows it with what was answered; a POST keeps the answer and goes on."""
    if not journey.is_question(question):
        raise NotFound()
    with reading() as session:
        answers = _answers(open_draft(session, browser=browser(), at=now()))
        known = _known(session, question, answers)
    if not journey.is_reachable(question, answers):
        return redirect(address_of(journey.missing(answers)), 303)
    form = PAGES[question].form(known, answers.get(question))
    if form.validate_on_submit():
        return _keep(question, form.answer())
    status = 422 if request.method == "POST" else 200
    return _page(question, form, known), status


def address_of(question: str | None, *, is_change: bool = False) -> str:
    """Where a question is asked; with none left, where the answers are checked."""
    if question is None:
        return url_for("requests.check_answers")
    return url_for("requests.ask", question=question, change="1" if is_change else None)


def _answers(draft: RequestDraft | None) -> journey.Answers:
    return draft.answers if draft is not None else {}


def _known(session: Session, question: str, answers: journey.Answers) -> Known:
    """What the form needs besides: only two questions look anything up."""
    places: list[PlaceOnOffer] = []
    boroughs: list[str] = []
    if question == "which-place":
        places = places_on_offer(session, journey.said(answers, "place", "place"))
    elif question == "which-borough":
        boroughs = boroughs_on_offer(session)
    return Known(answers, now(), places, boroughs)


def _keep(question: str, answer: Mapping[str, Any]) -> Response:
    with writing() as session:
        draft = keep_answer(
            session,
            browser=browser(),
            question=question,
            answer=answer,
            draft_days=settings().draft_days,
            at=now(),
        )
    return redirect(_next(question, draft.answers), 303)


def _next(question: str, answers: journey.Answers) -> str:
    """The next page; after a change, what the change left open, and then the check again."""
    if question == "proof" and journey.said(answers, "proof", "when") == journey.NOW:
        return url_for("identity.upload")
    if _is_change():
        return address_of(journey.missing(answers), is_change=True)
    return address_of(journey.after(question, answers))


def _is_change() -> bool:
    return request.args.get("change") == "1"


def _page(question: str, form: QuestionForm, known: Known) -> str:
    answers = known.answers
    before = journey.before(question, answers)
    back = url_for("requests.start") if before is None else address_of(before)
    right = journey.acting(answers)
    return render_template(
        PAGES[question].template,
        form=form,
        known=known,
        answers=answers,
        back=address_of(None) if _is_change() else back,
        for_another=journey.is_for_another(answers),
        acting=right,
        needs=NEEDS[right] if right else (),
        is_foi=journey.is_foi(answers),
        other_force=journey.other_force(answers),
        spoken_window=window_in_words(answers) if question in _SAYING_WHEN else "",
    )
