"""One-time codes: what makes one good. Law: pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LASTING = timedelta(minutes=10)
MOST_TRIES = 5
# Each limit counts the codes issued for one subject within a time.
MOST_ISSUED = ((3, timedelta(minutes=15)), (10, timedelta(days=1)))
# So many of them for a press of a button alone. What is left over is for people: a program that
# presses every button it finds must not leave them without a code.
MOST_PRESSED = ((2, timedelta(minutes=15)), (5, timedelta(days=1)))


class CodeVerdict(StrEnum):
    """What became of a typed code."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    USED_UP = "used_up"

    @property
    def explanation(self) -> str:
        """The verdict in words for the person who typed."""
        return _EXPLANATIONS[self]


_EXPLANATIONS = {
    CodeVerdict.ACCEPTED: "",
    CodeVerdict.WRONG: "This is not the code we sent. Check it, and type it again.",
    CodeVerdict.USED_UP: "This code no longer works. Ask for a new one.",
}


@dataclass(frozen=True)
class CodeFacts:
    """What is known of a code that somebody may type."""

    issued_to_browser: str
    expires_at: datetime
    tries: int
    is_used: bool


def is_usable(code: CodeFacts, *, browser: str, at: datetime) -> bool:
    """Whether a code may still be typed, here and now."""
    return (
        not code.is_used
        and code.tries < MOST_TRIES
        and at < code.expires_at
        and code.issued_to_browser == browser
    )


def tidy_code(typed: str) -> str:
    """The digits of what was typed: people add spaces and dashes."""
    return "".join(character for character in typed if character in "0123456789")[:20]
