"""By what right somebody acts for the person in the video: what shows it, and what a handler
checks before it is accepted. Law: pure (rules, section 2).

A representative stands in the applicant's shoes, so giving video to one who may not act is giving
it to a stranger (DPA 2018 s.40; UK GDPR Art 5(1)(f)). No fixed age decides for a child in England:
a parent normally acts below 13, from 13 the child is asked, from 16 it is the child's own request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.identity.proof import ProofKind


class Acting(StrEnum):
    """By what right somebody acts for the applicant (rules, section 2)."""

    SOLICITOR = "solicitor"
    FAMILY_OR_FRIEND = "family_or_friend"
    PARENT = "parent"
    ATTORNEY = "attorney"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The right as handlers read it."""
        return _LABELS[self]


_LABELS = {
    Acting.SOLICITOR: "Solicitor or other legal representative",
    Acting.FAMILY_OR_FRIEND: "Friend or relative of an adult",
    Acting.PARENT: "Parent or guardian of a child",
    Acting.ATTORNEY: "Attorney or deputy",
    Acting.OTHER: "Somebody else",
}


@dataclass(frozen=True)
class Need:
    """One thing to send. `words` speak to the one who acts; any of `kinds` shows it."""

    words: str
    kinds: tuple[ProofKind, ...]


_PHOTO_ID = (
    ProofKind.PASSPORT,
    ProofKind.DRIVING_LICENCE,
    ProofKind.NATIONAL_IDENTITY_CARD,
    ProofKind.BIRTH_CERTIFICATE,
    ProofKind.SUPPORT_LETTER,
)
_SIGNED = Need(
    "a note they have signed. It must be less than 6 months old, name us, and say which video "
    "you may ask for",
    (ProofKind.AUTHORITY,),
)
_THEIR_ID = Need("one paper that shows who they are, like their passport", _PHOTO_ID)
_OWN_ID = Need("one paper with your own photo, like your passport", (ProofKind.OWN_PHOTO_ID,))
_OWN_ADDRESS = Need(
    "something with your own name and address, like a bill", (ProofKind.OWN_ADDRESS,)
)

NEEDS: Mapping[Acting, tuple[Need, ...]] = {
    # A legal representative is answerable to a regulator: no ID of their own is asked for.
    Acting.SOLICITOR: (_SIGNED, _THEIR_ID),
    Acting.FAMILY_OR_FRIEND: (_SIGNED, _THEIR_ID, _OWN_ID, _OWN_ADDRESS),
    Acting.PARENT: (
        Need(
            "the child’s full birth certificate with your name on it, or a court order that says "
            "you are responsible for them",
            (ProofKind.BIRTH_CERTIFICATE, ProofKind.COURT_ORDER),
        ),
        Need(
            "the child’s passport, if they have one. If not, the birth certificate will do",
            _PHOTO_ID,
        ),
    ),
    Acting.ATTORNEY: (
        Need(
            "the registered power of attorney, or the court order, that lets you act in their "
            "affairs",
            (ProofKind.POWER_OF_ATTORNEY, ProofKind.COURT_ORDER),
        ),
    ),
    Acting.OTHER: (_SIGNED, _THEIR_ID, _OWN_ID),
}


class Lack(StrEnum):
    """What is wrong with an authority, or missing; each is a sentence they read."""

    NOTHING_SENT = "nothing_sent"
    UNREADABLE = "unreadable"
    NOT_SIGNED = "not_signed"
    TOO_OLD = "too_old"
    NOT_TO_US = "not_to_us"
    NOT_THIS_VIDEO = "not_this_video"
    RESPONSIBILITY = "responsibility"
    NOT_REGISTERED = "not_registered"
    OWN_IDENTITY = "own_identity"

    @property
    def explanation(self) -> str:
        """The reason in words for whoever acts."""
        return _EXPLANATIONS[self]


_EXPLANATIONS = {
    Lack.NOTHING_SENT: "We need to see that you may act for the person in the video.",
    Lack.UNREADABLE: "We could not read what you sent. Send a clearer picture.",
    Lack.NOT_SIGNED: "The person you act for has not signed the note.",
    Lack.TOO_OLD: "The note is more than 6 months old. Send a newer one.",
    Lack.NOT_TO_US: "The note does not say that you may ask us.",
    Lack.NOT_THIS_VIDEO: "The note does not cover the video you ask for.",
    Lack.RESPONSIBILITY: "We need something that shows you are responsible for the child, like "
    "the full birth certificate or a court order.",
    Lack.NOT_REGISTERED: "The power of attorney must be registered. Send the one with the stamp.",
    Lack.OWN_IDENTITY: "We also need to see who you are yourself, and where you live.",
}


class Answer(StrEnum):
    """What a handler found. Why a child was not asked is an answer of its own: at 13 or over a
    child is taken to understand, so there must be a reason."""

    YES = "yes"
    NO = "no"
    NOT_NEEDED = "not_needed"
    CANNOT_UNDERSTAND = "cannot_understand"
    WOULD_HARM = "would_harm"

    @property
    def label(self) -> str:
        """The answer as it is chosen."""
        return _ANSWERS.get(self) or self.value.replace("_", " ").capitalize()


