"""Signing in and out."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.errors import NotFound
from portal.office.commands.signing_in import check_passphrase
from portal.office.commands.signing_in import sign_in as begin
from portal.office.commands.signing_in import sign_out as end
from portal.office.forms import CodeForm, PassphraseForm
from portal.office.sessions import SECOND_STEP_SECONDS
from portal.signing import Purpose
from portal.web.forms import PlainForm
from portal.web.guards import ANY_HANDLER, browser, current_actor, public, renew_browser, roles
from portal.web.limits import STAFF_SIGN_INS, take
from portal.web.session import house, now, reading, writing

blueprint = Blueprint("sign_in", __name__)

_WRONG = "Your sign-in name or passphrase is not right. Type both again."
_WRONG_CODE = "This code is not right, or was used already. Wait for the next one, and type it."


@blueprint.get("/sign-in")
@public
def enter() -> ResponseReturnValue:
    """Ask for name and passphrase."""
    return render_template("office/sign_in.html", form=PassphraseForm())


@blueprint.post("/sign-in")
@public
def passphrase() -> ResponseReturnValue:
    """Check them; a signed note carries who it is to the second step."""
    form = PassphraseForm()
    if not form.validate_on_submit():
        return render_template("office/sign_in.html", form=form), 422
    name = form.sign_in_name.data or ""
    with writing() as db:
        take(db, STAFF_SIGN_INS, f"passphrase:{name.lower()}", at=now())
    with reading() as db:
        found = check_passphrase(db, sign_in_name=name, passphrase=form.typed_passphrase())
    if found is None:
        form.passphrase.errors = [_WRONG]
        return render_template("office/sign_in.html", form=form), 422
    renew_browser()
    session["second_step"] = house().signer.sign(Purpose.SIGN_IN_SECOND_STEP, str(found))
    return redirect(url_for(".code", next=_place_inside()), 303)


@blueprint.get("/sign-in/code")
@public
def code() -> ResponseReturnValue:
    """Ask for the six digits."""
    _who()
    return render_template("office/sign_in_code.html", form=CodeForm())


@blueprint.post("/sign-in/code")
@public
def check_code() -> ResponseReturnValue:
    """Check them, and begin a session on this browser under a new key."""
    handler_id = _who()
    form = CodeForm()
    if not form.validate_on_submit():
        return render_template("office/sign_in_code.html", form=form), 422
    with writing() as db:
        take(db, STAFF_SIGN_INS, f"code:{handler_id}", at=now())
    wanted, second_step = _place_inside(), session["second_step"]
    key = renew_browser()
    with writing() as db:
        is_in = begin(
            db,
            handler_id=handler_id,
            code=form.code.data or "",
            browser=key,
            sealer=house().vault.sealer,
            at=now(),
        )
    if not is_in:
        session["second_step"] = second_step
        form.code.errors = [_WRONG_CODE]
        return render_template("office/sign_in_code.html", form=form), 422
    return redirect(wanted or url_for("office.work.mine"), 303)


@blueprint.post("/sign-out")
@roles(*ANY_HANDLER)
def leave() -> ResponseReturnValue:
    """End the session on this browser."""
    if PlainForm().validate_on_submit():
        with writing() as db:
            end(db, browser=browser(), by=current_actor(), at=now())
        renew_browser()
    return redirect(url_for(".enter"), 303)


def _who() -> UUID:
    """The handler whose passphrase was right, from the signed note. Gone after five minutes."""
    token = session.get("second_step")
    if not isinstance(token, str):
        raise NotFound("Sign in from the start.")
    signer = house().signer
    return UUID(signer.read(Purpose.SIGN_IN_SECOND_STEP, token, seconds=SECOND_STEP_SECONDS))


def _place_inside() -> str | None:
    """The staff page somebody wanted before signing in; never an address elsewhere."""
    wanted = request.args.get("next", "")
    is_inside = wanted.startswith("/office/") and "\\" not in wanted and "//" not in wanted
    # A line end would be one in the answer's headers.
    return wanted if is_inside and wanted.isprintable() else None
