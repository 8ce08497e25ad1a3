"""Letters that are complete, one set of fields or more for each kind."""

from datetime import UTC, date, datetime
from typing import Any

from portal.letters.kinds import REGIMES, REGIMES_OF, ClipLine, LetterKind

COMMON: dict[str, Any] = {
    "force_name": "Example Police",
    "reference": "BWV-7K3Q-M2XD",
    "dated_on": date(2026, 11, 22),
    "applicant_name": "Amara Lindström",
    "request_summary": "I was searched outside the station.\n\nI want the video of both officers.",
    "regime": "sar_part3",
    "contact": "Write to Video Requests, Police Headquarters, Example Street. Phone 101.",
    "dpo_contact": "dpo@example.org",
    "accessible_format_offer": "Ask us for this letter in another form.",
    "regulator_name": "Information Commissioner’s Office",
    "regulator_address": "Wycliffe House, Water Lane, Wilmslow, Cheshire SK9 5AF",
}
CLIPS = [
    ClipLine(
        "clip-1.mp4", datetime(2026, 7, 1, 19, 10, tzinfo=UTC), 870, "Officer L1234", "a3" * 32
    ),
    ClipLine("clip-2.mp4", datetime(2026, 11, 1, 0, 5, tzinfo=UTC), 61, "Officer L77", "0f" * 32),
]
GIVEN: dict[str, Any] = {
    "clips": CLIPS,
    "redactions": ["The face of a person passing by, to protect their rights."],
    "collect_how": "Use the link in our e-mail.",
    "expires_on": date(2026, 12, 20),
    "reissue_route": "Ask for a new link on the page for your request.",
    "purposes": "To look into crime.",
    "legal_basis": "Section 35.",
    "categories": "Pictures and sound of you.",
    "recipients": "Our staff.",
    "storage_period": "31 days.",
    "origin": "A camera an officer wore.",
}
_BY = {"decided_by": "R. Example, decision-maker"}
_OPEN_CASE: dict[str, Any] = {
    "level": "L1",
    "because": "open_case",
    "limbs": ["b"],
    "reasons": "The video shows what the court has to decide about.",
    "still_provided": "Nothing for now.",
    "review_on": date(2027, 2, 20),
    **_BY,
}
_SEARCHED: dict[str, Any] = {
    "searched_systems": "The video store",
    "searched_window": [
        "7:30pm to 8:30pm on Wednesday 1 July 2026, within 150 metres of Marlow Street, Lambeth"
    ],
    "last_searched": [
        "We last searched on 20 July 2026.",
        "Our list of video was then complete up to 8am on Sunday 19 July 2026.",
    ],
    "searched_officers": ["L1234", "L77"],
    "retention_days": 31,
    "deleted_on": date(2026, 8, 1),
    **_BY,
}
_REFUSED: dict[str, Any] = {
    "regime": "foi",
    "ground": "exemption",
    "holding": "held",
    "exemption_section": "section 31 (law enforcement)",
    "reasons": "It would show how we work.",
    "qualified": "yes",
    "interest_for": "People can see how we act.",
    "interest_against": "It would help those who break the law.",
    "interest_conclusion": "Not releasing weighs more.",
    **_BY,
}

WORKING = [
    "We received your request on Friday 20 November 2026.",
    "We did not count 9 to 16 December, when we were waiting for you.",
]

