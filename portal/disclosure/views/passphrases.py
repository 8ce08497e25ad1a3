"""The passphrase that opens the video, and a new one for somebody who has none or forgot it."""

from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.actors import PUBLIC
from portal.disclosure.commands import (
    ask_for_new_passphrase,
    stop_passphrase,
    type_passphrase,
)
from portal.disclosure.forms import NewPassphraseForm, PassphraseForm
from portal.disclosure.links import Lock
from portal.disclosure.queries.collecting import Entered, entered
from portal.disclosure.queries.pages import known_of
from portal.disclosure.views.blueprint import blueprint
from portal.identity.passphrases import WAIT, PassphraseVerdict
from portal.identity.queries import waiting_passphrase
from portal.requests.views.own import seen_id
from portal.web.forms import PlainForm
from portal.web.guards import browser, public
from portal.web.limits import Limit, take
from portal.web.session import now, reading, writing

# Of a request, through whichever link and from whichever address: some 600 guesses in two months.
TYPED = Limit("passphrases typed", 5, timedelta(minutes=15))
TYPED_IN_A_DAY = Limit("passphrases typed in a day", 10, timedelta(days=1))
NEW_ONES = Limit("new passphrases", 3, timedelta(days=1))

_WRONG = "This is not the passphrase you chose. Check it, and type it again."
_STOPPED = "We have stopped the new passphrase. It does not open the video."


@blueprint.route("/f/<selector>/passphrase", methods=["GET", "POST"])
@public
def passphrase(selector: str) -> ResponseReturnValue:
    """Type the passphrase. The right one unlocks the video on this browser for an hour."""
    found = _entered(selector)
    if found is None or found.ended is not None or found.lock is not Lock.PASSPHRASE:
        return redirect(url_for(".collect", selector=selector), 303)
    form = PassphraseForm()
    if form.validate_on_submit():
        if _typed(found, form.typed()) is not PassphraseVerdict.WRONG:
            return redirect(url_for(".collect", selector=selector), 303)
        form.passphrase.errors = [_WRONG]
    status = 422 if request.method == "POST" else 200
    return render_template("disclosure/passphrase.html", form=form, selector=selector), status


@blueprint.route("/f/<selector>/new-passphrase", methods=["GET", "POST"])
@public
def new_passphrase(selector: str) -> ResponseReturnValue:
    """Choose a new passphrase. It does not work before we know again who chose it."""
    found = _entered(selector)
    needed = (Lock.PASSPHRASE, Lock.NO_PASSPHRASE)
    if found is None or found.ended is not None or found.lock not in needed:
        return redirect(url_for(".collect", selector=selector), 303)
    request_id = found.link.release.request_id
    with reading() as session:
        form = NewPassphraseForm(known_of(session, request_id))
        waiting = waiting_passphrase(session, request_id, now())
    if form.validate_on_submit():
        _ask(request_id, form.to_hash())
        return redirect(url_for(".new_passphrase", selector=selector), 303)
    page = render_template(
        "disclosure/new_passphrase.html",
        form=form,
        selector=selector,
        waiting=waiting,
        days=WAIT.days,
        has_one=found.lock is Lock.PASSPHRASE,
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/f/<selector>/stop-passphrase")
@public
def stop_new(selector: str) -> ResponseReturnValue:
    """Stop the new passphrase that waits, from the page of the link."""
    found = _entered(selector)
    if found is not None and PlainForm().validate_on_submit():
        _stop(found.link.release.request_id)
    return redirect(url_for(".collect", selector=selector), 303)


@blueprint.route("/your-request/<reference>/stop-passphrase", methods=["GET", "POST"])
@public
def stop_new_of_request(reference: str) -> ResponseReturnValue:
    """Stop the new passphrase that waits, from the request's page. Asks first."""
    with reading() as session:
        request_id = seen_id(session, reference)
        waiting = waiting_passphrase(session, request_id, now()) if request_id is not None else None
    own_page = f"/your-request/{reference}"
    if request_id is None or waiting is None:
        return redirect(own_page, 303)
    form = PlainForm()
    if form.validate_on_submit():
        _stop(request_id)
        return redirect(own_page, 303)
    return render_template("disclosure/stop_passphrase.html", form=form, back=own_page)


def _entered(selector: str) -> Entered | None:
    with reading() as session:
        return entered(session, selector=selector, browser=browser(), at=now())


def _typed(found: Entered, typed: str) -> PassphraseVerdict:
    """Count the try in a transaction of its own, and then look."""
    with writing() as session:
        for limit in (TYPED, TYPED_IN_A_DAY):
            take(session, limit, str(found.link.release.request_id), at=now())
    with writing() as session:
        return type_passphrase(
            session, selector=found.link.selector, typed=typed, browser=browser(), at=now()
        )


def _ask(request_id: UUID, passphrase_hash: str) -> None:
    with writing() as session:
        take(session, NEW_ONES, str(request_id), at=now())
    with writing() as session:
        ask_for_new_passphrase(
            session, request_id=request_id, passphrase_hash=passphrase_hash, at=now()
        )


def _stop(request_id: UUID) -> None:
    why = "The applicant said: this was not me."
    with writing() as session:
        is_stopped = stop_passphrase(session, request_id=request_id, why=why, by=PUBLIC, at=now())
    if is_stopped:
        flash(_STOPPED, "success")
