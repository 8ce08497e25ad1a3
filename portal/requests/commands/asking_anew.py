"""What we knew of somebody too long ago to rely on: it is forgotten, so that nothing can be decided
until it is shown again (rules, section 5, rule 6)."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.audit.commands import record
from portal.dates import london_day
from portal.requests.knowing import is_too_old
from portal.requests.models import FootageRequest, Representative

SHOW_IDENTITY = (
    "It is a long time since you showed us who you are. Show us again: send proof on the page "
    "for your request, or show it to us in another way. Before that we cannot give you anything."
)
SHOW_AUTHORITY = (
    "It is a long time since you showed us that you may act for someone. Send us a new signed "
    "note, or the paper that gives you the right, on the page for your request. Before that we "
    "cannot give you anything."
)


def forget_what_is_old(
    session: Session, footage_request: FootageRequest, *, by: Actor, at: datetime
) -> list[str]:
    """Who they are, and whether they may act, where we accepted it more than six months ago: not
    accepted any more. Returns what they must show again, in words.

    FOIA s.8 asks for a name and an address, and for no proof of anything. Only for a request that
    stands where both can be accepted.
    """
    if not footage_request.regime.is_sar:
        return []
    to_show = []
    if _is_old(footage_request.identity_accepted_at, at):
        footage_request.identity_accepted_at = None
        record(session, "request.identity_old", subject=footage_request.reference, by=by, at=at)
        to_show.append(SHOW_IDENTITY)
    is_acting = session.get(Representative, footage_request.id) is not None
    if is_acting and _is_old(footage_request.authority_accepted_at, at):
        footage_request.authority_accepted_at = None
        record(session, "request.authority_old", subject=footage_request.reference, by=by, at=at)
        to_show.append(SHOW_AUTHORITY)
    return to_show


def _is_old(known_at: datetime | None, at: datetime) -> bool:
    return known_at is not None and is_too_old(london_day(known_at), london_day(at))
