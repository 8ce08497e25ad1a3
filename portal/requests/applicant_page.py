"""What an applicant sees of their own request. Law: pure.

Everything public passes through `ApplicantPage`, which has no room for what must not be told:
what a search found, which handler works on it, and any hold at level L3. A request that is
answered with such a hold is the same, field for field, as one that is simply answered
(DPA 2018 s.45(6); FOIA, neither confirm nor deny).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from portal.requests.clock import Clock, WaitingFor
from portal.requests.endings import Ending
from portal.requests.lifecycle import TABLE, Event, PublicStatus, Regime, Status, public_status
from portal.requests.messages import Meaning, Sender


class Standing(Protocol):
    """What the rules below need of a request."""

    status: Status
    regime: Regime
    ending: Ending | None


class Stepped(Protocol):
    """What a line of history needs of a step."""

    event: Event
    on: date
    at: datetime


class Said(Protocol):
    """What the page needs of a message."""

    sender: Sender
    meaning: Meaning
    body: str
    sent_at: datetime


class Sent(Protocol):
    """What the page needs of a proof."""

    id: UUID
    received_at: datetime


@dataclass(frozen=True)
class Happening:
    """One line of the history that is told."""

    title: str
    at: datetime


@dataclass(frozen=True)
class Word:
    """One message, in lines."""

    is_from_us: bool
    lines: tuple[str, ...]
    sent_at: datetime


@dataclass(frozen=True)
class Turn:
    """Who waits for whom, and for what. `is_for_proof` when what we wait for is sent as papers."""

    title: str
    told: str
    is_for_proof: bool = False


@dataclass(frozen=True)
class ApplicantPage:
    """The whole page. `reply_by_on` is None while there is no date; `no_date` then says why."""

    reference: str
    regime_label: str
    status: PublicStatus
    turn: Turn
    reply_by_on: date | None
    is_late: bool
    no_date: str
    working: tuple[str, ...]
    history: tuple[Happening, ...]
    words: tuple[Word, ...]
    question: Word | None
    proofs_sent: int
    has_email: bool
    is_email_confirmed: bool
    takes_proof: bool
    may_withdraw: bool
    is_answered: bool


# Every event that is told, in their words. The others are ours: to tell that a search ended, or
# that a hold stopped an answer, would tell what was found.
_TOLD = {
    Event.RECEIVED: "We received your request",
    Event.IDENTITY_ASKED: "We asked for proof of who you are",
    Event.PROOF_RECEIVED: "You sent us proof",
    Event.IDENTITY_ACCEPTED: "We accepted your proof",
    Event.AUTHORITY_ASKED: "We asked you to show that you may act for someone",
    Event.AUTHORITY_ACCEPTED: "We accepted that you may act for someone",
    Event.RECLASSIFIED: "We told you that another law applies",
    Event.NARROWED: "You told us that you want less",
    Event.CLARIFICATION_ASKED: "We asked you a question",
    Event.CLARIFICATION_ANSWERED: "You answered our question",
    Event.FEE_ASKED: "We asked you for a fee",
    Event.FEE_PAID: "You paid the fee",
    Event.EXTENDED: "We told you that we need more time",
    Event.INTEREST_EXTENDED: "We told you that we need more time",
    Event.REMINDED: "We reminded you of what we need",
    Event.DELAY_TOLD: "We told you that we are late",
    Event.ANSWERED: "We sent you our answer",
    Event.ANSWERED_WITH_HOLD: "We sent you our answer",
    Event.HOLD_ENDED: "We opened your request again",
    Event.REVIEW_UPHELD: "We opened your request again",
    Event.WITHDRAWN: "You ended your request",
    Event.REDIRECTED: "We told you whom to ask instead",
    Event.CLOSED: "We closed your request",
    Event.TAKEN_UP: "We opened your request again",
}


def history(steps: Iterable[Stepped]) -> tuple[Happening, ...]:
    """The steps that are told, newest first."""
    told = [Happening(_TOLD[step.event], step.at) for step in steps if step.event in _TOLD]
    return tuple(reversed(told))


def words(messages: Iterable[Said]) -> tuple[Word, ...]:
    """The messages both ways, newest first."""
    return tuple(reversed([_word(message) for message in messages]))


def _word(message: Said) -> Word:
    lines = tuple(line for line in message.body.splitlines() if line.strip())
    return Word(message.sender is Sender.US, lines, message.sent_at)


def open_question(standing: Standing, messages: Sequence[Said]) -> Word | None:
    """The question we wait for an answer to."""
    if standing.status is not Status.AWAITING_CLARIFICATION:
        return None
    asked = [m for m in messages if m.meaning is Meaning.CLARIFICATION and m.sender is Sender.US]
    return _word(asked[-1]) if asked else None


def takes_proof(standing: Standing) -> bool:
    """Whether proof of identity can be sent now: only where the law asks for any (FOIA s.8 does
    not), and while the lifecycle can note that it came: after closing, only where it was missing.
    """
    if standing.status is Status.CLOSED and standing.ending is not Ending.ID_NOT_CONFIRMED:
        return False
    return standing.regime.is_sar and (standing.status, Event.PROOF_RECEIVED) in TABLE


def may_withdraw(standing: Standing, *, is_hold_open_to_applicant: bool) -> bool:
    """Whether the applicant can end it. An answered request cannot be ended, and one answered
    under a hold they may not know of must not differ from it."""
    if standing.status is Status.ANSWERED_HELD and not is_hold_open_to_applicant:
        return False
    return (standing.status, Event.WITHDRAWN) in TABLE


def is_proof_in(standing: Standing, steps: Iterable[Stepped], *, proofs_kept: int) -> bool:
    """Whether we wait for nobody's proof any more: it came after we asked, and we still have it."""
    if standing.status not in _WAIT_FOR_PROOF or not proofs_kept:
        return False
    told = [step.event for step in steps if step.event in _PROOF_EVENTS]
    return bool(told) and told[-1] is Event.PROOF_RECEIVED


