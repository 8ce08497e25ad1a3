"""The book, for auditors: reading it, and checking that nobody changed it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.audit.commands import record
from portal.audit.names import names
from portal.audit.queries import latest
from portal.audit.verifier import in_words
from portal.audit.verify import verify
from portal.web.fields import clean
from portal.web.forms import PlainForm
from portal.web.guards import current_actor, roles
from portal.web.session import house, now, reading, writing

blueprint = Blueprint("audit", __name__, url_prefix="/book")

PAGE_SIZE = 100
_LAST_NUMBER = 2**31 - 1


@blueprint.get("")
@roles(Role.AUDITOR)
def book() -> ResponseReturnValue:
    """The newest entries first, in pages; by what they are about and by what was done."""
    subject, deed = _typed("subject", 80), _typed("deed", 64)
    with reading() as session:
        entries = latest(session, before=_before(), subject=subject, deed=deed, limit=PAGE_SIZE + 1)
        return render_template(
            "audit/book.html",
            entries=entries[:PAGE_SIZE],
            older=entries[PAGE_SIZE - 1].sequence if len(entries) > PAGE_SIZE else None,
            subject=subject,
            deed=deed,
            names=names(session),
            form=PlainForm(formdata=None),
        )


@blueprint.post("/verify")
@roles(Role.AUDITOR)
def verify_book() -> ResponseReturnValue:
    """Walk the whole chain and say what was found; the check itself is an entry too."""
    if PlainForm().validate_on_submit():
        with house().db.snapshot() as session:
            verdict = verify(session)
        with writing() as session:
            record(
                session,
                "book.verified",
                subject="book",
                by=current_actor(),
                at=now(),
                entries=verdict.entries,
                is_whole=verdict.is_whole,
            )
        flash(in_words(verdict), "success" if verdict.is_whole else "problem")
    return redirect(url_for(".book"), 303)


def _typed(name: str, at_most: int) -> str:
    return clean(request.args.get(name, ""), lines=False)[:at_most]


def _before() -> int | None:
    before = request.args.get("before", type=int)
    return before if before is not None and 0 < before <= _LAST_NUMBER else None
