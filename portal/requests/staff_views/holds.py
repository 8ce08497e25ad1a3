"""The holds on a request's recordings: seen by those who decide, placed by those who own them."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.actors import Role
from portal.errors import NotFound, Refused
from portal.holds.commands import change_level, lift, open_matter, place
from portal.holds.courses import course_of
from portal.holds.models import Hold
from portal.holds.override_queries import overrides_of
from portal.holds.overriding import ROLES as ORDER_ROLES
from portal.holds.overriding import why_not_agree
from portal.holds.policy import HoldKind, Level
from portal.holds.queries import holds_of, matter_by_reference, matters
from portal.recordings.models import Recording
from portal.recordings.queries import candidates_of, matches_of
from portal.requests.forms.holds import EndHoldForm, HoldForm, LevelForm
from portal.requests.queries import by_reference
from portal.requests.staff_views.blueprint import blueprint
from portal.requests.staff_views.page import request_page
from portal.web.forms import refusal_told_on
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, settings, writing

_READERS = (
    Role.SEARCHER,
    Role.DECISION_MAKER,
    Role.SECONDER,
    Role.HOLD_OWNER,
    Role.SENIOR_REVIEWER,
    Role.DATA_PROTECTION_OFFICER,
    Role.AUDITOR,
)


@blueprint.get("/<reference>/holds")
@roles(*_READERS)
def holds(reference: str) -> ResponseReturnValue:
    """Each confirmed recording with its holds, those that have ended too."""
    with reading() as session:
        page = request_page(session, reference)
        matches = matches_of(session, page["footage_request"].id)
        request_id = page["footage_request"].id
        rows = [
            (
                recording,
                holds_of(session, recording.id),
                overrides_of(session, request_id, recording.id),
            )
            for _, recording in matches
        ]
        return render_template(
            "requests/office/holds.html",
            **page,
            rows=rows,
            may_hold=current_actor().has(Role.HOLD_OWNER),
            may_order=current_actor().has(*ORDER_ROLES),
            why_not_agree=why_not_agree,
            me=current_actor(),
        )


@blueprint.route(
    "/<reference>/holds/<int(max=9223372036854775807):recording_id>/place", methods=["GET", "POST"]
)
@roles(Role.HOLD_OWNER)
def place_hold(reference: str, recording_id: int) -> ResponseReturnValue:
    """Bar a recording from leaving, on a full page."""
    with reading() as session:
        recording = _recording_of(session, reference, recording_id)
    form = HoldForm()
    if not form.is_submitted():
        return _hold_page(reference, recording, form)
    if not form.validate():
        return _hold_page(reference, recording, form), 422
    try:
        _place(recording_id, form)
    except (Refused, NotFound) as refusal:
        form.reference.errors = [refusal.message]
        return _hold_page(reference, recording, form), 422
    flash("The hold is placed. The recording cannot leave until it ends.", "success")
    return redirect(url_for(".holds", reference=reference), 303)


def _place(recording_id: int, form: HoldForm) -> None:
    by, at = current_actor(), now()
    kind, reference = HoldKind(form.kind.data), form.reference.data or ""
    with writing() as session:
        if form.is_new_matter:
            matter = open_matter(session, reference=reference, kind=kind, by=by, at=at)
        else:
            matter = matter_by_reference(session, reference)
        place(
            session,
            recording_id=recording_id,
            matter=matter,
            kind=kind,
            level=Level(form.level.data),
            reason=form.reason.data,
            segments=form.segments,
            by=by,
            at=at,
        )


@blueprint.route("/<reference>/holds/<uuid:hold_id>/lift", methods=["GET", "POST"])
@roles(Role.HOLD_OWNER)
def lift_hold(reference: str, hold_id: UUID) -> ResponseReturnValue:
    """End one hold, on a full page that says what follows."""
    form = EndHoldForm()
    if not form.validate_on_submit():
        with reading() as session:
            page = request_page(session, reference)
            hold = _hold_of(session, reference, hold_id)
            recording = session.get_one(Recording, hold.recording_id)
            shown = render_template(
                "requests/office/lift_hold.html",
                **page,
                form=form,
                hold=hold,
                course=course_of(hold.kind, settings()),
                recording=recording,
            )
        return shown, 422 if form.errors else 200
    with writing() as session:
        hold = _hold_of(session, reference, hold_id)
        lift(session, hold=hold, why=form.why.data, by=current_actor(), at=now())
    flash("The hold has ended.", "success")
    return redirect(url_for(".holds", reference=reference), 303)


@blueprint.route("/<reference>/holds/<uuid:hold_id>/level", methods=["GET", "POST"])
@roles(Role.HOLD_OWNER)
def change_hold_level(reference: str, hold_id: UUID) -> ResponseReturnValue:
    """Let the applicant be told more or less of a hold, on a full page."""
    with reading() as session:
        level = _hold_of(session, reference, hold_id).level
    form = LevelForm(level=level.value)
    if form.validate_on_submit():
        with refusal_told_on(form, form.level):
            with writing() as session:
                hold = _hold_of(session, reference, hold_id)
                change_level(
                    session,
                    hold_id=hold.id,
                    level=Level(form.level.data),
                    why=form.why.data,
                    by=current_actor(),
                    at=now(),
                )
            flash("What may be told is changed.", "success")
            return redirect(url_for(".holds", reference=reference), 303)
    with reading() as session:
        page = request_page(session, reference)
        hold = _hold_of(session, reference, hold_id)
        shown = render_template("requests/office/hold_level.html", **page, form=form, hold=hold)
    return shown, 422 if form.errors else 200


def _recording_of(session: Session, reference: str, recording_id: int) -> Recording:
    request_id = by_reference(session, reference).id
    for _, recording in candidates_of(session, request_id):
        if recording.id == recording_id:
            return recording
    raise NotFound("There is no such recording on this request's list.")


def _hold_of(session: Session, reference: str, hold_id: UUID) -> Hold:
    hold = session.get(Hold, hold_id)
    if hold is None:
        raise NotFound("There is no such hold.")
    _recording_of(session, reference, hold.recording_id)
    session.refresh(hold, ["matter"])
    return hold


def _hold_page(reference: str, recording: Recording, form: HoldForm) -> str:
    with reading() as session:
        return render_template(
            "requests/office/place_hold.html",
            **request_page(session, reference),
            recording=recording,
            references=[row.matter.reference for row in matters(session)],
            opens={kind.value: course_of(kind, settings()).opens for kind in HoldKind},
            form=form,
        )
