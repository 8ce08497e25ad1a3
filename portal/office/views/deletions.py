"""What will be deleted in the next days, for whoever must see to it that nothing wanted goes."""

from datetime import timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.actors import CASEWORK
from portal.dates import london_day
from portal.office.deletion_queries import MOST_SHOWN, deletions
from portal.office.queries import about_to_be_deleted
from portal.web.guards import roles
from portal.web.session import now, reading, settings

blueprint = Blueprint("deletions", __name__)

_DAYS = 14


@blueprint.get("/recordings/deletions")
@roles(*CASEWORK)
def upcoming() -> ResponseReturnValue:
    """What nothing keeps though somebody asked for it, and each of the next 14 days."""
    at = now()
    today, retention = london_day(at), timedelta(days=settings().retention_days)
    with reading() as session:
        found = deletions(session, today=today, days=_DAYS, retention=retention, now=at)
        unfound = about_to_be_deleted(
            session, today=today, within=timedelta(days=_DAYS - 1), retention=retention
        )
    return render_template(
        "office/deletions.html",
        found=found,
        unfound=unfound,
        today=today,
        retention=retention,
        most_shown=MOST_SHOWN,
        deleted_on=lambda started_at: london_day(started_at + retention),
    )
