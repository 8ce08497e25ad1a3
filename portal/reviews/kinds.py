"""What somebody can ask for who is not content with us. Law: data."""

from enum import StrEnum

from portal.actors import Role


class ReviewKind(StrEnum):
    """An internal review of an FOI answer, or a data protection complaint (DPA 2018 s.164A)."""

    INTERNAL_REVIEW = "internal_review"
    COMPLAINT = "complaint"

    @property
    def label(self) -> str:
        """The kind as people read it."""
        return _KIND_LABELS[self]

    @property
    def slug(self) -> str:
        """The kind in an address."""
        return self.value.replace("_", "-")

    @property
    def answerers(self) -> frozenset[Role]:
        """Who may answer one."""
        return _ANSWERERS[self]


_KIND_LABELS = {
    ReviewKind.INTERNAL_REVIEW: "Internal review",
    ReviewKind.COMPLAINT: "Data protection complaint",
}
_ANSWERERS = {
    ReviewKind.INTERNAL_REVIEW: frozenset({Role.SENIOR_REVIEWER}),
    ReviewKind.COMPLAINT: frozenset({Role.SENIOR_REVIEWER, Role.DATA_PROTECTION_OFFICER}),
}


class ReviewOutcome(StrEnum):
    """What we found. TOO_LATE: asked for after the time, and not taken on."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"
    TOO_LATE = "too_late"

    @property
    def label(self) -> str:
        """The outcome as handlers read it."""
        return _OUTCOMES[self][0]

    @property
    def told(self) -> str:
        """The outcome in the letter's words."""
        return _OUTCOMES[self][1]

    @property
    def changes_the_answer(self) -> bool:
        """Whether the answer may have to be given afresh."""
        return self in (ReviewOutcome.UPHELD, ReviewOutcome.PARTLY_UPHELD)


_OUTCOMES = {
    ReviewOutcome.UPHELD: ("Upheld", "We agree with you. We should have done it differently."),
    ReviewOutcome.PARTLY_UPHELD: ("Partly upheld", "We agree with a part of what you say."),
    ReviewOutcome.NOT_UPHELD: (
        "Not upheld",
        "We looked at it again. We do not agree that we should have done it differently.",
    ),
    ReviewOutcome.TOO_LATE: (
        "Not taken on: asked too late",
        "You asked more than 40 working days after our answer, so we did not look again.",
    ),
}
