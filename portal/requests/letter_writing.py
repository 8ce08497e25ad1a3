"""What the letters about a request's course say, from the facts of the request. Law: pure.

Each function gives a kind's own fields; the rest comes from `letter_fields.common_fields`. The
decision's letters are composed where decisions are made.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from portal.dates import day_in_words
from portal.identity.proof import Doubt
from portal.requests.clock import Clock, WaitingFor
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Regime
from portal.requests.silence import chase_on, close_on

_OR_ELSE = "You can also phone us or send a letter."
_PAGE = f"Open the page for your request and write to us there. {_OR_ELSE}"

# Rules 1.1: which law, and why that one.
_WHY_YOURS = {
    Regime.SAR_PART3: "It was filmed for police work, so this is the law that covers it. It gives "
    "people a right to a copy of what we hold about them.",
    Regime.SAR_GDPR: "We no longer keep it for police work, so this is the law that covers it. It "
    "gives people a right to a copy of what we hold about them.",
}
_WHY_FOI = (
    "You asked for general information, or for video that is not of you. This law gives everybody "
    "a right to ask for what public bodies hold."
)
_HELP = (
    "If you want to tell us more, say what it is about, from when, and from which place. Phone us "
    "if you want help with the words."
)
_STILL_NEEDED = {
    WaitingFor.IDENTITY: "Proof of who you are.",
    WaitingFor.AUTHORITY: "The signed permission of the person you act for.",
    WaitingFor.FEE: "The fee.",
    WaitingFor.CLARIFICATION: "Your answer to our question.",
}


def ack_fields(
    regime: Regime, about: AboutWhom, *, received_on: date, clock: Clock
) -> dict[str, Any]:
    """That we have it: which law and why, when the time starts, the date, and what helps.

    An FOI letter offers the help that is our duty to everybody (FOIA s.16): how many words
    somebody used says nothing of whether they need it.
    """
    return {
        "received_on": received_on,
        "regime_reason": _regime_reason(regime, about),
        "starts_on": clock.start_on,
        "still_needed": [_STILL_NEEDED[one] for one in clock.waiting_for] or None,
        "reply_by": clock.target_due_on,
        "help_offered": _HELP if regime is Regime.FOI else None,
        "add_information_how": _PAGE,
    }


def _regime_reason(regime: Regime, about: AboutWhom) -> str:
    if regime is Regime.FOI:
        return _WHY_FOI
    of_whom = "the person you act for" if about is AboutWhom.SOMEONE_I_ACT_FOR else "yourself"
    return f"You asked for video of {of_whom}. {_WHY_YOURS[regime]}"


def answer_by(due_on: date, today: date) -> str:
    """When we answer, in words for the applicant; a day that has passed is not promised."""
    if due_on < today:
        return f"We should have answered by {day_in_words(due_on)}. We are sorry that we are late."
    return f"We will reply by {day_in_words(due_on)}."


_PHOTO = "One paper with your photo, such as a passport or a driving licence."
_ADDRESS = "Something that shows your address, such as a bill or a bank letter."
_ADDRESS_IF = f"If the first does not show where you live: {_ADDRESS[0].lower()}{_ADDRESS[1:]}"
_PERMISSION = (
    "A note signed by the person you act for, less than 6 months old. It says that you may ask us "
    "for video of them. For your child, a birth certificate will do."
)
_OTHER_PROOF = (
    "Two papers without a photo are good too, such as a birth certificate and a bill. So is a "
    "letter from a support worker, a doctor or a probation officer. You can also come to a police "
    "station. If none of this works for you, phone us and we will find a way."
)
_OTHER_AUTHORITY = (
    "The person you act for can write to us or phone us, and ask for the video themselves. If "
    "somebody else decides for them by law, tell us who. If none of this works for you, phone us "
    "and we will find a way."
)
_SEND_PROOF = (
    "Send a picture on the page for your request. We lock it away as soon as it comes, and only "
    "those who check it can see it. Do not send it by e-mail. You can also post a copy to us."
)


def id_request_fields(doubts: Iterable[Doubt], note: str, *, asked_on: date) -> dict[str, Any]:
    """Why we doubt, the least that ends the doubt, other ways, and until when (rules, section 2).

    DPA 2018 s.52(4), UK GDPR Art 12(6): only what is needed to confirm who they are.
    """
    doubts = list(doubts)
    return {
        "doubt_reason": [doubt.explanation for doubt in doubts],
        "note": note.strip() or None,
        "accepted_proofs": _proofs_for(doubts),
        "alternatives": _OTHER_PROOF,
        "send_how": _SEND_PROOF,
        "chase_on": chase_on(asked_on),
        "close_on": close_on(asked_on),
    }


def authority_request_fields(
    lacks: Sequence[str], needed: Sequence[str], note: str, *, asked_on: date
) -> dict[str, Any]:
    """What we lack to know that somebody may act for another, and the papers that would show it.

    No paper about who they are themselves can stand in for the permission, so the other ways are
    the other person's own.
    """
    return {
        **id_request_fields((), note, asked_on=asked_on),
        "asks_authority": "yes",
        "doubt_reason": list(lacks),
        "accepted_proofs": list(needed),
        "alternatives": _OTHER_AUTHORITY,
    }


def _proofs_for(doubts: Sequence[Doubt]) -> list[str]:
    """The shortest list: whoever only has to show an address need not show a photo again."""
    proofs: list[str] = []
    if set(doubts) - {Doubt.ADDRESS_MISSING, Doubt.AUTHORITY_MISSING}:
        proofs = [_PHOTO, _ADDRESS_IF]
    elif Doubt.ADDRESS_MISSING in doubts:
        proofs = [_ADDRESS]
    return [*proofs, _PERMISSION] if Doubt.AUTHORITY_MISSING in doubts else proofs


def clarification_fields(questions: str, why_needed: str, *, asked_on: date) -> dict[str, Any]:
    """What we must know and why, each line of `questions` being one, and until when (rules R9)."""
    return {
        "questions": [line.strip() for line in questions.splitlines() if line.strip()],
        "why_needed": why_needed.strip(),
        "answer_how": f"Open the page for your request and answer there. {_OR_ELSE}",
        "chase_on": chase_on(asked_on),
        "close_on": close_on(asked_on),
    }


# What to ask whoever named so much time, or so large a place, that no search of it can be made.
WHEN_OR_WHERE = (
    "On which day was it, and about what time? A part of the day helps too.\n"
    "Where was it? A street, a station or a postcode is enough."
)


def why_too_wide(retention_days: int) -> str:
    """Why we ask for less time or ground, and why soon."""
    return (
        "The time and place you gave us are more video than we can look through. We have kept a "
        f"part of it safe. We delete most video {retention_days} days after it was recorded, so "
        "tell us as soon as you can."
    )


def reopened_fields(reply_by: date | None, to_show: Sequence[str] = ()) -> dict[str, Any]:
    """That the hold has ended, what happens now, what they must show again before they can have
    anything, until when we answer, and how to say no."""
    return {
        "reply_by": reply_by,
        "what_happens": [
            "We look at the video again, and at what the law lets us give you.",
            *to_show,
            "We write to you with our answer.",
        ],
        "withdraw_how": f"Open the page for your request and end it there. {_OR_ELSE}",
    }