_ANSWERS = {
    Answer.CANNOT_UNDERSTAND: "Not asked: somebody who knows them says they cannot understand it",
    Answer.WOULD_HARM: "Not asked: a specialist says that asking would harm them",
}


_BOTH = (Answer.YES, Answer.NO)


@dataclass(frozen=True)
class Check:
    """A question a handler answers. `right` are the answers with which authority can be accepted;
    `is_warning`: a "yes" is for a specialist to look at first."""

    name: str
    question: str
    right: tuple[Answer, ...] = (Answer.YES,)
    is_warning: bool = False

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers on offer."""
        more = (answer for answer in self.right if answer not in _BOTH)
        return (*_BOTH, *more)


_NAMES_US = Check("names_us", "Does the note name this force, or the police?")
_COVERS = Check("covers_footage", "Does it cover the video that is asked for?")
_IS_SIGNED = Check("signed_by_subject", "Is it signed by the person in the video?")
_COERCION = Check(
    "coercion",
    "You have looked for a warning of domestic abuse or coercion between the two. Is there one?",
    _BOTH,
    is_warning=True,
)
_OWN_ID_SEEN = Check(
    "own_identity_seen", "Have you seen who the one who acts is, and where they live?"
)
_SPECIALIST = Check(
    "specialist",
    "If there is a warning or an order: has a specialist looked at it, and do they agree?",
    (Answer.YES, Answer.NOT_NEEDED),
)
_NOTE = (_IS_SIGNED, _NAMES_US, _COVERS)
_CHECKS: Mapping[Acting, tuple[Check, ...]] = {
    Acting.SOLICITOR: (
        *_NOTE,
        Check("firm_found", "Is the firm on its regulator’s list, with the number they gave?"),
    ),
    Acting.FAMILY_OR_FRIEND: (*_NOTE, _OWN_ID_SEEN, _COERCION, _SPECIALIST),
    Acting.PARENT: (
        Check("responsibility_seen", "Have you seen proof of parental responsibility?"),
        Check("best_interests", "Is giving them the video in the child’s best interests?"),
        Check(
            "contact_order",
            "You have looked for a court order that limits contact with the child. Is there one?",
            _BOTH,
            is_warning=True,
        ),
        _COERCION,
        _SPECIALIST,
    ),
    Acting.ATTORNEY: (
        Check("registered", "Is the power of attorney registered, or the court order sealed?"),
        Check("covers_affairs", "Does it cover the person’s affairs, and this request?"),
        _COERCION,
        _SPECIALIST,
    ),
    Acting.OTHER: (*_NOTE, _OWN_ID_SEEN, _COERCION, _SPECIALIST),
}
_CHILD_ASKED = Check(
    "child_asked",
    "Was the child asked what they think? From 13, not asking needs a reason.",
    (Answer.YES, Answer.CANNOT_UNDERSTAND, Answer.WOULD_HARM),
)
_OWN_REQUEST = Check(
    "own_request",
    "They are 16 or over, so it is their own request. Have they agreed to it in writing?",
)

ACTS_BY_PARENT, ASKED_FIRST, ADULT = 13, 16, 18
MOST_MONTHS = 6


def age_on(born_on: date, on: date) -> int:
    """Whole years of age on a day."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def checks_for(acting: Acting, age: int | None) -> tuple[Check, ...]:
    """What a handler answers before authority is accepted. `age` of the person in the video; an
    age nobody knows is looked at as that of a child who must be asked."""
    checks = _CHECKS[acting]
    if acting is not Acting.PARENT or (age is not None and age < ACTS_BY_PARENT):
        return checks
    is_grown = age is not None and age >= ASKED_FIRST
    return (*checks[:2], _OWN_REQUEST if is_grown else _CHILD_ASKED, *checks[2:])


def needs_date(acting: Acting) -> bool:
    """Whether it is a signed note, whose age counts."""
    return _SIGNED in NEEDS[acting]


def is_recent(signed_on: date, on: date) -> bool:
    """Whether a note signed that day is at most six months old on a day, and not from after it."""
    return _months_before(on, MOST_MONTHS) <= signed_on <= on


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise ValueError(day)


def why_not(acting: Acting, age: int | None, found: Mapping[str, str]) -> str | None:
    """Why authority cannot be accepted with these answers, or None when it can."""
    checks = checks_for(acting, age)
    if any(found.get(check.name) not in set(check.answers) for check in checks):
        return "Answer every check first."
    for check in checks:
        if found[check.name] not in check.right:
            return (
                f"Authority cannot be accepted: {check.question} {Answer(found[check.name]).label}."
            )
    warned = any(check.is_warning and found[check.name] == Answer.YES for check in checks)
    if warned and found[_SPECIALIST.name] != Answer.YES:
        return "There is a warning or a court order. A specialist must look at it and agree first."
    return None


def is_spent(kind: ProofKind, *, is_identity_known: bool, is_authority_known: bool) -> bool:
    """Whether a proof has shown all it can show, so that its picture can go. A birth certificate
    can show both who a child is and whose child. A photo of the face stays to find them by."""
    if not (kind.is_document or kind.shows_authority):
        return False
    return (is_identity_known or not kind.is_document) and (
        is_authority_known or not kind.shows_authority
    )
