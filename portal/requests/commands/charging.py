"""Asking for a fee, and noting the day on which it was paid."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actors import Actor
from portal.dates import day_in_words, london_day
from portal.db import locked_one
from portal.errors import Refused
from portal.letters.kinds import LetterKind
from portal.letters.models import Letter
from portal.requests.commands.moving import move
from portal.requests.commands.telling import tell_of_letter
from portal.requests.commands.writing import write_letter
from portal.requests.foreseeing import clock_if
from portal.requests.lifecycle import Event, Status
from portal.requests.models import FootageRequest
from portal.requests.queries import steps_of
from portal.requests.waiting import pay_by, waiting_of


def ask_fee(
    session: Session,
    *,
    request_id: UUID,
    pence: int,
    reasons: str,
    pay_how: str,
    by: Actor,
    at: datetime,
) -> Letter:
    """Ask for a fee, and issue the notice that says how much, why and until when.

    DPA 2018 s.53(1)(a), UK GDPR Art 12(5): a reasonable fee for a request that is manifestly
    unfounded or excessive; the time starts when it is paid (s.54(3)(c)). FOIA s.9: a fees notice;
    its working days do not count (s.10(2)), and after three months there is no duty. Refused, with
    nothing written, when the time has ended.
    """
    footage_request = locked_one(session, FootageRequest, request_id)
    today, amount = london_day(at), in_pounds(pence)
    clock_if(session, footage_request, Event.FEE_ASKED, today)
    move(session, request_id=request_id, event=Event.FEE_ASKED, by=by, at=at, note=amount)
    own = {
        "fee_amount": amount,
        "reasons": reasons.strip(),
        "pay_how": pay_how.strip(),
        "pay_by": pay_by(footage_request.regime, today),
        "decided_by": by.name,
    }
    letter = write_letter(session, footage_request, LetterKind.FEES_NOTICE, own, by=by, at=at)
    tell_of_letter(session, footage_request, letter, at=at)
    return letter


def note_fee_paid(
    session: Session, *, request_id: UUID, paid_on: date, by: Actor, at: datetime
) -> FootageRequest:
    """The fee came on that day, and the time goes on from it.

    Refused for a day before we asked or after today, and for one after the last day to pay a fees
    notice: then there is no duty to answer any more (FOIA s.9(2)).
    """
    footage_request = locked_one(session, FootageRequest, request_id)
    steps = steps_of(session, request_id)
    waiting = waiting_of(footage_request.status, footage_request.regime, steps)
    if footage_request.status is not Status.AWAITING_FEE or waiting is None:
        raise Refused("We do not wait for a fee for this request.")
    if not waiting.asked_on <= paid_on <= london_day(at):
        raise Refused("Enter the day it was paid, from the day we asked until today.")
    if not footage_request.regime.is_sar and waiting.is_over(paid_on):
        raise Refused(
            f"The last day to pay was {day_in_words(waiting.close_on)}. After it the law asks for "
            "no answer: give the money back, and close the request."
        )
    return move(session, request_id=request_id, event=Event.FEE_PAID, by=by, at=at, on=paid_on)


def in_pounds(pence: int) -> str:
    """An amount as people read it, such as `£25` or `£12.50`."""
    pounds, rest = divmod(pence, 100)
    return f"£{pounds:,}.{rest:02}" if rest else f"£{pounds:,}"
