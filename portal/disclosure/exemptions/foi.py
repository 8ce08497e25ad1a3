"""The Freedom of Information Act 2000: the exemptions of Part II, the cost limit, and what is
vexatious or repeated (rules 4.4). Law: data."""

from dataclasses import replace

from portal.disclosure.exemptions.grounds import FIRST_CONDITION, Exemption, Weighing
from portal.disclosure.exemptions.questions import (
    CERTIFICATE,
    HARM,
    LIKELIHOOD,
    NOT_WAIVED,
    PRIVILEGE,
    WHO_IS_HARMED,
    Question,
)
from portal.requests.endings import Ending

_ACT = "Freedom of Information Act 2000 s."
_HOLDING = Question(
    "holding",
    "What does the letter say about whether we hold it?",
    choices=(
        ("held", "We hold it"),
        ("not_held", "We do not hold it"),
        ("ncnd", "Nothing: we do not have to say"),
    ),
)
# FOIA s.17(1)(c): the notice says why the exemption applies, unless that would tell what is
# exempt (s.17(4)).
_HARM_TOLD = replace(
    HARM,
    is_told=True,
    hint="They read this in the letter. Leave out what would do the harm by itself (s.17(4)).",
)
_PART_OF_31 = Question(
    "part_of_31",
    "Which part of section 31?",
    choices=(
        ("a", "Section 31(1)(a): preventing or finding crime"),
        ("b", "Section 31(1)(b): catching or prosecuting people who break the law"),
        ("c", "Section 31(1)(c): the work of the courts"),
        ("d", "Section 31(1)(d): working out or collecting tax"),
        ("e", "Section 31(1)(e): immigration controls"),
        ("f", "Section 31(1)(f): safety and good order in prisons"),
        ("g", "Section 31(1)(g): a public body’s work for a purpose in section 31(2)"),
    ),
    is_told=True,
    hint="They read this in the letter.",
)
_CONDITION = Question(
    "condition",
    "Which condition is met?",
    choices=(
        (FIRST_CONDITION, "First: releasing it would breach a data protection principle"),
        ("second", "Second: somebody has a right to object (Article 21)"),
        ("third", "Third: the person themselves could not get it by subject access"),
    ),
    hint="Under the second and the third the public interest must be weighed.",
)


def _exemption(
    section: str,
    plain: str,
    questions: tuple[Question, ...],
    weighing: Weighing = Weighing.ABSOLUTE,
    neither: str = "",
) -> Exemption:
    """An exemption of Part II: for a recording, or for a whole request about information."""
    return Exemption(
        f"FOI-{section.replace('(', '-').replace(')', '')}",
        f"{_ACT}{section}",
        plain,
        questions,
        weighing,
        f"s.{neither}" if neither else "",
        ends=Ending.REFUSED,
    )


def _limit(
    code: str, section: str, plain: str, questions: tuple[Question, ...], ends: Ending, neither: str
) -> Exemption:
    """What lifts the duty to answer a whole request, beside the exemptions."""
    return Exemption(
        code,
        f"{_ACT}{section}",
        plain,
        questions,
        confirm_or_deny=neither,
        is_for_recordings=False,
        ends=ends,
    )


