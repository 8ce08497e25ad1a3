"""What somebody can ask for who is not content with us. Law: data."""

from enum import StrEnum


class ReviewKind(StrEnum):
    """An internal review of an FOI answer, or a data protection complaint (DPA 2018 s.164A)."""

    INTERNAL_REVIEW = "internal_review"
    COMPLAINT = "complaint"


class ReviewOutcome(StrEnum):
    """What we found."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"