# (kind, what is special about it, its fields beyond the common ones)
COMPLETE: list[tuple[LetterKind, str, dict[str, Any]]] = [
    (
        LetterKind.ACK,
        "started",
        {
            "received_on": date(2026, 11, 20),
            "regime_reason": "You asked for video of yourself.",
            "starts_on": date(2026, 11, 20),
            "clock_working": WORKING,
            "reply_by": date(2026, 12, 20),
            "add_information_how": "Use the page for your request.",
        },
    ),
    (
        LetterKind.ACK,
        "not started, foi",
        {
            "regime": "foi",
            "received_on": date(2026, 11, 20),
            "regime_reason": "You asked for general information.",
            "still_needed": ["A name", "An address"],
            "help_offered": "Phone us and we write it down with you.",
            "reply_by": date(2026, 12, 20),
            "add_information_how": "Use the page for your request.",
        },
    ),
    (
        LetterKind.ID_REQUEST,
        "",
        {
            "doubt_reason": ["Two people share your name.", "The date of birth differs."],
            "note": "Send it in any language.",
            "accepted_proofs": ["A passport", "A driving licence"],
            "alternatives": "Phone us.",
            "send_how": "Use the page for your request.",
            "chase_on": date(2026, 12, 6),
            "close_on": date(2026, 12, 22),
            "proof_deletion": "We delete it 30 days after our answer.",
        },
    ),
    (
        LetterKind.ID_REQUEST,
        "authority",
        {
            "asks_authority": "yes",
            "doubt_reason": "The note is not signed.",
            "accepted_proofs": ["A note that the person signed"],
            "alternatives": "They can phone us.",
            "send_how": "Use the page for your request.",
            "chase_on": date(2026, 12, 6),
            "close_on": date(2026, 12, 22),
            "proof_deletion": "We delete it 30 days after our answer.",
        },
    ),
    *[
        (
            LetterKind.CLARIFICATION,
            regime,
            {
                "regime": regime,
                "questions": ["At what time was it?"],
                "why_needed": "There were many officers there that day.",
                "answer_how": "Use the page for your request.",
                "chase_on": date(2026, 12, 6),
                "close_on": date(2026, 12, 22),
            },
        )
        for regime in ("sar_part3", "sar_gdpr", "foi")
    ],
    (
        LetterKind.EXTENSION,
        "",
        {
            "reasons": "There are forty hours of video.",
            "old_due_on": date(2026, 12, 21),
            "new_due_on": date(2027, 2, 22),
        },
    ),
    (
        LetterKind.PIT_EXTENSION,
        "",
        {
            "regime": "foi",
            "exemption_section": "section 31",
            "reasons": "We are asking the team that knows.",
            "estimated_on": date(2027, 1, 20),
        },
    ),
    (LetterKind.RESTRICTION, "L1", _OPEN_CASE),
    (LetterKind.RESTRICTION, "L1 with copies", {**_OPEN_CASE, **GIVEN, "case_reference": "CR/1"}),
    (
        LetterKind.RESTRICTION,
        "L2",
        {
            "level": "L2",
            "because": "open_case",
            "still_provided": "Nothing for now.",
            "review_on": date(2027, 2, 20),
            **_BY,
        },
    ),
    (
        LetterKind.RESTRICTION,
        "other people's rights",
        {
            "level": "L1",
            "because": "other",
            "limbs": ["e"],
            "reasons": "A child is in it.",
            "still_provided": "You can come and see it.",
            **_BY,
        },
    ),
    (LetterKind.NCND, "sar_part3", _BY),
    (LetterKind.NCND, "sar_gdpr", {"regime": "sar_gdpr", **_BY}),
    (LetterKind.NCND, "foi", {"regime": "foi", "exemption_section": "section 40(5B)", **_BY}),
    (
        LetterKind.REFUSAL_GDPR,
        "all",
        {
            "regime": "sar_gdpr",
            "reasons": "It would harm the inquiry.",
            "exemption_paragraph": "paragraph 2 of Schedule 2 to the Data Protection Act 2018",
            **_BY,
        },
    ),
    (
        LetterKind.REFUSAL_GDPR,
        "with copies, to be reopened",
        {
            **GIVEN,
            "regime": "sar_gdpr",
            "reasons": "It would harm the inquiry.",
            "exemption_paragraph": "paragraph 7 of Schedule 2",
            "review_on": date(2027, 2, 20),
            **_BY,
        },
    ),
    *[
        (LetterKind.UNFOUNDED, finding, {"finding": finding, "reasons": "It is the tenth.", **_BY})
        for finding in ("unfounded", "excessive")
    ],
    (
        LetterKind.LPP,
        "",
        {"reasons": "Your brother speaks with his lawyer.", "still_provided": "The rest.", **_BY},
    ),
    (LetterKind.FOI_REFUSAL, "qualified", _REFUSED),
    (
        LetterKind.FOI_REFUSAL,
        "absolute, neither confirm nor deny",
        {
            "regime": "foi",
            "ground": "exemption",
            "holding": "ncnd",
            "exemption_section": "section 40(5B)",
            "reasons": "It would tell something about a person.",
            "qualified": "no",
            **_BY,
        },
    ),
    (
        LetterKind.FOI_REFUSAL,
        "cost",
        {
            "regime": "foi",
            "ground": "cost",
            "holding": "held",
            "reasons": "You asked for a month of video.",
            "cost_estimate": "60 hours to find it.",
            "narrow_how": "Ask for one day.",
            **_BY,
        },
    ),
    *[
        (
            LetterKind.FOI_REFUSAL,
            ground,
            {
                "regime": "foi",
                "ground": ground,
                "holding": "not_held",
                "reasons": "As we said in May.",
                **_BY,
            },
        )
        for ground in ("vexatious", "repeated")
    ],
    (LetterKind.NOT_HELD, "", _SEARCHED),
    (LetterKind.NOT_HELD, "foi", {**_SEARCHED, "regime": "foi"}),
    (LetterKind.DISCLOSURE, "", {**GIVEN, **_BY}),
    (LetterKind.DISCLOSURE, "gdpr", {**GIVEN, **_BY, "regime": "sar_gdpr", "book_head": "17 3f9c"}),
    (
        LetterKind.DISCLOSURE_FOI,
        "all",
        {
            "regime": "foi",
            "information": "The number of cameras: 4,512.",
            "format": "This letter",
            "reuse_terms": "Open Government Licence.",
            "redactions": "Nothing.",
            **_BY,
        },
    ),
    (
        LetterKind.DISCLOSURE_FOI,
        "part, with copies",
        {
            **{name: GIVEN[name] for name in ("clips", "redactions", "collect_how", "expires_on")},
            "reissue_route": "Ask us.",
            "regime": "foi",
            "information": "The video of the parade.",
            "format": "MP4",
            "reuse_terms": "Open Government Licence.",
            "refused_part": "The faces of the people watching.",
            "exemption_section": "section 40(2)",
            "reasons": "They did not expect it.",
            **_BY,
        },
    ),
    (
        LetterKind.REOPENED,
        "",
        {
            "reply_by": date(2026, 12, 23),
            "what_happens": "We look at the video again.",
            "withdraw_how": "Use the page for your request.",
        },
    ),
    (
        LetterKind.COMPLAINT_ACK,
        "",
        {
            "complained_on": date(2026, 11, 21),
            "what_we_check": "Whether we searched well.",
            "reply_by": date(2026, 12, 21),
        },
    ),
    *[
        (
            LetterKind.REVIEW_OUTCOME,
            regime,
            {
                "regime": regime,
                "complained_on": date(2026, 11, 1),
                "outcome": "You were right.",
                "reasons": "We looked in one place only.",
                "what_changes": "We search again.",
                **_BY,
            },
        )
        for regime in ("sar_part3", "foi")
    ],
    *[
        (
            LetterKind.COMPLAINT_OUTCOME,
            regime,
            {
                "regime": regime,
                "complained_on": date(2026, 11, 1),
                "outcome": ["You were right.", "We searched again."],
                "reasons": "We looked in one place only.",
                "what_changes": "We look in both places.",
                **_BY,
            },
        )
        for regime in ("sar_part3", "sar_gdpr")
    ],
    *[
        (
            LetterKind.FEES_NOTICE,
            regime,
            {
                "regime": regime,
                "fee_amount": "£120",
                "reasons": "You asked for it to be sent in print.",
                "pay_how": "Phone us and pay by card.",
                "pay_by": date(2027, 2, 22),
                "clock_working": WORKING,
                **_BY,
            },
        )
        for regime in ("sar_part3", "sar_gdpr", "foi")
    ],
    *[
        (
            LetterKind.DELAY,
            regime,
            {
                "regime": regime,
                "old_due_on": date(2026, 11, 20),
                "write_again_on": date(2026, 11, 29),
                **more,
            },
        )
        for regime, more in (
            ("sar_part3", {"reasons": "Many people asked for video at the same time."}),
            ("sar_gdpr", {}),
            ("foi", {"clock_working": WORKING}),
        )
    ],
    *[
        (
            LetterKind.RESTRICTION_REVIEW,
            f"{level}, {finding}",
            {
                "level": level,
                "finding": finding,
                **({"reasons": "The court has not decided yet."} if level == "L1" else {}),
                **({"review_on": date(2027, 2, 20)} if finding != "end" else {}),
                **_BY,
            },
        )
        for level in ("L1", "L2")
        for finding in ("continue", "narrow", "end")
    ],
    *[
        (
            LetterKind.CLOSING,
            because,
            {
                "regime": regime,
                "because": because,
                "reopen_how": "Send it to us, and we go on.",
                **more,
                **_BY,
            },
        )
        for because, regime, more in (
            ("no_proof", "sar_part3", {"asked_on": date(2026, 10, 22)}),
            ("no_clarification", "sar_gdpr", {"asked_on": date(2026, 10, 22)}),
            ("no_fee", "foi", {"asked_on": date(2026, 8, 22), "reasons": "We wrote twice."}),
            ("not_valid", "foi", {}),
            ("not_valid", "sar_part3", {"reasons": "There is no name."}),
        )
    ],
]


def complete(kind: LetterKind, which: int = 0, **fields: Any) -> dict[str, Any]:
    """Every field of a complete letter of that kind (the `which`-th kept here), and overrides."""
    own = [fields for of, _, fields in COMPLETE if of is kind][which]
    return {**COMMON, **own, **fields}


def every_regime() -> list[tuple[LetterKind, str, dict[str, Any]]]:
    """Each complete letter, and each kind under every law that it may speak for."""
    letters = [(kind, case, {**COMMON, **own}) for kind, case, own in COMPLETE]
    told = {(kind, fields["regime"]) for kind, _, fields in letters}
    for kind in LetterKind:
        for regime in REGIMES_OF.get(kind, REGIMES):
            if (kind, regime) not in told:
                fields = complete(kind, regime=regime)
                letters.append((kind, regime, fields))
    return letters
