"""What a message means for the clock. Law: only two meanings do anything to it."""

from enum import StrEnum


class Sender(StrEnum):
    """Which way a message went."""

    US = "us"
    APPLICANT = "applicant"


class Meaning(StrEnum):
    """What a message is. Only IDENTITY, AUTHORITY and CLARIFICATION can mean anything to the
    clock; a question about FORMAT, by its kind, cannot pause it (rules R10)."""

    INFORMATION = "information"
    FORMAT = "format"
    IDENTITY = "identity"
    AUTHORITY = "authority"
    CLARIFICATION = "clarification"
    NARROWING = "narrowing"
