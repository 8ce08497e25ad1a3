"""Which law a kind may speak for, what it may leave out, and what a handler may word."""

from collections.abc import Mapping

from portal.letters.kinds.fields import LetterKind

_SAR = ("sar_part3", "sar_gdpr")

# Some letters speak the words of one law only.
REGIMES_OF: Mapping[LetterKind, tuple[str, ...]] = {
    LetterKind.ID_REQUEST: _SAR,  # a freedom of information request needs only a name
    LetterKind.EXTENSION: _SAR,
    LetterKind.PIT_EXTENSION: ("foi",),
    LetterKind.RESTRICTION: ("sar_part3",),
    LetterKind.REFUSAL_GDPR: ("sar_gdpr",),
    LetterKind.UNFOUNDED: _SAR,
    LetterKind.LPP: _SAR,
    LetterKind.FOI_REFUSAL: ("foi",),
    LetterKind.DISCLOSURE: _SAR,
    LetterKind.DISCLOSURE_FOI: ("foi",),
}

# Said when given, left out when not. `clips` in a restriction are the part that still goes out.
OPTIONAL: Mapping[LetterKind, tuple[str, ...]] = {
    LetterKind.ACK: ("help_offered", "clock_working"),
    LetterKind.ID_REQUEST: ("note", "asks_authority", "clock_working"),
    LetterKind.CLARIFICATION: ("clock_working",),
    LetterKind.EXTENSION: ("clock_working",),
    LetterKind.PIT_EXTENSION: ("clock_working",),
    LetterKind.FEES_NOTICE: ("clock_working",),
    LetterKind.REOPENED: ("clock_working",),
    LetterKind.DELAY: ("reasons", "clock_working"),
    LetterKind.CLOSING: ("asked_on", "reasons"),
    LetterKind.RESTRICTION: ("case_reference", "clips"),
    LetterKind.REFUSAL_GDPR: ("clips", "still_provided", "review_on"),
    LetterKind.FOI_REFUSAL: ("review_on",),
    LetterKind.LPP: ("clips",),
    LetterKind.NCND: ("asked_for_information",),
    LetterKind.NOT_HELD: ("asked_for_information", "also_told"),
    LetterKind.DISCLOSURE: ("also_told",),
    LetterKind.DISCLOSURE_FOI: ("clips", "refused_part", "review_on"),
}
# What a handler may put in their own words; every other field comes from the request, the clock
# or the decision, and cannot be written over.
EDITABLE: Mapping[LetterKind, tuple[str, ...]] = {
    LetterKind.ID_REQUEST: ("note",),
    LetterKind.CLARIFICATION: ("questions", "why_needed"),
    LetterKind.EXTENSION: ("reasons",),
    LetterKind.PIT_EXTENSION: ("reasons",),
    LetterKind.FEES_NOTICE: ("reasons", "pay_how"),
    LetterKind.DELAY: ("reasons",),
    LetterKind.CLOSING: ("reasons",),
    LetterKind.RESTRICTION_REVIEW: ("reasons",),
    LetterKind.REVIEW_OUTCOME: ("reasons", "what_changes"),
    LetterKind.COMPLAINT_OUTCOME: ("reasons", "what_changes"),
}
COMMON_OPTIONAL = (
    "representative_name",
    "book_head",
)  # the last line of the book of deeds, printed on a decision