_WAIT_FOR_PROOF = (Status.AWAITING_IDENTITY, Status.AWAITING_AUTHORITY)
_PROOF_EVENTS = (Event.IDENTITY_ASKED, Event.AUTHORITY_ASKED, Event.PROOF_RECEIVED)


def shown_status(
    standing: Standing, *, is_hold_open_to_applicant: bool, is_proof_in: bool = False
) -> PublicStatus:
    """The public's word for where it stands. Proof that we have to check is not theirs to send."""
    if is_proof_in:
        return PublicStatus.RECEIVED
    return public_status(standing.status, is_hold_open_to_applicant=is_hold_open_to_applicant)


_OURS = "You do not have to do anything. We are working on it."
_TURNS = {
    PublicStatus.RECEIVED: ("We are looking at your request", _OURS),
    PublicStatus.LOOKING: ("We are looking for the video", _OURS),
    PublicStatus.PREPARING: ("We are preparing our answer", _OURS),
    PublicStatus.REOPENED: (
        "We are looking at your request again",
        "We have opened your request again and are looking at it. You do not have to ask again.",
    ),
    PublicStatus.ANSWERED: (
        "We have answered",
        "We sent you an e-mail, or a letter, that says how to get our answer.",
    ),
    PublicStatus.ANSWERED_AND_AGAIN: (
        "We have answered, and we will look again",
        # True of a hold we explain (L1) and of one we may not explain (L2): the page gives no
        # reason, because the letter of the second gives none.
        "There is video that we cannot give you now. We will look again, and open your request "
        "again by ourselves. You do not have to ask again.",
    ),
    PublicStatus.CLOSED: ("Your request is closed", "Nobody is waiting for anything."),
}


