"""The letters of the law: each kind, and the fields without which it may not be issued.

A letter is data first. A person decides, the fields say what was decided, and a letter with a
blank required field is refused, so that nobody is told less than the statute promises them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from portal.errors import Refused

Fields = Mapping[str, Any]


class LetterKind(StrEnum):
    """Every formal letter we issue."""

    ACK = "ack"
    ID_REQUEST = "id_request"
    CLARIFICATION = "clarification"
    EXTENSION = "extension"
    PIT_EXTENSION = "pit_extension"
    RESTRICTION = "restriction"
    NCND = "ncnd"
    REFUSAL_GDPR = "refusal_gdpr"
    UNFOUNDED = "unfounded"
    LPP = "lpp"
    FOI_REFUSAL = "foi_refusal"
    NOT_HELD = "not_held"
    DISCLOSURE = "disclosure"
    DISCLOSURE_FOI = "disclosure_foi"
    REOPENED = "reopened"
    COMPLAINT_ACK = "complaint_ack"
    REVIEW_OUTCOME = "review_outcome"
    COMPLAINT_OUTCOME = "complaint_outcome"
    FEES_NOTICE = "fees_notice"
    DELAY = "delay"
    RESTRICTION_REVIEW = "restriction_review"
    CLOSING = "closing"


@dataclass(frozen=True)
class ClipLine:
    """One copy in a letter's list. `duration_s` in whole seconds, `sha256` of the copy, hex."""

    file_name: str
    started_at: datetime
    duration_s: int
    camera: str
    sha256: str


@dataclass(frozen=True)
class Field:
    """A thing a letter says: its name in code, what it is in plain words, when it is needed.

    With `choices`, the value (or each one of a list) must be among them.
    """

    name: str
    plain: str
    choices: tuple[str, ...] = ()
    when: Callable[[Fields], bool] = lambda fields: True


def _says(name: str, *values: str) -> Callable[[Fields], bool]:
    return lambda fields: fields.get(name) in values


def _has(name: str) -> Callable[[Fields], bool]:
    return lambda fields: not _is_blank(fields.get(name))


def _lacks(name: str) -> Callable[[Fields], bool]:
    return lambda fields: _is_blank(fields.get(name))


REGIMES = ("sar_part3", "sar_gdpr", "foi")

COMMON = (
    Field("force_name", "the police force"),
    Field("reference", "the request's reference"),
    Field("dated_on", "the date of the letter"),
    Field("applicant_name", "the applicant's name"),
    Field("request_summary", "the request, in the applicant's words"),
    Field("regime", "the law the request falls under", REGIMES),
    Field("contact", "how to reach us"),
    Field("dpo_contact", "how to reach the data protection officer"),
    Field("accessible_format_offer", "the offer of other formats"),
    Field("regulator_name", "the regulator's name"),
    Field("regulator_address", "the regulator's address"),
)

_DECIDED = Field("decided_by", "the person who decided")  # never a machine alone: DPA ss.50A-50C
_REASONS = Field("reasons", "the reasons")
_REPLY_BY = Field("reply_by", "the date we will reply by")

# What a person must be told about the processing besides the copy itself: DPA 2018 s.45(2).
_ABOUT_THE_DATA = (
    Field("purposes", "why we use the information"),
    Field("legal_basis", "the law that lets us"),
    Field("categories", "the kinds of information"),
    Field("recipients", "who has seen it or will"),
    Field("storage_period", "how long we keep it"),
    Field("origin", "where it came from"),
)
_COLLECTION = (
    Field("redactions", "what is hidden on the copies, and why"),
    Field("collect_how", "how to collect the copies"),
    Field("expires_on", "the last day to collect the copies"),
    Field("reissue_route", "how to get a new link"),
)


