"""What a message means for the clock. Law: only two meanings do anything to it."""

from enum import StrEnum


class Sender(StrEnum):
    """Which way a message went."""

    US = "us"
    APPLICANT = "applicant"


class Meaning(StrEnum):
    """What a message is. A question about format is INFORMATION and pauses nothing (rules R10)."""

    INFORMATION = "information"
    IDENTITY = "identity"
    CLARIFICATION = "clarification"
