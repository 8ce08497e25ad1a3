"""The passphrase that opens somebody's video, besides the code: what is one, and which one counts.
Law: pure.

A code shows who can read a mailbox. A passphrase shows who asked. Whoever knows the applicant can
guess a name or a birthday, so none of those make one.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SHORTEST = 10
FEWEST_DIFFERENT = 5
LONGEST = 200
# How long a new passphrase waits after two people accepted it: time for the owner of the address
# on file to read what we wrote there, and to stop it.
WAIT = timedelta(days=3)

# What people type first, once letters alone are left.
_COMMON = (
    "password",
    "passphrase",
    "passwort",
    "welcome",
    "qwertyuiop",
    "qwerty",
    "asdfghjkl",
    "letmein",
    "iloveyou",
    "abcdefghij",
    "1234567890",
    "0123456789",
    "9876543210",
)
_TOO_SHORT = f"Passphrase must have {SHORTEST} letters or numbers or more"
_TOO_LONG = f"Passphrase must be {LONGEST} characters or fewer"
_TOO_EASY = "Enter words that are harder to guess, without names, birthdays or your e-mail address"


class PassphraseVerdict(StrEnum):
    """What became of a typed passphrase."""

    RIGHT = "right"
    WRONG = "wrong"
    # None was chosen, or the link was opened as often as it may be: the page says which.
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class PassphraseFacts:
    """What is known of a passphrase. `counts_from` is None while it waits for two people."""

    counts_from: datetime | None
    stopped_at: datetime | None


def counts(passphrase: PassphraseFacts, at: datetime) -> bool:
    """Whether it opens the video at that instant, unless a newer one does."""
    is_stopped = passphrase.stopped_at is not None and passphrase.stopped_at <= at
    return passphrase.counts_from is not None and passphrase.counts_from <= at and not is_stopped


def waits(passphrase: PassphraseFacts, at: datetime) -> bool:
    """Whether it is asked for, does not count yet, and was not stopped."""
    return passphrase.stopped_at is None and not counts(passphrase, at)


def tidied(typed: str) -> str:
    """What is compared: letters and numbers alone, in one case and one spelling.

    People type on small keyboards, in fear: capitals, dashes and spaces must not lock them out.
    """
    spelled = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold())
    # What an accent stood apart from may stand beside it now.
    return unicodedata.normalize("NFKC", "".join(c for c in spelled if _counts_as_letter(c)))


def fault_of(typed: str, known: Iterable[str] = ()) -> str | None:
    """Why this can be no passphrase, in words, or None when it can. `known` are texts that others
    know of this person (name, e-mail address, date of birth): what is in them does not count."""
    if len(typed) > LONGEST:
        return _TOO_LONG
    bare = tidied(typed)
    if len(bare) < SHORTEST:
        return _TOO_SHORT
    for word in sorted({*_COMMON, *_words(known)}, key=len, reverse=True):
        bare = bare.replace(word, "")
    is_easy = len(bare) < SHORTEST or len(set(bare)) < FEWEST_DIFFERENT
    return _TOO_EASY if is_easy else None


def _words(known: Iterable[str]) -> set[str]:
    """Each word of three letters or more, and each number of three or more."""
    texts = ("".join(c if _counts_as_letter(c) else " " for c in text.casefold()) for text in known)
    return {tidied(word) for text in texts for word in text.split() if len(tidied(word)) >= 3}


def _counts_as_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM"
