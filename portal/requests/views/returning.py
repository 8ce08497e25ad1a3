"""Save and come back: a code by e-mail brings the answers to whichever browser asks with it."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.errors import NotFound
from portal.identity.codes import CodeVerdict
from portal.requests.commands.drafting import (
    come_back,
    continue_on,
    open_draft,
    save_for_later,
    send_draft_code,
)
from portal.requests.forms.returning import ComeBackForm, SaveForm
from portal.requests.views.blueprint import blueprint
from portal.requests.views.typed_codes import counted, in_words
from portal.web.forms import PlainForm
from portal.web.guards import browser, public, renew_browser
from portal.web.limits import Limit, take, visitor
from portal.web.session import now, reading, settings, writing

DRAFT_CODES = Limit("draft codes", 20, timedelta(hours=1))

Answered = str | Response | tuple[str, int]


@blueprint.route("/save", methods=["GET", "POST"])
@public
def save() -> Answered:
    """Ask where to send the code, keep it, and send the first one."""
    form = SaveForm()
    if form.validate_on_submit():
        _limit(DRAFT_CODES)
        with writing() as session:
            save_for_later(
                session,
                browser=browser(),
                email=form.email.data,
                draft_days=settings().draft_days,
                at=now(),
            )
        return redirect(url_for("requests.saved"), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("requests/save.html", form=form, days=settings().draft_days), status


@blueprint.get("/saved")
@public
def saved() -> str:
    """Until when the answers are kept, and how to come back."""
    with reading() as session:
        draft = open_draft(session, browser=browser(), at=now())
    if draft is None or not draft.email:
        raise NotFound()
    return render_template("requests/saved.html", draft=draft)


@blueprint.route("/come-back/<uuid:draft_id>", methods=["GET", "POST"])
@public
def enter_code(draft_id: UUID) -> Answered:
    """Type the code. The page says the same whether there is such a draft or not."""
    form = ComeBackForm()
    if form.validate_on_submit():
        verdict = _check(draft_id, form.code.data)
        if verdict is CodeVerdict.ACCEPTED:
            with writing() as session:
                continue_on(session, draft_id=draft_id, browser=renew_browser(), at=now())
            return redirect(url_for("requests.ask_first"), 303)
        form.code.errors = [in_words(verdict, form.code.data)]
    status = 422 if form.is_submitted() else 200
    return _code_page(draft_id, form), status


@blueprint.post("/come-back/<uuid:draft_id>/send-code")
@public
def send_code(draft_id: UUID) -> Answered:
    """Send a code for this browser to the address on file, if there is one."""
    if not PlainForm().validate_on_submit():
        return redirect(url_for("requests.enter_code", draft_id=draft_id), 303)
    _limit(DRAFT_CODES)
    with writing() as session:
        send_draft_code(session, draft_id=draft_id, browser=browser(), at=now())
    flash("If we still have your answers, we have sent a code to your e-mail address.", "success")
    return redirect(url_for("requests.enter_code", draft_id=draft_id), 303)


def _check(draft_id: UUID, typed: str) -> CodeVerdict:
    with writing() as session:
        check = partial(
            come_back, session, draft_id=draft_id, typed=typed, browser=browser(), at=now()
        )
        return counted(session, check)


def _limit(limit: Limit) -> None:
    with writing() as session:
        take(session, limit, visitor(), at=now())


def _code_page(draft_id: UUID, form: ComeBackForm) -> str:
    return render_template(
        "requests/come_back.html", form=form, button=PlainForm(), draft_id=draft_id
    )
