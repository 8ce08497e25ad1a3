"""The words that answers have a fixed list of. Law: standard library only."""

from enum import StrEnum


class Outcome(StrEnum):
    """What became of one recording of a batch."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    REJECTED = "rejected"


class Keeping(StrEnum):
    """Why a recording is kept, in words that tell nothing of the matter or the request."""

    HELD = "held"
    PRESERVED = "preserved"
