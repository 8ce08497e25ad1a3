"""Matters: what holds serve. Closing one ends its holds, and requests reopen by themselves."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import Role
from portal.audit.names import names
from portal.errors import NotFound
from portal.holds.commands import close_matter, open_matter
from portal.holds.courses import course_of
from portal.holds.forms import CloseMatterForm, MatterForm
from portal.holds.models import Matter
from portal.holds.policy import HoldKind
from portal.holds.queries import matters as every_matter
from portal.holds.queries import recordings_of
from portal.holds.staff_views.blueprint import blueprint
from portal.web.forms import refusal_told_on
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, settings, writing


@blueprint.get("")
@roles(Role.HOLD_OWNER, Role.AUDITOR)
def matters() -> ResponseReturnValue:
    """The open matters, or all of them."""
    with_closed = request.args.get("closed") == "yes"
    with reading() as session:
        return render_template(
            "holds/matters.html",
            rows=every_matter(session, with_closed=with_closed),
            with_closed=with_closed,
            may_change=current_actor().has(Role.HOLD_OWNER),
        )


@blueprint.route("/new", methods=["GET", "POST"])
@roles(Role.HOLD_OWNER)
def new() -> ResponseReturnValue:
    """Open a matter."""
    form = MatterForm()
    if form.validate_on_submit():
        with refusal_told_on(form, form.reference):
            with writing() as session:
                matter = open_matter(
                    session,
                    reference=form.reference.data,
                    kind=HoldKind(form.kind.data),
                    by=current_actor(),
                    at=now(),
                )
            flash("The matter is open.", "success")
            return redirect(url_for(".matter", matter_id=matter.id), 303)
    opens = {kind.value: course_of(kind, settings()).opens for kind in HoldKind}
    page = render_template("holds/new_matter.html", form=form, opens=opens)
    return page, 422 if form.errors else 200


@blueprint.get("/<uuid:matter_id>")
@roles(Role.HOLD_OWNER, Role.AUDITOR)
def matter(matter_id: UUID) -> ResponseReturnValue:
    """One matter and the recordings it holds or held."""
    with reading() as session:
        found = _matter(session, matter_id)
        return render_template(
            "holds/matter.html",
            matter=found,
            course=course_of(found.kind, settings()),
            rows=recordings_of(session, found),
            names=names(session),
            may_change=current_actor().has(Role.HOLD_OWNER),
        )


@blueprint.route("/<uuid:matter_id>/close", methods=["GET", "POST"])
@roles(Role.HOLD_OWNER)
def close(matter_id: UUID) -> ResponseReturnValue:
    """Close a matter, on a full page that says what follows: it cannot be opened again."""
    form = CloseMatterForm()
    if not form.validate_on_submit():
        with reading() as session:
            found = _matter(session, matter_id)
            held = sum(1 for hold, _ in recordings_of(session, found) if hold.lifted_at is None)
            page = render_template(
                "holds/close_matter.html",
                matter=found,
                course=course_of(found.kind, settings()),
                held=held,
                form=form,
            )
        return page, 422 if form.errors else 200
    with writing() as session:
        found = _matter(session, matter_id)
        lifted = close_matter(
            session, matter=found, why=form.why.data, by=current_actor(), at=now()
        )
    flash(f"The matter is closed. {_ended(lifted)}", "success")
    return redirect(url_for(".matter", matter_id=matter_id), 303)


def _ended(lifted: int) -> str:
    return "1 hold ended." if lifted == 1 else f"{lifted} holds ended."


def _matter(session: Session, matter_id: UUID) -> Matter:
    found = session.get(Matter, matter_id)
    if found is None:
        raise NotFound("There is no such matter.")
    return found
