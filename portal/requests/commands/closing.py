"""Closing a request by hand, when nothing more will come of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.dates import day_in_words, london_day
from portal.db import locked_one
from portal.errors import Refused
from portal.identity.commands.proofs import delete_pictures
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.requests.commands.keeping import let_go
from portal.requests.commands.messaging import write_to_applicant
from portal.requests.commands.moving import move
from portal.requests.commands.telling import tell_of_letter
from portal.requests.commands.writing import write_letter
from portal.requests.endings import Ending
from portal.requests.lifecycle import Event, Regime, Status
from portal.requests.models import Applicant, FootageRequest, RequestStep
from portal.requests.queries import steps_of
from portal.requests.waiting import Waiting, waiting_of


class ClosedBecause(StrEnum):
    """Why a request is closed; the words of the ledger."""

    NO_PROOF = "no_proof"
    NO_CLARIFICATION = "no_clarification"
    NO_FEE = "no_fee"
    NOT_VALID = "not_valid"
    DUPLICATE = "duplicate"

    @property
    def label(self) -> str:
        """The reason as handlers read it."""
        return _WORDS[self][0]

    def ending(self, regime: Regime) -> Ending:
        """The outcome code it is counted under (rules 4.1). A fees notice that lapsed has its own,
        because nothing can be opened again after it (FOIA s.9(2))."""
        if self is ClosedBecause.NO_FEE and not regime.is_sar:
            return Ending.FEE_NOT_PAID
        return _WORDS[self][1]


_WORDS = {
    ClosedBecause.NO_PROOF: (
        "We asked for proof or authority, and nothing came for a month",
        Ending.ID_NOT_CONFIRMED,
    ),
    ClosedBecause.NO_CLARIFICATION: (
        "We asked a question, and no answer came for a month",
        Ending.CLARIFICATION_NOT_RECEIVED,
    ),
    ClosedBecause.NO_FEE: ("The fee was not paid in time", Ending.CLARIFICATION_NOT_RECEIVED),
    ClosedBecause.NOT_VALID: (
        "It is not a valid request, and help did not mend it",
        Ending.NOT_VALID,
    ),
    ClosedBecause.DUPLICATE: ("It asks for the same as another request", Ending.REDIRECTED),
}


class Lack(StrEnum):
    """What a freedom of information request must have (FOIA s.8(1)), and this one has not."""

    WRITING = "writing"
    NAME = "name"
    ADDRESS = "address"
    DESCRIPTION = "description"

    @property
    def label(self) -> str:
        """What is missing, as handlers choose it."""
        return _LACKS[self][0]

    @property
    def sentence(self) -> str:
        """What is missing, as the letter says it."""
        return _LACKS[self][1]


_LACKS = {
    Lack.WRITING: ("It is not in writing", "We do not have your request in writing."),
    Lack.NAME: ("There is no real name", "You did not tell us your name."),
    Lack.ADDRESS: (
        "There is no address to write to, on paper or by e-mail",
        "You did not give us an address to write to. An e-mail address will do.",
    ),
    Lack.DESCRIPTION: (
        "It does not say what they want",
        "You did not tell us what you want to know, so that we can look for it.",
    ),
}

# What may be said of a request by where it stands; the first three only when time is over.
_FITS: Mapping[Status, ClosedBecause] = {
    Status.AWAITING_IDENTITY: ClosedBecause.NO_PROOF,
    Status.AWAITING_AUTHORITY: ClosedBecause.NO_PROOF,
    Status.AWAITING_CLARIFICATION: ClosedBecause.NO_CLARIFICATION,
    Status.AWAITING_FEE: ClosedBecause.NO_FEE,
    Status.RECEIVED: ClosedBecause.NOT_VALID,
}


def offered(
    footage_request: FootageRequest,
    steps: Sequence[RequestStep],
    waiting: Waiting | None,
    today: date,
) -> ClosedBecause | None:
    """The reason for which a request may be closed today with a letter, or None.

    For silence only after the last day that we gave them (rules R9). As not valid only a freedom
    of information request (FOIA s.8), before we know who asks and before any search: a subject
    access request has no form that it could fail (rules 1.1). Pure.
    """
    status = footage_request.status
    if status.waits_for_applicant and (waiting is None or not waiting.is_over(today)):
        return None
    found = _FITS.get(status)
    if found is ClosedBecause.NOT_VALID and not _can_lack_form(footage_request, steps):
        return None
    return found


def _can_lack_form(footage_request: FootageRequest, steps: Sequence[RequestStep]) -> bool:
    is_looked_at = any(step.event is Event.SEARCH_STARTED for step in steps)
    is_known = footage_request.identity_accepted_at is not None
    return footage_request.regime is Regime.FOI and not is_known and not is_looked_at


def close(
    session: Session,
    *,
    request_id: UUID,
    because: ClosedBecause,
    reasons: str,
    by: Actor,
    at: datetime,
    lacks: Collection[Lack] = (),
) -> Letter:
    """Close a request, and issue the letter that says why and how to have it opened again.

    A person presses: no request is ended by a machine alone (DPA 2018 ss.50A-50C). Its video is
    kept for three more months, then deleted as usual; pictures of proofs are deleted now. Refused
    while what we wait for can still come, for a reason that does not fit, and as not valid
    without what it lacks (FOIA s.8(1)) and why: "we are busy" is not among them.
    """
    footage_request = locked_one(session, FootageRequest, request_id)
    steps = steps_of(session, request_id)
    waiting = waiting_of(footage_request.status, footage_request.regime, steps)
    if offered(footage_request, steps, waiting, london_day(at)) is not because:
        raise Refused(too_soon(waiting, london_day(at)))
    if because is ClosedBecause.NOT_VALID and not (lacks and reasons.strip()):
        raise Refused("Select what is missing, and enter how you tried to help.")
    _end(session, footage_request, because, by=by, at=at)
    own = {
        "because": because.value,
        "asked_on": waiting.asked_on if waiting else None,
        "reasons": [*(lack.sentence for lack in lacks), *filter(None, [reasons.strip()])] or None,
        "reopen_how": reopen_how(because, footage_request.regime),
        "decided_by": by.name,
    }
    letter = write_letter(session, footage_request, LetterKind.CLOSING, own, by=by, at=at)
    tell_of_letter(session, footage_request, letter, at=at)
    return letter


def close_duplicate(
    session: Session, *, request_id: UUID, other: str, by: Actor, at: datetime
) -> FootageRequest:
    """Close a request that asks for the same as another one of the same person, and say so.

    `other` is the reference of the one that goes on. Refused when it is nobody's, this very
    one, closed itself, or another person's.
    """
    footage_request = locked_one(session, FootageRequest, request_id)
    _check_is_theirs(session, footage_request, other)
    _end(session, footage_request, ClosedBecause.DUPLICATE, by=by, at=at)
    write_to_applicant(
        session,
        request_id=request_id,
        body=(
            f"This request asks for the same as your other request, {other}. We closed this one, "
            "and answer you there. Tell us if that is wrong."
        ),
        by=by,
        at=at,
    )
    return footage_request


def too_soon(waiting: Waiting | None, today: date) -> str:
    """Why a request cannot be closed with a letter today, in words to show."""
    if waiting is not None and not waiting.is_over(today):
        return (
            f"We asked on {day_in_words(waiting.asked_on)}, and they have until the end of "
            f"{day_in_words(waiting.close_on)}. It can be closed after that day."
        )
    return (
        "This request cannot be closed for want of something. Only a freedom of information "
        "request can be not valid, before we know who asks and before we search."
    )


def reopen_how(because: ClosedBecause, regime: Regime) -> list[str]:
    """How to have it opened again, as the letter says it; or, after a fees notice that lapsed,
    how to ask anew."""
    if because is ClosedBecause.NO_FEE and not regime.is_sar:
        return [
            "You can send us a new request. The time then starts on the day we get it.",
            "We may ask for a fee again. You can ask for less, so that it costs less.",
        ]
    first = {
        ClosedBecause.NO_PROOF: "Tell us that you can now show us what we asked for.",
        ClosedBecause.NO_CLARIFICATION: "Answer the question that we asked you.",
        ClosedBecause.NO_FEE: "Pay the fee, and tell us that you have paid it.",
    }.get(because, "Tell us what was missing.")
    return [
        first,
        "Send a message from the page for your request, or phone us, or write to us.",
        "You do not have to ask for everything again.",
    ]


def _check_is_theirs(session: Session, footage_request: FootageRequest, other: str) -> None:
    found = session.scalar(sa.select(FootageRequest).where(FootageRequest.reference == other))
    if found is None or found.id == footage_request.id or found.status is Status.CLOSED:
        raise Refused("Enter the reference of the person’s other request, which is not closed.")
    mine = session.get_one(Applicant, footage_request.id)
    theirs = session.get_one(Applicant, found.id)
    # One address may be a family's, or a solicitor's who writes for many.
    is_address = not mine.email or mine.email == theirs.email
    is_same = is_address and _folded(mine.name) == _folded(theirs.name)
    if not is_same:
        raise Refused("That request was sent by somebody else.")


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _end(
    session: Session,
    footage_request: FootageRequest,
    because: ClosedBecause,
    *,
    by: Actor,
    at: datetime,
) -> None:
    move(
        session,
        request_id=footage_request.id,
        event=Event.CLOSED,
        by=by,
        at=at,
        note=because.value,
        ending=because.ending(footage_request.regime),
    )
    let_go(session, footage_request, by=by, at=at)
    delete_pictures(session, subject_id=footage_request.id, at=at, due_at=at)
