"""Showing that a request is yours, and that an e-mail address is: a code to the address on file.

Every page here is the same whether there is such a request or not.
"""

from functools import partial

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.errors import NotFound
from portal.identity.codes import CodeVerdict
from portal.identity.proof import CodePurpose
from portal.ids import tidy_reference
from portal.requests.commands.confirming import let_in, send_code, type_code
from portal.requests.forms.your_request import CodeForm, ReferenceForm
from portal.requests.views.own import blueprint, limit, seen_id
from portal.requests.views.typed_codes import counted, in_words
from portal.web.forms import PlainForm
from portal.web.guards import browser, public, renew_browser
from portal.web.limits import STATUS_LOOK_UPS
from portal.web.session import now, reading, writing

SENT = "If the reference is right and we have your e-mail address, we have sent you a code."

Answered = str | Response | tuple[str, int]


@blueprint.route("/your-request", methods=["GET", "POST"])
@public
def look_up() -> Answered:
    """Ask for the reference."""
    form = ReferenceForm()
    if form.validate_on_submit():
        return redirect(url_for(".page", reference=form.tidied), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("your_request/look_up.html", form=form), status


@blueprint.get("/your-request/<reference>/show-it-is-you")
@public
def show_it_is_you(reference: str) -> Answered:
    """Offer a code."""
    canonical = _canonical(reference)
    if canonical != reference:
        return redirect(url_for(".page", reference=canonical), 303)
    with reading() as session:
        if seen_id(session, reference) is not None:
            return redirect(url_for(".page", reference=reference), 303)
    return render_template("your_request/show.html", reference=reference, form=PlainForm())


@blueprint.post("/your-request/<reference>/send-code")
@public
def send_request_code(reference: str) -> Answered:
    """Send a code, if there is somewhere to send it."""
    _send(_canonical(reference), CodePurpose.REQUEST)
    return redirect(url_for(".enter_code", reference=reference), 303)


@blueprint.route("/your-request/<reference>/code", methods=["GET", "POST"])
@public
def enter_code(reference: str) -> Answered:
    """Type the code; the right one opens the page to this browser for an hour."""
    form = CodeForm()
    if form.validate_on_submit() and _let_in(form, _canonical(reference), CodePurpose.REQUEST):
        return redirect(url_for(".page", reference=reference), 303)
    return _code_page("your_request/code.html", _canonical(reference), form)


@blueprint.route("/confirm-email/<reference>", methods=["GET", "POST"])
@public
def confirm_email(reference: str) -> Answered:
    """Show that the e-mail address is theirs. It never changes the day we received the request."""
    form = CodeForm()
    if form.validate_on_submit() and _let_in(form, _canonical(reference), CodePurpose.EMAIL):
        flash("You have confirmed your e-mail address.", "success")
        return redirect(url_for(".page", reference=reference), 303)
    return _code_page("your_request/confirm_email.html", _canonical(reference), form)


@blueprint.post("/confirm-email/<reference>/send-code")
@public
def send_email_code(reference: str) -> Answered:
    """Send a code to the address we have, the first time or again."""
    _send(_canonical(reference), CodePurpose.EMAIL)
    return redirect(url_for(".confirm_email", reference=reference), 303)


def _canonical(reference: str) -> str:
    """The reference as we write it; NotFound for what can be none, which tells nothing."""
    tidied = tidy_reference(reference)
    if tidied is None:
        raise NotFound()
    return tidied


def _send(reference: str, purpose: CodePurpose) -> None:
    if not PlainForm().validate_on_submit():
        return
    limit(STATUS_LOOK_UPS)
    with writing() as session:
        send_code(session, reference=reference, purpose=purpose, browser=browser(), at=now())
    flash(SENT, "important")


def _let_in(form: CodeForm, reference: str, purpose: CodePurpose) -> bool:
    """Check the typed code, and open the request to this browser under a new key."""
    with writing() as session:
        check = partial(
            type_code,
            session,
            reference=reference,
            purpose=purpose,
            browser=browser(),
            typed=form.code.data,
            at=now(),
        )
        verdict = counted(session, check)
    if verdict is not CodeVerdict.ACCEPTED:
        form.code.errors = [in_words(verdict, form.code.data)]
        return False
    old = browser()
    with writing() as session:
        let_in(session, reference=reference, old_browser=old, browser=renew_browser(), at=now())
    return True


def _code_page(template: str, reference: str, form: CodeForm) -> tuple[str, int]:
    status = 422 if form.is_submitted() else 200
    return (
        render_template(template, reference=reference, form=form, button=PlainForm()),
        status,
    )
