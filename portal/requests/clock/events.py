"""What the clock is told: the dated events of one request, as its ledger keeps them.

Nothing else moves a date. A hold placed on footage, an e-mail address confirmed days later, a
question about the format of the copy: none of them is here or none of them counts.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class About(StrEnum):
    """What a question to the applicant is about; only the first kind can stop the time."""

    INFORMATION = "information"
    FORMAT = "format"


@dataclass(frozen=True)
class ClockEvent:
    """Something that happened on a day (London's calendar)."""

    on: date


@dataclass(frozen=True)
class Received(ClockEvent):
    """The request reached any part of the force; several of these mean the earliest."""


@dataclass(frozen=True)
class IdentityRequested(ClockEvent):
    """We asked who the applicant is: DPA 2018 s.52(4), UK GDPR Art 12(6)."""


@dataclass(frozen=True)
class IdentityReceived(ClockEvent):
    """Sufficient proof of who they are reached us."""


@dataclass(frozen=True)
class AuthorityRequested(ClockEvent):
    """We asked a representative for their authority to act."""


@dataclass(frozen=True)
class AuthorityReceived(ClockEvent):
    """Sufficient authority to act reached us."""


@dataclass(frozen=True)
class FeeRequested(ClockEvent):
    """We asked for a fee for a manifestly unfounded or excessive request: DPA 2018 s.53."""


@dataclass(frozen=True)
class FeePaid(ClockEvent):
    """That fee was paid."""


@dataclass(frozen=True)
class ClarificationAsked(ClockEvent):
    """We asked what footage is meant. `question` is the question's own id.

    Without ids an answer is taken to answer every question then open.
    """

    question: str = ""
    about: About = About.INFORMATION


@dataclass(frozen=True)
class ClarificationAnswered(ClockEvent):
    """The applicant answered the question with this id."""

    question: str = ""


@dataclass(frozen=True)
class ExtensionNotified(ClockEvent):
    """We gave notice, with reasons, of two further months: DPA 2018 s.54(3A), UK GDPR Art 12A."""


@dataclass(frozen=True)
class PublicInterestNotified(ClockEvent):
    """We gave notice that weighing the public interest takes longer: FOIA s.10(3), s.17(2)."""


@dataclass(frozen=True)
class FeesNoticeGiven(ClockEvent):
    """We gave a fees notice: FOIA s.9(1)."""


@dataclass(frozen=True)
class FeesNoticePaid(ClockEvent):
    """The fee of the fees notice was paid: FOIA s.9(2)."""


@dataclass(frozen=True)
class ReviewFoundExceptional(ClockEvent):
    """We told the applicant that their internal review is an exceptional case."""


@dataclass(frozen=True)
class Reopened(ClockEvent):
    """The last hold on footage they asked for ended: a new promise starts."""
