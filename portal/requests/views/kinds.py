"""What stands beside an applicant's request because of its kind."""

from sqlalchemy.orm import Session

from portal.identity.proof import CodePurpose
from portal.identity.queries import visit, waiting_address, waiting_passphrase
from portal.requests.lifecycle import TABLE, Event
from portal.requests.models import FootageRequest
from portal.web.guards import browser
from portal.web.session import now


def beside(session: Session, footage_request: FootageRequest) -> dict[str, object]:
    """Whether they act for another, whether they can ask for less, a new passphrase or address
    that waits, and the other request of an ask for two things: that one only where this browser
    may see it too."""
    return {
        "is_for_another": footage_request.representative is not None,
        "may_narrow": (footage_request.status, Event.NARROWED) in TABLE,
        "other_half": _other_half(session, footage_request),
        "new_passphrase": waiting_passphrase(session, footage_request.id, now()),
        "new_address": waiting_address(session, footage_request.id),
    }


def _other_half(session: Session, footage_request: FootageRequest) -> str | None:
    other_id = footage_request.linked_to
    if other_id is None:
        return None
    mine = visit(
        session,
        purpose=CodePurpose.REQUEST,
        subject_id=other_id,
        browser=browser(),
        at=now(),
    )
    return session.get_one(FootageRequest, other_id).reference if mine is not None else None
