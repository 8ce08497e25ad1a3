"""What each kind of letter must say: a letter that lacks one of these may not be issued."""

from collections.abc import Mapping

from portal.letters.kinds.fields import Field, Fields, LetterKind, has, lacks, says

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
    return tuple(Field(field.name, field.plain, when=has("clips")) for field in fields)


_ABOUT_VIDEO = lacks("asked_for_information")
_OPEN_CASE = says("because", "open_case")


def _rests_on_a_limb(fields: Fields) -> bool:
    """DPA 2018 s.43(3) takes court documents out of s.45 as a whole: no limb is used."""
    return fields.get("level") == "L1" and fields.get("because") != "court_document"


REQUIRED: Mapping[LetterKind, tuple[Field, ...]] = {
    LetterKind.ACK: (
        Field("received_on", "the date we received the request"),
        Field("regime_reason", "why that law applies"),
        Field("starts_on", "the date the time starts", when=lacks("still_needed")),
        Field("still_needed", "what is missing before the time starts", when=lacks("starts_on")),
        Field("reply_by", "the date we will reply by", when=lacks("still_needed")),
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
        Field("reasons", "the reasons", when=says("level", "L1")),
        Field("still_provided", "what is still provided"),
        Field("review_on", "the date we check again", when=_OPEN_CASE),
        _DECIDED,
        *_if_clips(_COLLECTION),
        *_if_clips(_ABOUT_THE_DATA),
    ),
    # DPA 2018 s.45(6); FOIA s.17(1). Nothing here may come from whether anything is held.
    LetterKind.NCND: (
        Field("exemption_section", "the exemption relied on", when=says("regime", "foi")),
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
        Field("exemption_section", "the exemption", when=says("ground", "exemption")),
        _REASONS,
        Field(
            "qualified",
            "whether the public interest was weighed",
            ("yes", "no"),
            says("ground", "exemption"),
        ),
        Field("interest_for", "public interest in releasing", when=says("qualified", "yes")),
        Field("interest_against", "public interest against", when=says("qualified", "yes")),
        Field("interest_conclusion", "how we weighed them", when=says("qualified", "yes")),
        Field("cost_estimate", "the cost estimate", when=says("ground", "cost")),
        Field("narrow_how", "how to ask for less", when=says("ground", "cost")),
        _DECIDED,
    ),
    LetterKind.NOT_HELD: (
        Field("searched_systems", "the systems we searched"),
        Field("searched_window", "the times and places we searched", when=_ABOUT_VIDEO),
        Field("last_searched", "when we last searched", when=_ABOUT_VIDEO),
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
        Field("redactions", "what is hidden, and why", when=has("clips")),
        Field("exemption_section", "the exemption", when=has("refused_part")),
        Field("reasons", "why that part is refused", when=has("refused_part")),
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
        Field("reasons", "the reasons", when=says("level", "L1")),
        Field("review_on", "the date we check again", when=says("finding", "continue", "narrow")),
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
