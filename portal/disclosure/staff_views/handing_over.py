"""Handing copies over by post, in person or by showing them: prepared by one handler, agreed by
another, and written down when they leave."""

from functools import partial
from uuid import UUID

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.disclosure.commands.handing_over import (
    agree_handover,
    note_handed_over,
    prepare_handover,
    stop_handover,
    take_copy,
)
from portal.disclosure.forms import HandedForm, WayForm
from portal.disclosure.names import disposition
from portal.disclosure.queries.handovers import handover_in, handovers_of
from portal.disclosure.queries.releases import release_in
from portal.disclosure.staff_views.blueprint import READERS, blueprint
from portal.disclosure.taking import Taking
from portal.requests.queries import by_reference
from portal.requests.staff_views.page import request_page
from portal.web.forms import PlainForm
from portal.web.guards import current_actor, roles
from portal.web.session import house, now, reading, writing

_PAGE = "/requests/<reference>/release/<uuid:release_id>/handover"
_ONE = _PAGE + "/<uuid:handover_id>"
_HANDING = (Role.INTAKE, Role.DECISION_MAKER, Role.SECONDER)


@blueprint.get(_PAGE)
@roles(*READERS)
def handovers(reference: str, release_id: UUID) -> str:
    """Every handover of this release, and the next step."""
    return _page(reference, release_id, WayForm(), HandedForm())


@blueprint.post(_PAGE)
@roles(Role.INTAKE, Role.DECISION_MAKER)
def prepare(reference: str, release_id: UUID) -> ResponseReturnValue:
    """Prepare one."""
    form = WayForm()
    if not form.validate_on_submit():
        return _page(reference, release_id, form, HandedForm(formdata=None)), 422
    with writing() as session:
        release_in(session, by_reference(session, reference).id, release_id)
        prepare_handover(
            session, release_id=release_id, way=form.to_way(), by=current_actor(), at=now()
        )
    return _done(reference, release_id, "Prepared. Another handler must agree now.")


@blueprint.post(_ONE + "/agree")
@roles(Role.SECONDER)
def agree(reference: str, release_id: UUID, handover_id: UUID) -> ResponseReturnValue:
    """Agree, as somebody else."""
    if not PlainForm().validate_on_submit():
        return redirect(url_for(".handovers", reference=reference, release_id=release_id), 303)
    _check(reference, release_id, handover_id)
    with writing() as session:
        agree_handover(session, handover_id=handover_id, by=current_actor(), at=now())
    return _done(reference, release_id, "Agreed. The copies can be taken now.")


@blueprint.post(_ONE + "/copies/<uuid:file_id>")
@roles(*_HANDING)
def take(reference: str, release_id: UUID, handover_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Take one copy, to put on a disc or to show. The book says who did."""
    if not PlainForm().validate_on_submit():
        return redirect(url_for(".handovers", reference=reference, release_id=release_id), 303)
    _check(reference, release_id, handover_id)
    with writing() as session:
        file = take_copy(
            session, handover_id=handover_id, file_id=file_id, by=current_actor(), at=now()
        )
    source = house().vault.open(file.named)
    headers = {
        "Content-Length": str(file.size),
        "Content-Disposition": disposition("attachment", file.name),
    }
    look_at = partial(current_app.extensions["look_at"], house(), file.storage_key)
    body = Taking(house(), source, handover_id=handover_id, file_id=file.id, damaged=look_at)
    return Response(body, headers=headers, mimetype=file.content_type)


@blueprint.post(_ONE + "/handed")
@roles(*_HANDING)
def handed(reference: str, release_id: UUID, handover_id: UUID) -> ResponseReturnValue:
    """Write down that they were handed over, and what showed who it was for."""
    form = HandedForm()
    if not form.validate_on_submit():
        return _page(reference, release_id, WayForm(formdata=None), form), 422
    _check(reference, release_id, handover_id)
    with writing() as session:
        shown = form.shown.data or ""
        note_handed_over(
            session, handover_id=handover_id, shown=shown, by=current_actor(), at=now()
        )
    return _done(reference, release_id, "It is written down that the copies were handed over.")


@blueprint.post(_ONE + "/stop")
@roles(*_HANDING)
def stop(reference: str, release_id: UUID, handover_id: UUID) -> ResponseReturnValue:
    """Stop one. Copies that were taken must be destroyed."""
    if not PlainForm().validate_on_submit():
        return redirect(url_for(".handovers", reference=reference, release_id=release_id), 303)
    _check(reference, release_id, handover_id)
    with writing() as session:
        stop_handover(session, handover_id=handover_id, by=current_actor(), at=now())
    return _done(reference, release_id, "Stopped. Destroy copies that you took already.")


def _check(reference: str, release_id: UUID, handover_id: UUID) -> None:
    """The parts of the address belong together, or there is no such page."""
    with reading() as session:
        release_in(session, by_reference(session, reference).id, release_id)
        handover_in(session, release_id, handover_id)


def _page(reference: str, release_id: UUID, way: WayForm, shown: HandedForm) -> str:
    with reading() as session:
        page = request_page(session, reference)
        release = release_in(session, page["footage_request"].id, release_id)
        found = [
            each
            for each in handovers_of(session, page["footage_request"].id)
            if each.release_id == release_id
        ]
        is_open = bool(found) and found[0].handed_at is None and found[0].stopped_at is None
        return render_template(
            "disclosure/handovers.html",
            **page,
            release=release,
            handovers=found,
            open=found[0] if is_open else None,
            copies={str(file.id): file for file in release.files},
            way_form=way,
            handed_form=shown,
            button=PlainForm(formdata=None),
            may_second=current_actor().has(Role.SECONDER),
        )


def _done(reference: str, release_id: UUID, words: str) -> ResponseReturnValue:
    flash(words, "success")
    return redirect(url_for(".handovers", reference=reference, release_id=release_id), 303)
