"""Another e-mail address for somebody who cannot read the one we have: how we made sure that it is
theirs, and when it counts. Law: pure (UK GDPR Art 5(1)(d) and (f): what we hold is right, and
nothing goes to whoever asks in somebody's name).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# How long a new address waits after two people agreed to it: time for whoever reads the old one to
# say that they never asked.
WAIT = timedelta(days=3)
# What was made sure of so long ago must be made sure of again before anybody agrees to it.
AGREE_WITHIN = timedelta(days=14)


class Way(StrEnum):
    """How we made sure that it is the applicant who gave us the new address. Each goes by
    something we knew before, or by seeing who they are: never by what they told us just now."""

    CALLED_BACK = "called_back"
    PROOF = "proof"
    IN_PERSON = "in_person"
    LETTER = "letter"

    @property
    def label(self) -> str:
        """The way as handlers read it."""
        return _LABELS[self]

    @property
    def shows_identity(self) -> bool:
        """Whether they showed again who they are, and not only that we reach them."""
        return self in (Way.PROOF, Way.IN_PERSON)


_LABELS = {
    Way.CALLED_BACK: "We phoned them on the number we had before",
    Way.PROOF: "They sent new proof of who they are",
    Way.IN_PERSON: "They came to us and showed who they are",
    Way.LETTER: "They answered a letter we sent to the postal address we had before",
}


class OldAddress(StrEnum):
    """Whether anybody may read what we send to the address that we have."""

    THERE = "there"
    DOUBTFUL = "doubtful"
    NONE = "none"


@dataclass(frozen=True)
class ChangeFacts:
    """What is known of a change of address. `agreed_at` is None until a second handler agreed."""

    proposed_at: datetime
    agreed_at: datetime | None = None
    stopped_at: datetime | None = None
    applied_at: datetime | None = None


def why_not(way: Way, *, phone: str, address: str, must_show: bool) -> str | None:
    """Why this way cannot have made sure, in words, or None when it can. `phone` and `address` are
    those we have; `must_show` when who they are must be shown again, and can be nowhere else."""
    if way is Way.CALLED_BACK and not phone:
        return "We have no phone number of theirs. Make sure in another way."
    if way is Way.LETTER and not address:
        return "We have no postal address of theirs. Make sure in another way."
    if must_show and not way.shows_identity:
        return (
            "We knew who they are more than 6 months ago. They must show it again: in person, or "
            "with new proof."
        )
    return None


def is_same_address(one: str, other: str) -> bool:
    """Whether two addresses are the same mailbox, for all that anybody can tell."""
    return one.strip().casefold() == other.strip().casefold()


def counts_from(agreed_at: datetime) -> datetime:
    """The first instant at which we write to the new address."""
    return agreed_at + WAIT


def waits(change: ChangeFacts) -> bool:
    """Whether it neither counts yet nor was stopped."""
    return change.applied_at is None and change.stopped_at is None


def is_stale(change: ChangeFacts, at: datetime) -> bool:
    """Whether nobody agreed in time: what was seen then may be true no longer."""
    return change.agreed_at is None and at >= change.proposed_at + AGREE_WITHIN


def is_due(change: ChangeFacts, at: datetime) -> bool:
    """Whether it takes effect now: agreed to, not stopped, the days over, and not done yet."""
    return waits(change) and change.agreed_at is not None and at >= counts_from(change.agreed_at)