_LIMITS = (
    _limit(
        "FOI-12",
        "12",
        "because finding it would cost more than the limit set by law",
        (
            Question("determine", "Hours to find out whether we hold it", is_hours=True),
            Question("locate", "Hours to locate it", is_hours=True),
            Question("retrieve", "Hours to retrieve it", is_hours=True),
            Question("extract", "Hours to extract it", is_hours=True),
            Question(
                "together",
                "Which other requests do you count with it?",
                is_needed=False,
                hint="Only from the same person or people acting together, about the same thing, "
                "received within 60 working days (Fees Regulations 2004, regulation 5).",
            ),
            _HOLDING,
            Question(
                "help",
                "How can they ask for less?",
                is_told=True,
                hint="It is our duty to help (s.16). They read this in the letter.",
            ),
        ),
        Ending.OVER_COST_LIMIT,
        "s.12(2)",
    ),
    _limit(
        "FOI-14-1",
        "14(1)",
        "because the request is vexatious",
        (
            Question("why", "Why is the request, not the person, vexatious?"),
            Question("burden", "What burden would it be, and what is it worth to the public?"),
            _HOLDING,
        ),
        Ending.VEXATIOUS_OR_REPEATED,
        "",
    ),
    _limit(
        "FOI-14-2",
        "14(2)",
        "because we have answered the same request before",
        (
            Question("why", "Which request was the same, and when was it answered?"),
            Question("interval", "Why has too little time passed since?"),
            _HOLDING,
        ),
        Ending.VEXATIOUS_OR_REPEATED,
        "",
    ),
)
_EXEMPTIONS = (
    _exemption(
        "21",
        "because you can get it in another way",
        (
            Question(
                "where",
                "Where exactly can they get it?",
                is_told=True,
                hint="They read this in the letter: a web address, or a book and its page.",
            ),
        ),
    ),
    _exemption(
        "22",
        "because we mean to publish it",
        (
            Question("settled", "How do you know that it was to be published before they asked?"),
            Question("reasonable", "Why is it reasonable to wait until then?"),
        ),
        Weighing.QUALIFIED,
        "22(2)",
    ),
    _exemption(
        "23",
        "because it came from, or is about, a body that deals with security",
        (Question("body", "Which body named in s.23(3)?"), CERTIFICATE),
        neither="23(5)",
    ),
    _exemption(
        "24",
        "because this is needed to protect national security",
        (Question("necessary", "Why is it needed to protect national security?"), CERTIFICATE),
        Weighing.QUALIFIED,
        "24(2)",
    ),
    _exemption(
        "30",
        "because it is held for an investigation or criminal proceedings",
        (
            Question(
                "limb",
                "Which part of section 30?",
                choices=(
                    ("1", "30(1): held at any time for an investigation or proceedings"),
                    ("2", "30(2): from people who help us in confidence"),
                ),
            ),
            Question("investigation", "Which investigation or proceedings?"),
        ),
        Weighing.QUALIFIED,
        "30(3)",
    ),
    _exemption(
        "31",
        "because releasing it would be likely to harm law enforcement",
        (
            Question("not_30", "Why does section 30 not apply?"),
            _PART_OF_31,
            _HARM_TOLD,
            LIKELIHOOD,
        ),
        Weighing.QUALIFIED,
        "31(3)",
    ),
    _exemption(
        "32",
        "because we hold it only in papers made for a court or an inquiry",
        (Question("document", "Which paper, and which court or inquiry?"),),
        neither="32(3)",
    ),
    _exemption(
        "38",
        "because releasing it would be likely to endanger somebody",
        (WHO_IS_HARMED, LIKELIHOOD),
        Weighing.QUALIFIED,
        "38(2)",
    ),
    _exemption(
        "40(1)",
        "because it is information about yourself, which you can have in another way",
        (
            Question(
                "subject_access",
                "Which subject access request did you open for it?",
                is_told=True,
                hint="It counts from the same date. They read this in the letter.",
            ),
        ),
        neither="40(5A)",
    ),
    _exemption(
        "40(2)",
        "because it is personal information about other people",
        (
            _CONDITION,
            Question("principle", "Which principle or right would it breach, and how?"),
        ),
        Weighing.BY_CONDITION,
        "40(5B)",
    ),
    _exemption(
        "41",
        "because somebody gave it to us in confidence",
        (
            Question("confider", "Who gave it to us, and in what confidence?"),
            Question("actionable", "Could they sue, and would a public interest defence fail?"),
        ),
        neither="41(2)",
    ),
    _exemption(
        "42",
        "because it is what a person and their lawyer said to each other",
        (PRIVILEGE, NOT_WAIVED),
        Weighing.QUALIFIED,
        "42(2)",
    ),
    _exemption(
        "43",
        "because releasing it would be likely to harm somebody’s business",
        (WHO_IS_HARMED, LIKELIHOOD),
        Weighing.QUALIFIED,
        "43(3)",
    ),
    _exemption(
        "44",
        "because another law or a court forbids releasing it",
        (Question("bar", "Which law or court order forbids it, in which section?"),),
        neither="44(2)",
    ),
)

FOI = (*_EXEMPTIONS, *_LIMITS)
