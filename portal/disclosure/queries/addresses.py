"""Whether the address that we have is read by anybody, as far as we know."""

from sqlalchemy.orm import Session

from portal.identity.addresses import OldAddress
from portal.notifications.queries import has_failed
from portal.requests.models import Applicant, FootageRequest


def old_address(session: Session, footage_request: FootageRequest) -> OldAddress:
    """What we know of the address on file. Doubtful once any e-mail did not arrive there: nobody
    may say then that they were told."""
    email = session.get_one(Applicant, footage_request.id).email
    if not email:
        return OldAddress.NONE
    is_doubtful = has_failed(session, about=footage_request.reference, to=email)
    return OldAddress.DOUBTFUL if is_doubtful else OldAddress.THERE
