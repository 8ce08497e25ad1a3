"""Holds to review: the list, and the look itself."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import Role
from portal.audit.names import names
from portal.dates import london_day
from portal.errors import Refused
from portal.holds.commands import Found, review_hold
from portal.holds.courses import course_of
from portal.holds.forms import ReviewHoldForm
from portal.holds.looking import SOON, HoldFinding
from portal.holds.policy import Level
from portal.holds.queries import hold_row, hold_rows, holds_due, looks_at
from portal.holds.staff_views.blueprint import blueprint
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, settings, writing

SHOWN = 200


@blueprint.get("/holds-to-review")
@roles(Role.HOLD_OWNER, Role.AUDITOR)
def to_review() -> str:
    """The open holds to look at again in the next days, the one that waits longest in front."""
    today = london_day(now())
    with reading() as session:
        return render_template(
            "holds/to_review.html",
            rows=hold_rows(session, due_by=today + SOON, limit=SHOWN),
            count=holds_due(session, today + SOON),
            today=today,
            may_review=current_actor().has(Role.HOLD_OWNER),
        )


@blueprint.route("/holds-to-review/<uuid:hold_id>", methods=["GET", "POST"])
@roles(Role.HOLD_OWNER)
def review(hold_id: UUID) -> ResponseReturnValue:
    """Look at a hold, and write down what is found."""
    with reading() as session:
        hold = hold_row(session, hold_id).hold
    form = ReviewHoldForm(
        look=str(hold.looks + 1), parts="\n".join(map(str, hold.parts)), level=hold.level.value
    )
    if not form.validate_on_submit():
        return _page(hold_id, form), 422 if form.errors else 200
    if form.says_less_of(hold):
        form.finding.errors = [f"Select “{HoldFinding.NARROW.label}” to change what is held"]
        return _page(hold_id, form), 422
    try:
        with writing() as session:
            _write_down(session, hold_id, form)
    except Refused as refusal:
        form.finding.errors = [refusal.message]
        return _page(hold_id, form), 422
    flash("Written down.", "success")
    return redirect(url_for(".to_review"), 303)


def _write_down(session: Session, hold_id: UUID, form: ReviewHoldForm) -> None:
    found = Found(
        HoldFinding(form.finding.data),
        form.reason.data,
        segments=form.segments,
        level=Level(form.level.data),
        next_on=form.next_on.data,
    )
    review_hold(
        session,
        hold_id=hold_id,
        number=form.number,
        found=found,
        by=current_actor(),
        at=now(),
    )


def _page(hold_id: UUID, form: ReviewHoldForm) -> str:
    with reading() as session:
        row = hold_row(session, hold_id)
        return render_template(
            "holds/review.html",
            row=row,
            hold=row.hold,
            course=course_of(row.hold.kind, settings()),
            before=looks_at(session, hold_id),
            names=names(session),
            today=london_day(now()),
            form=form,
        )
