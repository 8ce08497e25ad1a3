"""The list of work owed, for administrators: what waits, what died, and trying again."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.actors import Role
from portal.outbox.commands import revive
from portal.outbox.queries import (
    HEARTBEAT_AGE,
    count_unsure,
    counts,
    dead,
    unsure,
    waiting,
    worker_seen_since,
)
from portal.web.forms import PlainForm
from portal.web.guards import current_actor, roles
from portal.web.session import now, reading, writing

blueprint = Blueprint("outbox", __name__, url_prefix="/outbox")

_LATE = timedelta(minutes=10)


@blueprint.get("")
@roles(Role.ADMINISTRATOR)
def status() -> ResponseReturnValue:
    """How much waits, what died, and what may have gone twice. What jobs carry is not shown."""
    with reading() as session:
        return render_template(
            "outbox/status.html",
            counts=counts(session),
            waiting=waiting(session),
            dead=dead(session),
            unsure=unsure(session),
            count_unsure=count_unsure(session),
            is_worker_alive=worker_seen_since(session, now() - HEARTBEAT_AGE),
            late_before=now() - _LATE,
            form=PlainForm(formdata=None),
        )


@blueprint.post("/<uuid:job_id>/retry")
@roles(Role.ADMINISTRATOR)
def retry(job_id: UUID) -> ResponseReturnValue:
    """Owe a dead job once more."""
    if PlainForm().validate_on_submit():
        with writing() as session:
            revive(session, job_id=job_id, by=current_actor(), at=now())
        flash("The job will be tried again.", "success")
    return redirect(url_for(".status"), 303)
