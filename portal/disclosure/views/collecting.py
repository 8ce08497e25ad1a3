"""The collect page, the code that opens it, and "this was not me".

A name that nobody gave out gets the same pages, the same limits and nearly the same work as a
real one: these pages cannot be used to find links.
"""

from datetime import timedelta
from functools import partial

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.actors import PUBLIC
from portal.disclosure.commands import ask_for_code, let_in, revoke, type_code
from portal.disclosure.commands.collecting import is_guess
from portal.disclosure.forms import CodeForm, ReferenceForm
from portal.disclosure.queries.collecting import entered
from portal.disclosure.queries.contents import contents_page
from portal.disclosure.queries.pages import collect_page
from portal.disclosure.views.blueprint import blueprint
from portal.identity.codes import CodeVerdict
from portal.requests.views.typed_codes import counted
from portal.web.forms import PlainForm
from portal.web.guards import browser, public, renew_browser
from portal.web.limits import Limit, take, visitor
from portal.web.session import now, reading, settings, writing

CODES_ASKED = Limit("download codes asked for", 20, timedelta(hours=1))
_OTHER_REFERENCE = "Enter the last 4 letters and numbers of the reference in our e-mail"


@blueprint.get("/f/<selector>")
@public
def collect(selector: str) -> ResponseReturnValue:
    """What there is to collect, for a browser that has typed the code; else the way to one."""
    with reading() as session:
        found = entered(session, selector=selector, browser=browser(), at=now())
        page = collect_page(session, found) if found is not None else None
        contents = contents_page(session, found, settings=settings())
    if page is None:
        return render_template("disclosure/door.html", form=PlainForm(), selector=selector)
    if page.ended is not None:
        return render_template("disclosure/ended.html", form=PlainForm(), page=page)
    return render_template("disclosure/collect.html", page=page, contents=contents)


@blueprint.post("/f/<selector>/send-code")
@public
def send_code(selector: str) -> ResponseReturnValue:
    """Send a code to the contact on file; after a few, only to somebody who types."""
    if PlainForm().validate_on_submit() and not _sent(selector):
        return redirect(url_for(".ask_again", selector=selector), 303)
    return redirect(url_for(".code", selector=selector), 303)


@blueprint.route("/f/<selector>/ask-again", methods=["GET", "POST"])
@public
def ask_again(selector: str) -> ResponseReturnValue:
    """Type the end of the reference for one more code. A program that presses every button comes
    no further than this, and leaves people the codes they need."""
    form = ReferenceForm()
    if form.validate_on_submit():
        if _sent(selector, form.reference.data):
            return redirect(url_for(".code", selector=selector), 303)
        form.reference.errors = [_OTHER_REFERENCE]
    status = 422 if request.method == "POST" else 200
    return render_template("disclosure/ask_again.html", form=form, selector=selector), status


def _sent(selector: str, typed: str | None = None) -> bool:
    """Whether a code was sent. Only those count against the people behind an address."""
    with writing() as session:
        is_sent = ask_for_code(session, selector=selector, browser=browser(), at=now(), typed=typed)
        if is_sent:
            take(session, CODES_ASKED, visitor(), at=now())
    return is_sent


@blueprint.route("/f/<selector>/code", methods=["GET", "POST"])
@public
def code(selector: str) -> ResponseReturnValue:
    """Type the code."""
    form = CodeForm()
    if form.validate_on_submit():
        verdict = _typed(selector, form.code.data or "")
        if verdict is CodeVerdict.ACCEPTED:
            _let_in(selector)
            return redirect(url_for(".collect", selector=selector), 303)
        form.code.errors = [verdict.explanation]
    status = 422 if request.method == "POST" else 200
    return (
        render_template(
            "disclosure/code.html", form=form, selector=selector, again=PlainForm(formdata=None)
        ),
        status,
    )


def _typed(selector: str, typed: str) -> CodeVerdict:
    with writing() as session:
        is_one = is_guess(session, selector=selector, browser=browser(), at=now())
        check = partial(
            type_code, session, selector=selector, typed=typed, browser=browser(), at=now()
        )
        return counted(session, check) if is_one else check()


def _let_in(selector: str) -> None:
    """Open the link to this browser under a new key."""
    old = browser()
    with writing() as session:
        let_in(session, selector=selector, old_browser=old, browser=renew_browser(), at=now())


@blueprint.route("/f/<selector>/not-me", methods=["GET", "POST"])
@public
def not_me(selector: str) -> ResponseReturnValue:
    """Close the link because somebody else was there. Asks first, on a page of its own."""
    form = PlainForm()
    with reading() as session:
        found = entered(session, selector=selector, browser=browser(), at=now())
    if found is None:
        return redirect(url_for(".collect", selector=selector), 303)
    if not form.validate_on_submit():
        return render_template("disclosure/not_me.html", form=form, selector=selector)
    with writing() as session:
        revoke(
            session,
            link_id=found.link.id,
            why="The applicant said: this was not me.",
            by=PUBLIC,
            at=now(),
        )
    return redirect(url_for(".closed"), 303)


@blueprint.get("/link-closed")
@public
def closed() -> str:
    """What a person reads after closing a link. It says nothing of any link."""
    return render_template("disclosure/closed.html")