def _if_clips(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple(Field(field.name, field.plain, when=_has("clips")) for field in fields)


_ABOUT_VIDEO = _lacks("asked_for_information")
_OPEN_CASE = _says("because", "open_case")


def _rests_on_a_limb(fields: Fields) -> bool:
    """DPA 2018 s.43(3) takes court documents out of s.45 as a whole: no limb is used."""
    return fields.get("level") == "L1" and fields.get("because") != "court_document"


REQUIRED: Mapping[LetterKind, tuple[Field, ...]] = {
    LetterKind.ACK: (
        Field("received_on", "the date we received the request"),
        Field("regime_reason", "why that law applies"),
        Field("starts_on", "the date the time starts", when=_lacks("still_needed")),
        Field("still_needed", "what is missing before the time starts", when=_lacks("starts_on")),
        Field("reply_by", "the date we will reply by", when=_lacks("still_needed")),
        Field("add_information_how", "how to add information"),
    ),
    LetterKind.ID_REQUEST: (
        Field("doubt_reason", "why we need to check who they are"),
        Field("accepted_proofs", "the list of proofs we take"),
        Field("alternatives", "what to do without these"),
        Field("send_how", "how to send proof safely"),
        Field("chase_on", "the date we ask again"),
        Field("close_on", "the date we close the request if nothing comes"),
        Field("proof_deletion", "how and when the proof is deleted"),
    ),
    LetterKind.CLARIFICATION: (
        Field("questions", "what we need to know"),
        Field("why_needed", "why we need it"),
        Field("answer_how", "how to answer"),
        Field("chase_on", "the date we ask again"),
        Field("close_on", "the date we close the request if nothing comes"),
    ),
    # DPA 2018 s.54 and UK GDPR Art 12A: complexity or number of requests, told in time.
    LetterKind.EXTENSION: (
        _REASONS,
        Field("old_due_on", "the date we gave before"),
        Field("new_due_on", "the new date"),
    ),
    # FOIA s.10(3) and s.17(2): more time to weigh the public interest.
    LetterKind.PIT_EXTENSION: (
        Field("exemption_section", "the exemption we are weighing"),
        _REASONS,
        Field("estimated_on", "the date we expect to decide by"),
    ),
    # DPA 2018 s.45(5). At L2 the reasons are left out under s.45(6), never the rights.
    LetterKind.RESTRICTION: (
        Field("level", "how much may be told", ("L1", "L2")),
        Field("because", "why access is limited", ("open_case", "other", "court_document")),
        Field("limbs", "the parts of section 45(4)", tuple("abcde"), _rests_on_a_limb),
        Field("reasons", "the reasons", when=_says("level", "L1")),
        Field("still_provided", "what is still provided"),
        Field("review_on", "the date we check again", when=_OPEN_CASE),
        _DECIDED,
        *_if_clips(_COLLECTION),
        *_if_clips(_ABOUT_THE_DATA),
    ),
    # DPA 2018 s.45(6); FOIA s.17(1). Nothing here may come from whether anything is held.
    LetterKind.NCND: (
        Field("exemption_section", "the exemption relied on", when=_says("regime", "foi")),
        _DECIDED,
    ),
    LetterKind.REFUSAL_GDPR: (
        _REASONS,
        Field("exemption_paragraph", "the paragraph of the law relied on"),
        _DECIDED,
        *_if_clips(_COLLECTION),
        *_if_clips(_ABOUT_THE_DATA),
    ),
    # DPA 2018 s.53: the burden of showing it is ours.
    LetterKind.UNFOUNDED: (
        Field("finding", "which it is", ("unfounded", "excessive")),
        _REASONS,
        _DECIDED,
    ),
    LetterKind.LPP: (
        _REASONS,
        Field("still_provided", "what is still provided"),
        _DECIDED,
        *_if_clips(_COLLECTION),
        *_if_clips(_ABOUT_THE_DATA),
    ),
    # FOIA s.17.
    LetterKind.FOI_REFUSAL: (
        Field("ground", "the ground", ("exemption", "cost", "vexatious", "repeated")),
        Field("holding", "whether it is held", ("held", "not_held", "ncnd")),
        Field("exemption_section", "the exemption", when=_says("ground", "exemption")),
        _REASONS,
        Field(
            "qualified",
            "whether the public interest was weighed",
            ("yes", "no"),
            _says("ground", "exemption"),
        ),
        Field("interest_for", "public interest in releasing", when=_says("qualified", "yes")),
        Field("interest_against", "public interest against", when=_says("qualified", "yes")),
        Field("interest_conclusion", "how we weighed them", when=_says("qualified", "yes")),
        Field("cost_estimate", "the cost estimate", when=_says("ground", "cost")),
        Field("narrow_how", "how to ask for less", when=_says("ground", "cost")),
        _DECIDED,
    ),
    LetterKind.NOT_HELD: (
        Field("searched_systems", "the systems we searched"),
        Field("searched_window", "the dates and times we searched", when=_ABOUT_VIDEO),
        Field("searched_officers", "the officers and cameras we searched", when=_ABOUT_VIDEO),
        Field("retention_days", "the days we keep most video", when=_ABOUT_VIDEO),
        Field("deleted_on", "the date such video is deleted", when=_ABOUT_VIDEO),
        _DECIDED,
    ),
    LetterKind.DISCLOSURE: (
        Field("clips", "the list of copies"),
        *_COLLECTION,
        *_ABOUT_THE_DATA,
        _DECIDED,
    ),
    LetterKind.DISCLOSURE_FOI: (
        Field("information", "what we are releasing"),
        Field("format", "its format"),
        Field("reuse_terms", "how it may be used"),
        Field("redactions", "what is hidden, and why", when=_has("clips")),
        Field("exemption_section", "the exemption", when=_has("refused_part")),
        Field("reasons", "why that part is refused", when=_has("refused_part")),
        *_if_clips(_COLLECTION[1:]),
        _DECIDED,
    ),
    LetterKind.REOPENED: (
        _REPLY_BY,
        Field("what_happens", "what happens next"),
        Field("withdraw_how", "how to say it is no longer wanted"),
    ),
    # DPA 2018 s.164A: acknowledge within 30 days.
    LetterKind.COMPLAINT_ACK: (
        Field("complained_on", "the date we received the complaint"),
        Field("what_we_check", "what we will check"),
        _REPLY_BY,
    ),
    LetterKind.REVIEW_OUTCOME: (
        Field("complained_on", "the date we were asked to look again"),
        Field("outcome", "what we found"),
        _REASONS,
        Field("what_changes", "what happens because of it"),
        _DECIDED,
    ),
    # DPA 2018 s.164A(4): inform the complainant of the outcome; s.165 and s.167 come after.
    LetterKind.COMPLAINT_OUTCOME: (
        Field("complained_on", "the date we received the complaint"),
        Field("outcome", "what we found"),
        _REASONS,
        Field("what_changes", "what happens because of it"),
        _DECIDED,
    ),
    # FOIA s.9; DPA 2018 s.53(1)(a).
    LetterKind.FEES_NOTICE: (
        Field("fee_amount", "the fee"),
        _REASONS,
        Field("pay_how", "how to pay"),
        Field("pay_by", "the last day to pay"),
        _DECIDED,
    ),
    LetterKind.DELAY: (
        Field("old_due_on", "the date we gave before"),
        Field("write_again_on", "the date we write again if there is still no answer"),
    ),
    LetterKind.RESTRICTION_REVIEW: (
        Field("level", "how much may be told", ("L1", "L2")),
        Field("finding", "what the review found", ("continue", "narrow", "end")),
        Field("reasons", "the reasons", when=_says("level", "L1")),
        Field("review_on", "the date we check again", when=_says("finding", "continue", "narrow")),
        _DECIDED,
    ),
    LetterKind.CLOSING: (
        Field(
            "because", "why it is closed", ("no_proof", "no_clarification", "no_fee", "not_valid")
        ),
        Field("reopen_how", "how to have it opened again"),
        _DECIDED,
    ),
}

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
    LetterKind.ID_REQUEST: ("note", "clock_working"),
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
COMMON_OPTIONAL = ("book_head",)  # the last line of the book of deeds, printed on a decision


def missing_fields(kind: LetterKind, fields: Fields) -> tuple[str, ...]:
    """Return the names of required fields that are blank, or hold none of the allowed choices.

    A field that only some letters of the kind need counts when this letter needs it, and a
    regime whose words this kind does not speak counts as blank.
    """
    return tuple(
        field.name
        for field in _fields_of(kind)
        if field.when(fields) and not _is_usable(field, fields.get(field.name))
    )


def refuse_incomplete(kind: LetterKind, fields: Fields) -> None:
    """Raise `Refused`, naming in plain words what is still blank or does not belong there."""
    if unknown := sorted(set(fields) - set(known_fields(kind))):
        raise Refused(f"This letter has no place for: {', '.join(unknown)}.")
    if missing := missing_fields(kind, fields):
        plain = {field.name: field.plain for field in _fields_of(kind)}
        blanks = ", ".join(plain[name] for name in missing)
        raise Refused(f"This letter cannot be issued. Still blank: {blanks}.")


def known_fields(kind: LetterKind) -> tuple[str, ...]:
    """Return the name of every field a letter of this kind has a place for."""
    needed = [field.name for field in _fields_of(kind)]
    return tuple(dict.fromkeys([*needed, *OPTIONAL.get(kind, ()), *COMMON_OPTIONAL]))


def _fields_of(kind: LetterKind) -> tuple[Field, ...]:
    regime = Field("regime", "a law this letter can speak for", REGIMES_OF.get(kind, REGIMES))
    common = tuple(regime if field.name == "regime" else field for field in COMMON)
    return (*common, *REQUIRED[kind])


def _is_usable(field: Field, value: object) -> bool:
    if _is_blank(value):
        return False
    values = value if isinstance(value, list | tuple) else [value]
    return not field.choices or all(each in field.choices for each in values)


def _is_blank(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, list | tuple):
        return not value or all(_is_blank(each) for each in value)
    return value is None
