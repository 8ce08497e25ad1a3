"""What shows who somebody is, and what becomes of it. Law: pure."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from portal.dates import london_day


class ProofKind(StrEnum):
    """A kind of proof (rules, section 2)."""

    PASSPORT = "passport"
    DRIVING_LICENCE = "driving_licence"
    NATIONAL_IDENTITY_CARD = "national_identity_card"
    BIRTH_CERTIFICATE = "birth_certificate"
    UTILITY_BILL = "utility_bill"
    BANK_STATEMENT = "bank_statement"
    SUPPORT_LETTER = "support_letter"
    PHOTO_OF_YOU = "photo_of_you"
    AUTHORITY = "authority"
    POWER_OF_ATTORNEY = "power_of_attorney"
    COURT_ORDER = "court_order"
    OWN_PHOTO_ID = "own_photo_id"
    OWN_ADDRESS = "own_address"

    @property
    def label(self) -> str:
        """The kind as people read it."""
        return _LABELS[self]

    @property
    def is_document(self) -> bool:
        """Whether it shows who the applicant is; a photo of them only helps to find them."""
        return self is not ProofKind.PHOTO_OF_YOU and not self.is_only_authority

    @property
    def is_only_authority(self) -> bool:
        """Whether it says nothing but that somebody may act for the applicant."""
        return self in _ONLY_AUTHORITY

    @property
    def shows_authority(self) -> bool:
        """Whether it can show that somebody may act for the applicant, or who that somebody is."""
        return self.is_only_authority or self is ProofKind.BIRTH_CERTIFICATE


_ONLY_AUTHORITY = (
    ProofKind.AUTHORITY,
    ProofKind.POWER_OF_ATTORNEY,
    ProofKind.COURT_ORDER,
    ProofKind.OWN_PHOTO_ID,
    ProofKind.OWN_ADDRESS,
)

_LABELS = {
    ProofKind.PASSPORT: "Passport",
    ProofKind.DRIVING_LICENCE: "Driving licence",
    ProofKind.NATIONAL_IDENTITY_CARD: "National identity card",
    ProofKind.BIRTH_CERTIFICATE: "Birth certificate",
    ProofKind.UTILITY_BILL: "Utility bill",
    ProofKind.BANK_STATEMENT: "Bank statement",
    ProofKind.SUPPORT_LETTER: "Letter from a support worker, officer or doctor",
    ProofKind.AUTHORITY: "Signed permission to act for someone",
    ProofKind.POWER_OF_ATTORNEY: "Power of attorney",
    ProofKind.COURT_ORDER: "Court order",
    ProofKind.OWN_PHOTO_ID: "Photo ID of the one who asks for someone else",
    ProofKind.OWN_ADDRESS: "Proof of address of the one who asks for someone else",
    ProofKind.PHOTO_OF_YOU: "Photo of the face, so that we can find the person in the video",
}


class Judged(StrEnum):
    """What proofs are judged for."""

    IDENTITY = "identity"
    AUTHORITY = "authority"


class Verdict(StrEnum):
    """What a handler decided about somebody's proofs."""

    ACCEPTED = "accepted"
    ASKED_AGAIN = "asked_again"


class Doubt(StrEnum):
    """Why a handler asks again; each is a sentence the applicant reads."""

    UNREADABLE = "unreadable"
    EXPIRED = "expired"
    NAME_DIFFERS = "name_differs"
    ADDRESS_MISSING = "address_missing"
    NOTHING_SENT = "nothing_sent"
    AUTHORITY_MISSING = "authority_missing"

    @property
    def explanation(self) -> str:
        """The reason in words for the applicant."""
        return _EXPLANATIONS[self]


_EXPLANATIONS = {
    Doubt.UNREADABLE: "We could not read the picture. Send a clearer one.",
    Doubt.EXPIRED: "The document has run out. Send one that is still in date.",
    Doubt.NAME_DIFFERS: "The name on the document is not the name you gave us.",
    Doubt.ADDRESS_MISSING: "We also need something that shows where you live now.",
    Doubt.NOTHING_SENT: "We cannot be sure from what you told us that you are the person in the "
    "video.",
    Doubt.AUTHORITY_MISSING: "We need the signed permission of the person you act for.",
}


def sufficient_on(
    *,
    received_on: date,
    asked_at: datetime | None,
    proof_at: datetime | None = None,
    shown_on: date | None = None,
) -> date:
    """London's day from which we had sufficient proof, as the clock counts it.

    `asked_at` is when we FIRST asked who they are, since we last knew; `proof_at` when the proof
    that was enough reached us here, `shown_on` the day it was shown some other way. Only asking
    moves the start (DPA 2018 s.52(4), s.54(3)(b); UK GDPR Arts 12(6), 12A): where we did not ask,
    or the proof was here before we did, there was no reasonable doubt to wait for, and the day of
    receipt counts.
    """
    if asked_at is None:
        return received_on
    if shown_on is not None:
        return received_on if shown_on < london_day(asked_at) else max(shown_on, received_on)
    if proof_at is None or proof_at < asked_at:
        return received_on
    return max(london_day(proof_at), received_on)


class Came(Protocol):
    """What the rule below needs of a proof."""

    received_at: datetime


AnyProof = TypeVar("AnyProof", bound=Came)


def enough_by_default(proofs: Sequence[AnyProof], asked_at: Sequence[datetime]) -> AnyProof | None:
    """The proof to take for the one that was enough, unless a handler says another; None of none.

    `proofs` and `asked_at`, when we asked since we last knew, are oldest first. It is the FIRST
    that came after we last asked: what came later was not waited for, and counting from it would
    take days from the applicant. An asking that brought nothing was not needed.
    """
    for asked in reversed(asked_at):
        if came := [proof for proof in proofs if proof.received_at >= asked]:
            return came[0]
    return proofs[0] if proofs else None


class CodePurpose(StrEnum):
    """What a one-time code, or a visit, opens. No code opens FOOTAGE by itself: a visit to it is
    granted to a browser that has one to DOWNLOAD and showed a second thing."""

    DRAFT = "draft"
    EMAIL = "email"
    REQUEST = "request"
    DOWNLOAD = "download"
    FOOTAGE = "footage"
