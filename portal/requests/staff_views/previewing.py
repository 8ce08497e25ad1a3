"""Reading a letter before it goes out: one road for every letter that a handler starts.

How a page uses it (works without JavaScript, keeps nothing between two requests)::

    @blueprint.route("/<reference>/clarify", methods=["GET", "POST"])
    @roles(*BUTTONS[Event.CLARIFICATION_ASKED])
    def clarify(reference: str) -> ResponseReturnValue:
        form = ClarifyForm()
        return preview_or_issue(
            form,
            reference,
            lambda session: ask(session, ..., by=current_actor(), at=now()),  # gives the Letter
            page=lambda: shown("requests/office/clarify.html", reference, form=form),
            done=part_url(reference, "messages"),
            said="The clock waits for the answer.",
        )

The first submit of a right form does the whole deed in a transaction that is rolled back, and
shows the letter that came of it with two buttons. "Change" comes back to the form as it was
typed. "Issue this letter" does the deed again, and keeps it only if the letter is the one that
was shown, to the byte; otherwise (another day, another clock, other words) it is shown anew.
Only what the form has fields for is carried from page to page.
"""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from portal.errors import Refused
from portal.ids import digest
from portal.letters.commands import force_fields
from portal.letters.composing import as_part, render_html
from portal.letters.kinds import EDITABLE, LetterKind
from portal.letters.models import Letter
from portal.letters.queries import letters_of
from portal.requests.queries import by_reference
from portal.requests.staff_views.blueprint import shown
from portal.requests.staff_views.telling import letter_reaches
from portal.web.session import reading, settings, writing

ISSUE, CHANGE = "issue_letter", "change_letter"

Deed = Callable[[Session], Letter]


def preview_or_issue(
    form: FlaskForm,
    reference: str,
    deed: Deed,
    *,
    page: Callable[[], str],
    done: str,
    said: str,
) -> ResponseReturnValue:
    """Show the form, or the letter as it will be issued, or issue it and go on to `done`.

    `deed` runs the command that issues the letter, with everything it moves and owes, and returns
    the letter; it can run twice, and only once is it kept. `page` draws the form's page; `said`
    is told once the letter is issued, and with it how the letter reaches the applicant. A
    `Refused` deed is told on the form's page (409).
    """
    if not form.is_submitted() or CHANGE in request.form:
        return page()
    if not form.validate():
        return page(), 422
    try:
        wanted = request.form.get(ISSUE)
        if wanted and _issued(reference, deed, wanted):
            with reading() as session:
                flash(f"{said} {letter_reaches(session, reference)}", "success")
            return redirect(done, 303)
        return _preview(form, reference, _rehearsed(deed), is_other=bool(wanted))
    except Refused as refusal:
        form.form_errors.append(refusal.message)
        return page(), 409


def own_words(kind: LetterKind, form: FlaskForm) -> dict[str, Any]:
    """What a handler typed for the parts of this letter that are theirs to write, and no more."""
    return {name: form[name].data for name in EDITABLE.get(kind, ()) if name in form}


class _NotKept(Exception):
    """Ends a transaction so that nothing of the deed is kept; the letter is all that is left.

    An exception, because only leaving the block rolls everything back: the book's lines are
    written at its very end.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page


def _rehearsed(deed: Deed) -> str:
    """The letter's page as the deed would make it. Nothing of the deed is kept."""
    try:
        with writing() as session:
            raise _NotKept(_as_page(deed(session)))
    except _NotKept as rehearsal:
        return rehearsal.page


def _issued(reference: str, deed: Deed, wanted: str) -> bool:
    """Whether the letter that was shown is issued now: by this deed, or by the same button a
    moment ago (a double click)."""
    try:
        with writing() as session:
            footage_request = by_reference(session, reference)
            if any(_is(letter, wanted) for letter in letters_of(session, footage_request.id)):
                return True
            page = _as_page(deed(session))
            if digest(page) != wanted:
                raise _NotKept(page)
    except _NotKept:
        return False
    return True


def _is(letter: Letter, wanted: str) -> bool:
    return digest(_as_page(letter)) == wanted


def _as_page(letter: Letter) -> str:
    return render_html(letter.kind, {**letter.fields, **force_fields(settings())})


def _preview(form: FlaskForm, reference: str, html: str, *, is_other: bool) -> str:
    return shown(
        "requests/office/preview_letter.html",
        reference,
        form=form,
        letter=as_part(html),
        fingerprint=digest(html),
        carried=_carried(form),
        is_other=is_other,
        buttons={"issue": ISSUE, "change": CHANGE},
    )


def _carried(form: FlaskForm) -> list[tuple[str, str]]:
    """What was typed, to send again with either button: the form's own fields alone."""
    names = [field.name for field in form if field.name != "csrf_token"]
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if any(name == own or name.startswith(f"{own}-") for own in names)
    ]
