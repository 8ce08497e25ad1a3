"""Restrictions to look at again: the list, and the look itself."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.dates import london_day
from portal.disclosure.commands import review_restriction
from portal.disclosure.forms import RestrictionForm
from portal.disclosure.models import Finding
from portal.disclosure.queries.decisions import lines_of
from portal.disclosure.queries.restrictions import (
    matters_of,
    reviews_of,
    standing_review,
)
from portal.disclosure.queries.restrictions import (
    restrictions as all_restrictions,
)
from portal.disclosure.restrictions import for_now, level_told
from portal.disclosure.staff_views.blueprint import blueprint
from portal.holds.policy import Level
from portal.requests.queries import by_reference
from portal.requests.staff_views.page import request_page
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing

_READERS = (
    Role.DECISION_MAKER,
    Role.SECONDER,
    Role.DATA_PROTECTION_OFFICER,
    Role.HOLD_OWNER,
    Role.AUDITOR,
)


@blueprint.get("/restrictions")
@roles(*_READERS)
def restrictions() -> str:
    """Everything that is held back for now, by when it must be looked at again."""
    with reading() as session:
        rows = all_restrictions(session)
    return render_template(
        "disclosure/restrictions.html",
        to_look_at=[row for row in rows if not row.waits_for_owner],
        for_owner=[row for row in rows if row.waits_for_owner],
        today=london_day(now()),
    )


@blueprint.route("/requests/<reference>/restriction", methods=["GET", "POST"])
@roles(Role.DECISION_MAKER)
def restriction(reference: str) -> ResponseReturnValue:
    """Look at what an answer held back, and write down what is found."""
    with reading() as session:
        page = request_page(session, reference)
        request_id = page["footage_request"].id
        review, decision = standing_review(session, request_id)
        level = level_told(lines_of(decision))
        form = RestrictionForm(look=str(review.id))
        if form.is_submitted() and form.look.data != str(review.id):
            flash("This look is written down already.", "success")
            return redirect(url_for("office.requests.overview", reference=reference), 303)
        form.needs_told = level is Level.OPEN
        if not form.validate_on_submit():
            shown = render_template(
                "disclosure/restriction.html",
                **page,
                form=form,
                review=review,
                decision=decision,
                lines=for_now(lines_of(decision)),
                matters=matters_of(session, decision),
                level=level,
                before=reviews_of(session, request_id),
            )
            return shown, 422 if form.errors else 200
    with writing() as session:
        footage_request = by_reference(session, reference)
        review_restriction(
            session,
            request_id=footage_request.id,
            review_id=review.id,
            finding=Finding(form.finding.data),
            reason=form.reason.data or "",
            told=form.told.data or "",
            by=current_actor(),
            at=now(),
        )
    flash("Written down.", "success")
    return redirect(url_for("office.requests.overview", reference=reference), 303)
