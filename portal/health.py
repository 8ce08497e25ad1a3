"""Whether the portal is alive, and whether it is ready to serve."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.dates import london_day
from portal.expiry.queries import missing_files
from portal.outbox.queries import HEARTBEAT_AGE, worker_seen_since
from portal.requests.holidays import known_holidays
from portal.web.guards import public
from portal.web.session import house, now, reading
from portal.workdays import Holidays

blueprint = Blueprint("health", __name__)

# Fewer months of known bank holidays than this, and a clock could soon be wrong (rules 1.7).
MONTHS_OF_HOLIDAYS = 9


@blueprint.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """This process answers."""
    return jsonify(alive=True)


@blueprint.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """200 when every part answers, else 503; says which. Warnings do not make it unready."""
    parts = {"database": False, "worker": False, "storage": house().vault.storage.writable()}
    warnings = []
    try:
        with reading() as session:
            parts["worker"] = worker_seen_since(session, now() - HEARTBEAT_AGE)
            warnings = [*_warnings(known_holidays(session)), *_files_gone(session)]
            parts["database"] = True
    except SQLAlchemyError:
        pass  # the answer says so
    is_ready = all(parts.values())
    return jsonify(ready=is_ready, parts=parts, warnings=warnings), 200 if is_ready else 503


def _files_gone(session: Session) -> list[str]:
    gone = len(missing_files(session))
    return [f"{gone} files that should be there are gone or damaged"] if gone else []


def _warnings(holidays: Holidays) -> list[str]:
    months = holidays.months_ahead(london_day(now()))
    if months < MONTHS_OF_HOLIDAYS:
        return [f"bank holidays are known for {months} months ahead only"]
    return []
