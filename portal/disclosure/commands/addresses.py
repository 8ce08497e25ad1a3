"""Another e-mail address for an applicant whose mailbox is gone: two people make sure that it is
theirs, the old address is told, and some days pass before we write to the new one.

This is how somebody who wants another person's video would try to get it: so nobody can do it
alone, or unseen, or at once. For whoever acts for an applicant it is the same: there is one
address for a request, and it is the one of whoever asked.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor, ActorKind, Role
from portal.audit.commands import record
from portal.dates import london_day
from portal.db import locked_one
from portal.disclosure.commands.linking import close_all
from portal.disclosure.commands.passphrases import stop_passphrase
from portal.disclosure.queries.addresses import old_address
from portal.errors import Refused
from portal.identity.addresses import Way, counts_from, is_due, is_same_address, waits, why_not
from portal.identity.commands import addresses
from portal.identity.commands.codes import end_codes, end_visits
from portal.identity.models import AddressChange
from portal.identity.proof import CodePurpose
from portal.identity.queries import change_facts, waiting_address
from portal.notifications.commands import notify
from portal.notifications.notices import NoticeKind
from portal.outbox.commands import owe
from portal.requests.commands.asking_anew import forget_what_is_old
from portal.requests.commands.messaging import keep_from_us
from portal.requests.commands.telling import notify_applicant
from portal.requests.knowing import is_too_old
from portal.requests.lifecycle import TABLE, Event
from portal.requests.messages import Meaning
from portal.requests.models import Applicant, FootageRequest
from portal.requests.queries import lock_request

CHANGE_ADDRESS = "change_address"
_CHANGED = "We write to another e-mail address now."
# What a code that went to the old address would open.
_OPENED_BY_CODES = (CodePurpose.EMAIL, CodePurpose.REQUEST)


def propose_address(
    session: Session,
    *,
    request_id: UUID,
    email: str,
    way: Way,
    shown: str,
    by: Actor,
    at: datetime,
) -> None:
    """Note a new address and how we made sure that it is theirs, and tell the old one. It does not
    count yet: another handler must agree.

    Refused when it is the one we have, when another waits, and when that way cannot have made
    sure. The book says no address, and whether the old one may be beyond reach.
    """
    by.must_have(Role.INTAKE, Role.DECISION_MAKER)
    footage_request = lock_request(session, request_id)
    applicant = session.get_one(Applicant, request_id)
    if is_same_address(email, applicant.email):
        raise Refused("This is the e-mail address that we have. Enter the new one.")
    hindrance = why_not(
        way,
        phone=applicant.phone,
        address=applicant.address,
        must_show=_must_show_now(footage_request, at),
    )
    if hindrance:
        raise Refused(hindrance)
    made = addresses.propose(
        session, subject_id=request_id, email=email, way=way, shown=shown, by=by, at=at
    )
    # Also where e-mail came back before: a full mailbox may be read again, and whoever reads it
    # could make us believe that it is gone (ADR 0023).
    notify_applicant(
        session, footage_request, NoticeKind.ADDRESS_ASKED, key=f"address_asked:{made.id}", at=at
    )
    old = old_address(session, footage_request).value
    _note(session, "address.proposed", footage_request, made, by, at, way=way.value, old=old)


def agree_address(
    session: Session, *, request_id: UUID, change_id: UUID, by: Actor, at: datetime
) -> datetime:
    """Let the new address count after the wait, and tell the old one so; returns from when.

    NotAllowed to the one who proposed it: the database says the same. Refused when it was agreed
    to or stopped, and when it was proposed too long ago.
    """
    by.must_have(Role.SECONDER)
    footage_request = lock_request(session, request_id)
    change = addresses.locked_change(session, subject_id=request_id, change_id=change_id)
    if not waits(change_facts(change)):
        raise Refused("This address does not wait any more. Look at the page again.")
    addresses.agree(change, by=by, at=at)
    from_at = counts_from(at)
    owe(
        session,
        CHANGE_ADDRESS,
        payload={"change_id": str(change.id)},
        key=f"{CHANGE_ADDRESS}:{change.id}",
        at=at,
        due_at=from_at,
    )
    notify_applicant(
        session,
        footage_request,
        NoticeKind.ADDRESS_AGREED,
        key=f"address_agreed:{change.id}",
        at=at,
    )
    old = old_address(session, footage_request).value
    _note(session, "address.agreed", footage_request, change, by, at, old=old)
    return from_at


def stop_address(session: Session, *, request_id: UUID, why: str, by: Actor, at: datetime) -> bool:
    """Stop the new address that waits; whether there was one. We go on writing to the one we have.

    The applicant may, in a browser in which a code to the address we have was typed, and any
    handler who works on requests. Once it has taken effect there is nothing to stop.
    """
    if by.kind is ActorKind.HANDLER:
        by.must_have(Role.INTAKE, Role.DECISION_MAKER, Role.SECONDER)
    footage_request = lock_request(session, request_id)
    change = waiting_address(session, request_id)
    if change is None:
        return False
    addresses.stop(change, why=why, by=by, at=at)
    _note(session, "address.stopped", footage_request, change, by, at)
    return True


def change_address(session: Session, *, change_id: UUID, by: Actor, at: datetime) -> bool:
    """Begin to write to the new address; whether this did. False when it was stopped, is not due,
    or was done.

    Whoever reads the old mailbox is put out: links and visits end, codes and a new passphrase that
    waits open nothing. What we knew too long ago must be shown again, where it can be; and nothing
    is decided until a code shows that the new address is theirs.
    """
    known = session.get(AddressChange, change_id)
    if known is None:
        return False  # it went with its request
    footage_request = lock_request(session, known.subject_id)
    change = addresses.locked_change(session, subject_id=known.subject_id, change_id=change_id)
    if not is_due(change_facts(change), at):
        return False
    _put_out(session, footage_request, by=by, at=at)
    applicant = locked_one(session, Applicant, footage_request.id)
    applicant.email, applicant.email_confirmed_at = change.email, None
    change.applied_at = at
    session.flush()
    _ask_anew(session, footage_request, by=by, at=at)
    notify(
        session,
        NoticeKind.ADDRESS_CHANGED,
        to=applicant.email,
        key=f"address_changed:{change.id}",
        at=at,
        path=f"/confirm-email/{footage_request.reference}",
        about=footage_request.reference,
        reference=footage_request.reference,
    )
    _note(session, "address.changed", footage_request, change, by, at)
    return True


def _put_out(session: Session, footage_request: FootageRequest, *, by: Actor, at: datetime) -> None:
    """Whoever is inside by the old address is inside no more."""
    request_id = footage_request.id
    stop_passphrase(session, request_id=request_id, why=_CHANGED, by=by, at=at)
    close_all(session, request_id=request_id, why=_CHANGED, by=by, at=at)
    for purpose in _OPENED_BY_CODES:
        end_codes(session, purpose=purpose, subject_id=request_id, at=at)
        end_visits(session, purpose=purpose, subject_id=request_id, at=at)


def _ask_anew(
    session: Session, footage_request: FootageRequest, *, by: Actor, at: datetime
) -> None:
    if not _can_be_shown(footage_request):
        return
    to_show = forget_what_is_old(session, footage_request, by=by, at=at)
    if to_show:
        keep_from_us(
            session, footage_request, Meaning.INFORMATION, "\n".join(to_show), by=by, at=at
        )


def _must_show_now(footage_request: FootageRequest, at: datetime) -> bool:
    """Whether we knew who they are too long ago, and they can show it nowhere but here."""
    known_at = footage_request.identity_accepted_at
    is_old = known_at is not None and is_too_old(london_day(known_at), london_day(at))
    return footage_request.regime.is_sar and is_old and not _can_be_shown(footage_request)


def _can_be_shown(footage_request: FootageRequest) -> bool:
    """Whether it stands where who they are, and their right to act, can be accepted."""
    accepted = (Event.IDENTITY_ACCEPTED, Event.AUTHORITY_ACCEPTED)
    return all((footage_request.status, event) in TABLE for event in accepted)


def _note(
    session: Session,
    deed: str,
    footage_request: FootageRequest,
    change: AddressChange,
    by: Actor,
    at: datetime,
    **details: str,
) -> None:
    record(
        session,
        deed,
        subject=footage_request.reference,
        by=by,
        at=at,
        change=str(change.id),
        **details,
    )
