"""Which law a request falls under, changing it, and making two requests of one for two things."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import CASEWORK
from portal.letters.models import Letter
from portal.requests.commands.reclassifying import reclassify
from portal.requests.commands.splitting import split
from portal.requests.forms.law import LawForm, SplitForm
from portal.requests.lifecycle import BUTTONS, TABLE, Event
from portal.requests.models import FootageRequest
from portal.requests.queries import by_reference
from portal.requests.regimes import CHANGES, STATUTES, reasons_from
from portal.requests.staff_views.blueprint import blueprint
from portal.requests.staff_views.page import request_page
from portal.requests.staff_views.previewing import preview_or_issue
from portal.requests.staff_views.telling import message_reaches
from portal.web.forms import refusal_told_on
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing

_CLASSIFIERS = tuple(BUTTONS[Event.RECLASSIFIED])


@blueprint.get("/<reference>/law")
@roles(*CASEWORK)
def law(reference: str) -> ResponseReturnValue:
    """Which law, why, and its other half if it is one of two."""
    return _page(reference, _form(reference), SplitForm())


@blueprint.post("/<reference>/law")
@roles(*_CLASSIFIERS)
def change_law(reference: str) -> ResponseReturnValue:
    """Put it under another law, after reading the letter that says so."""
    form = _form(reference)

    def deed(session: Session) -> Letter:
        return reclassify(
            session,
            request_id=by_reference(session, reference).id,
            because=form.to_because(),
            by=current_actor(),
            at=now(),
        )

    return preview_or_issue(
        form,
        reference,
        deed,
        page=lambda: _page(reference, form, SplitForm(formdata=None)),
        done=url_for(".law", reference=reference),
        said="Another law applies now. Look whether you need to know who they are.",
    )


@blueprint.post("/<reference>/law/split")
@roles(*_CLASSIFIERS)
def split_request(reference: str) -> ResponseReturnValue:
    """Make two requests of one."""
    form = SplitForm()
    if form.validate():
        with refusal_told_on(form):
            with writing() as session:
                reaches = message_reaches(session, reference)
                other = split(
                    session,
                    request_id=by_reference(session, reference).id,
                    asked=form.asked.data,
                    by=current_actor(),
                    at=now(),
                )
            flash(f"The other half is request {other.reference}. {reaches}", "success")
            return redirect(url_for(".law", reference=reference), 303)
    return _page(reference, _form(reference), form), 422


def _form(reference: str) -> LawForm:
    with reading() as session:
        return LawForm(by_reference(session, reference).regime)


def _page(reference: str, form: LawForm, split_form: SplitForm) -> str:
    with reading() as session:
        page = request_page(session, reference)
        footage_request = page["footage_request"]
        other_id = footage_request.linked_to
        other = session.get_one(FootageRequest, other_id) if other_id else None
        may = current_actor().has(*_CLASSIFIERS)
        return render_template(
            "requests/office/law.html",
            **page,
            form=form,
            split_form=split_form,
            has_errors=bool(form.errors or split_form.errors),
            other_half=other,
            reasons=[
                (reason, CHANGES[reason][1], STATUTES[reason])
                for reason in reasons_from(footage_request.regime)
            ],
            may_change=may and (footage_request.status, Event.RECLASSIFIED) in TABLE,
            may_split=may and other is None and footage_request.status.is_open,
        )