def turn(
    standing: Standing,
    status: PublicStatus,
    *,
    is_proof_in: bool = False,
    is_to_show_again: bool = False,
    is_right_to_show_again: bool = False,
) -> Turn:
    """Who waits for whom. `is_to_show_again`: the request reopened so long after we knew who they
    are that they must show it again; `is_right_to_show_again`: the same of their right to act."""
    if is_proof_in:
        return Turn(
            "We are checking your proof",
            "We have your proof and are checking it. You do not have to do anything.",
        )
    if standing.status is Status.AWAITING_IDENTITY:
        return Turn(
            "We are waiting for you",
            "Send us proof of who you are. We must not give video to the wrong person.",
            is_for_proof=True,
        )
    if standing.status is Status.AWAITING_AUTHORITY:
        return Turn(
            "We are waiting for you",
            "Send us the papers that show that you may ask for someone else. We must not give "
            "video to the wrong person.",
            is_for_proof=True,
        )
    if standing.status is Status.AWAITING_CLARIFICATION:
        return Turn("We are waiting for you", "Answer the question we asked you.")
    if standing.status is Status.AWAITING_FEE:
        return Turn("We are waiting for you", _PAY)
    if standing.status is Status.CLOSED and standing.ending in _AFTER_CLOSING:
        return Turn(_TURNS[status][0], _AFTER_CLOSING[standing.ending])
    if is_to_show_again or is_right_to_show_again:
        return _WHO_AGAIN if is_to_show_again else _RIGHT_AGAIN
    return Turn(*_TURNS[status])


_WHO_AGAIN = Turn(
    "Show us again who you are",
    "We have opened your request again and are looking at it. It is a long time since you showed "
    "us who you are. Send us proof again, so that we give nothing to the wrong person.",
    is_for_proof=True,
)
_RIGHT_AGAIN = Turn(
    "Show us again that you may act",
    "We have opened your request again and are looking at it. It is a long time since you showed "
    "us that you may act for someone. Send us the papers again, so that we give nothing to the "
    "wrong person.",
    is_for_proof=True,
)


_PAY = "We asked you for a fee. Our letter says how much it is, why, and how to pay."
_AFTER_CLOSING = {
    Ending.ID_NOT_CONFIRMED: "If you can show us now what we asked for, send it here. We can open "
    "your request again. You do not have to ask for everything again.",
    Ending.CLARIFICATION_NOT_RECEIVED: "If you can now send what we asked for, write to us here. "
    "We can open your request again. You do not have to ask for everything again.",
    Ending.FEE_NOT_PAID: "The fee was not paid in time. If you still want an answer, send us a new "
    "request.",
    Ending.NOT_VALID: "If you can tell us now what was missing, write to us here. We can open your "
    "request again. You do not have to ask for everything again.",
    Ending.REDIRECTED: "Our message to you says whom to ask, or which request goes on.",
}


def is_late(reply_by_on: date | None, steps: Iterable[Stepped]) -> bool:
    """Whether we have told them that the date we gave has passed. A page that went on to promise a
    day in the past would not be believed."""
    told = [step.on for step in steps if step.event is Event.DELAY_TOLD]
    return bool(reply_by_on and told and told[-1] > reply_by_on)


_NO_DATE = {
    WaitingFor.IDENTITY: "Your time starts on the day we have proof of who you are. "
    "There is no date before that.",
    WaitingFor.AUTHORITY: "Your time starts on the day we have the signed permission. "
    "There is no date before that.",
    WaitingFor.FEE: "Your time starts on the day the fee is paid. There is no date before that.",
}
_PROOF_IN = (
    "If your proof is enough, your time starts on the day we got it. Then we tell you the date."
)
_PAUSED = "Your time stands still until you answer our question. Then we tell you the new date."
_FEE_NOTICE = "The days until the fee is paid do not count. Then we tell you the new date."
_ANEW = "Your time starts again on the day you answer our question. Then we tell you the new date."


def no_date(standing: Standing, clock: Clock, *, is_proof_in: bool = False) -> str:
    """Why there is no date to reply by, or "" when there is one."""
    if clock.target_due_on is not None or not clock.waiting_for:
        return ""
    waiting = clock.waiting_for[0]
    if waiting is WaitingFor.CLARIFICATION:
        return _PAUSED if standing.regime.is_sar else _ANEW
    if waiting is WaitingFor.FEE and not standing.regime.is_sar:
        return _FEE_NOTICE
    if is_proof_in and waiting in (WaitingFor.IDENTITY, WaitingFor.AUTHORITY):
        return _PROOF_IN
    return _NO_DATE[waiting]
